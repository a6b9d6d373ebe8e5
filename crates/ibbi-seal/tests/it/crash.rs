//! Crashes and failing disks: what was acknowledged is there afterwards, and nothing is there that was not attempted.

use crate::simulated_disk::{Crash, Disk, Failure, Lasting};
use ibbi_log::{AppendError, CreateError, OpenError, Uuid};
use ibbi_seal::{PrivateKey, SealedLedger, VerifyOptions, checkpoints_path, sign_checkpoint, verify};
use ibbi_testing::records::{at, opening, record, records};
use std::collections::BTreeMap;
use std::path::Path;

const FAILURES: [Failure; 3] = [Failure::Error, Failure::NoSpace, Failure::ShortWrite];
const LASTINGS: [Lasting; 2] = [Lasting::Once, Lasting::FromThenOn];
const CRASHES: [Crash; 7] = [
    Crash::Process,
    Crash::Dropped,
    Crash::Torn,
    Crash::Reordered(1),
    Crash::Reordered(2),
    Crash::Reordered(3),
    Crash::Reordered(4),
];

/// What a client of the ledger knows.
#[derive(Debug, Clone, Default)]
struct Client {
    attempted: Vec<Uuid>,
    acknowledged: Vec<Uuid>,
    /// Whether it knows that the ledger was created.
    created: bool,
    /// The largest checkpoint that it was given.
    covered: u64,
}

struct Run<'a> {
    disk: Disk,
    key: &'a PrivateKey,
    client: Client,
}

fn path() -> &'static Path {
    Path::new("folder/ledger")
}

impl Run<'_> {
    /// A day with a ledger: created, written in batches, checkpointed, closed and opened again. After an error the
    /// client opens the ledger anew and sends the same again; after a second error in a row it gives up.
    fn day(&mut self) {
        let mut ledger = match ibbi_seal::create_in(self.disk.clone(), path(), &opening()) {
            Ok(ledger) => Some(ledger),
            Err(_) => match ibbi_seal::create_in(self.disk.clone(), path(), &opening()) {
                Ok(ledger) => Some(ledger),
                // The first try had written the whole line and failed to make it safe.
                Err(CreateError::Exists { .. }) => ibbi_seal::open_in(self.disk.clone(), path()).ok(),
                Err(_) => return,
            },
        };
        self.client.created = ledger.is_some();
        for batch in [0..1, 1..4, 3..6, 6..7] {
            let Some(open) = ledger else { return };
            ledger = self.send(open, batch);
            if ledger.as_ref().is_some_and(|open| open.head().lines == 5) {
                ledger = ledger.and_then(|mut open| {
                    match sign_checkpoint(&mut open, self.key, at(60)) {
                        Ok(signed) => self.client.covered = signed.checkpoint().size,
                        // The line with the state of all cases is in doubt.
                        Err(_) if !open.is_writable() => {
                            drop(open);
                            return ibbi_seal::open_in(self.disk.clone(), path()).ok();
                        }
                        Err(_) => {}
                    }
                    Some(open)
                });
            }
        }
        drop(ledger);
        if let Ok(ledger) = ibbi_seal::open_in(self.disk.clone(), path()) {
            self.send(ledger, 6..9);
        }
    }

    fn send(&mut self, mut ledger: SealedLedger<Disk>, batch: std::ops::Range<u64>) -> Option<SealedLedger<Disk>> {
        let batch = records(batch, 2);
        for _ in 0..2 {
            self.client.attempted.extend(batch.iter().map(|record| record.accepted.id()));
            match ledger.append(&batch, at(60)) {
                Ok(committed) => {
                    assert_eq!(committed.len(), batch.len());
                    self.client.acknowledged.extend(batch.iter().map(|record| record.accepted.id()));
                    return Some(ledger);
                }
                Err(AppendError::Read { .. } | AppendError::Texts { .. }) => {}
                Err(error) => {
                    assert!(matches!(error, AppendError::InDoubt { .. }), "{error}");
                    let poisoned = ledger.append(&batch, at(60));
                    assert!(matches!(poisoned, Err(AppendError::Poisoned)), "after {error}: {poisoned:?}");
                    drop(ledger);
                    ledger = ibbi_seal::open_in(self.disk.clone(), path()).ok()?;
                }
            }
        }
        None
    }
}

