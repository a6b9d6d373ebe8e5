//! Counting findings: how many of each code, and the first few.

use crate::finding::{Finding, FindingKind, Severity};
use crate::options::Filter;
use crate::report::{CodeCount, Kept};
use std::collections::HashMap;

/// The findings so far.
pub(crate) struct Tally {
    counts: Vec<CodeCount>,
    /// Where the kept findings are that consequences may be counted under: by line.
    causes: HashMap<u64, Vec<(usize, usize)>>,
    kept: usize,
}

impl Tally {
    pub(crate) fn new(kept: usize) -> Self {
        let count = |kind: &FindingKind| CodeCount {
            code: *kind,
            severity: kind.severity(),
            statement: kind.statement(),
            count: 0,
            first: Vec::new(),
        };
        Self { counts: FindingKind::ALL.iter().map(count).collect(), causes: HashMap::new(), kept }
    }

    /// Counts a finding; `shown` if the filter lets it pass.
    pub(crate) fn add(&mut self, finding: &Finding, shown: bool) {
        if let Some(places) = finding.cause().and_then(|cause| self.causes.get(&cause)) {
            for (code, index) in places {
                self.counts[*code].first[*index].consequences += 1;
            }
        }
        let code = finding.kind as usize;
        let row = &mut self.counts[code];
        row.count += 1;
        if shown && row.first.len() < self.kept {
            if can_be_cause(finding.kind) {
                self.causes.entry(finding.line).or_default().push((code, row.first.len()));
            }
            row.first.push(Kept { finding: finding.clone(), consequences: 0 });
        }
    }

    pub(crate) fn total(&self, severity: Severity) -> u64 {
        self.counts.iter().filter(|row| row.severity == severity).map(|row| row.count).sum()
    }

    /// The codes that were found.
    pub(crate) fn finish(self) -> Vec<CodeCount> {
        self.counts.into_iter().filter(|row| row.count > 0).collect()
    }
}

/// Whether consequences are put down to findings of this kind.
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

impl Filter {
    /// Whether a finding is shown. One that is about no line, or about one that bears no time, is not held back by `since`.
    pub(crate) fn shows(&self, finding: &Finding) -> bool {
        let case = finding.case.is_none_or(|case| self.cases.is_empty() || self.cases.contains(&case));
        let since = self.since.is_none_or(|since| finding.logged.is_none_or(|logged| logged >= since));
        case && since && (self.codes.is_empty() || self.codes.contains(&finding.kind))
    }
}
