//! The jobs of the program as functions with serialisable results: what `--json` prints is what these return.
//!
//! # Invariants
//!
//! - No output: results are values, and whoever asked shows them.
//! - The clock comes from outside, with the store. IDs come from outside, with the service.
//! - Events are recorded by [`service::CaseService`] and nowhere else.
//! - A job that fails has changed nothing, unless its error says "in doubt".
#![forbid(unsafe_code)]

pub mod agenda;
pub mod audit;
pub mod availability;
mod backend;
pub mod calibration;
pub mod case_choice;
pub mod case_log;
pub mod case_state;
pub mod cases_report;
mod checkpoints;
pub mod confidential;
pub mod custody;
pub mod database;
mod day_only;
pub mod describe;
pub mod due;
mod earliest;
mod error;
mod exit_code;
pub mod feed;
pub mod file_type;
pub mod form;
pub mod goals;
pub mod history;
pub mod import;
mod imported_records;
pub mod input;
mod json_text;
mod keys;
pub mod ledger;
mod ledger_error;
pub mod mirrors;
pub mod output;
pub mod place;
pub mod presets;
pub mod program_report;
pub mod proof;
pub mod quorum;
pub mod release;
pub mod replay;
pub mod retention;
pub mod schedule;
pub mod schema;
pub mod service;
mod signer;
pub mod signing;
pub mod statements;
pub mod status;
mod suggest;
mod text_file;
pub mod times;
pub mod tour;
mod verified;
pub mod witnesses;

pub use day_only::Offered;
pub use error::{AppError, DayOnly};
pub use exit_code::ExitCode;
pub use ibbi_common::{fiscal, format, spelling, typed, zone};
/// The parts of the ledger that programs use.
pub use ibbi_log::{MAX_NUMBER, TextOwner};
pub use ibbi_seal::{ExtractError, PrivateKey, PublicKey};
/// The planner and the simulation. Programs reach them through this crate.
pub use ibbi_sim as sim;
pub use ibbi_store::{Identity, Record};
pub use suggest::{MissingField, Suggestion};

/// The examples of the page on embedding, compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Embedding;
