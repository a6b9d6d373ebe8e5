//! How a request came: the address of its client, through TLS or not, and with which session.

use crate::problem::WebError;
use crate::state::AppState;
use axum::http::header::{COOKIE, HOST};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering;

/// The address of the client of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// How a request came.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// The address of the client; behind a trusted proxy, the one that the proxy names.
    pub(crate) address: IpAddr,
    /// Whether it came through TLS, as a trusted proxy or the server's public address says.
    pub(crate) secure: bool,
    /// The port of the server. Cookies don't tell ports apart, so their names do.
    port: u16,
    /// The secret of the session.
    session: Option<String>,
}

impl Visit {
    pub(crate) fn new(state: &AppState, headers: &HeaderMap, peer: SocketAddr) -> Self {
        // The proxy adds its own line or its own value after those of the client, which are only the client's word.
        let last = |name: &'static str| {
            let line = headers.get_all(HeaderName::from_static(name)).iter().next_back()?;
            Some(line.to_str().ok()?.rsplit(',').next()?.trim())
        };
        let (ip, live) = (peer.ip().to_canonical(), state.live());
        let proxied = live.settings.sign_in.is_proxy(ip);
        let client = last("x-forwarded-for").filter(|_| proxied).and_then(|text| {
            let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
            text.parse().ok().or_else(with_port)
        });
        let by_proxy = proxied && last("x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        let host = text(headers, HOST).unwrap_or_default();
        let secure = by_proxy || live.settings.public_url.as_ref().is_some_and(|url| url.is_secure_for(host));
        let mut visit = Self { address: client.unwrap_or(ip), secure, port: state.port, session: None };
        visit.session = cookie(headers, &visit.cookie_name());
        visit
    }

    /// Returns the secret of the session.
    pub(crate) fn session(&self) -> Option<&str> {
        self.session.as_deref()
    }

    /// Returns the name of the cookie. With the prefix, a browser takes it only through TLS, and for this host only.
    pub(crate) fn cookie_name(&self) -> String {
        if self.secure { "__Host-ibbi".to_owned() } else { format!("ibbi_{}", self.port) }
    }

    /// Refuses to look at credentials from an address that has failed too often.
    pub(crate) fn check_throttle(&self, state: &AppState) -> Result<(), WebError> {
        state.throttle.wait(self.address).map_or(Ok(()), |wait| {
            let seconds = wait.as_secs() + 1;
            let detail =
                format!("there were too many failures to sign in from this address; try again in {seconds} seconds");
            Err(WebError::Request(StatusCode::TOO_MANY_REQUESTS, "throttled", detail))
        })
    }

    /// Counts and logs a failure to sign in.
    pub(crate) fn failed(&self, state: &AppState, what: &str) {
        state.throttle.fail(self.address);
        state.metrics.sign_in_failures.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(server = state.port, from = %self.address, why = what, "sign-in failed");
    }
}

/// Returns the value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let mut cookies =
        headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(';'));
    cookies.find_map(|pair| Some(pair.trim().strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

/// Returns a header's text.
pub(crate) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
