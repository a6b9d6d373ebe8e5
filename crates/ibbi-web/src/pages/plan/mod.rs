//! The page "Plan a schedule": a scenario in a form, with its answer.
//!
//! The scenario is in the link, so the server keeps nothing. A form that is sent redirects to its link. The answer is
//! streamed over one connection: first the answer, then the plan, then the comparison of the formats, then whom to ask.

mod draft;
mod form;
mod link;
mod problems;
mod view;

use super::shell::frame;
use crate::problem::WebError;
use crate::request::{WebFuture, WebRequest, WebResult};
use crate::response::{self, HTML, Pieces, see_other, with_type};
use crate::state::AppState;
use axum::body::Bytes;
use axum::http::StatusCode;
use draft::{Draft, Wrong};
use ibbi_app::ledger::PROGRAM;
use ibbi_app::sim::{Scenario, Simulator};
use ibbi_app::{AppError, schedule};
use ibbi_core::{Date, Format, Name};
use ibbi_report::SimulationPage;
use ibbi_report::html::{Html, el};
use std::path::Path;
use std::sync::Arc;

/// The simulation runs of the first answer.
const RUNS: u64 = 10_000;
/// The simulation runs of each day that is tried for "whom to ask".
const TRIES: u64 = 2_000;
/// The seed of the page: the same scenario gives the same answer.
const SEED: u64 = 1;
/// The separator of the pieces of an answer, for the script.
const NEXT: &str = "<!--next-->";

/// Returns the scenario of a link, or the sample.
fn scenario_of_link(request: &WebRequest) -> Result<Scenario, AppError> {
    match request.query.get("begin") {
        Some("empty") => template(request),
        _ if request.query.is_empty() || request.query.get("d").is_none() => schedule::load(None),
        _ => {
            let scenario = link::read(&request.query)?;
            // Anyone can write a link, so the scenario is checked as a file is.
            schedule::read(&scenario.to_toml(), Path::new("the scenario of the link"))
        }
    }
}

/// Returns a new scenario without unavailable times.
fn template(request: &WebRequest) -> Result<Scenario, AppError> {
    let today = ibbi_app::zone::Zone::default().local(request.state.now()?).map(|time| time.date());
    let today: Date = today.ok_or_else(|| AppError::Usage("the clock is outside the years 1970 to 9999".to_owned()))?;
    let name = Name::new("My District").map_err(|error| AppError::Usage(error.to_string()))?;
    schedule::read(&ibbi_app::sim::template(&name, today), Path::new("the template"))
}

/// Returns the page of a link. It is streamed.
pub(crate) fn page(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        let scenario = scenario_of_link(&request)?;
        let draft = Draft::from(&scenario);
        let (begin, end) = frame("Plan a schedule", "/plan");
        let around = Around {
            before: begin + view::above().as_str(),
            between: view::between(&draft, &[]).into_string(),
            after: format!("{}{end}", view::BELOW),
        };
        streamed(request.state, scenario, around).await
    })
}

