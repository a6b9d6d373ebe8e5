//! Files that are directories, that an editor or a mail program changed, or that are empty.

use super::{BAD, IO, USAGE, check, place};
use crate::support::Place;
use std::fs;

/// A place with a ledger that has a checkpoint, a key, and a witness. `d` is a directory.
fn signed() -> Place {
    let place = place();
    fs::create_dir(place.path("d")).unwrap();
    fs::write(place.path("my.pub"), place.done(&["keygen", "example.org/ibbi", "my.key"])).unwrap();
    fs::write(place.path("w.pub"), place.done(&["keygen", "w", "w.key", "--witness"])).unwrap();
    fs::write(place.path("c.note"), place.done(&["checkpoint", "a.ledger", "--key", "my.key"])).unwrap();
    place
}

#[test]
fn every_option_that_takes_a_file_names_a_directory() {
    let place = signed();
    let destroy = ["texts", "destroy", "a.ledger", "--case", "Birch", "--reason", "so", "--yes", "--retention", "d"];
    for args in [
        &["verify", "a.ledger", "--checkpoint", "d"][..],
        &["verify", "a.ledger", "--since", "d"],
        &["verify", "a.ledger", "--witnesses", "d", "--quorum", "1"],
        &["verify", "a.ledger", "--key", "d"],
        &["audit", "a.ledger", "--checkpoint", "d"],
        &["audit", "a.ledger", "--since", "d"],
        &["audit", "a.ledger", "--witnesses", "d"],
        &["audit", "a.ledger", "--key", "d"],
        &["extract", "a.ledger", "--checkpoint", "d"],
        &["release", "a.ledger", "--all", "--out", "response", "--checkpoint", "d"],
        &["release", "a.ledger", "--all", "--out", "response", "--exempt", "d"],
        &["release", "a.ledger", "--all", "--out", "response", "--key", "d"],
        &["cosign", "d", "--witness", "w.key"],
        &["cosign", "c.note", "--witness", "d"],
        &["cosign", "c.note", "--witness", "w.key", "--proof", "d"],
        &["cosign", "c.note", "--witness", "w.key", "--ledger", "d"],
        &["cosign", "c.note", "--witness", "w.key", "--key", "d"],
        &["checkpoint", "a.ledger", "--key", "d"],
        &["record", "a.ledger", "note_added", "text=so", "--sign", "d"],
        &["record", "a.ledger", "--events", "d"],
        &["new", "b.ledger", "--district", "Y", "--scenario", "d"],
        &["new", "b.ledger", "--district", "Y", "--program", "d"],
        &["rules", "diff", "a.ledger", "--program", "d"],
        &["status", "a.ledger", "--standards", "d"],
        &["goals", "a.ledger", "--goals", "d"],
        &["texts", "due", "a.ledger", "--retention", "d"],
        &destroy,
        &["import", "cases", "d", "--into", "a.ledger"],
        &["simulate", "d"],
        &["simulate", "--from", "d"],
        &["compare", "d", "d"],
        &["diff", "d", "a.ledger"],
    ] {
        check(&place, args, IO, "it is a directory");
    }
    let goals = place.ibbi(&["goals", "a.ledger", "--goals", "d"]).err;
    assert!(goals.contains("name a file of goals") && !goals.contains("ledger"), "{goals}");
}

#[test]
fn checkpoint_that_an_editor_or_a_mail_program_changed_is_named() {
    let place = signed();
    let note = fs::read_to_string(place.path("c.note")).unwrap();
    for (changed, shown) in [
        (format!("\u{feff}{note}"), "a byte order mark (BOM)"),
        (note.replace('\n', "\r\n"), "carriage returns (CRLF)"),
    ] {
        fs::write(place.path("changed.note"), changed).unwrap();
        check(&place, &["verify", "a.ledger", "--since", "changed.note"], BAD, shown);
        check(&place, &["cosign", "changed.note", "--witness", "w.key"], BAD, shown);
        for args in [
            &["verify", "a.ledger", "--checkpoint", "changed.note"][..],
            &["verify", "changed.note"],
            &["audit", "a.ledger", "--checkpoint", "changed.note"],
        ] {
            let result = place.ibbi(args);
            let out = result.out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(result.code == BAD && out.contains(shown), "{args:?}: {out}");
        }
    }
    // Nothing was cosigned, so the witness can still cosign the file as it was.
    place.done(&["cosign", "c.note", "--witness", "w.key", "--key", "my.pub"]);
}

