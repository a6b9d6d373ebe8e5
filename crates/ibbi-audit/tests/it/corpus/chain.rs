//! Damage to the file, to lines, and to the chain.

use super::{Sample, current, current_v2, full_day, lines, sample};
use crate::support::Lines;

pub(crate) fn samples() -> Vec<Sample> {
    let mut samples = file();
    samples.extend(links());
    samples.extend(numbers());
    samples.extend(clocks());
    samples.extend(spellings());
    samples
}

fn file() -> Vec<Sample> {
    let whole = full_day().bytes();
    let zeros: Vec<u8> = whole.iter().copied().chain([0; 40]).collect();
    let crlf = String::from_utf8(whole.clone()).expect("UTF-8").replace('\n', "\r\n").into_bytes();
    let mark = [&b"\xEF\xBB\xBF"[..], &whole].concat();
    vec![
        sample("file-empty", Vec::new()),
        sample("file-without-a-line-feed", b"no ledger".to_vec()),
        sample("file-of-another-kind", b"date,event\n2026-01-01,opened\n".to_vec()),
        sample("file-of-empty-lines", b"\n\n\n".to_vec()),
        lines("ledger-without-a-case", Lines(full_day().0[..1].to_vec())),
        sample("ledger-cut-within-a-line", whole[..whole.len() - 100].to_vec()),
        sample("ledger-cut-after-a-line", full_day().remove(33).bytes()),
        sample("ledger-with-zeros-at-its-end", zeros),
        sample("ledger-sent-as-text", crlf),
        sample("ledger-saved-by-an-editor", mark),
        lines("ledger-joined-with-another", Lines([full_day().0, current("withdrawn").0].concat())),
        lines("ledger-opened-twice", {
            let first = full_day().0[0].clone();
            full_day().insert(10, first).numbered()
        }),
        sample("ledger-under-another-chart", crate::support::golden("completed-full-day")),
    ]
}

fn links() -> Vec<Sample> {
    let line = |number: usize| full_day().0[number - 1].clone();
    vec![
        lines("line-removed", full_day().remove(12)),
        lines("line-removed-chain-made-to-fit", full_day().remove(12).chained()),
        lines("line-removed-numbers-made-to-fit", full_day().remove(12).numbered()),
        lines("stage-changing-line-removed-numbers-made-to-fit", full_day().remove(5).numbered()),
        lines("lines-swapped", full_day().swap(9, 10)),
        lines("lines-swapped-chain-made-to-fit", full_day().swap(9, 10).chained()),
        lines("lines-swapped-numbers-made-to-fit", full_day().swap(13, 20).numbered()),
        lines("line-repeated", full_day().insert(10, line(9))),
        lines("line-repeated-numbers-made-to-fit", full_day().insert(10, line(9)).numbered()),
        lines("line-of-another-case-put-in", full_day().insert(10, current("withdrawn").0[2].clone()).numbered()),
        lines("name-changed", full_day().replace(9, "Ben Castellan", "Ben Castella1")),
        lines("name-changed-chain-made-to-fit", full_day().replace(9, "Ben Castellan", "Ben Castella1").chained()),
        lines("prev-zeroed", full_day().set(9, "prev", "0".repeat(64))),
        lines("last-line-changed", full_day().replace(33, "yun", "okafor")),
        lines("hole-in-the-middle", {
            let mut all = full_day();
            all.0.drain(8..16);
            all
        }),
    ]
}

fn numbers() -> Vec<Sample> {
    let id = full_day().json(8)["id"].clone();
    vec![
        lines("seq-jumps", full_day().set(9, "seq", 90).chained()),
        lines("seq-repeats", full_day().set(9, "seq", 8).chained()),
        lines("rev-jumps", full_day().set(9, "rev", 9).chained()),
        lines("rev-repeats", full_day().set(9, "rev", 7).chained()),
        lines("logged-runs-backwards", full_day().set(9, "logged", "2025-09-01T00:00:00.000Z").chained()),
        lines("logged-runs-ahead-once", full_day().set(9, "logged", "2030-01-01T00:00:00.000Z").chained()),
        lines("recorded-before-it-happened", full_day().set(9, "at", "2025-09-22T13:10:00.000Z").chained()),
        lines("recorded-four-minutes-before", full_day().set(6, "at", "2025-09-10T14:08:00.000Z").chained()),
        lines("id-of-another-record", full_day().set(9, "id", id).chained()),
    ]
}

