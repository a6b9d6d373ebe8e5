//! The result of a simulation: whether the case goes ahead, when if it does, and what moves the date.

use super::{ForecastStatus, Settings, Simulator};
use crate::assumptions::AssumptionRow;
use crate::calendar::{Day, HORIZON};
use crate::counts::{Driver, RunCounts};
use crate::model::{Ending, ForecastStep};
use crate::resume::ResumedCase;
use crate::scenario::Deadline;
use core::cmp::Reverse;
use ibbi_common::format::{count, percent, weekday_date};
use ibbi_common::quantile::{Interval, wilson};
use ibbi_core::Date;
use serde::Serialize;

/// The number of runs with one ending.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeShare {
    /// The ending.
    pub ending: Ending,
    /// The number of runs.
    pub runs: u64,
    /// The share of all runs, with its 95% Wilson interval.
    pub share: Interval,
}

/// The percentiles of a date, by nearest rank among the runs that go ahead. A run that doesn't get there counts as later
/// than any date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Percentiles {
    /// One run in ten is there by then; `None` if that is later than any date.
    pub p10: Option<Date>,
    /// Even odds.
    pub p50: Option<Date>,
    /// Four runs in five.
    pub p80: Option<Date>,
    /// Nine runs in ten.
    pub p90: Option<Date>,
}

impl Percentiles {
    /// Returns each percentile with its date.
    pub const fn all(self) -> [(u8, Option<Date>); 4] {
        [(10, self.p10), (50, self.p50), (80, self.p80), (90, self.p90)]
    }
}

/// A milestone with its percentiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MilestoneDates {
    /// The milestone.
    #[serde(flatten)]
    pub step: ForecastStep,
    /// The percentiles of its date.
    #[serde(flatten)]
    pub dates: Percentiles,
}

/// A date by which the facilitation should be complete.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadlineChance {
    /// Its name, such as `contract`.
    pub name: String,
    /// The date.
    pub date: Date,
    /// How many days before the date the facilitation should be complete.
    #[serde(skip_serializing_if = "is_zero")]
    pub margin_days: u16,
    /// The share of the runs that go ahead and are completed on or before the date, less the margin, with its 95% Wilson
    /// interval.
    pub chance: Interval,
    /// The margin: how many days remain until the date after the P50 of the completion. Facilitation starts bargaining and
    /// doesn't end it. Negative if the P50 is later.
    pub days_left_p50: Option<i64>,
    /// The same after the P90.
    pub days_left_p90: Option<i64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde's signature")]
const fn is_zero(days: &u16) -> bool {
    *days == 0
}

/// The results at the two ends of all chances that are ranges: with each at its pessimistic end, and with each at the other one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ranges {
    /// The share of all runs that go ahead: pessimistic, optimistic.
    pub goes_ahead: [f64; 2],
    /// The percentiles of the completion date: optimistic, pessimistic.
    pub finish: PercentileRanges,
    /// The chance of each deadline, in the order of the deadlines: pessimistic, optimistic. `None` if no run goes ahead there.
    pub deadlines: Vec<[Option<f64>; 2]>,
}

/// The range of each percentile of the completion date: optimistic, pessimistic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PercentileRanges {
    /// One run in ten is there by then.
    pub p10: [Option<Date>; 2],
    /// Even odds.
    pub p50: [Option<Date>; 2],
    /// Four runs in five.
    pub p80: [Option<Date>; 2],
    /// Nine runs in ten.
    pub p90: [Option<Date>; 2],
}

/// A point of the curve of the completed runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CurvePoint {
    /// The day.
    pub date: Date,
    /// How many runs were completed by the end of this day.
    pub completed: u64,
    /// Their share of the runs that go ahead.
    pub share: f64,
}

