//! Ledgers go into a database and come out byte for byte, can be signed there, and go on.

use crate::server::{first_line, new_ledger, open};
use ibbi_core::Reason;
use ibbi_log::{Custody, Depth, LedgerLine, check_lines};
use ibbi_postgres::{PostgresError, Sidecars, import, read_sidecars};
use ibbi_seal::PrivateKey;
use ibbi_store::{CaseQuery, EventStore as _};
use std::io::Read as _;
use std::path::PathBuf;
use uuid::Uuid;

fn golden() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let files = ["v1", "v2"].into_iter().flat_map(|version| {
        let files = std::fs::read_dir(folder.join(version)).expect("there are golden ledgers");
        files.map(|file| file.expect("the folder can be read").path())
    });
    files.filter(|path| path.extension().is_some_and(|extension| extension == "ledger")).collect()
}

#[test]
fn ledgers_of_both_formats_come_back_byte_for_byte() {
    let Some(server) = new_ledger() else { return };
    let files = golden();
    assert!(files.len() > 2, "there are golden ledgers of both formats");
    for path in files {
        let bytes = std::fs::read(&path).expect("the ledger can be read");
        let address = server.with_ledger(&format!("golden-{}", Uuid::new_v4()));
        let head = import(&address, bytes.as_slice(), &Sidecars::default()).expect("the ledger is imported");
        let store = open(&address, None);
        assert_eq!(store.head().expect("an end"), head);
        let mut found = Vec::new();
        store.read_lines(0, None).expect("the lines").read_to_end(&mut found).expect("the lines can be read");
        assert!(found == bytes, "{} comes back with other bytes", path.display());
        let cases = store.cases(&CaseQuery::default()).expect("the cases").cases;
        for case in &cases {
            assert_eq!(store.case(case.case).expect("a case").len() as u64, case.records);
        }
        let again = import(&address, bytes.as_slice(), &Sidecars::default()).expect_err("the ledger is there");
        assert!(matches!(again, PostgresError::Exists { .. }), "{again}");
    }
}

#[test]
fn a_ledger_with_a_changed_line_is_not_imported() {
    let Some(server) = new_ledger() else { return };
    let path = golden().into_iter().next().expect("a golden ledger");
    let text = std::fs::read_to_string(path).expect("the ledger can be read");
    let mut lines: Vec<&str> = text.lines().collect();
    lines.remove(2);
    let address = server.with_ledger(&format!("cut-{}", Uuid::new_v4()));
    let cut = lines.join("\n") + "\n";
    let error = import(&address, cut.as_bytes(), &Sidecars::default()).expect_err("a line is missing");
    assert!(matches!(error, PostgresError::Damaged { line: 3, .. }), "{error}");
    let torn = &text.as_bytes()[..text.len() - 1];
    let error = import(&address, torn, &Sidecars::default()).expect_err("the end is not whole");
    assert!(matches!(error, PostgresError::Damaged { .. }), "{error}");
    let found = ibbi_postgres::ledgers(&server).expect("the ledgers");
    assert!(found.iter().all(|(name, _)| name != address.ledger()), "nothing was written");
}

#[test]
fn checkpoints_and_holds_are_of_the_ledger() {
    let Some(address) = new_ledger() else { return };
    let store = open(&address, None);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("key");
    let key = PrivateKey::generate("example.org/postgres", &path).expect("a key");
    let actor = first_line().actor;
    let reason = Reason::new("Litigation is expected.").expect("a reason");
    let hold = Custody::HoldPlaced { case: None, reason: reason.clone() };
    assert_eq!(store.append_hold(&hold, &actor).expect("the hold is placed"), 2);
    let (signed, complete) = store.sign(&key).expect("the ledger is signed");
    assert_eq!((signed.checkpoint().size, complete), (3, true), "a line with the state of all cases comes first");
    assert_eq!(store.sign(&key).expect("it is signed again").0, signed, "nothing has changed");
    assert_eq!((store.covered().expect("a number"), store.published_lines().expect("a number")), (3, 3));
    let lifted = Custody::HoldLifted { hold: 2, reason };
    assert_eq!(store.append_hold(&lifted, &actor).expect("the hold is lifted"), 4);
    let error = store.append_hold(&lifted, &actor).expect_err("it is lifted already");
    assert!(error.to_string().contains("hold"), "{error}");
    // Another server sees all of it, and the lines are sound with the checkpoint's root.
    let other = open(&address, None);
    assert_eq!(other.custody().expect("the holds").holds.len(), 1);
    assert_eq!(read_sidecars(&address, 4).expect("the checkpoints").checkpoints, [signed]);
    let mut heads = 0;
    let lines = other.read_lines(0, None).expect("the lines");
    let checked = check_lines(lines, Depth::Records, |_, _, line| {
        heads += u32::from(matches!(line, Some(LedgerLine::Heads(_))));
    });
    let checked = checked.expect("the lines can be read");
    assert_eq!((checked.damage.count, checked.head.lines, heads), (0, 4, 1));
    let lines = other.lines(1, 2, 1 << 20).expect("two lines");
    assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 3]);
}
