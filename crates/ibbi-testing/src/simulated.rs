//! Ledgers of simulated cases, of which several are under way at the same time.

use ibbi_core::{At, Event, History, Name};
use ibbi_log::{Ledger, NewLedger, NewRecord, Uuid};
use ibbi_sim::{EXAMPLE, Scenario, Simulator};
use std::collections::HashMap;
use std::error::Error;
use std::path::Path;

/// Assumptions under which most cases are completed, with some incidents: about fifty events each.
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

/// Writes a ledger of this many cases, `together` of them at a time. Returns the number of its lines and its bytes.
///
/// # Errors
/// If the ledger cannot be written or the rules refuse a simulated event.
pub fn write_ledger(path: &Path, cases: u64, together: u64) -> Result<(u64, u64), Box<dyn Error>> {
    let together = together.max(1);
    let people = EXAMPLE.split("[assumptions]").next().unwrap_or_default();
    let simulator = Simulator::new(&Scenario::parse(&format!("{people}{ASSUMPTIONS}"))?);
    let actor = Name::new("clerk@example.org")?;
    let opening = NewLedger {
        id: Uuid::from_u128(1),
        actor: actor.clone(),
        at: "2026-01-02T12:00:00.000Z".parse()?,
        origin: Name::new("ibbi.local/simulation/test")?,
        program: Name::new("ibbi 0.1.0")?,
    };
    let mut ledger = Ledger::create(path, &opening)?;
    // The cases are written in groups, each from its beginning.
    ledger.trust_clock();
    let mut batch = Vec::new();
    let mut written = 0_u64;
    let mut histories = HashMap::new();
    for first in (0..cases).step_by(usize::try_from(together)?) {
        for (case, at, event) in played(&simulator, first..(first + together).min(cases))? {
            written += 1;
            let id = Uuid::from_u64_pair(0x0192_0000_0000_7000, 0x8000_0000_0000_0000 | written);
            let history = histories.entry(case).or_insert_with(|| History::for_case(case));
            let seq = history.revision() + 1;
            let accepted = history.accept(id, seq, at, event).map_err(|refusal| refusal.to_string())?;
            batch.push(NewRecord::new(accepted, actor.clone()));
            if batch.len() == 4_000 {
                flush(&mut ledger, &mut batch)?;
            }
        }
        histories.clear();
    }
    flush(&mut ledger, &mut batch)?;
    Ok((ledger.head().lines, ledger.head().bytes))
}

/// An event of a case, with its time.
type Played = (Uuid, At, Event);

/// Returns the events of a batch of cases, sorted by time.
fn played(simulator: &Simulator, runs: std::ops::Range<u64>) -> Result<Vec<Played>, Box<dyn Error>> {
    let mut events = Vec::new();
    for run in runs {
        let id = Uuid::from_u64_pair(0x0193_0000_0000_7000, 0x8000_0000_0000_0000 | run);
        simulator.run(1, run, |at, event, _| events.push((id, at, event.clone())))?;
    }
    // Stable: the events of one case keep their order.
    events.sort_by_key(|(_, at, ..)| *at);
    Ok(events)
}

/// Appends the batch at the time of its last event.
fn flush(ledger: &mut Ledger, batch: &mut Vec<NewRecord>) -> Result<(), Box<dyn Error>> {
    if let Some(now) = batch.iter().map(|record| record.accepted.at()).max() {
        ledger.append(batch, now)?;
        batch.clear();
    }
    Ok(())
}
