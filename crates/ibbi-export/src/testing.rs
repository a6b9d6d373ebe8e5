//! Cases and ledgers for the tests of several exports.

use super::Corrections;
use ibbi_core::{At, Case, Event, EventKind};
use ibbi_log::{LedgerReader, Opening, Record, Uuid};
use ibbi_sim::{EXAMPLE, Scenario, Simulator};
use std::collections::BTreeMap;

/// The events of a case with their instants.
pub(super) type Events = Vec<(At, Event)>;

/// Returns every golden ledger, with its name.
pub(super) fn golden() -> Vec<(String, Vec<u8>)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/v1");
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .expect("the golden ledgers are there")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(path).expect("a golden ledger can be read"))
        })
        .collect();
    found.sort();
    assert!(found.len() > 5, "the golden ledgers are there");
    found
}

/// Reads a golden ledger.
pub(super) fn read(name: &str) -> (Opening, Vec<Record>, Corrections) {
    let (_, bytes) = golden().into_iter().find(|(known, _)| known == name).expect("a golden ledger of this name");
    read_bytes(&bytes)
}

/// Reads a ledger from bytes.
pub(super) fn read_bytes(bytes: &[u8]) -> (Opening, Vec<Record>, Corrections) {
    let mut reader = LedgerReader::new(bytes);
    let opening = reader.opening().cloned().expect("an opening");
    let records: Vec<Record> = reader.collect::<Result<_, _>>().expect("a sound ledger");
    let corrections = Corrections::read(sound(&records)).unwrap();
    (opening, records, corrections)
}

/// Returns records as a reader of a valid ledger does.
pub(super) fn sound(records: &[Record]) -> impl Iterator<Item = Result<Record, std::io::Error>> {
    records.iter().cloned().map(Ok)
}

/// Returns many different legal cases: golden ones, simulated ones, and ones that wander.
pub(super) fn legal_cases() -> Vec<Events> {
    let mut cases: BTreeMap<(String, Uuid), Events> = BTreeMap::new();
    for (name, bytes) in golden() {
        let (_, records, corrections) = read_bytes(&bytes);
        for record in records.into_iter().filter(|record| corrections.counts(record)) {
            cases.entry((name.clone(), record.case)).or_default().push((record.at, record.event));
        }
    }
    let mut all: Vec<Events> = cases.into_values().collect();
    let golden = all.clone();
    let simulator = Simulator::new(&Scenario::parse(EXAMPLE).expect("the sample scenario"));
    for run in 0..200 {
        let mut events = Events::new();
        simulator.run(1, run, |at, event, _| events.push((at, event.clone()))).expect("a run");
        all.push(events);
    }
    all.extend((0..300).map(|seed| wander(&golden, seed)));
    all
}

/// Returns a case that follows a golden one, with other events that the rules allow in between.
fn wander(golden: &[Events], seed: u64) -> Events {
    let pool: Vec<&Event> = golden.iter().flatten().map(|(_, event)| event).collect();
    let path = &golden[usize::try_from(seed).unwrap() % golden.len()];
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut draw = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below).unwrap()).unwrap()
    };
    let mut case = Case::default();
    let mut events = Events::new();
    for (at, event) in path {
        for _ in 0..draw(40) {
            let other = pool[draw(pool.len())];
            // If every case could be withdrawn at any time, few would get far.
            let ends = matches!(other.kind(), EventKind::CaseWithdrawn | EventKind::ApplicationDeclined);
            if (!ends || draw(50) == 0) && case.offer(other, *at).is_ok() {
                events.push((*at, other.clone()));
            }
        }
        if case.offer(event, *at).is_ok() {
            events.push((*at, event.clone()));
        }
    }
    events
}
