//! An audit of any bytes ends with a report.

use crate::support::walk::{Random, ledger, walk};
use crate::support::{GOLDEN, golden, gzip, zstd};
use ibbi_testing::audit_properties::check_audit;
use proptest::prelude::*;

#[test]
fn golden_ledgers_meet_the_fuzzer_properties_compressed_or_not() {
    for name in GOLDEN {
        let bytes = golden(name);
        check_audit(&bytes);
        check_audit(&gzip(&bytes));
        check_audit(&zstd(&bytes));
    }
}

#[test]
fn fuzzer_corpus_meets_the_fuzzer_properties() {
    let folder = ibbi_testing::repository("fuzz/corpus");
    let mut count = 0;
    for target in ["audit", "ledger"] {
        for entry in std::fs::read_dir(folder.join(target)).expect("the corpus") {
            check_audit(&std::fs::read(entry.expect("an entry").path()).expect("an input"));
            count += 1;
        }
    }
    println!("{count} inputs of the corpus");
    assert!(count > 100);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_audited(bytes in prop::collection::vec(any::<u8>(), 0..3000), packing in 0..4_u8) {
        let beginning: &[u8] = match packing {
            0 => &[0x1F, 0x8B, 8, 0],
            1 => &[0x28, 0xB5, 0x2F, 0xFD],
            2 => b"{\"case\":\"",
            _ => &[],
        };
        check_audit(&[beginning, &bytes].concat());
    }

    #[test]
    fn a_damaged_ledger_is_audited(seed in 0..1000_u64, changes in 1..30_usize) {
        let lines = ledger(&walk(seed, 3, 80));
        let mut random = Random(seed);
        let mut bytes = lines.bytes();
        for _ in 0..changes {
            let place = random.below(bytes.len());
            match random.below(5) {
                0 => bytes[place] ^= 1 << random.below(8),
                1 => bytes.truncate(place.max(1)),
                2 => bytes.insert(place, b'\n'),
                3 => {
                    // Repeat a part of the ledger.
                    let from = random.below(bytes.len());
                    let piece = bytes[from..(from + 700).min(bytes.len())].to_vec();
                    bytes.splice(place..place, piece);
                }
                _ => drop(bytes.drain(place..(place + 40).min(bytes.len()))),
            }
            if bytes.is_empty() {
                break;
            }
        }
        check_audit(&bytes);
    }

    #[test]
    fn a_ledger_with_records_out_of_order_is_audited(seed in 0..1000_u64, changes in 1..20_usize) {
        let mut lines = ledger(&walk(seed, 4, 80));
        let mut random = Random(seed);
        for _ in 0..changes {
            let count = lines.0.len();
            let (one, other) = (2 + random.below(count - 2), 2 + random.below(count - 2));
            lines = match random.below(4) {
                0 => lines.swap(one, other),
                1 => lines.remove(one),
                2 => {
                    let line = lines.0[one - 1].clone();
                    lines.insert(other, line)
                }
                _ => {
                    let id = lines.json(other)["id"].clone();
                    lines.set(one, "id", id)
                }
            };
        }
        check_audit(&lines.clone().chained().bytes());
        check_audit(&lines.numbered().bytes());
    }
}
