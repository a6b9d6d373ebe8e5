//! Operations on scenarios: plan, simulate, compare, and whom to ask.

use super::scenarios::{CheckedScenario, OneScenario, SentScenario, Simulation, ToCheck, ToCompare, runs, scenario};
use crate::problem::WebError;
use crate::request::{WebFuture, WebRequest, WebResult};
use crate::response::{self, json, json_line, with_type};
use axum::body::Bytes;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::schedule::{self, ScenarioSide};
use ibbi_app::sim::{Comparison, Settings};
use ibbi_app::zone::Zone;
use ibbi_core::Format;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most simulation runs of each day that is tried for "whom to ask".
const WHO_RUNS: u64 = 20_000;
/// About how many days are tried.
const DAYS: u64 = 20;

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
    request.object("what this takes", r#"{}, which means the sample, or {"scenario": {"district": "Maple Hollow", …}}"#)
}

pub(super) fn check(request: &WebRequest) -> WebResult {
    let ToCheck { scenario: sent, format } = body(request)?;
    Ok(json(StatusCode::OK, &CheckedScenario::from(&scenario(sent.as_ref(), format)?))?)
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
            let sides = sides(first.as_ref(), second.as_ref(), &formats)?;
            let comparison = schedule::compare(&sides, settings, |done| progress(done, settings.runs))?;
            let sentence = comparison.sentence();
            line_of(&ScenarioComparison { comparison, sentence })
        },
    )
}

fn sides(
    first: Option<&SentScenario>,
    second: Option<&SentScenario>,
    formats: &[Format],
) -> Result<[ScenarioSide; 2], AppError> {
    let first = scenario(first, None)?;
    let second = second.map(|second| scenario(Some(second), None)).transpose()?;
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
    let scenario = scenario(simulation.scenario.as_ref(), simulation.format)?;
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
    let now = request.state.now()?;
    let current = match asked.case {
        Some(case) => request.facts(case, |log| schedule::planned_entries(&scenario, &plan, Some(log), now))??,
        None => schedule::planned_entries(&scenario, &plan, None, now)?,
    };
    Ok(response::download(response::CALENDAR, "dates.ics", request.published(current, now)?))
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
