//! Releases that were changed in every place and in many ways. The program and the Python script report the same fault for each.

use super::office::{Folder, office, released};
use super::one_case::OF_ONE_CASE;
use super::python;
use crate::support::Place;
use ibbi_app::release::check_release;
use serde_json::{Value, json};
use std::fs;

/// A way to change a release, and the fault that must be reported.
pub(super) struct Manipulation {
    pub(super) fault: &'static str,
    pub(super) change: fn(&mut Folder),
    /// Whether the forger writes the digests in `release.json` again.
    pub(super) reseals: bool,
}

/// A change after which the digests in `release.json` are right again. The forger has no key.
pub(super) const fn forged(fault: &'static str, change: fn(&mut Folder)) -> Manipulation {
    Manipulation { fault, change, reseals: true }
}

/// A change alone.
pub(super) const fn changed(fault: &'static str, change: fn(&mut Folder)) -> Manipulation {
    Manipulation { fault, change, reseals: false }
}

pub(super) const LINES: &str = "lines.jsonl";
pub(super) const RELEASED: &str = "released-texts.jsonl";
pub(super) const WITHHELD: &str = "withheld.jsonl";
pub(super) const HEAD: &str = "release.json";
pub(super) const OTHER: &str = "00000000-0000-4000-8000-000000000000";

/// Returns the index in `lines.jsonl` of the entry of a line in full.
pub(super) fn at(lines: &[String], number: u64) -> usize {
    let part = format!(",\"seq\":{number},");
    lines.iter().position(|line| line.contains(&part)).unwrap_or_else(|| panic!("line {number}"))
}

/// Returns the index of the entry of a line that is withheld, from its proof.
pub(super) fn hidden_at(lines: &[String], number: u64) -> usize {
    let part = format!("{{\"index\":{},", number - 1);
    lines.iter().position(|line| line.starts_with(&part)).unwrap_or_else(|| panic!("line {number}")) - 1
}

/// Returns an entry of one of the files by line.
pub(super) fn entry(folder: &Folder, name: &str, line: u64) -> String {
    let part = format!("\"line\":{line},");
    folder.text(name).lines().find(|entry| entry.contains(&part)).unwrap_or_else(|| panic!("{name}: {line}")).to_owned()
}

/// Adds an entry at the place that its line asks for.
pub(super) fn add_entry(folder: &mut Folder, name: &str, value: &Value) {
    let line = |text: &String| serde_json::from_str::<Value>(text).unwrap()["line"].as_u64().unwrap();
    folder.lines(name, |lines| {
        lines.push(value.to_string());
        lines.sort_by_key(line);
    });
}

pub(super) fn of_line(line: u64) -> String {
    format!("\"line\":{line},")
}

fn flip(text: &str) -> String {
    let last = if text.starts_with('0') { "1" } else { "0" };
    format!("{last}{}", &text[1..])
}

pub(super) fn flip_field(folder: &mut Folder, name: &str, line: u64, field: &str) {
    folder.json(name, &of_line(line), |entry| entry[field] = flip(entry[field].as_str().unwrap()).into());
}

