//! Ledgers that an earlier version of this program wrote are read as they were meant.

use crate::support::Place;
use ibbi_core::{At, EventKind, History};
use ibbi_log::{Digest, LedgerReader, Opening, Record};
use ibbi_seal::{VerifyOptions, verify};
use ibbi_testing::golden_path;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

/// A ledger, its SHA-256, and the outcome or stage that each of its cases ends in.
struct Golden {
    name: &'static str,
    sha256: &'static str,
    ends: &'static [&'static str],
}

const V1: &[Golden] = &[
    Golden {
        name: "completed-full-day",
        sha256: "c2caa19b0f10a799f2b34cd7ecb1ff7f7c5c2ddaffbf9f25f8979ad8f229c6ee",
        ends: &["completed"],
    },
    Golden {
        name: "completed-two-half-days",
        sha256: "de26df415896dfce621875f58de3883831fbf89f8463bb48ffc712819c3e3cf9",
        ends: &["completed"],
    },
    Golden {
        name: "corrections-and-three-cases",
        sha256: "27a7714da71d53f6697de36c00ed591c639d3d967693afff48d9ad68808fc23a",
        ends: &["facilitation", "introduction", "withdrawn"],
    },
    Golden {
        name: "not-accepted",
        sha256: "1ec0a8e7cff9d9bf1a4be93b9aa4f7073ca2d3ec11504c9c3af2de79548d52fc",
        ends: &["not_accepted"],
    },
    Golden {
        name: "not-adopted",
        sha256: "8c72c11dd6008070e3058d03b7fe3463d737224a8a83de335fde3a6d33fc7a61",
        ends: &["not_adopted"],
    },
    Golden {
        name: "referred",
        sha256: "fc3bd932ceb4f9fb4f14839d76497dfcafc061b3e28f1c9a8dd7744eb7707830",
        ends: &["referred"],
    },
    Golden {
        name: "withdrawn",
        sha256: "6c87fde6c9ac1f931ac5cfc6c23a88d31763a5225c57cebbd4f47df9c0cd5fb5",
        ends: &["withdrawn"],
    },
];

impl Golden {
    fn path(&self) -> PathBuf {
        golden_path(self.name)
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }

    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.bytes()).expect("a ledger is UTF-8");
        assert!(text.ends_with('\n'), "{}", self.name);
        text.lines().map(str::to_owned).collect()
    }

    fn read(&self) -> (Opening, Vec<Record>) {
        let mut reader = LedgerReader::open(&self.path()).expect("a file");
        let opening = reader.opening().expect("a first line").clone();
        let records = reader.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{}: {error}", self.name));
        (opening, records)
    }

    /// A place with a copy of it, under the name `golden.ledger`.
    fn place(&self) -> Place {
        let place = Place::new();
        std::fs::write(place.path("golden.ledger"), self.bytes()).expect("a copy");
        place
    }
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).expect("a line is JSON")
}

#[test]
fn golden_ledgers_are_unchanged() {
    let listed: BTreeSet<_> = V1.iter().map(|golden| golden.path()).collect();
    let dir = V1[0].path().parent().expect("a directory").to_owned();
    let there: BTreeSet<_> = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(listed, there);
    for golden in V1 {
        assert_eq!(
            Digest::sha256(&golden.bytes()).to_string(),
            golden.sha256,
            "{} was changed: restore it",
            golden.name
        );
    }
}

#[test]
fn golden_ledgers_have_every_event_and_key() {
    let mut seen = BTreeSet::new();
    for line in V1.iter().flat_map(|golden| golden.lines().into_iter().skip(1)) {
        let line = json(&line);
        let kind = line["type"].as_str().unwrap().to_owned();
        seen.extend(line["data"].as_object().unwrap().keys().map(|key| (kind.clone(), key.clone())));
        seen.insert((kind, String::new()));
    }
    // Format 2 and the second edition of the rules added the other kinds and fields.
    for kind in EventKind::ALL.iter().filter(|kind| kind.editions().first() == ibbi_core::Edition::FIRST) {
        let later = ["advisers", "co_neutrals", "late", "substitutes"];
        let fields = kind.fields().iter().map(|field| field.name).filter(|name| !later.contains(name));
        for key in fields.chain([""]) {
            let key = (kind.to_string(), key.to_owned());
            assert!(seen.contains(&key), "no golden ledger has {key:?}");
        }
    }
}

