//! The page "Plan a schedule": a scenario in a form, with its answer.
//!
//! The scenario is in the link, so the server keeps nothing. A form that is sent redirects to its link. The answer is
//! streamed over one connection: first the answer, then the plan, then the comparison of the formats, then whom to ask.

mod draft;
mod form;
pub(crate) mod import;
mod link;
mod problems;
mod view;

use super::shell::frame;
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebFuture, WebRequest, WebResult};
use crate::response::{self, HTML, Pieces, see_other, with_type};
use crate::state::AppState;
use axum::body::Bytes;
use axum::http::StatusCode;
use draft::{Draft, Wrong};
use ibbi_app::ledger::PROGRAM;
use ibbi_app::sim::{Scenario, Simulator};
use ibbi_app::{AppError, schedule};
use ibbi_core::{Date, EventKind, Format, Name};
use ibbi_poll::Poll;
use ibbi_report::SimulationPage;
use ibbi_report::html::{Html, el};
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

/// The simulation runs of the first answer.
const RUNS: u64 = 10_000;
/// The simulation runs of each day that is tried for "whom to ask".
const TRIES: u64 = 2_000;
/// The seed of the page: the same scenario gives the same answer.
const SEED: u64 = 1;
/// How many empty rows for people a click adds.
const MORE_ROWS: usize = 5;
/// The separator of the pieces of an answer, for the script.
const NEXT: &str = "<!--next-->";

/// Returns the scenario of a link, or the sample.
fn scenario_of_link(request: &WebRequest) -> Result<Scenario, AppError> {
    match linked_scenario(&request.query)? {
        Some(scenario) => Ok(scenario),
        None if request.query.get("begin") == Some("empty") => template(request),
        None => schedule::load(None),
    }
}

/// Returns the scenario that the query of a link has, if it has one.
pub(crate) fn linked_scenario(query: &Pairs) -> Result<Option<Scenario>, AppError> {
    let text = match (query.get("file"), query.get("d")) {
        (Some(text), _) => text.to_owned(),
        // Anyone can write a link, so the scenario is checked as a file is.
        (None, Some(_)) => link::read(query)?.to_toml(),
        (None, None) => return Ok(None),
    };
    schedule::read(&text, Path::new("the scenario of the link")).map(Some)
}

/// Returns the query of the link of a scenario's file, as its text or as the fields of the form; nothing if the file is too
/// long for a link.
pub(crate) fn query_of_file(text: &str) -> Result<Option<String>, AppError> {
    let scenario = schedule::read(text, Path::new("the scenario"))?;
    let query = if link::holds(&scenario) { link::write(&scenario) } else { link::of_file(text) };
    Ok(Some(query).filter(|query| link::fits(query)))
}

/// Returns the query of the link of the sample.
pub(crate) fn query_of_sample() -> Result<String, AppError> {
    schedule::load(None).map(|sample| link::write(&sample))
}

/// Returns a new scenario without unavailable times, with a new ID.
fn template(request: &WebRequest) -> Result<Scenario, AppError> {
    let today = ibbi_app::zone::Zone::default().local(request.state.now()?).map(|time| time.date());
    let today: Date = today.ok_or_else(|| AppError::Usage("the clock is outside the years 1970 to 9999".to_owned()))?;
    let name = Name::new("My District").map_err(|error| AppError::Usage(error.to_string()))?;
    schedule::read(&ibbi_app::sim::template(&name, today, Some(Uuid::now_v7())), Path::new("the template"))
}

