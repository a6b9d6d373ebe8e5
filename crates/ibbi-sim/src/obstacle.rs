//! Who stands in the way of a plan that does not fit or is late: the smallest set of people and closed ranges.

use crate::calendar::{Blocker, Cause, NEVER};
use crate::model::{Ended, Ending};
use crate::plan;
use crate::simulate::Simulator;
use ibbi_core::Date;
use serde::Serialize;

/// What the plan fails at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failing {
    /// A sitting finds no day within 730 days.
    DoesNotFit,
    /// The last session is after the contract date.
    Late,
}

/// Who and what would have to make room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Obstacle {
    /// What the plan fails at.
    pub failing: Failing,
    /// The smallest set whose unavailable times would have to go; empty if not even all of them suffice.
    pub in_the_way: Vec<Blocker>,
    /// Whether the set was proven to be the smallest; otherwise only none of it can be left out.
    pub proven_smallest: bool,
    /// The last session if they all made room.
    pub finishes_then: Option<Date>,
    /// The last session if every person and every closed range made room: what the durations alone take.
    pub finishes_at_best: Option<Date>,
}

/// The most sets that are tried before a set is only made minimal.
const MAX_SETS: u64 = 200_000;

pub(crate) fn find(simulator: &Simulator, ended: Ended) -> Obstacle {
    let Simulator { calendar, scenario, late, .. } = simulator;
    let last = |freed: &[Cause]| plan::last_day(scenario, &calendar.tables_freeing(freed, None));
    let bound = late.unwrap_or(NEVER).min(NEVER);
    let meets = |freed: &[Cause]| last(freed) < bound;
    let all = calendar.causes();
    let at_best = last(&all);
    let (set, proven_smallest) = if at_best < bound { smallest(&all, meets) } else { (Vec::new(), true) };
    Obstacle {
        failing: if ended.ending == Ending::Completed { Failing::Late } else { Failing::DoesNotFit },
        in_the_way: set.iter().map(|cause| calendar.name(*cause)).collect(),
        proven_smallest,
        finishes_then: (!set.is_empty()).then(|| calendar.date(last(&set).into())).flatten(),
        finishes_at_best: calendar.date(at_best.into()),
    }
}

/// The first of the smallest subsets that meets the condition, which the whole set does; more room never hurts.
fn smallest(all: &[Cause], meets: impl Fn(&[Cause]) -> bool) -> (Vec<Cause>, bool) {
    let mut left = MAX_SETS;
    for size in 1..=all.len() {
        let sets = choose(all.len(), size);
        if sets > left {
            break;
        }
        left -= sets;
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            let set: Vec<Cause> = chosen.iter().map(|index| all[*index]).collect();
            if meets(&set) {
                return (set, true);
            }
            if !advance(&mut chosen, all.len()) {
                break;
            }
        }
    }
    let mut set = all.to_vec();
    for cause in all {
        let without: Vec<Cause> = set.iter().copied().filter(|kept| kept != cause).collect();
        if meets(&without) {
            set = without;
        }
    }
    (set, false)
}

/// The next subset of the same size in lexicographic order; `false` after the last.
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
    fn every_subset_comes_once_and_in_order_of_size() {
        let all: Vec<Cause> = (0..6).map(Cause::Person).collect();
        let seen = std::cell::RefCell::new(Vec::new());
        let (set, proven) = smallest(&all, |set| {
            seen.borrow_mut().push(set.to_vec());
            set.len() == 6
        });
        assert!(proven && set == all);
        let seen = seen.into_inner();
        assert_eq!(seen.len(), 63);
        assert!(seen.is_sorted_by(|one, other| (one.len(), one) < (other.len(), other)));
        assert_eq!((choose(6, 3), choose(60, 2)), (20, 1770));
    }

    #[test]
    fn a_large_set_is_made_minimal_where_it_cannot_be_proven_smallest() {
        let all: Vec<Cause> = (0..60).map(Cause::Person).collect();
        let needed: Vec<Cause> = [3, 8, 20, 31, 44, 59].map(Cause::Person).to_vec();
        let (set, proven) = smallest(&all, |set| needed.iter().all(|cause| set.contains(cause)));
        assert!(!proven && set == needed);
    }
}
