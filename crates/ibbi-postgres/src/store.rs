//! The store.

use crate::address::Address;
use crate::append::Writer;
use crate::connection::{Pool, signed, value};
use crate::error::PostgresError;
use crate::group::Group;
use crate::lines::LineReader;
use crate::schema::{check_version, find_ledger};
use crate::shared::Shared;
use crate::texts;
use ibbi_core::events::SessionScheduled;
use ibbi_core::{Advisory, At, Bookings, Name, OtherBooking};
use ibbi_log::{CustodyState, Head, Opening};
use ibbi_store::{
    AppendError, CasePage, CaseQuery, CaseSummary, CheckpointOutcome, Clock, Committed, EventStore, NewRecord, Record,
    StoreError,
};
use std::time::Duration;
use uuid::Uuid;

/// How to open a store.
#[derive(Clone)]
pub struct Options {
    /// The clock; without one, that of the database. Tests pass one of their own.
    pub clock: Option<Clock>,
    /// Whether the clock is right even if it is much earlier than the last line.
    pub trust_clock: bool,
    /// How long to try again when no server takes writes, or a commit is in doubt.
    pub patience: Duration,
    /// Whether nothing will be appended, so that a standby can be used.
    pub read_only: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { clock: None, trust_clock: false, patience: Duration::from_secs(30), read_only: false }
    }
}

impl core::fmt::Debug for Options {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Options").field("patience", &self.patience).finish_non_exhaustive()
    }
}

/// Cases in a PostgreSQL database, as several servers can share them. See the [crate's page](crate).
///
/// It keeps the list of cases in memory, and brings it up to date before each answer. Opening reads all lines once.
pub struct PostgresStore {
    shared: Shared,
    group: Group<Writer>,
    read_only: bool,
    signer: Option<Signer>,
}

/// Signs a ledger if it is time.
type Signer = Box<dyn Fn(&PostgresStore) -> Option<CheckpointOutcome> + Send + Sync>;

impl core::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PostgresStore").field("address", self.shared.pool.address()).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Opens the ledger that an address names, and reads its lines once.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn open(address: &Address, options: &Options) -> Result<Self, PostgresError> {
        let pool = Pool::new(address.clone(), !options.read_only, options.patience);
        // A wrong address is reported at once: only a store that is open waits for its server.
        let connection = pool.connect()?;
        check_version(&connection)?;
        let ledger = find_ledger(&connection, address)?;
        drop(connection);
        let shared = Shared::new(pool, ledger, options.clock.clone(), options.trust_clock);
        shared.refresh()?;
        Ok(Self { shared, group: Group::new(Writer::default()), read_only: options.read_only, signer: None })
    }

    /// Returns the store with a function that signs the ledger after an append, if it is time.
    #[must_use]
    pub fn with_signer(self, signer: impl Fn(&Self) -> Option<CheckpointOutcome> + Send + Sync + 'static) -> Self {
        Self { signer: Some(Box::new(signer)), ..self }
    }

    pub(crate) const fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) const fn group(&self) -> &Group<Writer> {
        &self.group
    }

    /// Returns the address.
    pub const fn address(&self) -> &Address {
        self.shared.pool.address()
    }

    /// Returns the ledger's first line.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn opening(&self) -> Result<Option<Opening>, PostgresError> {
        Ok(self.shared.current()?.opening.clone())
    }

    /// Returns the end of the ledger.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn head(&self) -> Result<Head, PostgresError> {
        Ok(self.shared.current()?.end.head)
    }

    /// Returns the legal holds and destructions of the ledger.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn custody(&self) -> Result<CustodyState, PostgresError> {
        Ok(self.shared.current()?.custody.clone())
    }

    /// Reads the lines after line number `after`, as the ledger's file would have them, up to line number `last` if there is one.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn read_lines(&self, after: u64, last: Option<u64>) -> Result<LineReader, PostgresError> {
        LineReader::start(self.shared.pool.connect()?, self.shared.ledger, after, last)
    }

    /// Returns up to which line the ledger can be signed, streamed, and mirrored: what a failover can't take back. All lines up to
    /// it are below a synchronous commit that was acknowledged without a warning.
    ///
    /// If newer lines are there, it makes such a commit. A store that only reads takes what the servers that write have noted.
    ///
    /// # Errors
    /// [`PostgresError`]. Nothing more may be published then.
    pub fn published_lines(&self) -> Result<u64, PostgresError> {
        Ok(self.published_head()?.map_or_else(|| self.shared.published(), |head| head.lines))
    }

    /// Returns the end of the ledger if all of it can be published, as [`published_lines`](Self::published_lines) says; otherwise
    /// nothing, which happens only to a store that reads.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn published_head(&self) -> Result<Option<Head>, PostgresError> {
        let head = self.shared.current()?.end.head;
        if self.shared.published() >= head.lines {
            return Ok(Some(head));
        }
        if self.read_only {
            return Ok(None);
        }
        self.group.with(|writer| writer.publish(&self.shared)).map(Some)
    }

    /// Returns at most `limit` records after the record number `after`, with the digests of their confidential texts in place of
    /// the texts.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn records_as_stored(&self, after: u64, limit: usize) -> Result<Vec<Record>, PostgresError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.shared.records(
            "SELECT line FROM ibbi_line WHERE ledger = $1 AND seq > $2 AND case_id IS NOT NULL ORDER BY seq LIMIT $3",
            &[&self.shared.ledger, &signed(after), &limit],
        )
    }

    /// Returns the records of a case, with the digests of their confidential texts in place of the texts.
    ///
    /// # Errors
    /// [`PostgresError`].
    pub fn case_as_stored(&self, case: Uuid) -> Result<Vec<Record>, PostgresError> {
        self.shared.records(
            "SELECT line FROM ibbi_line WHERE ledger = $1 AND case_id = $2 ORDER BY rev",
            &[&self.shared.ledger, &case],
        )
    }

    /// Returns an error from a store that only reads.
    pub(crate) fn check_writable(&self) -> Result<(), PostgresError> {
        let label = || self.address().to_string();
        if self.read_only { Err(PostgresError::ReadOnly { label: label() }) } else { Ok(()) }
    }

    /// Asks the server for the end of the ledger, once and without patience.
    ///
    /// # Errors
    /// [`PostgresError`] if no server answers.
    pub fn probe(&self) -> Result<(), PostgresError> {
        self.shared.probe()
    }

    /// Asks about the sessions of all cases. The runs of a simulation are alternatives, so no session is compared with them.
    fn bookings<T: Default>(&self, ask: impl FnOnce(&Bookings) -> T) -> Result<T, StoreError> {
        let known = self.shared.current()?;
        match &known.opening {
            Some(opening) if opening.is_simulation() => Ok(T::default()),
            _ => Ok(ask(known.catalog.bookings())),
        }
    }

    /// Puts the confidential texts that the database has into records.
    fn fill(&self, records: Vec<Record>) -> Result<Vec<Record>, StoreError> {
        if !records.iter().any(|record| record.event.note_text().is_some_and(|text| text.text().is_none())) {
            return Ok(records);
        }
        let custody = self.shared.known().custody.clone();
        let filled = self.shared.pool.read(|connection| {
            let mut filled = records.clone();
            texts::fill(connection, self.shared.ledger, &mut filled, &custody)?;
            Ok(filled)
        });
        Ok(filled?)
    }
}

