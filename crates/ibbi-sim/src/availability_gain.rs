//! Availability gains: how much one more open day of a person or closed range would help the plan and the chance.

use crate::calendar::{Blocker, Cause, Day, DayFinder, Freed, NEVER, Tables};
use crate::model::{self, NoListener, RunResult};
use crate::simulate::{ProgressCounter, Settings, SimulationError, Simulator, spread};
use ibbi_common::quantile::{Interval, Paired};
use ibbi_core::Date;
use serde::Serialize;

/// The gain in the plan from one freed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanGain {
    /// The day to free.
    pub date: Date,
    /// The new day of the last session.
    pub finishes: Date,
    /// How many days earlier that is; `None` if the plan did not fit before.
    pub days: Option<u16>,
}

/// The gain in the chance to be in time from one freed day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ChanceGain {
    /// The day to free.
    pub date: Date,
    /// The gain in the chance of a run that goes ahead, with its 95% interval. It is measured on other runs than the ones that picked the day,
    /// so that luck does not inflate the best of many.
    pub gain: Interval,
}

/// The gain from a person's or closed range's best single day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AvailabilityGain {
    /// The person or closed range.
    #[serde(rename = "who")]
    pub blocker: Blocker,
    /// How many days within the horizon it alone blocks.
    pub alone: usize,
    /// The gain in the plan; `None` if no single day makes it earlier.
    pub plan: Option<PlanGain>,
    /// The gain in the chance to be in time; `None` if no single day raised it.
    pub chance: Option<ChanceGain>,
}

struct Candidate {
    cause: Cause,
    day: usize,
}

impl Simulator {
    /// Returns, for each person and closed range with any unavailable time, the gain from its best single day.
    ///
    /// The largest gain in the chance is first, then the largest gain in the plan, then the order of the scenario.
    ///
    /// Only a day that nothing else blocks can help, so only those days are tried. Each is tried with `settings.runs`
    /// runs of the model's dates. The best is tried again with as many other runs. The events are the same as in
    /// [`Simulator::simulate`], and the core does not check them again. Without a contract date there is no chance to
    /// gain.
    ///
    /// # Errors
    /// [`SimulationError::Settings`] if the settings are not valid.
    pub fn availability_gains(&self, settings: Settings) -> Result<Vec<AvailabilityGain>, SimulationError> {
        self.availability_gains_with(settings, &|_, _| {})
    }

    /// Does the same as [`Simulator::availability_gains`], and reports after each day how many of how many days are
    /// done. Any thread can call `progress`.
    ///
    /// # Errors
    /// The same as [`Simulator::availability_gains`].
    pub fn availability_gains_with(
        &self,
        settings: Settings,
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Vec<AvailabilityGain>, SimulationError> {
        settings.check()?;
        let causes = self.calendar.causes();
        let candidates: Vec<Candidate> = causes
            .iter()
            .flat_map(|cause| {
                self.calendar.blocked_only_by(*cause).into_iter().map(|day| Candidate { cause: *cause, day })
            })
            .collect();
        let base: Vec<RunResult> =
            (0..settings.runs).map(|run| self.dates(self.tables(), settings.seed, run)).collect();
        let jobs = Settings { runs: (candidates.len() as u64).max(1), ..settings };
        let report = |done| progress(done, jobs.runs);
        let done = ProgressCounter::new(&report);
        let tried = spread(jobs, |range| {
            let tried = range.filter_map(|index| candidates.get(usize::try_from(index).ok()?));
            let tried = tried.map(|candidate| {
                let found = self.try_day(candidate, settings.seed, &base);
                done.add(1);
                found
            });
            Ok(tried.collect::<Vec<_>>())
        })?;
        let tried: Vec<(Day, i64)> = tried.into_iter().flatten().collect();
        let mut gains: Vec<AvailabilityGain> = Vec::new();
        let planned = self.planned_last_day(Freed::NOTHING);
        for cause in causes {
            let own = || candidates.iter().zip(&tried).filter(|(candidate, _)| candidate.cause == cause);
            // The first of equal days.
            let earliest = own().min_by_key(|(_, (finishes, _))| *finishes);
            let likeliest = own().rev().max_by_key(|(_, (_, gained))| *gained);
            gains.push(AvailabilityGain {
                blocker: self.calendar.name(cause),
                alone: own().count(),
                plan: earliest.and_then(|(candidate, (finishes, _))| self.plan_gain(candidate.day, *finishes, planned)),
                chance: likeliest
                    .filter(|(_, (_, gained))| *gained > 0)
                    .and_then(|(candidate, _)| self.chance_gain(candidate, settings)),
            });
        }
        let chance = |gain: &AvailabilityGain| gain.chance.map_or(0.0, |chance| chance.gain.estimate);
        let days = |gain: &AvailabilityGain| gain.plan.map_or(0, |plan| plan.days.unwrap_or(Day::MAX));
        gains.sort_by(|one, other| chance(other).total_cmp(&chance(one)).then(days(other).cmp(&days(one))));
        Ok(gains)
    }

    fn dates(&self, tables: &Tables, seed: u64, run: u64) -> RunResult {
        let inputs = self.inputs(DayFinder::Tables(tables));
        let Ok(ended) = model::run(inputs, &mut self.sampler(seed, run), &mut NoListener);
        ended
    }

    /// Returns the plan's last day, and by how much the number of runs in time grows.
    fn try_day(&self, candidate: &Candidate, seed: u64, base: &[RunResult]) -> (Day, i64) {
        let causes = [candidate.cause];
        let freed = Freed::on(&causes, candidate.day);
        let last = self.planned_last_day(freed);
        // Without a contract date, or after it, no day can change the chance.
        if self.late.is_none_or(|late| candidate.day >= usize::from(late)) {
            return (last, 0);
        }
        let tables = self.calendar.tables_freeing(self.course.longest(), freed);
        // A freed day doesn't change whether a run goes ahead.
        let ahead = (0..).zip(base).filter(|(_, before)| before.goes_ahead());
        let gained = ahead.map(|(run, before)| {
            i64::from(self.in_time(self.dates(&tables, seed, run))) - i64::from(self.in_time(*before))
        });
        (last, gained.sum())
    }

    fn plan_gain(&self, day: usize, finishes: Day, planned: Day) -> Option<PlanGain> {
        let date = self.calendar.date(day)?;
        let days = (planned < NEVER).then(|| planned - finishes.min(planned));
        let better = finishes < planned;
        better.then_some(PlanGain { date, finishes: self.calendar.date(finishes.into())?, days })
    }

    fn chance_gain(&self, candidate: &Candidate, settings: Settings) -> Option<ChanceGain> {
        let causes = [candidate.cause];
        let freed = Freed::on(&causes, candidate.day);
        let tables = self.calendar.tables_freeing(self.course.longest(), freed);
        let mut counts = Paired::default();
        for run in settings.runs..settings.runs * 2 {
            let before = self.dates(self.tables(), settings.seed, run);
            if !before.goes_ahead() {
                continue;
            }
            let freed = self.dates(&tables, settings.seed, run);
            match (self.in_time(freed), self.in_time(before)) {
                (true, true) => counts.both += 1,
                (true, false) => counts.only_first += 1,
                (false, true) => counts.only_second += 1,
                (false, false) => counts.neither += 1,
            }
        }
        let gain = ibbi_common::quantile::paired_difference(counts).filter(|gain| gain.estimate > 0.0)?;
        Some(ChanceGain { date: self.calendar.date(candidate.day)?, gain })
    }
}