fn clocks() -> Vec<Sample> {
    let frozen_at = full_day().json(20)["logged"].clone();
    let frozen = |actor: fn(usize) -> &'static str| {
        let freeze = |all: Lines, line| all.set(line, "logged", frozen_at.clone()).set(line, "actor", actor(line));
        (9..=20).fold(full_day(), freeze).chained()
    };
    let mut after = lines("recorded-after-the-clock-of-the-audit", full_day());
    after.options.now = Some("2025-09-20T00:00:00.000Z".parse().expect("an instant"));
    let mut just_before = lines("recorded-before-the-clock-of-the-audit", full_day());
    just_before.options.now = Some("2026-01-01T00:00:00.000Z".parse().expect("an instant"));
    let format_2 = || current_v2("everyone-at-the-table");
    vec![
        after,
        just_before,
        lines("clock-frozen", frozen(|line| ["ana", "ben"][line % 2])),
        lines("clock-frozen-for-one-person", frozen(|_| "ana")),
        lines("clock-set-back", format_2().set(18, "logged", "2025-09-16T14:01:00.000Z").chained()),
        lines("clock-ahead-and-back", format_2().set(18, "logged", "2025-09-30T14:01:00.000Z").chained()),
    ]
}

fn spellings() -> Vec<Sample> {
    let text = |name, from: &'static str, to: &'static str| lines(name, full_day().replace(9, from, to).chained());
    vec![
        text("line-with-white-space", ",\"v\":1}", ", \"v\":1}"),
        text("line-with-an-unknown-key", ",\"v\":1}", ",\"v\":1,\"w\":2}"),
        text("line-with-a-missing-key", ",\"v\":1}", "}"),
        text("line-with-a-key-twice", ",\"v\":1}", ",\"v\":1,\"v\":1}"),
        text("line-of-a-later-version", ",\"v\":1}", ",\"v\":3}"),
        text("line-of-format-2-in-format-1", ",\"v\":1}", ",\"v\":2}"),
        lines(
            "act-without-its-beginning",
            full_day()
                .replace(9, "{\"actor\"", "{\"act\":[2,3],\"actor\"")
                .replace(9, ",\"v\":1}", ",\"v\":2}")
                .chained(),
        ),
        text("line-of-an-unknown-type", "member_named", "member_elected"),
        text("line-to-an-unknown-stage", "\"to\":\"application\"", "\"to\":\"mediation\""),
        text("number-with-a-leading-zero", "\"seq\":9", "\"seq\":09"),
        text("number-as-a-fraction", "\"seq\":9", "\"seq\":9.0"),
        text("escape-where-none-is-needed", "Ben Castellan", "Ben Castell\\u0061n"),
        text("control-character", "Ben Castellan", "Ben\u{1}Castellan"),
        text("invisible-character", "Ben Castellan", "Ben\u{200b}Castellan"),
        text("party-that-is-none", "\"party\":\"labor\"", "\"party\":\"students\""),
        text("data-with-keys-out-of-order", "\"member\":", "\"nember\":"),
        text("instant-that-does-not-exist", "2025-09-22T13:00", "2025-09-31T13:00"),
        text("uuid-in-upper-case", "01910000", "0191000A"),
        lines(
            "data-of-another-event",
            full_day().edit(9, |line| line["data"] = full_day().json(17)["data"].clone()).chained(),
        ),
        lines("line-too-long", full_day().replace(9, "Ben Castellan", &"x".repeat(70_000)).chained()),
        sample("bytes-that-are-no-text", {
            let mut bytes = full_day().bytes();
            let place = bytes.windows(13).position(|part| part == b"Ben Castellan").expect("the name");
            bytes[place] = 0xFF;
            bytes
        }),
    ]
}
