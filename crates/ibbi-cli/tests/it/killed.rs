//! `kill -9` at any moment: what was acknowledged is there afterwards, what was never tried is not, and the chain holds.
//!
//! `IBBI_KILL_ROUNDS` sets how many processes each test kills; `IBBI_KILL_SEED` repeats a run's delays, as far as a machine repeats.

use crate::appender;
use crate::support::Place;
use ibbi_log::{LedgerReader, OpenError, Uuid};
use ibbi_seal::{Checkpoints, VerifyOptions, checkpoints_path, verify_with_checkpoints};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// How many rounds are run.
fn rounds() -> u64 {
    std::env::var("IBBI_KILL_ROUNDS").map_or(60, |text| text.parse().expect("IBBI_KILL_ROUNDS is a number"))
}

/// Delays that differ from run to run, from a seed that is printed.
struct Random(u64);

impl Random {
    fn new() -> Self {
        let clock = || {
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(1, |now| now.as_nanos() as u64)
        };
        let seed = std::env::var("IBBI_KILL_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(clock) | 1;
        println!("delays from IBBI_KILL_SEED={seed}");
        Self(seed)
    }

    fn below(&mut self, limit: Duration) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.as_nanos()).expect("a short time").max(1);
        Duration::from_nanos(self.0 % limit)
    }
}

/// What became of the rounds.
#[derive(Debug, Default)]
struct Counts {
    killed: u64,
    acknowledged: usize,
    in_doubt_kept: usize,
    in_doubt_lost: usize,
    torn: u64,
    no_ledger_yet: u64,
}

/// Opens a ledger. A process that another test starts at this moment shares the locks of this process for an instant.
fn open_when_free(path: &Path) -> Result<ibbi_seal::SealedLedger, OpenError> {
    let begun = Instant::now();
    loop {
        match ibbi_seal::open(path) {
            Err(OpenError::Locked { .. }) if begun.elapsed() < Duration::from_secs(10) => {
                std::thread::sleep(Duration::from_millis(1));
            }
            opened => return opened,
        }
    }
}

/// What one ledger should hold.
#[derive(Default)]
struct Expected {
    tried: BTreeSet<Uuid>,
    acknowledged: BTreeSet<Uuid>,
    signed: u64,
    opened: bool,
}

