//! The statistics of many cases, compared with the same statistics computed from the report on each case.

use crate::support::walk::{case_id, ledger, walk};
use crate::support::{audit_with, golden};
use ibbi_audit::{AuditOptions, CaseQuery, CaseReport, LedgerSource, TimeSpread, WaitingFor, case_report};
use ibbi_core::{EventKind, Outcome, Stage};
use std::collections::BTreeMap;

/// Returns a spread by nearest rank.
fn by_rank(mut values: Vec<u64>) -> Option<TimeSpread> {
    values.sort_unstable();
    let count = values.len();
    let at = |percent: usize| values.get((count * percent).div_ceil(100).max(1) - 1).copied();
    Some(TimeSpread {
        count: u64::try_from(count).unwrap(),
        least: at(0)?,
        median: at(50)?,
        p80: at(80)?,
        p90: at(90)?,
        most: at(100)?,
        sum: 0,
    })
}

/// Returns a spread without its sum. The audit adds seconds, so its sum can be some minutes larger.
fn summed(spread: TimeSpread, slack: u64, minutes: u64) -> TimeSpread {
    assert!(spread.sum >= minutes && spread.sum <= minutes + slack, "{} against {minutes}", spread.sum);
    TimeSpread { sum: 0, ..spread }
}

#[test]
fn times_variants_and_counts_are_what_the_cases_add_up_to() {
    let records = walk(3, 40, 2500);
    let bytes = ledger(&records).bytes();
    let report = audit_with(&bytes, AuditOptions { variants: usize::MAX, ..AuditOptions::default() }).report;
    let reports: Vec<CaseReport> = (0..40)
        .filter_map(|number| {
            let query = CaseQuery { as_of: Some(report.as_of), ..CaseQuery::new(case_id(number)) };
            case_report(LedgerSource::bytes(&bytes), &query).expect("memory can be read")
        })
        .collect();
    assert_eq!(report.cases.total, u64::try_from(reports.len()).unwrap());

    for stage in Stage::ALL.iter().filter(|stage| stage.is_open()) {
        let stages = reports.iter().flat_map(|case| &case.stages).filter(|stage_time| stage_time.stage == *stage);
        let (left, still): (Vec<_>, Vec<_>) = stages.partition(|stage| stage.left.is_some());
        let row = report.stages.iter().find(|row| row.stage == *stage);
        for (stages, found) in [(left, row.and_then(|row| row.left)), (still, row.and_then(|row| row.still))] {
            let minutes: Vec<u64> = stages.iter().map(|stage| stage.minutes).collect();
            let sum = minutes.iter().sum();
            let found = found.map(|found| summed(found, 40, sum));
            assert_eq!(found, by_rank(minutes), "{stage}");
        }
    }
    for who in WaitingFor::ALL {
        let rows = reports.iter().flat_map(|case| &case.waiting).filter(|row| row.who == *who);
        let (minutes, alone): (Vec<u64>, Vec<u64>) = rows.map(|row| (row.minutes, row.alone)).unzip();
        let minutes: Vec<u64> = minutes.into_iter().filter(|minutes| *minutes > 0).collect();
        let (sum, alone): (u64, u64) = (minutes.iter().sum(), alone.iter().sum());
        let row = report.waiting.iter().find(|row| row.who == *who);
        assert_eq!(row.map(|row| summed(row.waited, 40, sum)), by_rank(minutes), "{who}");
        assert!(row.is_none_or(|row| row.alone >= alone && row.alone <= alone + 40), "{who}");
    }

    let mut variants: BTreeMap<(Vec<EventKind>, Option<Outcome>), u64> = BTreeMap::new();
    let mut paths: BTreeMap<(Vec<Stage>, Option<Outcome>), u64> = BTreeMap::new();
    for case in &reports {
        let counts = |moment: &&ibbi_audit::CaseRecord| {
            moment.accepted && moment.voided_by.is_none() && moment.event.kind() != EventKind::EventVoided
        };
        let kinds = case.records.iter().filter(counts).map(|moment| moment.event.kind()).collect();
        *variants.entry((kinds, case.outcome)).or_default() += 1;
        let stages = case.stages.iter().map(|stage_time| stage_time.stage).collect();
        *paths.entry((stages, case.outcome)).or_default() += 1;
    }
    assert_eq!(report.variants.distinct, u64::try_from(variants.len()).unwrap());
    for found in &report.variants.first {
        let all = |step: &ibbi_audit::SequenceStep<EventKind>| vec![step.what; usize::try_from(step.times).unwrap()];
        let kinds = found.steps.iter().flat_map(all).collect();
        assert_eq!(variants.remove(&(kinds, found.outcome)), Some(found.cases));
    }
    for found in &report.paths.first {
        let stages = found.steps.iter().map(|step| step.what).collect();
        assert_eq!(paths.remove(&(stages, found.outcome)), Some(found.cases));
    }
    assert!(variants.is_empty() && paths.is_empty());
    let frequent: Vec<_> = report.paths.first.iter().map(|path| path.cases).collect();
    assert!(frequent.is_sorted_by(|one, other| one >= other));

    let opened: u64 = report.months.iter().map(|month| month.opened).sum();
    assert_eq!(opened, report.cases.total);
    let closed: u64 = report.months.iter().flat_map(|month| &month.closed).map(|row| row.cases).sum();
    assert_eq!(closed, report.cases.closed);
    assert!(report.months.iter().map(|month| &month.month).is_sorted());
    let by_outcome: u64 = report.outcomes.iter().map(|row| row.time.count).sum();
    assert_eq!(by_outcome, report.cases.closed);
}

#[test]
fn report_of_a_small_ledger() {
    let bytes = golden("corrections-and-three-cases");
    let report = audit_with(&bytes, AuditOptions { root: true, ..AuditOptions::default() }).report;
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).expect("a report is written"));
}

#[test]
fn months_use_the_local_time_of_the_district() {
    // 9 PM on September 30 in Massachusetts is October in UTC.
    let lines = crate::support::Lines::golden("withdrawn");
    let late = |line| move |lines: crate::support::Lines| lines.set(line, "at", "2025-10-01T01:00:00.000Z");
    let moved = late(5)(late(4)(late(3)(late(2)(lines))));
    let later = (2..=5).fold(moved, |lines, line| lines.set(line, "logged", "2025-10-01T01:00:00.000Z"));
    let report = audit_with(&later.chained().bytes(), AuditOptions::default()).report;
    assert!(report.sound, "{report:?}");
    let months: Vec<_> = report.months.iter().map(|month| (month.month.as_str(), month.opened)).collect();
    assert_eq!(months, [("2025-09", 1)]);
}
