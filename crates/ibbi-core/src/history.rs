//! The history of a case: its records in the order of their numbers, with corrections.
//!
//! The case is the result of the events in effect, in the order in which they *happened*. [`History::offer`] takes events
//! only in that order, as ledgers of format 1 have them. [`History::record`] and [`History::replace`] take them in any order.
//!
//! An event can be voided if the remaining events would have been accepted without it. An event of a closed case can
//! also be voided, because mistakes are often found then. Voided events stay in the history and are marked.

mod act;
mod advisories;
mod as_recorded;
mod corrections;
mod in_effect;
mod steps;

pub use act::ActRefusal;
pub use as_recorded::{AsRecorded, NotAllowed, NotAllowedReason, RecordedCase};
pub use steps::HistoryStep;

use crate::accepted::{Accepted, Precision, Submission};
use crate::case::Case;
use crate::event::{Event, EventKind};
use crate::found::Found;
use crate::refusal::{Check, Refusal};
use crate::rule::Rule;
use crate::stage::Stage;
use crate::threshold::Threshold;
use crate::time::At;
use alloc::vec::Vec;
use corrections::check_after;
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
    /// How exactly it is known when the event happened.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "is_instant"))]
    pub precision: Precision,
    /// The sequence number of the correction that voided the event, if there is one.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub voided_by: Option<u64>,
    /// The sequence number of the record that this one replaces, if it replaces one.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub replaces: Option<u64>,
    /// The sequence number of the record that replaced this one, if there is one.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub replaced_by: Option<u64>,
    /// How many events in effect happened later and had been recorded before; 0 if the event was recorded in order.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "is_zero"))]
    pub inserted: u32,
    /// Orders events that happened at the same instant: the record's own number, or the place of the record it replaces.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub place: u64,
    /// The stage of the case after the record was added.
    pub to: Stage,
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_instant(precision: &Precision) -> bool {
    *precision == Precision::Instant
}

impl HistoryEntry {
    /// Returns what was found if the event no longer counts: which record voided or replaced it.
    fn corrected(&self) -> Option<Found> {
        let replaced = self.replaced_by.is_some();
        let by = self.replaced_by.or(self.voided_by)?;
        Some(Found::NoLongerCounts { seq: self.seq, replaced, by })
    }

    /// Returns a new entry that nothing has corrected, and that was recorded in order.
    fn new(seq: u64, submission: Submission, place: u64, to: Stage) -> Self {
        let Submission { at, precision, replaces, event } = submission;
        let (voided_by, replaced_by, inserted) = (None, None, 0);
        Self { seq, at, event, precision, voided_by, replaces, replaced_by, inserted, place, to }
    }

    /// Returns whether the event counts: it is neither voided, nor replaced, nor a void or a migration.
    pub fn counts(&self) -> bool {
        self.voided_by.is_none() && self.replaced_by.is_none() && self.event.kind().happens()
    }
}

/// For how many more records a short history makes room. A case has some forty records.
const ROOM: usize = 12;

/// An event that is offered, with its number.
#[derive(Clone, Copy)]
struct Offered<'a> {
    seq: u64,
    at: At,
    event: &'a Event,
}

/// Which times a history takes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// Events are recorded in the order in which they happened.
    InOrder,
    /// Events are recorded in any order.
    AnyOrder,
}

/// A step of the replay with which a history takes an event that happened before others.
#[derive(Debug, Clone, Copy)]
pub enum ReplayStep<'a> {
    /// The case before the new event.
    Before {
        /// The case.
        case: &'a Case,
        /// The new event.
        event: &'a Event,
    },
    /// The case after an event in effect: an earlier one, the new one, or a later one.
    After {
        /// The kind of the event.
        kind: EventKind,
        /// When it happened.
        at: At,
        /// The case after it.
        case: &'a Case,
    },
}

/// What an accepted event does to a history.
enum Effect {
    /// It follows every other event.
    Next,
    /// It voids the record at this index; this case remains.
    Void(usize, Case),
    /// It moves the case to another edition; this case remains.
    Migrate(Case),
    /// It happened before this many events in effect; this case follows.
    Insert(u32, Case),
    /// It replaces the record at this index, and happened before this many events in effect; this case follows.
    Replace(usize, u32, Case),
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
    pub const MAX_VOIDS: usize = Threshold::Corrections.value() as usize;

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

    /// Returns the current case, and drops the records.
    pub fn into_case(self) -> Case {
        self.case
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
        let effect = self.examine(Offered { seq, at, event: &event }, Order::InOrder)?;
        Ok(self.add(seq, at, event, effect))
    }

