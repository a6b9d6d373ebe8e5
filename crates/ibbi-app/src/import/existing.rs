//! Cases that are in the ledger already: finding the case of a row, and comparing the two.

use super::columns::Column;
use super::report::Problem;
use super::row::PastCase;
use crate::describe::describe;
use crate::error::AppError;
use crate::service::{CaseService, EventTime, Ids, Offer};
use crate::zone::Zone;
use ibbi_core::{Date, Event};
use ibbi_store::{EventStore, Record};
use std::collections::{HashMap, HashSet};
use std::fmt;
use uuid::Uuid;

/// Returns the ID of the case that a row describes. It follows from the district and the reference or, without a reference,
/// the day on which the case was opened.
pub(super) fn case_id(past: &PastCase) -> Uuid {
    let PastCase { district, reference, opened, .. } = past;
    let which = reference.as_ref().map_or_else(|| format!("opened {opened}"), |it| format!("reference {it}"));
    Ids::derived(&format!("import case {} {which}", district_key(district.as_str())))
}

/// Returns a district's name without differences in case and spaces.
pub(super) fn district_key(district: &str) -> String {
    district.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// The time that a case covers.
#[derive(Debug, Clone)]
pub(super) struct CaseSpan {
    /// The row or the case, for a message.
    pub(super) of: String,
    pub(super) opened: Date,
    pub(super) last: Date,
}

impl CaseSpan {
    pub(super) fn overlaps(&self, opened: Date, last: Date) -> bool {
        self.opened <= last && opened <= self.last
    }
}

impl fmt::Display for CaseSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} to {})", self.of, self.opened.readable(), self.last.readable())
    }
}

/// Returns the times that cases of a store cover.
pub(super) fn spans_of<S: EventStore>(service: &mut CaseService<S>, cases: &[Uuid]) -> Result<Vec<CaseSpan>, AppError> {
    let mut spans = Vec::with_capacity(cases.len());
    for case in cases {
        let log = service.case(*case)?;
        let in_effect = log.recorded.records().in_effect();
        if let (Some(first), Some(last)) = (in_effect.first(), in_effect.last()) {
            let [opened, last] = [first.at, last.at].map(|at| log.zone.date(at));
            spans.push(CaseSpan { of: format!("case {case} of the ledger"), opened, last });
        }
    }
    Ok(spans)
}

/// Returns the records of cases, which a store has among others. The store is read once for all of them.
pub(super) fn records_of<S: EventStore>(
    service: &CaseService<S>,
    cases: &HashSet<Uuid>,
) -> Result<HashMap<Uuid, Vec<Record>>, AppError> {
    let mut records: HashMap<Uuid, Vec<Record>> = HashMap::new();
    if !cases.is_empty() {
        let all = service.store().records(0, usize::MAX).map_err(|error| service.unreadable(error))?;
        for record in all.into_iter().filter(|record| cases.contains(&record.case)) {
            records.entry(record.case).or_default().push(record);
        }
    }
    Ok(records)
}

/// Returns the first difference between a row and the case that was imported from it, or `None` if there is none.
///
/// What was recorded or corrected after the import makes no difference. Neither does the note of the import.
pub(super) fn difference(
    records: &[Record],
    zone: Zone,
    offers: &[Offer],
    sources: &[(Column, String)],
) -> Option<Problem> {
    const CORRECT: &str = "Correct the case with `ibbi amend` or `ibbi record`; the import doesn't change it";
    for (offer, (column, value)) in offers.iter().zip(sources).filter(|(_, (column, _))| *column != Column::District) {
        let record = records.iter().find(|record| Some(record.id) == offer.id);
        let message = match record {
            Some(record) if is_same(offer, record, zone) => continue,
            Some(record) => {
                let (seq, day) = (record.seq, zone.date(record.at).readable());
                let recorded = describe(&record.event);
                format!("the ledger has this case, but number {seq} in it is {day}: {recorded}. {CORRECT}")
            }
            None => {
                format!("the ledger has this case without \u{201c}{}\u{201d}. {CORRECT}", offer.event.kind().label())
            }
        };
        return Some(Problem::of_cell(*column, value.clone(), message));
    }
    let imported = records.first().and_then(|first| first.details.act).map_or(1, |act| usize::from(act.count));
    (imported > offers.len()).then(|| {
        let message = format!("the ledger has this case with milestones that the row doesn't have. {CORRECT}");
        Problem::of_row(message)
    })
}

/// Returns whether a record is what an offer says.
fn is_same(offer: &Offer, record: &Record, zone: Zone) -> bool {
    let same_time = match offer.at {
        Some(EventTime::At(at)) => at == record.at,
        Some(EventTime::Picked(at)) => zone.date(at) == zone.date(record.at),
        Some(EventTime::On(day)) => day == zone.date(record.at),
        None => true,
    };
    // The text of a note can be stored elsewhere, or be forgotten.
    let is_forgotten = |event: &Event| event.note_text().is_some_and(|text| text.text().is_none());
    same_time && (offer.event == record.event || is_forgotten(&record.event))
}
