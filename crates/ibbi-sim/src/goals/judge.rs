//! Whether a case met a goal, by the days that passed.

use super::{DayCount, TimeGoal};
use chrono::{Datelike as _, Days};
use ibbi_common::working_days::WorkingDays;
use ibbi_core::{At, County, Date};
use serde::Serialize;

/// The result of a goal for one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GoalResult {
    /// It happened within the days.
    Met,
    /// It happened after more days.
    Late,
    /// It had not happened when the days were over.
    Overdue,
    /// It has not happened yet, and the days are not over.
    NotDue,
    /// The case ended before the days were over, and without it. The goal doesn't count such a case.
    EndedFirst,
}

impl GoalResult {
    /// Every result.
    pub const ALL: [Self; 5] = [Self::Met, Self::Late, Self::Overdue, Self::NotDue, Self::EndedFirst];

    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Late => "late",
            Self::Overdue => "overdue",
            Self::NotDue => "not_due",
            Self::EndedFirst => "ended_first",
        }
    }

    /// Returns the label for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Late => "missed: late",
            Self::Overdue => "missed: overdue",
            Self::NotDue => "not due yet",
            Self::EndedFirst => "the case ended first",
        }
    }
}

/// The days of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) result: GoalResult,
    pub(super) due: Date,
    pub(super) taken: u32,
}

/// Counts days, and judges measurements.
pub(super) struct DayJudge {
    today: At,
    /// Business days without and with the holidays of Suffolk County, if a goal needs them.
    working: Option<[WorkingDays; 2]>,
}

/// No goal has more business days than this number of years.
const YEARS_AHEAD: i32 = 5;
const FIRST_YEAR: i32 = 1970;

impl DayJudge {
    pub(super) fn new(goals: &[TimeGoal], today: At) -> Self {
        let last = today.utc_date().to_chrono().year() + YEARS_AHEAD;
        let needed = goals.iter().any(|goal| goal.days == DayCount::Business);
        let days = |county| WorkingDays::new(FIRST_YEAR, last, county);
        Self { today, working: needed.then(|| [days(None), days(Some(County::Suffolk))]) }
    }

    pub(super) const fn today(&self) -> At {
        self.today
    }

    /// Judges a wait that began on a day. `ended` is the day on which it ended well, and `closed` the day on which the case
    /// ended.
    pub(super) fn judge(
        &self,
        goal: &TimeGoal,
        county: Option<County>,
        [started, today]: [Date; 2],
        ended: Option<Date>,
        closed: Option<Date>,
    ) -> Judged {
        let working = || {
            self.working.as_ref().map(|[usual, suffolk]| if county == Some(County::Suffolk) { suffolk } else { usual })
        };
        let working = if goal.days == DayCount::Business { working() } else { None };
        let until = ended.or(closed).unwrap_or(today);
        let within = u32::from(goal.within);
        let (taken, due) = match working {
            Some(working) => {
                // A day that doesn't count belongs to the next business day.
                let begun = until > started && !working.has(until);
                let taken = working.between(started, until) + u32::from(begun);
                (taken, working.after(started, within).filter(|_| within > 0))
            }
            None => {
                let taken = (until.to_chrono() - started.to_chrono()).num_days();
                let due = started.to_chrono().checked_add_days(Days::new(within.into()));
                (u32::try_from(taken).unwrap_or(0), due.and_then(|due| Date::try_from(due).ok()))
            }
        };
        let result = match (ended, closed) {
            (Some(_), _) if taken <= within => GoalResult::Met,
            (Some(_), _) => GoalResult::Late,
            (None, _) if taken > within => GoalResult::Overdue,
            (None, Some(_)) => GoalResult::EndedFirst,
            (None, None) => GoalResult::NotDue,
        };
        Judged { result, due: due.unwrap_or(started), taken }
    }
}
