//! How long it takes to find the shortest way to the end.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{Criterion, criterion_group, criterion_main};
use ibbi_bench::case_before;
use ibbi_core::{Case, EventKind, Goal, Outcome, route};
use std::hint::black_box;

fn routes(c: &mut Criterion) {
    let goal = Goal::Outcome(Outcome::Completed);
    let (training, at, _) = case_before(|event| event.kind() == EventKind::ActivityRun);
    c.bench_function("route/from before the first event to completed", |b| {
        b.iter(|| route(black_box(&Case::default()), goal, at).expect("there is a way"));
    });
    c.bench_function("route/from Training to completed", |b| {
        b.iter(|| route(black_box(&training), goal, at).expect("there is a way"));
    });
}

criterion_group!(benches, routes);
criterion_main!(benches);