/// Returns the page of a link. It is streamed.
pub(crate) fn page(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        if let Some(poll) = request.query.get("poll") {
            let (scenario, poll) = with_answers(&request, poll)?;
            let (begin, end) = frame("Plan a schedule", "/plan");
            // The form has no fields for some scenarios. They are shown as their file.
            let between = match link::holds(&scenario) {
                true => view::between(&Draft::from(&scenario), &[]),
                false => view::between_file(&scenario.to_toml(), &[]),
            };
            let around = Around {
                before: begin + view::above(None).with(view::of_poll(&poll)).as_str(),
                between: between.into_string(),
                after: format!("{}{end}", view::BELOW),
                query: None,
            };
            return streamed(&request, scenario, around).await;
        }
        let file = request.query.get("file").map(str::to_owned);
        let scenario = match (scenario_of_link(&request), &file) {
            (Ok(scenario), _) => scenario,
            (Err(error), Some(text)) => return Ok(refused_file(text, &error)),
            (Err(error), None) => return Err(error.into()),
        };
        let (begin, end) = frame("Plan a schedule", "/plan");
        let between = match &file {
            Some(text) => view::between_file(text, &[]),
            None => view::between(&Draft::from(&scenario), &[]),
        };
        let is_sample = ["d", "file", "begin"].iter().all(|name| request.query.get(name).is_none());
        let sample = is_sample.then_some(&scenario.district);
        let around = Around {
            before: begin + view::above(sample).as_str(),
            between: between.into_string(),
            after: format!("{}{end}", view::BELOW),
            query: file.map(|text| link::of_file(&text)),
        };
        streamed(&request, scenario, around).await
    })
}

/// Returns the scenario of a poll with its answers.
fn with_answers(request: &WebRequest, poll: &str) -> Result<(Scenario, Poll), WebError> {
    request.check_poll_case(None)?;
    let id =
        Uuid::parse_str(poll).map_err(|_| WebError::not_found("there is no such poll; it may have been deleted"))?;
    let poll = request.poll_with_answers(id)?;
    Ok((poll.scenario_with_answers()?, poll))
}

/// Returns the answer alone, for the script. The scenario is in the form that is sent.
pub(crate) fn answer(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        let draft = Draft::read(&request.form());
        match draft.scenario() {
            Ok(scenario) => {
                let query = link::write(&scenario);
                let before = Html::from(form::readings(&draft)).into_string();
                let around = Around { before, between: NEXT.to_owned(), ..Around::default() };
                let response = streamed(&request, scenario, around).await?;
                if !link::fits(&query) {
                    return Ok(response);
                }
                let name = axum::http::HeaderName::from_static("ibbi-link");
                Ok(response::with_header(response, name, &format!("/plan?{query}")))
            }
            Err(wrong) => {
                // The script takes the errors from the form. The answer stays on the page.
                let form = Html::from(form::form(&draft, &wrong));
                Ok(with_type(StatusCode::UNPROCESSABLE_ENTITY, HTML, form.into_string()))
            }
        }
    })
}

/// The markup around the pieces of an answer.
#[derive(Default)]
struct Around {
    before: String,
    /// Between the answer and what follows from it.
    between: String,
    after: String,
    /// The query of the scenario's link, if it isn't the one that follows from the scenario.
    query: Option<String>,
}

/// Streams the answer in pieces.
async fn streamed(request: &WebRequest, scenario: Scenario, around: Around) -> WebResult {
    let state = Arc::clone(&request.state);
    let permit = state.heavy.acquire(request.client()).await;
    let offers = view::Offers {
        poll: request.check_poll_case(None).is_ok(),
        case: request.viewer.may_record(EventKind::CaseOpened, None, None).is_ok(),
    };
    let (pieces, body) = response::streamed();
    tokio::task::spawn_blocking(move || {
        let done = send_pieces(&state, &scenario, &pieces, &around, offers);
        if let Err(error) = done {
            let message = el("p").class("warning").with(error.to_string());
            let _ = pieces.blocking_send(Bytes::from(Html::from(message).into_string()));
        }
        let _ = pieces.blocking_send(Bytes::from(around.after));
        drop(permit);
    });
    Ok(with_type(StatusCode::OK, HTML, body))
}