/// Returns the answer alone, for the script. The scenario is in the form that is sent.
pub(crate) fn answer(request: WebRequest) -> WebFuture {
    Box::pin(async move {
        let draft = Draft::read(&request.form());
        match draft.scenario() {
            Ok(scenario) => {
                let query = link::write(&scenario);
                let around = Around { between: NEXT.to_owned(), ..Around::default() };
                let response = streamed(request.state, scenario, around).await?;
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
}

/// Streams the answer in pieces.
async fn streamed(state: Arc<AppState>, scenario: Scenario, around: Around) -> WebResult {
    let permit = Arc::clone(&state.heavy).acquire_owned().await;
    let (pieces, body) = response::streamed();
    tokio::task::spawn_blocking(move || {
        let done = send_pieces(&state, &scenario, &pieces, &around);
        if let Err(error) = done {
            let message = el("p").class("warning").with(error.to_string());
            let _ = pieces.blocking_send(Bytes::from(Html::from(message).into_string()));
        }
        let _ = pieces.blocking_send(Bytes::from(around.after));
        drop(permit);
    });
    Ok(with_type(StatusCode::OK, HTML, body))
}

fn send_pieces(state: &AppState, scenario: &Scenario, pieces: &Pieces, around: &Around) -> Result<(), AppError> {
    let send = |text: String| pieces.blocking_send(Bytes::from(text)).is_ok();
    let simulator = Simulator::new(scenario);
    let settings = state.settings(RUNS, SEED)?;
    let forecast = schedule::simulate(&simulator, settings, |_| {})?;
    let plan = ibbi_app::sim::Plan::from_simulator(&simulator).with_odds(&simulator, &forecast);
    let calendars = schedule::candidate_calendars(&simulator, settings)?;
    let page = SimulationPage {
        scenario,
        calendar: simulator.calendar(),
        plan: &plan,
        calendars: Some(&calendars),
        forecast: &forecast,
        advisories: &plan.advisories,
        comparison: None,
        gains: None,
        program: PROGRAM,
    };
    let answer = view::answer(&page, &link::write(scenario)).into_string();
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
    let draft = Draft::read(&request.form());
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
    let content = view::above().with(view::between(draft, wrong));
    let (begin, end) = frame("Plan a schedule", "/plan");
    let text = begin + content.as_str() + view::BELOW + end;
    with_type(StatusCode::UNPROCESSABLE_ENTITY, HTML, text)
}

/// Accepts a scenario's file and redirects to its link.
pub(crate) fn open(request: &WebRequest) -> WebResult {
    let wrong = || WebError::App(AppError::Usage("the scenario file is missing or empty; choose a file".to_owned()));
    let mut parts = request.parts.iter().flatten();
    let file = parts.find(|part| part.name == "scenario" && !part.content.is_empty()).ok_or_else(wrong)?;
    let text = std::str::from_utf8(&file.content)
        .map_err(|_| AppError::Usage("this is not UTF-8 text; save the scenario as UTF-8".to_owned()))?;
    let scenario = schedule::read(text, Path::new("the scenario"))?;
    check_form(&scenario)?;
    Ok(linked(&Draft::from(&scenario), &scenario, ""))
}

/// Refuses a scenario that a link, and so the form, can't hold in full. Nothing is lost silently.
fn check_form(scenario: &Scenario) -> Result<(), AppError> {
    if link::holds(scenario) {
        return Ok(());
    }
    let message = "this page can't show everything that the scenario has, such as hours of sessions, several parts, or \
                   deadlines; nothing was opened. Use the file with `ibbi plan` and `ibbi simulate`";
    Err(AppError::Usage(message.to_owned()))
}

pub(crate) fn toml(request: &WebRequest) -> WebResult {
    Ok(response::download(response::TOML, "scenario.toml", scenario_of_link(request)?.to_toml()))
}

pub(crate) fn calendar(request: &WebRequest) -> WebResult {
    let made = schedule::scenario_calendar(&scenario_of_link(request)?, None, request.state.now()?, None)?;
    Ok(response::download(response::CALENDAR, "dates.ics", made.text))
}

pub(crate) fn report(request: &WebRequest) -> WebResult {
    let scenario = scenario_of_link(request)?;
    let page = schedule::page(&scenario, &Simulator::new(&scenario), request.state.settings(RUNS, SEED)?, |_| {})?;
    Ok(response::download(HTML, "report.html", page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_app::sim::Model;

    #[test]
    fn scenario_that_the_form_cannot_hold_is_refused() {
        let samples = ibbi_testing::sample_scenarios().into_iter().map(|(_, text)| Scenario::parse(&text).unwrap());
        let (first, second): (Vec<_>, Vec<_>) = samples.partition(|scenario| scenario.model == Model::First);
        assert!(!first.is_empty() && first.iter().all(|scenario| check_form(scenario).is_ok()));
        let errors: Vec<String> = second.iter().map(|scenario| check_form(scenario).unwrap_err().to_string()).collect();
        assert!(!errors.is_empty() && errors.iter().all(|error| error.contains("nothing was opened")), "{errors:?}");
    }
}