#[test]
fn keys_witnesses_and_rules_can_have_a_mark_and_carriage_returns() {
    let place = signed();
    let cosigned = place.done(&["cosign", "c.note", "--witness", "w.key", "--key", "my.pub"]);
    fs::write(place.path("cosigned.note"), cosigned).unwrap();
    for name in ["my.pub", "w.pub", "my.key"] {
        let text = fs::read_to_string(place.path(name)).unwrap();
        let changed = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        fs::write(place.path(name), changed).unwrap();
    }
    let verified = place.done(&[
        "verify",
        "a.ledger",
        "--checkpoint",
        "cosigned.note",
        "--key",
        "my.pub",
        "--witnesses",
        "w.pub",
        "--quorum",
        "1",
    ]);
    assert!(verified.contains("cosigned by 1 of 1 known witnesses"), "{verified}");
    place.done(&["checkpoint", "a.ledger", "--key", "my.key"]);
    let rules = "\u{feff}[[rule]]\r\nname = 'notes'\r\ntexts = ['program']\r\nafter = 'closing'\r\nkeep = '7 years'\r\n\
        authority = 'Item 3'\r\nconfirmed_by = 'Counsel'\r\nconfirmed_on = '2026-01-15'\r\n";
    fs::write(place.path("rules.toml"), rules).unwrap();
    assert!(place.done(&["texts", "due", "a.ledger", "--retention", "rules.toml"]).contains("no sealed texts"));
    let goals = place.done(&["goals", "--sample"]);
    fs::write(place.path("goals.toml"), format!("\u{feff}{}", goals.replace('\n', "\r\n"))).unwrap();
    place.done(&["goals", "a.ledger", "--goals", "goals.toml"]);
}

#[test]
fn file_without_a_witness_is_named() {
    let place = signed();
    for text in ["", "# The witnesses\n\n", "\u{feff}\r\n"] {
        fs::write(place.path("none.txt"), text).unwrap();
        let args = ["verify", "a.ledger", "--witnesses", "none.txt", "--quorum", "1"];
        check(&place, &args, USAGE, "none.txt: there is no key of a witness in it");
    }
}

#[test]
fn names_of_keys_and_ledgers_show_what_cannot_be_seen() {
    let place = signed();
    let note = fs::read_to_string(place.path("c.note")).unwrap();
    // The text and its end, and a right-to-left override that shows the rest of the line in another order.
    let renamed = note.replace("\u{2014} example.org/ibbi ", "\u{2014} exam\u{202e}ple\u{200b} ");
    assert_ne!(renamed, note);
    fs::write(place.path("renamed.note"), renamed).unwrap();
    let args = ["verify", "a.ledger", "--checkpoint", "renamed.note", "--key", "my.pub"];
    let result = place.ibbi(&args);
    assert_eq!(result.code, BAD);
    assert!(result.out.contains("exam<U+202E>ple<U+200B>+"), "{}", result.out);
    let origin = note.lines().next().unwrap();
    fs::write(place.path("other.note"), note.replacen(origin, "a\u{9b}31m\u{202e}b", 1)).unwrap();
    for args in [&["verify", "other.note"][..], &["verify", "a.ledger", "--since", "other.note"]] {
        let result = place.ibbi(args);
        let shown = result.out + &result.err;
        assert!(shown.contains("a<U+009B>31m<U+202E>b"), "{args:?}: {shown:?}");
        assert!(!shown.contains(['\u{9b}', '\u{202e}']), "{args:?}: {shown:?}");
    }
}
