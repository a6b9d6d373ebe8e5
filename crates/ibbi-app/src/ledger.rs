//! Ledger files: opening one for reading or for writing, and finding a case in it.

use crate::backend::DatabaseOptions;
pub use crate::backend::{Backend, LedgerBackend};
use crate::case_choice::meant;
use crate::case_log::CaseLog;
use crate::error::AppError;
use crate::file_type::check_file;
pub(crate) use crate::file_type::{check_unpacked, open_file};
use crate::place::{LedgerBytes, Place};
use crate::service::{CaseService, Ids};
use crate::signer::Signer;
use crate::zone::Zone;
use ibbi_core::{At, Event, Name};
use ibbi_log::{
    CreateError, Digest, Head, LedgerReader, LedgerStore, MAX_LINE, NewLedger, OpenError, Opening, ReadError,
};
use ibbi_postgres::{Address, PostgresError};
use ibbi_seal::{SealedLedger, Sealer};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

pub use ibbi_log::Collect;
pub use ibbi_store::{
    AppendError, CasePage, CaseQuery, CaseSummary, Clock, ClockError, EventStore, MemoryStore, Order, Record,
};

/// The program's name and version, as the first line of a ledger has it.
pub const PROGRAM: &str = concat!("ibbi ", env!("CARGO_PKG_VERSION"));

/// How long to wait for a ledger while several processes write to it in turn.
const PATIENCE: Duration = Duration::from_secs(30);

/// The usual [`OpenOptions::lock_wait`]. A write takes milliseconds, so a process that holds the ledger longer is a server.
pub const LOCK_WAIT: Duration = Duration::from_secs(2);

/// Cases in a ledger, in a file or in a database.
pub type LedgerService = CaseService<Backend>;

/// How to open a ledger's file.
#[derive(Clone)]
pub struct OpenOptions {
    /// The clock.
    pub clock: Clock,
    /// The cases to keep in memory while the file is read.
    pub collect: Collect,
    /// The key that signs checkpoints as the ledger grows, if any.
    pub signer: Option<Arc<Signer>>,
    /// How long to wait for one other process that holds the ledger.
    pub lock_wait: Duration,
    /// Whether the clock is right even if it is much earlier or later than the ledger's last record.
    pub trust_clock: bool,
}

impl OpenOptions {
    /// Returns the options of a program that records with this clock: it keeps no case in memory, signs nothing, and waits
    /// two seconds for another process.
    pub const fn new(clock: Clock) -> Self {
        Self { clock, collect: Collect::Nothing, signer: None, lock_wait: LOCK_WAIT, trust_clock: false }
    }

    /// Returns options for a ledger in which nothing is recorded.
    fn to_read(collect: Collect) -> Self {
        Self { collect, ..Self::new(no_clock()) }
    }
}

impl std::fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenOptions").field("collect", &self.collect).finish_non_exhaustive()
    }
}

/// The first line of a ledger to create.
#[derive(Debug, Clone)]
pub struct FirstLine {
    /// Who creates the ledger.
    pub actor: Name,
    /// When it is created. A time after the clock's is not used.
    pub at: Option<At>,
    /// The ledger's name. Without one, a name is made from the ID, so that no two ledgers have the same name.
    pub origin: Option<Name>,
    /// The line's ID.
    pub id: Uuid,
}

/// Opens a ledger for writing. If other processes are writing to it, waits a moment.
///
/// # Errors
/// [`AppError`]; in particular if a server holds the ledger, or the ledger is damaged.
pub fn open(path: &Path, ids: Ids, options: &OpenOptions) -> Result<LedgerService, AppError> {
    if let Place::Database(address) = Place::of(path)? {
        return Ok(CaseService::new(open_database(&address, options, false)?, ids));
    }
    // A file whose creation was cut off is no ledger to this function; `open_or_create` takes it over.
    let store = open_store(path, options).map_err(|error| match error {
        AppError::Open(OpenError::Unfinished { path }) => not_a_ledger(&path, None),
        other => other,
    })?;
    Ok(CaseService::new(Backend::of_file(store), ids))
}

