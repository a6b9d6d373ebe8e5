//! The forecast of a case: how it could go on from where it is.

use super::choices::Choices;
use crate::pages::plan;
use crate::pages::shell::{Page, button, field, line};
use crate::problem::WebError;
use crate::query::{self, Pairs};
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use ibbi_access::View;
use ibbi_app::case_log::CaseLog;
use ibbi_app::ledger::PROGRAM;
use ibbi_app::schedule::CurrentEntries;
use ibbi_app::sim::{Participant, Plan, Role, Scenario, Simulator};
use ibbi_app::{AppError, schedule};
use ibbi_core::{At, Date, MemberId, Name, Party};
use ibbi_report::SimulationPage;
use ibbi_report::html::{Html, details, el, name};
use std::path::Path;
use uuid::Uuid;

/// The simulation runs of the page.
const RUNS: u64 = 10_000;
/// The simulation runs of the estimate on the page of the case, which must not wait.
const FEW_RUNS: u64 = 2_000;
/// The seed: the same case gives the same forecast.
const SEED: u64 = 1;

pub(crate) fn page(request: &WebRequest) -> WebResult {
    show(request, ("", None))
}

/// Shows the forecast with the calendars of the address, and the form for another plan as it was sent.
fn show(request: &WebRequest, (link, wrong): (&str, Option<&str>)) -> WebResult {
    let planned = plan::linked_scenario(&request.query)?;
    let now = request.state.now()?;
    let log: CaseLog = request.facts(request.id("case")?, Clone::clone)?;
    let Joined { scenario, not_planned } = join(&log, now, planned.clone())?;
    let simulator = resumed(request, &log, now, &scenario)?;
    let settings = request.state.settings(RUNS, SEED)?;
    let forecast = schedule::simulate(&simulator, settings, |_| {})?;
    let calendars = schedule::candidate_calendars(&simulator, settings)?;
    let plan = Plan::from_simulator(&simulator).with_odds(&simulator, &forecast);
    let answer = SimulationPage::new(&simulator, &plan, &forecast, PROGRAM);
    let answer = SimulationPage { calendars: Some(&calendars), ..answer };
    let assumed = match &planned {
        Some(planned) => Html::from("The forecast continues from the records of the case, with the calendars and the estimates of the plan for ")
            .with(name(planned.district.as_str()))
            .with(". ")
            .with(always_available(&not_planned))
            .with(" ")
            .with(el("a").attr("href", format!("/plan?{}", query_of_pairs(&request.query))).with("Open this plan")),
        None => "The forecast continues from the records of the case. All days count as available, and the chances and \
                 durations are the defaults."
            .into(),
    };
    let action = format!("/cases/{}/forecast?{}", log.id, query_of_pairs(&request.query));
    let other = details("Use the calendars of a plan", plan_form(&action, link, wrong));
    let other = if wrong.is_some() { other.attr("open", "open") } else { other };
    // The people of the case, with the calendars of the plan if there is one.
    let ask = request.check_poll_case(Some(log.id)).is_ok().then(|| {
        let query = query::write([("file", scenario.to_toml().into()), ("case", log.id.to_string().into())]);
        el("p").with(el("a").class("go").attr("href", format!("/polls/new?{query}")).with("Ask everyone"))
    });
    let publish = request.check(View::PlannedDates, log.id).is_ok().then(|| {
        let to = el("a").attr("href", publishing_address(request, log.id));
        el("p").with(to.with("Publish these dates to the case\u{2019}s calendar"))
    });
    let content = head(&log)
        .with(ask)
        .with(publish)
        .with(el("p").attr("id", "estimates").with(assumed))
        .with(other)
        .with(answer.answer("estimates"))
        .with(answer.particulars());
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(Page { title: "Forecast", place: "/cases", content }.answer(status))
}

/// Returns the address of the page that puts the dates of this forecast on the calendar of the case.
pub(crate) fn publishing_address(request: &WebRequest, case: Uuid) -> String {
    let query = query_of_pairs(&request.query);
    format!("/cases/{case}/calendar/planned{}{query}", if query.is_empty() { "" } else { "?" })
}

