//! Signing in with the identity provider of the office, and signing out of it.
//!
//! While a browser is at the provider, its cookie has the secrets of the attempt, and nothing is kept here. So attempts that are never
//! finished cost nothing. The cookie is for this browser only, so an answer that another browser was sent for is refused.

use super::form_errors::sentence;
use super::login::{begin, cookie, ended, form, local_path};
use super::shell::Page;
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::{see_other, with_header};
use crate::sign_in::{LASTS_OIDC, LOGIN, Oidc};
use crate::visit;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use ibbi_access::Principal;
use ibbi_app::AppError;
use ibbi_oidc::{OidcError, Reply, Secrets};
use ibbi_report::html::{Html, el};
use std::time::{Duration, UNIX_EPOCH};

/// How long someone may take to sign in at the provider.
const ATTEMPT: Duration = Duration::from_secs(15 * 60);
/// The longest address on this server that is remembered meanwhile. A browser sends all its cookies in one head.
const LONGEST: usize = 1000;
/// How much of the state names the cookie, so that two tabs don't disturb each other.
const NAMED: usize = 8;

/// Sends the browser to the provider.
pub(crate) fn leave(request: &WebRequest) -> WebResult {
    let oidc = provider(request)?;
    let to = request.query.get("to").filter(|to| to.len() <= LONGEST).unwrap_or_default();
    let attempt = match oidc.provider.begin() {
        Ok(attempt) => attempt,
        Err(error) => return Ok(failed(request, to, &error)),
    };
    let Secrets { state, nonce, verifier } = &attempt.secrets;
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    let (name, value) = (cookie_name(request, state), format!("{state}.{nonce}.{verifier}.{to}"));
    let set = cookie(&request.visit, &name, &value, ATTEMPT);
    Ok(with_header(see_other(&attempt.address), SET_COOKIE, &set))
}

/// Takes the browser back with the answer of the provider, and begins a session.
pub(crate) fn return_here(request: &WebRequest) -> WebResult {
    let oidc = provider(request)?;
    let query = |name: &str| request.query.get(name);
    let reply = Reply {
        code: query("code"),
        state: query("state"),
        iss: query("iss"),
        error: query("error"),
        error_description: query("error_description"),
    };
    let name = cookie_name(request, reply.state.unwrap_or_default());
    let kept = visit::cookie(&request.headers, &name).and_then(|value| read(&value));
    let Some((secrets, to)) = kept else {
        // A page that is loaded again, or an attempt that took too long.
        if request.visit.session().is_some_and(|secret| request.state.sessions.find(secret).is_some()) {
            return Ok(see_other("/"));
        }
        let why = "this browser didn't ask for it, or it took longer than 15 minutes; sign in again";
        return Ok(failed(request, "", &OidcError::Refused(why.to_owned())));
    };
    let now = request.state.now()?;
    let now = UNIX_EPOCH + Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default());
    let answer = match oidc.provider.finish(&secrets, reply, now.into()) {
        Ok(person) => {
            let principal =
                person.name.as_deref().and_then(|name| Principal::new(&person.issuer, &person.subject, name).ok());
            // Without a name that can be shown, the ID is shown.
            let principal =
                principal.map_or_else(|| Principal::new(&person.issuer, &person.subject, &person.subject), Ok);
            let principal = principal.map_err(|error| {
                AppError::Usage(format!("the identity provider's ID of you can't be used: {error}"))
            })?;
            begin(&request.state, &request.visit, principal, LASTS_OIDC, &to)?
        }
        Err(error) => failed(request, &to, &error),
    };
    let mut answer = answer;
    // In addition to the cookie of the session.
    if let Ok(ended) = ended(&request.visit, &name).parse() {
        answer.headers_mut().append(SET_COOKIE, ended);
    }
    Ok(answer)
}

/// Answers the page after signing out: the provider can still know the person.
pub(crate) fn left(request: &WebRequest) -> WebResult {
    let live = request.state.live();
    let away = live.settings.sign_in.oidc.as_ref().and_then(|oidc| {
        let address = oidc.provider.sign_out(&oidc.left).ok().flatten()?;
        let way = el("a").class("go").attr("href", address).with(format!("Sign out of {}", oidc.name));
        let why = format!(
            "You can still be signed in with {}. On a computer that others use, sign out there too.",
            oidc.name
        );
        Some(Html::new().with(el("p").with(why)).with(el("p").class("send").with(way)))
    });
    let content = Html::new()
        .with(el("h1").with("You are signed out"))
        .with(away)
        .with(el("p").with(el("a").attr("href", LOGIN).with("Sign in again")));
    Ok(Page { title: "Signed out", place: "", content }.answer(StatusCode::OK))
}

fn provider(request: &WebRequest) -> Result<Oidc, WebError> {
    let oidc = request.state.live().settings.sign_in.oidc.clone();
    oidc.ok_or_else(|| WebError::not_found("this server has no identity provider"))
}

fn cookie_name(request: &WebRequest, state: &str) -> String {
    let named = state.get(..NAMED).unwrap_or_default();
    format!("{}_{named}", request.visit.cookie_name())
}

/// Reads the cookie of an attempt.
fn read(value: &str) -> Option<(Secrets, String)> {
    let mut parts = value.splitn(4, '.').map(str::to_owned);
    let (state, nonce, verifier, to) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let to = form_urlencoded::parse(format!("to={to}").as_bytes()).next().map(|(_, to)| to.into_owned());
    Some((Secrets { state, nonce, verifier }, local_path(&to.unwrap_or_default())))
}

/// Answers the page to sign in, with an error. A failure of the provider is logged as one; any other counts as a failure to sign in.
fn failed(request: &WebRequest, to: &str, error: &OidcError) -> Response {
    let (state, visit) = (&*request.state, &request.visit);
    let (status, shown) = match error {
        OidcError::Unreachable { .. } | OidcError::Setting { .. } => {
            tracing::error!(server = state.port, error = %error, "the identity provider can't be used");
            let shown = "The identity provider can't be reached, so it can't sign you in. Try again in some minutes. The log of the server says why.";
            (StatusCode::BAD_GATEWAY, shown.to_owned())
        }
        OidcError::Declined(_) | OidcError::Refused(_) => {
            if let Err(wait) = visit.check_throttle(state) {
                (wait.status(), wait.detail())
            } else {
                visit.failed(state, &error.to_string());
                (StatusCode::UNAUTHORIZED, format!("{}.", sentence(&error.to_string())))
            }
        }
    };
    form(state, to, Some(&shown), status)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn cookie_of_an_attempt_has_its_secrets_and_a_way_on_this_server() {
        let (secrets, to) = read("a.b.c.%2Fcases%2F1%3Fa%3Db.c").unwrap();
        assert_eq!((secrets.state.as_str(), secrets.nonce.as_str(), secrets.verifier.as_str()), ("a", "b", "c"));
        assert_eq!(to, "/cases/1?a=b.c");
        assert_eq!(read("a.b.c.%2F%2Fevil.example").unwrap().1, "/");
        assert!(read("a.b.c").is_none() && read("").is_none());
    }
}
