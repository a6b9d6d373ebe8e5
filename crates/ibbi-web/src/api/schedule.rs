//! Operations on scenarios: plan, simulate, compare, and whom to ask.

use crate::problem::WebError;
use crate::request::{WebFuture, WebRequest, WebResult};
use crate::response::{self, json, json_line, with_type};
use crate::state::MAX_RUNS;
use axum::body::Bytes;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::schedule::{self, ScenarioSide};
use ibbi_app::sim::{Comparison, HeldDates, Scenario, Settings, Simulator};
use ibbi_app::zone::Zone;
use ibbi_core::Format;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::Path;
use uuid::Uuid;

const fn runs() -> u64 {
    10_000
}

/// The most simulation runs of each day that is tried for "whom to ask".
const WHO_RUNS: u64 = 20_000;
/// About how many days are tried.
const DAYS: u64 = 20;

const fn seed() -> u64 {
    1
}

/// A scenario to check.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToCheck {
    /// The scenario as TOML. Without it, the sample scenario is used.
    scenario: Option<String>,
    /// The format of the facilitation, in place of the one that the scenario names.
    format: Option<Format>,
}

/// A scenario, and the case from which it continues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneScenario {
    /// The scenario as TOML. Without it, the sample scenario is used.
    scenario: Option<String>,
    /// The format of the facilitation, in place of the one that the scenario names.
    format: Option<Format>,
    /// The case from which the scenario continues.
    case: Option<Uuid>,
    /// The instant from which the case continues: a local time of its district, an instant, or `now`.
    as_of: Option<String>,
    /// The chance, in percent, with which dates to hold must be enough. Without it, there are no dates to hold.
    #[schemars(range(min = HeldDates::LEAST, max = HeldDates::MOST))]
    confidence: Option<u8>,
}

/// A scenario to simulate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Simulation {
    /// The scenario as TOML. Without it, the sample scenario is used.
    scenario: Option<String>,
    /// The format of the facilitation, in place of the one that the scenario names.
    format: Option<Format>,
    /// The case from which the scenario continues.
    case: Option<Uuid>,
    /// The instant from which the case continues: a local time of its district, an instant, or `now`.
    as_of: Option<String>,
    /// The number of simulation runs.
    #[serde(default = "runs")]
    #[schemars(range(min = 1, max = MAX_RUNS))]
    runs: u64,
    /// The seed of the random numbers.
    #[serde(default = "seed")]
    #[schemars(range(min = 0, max = u64::MAX))]
    seed: u64,
}

/// Two scenarios to compare, or two formats of one scenario.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToCompare {
    /// The first scenario as TOML. Without it, the sample scenario is used.
    first: Option<String>,
    /// The second scenario as TOML.
    second: Option<String>,
    /// The formats of the first scenario to compare.
    #[serde(default)]
    formats: Vec<Format>,
    /// The number of simulation runs of each scenario.
    #[serde(default = "runs")]
    #[schemars(range(min = 1, max = MAX_RUNS))]
    runs: u64,
    /// The seed of the random numbers.
    #[serde(default = "seed")]
    #[schemars(range(min = 0, max = u64::MAX))]
    seed: u64,
}

/// A scenario that has no problems, with its digest.
#[derive(Serialize, JsonSchema)]
pub(super) struct CheckedScenario {
    /// The digest of the scenario.
    digest: String,
    /// The scenario, with everything that it leaves to a default.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    scenario: Scenario,
}

/// A comparison, with its result in a sentence; what `ibbi compare --json` prints.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Comparison")]
pub(super) struct ScenarioComparison {
    #[serde(flatten)]
    comparison: Comparison,
    /// The result in a sentence.
    sentence: String,
}

