//! Calendars for other programs, with the sessions of a plan or the booked sessions of cases.

use super::booked::{booked, booked_and_still_planned, held};
use crate::case_log::CaseLog;
use crate::error::AppError;
use ibbi_core::At;
use ibbi_report::ics::{
    IcsCalendar, IcsEntry, IcsReadError, IcsStatus, PlannedEntries, Publication, PublishedEntries, SessionPart, publish,
};
use ibbi_sim::{CaseIdentity, Plan, Scenario, Simulator};
use serde::Serialize;
use std::collections::HashMap;
use std::path::Path;
use uuid::Uuid;

/// A calendar, and how it differs from the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CalendarOutput {
    /// The number of entries, without canceled ones.
    pub entries: usize,
    /// The number of entries that are new, or that have another time, place, or status than before.
    pub changed: usize,
    /// The number of entries that are canceled.
    pub canceled: usize,
    /// What the user should know, if there is something: that the scenario has no ID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The calendar (RFC 5545).
    #[serde(skip)]
    pub text: String,
}

/// The entries of a calendar, before they are compared with what was published.
#[derive(Debug, Clone)]
pub struct CurrentEntries {
    /// The name of the calendar.
    pub name: String,
    /// The IANA name of its zone.
    pub zone: String,
    /// The cases whose entries the calendar can have.
    pub cases: Vec<Uuid>,
    /// The entries.
    pub entries: Vec<IcsEntry>,
}

/// Returns the calendar of a scenario's plan, or of the dates to hold at a confidence in percent. All entries are tentative.
///
/// `before` is the last published calendar. An entry that has moved since then gets a higher `SEQUENCE`, so that
/// calendar programs move it, and one that the plan no longer has is canceled.
///
/// # Errors
/// [`AppError::Usage`] if the plan has no sessions, if there are no dates to hold, or if `before` has another case's entries.
pub fn scenario_calendar(
    scenario: &Scenario,
    confidence: Option<u8>,
    stamp: At,
    before: Option<&str>,
) -> Result<CalendarOutput, AppError> {
    plan_calendar(scenario, &super::plan(&Simulator::new(scenario), confidence)?, None, stamp, before)
}

/// Returns the calendar of a plan, or of its dates to hold, if it has some. A plan that resumes a case also has the case's
/// booked sessions, and its entries have the case's ID.
///
/// # Errors
/// [`AppError::Usage`] as for [`scenario_calendar`].
pub fn plan_calendar(
    scenario: &Scenario,
    plan: &Plan,
    case: Option<&CaseLog>,
    stamp: At,
    before: Option<&str>,
) -> Result<CalendarOutput, AppError> {
    let made = publish_calendar(planned_entries(scenario, plan, case, stamp)?, stamp, before)?;
    Ok(CalendarOutput { note: case.is_none().then(|| identity_note(scenario)).flatten(), ..made })
}

/// Returns the entries of a plan, or of its dates to hold, if it has some.
///
/// # Errors
/// [`AppError::Usage`] if the plan has no sessions, or if there are no dates to hold.
pub fn planned_entries(
    scenario: &Scenario,
    plan: &Plan,
    case: Option<&CaseLog>,
    stamp: At,
) -> Result<CurrentEntries, AppError> {
    let with_id;
    let scenario = match case {
        None => scenario,
        Some(log) => {
            with_id = Scenario { id: Some(log.id), ..scenario.clone() };
            &with_id
        }
    };
    let counts: HashMap<SessionPart, u16> = case.map(held).unwrap_or_default();
    let held_before = |part: SessionPart| counts.get(&part).copied().unwrap_or(0);
    let planned = PlannedEntries { scenario, plan, stamp, held: &held_before };
    let planned = match &plan.hold {
        Some(held) if held.sessions.is_empty() => {
            return Err(AppError::Usage(ibbi_report::no_dates_to_hold(held)));
        }
        Some(held) => planned.of_held(held),
        // A part of a plan is no plan: its dates would be for a process that never ends.
        None if plan.finishes.is_none() => {
            let message = "there is no plan to put on a calendar: a session has no day on which all required people are \
                           available; `ibbi plan` shows whose calendar has no such day";
            return Err(AppError::Usage(message.to_owned()));
        }
        None => planned.of_plan(),
    };
    Ok(CurrentEntries {
        name: scenario.district.to_string(),
        zone: scenario.time_zone.to_string(),
        cases: vec![scenario.identity().id()],
        entries: joined(case.map(booked).unwrap_or_default(), planned),
    })
}

/// Returns the entries of a case with those that are planned. A session that was canceled and is planned again is planned.
fn joined(mut entries: Vec<IcsEntry>, planned: Vec<IcsEntry>) -> Vec<IcsEntry> {
    for mut new in planned {
        match entries.iter_mut().find(|entry| entry.uid == new.uid) {
            Some(entry) if entry.status == IcsStatus::Cancelled => {
                new.sequence = new.sequence.max(entry.sequence + 1);
                *entry = new;
            }
            Some(_) => {}
            None => entries.push(new),
        }
    }
    entries
}

