//! The forecast of a case: how it could go on from where it is.

use super::choices::Choices;
use crate::pages::shell::Page;
use crate::request::{WebRequest, WebResult};
use axum::http::StatusCode;
use ibbi_app::case_log::CaseLog;
use ibbi_app::ledger::PROGRAM;
use ibbi_app::sim::{Participant, Plan, Role, Scenario, Simulator};
use ibbi_app::{AppError, schedule};
use ibbi_core::{At, Date, Name, Party, Person};
use ibbi_report::SimulationPage;
use ibbi_report::html::{Html, el, name};
use std::path::Path;

/// The simulation runs of the page.
const RUNS: u64 = 10_000;
/// The simulation runs of the estimate on the page of the case, which must not wait.
const FEW_RUNS: u64 = 2_000;
/// The seed: the same case gives the same forecast.
const SEED: u64 = 1;

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let now = request.state.now()?;
    let log: CaseLog = request.state.case(request.id("case")?, Clone::clone)?;
    let simulator = resumed(request, &log, now)?;
    let settings = request.state.settings(RUNS, SEED)?;
    let forecast = schedule::simulate(&simulator, settings, |_| {})?;
    let calendars = schedule::candidate_calendars(&simulator, settings)?;
    let plan = Plan::from_simulator(&simulator).with_odds(&simulator, &forecast);
    let answer = SimulationPage::new(&simulator, &plan, &forecast, PROGRAM);
    let answer = SimulationPage { calendars: Some(&calendars), ..answer };
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let back = el("a").attr("href", format!("/cases/{}", log.id)).with("Back to the case");
    let assumed = "The forecast continues from the records of the case. All days count as available, and the chances and \
                   durations are the defaults.";
    let content = Html::new()
        .with(el("p").class("quiet").with(back))
        .with(el("h1").with("Forecast for ").with(name(&district)))
        .with(el("p").attr("id", "estimates").with(assumed))
        .with(answer.answer("estimates"))
        .with(answer.particulars());
    Ok(Page { title: "Forecast", place: "/cases", content }.answer(StatusCode::OK))
}

/// Returns the simulator of a case, with the bookings of its neutral in other cases.
fn resumed(request: &WebRequest, log: &CaseLog, now: At) -> Result<Simulator, AppError> {
    let scenario = scenario(log, now)?;
    let elsewhere =
        request.state.look(|service| schedule::booked_elsewhere(&scenario, service.store(), log.id, now))?;
    schedule::resume(&scenario, log, now, &elsewhere, Path::new("the case"))
}

/// Returns the day by which half of the runs that go ahead are done; nothing if the case is closed or can't be simulated.
///
/// The estimate is kept until something is recorded, or until the next day.
pub(crate) fn even_odds(request: &WebRequest, log: &CaseLog, now: At) -> Option<Date> {
    log.recorded.valid().filter(|history| history.case().outcome().is_none())?;
    let key = (log.recorded.records().revision(), log.zone.date(now));
    request.state.estimates.get_or(log.id, key, || {
        let simulator = resumed(request, log, now).ok()?;
        let forecast = schedule::simulate(&simulator, request.state.settings(FEW_RUNS, SEED).ok()?, |_| {}).ok()?;
        forecast.finish.p50
    })
}

/// Returns the template with the people of the case.
fn scenario(log: &CaseLog, now: At) -> Result<Scenario, AppError> {
    let usage = |error: &dyn std::fmt::Display| AppError::Usage(error.to_string());
    let district = log.district().cloned().ok_or_else(|| AppError::Usage("the case is not open yet".to_owned()))?;
    let mut scenario =
        schedule::read(&ibbi_app::sim::template(&district, log.zone.date(now)), Path::new("the template"))?;
    let choices = Choices::new(log.recorded.records().case(), log.recorded.records());
    let named = |text: &str| Name::new(text).map_err(|error| usage(&error));
    for person in &mut scenario.people {
        let leader = choices.leaders.iter().find(|(seat, _)| Some(*seat) == person.seat);
        match (person.role, leader, &choices.neutral) {
            (Role::Leader, Some((_, name)), _) => person.name = named(name)?,
            (Role::Neutral, _, Some(neutral)) => (person.id, person.name) = (neutral.id, neutral.name.clone()),
            _ => {}
        }
    }
    let teams = log.recorded.records().case().teams();
    for party in Party::ALL {
        let members = teams.map(|teams| teams.members(*party)).unwrap_or_default();
        if members.is_empty() {
            continue;
        }
        scenario.people.retain(|person| person.role != Role::Negotiator || person.party != Some(*party));
        for member in members {
            let is_member =
                |person: &&mut Participant| person.role == Role::Leader && person.name == member.person.name;
            if let Some(leader) = scenario.people.iter_mut().find(is_member) {
                (leader.id, leader.party) = (member.person.id, Some(*party));
                continue;
            }
            let Person { id, name } = member.person.clone();
            let newcomer = Participant::new(id, name, Role::Negotiator);
            scenario.people.push(Participant { party: Some(*party), ..newcomer });
        }
    }
    // A leader of the template who is on no team of the case is no member.
    let is_on_team = |person: &Participant| teams.is_none_or(|teams| teams.party_of(person.id).is_some());
    for person in scenario.people.iter_mut().filter(|person| person.role == Role::Leader) {
        let has_team = teams.is_some_and(|teams| Party::ALL.iter().all(|party| !teams.members(*party).is_empty()));
        if has_team && !is_on_team(person) {
            person.party = None;
        }
    }
    schedule::read(&scenario.to_toml(), Path::new("the case's people"))
}
