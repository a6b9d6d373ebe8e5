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
    let signed = sign_checkpoint(&mut ledger, &key).unwrap();
    ledger.append(&records(32..40, 3), at(2)).unwrap();
    let bytes = fs::read(&path).unwrap();

    let mut made = Vec::new();
    assert_eq!(extract(&bytes[..], &signed, case(1), &mut made).unwrap(), 11);
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
    let mut flips = 0;
    let mut changed = made.clone();
    for place in 0..made.len() {
        changed[place] ^= 1 << (place % 8);
        assert!(verify_extract(&changed[..], &[key.public()]).is_err(), "a flip at byte {place} is missed");
        changed[place] ^= 1 << (place % 8);
        flips += 1;
    }
    println!("extract: {flips} bit flips, one in each byte; none missed");
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    for gone in (0..lines.len()).step_by(2).filter(|gone| gone + 2 < lines.len()) {
        let without: String = lines.iter().enumerate().filter(|(n, _)| n / 2 != gone / 2).map(|(_, l)| *l).collect();
        assert!(verify_extract(without.as_bytes(), &[key.public()]).is_err(), "without lines {gone} and {}", gone + 1);
    }

    let none = extract(&bytes[..], &signed, case(9), Vec::new());
    assert!(matches!(none, Err(ExtractError::NoSuchCase { .. })));
    let short = &bytes[..bytes.len() / 2];
    assert!(matches!(extract(short, &signed, case(1), Vec::new()), Err(ExtractError::Truncated { .. })));
    let mut other = bytes.clone();
    other[12] ^= 1;
    assert!(matches!(extract(&other[..], &signed, case(1), Vec::new()), Err(ExtractError::Root { .. })));
}
