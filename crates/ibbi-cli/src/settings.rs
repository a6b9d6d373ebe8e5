//! The settings of the server that can change while it runs, from its arguments.

use crate::args::{OidcArgs, ProxyArgs, Serve};
use crate::mail_table::MailTable;
use crate::server_file::{config_file, with_file};
use crate::settings_file;
use ibbi_access::Principal;
use ibbi_app::AppError;
use ibbi_app::due::Standards;
use ibbi_app::retention::RetentionRules;
use ibbi_app::sim::GoalSet;
use ibbi_mail::{MailSettings, Mailbox, Mailer};
use ibbi_oidc::{Provider, ProviderSettings};
use ibbi_web::{HeaderName, Limits, Oidc, PublicUrl, Reload, Reloaded, Settings, Show, SignIn, TrustedProxy};
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The most bytes of a secret.
const SECRET: usize = 4096;

/// Returns the settings that can change while the server runs.
///
/// # Errors
/// [`AppError::Usage`] that names the setting; [`AppError::Io`] if a file can't be read.
pub(crate) fn settings(args: &Serve, local: Principal, show_link: Show) -> Result<Settings, AppError> {
    Ok(Settings {
        hosts: args.names.host.clone(),
        public_url: args.names.public_url.clone(),
        allow_origins: args.names.allow_origin.clone(),
        sign_in: SignIn {
            local: Some(local),
            proxy: trusted_proxy(&args.proxy)?,
            oidc: oidc(&args.oidc, args.names.public_url.as_ref())?,
            show_link: Some(show_link),
        },
        standards: standards(args)?,
        goals: goals(args)?,
        retention: retention(args)?,
        mail: args.mail.as_ref().map(mailer).transpose()?,
    })
}

/// Returns the server for outgoing mail.
///
/// # Errors
/// [`AppError::Usage`] that names the setting; [`AppError::Io`] if a file can't be read.
pub(crate) fn mailer(table: &MailTable) -> Result<Mailer, AppError> {
    let from: Mailbox = table.from.parse().map_err(|error| AppError::Usage(format!("mail.from: {error}")))?;
    let password = table.password_file.as_deref().map(|path| read(path, "the password of the mail server"));
    let settings = MailSettings {
        port: table.port,
        user: table.user.clone(),
        password: password.transpose()?,
        ca: table.ca_file.as_deref().map(certificates).transpose()?,
        timeout: table.timeout.map_or(MailSettings::TIMEOUT, Duration::from_secs),
        ..MailSettings::new(&table.server, table.security, from)
    };
    Mailer::from_settings(&settings).map_err(|error| AppError::Usage(error.to_string()))
}

/// Returns what reads the settings again, if they are in a file. `given` are the arguments of the command line, and `args` those with
/// the file's settings.
pub(crate) fn reload(given: Serve, args: &Serve, limits: Limits, local: Principal, show_link: Show) -> Option<Reload> {
    config_file(&given)?;
    let begun = Fixed::of(args, limits);
    let reload = move || {
        let (args, limits) = with_file(given.clone())?;
        let settings = settings(&args, local.clone(), Arc::clone(&show_link))?;
        Ok(Reloaded { settings, after_restart: begun.changed(&Fixed::of(&args, limits)) })
    };
    Some(Arc::new(reload))
}

/// The settings that count until the server ends.
#[derive(PartialEq)]
struct Fixed {
    ledger: Option<PathBuf>,
    address: IpAddr,
    port: Option<u16>,
    actor: Option<String>,
    key: (Option<PathBuf>, Option<u64>),
    limits: Limits,
    log: String,
}

impl Fixed {
    fn of(args: &Serve, limits: Limits) -> Self {
        Self {
            ledger: args.ledger.clone().or_else(|| args.ledger_option.clone()),
            address: address(args),
            port: args.port,
            actor: args.actor.clone(),
            key: (args.signing.sign.clone(), args.signing.every),
            limits,
            log: format!("{:?}", args.log),
        }
    }

    fn changed(&self, now: &Self) -> Vec<&'static str> {
        let all = [
            ("ledger", self.ledger != now.ledger),
            ("address", self.address != now.address),
            ("port", self.port != now.port),
            ("actor", self.actor != now.actor),
            ("signing", self.key != now.key),
            ("limits", self.limits != now.limits),
            ("log", self.log != now.log),
        ];
        all.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
    }
}

/// Reads the time goals.
fn standards(args: &Serve) -> Result<Standards, AppError> {
    if let Some(path) = &args.standards.standards {
        settings_file::check(path, settings_file::MAX_BYTES)?;
    }
    args.standards.read()
}

