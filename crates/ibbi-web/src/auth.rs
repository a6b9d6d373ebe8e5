//! Checks of every request: the host name, the origin, and the token.
//!
//! **DNS rebinding.** A page on another site can point its own host name at this machine. To the browser it is then one
//! site, and the page can read everything. Its requests have that name in `Host`. The server answers only to its own
//! names.
//!
//! **Posts from other sites.** A page on another site can send a form here without reading the response. Current
//! browsers send `Origin`, and most send `Sec-Fetch-Site`. A post with either of them from another site is refused. A
//! post with neither comes from a program, not from a browser. So forms need no token of their own. `GET` changes
//! nothing but the memory of published dates, and that only for this server's own links. The layer of tower-http for this accepts an empty `Origin`. If `Sec-Fetch-Site` names this site, it doesn't
//! look at `Origin` at all.
//!
//! **Who it is.** Every request on every address is authenticated: by a token of [`ibbi_access`], by the header of a trusted
//! proxy, or by a session. The files that a page to sign in needs are public. Other programs of the computer reach a loopback
//! address too, so it makes no difference. The address of a calendar is a secret of its own: whoever has it gets the calendar.

use crate::poll_access::ANSWERS;
use crate::problem::{BASE, WebError};
use crate::query;
use crate::response;
use crate::sign_in::{LEFT, LOGIN, LOGIN_OIDC, LOGIN_RETURN, LOGOUT};
use crate::state::AppState;
use crate::visit::{Visit, text};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, AUTHORIZATION, HOST, ORIGIN, VARY, WWW_AUTHENTICATE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::Response;
use ibbi_access::{Principal, Viewer};
use std::net::SocketAddr;

/// What needs no authentication: signing in, the files of its page and of the page of a poll, and whether the server runs. The link of a
/// poll has a secret of its own.
const PUBLIC: [&str; 12] = [
    LOGIN,
    LOGOUT,
    LOGIN_OIDC,
    LOGIN_RETURN,
    LEFT,
    "/style.css",
    "/script.js",
    "/icon.svg",
    "/poll.css",
    "/poll.js",
    "/healthz",
    "/readyz",
];

/// The path before the secret of a calendar.
const CALENDARS: &str = "/calendars/";

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

/// Returns whether a request is for a calendar whose address is a secret. It needs no other proof, and gets none.
fn is_calendar(method: &Method, path: &str) -> bool {
    let secret = path.strip_prefix(CALENDARS).filter(|_| matches!(*method, Method::GET | Method::HEAD));
    secret.is_some_and(|secret| !secret.is_empty() && !secret.contains('/'))
}

/// Adds the headers that every response has. A header that is already there stays.
pub(crate) fn add_headers(response: &mut Response) {
    if response.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"ibbi\""));
    }
    for (name, value) in HEADERS {
        response.headers_mut().entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
}

/// Refuses a request to another host name, or from another site.
pub(crate) fn check_site(state: &AppState, parts: &Parts) -> Result<(), WebError> {
    let Parts { method, uri, headers, .. } = parts;
    let host = text(headers, HOST).or_else(|| uri.authority().map(|authority| authority.as_str())).unwrap_or_default();
    // An address in absolute form names the host once more, and must agree.
    let other = uri.authority().is_some_and(|authority| !authority.as_str().eq_ignore_ascii_case(host));
    if headers.get_all(HOST).iter().count() > 1 || other || !is_ours(state, host) {
        let detail = "this server does not have the name in the request; add the name with --host";
        return Err(WebError::Request(StatusCode::MISDIRECTED_REQUEST, "host", detail.to_owned()));
    }
    if !matches!(*method, Method::GET | Method::HEAD) && allowed_origin(state, parts).is_none() {
        // The page of a poll hides its address, so its form has the origin `null`. The secret in the address is what counts there.
        let origin = text(headers, ORIGIN).filter(|origin| *origin != "null" || !uri.path().starts_with(ANSWERS));
        check_origin(host, origin, text(headers, HeaderName::from_static("sec-fetch-site")))?;
    }
    Ok(())
}

/// Returns the origin of a request to the API, if it is another site that may use the API.
pub(crate) fn allowed_origin(state: &AppState, parts: &Parts) -> Option<HeaderValue> {
    let origin = parts.headers.get(ORIGIN)?;
    let is_listed =
        origin.to_str().is_ok_and(|origin| state.live().settings.allow_origins.iter().any(|allowed| allowed == origin));
    (is_listed && parts.uri.path().starts_with(BASE)).then(|| origin.clone())
}

/// Lets a browser give a response to a page of another site that may use the API. Without credentials: such a page has a token.
pub(crate) fn add_cors(response: &mut Response, origin: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("etag, location, retry-after"));
    headers.append(VARY, HeaderValue::from_static("origin"));
}

/// Answers the question of a browser whether a page of another site may send a request.
pub(crate) fn preflight() -> Response {
    let mut response = response::with_type(StatusCode::NO_CONTENT, "text/plain", "");
    let headers = response.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
    let names = "authorization, content-type, if-match, last-event-id";
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(names));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

