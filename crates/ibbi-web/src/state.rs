//! The state that all requests share.

use crate::calendar_feeds::CalendarFeeds;
use crate::estimates::Estimates;
use crate::fairness::Shared;
use crate::limits::Limits;
use crate::mailings::Mailings;
use crate::metrics::Metrics;
use crate::participation::Participation;
use crate::problem::WebError;
use crate::published_dates::PublishedDates;
use crate::settings::{Live, Reload};
use crate::sign_in::{Newcomers, Sessions, Throttle};
use crate::subscriptions::Subscriptions;
use crate::troubles::{Beside, Troubles};
use crate::uploads::Uploads;
use crate::writer::Writer;
use ibbi_access::{AccessError, AccessFile, Principal, ReadLog, Registry, Viewer, access_path, read_log_path};
use ibbi_app::case_log::CaseLog;
use ibbi_app::ledger::{Clock, LedgerService};
use ibbi_app::service::{Offer, Recorded};
use ibbi_app::sim::Settings;
use ibbi_app::{AppError, feed};
use ibbi_core::{At, IdentityText};
use ibbi_poll::{PollStore, polls_path};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::watch;
use uuid::Uuid;

/// The most simulation runs of a request.
pub(crate) const MAX_RUNS: u64 = 1_000_000;

/// The most simulation runs of a short computation. Longer ones run one at a time.
const SHORT_RUNS: u64 = 100_000;

/// Who has a share of the server: an issuer and a subject.
pub(crate) type Client = (IdentityText, IdentityText);

pub(crate) struct AppState {
    pub(crate) service: Arc<RwLock<LedgerService>>,
    pub(crate) writer: Writer,
    /// What can't be written or read beside the ledger.
    pub(crate) troubles: Arc<Troubles>,
    pub(crate) clock: Clock,
    live: RwLock<Arc<Live>>,
    reload: Option<Reload>,
    /// The address on which the server listens.
    address: SocketAddr,
    /// The key that signs checkpoints, for those who check them.
    pub(crate) public_key: Option<String>,
    /// The port on which the server listens.
    pub(crate) port: u16,
    pub(crate) sessions: Sessions,
    pub(crate) throttle: Throttle,
    pub(crate) newcomers: Newcomers,
    registry: Mutex<Registry>,
    /// Who gets records as they are written.
    pub(crate) subscriptions: Arc<Subscriptions>,
    /// The secret addresses of calendars.
    pub(crate) feeds: CalendarFeeds,
    /// In which cases a name is.
    pub(crate) participation: Participation,
    /// Who read confidential texts.
    pub(crate) reads: ReadLog,
    /// The availability polls.
    pub(crate) polls: PollStore,
    /// What was published of plans.
    pub(crate) published: PublishedDates,
    /// The polls whose letters are being sent.
    pub(crate) mailings: Arc<Mailings>,
    /// The ledger: its file, or the address of its database.
    pub(crate) path: PathBuf,
    /// The path beside which the files of the server are: that of the ledger's file, unless the ledger is in a database.
    pub(crate) beside: PathBuf,
    /// Limits longer work: pages with an answer, checks of ledgers, shorter computations.
    pub(crate) heavy: Shared<Client>,
    /// Runs long computations one after the other, so that pages and checks don't wait for them.
    pub(crate) long: Shared<Client>,
    pub(crate) threads: usize,
    pub(crate) limits: Limits,
    /// Limits the uploads that are read at the same time.
    pub(crate) reading: Shared<Client>,
    uploads: Mutex<Uploads>,
    pub(crate) metrics: Metrics,
    /// The name of the ledger.
    pub(crate) source: String,
    /// Tells streams that the server ends.
    pub(crate) ending: watch::Sender<bool>,
    /// When cases are done, by a simulation.
    pub(crate) estimates: Estimates,
}

