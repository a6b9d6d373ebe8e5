//! How long a whole case takes to be replayed: as a case, and as a history that keeps its records.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ibbi_bench::whole_case;
use ibbi_core::events::EventVoided;
use ibbi_core::{Case, EventKind, History, Reason};
use std::hint::black_box;

fn history() -> History {
    let mut history = History::new();
    for (seq, (at, event)) in (1..).zip(whole_case()) {
        history.offer(seq, at, event).expect("legal");
    }
    history
}

fn replays(c: &mut Criterion) {
    let events = whole_case();
    let mut group = c.benchmark_group("replay");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("case", |b| {
        b.iter(|| {
            let mut case = Case::default();
            for (at, event) in &events {
                case.offer(black_box(event), *at).expect("legal");
            }
            case
        });
    });
    group.bench_function("history, which takes its events by value", |b| {
        b.iter_batched(
            || events.clone(),
            |events| {
                let mut history = History::new();
                for (seq, (at, event)) in (1..).zip(events) {
                    history.offer(seq, at, event).expect("legal");
                }
                history
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
    // A correction replays what would remain of the case.
    let history = history();
    let struck = history.entries().iter().filter(|entry| entry.event.kind() == EventKind::SessionScheduled);
    let seq = struck.map(|entry| entry.seq).next().expect("the case has sessions");
    let at = events.last().map(|(at, _)| *at).expect("a case has events");
    let void = EventVoided { reason: Reason::new("recorded twice").expect("a reason"), seq }.into();
    c.bench_function("replay/a void that what follows does not allow", |b| {
        b.iter(|| history.check(1_000, at, black_box(&void)).expect_err("the session was held"));
    });
}

criterion_group!(benches, replays);
criterion_main!(benches);
