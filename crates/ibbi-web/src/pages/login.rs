//! The page to sign in, and signing out.

use super::shell::{Page, button, field, hidden, line};
use crate::problem::WebError;
use crate::query;
use crate::request::{WebRequest, WebResult};
use crate::response::{see_other, with_header};
use crate::sign_in::{LASTS, LEFT, LOGIN, LOGIN_OIDC};
use crate::state::AppState;
use crate::visit::Visit;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use ibbi_access::Principal;
use ibbi_report::html::{Html, el};
use std::time::Duration;

/// Answers the page to sign in. With a one-time link, signs in.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    let (state, visit) = (&*request.state, &request.visit);
    let to = request.query.get("to").unwrap_or_default();
    // A program that only looks whether the address exists must not use the link up.
    let Some(secret) = request.query.get("once").filter(|_| !request.is_head) else {
        return Ok(form(state, to, None, StatusCode::OK));
    };
    match &state.live().settings.sign_in.local {
        Some(local) if state.sessions.use_link(secret) => begin_with_link(state, visit, local.clone(), to),
        // A bookmark, or a tab that is loaded again.
        _ if visit.session().is_some_and(|secret| state.sessions.find(secret).is_some()) => {
            Ok(see_other(&local_path(to)))
        }
        _ => {
            visit.check_throttle(state)?;
            visit.failed(state, "a link that doesn't count");
            let wrong = "This link was used already, or there is a newer one. Look at the window in which ibbi was started, and \
                         open the last link there.";
            Ok(form(state, to, Some(wrong), StatusCode::UNAUTHORIZED))
        }
    }
}

/// Signs in with a token.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    let (state, visit, sent) = (&*request.state, &request.visit, request.form());
    let to = sent.get("to").unwrap_or_default();
    let token = sent.get("token").unwrap_or_default().trim();
    // Some people paste the link.
    if let (Some((_, secret)), Some(local)) = (token.split_once("login?once="), &state.live().settings.sign_in.local)
        && state.sessions.use_link(secret)
    {
        return begin_with_link(state, visit, local.clone(), to);
    }
    match state.principal_of_token(token)? {
        Some(principal) => begin(state, visit, principal, LASTS, to),
        None => {
            visit.check_throttle(state)?;
            visit.failed(state, "a token that doesn't count");
            let wrong = "This doesn't count. A link works once, and only the newest one works. A token may have expired, or it may \
                         have been revoked; program staff can make a new one.";
            Ok(form(state, to, Some(wrong), StatusCode::UNAUTHORIZED))
        }
    }
}

/// Ends the session.
pub(crate) fn leave(request: &WebRequest) -> WebResult {
    let (state, visit) = (&*request.state, &request.visit);
    let session = visit.session().and_then(|secret| Some((secret, state.sessions.find(secret)?)));
    let live = state.live();
    let by_provider = session.as_ref().is_some_and(|(_, principal)| {
        let oidc = live.settings.sign_in.oidc.as_ref();
        oidc.is_some_and(|oidc| oidc.provider.issuer() == principal.issuer.as_str())
    });
    if session.is_none()
        && let Some(proxy) = &live.settings.sign_in.proxy
        && request.viewer.principal.issuer.as_str() == proxy.issuer
    {
        return Ok(left_to_proxy());
    }
    if let Some((secret, _)) = session {
        state.sessions.end(secret);
    }
    let to = if by_provider { LEFT } else { LOGIN };
    Ok(with_header(see_other(to), SET_COOKIE, &ended(visit, &visit.cookie_name())))
}

/// Says how to sign out if a proxy signs people in: this server has no session that it could end.
fn left_to_proxy() -> Response {
    let text = "You are still signed in. Your office's sign-in page signs you in here, and only that page can sign you out. Sign out \
                there, or close all windows of this browser. On a shared computer, do both.";
    let content = Html::new()
        .with(el("h1").with("Sign out"))
        .with(el("p").with(text))
        .with(el("p").with(el("a").attr("href", "/").with("Go back to the home page")));
    Page { title: "Sign out", place: "", content }.answer(StatusCode::OK)
}

