//! The course of a case: what is kept of it for the statistics, in few bytes.

use super::waiting::{Who, WhoSet, awaited};
use ibbi_core::{At, Case, EventKind, Outcome, Stage};

/// How a case went, by its events that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Course {
    opened: Option<At>,
    last: At,
    pub(crate) stage: Stage,
    pub(crate) outcome: Option<Outcome>,
    /// Whom it has waited for since its last event.
    awaited: WhoSet,
    /// For each stage, the second after the opening at which it was entered.
    entered: [u32; Stage::ALL.len()],
    /// Seconds for which each was waited for, and those in which nobody else was.
    waited: [u32; Who::ALL.len()],
    alone: [u32; Who::ALL.len()],
    /// The kinds of event, each with how many times in a row.
    kinds: Vec<(u8, u8)>,
}

/// A stage that was not entered.
const NEVER: u32 = u32::MAX;

impl Course {
    pub(crate) const fn new() -> Self {
        Self {
            opened: None,
            last: At::MIN,
            stage: Stage::Unopened,
            outcome: None,
            awaited: WhoSet::none(),
            entered: [NEVER; Stage::ALL.len()],
            waited: [0; Who::ALL.len()],
            alone: [0; Who::ALL.len()],
            kinds: Vec::new(),
        }
    }

    /// An event that counts was accepted, and the case is now as it is given.
    pub(crate) fn step(&mut self, kind: EventKind, at: At, after: &Case) {
        self.wait_until(at);
        let stage = after.stage();
        if stage != self.stage || self.opened.is_none() {
            self.opened.get_or_insert(at);
            self.entered[stage as usize] = self.since_opening(at);
            self.stage = stage;
            self.outcome = after.outcome();
        }
        self.last = at;
        self.awaited = awaited(after);
        self.note(kind);
    }

    /// A number out of each of its parts, to have it at hand.
    pub(crate) fn glance(&self) -> usize {
        let kind = self.kinds.last().map_or(0, |(kind, _)| usize::from(*kind));
        let [first, .., last] = self.waited;
        kind.wrapping_add(usize::from(first == last)).wrapping_add(usize::from(self.alone[0] == self.entered[0]))
    }

    fn note(&mut self, kind: EventKind) {
        let code = kind as u8;
        match self.kinds.last_mut() {
            Some((last, times)) if *last == code && *times < u8::MAX => *times += 1,
            _ => {
                if self.kinds.len() == self.kinds.capacity() {
                    // Growing by doubling would leave half of it empty, in every case.
                    self.kinds.reserve_exact(12);
                }
                self.kinds.push((code, 1));
            }
        }
    }

    /// Counts the time since the last event to those who were waited for.
    fn wait_until(&mut self, at: At) {
        if self.awaited.is_empty() {
            return;
        }
        let passed = seconds(self.last, at);
        for who in self.awaited.iter() {
            let waited = &mut self.waited[who as usize];
            *waited = waited.saturating_add(passed);
        }
        if let Some(who) = self.awaited.alone() {
            let alone = &mut self.alone[who as usize];
            *alone = alone.saturating_add(passed);
        }
    }

    /// Gives back room that a closed case needs no more.
    pub(crate) fn settle(&mut self) {
        self.kinds.shrink_to_fit();
    }

    fn since_opening(&self, at: At) -> u32 {
        self.opened.map_or(0, |opened| seconds(opened, at)).min(NEVER - 1)
    }

    pub(crate) const fn opened(&self) -> Option<At> {
        self.opened
    }

    /// When its last event happened.
    pub(crate) fn last(&self) -> Option<At> {
        self.opened.map(|_| self.last)
    }

    /// When it was closed.
    pub(crate) fn closed(&self) -> Option<At> {
        self.outcome.map(|_| self.last)
    }

    /// The stages it entered, in order, with the second after the opening at which it did and, but for the present one,
    /// how many seconds it stayed.
    pub(crate) fn stays(&self) -> impl Iterator<Item = (Stage, u32, Option<u32>)> {
        let entered = |stage: &Stage| self.entered[*stage as usize];
        let next = move |from: usize| Stage::ALL[from + 1..].iter().map(entered).find(|at| *at != NEVER);
        Stage::ALL.iter().enumerate().filter_map(move |(index, stage)| {
            let at = self.entered[index];
            (at != NEVER).then(|| (*stage, at, next(index).map(|left| left.saturating_sub(at))))
        })
    }

    /// Seconds for which somebody was waited for until an instant, and those in which nobody else was.
    pub(crate) fn waited(&self, who: Who, until: At) -> (u32, u32) {
        let since = if self.awaited.has(who) { seconds(self.last, until) } else { 0 };
        let alone = if self.awaited.alone() == Some(who) { since } else { 0 };
        (self.waited[who as usize].saturating_add(since), self.alone[who as usize].saturating_add(alone))
    }

    /// Whom it waits for now.
    pub(crate) const fn awaited(&self) -> WhoSet {
        self.awaited
    }

    /// The kinds of event as codes, each with how many times in a row.
    pub(crate) fn kinds(&self) -> &[(u8, u8)] {
        &self.kinds
    }
}

/// Whole seconds from one instant to a later one; at most as many as 136 years have.
fn seconds(from: At, to: At) -> u32 {
    let millis = to.millis().saturating_sub(from.millis()).max(0);
    u32::try_from(millis / 1000).unwrap_or(u32::MAX)
}
