//! Extracts: they prove the records of one case and show nothing of other cases.

use ibbi_log::LedgerReader;
use ibbi_seal::{ExtractError, PrivateKey, extract, is_extract, sign_checkpoint, verify_extract};
use ibbi_testing::records::{at, case, opening, records};
use std::fs;

#[test]
fn extract_proves_its_case_and_shows_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut ledger = ibbi_seal::create(&path, &opening()).unwrap();
    ledger.append(&records(0..32, 3), at(1)).unwrap();
    let signed = sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
    ledger.append(&records(32..40, 3), at(2)).unwrap();
    let bytes = fs::read(&path).unwrap();

    let mut made = Vec::new();
    assert_eq!(extract(&bytes[..], &signed, case(1), &mut made).unwrap(), (11, true));
    assert!(is_extract(&made) && !is_extract(&bytes));
    let read = verify_extract(&made[..], &[key.public()]).unwrap();
    assert_eq!((read.case, read.signer.as_deref()), (case(1), Some("example.org/ibbi")));
    let whole: Vec<_> = LedgerReader::new(&bytes[..]).map(Result::unwrap).filter(|it| it.case == case(1)).collect();
    assert_eq!(read.records.len(), 11);
    for (proved, recorded) in read.records.iter().zip(&whole) {
        assert_eq!((proved.seq, proved.id, &proved.event), (recorded.seq, recorded.id, &recorded.event));
    }
    let text = String::from_utf8(made.clone()).unwrap();
    for line in String::from_utf8_lossy(&bytes).lines().filter(|line| line.contains("\"case\"")) {
        let own = line.contains(&format!("\"case\":\"{}\"", case(1)));
        assert_eq!(text.contains(line), own && !line.contains("\"rev\":12") && !line.contains("\"rev\":13"));
    }
    assert!(!text.contains(&case(0).to_string()) && !text.contains(&case(2).to_string()));

    // Every line is what a sorting JSON writer gives.
    for line in text.lines() {
        assert_eq!(serde_json::from_str::<serde_json::Value>(line).unwrap().to_string(), line);
    }
    // Lines 4 and 5 have the case's first record and its proof.
    let without = |lines: &[usize]| {
        let left = (1..).zip(text.lines()).filter(|(number, _)| !lines.contains(number));
        let left: String = left.map(|(_, line)| format!("{line}\n")).collect();
        verify_extract(left.as_bytes(), &[key.public()]).unwrap_err().to_string()
    };
    for (lines, message) in [
        (&[6][..], "line 6 of the extract: a line of the ledger is missing here: this is the proof of its line 6,"),
        (&[6, 7], "line 7 of the extract: record 2 of the case is missing here: this is record 3;"),
        (&[7], "line 7 of the extract: the proof of the line before is missing here;"),
    ] {
        assert!(without(lines).starts_with(message), "{lines:?}: {}", without(lines));
    }
    let mut flips = 0;
    let mut changed = made.clone();
    for place in 0..made.len() {
        changed[place] ^= 1 << (place % 8);
        assert!(verify_extract(&changed[..], &[key.public()]).is_err(), "a flip at byte {place} is missed");
        changed[place] ^= 1 << (place % 8);
        flips += 1;
    }
    println!("extract: {flips} bit flips, one in each byte; none missed");
    assert_eq!(read.complete_up_to, Some(34), "a first line, 32 records, and the state of all cases");

    let none = extract(&bytes[..], &signed, case(9), Vec::new());
    assert!(matches!(none, Err(ExtractError::NoSuchCase { .. })));
    let short = &bytes[..bytes.len() / 2];
    assert!(matches!(extract(short, &signed, case(1), Vec::new()), Err(ExtractError::Truncated { .. })));
    let mut other = bytes.clone();
    other[12] ^= 1;
    assert!(matches!(extract(&other[..], &signed, case(1), Vec::new()), Err(ExtractError::Root { .. })));
}

/// An extract as its parts: its head, each line of the ledger with its proof, and the path.
fn parts(text: &str) -> (String, Vec<String>, String) {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let proved = &lines[1..lines.len() - 1];
    (lines[0].to_owned(), proved.chunks(2).map(<[_]>::concat).collect(), lines[lines.len() - 1].to_owned())
}

