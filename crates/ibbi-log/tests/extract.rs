//! Extracts and followers: what others may read.

mod support;

use ibbi_log::{
    ExtractError, Follower, Ledger, LedgerReader, PrivateKey, ReadError, extract, is_extract, verify_extract,
};
use std::fs::{self, OpenOptions};
use std::io::Write;
use support::{at, case, opening, records};

#[test]
fn an_extract_proves_a_case_and_shows_nothing_of_any_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let key = PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap();
    let mut ledger = Ledger::create(&path, &opening()).unwrap();
    ledger.append(&records(0..32, 3), at(1)).unwrap();
    let signed = ledger.checkpoint(&key).unwrap();
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

#[test]
fn a_follower_gives_each_record_once_and_never_half_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let whole = support::ledger_bytes(12, 2);
    fs::write(&path, b"").unwrap();
    let mut follower = Follower::open(&path).unwrap();
    assert!(follower.poll().is_none() && follower.opening().is_none());
    let mut seen = Vec::new();
    for part in whole.chunks(37) {
        OpenOptions::new().append(true).open(&path).unwrap().write_all(part).unwrap();
        while let Some(item) = follower.poll() {
            seen.push(item.unwrap().seq);
        }
    }
    assert_eq!(seen, (2..14).collect::<Vec<_>>());
    assert_eq!(follower.opening().unwrap().program.as_str(), "ibbi 0.1.0");

    // A fragment that is cut off and replaced is never seen.
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"actor\":\"half").unwrap();
    assert!(follower.poll().is_none());
    let mut ledger = Ledger::open(&path).unwrap();
    assert!(ledger.torn().is_some());
    ledger.append(&records(12..14, 2), at(9)).unwrap();
    assert_eq!(follower.poll().unwrap().unwrap().seq, 14);
    assert_eq!(follower.poll().unwrap().unwrap().seq, 15);
    assert!(follower.poll().is_none());

    // A bad line is told of and passed.
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"bad\n").unwrap();
    assert!(matches!(follower.poll(), Some(Err(ReadError::Fault(fault))) if fault.line == 16));
    assert!(follower.poll().is_none());

    // What was a fact does not vanish in silence.
    fs::write(&path, &whole).unwrap();
    let gone = follower.poll();
    assert!(matches!(&gone, Some(Err(ReadError::Fault(fault))) if fault.kind.code() == "ledger.shrunk"), "{gone:?}");
    assert!(follower.poll().is_none());
}

#[test]
fn a_follower_beside_a_writer_sees_what_was_written_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let mut ledger = Ledger::create(&path, &opening()).unwrap();
    let count = 300;
    std::thread::scope(|scope| {
        let path = &path;
        let reader = scope.spawn(move || {
            let mut follower = Follower::open(path).unwrap();
            let mut seen = Vec::new();
            while seen.len() < count {
                match follower.poll() {
                    Some(item) => seen.push(item.unwrap().seq),
                    None => std::thread::yield_now(),
                }
            }
            seen
        });
        for from in (0..300).step_by(3) {
            ledger.append(&records(from..from + 3, 5), at(1)).unwrap();
        }
        assert_eq!(reader.join().unwrap(), (2..302).collect::<Vec<_>>());
    });
}
