//! The booked sessions of a case as calendar entries, with the same sequences wherever they are computed.

use crate::case_log::{CaseLog, acts};
use ibbi_core::{At, Case, CaseFile, Event, EventKind, History, HistoryEntry, Person, Program, Slot, Stage};
use ibbi_report::ics::{EntryId, IcsEntry, IcsStatus, PublishedEntries, SessionPart, SessionRef, sequence_at};
use ibbi_store::Record;
use std::collections::{BTreeMap, HashMap};

/// The least length of a training day, in minutes.
const A_DAY: u16 = 360;

/// A session as the records have it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BookedSession {
    slot: Slot,
    place: Option<String>,
    status: IcsStatus,
}

/// The sessions of a case, the neutrals who lead them, and how many sessions of each kind and part were held.
#[derive(Default)]
struct Sessions {
    booked: BTreeMap<SessionRef, BookedSession>,
    held: HashMap<SessionPart, u16>,
    led_by: BTreeMap<SessionRef, Vec<Person>>,
}

/// A session with the sequence of its entry.
struct Sequenced {
    session: BookedSession,
    sequence: u32,
    modified: At,
    /// The number of the record that changed it last.
    changed: u64,
}

/// What the records say about a planned date that was put on the calendar of a case.
enum PlannedState<'a> {
    /// It stands.
    Planned(&'a IcsEntry),
    /// The session was held on another date, or the case closed.
    Ended(IcsEntry),
}

/// Returns how many sessions of each kind and part were held.
pub(super) fn held(log: &CaseLog) -> HashMap<SessionPart, u16> {
    sessions(log.recorded.records(), log.recorded.valid().is_some()).held
}

/// Returns the neutrals who are to lead the booked sessions of a case.
pub(super) fn led_by(log: &CaseLog) -> BTreeMap<SessionRef, Vec<Person>> {
    sessions(log.recorded.records(), log.recorded.valid().is_some()).led_by
}

/// Returns the booked sessions of a case, with corrections applied.
///
/// The sequence of an entry follows from when the records that changed it were logged. What is known of the case grows record by
/// record, so a later state of an entry has a larger sequence, even if the clock was set back.
pub(super) fn booked(log: &CaseLog) -> Vec<IcsEntry> {
    let all = follow(log, None, |_, _, _| {});
    all.into_iter().map(|(id, sequenced)| entry_of(log, id, sequenced)).collect()
}

/// Returns the booked sessions of a case and the planned dates on its calendar.
///
/// `planned` has the entries of the calendar when dates were last put on it, and `until` is the number of the last record from which they
/// were made. A later booking replaces the planned date of its session, with a larger sequence. A planned
/// date is canceled when its session was held, and when the case closes.
pub(super) fn booked_and_planned(log: &CaseLog, until: u64, planned: &PublishedEntries) -> Vec<IcsEntry> {
    let mut states: BTreeMap<SessionRef, PlannedState<'_>> = planned
        .entries()
        .iter()
        .filter_map(|entry| Some((entry.uid.parse::<EntryId>().ok()?.session, PlannedState::Planned(entry))))
        .collect();
    let all = follow(log, Some((until, planned)), |found, last, is_closing| {
        if last.seq <= until {
            return;
        }
        for (id, state) in &mut states {
            let PlannedState::Planned(entry) = state else { continue };
            let was_held = found.held.get(&id.kind).is_some_and(|held| *held > id.make_up);
            if entry.status == IcsStatus::Tentative && (was_held || is_closing) {
                let sequence = sequence_at(last.logged).max(entry.sequence + 1);
                let (modified, status) = (entry.modified.max(last.logged), IcsStatus::Cancelled);
                *state = PlannedState::Ended(IcsEntry { sequence, modified, status, odds: None, ..entry.clone() });
            }
        }
    });
    let mut entries = Vec::new();
    for (id, sequenced) in all {
        if sequenced.changed > until || !states.contains_key(&id) {
            states.remove(&id);
            entries.push(entry_of(log, id, sequenced));
        }
    }
    entries.extend(states.into_values().map(|state| match state {
        PlannedState::Planned(entry) => entry.clone(),
        PlannedState::Ended(entry) => entry,
    }));
    entries
}

