//! Schedules: plan, simulate, compare, and ask around.

use crate::call::{Answer, Call, Future_};
use crate::problem::Fail;
use crate::reply::{self, json, line, reply};
use crate::shared::Shared;
use axum::body::Bytes;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::schedule::{self, Side};
use ibbi_app::zone::Zone;
use ibbi_core::Format;
use ibbi_sim::{Comparison, Plan, Scenario, Settings, Simulator};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use uuid::Uuid;

const fn runs() -> u64 {
    10_000
}

/// The most runs for each day that is tried for "whom to ask".
const WHO_RUNS: u64 = 20_000;
/// How many days that tries, about.
const DAYS: u64 = 20;

const fn seed() -> u64 {
    1
}

/// A scenario, as TOML in a text; without it, the sample that the program carries. Nothing is worked out from it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToCheck {
    scenario: Option<String>,
    format: Option<Format>,
}

/// A scenario, and the case from which it goes on, if it does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OneScenario {
    scenario: Option<String>,
    format: Option<Format>,
    case: Option<Uuid>,
    as_of: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Simulation {
    scenario: Option<String>,
    format: Option<Format>,
    case: Option<Uuid>,
    as_of: Option<String>,
    #[serde(default = "runs")]
    runs: u64,
    #[serde(default = "seed")]
    seed: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToCompare {
    first: Option<String>,
    second: Option<String>,
    #[serde(default)]
    formats: Vec<Format>,
    #[serde(default = "runs")]
    runs: u64,
    #[serde(default = "seed")]
    seed: u64,
}

/// What `ibbi compare --json` prints: the comparison, and its finding in a sentence.
#[derive(Serialize)]
struct Compared {
    #[serde(flatten)]
    comparison: Comparison,
    sentence: String,
}

fn body<'a, T: Deserialize<'a>>(call: &'a Call) -> Result<T, Fail> {
    call.object("what this takes", r#"{}, which means the sample, or {"scenario": "…"} with the scenario's TOML"#)
}

fn scenario(text: Option<&str>, format: Option<Format>) -> Result<Scenario, AppError> {
    let scenario = match text {
        Some(text) => schedule::read(text, Path::new("scenario"))?,
        None => schedule::load(None)?,
    };
    Ok(schedule::with_format(scenario, format))
}

impl OneScenario {
    fn scenario(&self) -> Result<Scenario, AppError> {
        scenario(self.scenario.as_deref(), self.format)
    }

    /// The scenario, from its start or from where a case of the ledger is.
    fn simulator(&self, shared: &Shared) -> Result<Simulator, AppError> {
        let scenario = self.scenario()?;
        let Some(case) = self.case else {
            if self.as_of.is_some() {
                let message = "`as_of` says from when a case goes on; give `case` beside it, or leave it out";
                return Err(AppError::Usage(message.to_owned()));
            }
            return schedule::simulator(&scenario, None);
        };
        let (now, zone) = (shared.now()?, shared.zone(case)?);
        let as_of = self.as_of.as_deref().map_or(Ok(now), |text| zone.read(text, now))?;
        shared.case(case, |log| schedule::resume(&scenario, log, as_of, &shared.path))?
    }
}

impl Simulation {
    fn made(self, shared: &Shared) -> Result<(Simulator, Settings), AppError> {
        let Self { scenario, format, case, as_of, runs, seed } = self;
        let settings = shared.settings(runs, seed)?;
        Ok((OneScenario { scenario, format, case, as_of }.simulator(shared)?, settings))
    }
}

pub(super) fn check(call: &Call) -> Answer {
    let ToCheck { scenario: text, format } = body(call)?;
    let scenario = scenario(text.as_deref(), format)?;
    Ok(json(StatusCode::OK, &json!({ "digest": scenario.digest(), "scenario": scenario }))?)
}

pub(super) fn plan(call: &Call) -> Answer {
    let simulator = body::<OneScenario>(call)?.simulator(&call.shared)?;
    Ok(json(StatusCode::OK, &Plan::from_simulator(&simulator))?)
}

pub(super) fn simulate(call: Call) -> Future_ {
    computed(
        call,
        |runs| runs,
        |call, told| {
            let (simulator, settings) = body::<Simulation>(call)?.made(&call.shared)?;
            line_of(&schedule::simulate(&simulator, settings, |done| told(done, settings.runs))?)
        },
    )
}

pub(super) fn compare(call: Call) -> Future_ {
    computed(
        call,
        |runs| runs.saturating_mul(2),
        |call, told| {
            let ToCompare { first, second, formats, runs, seed } =
                call.object("what this takes", r#"{"formats": ["full_day", "two_half_days"]}"#)?;
            let settings = call.shared.settings(runs, seed)?;
            let sides = sides(first, second, &formats)?;
            let comparison = schedule::compare(&sides, settings, |done| told(done, settings.runs))?;
            let sentence = comparison.sentence();
            line_of(&Compared { comparison, sentence })
        },
    )
}

fn sides(first: Option<String>, second: Option<String>, formats: &[Format]) -> Result<[Side; 2], AppError> {
    let first = scenario(first.as_deref(), None)?;
    let second = second.map(|second| scenario(Some(&second), None)).transpose()?;
    schedule::sides_of(("the first".to_owned(), first), second.map(|second| ("the second".to_owned(), second)), formats)
}

pub(super) fn who(call: Call) -> Future_ {
    computed(
        call,
        |runs| runs.min(WHO_RUNS) * DAYS,
        |call, told| {
            let (simulator, settings) = body::<Simulation>(call)?.made(&call.shared)?;
            // Every day that is tried is simulated anew.
            let settings = Settings { runs: settings.runs.min(WHO_RUNS), ..settings };
            line_of(&simulator.availability_gains_with(settings, told).map_err(AppError::from)?)
        },
    )
}

pub(super) fn report(call: &Call) -> Answer {
    let simulation = body::<Simulation>(call)?;
    let scenario = scenario(simulation.scenario.as_deref(), simulation.format)?;
    let (simulator, settings) = simulation.made(&call.shared)?;
    let settings = Settings { runs: settings.runs.min(100_000), ..settings };
    let page = schedule::page(&scenario, &simulator, settings, |_| {})?;
    Ok(reply::download(reply::HTML, "report.html", page))
}

pub(super) fn calendar(call: &Call) -> Answer {
    let asked = body::<OneScenario>(call)?;
    let scenario = asked.scenario()?;
    // The zone is known to exist; a stamp is an instant all the same.
    Zone::new(&scenario.time_zone).map_err(AppError::from)?;
    let plan = Plan::from_simulator(&asked.simulator(&call.shared)?);
    let made = schedule::of_made_plan(&scenario, &plan, call.shared.now()?, None)?;
    Ok(reply::download(reply::CALENDAR, "dates.ics", made.text))
}

fn line_of(value: &impl Serialize) -> Result<String, Fail> {
    Ok(line(value)?)
}

/// What is told of a computation: so much is done of so much.
type Told<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// What is read of a computation before its turn comes.
#[derive(Deserialize)]
struct Asked {
    #[serde(default = "runs")]
    runs: u64,
}

/// A computation, answered with its result, or line by line with its progress before it. How many runs it takes in all,
/// of those that are asked for, says in which queue it waits.
fn computed(call: Call, in_all: fn(u64) -> u64, work: fn(&Call, Told<'_>) -> Result<String, Fail>) -> Future_ {
    Box::pin(async move {
        // What cannot be read takes no time: it is refused when its turn comes.
        let asked = serde_json::from_slice::<Asked>(&call.body).map_or(0, |asked| asked.runs);
        let permit = Arc::clone(call.shared.queue(in_all(asked))).acquire_owned().await;
        if !call.wants_progress() {
            let done = tokio::task::spawn_blocking(move || {
                let done = work(&call, &|_, _| {});
                drop(permit);
                done
            });
            return Ok(reply(StatusCode::OK, reply::JSON, done.await.unwrap_or_else(|_| Err(Fail::fault()))?));
        }
        let (pieces, body) = reply::streamed();
        tokio::task::spawn_blocking(move || {
            let told = |done: u64, of: u64| {
                // Where the reader is slower than the work, a line is left out.
                let _ = pieces.try_send(Bytes::from(format!("{{\"done\":{done},\"of\":{of}}}\n")));
            };
            let last = match work(&call, &told) {
                Ok(result) => format!("{{\"result\":{}}}\n", result.trim_end()),
                Err(fail) => format!("{{\"problem\":{}}}\n", fail.value()),
            };
            // The work is done: a reader who does not take the result keeps no other from working.
            drop(permit);
            let _ = pieces.blocking_send(Bytes::from(last));
        });
        Ok(reply(StatusCode::OK, reply::NDJSON, body))
    })
}
