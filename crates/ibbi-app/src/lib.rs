//! The jobs of the program as functions with serialisable results: what `--json` prints is what these return.
//!
//! # Invariants
//!
//! - No output: results are values, and whoever asked shows them.
//! - The clock and the ids come from outside, in a [`journal::Context`].
//! - A job that fails has changed nothing, unless its error says "in doubt".
#![forbid(unsafe_code)]

pub mod audit;
pub mod describe;
pub mod desk;
mod error;
pub mod form;
pub mod input;
pub mod journal;
mod objects;
pub mod output;
pub mod replay;
pub mod schedule;
pub mod schema;
mod shape;
pub mod signing;
pub mod status;
pub mod store;
mod suggest;
pub mod tour;

pub use error::{AppError, ExitCode};
pub use ibbi_common::{format, zone};
/// The planner and the simulation. Programs reach them through this crate.
pub use ibbi_sim as sim;
pub use suggest::Suggestion;

/// The examples of the page on embedding, compiled and run as documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Embedding;