#[test]
fn golden_ledgers_are_sound() {
    for golden in V1 {
        let mut prev = Digest::ZERO.to_string();
        for (index, line) in golden.lines().iter().enumerate() {
            let read = json(line);
            assert_eq!(read["prev"], prev, "{} line {}", golden.name, index + 1);
            assert_eq!(read["seq"], index + 1);
            // Keys are sorted at every level, so that the JSON library, which sorts them, gives the same bytes back.
            assert_eq!(read.to_string(), *line, "{} line {}", golden.name, index + 1);
            prev = Digest::sha256(line.as_bytes()).to_string();
        }
        let report = verify(&golden.bytes()[..], &VerifyOptions::default()).unwrap();
        assert!(report.is_sound(), "{}: {report:?}", golden.name);
    }
}

#[test]
fn golden_ledgers_round_trip() {
    for golden in V1 {
        let (opening, records) = golden.read();
        let mut histories = HashMap::new();
        for (record, line) in records.into_iter().zip(&golden.lines()[1..]) {
            let history = histories.entry(record.case).or_insert_with(|| History::for_case(record.case));
            let to = history.offer(record.seq, record.at, record.event.clone()).expect("a golden ledger is legal");
            assert_eq!(to, record.to);
            let prev: Digest = json(line)["prev"].as_str().expect("a digest").parse().expect("a digest");
            let again = ibbi_log::encode_line(&record, &prev).expect("a record of a ledger is writable");
            assert_eq!(line.as_bytes(), again, "{}", golden.name);
        }
        if !opening.has_our_chart() {
            println!("{}: begun under another chart, as it may be", golden.name);
        }
    }
}

/// A line with another hash in it.
fn put(line: &str, key: &str, value: &str) -> String {
    let begin = format!("\"{key}\":\"");
    let start = line.find(&begin).expect("the key is there") + begin.len();
    format!("{}{value}{}", &line[..start], &line[start + value.len()..])
}

#[test]
fn golden_ledgers_replay_to_the_same_text() {
    for golden in V1 {
        let place = golden.place();
        let before = place.files();
        let (code, timelines) = place.json(&["replay", "golden.ledger"]);
        assert_eq!(code, 0, "{}", golden.name);
        let ends: Vec<_> = timelines.as_array().unwrap().iter().map(end).collect();
        assert_eq!(ends, golden.ends, "{}", golden.name);
        for timeline in timelines.as_array().unwrap() {
            let case = timeline["case"].as_str().unwrap();
            let (code, status) = place.json(&["status", "golden.ledger", "--case", case]);
            assert_eq!((code, end(&status)), (0, end(timeline)), "{}", golden.name);
        }
        insta::assert_snapshot!(format!("replay-of-{}", golden.name), place.done(&["replay", "golden.ledger"]));
        assert!(place.files() == before, "{}: reading changes nothing", golden.name);
    }
}

/// The outcome of a case, or its stage while it has none.
fn end(case: &Value) -> String {
    case["outcome"].as_str().or_else(|| case["stage"].as_str()).unwrap().to_owned()
}

#[test]
fn ledger_with_another_chart_can_be_continued() {
    for golden in V1 {
        let place = Place::new();
        let mut text = String::new();
        let mut prev = Digest::ZERO;
        for (index, line) in golden.lines().iter().enumerate() {
            let line = if index == 0 {
                put(line, "chart", &Digest::sha256(b"another chart").to_string())
            } else {
                line.clone()
            };
            let line = put(&line, "prev", &prev.to_string());
            prev = Digest::sha256(line.as_bytes());
            text += &(line + "\n");
        }
        std::fs::write(place.path("other.ledger"), text).unwrap();
        let result = place.ibbi(&["replay", "other.ledger"]);
        assert_eq!(result.code, 0, "{}: {}", golden.name, result.err);
        assert!(
            result.err.starts_with("ibbi: another version of the process chart created this ledger"),
            "{}",
            result.err
        );
        let at = At::from_millis(1_767_225_600_000).unwrap().to_string();
        place.done(&["new", "other.ledger", "--district", "Somewhere New", "--at", &at]);
        assert_eq!(place.ibbi(&["status", "other.ledger", "--case", "somewhere new"]).code, 0);
    }
}
