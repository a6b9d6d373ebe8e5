//! Cases out of a ledger: which there are, and the history of one.

use crate::error::AppError;
use crate::zone::Zone;
use ibbi_core::{Case, CaseFile, Event, EventKind, History, Name, Part, Refusal};
use ibbi_log::{Fault, FaultKind, LedgerReader, Opening, ReadError, Record, Uuid};
use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::Path;

/// A case as the ledger's list shows it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CaseEntry {
    /// Its id.
    pub case: Uuid,
    /// Its district.
    pub district: Name,
    /// How many records it has.
    pub records: u64,
}

/// A case with its records and the history that they make.
#[derive(Debug)]
pub struct CaseLog {
    /// Its id.
    pub id: Uuid,
    /// Its records, in order.
    pub records: Vec<Record>,
    /// What they make.
    pub history: History,
    /// The zone of its district.
    pub zone: Zone,
}

/// Reads a ledger's records one after the other. A line that a crash cut off at the end, or that is being written just
/// now, is no record yet and is passed over; any other fault ends the reading.
pub(crate) fn records(path: &Path) -> Result<impl Iterator<Item = Result<Record, AppError>> + '_, AppError> {
    let mut reader = open(path)?;
    let mut failed = false;
    Ok(std::iter::from_fn(move || {
        if failed {
            return None;
        }
        loop {
            match reader.next()? {
                Ok(record) => return Some(Ok(record)),
                Err(ReadError::Fault(Fault { kind: FaultKind::Torn { .. }, .. })) => {}
                Err(error) => {
                    failed = true;
                    return Some(Err(read_error(path, error, &mut reader)));
                }
            }
        }
    }))
}

/// A reader of a ledger, its first line read.
fn open(path: &Path) -> Result<LedgerReader<File>, AppError> {
    check_file(path)?;
    let mut reader =
        LedgerReader::open(path).map_err(|source| AppError::Io { doing: "open", path: path.to_owned(), source })?;
    if reader.opening().is_some() {
        return Ok(reader);
    }
    Err(match reader.next() {
        Some(Err(ReadError::Fault(fault))) => AppError::beginning(path, Some(fault)),
        Some(Err(error)) => read_error(path, error, &mut reader),
        Some(Ok(_)) => AppError::NotALedger { path: path.to_owned(), reason: "it begins with another record".into() },
        None => AppError::NotALedger { path: path.to_owned(), reason: "it is empty".into() },
    })
}

/// A ledger's file, for reading its bytes.
pub(crate) fn open_file(path: &Path) -> Result<File, AppError> {
    check_file(path)?;
    File::open(path).map_err(|source| AppError::Io { doing: "open", path: path.to_owned(), source })
}

/// As [`open_file`], for what reads a ledger as it stands: a compressed one is told to be that, and not to be damaged.
pub(crate) fn open_unpacked(path: &Path) -> Result<File, AppError> {
    let mut file = open_file(path)?;
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let mut beginning = Vec::new();
    file.by_ref().take(8).read_to_end(&mut beginning).map_err(failed)?;
    file.rewind().map_err(failed)?;
    unpacked(path, &beginning).map(|()| file)
}

/// Refuses what begins as a compressed file.
pub(crate) fn unpacked(path: &Path, beginning: &[u8]) -> Result<(), AppError> {
    let packing = ibbi_audit::Packing::of(beginning);
    packing.map_or(Ok(()), |packing| Err(AppError::Packed { path: path.to_owned(), packing: packing.code() }))
}

/// Refuses what is there under the name of a ledger and cannot be one; a pipe, for instance, would be waited for.
pub(crate) fn check_file(path: &Path) -> Result<(), AppError> {
    let what = match std::fs::metadata(path) {
        Ok(found) if found.is_dir() => "it is a directory",
        Ok(found) if !found.is_file() => "it is not a file that can be read again, but a pipe or a device",
        // Whether it is there, and may be read, the opening of it says.
        _ => return Ok(()),
    };
    let source = std::io::Error::other(format!("{what}; give the ledger's file"));
    Err(AppError::Io { doing: "open", path: path.to_owned(), source })
}

