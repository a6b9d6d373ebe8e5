//! The page of a case: what is next, the forms for what happened, and its history.

mod act;
mod advisories;
mod choices;
mod composite;
pub(crate) mod correct;
mod fields;
pub(crate) mod forecast;
mod found_text;
pub(crate) mod history;
mod one_click;
mod sent;
mod session;
pub(crate) mod summary;
mod tasks;
mod titles;
pub(crate) mod view;

use super::when::{self, Moment};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::reader::case_ref;
use crate::request::{WebRequest, WebResult, rev};
use crate::response::see_other;
use axum::http::StatusCode;
use axum::response::Response;
pub(crate) use choices::Choices;
pub(crate) use fields::Inputs;
use history::Shown;
use ibbi_access::Role;
use ibbi_app::case_log::CaseLog;
use ibbi_app::confidential;
use ibbi_app::form::{FormError, When};
use ibbi_app::format::weekday_date;
use ibbi_app::replay::{self, Until};
use ibbi_app::service::{Offer, Recorded};
use ibbi_app::{AppError, status};
use ibbi_core::{At, Event, EventKind};
pub(crate) use sent::Reader;
use tasks::{Records, before, tasks};
use uuid::Uuid;
use view::{Notice, View};

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let number = |name: &str| request.query.get(name).and_then(|text| text.parse().ok());
    let clock_before = request.query.get("clock").and_then(|text| text.parse().ok());
    let notice = number("recorded").map_or(Notice::Nothing, |seq| Notice::Recorded {
        seq,
        count: number("count").unwrap_or(1),
        clock_before,
    });
    let moment = Moment::read(&request.query);
    let response = case_page(request, case, &Pairs::default(), notice, &moment, StatusCode::OK)?;
    Ok(response)
}

fn case_page(
    request: &WebRequest,
    case: Uuid,
    given: &Pairs,
    notice: Notice<'_>,
    moment: &Moment,
    answer: StatusCode,
) -> Result<Response, WebError> {
    let now = request.state.now()?;
    let log: CaseLog = request.case(case, Clone::clone)?;
    let no_time;
    let chosen =
        moment.when(log.zone, now).and_then(|when| check_opened(&log, when.until(log.zone, now)).map(|()| when));
    let (when, notice, answer) = match (chosen, notice) {
        (Ok(when), notice) => (when, notice, answer),
        // The refusal has the same message.
        (Err(_), notice @ Notice::Refused(_)) => (When::Now, notice, answer),
        (Err(error), notice) => {
            no_time = WebError::from(error);
            let is_sent = matches!(notice, Notice::OtherDay);
            let notice = if is_sent { Notice::Refused(&no_time) } else { Notice::NoTime(&no_time) };
            (When::Now, notice, StatusCode::BAD_REQUEST)
        }
    };
    let past = before(log.recorded.records(), when.until(log.zone, now));
    let mut tasks = tasks(&log, when, &moment.people, now);
    let who = |kind, party| {
        let denial = request.viewer.may_record(kind, Some(case_ref(&log)), party).err()?;
        Some(listed(&denial.needs))
    };
    tasks.keep(&who);
    let corrects = |seq| {
        let record = log.records.iter().find(|record| record.seq == seq);
        record.is_some_and(|record| {
            let voids = request.reader().is_own(record) || who(EventKind::EventVoided, None).is_none();
            voids && who(record.event.kind(), confidential::party_of(&log, &record.event)).is_none()
        })
    };
    let view = View {
        corrects: &corrects,
        status: &request.status(status::status_of(&log, now, &request.state.live().settings.standards))?,
        timeline: &replay::timeline_of(&log, Until::End)?,
        shown: Shown {
            before: request.query.get("before").and_then(|seq| seq.parse().ok()),
            filter: request.query.get("show").unwrap_or_default(),
        },
        choices: &Choices::new(past.case(), log.recorded.records()).with_planned(&moment.people),
        tasks: &tasks,
        case: (past.case(), log.recorded.records().case()),
        even_odds: forecast::even_odds(request, &log, now),
        given,
        notice,
        moment,
        when,
        recorder: request.name(),
        texts: request
            .viewer
            .may_see(ibbi_access::View::Retention, None)
            .is_ok()
            .then(|| super::retention::of_case(request, case)),
    };
    Ok(view.page().answer(answer))
}

