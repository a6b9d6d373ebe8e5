//! Calendars for other programs: a plan's sittings, or what real cases have booked.

use crate::error::AppError;
use crate::store::{self, CaseLog};
use ibbi_core::{At, Event, EventKind, Slot, Stage};
use ibbi_log::Uuid;
use ibbi_report::ics::{IcsCalendar, IcsEntry, IcsStatus, plan_entries, stable_uid};
use ibbi_sim::{Plan, Scenario};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// A calendar that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MadeCalendar {
    /// How many entries it has.
    pub entries: usize,
    /// How many of them were not in the calendar before, or had another time or status there.
    pub changed: usize,
    /// The calendar itself, by RFC 5545.
    #[serde(skip)]
    pub text: String,
}

/// The calendar of a scenario's plan, all tentative.
///
/// `before` is the calendar as it was published last: an entry that has moved since gets a higher `SEQUENCE`, so that
/// calendar programs move it.
///
/// # Errors
/// [`AppError::Usage`] where the plan has nothing to show.
pub fn of_plan(scenario: &Scenario, stamp: At, before: Option<&str>) -> Result<MadeCalendar, AppError> {
    of_made_plan(scenario, &Plan::new(scenario), stamp, before)
}

/// The calendar of a plan that was made, from a scenario's start or from where a case is.
///
/// # Errors
/// [`AppError::Usage`] where the plan has nothing to show.
pub fn of_made_plan(
    scenario: &Scenario,
    plan: &Plan,
    stamp: At,
    before: Option<&str>,
) -> Result<MadeCalendar, AppError> {
    let entries = plan_entries(scenario, plan, 0);
    if entries.is_empty() {
        return Err(AppError::Usage("the plan has no sitting to put on a calendar; `ibbi plan` says why".to_owned()));
    }
    made(scenario.district.as_str(), scenario.time_zone.as_str(), stamp, entries, before)
}

/// The calendar of what cases of a ledger have booked: of one case, or of all.
///
/// What is postponed and not booked anew, or was booked by mistake, is in it as cancelled.
///
/// # Errors
/// [`AppError`].
pub fn of_ledger(path: &Path, case: Option<Uuid>, stamp: At, before: Option<&str>) -> Result<MadeCalendar, AppError> {
    let cases = match case {
        Some(case) => vec![case],
        None => store::cases(path)?.into_iter().map(|entry| entry.case).collect(),
    };
    let logs = cases.into_iter().map(|case| store::load(path, case)).collect::<Result<Vec<_>, _>>()?;
    of_logs(path, &logs.iter().collect::<Vec<_>>(), stamp, before)
}

/// The calendar of cases that have been read; `path` is for messages.
///
/// # Errors
/// [`AppError::Usage`] where nothing is booked.
pub fn of_logs(path: &Path, logs: &[&CaseLog], stamp: At, before: Option<&str>) -> Result<MadeCalendar, AppError> {
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
    made(&name, zone.unwrap_or_default().name(), stamp, entries, before)
}

fn made(
    name: &str,
    zone: &str,
    stamp: At,
    mut entries: Vec<IcsEntry>,
    before: Option<&str>,
) -> Result<MadeCalendar, AppError> {
    let failed = |error: ibbi_report::ics::CalendarError| AppError::Usage(error.to_string());
    let text = |entries: &[IcsEntry]| IcsCalendar { name, zone, stamp, entries }.to_ics().map_err(failed);
    // What has moved is told by comparing what is written, so that the file itself is the memory.
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
    Ok(MadeCalendar { entries: entries.len(), changed, text: text(&entries)? })
}

/// An entry as it was published.
struct Published {
    sequence: u32,
    /// Its times and its status.
    what: String,
}

/// The entries of a calendar by their ids, as far as this program's own lines tell them.
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

/// A sitting of a case: the stage, the part (0 for the meeting), and how many were held before it.
type Key = (Stage, u8, usize);

/// What became of a sitting so far.
struct Sitting {
    slot: Slot,
    place: Option<String>,
    status: IcsStatus,
    /// How often it was booked, postponed, or corrected.
    touched: u32,
}

/// What a case has booked, with corrections applied.
fn booked(log: &CaseLog) -> Vec<IcsEntry> {
    let mut sittings: BTreeMap<Key, Sitting> = BTreeMap::new();
    let mut held: HashMap<(Stage, u8), usize> = HashMap::new();
    let mut keys: HashMap<u64, Key> = HashMap::new();
    let mut open = 0;
    for entry in log.history.entries() {
        let stage = entry.to;
        let (part, booking) = match &entry.event {
            Event::MeetingScheduled(meeting) => (0, Some((meeting.slot, None))),
            Event::SessionScheduled(session) => {
                (session.part, Some((session.slot, session.place.as_ref().map(ToString::to_string))))
            }
            Event::SessionPostponed(postponed) => (postponed.part, None),
            Event::EventVoided(voided) => {
                if let Some(sitting) = keys.get(&voided.seq).and_then(|key| sittings.get_mut(key)) {
                    sitting.touched += 1;
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
        touch(&mut sittings, key, booking, entry.counts());
    }
    sittings.into_iter().map(|(key, sitting)| entry_of(log, key, sitting)).collect()
}

fn touch(sittings: &mut BTreeMap<Key, Sitting>, key: Key, booking: Option<(Slot, Option<String>)>, counts: bool) {
    match (sittings.get_mut(&key), booking) {
        (Some(sitting), booking) => {
            sitting.touched += 1;
            if counts {
                match booking {
                    Some((slot, place)) => {
                        (sitting.slot, sitting.place, sitting.status) = (slot, place, IcsStatus::Confirmed);
                    }
                    None => sitting.status = IcsStatus::Cancelled,
                }
            }
        }
        (None, Some((slot, place))) => {
            let status = if counts { IcsStatus::Confirmed } else { IcsStatus::Cancelled };
            sittings.insert(key, Sitting { slot, place, status, touched: 0 });
        }
        // A postponement of what was never booked is not legal, and loading the case has refused it.
        (None, None) => {}
    }
}

fn entry_of(log: &CaseLog, (stage, part, nth): Key, sitting: Sitting) -> IcsEntry {
    let district = log.district().map(ToString::to_string).unwrap_or_default();
    let make_up = if nth > 0 && part > 0 { ", make-up session" } else { "" };
    let what = match (stage, part) {
        (Stage::Training, _) => format!("training day{make_up}"),
        (Stage::Facilitation, part) => format!("facilitation, part {part}{make_up}"),
        _ => "introductory meeting".to_owned(),
    };
    IcsEntry {
        uid: stable_uid(&["case", &log.id.to_string(), stage.code(), &part.to_string(), &nth.to_string()]),
        sequence: sitting.touched,
        slot: sitting.slot,
        summary: format!("IBBI {what}: {district}"),
        description: format!("Case {}, as recorded.", log.id),
        location: sitting.place,
        status: sitting.status,
    }
}