/// The error about a record that cannot be read again.
pub(crate) fn unread(path: &Path, error: ReadError) -> AppError {
    let path = path.to_owned();
    match error {
        ReadError::Io { source, .. } => AppError::Io { doing: "read", path, source },
        ReadError::Fault(fault) => AppError::Damaged { path, fault: Box::new(fault), count: 1 },
        other => AppError::Io { doing: "read", path, source: std::io::Error::other(other.to_string()) },
    }
}

fn read_error(path: &Path, error: ReadError, rest: &mut LedgerReader<File>) -> AppError {
    let path = path.to_owned();
    match error {
        ReadError::Io { source, .. } => AppError::Io { doing: "read", path, source },
        ReadError::Fault(fault) => {
            let more = rest.filter(|item| matches!(item, Err(ReadError::Fault(_)))).count();
            let count = 1 + u64::try_from(more).unwrap_or(u64::MAX - 1);
            AppError::Damaged { path, fault: Box::new(fault), count }
        }
        other => AppError::Usage(other.to_string()),
    }
}

/// Whether a ledger was begun under the chart that this program has.
///
/// # Errors
/// [`AppError`] if the ledger cannot be read, or its first line is bad.
pub fn has_our_chart(path: &Path) -> Result<bool, AppError> {
    Ok(open(path)?.opening().is_some_and(Opening::has_our_chart))
}

/// Every case of a ledger, in the order in which they were opened.
///
/// # Errors
/// [`AppError`] if the ledger cannot be read or a line is bad.
pub fn cases(path: &Path) -> Result<Vec<CaseEntry>, AppError> {
    let mut cases: Vec<CaseEntry> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for record in records(path)? {
        let record = record?;
        let place = *places.entry(record.case).or_insert_with(|| {
            let district = match &record.event {
                Event::CaseOpened(opened) => opened.district.clone(),
                // A case that does not begin with its opening; replaying it says so.
                _ => record.actor.clone(),
            };
            cases.push(CaseEntry { case: record.case, district, records: 0 });
            cases.len() - 1
        });
        cases[place].records += 1;
    }
    Ok(cases)
}

/// The case that is meant: the only one, or the one whose id (or its beginning) or district is given.
///
/// # Errors
/// [`AppError::NoCase`] or [`AppError::WhichCase`] with those there are.
pub fn select(path: &Path, wanted: Option<&str>) -> Result<Uuid, AppError> {
    let mut found = cases(path)?;
    if found.is_empty() {
        let message = format!("{} holds no case yet; `ibbi new` opens one", path.display());
        return Err(AppError::NoCase(message));
    }
    let all = found.clone();
    if let Some(wanted) = wanted {
        let text = wanted.to_lowercase();
        let matches = |entry: &CaseEntry| {
            (!text.is_empty() && entry.case.to_string().starts_with(&text))
                || entry.district.as_str().to_lowercase() == text
        };
        found.retain(matches);
        if found.is_empty() {
            let message = format!("{} has no case `{wanted}`; it has {}", path.display(), shown(&all));
            return Err(AppError::NoCase(message));
        }
    }
    match found.as_slice() {
        [one] => Ok(one.case),
        several => Err(AppError::WhichCase { path: path.to_owned(), count: several.len(), shown: shown(several) }),
    }
}

fn shown(cases: &[CaseEntry]) -> String {
    let mut text: Vec<_> = cases.iter().take(5).map(|entry| format!("{} ({})", entry.case, entry.district)).collect();
    if cases.len() > text.len() {
        text.push(format!("and {} more", cases.len() - text.len()));
    }
    text.join(", ")
}

/// Reads one case and replays it. Every record is offered again to the core; a refusal, or another stage than the one
/// recorded, means that the ledger is not what this program wrote.
///
/// # Errors
/// [`AppError`].
pub fn load(path: &Path, case: Uuid) -> Result<CaseLog, AppError> {
    fold(path, case, case_records(path, case)?)
}

/// The records of a case.
pub(crate) fn case_records(path: &Path, case: Uuid) -> Result<Vec<Record>, AppError> {
    let is_own = |record: &Result<Record, AppError>| record.as_ref().map_or(true, |record| record.case == case);
    records(path)?.filter(is_own).collect()
}

