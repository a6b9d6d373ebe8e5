//! Following a ledger while another process writes it.

use ibbi_log::{Follower, Ledger, ReadError};
use ibbi_testing::records::{at, ledger_bytes, opening, records};
use std::fs::{self, OpenOptions};
use std::io::Write;

#[test]
fn follower_returns_each_record_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let whole = ledger_bytes(12, 2);
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

    // A bad line is reported and skipped.
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
fn follower_returns_records_in_order() {
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
