//! Legal holds of a ledger.

use crate::error::AppError;
use crate::ledger::{self, Collect, EventStore as _, LedgerService, OpenOptions};
use crate::service::Ids;
use ibbi_core::{At, Name, Reason};
use ibbi_log::{Custody, Hold};
use serde::Serialize;
use std::path::Path;
use uuid::Uuid;

/// A legal hold, as `ibbi hold list` shows it.
#[derive(Debug, Clone, Serialize)]
pub struct ListedHold {
    /// The number of the line that placed it, which lifts it.
    pub hold: u64,
    /// The case; none for all cases.
    pub case: Option<Uuid>,
    /// Its district, if the hold is on a case.
    pub district: Option<String>,
    /// Why.
    pub reason: String,
    /// Who placed it.
    pub by: String,
    /// When.
    pub at: At,
    /// When it was lifted, if it was.
    pub lifted: Option<At>,
}

/// Places a legal hold on a case, or on all cases. Returns the number of its line, which lifts it.
///
/// # Errors
/// [`AppError`] if the case doesn't exist or the ledger can't be opened for writing.
pub fn place_hold(
    path: &Path,
    case: Option<&str>,
    (reason, actor): (Reason, &Name),
    options: &OpenOptions,
) -> Result<u64, AppError> {
    let service = ledger::open(path, Ids::random(), options)?;
    let case = case.map(|case| ledger::select(&service, Some(case))).transpose()?;
    place_hold_in(&service, case, reason, actor)
}

/// Lifts the legal hold that a line placed. Returns the number of the new line.
///
/// # Errors
/// [`AppError`] if the hold isn't in force or the ledger can't be opened for writing.
pub fn lift_hold(
    path: &Path,
    hold: u64,
    (reason, actor): (Reason, &Name),
    options: &OpenOptions,
) -> Result<u64, AppError> {
    let service = ledger::open(path, Ids::random(), options)?;
    lift_hold_in(&service, hold, reason, actor)
}

/// Places a legal hold as [`place_hold`] does, in a ledger that is open for writing.
///
/// # Errors
/// [`AppError::NoCase`] if the case doesn't exist; others as [`place_hold`].
pub fn place_hold_in(
    service: &LedgerService,
    case: Option<Uuid>,
    reason: Reason,
    actor: &Name,
) -> Result<u64, AppError> {
    if let Some(case) = case {
        let records = service.store().revision(case).map_err(|error| service.unreadable(error))?;
        if records == 0 {
            return Err(AppError::no_case(case));
        }
    }
    add_hold(service, Custody::HoldPlaced { case, reason }, actor)
}

/// Lifts a legal hold as [`lift_hold`] does, in a ledger that is open for writing.
///
/// # Errors
/// As [`lift_hold`].
pub fn lift_hold_in(service: &LedgerService, hold: u64, reason: Reason, actor: &Name) -> Result<u64, AppError> {
    add_hold(service, Custody::HoldLifted { hold, reason }, actor)
}

fn add_hold(service: &LedgerService, done: Custody, actor: &Name) -> Result<u64, AppError> {
    service.store().append_hold(done, actor)
}

/// Returns the legal holds of a ledger, with those that were lifted, the oldest first.
///
/// # Errors
/// [`AppError`] if the ledger can't be read.
pub fn holds(path: &Path) -> Result<Vec<ListedHold>, AppError> {
    holds_in(&ledger::read_cases(path, Collect::Nothing)?)
}

/// Returns the legal holds of an open ledger, with those that were lifted, the oldest first.
///
/// # Errors
/// [`AppError`] if the cases can't be listed.
pub fn holds_in(service: &LedgerService) -> Result<Vec<ListedHold>, AppError> {
    let cases = ledger::all_cases(service)?;
    let district = |id: Uuid| cases.iter().find(|case| case.case == id).map(|case| case.district.to_string());
    let listed = |hold: Hold| ListedHold {
        hold: hold.seq,
        district: hold.case.and_then(district),
        case: hold.case,
        reason: hold.reason.to_string(),
        by: hold.by.to_string(),
        at: hold.at,
        lifted: hold.lifted.map(|line| line.at),
    };
    Ok(service.store().custody().holds.into_iter().map(listed).collect())
}
