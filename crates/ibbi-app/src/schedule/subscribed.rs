//! The calendar that programs subscribe to: the dates of cases as they are now, made from their records, and from the planned dates that
//! were put on their calendars.
//!
//! The same records and dates make the same text, so a program that asks again and again learns whether something has changed.

use super::planned_dates::PlannedDates;
use crate::case_log::CaseLog;
use crate::error::AppError;
use ibbi_core::At;
use ibbi_report::ics::IcsCalendar;

/// How often a program is told to ask again, in minutes.
const REFRESH: u32 = 60;

/// A case whose dates are shown.
#[derive(Debug, Clone, Copy)]
pub struct SubscribedCase<'a> {
    /// The case.
    pub log: &'a CaseLog,
    /// The planned dates on its calendar, if there are some.
    pub planned: Option<&'a PlannedDates>,
}

/// A calendar to which programs subscribe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscribedCalendar {
    /// The calendar (RFC 5545). It has no entry if nothing is booked.
    pub text: String,
    /// When the last record that it could depend on was written, or planned dates were last put on it or taken back.
    pub changed: At,
}

/// Returns the calendar of cases: the meetings and sessions that are booked or planned, and those that were canceled.
///
/// `since` is a time before which nothing has changed for this calendar, such as when its address was made.
///
/// # Errors
/// [`AppError::Usage`] if there are more entries than a calendar can have.
pub fn subscribed_calendar(
    name: &str,
    cases: &[SubscribedCase<'_>],
    since: At,
) -> Result<SubscribedCalendar, AppError> {
    let written = cases.iter().filter_map(|case| case.log.records.last()).map(|record| record.logged);
    let planned = cases.iter().filter_map(|case| Some(case.planned?.at));
    let changed = written.chain(planned).fold(since, At::max);
    let zone = cases.first().map(|case| case.log.zone).unwrap_or_default();
    let entries: Vec<_> = cases.iter().flat_map(|case| PlannedDates::current(case.planned, case.log)).collect();
    let calendar = IcsCalendar { name: &format!("IBBI: {name}"), zone: zone.name(), stamp: changed, entries: &entries };
    let text = calendar.to_subscribed_ics(REFRESH).map_err(|error| AppError::Usage(error.to_string()))?;
    Ok(SubscribedCalendar { text, changed })
}