/// Returns who sends a request, and how it came. Without a session, a token, or a trusted proxy's word, only public files are
/// answered.
pub(crate) fn identify(state: &AppState, parts: &Parts, peer: SocketAddr) -> Result<(Viewer, Visit), WebError> {
    let Parts { method, uri, headers, .. } = parts;
    let visit = Visit::new(state, headers, peer);
    if is_calendar(method, uri.path()) {
        return Ok((nobody()?, visit));
    }
    let is_public = PUBLIC.contains(&uri.path()) || uri.path().starts_with(ANSWERS);
    // A page of another site that may use the API has a token. It gets neither the session of the browser nor the person whom a
    // proxy has signed in.
    let is_foreign = allowed_origin(state, parts).is_some();
    let proxied = match proxied(state, headers, peer) {
        _ if is_foreign => None,
        Err(_) if is_public => None,
        proxied => proxied?,
    };
    let principal = match (text(headers, AUTHORIZATION), proxied) {
        (Some(credentials), None) => Some(bearer(state, &visit, credentials)?),
        // A proxy can pass on the credentials with which it has signed someone in.
        (Some(credentials), Some(_)) if is_bearer(credentials) => Some(bearer(state, &visit, credentials)?),
        (_, proxied) => match proxied {
            Some(principal) => Some(principal),
            None if is_foreign => None,
            None => visit.session().and_then(|secret| state.sessions.find(secret)),
        },
    };
    let viewer = principal.map(|principal| state.viewer(principal)).transpose()?;
    match viewer.flatten() {
        Some(viewer) => {
            if viewer.grants().is_empty() {
                state.newcomers.note(&viewer.principal);
            }
            Ok((viewer, visit))
        }
        None if is_public => Ok((nobody()?, visit)),
        None => Err(unauthenticated(method, uri)),
    }
}

/// Returns a viewer without a role, for public files.
fn nobody() -> Result<Viewer, WebError> {
    let nobody = Principal::new("none", "nobody", "nobody").map_err(|_| WebError::internal())?;
    Ok(Viewer::new(nobody, Vec::new()))
}

fn is_bearer(credentials: &str) -> bool {
    credentials.split_once(' ').is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
}

/// Returns who has the token of an `Authorization` header.
fn bearer(state: &AppState, visit: &Visit, credentials: &str) -> Result<Principal, WebError> {
    let token = credentials.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    if let Some((_, token)) = token
        && let Some(principal) = state.principal_of_token(token.trim())?
    {
        return Ok(principal);
    }
    // After the token: one that counts can't be guessed, and must not wait because of another program at its address.
    visit.check_throttle(state)?;
    visit.failed(state, "a token that doesn't count");
    let detail = "the token in `Authorization: Bearer …` doesn't count: it may have expired, or it may have been revoked; \
                  `ibbi token list` shows the tokens, and `ibbi token new` makes one";
    Err(WebError::Request(StatusCode::UNAUTHORIZED, "token", detail.to_owned()))
}

/// Returns whom a trusted proxy names. Its header doesn't count from other addresses.
fn proxied(state: &AppState, headers: &HeaderMap, peer: SocketAddr) -> Result<Option<Principal>, WebError> {
    let live = state.live();
    let ip = peer.ip().to_canonical();
    let Some(proxy) = live.settings.sign_in.proxy.as_ref().filter(|proxy| proxy.from.contains(&ip)) else {
        return Ok(None);
    };
    let wrong = |why: &str| {
        let detail = format!("the proxy's header `{}` {why}", proxy.header);
        WebError::Request(StatusCode::BAD_GATEWAY, "proxy", detail)
    };
    let mut all = headers.get_all(&proxy.header).iter();
    let subject = match (all.next(), all.next()) {
        (None, _) => return Ok(None),
        (Some(subject), None) => subject.to_str().map_err(|_| wrong("has other characters than ASCII"))?,
        (Some(_), Some(_)) => return Err(wrong("is there twice")),
    };
    let name = proxy.name_header.as_ref().and_then(|name| headers.get(name)?.to_str().ok());
    // Without a name that can be shown, the ID is shown.
    let named = name.and_then(|name| Principal::new(&proxy.issuer, subject, name).ok());
    let principal = named.map_or_else(|| Principal::new(&proxy.issuer, subject, subject), Ok);
    principal.map(Some).map_err(|error| wrong(&format!("isn't the ID of a user: {error}")))
}

/// Returns the answer to a request that isn't authenticated: for a page, the way to sign in.
fn unauthenticated(method: &Method, uri: &Uri) -> WebError {
    let path = uri.path();
    if path.starts_with(BASE) || !matches!(*method, Method::GET | Method::HEAD) {
        let detail = "sign in first: send a token as `Authorization: Bearer …` (`ibbi token new` makes one), or open /login in a \
                      browser";
        return WebError::Request(StatusCode::UNAUTHORIZED, "token", detail.to_owned());
    }
    let to = uri.path_and_query().map_or(path, |to| to.as_str());
    let query = if to == "/" { String::new() } else { format!("?{}", query::write([("to", to.into())])) };
    WebError::SignIn(format!("{}{query}", LOGIN))
}

fn is_ours(state: &AppState, host: &str) -> bool {
    state.live().hosts.iter().any(|name| name.eq_ignore_ascii_case(host))
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
}
