//! Comparisons of two ledgers.

use super::input::{audit_failed, open};
use crate::error::AppError;
use ibbi_audit::{Diff, DiffNames, OtherRules, RulesDiff};
use std::path::Path;

/// Compares two ledgers; at most `shown` cases are reported in full.
///
/// # Errors
/// Returns an [`AppError`] if one of them can't be read.
pub fn diff(first: &Path, second: &Path, shown: usize) -> Result<Diff, AppError> {
    if first == Path::new("-") && second == Path::new("-") {
        let message = "standard input is only one ledger; give at least one of the two as a file".to_owned();
        return Err(AppError::Usage(message));
    }
    let (one, other) = (open(first)?, open(second)?);
    ibbi_audit::diff(one, other, shown).map_err(|error| audit_failed(first, error))
}

/// Compares a server's ledger with an uploaded copy of it, as [`diff`] does. The sentences say which is which.
///
/// # Errors
/// Returns an [`AppError`] if one of them can't be read.
pub fn diff_copy(ours: &Path, uploaded: &Path, shown: usize) -> Result<Diff, AppError> {
    let (one, other) = (open(ours)?, open(uploaded)?);
    ibbi_audit::diff_named(one, other, shown, DiffNames::Copy).map_err(|error| audit_failed(ours, error))
}

/// Returns the cases that come out differently under other rules; at most `shown` are reported in full.
///
/// # Errors
/// Returns an [`AppError`] if the ledger can't be read.
pub fn rules_diff(path: &Path, rules: &OtherRules, shown: usize) -> Result<RulesDiff, AppError> {
    ibbi_audit::rules_diff(open(path)?, rules, shown).map_err(|error| audit_failed(path, error))
}
