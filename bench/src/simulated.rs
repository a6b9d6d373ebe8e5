//! Ledgers of simulated cases, many of them in progress at the same time. No two are alike.

use crate::records::new_ledger;
use ibbi_core::{At, Event, History, Name};
use ibbi_log::{Ledger, NewRecord, Uuid};
use ibbi_sim::{EXAMPLE, Scenario, Simulator};
use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

/// Most cases go to the end, with something on the way, and no case stays open.
const ASSUMPTIONS: &str = "
[assumptions]
leader_declines = 0.01
withdraws = 0.01
labor_adopts = 0.98
management_adopts = 0.98
session_postponed = 0.4
session_cut_short = 0.4
concern_raised = 0.5
";
/// Cases that are under way at the same time.
const TOGETHER: u64 = 40;
/// Records with one sync.
const BATCH: usize = 4_000;

/// Writes a ledger of at least so many lines, in whole cases; returns how many there are.
///
/// # Errors
/// Those of the ledger and of the simulation.
pub fn write_simulated(path: &Path, lines: u64) -> Result<u64, Box<dyn Error>> {
    let people = EXAMPLE.split("[assumptions]").next().unwrap_or_default();
    let simulator = Simulator::new(&Scenario::parse(&format!("{people}{ASSUMPTIONS}"))?);
    let actor = Name::new("clerk@example.org")?;
    let mut ledger = Ledger::create(path, &new_ledger_at(simulator.first_instant()))?;
    // The cases are written in groups, each from its beginning.
    ledger.trust_clock();
    let (mut waiting, mut ids) = (Vec::new(), 0_u64);
    for first in (0..).step_by(usize::try_from(TOGETHER)?) {
        if ledger.head().lines + waiting.len() as u64 >= lines {
            break;
        }
        let mut histories = HashMap::new();
        for (case, at, event) in played(&simulator, first..first + TOGETHER)? {
            ids += 1;
            let id = Uuid::from_u64_pair(0x0192_0000_0000_7000, 0x8000_0000_0000_0000 | ids);
            let history = histories.entry(case).or_insert_with(|| History::for_case(case));
            let accepted = history.accept(id, history.revision() + 1, at, event).map_err(|it| it.to_string())?;
            waiting.push(NewRecord::new(accepted, actor.clone()));
        }
        if waiting.len() >= BATCH {
            flush(&mut ledger, &mut waiting)?;
        }
    }
    flush(&mut ledger, &mut waiting)?;
    Ok(ledger.head().lines)
}

fn new_ledger_at(at: At) -> ibbi_log::NewLedger {
    ibbi_log::NewLedger { at, ..new_ledger() }
}

/// An event of a case, with its time.
type Played = (Uuid, At, Event);

/// The events of some runs by the time at which they happened; those of one case keep their order.
fn played(simulator: &Simulator, runs: std::ops::Range<u64>) -> Result<Vec<Played>, Box<dyn Error>> {
    let mut events = Vec::new();
    for run in runs {
        let case = Uuid::from_u64_pair(0x0193_0000_0000_7000, 0x8000_0000_0000_0000 | run);
        simulator.run(1, run, |at, event, _| events.push((case, at, event.clone())))?;
    }
    events.sort_by_key(|(_, at, ..)| *at);
    Ok(events)
}

/// Writes what waits, at the time of its last event.
fn flush(ledger: &mut Ledger, waiting: &mut Vec<NewRecord>) -> Result<(), Box<dyn Error>> {
    for batch in waiting.chunks(BATCH) {
        if let Some(now) = batch.iter().map(|record| record.accepted.at()).max() {
            ledger.append(batch, now)?;
        }
    }
    waiting.clear();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_seal::{VerifyOptions, verify};

    #[test]
    fn a_ledger_of_simulated_cases_is_sound_and_as_long_as_asked_for() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("ledger");
        let lines = write_simulated(&path, 5_000).unwrap();
        assert!((5_000..8_000).contains(&lines), "{lines}");
        let report = verify(std::fs::File::open(&path).unwrap(), &VerifyOptions::default()).unwrap();
        assert!(report.is_sound() && report.head.lines == lines, "{:?}", report.first_fault());
    }
}
