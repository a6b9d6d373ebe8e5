//! Witnesses and proofs between checkpoints: what the program says, and that Python and openssl agree.

use crate::support::{Place, documented, run};
use ibbi_testing::repository;
use std::fs;
use std::process::Command;

/// A ledger with two checkpoints, and two witnesses. `old.note` is the first checkpoint, `new.note` the second one.
fn signed() -> Place {
    let place = Place::new();
    let key = |args: &[&str], file: &str| fs::write(place.path(file), place.done(args)).unwrap();
    key(&["keygen", "example.org/ibbi", "my.key"], "my.pub");
    key(&["keygen", "witness-1", "witness.key", "--witness"], "witness.pub");
    key(&["keygen", "witness-2", "second.key", "--witness"], "second.pub");
    let text = |file: &str| fs::read_to_string(place.path(file)).unwrap();
    let known = format!("# The witnesses\n{}\n{}", text("witness.pub"), text("second.pub"));
    fs::write(place.path("witnesses.txt"), known).unwrap();
    place.done(&["new", "my.ledger", "--district", "Maple Hollow", "--at", "2025-09-02 09:00"]);
    checkpoint(&place, "my.ledger", "old.note");
    for number in 0..5 {
        place.done(&["record", "my.ledger", "note_added", &format!("text=note {number}")]);
    }
    checkpoint(&place, "my.ledger", "new.note");
    place
}

fn checkpoint(place: &Place, ledger: &str, note: &str) {
    fs::write(place.path(note), place.done(&["checkpoint", ledger, "--key", "my.key"])).unwrap();
}

/// Writes `other.ledger`, whose second line has another district, with its lines linked again and signed with the same key.
fn rewrite(place: &Place) {
    let text = fs::read_to_string(place.path("my.ledger")).unwrap();
    let (mut out, mut prev) = (String::new(), None::<String>);
    for line in text.replacen("Maple Hollow", "Cedar Falls", 1).lines() {
        let mut line = line.to_owned();
        if let Some(prev) = &prev {
            let place = line.find("\"prev\":\"").unwrap() + 8;
            line.replace_range(place..place + 64, prev);
        }
        if line.contains("\"type\":\"heads\"") {
            // The state of the cases would be wrong, so the forger ends before it, and signs again.
            break;
        }
        prev = Some(ibbi_log::Digest::sha256(line.as_bytes()).to_string());
        out += &(line + "\n");
    }
    fs::write(place.path("other.ledger"), out).unwrap();
    checkpoint(place, "other.ledger", "other.note");
    place.done(&["record", "other.ledger", "note_added", "text=more"]);
    checkpoint(place, "other.ledger", "later.note");
}

fn python(place: &Place, args: &[&str]) -> (i32, String) {
    let mut command = Command::new("python3");
    command.env("PYTHONDONTWRITEBYTECODE", "1").current_dir(place.path("."));
    command.arg(repository("docs/verify_proof.py")).args(args);
    let result = run(command, b"");
    (result.code, result.out + &result.err)
}

#[test]
fn ledger_that_only_grew_is_proved() {
    let place = signed();
    let out = place.done(&["verify", "my.ledger", "--key", "my.pub", "--since", "old.note", "--proof", "grown.json"]);
    assert!(out.contains("since the checkpoint over 3 lines: only grew"), "{out}");
    // A proof, an extract, and a checkpoint file are all sources of earlier checkpoints.
    place.done(&["extract", "my.ledger", "--checkpoint", "old.note", "-o", "old.extract"]);
    std::fs::copy(place.path("my.ledger.checkpoints"), place.path("kept.checkpoints")).unwrap();
    for source in ["grown.json", "old.extract", "kept.checkpoints"] {
        let (code, json) = place.json(&["verify", "my.ledger", "--key", "my.pub", "--since", source]);
        assert_eq!((code, &json["sound"], &json["since"][0]["size"]), (0, &true.into(), &3.into()), "{source}");
        assert_eq!(json["since"][0]["continued"], true, "{source}");
    }
    // An existing proof is never overwritten.
    let again = place.ibbi(&["verify", "my.ledger", "--since", "old.note", "--proof", "grown.json"]);
    assert_eq!(again.code, 2.max(again.code), "{}", again.err);
    assert!(again.err.contains("already exists"), "{}", again.err);

    let public = fs::read_to_string(place.path("my.pub")).unwrap();
    let (code, said) = python(&place, &["grown.json", public.trim()]);
    assert!(code == 0 && said.contains("grew from 3 to 9 lines without a change"), "{said}");
    let (code, said) = python(&place, &["grown.json", fs::read_to_string(place.path("witness.pub")).unwrap().trim()]);
    assert!(code == 4 && said.contains("witness-1 did not sign the checkpoint over 3 lines"), "{said}");
    // Each hash changed, left out, or swapped with the next.
    let text = fs::read_to_string(place.path("grown.json")).unwrap();
    let proof: serde_json::Value = serde_json::from_str(&text).unwrap();
    let count = proof["proof"].as_array().unwrap().len();
    assert!(count > 2);
    for index in 0..count {
        for change in 0..3 {
            let mut changed = proof.clone();
            let hashes = changed["proof"].as_array_mut().unwrap();
            match change {
                0 => hashes[index] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".into(),
                1 => drop(hashes.remove(index)),
                _ => hashes.swap(index, (index + 1) % count),
            }
            fs::write(place.path("changed.json"), changed.to_string() + "\n").unwrap();
            assert_eq!(python(&place, &["changed.json"]).0, 4, "{change} of hash {index}");
            let cosigned = place.ibbi(&["verify", "my.ledger", "--since", "changed.json"]);
            assert_eq!(cosigned.code, 2, "{}", cosigned.err);
        }
    }
}