/// Returns the booked sessions of a case, and the dates of an earlier calendar of any case that are still planned for it.
///
/// A calendar doesn't have the number of the record from which it was made, so every booking replaces the planned date of its session. A
/// session that was postponed before its date was planned again is planned.
pub(super) fn booked_and_still_planned(log: &CaseLog, before: &PublishedEntries) -> Vec<IcsEntry> {
    let is_own = |entry: &&IcsEntry| {
        entry.status == IcsStatus::Tentative && entry.uid.parse::<EntryId>().is_ok_and(|id| id.case == log.id)
    };
    let planned: PublishedEntries = before.entries().iter().filter(is_own).cloned().collect();
    let is_closed = log.recorded.records().case().outcome().is_some();
    let mut entries = booked_and_planned(log, 0, &planned);
    for entry in entries.iter_mut().filter(|entry| entry.status == IcsStatus::Cancelled && !is_closed) {
        match planned.get(&entry.uid) {
            Some(later) if entry.modified < later.modified => *entry = later.clone(),
            _ => {}
        }
    }
    entries
}

/// Follows the sessions of a case through its records. `see` gets the sessions after each record that concerns them, with the record, and
/// whether the case was closed with it.
fn follow(
    log: &CaseLog,
    planned: Option<(u64, &PublishedEntries)>,
    mut see: impl FnMut(&Sessions, &Record, bool),
) -> BTreeMap<SessionRef, Sequenced> {
    let mut all: BTreeMap<SessionRef, Sequenced> = BTreeMap::new();
    let mut add = |act: &[Record], last: &Record, found: Sessions| {
        see(&found, last, act.iter().any(|record| record.to == Stage::Closed));
        update(&mut all, found.booked, last, |id| {
            let (_, entries) = planned.filter(|(until, _)| last.seq > *until)?;
            entries.get(&EntryId { case: log.id, session: id }.to_string()).map(|entry| entry.sequence)
        });
    };
    match log.recorded.valid() {
        Some(history) => {
            for act in acts(&log.records).filter(|act| act.iter().any(concerns_sessions)) {
                if let Some(last) = act.last() {
                    add(act, last, sessions(&history.known_at(last.seq), true));
                }
            }
        }
        // What was known before can't be computed for a case that the rules don't allow. Every new record makes the entries newer.
        None => {
            if let Some(last) = log.records.last() {
                add(std::slice::from_ref(last), last, sessions(log.recorded.records(), false));
            }
        }
    }
    all
}

/// Returns whether a record can change the sessions.
fn concerns_sessions(record: &Record) -> bool {
    let kinds = [
        EventKind::MeetingScheduled,
        EventKind::MeetingHeld,
        EventKind::SessionScheduled,
        EventKind::SessionPostponed,
        EventKind::SessionOpened,
        EventKind::SessionClosed,
        EventKind::SessionAdjourned,
        EventKind::EventVoided,
    ];
    kinds.contains(&record.event.kind()) || record.details.replaces.is_some() || record.to == Stage::Closed
}

/// Adds what became known with a record. `published` returns the sequence with which a session was published before, if it was.
fn update(
    all: &mut BTreeMap<SessionRef, Sequenced>,
    mut now: BTreeMap<SessionRef, BookedSession>,
    record: &Record,
    published: impl Fn(SessionRef) -> Option<u32>,
) {
    let (logged, changed) = (record.logged, record.seq);
    let sequence = |id: SessionRef| sequence_at(logged).max(published(id).map_or(0, |before| before + 1));
    for (id, known) in all.iter_mut() {
        let session = now.remove(id).unwrap_or_else(|| {
            // It was booked by mistake, or is another session by a correction.
            BookedSession { status: IcsStatus::Cancelled, ..known.session.clone() }
        });
        if session != known.session {
            known.session = session;
            known.sequence = sequence(*id).max(known.sequence + 1);
            known.modified = known.modified.max(logged);
            known.changed = changed;
        }
    }
    for (id, session) in now {
        all.insert(id, Sequenced { session, sequence: sequence(id), modified: logged, changed });
    }
}

