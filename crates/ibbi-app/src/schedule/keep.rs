//! Simulated runs written down as a ledger: one case a run, which replay and verification take like any other.

use crate::error::AppError;
use crate::journal::PROGRAM;
use crate::output::Temporary;
use ibbi_core::{At, Event, Name, Stage};
use ibbi_log::{Digest, Ledger, NewLedger, NewRecord, Uuid};
use ibbi_sim::{Settings, Simulator};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Who records simulated events.
const ACTOR: &str = "simulation";
/// Records that share one sync; a few hundred kilobytes.
const BATCH: usize = 1000;

/// What to keep, and where.
#[derive(Debug, Clone, Copy)]
pub struct Keep<'a> {
    /// The ledger's file; it must not exist.
    pub file: &'a Path,
    /// Which runs: 0 to `settings.runs` - 1 of this seed.
    pub settings: Settings,
    /// In the order of time, as many districts would write at once, instead of one case after the other. All events
    /// are held in memory until then, some 200 bytes each.
    pub interleaved: bool,
}

/// What was kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The ledger's file.
    pub file: PathBuf,
    /// How many runs: a case each.
    pub runs: u64,
    /// How many records they have.
    pub records: u64,
    /// The ledger's length in bytes.
    pub bytes: u64,
}

/// Writes runs as a ledger. It is written beside its name and gets it when it is whole.
///
/// Ids are made of the scenario, the seed and the run, so that the same runs give the same bytes. In the order of the
/// cases every line was `logged` when the last simulated day was over; in the order of time, when it happened.
///
/// # Errors
/// [`AppError`].
pub fn keep(simulator: &Simulator, keep: Keep<'_>, progress: impl Fn(u64)) -> Result<Kept, AppError> {
    let Keep { file, settings, interleaved } = keep;
    settings.check()?;
    if file.symlink_metadata().is_ok() {
        return Err(ibbi_log::CreateError::Exists { path: file.to_owned() }.into());
    }
    let failed = |source| AppError::Io { doing: "write", path: file.to_owned(), source };
    let temporary = Temporary::beside(file).map_err(failed)?;
    let kept = write(simulator, temporary.path(), settings, interleaved, progress)?;
    temporary.publish_as(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => ibbi_log::CreateError::Exists { path: file.to_owned() }.into(),
        _ => failed(error),
    })?;
    Ok(Kept { file: file.to_owned(), ..kept })
}

fn write(
    simulator: &Simulator,
    path: &Path,
    settings: Settings,
    interleaved: bool,
    progress: impl Fn(u64),
) -> Result<Kept, AppError> {
    let begins = simulator.first_instant();
    let ids = Ids { digest: simulator.digest().to_owned(), seed: settings.seed };
    let name = |text: &str| Name::new(text).map_err(|error| AppError::Usage(error.to_string()));
    let new = NewLedger {
        id: ids.of("ledger", 0, 0),
        actor: name(ACTOR)?,
        at: begins,
        origin: name(&format!("ibbi.local/simulation/{}", &ids.digest[..16]))?,
        program: name(PROGRAM)?,
    };
    let mut ledger = Ledger::create(path, &new)?;
    let mut batch = Vec::with_capacity(BATCH);
    let mut kept = Kept { file: path.to_owned(), runs: settings.runs, records: 0, bytes: 0 };
    let over = simulator.last_instant();
    let mut add = |record: NewRecord, logged: At, flush: bool| -> Result<(), AppError> {
        batch.push(record);
        kept.records += 1;
        if batch.len() == BATCH || flush {
            ledger.append(&batch, logged)?;
            batch.clear();
        }
        Ok(())
    };
    if interleaved {
        let mut events = Vec::new();
        for run in 0..settings.runs {
            let records = whole(simulator, settings.seed, run)?;
            events.extend((0..).zip(records).map(|(number, (at, event, to))| (at, run, number, to, event)));
            progress(run + 1);
        }
        events.sort_by_key(|(at, run, number, ..)| (*at, *run, *number));
        let mut events = events.into_iter().peekable();
        while let Some((at, run, number, to, event)) = events.next() {
            // What happens later is logged later: records of one instant share a batch.
            let last = events.peek().is_none_or(|next| next.0 > at);
            add(ids.record(&new.actor, run, number, at, to, event), at, last)?;
        }
    } else {
        for run in 0..settings.runs {
            for (number, (at, event, to)) in (0..).zip(whole(simulator, settings.seed, run)?) {
                add(ids.record(&new.actor, run, number, at, to, event), over, false)?;
            }
            progress(run + 1);
        }
    }
    if !batch.is_empty() {
        ledger.append(&batch, over)?;
    }
    kept.bytes = ledger.head().bytes;
    Ok(kept)
}

/// A whole case: what has happened before the run, where it goes on from a real case, and the run.
fn whole(simulator: &Simulator, seed: u64, run: u64) -> Result<Vec<(At, Event, Stage)>, AppError> {
    let mut records = simulator.past().to_vec();
    simulator.run(seed, run, |at, event, to| records.push((at, event.clone(), to)))?;
    Ok(records)
}

/// Ids that follow from what they name.
struct Ids {
    digest: String,
    seed: u64,
}

impl Ids {
    fn of(&self, what: &str, run: u64, number: u64) -> Uuid {
        let text = format!("{what} {} {} {run} {number}", self.digest, self.seed);
        let digest = Digest::sha256(text.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest.as_bytes()[..16]);
        // Version 8 of RFC 9562: bits of the program's own making.
        uuid::Builder::from_custom_bytes(bytes).into_uuid()
    }

    fn record(&self, actor: &Name, run: u64, number: u64, at: At, to: Stage, event: Event) -> NewRecord {
        let (case, id) = (self.of("case", run, 0), self.of("record", run, number));
        NewRecord { case, id, actor: actor.clone(), at, to, event, expected_rev: Some(number) }
    }
}
