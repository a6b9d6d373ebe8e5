//! Operations on cases: open one, offer an event, and read its status.

use super::paging;
use crate::problem::WebError;
use crate::request::{WebFuture, WebRequest, WebResult};
use crate::response::{self, json, with_etag};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use ibbi_access::View;
use ibbi_app::ExtractError;
use ibbi_app::ledger::{CasePage, CaseQuery, CaseSummary, Order};
use ibbi_app::replay::{self, Timeline, Until};
use ibbi_app::service::{EventTime, Offer, Recorded};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, confidential, input, schedule, signing, status as standing};
use ibbi_core::{At, EventKind, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::sync::Arc;
use uuid::Uuid;

/// The body that offers an event.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent<'a> {
    r#type: Option<String>,
    #[serde(borrow)]
    data: &'a RawValue,
    at: Option<String>,
    id: Option<Uuid>,
    /// The ID that the case gets. Only for an event that opens one.
    case: Option<Uuid>,
    actor: Option<Name>,
    on_behalf: Option<Name>,
    replaces: Option<u64>,
    #[serde(default)]
    dry_run: bool,
}

/// A page of the list of cases.
#[derive(Serialize, JsonSchema)]
pub(super) struct CaseList {
    /// The cases, in the order in which they were opened.
    cases: Vec<CaseSummary>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<Uuid>,
    /// The number of cases that you can see and that the query finds.
    total: usize,
    /// The number of lines in the ledger. Only for those who can see the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<u64>,
    /// The SHA-256 of the ledger's last line. Only for those who can see the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    last_hash: Option<String>,
}

/// The timeline of a case. Its records are a page of them.
#[derive(Serialize, JsonSchema)]
pub(super) struct CaseReplay {
    #[serde(flatten)]
    timeline: Timeline,
    /// The value of `after` for the next page; null on the last page.
    next: Option<u64>,
}

pub(super) fn list(request: &WebRequest) -> WebResult {
    let limit = paging::limit(request)?;
    let after = paging::after(request, "the ID of a case")?;
    let district = request.query.get("district").unwrap_or_default().to_owned();
    let query = CaseQuery { after, order: Order::Oldest, district, limit };
    let CasePage { cases, next, total } = request.list(&query)?;
    // The length of the ledger tells how much goes on in the cases of others.
    let (mut lines, mut last_hash) = (None, None);
    if request.viewer.may_see(View::Ledger, None).is_ok() {
        let head = request.state.look(|service| service.store().head()).ok_or_else(WebError::internal)?;
        (lines, last_hash) = (Some(head.lines), Some(head.hash.to_string()));
    }
    let list = CaseList { cases, next, total, lines, last_hash };
    Ok(json(StatusCode::OK, &serde_json::json!(list))?)
}

pub(super) fn open(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        request.no_match()?;
        let (offer, dry_run) = read(&request, None)?;
        recorded(request, offer, dry_run).await
    })
}

pub(super) fn offer(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        let (offer, dry_run) = read(&request, Some(request.id("case")?))?;
        recorded(request, offer, dry_run).await
    })
}

/// Reads an offer from the body of a request, and whether it is only to be checked.
fn read(request: &WebRequest, case: Option<Uuid>) -> Result<(Offer, bool), WebError> {
    let example = match case {
        None => r#"{"data": {"district": "Maple Hollow"}}"#,
        Some(_) => r#"{"type": "note_added", "data": {"text": "They asked for a date in May."}}"#,
    };
    let sent: Sent<'_> = request.object("an event", example)?;
    let kind = match (&sent.r#type, case) {
        (None, None) => EventKind::CaseOpened,
        (Some(name), _) => input::event_kind(name).map_err(AppError::from)?,
        (None, Some(_)) => return Err(AppError::Usage("the event has no `type`".to_owned()).into()),
    };
    if case.is_none() && kind != EventKind::CaseOpened {
        return Err(AppError::Usage(format!("a case is opened with case_opened, not with {kind}")).into());
    }
    // The service checks the zone of the case, which it has at hand.
    let event = input::read_json(Some(kind), sent.data.get().as_bytes(), Zone::default()).map_err(AppError::from)?;
    let at = match sent.at.as_deref() {
        None | Some("now") => None,
        Some(text) => Some(match text.parse::<At>() {
            Ok(at) => EventTime::At(at),
            Err(_) => {
                let zone = case.map_or_else(|| Ok(Zone::default()), |case| request.zone(case))?;
                EventTime::read(text, zone, request.state.now()?).map_err(AppError::from)?
            }
        }),
    };
    if let Some(actor) = sent.actor.filter(|actor| actor != request.name()) {
        let signed_in = request.name();
        let detail = format!(
            "`actor` is {actor}, but {signed_in} signed in, and the actor of a record is who signed in; leave out `actor`, and give \
             the person or body for whom you record it as `on_behalf`"
        );
        return Err(WebError::Request(StatusCode::FORBIDDEN, "actor", detail));
    }
    let expected_revision = case.map(|case| request.expected_rev(case)).transpose()?.flatten();
    let new_case = match (case, sent.case) {
        (Some(_), Some(_)) => {
            let message = "`case` is for an event that opens a case; leave it out";
            return Err(AppError::Usage(message.to_owned()).into());
        }
        (_, sent) => sent,
    };
    let (id, replaces, on_behalf) = (sent.id, sent.replaces, sent.on_behalf);
    let offer = Offer { case, at, id, replaces, on_behalf, expected_revision, new_case, ..request.offer(event) };
    Ok((offer, sent.dry_run))
}

