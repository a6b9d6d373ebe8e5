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
    /// Other sets of the same size that would do as well, at most [`Obstacle::MAX_ALTERNATIVES`].
    pub alternatives: Vec<Vec<Blocker>>,
    /// Whether the set was proven to be the smallest; otherwise only none of it can be left out.
    pub proven_smallest: bool,
    /// The last session if they all made room.
    pub finishes_then: Option<Date>,
    /// The last session if every person and every closed range made room: what the durations alone take.
    pub finishes_at_best: Option<Date>,
}

impl Obstacle {
    /// The most alternatives that are told.
    pub const MAX_ALTERNATIVES: usize = 9;
}

/// The most sets that are tried before a set is only made minimal.
const MAX_SETS: u64 = 200_000;

pub(crate) fn find(simulator: &Simulator, ended: Ended) -> Obstacle {
    let Simulator { calendar, late, .. } = simulator;
    let last = |freed: &[Cause]| plan::last_day(simulator, &calendar.tables_freeing(freed, None));
    let bound = late.unwrap_or(NEVER).min(NEVER);
    let meets = |freed: &[Cause]| last(freed) < bound;
    let all = calendar.causes();
    let at_best = last(&all);
    let (sets, proven_smallest) = if at_best < bound { smallest(&all, meets) } else { (Vec::new(), true) };
    let names = |set: &Vec<Cause>| set.iter().map(|cause| calendar.name(*cause)).collect::<Vec<_>>();
    let set = sets.first();
    Obstacle {
        failing: if ended.ending == Ending::Completed { Failing::Late } else { Failing::DoesNotFit },
        in_the_way: set.map(names).unwrap_or_default(),
        alternatives: sets.iter().skip(1).map(names).collect(),
        proven_smallest,
        finishes_then: set.and_then(|set| calendar.date(last(set).into())),
        finishes_at_best: calendar.date(at_best.into()),
    }
}

/// The smallest subsets that meet the condition, which the whole set does; more room never hurts. Where there are too
/// many to try, one of which nothing can be left out, and `false`.
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
            if found.len() > Obstacle::MAX_ALTERNATIVES || !advance(&mut chosen, all.len()) {
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
    fn sets_that_would_do_as_well_are_told() {
        let all: Vec<Cause> = (0..5).map(Cause::Person).collect();
        let (sets, _) = smallest(&all, |set| set.contains(&Cause::Person(1)) || set.contains(&Cause::Person(4)));
        assert_eq!(sets, [[Cause::Person(1)], [Cause::Person(4)]]);
        let (sets, _) = smallest(&(0..60).map(Cause::Person).collect::<Vec<_>>(), |_| true);
        assert_eq!(sets.len(), 1 + Obstacle::MAX_ALTERNATIVES);
    }

    #[test]
    fn a_large_set_is_made_minimal_where_it_cannot_be_proven_smallest() {
        let all: Vec<Cause> = (0..60).map(Cause::Person).collect();
        let needed: Vec<Cause> = [3, 8, 20, 31, 44, 59].map(Cause::Person).to_vec();
        let (sets, proven) = smallest(&all, |set| needed.iter().all(|cause| set.contains(cause)));
        assert!(!proven && sets == [needed]);
    }
}
