//! `ibbi token` and `ibbi access`: who may do what on the server.

use super::{actor, now};
use crate::args::{Access, ChangeGrant, GrantedRole, NewToken, RevokeToken, Token};
use crate::output::Outcome;
use ibbi_access::{
    AccessError, AccessFile, Grant, IssuedToken, Principal, Registry, UNKNOWN_NAME, access_path, event_table,
    view_table,
};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, place};
use ibbi_core::{At, Name};
use serde_json::json;
use std::fmt::Write as _;
use std::path::Path;

/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

pub(crate) fn token(args: Token, json: bool) -> Result<Outcome, AppError> {
    match args {
        Token::New(args) => new_token(args, json),
        Token::List(args) => {
            let registry = open(&args.ledger)?;
            let now = now()?;
            if json {
                return Ok(Outcome::json(&json!(
                    registry.tokens().iter().map(|token| value(token, now)).collect::<Vec<_>>()
                )));
            }
            Ok(Outcome::done(tokens(&registry, now)))
        }
        Token::Revoke(RevokeToken { ledger, id }) => {
            open(&ledger)?.revoke(&id, local()?, now()?).map_err(failed)?;
            if json {
                return Ok(Outcome::json(&json!({ "revoked": id })));
            }
            Ok(Outcome::done(format!("Revoked {id}. A running server refuses it from now on.\n")))
        }
    }
}

pub(crate) fn access(args: Access, json: bool) -> Result<Outcome, AppError> {
    match args {
        Access::List(args) => {
            let registry = open(&args.ledger)?;
            let now = now()?;
            if json {
                let grants = registry.grants().iter().map(|(who, grant)| json!({ "who": who, "grant": grant }));
                let tokens = registry.tokens().iter().map(|token| value(token, now));
                let all = json!({ "grants": grants.collect::<Vec<_>>(), "tokens": tokens.collect::<Vec<_>>() });
                return Ok(Outcome::json(&all));
            }
            let mut text = String::new();
            for (Principal { issuer, subject, name }, grant) in registry.grants() {
                let _ = writeln!(text, "{name} ({issuer}, {subject}): {grant}");
            }
            if registry.grants().is_empty() {
                text.push_str("No one has a role but the user who starts the server on this computer.\n");
            }
            Ok(Outcome::done(text + &tokens(&registry, now)))
        }
        Access::Grant(args) => {
            let (mut registry, who, grant) = change(args)?;
            let done = format!("{} has the role {grant} now.\n", who.name);
            registry.grant(who, grant, local()?, self::now()?).map_err(failed)?;
            Ok(if json { Outcome::json(&json!({ "done": done.trim_end() })) } else { Outcome::done(done) })
        }
        Access::Remove(args) => {
            let (mut registry, who, grant) = change(args)?;
            let done = format!("{} doesn't have the role {grant} any more.\n", who.subject);
            registry.remove(who, grant, local()?, self::now()?).map_err(failed)?;
            Ok(if json { Outcome::json(&json!({ "done": done.trim_end() })) } else { Outcome::done(done) })
        }
        Access::Table => Ok(Outcome::done(format!("{}\n{}", event_table(), view_table()))),
    }
}

fn new_token(args: NewToken, json: bool) -> Result<Outcome, AppError> {
    let NewToken { ledger, name, role, expires } = args;
    let (now, grant) = (now()?, granted(role)?);
    let name = Name::new(&name).map_err(|error| AppError::Usage(format!("the name of the token: {error}")))?;
    let expires = expiry(&expires, now)?;
    let new = ibbi_access::NewToken { name, grants: vec![grant.clone()], expires: Some(expires) };
    let (id, text) = open(&ledger)?.issue(new, local()?, now).map_err(failed)?;
    let until = Zone::default().show(expires);
    if json {
        return Ok(Outcome::json(&json!({ "id": id, "token": text, "expires": expires })));
    }
    let mut outcome = Outcome::done(format!("{text}\n"));
    let missing = if place::is_database(&ledger) || ledger.exists() {
        ""
    } else {
        "There is no ledger with this name yet; ibbi serve creates it. "
    };
    outcome.messages = format!(
        "{missing}This is the token {id}, with the role {grant}, until {until}. It is shown only now. Send it as `Authorization: Bearer \
         TOKEN`.\n"
    );
    Ok(outcome)
}

