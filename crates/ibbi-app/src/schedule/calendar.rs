//! Calendars for other programs, with the sessions of a plan or the booked sessions of cases.

use crate::case_log::CaseLog;
use crate::error::AppError;
use ibbi_core::{At, Case, CaseFile, Event, EventKind, History, Program, Slot, Stage};
use ibbi_report::ics::{IcsCalendar, IcsEntry, IcsStatus, hold_entries, plan_entries, stable_uid};
use ibbi_sim::{Plan, Scenario, Simulator};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A calendar, and how it differs from the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalendarOutput {
    /// The number of entries.
    pub entries: usize,
    /// The number of entries that are new, or that have another time or status than before.
    pub changed: usize,
    /// The calendar (RFC 5545).
    #[serde(skip)]
    pub text: String,
}

/// Returns the calendar of a scenario's plan, or of the dates to hold at a confidence in percent. All entries are tentative.
///
/// `before` is the last published calendar. An entry that has moved since then gets a higher `SEQUENCE`, so that
/// calendar programs move it.
///
/// # Errors
/// [`AppError::Usage`] if the plan has no sessions, or if there are no dates to hold.
pub fn scenario_calendar(
    scenario: &Scenario,
    confidence: Option<u8>,
    stamp: At,
    before: Option<&str>,
) -> Result<CalendarOutput, AppError> {
    plan_calendar(scenario, &super::plan(&Simulator::new(scenario), confidence)?, stamp, before)
}

/// Returns the calendar of a plan, or of its dates to hold, if it has some.
///
/// # Errors
/// [`AppError::Usage`] if the plan has no sessions, or if there are no dates to hold.
pub fn plan_calendar(
    scenario: &Scenario,
    plan: &Plan,
    stamp: At,
    before: Option<&str>,
) -> Result<CalendarOutput, AppError> {
    if let Some(held) = &plan.hold {
        if held.sessions.is_empty() {
            return Err(AppError::Usage(ibbi_report::no_dates_to_hold(held)));
        }
        let entries = hold_entries(scenario, plan, held, 0);
        return build(scenario.district.as_str(), scenario.time_zone.as_str(), stamp, entries, before);
    }
    // A part of a plan is no plan: its dates would be for a process that never ends.
    if plan.finishes.is_none() {
        let message = "there is no plan to put on a calendar: a session has no day on which all required people are \
                       available; `ibbi plan` shows whose calendar has no such day";
        return Err(AppError::Usage(message.to_owned()));
    }
    let entries = plan_entries(scenario, plan, 0);
    build(scenario.district.as_str(), scenario.time_zone.as_str(), stamp, entries, before)
}

/// Returns the calendar of the booked sessions of cases. `path` is for messages.
///
/// A session that was postponed and not booked again, or was booked by mistake, is canceled in it.
///
/// # Errors
/// [`AppError::Usage`] if no session is booked.
pub fn cases_calendar(
    path: &Path,
    logs: &[&CaseLog],
    stamp: At,
    before: Option<&str>,
) -> Result<CalendarOutput, AppError> {
    let mut entries = Vec::new();
    let (mut name, mut zone) = ("IBBI".to_owned(), None);
    for log in logs {
        if let (Some(district), [_]) = (log.district(), logs) {
            name = district.to_string();
        }
        zone.get_or_insert(log.zone);
        entries.extend(booked(log));
    }
    if entries.is_empty() {
        let message = format!("{} has no booked meeting or session to put on a calendar", path.display());
        return Err(AppError::Usage(message));
    }
    build(&name, zone.unwrap_or_default().name(), stamp, entries, before)
}

fn build(
    name: &str,
    zone: &str,
    stamp: At,
    mut entries: Vec<IcsEntry>,
    before: Option<&str>,
) -> Result<CalendarOutput, AppError> {
    let failed = |error: ibbi_report::ics::CalendarError| AppError::Usage(error.to_string());
    let text = |entries: &[IcsEntry]| IcsCalendar { name, zone, stamp, entries }.to_ics().map_err(failed);
    // Entries are compared as they are written, so the file itself has all that is needed to find changes.
    let (known, fresh) = (published(before.unwrap_or_default()), published(&text(&entries)?));
    let mut changed = 0;
    for entry in &mut entries {
        let (old, new) = (known.get(&entry.uid), fresh.get(&entry.uid));
        match (old, new) {
            (Some(old), Some(new)) if old.what == new.what => entry.sequence = entry.sequence.max(old.sequence),
            (Some(old), _) => {
                entry.sequence = entry.sequence.max(old.sequence.saturating_add(1));
                changed += 1;
            }
            (None, _) => changed += 1,
        }
    }
    Ok(CalendarOutput { entries: entries.len(), changed, text: text(&entries)? })
}

/// The least length of a training day, in minutes.
const A_DAY: u16 = 360;

/// A published entry.
struct Published {
    sequence: u32,
    /// Its times and its status.
    what: String,
}

