//! `ibbi config check`: checks the settings of `ibbi serve` before it starts.

use super::serve;
use crate::args::{CheckConfig, ConfigCommand, Serve};
use crate::output::Outcome;
use crate::server_file::with_file;
use ibbi_access::{AccessFile, Registry, access_path};
use ibbi_app::AppError;
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: ConfigCommand, json: bool) -> Result<Outcome, AppError> {
    let ConfigCommand::Check(CheckConfig { file }) = args;
    let given = Serve { config: Some(file.clone()), ..Serve::default() };
    let (args, limits) = with_file(given)?;
    let proxy = serve::trusted_proxy(&args)?;
    let address = serve::address(&args);
    super::signer(&args.signing)?;
    args.standards.read()?;
    let actor = super::actor(args.actor.as_deref())?;
    let ledger = args.ledger.clone().map_or_else(serve::default_ledger, Ok)?;
    let folder = ledger.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        return Err(AppError::Usage(format!("ledger: there is no folder {}; create it", folder.display())));
    }
    let registry = Registry::open(AccessFile::new(access_path(&ledger))).map_err(super::access::failed)?;
    if !address.is_loopback() && proxy.is_none() && !registry.has_token(super::now()?) {
        let message = format!(
            "address: no one could sign in on {address}, which other computers can reach; add the table [proxy], or make a token \
             with `ibbi token new {}`",
            ledger.display()
        );
        return Err(AppError::Usage(message));
    }
    if json {
        return Ok(Outcome::json(&json!({
            "ledger": ledger, "address": address, "port": args.port, "hosts": args.host, "actor": actor,
            "proxy": proxy.map(|proxy| json!({ "from": proxy.from, "header": proxy.header.as_str(), "issuer": proxy.issuer })),
            "signs": args.signing.sign.is_some(), "connections": limits.connections,
        })));
    }
    let shown = |name: &str, value: String| format!("{name}: {value}\n");
    let port = args.port.map_or_else(|| "8420, or the next that is free".to_owned(), |port| port.to_string());
    let sign_in = match &proxy {
        Some(proxy) => format!("by the header {} of a proxy, and by tokens", proxy.header),
        None if address.is_loopback() => "by the link that the terminal shows, and by tokens".to_owned(),
        None => "by tokens".to_owned(),
    };
    let text = [
        format!("{} is a valid configuration\n", file.display()),
        shown("ledger", ledger.display().to_string()),
        shown("address", format!("{address}, port {port}")),
        shown("signing in", sign_in),
        shown("actor of the link", actor.to_string()),
        shown("checkpoints", if args.signing.sign.is_some() { "signed".to_owned() } else { "not signed".to_owned() }),
        shown("connections", format!("{}, {} of one address", limits.connections, limits.connections_each)),
    ];
    Ok(Outcome::done(text.concat()))
}
