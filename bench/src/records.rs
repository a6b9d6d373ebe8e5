//! Records for the ledger's comparisons: whole cases, one after the other.

use crate::whole_case;
use ibbi_core::{At, Event, History, Name};
use ibbi_log::{NewLedger, NewRecord, Uuid};

/// Records of whole cases, without end. Each is accepted by the core, as a ledger requires.
#[derive(Debug)]
pub struct Records {
    events: Vec<(At, Event)>,
    history: History,
    next: u128,
}

impl Default for Records {
    fn default() -> Self {
        Self { events: whole_case(), history: History::new(), next: 0 }
    }
}

impl Records {
    /// Returns records for one of several connections, each with cases of its own.
    pub fn of_connection(number: usize) -> Self {
        let records = Self::default();
        let next = number as u128 * 1_000_000 * records.events.len() as u128;
        Self { next, ..records }
    }
}

impl Iterator for Records {
    type Item = NewRecord;

    fn next(&mut self) -> Option<NewRecord> {
        let length = self.events.len() as u128;
        let (at, event) = &self.events[usize::try_from(self.next % length).ok()?];
        if self.next.is_multiple_of(length) {
            let case = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + self.next / length);
            self.history = History::for_case(case);
        }
        let id = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + self.next);
        let seq = self.history.revision() + 1;
        let accepted = self.history.accept(id, seq, *at, event.clone()).expect("the measured case is legal");
        self.next += 1;
        // The same records have the same bytes, so that they can be compared.
        let salt = Some(id.into_bytes());
        Some(NewRecord { salt, ..NewRecord::new(accepted, Name::new("clerk@example.org").expect("a name")) })
    }
}

/// What a new ledger's first line says.
pub fn new_ledger() -> NewLedger {
    NewLedger {
        id: Uuid::from_u128(1),
        actor: Name::new("clerk@example.org").expect("a name"),
        at: now(),
        origin: Name::new("example.org/bench").expect("a name"),
        program: Name::new("ibbi-bench").expect("a name"),
    }
}

/// The time on the clock of every record.
pub fn now() -> At {
    "2026-11-01T12:00:00.000Z".parse().expect("an instant")
}

/// Writes a ledger of whole cases, so many lines long, a few thousand records a sync.
///
/// # Errors
/// Those of the ledger.
pub fn write_ledger(
    path: &std::path::Path,
    new: &NewLedger,
    lines: u64,
    now: At,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut ledger = ibbi_log::Ledger::create(path, new)?;
    let mut records = Records::default();
    while ledger.head().lines < lines {
        let wanted = usize::try_from(lines - ledger.head().lines)?.min(5_000);
        let batch: Vec<_> = records.by_ref().take(wanted).collect();
        ledger.append(&batch, now)?;
    }
    Ok(())
}
