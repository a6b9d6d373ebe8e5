//! What was known about a case at the end of each day on which a record of it was written down.

use super::{CaseQuery, CaseReport, CaseUntil, case_reports};
use crate::error::AuditError;
use crate::input::LedgerSource;
use ibbi_common::zone::Zone;
use ibbi_core::{At, Date, Outcome, Stage};
use serde::Serialize;

/// What was known at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownDay {
    /// The day, in the district's time zone.
    pub day: Date,
    /// The numbers of the records that were written down on it.
    pub written: Vec<u64>,
    /// The numbers of those of them whose event happened on an earlier day.
    pub late: Vec<u64>,
    /// The stage of the case, from what was written down by then.
    pub stage: Stage,
    /// The outcome, if the case was closed.
    pub outcome: Option<Outcome>,
}

/// Returns what was known about a case at the end of each day on which a record of it was written down. `report` is the report on
/// the case, from the same source.
///
/// ```
/// use ibbi_audit::{CaseQuery, LedgerSource, case_report, known_by_day};
/// let ledger = std::fs::read("../../tests/golden/v1/referred.ledger")?;
/// let case = "01910000-0000-7000-8000-000600000001".parse()?;
/// let report = case_report(LedgerSource::bytes(&ledger), &CaseQuery::new(case))?.expect("the ledger has the case");
/// let days = known_by_day(LedgerSource::bytes(&ledger), &report)?;
/// assert_eq!(days.iter().map(|day| day.written.len()).sum::<usize>(), report.records.len());
/// assert_eq!(days.last().map(|day| day.stage), Some(report.stage));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an [`AuditError`] if the source can't be read.
pub fn known_by_day(source: LedgerSource<'_>, report: &CaseReport) -> Result<Vec<KnownDay>, AuditError> {
    let zone = Zone::or_utc(report.time_zone.as_ref());
    let mut days: Vec<(Date, At)> = Vec::new();
    for record in &report.records {
        let day = zone.date(record.logged);
        match days.iter_mut().find(|(known, _)| *known == day) {
            Some((_, last)) => *last = (*last).max(record.logged),
            None => days.push((day, record.logged)),
        }
    }
    days.sort_unstable();
    let query = |(_, last): &(Date, At)| CaseQuery { until: CaseUntil::Logged(*last), ..CaseQuery::new(report.case) };
    let reports = case_reports(source, &days.iter().map(query).collect::<Vec<_>>())?;
    let known = days.iter().zip(reports).filter_map(|((day, _), then)| {
        let then = then?;
        let written = report.records.iter().filter(|record| zone.date(record.logged) == *day);
        let late = written.clone().filter(|record| zone.date(record.at) < *day);
        Some(KnownDay {
            day: *day,
            written: written.map(|record| record.seq).collect(),
            late: late.map(|record| record.seq).collect(),
            stage: then.stage,
            outcome: then.outcome,
        })
    });
    Ok(known.collect())
}
