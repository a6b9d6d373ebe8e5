//! Files from other people and tools: parts of ledgers, compressed files, ledgers written by hand.

use super::{Sample, current, full_day, lines, sample};
use crate::support::{Lines, gzip, zstd};
use ibbi_audit::AuditOptions;
use serde_json::json;

pub(crate) fn samples() -> Vec<Sample> {
    let whole = full_day().bytes();
    let (gz, zst) = (gzip(&whole), zstd(&whole));
    let two = [gzip(&whole[..5000]), gzip(&whole[5000..])].concat();
    let frames =
        [zstd(&whole[..5000]), b"\x50\x2A\x4D\x18\x04\x00\x00\x00skip".to_vec(), zstd(&whole[5000..])].concat();
    let flip = |packed: &[u8], place: usize| {
        let mut packed = packed.to_vec();
        packed[place] ^= 0x10;
        packed
    };
    vec![
        lines("part-from-the-middle-on", Lines(full_day().0[9..].to_vec())),
        lines("part-with-one-case-whole", Lines(current("corrections-and-three-cases").0[17..].to_vec())),
        lines("part-from-another-line-on-chain-broken", Lines(full_day().remove(20).0[9..].to_vec())),
        sample("packed-by-gzip", gz.clone()),
        sample("packed-by-gzip-in-two-parts", two),
        sample("packed-by-gzip-and-cut", gz[..gz.len() / 2].to_vec()),
        sample("packed-by-gzip-and-changed", flip(&gz, gz.len() - 6)),
        sample("packed-by-zstd", zst.clone()),
        sample("packed-by-zstd-in-frames", frames),
        sample("packed-by-zstd-and-cut", zst[..zst.len() / 2].to_vec()),
        sample("packed-by-zstd-and-changed", flip(&zst, 1)),
        sample("gzip-of-nothing", gzip(b"")),
        lines("by-hand", by_hand()),
        Sample {
            options: AuditOptions { advisories: true, ..AuditOptions::default() },
            ..lines("with-advisories", full_day())
        },
    ]
}

/// Returns a ledger as a person might write it: without digests, and with personal habits.
fn by_hand() -> Lines {
    let mut all = full_day();
    all.0.truncate(8);
    for line in 1..=8 {
        all = all.edit(line, |line| {
            line["prev"] = json!("0".repeat(64));
            line["actor"] = json!("me");
        });
    }
    // The meeting is recorded before it is scheduled, and the fourth line has spaces.
    all = all.swap(6, 7);
    all.0[3] = all.0[3].replace(',', ", ");
    all
}