#[test]
fn quorum_of_witnesses_is_counted() {
    let place = signed();
    let verify = ["verify", "my.ledger", "--key", "my.pub", "--witnesses", "witnesses.txt", "--quorum", "2"];
    let none = place.ibbi(&verify);
    assert!(none.code == 4 && none.out.contains("[checkpoint.quorum]"), "{}", none.out);
    let first = place.ibbi(&["cosign", "old.note", "--witness", "witness.key"]);
    assert!(
        first.code == 2 && first.err.contains("give the key that signs its checkpoints with --key"),
        "{}",
        first.err
    );
    place.done(&["cosign", "old.note", "--witness", "witness.key", "--key", "my.pub"]);
    place.done(&["verify", "my.ledger", "--since", "old.note", "--proof", "grown.json"]);
    let without = place.ibbi(&["cosign", "new.note", "--witness", "witness.key"]);
    assert!(without.code == 2 && without.err.contains("with --proof, or the ledger"), "{}", without.err);
    place.done(&["cosign", "new.note", "--witness", "witness.key", "--proof", "grown.json", "-o", "cosigned.note"]);
    place.done(&["cosign", "new.note", "--witness", "second.key", "--key", "my.pub", "-o", "second.note"]);
    // Nothing else is in the folder than the documented files, and the state never goes back.
    let state = fs::read_to_string(place.path("witness.key.state")).unwrap();
    assert!(state.contains("\\n9\\n") && !state.contains("\\n3\\n"), "{state}");
    let older = place.ibbi(&["cosign", "old.note", "--witness", "witness.key"]);
    assert!(older.code == 2 && older.err.contains("has already cosigned 9 lines"), "{}", older.err);
    assert_eq!(fs::read_to_string(place.path("witness.key.state")).unwrap(), state);

    for (note, code) in [("cosigned.note", 4), ("second.note", 0)] {
        let mut text = fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap();
        text += &fs::read_to_string(place.path(note)).unwrap();
        fs::write(place.path("my.ledger.checkpoints"), text).unwrap();
        let result = place.ibbi(&verify);
        assert_eq!(result.code, code, "{}", result.out);
    }
    let out = place.done(&verify);
    assert!(out.contains("cosigned by 2 of 2 known witnesses (2 needed): witness-1 at 2"), "{out}");
    let (_, json) = place.json(&verify);
    assert_eq!(json["witnessed"], serde_json::json!({ "quorum": 2, "witnesses": 2, "covered": 9 }));
    assert_eq!(json["checkpoints"].as_array().unwrap().len(), 2, "a cosigned checkpoint is the same checkpoint");
    // An extract of the cosigned checkpoint has its signatures. The ledger can still be signed.
    place.done(&["extract", "my.ledger", "-o", "case.extract"]);
    place.done(&["verify", "case.extract", "--key", "my.pub", "--witnesses", "witnesses.txt", "--quorum", "2"]);
    let notes = fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap();
    checkpoint(&place, "my.ledger", "again.note");
    assert_eq!(fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap(), notes);
    let audited = place.ibbi(&["audit", "my.ledger", "--key", "my.pub"]);
    assert_eq!(audited.code, 0, "{}", audited.out);
    // A quorum that can't be met, and a key of another kind.
    assert_eq!(place.ibbi(&[&verify[..7], &["3"]].concat()).code, 2);
    let wrong = place.ibbi(&["verify", "my.ledger", "--key", "my.pub", "--witnesses", "my.pub"]);
    assert!(wrong.code == 2 && wrong.err.contains("line 1 of my.pub"), "{}", wrong.err);
    // A cosignature under another text.
    let text = fs::read_to_string(place.path("my.ledger.checkpoints")).unwrap();
    fs::write(place.path("changed"), text.replace("\u{2014} witness-1 ", "\u{2014} witness-2 ")).unwrap();
    let changed = place.ibbi(&[&verify[..], &["--checkpoint", "changed"]].concat());
    assert_eq!(changed.code, 4, "{}", changed.out);
}

