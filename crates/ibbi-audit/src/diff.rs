//! Two ledgers side by side: where they part, and what that does to each case.

use crate::audit::AuditError;
use crate::source::Source;
use ibbi_core::{Name, Stage};
use ibbi_log::Uuid;
use serde::Serialize;

/// How two ledgers differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Whether they are the same, byte for byte.
    pub same: bool,
    /// How many lines each has.
    pub lines: (u64, u64),
    /// Where they part first; nothing if they are the same.
    pub divergence: Option<Divergence>,
    /// The first cases whose records or states differ.
    pub cases: Vec<CaseDifference>,
    /// How many cases differ in state.
    pub differing: u64,
    /// How many only one of the two has.
    pub only_first: u64,
    /// How many only the other has.
    pub only_second: u64,
}

/// Where two ledgers part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Divergence {
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0: the first that differs, or the end of the shorter one.
    pub byte: u64,
    /// What the first has there, shortened; nothing if it has ended.
    pub first: Option<String>,
    /// What the second has there.
    pub second: Option<String>,
    /// The case of the line, where both are records of one.
    pub case: Option<Uuid>,
    /// The same as a sentence.
    pub text: String,
}

/// Which of two ledgers has a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// Both.
    Both,
    /// The first alone.
    First,
    /// The second alone.
    Second,
}

/// How a case differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseDifference {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// Which of the two ledgers has it.
    pub presence: Presence,
    /// Where it stands in each.
    pub stages: (Option<Stage>, Option<Stage>),
    /// How many records each has.
    pub records: (u64, u64),
    /// What differs in the state, in words.
    pub changes: Vec<StateChange>,
}

/// A difference in a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StateChange {
    /// Where in the state, such as `teams.labor[1].pledged`.
    pub path: String,
    /// The value in the first, as JSON; nothing if it is not there.
    pub first: Option<String>,
    /// The value in the second.
    pub second: Option<String>,
    /// The same as a sentence.
    pub text: String,
}

/// Compares two ledgers, and the states that they lead to; at most `shown` cases are told in full.
///
/// # Errors
/// [`AuditError`] if one of them cannot be read.
pub fn diff(first: Source<'_>, second: Source<'_>, shown: usize) -> Result<Diff, AuditError> {
    let _ = (first, second, shown);
    Err(AuditError::Thread)
}
