//! The cases of a ledger as of an instant, and as they were known at an instant.

use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::ledger::{self, LedgerService};
use ibbi_common::typed::{self, Year};
use ibbi_common::zone::Zone;
use ibbi_core::{At, History};
use ibbi_store::EventStore as _;
use std::borrow::Cow;
use std::path::Path;
use uuid::Uuid;

/// As of when cases are looked at, and as they were known when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AsKnown {
    /// Only events that happened by this instant count. Default: `logged`, or else now, or the last event if that is later.
    pub as_of: Option<At>,
    /// Only what was on record at this instant counts, without later corrections. Default: everything.
    pub logged: Option<At>,
}

impl AsKnown {
    /// Reads both times as people type them. A day means its end. Times are those of Massachusetts.
    ///
    /// ```
    /// use ibbi_app::goals::AsKnown;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let now = "2027-02-01T15:00:00.000Z".parse()?;
    /// let known = AsKnown::read(Some("2027-01-31"), None, now)?;
    /// assert_eq!(known.as_of, Some("2027-02-01T04:59:59.999Z".parse()?));
    /// assert_eq!(known.logged, None);
    /// let last = AsKnown::read(Some("9999-12-31"), None, now)?;
    /// assert_eq!(last.as_of, Some(ibbi_core::At::MAX));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`AppError`] if a text is neither a day nor a time.
    pub fn read(as_of: Option<&str>, logged: Option<&str>, now: At) -> Result<Self, AppError> {
        let wrong = |text: &str| {
            let message = format!(
                "`{}` is not a time; write a day such as 9/1/2026 or 2026-09-01, or a time such as 2026-09-01 16:00",
                ibbi_common::spelling::echo(text)
            );
            AppError::Usage(message)
        };
        let read = |text: Option<&str>| text.map(|text| end_of(text, now).map_err(|_| wrong(text))).transpose();
        Ok(Self { as_of: read(as_of)?, logged: read(logged)? })
    }

    /// Returns as of when cases are looked at, if nothing happened after now.
    pub fn instant(self, now: At) -> At {
        self.as_of.or(self.logged).unwrap_or(now)
    }
}

/// Reads a time, or a day, which means its end, in Massachusetts time.
fn end_of(text: &str, now: At) -> Result<At, AppError> {
    let zone = Zone::default();
    let day = typed::date(text, Year::Typed);
    match day.and_then(|day| zone.day(day)) {
        Some((_, next)) => Ok(At::from_millis(next.millis() - 1).unwrap_or(next)),
        // In Massachusetts, the last day ends after the last time that a ledger can have.
        None if day == Some(At::MAX.utc_date()) => Ok(At::MAX),
        None => Ok(zone.read(text, now)?),
    }
}

/// All cases of a ledger.
pub(crate) struct KnownCases {
    service: LedgerService,
    logs: Vec<CaseLog>,
    as_of: At,
    logged: Option<At>,
}

impl KnownCases {
    /// Reads a ledger once, without its lock.
    pub(crate) fn read(path: &Path, known: AsKnown, now: At) -> Result<Self, AppError> {
        let service = ledger::read_cases(path, ledger::Collect::Everything)?;
        let mut logs = Vec::new();
        for case in ledger::all_cases(&service)? {
            let records = service.store().case(case.case).map_err(|error| service.unreadable(error))?;
            logs.push(CaseLog::replay(case.case, records)?);
        }
        let last = || logs.iter().flat_map(|log| &log.records).map(|record| record.at).max();
        let as_of = known.as_of.or(known.logged).unwrap_or_else(|| last().map_or(now, |last| last.max(now)));
        Ok(Self { service, logs, as_of, logged: known.logged })
    }

    pub(crate) const fn as_of(&self) -> At {
        self.as_of
    }

    pub(crate) const fn logged(&self) -> Option<At> {
        self.logged
    }

    pub(crate) const fn service(&self) -> &LedgerService {
        &self.service
    }

    pub(crate) fn logs(&self) -> &[CaseLog] {
        &self.logs
    }

    pub(crate) fn log(&self, case: Uuid) -> Option<&CaseLog> {
        self.logs.iter().find(|log| log.id == case)
    }

    /// Returns each case that was known; `None` for one whose rules don't allow an event.
    pub(crate) fn histories(&self) -> impl Iterator<Item = Option<(Uuid, Cow<'_, History>)>> {
        self.logs.iter().filter_map(|log| Some(known_history(log, self.logged).transpose()?.ok()))
    }
}

/// Why a case has no history.
pub(crate) struct NotAllowed;

/// Returns a case as it was known at an instant; nothing if it was not known then.
pub(crate) fn known_history(log: &CaseLog, logged: Option<At>) -> Result<Option<(Uuid, Cow<'_, History>)>, NotAllowed> {
    let history = log.history().map_err(|_| NotAllowed)?;
    let Some(logged) = logged else { return Ok(Some((log.id, Cow::Borrowed(history)))) };
    let by_then = log.records.partition_point(|record| record.logged <= logged);
    let last = log.records.get(by_then.wrapping_sub(1));
    Ok(match last {
        None => None,
        Some(_) if by_then == log.records.len() => Some((log.id, Cow::Borrowed(history))),
        Some(last) => Some((log.id, Cow::Owned(history.known_at(last.seq)))),
    })
}