impl Expected {
    /// Opens the ledger as the next writer would and compares it with what was acknowledged.
    fn check(&mut self, path: &Path, counts: &mut Counts) {
        match open_when_free(path) {
            Ok(ledger) => {
                assert!(ledger.damage().is_none(), "damaged: {:?}", ledger.damage());
                counts.torn += u64::from(ledger.torn().is_some());
                if let Some(torn) = ledger.torn() {
                    let kept = fs::metadata(&torn.kept_in).expect("the fragment is kept").len();
                    assert_eq!(kept, torn.length, "the whole of the fragment is kept");
                    fs::remove_file(&torn.kept_in).expect("a file");
                }
            }
            Err(OpenError::Unfinished { .. }) if !self.opened => counts.no_ledger_yet += 1,
            Err(OpenError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound && !self.opened => {
                counts.no_ledger_yet += 1;
                return;
            }
            Err(other) => panic!("the ledger does not open: {other}"),
        }
        let Ok(bytes) = fs::read(path) else { return };
        if !bytes.contains(&b'\n') {
            return;
        }
        let records: Result<Vec<_>, _> = LedgerReader::new(&bytes[..]).collect();
        let ids: Vec<Uuid> = records.expect("every line is good").iter().map(|record| record.id).collect();
        let found: BTreeSet<Uuid> = ids.iter().copied().collect();
        assert_eq!(found.len(), ids.len(), "nothing is there twice");
        assert!(self.acknowledged.is_subset(&found), "lost: {:?}", self.acknowledged.difference(&found));
        assert!(found.is_subset(&self.tried), "never tried: {:?}", found.difference(&self.tried));
        let doubtful = self.tried.difference(&self.acknowledged);
        counts.in_doubt_lost += doubtful.filter(|id| !found.contains(id)).count();
        counts.in_doubt_kept += found.difference(&self.acknowledged).count();
        // What is there now has been made safe by opening, and stays; what is lost may be sent again.
        self.tried.clone_from(&found);
        self.acknowledged = found;
        let notes = fs::read_to_string(checkpoints_path(path)).unwrap_or_default();
        let mut file = Checkpoints::parse(&notes).expect("checkpoints");
        file.torn = 0;
        let largest = file.largest().map_or(0, |signed| signed.checkpoint().size);
        assert!(largest >= self.signed, "a checkpoint over {} lines is lost", self.signed);
        let report = verify_with_checkpoints(&bytes[..], &VerifyOptions::default(), &file).expect("memory can be read");
        assert!(report.is_sound(), "{:?}", report.first_fault());
    }
}

/// Ends a child as `kill -9` does, and returns whether it was still there.
fn kill(child: &mut Child) -> bool {
    let was_running = child.try_wait().expect("a child").is_none();
    child.kill().expect("a child can be killed");
    let status = child.wait().expect("a child");
    was_running && !status.success()
}

#[test]
fn killed_appender_keeps_acknowledged_records() {
    let (mut random, mut counts) = (Random::new(), Counts::default());
    let mut next = 1_u64;
    let mut place = Place::new();
    let mut expected = Expected::default();
    // On a slow machine it takes longer until the appender acknowledges something.
    let mut longest = Duration::from_millis(40);
    for round in 0..rounds() {
        if round.is_multiple_of(12) {
            counts.acknowledged += expected.acknowledged.len();
            (place, expected) = (Place::new(), Expected::default());
            place.done(&["keygen", "example.org/ibbi", "key"]);
        }
        let path = place.path("ledger");
        let utf8 = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let mut command = appender::command(&[&utf8(&path), &utf8(&place.path("key")), &next.to_string()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the appender starts");
        std::thread::sleep(random.below(longest));
        assert!(kill(&mut child), "the appender ends only when it is killed");
        counts.killed += 1;
        // Its output is in the pipe. An unfinished line does not count.
        let mut result = String::new();
        std::io::Read::read_to_string(&mut child.stderr.take().expect("a pipe"), &mut result).expect("UTF-8");
        for line in result.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let number = |index: usize| words[index].parse::<u64>().expect("a number");
            match words.first().copied() {
                Some("open") => expected.opened = true,
                Some("signed") => expected.signed = number(1),
                Some(word @ ("try" | "done")) => {
                    let ids = (number(1)..number(1) + number(2)).map(|id| Uuid::from_u128(u128::from(id)));
                    let set = if word == "try" { &mut expected.tried } else { &mut expected.acknowledged };
                    set.extend(ids);
                    next = number(1) + number(2);
                }
                // A preloaded library may also report something. A panic of the appender shows when it is killed.
                _ => {}
            }
        }
        expected.check(&path, &mut counts);
        if expected.acknowledged.is_empty() && counts.acknowledged == 0 {
            longest = (longest * 5 / 4).min(Duration::from_secs(2));
        }
    }
    counts.acknowledged += expected.acknowledged.len();
    println!("kill -9 of a process that appends: {counts:?}");
    assert!(counts.acknowledged > 0, "some were acknowledged");
}

#[test]
fn killed_program_keeps_acknowledged_records() {
    let (mut random, mut counts) = (Random::new(), Counts::default());
    let place = Place::new();
    place.done(&["keygen", "example.org/ibbi", "key"]);
    place.done(&["new", "ledger", "--district", "Maple Hollow"]);
    let path = place.path("ledger");
    let first: Vec<_> = LedgerReader::new(fs::File::open(&path).expect("a ledger")).collect();
    let first: BTreeSet<Uuid> = first.into_iter().map(|record| record.expect("a record").id).collect();
    let mut expected = Expected { tried: first.clone(), acknowledged: first, signed: 0, opened: true };
    let record = |id: u64| {
        let id = Uuid::from_u128(u128::from(id)).to_string();
        let mut command = place.command(&["record", "ledger", "note_added", "text=a note", "--id", &id]);
        command.args(["--sign", "key", "--every", "5"]).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let (mut unhurried, mut kinds) = (Duration::ZERO, BTreeMap::<&str, u64>::new());
    let mut round = 0;
    while counts.killed < rounds() {
        round += 1;
        let id = 1_000_000 + round;
        expected.tried.insert(Uuid::from_u128(u128::from(id)));
        let begun = Instant::now();
        let mut child = record(id).spawn().expect("the program starts");
        // Now and then it is let be, to know how long it takes: the ledger grows, and the delays with it.
        if round % 10 == 1 {
            assert!(child.wait().expect("a child").success(), "the program records again after it was killed");
            unhurried = begun.elapsed();
            expected.acknowledged.insert(Uuid::from_u128(u128::from(id)));
            *kinds.entry("let be").or_default() += 1;
        } else {
            std::thread::sleep(random.below(unhurried * 5 / 4));
            if kill(&mut child) {
                counts.killed += 1;
            } else {
                // The same record once more is what anybody would send who was refused the lock of a dying process.
                let mut recorded = child.wait().expect("a child").success();
                for _ in 0..3 {
                    recorded = recorded || record(id).status().expect("the program starts").success();
                }
                assert!(recorded, "the program records again after it was killed");
                expected.acknowledged.insert(Uuid::from_u128(u128::from(id)));
                *kinds.entry("done before the kill").or_default() += 1;
            }
        }
        if round.is_multiple_of(3) {
            expected.check(&path, &mut counts);
        }
    }
    expected.check(&path, &mut counts);
    counts.acknowledged = expected.acknowledged.len();
    println!("kill -9 of `ibbi record`: {counts:?}, {kinds:?}");
    let result = place.done(&["verify", "ledger"]);
    assert!(result.starts_with("sound"), "{result}");
}
