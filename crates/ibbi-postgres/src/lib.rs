//! Cases in PostgreSQL: [`PostgresStore`] is an `ibbi_store::EventStore` that several servers can share.
//!
//! A row holds the exact bytes of a ledger's line, so an export is a ledger's file that every other tool reads. The lines are made
//! by the same code as those of a file ([`ibbi_log::NewLines`]).
//!
//! | to | use |
//! |---|---|
//! | name a database and a ledger in it, without showing a password | [`Address`] |
//! | create the tables, bring them up to date, and check them | [`init`], [`migrate`], [`check`] |
//! | read and append cases | [`PostgresStore`] |
//! | read the lines one after the other | [`PostgresStore::read_lines`], [`read_lines`] |
//! | bring a ledger's file into a database, and back | [`import`], [`read_lines`], [`read_sidecars`] |
//! | sign the ledger | [`PostgresStore::sign`] |
//! | know what can be signed, streamed, and mirrored | [`PostgresStore::published_lines`] |
//!
//! # How it writes
//!
//! The ledger has one row with its end. A batch locks that row, reads the database's clock, checks its records, inserts all lines
//! with one statement, and commits. So the numbers of lines have no gaps, whatever fails. Batches that wait for the lock in one
//! program are written by one transaction.
//!
//! A commit that answers with a warning, or whose connection breaks, is *in doubt*: on a replicated server, the warning means that
//! the standby may not have it. The store then writes the same records again, on the server that takes writes, with their IDs:
//! those that are there are found, under the lock. A commit is never canceled, and never has a time limit.
//!
//! # What it does not do
//!
//! It doesn't make a standby the primary; a cluster manager such as Patroni does. See `docs/adr/0022-postgresql.md`.
#![forbid(unsafe_code)]

mod address;
mod append;
mod connection;
mod error;
mod group;
mod known;
mod lines;
mod pending;
mod plan;
mod schema;
mod shared;
mod sign;
mod store;
mod texts;
mod tls;
mod transfer;
mod wait;

pub use address::{Address, DEFAULT_LEDGER};
pub use error::PostgresError;
pub use lines::LineReader;
pub use schema::{SCHEMA, SchemaState, check, create_ledger, init, ledgers, migrate};
pub use sign::SignError;
pub use store::{Options, PostgresStore};
pub use transfer::{Sidecars, import, read_lines, read_sidecars};