async fn recorded(request: WebRequest, offer: Offer, dry_run: bool) -> WebResult {
    let (case, asked) = (offer.case, [confidential::concern_of(&offer.event).copied()]);
    let state = Arc::clone(&request.state);
    // A look at the case waits for the batch that is being written, and then for the next one. Most offers need none.
    let (request, offer) = if request.needs_no_check(&offer) {
        (request, offer)
    } else {
        let checked = move || {
            let offer = request.checked(offer)?;
            Ok::<_, WebError>((request, offer))
        };
        tokio::task::spawn_blocking(checked).await.unwrap_or_else(|_| Err(WebError::internal()))?
    };
    let recorded = if dry_run {
        let asked = tokio::task::spawn_blocking(move || state.ask(&offer)).await;
        asked.unwrap_or_else(|_| Err(AppError::Usage("the question was not answered".to_owned())))
    } else {
        state.writer.offer(offer).await
    };
    let recorded = match recorded {
        Ok(recorded) => request.private_answer(recorded),
        Err(error) if request.viewer.reads_all_texts() => return Err(error.into()),
        // This can take a look at the case.
        Err(error) => {
            let private = tokio::task::spawn_blocking(move || request.private(case, &asked, error)).await;
            return Err(private.map_or_else(|_| WebError::internal(), WebError::from));
        }
    };
    let Recorded { case, rev, existing, dry_run, .. } = recorded;
    let status = if existing || dry_run { StatusCode::OK } else { StatusCode::CREATED };
    let mut response = json(status, &recorded)?;
    if let Some(rev) = rev {
        response = with_etag(response, rev);
    }
    if status == StatusCode::CREATED {
        response = response::with_header(response, LOCATION, &format!("{}/cases/{case}", super::BASE));
    }
    Ok(response)
}

/// Returns the instant of a question.
fn asked_at(request: &WebRequest, zone: Zone) -> Result<At, AppError> {
    let now = request.state.now()?;
    Ok(request.query.get("at").map_or(Ok(now), |text| zone.read(text, now))?)
}

pub(super) fn status(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let at = asked_at(request, request.zone(case)?)?;
    let status = request.case(case, |log| standing::status_of(log, at, &request.state.live().settings.standards))?;
    let status = request.status(status)?;
    Ok(with_etag(json(StatusCode::OK, &status)?, status.records as u64))
}

pub(super) fn survey(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let at = asked_at(request, request.zone(case)?)?;
    let (survey, rev) =
        request.facts(case, |log| Ok::<_, AppError>((log.history()?.survey(at), log.records.len())))??;
    Ok(with_etag(json(StatusCode::OK, &survey)?, rev as u64))
}

pub(super) fn route(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let at = asked_at(request, request.zone(case)?)?;
    let missing = || AppError::Usage("name the goal, as in ?goal=training".to_owned());
    let goal = request.query.get("goal").ok_or_else(missing)?;
    let route = request.facts(case, |log| standing::route_to(log, goal, at))??;
    Ok(json(StatusCode::OK, &route)?)
}

pub(super) fn replay(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let until = match (request.query.get("at"), request.query.get("to")) {
        (Some(_), Some(_)) => return Err(AppError::Usage("give `at` or `to`, not both".to_owned()).into()),
        (Some(_), None) => Until::At(asked_at(request, request.zone(case)?)?),
        (None, Some(to)) => {
            let number = to.parse().map_err(|_| AppError::Usage("`to` is a whole number, such as 12".to_owned()))?;
            Until::Seq(number)
        }
        (None, None) => Until::End,
    };
    let (limit, after) = (paging::limit(request)?, paging::after::<u64>(request, "the number of a record")?);
    let mut timeline = request.case(case, |log| replay::timeline_of(log, until))??;
    timeline.moments.retain(|moment| after.is_none_or(|after| moment.seq > after));
    let next = timeline.moments.get(limit).and(timeline.moments.get(limit - 1)).map(|last| last.seq);
    timeline.moments.truncate(limit);
    Ok(json(StatusCode::OK, &CaseReplay { timeline, next })?)
}

pub(crate) fn calendar(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let now = request.state.now()?;
    let made = request.facts(case, |log| schedule::cases_calendar(&request.state.path, &[log], now, None))??;
    Ok(response::download(response::CALENDAR, "dates.ics", made.text))
}

/// Returns the problem for an extract without a checkpoint, with the ways to get one.
fn uncovered(why: &str) -> WebError {
    let detail = format!(
        "{why}, and an extract proves only what a checkpoint covers. Start the server with --sign KEYFILE: it then \
         signs checkpoints as the ledger grows (--every sets after how many lines). Or stop the server, write a \
         checkpoint with `ibbi checkpoint`, and start the server again."
    );
    WebError::Request(StatusCode::BAD_REQUEST, "extract", detail)
}

pub(super) fn extract(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    request.check(View::Extract, case)?;
    request.log_read(Some(case), None)?;
    let mut text = Vec::new();
    signing::extract_case(request.state.own()?, case, None, &mut text).map_err(|error| match &error {
        AppError::Usage(_) => uncovered("there is no checkpoint yet"),
        AppError::Extract { source, .. } if matches!(**source, ExtractError::NoSuchCase { .. }) => {
            uncovered("no checkpoint covers this case yet")
        }
        _ => error.into(),
    })?;
    Ok(response::download(response::NDJSON, "case.extract", text))
}
