//! The settings that can change while the server runs.

use crate::sign_in::SignIn;
use ibbi_access::{LOCAL_ISSUER, TOKEN_ISSUER};
use ibbi_app::AppError;
use ibbi_app::due::Standards;
use ibbi_app::retention::RetentionRules;
use ibbi_app::sim::GoalSet;
use ibbi_mail::Mailer;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

/// The settings that can change while the server runs ([`Reload`]).
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// More host names of the server.
    pub hosts: Vec<String>,
    /// The address under which browsers reach the server, such as that of a proxy with TLS.
    pub public_url: Option<PublicUrl>,
    /// Other sites whose pages may use the API, with tokens, such as `https://board.example.org`.
    pub allow_origins: Vec<String>,
    /// The ways in which people and programs sign in.
    pub sign_in: SignIn,
    /// For how many days a case should wait for someone, if the office has such goals.
    pub standards: Standards,
    /// The time goals of the office, for the page about goals.
    pub goals: Option<GoalSet>,
    /// The retention rules of the office. Without them, nothing can be destroyed.
    pub retention: Option<RetentionRules>,
    /// The server for outgoing mail, if there is one.
    pub mail: Option<Mailer>,
}

/// Settings that were read again.
#[derive(Debug, Clone)]
pub struct Reloaded {
    /// The settings.
    pub settings: Settings,
    /// The names of other settings that have changed, and count only after a restart.
    pub after_restart: Vec<&'static str>,
}

/// Reads the settings again. The server calls it on SIGHUP, from a thread that can block. If it fails, the settings stay as they are.
pub type Reload = Arc<dyn Fn() -> Result<Reloaded, AppError> + Send + Sync>;

/// The address under which browsers reach the server: a scheme, a host, and a port if it isn't the usual one.
///
/// ```
/// use ibbi_web::PublicUrl;
/// let url: PublicUrl = "https://ibbi.example.org/".parse()?;
/// assert_eq!(url.to_string(), "https://ibbi.example.org");
/// assert!("ibbi.example.org".parse::<PublicUrl>().is_err());
/// assert!("https://ibbi.example.org/a".parse::<PublicUrl>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    is_secure: bool,
    authority: String,
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "`{text}` is not the address of a server; give its scheme and its name, such as https://ibbi.example.org"
            )
        };
        let uri: axum::http::Uri = text.parse().map_err(|_| wrong())?;
        let is_secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or_else(wrong)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong());
        }
        Ok(Self { is_secure, authority: authority.as_str().to_owned() })
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.is_secure { "https" } else { "http" }, self.authority)
    }
}

impl PublicUrl {
    /// Returns whether a request to this host came through TLS.
    pub(crate) fn is_secure_for(&self, host: &str) -> bool {
        self.is_secure && self.authority.eq_ignore_ascii_case(host)
    }
}

/// The settings in effect.
#[derive(Debug)]
pub(crate) struct Live {
    /// The host names of the server, with the port if it is not the default.
    pub(crate) hosts: Vec<String>,
    pub(crate) settings: Settings,
}

impl Live {
    /// Returns settings for a server that listens on an address. `has_token` says whether a token counts.
    ///
    /// # Errors
    /// [`AppError::Usage`] if no one could sign in on an address that other computers reach, or if an issuer is taken.
    pub(crate) fn new(mut settings: Settings, address: SocketAddr, has_token: bool) -> Result<Self, AppError> {
        let sign_in = &mut settings.sign_in;
        let issuers = [
            sign_in.proxy.as_ref().map(|proxy| proxy.issuer.as_str()),
            sign_in.oidc.as_ref().map(|oidc| oidc.provider.issuer()),
        ];
        if let Some(issuer) = issuers.into_iter().flatten().find(|issuer| [LOCAL_ISSUER, TOKEN_ISSUER].contains(issuer))
        {
            let message = format!(
                "`{issuer}` can't be the issuer of a proxy: it is that of the user of this computer, or of tokens; choose another, \
                 such as the address of the identity provider"
            );
            return Err(AppError::Usage(message));
        }
        if !address.ip().is_loopback() {
            // A link is for the user of this computer.
            sign_in.local = None;
            if !has_token && sign_in.proxy.is_none() && sign_in.oidc.is_none() {
                let message = format!(
                    "no one could sign in on {}, which other computers can reach; make a token with `ibbi token new`, name a proxy \
                     that authenticates its users with --trust-proxy, or name an identity provider with --oidc-issuer",
                    address.ip()
                );
                return Err(AppError::Usage(message));
            }
        }
        let hosts = names(address, &settings);
        Ok(Self { hosts, settings })
    }

    /// Returns whether an issuer still signs people in.
    pub(crate) fn accepts(&self, issuer: &str) -> bool {
        let sign_in = &self.settings.sign_in;
        match issuer {
            TOKEN_ISSUER => true,
            LOCAL_ISSUER => sign_in.local.is_some(),
            other => sign_in.oidc.as_ref().is_some_and(|oidc| oidc.provider.issuer() == other),
        }
    }
}

/// Returns the host names that a request can use.
fn names(address: SocketAddr, settings: &Settings) -> Vec<String> {
    let port = address.port();
    let (v4, v6) = ("127.0.0.1".to_owned(), "[::1]".to_owned());
    let mut bare = vec![v4, v6, "localhost".to_owned()];
    match address.ip() {
        IpAddr::V4(ip) => bare.push(ip.to_string()),
        IpAddr::V6(ip) => bare.push(format!("[{ip}]")),
    }
    let mut names: Vec<String> = bare.iter().map(|name| format!("{name}:{port}")).collect();
    if port == 80 {
        names.extend(bare);
    }
    for host in &settings.hosts {
        names.push(host.clone());
        names.push(format!("{host}:{port}"));
    }
    names.extend(settings.public_url.iter().map(|url| url.authority.clone()));
    names
}