/// The result of a simulation: two answers. `goes_ahead` and `outcomes` say whether the case goes ahead, which depends on the
/// user's estimates alone. Everything else says when, if it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Forecast {
    /// The assumptions, and which of them are defaults.
    pub assumptions: Vec<AssumptionRow>,
    /// The case from which the runs resume; `None` for a new case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continued: Option<ResumedCase>,
    /// The day the contract expires.
    pub contract_expires: Option<Date>,
    /// Every day on which a run was completed, with the runs completed by then.
    pub curve: Vec<CurvePoint>,
    /// The deadlines, the earliest first.
    pub deadlines: Vec<DeadlineChance>,
    /// The scenario's digest.
    pub digest: String,
    /// What the days of a run are spent on, and how that differs between early and late runs.
    pub drivers: Vec<Driver>,
    /// The percentiles of the completion date.
    pub finish: Percentiles,
    /// When the process is completed if it goes ahead, in a sentence.
    pub headline: String,
    /// The share of all runs that go ahead: no leader declines, both parties adopt, and the district does not withdraw.
    pub goes_ahead: Interval,
    /// The milestones that are ahead, in order.
    pub milestones: Vec<MilestoneDates>,
    /// The reasons why runs don't go ahead, the most frequent first. An unfinished run has one too if it would have come to it.
    pub not_ahead: Vec<OutcomeShare>,
    /// The endings, in the order of [`Ending::ALL`].
    pub outcomes: Vec<OutcomeShare>,
    /// The results at the ends of the chances that are ranges; `None` if there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranges: Option<Ranges>,
    /// The number of runs.
    pub runs: u64,
    /// The number of runs that go ahead.
    pub runs_ahead: u64,
    /// The seed.
    pub seed: u64,
    /// Whether the deadlines are likely to be met; `None` if there is none, or no run goes ahead.
    pub status: Option<ForecastStatus>,
}

impl Forecast {
    pub(super) fn new(
        simulator: &Simulator,
        settings: Settings,
        counts: &RunCounts,
        corners: [Option<RunCounts>; 2],
    ) -> Self {
        let Settings { runs, seed, .. } = settings;
        let calendar = &simulator.calendar;
        let ahead = counts.ahead;
        let share = |count| wilson(count, runs).expect("there is a run, and no more counted than runs");
        let finish = simulator.percentiles(|percent| counts.finish(percent));
        let mut completed = 0;
        let curve = (0..HORIZON).filter(|day| counts.completed[*day] > 0).filter_map(|day| {
            completed += counts.completed[day];
            Some(CurvePoint { date: calendar.date(day)?, completed, share: share_of(completed, ahead) })
        });
        let outcome = |counts: &[u64; Ending::ALL.len()], ending: Ending| {
            let runs = counts[ending as usize];
            OutcomeShare { ending, runs, share: share(runs) }
        };
        let reasons = Ending::ALL.into_iter().map(|ending| outcome(&counts.stopped, ending));
        let mut not_ahead: Vec<_> = reasons.filter(|reason| reason.runs > 0).collect();
        not_ahead.sort_by_key(|reason| Reverse(reason.runs));
        let milestone = |step: ForecastStep| MilestoneDates {
            step,
            dates: simulator.percentiles(|percent| counts.milestone(step, percent)),
        };
        let left = |until: Date, from: Option<Date>| from.map(|from| (until.to_chrono() - from.to_chrono()).num_days());
        let all_deadlines = simulator.scenario.all_deadlines();
        let deadline = |Deadline { name, on, margin_days }: &Deadline| {
            let chance = wilson(simulator.completed_by(counts, *on, *margin_days), ahead)?;
            let (days_left_p50, days_left_p90) = (left(*on, finish.p50), left(*on, finish.p90));
            let (name, date, margin_days) = (name.clone(), *on, *margin_days);
            Some(DeadlineChance { name, date, margin_days, chance, days_left_p50, days_left_p90 })
        };
        let deadlines: Vec<_> = all_deadlines.iter().filter_map(deadline).collect();
        let ranges = match corners {
            [Some(pessimistic), Some(optimistic)] => {
                Some(simulator.ranges(runs, &pessimistic, &optimistic, &all_deadlines[..deadlines.len()]))
            }
            _ => None,
        };
        Self {
            assumptions: simulator.scenario.assumptions.rows(simulator.scenario.model),
            continued: simulator.real.clone(),
            contract_expires: simulator.scenario.contract_expires,
            curve: curve.collect(),
            headline: headline(finish, ahead, completed, &deadlines),
            status: ForecastStatus::from_chances(deadlines.iter().map(|deadline| deadline.chance.estimate)),
            deadlines,
            digest: simulator.digest.clone(),
            drivers: counts.drivers(),
            finish,
            goes_ahead: share(ahead),
            milestones: simulator.steps_ahead().into_iter().map(milestone).collect(),
            not_ahead,
            outcomes: Ending::ALL.into_iter().map(|ending| outcome(&counts.endings, ending)).collect(),
            ranges,
            runs,
            runs_ahead: ahead,
            seed,
        }
    }

