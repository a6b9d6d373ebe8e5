//! The figures of many cases, held against the same figures worked out slowly from each case in depth.

#[path = "support/mod.rs"]
mod support;

use ibbi_audit::{CaseQuery, CaseReport, Options, Source, Spread, Who, case_report};
use ibbi_core::{EventKind, Outcome, Stage};
use std::collections::BTreeMap;
use support::walk::{case_id, ledger, walk};
use support::{audit_with, golden};

/// Values by rank: the smallest that so many hundredths of them do not exceed.
fn by_rank(mut values: Vec<u64>) -> Option<Spread> {
    values.sort_unstable();
    let count = values.len();
    let at = |percent: usize| values.get((count * percent).div_ceil(100).max(1) - 1).copied();
    Some(Spread {
        count: u64::try_from(count).unwrap(),
        least: at(0)?,
        median: at(50)?,
        p80: at(80)?,
        p90: at(90)?,
        most: at(100)?,
        sum: 0,
    })
}

/// A spread without its sum, which is worked out in seconds and so can be some minutes more.
fn summed(spread: Spread, slack: u64, minutes: u64) -> Spread {
    assert!(spread.sum >= minutes && spread.sum <= minutes + slack, "{} against {minutes}", spread.sum);
    Spread { sum: 0, ..spread }
}

#[test]
fn times_variants_and_counts_are_what_the_cases_add_up_to() {
    let said = walk(3, 40, 2500);
    let bytes = ledger(&said).bytes();
    let report = audit_with(&bytes, Options { variants: usize::MAX, ..Options::default() }).report;
    let told: Vec<CaseReport> = (0..40)
        .filter_map(|number| {
            let query = CaseQuery { as_of: Some(report.as_of), ..CaseQuery::of(case_id(number)) };
            case_report(Source::bytes(&bytes), &query).expect("memory can be read")
        })
        .collect();
    assert_eq!(report.cases.total, u64::try_from(told.len()).unwrap());

    for stage in Stage::ALL.iter().filter(|stage| stage.is_open()) {
        let stays = told.iter().flat_map(|case| &case.stays).filter(|stay| stay.stage == *stage);
        let (left, still): (Vec<_>, Vec<_>) = stays.partition(|stay| stay.left.is_some());
        let row = report.stages.iter().find(|row| row.stage == *stage);
        for (stays, found) in [(left, row.and_then(|row| row.left)), (still, row.and_then(|row| row.still))] {
            let minutes: Vec<u64> = stays.iter().map(|stay| stay.minutes).collect();
            let sum = minutes.iter().sum();
            let found = found.map(|found| summed(found, 40, sum));
            assert_eq!(found, by_rank(minutes), "{stage}");
        }
    }
    for who in Who::ALL {
        let rows = told.iter().flat_map(|case| &case.waiting).filter(|row| row.who == *who);
        let (minutes, alone): (Vec<u64>, Vec<u64>) = rows.map(|row| (row.minutes, row.alone)).unzip();
        let minutes: Vec<u64> = minutes.into_iter().filter(|minutes| *minutes > 0).collect();
        let (sum, alone): (u64, u64) = (minutes.iter().sum(), alone.iter().sum());
        let row = report.waiting.iter().find(|row| row.who == *who);
        assert_eq!(row.map(|row| summed(row.waited, 40, sum)), by_rank(minutes), "{who}");
        assert!(row.is_none_or(|row| row.alone >= alone && row.alone <= alone + 40), "{who}");
    }

    let mut variants: BTreeMap<(Vec<EventKind>, Option<Outcome>), u64> = BTreeMap::new();
    let mut paths: BTreeMap<(Vec<Stage>, Option<Outcome>), u64> = BTreeMap::new();
    for case in &told {
        let counts = |moment: &&ibbi_audit::Moment| {
            moment.accepted && moment.voided_by.is_none() && moment.event.kind() != EventKind::EventVoided
        };
        let kinds = case.moments.iter().filter(counts).map(|moment| moment.event.kind()).collect();
        *variants.entry((kinds, case.outcome)).or_default() += 1;
        let stages = case.stays.iter().map(|stay| stay.stage).collect();
        *paths.entry((stages, case.outcome)).or_default() += 1;
    }
    assert_eq!(report.variants.distinct, u64::try_from(variants.len()).unwrap());
    for found in &report.variants.first {
        let all = |step: &ibbi_audit::Step<EventKind>| vec![step.what; usize::try_from(step.times).unwrap()];
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
fn the_report_of_a_small_ledger_is_this() {
    let bytes = golden("corrections-and-three-cases");
    let report = audit_with(&bytes, Options { root: true, ..Options::default() }).report;
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).expect("a report is written"));
}

#[test]
fn a_month_is_counted_by_the_clocks_of_the_district() {
    // On September 30th at 9 in the evening it is October in Greenwich.
    let lines = support::Lines::golden("withdrawn");
    let late = |line| move |lines: support::Lines| lines.set(line, "at", "2025-10-01T01:00:00.000Z");
    let moved = late(5)(late(4)(late(3)(late(2)(lines))));
    let later = (2..=5).fold(moved, |lines, line| lines.set(line, "logged", "2025-10-01T01:00:00.000Z"));
    let report = audit_with(&later.chained().bytes(), Options::default()).report;
    assert!(report.sound, "{report:?}");
    let months: Vec<_> = report.months.iter().map(|month| (month.month.as_str(), month.opened)).collect();
    assert_eq!(months, [("2025-09", 1)]);
}