#[test]
fn a_shortened_extract_is_found_at_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut ledger = ibbi_seal::create(&path, &opening()).unwrap();
    ledger.append(&records(0..20, 3), at(1)).unwrap();
    let first = sign_checkpoint(&mut ledger, &key, at(1)).unwrap();
    ledger.append(&records(20..41, 3), at(2)).unwrap();
    let second = sign_checkpoint(&mut ledger, &key, at(2)).unwrap();
    let bytes = fs::read(&path).unwrap();
    let made = |signed, number| {
        let mut made = Vec::new();
        extract(&bytes[..], signed, case(number), &mut made).unwrap();
        String::from_utf8(made).unwrap()
    };
    let verified = |text: &str| verify_extract(text.as_bytes(), &[key.public()]);
    let refused = |text: &str| verified(text).expect_err(text).to_string();

    for number in 0..3 {
        let (old, new) = (made(&first, number), made(&second, number));
        assert_eq!(verified(&old).unwrap().complete_up_to, Some(22));
        assert_eq!(verified(&new).unwrap().complete_up_to, Some(44));
        let (head, proved, path) = parts(&new);
        let (heads, records) = proved.split_last().unwrap();
        for kept in 2..records.len() {
            // Without its last records, with the rest of the extract or without any part of it.
            let begins = head.clone() + &records[..kept].concat();
            let shown = format!("record {} is not the last one of the case", kept - 1);
            assert!(refused(&(begins.clone() + heads + &path)).contains(&shown), "{kept}");
            assert!(refused(&(begins.clone() + heads)).contains("path"), "{kept}");
            assert!(refused(&begins).contains("records of the case can be missing after record"), "{kept}");
            // A changed format doesn't make it complete: only the warning about old extracts is left.
            let as_old = begins.replacen("\"extract\":2", "\"extract\":1", 1);
            assert_eq!(verified(&as_old).unwrap().complete_up_to, None);
            assert!(verified(&(as_old + heads + &path)).is_err());
        }
        // The state of all cases of an earlier checkpoint is not the last line that this checkpoint covers.
        let earlier = String::from_utf8_lossy(&bytes).lines().nth(21).unwrap().to_owned();
        assert!(earlier.contains("\"type\":\"heads\""));
        let (_, proved_before, path_before) = parts(&old);
        let count = proved_before.len() - 1;
        let mixed = head.clone() + &records[..count].concat() + proved_before.last().unwrap() + &path_before;
        assert!(verified(&mixed).is_err());
        // The path of another case, and lines after the end.
        let (_, _, other) = parts(&made(&second, (number + 1) % 3));
        assert!(refused(&(head.clone() + &proved.concat() + &other)).contains("records of the case are missing"));
        assert!(refused(&(new.clone() + &path)).contains("nothing must follow"));
    }
}

#[test]
fn an_extract_of_a_ledger_without_states_shows_its_records_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut ledger = ibbi_seal::create(&path, &opening()).unwrap();
    ledger.append(&records(0..9, 3), at(4000)).unwrap();
    // The clock of the one who signs is an hour late, so the line that states the last lines is left out.
    let signed = sign_checkpoint(&mut ledger, &key, at(400)).unwrap();
    assert_eq!((signed.checkpoint().size, ledger.observer().ends_with_heads()), (10, false));
    let mut made = Vec::new();
    extract(&fs::read(&path).unwrap()[..], &signed, case(2), &mut made).unwrap();
    assert!(String::from_utf8_lossy(&made).contains("\"extract\":1"));
    let read = verify_extract(&made[..], &[key.public()]).unwrap();
    assert_eq!((read.records.len(), read.complete_up_to), (3, None));
    // Signed again with the right clock, it has the line once, however often it is signed.
    for _ in 0..2 {
        let signed = sign_checkpoint(&mut ledger, &key, at(4001)).unwrap();
        assert_eq!((signed.checkpoint().size, ledger.observer().ends_with_heads()), (11, true));
    }
}
