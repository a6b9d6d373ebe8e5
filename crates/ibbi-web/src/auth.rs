//! Checks of every request: the host name, the origin, and the token.
//!
//! **DNS rebinding.** A page on another site can point its own host name at this machine. To the browser it is then one
//! site, and the page can read everything. Its requests have that name in `Host`. The server answers only to its own
//! names.
//!
//! **Posts from other sites.** A page on another site can send a form here without reading the response. Current
//! browsers send `Origin`, and most send `Sec-Fetch-Site`. A post with either of them from another site is refused. A
//! post with neither comes from a program, not from a browser. So forms need no token of their own. `GET` changes
//! nothing. The layer of tower-http for this accepts an empty `Origin`. If `Sec-Fetch-Site` names this site, it doesn't
//! look at `Origin` at all.
//!
//! **The token.** On the loopback address no token is needed: the file's permissions separate the users of a machine.
//! On another address every request needs the token, as `Authorization: Bearer …` or in the cookie that the address
//! with `?token=…` sets.

use crate::problem::WebError;
use crate::query::{self, Pairs};
use crate::response;
use crate::state::AppState;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use subtle::ConstantTimeEq as _;

/// The cookie that holds the token.
const TOKEN_COOKIE: &str = "ibbi_token";

/// The headers of every response.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    // Not `no-referrer`: a browser would then hide the origin of this server's own forms.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "no-store"),
];

/// Adds the headers that every response has. A header that is already there stays.
pub(crate) fn add_headers(response: &mut Response) {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"ibbi\""));
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
}

/// Returns an error for a request that must not be answered. A request with a valid token in its query gets the cookie
/// and a redirect.
pub(crate) fn check(
    state: &AppState,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Option<Response>, WebError> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = text(HOST).or_else(|| uri.authority().map(|authority| authority.as_str())).unwrap_or_default();
    if headers.get_all(HOST).iter().count() > 1 || !is_ours(state, host) {
        let detail = "this server does not have the name in the request; add the name with --host";
        return Err(WebError::Request(StatusCode::MISDIRECTED_REQUEST, "host", detail.to_owned()));
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        check_origin(host, text(ORIGIN), text(HeaderName::from_static("sec-fetch-site")))?;
    }
    let Some(token) = &state.token else { return Ok(None) };
    if let Some(given) = Pairs::read(uri.query().unwrap_or_default().as_bytes()).get("token")
        && *method == Method::GET
        && is_same(given, token)
    {
        return Ok(Some(with_cookie(uri, token)));
    }
    let bearer = text(AUTHORIZATION).and_then(|value| value.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, given)| given.trim());
    let cookies = text(COOKIE).into_iter().flat_map(|value| value.split(';'));
    let mut cookie = cookies.filter_map(|pair| pair.trim().strip_prefix(TOKEN_COOKIE)?.strip_prefix('='));
    if bearer.is_some_and(|given| is_same(given, token)) || cookie.any(|given| is_same(given, token)) {
        return Ok(None);
    }
    let detail = "give the token that `ibbi serve` printed: open the address with ?token=…, or send it as \
                  Authorization: Bearer …";
    Err(WebError::Request(StatusCode::UNAUTHORIZED, "token", detail.to_owned()))
}

fn is_ours(state: &AppState, host: &str) -> bool {
    state.hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
}

fn check_origin(host: &str, origin: Option<&str>, site: Option<&str>) -> Result<(), WebError> {
    let own_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    let own_origin = origin.is_none_or(|origin| {
        let bare = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        bare.is_some_and(|bare| bare.eq_ignore_ascii_case(host))
    });
    if own_site && own_origin {
        return Ok(());
    }
    let detail = "a page of another site sent this request; use this server's own pages";
    Err(WebError::Request(StatusCode::FORBIDDEN, "origin", detail.to_owned()))
}

/// Compares two tokens in constant time.
fn is_same(given: &str, wanted: &str) -> bool {
    given.as_bytes().ct_eq(wanted.as_bytes()).into()
}

/// Sets the cookie and redirects to the same page without the token in its address.
fn with_cookie(uri: &Uri, token: &str) -> Response {
    let pairs = Pairs::read(uri.query().unwrap_or_default().as_bytes());
    let rest = pairs.iter().filter(|(key, _)| *key != "token").map(|(key, value)| (key, value.into()));
    let query = query::write(rest);
    // A path that begins with two slashes names another server.
    let path = format!("/{}", uri.path().trim_start_matches('/'));
    let to = if query.is_empty() { path } else { format!("{path}?{query}") };
    response::with_header(
        response::see_other(&to),
        SET_COOKIE,
        &format!("{TOKEN_COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_taken_from_this_server_s_own_pages_and_from_programs_only() {
        let host = "127.0.0.1:8420";
        for (origin, site, good) in [
            (None, None, true),
            (Some("http://127.0.0.1:8420"), None, true),
            (Some("http://127.0.0.1:8420"), Some("same-origin"), true),
            (Some("https://127.0.0.1:8420"), Some("none"), true),
            (Some("http://127.0.0.1:8421"), None, false),
            (Some("http://evil.example"), None, false),
            (Some("null"), None, false),
            (Some(""), None, false),
            (None, Some("cross-site"), false),
            (None, Some("same-site"), false),
            (Some("http://127.0.0.1:8420"), Some("cross-site"), false),
            (Some("http://127.0.0.1:8420.evil.example"), None, false),
        ] {
            assert_eq!(check_origin(host, origin, site).is_ok(), good, "{origin:?} {site:?}");
        }
    }

    #[test]
    fn tokens_are_the_same_or_not() {
        for (given, wanted, same) in [("abc", "abc", true), ("abd", "abc", false), ("ab", "abc", false), ("", "", true)]
        {
            assert_eq!(is_same(given, wanted), same);
        }
    }

    #[test]
    fn the_way_on_after_a_token_stays_on_this_server() {
        for (uri, to) in [
            ("/?token=t", "/"),
            ("/plan?d=A+%26+B&token=t", "/plan?d=A+%26+B"),
            ("//evil.example/?token=t", "/evil.example/"),
        ] {
            let response = with_cookie(&uri.parse().unwrap(), "t");
            assert_eq!(response.headers()["location"], to);
        }
    }
}
