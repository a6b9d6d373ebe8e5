//! Confidential texts beside a ledger that were altered, removed, or can't be read.

use crate::support::Place;
use serde_json::Value;
use std::fs;

const FILE_ERROR: i32 = 5;

/// A ledger with three notes: records 2, 3, and 4, which are in lines 3 to 5.
fn place() -> Place {
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    for text in ["Cedar room", "Maple room", "Birch room"] {
        place.done(&["record", "a.ledger", "note_added", &format!("text={text}"), "--at", "2025-09-02 09:00"]);
    }
    place
}

fn texts(place: &Place) -> String {
    fs::read_to_string(place.path("a.ledger.texts")).expect("texts")
}

/// The number of texts that `audit` reports under each code, and what `verify` says about the texts.
fn reported(place: &Place) -> ([u64; 3], Value) {
    let audit: Value = serde_json::from_str(&place.done(&["--json", "audit", "a.ledger"])).expect("JSON");
    assert_eq!(audit["sound"], true, "the ledger is sound without its texts");
    let codes = audit["findings"].as_array().expect("findings");
    let count = |code: &str| {
        let found = codes.iter().find(|finding| finding["code"] == code);
        found.map_or(0, |finding| finding["count"].as_u64().expect("a count"))
    };
    let verified: Value = serde_json::from_str(&place.done(&["--json", "verify", "a.ledger"])).expect("JSON");
    assert_eq!(verified["sound"], true);
    (["texts.no-file", "texts.missing", "texts.altered"].map(count), verified["texts"].clone())
}

#[test]
fn altered_and_lost_texts_are_reported_by_audit_and_verify() {
    let place = place();
    let whole = texts(&place);
    let answer = serde_json::json!({ "recorded": 3, "file": true, "missing": [], "altered": [] });
    assert_eq!(reported(&place), ([0, 0, 0], answer.clone()));
    assert!(!place.done(&["verify", "a.ledger"]).contains("text"), "nothing to say if all is there");

    let path = place.path("a.ledger.texts");
    // Another text under the same digest.
    fs::write(&path, whole.replace("Maple room", "Aspen room")).unwrap();
    let mut altered = answer.clone();
    altered["altered"] = serde_json::json!([4]);
    assert_eq!(reported(&place), ([0, 0, 1], altered));
    let shown = place.done(&["verify", "a.ledger"]);
    assert!(shown.contains("1 of 3 confidential texts is altered after recording (line 4)"), "{shown}");
    let shown = place.done(&["audit", "a.ledger"]);
    assert!(shown.contains("texts.altered") && !shown.contains("Aspen"), "{shown}");
    assert!(!place.done(&["replay", "a.ledger"]).contains("Aspen"), "an altered text is never shown");

    // Another salt, a lost line, a garbled line, and a file that is cut off.
    let lines: Vec<&str> = whole.lines().collect();
    let salt = lines[1].split("\"salt\":\"").nth(1).unwrap()[..8].to_owned();
    let others = [
        (whole.replace(&salt, "00000000"), [0, 0, 1]),
        (format!("{}\n{}\n", lines[0], lines[2]), [0, 1, 0]),
        (format!("{}\n{}\n{}\n", lines[0], &lines[1][..40], lines[2]), [0, 1, 0]),
        (whole[..whole.len() - 5].to_owned(), [0, 1, 0]),
        (String::new(), [0, 3, 0]),
        ("\u{0}\u{0}\n{}\n[]\n".to_owned(), [0, 3, 0]),
    ];
    for (text, expected) in others {
        fs::write(&path, &text).unwrap();
        assert_eq!(reported(&place).0, expected, "{text}");
    }

    let shown = place.done(&["verify", "a.ledger"]);
    assert!(shown.contains("3 of 3 confidential texts are missing (lines 3, 4, 5)"), "{shown}");

    fs::remove_file(&path).unwrap();
    let (counts, verified) = reported(&place);
    assert_eq!((counts, &verified["file"]), ([1, 0, 0], &Value::Bool(false)));
    let shown = place.done(&["verify", "a.ledger"]);
    assert!(shown.contains("the file with the 3 confidential texts is not beside the ledger"), "{shown}");
}

#[test]
fn file_of_texts_that_cannot_be_read_is_named() {
    let place = place();
    fs::remove_file(place.path("a.ledger.texts")).unwrap();
    fs::create_dir(place.path("a.ledger.texts")).unwrap();
    for command in
        [&["verify", "a.ledger"][..], &["audit", "a.ledger"], &["replay", "a.ledger"], &["status", "a.ledger"]]
    {
        let result = place.ibbi(command);
        assert_eq!(result.code, FILE_ERROR, "{command:?}: {}", result.err);
        assert!(result.err.contains("a.ledger.texts"), "{command:?}: {}", result.err);
    }
}

#[test]
fn case_report_has_the_texts_that_are_beside_the_ledger() {
    let place = place();
    let report = |place: &Place| place.done(&["audit", "a.ledger", "--case", "birch"]);
    let json = |place: &Place| place.json(&["audit", "a.ledger", "--case", "birch"]).1.to_string();
    for text in ["Cedar room", "Maple room", "Birch room"] {
        assert!(report(&place).contains(text) && json(&place).contains(text), "{text}: {}", report(&place));
    }
    assert!(!report(&place).contains("text not available"), "{}", report(&place));
    fs::write(place.path("a.ledger.texts"), texts(&place).replace("Maple room", "Other room")).unwrap();
    let altered = report(&place);
    assert!(
        altered.contains("Birch room") && !altered.contains("Other room"),
        "an altered text isn't shown: {altered}"
    );
    assert!(altered.contains("text not available"), "{altered}");
    fs::remove_file(place.path("a.ledger.texts")).unwrap();
    let without = report(&place);
    assert!(without.contains("text not available") && !without.contains("Birch room"), "{without}");
    // A page goes to other readers, so it has no confidential texts.
    let place = self::place();
    place.done(&["audit", "a.ledger", "--case", "birch", "--html", "case.html"]);
    let page = fs::read_to_string(place.path("case.html")).expect("a page");
    assert!(!page.contains("Cedar room"), "{page}");
}