/// Returns the dates of the forecast that is shown, as calendar entries, with the case from which they continue: the dates to hold, or
/// the earliest plan if there are none.
pub(crate) fn planned_dates(request: &WebRequest) -> Result<(CaseLog, CurrentEntries), WebError> {
    let planned = plan::linked_scenario(&request.query)?;
    let now = request.state.now()?;
    let log: CaseLog = request.facts(request.id("case")?, Clone::clone)?;
    let Joined { scenario, .. } = join(&log, now, planned)?;
    let simulator = resumed(request, &log, now, &scenario)?;
    let safe = schedule::candidate_calendars(&simulator, request.state.settings(RUNS, SEED)?)?.safe;
    let plan = schedule::plan(&simulator, safe.chance.map(|_| safe.confidence))?;
    let current = schedule::planned_entries(&scenario, &plan, Some(&log), now)?;
    Ok((log, current))
}

/// Returns whether the forecast that is shown uses no one's calendar.
pub(crate) fn without_calendars(request: &WebRequest) -> bool {
    plan::linked_scenario(&request.query).is_ok_and(|planned| planned.is_none())
}

fn query_of_pairs(pairs: &Pairs) -> String {
    query::write(pairs.iter().map(|(key, value)| (key, value.into())))
}

/// Accepts the link or the file of a plan, and redirects to the forecast with its calendars. If it isn't one, the forecast stays as it
/// is, with the form and its error.
pub(crate) fn with_plan(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let text = |name: &str| {
        let part = request.parts.iter().flatten().find(|part| part.name == name);
        part.map(|part| String::from_utf8_lossy(&part.content).trim().to_owned()).unwrap_or_default()
    };
    let (link, file) = (text("link"), text("scenario"));
    match query_of(&link, &file) {
        Ok(query) => Ok(see_other(&format!("/cases/{case}/forecast?{query}"))),
        Err(error) => show(request, (&link, Some(&error.to_string()))),
    }
}

/// Returns the query of a plan that was given as its link or as its file.
fn query_of(link: &str, file: &str) -> Result<String, AppError> {
    let usage = |text: &str| AppError::Usage(text.to_owned());
    if !file.is_empty() {
        let long =
            "this scenario is too long for a link: it has more than 60,000 characters; use `ibbi simulate --from`";
        return plan::query_of_file(file)?.ok_or_else(|| usage(long));
    }
    let (page, query) = link.split_once('?').unwrap_or((link, ""));
    let pairs = Pairs::read(query.split('#').next().unwrap_or_default().as_bytes());
    let cut = |_| usage("this link of a plan is not complete; copy all of it, or use the scenario file instead");
    match plan::linked_scenario(&pairs).map_err(cut)? {
        Some(_) => Ok(query_of_pairs(&pairs)),
        None if query.is_empty() && page.split('#').next().is_some_and(|page| page.ends_with("/plan")) => {
            plan::query_of_sample()
        }
        None if link.is_empty() => Err(usage("give the link of a plan, or choose a scenario file")),
        None => Err(usage(
            "this is not the link of a plan: copy the address that \u{201c}Link to this scenario\u{201d} on the plan's page has, with all \
             that follows the question mark",
        )),
    }
}

fn head(log: &CaseLog) -> Html {
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let back = el("a").attr("href", format!("/cases/{}", log.id)).with("Back to the case");
    Html::new().with(el("p").class("quiet").with(back)).with(el("h1").with("Forecast for ").with(name(&district)))
}

fn plan_form(action: &str, link: &str, wrong: Option<&str>) -> Html {
    let wrong: Vec<&str> = wrong.into_iter().collect();
    let hint = "The times of each person of the case are those that the plan has for the same name.";
    let file = el("input").attr("type", "file").attr("name", "scenario").attr("accept", ".toml,.json");
    let form = el("form")
        .attr("method", "post")
        .attr("action", action.to_owned())
        .attr("enctype", "multipart/form-data")
        .with(field("Link of the plan", "link", line("link", link), Some(hint), &wrong))
        .with(field("Or its scenario file", "scenario", file, None, &[]))
        .with(el("p").class("send").with(button("Forecast with these calendars")));
    form.into()
}