/// Returns the roles that may do something, for a sentence. A service is a program, so people aren't sent to it.
fn listed(needs: &[String]) -> String {
    let roles: Vec<&str> = needs.iter().map(String::as_str).filter(|role| *role != Role::Service.label()).collect();
    match roles.as_slice() {
        [] => "no one on this server".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Records the events of a form and redirects to the case. A form that is refused is shown again with the reasons.
pub(crate) fn record(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let given = request.form();
    if let Some(moment) = Moment::read_other(&given) {
        let response = case_page(request, case, &given, Notice::OtherDay, &moment, StatusCode::OK)?;
        return Ok(response);
    }
    let moment = Moment::read(&given);
    let response = match recorded(request, case, &given) {
        Ok(all) => {
            let (last, count) = (all.last().and_then(|last| last.seq), all.len().to_string());
            let seq = last.map(|seq| seq.to_string()).unwrap_or_default();
            let clock_before = all.iter().find_map(|recorded| recorded.clock_before).map(|at| at.to_string());
            let mut shown = vec![("recorded", seq.as_str())];
            shown.extend((count != "1").then_some(("count", count.as_str())));
            shown.extend(clock_before.as_deref().map(|before| ("clock", before)));
            see_other(&(moment.address(&format!("/cases/{case}"), &shown) + "#now"))
        }
        // Without the case there is no page for the form.
        Err(fail @ WebError::App(AppError::NoCase(_))) => return Err(fail),
        Err(fail) => case_page(request, case, &given, Notice::Refused(&fail), &moment, fail.status())?,
    };
    Ok(response)
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

/// Says what to do about an event from before the case was opened. Its rules would speak of a stage that the page doesn't show.
fn check_opened(log: &CaseLog, until: At) -> Result<(), FormError> {
    let entries = log.recorded.records().entries().iter();
    let opening = entries.filter(|entry| entry.counts()).find(|entry| entry.event.kind() == EventKind::CaseOpened);
    match opening {
        Some(opening) if until < opening.at => {
            Err(FormError::before_opening(&weekday_date(log.zone.date(opening.at)), opening.seq))
        }
        _ => Ok(()),
    }
}

fn recorded(request: &WebRequest, case: Uuid, given: &Pairs) -> Result<Vec<Recorded>, WebError> {
    let records = Records::from_code(given.get("type").unwrap_or_default()).ok_or_else(FormError::incomplete)?;
    let now = request.state.now()?;
    let log: CaseLog = request.case(case, Clone::clone)?;
    let circumstances = when::circumstances(request, given, log.zone);
    let until = circumstances.as_ref().map_or(now, |(when, _)| when.until(log.zone, now));
    let past = before(log.recorded.records(), until);
    let choices = Choices::new(past.case(), log.recorded.records());
    let reader = Reader { given, choices: &choices, near: log.zone.date(until) };
    let act = composite::act(records, &reader, &past, log.zone);
    check_opened(&log, until)?;
    let ((when, on_behalf), act) = when::both(circumstances, act)?;
    let events = act.placed(&log, when, now)?;
    let expected_revision = seen(given)?;
    let id = given.get("id").and_then(|id| Uuid::parse_str(id).ok());
    let offer = |(number, (event, at)): (usize, (Event, Option<At>))| Offer {
        case: Some(case),
        at: at.map(|at| when.event_time(at)),
        id: id.map(|id| Uuid::from_u128(id.as_u128().wrapping_add(number as u128))),
        expected_revision,
        on_behalf: on_behalf.clone(),
        ..request.offer(event)
    };
    let asked: Vec<_> = events.iter().map(|(event, _)| confidential::concern_of(event).copied()).collect();
    let offers = events.into_iter().enumerate().map(offer).map(|offer| request.checked(offer));
    let offers = offers.collect::<Result<Vec<Offer>, _>>()?;
    request.state.writer.act_here(offers).map_err(|error| match request.private(Some(case), &asked, error) {
        // The form shows one event or several; the message is about the one that is to blame.
        AppError::InAct { error, .. } => (*error).into(),
        error => error.into(),
    })
}