/// Opens a ledger in a database. Its clock is that of the database.
fn open_database(address: &Address, options: &OpenOptions, read_only: bool) -> Result<Backend, AppError> {
    let (trust_clock, signer) = (options.trust_clock, options.signer.as_ref());
    Backend::open(address, DatabaseOptions { clock: None, trust_clock, read_only, signer })
}

/// Opens a ledger for writing, and creates it if there is no such file or an earlier creation was cut off.
///
/// # Errors
/// As [`open`].
pub fn open_or_create(
    path: &Path,
    first: &FirstLine,
    ids: Ids,
    options: &OpenOptions,
) -> Result<LedgerService, AppError> {
    if let Place::Database(address) = Place::of(path)? {
        return Ok(CaseService::new(open_or_create_in(&address, first, options)?, ids));
    }
    check_file(path)?;
    let begun = Instant::now();
    loop {
        let opened = path.symlink_metadata().is_ok().then(|| open_store(path, options));
        let created = match opened {
            None | Some(Err(AppError::Open(OpenError::Unfinished { .. }))) => create_store(path, first, options),
            Some(opened) => return Ok(CaseService::new(Backend::of_file(opened?), ids)),
        };
        match created {
            // Another process creates the ledger at the same time. It is open to this one in a moment.
            Err(AppError::Create(CreateError::Locked { .. } | CreateError::Exists { .. }))
                if begun.elapsed() < options.lock_wait =>
            {
                std::thread::sleep(Duration::from_millis(3 + u64::from(std::process::id() % 7)));
            }
            created => return Ok(CaseService::new(Backend::of_file(created?), ids)),
        }
    }
}

/// Opens a ledger in a database, and creates it if the database has none of its name. The tables are created by `ibbi store init`, so that
/// a mistyped name creates nothing.
fn open_or_create_in(address: &Address, first: &FirstLine, options: &OpenOptions) -> Result<Backend, AppError> {
    let opened = open_database(address, options, false);
    let Err(AppError::Database(PostgresError::NoLedger { .. })) = &opened else { return opened };
    let now = (options.clock)()?;
    match ibbi_postgres::create_ledger(address, &new_ledger(first, now)?) {
        Ok(()) | Err(PostgresError::Exists { .. }) => open_database(address, options, false),
        Err(error) => Err(error.into()),
    }
}

/// Opens a ledger again after a write failed, if its cause is gone: there is space again, or the file is back in its place.
/// Returns whether the service was stopped and now records again.
///
/// What was acknowledged before must be in the file. An event that was in doubt is in it or not, and can be sent again with its ID.
///
/// # Errors
/// [`AppError`] if the ledger can't be opened yet, or if the file is another one. The service then stays as it is: it reads.
pub fn recover(service: &mut LedgerService, path: &Path, options: &OpenOptions) -> Result<bool, AppError> {
    if service.stopped().is_none() {
        return Ok(false);
    }
    if service.store().recovers() {
        // The next append connects again, and finds by their IDs what was in doubt.
        service.store().now().map_err(|error| service.unreadable(error))?;
        service.resume();
        return Ok(true);
    }
    let Some(head) = service.store().head() else { return Ok(false) };
    if !holds(path, head).map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })? {
        let cause = "the file in its place doesn't have all lines of this ledger; put the ledger back".to_owned();
        return Err(AppError::ReadOnly { cause });
    }
    let abandoned = service.store().file().and_then(|file| file.with_ledger(|ledger| ledger.abandon()));
    abandoned.transpose().map_err(|source| AppError::Io { doing: "unlock", path: path.to_owned(), source })?;
    *service = open(path, Ids::random(), options)?;
    Ok(true)
}

/// Checks whether a file beside a ledger can be written, such as `.texts`.
///
/// # Errors
/// The system's error: the disk is full, for example, or a link is in the file's place.
pub fn check_beside(ledger: &Path, suffix: &str) -> io::Result<()> {
    ibbi_log::check_sidecar(&ibbi_log::sidecar_path(ledger, suffix))
}

