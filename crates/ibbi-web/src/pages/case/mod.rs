//! The page of a case: its status, what can be recorded now, what is blocked, and its records.

pub(crate) mod fields;
pub(crate) mod view;

use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult, rev};
use crate::response::see_other;
use axum::http::StatusCode;
use axum::response::Response;
use fields::Choices;
use ibbi_app::form::FormError;
use ibbi_app::replay::{self, Until};
use ibbi_app::service::{Offer, Recorded};
use ibbi_app::{AppError, form, status};
use uuid::Uuid;
use view::{Notice, View};

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let notice =
        request.query.get("recorded").and_then(|seq| seq.parse().ok()).map_or(Notice::Nothing, Notice::Recorded);
    case_page(request, case, &Pairs::default(), &notice, StatusCode::OK)
}

fn case_page(
    request: &WebRequest,
    case: Uuid,
    given: &Pairs,
    notice: &Notice<'_>,
    answer: StatusCode,
) -> Result<Response, WebError> {
    let now = request.state.now()?;
    let (status, timeline, choices) = request.state.case(case, |log| {
        let choices = Choices::from_case(log.history.case());
        (status::status_of(log, now), replay::timeline_of(log, Until::End), choices)
    })?;
    let timeline = timeline?;
    let before = request.query.get("before").and_then(|seq| seq.parse().ok());
    Ok(View { status: &status, timeline: &timeline, before, choices: &choices, given, notice }.page().answer(answer))
}

/// Records the event of a form and redirects to the case. A form that is refused is shown again with the reasons.
pub(crate) fn record(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let given = request.form();
    match recorded(request, case, &given) {
        Ok(Recorded { seq, .. }) => {
            let seq = seq.map(|seq| format!("?recorded={seq}")).unwrap_or_default();
            Ok(see_other(&format!("/cases/{case}{seq}#now")))
        }
        // Without the case there is no page for the form.
        Err(fail @ WebError::App(AppError::NoCase(_))) => Err(fail),
        Err(fail) => case_page(request, case, &given, &Notice::Refused(&fail), fail.status()),
    }
}

/// Returns the number of records on the page whose form was sent.
fn seen(given: &Pairs) -> Result<Option<u64>, FormError> {
    let mut all = given.all("rev");
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(text), None) => rev(text).map(Some).ok_or_else(FormError::incomplete),
        _ => Err(FormError::incomplete()),
    }
}

fn recorded(request: &WebRequest, case: Uuid, given: &Pairs) -> Result<Recorded, WebError> {
    let kind = form::kind(given.get("type").unwrap_or_default())?;
    let (zone, taken) = request.state.case(case, |log| (log.zone, Choices::from_case(log.history.case()).taken()))?;
    let event = form::event(kind, &fields::pairs(kind, given, &taken), zone)?;
    let (at, actor, id) = fields::circumstances(request, given, zone)?;
    let expected_revision = seen(given)?;
    let offer = Offer { case: Some(case), at, id, expected_revision, ..Offer::new(event, actor) };
    Ok(request.state.writer.offer_here(offer)?)
}
