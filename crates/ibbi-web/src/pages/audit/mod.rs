//! "Look into a ledger": this server's own, or one that was uploaded with its checkpoints and a public key.
//!
//! What is found comes through [`Source`]; the pages know nothing of how it was found.

mod source;
mod view;

use super::shell::Page;
use crate::api;
use crate::call::{Answer, Call};
use crate::reply::{self, HTML, JSON, see_other};
use axum::http::StatusCode;
use source::Source;

/// The form.
pub(crate) fn page(_: &Call) -> Answer {
    Ok(Page { title: "Look into a ledger", place: "/audit", content: view::form(None) }.answer(StatusCode::OK))
}

/// Takes a ledger and leads to what was found.
pub(crate) fn send(call: &Call) -> Answer {
    match api::upload(call) {
        Ok(upload) => {
            let id = call.shared.uploads().keep(upload);
            Ok(see_other(&format!("/audit/{id}")))
        }
        Err(fail) => {
            let content = view::form(Some(&fail));
            Ok(Page { title: "Look into a ledger", place: "/audit", content }.answer(fail.status()))
        }
    }
}

/// What was found.
pub(crate) fn found(call: &Call) -> Answer {
    let source = Source::of(call)?;
    let (report, cases) = source.audit(call)?;
    let content = view::found(&source, &report, &cases);
    Ok(Page { title: "What was found", place: "/audit", content }.answer(StatusCode::OK))
}

/// A case at one of its events: the one of `?step=`, or the last.
pub(crate) fn case(call: &Call) -> Answer {
    let source = Source::of(call)?;
    let case = call.id("case")?;
    let (whole, wrong) = source.timeline(case, None)?;
    let last = whole.moments.len();
    let step = call.query.get("step").and_then(|step| step.parse().ok()).unwrap_or(last).clamp(1, last.max(1));
    let seq = whole.moments.get(step - 1).map(|moment| moment.seq);
    let (then, _) = source.timeline(case, seq)?;
    if call.query.get("part") == Some("state") {
        return Ok(reply::reply(StatusCode::OK, HTML, view::state(&whole, &then, step).into_string()));
    }
    let content = view::case(&source, &whole, &wrong, &then, step);
    Ok(Page { title: "A case in time", place: "/audit", content }.answer(StatusCode::OK))
}

/// What `ibbi audit --json` prints, to be kept.
pub(crate) fn report(call: &Call) -> Answer {
    let (report, _) = Source::of(call)?.audit(call)?;
    Ok(reply::download(JSON, "audit.json", reply::line(&report)?))
}

/// The events for other programs.
pub(crate) fn export(call: &Call) -> Answer {
    api::exported(call, &Source::of(call)?.ledger())
}
