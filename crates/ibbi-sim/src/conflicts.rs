//! Conflicts: the smallest set of people and closed ranges that keep a plan from fitting or from being in time.

use crate::calendar::{Blocker, Cause, Freed, NEVER};
use crate::model::{Ending, RunResult};
use crate::simulate::Simulator;
use ibbi_core::Date;
use serde::Serialize;

/// The reason why a plan fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlanFailure {
    /// A session has no open day within 730 days.
    DoesNotFit,
    /// The last session is after the contract date.
    Late,
}

/// The people and closed ranges that would have to make room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conflicts {
    /// The reason why the plan fails.
    pub failing: PlanFailure,
    /// The smallest set whose unavailable times would have to go. Empty if even all of them are not enough.
    #[serde(rename = "in_the_way")]
    pub blockers: Vec<Blocker>,
    /// Other sets of the same size that would also be enough, at most [`Conflicts::MAX_ALTERNATIVES`].
    pub alternatives: Vec<Vec<Blocker>>,
    /// Whether the set is proven to be the smallest. If not, it is only known that each member is needed.
    pub proven_smallest: bool,
    /// The day of the last session if the set made room.
    pub finishes_then: Option<Date>,
    /// The day of the last session if all people and closed ranges made room: the time that the durations alone take.
    pub finishes_at_best: Option<Date>,
}

impl Conflicts {
    /// The largest number of alternatives that are listed.
    pub const MAX_ALTERNATIVES: usize = 9;
}

/// The largest number of sets that are tried. After that, a set is only reduced until each member is needed.
const MAX_SETS: u64 = 200_000;

pub(crate) fn find(simulator: &Simulator, ended: RunResult) -> Conflicts {
    let Simulator { calendar, late, .. } = simulator;
    let last = |freed: &[Cause]| simulator.planned_last_day(Freed::always(freed));
    let bound = late.unwrap_or(NEVER).min(NEVER);
    let meets = |freed: &[Cause]| last(freed) < bound;
    let all = calendar.causes();
    let at_best = last(&all);
    let (sets, proven_smallest) = if at_best < bound { smallest(&all, meets) } else { (Vec::new(), true) };
    let names = |set: &Vec<Cause>| set.iter().map(|cause| calendar.name(*cause)).collect::<Vec<_>>();
    let set = sets.first();
    Conflicts {
        failing: if ended.ending == Ending::Completed { PlanFailure::Late } else { PlanFailure::DoesNotFit },
        blockers: set.map(names).unwrap_or_default(),
        alternatives: sets.iter().skip(1).map(names).collect(),
        proven_smallest,
        finishes_then: set.and_then(|set| calendar.date(last(set).into())),
        finishes_at_best: calendar.date(at_best.into()),
    }
}

/// Returns the smallest subsets that meet the condition, and whether they are proven to be the smallest.
///
/// The whole set must meet the condition, and adding members must never hurt. If there are too many subsets to try,
/// returns one in which each member is needed, and `false`.
fn smallest(all: &[Cause], meets: impl Fn(&[Cause]) -> bool) -> (Vec<Vec<Cause>>, bool) {
    let mut left = MAX_SETS;
    for size in 1..=all.len() {
        let sets = choose(all.len(), size);
        if sets > left {
            break;
        }
        left -= sets;
        let mut chosen: Vec<usize> = (0..size).collect();
        let mut found = Vec::new();
        loop {
            let set: Vec<Cause> = chosen.iter().map(|index| all[*index]).collect();
            if meets(&set) {
                found.push(set);
            }
            if found.len() > Conflicts::MAX_ALTERNATIVES || !advance(&mut chosen, all.len()) {
                break;
            }
        }
        if !found.is_empty() {
            return (found, true);
        }
    }
    let mut set = all.to_vec();
    for cause in all {
        let without: Vec<Cause> = set.iter().copied().filter(|kept| kept != cause).collect();
        if meets(&without) {
            set = without;
        }
    }
    (vec![set], false)
}

/// Moves to the next subset of the same size in lexicographic order. Returns `false` after the last.
fn advance(chosen: &mut [usize], of: usize) -> bool {
    let size = chosen.len();
    for place in (0..size).rev() {
        if chosen[place] < of - (size - place) {
            chosen[place] += 1;
            for later in place + 1..size {
                chosen[later] = chosen[later - 1] + 1;
            }
            return true;
        }
    }
    false
}

fn choose(of: usize, size: usize) -> u64 {
    (0..size).fold(1_u64, |sets, step| sets.saturating_mul((of - step) as u64) / (step as u64 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subsets_are_tried_once_in_order_of_size() {
        let all: Vec<Cause> = (0..6).map(Cause::Person).collect();
        let seen = std::cell::RefCell::new(Vec::new());
        let (sets, proven) = smallest(&all, |set| {
            seen.borrow_mut().push(set.to_vec());
            set.len() == 6
        });
        assert!(proven && sets == [all]);
        let seen = seen.into_inner();
        assert_eq!(seen.len(), 63);
        assert!(seen.is_sorted_by(|one, other| (one.len(), one) < (other.len(), other)));
        assert_eq!((choose(6, 3), choose(60, 2)), (20, 1770));
    }

    #[test]
    fn equal_alternatives_are_listed() {
        let all: Vec<Cause> = (0..5).map(Cause::Person).collect();
        let (sets, _) = smallest(&all, |set| set.contains(&Cause::Person(1)) || set.contains(&Cause::Person(4)));
        assert_eq!(sets, [[Cause::Person(1)], [Cause::Person(4)]]);
        let (sets, _) = smallest(&(0..60).map(Cause::Person).collect::<Vec<_>>(), |_| true);
        assert_eq!(sets.len(), 1 + Conflicts::MAX_ALTERNATIVES);
    }

    #[test]
    fn large_set_is_minimal_if_not_proven_smallest() {
        let all: Vec<Cause> = (0..60).map(Cause::Person).collect();
        let needed: Vec<Cause> = [3, 8, 20, 31, 44, 59].map(Cause::Person).to_vec();
        let (sets, proven) = smallest(&all, |set| needed.iter().all(|cause| set.contains(cause)));
        assert!(!proven && sets == [needed]);
    }
}