/// Changes of a release of all cases. Its lines are proved together.
const OF_ALL_CASES: &[Manipulation] = &[
    forged("lines.jsonl: line 5: it is not the line that line 6 follows", |folder| {
        folder.lines(LINES, |lines| lines[4] = lines[4].replace("clerk@", "clark@"));
    }),
    forged("lines.jsonl: line 32: it is not the line that line 33 follows", |folder| {
        folder.lines(LINES, |lines| lines[31] = lines[31].replace("2025-10-24T15:00", "2025-10-24T15:01"));
    }),
    forged("lines.jsonl: line 5: line 6 is in its place", |folder| {
        folder.lines(LINES, |lines| drop(lines.remove(4)));
    }),
    forged("lines.jsonl: line 5: line 6 is in its place", |folder| folder.lines(LINES, |lines| lines.swap(4, 5))),
    forged("lines.jsonl: line 6: line 5 is in its place", |folder| {
        folder.lines(LINES, |lines| lines.insert(4, lines[4].clone()));
    }),
    forged("lines.jsonl: line 5: it is not a line of a ledger", |folder| {
        folder.lines(LINES, |lines| lines[4] = lines[4].replace("\"rev\":", "\"rev\": "));
    }),
    forged("lines.jsonl: the lines end with line 37, but the checkpoint covers 38", |folder| {
        folder.lines(LINES, |lines| lines.truncate(37));
    }),
    forged("lines.jsonl: one of the lines 33, 34, 35, 38 was changed", |folder| {
        // The withheld lines 34 to 36 follow each other, and only line 36 is named by a line in full.
        flip_field(folder, WITHHELD, 34, "sha256");
        let hash = serde_json::from_str::<Value>(&entry(folder, WITHHELD, 34)).unwrap()["sha256"].clone();
        folder.lines(LINES, |lines| lines[33] = json!({ "sha256": hash }).to_string());
    }),
    forged("lines.jsonl: line 36: it is not the line that line 37 follows", |folder| {
        flip_field(folder, WITHHELD, 36, "sha256");
        let hash = serde_json::from_str::<Value>(&entry(folder, WITHHELD, 36)).unwrap()["sha256"].clone();
        folder.lines(LINES, |lines| lines[35] = json!({ "sha256": hash }).to_string());
    }),
    forged("lines.jsonl: one of the lines 33, 34, 35, 38 was changed", |folder| {
        folder.lines(LINES, |lines| lines[37] = lines[37].replace("\"cases\":2", "\"cases\":3"));
    }),
    forged("lines.jsonl: line 34: it is withheld, but withheld.jsonl has no entry for it", |folder| {
        // A withheld line disappears with its reason.
        folder.lines(WITHHELD, |lines| lines.retain(|line| !line.contains(&of_line(34))));
        folder.lines(LINES, |lines| drop(lines.remove(33)));
    }),
    forged("lines.jsonl: line 34: it is withheld, but withheld.jsonl has no entry for it", |folder| {
        folder.lines(WITHHELD, |lines| lines.retain(|line| !line.contains(&of_line(34))));
    }),
    forged("lines.jsonl: line 34: it must be record 1 of case 00000000-0000-4000-8000-000000000000", |folder| {
        folder.json(WITHHELD, &of_line(34), |entry| entry["case"] = OTHER.into());
    }),
    forged("lines.jsonl: line 36: it must be record 32 of case", |folder| {
        // A withheld record is given to a case that doesn't exist.
        folder.json(WITHHELD, &of_line(35), |entry| {
            entry["case"] = OTHER.into();
            entry["rev"] = 1.into();
        });
    }),
    forged("lines.jsonl: line 32: its text is neither released nor withheld", |folder| {
        folder.lines(WITHHELD, |lines| lines.retain(|line| !line.contains(&of_line(32))));
    }),
    forged(
        "lines.jsonl: the paths at the end must be those of the cases of the release, in the order of their IDs",
        |folder| {
            folder.lines(LINES, |lines| drop(lines.pop()));
        },
    ),
    forged(
        "lines.jsonl: the paths at the end must be those of the cases of the release, in the order of their IDs",
        |folder| {
            folder.lines(LINES, |lines| {
                let last = lines.len() - 1;
                lines.swap(last - 1, last);
            });
        },
    ),
    forged("the checkpoint is of other lines: they do not lead to its root", |folder| {
        folder.json(HEAD, "files", |head| {
            let note = head["checkpoint"].as_str().unwrap();
            let root = note.lines().nth(2).unwrap();
            head["checkpoint"] = note.replacen(root, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1).into();
        });
    }),
    forged("lines.jsonl: line 39: it is not a line of a ledger", |folder| {
        folder.lines(LINES, |lines| lines.insert(38, "{\"actor\":\"x\"}".to_owned()));
    }),
    forged("lines.jsonl: entry 2: it is not the proof of the line before it", |folder| {
        folder.json(HEAD, "files", |head| head["cases"] = json!([OTHER]));
    }),
];

/// Spoils the release in a place, and compares both verdicts with what must be reported.
fn compare(place: &Place, manipulations: &[Manipulation]) {
    let whole = Folder::read(&place.path("response"));
    let mut folders = Vec::new();
    for (index, manipulation) in manipulations.iter().enumerate() {
        let mut folder = whole.clone();
        (manipulation.change)(&mut folder);
        assert_ne!(folder, whole, "manipulation {index} changes something: {}", manipulation.fault);
        if manipulation.reseals {
            folder.reseal();
        }
        let name = format!("spoiled-{index}");
        folder.write(&place.path(&name));
        folders.push(name);
    }
    let has_python = std::process::Command::new("python3").arg("--version").output().is_ok();
    let script = if has_python { python(place, &folders, None) } else { Vec::new() };
    let mut wrong = Vec::new();
    for (index, (manipulation, name)) in manipulations.iter().zip(&folders).enumerate() {
        let verdict = check_release(&place.path(name), &[]).unwrap();
        let found = verdict.fault.unwrap_or_else(|| "sound".to_owned());
        let agrees = script.get(index).is_none_or(|said| said.as_deref() == Some(&found));
        if !found.contains(manipulation.fault) || !agrees || verdict.sound {
            wrong.push(format!("{index}: {}\n  ibbi: {found}\n  Python: {:?}", manipulation.fault, script.get(index)));
        }
    }
    println!("{} manipulations, each found by ibbi{}", folders.len(), if has_python { " and the script" } else { "" });
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), folders.len(), wrong.join("\n"));
    // The control: the release as it was written, and one whose digests were written again without a change.
    let mut again = whole.clone();
    again.reseal();
    assert_eq!(again, whole);
    assert_eq!(check_release(&place.path("response"), &[]).unwrap().fault, None);
}