/// Reads the goals of the office.
fn goals(args: &Serve) -> Result<Option<GoalSet>, AppError> {
    if let Some(path) = &args.goals.goals {
        settings_file::check(path, settings_file::MAX_BYTES)?;
    }
    args.goals.read()
}

/// Reads the retention rules of the office.
fn retention(args: &Serve) -> Result<Option<RetentionRules>, AppError> {
    let Some(path) = &args.retention else { return Ok(None) };
    settings_file::check(path, settings_file::MAX_BYTES)?;
    RetentionRules::read(path).map(Some)
}

/// Returns the address to listen on.
pub(crate) fn address(args: &Serve) -> IpAddr {
    args.address.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
}

/// Returns the proxy that signs people in, if there is one.
fn trusted_proxy(args: &ProxyArgs) -> Result<Option<TrustedProxy>, AppError> {
    if args.trust_proxy.is_empty() {
        let needless =
            [&args.proxy_header, &args.proxy_name_header, &args.proxy_issuer].iter().any(|given| given.is_some());
        let message = "the settings of a proxy need its address; add --trust-proxy";
        return if needless { Err(AppError::Usage(message.to_owned())) } else { Ok(None) };
    }
    let header = |option: &str, name: &str| {
        let wrong = |_| AppError::Usage(format!("{option}: `{name}` is not the name of a header"));
        name.parse::<HeaderName>().map_err(wrong)
    };
    Ok(Some(TrustedProxy {
        from: args.trust_proxy.clone(),
        header: header("--proxy-header", args.proxy_header.as_deref().unwrap_or("X-Forwarded-User"))?,
        name_header: args.proxy_name_header.as_deref().map(|name| header("--proxy-name-header", name)).transpose()?,
        issuer: args.proxy_issuer.clone().unwrap_or_else(|| "proxy".to_owned()),
    }))
}

/// Returns the identity provider, if there is one.
fn oidc(args: &OidcArgs, public_url: Option<&PublicUrl>) -> Result<Option<Oidc>, AppError> {
    let usage = |message: &str| AppError::Usage(message.to_owned());
    let Some(issuer) = &args.oidc_issuer else {
        let needless = args.oidc_client_id.is_some()
            || args.oidc_secret_file.is_some()
            || args.oidc_ca_file.is_some()
            || args.oidc_name.is_some()
            || !args.oidc_scope.is_empty();
        let message = "the settings of an identity provider need its issuer; add --oidc-issuer";
        return if needless { Err(usage(message)) } else { Ok(None) };
    };
    let client_id = args.oidc_client_id.as_deref();
    let client_id = client_id
        .ok_or_else(|| usage("an identity provider gives this server an ID; give it with --oidc-client-id"))?;
    let url = public_url.ok_or_else(|| {
        usage("a browser must come back from the identity provider; give the address of this server with --public-url")
    })?;
    let secret = args.oidc_secret_file.as_deref().map(|path| read(path, "the secret of the identity provider"));
    let ca = args.oidc_ca_file.as_deref().map(certificates);
    let settings = ProviderSettings {
        client_secret: secret.transpose()?,
        scopes: args.oidc_scope.clone(),
        ca: ca.transpose()?,
        ..ProviderSettings::new(issuer, client_id, &format!("{url}/login/return"))
    };
    let provider = Provider::new(settings).map_err(|error| AppError::Usage(error.to_string()))?;
    let name = args.oidc_name.clone().unwrap_or_else(|| provider.host().to_owned());
    Ok(Some(Oidc { provider: Arc::new(provider), name, left: format!("{url}/login") }))
}

/// Reads a file of certificates.
fn certificates(path: &Path) -> Result<Vec<u8>, AppError> {
    settings_file::read(path, settings_file::MAX_BYTES)
}

/// Reads a secret: the text of a file without the line break at its end.
fn read(path: &Path, what: &str) -> Result<String, AppError> {
    let bytes = settings_file::read(path, settings_file::MAX_BYTES)?;
    let text = str::from_utf8(&bytes).unwrap_or_default().trim_end_matches(['\r', '\n']);
    let text = if text.len() > SECRET { "" } else { text };
    if text.is_empty() || text.contains(['\r', '\n']) {
        let message = format!("{} doesn't have {what}: one line with at most {SECRET} bytes", path.display());
        return Err(AppError::Usage(message));
    }
    Ok(text.to_owned())
}
