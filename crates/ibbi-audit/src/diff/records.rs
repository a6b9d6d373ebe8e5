//! The report on the lines of two ledgers that differ.

use super::fields::FieldChange;
use super::input::DiffInput;
use super::line::{ComparedLine, LineKind};
use super::matching::{Difference, Matcher};
use super::names::DiffNames;
use super::sentences::{self, CaseWords};
use crate::error::AuditError;
use ibbi_common::zone::Zone;
use ibbi_core::{CaseFile, EventKind, Name};
use ibbi_log::Uuid;
use serde::Serialize;
use std::collections::HashMap;

/// The lines of two ledgers that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineDifferences {
    /// The number of lines that both have, byte for byte.
    pub identical: u64,
    /// The number of lines that differ only because of an earlier difference: in the link to the line before, and in their
    /// numbers.
    pub following: u64,
    /// The number of lines that both have, with different fields.
    pub changed: u64,
    /// The number of lines that only the first has.
    pub only_first: u64,
    /// The number of lines that only the second has.
    pub only_second: u64,
    /// The number of lines that differ in each field, in alphabetical order.
    pub fields: Vec<FieldTotal>,
    /// The first differences, in the order of the lines of the first ledger.
    pub shown: Vec<LineDifference>,
    /// Whether some lines were too far apart to be matched. They are reported as lines that only one ledger has.
    pub unmatched: bool,
}

impl LineDifferences {
    /// Returns whether no line differs.
    pub const fn is_empty(&self) -> bool {
        self.total() == 0 && self.following == 0
    }

    /// Returns the number of lines that are changed, or that only one has.
    pub const fn total(&self) -> u64 {
        self.changed + self.only_first + self.only_second
    }
}

/// The number of lines that differ in a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldTotal {
    /// The field, as in [`FieldChange::field`] but without the names of list entries.
    pub field: String,
    /// The number of lines.
    pub lines: u64,
}

/// A line that differs, or that only one ledger has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineDifference {
    /// The kind of line.
    pub kind: LineKind,
    /// The case; nothing for a line of no case.
    pub case: Option<Uuid>,
    /// The case's district.
    pub district: Option<Name>,
    /// The record's number in the case, as the first ledger that has it states it.
    pub rev: Option<u64>,
    /// The kind of event.
    pub event: Option<EventKind>,
    /// The line in each, from 1; nothing where it is missing.
    pub lines: (Option<u64>, Option<u64>),
    /// The fields that differ; none for a line that only one ledger has.
    pub changes: Vec<FieldChange>,
    /// The record in words, such as `In case Maple Hollow, record 12 (session scheduled)`.
    pub subject: String,
    /// A sentence for people.
    pub text: String,
}

/// Returns the differences that a matcher found, in sentences.
pub(super) fn report(
    matcher: Matcher,
    first: &mut DiffInput<'_>,
    second: &mut DiffInput<'_>,
    names: DiffNames,
) -> Result<LineDifferences, AuditError> {
    let Matcher { counts, fields, differences, gave_up, .. } = matcher;
    let mut known: HashMap<Uuid, CaseWords> = HashMap::new();
    let mut shown = Vec::with_capacity(differences.len());
    for difference in differences.into_values() {
        let line = difference.first.as_ref().or(difference.second.as_ref());
        let case = line.and_then(|line| line.case);
        let words = match case {
            None => CaseWords { district: None, zone: Zone::UTC, names },
            Some(case) => match known.get(&case) {
                Some(words) => words.clone(),
                None => {
                    let words = case_words(case, first, second, names)?;
                    known.insert(case, words.clone());
                    words
                }
            },
        };
        shown.extend(line_difference(difference, words));
    }
    Ok(LineDifferences {
        identical: counts.identical,
        following: counts.linked,
        changed: counts.changed,
        only_first: counts.only.0,
        only_second: counts.only.1,
        fields: fields.into_iter().map(|(field, lines)| FieldTotal { field, lines }).collect(),
        shown,
        unmatched: gave_up,
    })
}

/// Returns a case's district and zone, from the first ledger that has them.
fn case_words(
    case: Uuid,
    first: &mut DiffInput<'_>,
    second: &mut DiffInput<'_>,
    names: DiffNames,
) -> Result<CaseWords, AuditError> {
    let district = first.district(case).or_else(|| second.district(case));
    let state = match first.state(case)? {
        Some(state) => Some(state),
        None => second.state(case)?,
    };
    let opened = state.as_ref().and_then(|state| state.file()).map(CaseFile::opened);
    let zone = Zone::or_utc(opened.map(|opened| &opened.time_zone));
    Ok(CaseWords { district, zone, names })
}

fn line_difference(difference: Difference, words: CaseWords) -> Option<LineDifference> {
    let Difference { first, second, mut changes } = difference;
    changes.iter_mut().for_each(|change| sentences::describe(change, words.zone, words.names));
    let line = first.as_ref().or(second.as_ref())?;
    let subject = sentences::subject(line, &words);
    let text = match (&first, &second) {
        (Some(line), None) => format!("{subject} {}.", sentences::only(line, words.names.first(), words.zone)),
        (None, Some(line)) => format!("{subject} {}.", sentences::only(line, words.names.second(), words.zone)),
        _ => {
            let changes: Vec<_> = changes.iter().map(|change| change.text.as_str()).collect();
            format!("{subject}: {}.", changes.join(". Also, "))
        }
    };
    let number = |line: &Option<ComparedLine>| line.as_ref().map(|line| line.number);
    Some(LineDifference {
        kind: line.kind,
        case: line.case,
        district: words.district,
        rev: line.case.and_then(|_| line.whole("rev")),
        event: line.text("type").and_then(EventKind::from_code),
        lines: (number(&first), number(&second)),
        changes,
        subject,
        text,
    })
}
