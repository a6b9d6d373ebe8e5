//! `ibbi verify` with a proof or a file of checkpoints, and with files that are none of these.

use crate::support::Place;
use std::fs;

/// A ledger with two checkpoints and the proof between them.
fn signed() -> Place {
    let place = Place::new();
    let key = place.done(&["keygen", "example.org/ibbi", "my.key"]);
    fs::write(place.path("my.pub"), key).unwrap();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow", "--at", "2025-09-02 09:00"]);
    let checkpoint = |note: &str| {
        let text = place.done(&["checkpoint", "my.ledger", "--key", "my.key"]);
        fs::write(place.path(note), text).unwrap();
    };
    checkpoint("old.note");
    for file in ["ledger", "ledger.texts"].into_iter().filter(|file| place.path(&format!("my.{file}")).exists()) {
        fs::copy(place.path(&format!("my.{file}")), place.path(&format!("fork.{file}"))).unwrap();
    }
    for number in 0..5 {
        place.done(&["record", "my.ledger", "note_added", &format!("text=note {number}")]);
    }
    checkpoint("new.note");
    place.done(&["verify", "my.ledger", "--key", "my.pub", "--since", "old.note", "--proof", "grown.json"]);
    place
}

#[test]
fn proof_is_verified_by_itself() {
    let place = signed();
    let out = place.done(&["verify", "grown.json", "--key", "my.pub", "--since", "old.note"]);
    for shown in [
        "sound: consistency proof of ibbi.local/",
        "from 3 lines to 9 lines",
        "since the checkpoint over 3 lines: only grew",
        "last good checkpoint: covers 9 lines, signed by example.org/ibbi",
    ] {
        assert!(out.contains(shown), "{shown}: {out}");
    }
    let text = fs::read_to_string(place.path("grown.json")).unwrap();
    let proof: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut wrong = vec![("cut", text[..text.len() / 2].to_owned()), ("later", text.replacen(":1,", ":2,", 1))];
    for index in 0..proof["proof"].as_array().unwrap().len() {
        let mut changed = proof.clone();
        changed["proof"].as_array_mut().unwrap().remove(index);
        wrong.push(("hash", changed.to_string()));
    }
    let mut swapped = proof.clone();
    (swapped["first"], swapped["second"]) = (proof["second"].clone(), proof["first"].clone());
    wrong.push(("swapped", swapped.to_string()));
    for (what, text) in wrong {
        fs::write(place.path("wrong.json"), text).unwrap();
        let (code, verified) = place.json(&["verify", "wrong.json"]);
        assert_eq!((code, &verified["what"]), (4, &"consistency proof".into()), "{what}: {verified}");
        assert_eq!(verified["faults"][0]["code"], "proof", "{what}: {verified}");
    }
    fs::write(place.path("wrong.json"), &text[..text.len() / 2]).unwrap();
    let cut = place.ibbi(&["verify", "wrong.json"]).out;
    assert!(cut.contains("the proof can't be read: its end is missing"), "{cut}");
    // Another key, and a quorum of witnesses who did not cosign.
    fs::write(place.path("other.pub"), place.done(&["keygen", "example.org/other", "other.key"])).unwrap();
    assert_eq!(place.json(&["verify", "grown.json", "--key", "other.pub"]).0, 4);
    fs::write(place.path("w.pub"), place.done(&["keygen", "w", "w.key", "--witness"])).unwrap();
    assert_eq!(place.json(&["verify", "grown.json", "--witnesses", "w.pub"]).0, 4);
}

#[test]
fn file_of_checkpoints_is_verified_by_itself() {
    let place = signed();
    let out = place.done(&["verify", "my.ledger.checkpoints", "--key", "my.pub"]);
    for shown in
        ["sound: checkpoints of ibbi.local/", "2 checkpoints", "whether the ledger agrees with them is not checked"]
    {
        assert!(out.replace('\n', " ").contains(shown), "{shown}: {out}");
    }
    // Two histories under one name and key.
    for number in 0..5 {
        place.done(&["record", "fork.ledger", "note_added", &format!("text=another note {number}")]);
    }
    let other = place.done(&["checkpoint", "fork.ledger", "--key", "my.key"]);
    fs::write(place.path("both.note"), fs::read_to_string(place.path("new.note")).unwrap() + "\n" + &other).unwrap();
    fs::write(place.path("other.note"), other).unwrap();
    for args in [&["verify", "both.note"][..], &["verify", "grown.json", "--since", "other.note"]] {
        let (code, verified) = place.json(args);
        assert_eq!((code, verified["forks"].as_array().map(Vec::len)), (4, Some(1)), "{verified}");
    }
    let cut = fs::read(place.path("my.ledger.checkpoints")).unwrap();
    fs::write(place.path("cut.note"), &cut[..cut.len() - 20]).unwrap();
    let (code, verified) = place.json(&["verify", "cut.note"]);
    assert_eq!((code, &verified["faults"][0]["code"]), (4, &"checkpoint.unreadable".into()), "{verified}");
}

#[test]
fn other_files_are_named() {
    let place = signed();
    fs::write(place.path("a.pdf"), b"%PDF-1.7\n%\xe2\xe3\n").unwrap();
    fs::write(place.path("a.toml"), "district = \"Maple Hollow\"\n").unwrap();
    for (file, shown) in [
        ("a.pdf", "it looks like a PDF document"),
        ("a.toml", "it looks like a scenario"),
        ("my.pub", "it looks like a public key"),
        ("my.key", "this is a private key"),
        ("my.ledger.texts", "it looks like the confidential texts of a ledger"),
    ] {
        let result = place.ibbi(&["verify", file]);
        assert!(result.code == 2 && result.err.contains(shown), "{file}: {} {}", result.code, result.err);
    }
    // What can be a damaged ledger is verified as one.
    fs::write(place.path("rubbish"), "rubbish\n{\"actor\":\"x\"\n").unwrap();
    let (code, verified) = place.json(&["verify", "rubbish"]);
    assert_eq!((code, &verified["what"], &verified["sound"]), (4, &"ledger".into(), &false.into()), "{verified}");
}