impl EventStore for PostgresStore {
    fn now(&self) -> Result<At, StoreError> {
        match &self.shared.clock {
            Some(clock) => Ok(clock()?),
            None => Ok(self.shared.database_time()?),
        }
    }

    fn revision(&self, case: Uuid) -> Result<u64, StoreError> {
        Ok(self.shared.current()?.rev(case))
    }

    fn case(&self, case: Uuid) -> Result<Vec<Record>, StoreError> {
        if self.shared.current()?.rev(case) == 0 {
            return Ok(Vec::new());
        }
        self.fill(self.case_as_stored(case)?)
    }

    fn opened_by(&self, id: Uuid) -> Result<Option<Uuid>, StoreError> {
        Ok(self.shared.current()?.catalog.opened_by(id))
    }

    fn case_of(&self, seq: u64) -> Result<Option<Uuid>, StoreError> {
        let sql = "SELECT case_id FROM ibbi_line WHERE ledger = $1 AND seq = $2";
        Ok(self.shared.pool.read(|connection| {
            let row = connection.first(sql, &[&self.shared.ledger, &signed(seq)])?;
            row.map_or(Ok(None), |row| value(&row, 0, connection.label()))
        })?)
    }

    fn cases(&self, query: &CaseQuery) -> Result<CasePage, StoreError> {
        self.shared.current()?.catalog.page(query)
    }

    fn summary(&self, case: Uuid) -> Result<Option<CaseSummary>, StoreError> {
        Ok(self.shared.current()?.catalog.summary(case).cloned())
    }

    fn last_logged(&self) -> Result<Option<At>, StoreError> {
        Ok(self.shared.current()?.last_record.filter(|_| !self.shared.trusts_clock))
    }

    fn double_booked(&self, case: Uuid, scheduled: &SessionScheduled) -> Result<Option<Advisory>, StoreError> {
        self.bookings(|bookings| bookings.advise(case, scheduled))
    }

    fn double_bookings(&self, case: Uuid) -> Result<Vec<Advisory>, StoreError> {
        self.bookings(|bookings| bookings.advise_case(case))
    }

    fn booked_elsewhere(&self, case: Uuid, neutrals: &[Name], as_of: At) -> Result<Vec<OtherBooking>, StoreError> {
        self.bookings(|bookings| bookings.elsewhere(case, neutrals, as_of))
    }

    fn records(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.shared.refresh()?;
        self.fill(self.records_as_stored(after, limit)?)
    }

    fn append(&self, records: &[NewRecord]) -> Result<Vec<Committed>, AppendError> {
        self.check_writable().map_err(|error| AppendError::ReadOnly { source: Box::new(error) })?;
        self.group.append(records, |writer, tickets| writer.write(&self.shared, tickets))
    }

    fn published(&self) -> Result<u64, StoreError> {
        Ok(self.published_lines()?)
    }

    fn generation(&self) -> u64 {
        self.shared.generation()
    }

    fn checkpoint(&self) -> Option<CheckpointOutcome> {
        self.signer.as_ref()?(self)
    }

    fn label(&self) -> String {
        self.address().to_string()
    }
}