/// Begins a session, and shows the next link, for another browser.
fn begin_with_link(state: &AppState, visit: &Visit, local: Principal, to: &str) -> Result<Response, WebError> {
    if let (Ok(next), Some(show)) = (state.sessions.new_link(), &state.live().settings.sign_in.show_link) {
        show(&next);
    }
    begin(state, visit, local, LASTS, to)
}

/// Begins a session that lasts at most some time, and goes on to a page.
pub(super) fn begin(
    state: &AppState,
    visit: &Visit,
    principal: Principal,
    lasts: Duration,
    to: &str,
) -> Result<Response, WebError> {
    let secret = state.sessions.begin(principal, lasts)?;
    let cookie = cookie(visit, &visit.cookie_name(), &secret, lasts);
    Ok(with_header(see_other(&local_path(to)), SET_COOKIE, &cookie))
}

/// Returns a cookie that lasts for some time.
pub(super) fn cookie(visit: &Visit, name: &str, value: &str, lasts: Duration) -> String {
    format!("{name}={value}; {}; Max-Age={}", attributes(visit), lasts.as_secs())
}

/// Returns what deletes a cookie.
pub(super) fn ended(visit: &Visit, name: &str) -> String {
    cookie(visit, name, "", Duration::ZERO)
}

/// Lax, so that a link in an email works.
const fn attributes(visit: &Visit) -> &'static str {
    if visit.secure { "Path=/; HttpOnly; SameSite=Lax; Secure" } else { "Path=/; HttpOnly; SameSite=Lax" }
}

/// Returns a path on this server. A path that begins with two slashes or a backslash names another server.
pub(super) fn local_path(to: &str) -> String {
    let is_local = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    let is_local = is_local && to.bytes().all(|byte| byte.is_ascii_graphic());
    if is_local { to.to_owned() } else { "/".to_owned() }
}

/// Returns the page to sign in.
pub(super) fn form(state: &AppState, to: &str, wrong: Option<&str>, status: StatusCode) -> Response {
    let live = state.live();
    let sign_in = &live.settings.sign_in;
    let local = "Look at the window in which ibbi was started. It shows a link. Open the last one, or paste it here. Each link works once.";
    let label = if sign_in.local.is_some() { "Link or token" } else { "Token" };
    let provider = sign_in.oidc.as_ref().map(|oidc| {
        let query = if to.is_empty() { String::new() } else { format!("?{}", query::write([("to", to.into())])) };
        let way = el("a").class("go").attr("href", format!("{LOGIN_OIDC}{query}"));
        el("p").class("send").with(way.with(format!("Sign in with {}", oidc.name)))
    });
    // The error belongs to the way that was tried.
    let (at_form, at_provider): (Vec<&str>, Option<&str>) = match (wrong, &provider) {
        (Some(wrong), Some(_)) => (Vec::new(), Some(wrong)),
        (wrong, _) => (wrong.into_iter().collect(), None),
    };
    let token = line("token", "").attr("type", "password").attr("autocomplete", "current-password");
    let content = Html::new()
        .with(el("h1").with("Sign in"))
        .with(at_provider.map(|wrong| el("p").class("wrong").attr("role", "alert").with(wrong)))
        .with(provider)
        .with(sign_in.local.as_ref().map(|_| el("p").with(local)))
        .with(
            el("form")
                .attr("method", "post")
                .attr("action", LOGIN)
                .with(hidden("to", to))
                .with(field(
                    label,
                    "token",
                    token,
                    Some("A token begins with ibbi_. Ask program staff for one."),
                    &at_form,
                ))
                .with(el("p").class("send").with(match (sign_in.oidc.is_some(), sign_in.local.is_some()) {
                    (false, _) => button("Sign in"),
                    (true, true) => button("Sign in with a link or token").class("less"),
                    (true, false) => button("Sign in with a token").class("less"),
                })),
        );
    Page { title: "Sign in", place: "", content }.answer(status)
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn the_way_on_after_signing_in_stays_on_this_server() {
        for (to, path) in [
            ("/cases/1?a=b", "/cases/1?a=b"),
            ("", "/"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/a\r\nset-cookie: b", "/"),
        ] {
            assert_eq!(local_path(to), path);
        }
    }
}