    /// Records an event that happened at any time, before or after the events that the case has.
    ///
    /// The case is always the result of its events in the order in which they happened. The event is accepted if and only
    /// if the whole case is valid with the event in its place. Events at the same instant are in the order of their
    /// numbers. The stage that is returned is the one of the whole case.
    ///
    /// ```
    /// use ibbi_core::{events::*, *};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut history = History::new();
    /// history.record(1, "2026-09-01T13:00:00.000Z".parse()?, CaseOpened {
    ///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
    ///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
    /// })?;
    /// let agreed = |seat, name| Ok::<_, TextError>(LeaderAgreed { name: Name::new(name)?, office: None, seat });
    /// history.record(2, "2026-09-09T13:00:00.000Z".parse()?, agreed(Seat::UnionPresident, "D. Reyes")?)?;
    /// // The superintendent's letter of September 3 arrives last.
    /// history.record(3, "2026-09-03T13:00:00.000Z".parse()?, agreed(Seat::Superintendent, "R. Amari")?)?;
    /// assert_eq!(history.entries()[2].inserted, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// A [`Refusal`]: what the event itself lacks at that time, or, under [`Rule::LaterStands`], the first later event
    /// that would no longer be valid. Nothing has changed.
    pub fn record(&mut self, seq: u64, at: At, event: impl Into<Event>) -> Result<Stage, Refusal> {
        let event = event.into();
        let effect = self.examine(Offered { seq, at, event: &event }, Order::AnyOrder)?;
        Ok(self.add(seq, at, event, effect))
    }

    /// Records an event as [`History::record`] does. If it happened before others, shows each step of the replay.
    ///
    /// The steps are those of the events in effect, in the order in which they happened. If the event is refused, they end
    /// there. An event that follows all others needs no replay, so nothing is shown.
    ///
    /// # Errors
    /// A [`Refusal`], as for [`History::record`]. Nothing has changed.
    pub fn record_watched(
        &mut self,
        seq: u64,
        at: At,
        event: impl Into<Event>,
        watch: &mut dyn FnMut(ReplayStep<'_>),
    ) -> Result<Stage, Refusal> {
        let event = event.into();
        let effect = self.examine_watched(Offered { seq, at, event: &event }, Order::AnyOrder, watch)?;
        Ok(self.add(seq, at, event, effect))
    }

    /// Records an event that replaces the record numbered `replaced`, which then no longer counts.
    ///
    /// The event takes the place of that record among events at the same instant. It can have another time, and it can be
    /// replaced again. The opening of the case can be replaced too; a void can't.
    ///
    /// # Errors
    /// A [`Refusal`], as for [`History::record`]. Nothing has changed.
    pub fn replace(&mut self, seq: u64, replaced: u64, at: At, event: impl Into<Event>) -> Result<Stage, Refusal> {
        let event = event.into();
        let effect = self.examine_replacement(Offered { seq, at, event: &event }, replaced)?;
        Ok(self.add(seq, at, event, effect))
    }

    /// Adds an event that was accepted, and returns the stage after it.
    fn add(&mut self, seq: u64, at: At, event: Event, effect: Effect) -> Stage {
        let (mut replaces, mut inserted, mut place) = (None, 0, seq);
        match effect {
            Effect::Next => self.case = core::mem::take(&mut self.case).advance(&event, at),
            Effect::Void(index, case) => {
                self.entries[index].voided_by = Some(seq);
                self.case = case;
            }
            Effect::Migrate(case) => self.case = case,
            Effect::Insert(later, case) => (inserted, self.case) = (later, case),
            Effect::Replace(index, later, case) => {
                let old = &mut self.entries[index];
                old.replaced_by = Some(seq);
                (replaces, place) = (Some(old.seq), old.place);
                (inserted, self.case) = (later, case);
            }
        }
        let to = self.case.stage();
        let submission = Submission { replaces, ..Submission::new(at, event) };
        if self.entries.len() == self.entries.capacity() && self.entries.len() < 4 * ROOM {
            // Doubling would leave half of the room empty in many cases.
            self.entries.reserve_exact(ROOM);
        }
        self.entries.push(HistoryEntry { inserted, ..HistoryEntry::new(seq, submission, place, to) });
        to
    }

    /// Returns the case as it was at an instant: the result of the events in effect that happened by then.
    pub fn state_at(&self, at: At) -> Case {
        let events = self.in_effect().into_iter().filter(|entry| entry.at <= at);
        // Every prefix of a valid case is valid.
        events.fold(self.start(), |case, entry| case.advance(&entry.event, entry.at))
    }

    /// Returns the history as it was known after the record with this number: without later records and what they changed.
    ///
    /// The records of an act became known together, so give the number of its last one.
    #[must_use]
    pub fn known_at(&self, seq: u64) -> Self {
        let known = self.entries.partition_point(|entry| entry.seq <= seq);
        let mut entries = self.entries[..known].to_vec();
        for entry in &mut entries {
            entry.voided_by = entry.voided_by.filter(|by| *by <= seq);
            entry.replaced_by = entry.replaced_by.filter(|by| *by <= seq);
        }
        let mut history = Self { id: self.id, entries, case: Case::default() };
        history.case = history.state_at(At::MAX);
        history
    }

    /// Checks an event against the rules and, if every rule is met, adds it and returns the proof that a store requires.
    ///
    /// The event can have happened before others, as for [`History::record`].
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
        let submission = Submission::new(at, event);
        let revision = self.revision();
        let to = self.record(seq, at, submission.event.clone())?;
        Ok(Accepted { case: self.id, id, revision, submission, act: None, to })
    }