/// Returns a sentence that lists the people of the case whom the plan doesn't have.
fn always_available(people: &[Name]) -> Html {
    if people.is_empty() {
        return Html::new();
    }
    let mut list = Html::from("Not in the plan, and so always available: ");
    for (place, person) in people.iter().enumerate() {
        list = list.with((place > 0).then_some(", ")).with(name(person.as_str()));
    }
    list.with(".")
}

/// Returns the simulator of a case, with the bookings of its neutral in other cases.
fn resumed(request: &WebRequest, log: &CaseLog, now: At, scenario: &Scenario) -> Result<Simulator, AppError> {
    let elsewhere = request.booked_elsewhere(scenario, log.id, now).map_err(|error| AppError::Usage(error.detail()))?;
    schedule::resume(scenario, log, now, &elsewhere, Path::new("the case"))
}

/// Returns the day by which half of the runs that go ahead are done; nothing if the case is closed or can't be simulated.
///
/// The estimate is kept until something is recorded, or until the next day.
pub(crate) fn even_odds(request: &WebRequest, log: &CaseLog, now: At) -> Option<Date> {
    log.recorded.valid().filter(|history| history.case().outcome().is_none())?;
    let key = (log.recorded.records().revision(), log.zone.date(now));
    request.state.estimates.get_or(log.id, key, || {
        let Joined { scenario, .. } = join(log, now, None).ok()?;
        let simulator = resumed(request, log, now, &scenario).ok()?;
        let forecast = schedule::simulate(&simulator, request.state.settings(FEW_RUNS, SEED).ok()?, |_| {}).ok()?;
        forecast.finish.p50
    })
}

/// A scenario with the people of a case.
struct Joined {
    scenario: Scenario,
    /// The people of the case whom the plan doesn't have.
    not_planned: Vec<Name>,
}

/// Returns a plan, or else the template, with the people of the case. Each person has the times that the plan has for the name.
fn join(log: &CaseLog, now: At, planned: Option<Scenario>) -> Result<Joined, AppError> {
    let usage = |error: &dyn std::fmt::Display| AppError::Usage(error.to_string());
    let district = log.district().cloned().ok_or_else(|| AppError::Usage("the case is not open yet".to_owned()))?;
    let is_planned = planned.is_some();
    let mut scenario = match planned {
        Some(planned) => planned,
        None => schedule::read(
            &ibbi_app::sim::template(&district, log.zone.date(now), Some(log.id)),
            Path::new("the template"),
        )?,
    };
    scenario.district = district;
    scenario.id = Some(log.id);
    let plan = std::mem::take(&mut scenario.people);
    let mut not_planned = Vec::new();
    let mut timed = |id: MemberId, name: &Name, role: Role| {
        let known = plan.iter().find(|person| person.name == *name);
        if known.is_none() && is_planned {
            not_planned.push(name.clone());
        }
        let newcomer = || Participant::new(id, name.clone(), role);
        known.map_or_else(newcomer, |known| Participant { id, role, party: None, seat: None, ..known.clone() })
    };
    let choices = Choices::new(log.recorded.records().case(), log.recorded.records());
    let teams = log.recorded.records().case().teams();
    scenario.people.clone_from(&plan);
    for person in &mut scenario.people {
        let leader = choices.leaders.iter().find(|(seat, _)| person.role == Role::Leader && Some(*seat) == person.seat);
        if let Some((_, leader)) = leader {
            let leader = Name::new(leader).map_err(|error| usage(&error))?;
            *person = Participant { party: person.party, seat: person.seat, ..timed(person.id, &leader, Role::Leader) };
        }
    }
    if let Some(neutral) = &choices.neutral {
        let is_neutral = |person: &Participant| person.role == Role::Neutral;
        let named = scenario.people.iter().position(|person| is_neutral(person) && person.name == neutral.name);
        if let Some(place) = named.or_else(|| scenario.people.iter().position(is_neutral)) {
            scenario.people[place] = timed(neutral.id, &neutral.name, Role::Neutral);
        }
    }
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
            let newcomer = timed(member.person.id, &member.person.name, Role::Negotiator);
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
    let scenario = schedule::read(&scenario.to_toml(), Path::new("the case's people"))?;
    Ok(Joined { scenario, not_planned })
}
