//! Damaged ledgers, thousands of them, under the name of what was done to each.

use ibbi_seal::{PrivateKey, checkpoints_path, sign_checkpoint};
use ibbi_testing::records;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A ledger and its checkpoints, as two files hold them.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) ledger: Vec<u8>,
    pub(crate) notes: Vec<u8>,
}

/// Ledgers to be judged, under the name of what was done to them.
#[derive(Default)]
pub(crate) struct Samples(pub(crate) Vec<(&'static str, Pair)>);

impl Samples {
    pub(crate) fn add(&mut self, what: &'static str, ledger: Vec<u8>, notes: &[u8]) {
        self.0.push((what, Pair { ledger, notes: notes.to_vec() }));
    }

    /// Keeps every fourth sample, or all if `IBBI_TESTS=full`. A byte has nine samples, so each bit is flipped in some bytes.
    pub(crate) fn thinned(self) -> Self {
        let step = if ibbi_testing::is_full() { 1 } else { 4 };
        Self(self.0.into_iter().step_by(step).collect())
    }
}

/// A ledger of so many records, each of another kind of event, with two checkpoints; the last covers all of it.
pub(crate) fn sealed(count: u64, cases: u64) -> Pair {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).expect("a key");
    let mut ledger = ibbi_seal::create(&path, &records::opening()).expect("a ledger");
    ledger.append(&records::records(0..count / 2, cases), records::at(1)).expect("records");
    sign_checkpoint(&mut ledger, &key, records::at(2)).expect("a checkpoint");
    ledger.append(&records::records(count / 2..count, cases), records::at(2)).expect("records");
    sign_checkpoint(&mut ledger, &key, records::at(2)).expect("a checkpoint");
    drop(ledger);
    let read = |path: PathBuf| std::fs::read(path).expect("a file");
    Pair { ledger: read(path.clone()), notes: read(checkpoints_path(&path)) }
}

fn lines(ledger: &[u8]) -> Vec<Vec<u8>> {
    ledger.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Lines whose `seq` and `prev` are made to fit, as a forger would.
fn relinked(lines: &[Vec<u8>]) -> Vec<u8> {
    let (mut bytes, mut prev) = (Vec::new(), "0".repeat(64));
    for (line, seq) in lines.iter().zip(1..) {
        let mut value: Value = serde_json::from_slice(line).expect("a line");
        (value["prev"], value["seq"]) = (json!(prev), json!(seq));
        let line = value.to_string();
        prev = ibbi_log::Digest::sha256(line.as_bytes()).to_string();
        bytes.extend(line.bytes().chain([b'\n']));
    }
    bytes
}

/// Every bit of a small ledger and of its checkpoints flipped, every truncation of both.
pub(crate) fn flipped_or_cut() -> Samples {
    let mut samples = Samples::default();
    let Pair { ledger, notes } = sealed(4, 2);
    for covered in [&b""[..], &notes] {
        let flips = if covered.is_empty() { "a bit flipped, no checkpoint" } else { "a bit flipped under checkpoints" };
        let cuts = if covered.is_empty() { "cut off, no checkpoint" } else { "cut off under checkpoints" };
        for place in 0..ledger.len() {
            for bit in 0..8 {
                let mut flipped = ledger.clone();
                flipped[place] ^= 1 << bit;
                samples.add(flips, flipped, covered);
            }
            samples.add(cuts, ledger[..place].to_vec(), covered);
        }
    }
    for place in 0..notes.len() {
        for bit in 0..8 {
            let mut flipped = notes.clone();
            flipped[place] ^= 1 << bit;
            samples.add("a bit of the checkpoints flipped", ledger.clone(), &flipped);
        }
        samples.add("the checkpoints cut off", ledger.clone(), &notes[..place]);
    }
    samples
}

/// Lines removed, repeated and swapped, as they are and with the chain made to fit.
pub(crate) fn moved_lines() -> Samples {
    let mut samples = Samples::default();
    let Pair { ledger, notes } = sealed(40, 3);
    let all = lines(&ledger);
    let mut add = |what, lines: &[Vec<u8>]| {
        samples.add(what, lines.concat(), b"");
        samples.add(what, relinked(lines), b"");
        samples.add(what, relinked(lines), &notes);
    };
    for index in 0..all.len() {
        let mut changed = all.clone();
        changed.remove(index);
        add("a line removed", &changed);
        let mut changed = all.clone();
        changed.insert(index, all[index].clone());
        add("a line repeated", &changed);
        for other in [index + 1, index + 3, index + 20] {
            if other < all.len() {
                let mut changed = all.clone();
                changed.swap(index, other);
                add("two lines swapped", &changed);
            }
        }
        add("the end removed", &all[..index.max(1)]);
    }
    samples
}

/// A ledger in which two records of a case have one id, with the chain made to fit.
pub(crate) fn repeated_id() -> Samples {
    let mut lines = lines(&records::ledger_bytes(5, 1));
    let id = |line: &[u8]| serde_json::from_slice::<Value>(line).expect("a line")["id"].to_string();
    let (first, last) = (id(&lines[2]), id(&lines[5]));
    lines[5] = String::from_utf8_lossy(&lines[5]).replace(&last, &first).into_bytes();
    let mut samples = Samples::default();
    samples.add("an id used twice", relinked(&lines), b"");
    samples
}

/// Every place in a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// Texts that stand where others belong: nearly right, of other fields, or with characters that are refused.
#[rustfmt::skip]
const TEXTS: &[&str] = &[
    "", " ", "a", "A", "a.lee", "a b", " a", "a ", "é", "\u{7f}", "a\u{85}b", "\u{a0}a", "a\u{3000}", "a\u{2028}b",
    "a\u{202e}b", "a\u{2066}b", "\u{feff}a", "a\u{200b}b", "\u{1f600}", "a\n", "\na", "a\nb", "\ta", "a\t", "a\tb",
    "a\rb", "a\u{8}b", "a\u{1b}b", "a\\n", "\\", "\"", "a\\\nb", "2026-10-02", "2026-02-28", "2026-02-29", "2028-02-29",
    "2026-04-31", "2026-00-01", "2026-13-01", "1969-12-31", "1970-01-01", "9999-12-31", "10000-01-01", "2026-1-01",
    "2026-10-02\n", "\u{ff12}026-10-02", "20261002", "2026-W40-5", "2026-10-02T20:00:00.000Z",
    "2026-02-30T20:00:00.000Z", "2026-10-02T24:00:00.000Z", "2026-10-02T20:60:00.000Z", "2026-10-02T20:00:60.000Z",
    "2026-10-02T20:00:00Z", "2026-10-02T20:00:00.000+00:00", "2026-10-02 20:00:00.000Z", "2026-10-02T20:00:00,000Z",
    "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", "2026-10-20T08:00:00-04:00",
    "2026-10-20T16:00:00-04:00", "2026-10-20T16:00:00+14:00", "2026-10-20T16:00:00-14:01", "2026-10-20T12:00:00-00:00",
    "2026-10-20T12:00:00+00:00", "2026-10-20T12:00:30-04:00", "2026-10-20T12:00:00Z", "2026-10-20T12:00:00-04:60",
    "2026-10-20T24:00:00-04:00", "2026-10-21T08:00:00-04:00", "2026-10-21T08:01:00-04:00", "2026-10-19T16:00:00-04:00",
    "2026-02-30T12:00:00-05:00", "1970-01-01T00:00:00+00:00", "01920000-0000-7000-8000-000000000000",
    "01920000-0000-7000-8000-00000000000A", "019200000000700080000000000000000", "01920000000070008000000000000000",
    "{01920000-0000-7000-8000-000000000000}", "urn:uuid:01920000-0000-7000-8000-000000000000", "America/New_York",
    "Etc/GMT+5", "/New_York", "UTC", "a/\u{e9}", "unopened", "inquiry", "training", "closed", "Closed", "labor",
    "management", "chair", "administration", "school_committee", "adopt", "full_day", "ibbi", "norfolk", "other",
    "services", "exercise", "everyone", "note_added", "ledger_opened", "case_opened", "session_closed",
];

/// Values that stand where others belong: of every type, at every limit, and nearly right.
fn wrong_values() -> Vec<Value> {
    let mut values = vec![
        json!(null),
        json!(true),
        json!(false),
        json!(1.5),
        json!(-1),
        json!([]),
        json!({}),
        json!([1]),
        json!([null]),
    ];
    values.extend(
        [0, 1, 2, 15, 239, 240, 255, 256, 479, 480, 1439, 1440, 1441, (1 << 53) - 1, 1 << 53]
            .map(|number: u64| json!(number)),
    );
    values.extend(TEXTS.iter().map(|text| json!(text)));
    for length in [23, 24, 40, 41, 63, 64, 65, 120, 121, 500, 501, 4000, 4001] {
        values.extend([json!("a".repeat(length)), json!("é".repeat(length))]);
    }
    let many = |count: usize| (0..count).map(|number| format!("id{number:03}")).collect::<Vec<_>>();
    values.extend([
        json!(many(100)),
        json!(many(101)),
        json!(["a", "b"]),
        json!(["b", "a"]),
        json!(["a", "a"]),
        json!(["A", "a"]),
        json!(["a", "é"]),
    ]);
    values.extend([
        json!(["interests", "next_steps", "services"]),
        json!(["services", "interests"]),
        json!([480]),
        json!([15, 480]),
        json!([16, 480]),
    ]);
    values.push(json!([240, 240, 240, 240, 240, 240, 240, 240]));
    values.push(json!([240, 240, 240, 240, 240, 240, 240, 240, 240]));
    let observer = |capacity: &str, name: &str| json!({ "capacity": capacity, "name": name });
    values.push(json!([observer("union_board", "B"), observer("other", "A")]));
    values.push(json!([observer("other", "A"), observer("union_board", "B")]));
    values.push(json!([observer("other", "A"), observer("other", "A")]));
    values.push(json!({ "id": "a.lee", "name": "Ann Lee" }));
    for (starts, ends) in [("08", "16"), ("16", "08"), ("08", "08")] {
        let time = |hour: &str| format!("2026-10-20T{hour}:00:00-04:00");
        values.push(json!({ "starts": time(starts), "ends": time(ends) }));
    }
    values.push(json!({ "starts": "1970-01-01T00:00:00+14:00", "ends": "1970-01-01T20:00:00+14:00" }));
    values.push(json!({ "starts": "9999-12-31T20:00:00-04:00", "ends": "9999-12-31T21:00:00-04:00" }));
    values.push(json!({ "starts": "2026-11-01T00:30:00-04:00", "ends": "2026-11-01T23:30:00-05:00" }));
    values.push(json!({ "starts": "2026-11-01T00:30:00-04:00", "ends": "2026-11-01T23:31:00-05:00" }));
    values
}

/// The first line, and each sample as the only record after it.
fn small_ledgers() -> Vec<(Vec<u8>, Value)> {
    let first = lines(&records::ledger_bytes(0, 1)).remove(0);
    let all = lines(&records::ledger_bytes(records::SAMPLES.len() as u64, 1));
    let mut small = vec![(Vec::new(), serde_json::from_slice(&first).expect("a line"))];
    for line in &all[1..] {
        let mut value: Value = serde_json::from_slice(line).expect("a line");
        (value["prev"], value["seq"], value["rev"]) =
            (json!(ibbi_log::Digest::sha256(&first[..first.len() - 1]).to_string()), json!(2), json!(1));
        small.push((first.clone(), value));
    }
    small
}

/// Records with another value in every place, with one left out and with a key more.
pub(crate) fn wrong_values_everywhere() -> Samples {
    let mut samples = Samples::default();
    let values = wrong_values();
    for (index, (before, line)) in small_ledgers().into_iter().enumerate() {
        let mut add =
            |what, line: &Value| samples.add(what, [&before[..], line.to_string().as_bytes(), b"\n"].concat(), b"");
        add("nothing changed", &line);
        let mut found = Vec::new();
        places(&line, "", &mut found);
        // What is around the data is the same in all records.
        for place in found.iter().filter(|place| index < 2 || place.starts_with("/data")) {
            for value in &values {
                let mut changed = line.clone();
                *changed.pointer_mut(place).expect("a place") = value.clone();
                add("another value", &changed);
            }
            if let Some((parent, key)) = place.rsplit_once('/') {
                let mut changed = line.clone();
                match changed.pointer_mut(parent).expect("a place") {
                    Value::Object(map) => drop(map.remove(key)),
                    Value::Array(list) => drop(list.remove(key.parse().expect("an index"))),
                    _ => unreachable!("only these have places in them"),
                }
                add("a value left out", &changed);
            }
            for key in [
                "aa",
                "zz",
                "district",
                "reason",
                "dated",
                "document",
                "evergreen",
                "left_early",
                "office",
                "offering",
                "place",
                "rev",
            ] {
                let mut changed = line.clone();
                if let Some(Value::Object(map)) = changed.pointer_mut(place) {
                    map.entry(key).or_insert(json!("a"));
                    add("a key more", &changed);
                }
            }
        }
    }
    samples
}

/// Records whose JSON is written in other ways.
pub(crate) fn other_spellings() -> Samples {
    let mut samples = Samples::default();
    let replaced = [
        ("{", "{ "),
        (":", ": "),
        (",", ", "),
        ("}", " }"),
        (",", ",\t"),
        ("}", "}\r"),
        ("}", "}\n"),
        ("{", "\u{feff}{"),
        ("{", "["),
        ("}", "]"),
        ("\"v\":1", "\"v\":1,\"v\":1"),
        ("\"v\":1", "\"v\":1.0"),
        ("\"v\":1", "\"v\":1e0"),
        ("\"v\":1", "\"v\":01"),
        ("\"v\":1", "\"v\":-0"),
        ("\"v\":1", "\"v\":NaN"),
        ("\"v\":1", "\"v\":Infinity"),
        ("\"v\":1", "\"v\":true"),
        ("\"v\":1", "\"v\":\"1\""),
        ("a", "\\u0061"),
        ("/", "\\/"),
        ("é", "\\u00e9"),
        ("\\n", "\\u000a"),
        ("\\t", "\\u0009"),
        ("\\\"", "\\u0022"),
        ("\\n", "\n"),
        ("\\t", "\t"),
        ("\"v\"", "\"\\u0076\""),
        ("clerk", "\u{7f}"),
        ("clerk", "\\b"),
        ("clerk", "\\ud83d\\ude00"),
        ("clerk", "\\ud83d"),
        ("Z", "z"),
        ("T", " "),
        ("-04:00", "-4:00"),
        (",\"v\":1}", "}"),
        ("{\"actor\":\"clerk@example.org\",", "{"),
        ("\"data\":{", "\"data\":{\"data\":{},"),
        ("\"prev\":\"", "\"prev\":\"0"),
    ];
    for (before, line) in small_ledgers() {
        let text = line.to_string();
        let mut add = |what, text: &str| samples.add(what, [&before[..], text.as_bytes(), b"\n"].concat(), b"");
        for (from, to) in replaced {
            add("another spelling", &text.replacen(from, to, 1));
            add("another spelling", &text.replace(from, to));
            if let Some(place) = text.rfind(from) {
                add("another spelling", &format!("{}{to}{}", &text[..place], &text[place + from.len()..]));
            }
        }
        let keys: Vec<_> = text[1..text.len() - 1].split(",\"").collect();
        for index in 1..keys.len() {
            let mut swapped = keys.clone();
            swapped.swap(index - 1, index);
            add("keys in another order", &format!("{{{}}}", swapped.join(",\"")));
        }
        for deep in [20, 200, 20_000] {
            add(
                "nested deeply",
                &text.replacen("\"data\":", &format!("\"data\":{}{},", "[".repeat(deep), "]".repeat(deep)), 1),
            );
            add("nested deeply", &text.replacen("\"data\":", &format!("\"data\":{}", "[".repeat(deep)), 1));
        }
        add("a long line", &text.replacen("\"data\":", &format!("\"data\":\"{}\",", "a".repeat(70_000)), 1));
        add("a long line", &text.replacen("\"seq\":", &format!("\"seq\":{}", "9".repeat(60_000)), 1));
        samples.add(
            "bytes that are no UTF-8",
            [&before[..], text.replacen("clerk", "", 1).as_bytes(), b"\xff\n"].concat(),
            b"",
        );
    }
    samples
}
