//! The page to sign in, and signing out.

use super::shell::{Page, button, field, hidden, line};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::{see_other, with_header};
use crate::sign_in::{LASTS, LOGIN};
use crate::state::AppState;
use crate::visit::Visit;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use ibbi_access::Principal;
use ibbi_report::html::{Html, el};

/// Answers the page to sign in. With a one-time link, signs in.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    let (state, visit) = (&*request.state, &request.visit);
    let to = request.query.get("to").unwrap_or_default();
    // A program that only looks whether the address exists must not use the link up.
    let Some(secret) = request.query.get("once").filter(|_| !request.is_head) else {
        return Ok(form(state, to, None, StatusCode::OK));
    };
    match &state.sign_in.local {
        Some(local) if state.sessions.use_link(secret) => begin_with_link(state, visit, local.clone(), to),
        // A bookmark, or a tab that is loaded again.
        _ if visit.session().is_some_and(|secret| state.sessions.find(secret).is_some()) => {
            Ok(see_other(&local_path(to)))
        }
        _ => {
            visit.check_throttle(state)?;
            visit.failed(state, "a link that doesn't count");
            let wrong = "This link was used already, or isn't the newest. The window in which the program was started shows the \
                         newest link. Open that one.";
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
    if let (Some((_, secret)), Some(local)) = (token.split_once("login?once="), &state.sign_in.local)
        && state.sessions.use_link(secret)
    {
        return begin_with_link(state, visit, local.clone(), to);
    }
    match state.principal_of_token(token)? {
        Some(principal) => begin(state, visit, principal, to),
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
    let visit = &request.visit;
    if let Some(secret) = visit.session() {
        request.state.sessions.end(secret);
    }
    let cookie = format!("{}=; {}; Max-Age=0", visit.cookie_name(), attributes(visit));
    Ok(with_header(see_other(LOGIN), SET_COOKIE, &cookie))
}

/// Begins a session, and shows the next link, for another browser.
fn begin_with_link(state: &AppState, visit: &Visit, local: Principal, to: &str) -> Result<Response, WebError> {
    if let (Ok(next), Some(show)) = (state.sessions.new_link(), &state.sign_in.show_link) {
        show(&next);
    }
    begin(state, visit, local, to)
}

fn begin(state: &AppState, visit: &Visit, principal: Principal, to: &str) -> Result<Response, WebError> {
    let secret = state.sessions.begin(principal)?;
    let cookie = format!("{}={secret}; {}; Max-Age={}", visit.cookie_name(), attributes(visit), LASTS.as_secs());
    Ok(with_header(see_other(&local_path(to)), SET_COOKIE, &cookie))
}

/// Lax, so that a link in an email works.
const fn attributes(visit: &Visit) -> &'static str {
    if visit.secure { "Path=/; HttpOnly; SameSite=Lax; Secure" } else { "Path=/; HttpOnly; SameSite=Lax" }
}

/// Returns a path on this server. A path that begins with two slashes or a backslash names another server.
fn local_path(to: &str) -> String {
    let is_local = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\');
    let is_local = is_local && to.bytes().all(|byte| byte.is_ascii_graphic());
    if is_local { to.to_owned() } else { "/".to_owned() }
}

fn form(state: &AppState, to: &str, wrong: Option<&str>, status: StatusCode) -> Response {
    let local = "Open the newest link that the window shows in which the program was started, or paste it here. A link works once.";
    let label = if state.sign_in.local.is_some() { "Link or token" } else { "Token" };
    let wrong: Vec<&str> = wrong.into_iter().collect();
    let token = line("token", "").attr("type", "password").attr("autocomplete", "current-password");
    let content = Html::new()
        .with(el("h1").with("Sign in"))
        .with(state.sign_in.local.as_ref().map(|_| el("p").with(local)))
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
                    &wrong,
                ))
                .with(el("p").class("send").with(button("Sign in"))),
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