/// Returns what the user should know about a scenario without an ID.
pub fn identity_note(scenario: &Scenario) -> Option<String> {
    let CaseIdentity::Derived(id) = scenario.identity() else { return None };
    Some(format!(
        "the scenario has no ID, so its entries have one that follows from the names of the district and its three leaders; to keep \
         it when a name changes, and to tell two units apart, add this line to the scenario: id = \"{id}\""
    ))
}

/// Returns the calendar of the booked sessions of cases. `path` is for messages.
///
/// A session that was postponed and not booked again, or was booked by mistake, is canceled in it. Planned dates of `before` stay until
/// their session is booked or held, or the case closes.
///
/// # Errors
/// [`AppError::Usage`] if no session was ever booked, or if `before` has entries of another case.
pub fn cases_calendar(
    path: &Path,
    logs: &[&CaseLog],
    stamp: At,
    before: Option<&str>,
) -> Result<CalendarOutput, AppError> {
    let before = published_before(before)?;
    let mut current = case_entries(logs);
    if current.entries.is_empty() {
        let message = format!("{} has no booked meeting or session to put on a calendar", path.display());
        return Err(AppError::Usage(message));
    }
    current.entries = logs.iter().flat_map(|log| booked_and_still_planned(log, &before)).collect();
    publish_entries(current, stamp, &before).map(|(made, _)| made)
}

/// Returns the entries of the booked sessions of cases. There may be none.
pub fn case_entries(logs: &[&CaseLog]) -> CurrentEntries {
    let name = match logs {
        [log] => log.district().map(ToString::to_string),
        _ => None,
    };
    let zone = logs.first().map(|log| log.zone).unwrap_or_default();
    CurrentEntries {
        name: name.unwrap_or_else(|| "IBBI".to_owned()),
        zone: zone.name().to_owned(),
        cases: logs.iter().map(|log| log.id).collect(),
        entries: logs.iter().flat_map(|log| booked(log)).collect(),
    }
}

/// Returns the next publication of a calendar, with what has changed since the last one, `before`.
///
/// # Errors
/// [`AppError::Usage`] if `before` can't be read, or has entries of another case.
pub fn publish_calendar(current: CurrentEntries, stamp: At, before: Option<&str>) -> Result<CalendarOutput, AppError> {
    publish_entries(current, stamp, &published_before(before)?).map(|(made, _)| made)
}

/// Reads the last publication of a calendar, if there is one.
fn published_before(text: Option<&str>) -> Result<PublishedEntries, AppError> {
    let read = text.map_or_else(|| Ok(PublishedEntries::default()), read_published);
    read.map_err(|error| AppError::Usage(format!("the earlier calendar can't be updated: {error}")))
}

/// Returns the next publication of a calendar, as its text and as its entries. `before` has the entries of the last one.
///
/// # Errors
/// [`AppError::Usage`] if there are more entries than a calendar can have, or if `before` has entries of another case.
pub fn publish_entries(
    current: CurrentEntries,
    stamp: At,
    before: &PublishedEntries,
) -> Result<(CalendarOutput, PublishedEntries), AppError> {
    let CurrentEntries { name, zone, cases, entries } = current;
    let made = next_publication(&cases, entries, before, stamp)?;
    let entries = made.published.entries();
    let text = IcsCalendar { name: &name, zone: &zone, stamp, entries }.to_ics();
    let canceled = entries.iter().filter(|entry| entry.status == IcsStatus::Cancelled).count();
    let output = CalendarOutput {
        entries: entries.len() - canceled,
        changed: made.changed,
        canceled,
        note: None,
        text: text.map_err(|error| AppError::Usage(error.to_string()))?,
    };
    Ok((output, made.published))
}

/// Reads a calendar that ibbi wrote. An empty file has no entries.
pub(super) fn read_published(text: &str) -> Result<PublishedEntries, IcsReadError> {
    if text.trim().is_empty() { Ok(PublishedEntries::default()) } else { PublishedEntries::from_ics(text) }
}

/// Returns the next publication of entries of these cases.
///
/// # Errors
/// [`AppError::Usage`] if `before` has entries of another case.
pub(super) fn next_publication(
    cases: &[Uuid],
    entries: Vec<IcsEntry>,
    before: &PublishedEntries,
    stamp: At,
) -> Result<Publication, AppError> {
    if let Some(uid) = before.of_another_case(cases) {
        let id = uid.split('.').next().unwrap_or_default();
        let hint = if id.parse::<Uuid>().is_ok() && uid.ends_with("@ibbi") {
            format!("; if it is an earlier calendar of the same case, add this line to the scenario: id = \"{id}\"")
        } else {
            String::new()
        };
        let message = format!("the earlier calendar has another case's entries ({uid}); choose another file{hint}");
        return Err(AppError::Usage(message));
    }
    Ok(publish(before, entries, stamp))
}
