//! The clock of a store.

use ibbi_core::At;
use std::sync::Arc;

/// A source of the current time.
///
/// A store reads it when it writes, so that `logged` is the time of the write and not of an earlier step. A program passes
/// the clock of its machine; tests and simulations pass one of their own.
pub type Clock = Arc<dyn Fn() -> Result<At, ClockError> + Send + Sync>;

/// A clock that can't give the time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ClockError(
    /// What is wrong, and what to do.
    pub String,
);
