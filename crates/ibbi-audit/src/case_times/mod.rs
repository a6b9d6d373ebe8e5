//! The times of a case: what the statistics need to know about it, in few bytes.

use ibbi_core::{At, Case, EventKind, Outcome, Stage, WaitingFor, WaitingSet};

/// The times of a case, from its events that count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseTimes {
    opened: Option<At>,
    last: At,
    pub(crate) stage: Stage,
    pub(crate) outcome: Option<Outcome>,
    /// The set that the case has been waiting for since its last event.
    waiting_for: WaitingSet,
    /// For each stage, the seconds from the opening until it was entered.
    entered: [u32; Stage::ALL.len()],
    /// The seconds for which the case waited for each, and those in which it waited for nothing else.
    waited: [u32; WaitingFor::ALL.len()],
    alone: [u32; WaitingFor::ALL.len()],
    /// The kinds of event, each with its number of times in a row.
    kinds: Vec<(u8, u8)>,
}

/// The value of a stage that was not entered.
const NEVER: u32 = u32::MAX;

impl CaseTimes {
    pub(crate) const fn new() -> Self {
        Self {
            opened: None,
            last: At::MIN,
            stage: Stage::Unopened,
            outcome: None,
            waiting_for: WaitingSet::NONE,
            entered: [NEVER; Stage::ALL.len()],
            waited: [0; WaitingFor::ALL.len()],
            alone: [0; WaitingFor::ALL.len()],
            kinds: Vec::new(),
        }
    }

    /// Adds an accepted event that counts; `after` is the case after it.
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
        self.waiting_for = after.waiting_for();
        self.note(kind);
    }

    /// Reads a number from each part, to fetch it from memory.
    pub(crate) fn touch(&self) -> usize {
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
                    // Doubling the capacity would leave half of it empty in every case.
                    self.kinds.reserve_exact(16);
                }
                self.kinds.push((code, 1));
            }
        }
    }

    /// Adds the time since the last event to everything that the case was waiting for.
    fn wait_until(&mut self, at: At) {
        if self.waiting_for.is_empty() {
            return;
        }
        let passed = seconds(self.last, at);
        for who in self.waiting_for.iter() {
            let waited = &mut self.waited[who as usize];
            *waited = waited.saturating_add(passed);
        }
        if let Some(who) = self.waiting_for.alone() {
            let alone = &mut self.alone[who as usize];
            *alone = alone.saturating_add(passed);
        }
    }

    /// Frees the memory that a closed case no longer needs.
    pub(crate) fn shrink(&mut self) {
        self.kinds.shrink_to_fit();
    }

    fn since_opening(&self, at: At) -> u32 {
        self.opened.map_or(0, |opened| seconds(opened, at)).min(NEVER - 1)
    }

    pub(crate) const fn opened(&self) -> Option<At> {
        self.opened
    }

    /// Returns when its last event happened.
    pub(crate) fn last(&self) -> Option<At> {
        self.opened.map(|_| self.last)
    }

    /// Returns when the case was closed.
    pub(crate) fn closed(&self) -> Option<At> {
        self.outcome.map(|_| self.last)
    }

    /// Returns the stages it entered, in order. Each has the seconds from the opening until it was entered and, except for
    /// the current stage, the seconds it lasted.
    pub(crate) fn stages(&self) -> impl Iterator<Item = (Stage, u32, Option<u32>)> {
        let entered = |stage: &Stage| self.entered[*stage as usize];
        let next = move |from: usize| Stage::ALL[from + 1..].iter().map(entered).find(|at| *at != NEVER);
        Stage::ALL.iter().enumerate().filter_map(move |(index, stage)| {
            let at = self.entered[index];
            (at != NEVER).then(|| (*stage, at, next(index).map(|left| left.saturating_sub(at))))
        })
    }

    /// Returns the seconds for which the case waited for something, and those in which it waited for nothing else.
    pub(crate) fn waited(&self, who: WaitingFor, until: At) -> (u32, u32) {
        let since = if self.waiting_for.has(who) { seconds(self.last, until) } else { 0 };
        let alone = if self.waiting_for.alone() == Some(who) { since } else { 0 };
        (self.waited[who as usize].saturating_add(since), self.alone[who as usize].saturating_add(alone))
    }

    /// Returns what the case is waiting for now.
    pub(crate) const fn waiting_for(&self) -> WaitingSet {
        self.waiting_for
    }

    /// Returns the kinds of event as codes, each with its number of times in a row.
    pub(crate) fn kinds(&self) -> &[(u8, u8)] {
        &self.kinds
    }
}

/// Returns the whole seconds from one instant to a later one, at most 136 years.
fn seconds(from: At, to: At) -> u32 {
    let millis = to.millis().saturating_sub(from.millis()).max(0);
    u32::try_from(millis / 1000).unwrap_or(u32::MAX)
}
