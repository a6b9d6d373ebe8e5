//! The ways in which people and programs sign in.

mod newcomers;
mod sessions;
mod throttle;

pub(crate) use newcomers::Newcomers;
pub(crate) use sessions::{LASTS, LASTS_OIDC, Sessions};
pub(crate) use throttle::Throttle;

use axum::http::HeaderName;
use ibbi_access::Principal;
use ibbi_oidc::Provider;
use std::net::IpAddr;
use std::sync::Arc;

/// The page to sign in.
pub(crate) const LOGIN: &str = "/login";
/// The way to the identity provider.
pub(crate) const LOGIN_OIDC: &str = "/login/provider";
/// The way back from it.
pub(crate) const LOGIN_RETURN: &str = "/login/return";
/// The form to sign out.
pub(crate) const LOGOUT: &str = "/logout";
/// The page after signing out.
pub(crate) const LEFT: &str = "/logout/done";

/// Shows a text to the person who runs the server: a link.
pub type Show = Arc<dyn Fn(&str) + Send + Sync>;

/// The ways in which people and programs sign in. Tokens always count.
#[derive(Clone, Default)]
pub struct SignIn {
    /// The user of this computer, who signs in with a one-time link. Only on a loopback address.
    pub local: Option<Principal>,
    /// A proxy that has authenticated its users.
    pub proxy: Option<TrustedProxy>,
    /// The identity provider of the office, with OpenID Connect.
    pub oidc: Option<Oidc>,
    /// Shows each new one-time link after the first.
    pub show_link: Option<Show>,
}

/// The identity provider of the office.
#[derive(Debug, Clone)]
pub struct Oidc {
    /// The provider.
    pub provider: Arc<Provider>,
    /// The name of the provider on the button, such as "District 12 account".
    pub name: String,
    /// The address of this server to which a browser comes back after signing out of the provider.
    pub left: String,
}

impl SignIn {
    /// Returns whether an address is that of the trusted proxy.
    pub(crate) fn is_proxy(&self, ip: IpAddr) -> bool {
        self.proxy.as_ref().is_some_and(|proxy| proxy.from.contains(&ip))
    }
}

/// A proxy that has authenticated its users, and says in a header who they are.
#[derive(Debug, Clone)]
pub struct TrustedProxy {
    /// The addresses of the proxy. The header counts from these only.
    pub from: Vec<IpAddr>,
    /// The header with the user's ID, such as `X-Forwarded-User`.
    pub header: HeaderName,
    /// The header with the user's name to show, if there is one; otherwise the ID is shown.
    pub name_header: Option<HeaderName>,
    /// The issuer of the identities, such as the proxy's address.
    pub issuer: String,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn").field("local", &self.local).field("proxy", &self.proxy).finish_non_exhaustive()
    }
}
