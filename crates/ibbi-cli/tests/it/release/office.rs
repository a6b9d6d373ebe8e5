//! An office that answers a public-records request: its ledger, its decisions, and the folder that it sends.

use crate::support::{Place, record_in_time};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

/// The decisions about the texts and lines of the ledger that [`office`] makes.
pub(super) const EXEMPT: &str = r#"
[default]
exemption = "M.G.L. c. 4, § 7, cl. 26(d)"
reason = "Positions that are being developed."

[[rule]]
lines = [37]
action = "release"

[[rule]]
kind = "concern_raised"
party = "management"
lines = [29]
action = "release"

[[rule]]
lines = [34]
action = "withhold_line"
exemption = "M.G.L. c. 4, § 7, cl. 26(c)"
reason = "It is about the health of a named person."
"#;

/// The texts of the ledger by line, with whether [`EXEMPT`] releases them.
pub(super) const TEXTS: [(u64, &str, bool); 7] = [
    (29, "Can the method keep to the budget calendar?", true),
    (30, "The trainer lays out a calendar that ends before the vote.", false),
    (32, "Cedarwood prefers Thursdays.", false),
    (33, "yes", false),
    (34, "Quillon takes medical leave in Zephyr week.", false),
    (35, "Kindergarten rosters overflow.", false),
    (37, "The meeting was moved to the library.", true),
];

/// Returns a folder with the ledger, its newest checkpoint, and its keys.
///
/// The ledger has the tour's case up to its caucus, with random IDs and salts, and a second case. Line 38 states all cases.
pub(super) fn office() -> Place {
    static FILES: OnceLock<BTreeMap<std::ffi::OsString, Vec<u8>>> = OnceLock::new();
    let files = FILES.get_or_init(|| {
        let place = Place::new();
        let key = |name: &str, file: &str, public: &str| {
            fs::write(place.path(public), place.done(&["keygen", name, file])).unwrap();
        };
        key("example.org/ibbi", "my.key", "my.pub");
        key("example.org/other", "other.key", "other.pub");
        record(&place);
        record_in_time(&place, "my.ledger");
        place.done(&["checkpoint", "my.ledger", "--key", "my.key"]);
        fs::write(place.path("exempt.toml"), EXEMPT).unwrap();
        place.files().into_iter().filter_map(|(name, bytes)| Some((name, bytes?))).collect()
    });
    let place = Place::new();
    for (name, bytes) in files {
        fs::write(place.path(&name.to_string_lossy()), bytes).unwrap();
        #[cfg(unix)]
        if name.to_string_lossy().ends_with(".key") {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(place.path(&name.to_string_lossy()), fs::Permissions::from_mode(0o600)).unwrap();
        }
    }
    place
}

/// Records the tour's events again, which gives them random IDs and salts, and then some more.
fn record(place: &Place) {
    place.done(&["tour", "--ledger", "tour.ledger"]);
    let texts = fs::read_to_string(place.path("tour.ledger.texts")).unwrap();
    let texts: Vec<Value> = texts.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let tour = fs::read_to_string(place.path("tour.ledger")).unwrap();
    for line in tour.lines().skip(1).take(29) {
        let line: Value = serde_json::from_str(line).unwrap();
        let (kind, at) = (line["type"].as_str().unwrap(), line["at"].as_str().unwrap());
        if kind == "case_opened" {
            place.done(&["new", "my.ledger", "--district", "Maple Hollow", "--at", at]);
            continue;
        }
        let mut data = line["data"].clone();
        for field in ["text", "response"] {
            if let Some(digest) = data[field]["sha256"].as_str() {
                let text = texts.iter().find(|text| text["digest"] == digest).unwrap();
                data[field] = text["text"].clone();
            }
        }
        let recorded = place.ibbi_with(&["record", "my.ledger", kind, "-", "--at", at], data.to_string().as_bytes());
        assert_eq!(recorded.code, 0, "{kind}: {}", recorded.err);
    }
    place.done(&["new", "my.ledger", "--district", "Cedar Falls", "--at", "2025-10-24 10:00"]);
    let note = |case: &str, text: &str| {
        let text = format!("text={text}");
        place.done(&["record", "my.ledger", "--case", case, "note_added", &text, "--at", "2025-10-24 11:00"]);
    };
    note("Cedar Falls", TEXTS[2].1);
    note("Maple Hollow", TEXTS[3].1);
    note("Maple Hollow", TEXTS[4].1);
    let raise = ["concern_raised", "party=management", "concern=staffing"];
    let about = |args: &[&str]| {
        let fixed = ["record", "my.ledger", "--case", "Maple Hollow", "--at", "2025-10-24 11:30"];
        place.done(&[&fixed[..], args].concat());
    };
    let text = format!("text={}", TEXTS[5].1);
    about(&[&raise[..], &[text.as_str()]].concat());
    about(&["concern_dropped", "concern=staffing"]);
    note("Maple Hollow", TEXTS[6].1);
    fs::remove_file(place.path("tour.ledger")).unwrap();
    fs::remove_file(place.path("tour.ledger.texts")).unwrap();
}

/// Writes a release to `response` with these further arguments.
pub(super) fn released(place: &Place, more: &[&str]) -> String {
    place.done(&[&["release", "my.ledger", "--out", "response", "--exempt", "exempt.toml"], more].concat())
}

/// The files of a release, in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Folder(pub(super) BTreeMap<String, Vec<u8>>);

impl Folder {
    pub(super) fn read(path: &Path) -> Self {
        let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap());
        Self(
            entries
                .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
                .collect(),
        )
    }

    pub(super) fn write(&self, path: &Path) {
        fs::create_dir(path).unwrap();
        self.0.iter().for_each(|(name, bytes)| fs::write(path.join(name), bytes).unwrap());
    }

    pub(super) fn text(&self, name: &str) -> &str {
        std::str::from_utf8(&self.0[name]).unwrap()
    }

    pub(super) fn set(&mut self, name: &str, text: impl Into<String>) {
        self.0.insert(name.to_owned(), text.into().into_bytes());
    }

    /// Changes the lines of a file.
    pub(super) fn lines(&mut self, name: &str, change: impl FnOnce(&mut Vec<String>)) {
        let mut lines: Vec<String> = self.text(name).lines().map(str::to_owned).collect();
        change(&mut lines);
        let text: String = lines.iter().map(|line| line.clone() + "\n").collect();
        self.set(name, text);
    }

    /// Changes the JSON of a line of a file: the first one that has this part.
    pub(super) fn json(&mut self, name: &str, part: &str, change: impl FnOnce(&mut Value)) {
        self.lines(name, |lines| {
            let line = lines.iter_mut().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{name}: {part}"));
            let mut value = serde_json::from_str(line).unwrap();
            change(&mut value);
            *line = value.to_string();
        });
    }

    /// Writes the SHA-256 of each listed file again, as a forger does who has no key.
    pub(super) fn reseal(&mut self) {
        let files = self.0.clone();
        self.json("release.json", "files", |head| {
            for (name, digest) in head["files"].as_object_mut().unwrap() {
                if let Some(bytes) = files.get(name) {
                    *digest = ibbi_log::Digest::sha256(bytes).to_string().into();
                }
            }
        });
    }
}