fn send_pieces(
    state: &AppState,
    scenario: &Scenario,
    pieces: &Pieces,
    around: &Around,
    offers: view::Offers,
) -> Result<(), AppError> {
    let send = |text: String| pieces.blocking_send(Bytes::from(text)).is_ok();
    let simulator = Simulator::new(scenario);
    let settings = state.settings(RUNS, SEED)?;
    let forecast = schedule::simulate(&simulator, settings, |_| {})?;
    let plan = ibbi_app::sim::Plan::from_simulator(&simulator).with_odds(&simulator, &forecast);
    let calendars = schedule::candidate_calendars(&simulator, settings)?;
    let page = SimulationPage::new(&simulator, &plan, &forecast, PROGRAM);
    let page = SimulationPage { calendars: Some(&calendars), ..page };
    let query = around.query.clone().unwrap_or_else(|| link::write(scenario));
    let answer = view::answer(&page, &query, offers).into_string();
    let first = [around.before.as_str(), &answer, &around.between, page.particulars().as_str(), NEXT].concat();
    // If the client is gone, the rest is not computed.
    if !send(first) {
        return Ok(());
    }
    let labelled = (scenario.format().map_or("this scenario", Format::label).to_owned(), scenario.clone());
    let sides = schedule::sides_from(labelled, None, &[])?;
    let comparison = schedule::compare(&sides, settings, |_| {})?;
    if !send(ibbi_report::comparison_section(&comparison).into_string() + NEXT) {
        return Ok(());
    }
    let gains = simulator.availability_gains(state.settings(TRIES, SEED)?)?;
    let favors = simulator.favors();
    send(ibbi_report::gains_section(&gains, &favors, scenario.contract_expires.is_some()).into_string());
    Ok(())
}

/// Accepts the form without script. Redirects to the link of a valid scenario. Shows the form again with its errors
/// otherwise.
pub(crate) fn send(request: &WebRequest) -> WebResult {
    let sent = request.form();
    let draft = Draft::read(&sent);
    if sent.get("do") == Some(form::MORE_ROWS) {
        let rows = draft.empty_rows() + MORE_ROWS;
        return Ok(formed(&Draft { shows_people: true, ..draft.with_empty_rows(rows) }, &[], StatusCode::OK));
    }
    match draft.scenario() {
        Ok(scenario) => Ok(linked(&draft, &scenario, "#answer")),
        Err(wrong) => Ok(refused(&draft, &wrong)),
    }
}

/// Redirects to a scenario's link. If the link is too long, shows the form again.
fn linked(draft: &Draft, scenario: &Scenario, part: &str) -> axum::response::Response {
    let query = link::write(scenario);
    if link::fits(&query) {
        return see_other(&format!("/plan?{query}{part}"));
    }
    refused(draft, &[Wrong { field: String::new(), message: view::TOO_LONG.to_owned() }])
}

fn refused(draft: &Draft, wrong: &[Wrong]) -> axum::response::Response {
    formed(draft, wrong, StatusCode::UNPROCESSABLE_ENTITY)
}

/// Returns the page with the form and without an answer.
fn formed(draft: &Draft, wrong: &[Wrong], status: StatusCode) -> axum::response::Response {
    let content = view::above(None).with(view::between(draft, wrong));
    let (begin, end) = frame("Plan a schedule", "/plan");
    let text = begin + content.as_str() + view::BELOW + end;
    with_type(status, HTML, text)
}

/// Accepts a scenario's file and redirects to its link.
pub(crate) fn open(request: &WebRequest) -> WebResult {
    let mut parts = request.parts.iter().flatten();
    let file = parts.find(|part| part.name == "scenario" && !part.content.is_empty());
    let Some(file) = file else {
        return refused_open(request, "The scenario file is missing or empty. Choose a file.");
    };
    let Ok(text) = std::str::from_utf8(&file.content) else {
        return refused_open(request, "This file is not UTF-8 text. Choose a scenario file, or save it as UTF-8.");
    };
    let scenario = match schedule::read(text, Path::new("the scenario")) {
        Ok(scenario) => scenario,
        // The file can be corrected on the page.
        Err(error) => return Ok(refused_file(text, &error)),
    };
    match link::holds(&scenario) {
        true => Ok(linked(&Draft::from(&scenario), &scenario, "")),
        false => Ok(linked_file(text)),
    }
}

