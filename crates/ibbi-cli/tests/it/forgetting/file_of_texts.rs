//! The file of sealed texts: damaged, lost, restored, and with keys of other texts.

use super::*;

/// The file with the texts.
const TEXTS: &str = "office/a.ledger.texts";

/// Returns the lines of the file with the texts.
fn text_lines(place: &Place) -> Vec<String> {
    fs::read_to_string(place.path(TEXTS)).expect("texts").lines().map(str::to_owned).collect()
}

#[test]
fn sealing_again_never_loses_a_sealed_text() {
    let place = place();
    let seal = ["texts", "seal", LEDGER, "--keys", "keys"];
    place.done(&seal);
    let whole = text_lines(&place);
    let write = |lines: &[String]| fs::write(place.path(TEXTS), lines.join("\n") + "\n").expect("a file");
    // Without its first line, or with a damaged one, the keys of the folder open all texts.
    let damaged = whole[0][..whole[0].len() / 2].to_owned();
    for first in [None, Some(damaged)] {
        let lines: Vec<String> = first.clone().into_iter().chain(whole[1..].iter().cloned()).collect();
        write(&lines);
        // Until then, no text is stored in plain text.
        let refused = place.ibbi(&note("text=Quiet", "2025-11-21 17:00"));
        assert!(refused.code == FILE_ERROR && refused.err.contains("texts seal LEDGER --keys DIR"), "{refused:?}");
        assert_eq!(text_lines(&place), lines);
        // A folder without the keys doesn't become theirs.
        let other = place.ibbi(&["texts", "seal", LEDGER, "--keys", "other"]);
        assert!(other.code == FILE_ERROR && other.err.contains("doesn't open it"), "{other:?}");
        assert_eq!(text_lines(&place), lines);
        place.done(&seal);
        assert_eq!(text_lines(&place), whole, "{first:?}");
    }
    // Nothing is dropped that may be the text of a record, or that a later version wrote.
    for (number, line) in [(1, whole[1][..40].to_owned()), (0, whole[0].replace(":1}", ":2}"))] {
        let mut lines = whole.clone();
        lines[number] = line;
        write(&lines);
        let refused = place.ibbi(&seal);
        let what = format!("line {} is not readable", number + 1);
        assert!(refused.code == FILE_ERROR && refused.err.contains(&what), "{refused:?}");
        assert_eq!(text_lines(&place), lines);
    }
    write(&whole);
    let other = place.ibbi(&["texts", "seal", LEDGER, "--keys", "other"]);
    assert!(other.code == FILE_ERROR && other.err.contains("doesn't open it"), "{other:?}");
    assert_eq!(text_lines(&place), whole, "the file names the folder that has the keys");
    assert!(replay(&place, LEDGER).contains("Zebrawood"));
}

#[test]
fn a_lost_file_of_texts_does_not_begin_again_in_plain_text() {
    let place = place();
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    fs::remove_file(place.path(TEXTS)).expect("removed");
    let refused = place.ibbi(&note("text=Quiet", "2025-11-21 17:00"));
    assert!(refused.code == FILE_ERROR && refused.err.contains("the file is missing"), "{refused:?}");
    assert!(refused.err.contains("texts seal LEDGER --keys DIR"), "{refused:?}");
    assert!(!place.path(TEXTS).exists());
    // Events without texts are recorded, and a new case too.
    place.done(&["new", LEDGER, "--district", "Alder Bay", "--at", "2025-11-21 09:30"]);
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    place.done(&note("text=Quiet", "2025-11-21 17:00"));
    assert!(!fs::read_to_string(place.path(TEXTS)).expect("texts").contains("Quiet"));
    assert!(replay(&place, LEDGER).contains("Quiet"));
}

#[test]
fn damaged_key_is_not_reported_as_absent() {
    let place = place();
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    let name = format!("keys/{}.program.1.key", open_case(&place));
    let key = fs::read(place.path(&name)).expect("a key");
    let others = fs::read(place.path(&format!("keys/{TOUR}.management.1.key"))).expect("a key");
    for content in [key[..key.len() / 2].to_owned(), Vec::new(), others] {
        fs::write(place.path(&name), &content).expect("a file");
        let verified = place.done(&["verify", LEDGER]);
        assert!(
            verified.contains("1 of 3 confidential texts is sealed") && verified.contains("the key is damaged"),
            "{verified}"
        );
        let (_, verified) = place.json(&["verify", LEDGER]);
        assert_eq!(
            (verified["texts"]["key_damaged"].as_array().map(Vec::len), &verified["texts"]["closed"]),
            (Some(1), &Value::Null)
        );
        let audit = serde_json::from_str::<Value>(&place.done(&["--json", "audit", LEDGER])).expect("JSON");
        assert_eq!(codes(&audit, "texts."), [("texts.key-damaged".to_owned(), 1)]);
    }
    fs::write(place.path(&name), key).expect("a file");
    assert!(!place.done(&["verify", LEDGER]).contains("damaged"));
}