#[test]
fn fork_is_called_a_fork() {
    let place = signed();
    rewrite(&place);
    // The forged ledger is whole in itself.
    place.done(&["verify", "other.ledger", "--key", "my.pub"]);
    let verify = ["verify", "other.ledger", "--key", "my.pub", "--since", "old.note"];
    let forked = place.ibbi(&verify);
    assert_eq!(forked.code, 4);
    for part in [
        "a fork: ",
        "has two checkpoints over 3 lines with different roots",
        "the change is in lines 1 to 3",
        "not continued",
    ] {
        assert!(forked.out.contains(part), "{part}: {}", forked.out);
    }
    let (code, json) = place.json(&verify);
    let changed = serde_json::json!({ "first": 1, "last": 3 });
    assert_eq!((code, &json["changed"], json["forks"].as_array().map(Vec::len)), (4, &changed, Some(1)));
    let notes = ["other.note", "old.note"].map(|note| fs::read_to_string(place.path(note)).unwrap());
    assert_eq!([&json["forks"][0]["known"], &json["forks"][0]["found"]], notes.each_ref());
    // No proof is written of a ledger that isn't sound.
    assert_eq!(place.ibbi(&[&verify[..], &["--proof", "grown.json"]].concat()).code, 4);
    assert!(!place.path("grown.json").exists());

    // A witness refuses it in both directions, and keeps both notes.
    place.done(&["cosign", "old.note", "--witness", "witness.key", "--key", "my.pub"]);
    let state = fs::read(place.path("witness.key.state")).unwrap();
    for (note, expected) in [("other.note", "two checkpoints over 3 lines"), ("later.note", "doesn't continue")] {
        let refused = place.ibbi(&["--json", "cosign", note, "--witness", "witness.key", "--ledger", "other.ledger"]);
        let json: serde_json::Value = serde_json::from_str(&refused.out).unwrap();
        assert_eq!((refused.code, &json["error"]["code"]), (4, &"fork".into()), "{}", refused.err);
        assert!(refused.err.contains("a fork") && refused.err.contains(expected), "{}", refused.err);
        let evidence = fs::read_to_string(place.path("witness.key.forks")).unwrap();
        assert!(evidence.contains(&fs::read_to_string(place.path(note)).unwrap()), "{evidence}");
        assert_eq!(fs::read(place.path("witness.key.state")).unwrap(), state);
    }
    // The evidence is a file of checkpoints.
    let shown = place.ibbi(&["verify", "my.ledger", "--key", "my.pub", "--since", "witness.key.forks"]);
    assert!(shown.code == 4 && shown.out.contains("a fork"), "{}", shown.out);
    // A state that was altered or lost is not replaced.
    fs::write(place.path("witness.key.state"), "{}").unwrap();
    assert_eq!(place.ibbi(&["cosign", "new.note", "--witness", "witness.key"]).code, 2);
    fs::remove_file(place.path("witness.key.state")).unwrap();
    assert_eq!(place.ibbi(&["cosign", "new.note", "--witness", "witness.key"]).code, 5);
}

#[test]
fn python_and_openssl_check_a_cosignature() {
    let place = signed();
    place.done(&["cosign", "old.note", "--witness", "witness.key", "--key", "my.pub"]);
    place.done(&["verify", "my.ledger", "--since", "old.note", "--proof", "grown.json"]);
    place.done(&["cosign", "new.note", "--witness", "witness.key", "--proof", "grown.json", "-o", "cosigned.note"]);
    let folder = repository("docs").display().to_string();
    let shell = |name: &str| {
        let line = documented("docs/witnesses.md", name, "sh").replace("python3 ", &format!("python3 {folder}/"));
        let mut command = Command::new("sh");
        command.current_dir(place.path(".")).env("PYTHONDONTWRITEBYTECODE", "1").args(["-euc", &line]);
        let result = run(command, b"");
        (result.code, result.out + &result.err)
    };
    let (code, said) = shell("proof");
    assert!(code == 0 && said.contains("example.org/ibbi, witness-1 on 2"), "{said}");
    let has_openssl = Command::new("openssl").arg("version").output().is_ok();
    if has_openssl {
        let (code, said) = shell("cosignature");
        assert!(code == 0 && said.contains("Signature Verified Successfully"), "{said}");
    } else {
        println!("skipped: openssl is not installed");
    }
    // Every byte of the signed text changed, except line feeds: Python refuses each, and openssl some of them.
    let note = fs::read(place.path("cosigned.note")).unwrap();
    let end = note.windows(2).position(|pair| pair == b"\n\n").unwrap();
    let witness = fs::read_to_string(place.path("witness.pub")).unwrap();
    for index in (0..end).filter(|index| note[*index] != b'\n' && note[*index] ^ 1 != b'\n') {
        let mut changed = note.clone();
        changed[index] ^= 1;
        fs::write(place.path("cosigned.note"), &changed).unwrap();
        if has_openssl && index % 8 == 0 {
            assert_ne!(shell("cosignature").0, 0, "openssl, byte {index}");
        }
        if index % 4 == 0 {
            assert_eq!(python(&place, &["cosigned.note", witness.trim()]).0, 4, "Python, byte {index}");
        }
    }
}
