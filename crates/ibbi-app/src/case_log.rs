//! One case: its records and what they make.

use crate::error::AppError;
use crate::zone::Zone;
use ibbi_core::events::CaseOpened;
use ibbi_core::{
    Advisory, AsRecorded, At, Event, EventKind, History, Name, NotAllowedReason, Part, RecordedCase, Submission,
};
use ibbi_store::{Record, RecordDetails};
use uuid::Uuid;

/// A case with its records and what they make.
#[derive(Debug, Clone)]
pub struct CaseLog {
    /// Its ID.
    pub id: Uuid,
    /// Its records, oldest first.
    pub records: Vec<Record>,
    /// The case that they make. The rules of this program may not allow it.
    pub recorded: RecordedCase,
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
        Ok(Self { id, records: Vec::new(), recorded: RecordedCase::new(id), zone })
    }

    /// Replays the records of a case. Every record is checked by the core again; a refusal, or another stage than the one
    /// that was recorded, means that another version wrote it, or another program.
    ///
    /// # Errors
    /// [`AppError::Zone`] if its time zone doesn't exist.
    pub(crate) fn replay(id: Uuid, mut records: Vec<Record>) -> Result<Self, AppError> {
        let mut recorded = RecordedCase::new(id);
        records.truncate(whole_acts(&records));
        acts(&records).for_each(|act| add(&mut recorded, act));
        let zone = zone_of(recorded.records())?;
        Ok(Self { id, records, recorded, zone })
    }

    /// Returns the history of the case.
    ///
    /// # Errors
    /// [`AppError::Illegal`] if the rules don't allow an event in effect.
    pub fn history(&self) -> Result<&History, AppError> {
        match &self.recorded {
            RecordedCase::Valid(history) => Ok(history),
            RecordedCase::AsRecorded(case) => {
                let first = case.not_allowed().first();
                let (seq, reason) = first.map_or((0, String::new()), |first| (first.seq, first.to_string()));
                Err(AppError::Illegal { case: self.id, seq, reason })
            }
        }
    }

    /// Returns the name of the district.
    pub fn district(&self) -> Option<&Name> {
        Some(&opening_of(self.recorded.records())?.district)
    }

    /// Returns the records that count, in the order of their numbers.
    pub fn counting(&self) -> impl Iterator<Item = &Record> {
        let entries = self.recorded.records().entries().iter();
        self.records.iter().zip(entries).filter(|(_, entry)| entry.counts()).map(|(record, _)| record)
    }

    /// Returns the records that a correction can void.
    pub fn voidable(&self) -> impl Iterator<Item = &Record> {
        self.counting().filter(|record| record.event.kind() != EventKind::CaseOpened)
    }
}

/// Returns the records by the acts to which they belong. A record that belongs to no act is alone.
pub(crate) fn acts(records: &[Record]) -> impl Iterator<Item = &[Record]> {
    records.chunk_by(|_, next| next.details.act.is_some_and(|act| act.index > 1))
}

/// Returns the number of records without an act at the end of which only a part can be read yet.
pub(crate) fn whole_acts(records: &[Record]) -> usize {
    let last = records.last().and_then(|record| record.details.act).filter(|act| !act.is_last());
    records.len() - last.map_or(0, |act| usize::from(act.index))
}

/// Adds the records of an act to a case, or a record that is alone.
fn add(case: &mut RecordedCase, act: &[Record]) {
    let in_order = act.iter().all(|record| record.details.in_order);
    case.add(act.iter().map(|record| (record.seq, submission(record), record.to)).collect(), in_order);
}

/// What replaying the records of an act found.
pub(crate) struct ReplayedAct {
    /// Why the rules don't allow some of them, by their numbers.
    pub(crate) faults: Vec<(u64, String)>,
    /// The advisories about each of them.
    pub(crate) advisories: Vec<Vec<Advisory>>,
}

/// Adds the records of an act to a case, or a record that is alone.
pub(crate) fn replay_act(case: &mut RecordedCase, act: &[Record]) -> ReplayedAct {
    let logged = act.last().map(|record| record.logged);
    let next = match act {
        [one] => case.records().advise_next(&submission(one), logged),
        _ => None,
    };
    add(case, act);
    let advisories = next.map_or_else(|| case.records().advise_last(act.len(), logged), |one| vec![one]);
    let not_allowed = case.as_recorded().map(AsRecorded::not_allowed).unwrap_or_default();
    let of_act = not_allowed.iter().filter_map(|not_allowed| {
        let record = act.iter().find(|record| record.seq == not_allowed.seq)?;
        Some((
            record.seq,
            match &not_allowed.reason {
                NotAllowedReason::Refused(refusal) => format!("the rules do not allow this event; {refusal}"),
                NotAllowedReason::OtherStage { recorded, computed } => {
                    format!("after this {} the case is in {computed}, but {recorded} is recorded", record.event.kind())
                }
            },
        ))
    });
    ReplayedAct { faults: of_act.collect(), advisories }
}

/// Returns the event of a record as it was offered.
fn submission(record: &Record) -> Submission {
    let RecordDetails { precision, replaces, .. } = record.details;
    Submission { at: record.at, precision, replaces, event: record.event.clone() }
}

/// Returns the opening that is in effect, even if the rules don't allow it.
fn opening_of(history: &History) -> Option<&CaseOpened> {
    history.entries().iter().filter(|entry| entry.counts()).find_map(|entry| match &entry.event {
        Event::CaseOpened(opened) => Some(opened),
        _ => None,
    })
}

/// Returns the time zone of a case's district; that of Massachusetts before the case is opened.
pub(crate) fn zone_of(history: &History) -> Result<Zone, AppError> {
    let name = opening_of(history).map(|opened| &opened.time_zone);
    Ok(name.map_or_else(|| Ok(Zone::default()), Zone::new)?)
}

/// Returns a sentence about the session that ended at an instant: the minutes that count, and what is missing or was held
/// beyond its length.
pub(crate) fn session_summary(event: EventKind, at: At, case: &RecordedCase) -> Option<String> {
    if !matches!(event, EventKind::SessionClosed | EventKind::SessionAdjourned) {
        return None;
    }
    // Later events of the case can be known already: those of the same act, or those before which this one is inserted.
    let is_last = case.facts().file().is_none_or(|file| file.last_at() <= at);
    let earlier = (!is_last).then(|| case.records().state_at(at));
    let after = earlier.as_ref().unwrap_or_else(|| case.facts());
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
            let asked: u32 = after.file()?.program().training().iter().map(|part| u32::from(*part)).sum();
            let missing = asked.saturating_sub(held);
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