/// Returns whether an event was not recorded because its confidential text couldn't be stored beside the ledger.
pub fn is_text_failure(error: &AppError) -> bool {
    match error {
        AppError::InAct { error, .. } => is_text_failure(error),
        AppError::Append(AppendError::Store(ibbi_store::StoreError::Unreadable(cause))) => {
            matches!(cause.downcast_ref(), Some(ibbi_log::AppendError::Texts { .. }))
        }
        _ => false,
    }
}

/// Returns whether a file has the line at which a ledger ended, at its place. The hash of a line covers all lines before it.
fn holds(path: &Path, head: Head) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() < head.bytes {
        return Ok(false);
    }
    let from = head.bytes.saturating_sub(MAX_LINE as u64 + 1);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.take(head.bytes - from).read_to_end(&mut end)?;
    let Some((b'\n', line)) = end.split_last() else { return Ok(false) };
    let line = line.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    Ok(Digest::sha256(line) == head.hash)
}

/// Opens a ledger for reading, without its lock, so that another process can write to it at the same time.
///
/// # Errors
/// [`AppError`] if the file can't be read or one of its lines is damaged.
pub fn read(path: &Path, options: &OpenOptions) -> Result<LedgerService, AppError> {
    if let Place::Database(address) = Place::of(path)? {
        return Ok(CaseService::new(open_database(&address, options, true)?, Ids::random()));
    }
    let mut reader = open_reader(path)?;
    let store = LedgerStore::read(path, &mut reader, options.collect.clone(), Arc::clone(&options.clock));
    let store = store.map_err(|error| read_error(path, error, &mut reader))?;
    Ok(CaseService::new(Backend::of_file(store), Ids::random()))
}

fn open_store(path: &Path, options: &OpenOptions) -> Result<LedgerStore<Sealer>, AppError> {
    check_file(path)?;
    let store = open_when_free(path, options).map_err(|error| match error {
        OpenError::NotALedger { path, fault } => not_a_ledger(&path, Some(*fault)),
        other => other.into(),
    })?;
    if let Some(damage) = store.damage()
        && let Some(fault) = damage.faults.first()
    {
        return Err(AppError::Damaged { path: path.to_owned(), fault: Box::new(fault.clone()), count: damage.count });
    }
    if options.trust_clock {
        store.with_ledger(SealedLedger::trust_clock);
    }
    Ok(with_signer(store, options))
}

/// Opens a ledger for writing and runs a function on it.
///
/// # Errors
/// As [`open`], and the errors of the function.
pub(crate) fn open_ledger<T>(
    path: &Path,
    run: impl FnOnce(&mut SealedLedger) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let store = open_store(path, &OpenOptions::to_read(Collect::Nothing))?;
    store.with_ledger(run).unwrap_or_else(|| Err(AppError::ReadOnly { cause: "the ledger is not open".to_owned() }))
}

fn create_store(path: &Path, first: &FirstLine, options: &OpenOptions) -> Result<LedgerStore<Sealer>, AppError> {
    let now = (options.clock)().map_err(|error| AppError::Usage(error.to_string()))?;
    let new = new_ledger(first, now)?;
    let store = LedgerStore::create(path, &new, Sealer::default(), Arc::clone(&options.clock))?;
    Ok(with_signer(store, options))
}

/// Returns the first line of a new ledger.
pub(crate) fn new_ledger(first: &FirstLine, now: At) -> Result<NewLedger, AppError> {
    let name = |text: &str| Name::new(text).map_err(|error| AppError::Usage(format!("origin: {error}")));
    Ok(NewLedger {
        id: first.id,
        actor: first.actor.clone(),
        at: first.at.map_or(now, |at| at.min(now)),
        origin: first.origin.clone().map_or_else(|| name(&format!("ibbi.local/{}", first.id)), Ok)?,
        program: name(PROGRAM)?,
    })
}

fn with_signer(store: LedgerStore<Sealer>, options: &OpenOptions) -> LedgerStore<Sealer> {
    match options.signer.clone() {
        Some(signer) => {
            let clock = Arc::clone(&options.clock);
            store.with_signer(move |ledger| signer.sign_if_due(ledger, &clock))
        }
        None => store,
    }
}