    /// Replaces the provisional number of the record at this revision by the one under which a store wrote it.
    ///
    /// Does nothing if there is no such record.
    pub fn renumber(&mut self, revision: u64, seq: u64) {
        let Some(entry) = usize::try_from(revision).ok().and_then(|index| self.entries.get_mut(index)) else { return };
        let provisional = core::mem::replace(&mut entry.seq, seq);
        if entry.place == provisional {
            entry.place = seq;
        }
        if entry.event.kind() == EventKind::EventVoided || entry.replaces.is_some() {
            for entry in &mut self.entries {
                for by in [&mut entry.voided_by, &mut entry.replaced_by] {
                    if *by == Some(provisional) {
                        *by = Some(seq);
                    }
                }
            }
        }
    }

    /// Checks whether an event would be accepted, and changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn check(&self, seq: u64, at: At, event: &Event) -> Result<(), Refusal> {
        self.examine(Offered { seq, at, event }, Order::InOrder).map(|_| ())
    }

    /// Returns the case that would follow an event, and changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn what_if(&self, seq: u64, at: At, event: &Event) -> Result<Case, Refusal> {
        Ok(match self.examine(Offered { seq, at, event }, Order::InOrder)? {
            Effect::Next => self.case.clone().advance(event, at),
            Effect::Void(_, case) | Effect::Migrate(case) | Effect::Insert(_, case) | Effect::Replace(_, _, case) => {
                case
            }
        })
    }

    /// Checks an event, and returns what it would do.
    fn examine(&self, offered: Offered<'_>, order: Order) -> Result<Effect, Refusal> {
        self.examine_watched(offered, order, &mut |_| {})
    }

    /// Checks an event as [`History::examine`] does, and shows each step of the replay that an insertion needs.
    fn examine_watched(
        &self,
        offered: Offered<'_>,
        order: Order,
        watch: &mut dyn FnMut(ReplayStep<'_>),
    ) -> Result<Effect, Refusal> {
        let Offered { seq, at, event } = offered;
        let mut check = Check::new();
        self.check_sequence(seq, &mut check);
        let mut effect = Effect::Next;
        if let Event::EventVoided(void) = event {
            if let Some((index, case)) = self.without(void, at, order, &mut check) {
                effect = Effect::Void(index, case);
            }
        } else if let Event::CaseMigrated(migration) = event {
            if let Some(case) = self.migrated(migration.edition, &mut check) {
                if order == Order::InOrder {
                    check_after(&case, at, &mut check);
                }
                effect = Effect::Migrate(case);
            }
        } else if order == Order::AnyOrder && self.case.file().is_some_and(|file| at < file.last_at()) {
            self.check_room(&mut check);
            // A replay costs time, so it is not begun without room for it.
            check.verdict(event.kind(), self.case.stage(), at)?;
            check = Check::new();
            let (later, case) = self.with(offered, None, watch)?;
            effect = Effect::Insert(later, case);
        } else if !self.case.examine(event, at, &mut check) {
            self.case.check_misplaced(event.kind(), at, &mut check);
        }
        check.verdict(event.kind(), self.case.stage(), at)?;
        Ok(effect)
    }

    /// Checks an event that replaces a record, and returns what it would do.
    fn examine_replacement(&self, offered: Offered<'_>, replaced: u64) -> Result<Effect, Refusal> {
        let Offered { seq, at, event } = offered;
        let mut check = Check::new();
        self.check_sequence(seq, &mut check);
        self.check_room(&mut check);
        let found = self.entries.iter().position(|entry| entry.seq == replaced);
        let index = found.filter(|index| self.entries[*index].counts());
        let is_void = !event.kind().happens();
        check.require(index.is_some() && !is_void, Rule::ReplaceKnown, || match (found, is_void) {
            (_, true) => Found::NotVoidable { seq, event: event.kind() },
            (None, _) => Found::NoSuchEvent { seq: replaced },
            (Some(index), _) => self.entries[index].corrected().unwrap_or(Found::NoSuchEvent { seq: replaced }),
        });
        check.verdict(event.kind(), self.case.stage(), at)?;
        let Some(index) = index else { return Ok(Effect::Next) };
        let (later, case) = self.with(offered, Some(&self.entries[index]), &mut |_| {})?;
        Ok(Effect::Replace(index, later, case))
    }

    fn check_sequence(&self, seq: u64, check: &mut Check) {
        if let Some(last) = self.entries.last().map(|entry| entry.seq) {
            check.require(seq > last, Rule::SequenceOrder, || Found::Sequence { last, offered: seq });
        }
    }
}
