//! Ledgers of format 2, with everything that a line of that format can have, are read as they were written.

use crate::support::Place;
use ibbi_core::{Edition, EventKind};
use ibbi_log::{Digest, texts_path};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// A ledger, the SHA-256 of it and of its texts, and the outcome or stage that each of its cases ends in.
struct Golden {
    name: &'static str,
    sha256: &'static str,
    texts: Option<&'static str>,
    ends: &'static [&'static str],
}

const V2: &[Golden] = &[
    Golden {
        name: "everyone-at-the-table",
        sha256: "b72e2dd895c88e3eadb1a265a8ca04697dc35890bcd019c4ceebf716783c3fb5",
        texts: Some("8797404eb1d38b399137b85c7d49e6eaba8e6b0926a16688178f42197ac53c97"),
        ends: &["completed"],
    },
    Golden {
        name: "programs-and-editions",
        sha256: "05bccece2ca851ab2d02a54a7b9bde10caf6b91eb46dd7a17c3581806b78f11a",
        texts: None,
        ends: &["training", "withdrawn"],
    },
];

impl Golden {
    fn path(&self) -> PathBuf {
        ibbi_testing::repository("tests/golden/v2").join(self.name).with_extension("ledger")
    }

    fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path()).expect("a ledger");
        text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
    }

    /// Returns a place with a copy of the ledger and its texts, under the name `golden.ledger`.
    fn place(&self) -> Place {
        let place = Place::new();
        std::fs::copy(self.path(), place.path("golden.ledger")).expect("a copy");
        if self.texts.is_some() {
            std::fs::copy(texts_path(&self.path()), texts_path(&place.path("golden.ledger"))).expect("a copy");
        }
        place
    }
}

#[test]
fn golden_ledgers_of_format_2_are_unchanged() {
    let mut listed = BTreeSet::new();
    for golden in V2 {
        let digest = |path: &PathBuf| Digest::sha256(&std::fs::read(path).expect("a file")).to_string();
        assert_eq!(digest(&golden.path()), golden.sha256, "{} was changed: restore it", golden.name);
        listed.insert(golden.path());
        if let Some(texts) = golden.texts {
            let path = texts_path(&golden.path());
            assert_eq!(digest(&path), texts, "the texts of {} were changed: restore them", golden.name);
            listed.insert(path);
        }
    }
    let folder = V2[0].path().parent().expect("a folder").to_owned();
    let found: BTreeSet<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(listed, found);
}

#[test]
fn golden_ledgers_of_format_2_have_every_new_kind_field_and_key() {
    let (mut kinds, mut fields, mut keys) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for line in V2.iter().flat_map(Golden::lines) {
        kinds.insert(line["type"].as_str().unwrap().to_owned());
        keys.extend(line.as_object().unwrap().keys().cloned());
        fields.extend(line["data"].as_object().unwrap().keys().cloned());
    }
    for kind in EventKind::ALL.iter().filter(|kind| kind.editions().first() > Edition::FIRST) {
        assert!(kinds.contains(kind.code()), "no golden ledger has {kind}");
    }
    for field in ["advisers", "co_neutrals", "late", "substitutes"] {
        assert!(fields.contains(field), "no golden ledger has {field}");
    }
    for key in ["act", "on_behalf", "precision", "replaces"] {
        assert!(keys.contains(key), "no line has {key}");
    }
}

#[test]
fn golden_ledgers_of_format_2_are_read_audited_and_continued() {
    for golden in V2 {
        let place = golden.place();
        let before = place.files();
        assert!(place.done(&["verify", "golden.ledger"]).starts_with("sound"), "{}", golden.name);
        let (code, report) = place.json(&["audit", "golden.ledger"]);
        assert!(code == 0 && report["sound"] == true, "{}: {report}", golden.name);
        let (code, timelines) = place.json(&["replay", "golden.ledger"]);
        let end = |case: &Value| case["outcome"].as_str().or_else(|| case["stage"].as_str()).unwrap().to_owned();
        let ends: Vec<_> = timelines.as_array().unwrap().iter().map(end).collect();
        assert_eq!((code, ends), (0, golden.ends.iter().map(ToString::to_string).collect()), "{}", golden.name);
        insta::assert_snapshot!(format!("replay-of-{}", golden.name), place.done(&["replay", "golden.ledger"]));
        assert!(place.files() == before, "{}: reading changes nothing", golden.name);
        place.done(&["new", "golden.ledger", "--district", "Somewhere New"]);
        assert!(place.done(&["verify", "golden.ledger"]).starts_with("sound"), "{}", golden.name);
    }
}
