//! What is needed to judge the next event of a case.

use super::debt::Debts;
use super::ids::Ids;
use ibbi_core::events::EventVoided;
use ibbi_core::{At, Case, Event, History, Refusal, Stage};

/// What is needed to judge the next event of a case.
pub(crate) struct Live {
    pub(crate) state: State,
    /// The number of its last accepted event, as the core was given it.
    last_seq: u64,
    /// The numbers that did not rise, each with the one that the core was given for it.
    renumbered: Vec<(u64, u64)>,
    pub(crate) ids: Ids,
    pub(crate) debts: Option<Box<Debts>>,
}

/// The state of a case, with its history only where a void asks for it: most cases have none, and a history takes some
/// hundred times the bytes.
pub(crate) enum State {
    Light(Case),
    Loaded(Box<History>),
}

impl Live {
    pub(crate) const fn new() -> Self {
        Self {
            state: State::Light(Case::Unopened(ibbi_core::stages::Unopened)),
            last_seq: 0,
            renumbered: Vec::new(),
            ids: Ids::new(),
            debts: None,
        }
    }

    pub(crate) fn case(&self) -> &Case {
        match &self.state {
            State::Light(case) => case,
            State::Loaded(history) => history.case(),
        }
    }

    pub(crate) fn debts(&mut self) -> &mut Debts {
        self.debts.get_or_insert_with(|| Box::new(Debts::new()))
    }

    /// A case before its first event, whose history is held from the beginning.
    pub(crate) fn with_history() -> Self {
        Self { state: State::Loaded(Box::default()), ..Self::new() }
    }

    /// The number under which the core knows the last accepted event.
    pub(crate) const fn last_number(&self) -> u64 {
        self.last_seq
    }

    /// Offers an event. A light state must not be asked about a void.
    ///
    /// That a number does not rise is told by the chain; here it would be told again of every event that follows, so the
    /// core is given the next number instead.
    pub(crate) fn offer(&mut self, seq: u64, at: At, event: Event) -> Result<Stage, Refusal> {
        let number = if seq > self.last_seq { seq } else { self.last_seq.saturating_add(1) };
        let stage = match &mut self.state {
            State::Light(case) => case.offer(&event, at)?,
            State::Loaded(history) => history.offer(number, at, self.renumbered.translate(event))?,
        };
        self.last_seq = number;
        if number != seq {
            self.renumbered.push((seq, number));
        }
        Ok(stage)
    }

    /// Gives the history up.
    pub(crate) fn lighten(&mut self) {
        if let State::Loaded(history) = &self.state {
            self.state = State::Light(history.case().clone());
        }
    }
}

/// Numbers under which the core knows events.
trait Renumbered {
    /// The same event; a void with the number under which the core knows what it strikes.
    fn translate(&self, event: Event) -> Event;
}

impl Renumbered for Vec<(u64, u64)> {
    fn translate(&self, event: Event) -> Event {
        match event {
            Event::EventVoided(void) => {
                let known = self.iter().find(|(seq, _)| *seq == void.seq).map(|(_, number)| *number);
                Event::EventVoided(EventVoided { seq: known.unwrap_or(void.seq), ..void })
            }
            other => other,
        }
    }
}
