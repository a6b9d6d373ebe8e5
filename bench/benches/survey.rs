//! How long it takes to ask a case about every kind of event, in each stage of the measured case.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use ibbi_bench::case_before;
use ibbi_core::{Event, EventKind, survey};
use std::hint::black_box;

/// Finds the place in the case by the event that comes next.
type Next = fn(&Event) -> bool;

/// A point in each open stage.
const POINTS: [Next; 7] = [
    |next| next.kind() == EventKind::LeaderAgreed,
    |next| next.kind() == EventKind::MeetingHeld,
    |next| next.kind() == EventKind::SupportConfirmed,
    |next| next.kind() == EventKind::ActivityRun,
    |next| next.kind() == EventKind::PartyDecided,
    |next| next.kind() == EventKind::FormatChosen,
    |next| matches!(next, Event::SessionScheduled(booked) if booked.part == 2),
];

fn surveys(c: &mut Criterion) {
    let mut group = c.benchmark_group("survey");
    for is_next in POINTS {
        let (case, at, next) = case_before(is_next);
        let point = BenchmarkId::from_parameter(format!("{} before {}", case.stage(), next.kind()));
        group.bench_with_input(point, &case, |b, case| b.iter(|| survey(black_box(case), at)));
    }
    group.finish();
}

criterion_group!(benches, surveys);
criterion_main!(benches);
