//! Keeping simulated runs in a ledger, with one case per run. It can be replayed and verified like any other ledger.

use crate::error::AppError;
use crate::ledger::PROGRAM;
use crate::output::Temporary;
use crate::service::{CaseService, Ids, Offer};
use ibbi_core::{At, Event, Name, NoteText, Stage};
use ibbi_log::{LedgerStore, NewLedger, SIMULATION_ORIGIN, Uuid};
use ibbi_sim::{Settings, Simulator};
use ibbi_store::{Clock, ClockError};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The actor of simulated events.
const ACTOR: &str = "simulation";
/// The number of records per sync: a few hundred kilobytes.
const BATCH: usize = 1000;

/// The runs to keep, and the file.
#[derive(Debug, Clone, Copy)]
pub struct Keep<'a> {
    /// The ledger's file, which must not exist.
    pub file: &'a Path,
    /// The runs: 0 to `settings.runs` - 1 of this seed.
    pub settings: Settings,
    /// Whether records are in order of time, as if many districts wrote at once, and not case by case. All events are
    /// then held in memory, about 200 bytes each.
    pub interleaved: bool,
}

/// The runs that were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// The ledger's file.
    pub file: PathBuf,
    /// The number of runs, which is the number of cases.
    pub runs: u64,
    /// The number of records.
    pub records: u64,
    /// The ledger's length in bytes.
    pub bytes: u64,
}

/// Writes runs to a ledger. It is written to a temporary file, which gets its name when it is complete.
///
/// Ids depend on the scenario, the seed, and the run only, so the same runs give the same bytes. Case by case, all
/// lines have the end of the last simulated day as `logged`. In order of time, they have the time of the event.
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
    // The confidential texts of the runs are beside the ledger. Texts of another ledger are not its own.
    let texts_file = ibbi_log::texts_path(file);
    if texts_file.symlink_metadata().is_ok() {
        return Err(ibbi_log::CreateError::Exists { path: texts_file }.into());
    }
    let temporary = Temporary::beside(file).map_err(failed)?;
    let [texts, _holder] =
        [ibbi_log::texts_path(temporary.path()), ibbi_log::holder_path(temporary.path())].map(Temporary);
    let kept = write(simulator, temporary.path(), settings, interleaved, progress).map_err(|error| match error {
        // Nothing of it is kept, so nothing is in doubt.
        AppError::InDoubt { source, .. } => failed(std::io::Error::other(format!("{source}; nothing was kept"))),
        other => other,
    })?;
    let published = |from: &Temporary, to: &Path| {
        from.publish_as(to).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => ibbi_log::CreateError::Exists { path: to.to_owned() }.into(),
            _ => failed(error),
        })
    };
    // The texts are first: a ledger is never without them.
    if texts.path().symlink_metadata().is_ok() {
        published(&texts, &texts_file)?;
    }
    published(&temporary, file)?;
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
    let ids = RunIds { digest: simulator.digest().to_owned(), seed: settings.seed };
    let name = |text: &str| Name::new(text).map_err(|error| AppError::Usage(error.to_string()));
    let new = NewLedger {
        id: ids.id("ledger", 0, 0),
        actor: name(ACTOR)?,
        at: begins,
        origin: name(&format!("{SIMULATION_ORIGIN}{}", &ids.digest[..16]))?,
        program: name(PROGRAM)?,
    };
    let logged = Arc::new(AtomicI64::new(begins.millis()));
    let clock = Arc::clone(&logged);
    let clock: Clock = Arc::new(move || {
        At::from_millis(clock.load(Ordering::Relaxed)).ok_or_else(|| ClockError("there is no such time".to_owned()))
    });
    let store = LedgerStore::create(path, &new, (), clock)?;
    // Every offer has the IDs of its case and its record, and the salts follow from them: the same runs give the same bytes.
    let service = CaseService::new(store, Ids::from_fn(Uuid::now_v7));
    let mut batch = Batch { service, logged, offers: Vec::new(), whole: Vec::new(), records: 0 };
    let over = simulator.last_instant();
    if interleaved {
        let mut events = Vec::new();
        for run in 0..settings.runs {
            let records = whole(simulator, settings.seed, run)?;
            events.extend((0..).zip(records).map(|(number, (at, event, _))| (at, run, number, event)));
            progress(run + 1);
        }
        events.sort_by_key(|(at, run, number, _)| (*at, *run, *number));
        let mut events = events.into_iter().peekable();
        while let Some((at, run, number, event)) = events.next() {
            batch.offers.push(ids.offer(&new.actor, run, number, at, event));
            // Later events are logged later, so only records of one instant share a batch.
            if batch.is_full() || events.peek().is_none_or(|next| next.0 > at) {
                batch.write(at)?;
            }
        }
    } else {
        for run in 0..settings.runs {
            for (number, (at, event, _)) in (0..).zip(whole(simulator, settings.seed, run)?) {
                batch.offers.push(ids.offer(&new.actor, run, number, at, event));
            }
            // A case is written whole, so it doesn't have to stay in memory.
            batch.whole.push(ids.id("case", run, 0));
            if batch.is_full() {
                batch.write(over)?;
            }
            progress(run + 1);
        }
        batch.write(over)?;
    }
    let bytes = batch.service.store().head().map_or(0, |head| head.bytes);
    Ok(Kept { file: path.to_owned(), runs: settings.runs, records: batch.records, bytes })
}

/// Records that share one sync.
struct Batch {
    service: CaseService<LedgerStore>,
    /// The time on the store's clock, in milliseconds.
    logged: Arc<AtomicI64>,
    offers: Vec<Offer>,
    /// The cases that end in this batch.
    whole: Vec<Uuid>,
    /// How many records were written.
    records: u64,
}

impl Batch {
    const fn is_full(&self) -> bool {
        self.offers.len() >= BATCH
    }

    /// Writes the batch at this time.
    fn write(&mut self, logged: At) -> Result<(), AppError> {
        self.logged.store(logged.millis(), Ordering::Relaxed);
        self.service.record_all(&self.offers)?;
        self.records += self.offers.len() as u64;
        self.offers.clear();
        self.service.store().forget(&self.whole);
        self.whole.drain(..).for_each(|case| self.service.forget(case));
        Ok(())
    }
}

/// Returns a whole case: the events before the run, if it resumes a case, and the run.
fn whole(simulator: &Simulator, seed: u64, run: u64) -> Result<Vec<(At, Event, Stage)>, AppError> {
    let mut records = simulator.past().to_vec();
    for (_, event, _) in &mut records {
        // The text of a real case can be stored elsewhere, or be forgotten.
        if let Some(place) = event.note_text_mut()
            && place.text().is_none()
        {
            *place = NoteText::new("The text is kept with the original case.").unwrap_or_else(|_| place.clone());
        }
    }
    simulator.run(seed, run, |at, event, to| records.push((at, event.clone(), to)))?;
    Ok(records)
}

/// IDs that depend on what they identify.
struct RunIds {
    digest: String,
    seed: u64,
}

impl RunIds {
    fn id(&self, what: &str, run: u64, number: u64) -> Uuid {
        Ids::derived(&format!("{what} {} {} {run} {number}", self.digest, self.seed))
    }

    fn offer(&self, actor: &Name, run: u64, number: u64, at: At, event: Event) -> Offer {
        let (case, id) = (self.id("case", run, 0), self.id("record", run, number));
        let (case, new_case) = if number == 0 { (None, Some(case)) } else { (Some(case), None) };
        Offer { case, new_case, at: Some(at.into()), id: Some(id), ..Offer::new(event, actor.clone()) }
    }
}
