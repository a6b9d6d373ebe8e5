//! The goals of the office: measured, and the open cases simulated if their chances are asked for.

use crate::problem::WebError;
use crate::request::{WebFuture, WebRequest, WebResult, detached};
use crate::response::json;
use crate::state::MAX_RUNS;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::goals::{AsKnown, CaseGoals, GoalsAnswer, OpenCases};
use ibbi_app::ledger::CaseQuery;
use ibbi_app::sim::{GoalSet, GoalsReport};
use std::sync::Arc;

/// The simulation runs of each open case: as many as `ibbi goals` has by default, unless there are too many cases.
const RUNS: u64 = 1_000;
/// The fewest simulation runs of a case. With fewer, a chance says little.
const FEWEST_RUNS: u64 = 100;
/// The seed: the same cases give the same chances.
const SEED: u64 = 1;

pub(super) fn send(request: WebRequest) -> WebFuture {
    with_goals(request, |_, answer| {
        let none = || WebError::not_found("this server has no goals; start it with --goals FILE");
        Ok(json(StatusCode::OK, &answer?.ok_or_else(none)?)?)
    })
}

/// Measures the goals of the server, if it has any, and sends what a function makes of them. If the query asks for chances, the
/// open cases are simulated too. There are no confidential texts in either.
///
/// The measurement waits its turn as other short computations do. The simulation then waits in the queue for its number of runs.
pub(crate) fn with_goals(
    request: WebRequest,
    send: fn(&WebRequest, Result<Option<GoalsAnswer>, WebError>) -> WebResult,
) -> WebFuture {
    Box::pin(async move {
        let request = Arc::new(request);
        let permit = request.state.heavy.acquire(request.client()).await;
        let asked = Arc::clone(&request);
        let measured = detached(move || {
            let found = match measured(&asked) {
                Ok(Some((report, Some(open)))) => Ok((report, open)),
                Ok(found) => Err(send(&asked, Ok(found.map(|(report, _)| GoalsAnswer { report, risks: None })))),
                Err(error) => Err(send(&asked, Err(error))),
            };
            drop(permit);
            Ok(found)
        });
        let (report, open) = match measured.await? {
            Ok(found) => found,
            Err(sent) => return sent,
        };
        let runs = open.runs.saturating_mul(open.open.ids().len() as u64);
        let permit = request.state.queue(runs).acquire(request.client()).await;
        detached(move || {
            let answer = simulated(&request, report, &open).map(Some);
            drop(permit);
            send(&request, answer)
        })
        .await
    })
}

/// The open cases to simulate.
struct ToSimulate {
    /// The goals that were measured. The server's can change meanwhile.
    goals: GoalSet,
    open: OpenCases,
    /// The runs of each case.
    runs: u64,
}

/// Returns the report on the server's goals, if it has any, and the open cases if their chances are asked for.
fn measured(request: &WebRequest) -> Result<Option<(GoalsReport, Option<ToSimulate>)>, WebError> {
    let live = request.state.live();
    let Some(goals) = &live.settings.goals else { return Ok(None) };
    let now = request.state.now()?;
    let known = as_known(request)?;
    let mut measured = CaseGoals::new(goals, known, now);
    for case in request.list(&CaseQuery::default())?.cases {
        request.facts(case.case, |log| measured.add(log))?;
    }
    let report = measured.finish();
    if request.query.get("chances").is_none() {
        return Ok(Some((report, None)));
    }
    let mut open = OpenCases::new(&report, known.logged, None)?;
    let cases = open.ids();
    let runs = (MAX_RUNS / (cases.len() as u64).max(1)).min(RUNS);
    if runs < FEWEST_RUNS {
        let most = MAX_RUNS / FEWEST_RUNS;
        let message = format!(
            "{} cases are open, and the server simulates at most {most}; use `ibbi goals LEDGER --goals FILE --by risk`",
            cases.len()
        );
        return Err(AppError::Usage(message).into());
    }
    for case in cases {
        let elsewhere = request.booked_elsewhere(open.scenario(), case, open.as_of())?;
        request.facts(case, |log| open.add(log, elsewhere))?;
    }
    Ok(Some((report, Some(ToSimulate { goals: goals.clone(), open, runs }))))
}

fn simulated(request: &WebRequest, report: GoalsReport, asked: &ToSimulate) -> Result<GoalsAnswer, WebError> {
    let ToSimulate { goals, open, runs } = asked;
    let risks = open.simulate(goals, request.state.settings(*runs, SEED)?, |_, _| {})?;
    Ok(GoalsAnswer { report, risks: Some(risks) })
}

/// Returns as of when the query asks for the cases, and as they were known when.
pub(crate) fn as_known(request: &WebRequest) -> Result<AsKnown, AppError> {
    let asked = |name: &str| request.query.get(name).map(str::trim).filter(|text| !text.is_empty());
    AsKnown::read(asked("as_of"), asked("logged"), request.state.now()?)
}