    /// Returns the chance that a run that goes ahead is completed on or before a date, with its 95% Wilson interval; `None`
    /// if no run goes ahead.
    pub fn chance_by(&self, date: Date) -> Option<Interval> {
        let completed = self.curve.iter().take_while(|point| point.date <= date).last();
        wilson(completed.map_or(0, |point| point.completed), self.runs_ahead)
    }
}

impl Simulator {
    /// Returns the dates of the percentiles of a day.
    fn percentiles(&self, day: impl Fn(u8) -> Option<Day>) -> Percentiles {
        let date = |percent| day(percent).and_then(|day| self.calendar.date(day.into()));
        let [p10, p50, p80, p90] = [10, 50, 80, 90].map(date);
        Percentiles { p10, p50, p80, p90 }
    }

    /// Returns how many runs are completed some days before a date.
    fn completed_by(&self, counts: &RunCounts, date: Date, margin_days: u16) -> u64 {
        let by = date.to_chrono().checked_sub_days(chrono::Days::new(margin_days.into()));
        let by = by.and_then(|by| Date::try_from(by).ok());
        by.map_or(0, |by| counts.completed_before(self.calendar.day_after(by)))
    }

    fn ranges(&self, runs: u64, pessimistic: &RunCounts, optimistic: &RunCounts, deadlines: &[Deadline]) -> Ranges {
        let both = [pessimistic, optimistic];
        let by = |deadline: &Deadline| {
            both.map(|counts| {
                let completed = self.completed_by(counts, deadline.on, deadline.margin_days);
                (counts.ahead > 0).then(|| share_of(completed, counts.ahead))
            })
        };
        let [late, early] = both.map(|counts| self.percentiles(|percent| counts.finish(percent)));
        Ranges {
            goes_ahead: both.map(|counts| share_of(counts.ahead, runs)),
            finish: PercentileRanges {
                p10: [early.p10, late.p10],
                p50: [early.p50, late.p50],
                p80: [early.p80, late.p80],
                p90: [early.p90, late.p90],
            },
            deadlines: deadlines.iter().map(by).collect(),
        }
    }
}

/// Returns when the process is completed if it goes ahead: even odds, nine in ten, and the chance by each deadline.
fn headline(finish: Percentiles, ahead: u64, completed: u64, deadlines: &[DeadlineChance]) -> String {
    let Some(even) = finish.p50 else {
        return match (ahead, completed) {
            (0, _) => "In no run does the process go ahead, so there is no date.",
            (_, 0) => "No run that goes ahead is completed within 730 days.",
            _ => "Fewer than half of the runs that go ahead are completed within 730 days.",
        }
        .to_owned();
    };
    let mut sentence = format!("If both sides adopt, even odds of finishing by {}", weekday_date(even));
    sentence += &match finish.p90 {
        Some(late) => format!("; 9 in 10 by {}", weekday_date(late)),
        None => "; fewer than 9 in 10 are completed within 730 days".to_owned(),
    };
    for DeadlineChance { name, date, margin_days, chance, .. } in deadlines {
        // Runs can't show that something is certain or impossible.
        let share = percent(chance.estimate.clamp(0.001, 0.999));
        let by = date.to_chrono().checked_sub_days(chrono::Days::new((*margin_days).into()));
        let by = by.and_then(|by| Date::try_from(by).ok()).unwrap_or(*date);
        let what = match margin_days {
            0 => name.clone(),
            days => format!("{} before the {name}", count((*days).into(), "day", "days")),
        };
        sentence += &format!("; {share} by {} ({what})", weekday_date(by));
    }
    sentence + "."
}

#[allow(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
fn share_of(part: u64, whole: u64) -> f64 {
    part as f64 / whole.max(1) as f64
}
