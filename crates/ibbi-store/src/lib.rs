//! The interface to stored cases: [`EventStore`], a store in memory, and one suite that every store must pass.
//!
//! A store keeps the records of cases in the order in which they were committed. It knows nothing about files, offsets, or
//! line numbers, and nothing about the rules: it appends only what the core has accepted ([`ibbi_core::Accepted`]), so it
//! never holds an event that the rules refused.
//!
//! | to | use |
//! |---|---|
//! | read and append records | [`EventStore`] |
//! | keep cases in memory, for tests and for embedding | [`MemoryStore`] |
//! | list cases in a store of your own | [`Catalog`] |
//! | test a store of your own | the suite in `contract` (feature `contract`) |
//!
//! ```
//! use ibbi_core::{At, History, Name, Program, TimeZoneName, events::CaseOpened};
//! use ibbi_store::{EventStore, MemoryStore, NewRecord};
//! use uuid::Uuid;
//!
//! let now: At = "2026-10-02T20:00:00.000Z".parse()?;
//! let store = MemoryStore::with_clock(move || Ok(now));
//! let (case, id) = (Uuid::from_u128(1), Uuid::from_u128(2));
//! let accepted = History::for_case(case).accept(id, 1, now, CaseOpened {
//!     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
//!     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
//! })?;
//! let record = NewRecord::new(accepted, Name::new("clerk@example.org")?);
//! store.append(&[record])?;
//! assert_eq!(store.revision(case)?, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - The trait is synchronous; docs/adr says why.
//! - A store appends all records of a batch or none, and a case's records only at the revision at which they were accepted.
//! - Appending is idempotent by record ID.
//! - When `append` returns without an error, the records survive a crash, as far as the store survives one at all.
#![forbid(unsafe_code)]

mod catalog;
mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod error;
mod memory;
mod record;
mod store;

pub use catalog::{CasePage, CaseQuery, CaseSummary, Catalog, Order};
pub use clock::{Clock, ClockError};
pub use error::{AppendError, MAX_STEP_BACK, StoreError, check_acts, check_clock};
pub use memory::MemoryStore;
pub use record::{Committed, Identity, NewRecord, Record, RecordDetails, TextOwner};
pub use store::{CheckpointOutcome, EventStore};
