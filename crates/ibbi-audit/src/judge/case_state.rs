//! The state that judging the next event of a case needs.

use super::follow_on::FollowOns;
use super::record_ids::RecordIds;
use ibbi_core::events::EventVoided;
use ibbi_core::{At, Case, Event, History, Refusal, Stage};

/// The state that judging the next event of a case needs.
pub(crate) struct CaseState {
    pub(crate) held: Held,
    /// The number of the last accepted event, as the core knows it.
    last_seq: u64,
    /// The numbers that did not rise, each with the number that the core knows instead.
    renumbered: Vec<(u64, u64)>,
    pub(crate) ids: RecordIds,
    pub(crate) follow_ons: Option<Box<FollowOns>>,
}

/// The core's state of a case. The history is held only where a void needs it: most cases have no voids, and a history
/// takes about a hundred times the memory.
pub(crate) enum Held {
    State(Case),
    History(Box<History>),
}

impl CaseState {
    pub(crate) const fn new() -> Self {
        Self {
            held: Held::State(Case::Unopened(ibbi_core::stages::Unopened::new())),
            last_seq: 0,
            renumbered: Vec::new(),
            ids: RecordIds::new(),
            follow_ons: None,
        }
    }

    pub(crate) fn case(&self) -> &Case {
        match &self.held {
            Held::State(case) => case,
            Held::History(history) => history.case(),
        }
    }

    pub(crate) fn follow_ons(&mut self) -> &mut FollowOns {
        self.follow_ons.get_or_insert_with(|| Box::new(FollowOns::new()))
    }

    /// Creates the state before the first event, with an empty history.
    pub(crate) fn with_history() -> Self {
        Self { held: Held::History(Box::default()), ..Self::new() }
    }

    /// Returns the number by which the core knows the last accepted event.
    pub(crate) const fn last_number(&self) -> u64 {
        self.last_seq
    }

    /// Offers an event to the core. A void needs a state with a history.
    ///
    /// The chain reports a number that does not rise. The core would report it again for every event that follows, so the
    /// core gets the next number instead.
    pub(crate) fn offer(&mut self, seq: u64, at: At, event: Event) -> Result<Stage, Refusal> {
        let number = if seq > self.last_seq { seq } else { self.last_seq.saturating_add(1) };
        let stage = match &mut self.held {
            Held::State(case) => case.offer(&event, at)?,
            Held::History(history) => history.offer(number, at, renumber(&self.renumbered, event))?,
        };
        self.last_seq = number;
        if number != seq {
            self.renumbered.push((seq, number));
        }
        Ok(stage)
    }

    /// Drops the history.
    pub(crate) fn drop_history(&mut self) {
        if let Held::History(history) = &self.held {
            self.held = Held::State(history.case().clone());
        }
    }
}

/// Returns the same event; a void names its event by the number that the core knows.
fn renumber(renumbered: &[(u64, u64)], event: Event) -> Event {
    match event {
        Event::EventVoided(void) => {
            let known = renumbered.iter().find(|(seq, _)| *seq == void.seq).map(|(_, number)| *number);
            Event::EventVoided(EventVoided { seq: known.unwrap_or(void.seq), ..void })
        }
        other => other,
    }
}
