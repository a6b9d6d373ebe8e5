//! The state that judging the next event of a case needs.

use super::follow_on::FollowOns;
use super::record_ids::RecordIds;
use ibbi_core::events::EventVoided;
use ibbi_core::{ActRefusal, Advisory, Case, Event, EventKind, FoundWeakness, History, Refusal, Stage, Submission};
use ibbi_log::{LineRecord, Record};

/// The state that judging the next event of a case needs.
pub(crate) struct CaseState {
    pub(crate) held: Held,
    /// The number of the last accepted event, as the core knows it.
    last_seq: u64,
    /// The numbers that did not rise, each with the number that the core knows instead.
    renumbered: Vec<(u64, u64)>,
    pub(crate) ids: RecordIds,
    pub(crate) follow_ons: Option<Box<FollowOns>>,
    /// The records of an act of which not all were read yet, each with its index in the case.
    pub(crate) act: Vec<(usize, LineRecord)>,
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
            act: Vec::new(),
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

    /// Returns whether judging a record needs the history, because it is not simply the next event.
    #[inline]
    pub(crate) fn needs_history(&self, record: &Record) -> bool {
        let details = &record.details;
        let is_late = || self.case().file().is_some_and(|file| record.at < file.last_at());
        !record.event.kind().happens()
            || details.act.is_some()
            || details.replaces.is_some()
            || (!details.in_order && is_late())
    }

    /// Offers a record to the core. If [`CaseState::needs_history`], the history must be held.
    ///
    /// The chain reports a number that does not rise. The core would report it again for every event that follows, so the
    /// core gets the next number instead.
    pub(crate) fn offer(&mut self, record: &Record) -> Result<Stage, Refusal> {
        let number = Self::number_after(self.last_seq, record.seq);
        let stage = match &mut self.held {
            Held::State(case) => case.offer(&record.event, record.at)?,
            Held::History(history) if record.details.in_order => {
                history.offer(number, record.at, renumber(&self.renumbered, record.event.clone()))?
            }
            Held::History(history) => {
                let submission = submission(&self.renumbered, record);
                history.record_act(vec![(number, submission)]).map_err(|refused| refused.refusal)?
            }
        };
        self.know(record.seq, number);
        Ok(stage)
    }

    /// Offers the records of an act to the core. The history must be held.
    pub(crate) fn offer_act(&mut self, records: &[&Record]) -> Result<Stage, ActRefusal> {
        let mut last = self.last_seq;
        let mut act = Vec::with_capacity(records.len());
        for record in records {
            last = Self::number_after(last, record.seq);
            act.push((last, submission(&self.renumbered, record)));
        }
        let numbers: Vec<u64> = act.iter().map(|(number, _)| *number).collect();
        let Held::History(history) = &mut self.held else { return Ok(self.case().stage()) };
        let stage = history.record_act(act)?;
        records.iter().zip(numbers).for_each(|(record, number)| self.know(record.seq, number));
        Ok(stage)
    }

    /// Returns the advisories about each of the last accepted records, which were offered together. The history must be held.
    pub(crate) fn advise_last(&self, records: &[&Record]) -> Vec<Vec<Advisory>> {
        let Held::History(history) = &self.held else { return Vec::new() };
        history.advise_last(records.len(), records.last().map(|record| record.logged))
    }

    /// Returns the weaknesses of the program on which each of the last accepted records relied, which were offered together. The
    /// history must be held.
    pub(crate) fn weaknesses_of_last(&self, records: &[&Record]) -> Vec<Vec<FoundWeakness>> {
        let kinds = [EventKind::CaseOpened, EventKind::SessionOpened, EventKind::SessionClosed];
        match &self.held {
            Held::History(history) if records.iter().any(|record| kinds.contains(&record.event.kind())) => {
                history.weaknesses_of_last(records.len())
            }
            _ => Vec::new(),
        }
    }

    const fn number_after(last: u64, seq: u64) -> u64 {
        if seq > last { seq } else { last.saturating_add(1) }
    }

    fn know(&mut self, seq: u64, number: u64) {
        self.last_seq = number;
        if number != seq {
            self.renumbered.push((seq, number));
        }
    }

    /// Drops the history.
    pub(crate) fn drop_history(&mut self) {
        if let Held::History(history) = &self.held {
            self.held = Held::State(history.case().clone());
        }
    }
}

/// Returns a record as it was offered, with the numbers that the core knows.
fn submission(renumbered: &[(u64, u64)], record: &Record) -> Submission {
    let known = |seq| renumbered.iter().find(|(old, _)| *old == seq).map_or(seq, |(_, number)| *number);
    Submission {
        at: record.at,
        precision: record.details.precision,
        replaces: record.details.replaces.map(known),
        event: renumber(renumbered, record.event.clone()),
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
