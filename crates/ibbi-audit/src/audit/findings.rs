//! The findings of an audit: each is counted, and passed on if the filter shows it.

use super::FindingSink;
use crate::finding::{Finding, FindingDetail, FindingKind, Severity};
use crate::options::{AuditFilter, AuditOptions};
use crate::report::{AdvisoryCount, AuditedCaseSummary, CodeCount, KeptFinding};
use core::ops::RangeInclusive;
use ibbi_seal::break_lines;
use std::collections::HashMap;

/// The findings of an audit.
pub(super) struct Findings<'a> {
    sink: &'a mut dyn FindingSink,
    counts: FindingCounts,
    filter: &'a AuditFilter,
    /// The lines of the first fault that shows a changed line.
    first_break: Option<RangeInclusive<u64>>,
}

impl<'a> Findings<'a> {
    pub(super) fn new(sink: &'a mut dyn FindingSink, options: &'a AuditOptions) -> Self {
        Self { sink, counts: FindingCounts::new(options.kept), filter: &options.filter, first_break: None }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        if let (None, FindingDetail::Fault(fault)) = (&self.first_break, &finding.detail) {
            self.first_break = break_lines(fault.code(), finding.line);
        }
        let shown = shows(self.filter, &finding);
        self.counts.add(&finding, shown);
        if shown {
            self.sink.finding(finding);
        }
    }

    /// Passes a case on.
    pub(super) fn case(&mut self, case: AuditedCaseSummary) {
        self.sink.case(case);
    }

    /// Returns the lines of the first fault that shows a changed line.
    pub(super) fn first_break(&self) -> Option<RangeInclusive<u64>> {
        self.first_break.clone()
    }

    /// Returns whether there is a finding of this kind.
    pub(super) fn has(&self, kind: FindingKind) -> bool {
        self.counts.rows.iter().any(|row| row.code == kind && row.count > 0)
    }

    /// Returns how many findings have this severity.
    pub(super) fn total(&self, severity: Severity) -> u64 {
        self.counts.rows.iter().filter(|row| row.severity == severity).map(|row| row.count).sum()
    }

    /// Returns whether no finding means that the ledger is not sound.
    pub(super) fn is_sound(&self) -> bool {
        !self.counts.rows.iter().any(|row| row.count > 0 && row.code.breaks_soundness())
    }

    /// Returns the number of advisories of each code.
    pub(super) fn advisories(&self) -> Vec<AdvisoryCount> {
        self.counts.advisories.clone()
    }

    /// Returns the codes that were found.
    pub(super) fn finish(self) -> Vec<CodeCount> {
        self.counts.rows.into_iter().filter(|row| row.count > 0).collect()
    }
}

/// The number of findings of each code, with the first few of each.
struct FindingCounts {
    rows: Vec<CodeCount>,
    advisories: Vec<AdvisoryCount>,
    /// By line, the kept findings that can be the cause of consequences.
    causes: HashMap<u64, Vec<(usize, usize)>>,
    kept: usize,
}

impl FindingCounts {
    fn new(kept: usize) -> Self {
        let row = |kind: &FindingKind| CodeCount {
            code: *kind,
            severity: kind.severity(),
            statement: kind.statement(),
            count: 0,
            first: Vec::new(),
        };
        Self { rows: FindingKind::ALL.iter().map(row).collect(), advisories: Vec::new(), causes: HashMap::new(), kept }
    }

    /// Counts a finding; `shown` says whether the filter shows it.
    fn add(&mut self, finding: &Finding, shown: bool) {
        if let Some(causes) = finding.cause().and_then(|cause| self.causes.get(&cause)) {
            for (code, index) in causes {
                self.rows[*code].first[*index].consequences += 1;
            }
        }
        if let Some(code) = finding.warning().filter(|_| finding.kind == FindingKind::EventAdvisory) {
            match self.advisories.iter_mut().find(|known| known.code == code) {
                Some(known) => known.count += 1,
                None => self.advisories.push(AdvisoryCount { code, count: 1 }),
            }
        }
        let code = finding.kind as usize;
        let row = &mut self.rows[code];
        row.count += 1;
        // Each advisory has its own code, so the first few of each are kept.
        let same = row.first.iter().filter(|kept| kept.finding.warning() == finding.warning()).count();
        if shown && same < self.kept {
            if can_be_cause(finding.kind) {
                self.causes.entry(finding.line).or_default().push((code, row.first.len()));
            }
            row.first.push(KeptFinding { finding: finding.clone(), consequences: 0 });
        }
    }
}

/// Returns whether findings of this kind can have consequences.
const fn can_be_cause(kind: FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::EventIllegal
            | FindingKind::EventStage
            | FindingKind::ChainRev
            | FindingKind::CaseNoOpening
            | FindingKind::LineMalformed
    )
}

/// Returns whether a filter shows a finding. `since` always shows a finding that has no line, or a line without a time.
fn shows(filter: &AuditFilter, finding: &Finding) -> bool {
    let case = finding.case.is_none_or(|case| filter.cases.is_empty() || filter.cases.contains(&case));
    let since = filter.since.is_none_or(|since| finding.logged.is_none_or(|logged| logged >= since));
    case && since && (filter.codes.is_empty() || filter.codes.contains(&finding.kind))
}
