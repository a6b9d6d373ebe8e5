//! The history of a case: its records in order, with corrections.
//!
//! An event can be voided if the remaining events would have been accepted without it. An event of a closed case can
//! also be voided, because mistakes are often found then. Voided events stay in the history and are marked.

use crate::accepted::Accepted;
use crate::case::Case;
use crate::event::{Event, EventKind, EventVoided};
use crate::file::CaseFile;
use crate::found::Found;
use crate::refusal::{Check, Refusal};
use crate::rule::Rule;
use crate::stage::Stage;
use crate::time::At;
use alloc::vec::Vec;
use uuid::Uuid;

/// A record of a history: an event with its number and its time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HistoryEntry {
    /// The sequence number. Numbers increase within a case, but can have gaps.
    pub seq: u64,
    /// When the event happened.
    pub at: At,
    /// The event.
    pub event: Event,
    /// The sequence number of the correction that voided the event, if there is one.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub voided_by: Option<u64>,
    /// The stage of the case after the event, as computed when it was recorded.
    pub to: Stage,
}

impl HistoryEntry {
    /// Returns whether the event counts: it is neither voided nor a correction.
    pub fn counts(&self) -> bool {
        self.voided_by.is_none() && self.event.kind() != EventKind::EventVoided
    }
}

/// A case with its records, including corrections.
///
/// ```
/// use ibbi_core::{events::*, *};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let at: At = "2026-09-01T13:00:00.000Z".parse()?;
/// let mut history = History::new();
/// history.offer(1, at, CaseOpened {
///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
/// })?;
/// let by = Name::new("M. Sousa")?;
/// history.offer(2, at, CaseWithdrawn { by, reason: Reason::new("logged in the wrong case")? })?;
/// assert_eq!(history.case().stage(), Stage::Closed);
/// history.offer(3, at, EventVoided { reason: Reason::new("belongs to another district")?, seq: 2 })?;
/// assert_eq!(history.case().stage(), Stage::Inquiry);
/// assert_eq!(history.entries()[1].voided_by, Some(3));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    id: Uuid,
    entries: Vec<HistoryEntry>,
    case: Case,
}

impl History {
    /// The largest number of corrections in a case.
    pub const MAX_VOIDS: usize = 1000;

    /// Returns a history without records and without a case ID, for replaying records that are not going to a store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns a history without records for the case with this ID.
    pub fn for_case(id: Uuid) -> Self {
        Self { id, ..Self::default() }
    }

    /// Returns the ID of the case; the nil UUID if none was given.
    pub const fn id(&self) -> Uuid {
        self.id
    }

    /// Returns the number of records.
    pub fn revision(&self) -> u64 {
        self.entries.len() as u64
    }

    /// Returns the current case.
    pub const fn case(&self) -> &Case {
        &self.case
    }

    /// Returns all records, including voided ones.
    pub fn entries(&self) -> &[HistoryEntry] {
        &self.entries
    }

    /// Offers an event with a sequence number, and returns the stage after it.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule; nothing has changed.
    pub fn offer(&mut self, seq: u64, at: At, event: impl Into<Event>) -> Result<Stage, Refusal> {
        let event = event.into();
        match self.examine(seq, at, &event)? {
            Some((index, case)) => {
                self.entries[index].voided_by = Some(seq);
                self.case = case;
            }
            None => self.case = core::mem::take(&mut self.case).advance(&event, at),
        }
        let to = self.case.stage();
        self.entries.push(HistoryEntry { seq, at, event, voided_by: None, to });
        Ok(to)
    }

    /// Checks an event against the rules and, if every rule is met, adds it and returns the proof that a store requires.
    ///
    /// `seq` is a provisional number above those of the case. [`History::renumber`] replaces it by the number under which
    /// the store wrote the record.
    ///
    /// ```
    /// use ibbi_core::{events::*, *};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut history = History::for_case(uuid::Uuid::from_u128(1));
    /// let opened = CaseOpened {
    ///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
    ///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
    /// };
    /// let accepted = history.accept(uuid::Uuid::from_u128(2), 1, "2026-09-01T13:00:00.000Z".parse()?, opened)?;
    /// assert_eq!((accepted.revision(), accepted.to()), (0, Stage::Inquiry));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule; nothing has changed.
    pub fn accept(&mut self, id: Uuid, seq: u64, at: At, event: impl Into<Event>) -> Result<Accepted, Refusal> {
        let event = event.into();
        let revision = self.revision();
        let to = self.offer(seq, at, event.clone())?;
        Ok(Accepted { case: self.id, id, revision, at, event, to })
    }

