//! Open cases at risk: the chance that each meets the goals that are not due yet.

use super::known::{AsKnown, KnownCases, known_history};
use super::measure_cases;
use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::schedule;
use ibbi_core::{At, History, OtherBooking};
use ibbi_sim::{
    GoalChance, GoalResult, GoalRisk, GoalRisks, GoalSet, GoalsReport, Scenario, Settings, SimulationError, Simulator,
    goal_chances,
};
use std::cmp::Ordering;
use std::collections::HashMap;
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
    /// The case as it was known, with only the events that happened, or why there is none.
    history: Result<History, String>,
    elsewhere: Vec<OtherBooking>,
}

/// The open cases that can still meet a goal, to be simulated. Find their [`ids`](Self::ids), [`add`](Self::add) the records of each,
/// and [`simulate`](Self::simulate).
pub struct OpenCases {
    scenario: Scenario,
    as_of: At,
    logged: Option<At>,
    cases: Vec<OpenCase>,
}

impl OpenCases {
    /// Finds the open cases of a report, which was made of the cases as they were known at `logged` (default: as they are known
    /// now). Without a scenario, they are simulated with the default assumptions, and everyone is always free.
    ///
    /// # Errors
    /// [`AppError`] if the scenario can't start on the day of the report.
    pub fn new(report: &GoalsReport, logged: Option<At>, scenario: Option<&Scenario>) -> Result<Self, AppError> {
        let scenario = match scenario {
            Some(scenario) => scenario.clone(),
            None => crate::calibration::standard(report.as_of.utc_date())?,
        };
        let mut cases: Vec<OpenCase> = Vec::new();
        let mut places = HashMap::new();
        for (index, goal) in report.goals.iter().enumerate() {
            for measured in goal.cases.iter().filter(|measured| measured.result == GoalResult::NotDue) {
                let place = *places.entry(measured.case).or_insert_with(|| {
                    let history = Err("the case can't be read".to_owned());
                    let (case, wanted, risks, elsewhere) = (measured.case, Vec::new(), Vec::new(), Vec::new());
                    cases.push(OpenCase { case, wanted, risks, history, elsewhere });
                    cases.len() - 1
                });
                let Some(open) = cases.get_mut(place) else { continue };
                open.wanted.push(index);
                open.risks.push(GoalRisk {
                    goal: goal.goal.name.clone(),
                    case: measured.case,
                    district: measured.district.clone(),
                    facilitator: measured.facilitator.clone(),
                    due: measured.due,
                    days_left: 0,
                    chance: None,
                    reason: None,
                });
            }
        }
        Ok(Self { scenario, as_of: report.as_of, logged, cases })
    }

    /// Returns the IDs of the cases.
    pub fn ids(&self) -> Vec<Uuid> {
        self.cases.iter().map(|open| open.case).collect()
    }

    /// Returns the scenario with which they are simulated.
    pub const fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// Returns the instant as of which they are simulated.
    pub const fn as_of(&self) -> At {
        self.as_of
    }

    /// Adds the records of one of the cases, and the bookings of its neutrals in other cases.
    pub fn add(&mut self, log: &CaseLog, elsewhere: Vec<OtherBooking>) {
        let (as_of, logged) = (self.as_of, self.logged);
        let Some(open) = self.cases.iter_mut().find(|open| open.case == log.id) else { return };
        let today = log.zone.date(as_of).to_chrono();
        for risk in &mut open.risks {
            risk.days_left = (risk.due.to_chrono() - today).num_days().max(0);
        }
        open.elsewhere = elsewhere;
        if let Ok(Some((_, history))) = known_history(log, logged) {
            open.history = happened_by(&history, as_of);
        }
    }

    /// Simulates the cases, and returns the chance of each goal that is not due yet: the least chance first, and cases without one
    /// last. `progress` gets the number of cases done and of all.
    ///
    /// # Errors
    /// [`AppError`] if a setting is not valid. A case that can't be simulated has a reason instead.
    pub fn simulate(
        &self,
        goals: &GoalSet,
        settings: Settings,
        progress: impl Fn(u64, u64) + Sync,
    ) -> Result<GoalRisks, AppError> {
        settings.check()?;
        let (next, all) = (AtomicUsize::new(0), self.cases.len() as u64);
        let work = || {
            let mut done = Vec::new();
            while let Some(open) = self.cases.get(next.fetch_add(1, Memory::Relaxed)) {
                let chances = self.chances(open, goals, settings);
                for (place, risk) in open.risks.iter().enumerate() {
                    let (chance, reason) = match &chances {
                        Ok(chances) => (chances.get(place).copied(), None),
                        Err(reason) => (None, Some(reason.clone())),
                    };
                    done.push(GoalRisk { chance, reason, ..risk.clone() });
                }
                progress((next.load(Memory::Relaxed) as u64).min(all), all);
            }
            done
        };
        let mut risks: Vec<GoalRisk> = std::thread::scope(|scope| {
            let threads = settings.threads.min(self.cases.len().max(1));
            let workers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut risks = work();
            for worker in workers {
                risks.extend(worker.join().map_err(|_| SimulationError::Thread)?);
            }
            Ok::<_, SimulationError>(risks)
        })?;
        risks.sort_by(by_risk);
        let Settings { runs, seed, .. } = settings;
        Ok(GoalRisks { assumptions: self.scenario.assumptions.rows(self.scenario.model), runs, seed, cases: risks })
    }

    fn chances(&self, open: &OpenCase, goals: &GoalSet, settings: Settings) -> Result<Vec<GoalChance>, String> {
        let history = open.history.as_ref().map_err(Clone::clone)?;
        let simulator = Simulator::resume_among(&self.scenario, history, self.as_of, &open.elsewhere);
        let simulator = simulator.map_err(|error| error.to_string())?;
        goal_chances(goals, &simulator, &open.wanted, settings.runs, settings.seed).map_err(|error| error.to_string())
    }
}

/// Measures the cases of a ledger, and simulates those that are open. Returns the report, and the open cases with the chance of
/// each goal that is not due yet, as [`OpenCases::simulate`] does.
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
    let mut open = OpenCases::new(&report, cases.logged(), settings.scenario)?;
    for case in open.ids() {
        let Some(log) = cases.log(case) else { continue };
        let store = cases.service().store();
        let elsewhere = schedule::booked_elsewhere(&open.scenario, store, case, cases.as_of())?;
        open.add(log, elsewhere);
    }
    let risks = open.simulate(goals, settings.settings, progress)?;
    Ok((report, risks))
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
