//! Findings: the number of each code, and the first few.

use crate::format;
use crate::phrase::Phrase;
use crate::table::{Cell, Column, Table};
use ibbi_audit::{AuditReport, CodeCount, Finding, FindingDetail, KeptFinding, Severity};
use uuid::Uuid;

/// Returns the codes that were found. The most severe are first.
pub(crate) fn codes(report: &AuditReport) -> Vec<&CodeCount> {
    let of = |severity: &'static Severity| report.findings.iter().filter(move |row| row.severity == *severity);
    Severity::ALL.iter().flat_map(of).collect()
}

/// Returns a finding's place: `line 12, byte 3,456`.
pub(crate) fn place(finding: &Finding) -> String {
    format!("line {}, byte {}", format::number(finding.line), format::number(finding.byte))
}

/// Returns how many later events count as consequences of a finding.
pub(crate) fn consequences(kept: &KeptFinding) -> Option<String> {
    match kept.consequences {
        0 => None,
        1 => Some("1 later event is counted under it".to_owned()),
        several => Some(format!("{} later events are counted under it", format::number(several))),
    }
}

/// Returns how many findings of a code are not listed.
pub(crate) fn more(row: &CodeCount) -> Option<String> {
    let shown = row.first.len() as u64;
    match row.count.saturating_sub(shown) {
        0 => None,
        _ if shown == 0 => Some(format!("{}, none listed here", format::times(row.count))),
        _ => Some(format!("the first {} of {} are listed", format::number(shown), format::number(row.count))),
    }
}

/// Returns the first findings of a code. `id_of` returns the page's id of a case, if the case has one.
pub(crate) fn finding_table(row: &CodeCount, id_of: impl Fn(&Uuid) -> Option<String>) -> Table {
    let columns = [Column::text("place"), Column::text("finding")];
    let mut table = Table::new(format!("Findings: {}", row.code), columns);
    for kept in &row.first {
        let finding = &kept.finding;
        let case = finding.case.map(|case| {
            let code = Cell::Code(case.to_string());
            match id_of(&case) {
                Some(id) => Cell::Link(Box::new(code), id),
                None => code,
            }
        });
        let mut what = finding_sentence(finding);
        if let Some(later) = consequences(kept) {
            what = format!("{}; {later}", what.trim_end_matches('.'));
        }
        let place = [Some(place(finding).into()), case].into_iter().flatten().collect();
        table.row([Cell::Stack(place), Cell::Name(what)]);
    }
    table
}

/// Returns a finding for a page, in a sentence. An advisory comes without its code, which is beside it.
///
/// ```
/// use ibbi_audit::{Audit, AuditOptions, LedgerSource};
/// # fn main() -> Result<(), ibbi_audit::AuditError> {
/// let report = Audit::new(AuditOptions::default()).run(LedgerSource::bytes(b""), &mut |_| {})?;
/// let sentence = ibbi_report::finding_sentence(&report.findings[0].first[0].finding);
/// assert!(sentence.ends_with('.') && !sentence.ends_with(".."), "{sentence}");
/// # Ok(()) }
/// ```
pub fn finding_sentence(finding: &Finding) -> String {
    match &finding.detail {
        FindingDetail::Advisory(advisory) => {
            format!("{}. {}", format::sentence(&advisory.found.to_string()), advisory.warning.label())
        }
        _ => format!("{}.", format::sentence(&finding.text())),
    }
}

impl Phrase {
    /// Creates a phrase with a finding, its place, and its case.
    pub(crate) fn finding(finding: &Finding) -> Self {
        let phrase = Self::new(place(finding));
        let phrase = match finding.case {
            Some(case) => phrase.words(", case ").code(case),
            None => phrase,
        };
        phrase.words(": ").name(finding.text())
    }

    /// Creates a phrase with a finding and its place, without its case.
    pub(crate) fn about(finding: &Finding) -> Self {
        Self::new(place(finding)).words(": ").name(finding.text())
    }
}