/// Returns the entries of a calendar by their ids, if this program wrote them.
fn published(text: &str) -> HashMap<String, Published> {
    let unfolded = text.replace("\r\n ", "").replace("\r\n\t", "");
    let mut found = HashMap::new();
    let (mut uid, mut entry) = (None, Published { sequence: 0, what: String::new() });
    for line in unfolded.lines() {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match name.split(';').next().unwrap_or(name) {
            "BEGIN" if value == "VEVENT" => (uid, entry) = (None, Published { sequence: 0, what: String::new() }),
            "UID" => uid = Some(value.to_owned()),
            "SEQUENCE" => entry.sequence = value.parse().unwrap_or(0),
            "DTSTART" | "DTEND" | "STATUS" => entry.what.push_str(line),
            "END" if value == "VEVENT" => {
                if let Some(uid) = uid.take() {
                    let empty = Published { sequence: 0, what: String::new() };
                    found.insert(uid, std::mem::replace(&mut entry, empty));
                }
            }
            _ => {}
        }
    }
    found
}

/// The key of a session: its stage, its part (0 for the meeting), and how many sessions of it were held before.
type SessionKey = (Stage, u8, usize);

/// A booked session in its current state.
struct BookedSession {
    slot: Slot,
    place: Option<String>,
    status: IcsStatus,
    /// How many times it was booked, postponed, or corrected.
    touched: u32,
}

/// Returns the booked sessions of a case, with corrections applied.
pub(super) fn booked(log: &CaseLog) -> Vec<IcsEntry> {
    let mut sessions: BTreeMap<SessionKey, BookedSession> = BTreeMap::new();
    let mut held: HashMap<(Stage, u8), usize> = HashMap::new();
    let mut keys: HashMap<u64, SessionKey> = HashMap::new();
    let mut open = 0;
    for entry in log.recorded.records().entries() {
        let stage = entry.to;
        let (part, booking) = match &entry.event {
            Event::MeetingScheduled(meeting) => (0, Some((meeting.slot, None))),
            Event::SessionScheduled(session) => {
                (session.part, Some((session.slot, session.place.as_ref().map(ToString::to_string))))
            }
            Event::SessionPostponed(postponed) => (postponed.part, None),
            Event::EventVoided(voided) => {
                if let Some(session) = keys.get(&voided.seq).and_then(|key| sessions.get_mut(key)) {
                    session.touched += 1;
                }
                continue;
            }
            Event::SessionOpened(opened) => {
                open = opened.part;
                continue;
            }
            other => {
                let (over, part) = match other.kind() {
                    EventKind::MeetingHeld => (true, 0),
                    EventKind::SessionClosed | EventKind::SessionAdjourned => (true, open),
                    _ => (false, 0),
                };
                if over && entry.counts() {
                    *held.entry((stage, part)).or_default() += 1;
                }
                continue;
            }
        };
        let key = (stage, part, held.get(&(stage, part)).copied().unwrap_or(0));
        keys.insert(entry.seq, key);
        touch(&mut sessions, key, booking, entry.counts());
    }
    // Nothing happens after a case closed, so what was ahead is canceled.
    let closed = match log.recorded.valid().map(History::case) {
        Some(Case::Closed(closed)) => Some(closed.at()),
        _ => None,
    };
    for session in sessions.values_mut() {
        if closed.is_some_and(|closed| session.slot.starts().at() > closed) && session.status == IcsStatus::Confirmed {
            session.status = IcsStatus::Cancelled;
            session.touched += 1;
        }
    }
    sessions.into_iter().map(|(key, session)| entry_of(log, key, session)).collect()
}

fn touch(
    sessions: &mut BTreeMap<SessionKey, BookedSession>,
    key: SessionKey,
    booking: Option<(Slot, Option<String>)>,
    counts: bool,
) {
    match (sessions.get_mut(&key), booking) {
        (Some(session), booking) => {
            session.touched += 1;
            if counts {
                match booking {
                    Some((slot, place)) => {
                        (session.slot, session.place, session.status) = (slot, place, IcsStatus::Confirmed);
                    }
                    None => session.status = IcsStatus::Cancelled,
                }
            }
        }
        (None, Some((slot, place))) => {
            let status = if counts { IcsStatus::Confirmed } else { IcsStatus::Cancelled };
            sessions.insert(key, BookedSession { slot, place, status, touched: 0 });
        }
        // A session that was never booked can't be postponed. Loading the case refuses that.
        (None, None) => {}
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

fn entry_of(log: &CaseLog, (stage, part, nth): SessionKey, session: BookedSession) -> IcsEntry {
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let make_up = if nth > 0 && part > 0 { ", make-up session" } else { "" };
    let program = log.recorded.facts().file().map(CaseFile::program);
    let is_other = program.is_some_and(|program| program.parameters().name.is_some());
    let name = if is_other { "IBB" } else { "IBBI" };
    let what = match (stage, part) {
        (Stage::Training, part) => format!("{}{make_up}", training(program, part)),
        (Stage::Facilitation, part) => format!("facilitation, part {part}{make_up}"),
        _ => "introductory meeting".to_owned(),
    };
    IcsEntry {
        uid: stable_uid(&["case", &log.id.to_string(), stage.code(), &part.to_string(), &nth.to_string()]),
        sequence: session.touched,
        slot: session.slot,
        summary: format!("{name} {what}: {district}"),
        description: format!("Case {}, as recorded.", log.id),
        location: session.place,
        status: session.status,
    }
}
