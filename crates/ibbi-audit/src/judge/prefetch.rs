//! Prefetching the states of cases.
//!
//! When many cases are under way at once, their states are scattered in memory, and waiting for each takes longer than
//! judging. So a few lines are read ahead, and the states of their cases are touched one part at a time, each part for all
//! of them: the memory then fetches several at once.

use super::audited_case::AuditedCase;
use super::shard::{LINES_AHEAD, Shard};
use ibbi_core::{Case, Party};

impl Shard {
    /// Touches the states of some cases, so that they are in the cache when they are judged.
    pub(super) fn prefetch(&self, indexes: &[Option<usize>; LINES_AHEAD]) {
        let cases = indexes.map(|index| self.cases.get(index?));
        let known = || cases.iter().flatten();
        let states = || known().filter_map(|case| case.state.as_ref());
        let mut seen = known().fold(0, |seen, case| touch(case).wrapping_add(seen));
        seen = states().fold(seen, |seen, state| seen.wrapping_add(state.ids.touch()));
        seen = states().fold(seen, |seen, state| seen.wrapping_add(touch_core_case(state.case())));
        core::hint::black_box(seen);
    }
}

/// Reads a number from each part of a case.
fn touch(case: &AuditedCase) -> usize {
    let numbers = usize::from(case.rev == 0).wrapping_add(usize::from(case.counts.records == 0));
    numbers.wrapping_add(case.times.touch()).wrapping_add(case.offsets.touch())
}

/// Reads a number from each part of the core's state that most rules look at.
fn touch_core_case(case: &Case) -> usize {
    let file = case.file().map_or(0, |file| usize::from(file.events() == 0));
    let pledged = |party: &Party| {
        case.teams().map_or(0, |teams| teams.members(*party).iter().filter(|member| member.pledged).count())
    };
    let part = case.sessions().and_then(|sessions| sessions.parts().first());
    let held = part.map_or(0, |part| usize::from(part.counted));
    Party::ALL.iter().map(pledged).sum::<usize>() + file + held
}