/// Reads when a token stops to count: days from now, or a day.
fn expiry(text: &str, now: At) -> Result<At, AppError> {
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok()) {
        let at = At::from_millis(now.millis() + i64::from(days) * DAY);
        return at.ok_or_else(|| AppError::Usage("the token would count beyond the year 9999".to_owned()));
    }
    // The token counts until the end of the day.
    let end = text.parse().ok().and_then(|day| Zone::default().day(day)).map(|(_, end)| end);
    end.ok_or_else(|| {
        AppError::Usage(format!(
            "--expires is days from now, such as 90d, or a day, such as 2027-06-30; it is `{text}`"
        ))
    })
}

/// Returns the role of a token or a webhook.
pub(super) fn granted(role: GrantedRole) -> Result<Grant, AppError> {
    let GrantedRole { role, case, district, party } = role;
    let usage = |error: &dyn std::fmt::Display| AppError::Usage(error.to_string());
    let district = district.map(|district| Name::new(&district)).transpose().map_err(|error| usage(&error))?;
    Grant::from_parts(role, case, district, party).map_err(|error| usage(&error))
}

fn change(args: ChangeGrant) -> Result<(Registry, Principal, Grant), AppError> {
    let ChangeGrant { ledger, issuer, subject, name, role } = args;
    let who = Principal::new(&issuer, &subject, name.as_deref().unwrap_or(&subject));
    let who = who.map_err(|error| AppError::Usage(error.to_string()))?;
    Ok((open(&ledger)?, who, granted(role)?))
}

fn open(ledger: &Path) -> Result<Registry, AppError> {
    if ledger.is_dir() {
        return Err(AppError::Usage(format!("{} is a folder; give the file of the ledger", ledger.display())));
    }
    Registry::open(AccessFile::new(access_path(&place::beside(ledger)?))).map_err(failed)
}

/// Returns the user of this computer.
pub(super) fn local() -> Result<Principal, AppError> {
    let user = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|name| std::env::var(name).ok());
    let user = user.filter(|user| !user.is_empty()).unwrap_or_else(|| UNKNOWN_NAME.to_owned());
    Principal::local(&user, actor(None)?.as_str()).map_err(|error| AppError::Usage(format!("the user's name: {error}")))
}

pub(super) fn failed(error: AccessError) -> AppError {
    match error {
        AccessError::Io { doing, path, source } => AppError::Io { doing, path, source },
        AccessError::Line { ref path, .. } => {
            let path = path.clone();
            AppError::Io { doing: "read", path, source: std::io::Error::other(error.to_string()) }
        }
        AccessError::Refused(why) => AppError::Usage(why),
    }
}

fn state(token: &IssuedToken, now: At) -> String {
    let show = |at| Zone::default().show(at);
    match (token.revoked, token.expires) {
        (Some(at), _) => format!("revoked on {}", show(at)),
        (None, Some(at)) if !token.counts_at(now) => format!("expired on {}", show(at)),
        (None, Some(at)) => format!("until {}", show(at)),
        (None, None) => "without an end".to_owned(),
    }
}

fn roles(token: &IssuedToken) -> String {
    token.grants.iter().map(Grant::to_string).collect::<Vec<_>>().join("; ")
}

fn tokens(registry: &Registry, now: At) -> String {
    if registry.tokens().is_empty() {
        return "There are no tokens.\n".to_owned();
    }
    registry.tokens().iter().fold(String::new(), |mut text, token| {
        let _ = writeln!(text, "{}  {}: {}, {}", token.id, token.name, roles(token), state(token, now));
        text
    })
}

fn value(token: &IssuedToken, now: At) -> serde_json::Value {
    let IssuedToken { id, name, grants, issued, by, expires, revoked, .. } = token;
    json!({
        "id": id, "name": name, "grants": grants, "issued": issued, "by": by, "expires": expires, "revoked": revoked,
        "counts": token.counts_at(now),
    })
}
