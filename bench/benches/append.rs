//! How long appending takes: on a disk in memory, which shows the ledger's own share, and on the real one.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use ibbi_bench::memory::Memory;
use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_log::{NewRecord, Storage};
use ibbi_seal::SealedLedger;
use std::path::Path;

fn appended<S: Storage>(c: &mut Criterion, place: &str, batch: usize, create: impl Fn() -> SealedLedger<S>) {
    let mut group = c.benchmark_group("append");
    group.throughput(Throughput::Elements(batch as u64));
    let (mut ledger, mut records) = (create(), Records::default());
    let mut written = 0;
    group.bench_function(BenchmarkId::new(place, batch), |b| {
        b.iter_batched(
            || records.by_ref().take(batch).collect::<Vec<NewRecord>>(),
            |records| {
                // A ledger's memory grows with its records: now and then another one takes over.
                written += records.len();
                if written > 100_000 {
                    (ledger, written) = (create(), 0);
                }
                ledger.append(&records, now()).expect("appended")
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn appends(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    for batch in [1, 100] {
        let memory = || ibbi_seal::create_in(Memory, Path::new("memory"), &new_ledger()).expect("a new ledger");
        appended(c, "in memory", batch, memory);
        let number = std::cell::Cell::new(0);
        let disk = || {
            number.set(number.get() + 1);
            let path = folder.path().join(format!("ledger-{batch}-{}", number.get()));
            ibbi_seal::create(&path, &new_ledger()).expect("a new ledger")
        };
        appended(c, "on the disk", batch, disk);
    }
}

criterion_group!(benches, appends);
criterion_main!(benches);
