//! One case: its records and what they make.

use crate::error::AppError;
use crate::zone::Zone;
use ibbi_core::{Case, CaseFile, Event, EventKind, History, Name, Part, Refusal};
use ibbi_store::Record;
use uuid::Uuid;

/// A case with its records and the history that they make.
#[derive(Debug, Clone)]
pub struct CaseLog {
    /// Its ID.
    pub id: Uuid,
    /// Its records, oldest first.
    pub records: Vec<Record>,
    /// The history that they make.
    pub history: History,
    /// The time zone of its district.
    pub zone: Zone,
}

impl CaseLog {
    /// Returns a case before the event that opens it.
    ///
    /// # Errors
    /// [`AppError::Zone`] if the event names a time zone that doesn't exist.
    pub(crate) fn before_opening(id: Uuid, event: &Event) -> Result<Self, AppError> {
        let zone = match event {
            Event::CaseOpened(opened) => Zone::new(&opened.time_zone)?,
            _ => Zone::default(),
        };
        Ok(Self { id, records: Vec::new(), history: History::for_case(id), zone })
    }

    /// Replays the records of a case. Every record is checked by the core again; a refusal, or another stage than the one
    /// that was recorded, means that this program didn't write the store. `store` is the store's name for messages.
    ///
    /// # Errors
    /// [`AppError::Illegal`].
    pub(crate) fn replay(store: &str, id: Uuid, records: Vec<Record>) -> Result<Self, AppError> {
        let mut history = History::for_case(id);
        for record in &records {
            replay_record(&mut history, record).map_err(|reason| AppError::Illegal {
                path: store.into(),
                line: record.seq,
                reason,
            })?;
        }
        let zone = zone_of(&history)?;
        Ok(Self { id, records, history, zone })
    }

    /// Returns the name of the district.
    pub fn district(&self) -> Option<&Name> {
        Some(&self.history.case().file()?.opened().district)
    }

    /// Returns the records that a correction can void.
    pub fn voidable(&self) -> impl Iterator<Item = &Record> {
        let counts =
            self.history.entries().iter().map(|entry| entry.counts() && entry.event.kind() != EventKind::CaseOpened);
        self.records.iter().zip(counts).filter(|(_, counts)| *counts).map(|(record, _)| record)
    }
}

/// Offers a record to a history again.
///
/// The error says why the record is not legal.
pub(crate) fn replay_record(history: &mut History, record: &Record) -> Result<(), String> {
    let stage = history
        .offer(record.seq, record.at, record.event.clone())
        .map_err(|refusal: Refusal| format!("the rules do not allow this event; {refusal}"))?;
    if stage != record.to {
        let (kind, recorded) = (record.event.kind(), record.to);
        return Err(format!("after this {kind} the case is in {stage}, but {recorded} is recorded"));
    }
    Ok(())
}

/// Returns the time zone of a case's district; that of Massachusetts before the case is opened.
pub(crate) fn zone_of(history: &History) -> Result<Zone, AppError> {
    let name = history.case().file().map(CaseFile::opened).map(|opened| &opened.time_zone);
    Ok(name.map_or_else(|| Ok(Zone::default()), Zone::new)?)
}

/// Returns a sentence about the session that has just ended: the minutes that count, and what is missing or was held beyond
/// its length.
pub(crate) fn session_summary(event: EventKind, after: &Case) -> Option<String> {
    if !matches!(event, EventKind::SessionClosed | EventKind::SessionAdjourned) {
        return None;
    }
    let held = match after.sessions() {
        Some(sessions) => sessions.held().last(),
        None => after.trained()?.held().last(),
    }?;
    let grace = u32::from(after.file()?.program().grace());
    let mut text = format!("{} for part {}", counted(u32::from(held.counted), "counts", "count"), held.part);
    if held.overrun > 0 {
        text.push_str(&format!(", {} beyond its length", minutes(held.overrun)));
    }
    let within_grace = |missing: u32| {
        format!("; {}, within the grace of {}", counted(missing, "is missing", "are missing"), minutes(grace))
    };
    match after.sessions().and_then(|sessions| sessions.part(held.part)).map(Part::remaining).map(u32::from) {
        Some(0) => {}
        Some(remaining) if remaining > grace => {
            text.push_str(&format!("; {} to be made up", counted(remaining, "remains", "remain")));
        }
        Some(missing) => text.push_str(&within_grace(missing)),
        // The training is over, and its parts with it. No session held what is missing.
        None => {
            let held: u32 = after.trained()?.held().iter().map(|held| u32::from(held.counted)).sum();
            let missing = u32::from(after.file()?.program().training()).saturating_sub(held);
            if missing > 0 {
                text.push_str(&within_grace(missing));
            }
        }
    }
    Some(text)
}

fn minutes(count: u32) -> String {
    if count == 1 { "1 minute".to_owned() } else { format!("{count} minutes") }
}

fn counted(count: u32, one: &str, several: &str) -> String {
    format!("{} {}", minutes(count), if count == 1 { one } else { several })
}
