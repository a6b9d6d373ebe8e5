//! Looking ahead.
//!
//! Where many cases are under way at once, the state of each is somewhere in memory, and waiting for it takes longer than
//! judging. So a few lines are read ahead, and the states of their cases are glanced at one part after the other, each part
//! for all of them: the memory then brings several at the same time.

use super::shard::Shard;
use super::track::Track;
use ibbi_core::{Case, Party};
use ibbi_log::Uuid;

/// How many lines are read ahead.
pub(super) const AHEAD: usize = 8;

impl Shard {
    /// Looks at what is known of some cases, so that it is at hand when they are judged.
    pub(super) fn glance(&self, cases: impl Iterator<Item = Uuid>) {
        let mut tracks = [None; AHEAD];
        for (place, case) in tracks.iter_mut().zip(cases) {
            *place = self.track(case);
        }
        let known = || tracks.iter().flatten();
        let live = || known().filter_map(|track| track.live.as_ref());
        let mut seen = known().fold(0, |seen, track| glance(track).wrapping_add(seen));
        seen = live().fold(seen, |seen, live| seen.wrapping_add(live.ids.glance()));
        seen = live().fold(seen, |seen, live| seen.wrapping_add(glance_at(live.case())));
        core::hint::black_box(seen);
    }
}

/// A number out of each part of what is kept of a case.
fn glance(track: &Track) -> usize {
    let numbers = usize::from(track.rev == 0).wrapping_add(usize::from(track.counts.records == 0));
    numbers.wrapping_add(track.course.glance()).wrapping_add(track.trail.glance())
}

/// A number out of each part of a state that most guards look at.
fn glance_at(case: &Case) -> usize {
    let file = case.file().map_or(0, |file| usize::from(file.events() == 0));
    let pledged = |party: &Party| {
        case.teams().map_or(0, |teams| teams.members(*party).iter().filter(|member| member.pledged).count())
    };
    let part = case.sessions().and_then(|sessions| sessions.parts().first());
    let held = part.map_or(0, |part| usize::from(part.counted));
    Party::ALL.iter().map(pledged).sum::<usize>() + file + held
}