/// Opens the ledger on a disk that works, holds what it has against what the client knows, and returns whether it is
/// damaged. What was recovered is from then on acknowledged.
fn check(disk: &Disk, client: &mut Client, what: &str) -> bool {
    let ledger = match ibbi_seal::open_in(disk.clone(), path()) {
        Ok(ledger) => ledger,
        Err(error) => {
            let never = matches!(&error, OpenError::Unfinished { .. })
                || matches!(&error, OpenError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound)
                || matches!(&error, OpenError::NotALedger { .. } if disk.is_out_of_order());
            assert!(never && !client.created, "{what}: {error}");
            return false;
        }
    };
    let mut recovered: Vec<_> =
        ledger.cases().flat_map(|case| ledger.case(case).unwrap()).map(|record| (record.line, record.id)).collect();
    recovered.sort_unstable();
    let ids: Vec<_> = recovered.iter().map(|(_, id)| *id).collect();
    for id in &client.acknowledged {
        assert!(ids.contains(id), "{what}: the acknowledged {id} is lost");
    }
    for (index, id) in ids.iter().enumerate() {
        assert!(client.attempted.contains(id), "{what}: {id} was never attempted");
        assert!(!ids[..index].contains(id), "{what}: {id} is there twice");
    }
    if let Some(damage) = ledger.damage() {
        // Only a disk that keeps later sectors and loses earlier ones can leave a bad whole line.
        assert!(disk.is_out_of_order(), "{what}: {damage}");
        return true;
    }
    assert!(ledger.observer().covered() >= client.covered, "{what}: a checkpoint is lost");
    drop(ledger);
    let bytes = disk.content(path()).unwrap();
    let report = verify(&bytes[..], &VerifyOptions::default()).unwrap();
    assert!(report.is_sound(), "{what}: {:?}", report.first_fault());
    client.created = true;
    client.acknowledged = ids;
    false
}

fn key() -> PrivateKey {
    let folder = tempfile::tempdir().unwrap();
    PrivateKey::generate("example.org/ibbi", &folder.path().join("key")).unwrap()
}

/// How many operations the day takes when nothing fails.
fn operations(key: &PrivateKey) -> u64 {
    let mut run = Run { disk: Disk::default(), key, client: Client::default() };
    run.disk.heal();
    run.day();
    assert_eq!(run.client.acknowledged.len(), 1 + 3 + 3 + 1 + 3);
    assert_eq!(run.client.covered, 6);
    assert!(run.disk.content(&checkpoints_path(path())).is_some());
    assert_eq!(run.disk.content(Path::new("folder/ledger.holder")), None);
    run.disk.operations()
}

#[test]
fn acknowledged_records_survive_every_failure() {
    let key = key();
    let operations = operations(&key);
    let (mut points, mut damaged, mut recoveries) = (0_u64, 0_u64, 0_u64);
    for at_operation in 1..=operations {
        for (failure, lasting) in FAILURES.iter().flat_map(|failure| LASTINGS.map(|lasting| (*failure, lasting))) {
            for crash in CRASHES {
                let what = format!("operation {at_operation} of {operations}, {failure:?} {lasting:?}, {crash:?}");
                let mut run = Run { disk: Disk::default(), key: &key, client: Client::default() };
                run.disk.fail(at_operation, lasting, failure);
                run.day();
                assert!(run.disk.has_failed(), "{what}");
                run.disk.heal();
                run.disk.crash(crash);
                points += 1;
                if check(&run.disk, &mut run.client, &what) {
                    damaged += 1;
                    continue;
                }
                // What recovery has shown stays, even if the power goes right after it.
                run.disk.crash(Crash::Dropped);
                recoveries += 1;
                assert!(!check(&run.disk, &mut run.client, &format!("{what}, then again")));
            }
        }
    }
    println!(
        "crash points: {points} ({operations} operations, 3 failures, once and from then on, 7 crashes); \
         {recoveries} recovered and crashed again, {damaged} opened for reading only"
    );
}