    /// Replaces the provisional number of the record at this revision by the one under which a store wrote it.
    ///
    /// Does nothing if there is no such record.
    pub fn renumber(&mut self, revision: u64, seq: u64) {
        let Some(entry) = usize::try_from(revision).ok().and_then(|index| self.entries.get_mut(index)) else { return };
        let provisional = core::mem::replace(&mut entry.seq, seq);
        if entry.event.kind() == EventKind::EventVoided {
            let voided = self.entries.iter_mut().find(|entry| entry.voided_by == Some(provisional));
            voided.into_iter().for_each(|entry| entry.voided_by = Some(seq));
        }
    }

    /// Checks whether an event would be accepted, and changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn check(&self, seq: u64, at: At, event: &Event) -> Result<(), Refusal> {
        self.examine(seq, at, event).map(|_| ())
    }

    /// Returns the case that would follow an event, and changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn what_if(&self, seq: u64, at: At, event: &Event) -> Result<Case, Refusal> {
        Ok(match self.examine(seq, at, event)? {
            Some((_, case)) => case,
            None => self.case.clone().advance(event, at),
        })
    }

    /// Checks an event. For a void, returns the index of the voided record and the case that remains.
    fn examine(&self, seq: u64, at: At, event: &Event) -> Result<Option<(usize, Case)>, Refusal> {
        let mut check = Check::new();
        let last = self.entries.last().map(|entry| entry.seq);
        if let Some(last) = last {
            check.require(seq > last, Rule::SequenceOrder, || Found::Sequence { last, offered: seq });
        }
        let mut corrected = None;
        if let Event::EventVoided(void) = event {
            corrected = self.without(void, at, &mut check);
        } else if !self.case.examine(event, at, &mut check) {
            self.case.check_misplaced(event.kind(), at, &mut check);
        }
        check.verdict(event.kind(), self.case.stage(), at)?;
        Ok(corrected)
    }

    /// Checks that the case has an event that a correction can void.
    pub(crate) fn check_any_voidable(&self, check: &mut Check) {
        let any = self.entries.iter().any(|entry| entry.counts() && entry.event.kind() != EventKind::CaseOpened);
        check.require(any, Rule::VoidKnown, || Found::NothingToVoid);
    }

    /// Checks that another correction is allowed. Each one costs a replay of the case, so there is a limit.
    pub(crate) fn check_room(&self, check: &mut Check) {
        let room = self.entries.iter().filter(|entry| entry.voided_by.is_some()).count() < Self::MAX_VOIDS;
        check.require(room, Rule::Limits, || Found::LimitReached { what: "corrections", limit: 1000 });
    }

    fn without(&self, void: &EventVoided, at: At, check: &mut Check) -> Option<(usize, Case)> {
        let seq = void.seq;
        self.check_room(check);
        self.check_any_voidable(check);
        let Some(index) = self.voidable(seq, check) else {
            // Nothing would be voided, so the remaining case is the current one.
            check_after(&self.case, at, check);
            return None;
        };
        let mut case = Case::default();
        for entry in self.entries.iter().filter(|entry| entry.counts() && entry.seq != seq) {
            if let Err(refusal) = case.offer(&entry.event, entry.at) {
                let unmet = refusal.unmet.iter().map(|unmet| unmet.rule).collect();
                let found = Found::LaterRefused { seq: entry.seq, event: entry.event.kind(), unmet };
                check.fail(Rule::VoidRest, found);
                return None;
            }
        }
        check_after(&case, at, check);
        Some((index, case))
    }

    /// Returns the index of an event that can be voided.
    fn voidable(&self, seq: u64, check: &mut Check) -> Option<usize> {
        let Ok(index) = self.entries.binary_search_by_key(&seq, |entry| entry.seq) else {
            check.fail(Rule::VoidKnown, Found::NoSuchEvent { seq });
            return None;
        };
        let voided = &self.entries[index];
        let kind = voided.event.kind();
        if matches!(kind, EventKind::CaseOpened | EventKind::EventVoided) {
            check.fail(Rule::VoidKind, Found::NotVoidable { seq, event: kind });
            return None;
        }
        if voided.voided_by.is_some() {
            check.fail(Rule::VoidOnce, Found::VoidedAlready { seq });
            return None;
        }
        Some(index)
    }
}

/// Checks that a correction happens after the events that remain. A correction doesn't change the time of the last event,
/// because the corrected event happened before the mistake was found.
fn check_after(remaining: &Case, at: At, check: &mut Check) {
    if let Some(last) = remaining.file().map(CaseFile::last_at) {
        check.require(at >= last, Rule::TimeOrder, || Found::Earlier { last, offered: at });
    }
}
