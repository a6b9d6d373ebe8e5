//! The state that all requests share.

use crate::estimates::Estimates;
use crate::limits::Limits;
use crate::uploads::Uploads;
use crate::writer::Writer;
use ibbi_app::AppError;
use ibbi_app::case_log::CaseLog;
use ibbi_app::due::Standards;
use ibbi_app::ledger::{Clock, LedgerService};
use ibbi_app::service::{Offer, Recorded};
use ibbi_app::sim::Settings;
use ibbi_app::zone::Zone;
use ibbi_core::{At, Name};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// The most simulation runs of a request.
pub(crate) const MAX_RUNS: u64 = 1_000_000;

/// The most simulation runs of a short computation. Longer ones run one at a time.
const SHORT_RUNS: u64 = 100_000;

pub(crate) struct AppState {
    pub(crate) service: Arc<RwLock<LedgerService>>,
    pub(crate) writer: Writer,
    pub(crate) clock: Clock,
    /// The actor of a request that names none.
    pub(crate) actor: Name,
    /// The host names of the server, with the port if it is not the default.
    pub(crate) hosts: Vec<String>,
    /// The token that requests need if other machines can reach the server.
    pub(crate) token: Option<String>,
    /// The ledger's file.
    pub(crate) path: PathBuf,
    /// The time goals of the office.
    pub(crate) standards: Standards,
    /// Limits longer work: pages with an answer, checks of ledgers, shorter computations.
    pub(crate) heavy: Arc<Semaphore>,
    /// Runs long computations one after the other, so that pages and checks don't wait for them.
    pub(crate) long: Arc<Semaphore>,
    pub(crate) threads: usize,
    pub(crate) limits: Limits,
    /// Limits the uploads that are read at the same time.
    pub(crate) reading: Semaphore,
    uploads: Mutex<Uploads>,
    /// When cases are done, by a simulation.
    pub(crate) estimates: Estimates,
}

impl AppState {
    #[allow(clippy::too_many_arguments, reason = "each is a field, given once")]
    pub(crate) fn new(
        service: Arc<RwLock<LedgerService>>,
        writer: Writer,
        clock: Clock,
        actor: Name,
        hosts: Vec<String>,
        token: Option<String>,
        path: PathBuf,
        standards: Standards,
        limits: Limits,
    ) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            service,
            writer,
            clock,
            actor,
            hosts,
            token,
            path,
            standards,
            heavy: Arc::new(Semaphore::new(threads.max(2))),
            long: Arc::new(Semaphore::new(1)),
            threads,
            limits,
            reading: Semaphore::new(limits.uploads),
            uploads: Mutex::new(Uploads::new(limits.kept)),
            estimates: Estimates::default(),
        }
    }

    pub(crate) fn now(&self) -> Result<At, AppError> {
        Ok((self.clock)()?)
    }

    pub(crate) fn uploads(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the path of the ledger. Returns an error if the file was moved or replaced.
    pub(crate) fn own(&self) -> Result<&Path, AppError> {
        self.look(|service| service.store().check_in_place()).map_err(|error| AppError::Append(error.into()))?;
        Ok(&self.path)
    }

    /// Calls a function with a case.
    pub(crate) fn case<T>(&self, case: Uuid, look: impl FnOnce(&CaseLog) -> T) -> Result<T, AppError> {
        {
            let service = self.service.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(log) = service.cached(case) {
                return Ok(look(log));
            }
        }
        let mut service = self.service.write().unwrap_or_else(PoisonError::into_inner);
        service.case(case).map(look)
    }

    /// Looks at the service without keeping a writer waiting for long.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&LedgerService) -> T) -> T {
        look(&self.service.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the time zone of a case.
    pub(crate) fn zone(&self, case: Uuid) -> Result<Zone, AppError> {
        self.case(case, |log| log.zone)
    }

    /// Asks whether an event could be recorded.
    pub(crate) fn ask(&self, offer: &Offer) -> Result<Recorded, AppError> {
        self.service.write().unwrap_or_else(PoisonError::into_inner).ask(offer)
    }

    /// Returns the queue for a computation by its number of runs.
    pub(crate) const fn queue(&self, runs: u64) -> &Arc<Semaphore> {
        if runs > SHORT_RUNS { &self.long } else { &self.heavy }
    }

    /// Returns the settings of a simulation, within the server's limit.
    pub(crate) fn settings(&self, runs: u64, seed: u64) -> Result<Settings, AppError> {
        if runs > MAX_RUNS {
            let message = format!("The server simulates at most {MAX_RUNS} runs. Use `ibbi simulate` for more.");
            return Err(AppError::Usage(message));
        }
        let settings = Settings { runs, seed, threads: self.threads };
        settings.check()?;
        Ok(settings)
    }
}