#[test]
fn moved_folder_of_keys_is_checked_by_every_command() {
    let place = place();
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    fs::create_dir_all(place.path("versioned/.git")).expect("a folder");
    let before = fs::read(place.path(LEDGER)).expect("a ledger");
    for (folder, why) in
        [("office/keys", "is inside "), ("versioned/keys", "is in a Git repository"), ("open", "chmod 700")]
    {
        assert_eq!(run(place.shell(&format!("cp -Rp keys {folder}")), b"").code, 0);
        if folder == "open" {
            run(place.shell("chmod 755 open"), b"");
        }
        let with_folder = |args: &[&str]| {
            let mut command = place.command(args);
            command.env("IBBI_TEXT_KEYS", folder);
            run(command, b"")
        };
        for args in [&["verify", LEDGER][..], &["status", LEDGER, "--case", OPEN]] {
            let warned = with_folder(args);
            assert!(warned.code == 0 && warned.err.contains(why), "{folder} {args:?}: {warned:?}");
        }
        for args in [&note("text=Quiet", "2025-11-21 17:00")[..], &destroy(OPEN, &[])] {
            let refused = with_folder(args);
            assert!(refused.code == FILE_ERROR && refused.err.contains(why), "{folder} {args:?}: {refused:?}");
        }
        assert_eq!(fs::read(place.path(LEDGER)).expect("a ledger"), before, "{folder}");
    }
}

#[test]
fn only_a_key_that_opens_the_texts_is_destroyed() {
    let place = place();
    fs::create_dir_all(place.path("versioned/.git")).expect("a folder");
    for (keys, why) in [(".", "has the ledger's folder in it"), ("versioned/keys", "is in a Git repository")] {
        let refused = place.ibbi(&["texts", "seal", LEDGER, "--keys", keys]);
        assert!(refused.code == USAGE && refused.err.contains(why), "{refused:?}");
    }
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    let name = format!("keys/{}.program.1.key", open_case(&place));
    let other = format!("keys/{TOUR}.management.1.key");
    let (key, others) = (fs::read(place.path(&name)).expect("a key"), fs::read(place.path(&other)).expect("a key"));
    let text = String::from_utf8(key.clone()).expect("text");
    let start = text.find("\"key\":\"").expect("a key") + 7;
    let unfit = format!("{}{}{}", &text[..start], "0".repeat(64), &text[start + 64..]).into_bytes();
    let before = fs::read(place.path(LEDGER)).expect("a ledger");
    for (content, why) in [
        (others.clone(), "it is damaged, or the key of other texts"),
        (Vec::new(), "it is damaged, or the key of other texts"),
        (unfit, "it opens none of the texts"),
    ] {
        fs::write(place.path(&name), content).expect("a file");
        let refused = place.ibbi(&destroy(OPEN, &[]));
        assert!(refused.code == REFUSED && refused.err.contains(why), "{refused:?}");
        assert!(refused.err.contains(&name) && refused.err.contains("restore the file"), "{refused:?}");
    }
    fs::write(place.path(&name), &key).expect("a file");
    // A copy of the keys in another folder is not the folder that the file names.
    assert_eq!(run(place.shell("cp -Rp keys copied"), b"").code, 0);
    let mut elsewhere = place.command(&destroy(OPEN, &[]));
    elsewhere.env("IBBI_TEXT_KEYS", "copied");
    let refused = run(elsewhere, b"");
    assert!(refused.code == REFUSED && refused.err.contains("IBBI_TEXT_KEYS names another folder"), "{refused:?}");
    // A rule that counsel has not confirmed yet.
    fs::write(place.path("rules.toml"), RULES.replace("2026-01-15", "9990-01-15")).expect("a file");
    let refused = place.ibbi(&destroy(OPEN, &[]));
    assert!(refused.code == REFUSED && refused.err.contains("has not come yet"), "{refused:?}");
    assert_eq!(fs::read(place.path(LEDGER)).expect("a ledger"), before, "nothing was recorded");
    fs::write(place.path("rules.toml"), RULES).expect("a file");
    place.done(&destroy(OPEN, &[]));
    assert!(!place.path(&name).exists() && place.path(&other).exists());
}

#[test]
fn a_destroyed_text_is_not_shown_when_the_file_has_it_again() {
    let place = place();
    let plain = fs::read(place.path(TEXTS)).expect("texts");
    place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    place.done(&destroy(OPEN, &[]));
    let sealed = fs::read(place.path(TEXTS)).expect("texts");
    for content in [plain.clone(), [sealed, plain.clone()].concat()] {
        fs::write(place.path(TEXTS), content).expect("a file");
        let shown = replay(&place, LEDGER);
        assert!(!shown.contains("Zebrawood") && shown.contains("[text destroyed on "), "{shown}");
        assert!(shown.contains("budget calendar"), "{shown}");
        assert!(place.done(&["verify", LEDGER]).contains("in the file again"));
        let audit = serde_json::from_str::<Value>(&place.done(&["--json", "audit", LEDGER])).expect("JSON");
        assert_eq!(codes(&audit, "texts."), [("texts.left".to_owned(), 1)]);
    }
    // The next destruction and the next sealing remove it from the file.
    place.done(&destroy(OPEN, &[]));
    assert!(!text_lines(&place).concat().contains("Zebrawood"));
    fs::write(place.path(TEXTS), &plain).expect("a file");
    let sealed = place.done(&["texts", "seal", LEDGER, "--keys", "keys"]);
    assert!(sealed.contains("of no record or destroyed"), "{sealed}");
    let shown = replay(&place, LEDGER);
    assert!(!shown.contains("Zebrawood") && shown.contains("[text destroyed on "), "{shown}");
    assert!(!text_lines(&place).concat().contains("Zebrawood") && shown.contains("budget calendar"), "{shown}");
}
