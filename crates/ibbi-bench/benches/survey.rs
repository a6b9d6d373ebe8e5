//! How long it takes to ask a case about every kind of event, in each stage of the measured case.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ibbi_bench::case_before;
use ibbi_core::{EventKind, survey};
use std::hint::black_box;

/// An event of each open stage.
const POINTS: [EventKind; 7] = [
    EventKind::LeaderAgreed,
    EventKind::MeetingHeld,
    EventKind::SupportConfirmed,
    EventKind::ActivityRun,
    EventKind::PartyDecided,
    EventKind::FormatChosen,
    EventKind::SessionClosed,
];

fn surveys(c: &mut Criterion) {
    let mut group = c.benchmark_group("survey");
    for kind in POINTS {
        let (case, at, _) = case_before(|event| event.kind() == kind);
        let stage = BenchmarkId::from_parameter(format!("{} before {kind}", case.stage()));
        group.bench_with_input(stage, &case, |b, case| b.iter(|| survey(black_box(case), at)));
    }
    group.finish();
}

criterion_group!(benches, surveys);
criterion_main!(benches);
