//! An import: every row is checked on its own, and then the new cases are recorded, each as one act.

use super::columns::Column;
use super::existing::{CaseSpan, case_id, difference, district_key, records_of, spans_of};
use super::report::{ImportReport, ImportedCase, Problem, RowStatus};
use super::row::{self, PastCase};
use super::table::{Row, Table};
use super::timeline::arrange;
use crate::error::AppError;
use crate::imported_records::record_id;
use crate::service::{CaseService, Ids, Offer};
use crate::zone::Zone;
use ibbi_core::{At, EventKind, Name};
use ibbi_store::{EventStore, MemoryStore, Record};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A spreadsheet whose rows were checked. Nothing is recorded yet.
#[derive(Debug)]
pub struct CheckedImport {
    rows: Vec<CheckedRow>,
}

/// A row with what it makes.
#[derive(Debug)]
pub(super) struct CheckedRow {
    pub(super) result: ImportedCase,
    /// The events, as one act.
    pub(super) offers: Vec<Offer>,
    /// The column from which each event follows, and the text of its cell.
    pub(super) sources: Vec<(Column, String)>,
    /// The time zone of the district.
    zone: Zone,
}

impl CheckedImport {
    /// Checks every row of a table, each on its own, at this time.
    ///
    /// The core decides about each case, in a store in memory.
    ///
    /// # Errors
    /// [`AppError`] if the store in memory fails.
    pub fn new(table: &Table, actor: &Name, now: At) -> Result<Self, AppError> {
        let mut scratch = CaseService::new(MemoryStore::with_clock(move || Ok(now)), Ids::random());
        let mut rows = Vec::with_capacity(table.rows.len());
        let mut seen = Seen::default();
        for row in &table.rows {
            let mut checked = CheckedRow::read(table, row, actor, now);
            seen.check_case(&mut checked);
            if checked.is_usable() {
                checked.judge(&mut scratch)?;
            }
            if checked.is_usable() {
                seen.check_time(&mut checked);
            }
            rows.push(checked);
        }
        Ok(Self { rows })
    }

    /// Returns whether a row can be imported.
    pub fn has_cases(&self) -> bool {
        self.rows.iter().any(CheckedRow::is_usable)
    }

    /// Returns the result of the check, if nothing is to be recorded.
    pub fn report(self) -> ImportReport {
        ImportReport { cases: self.rows.into_iter().map(|row| row.result).collect() }
    }

    /// Records the cases that the store doesn't have. With `dry_run`, finds out what would be recorded.
    ///
    /// Each case is recorded whole or not at all. Its IDs follow from the row, so a second import of the same file records
    /// nothing.
    ///
    /// # Errors
    /// [`AppError`] if the store can't be read or written. The cases before that are recorded; import the file again.
    pub fn record<S: EventStore>(
        mut self,
        service: &mut CaseService<S>,
        dry_run: bool,
    ) -> Result<ImportReport, AppError> {
        let mut districts: HashMap<String, Vec<Uuid>> = HashMap::new();
        let page = service.store().cases(&Default::default()).map_err(|error| service.unreadable(error))?;
        for summary in page.cases {
            districts.entry(district_key(summary.district.as_str())).or_default().push(summary.case);
        }
        let stored: HashSet<Uuid> = districts.values().flatten().copied().collect();
        let cases = self.rows.iter().filter_map(|row| row.result.case);
        let existing = records_of(service, &cases.filter(|case| stored.contains(case)).collect())?;
        for row in self.rows.iter_mut().filter(|row| row.is_usable()) {
            let Some(case) = row.result.case else { continue };
            if let Some(records) = existing.get(&case) {
                row.compare(records);
                continue;
            }
            let known = districts.get(&district_key(&row.result.district)).map(Vec::as_slice).unwrap_or_default();
            let spans = spans_of(service, known)?;
            row.check_overlap(&spans);
            if dry_run || !row.is_usable() {
                continue;
            }
            let recorded = service.record_act(&row.offers)?;
            row.result.status = RowStatus::Imported;
            row.result.seq = recorded.first().and_then(|first| first.seq);
            service.forget(case);
        }
        Ok(self.report())
    }
}

impl CheckedRow {
    /// Reads a row, and makes its offers.
    fn read(table: &Table, row: &Row, actor: &Name, now: At) -> Self {
        let text = |column| table.cell(row, column).map(str::to_owned);
        let mut result = ImportedCase {
            row: row.number,
            district: text(Column::District).unwrap_or_default(),
            reference: text(Column::Reference),
            case: None,
            status: RowStatus::Ready,
            opened: None,
            last: None,
            stage: None,
            outcome: None,
            expected_end: None,
            events: 0,
            placeholders: 0,
            seq: None,
            problems: Vec::new(),
            notes: Vec::new(),
        };
        let (mut offers, mut sources, mut district_zone) = (Vec::new(), Vec::new(), Zone::default());
        match row::read(table, row, now) {
            Ok(past) => {
                let case = case_id(&past);
                let PastCase { zone, opened, steps, placeholders, ending, .. } = past;
                district_zone = zone;
                let mut counts: HashMap<(Column, EventKind), usize> = HashMap::new();
                for (step, time) in arrange(steps, zone, now) {
                    let number = counts.entry((step.column, step.event.kind())).or_default();
                    *number += 1;
                    let id = record_id(case, step.column.name(), step.event.kind(), *number);
                    let (case_of_event, new_case) =
                        if offers.is_empty() { (None, Some(case)) } else { (Some(case), None) };
                    offers.push(Offer {
                        case: case_of_event,
                        new_case,
                        at: Some(time),
                        id: Some(id),
                        ..Offer::new(step.event, actor.clone())
                    });
                    result.last = Some(step.time.day(zone));
                    sources.push((step.column, text(step.column).unwrap_or_default()));
                }
                (result.case, result.opened, result.events) = (Some(case), Some(opened), offers.len());
                result.placeholders = placeholders;
                (result.outcome, result.expected_end) = ending;
            }
            Err(problems) => problems.into_iter().for_each(|problem| result.refuse(problem)),
        }
        Self { result, offers, sources, zone: district_zone }
    }

