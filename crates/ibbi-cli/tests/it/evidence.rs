//! Damaged evidence: an audit goes on with what can be read, and says what can't.

use crate::support::Place;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

/// Returns a place with a golden ledger and a checkpoint over all of its lines.
fn signed() -> Place {
    let place = Place::new();
    fs::write(place.path("a.ledger"), ibbi_testing::golden("completed-full-day")).unwrap();
    place.done(&["keygen", "my.example", "my.key"]);
    place.done(&["checkpoint", "a.ledger", "--key", "my.key"]);
    place
}

/// Puts a file of checkpoints that can't be read in the place of another one.
fn spoil(kind: &str, file: &Path) {
    match kind {
        "garbage" => fs::write(file, "not a checkpoint\n\n\u{2014} key AAAA\nnor this").unwrap(),
        "binary" => fs::write(file, [0, 159, 146, 150, 255].repeat(1000)).unwrap(),
        "huge" => File::create(file).and_then(|file| file.set_len(3 << 30)).unwrap(),
        "folder" => fs::create_dir(file).unwrap(),
        "pipe" => assert!(Command::new("mkfifo").arg(file).status().unwrap().success()),
        _ => std::os::unix::fs::symlink("/nowhere/at/all", file).unwrap(),
    }
}

#[test]
fn damaged_checkpoints_never_end_an_audit() {
    let place = signed();
    let lines = place.json(&["verify", "a.ledger"]).1["lines"].clone();
    for kind in ["garbage", "binary", "huge", "folder", "pipe", "link"] {
        fs::copy(place.path("a.ledger"), place.path(&format!("{kind}.ledger"))).unwrap();
        let (ledger, file) = (format!("{kind}.ledger"), format!("{kind}.ledger.checkpoints"));
        spoil(kind, &place.path(&file));
        for args in [&[][..], &["--checkpoint", &file]] {
            // A name that was given and leads to no file that can be read was mistyped.
            if ["folder", "pipe", "link"].contains(&kind) && !args.is_empty() {
                for command in ["verify", "audit"] {
                    let result = place.ibbi(&[&[command, &ledger], args].concat());
                    assert!(result.code == 5 && result.err.contains(&file), "{kind}: {result:?}");
                }
                continue;
            }
            let (code, verified) = place.json(&[&["verify", &ledger], args].concat());
            assert_eq!(
                (code, &verified["sound"], &verified["lines"]),
                (4, &false.into(), &lines),
                "{kind}: {verified}"
            );
            assert_eq!(verified["faults"][0]["code"], "checkpoint.unreadable", "{kind}: {verified}");
            let (code, report) = place.json(&[&["audit", &ledger], args].concat());
            assert_eq!((code, &report["sound"], &report["cases"]["total"]), (4, &false.into(), &1.into()), "{kind}");
            let found = report["findings"].as_array().unwrap().iter();
            let found: Vec<_> = found.filter(|row| row["severity"] == "error").map(|row| &row["code"]).collect();
            assert_eq!(found, ["checkpoint.unreadable"], "{kind}");
        }
    }
}

#[test]
fn readable_checkpoints_of_a_damaged_file_are_checked() {
    let place = signed();
    let good = fs::read_to_string(place.path("a.ledger.checkpoints")).unwrap();
    fs::write(place.path("a.ledger.checkpoints"), format!("no\n\n\u{2014} key AAAA\n\n{good}")).unwrap();
    let (code, report) = place.json(&["audit", "a.ledger"]);
    let checkpoints = report["checkpoints"].as_array().unwrap();
    assert_eq!((code, checkpoints.len(), &checkpoints[0]["fault"]), (4, 1, &serde_json::Value::Null), "{report}");
    let text = place.ibbi(&["audit", "a.ledger"]).out;
    assert!(text.contains("checkpoint 1 of the file") && text.contains("Covered to line 33"), "{text}");
}

#[test]
fn extract_counts_the_records_of_its_case() {
    let place = signed();
    place.done(&["extract", "a.ledger", "--out", "case.extract"]);
    let text = place.done(&["audit", "case.extract"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("in 32 records of 1 case"), "{text}");
    assert!(!text.contains("No checkpoint covers") && !text.contains("Digest of the last line"), "{text}");
    assert_eq!(place.json(&["audit", "case.extract"]).1["ledger"]["lines"], 32);
    place.done(&["audit", "case.extract", "--html", "audit.html"]);
    let page = fs::read_to_string(place.path("audit.html")).unwrap();
    assert!(page.contains("<dt>Records</dt><dd>32") && !page.contains("after it yet"), "the page counts records");
}

#[test]
fn weak_programs_and_advisories_fail_an_audit_on_request() {
    let place = Place::new();
    fs::write(place.path("weak.ledger"), ibbi_testing::golden("corrections-and-three-cases")).unwrap();
    fs::write(place.path("late.ledger"), ibbi_testing::golden_v2("everyone-at-the-table")).unwrap();
    for (ledger, what, code) in [
        ("weak.ledger", "error", 0),
        ("weak.ledger", "unsound", 0),
        ("weak.ledger", "warning", 4),
        ("weak.ledger", "program.weak-training", 4),
        ("weak.ledger", "program.weak-presence", 4),
        ("weak.ledger", "program.weak-grace", 0),
        ("weak.ledger", "record.inserted", 0),
        ("late.ledger", "record.inserted", 4),
        ("late.ledger", "attendance.substitute", 4),
        ("late.ledger", "names.look-alike", 0),
        ("late.ledger", "record.inzerted", 2),
    ] {
        let found = place.ibbi(&["audit", ledger, "--fail-on", what, "--show", "0"]);
        assert_eq!(found.code, code, "{ledger} {what}: {} {}", found.out, found.err);
    }
}

#[test]
fn verify_reports_wrong_clocks_too() {
    let place = Place::new();
    let text = String::from_utf8(ibbi_testing::golden("withdrawn")).unwrap();
    let late = text.replacen("\"logged\":\"2025-", "\"logged\":\"9025-", 9);
    fs::write(place.path("a.ledger"), late).unwrap();
    let (_, verified) = place.json(&["verify", "a.ledger"]);
    assert_eq!(
        (&verified["clock"][0]["code"], &verified["clock"][0]["line"]),
        (&"clock.future".into(), &1.into()),
        "{verified}"
    );
    let (_, report) = place.json(&["audit", "a.ledger"]);
    let future = report["findings"].as_array().unwrap().iter().find(|row| row["code"] == "clock.future");
    assert_eq!(future.unwrap()["first"][0]["line"], 1, "{report}");
}
