//! Open cases at risk: the chance that each meets the goals that are not due yet.

use super::known::{AsKnown, KnownCases};
use super::measure_cases;
use crate::error::AppError;
use crate::schedule;
use crate::zone::Zone;
use ibbi_core::{At, History};
use ibbi_sim::{
    GoalResult, GoalRisk, GoalRisks, GoalSet, GoalsReport, Scenario, Settings, SimulationError, Simulator, goal_chances,
};
use std::cmp::Ordering;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering as Memory};
use uuid::Uuid;

/// The settings of the simulations.
#[derive(Debug, Clone, Copy)]
pub struct RiskSettings<'a> {
    /// The calendar, the availability, and the assumptions. Without one, the offices work from Monday to Friday, everyone is
    /// always free, and the assumptions are the defaults.
    pub scenario: Option<&'a Scenario>,
    /// The runs of each case, the seed, and the number of threads, over which the cases are spread.
    pub settings: Settings,
}

/// A case with the indexes of its goals that are not due yet, and what is known about them.
struct OpenCase {
    case: Uuid,
    wanted: Vec<usize>,
    risks: Vec<GoalRisk>,
}

/// Measures the cases of a ledger, and simulates those that are open. Returns the report, and the open cases with the chance of
/// each goal that is not due yet: the least chance first, and cases without one last. `progress` gets the number of cases done
/// and of all.
///
/// # Errors
/// [`AppError`] if the ledger can't be read or a setting is not valid. A case that can't be simulated has a reason instead.
pub fn at_risk(
    ledger: &Path,
    goals: &GoalSet,
    known: AsKnown,
    now: At,
    settings: RiskSettings<'_>,
    progress: impl Fn(u64, u64) + Sync,
) -> Result<(GoalsReport, GoalRisks), AppError> {
    settings.settings.check()?;
    let cases = KnownCases::read(ledger, known, now)?;
    let report = measure_cases(&cases, goals);
    let scenario = match settings.scenario {
        Some(scenario) => scenario.clone(),
        None => crate::calibration::standard(cases.as_of().utc_date())?,
    };
    let open = open_cases(&report, &cases);
    // The store is not shared between threads, so the bookings are read first.
    let mut jobs = Vec::new();
    for case in open {
        let elsewhere = schedule::booked_elsewhere(&scenario, cases.service().store(), case.case, cases.as_of())?;
        let history = cases.history(case.case).map(|history| happened_by(&history, cases.as_of()));
        jobs.push((case, history, elsewhere));
    }
    let (next, all) = (AtomicUsize::new(0), jobs.len() as u64);
    let work = || {
        let mut done = Vec::new();
        while let Some((open, history, elsewhere)) = jobs.get(next.fetch_add(1, Memory::Relaxed)) {
            let simulate = || {
                let history =
                    history.as_ref().ok_or("the case can't be read")?.as_ref().map_err(|reason| reason.as_str())?;
                let simulator = Simulator::resume_among(&scenario, history, cases.as_of(), elsewhere);
                let simulator = simulator.map_err(|error| error.to_string())?;
                let Settings { runs, seed, .. } = settings.settings;
                goal_chances(goals, &simulator, &open.wanted, runs, seed).map_err(|error| error.to_string())
            };
            let chances: Result<Vec<_>, String> = simulate();
            for (place, risk) in open.risks.iter().enumerate() {
                let (chance, reason) = match &chances {
                    Ok(chances) => (chances.get(place).copied(), None),
                    Err(reason) => (None, Some(reason.clone())),
                };
                done.push(GoalRisk { chance, reason, ..risk.clone() });
            }
            progress(next.load(Memory::Relaxed).min(jobs.len()) as u64, all);
        }
        done
    };
    let mut risks: Vec<GoalRisk> = std::thread::scope(|scope| {
        let threads = settings.settings.threads.min(jobs.len().max(1));
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut risks = work();
        for worker in workers {
            risks.extend(worker.join().map_err(|_| SimulationError::Thread)?);
        }
        Ok::<_, SimulationError>(risks)
    })?;
    risks.sort_by(by_risk);
    let Settings { runs, seed, .. } = settings.settings;
    let assumptions = scenario.assumptions.rows(scenario.model);
    Ok((report, GoalRisks { assumptions, runs, seed, cases: risks }))
}

/// Returns the cases with goals that are not due yet.
fn open_cases(report: &GoalsReport, cases: &KnownCases) -> Vec<OpenCase> {
    let today = |case| cases.log(case).map_or_else(Zone::default, |log| log.zone).date(cases.as_of());
    let mut open: Vec<OpenCase> = Vec::new();
    for (index, goal) in report.goals.iter().enumerate() {
        for measured in goal.cases.iter().filter(|measured| measured.result == GoalResult::NotDue) {
            let risk = GoalRisk {
                goal: goal.goal.name.clone(),
                case: measured.case,
                district: measured.district.clone(),
                facilitator: measured.facilitator.clone(),
                due: measured.due,
                days_left: (measured.due.to_chrono() - today(measured.case).to_chrono()).num_days().max(0),
                chance: None,
                reason: None,
            };
            match open.iter_mut().find(|other| other.case == measured.case) {
                Some(other) => {
                    other.wanted.push(index);
                    other.risks.push(risk);
                }
                None => open.push(OpenCase { case: measured.case, wanted: vec![index], risks: vec![risk] }),
            }
        }
    }
    open
}

/// Returns a case with only the events that happened by an instant.
fn happened_by(history: &History, as_of: At) -> Result<History, String> {
    if history.case().file().is_some_and(|file| file.last_at() <= as_of) {
        return Ok(history.clone());
    }
    let mut past = History::for_case(history.id());
    for (seq, entry) in (1..).zip(history.in_effect()).take_while(|(_, entry)| entry.at <= as_of) {
        past.offer(seq, entry.at, entry.event.clone()).map_err(|refusal| refusal.to_string())?;
    }
    Ok(past)
}

/// The least chance first, and cases without one last. The others are in the order of their due dates.
fn by_risk(one: &GoalRisk, other: &GoalRisk) -> Ordering {
    let chance = |risk: &GoalRisk| risk.chance.and_then(|chance| chance.chance).map_or(2.0, |chance| chance.estimate);
    let order = chance(one).total_cmp(&chance(other));
    order
        .then_with(|| (one.due, &one.district, &one.goal).cmp(&(other.due, &other.district, &other.goal)))
        .then_with(|| one.case.cmp(&other.case))
}