/// Opens a ledger. The lock of another process is waited for: for a while if it changes hands, briefly if it doesn't.
fn open_when_free(path: &Path, options: &OpenOptions) -> Result<LedgerStore<Sealer>, OpenError> {
    let begun = Instant::now();
    let mut held: Option<(String, Instant)> = None;
    loop {
        let opened = LedgerStore::open(path, Sealer::default(), options.collect.clone(), Arc::clone(&options.clock));
        let Err(OpenError::Locked { path, holder }) = opened else { return opened };
        let since = match held.take() {
            Some((known, since)) if known == holder => since,
            _ => Instant::now(),
        };
        if begun.elapsed() > PATIENCE || since.elapsed() > options.lock_wait {
            return Err(OpenError::Locked { path, holder });
        }
        held = Some((holder, since));
        // Processes that began to wait at the same time should not ask at the same time.
        std::thread::sleep(Duration::from_millis(3 + u64::from(std::process::id() % 7)));
    }
}

/// Returns a reader of a ledger that has read its first line.
fn open_reader(path: &Path) -> Result<LedgerReader<File>, AppError> {
    check_file(path)?;
    let mut reader =
        LedgerReader::open(path).map_err(|source| AppError::Io { doing: "open", path: path.to_owned(), source })?;
    if reader.opening().is_some() {
        return Ok(reader);
    }
    Err(match reader.next() {
        Some(Err(ReadError::Fault(fault))) => not_a_ledger(path, Some(fault)),
        Some(Err(error)) => read_error(path, error, &mut reader),
        Some(Ok(_)) => AppError::NotALedger { path: path.to_owned(), reason: "it begins with another record".into() },
        None => AppError::NotALedger { path: path.to_owned(), reason: "it is empty".into() },
    })
}

/// Returns the error for a file whose first line is no ledger's. If it is compressed, the error says so.
fn not_a_ledger(path: &Path, fault: Option<ibbi_log::Fault>) -> AppError {
    open_unpacked(path).map(drop).err().unwrap_or_else(|| AppError::beginning(path, fault))
}

/// Returns whether a ledger was begun under the chart that this program has.
pub fn has_our_chart(service: &LedgerService) -> bool {
    service.store().opening().as_ref().is_some_and(Opening::has_our_chart)
}

/// Opens a ledger for reading its bytes as they are. The error for a compressed file says that it is compressed.
pub(crate) fn open_unpacked(path: &Path) -> Result<LedgerBytes, AppError> {
    let mut bytes = LedgerBytes::open(path)?;
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let beginning = bytes.beginning(8).map_err(failed)?;
    check_unpacked(path, &beginning).map(|()| bytes)
}

/// Returns the error for a record that can't be read; `rest` is read on to count the faults.
fn read_error(path: &Path, error: ReadError, rest: &mut LedgerReader<File>) -> AppError {
    match AppError::from_read(path, error) {
        AppError::Damaged { path, fault, .. } => {
            let is_fault = |item: &Result<_, ReadError>| matches!(item, Err(ReadError::Fault(_)));
            let more = rest.filter(is_fault).count();
            AppError::Damaged { path, fault, count: 1 + u64::try_from(more).unwrap_or(u64::MAX - 1) }
        }
        other => other,
    }
}

/// Returns the case that is meant: the only one, or the one whose ID (or its beginning) or district (or a part of it) is given.
///
/// # Errors
/// [`AppError::NoCase`] or [`AppError::WhichCase`], with the cases there are.
pub fn select(service: &LedgerService, wanted: Option<&str>) -> Result<Uuid, AppError> {
    let path = service.store().path();
    let all = all_cases(service)?;
    if all.is_empty() {
        let message = format!("{} has no case yet; open one with `ibbi new`", path.display());
        return Err(AppError::NoCase(message));
    }
    let found: Vec<&CaseSummary> = match wanted {
        Some(wanted) => meant(&all, wanted, |case| (case.case, case.district.as_str())),
        None => all.iter().collect(),
    };
    match (found.as_slice(), wanted) {
        ([one], _) => Ok(one.case),
        ([], wanted) => {
            let (path, wanted) = (path.display(), wanted.unwrap_or_default());
            let message = format!("{path} has no case `{wanted}`; it has {}", shown(&all.iter().collect::<Vec<_>>()));
            Err(AppError::NoCase(message))
        }
        (several, _) => Err(AppError::WhichCase { path: path.to_owned(), count: several.len(), shown: shown(several) }),
    }
}