/// Returns the sessions of a case by the events that count, in the order in which they happened.
fn sessions(history: &History, is_valid: bool) -> Sessions {
    let mut found = Sessions::default();
    let mut open = None;
    for entry in history.in_effect() {
        match &entry.event {
            Event::MeetingScheduled(meeting) => found.book(SessionPart::Meeting, meeting.slot, None),
            Event::MeetingHeld(_) => found.hold(SessionPart::Meeting),
            Event::SessionScheduled(session) => {
                let part = part_of(history, entry, session.part, is_valid);
                found.led_by.insert(found.current(part), session.neutrals().cloned().collect());
                found.book(part, session.slot, session.place.as_ref().map(ToString::to_string));
            }
            Event::SessionPostponed(postponed) => {
                found.cancel(part_of(history, entry, postponed.part, is_valid));
            }
            Event::SessionOpened(opened) => open = Some(part_of(history, entry, opened.part, is_valid)),
            other if matches!(other.kind(), EventKind::SessionClosed | EventKind::SessionAdjourned) => {
                open.take().into_iter().for_each(|part| found.hold(part));
            }
            _ => {}
        }
    }
    // Nothing happens after a case closed, so what was ahead is canceled.
    if let (true, Case::Closed(closed)) = (is_valid, history.case()) {
        let ahead = found.booked.values_mut().filter(|session| session.slot.starts().at() > closed.at());
        ahead.for_each(|session| session.status = IcsStatus::Cancelled);
    }
    found
}

/// Returns the part of the training or of the facilitation, by the stage at the time of the event.
fn part_of(history: &History, entry: &HistoryEntry, part: u8, is_valid: bool) -> SessionPart {
    // The record's own stage is that of the whole case, which had gone on if the event was recorded late.
    let then = if is_valid { history.state_at(entry.at).stage() } else { entry.to };
    let stage = if then == Stage::Closed { entry.to } else { then };
    match stage {
        Stage::Agreement | Stage::Facilitation => SessionPart::Facilitation(part),
        _ => SessionPart::Training(part),
    }
}

impl Sessions {
    fn current(&self, kind: SessionPart) -> SessionRef {
        SessionRef { kind, make_up: self.held.get(&kind).copied().unwrap_or(0), is_backup: false }
    }

    fn book(&mut self, kind: SessionPart, slot: Slot, place: Option<String>) {
        self.booked.insert(self.current(kind), BookedSession { slot, place, status: IcsStatus::Confirmed });
    }

    fn cancel(&mut self, kind: SessionPart) {
        if let Some(session) = self.booked.get_mut(&self.current(kind)) {
            session.status = IcsStatus::Cancelled;
        }
    }

    fn hold(&mut self, kind: SessionPart) {
        let held = self.held.entry(kind).or_default();
        *held = held.saturating_add(1);
    }
}

/// Returns a part of a program's training in words. Only a training that takes one whole day is a training day.
fn training(program: Option<&Program>, part: u8) -> String {
    match program.map(Program::training) {
        Some([minutes]) if *minutes < A_DAY => "training".to_owned(),
        None | Some([_]) => "training day".to_owned(),
        Some(_) => format!("training, part {part}"),
    }
}

fn entry_of(log: &CaseLog, id: SessionRef, sequenced: Sequenced) -> IcsEntry {
    let Sequenced { session, sequence, modified, .. } = sequenced;
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let make_up = if id.make_up > 0 { ", make-up session" } else { "" };
    let program = log.recorded.facts().file().map(CaseFile::program);
    let is_other = program.is_some_and(|program| program.parameters().name.is_some());
    let name = if is_other { "IBB" } else { "IBBI" };
    let what = match id.kind {
        SessionPart::Training(part) => format!("{}{make_up}", training(program, part)),
        SessionPart::Facilitation(part) => format!("facilitation, part {part}{make_up}"),
        SessionPart::Meeting => "introductory meeting".to_owned(),
    };
    IcsEntry {
        sequence,
        modified,
        description: format!("Case {}, as recorded.", log.id),
        location: session.place,
        status: session.status,
        ..IcsEntry::new(
            EntryId { case: log.id, session: id }.to_string(),
            session.slot,
            format!("{name} {what}: {district}"),
        )
    }
}