fn body<'a, T: Deserialize<'a>>(request: &'a WebRequest) -> Result<T, WebError> {
    request.object("what this takes", r#"{}, which means the sample, or {"scenario": "…"} with the scenario's TOML"#)
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

    /// Returns the simulator of the scenario, from its start or from a case of the ledger.
    fn simulator(&self, request: &WebRequest) -> Result<Simulator, WebError> {
        let state = &request.state;
        let scenario = self.scenario()?;
        let Some(case) = self.case else {
            if self.as_of.is_some() {
                let message = "`as_of` needs a case; give `case` with it, or leave it out";
                return Err(AppError::Usage(message.to_owned()).into());
            }
            return Ok(Simulator::new(&scenario));
        };
        let (now, zone) = (state.now()?, request.zone(case)?);
        let as_of = self.as_of.as_deref().map_or(Ok(now), |text| zone.read(text, now)).map_err(AppError::from)?;
        let elsewhere = request.booked_elsewhere(&scenario, case, as_of)?;
        let label = Path::new("the case");
        Ok(request.facts(case, |log| schedule::resume(&scenario, log, as_of, &elsewhere, label))??)
    }
}

impl Simulation {
    fn made(self, request: &WebRequest) -> Result<(Simulator, Settings), WebError> {
        let Self { scenario, format, case, as_of, runs, seed } = self;
        let settings = request.state.settings(runs, seed)?;
        Ok((OneScenario { scenario, format, case, as_of, confidence: None }.simulator(request)?, settings))
    }
}

pub(super) fn check(request: &WebRequest) -> WebResult {
    let ToCheck { scenario: text, format } = body(request)?;
    let scenario = scenario(text.as_deref(), format)?;
    Ok(json(StatusCode::OK, &serde_json::json!(CheckedScenario { digest: scenario.digest(), scenario }))?)
}

pub(super) fn plan(request: &WebRequest) -> WebResult {
    let asked = body::<OneScenario>(request)?;
    Ok(json(StatusCode::OK, &schedule::plan(&asked.simulator(request)?, asked.confidence)?)?)
}

pub(super) fn favors(request: &WebRequest) -> WebResult {
    let asked = body::<OneScenario>(request)?;
    Ok(json(StatusCode::OK, &asked.simulator(request)?.favors())?)
}

pub(super) fn simulate(request: WebRequest) -> WebFuture {
    computed(
        request,
        |runs| runs,
        |request, progress| {
            let (simulator, settings) = body::<Simulation>(request)?.made(request)?;
            line_of(&schedule::simulate(&simulator, settings, |done| progress(done, settings.runs))?)
        },
    )
}

pub(super) fn compare(request: WebRequest) -> WebFuture {
    computed(
        request,
        |runs| runs.saturating_mul(2),
        |request, progress| {
            let ToCompare { first, second, formats, runs, seed } =
                request.object("what this takes", r#"{"formats": ["full_day", "two_half_days"]}"#)?;
            let settings = request.state.settings(runs, seed)?;
            let sides = sides(first, second, &formats)?;
            let comparison = schedule::compare(&sides, settings, |done| progress(done, settings.runs))?;
            let sentence = comparison.sentence();
            line_of(&ScenarioComparison { comparison, sentence })
        },
    )
}

fn sides(first: Option<String>, second: Option<String>, formats: &[Format]) -> Result<[ScenarioSide; 2], AppError> {
    let first = scenario(first.as_deref(), None)?;
    let second = second.map(|second| scenario(Some(&second), None)).transpose()?;
    schedule::sides_from(
        ("the first".to_owned(), first),
        second.map(|second| ("the second".to_owned(), second)),
        formats,
    )
}

pub(super) fn who(request: WebRequest) -> WebFuture {
    computed(
        request,
        |runs| runs.min(WHO_RUNS) * DAYS,
        |request, progress| {
            let (simulator, settings) = body::<Simulation>(request)?.made(request)?;
            // Every day that is tried is simulated again.
            let settings = Settings { runs: settings.runs.min(WHO_RUNS), ..settings };
            line_of(&simulator.availability_gains_with(settings, &progress).map_err(AppError::from)?)
        },
    )
}

pub(super) fn report(request: &WebRequest) -> WebResult {
    let simulation = body::<Simulation>(request)?;
    let scenario = scenario(simulation.scenario.as_deref(), simulation.format)?;
    let (simulator, settings) = simulation.made(request)?;
    let settings = Settings { runs: settings.runs.min(100_000), ..settings };
    let page = schedule::page(&scenario, &simulator, settings, |_| {})?;
    Ok(response::download(response::HTML, "report.html", page))
}

pub(super) fn calendar(request: &WebRequest) -> WebResult {
    let asked = body::<OneScenario>(request)?;
    let scenario = asked.scenario()?;
    // The time zone must exist, even though the calendar has instants.
    Zone::new(&scenario.time_zone).map_err(AppError::from)?;
    let plan = schedule::plan(&asked.simulator(request)?, asked.confidence)?;
    let made = schedule::plan_calendar(&scenario, &plan, request.state.now()?, None)?;
    Ok(response::download(response::CALENDAR, "dates.ics", made.text))
}

fn line_of(value: &impl Serialize) -> Result<String, WebError> {
    Ok(json_line(value)?)
}

/// Reports the progress of a computation: done, and in total.
type Progress<'a> = &'a (dyn Fn(u64, u64) + Sync);

/// The part of the body that is read before the computation is queued.
#[derive(Deserialize)]
struct Asked {
    #[serde(default = "runs")]
    runs: u64,
}

/// Runs a computation and returns its result, or its progress line by line and then the result. The total number of
/// runs decides the queue.
fn computed(
    request: WebRequest,
    in_all: fn(u64) -> u64,
    work: fn(&WebRequest, Progress<'_>) -> Result<String, WebError>,
) -> WebFuture {
    Box::pin(async move {
        // A body that can't be read takes no time. It is refused later.
        let asked = serde_json::from_slice::<Asked>(&request.body).map_or(0, |asked| asked.runs);
        let permit = request.state.queue(in_all(asked)).acquire(request.client()).await;
        if !request.wants_progress() {
            let done = tokio::task::spawn_blocking(move || {
                let done = work(&request, &|_, _| {});
                drop(permit);
                done
            });
            return Ok(with_type(
                StatusCode::OK,
                response::JSON,
                done.await.unwrap_or_else(|_| Err(WebError::internal()))?,
            ));
        }
        let (pieces, body) = response::streamed();
        tokio::task::spawn_blocking(move || {
            let progress = |done: u64, of: u64| {
                // If the client is slower than the work, lines are left out.
                let _ = pieces.try_send(Bytes::from(format!("{{\"done\":{done},\"of\":{of}}}\n")));
            };
            let last = match work(&request, &progress) {
                Ok(result) => format!("{{\"result\":{}}}\n", result.trim_end()),
                Err(fail) => format!("{{\"problem\":{}}}\n", fail.json()),
            };
            // The work is done. A client that doesn't read the result must not block others.
            drop(permit);
            let _ = pieces.blocking_send(Bytes::from(last));
        });
        Ok(with_type(StatusCode::OK, response::NDJSON, body))
    })
}
