//! `ibbi config check`: checks the settings of `ibbi serve` before it starts.

use super::serve;
use crate::args::{CheckConfig, ConfigCommand, Serve};
use crate::output::Outcome;
use crate::server_file::with_file;
use crate::settings::{address, settings};
use ibbi_access::{AccessFile, Principal, Registry, access_path};
use ibbi_app::{AppError, place};
use ibbi_web::{Settings, SignIn};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

pub(crate) fn run(args: ConfigCommand, json: bool) -> Result<Outcome, AppError> {
    let ConfigCommand::Check(CheckConfig { file }) = args;
    let given = Serve { config: Some(file.clone()), ..Serve::default() };
    let (args, limits) = with_file(given)?;
    let address = address(&args);
    super::signer(&args.signing)?;
    let actor = super::actor(args.actor.as_deref())?;
    let local = Principal { name: actor.clone(), ..super::access::local()? };
    let Settings { sign_in: SignIn { proxy, oidc, .. }, mail, .. } = settings(&args, local, Arc::new(|_| {}))?;
    let ledger = args.ledger.clone().map_or_else(serve::default_ledger, Ok)?;
    let ledger = match &args.store_file {
        Some(file) => place::path_in_file(file)?,
        None => args.store.clone().unwrap_or(ledger),
    };
    let beside = place::beside(&ledger)?;
    let folder = beside.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        return Err(AppError::Usage(format!("ledger: there is no folder {}; create it", folder.display())));
    }
    let registry = Registry::open(AccessFile::new(access_path(&beside))).map_err(super::access::failed)?;
    if !address.is_loopback() && proxy.is_none() && oidc.is_none() && !registry.has_token(super::now()?) {
        let message = format!(
            "address: no one could sign in on {address}, which other computers can reach; add the table [proxy] or [oidc], or make a token \
             with `ibbi token new {}`",
            ledger.display()
        );
        return Err(AppError::Usage(message));
    }
    // A wrong address or secret would otherwise show when the first person signs in.
    if let Some(oidc) = &oidc {
        oidc.provider.check().map_err(|error| AppError::Usage(error.to_string()))?;
    }
    if let Some(mail) = &mail {
        mail.check().map_err(|error| AppError::Usage(error.to_string()))?;
    }
    if json {
        return Ok(Outcome::json(&json!({
            "ledger": ledger, "address": address, "port": args.port, "hosts": args.names.host, "actor": actor,
            "proxy": proxy.map(|proxy| json!({ "from": proxy.from, "header": proxy.header.as_str(), "issuer": proxy.issuer })),
            "oidc": oidc.map(|oidc| json!({ "issuer": oidc.provider.issuer(), "name": oidc.name })),
            "mail": mail.map(|mail| json!({ "server": mail.to_string(), "from": mail.from().to_string() })),
            "public_url": args.names.public_url.map(|url| url.to_string()), "signs": args.signing.sign.is_some(), "connections": limits.connections,
        })));
    }
    let shown = |name: &str, value: String| format!("{name}: {value}\n");
    let port = args.port.map_or_else(|| "8420, or the next that is free".to_owned(), |port| port.to_string());
    let ways = [
        proxy.as_ref().map(|proxy| format!("by the header {} of a proxy", proxy.header)),
        oidc.as_ref().map(|oidc| format!("by the identity provider {}, which answers", oidc.provider.issuer())),
        address.is_loopback().then(|| "by the link that the terminal shows".to_owned()),
        Some("by tokens".to_owned()),
    ];
    let sign_in = ways.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let text = [
        format!("{} is a valid configuration\n", file.display()),
        shown("ledger", ledger.display().to_string()),
        shown("address", format!("{address}, port {port}")),
        shown("signing in", sign_in),
        shown(
            "mail",
            mail.map_or_else(
                || "not sent".to_owned(),
                |mail| format!("by {mail}, which lets this server in; from {}", mail.from()),
            ),
        ),
        shown("actor of the link", actor.to_string()),
        shown("checkpoints", if args.signing.sign.is_some() { "signed".to_owned() } else { "not signed".to_owned() }),
        shown("connections", format!("{}, {} of one address", limits.connections, limits.connections_each)),
    ];
    Ok(Outcome::done(text.concat()))
}
