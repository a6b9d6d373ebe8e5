//! The settings of `ibbi serve` in a file of TOML. Flags and environment variables override them.

use crate::args::{LogFormat, Serve};
use crate::mail_table::MailTable;
use crate::settings_file;
use ibbi_app::{AppError, place};
use ibbi_web::Limits;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The settings of the file. A path is relative to the file's folder.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ServerFile {
    pub(crate) ledger: Option<PathBuf>,
    pub(crate) store_file: Option<PathBuf>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) port: Option<u16>,
    pub(crate) hosts: Vec<String>,
    pub(crate) public_url: Option<String>,
    pub(crate) allow_origins: Vec<String>,
    pub(crate) actor: Option<String>,
    pub(crate) log: Option<LogFormat>,
    pub(crate) standards: Option<PathBuf>,
    pub(crate) goals: Option<PathBuf>,
    pub(crate) retention: Option<PathBuf>,
    pub(crate) proxy: Option<ProxyTable>,
    pub(crate) oidc: Option<OidcTable>,
    pub(crate) signing: Option<SigningTable>,
    pub(crate) mail: Option<MailTable>,
    pub(crate) limits: LimitsTable,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProxyTable {
    pub(crate) from: Vec<IpAddr>,
    pub(crate) header: Option<String>,
    pub(crate) name_header: Option<String>,
    pub(crate) issuer: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OidcTable {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) secret_file: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningTable {
    pub(crate) key: PathBuf,
    pub(crate) every: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct LimitsTable {
    connections: Option<usize>,
    connections_each: Option<usize>,
    uploads: Option<usize>,
    upload_bytes: Option<usize>,
    body_bytes: Option<usize>,
}

impl LimitsTable {
    fn limits(&self) -> Result<Limits, AppError> {
        let usual = Limits::default();
        let number = |name: &str, given: Option<usize>, usual: usize| match given {
            Some(0) => Err(AppError::Usage(format!("limits.{name} is 0, and nothing could be done; give at least 1"))),
            given => Ok(given.unwrap_or(usual)),
        };
        Ok(Limits {
            connections: number("connections", self.connections, usual.connections)?,
            connections_each: number("connections_each", self.connections_each, usual.connections_each)?,
            uploads: number("uploads", self.uploads, usual.uploads)?,
            upload: number("upload_bytes", self.upload_bytes, usual.upload)?,
            body: number("body_bytes", self.body_bytes, usual.body)?,
            ..usual
        })
    }
}

/// Returns the text of an error with the line of the file that it is about, unless the line has an address, which can have a
/// password.
fn without_address(error: &toml::de::Error, text: &str) -> String {
    let shown = error.to_string();
    if !shown.contains("://") {
        return shown;
    }
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, error.message())
}

impl ServerFile {
    /// Reads the file.
    ///
    /// # Errors
    /// [`AppError::Io`] if it can't be read; [`AppError::Usage`] with the line and what is allowed there.
    pub(crate) fn read(path: &Path) -> Result<Self, AppError> {
        let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
        let not_text = |_| failed(std::io::Error::other("it is not UTF-8 text; save it as UTF-8"));
        let text = String::from_utf8(settings_file::read(path, settings_file::MAX_BYTES)?).map_err(not_text)?;
        let wrong = |error: toml::de::Error| {
            AppError::Usage(format!("{}: {}", path.display(), without_address(&error, &text).trim_end()))
        };
        let mut file: Self = toml::from_str(&text).map_err(wrong)?;
        let folder = path.parent().unwrap_or_else(|| Path::new(""));
        let within = |path: &mut PathBuf| *path = folder.join(&*path);
        if let Some(ledger) = &mut file.ledger {
            match place::is_database(ledger) {
                true => *ledger = place::ledger_path(ledger.as_os_str())?,
                false => within(ledger),
            }
        }
        file.store_file.iter_mut().for_each(within);
        file.standards.iter_mut().for_each(within);
        file.goals.iter_mut().for_each(within);
        file.retention.iter_mut().for_each(within);
        file.signing.iter_mut().for_each(|signing| within(&mut signing.key));
        let files = file.oidc.iter_mut().flat_map(|oidc| [&mut oidc.secret_file, &mut oidc.ca_file]);
        files.flatten().for_each(within);
        let files = file.mail.iter_mut().flat_map(|mail| [&mut mail.password_file, &mut mail.ca_file]);
        files.flatten().for_each(within);
        Ok(file)
    }
}

fn named(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns the file with the settings, if there is one.
pub(crate) fn config_file(args: &Serve) -> Option<PathBuf> {
    args.config.clone().or_else(|| named("IBBI_CONFIG").map(Into::into))
}

/// Returns the arguments with the settings of their file where nothing else was given, and the limits.
///
/// # Errors
/// As [`ServerFile::read`].
pub(crate) fn with_file(mut args: Serve) -> Result<(Serve, Limits), AppError> {
    let Some(path) = config_file(&args) else {
        return Ok((args, Limits::default()));
    };
    let file = ServerFile::read(&path)?;
    if args.store.is_none() && args.store_file.is_none() && args.ledger.is_none() && args.ledger_option.is_none() {
        args.store_file = file.store_file;
    }
    if args.store.is_none() && args.store_file.is_none() && args.ledger.is_none() {
        args.ledger = args.ledger_option.take().or(file.ledger);
    }
    args.address = args.address.or(file.address);
    args.port = args.port.or(file.port);
    args.log = args.log.or(file.log);
    args.names.host.extend(file.hosts);
    if let (None, Some(url)) = (&args.names.public_url, &file.public_url) {
        args.names.public_url = Some(url.parse().map_err(|why| AppError::Usage(format!("public_url: {why}")))?);
    }
    args.names.allow_origin.extend(file.allow_origins);
    if named("IBBI_ACTOR").is_none() {
        args.actor = args.actor.or(file.actor);
    }
    args.standards.standards = args.standards.standards.or(file.standards);
    args.goals.goals = args.goals.goals.or(file.goals);
    args.retention = args.retention.or(file.retention);
    if let Some(signing) = file.signing
        && args.signing.sign.is_none()
        && named("IBBI_KEY").is_none()
    {
        args.signing.sign = Some(signing.key);
        let every = args.signing.every.or(signing.every);
        args.signing.every = if named("IBBI_CHECKPOINT_EVERY").is_none() { every } else { args.signing.every };
    }
    if let Some(proxy) = file.proxy
        && args.proxy.trust_proxy.is_empty()
    {
        let given = &mut args.proxy;
        given.trust_proxy = proxy.from;
        given.proxy_header = given.proxy_header.take().or(proxy.header);
        given.proxy_name_header = given.proxy_name_header.take().or(proxy.name_header);
        given.proxy_issuer = given.proxy_issuer.take().or(proxy.issuer);
    }
    if let Some(oidc) = file.oidc
        && args.oidc.oidc_issuer.is_none()
    {
        let given = &mut args.oidc;
        given.oidc_issuer = Some(oidc.issuer);
        given.oidc_client_id = given.oidc_client_id.take().or(Some(oidc.client_id));
        given.oidc_secret_file = given.oidc_secret_file.take().or(oidc.secret_file);
        given.oidc_ca_file = given.oidc_ca_file.take().or(oidc.ca_file);
        given.oidc_name = given.oidc_name.take().or(oidc.name);
        given.oidc_scope.extend(oidc.scopes);
    }
    args.mail = file.mail;
    Ok((args, file.limits.limits()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_shows_no_line_with_an_address() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ibbi.toml");
        let error = |text: &str| {
            std::fs::write(&path, text).expect("written");
            ServerFile::read(&path).expect_err("an unknown key").to_string()
        };
        let shown = error("# office\nstore = \"postgres://u:Tr0ub4dor@db/ibbi\"\n");
        assert!(shown.contains("line 2: unknown field `store`") && !shown.contains("Tr0ub"), "{shown}");
        assert!(error("stroe = 1\n").contains("stroe = 1"), "other lines are shown");
    }
}
