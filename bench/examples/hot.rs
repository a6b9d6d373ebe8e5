//! One hot path a process, so that its instructions can be counted: `hot NAME` runs it, `hot` lists the names.
//!
//! What is counted happens inside `measured` alone; `instructions.sh` passes that name to valgrind. Everything else is prepared
//! before, and the path is run once beforehand, so that tables which are made once are there.
#![forbid(unsafe_code)]

use ibbi_audit::{Audit, Finding, LedgerSource};
use ibbi_bench::floor::Floor;
use ibbi_bench::memory::Memory;
use ibbi_bench::records::{Records, new_ledger, now};
use ibbi_bench::simulated::write_simulated;
use ibbi_bench::{case_before, refused_offers, whole_case};
use ibbi_core::{Case, EventKind, Goal, History, Outcome, route, survey};
use ibbi_log::{Ledger, LineReader, NewRecord};
use ibbi_seal::{VerifyOptions, verify};
use ibbi_sim::{EXAMPLE, Plan, Scenario, Settings, Simulator};
use std::hint::black_box;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

/// A path made ready: its unit, how many of them one call handles, and the call.
struct Work {
    unit: &'static str,
    units: usize,
    call: Box<dyn FnMut()>,
}

impl Work {
    fn new(unit: &'static str, units: usize, call: impl FnMut() + 'static) -> Self {
        Self { unit, units, call: Box::new(call) }
    }
}

/// Makes a path ready.
type Prepare = fn() -> Work;

const PATHS: &[(&str, Prepare)] = &[
    ("offer-accepted", accepted),
    ("offer-refused", refused),
    ("replay-history", replay),
    ("survey", surveyed),
    ("route", routed),
    ("read-line", read),
    ("append-batch", append),
    ("verify", verified),
    ("audit", audited),
    ("simulate", simulated),
    ("simulate-floor", floor),
    ("plan", planned),
];

fn main() -> ExitCode {
    let name = std::env::args().nth(1);
    let Some(name) = name else {
        PATHS.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    };
    let Some((_, prepare)) = PATHS.iter().find(|(known, _)| *known == name) else {
        eprintln!("hot: there is no path `{name}`; without a name the paths are listed");
        return ExitCode::from(2);
    };
    let mut work = prepare();
    (work.call)();
    measured(&mut work.call);
    println!("{}\t{}", work.units, work.unit);
    ExitCode::SUCCESS
}

/// What is counted.
#[inline(never)]
fn measured(call: &mut Box<dyn FnMut()>) {
    call();
}

fn accepted() -> Work {
    let events = whole_case();
    Work::new("event", events.len(), move || {
        let mut case = Case::default();
        for (at, event) in &events {
            case.offer(black_box(event), *at).expect("legal");
        }
        black_box(case);
    })
}

fn refused() -> Work {
    let events = whole_case();
    let after = |count: usize| {
        let mut case = Case::default();
        events.iter().take(count).for_each(|(at, event)| drop(case.offer(event, *at)));
        case
    };
    let offers: Vec<_> = refused_offers().into_iter().map(|offer| (after(offer.after), offer)).collect();
    Work::new("offer", offers.len(), move || {
        for (case, offer) in &offers {
            black_box(case.check(black_box(&offer.event), offer.at)).expect_err("refused");
        }
    })
}

fn replay() -> Work {
    let events = whole_case();
    Work::new("event", events.len(), move || {
        let mut history = History::new();
        for (seq, (at, event)) in (1..).zip(black_box(&events)) {
            history.offer(seq, *at, event.clone()).expect("legal");
        }
        black_box(history);
    })
}

fn surveyed() -> Work {
    let (case, at, _) = case_before(|event| event.kind() == EventKind::ActivityRun);
    Work::new("survey", 1, move || drop(black_box(survey(black_box(&case), at))))
}

fn routed() -> Work {
    let (case, at, _) = case_before(|event| event.kind() == EventKind::ActivityRun);
    let goal = Goal::Outcome(Outcome::Completed);
    Work::new("route", 1, move || drop(black_box(route(black_box(&case), goal, at))))
}

/// A ledger's bytes, whole cases one after the other.
fn ledger(lines: u64) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let mut ledger = Ledger::create(&path, &new_ledger()).expect("a new ledger");
    let records: Vec<_> = Records::default().take(usize::try_from(lines - 1).expect("lines")).collect();
    for batch in records.chunks(1_000) {
        ledger.append(batch, now()).expect("appended");
    }
    let mut bytes = Vec::new();
    std::fs::File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)).expect("read");
    bytes
}

fn read() -> Work {
    let bytes = ledger(1 + whole_case().len() as u64);
    let lines: Vec<Vec<u8>> = bytes.split(|byte| *byte == b'\n').skip(1).map(<[u8]>::to_vec).collect();
    let lines: Vec<_> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let mut reader = LineReader::default();
    Work::new("line", lines.len(), move || {
        for line in &lines {
            drop(black_box(reader.read(black_box(line)).expect("a good line")));
        }
    })
}

fn append() -> Work {
    const BATCH: usize = 100;
    let mut ledger = ibbi_seal::create_in(Memory, Path::new("memory"), &new_ledger()).expect("a new ledger");
    let mut records = Records::default();
    let mut batches: Vec<Vec<NewRecord>> = (0..2).map(|_| records.by_ref().take(BATCH).collect()).collect();
    batches.reverse();
    Work::new("record", BATCH, move || {
        let batch = batches.pop().expect("a batch for every call");
        black_box(ledger.append(&batch, now()).expect("appended"));
        // The records are the caller's; dropping them is no part of the work.
        std::mem::forget(batch);
    })
}

fn verified() -> Work {
    const LINES: u64 = 10_000;
    let bytes = ledger(LINES);
    let check = VerifyOptions { root: true, ..VerifyOptions::default() };
    Work::new("line", usize::try_from(LINES).expect("lines"), move || {
        let report = verify(black_box(bytes.as_slice()), &check).expect("read");
        assert!(report.is_sound() && report.head.lines == LINES, "{:?}", report.first_fault());
    })
}

fn audited() -> Work {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ledger");
    let lines = write_simulated(&path, 10_000).expect("a ledger of simulated cases");
    let bytes = std::fs::read(&path).expect("read");
    Work::new("line", usize::try_from(lines).expect("lines"), move || {
        let report = Audit::default().run(LedgerSource::bytes(black_box(&bytes)), &mut |_: Finding| {}).expect("read");
        assert!(report.sound && report.ledger.lines == lines, "{:?}", report.findings);
    })
}

const RUNS: u64 = 1_000;

fn simulated() -> Work {
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE).expect("the sample"));
    Work::new("run", usize::try_from(RUNS).expect("runs"), move || {
        black_box(simulator.simulate(Settings { runs: RUNS, seed: 1, threads: 1 }).expect("simulated"));
    })
}

fn floor() -> Work {
    let floor = Floor::new(&Scenario::parse(EXAMPLE).expect("the sample"));
    Work::new("run", usize::try_from(RUNS).expect("runs"), move || drop(black_box(floor.simulate(RUNS, 1))))
}

fn planned() -> Work {
    let scenario = Scenario::parse(EXAMPLE).expect("the sample");
    Work::new("plan", 1, move || drop(black_box(Plan::new(black_box(&scenario)))))
}
