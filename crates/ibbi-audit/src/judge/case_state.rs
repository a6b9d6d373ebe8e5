//! The state that judging the next event of a case needs.

use super::context::relies_on_program;
use super::follow_on::FollowOns;
use super::record_ids::RecordIds;
use ibbi_core::events::EventVoided;
use ibbi_core::{
    ActRefusal, Advisory, At, Case, Event, EventKind, FoundWeakness, History, Refusal, ReplayStep, Stage, Submission,
};
use ibbi_log::{LineRecord, Record, RecordDetails};

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
    /// The history entries that its shard has counted.
    pub(super) counted: usize,
    /// Whether a record of the case was judged since its shard last looked for histories to drop.
    pub(super) recent: bool,
    /// Whether a record needed the history.
    pub(super) needed: bool,
}

/// The core's state of a case. A late event, an act, or a correction needs the history, which takes several times the memory.
/// So a shard holds the histories of the cases that it judged last.
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
            counted: 0,
            recent: false,
            needed: false,
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

    /// Offers the event of a record that belongs to no act to the core. If [`CaseState::needs_history`], the history must be
    /// held. If the event happened before others, each step of the replay is shown to `watch`.
    ///
    /// The chain reports a number that does not rise. The core would report it again for every event that follows, so the
    /// core gets the next number instead.
    pub(crate) fn offer(
        &mut self,
        (seq, at, event): (u64, At, Event),
        details: &RecordDetails,
        watch: &mut dyn FnMut(ReplayStep<'_>),
    ) -> Result<Stage, Refusal> {
        let number = Self::number_after(self.last_seq, seq);
        let stage = match &mut self.held {
            Held::State(case) => case.offer(&event, at)?,
            Held::History(history) => {
                let event = renumber(&self.renumbered, event);
                match details.replaces {
                    _ if details.in_order => history.offer(number, at, event)?,
                    None => history.record_watched(number, at, event, watch)?,
                    Some(replaced) => history.replace(number, known(&self.renumbered, replaced), at, event)?,
                }
            }
        };
        self.know(seq, number);
        Ok(stage)
    }

    /// Offers a record that belongs to no act to the core, as [`CaseState::offer`] does.
    pub(crate) fn offer_record(&mut self, record: &Record) -> Result<Stage, Refusal> {
        self.offer((record.seq, record.at, record.event.clone()), &record.details, &mut |_| {})
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

    /// Returns the advisories about when the last accepted record was recorded: before the case closed if `closes_later`. The
    /// history must be held.
    pub(crate) fn advise_order_of_last(&self, closes_later: bool) -> Vec<Advisory> {
        let Held::History(history) = &self.held else { return Vec::new() };
        history.advise_order_of_last(closes_later)
    }

    /// Returns the number of entries for which the history that is held has room, about.
    pub(super) fn history_entries(&self) -> usize {
        if let Held::History(history) = &self.held { history.entries().len().next_multiple_of(12) } else { 0 }
    }

    /// Returns the advisories about each of the last accepted records, which were offered together. The history must be held.
    pub(crate) fn advise_last(&self, count: usize, logged: Option<At>) -> Vec<Vec<Advisory>> {
        if let Held::History(history) = &self.held { history.advise_last(count, logged) } else { Vec::new() }
    }

    /// Returns the weaknesses of the program on which each of the last accepted records relied, which were offered together. The
    /// history must be held.
    pub(crate) fn weaknesses_of_last(&self, kinds: &[EventKind]) -> Vec<Vec<FoundWeakness>> {
        match &self.held {
            Held::History(history) if kinds.iter().any(|kind| relies_on_program(*kind)) => {
                history.weaknesses_of_last(kinds.len())
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
        if let Held::History(history) = &mut self.held {
            self.held = Held::State(core::mem::take(&mut **history).into_case());
        }
    }
}

/// Returns a record as it was offered, with the numbers that the core knows.
fn submission(renumbered: &[(u64, u64)], record: &Record) -> Submission {
    Submission {
        at: record.at,
        precision: record.details.precision,
        replaces: record.details.replaces.map(|seq| known(renumbered, seq)),
        event: renumber(renumbered, record.event.clone()),
    }
}

/// Returns the number that the core knows for a record.
fn known(renumbered: &[(u64, u64)], seq: u64) -> u64 {
    renumbered.iter().find(|(old, _)| *old == seq).map_or(seq, |(_, number)| *number)
}

/// Returns the same event; a void names its event by the number that the core knows.
fn renumber(renumbered: &[(u64, u64)], event: Event) -> Event {
    match event {
        Event::EventVoided(void) => Event::EventVoided(EventVoided { seq: known(renumbered, void.seq), ..void }),
        other => other,
    }
}
