//! How long an audit takes, from memory, on one thread.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ibbi_audit::{Audit, Finding, LedgerSource};
use ibbi_bench::simulated::write_simulated;
use std::hint::black_box;

fn audited(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let lines = write_simulated(&path, 10_000).expect("a ledger");
    let bytes = std::fs::read(&path).expect("read");
    let mut group = c.benchmark_group("audit");
    group.throughput(Throughput::Elements(lines));
    group.bench_function(format!("{lines} lines"), |b| {
        b.iter(|| Audit::default().run(LedgerSource::bytes(black_box(&bytes)), &mut |_: Finding| {}).expect("read"));
    });
    group.finish();
}

criterion_group!(benches, audited);
criterion_main!(benches);