/// Returns every case of a ledger, the one that was opened first at the beginning.
///
/// # Errors
/// [`AppError`] if the store can't be read.
pub fn all_cases(service: &LedgerService) -> Result<Vec<CaseSummary>, AppError> {
    Ok(list(service, &CaseQuery::default())?.cases)
}

/// Returns a page of the list of cases.
///
/// # Errors
/// [`AppError::NoCase`] if the list continues after a case that doesn't exist; others if the store can't be read.
pub fn list(service: &LedgerService, query: &CaseQuery) -> Result<CasePage, AppError> {
    service.store().cases(query).map_err(|error| service.unreadable(error))
}

/// Returns a short list of cases for a message.
fn shown(cases: &[&CaseSummary]) -> String {
    let mut text: Vec<_> = cases.iter().take(5).map(|case| format!("{} ({})", case.case, case.district)).collect();
    if cases.len() > text.len() {
        text.push(format!("and {} more", cases.len() - text.len()));
    }
    text.join(", ")
}

/// Returns the cases to keep while a ledger is read to select a case.
pub fn collect(wanted: Option<&str>) -> Collect {
    wanted.map_or(Collect::OnlyCase, |wanted| Collect::Matching(wanted.to_owned()))
}

/// Reads a ledger once, without its lock, for questions that don't need the time.
///
/// # Errors
/// As [`read`].
pub fn read_cases(path: &Path, collect: Collect) -> Result<LedgerService, AppError> {
    read(path, &OpenOptions::to_read(collect))
}

/// Returns the case that is meant in a ledger's file, which is read once and without its lock.
///
/// # Errors
/// As [`read`] and [`select`].
pub fn read_case(path: &Path, wanted: Option<&str>) -> Result<CaseLog, AppError> {
    let mut service = read_cases(path, collect(wanted))?;
    let case = select(&service, wanted)?;
    service.case(case).cloned()
}

/// Returns every case of a ledger's file, which is read once and without its lock.
///
/// # Errors
/// As [`read`].
pub fn read_all(path: &Path) -> Result<Vec<CaseLog>, AppError> {
    let mut service = read_cases(path, Collect::Everything)?;
    all_cases(&service)?.iter().map(|case| service.case(case.case).cloned()).collect()
}

/// Returns a clock for a ledger that is opened for something else than recording events.
fn no_clock() -> Clock {
    Arc::new(|| Err(ClockError("the ledger was opened without a clock".to_owned())))
}

/// Returns the time zones of the cases, or of one case, each zone once.
///
/// # Errors
/// [`AppError`] if the store can't be read, or a time zone doesn't exist.
pub fn zones(service: &LedgerService, case: Option<Uuid>) -> Result<Vec<Zone>, AppError> {
    let cases = match case {
        Some(case) => vec![case],
        None => all_cases(service)?.iter().map(|summary| summary.case).collect(),
    };
    let mut zones = Vec::new();
    for case in cases {
        let records = service.store().case(case).map_err(|error| service.unreadable(error))?;
        for record in records {
            if let Event::CaseOpened(opened) = &record.event {
                let zone = Zone::new(&opened.time_zone)?;
                if !zones.contains(&zone) {
                    zones.push(zone);
                }
            }
        }
    }
    Ok(zones)
}

/// Returns the case to which the record with this number belongs.
///
/// # Errors
/// [`AppError::Usage`] if there is no record with this number.
pub fn case_of(service: &LedgerService, seq: u64) -> Result<Uuid, AppError> {
    let case = service.store().case_of(seq).map_err(|error| service.unreadable(error))?;
    case.ok_or_else(|| {
        let path = service.store().path().display();
        AppError::Usage(format!("{path} has no event with the number {seq}; `ibbi replay` shows the numbers"))
    })
}