impl AppState {
    #[allow(clippy::too_many_arguments, reason = "each is a field, given once")]
    pub(crate) fn new(
        service: Arc<RwLock<LedgerService>>,
        (writer, troubles): (Writer, Arc<Troubles>),
        clock: Clock,
        live: Live,
        reload: Option<Reload>,
        public_key: Option<String>,
        address: SocketAddr,
        (path, beside): (PathBuf, PathBuf),
        limits: Limits,
    ) -> Result<Self, AccessError> {
        let source = feed::source(&service.read().unwrap_or_else(PoisonError::into_inner));
        let registry = Mutex::new(Registry::open(AccessFile::new(access_path(&beside)))?);
        let subscriptions = Arc::new(Subscriptions::open(&beside)?);
        let feeds = CalendarFeeds::open(&beside)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            service,
            writer,
            troubles,
            clock,
            live: RwLock::new(Arc::new(live)),
            reload,
            address,
            public_key,
            port: address.port(),
            sessions: Sessions::default(),
            throttle: Throttle::default(),
            newcomers: Newcomers::default(),
            registry,
            subscriptions,
            feeds,
            participation: Participation::default(),
            reads: ReadLog::new(read_log_path(&beside)),
            polls: PollStore::new(polls_path(&beside)),
            published: PublishedDates::new(&beside),
            mailings: Arc::default(),
            path,
            beside,
            heavy: Shared::new(threads.max(2), 1),
            long: Shared::new(1, 1),
            threads,
            limits,
            reading: Shared::new(limits.uploads, limits.uploads.div_ceil(2)),
            uploads: Mutex::new(Uploads::new(limits.kept)),
            metrics: Metrics::default(),
            source,
            ending: watch::Sender::new(false),
            estimates: Estimates::default(),
        })
    }

    /// Returns whether a token of a ledger counts.
    pub(crate) fn has_token(ledger: &Path, clock: &Clock) -> Result<bool, AppError> {
        let registry = Registry::open(AccessFile::new(access_path(ledger)));
        Ok(registry.map_err(|error| AppError::Usage(error.to_string()))?.has_token(clock()?))
    }

    /// Returns the settings in effect.
    pub(crate) fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns whether the settings can be read again.
    pub(crate) const fn reloads(&self) -> bool {
        self.reload.is_some()
    }

    /// Reads the settings again. If that fails, they stay as they are. Logs either.
    pub(crate) fn reload(&self) {
        let Some(reload) = &self.reload else { return };
        let server = self.port;
        let reloaded = reload().and_then(|reloaded| {
            let has_token = Self::has_token(&self.beside, &self.clock)?;
            Ok((Live::new(reloaded.settings, self.address, has_token)?, reloaded.after_restart))
        });
        match reloaded {
            Ok((live, after_restart)) => {
                self.sessions.keep(|principal| live.accepts(principal.issuer.as_str()));
                *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(live);
                let after_restart = after_restart.join(", ");
                tracing::warn!(server, after_restart, "the settings were read again");
            }
            Err(error) => tracing::error!(server, error = %error, "the settings stay as they are"),
        }
    }

    /// Answers a question about who may do what, by the records of access as they are now.
    pub(crate) fn access<T>(
        &self,
        ask: impl FnOnce(&mut Registry) -> Result<T, AccessError>,
    ) -> Result<T, AccessError> {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        match registry.refresh() {
            Err(error) => {
                self.troubles.begin(Beside::Access, &error);
                Err(error)
            }
            Ok(_) => {
                self.troubles.end(Beside::Access);
                ask(&mut registry)
            }
        }
    }

    /// Returns the principal of a token, if the token counts.
    pub(crate) fn principal_of_token(&self, text: &str) -> Result<Option<Principal>, WebError> {
        let now = self.now()?;
        Ok(self.access(|registry| Ok(registry.principal_of(text, now)))?)
    }

    /// Returns a principal with the grants in effect; nothing if it can't sign in any more.
    pub(crate) fn viewer(&self, principal: Principal) -> Result<Option<Viewer>, WebError> {
        let now = self.now()?;
        let found =
            self.access(|registry| Ok(registry.is_current(&principal, now).then(|| registry.viewer(principal))));
        // The user who started the server is program staff too, without a record of it.
        let local = self.live().settings.sign_in.local.as_ref().map(|local| local.name.clone());
        Ok(found?.map(|viewer| match local {
            Some(local) if viewer.staff().is_empty() => viewer.with_staff(vec![local]),
            _ => viewer,
        }))
    }

    pub(crate) fn now(&self) -> Result<At, AppError> {
        Ok((self.clock)()?)
    }

    pub(crate) fn uploads(&self) -> MutexGuard<'_, Uploads> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the path of the ledger. Returns an error if the file was moved or replaced.
    pub(crate) fn own(&self) -> Result<&Path, AppError> {
        self.look(|service| service.store().check_in_place()).map_err(AppError::Append)?;
        Ok(&self.path)
    }

    /// Calls a function with a case. Only [`crate::request::WebRequest`] calls this: it checks what the viewer may see.
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

    /// Asks whether an event could be recorded.
    pub(crate) fn ask(&self, offer: &Offer) -> Result<Recorded, AppError> {
        self.service.write().unwrap_or_else(PoisonError::into_inner).ask(offer)
    }

    /// Returns the queue for a computation by its number of runs.
    pub(crate) const fn queue(&self, runs: u64) -> &Shared<Client> {
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
