//! What holds for the readers of any bytes. The fuzzer and the tests of the log check the same.

use ibbi_log::{Depth, Digest, LedgerLine, LedgerReader, Links, encode_line, explain, read_line};
use ibbi_seal::{Checkpoints, VerifyOptions, verify_extract, verify_with_checkpoints};

/// Checks that the fast and the slow reader of a line accept the same lines, and give the same reason if they do not. A record
/// that was read is written as the same bytes.
pub fn check_line(bytes: &[u8]) {
    match (read_line(bytes), explain(bytes)) {
        (Ok(LedgerLine::Record(record)), None) => {
            let prev = Links::read(bytes).and_then(|links| Digest::from_hex(links.prev)).expect("a line that was read");
            let again = encode_line(&record, &prev).expect("a record that was read can be written");
            assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(bytes));
        }
        (Ok(_), None) => {}
        (Err((column, fault)), Some(same)) => {
            assert_eq!((column, &fault), (same.0, &same.1));
            assert!(column <= bytes.len() && fault.code() != "line.unexplained", "{column} {fault}");
        }
        (fast, slow) => panic!("{fast:?} but {slow:?}"),
    }
}

/// Checks that reading and verifying end, whatever the bytes, and report the same. The checkpoints follow the first NUL.
pub fn check_ledger(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (ledger, notes) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let file = Checkpoints::parse(&String::from_utf8_lossy(notes)).unwrap_or_default();
    let faults = LedgerReader::new(ledger).filter(Result::is_err).count();
    let full = verify_with_checkpoints(ledger, &VerifyOptions { root: true, ..VerifyOptions::default() }, &file)
        .expect("memory can be read");
    let chain = verify_with_checkpoints(
        ledger,
        &VerifyOptions { depth: Depth::Chain, root: true, ..VerifyOptions::default() },
        &file,
    );
    let chain = chain.expect("memory can be read");
    assert_eq!((full.head, full.root), (chain.head, chain.root), "both depths see the same lines");
    assert!(!full.is_sound() || faults == 0, "verification finds what reading finds");
    assert!(chain.is_sound() || !full.is_sound(), "the full check is not more lenient than the chain alone");
    let _ = verify_extract(bytes, &[]);
}