    fn is_usable(&self) -> bool {
        self.result.status == RowStatus::Ready
    }

    /// Asks the rules about the case, and checks that it ends as the row says.
    fn judge(&mut self, scratch: &mut CaseService<MemoryStore>) -> Result<(), AppError> {
        if let Some(first) = self.offers.first().filter(|first| first.event.kind() != EventKind::CaseOpened) {
            let (column, value) = self.sources[0].clone();
            let message = format!(
                "\u{201c}{}\u{201d} was before the case was opened; correct this day, or the one in `opened`",
                first.event.kind().label()
            );
            self.result.refuse(Problem::of_cell(column, value, message));
            return Ok(());
        }
        let error = match scratch.record_act(&self.offers) {
            Ok(_) => return self.judge_outcome(scratch),
            Err(error) => error,
        };
        let (index, error) = match error {
            AppError::InAct { index, error, .. } => (index, *error),
            other => (0, other),
        };
        let problem = match self.sources.get(index) {
            Some((column, value)) => Problem::of_milestone(*column, value.clone(), &error),
            None => Problem::of_row(error.to_string()),
        };
        self.result.refuse(problem);
        Ok(())
    }

    fn judge_outcome(&mut self, scratch: &mut CaseService<MemoryStore>) -> Result<(), AppError> {
        let Some(case) = self.result.case else { return Ok(()) };
        let facts = scratch.case(case)?.recorded.facts();
        let (stage, outcome) = (facts.stage(), facts.outcome());
        scratch.forget(case);
        let expected = std::mem::replace(&mut self.result.outcome, outcome);
        self.result.stage = Some(stage);
        let found = outcome.map_or_else(|| format!("in {}", stage.label()), |outcome| outcome.label().to_owned());
        if let Some(expected) = expected.filter(|expected| Some(*expected) != outcome) {
            let message = format!(
                "by its days, the case is {found}; correct the outcome, or fill in the milestones that lead to \u{201c}{}\u{201d}",
                expected.label()
            );
            self.result.refuse(Problem::of_cell(Column::Outcome, expected.code().to_owned(), message));
            return Ok(());
        }
        if let (Some(ended), Some(last)) = (self.result.expected_end, self.result.last)
            && ended != last
        {
            let message = format!(
                "the last milestone of the row was on {}, which ended the case; leave this cell empty",
                last.readable()
            );
            self.result.refuse(Problem::of_cell(Column::Ended, ended.to_string(), message));
        }
        Ok(())
    }

    /// Compares the row with the case in the store.
    fn compare(&mut self, records: &[Record]) {
        match difference(records, self.zone, &self.offers, &self.sources) {
            None => {
                self.result.status = RowStatus::Existing;
                self.result.seq = records.first().map(|first| first.seq);
            }
            Some(problem) => self.result.refuse(problem),
        }
    }

    /// Checks that no other case of the district covers the same time. A reference says that it is another case.
    fn check_overlap(&mut self, spans: &[CaseSpan]) {
        let (Some(opened), Some(last)) = (self.result.opened, self.result.last) else { return };
        let Some(other) = spans.iter().find(|span| span.overlaps(opened, last)) else { return };
        if self.result.reference.is_some() {
            self.result.notes.push(format!("{other} covers some of the same time"));
        } else {
            let message = format!(
                "{other} covers some of the same time. If this is another case, give the row a `reference`. If it is the \
                 same one, correct the recorded case with `ibbi amend`"
            );
            self.result.refuse(Problem::of_row(message));
        }
    }
}

/// The cases of the rows so far.
#[derive(Debug, Default)]
struct Seen {
    rows: HashMap<Uuid, u64>,
    spans: HashMap<String, Vec<CaseSpan>>,
}

impl Seen {
    /// Checks that a row isn't the same case as an earlier row.
    fn check_case(&mut self, row: &mut CheckedRow) {
        let Some(case) = row.result.case else { return };
        if let Some(earlier) = self.rows.insert(case, row.result.row) {
            let message = format!("row {earlier} is the same case; keep one row, or give each row its own `reference`");
            row.result.refuse(Problem::of_row(message));
        }
    }

    /// Checks that no earlier row of the district covers the same time.
    fn check_time(&mut self, row: &mut CheckedRow) {
        let (Some(opened), Some(last)) = (row.result.opened, row.result.last) else { return };
        let spans = self.spans.entry(district_key(&row.result.district)).or_default();
        row.check_overlap(spans);
        spans.push(CaseSpan { of: format!("row {}", row.result.row), opened, last });
    }
}