/// The zone of a case's district.
///
/// # Errors
/// [`AppError`].
pub fn zone(path: &Path, case: Uuid) -> Result<Zone, AppError> {
    for record in records(path)? {
        let record = record?;
        if let Event::CaseOpened(opened) = &record.event
            && record.case == case
        {
            return Ok(Zone::new(&opened.time_zone)?);
        }
    }
    Ok(Zone::default())
}

/// The zones of every case, each zone once.
///
/// # Errors
/// [`AppError`].
pub fn zones(path: &Path) -> Result<Vec<Zone>, AppError> {
    let mut zones = Vec::new();
    for record in records(path)? {
        if let Event::CaseOpened(opened) = record?.event {
            let zone = Zone::new(&opened.time_zone)?;
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
    }
    Ok(zones)
}

/// The zone of the case to which an event belongs; that of Massachusetts if there is no such event.
///
/// # Errors
/// [`AppError`].
pub fn zone_of_event(path: &Path, seq: u64) -> Result<Zone, AppError> {
    for record in records(path)? {
        let record = record?;
        if record.seq == seq {
            return zone(path, record.case);
        }
    }
    Ok(Zone::default())
}

/// Replays the records of a case.
pub(crate) fn fold(path: &Path, id: Uuid, records: Vec<Record>) -> Result<CaseLog, AppError> {
    let mut history = History::new();
    for record in &records {
        replay(&mut history, record).map_err(|reason| AppError::Illegal {
            path: path.to_owned(),
            line: record.line,
            reason,
        })?;
    }
    let zone = zone_of(&history)?;
    Ok(CaseLog { id, records, history, zone })
}

/// Offers a record to a history again.
pub(crate) fn replay(history: &mut History, record: &Record) -> Result<(), String> {
    let stage = history
        .offer(record.seq, record.at, record.event.clone())
        .map_err(|refusal: Refusal| format!("the rules do not allow this event; {refusal}"))?;
    if stage != record.to {
        let (kind, recorded) = (record.event.kind(), record.to);
        return Err(format!("after this {kind} the case is in {stage}, but {recorded} is recorded"));
    }
    Ok(())
}

/// What counts of the session that has just ended, in words: minutes, shortfall and grace, or overrun.
pub(crate) fn session_summary(event: EventKind, after: &Case) -> Option<String> {
    if !matches!(event, EventKind::SessionClosed | EventKind::SessionAdjourned) {
        return None;
    }
    let held = match after.sessions() {
        Some(sessions) => sessions.held().last(),
        None => after.trained()?.held().last(),
    }?;
    let mut text = format!("{} minutes count for part {}", held.counted, held.part);
    if held.overrun > 0 {
        text.push_str(&format!(", {} more were held beyond the slot", held.overrun));
    }
    let grace = after.file()?.program().grace();
    match after.sessions().and_then(|sessions| sessions.part(held.part)).map(Part::remaining) {
        Some(remaining) if remaining > grace => text.push_str(&format!("; {remaining} remain to be made up")),
        Some(0) => {}
        Some(remaining) => text.push_str(&format!("; {remaining} are missing, within the grace of {grace}")),
        // The training is over and its part with it: what is missing of it is what no session held.
        None => {
            let counted: u32 = after.trained()?.held().iter().map(|held| u32::from(held.counted)).sum();
            let missing = u32::from(after.file()?.program().training()).saturating_sub(counted);
            if missing > 0 {
                text.push_str(&format!("; {missing} are missing, within the grace of {grace}"));
            }
        }
    }
    Some(text)
}

/// The zone of a case's district, that of Massachusetts before the case is opened.
pub(crate) fn zone_of(history: &History) -> Result<Zone, AppError> {
    let name = history.case().file().map(CaseFile::opened).map(|opened| &opened.time_zone);
    Ok(name.map_or_else(|| Ok(Zone::default()), Zone::new)?)
}

impl CaseLog {
    /// The name of the district.
    pub fn district(&self) -> Option<&Name> {
        Some(&self.history.case().file()?.opened().district)
    }

    /// The records that a correction may void.
    pub fn voidable(&self) -> impl Iterator<Item = &Record> {
        let counts =
            self.history.entries().iter().map(|entry| entry.counts() && entry.event.kind() != EventKind::CaseOpened);
        self.records.iter().zip(counts).filter(|(_, counts)| *counts).map(|(record, _)| record)
    }
}