/// Shows the form that opens a file again, with why the file can't be opened.
fn refused_open(request: &WebRequest, why: &str) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let content = view::above_after(why).with(view::between(&Draft::from(&scenario), &[]));
    let (begin, end) = frame("Plan a schedule", "/plan");
    let text = begin + content.as_str() + view::BELOW + end;
    Ok(with_type(StatusCode::UNPROCESSABLE_ENTITY, HTML, text))
}

/// Accepts a scenario's file that was changed on the page, and redirects to its link. Shows it again with its errors otherwise.
pub(crate) fn send_file(request: &WebRequest) -> WebResult {
    let form = request.form();
    let text = form.get("file").unwrap_or_default().replace("\r\n", "\n");
    match schedule::read(&text, Path::new("the scenario")) {
        Ok(_) => Ok(linked_file(&text)),
        Err(error) => Ok(refused_file(&text, &error)),
    }
}

/// Redirects to the link of a scenario's file. If the link is too long, shows the file again.
fn linked_file(text: &str) -> axum::response::Response {
    let query = link::of_file(text);
    match link::fits(&query) {
        true => see_other(&format!("/plan?{query}#answer")),
        false => refused_file(text, &AppError::Usage(view::TOO_LONG.to_owned())),
    }
}

/// Shows a scenario's file again, with what is wrong.
fn refused_file(text: &str, error: &AppError) -> axum::response::Response {
    let wrong = match error {
        AppError::Scenario { source, .. } => source.problems.iter().map(ToString::to_string).collect(),
        other => vec![other.to_string()],
    };
    let content = view::above(None).with(view::between_file(text, &wrong));
    let (begin, end) = frame("Plan a schedule", "/plan");
    let text = begin + content.as_str() + view::BELOW + end;
    with_type(StatusCode::UNPROCESSABLE_ENTITY, HTML, text)
}

pub(crate) fn toml(request: &WebRequest) -> WebResult {
    Ok(response::download(response::TOML, "scenario.toml", scenario_of_link(request)?.to_toml()))
}

pub(crate) fn calendar(request: &WebRequest) -> WebResult {
    let scenario = scenario_of_link(request)?;
    // The file has the days to hold that the page shows.
    let settings = request.state.settings(RUNS, SEED)?;
    let safe = schedule::candidate_calendars(&Simulator::new(&scenario), settings)?.safe;
    let confidence = safe.chance.map(|_| safe.confidence);
    let plan = schedule::plan(&Simulator::new(&scenario), confidence)?;
    let now = request.state.now()?;
    let current = schedule::planned_entries(&scenario, &plan, None, now)?;
    Ok(response::download(response::CALENDAR, "dates.ics", request.published(current, now)?))
}

pub(crate) fn report(request: &WebRequest) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let page = schedule::page(&scenario, &Simulator::new(&scenario), request.state.settings(RUNS, SEED)?, |_| {})?;
    Ok(response::download(HTML, "report.html", page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_survives_its_link() {
        for (name, text) in ibbi_testing::sample_scenarios() {
            let scenario = Scenario::parse(&text).unwrap();
            let query = link::write(&scenario);
            assert!(link::fits(&query), "{name}");
            let pairs = Pairs::read(query.as_bytes());
            let again = match pairs.get("file") {
                Some(file) => Scenario::parse(file).unwrap(),
                None => Scenario::parse(&link::read(&pairs).unwrap().to_toml()).unwrap(),
            };
            assert_eq!(pairs.get("file").is_none(), link::holds(&scenario), "{name}");
            assert_eq!(again.digest(), scenario.digest(), "{name}");
        }
    }
}