#[test]
fn acknowledged_records_survive_failures_of_recovery() {
    let key = key();
    let operations = operations(&key);
    // The operations are shared among threads, because this takes longer than all other tests of this file together.
    let threads = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let of_thread = |thread: u64| (1..=operations).filter(move |operation| operation % threads == thread);
    let run = &|thread| fail_recoveries(of_thread(thread), &key);
    let (mut points, mut damaged) = (0, 0);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        for thread in running {
            let (of_points, of_damaged) = thread.join().expect("every point is checked");
            (points, damaged) = (points + of_points, damaged + of_damaged);
        }
    });
    println!("crash points in recovery: {points}; {damaged} opened for reading only");
}

/// Lets each of these operations fail, and then each operation of the recovery. Returns how many crash points that makes,
/// and how many of them leave a ledger that opens for reading only.
fn fail_recoveries(operations: impl Iterator<Item = u64>, key: &PrivateKey) -> (u64, u64) {
    let (mut points, mut damaged) = (0, 0);
    for at_operation in operations {
        for crash in [Crash::Process, Crash::Torn, Crash::Reordered(1)] {
            let mut first = Run { disk: Disk::default(), key, client: Client::default() };
            first.disk.fail(at_operation, Lasting::FromThenOn, Failure::NoSpace);
            first.day();
            first.disk.heal();
            first.disk.crash(crash);
            let ready = || Run { disk: first.disk.copy(), key, client: first.client.clone() };
            // How many operations the recovery takes when nothing fails.
            let run = ready();
            let sound = ibbi_seal::open_in(run.disk.clone(), path()).is_ok_and(|ledger| ledger.damage().is_none());
            if !sound {
                continue;
            }
            let recovery = run.disk.operations();
            // Many failures leave the same files. The client is the same in all of them.
            let mut checked = BTreeMap::new();
            for (second, lasting) in (1..=recovery).flat_map(|second| LASTINGS.map(|lasting| (second, lasting))) {
                for failure in FAILURES {
                    for again in [Crash::Process, Crash::Dropped, Crash::Reordered(second)] {
                        let what = format!(
                            "operation {at_operation}, {crash:?}, then operation {second} of the recovery, \
                             {failure:?} {lasting:?}, {again:?}"
                        );
                        let mut run = ready();
                        run.disk.fail(second, lasting, failure);
                        drop(ibbi_seal::open_in(run.disk.clone(), path()));
                        run.disk.heal();
                        run.disk.crash(again);
                        points += 1;
                        let check = || check(&run.disk, &mut run.client, &what);
                        damaged += u64::from(*checked.entry(run.disk.files()).or_insert_with(check));
                    }
                }
            }
        }
    }
    (points, damaged)
}

#[test]
fn failed_write_leaves_the_handle_unusable() {
    let disk = Disk::default();
    let mut ledger = ibbi_seal::create_in(disk.clone(), path(), &opening()).unwrap();
    ledger.append(&records(0..2, 2), at(1)).unwrap();
    // The length, the write, the sync: the last two leave it in doubt.
    for operation in [2, 3] {
        disk.fail(operation, Lasting::Once, Failure::Error);
        let error = ledger.append(&records(2..4, 2), at(1)).unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, AppendError::InDoubt { seq: 4, records: 2, .. }), "{text}");
        assert!(text.contains("open the ledger again and send the same records with the same IDs"), "{text}");
        let calls = disk.operations();
        assert!(matches!(ledger.append(&[record(4, 2)], at(1)), Err(AppendError::Poisoned)));
        assert_eq!(disk.operations(), calls, "no sync is ever tried again on this handle");
        drop(ledger);
        disk.heal();
        disk.crash(Crash::Dropped);
        ledger = ibbi_seal::open_in(disk.clone(), path()).unwrap();
        assert_eq!(ledger.head().lines, 3);
    }
    let committed = ledger.append(&records(0..4, 2), at(1)).unwrap();
    let existing: Vec<_> = committed.iter().map(|committed| committed.existing).collect();
    assert_eq!(existing, [true, true, false, false]);
}
