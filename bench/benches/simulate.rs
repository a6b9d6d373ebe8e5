//! How long runs of the sample scenario take on one thread: the whole simulation, one run's events, and the floor.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ibbi_bench::floor::Floor;
use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
use std::hint::black_box;

const RUNS: u64 = 1_000;

fn simulated(c: &mut Criterion) {
    let scenario = Scenario::parse(EXAMPLE).expect("the sample");
    let (simulator, floor) = (Simulator::new(&scenario), Floor::new(&scenario));
    let mut group = c.benchmark_group("simulate");
    group.throughput(Throughput::Elements(RUNS));
    group.bench_function(format!("{RUNS} runs with all results"), |b| {
        b.iter(|| simulator.simulate(Settings { runs: RUNS, seed: black_box(1), threads: 1 }).expect("simulated"));
    });
    group.bench_function(format!("{RUNS} runs, the model alone"), |b| b.iter(|| floor.simulate(RUNS, black_box(1))));
    group.finish();
    c.bench_function("simulate/one run, its events shown", |b| {
        b.iter(|| simulator.run(black_box(1), 49, |at, event, to| _ = black_box((at, event, to))).expect("simulated"));
    });
}

criterion_group!(benches, simulated);
criterion_main!(benches);