#[test]
fn every_change_of_a_release_of_one_case_is_found() {
    let place = office();
    released(&place, &["--case", "Maple Hollow", "--key", "my.key"]);
    compare(&place, OF_ONE_CASE);
}

#[test]
fn every_change_of_a_release_of_all_cases_is_found() {
    let place = office();
    released(&place, &["--all"]);
    compare(&place, OF_ALL_CASES);
}

#[test]
fn lines_of_another_case_do_not_fit() {
    let place = office();
    released(&place, &["--case", "Maple Hollow", "--case", "Cedar Falls"]);
    let both = Folder::read(&place.path("response"));
    place.done(&["verify", "response", "--key", "my.pub"]);
    fs::remove_dir_all(place.path("response")).unwrap();
    released(&place, &["--case", "Maple Hollow"]);
    let mut folder = Folder::read(&place.path("response"));
    let lines: Vec<String> = both.text(LINES).lines().map(str::to_owned).collect();
    let foreign = lines[at(&lines, 32)..at(&lines, 32) + 2].to_vec();
    folder.lines(LINES, |lines| {
        let place = at(lines, 33);
        lines.splice(place..place, foreign);
    });
    folder.reseal();
    folder.write(&place.path("spoiled"));
    let fault = check_release(&place.path("spoiled"), &[]).unwrap().fault.unwrap();
    assert!(fault.starts_with("lines.jsonl: line 32: it is of case "), "{fault}");
    assert_eq!(python(&place, &["spoiled".to_owned()], None), [Some(fault)]);
}

#[test]
fn signatures_of_other_keys_do_not_count() {
    let place = office();
    released(&place, &["--case", "Maple Hollow", "--key", "other.key"]);
    let keys = ["my.pub", "other.pub"].map(|file| fs::read_to_string(place.path(file)).unwrap().trim().to_owned());
    let agree = |folder: &str, key: &String| {
        let found = check_release(&place.path(folder), std::slice::from_ref(key)).unwrap().fault;
        assert_eq!(python(&place, &[folder.to_owned()], Some(key)), std::slice::from_ref(&found));
        found
    };
    // The ledger's key signed the checkpoint, and another key signed the release.
    let fault = agree("response", &keys[0]);
    assert_eq!(fault.as_deref(), Some("release.note: the given key did not sign it"));
    let fault = agree("response", &keys[1]);
    assert_eq!(fault.as_deref(), Some("release.json: the given key did not sign the checkpoint"));
    fs::remove_dir_all(place.path("response")).unwrap();
    released(&place, &["--case", "Maple Hollow", "--key", "my.key"]);
    assert_eq!(agree("response", &keys[0]), None);
    // One bit of the signature.
    let mut folder = Folder::read(&place.path("response"));
    let note = folder.text("release.note").to_owned();
    let at = note.len() - 20;
    let other = if &note[at..=at] == "A" { "B" } else { "A" };
    folder.set("release.note", format!("{}{other}{}", &note[..at], &note[at + 1..]));
    folder.write(&place.path("spoiled"));
    let fault = agree("spoiled", &keys[0]);
    assert_eq!(fault.as_deref(), Some("release.note: the given key did not sign it"));
    let refused = place.ibbi(&["verify", "spoiled", "--key", "my.pub"]);
    assert!(refused.code == 4 && refused.out.contains("NOT sound: release"), "{}", refused.out);
    let (code, json) = place.json(&["verify", "spoiled", "--key", "my.pub"]);
    assert_eq!((code, &json["sound"], json["fault"].as_str()), (4, &Value::Bool(false), fault.as_deref()));
}

#[test]
fn end_that_was_cut_off_with_its_proofs_is_never_called_complete() {
    let place = office();
    released(&place, &["--case", "Maple Hollow"]);
    let mut folder = Folder::read(&place.path("response"));
    folder.set(RELEASED, entry(&folder, RELEASED, 29) + "\n");
    folder.lines(LINES, |lines| lines.truncate(at(lines, 37)));
    folder.reseal();
    folder.write(&place.path("spoiled"));
    let verdict = check_release(&place.path("spoiled"), &[]).unwrap();
    assert_eq!((verdict.sound, verdict.complete_up_to), (true, None), "{:?}", verdict.fault);
    let said = place.done(&["verify", "spoiled"]);
    assert!(said.contains("later records of the cases might exist"), "{said}");
}
