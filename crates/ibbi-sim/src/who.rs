//! Whom to ask for one more day: what the plan and the chance to be in time gain if somebody's best blocked day is
//! freed.

use crate::calendar::{Blocker, Cause, Day, Group, HORIZON, Half, NEVER, Tables};
use crate::draws::Seeded;
use crate::model::{self, Silent};
use crate::plan;
use crate::simulate::{Done, Settings, SimulationError, Simulator, spread};
use ibbi_common::quantile::{Interval, Paired};
use ibbi_core::Date;
use serde::Serialize;

/// What the plan gains from one freed day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PlanGain {
    /// The day to free.
    pub date: Date,
    /// The last session then.
    pub finishes: Date,
    /// How many days earlier that is; `None` if the plan did not fit before.
    pub days: Option<u16>,
}

/// What the chance to be done in time gains from one freed day.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChanceGain {
    /// The day to free.
    pub date: Date,
    /// The gain in the chance, with its 95% interval. The day was chosen on other runs than those that give the gain,
    /// so that the best of many is not flattered by luck.
    pub gain: Interval,
}

/// What one person's or closed range's single best day would bring.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Gain {
    /// Whose day.
    pub who: Blocker,
    /// How many of the days within the horizon this one alone blocks.
    pub alone: usize,
    /// For the plan; `None` if no single day brings it forward.
    pub plan: Option<PlanGain>,
    /// For the chance to be in time; `None` if no single day was seen to raise it.
    pub chance: Option<ChanceGain>,
}

struct Candidate {
    cause: Cause,
    day: usize,
}

impl Simulator {
    /// For each person and closed range with any unavailable time: what the single best freed day would bring, the
    /// largest gain in the chance first, then in the plan, then in the order of the scenario.
    ///
    /// Only a day that nobody and nothing else blocks can bring anything, so only those are tried. Each is tried with
    /// `settings.runs` runs of the model's dates (the events are the same as in [`Simulator::simulate`] and are not
    /// offered again), the best again with as many other runs. Without a contract date there is no chance to gain.
    ///
    /// # Errors
    /// [`SimulationError::Settings`] for settings that cannot be.
    pub fn who(&self, settings: Settings) -> Result<Vec<Gain>, SimulationError> {
        self.who_with(settings, |_, _| {})
    }

    /// As [`Simulator::who`], and tells after each day that was tried how many are done, from whichever thread; the
    /// number of days comes with it.
    ///
    /// # Errors
    /// As [`Simulator::who`].
    pub fn who_with(
        &self,
        settings: Settings,
        progress: impl Fn(u64, u64) + Sync,
    ) -> Result<Vec<Gain>, SimulationError> {
        settings.check()?;
        let causes = self.calendar.causes();
        let candidates: Vec<Candidate> =
            causes.iter().flat_map(|cause| self.alone(*cause).map(|day| Candidate { cause: *cause, day })).collect();
        let base: Vec<bool> =
            (0..settings.runs).map(|run| self.done_in_time(&self.tables, settings.seed, run)).collect();
        let jobs = Settings { runs: (candidates.len() as u64).max(1), ..settings };
        let told = |done| progress(done, jobs.runs);
        let done = Done::new(&told);
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
        let mut gains: Vec<Gain> = Vec::new();
        let planned = plan::last_day(self, &self.tables);
        for cause in causes {
            let own = || candidates.iter().zip(&tried).filter(|(candidate, _)| candidate.cause == cause);
            // Of equal days the first one.
            let earliest = own().min_by_key(|(_, (finishes, _))| *finishes);
            let likeliest = own().rev().max_by_key(|(_, (_, gained))| *gained);
            gains.push(Gain {
                who: self.calendar.name(cause),
                alone: own().count(),
                plan: earliest.and_then(|(candidate, (finishes, _))| self.plan_gain(candidate.day, *finishes, planned)),
                chance: likeliest
                    .filter(|(_, (_, gained))| *gained > 0)
                    .and_then(|(candidate, _)| self.chance_gain(candidate, settings)),
            });
        }
        let chance = |gain: &Gain| gain.chance.map_or(0.0, |chance| chance.gain.estimate);
        let days = |gain: &Gain| gain.plan.map_or(0, |plan| plan.days.unwrap_or(Day::MAX));
        gains.sort_by(|one, other| chance(other).total_cmp(&chance(one)).then(days(other).cmp(&days(one))));
        Ok(gains)
    }

    /// The days on which this cause alone keeps some group from some half-day.
    fn alone(&self, cause: Cause) -> impl Iterator<Item = usize> {
        let me = self.calendar.name(cause);
        (0..HORIZON).filter(move |day| {
            Half::ALL.iter().any(|half| {
                let only = |group| matches!(self.calendar.blockers(group, *day, *half).as_slice(), [one] if *one == me);
                self.calendar.is_blocked_by(cause, *day, *half) && (only(Group::Meeting) || only(Group::Session))
            })
        })
    }

    fn done_in_time(&self, tables: &Tables, seed: u64, run: u64) -> bool {
        let mut draws = Seeded::new(&self.scenario.assumptions, seed, run);
        let Ok(ended) = model::run(self.course(tables), &mut draws, &mut Silent);
        self.in_time(ended)
    }

    /// The plan's last day, and by how many the runs in time grow.
    fn try_day(&self, candidate: &Candidate, seed: u64, base: &[bool]) -> (Day, i64) {
        let tables = self.calendar.tables_freeing(&[candidate.cause], Some(candidate.day));
        let last = plan::last_day(self, &tables);
        // Without a contract date, or after it, no day makes a difference in time.
        if self.late.is_none_or(|late| candidate.day >= usize::from(late)) {
            return (last, 0);
        }
        let gained =
            (0..).zip(base).map(|(run, before)| i64::from(self.done_in_time(&tables, seed, run)) - i64::from(*before));
        (last, gained.sum())
    }

    fn plan_gain(&self, day: usize, finishes: Day, planned: Day) -> Option<PlanGain> {
        let date = self.calendar.date(day)?;
        let days = (planned < NEVER).then(|| planned - finishes.min(planned));
        let better = finishes < planned;
        better.then_some(PlanGain { date, finishes: self.calendar.date(finishes.into())?, days })
    }

    fn chance_gain(&self, candidate: &Candidate, settings: Settings) -> Option<ChanceGain> {
        let tables = self.calendar.tables_freeing(&[candidate.cause], Some(candidate.day));
        let mut counts = Paired::default();
        for run in settings.runs..settings.runs * 2 {
            let freed = self.done_in_time(&tables, settings.seed, run);
            let before = self.done_in_time(&self.tables, settings.seed, run);
            match (freed, before) {
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
