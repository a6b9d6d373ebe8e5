//! How long a line takes to be read, and a ledger to be verified, from memory.
#![allow(missing_docs, reason = "criterion's macros make undocumented items")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ibbi_bench::simulated::write_simulated;
use ibbi_log::{Depth, LineReader};
use ibbi_seal::{VerifyOptions, verify};
use std::hint::black_box;

fn verified(c: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let lines = write_simulated(&path, 10_000).expect("a ledger");
    let bytes = std::fs::read(&path).expect("read");
    let mut group = c.benchmark_group("verify");
    group.throughput(Throughput::Elements(lines));
    let chain = VerifyOptions { depth: Depth::Chain, ..VerifyOptions::default() };
    let all = VerifyOptions { root: true, ..VerifyOptions::default() };
    for (name, check) in [("the chain alone", chain), ("everything", all)] {
        group.bench_function(format!("{name}, {lines} lines"), |b| {
            b.iter(|| verify(black_box(bytes.as_slice()), &check).expect("read"));
        });
    }
    let texts: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).skip(1).collect();
    let mut reader = LineReader::default();
    group.bench_function("each line read on its own", |b| {
        b.iter(|| texts.iter().for_each(|line| drop(reader.read(black_box(line)).expect("a good line"))));
    });
    group.finish();
}

criterion_group!(benches, verified);
criterion_main!(benches);
