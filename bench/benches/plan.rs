//! How long the sample scenario takes to be read, and planned.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{Criterion, criterion_group, criterion_main};
use ibbi_sim::{EXAMPLE, Plan, Scenario};
use std::hint::black_box;

fn planned(c: &mut Criterion) {
    c.bench_function("plan/reading the scenario", |b| {
        b.iter(|| Scenario::parse(black_box(EXAMPLE)).expect("the sample"));
    });
    let scenario = Scenario::parse(EXAMPLE).expect("the sample");
    c.bench_function("plan/calendar and plan", |b| b.iter(|| Plan::new(black_box(&scenario))));
}

criterion_group!(benches, planned);
criterion_main!(benches);
