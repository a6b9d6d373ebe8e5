//! Planned dates on the calendar of a case: to hold them, before they are booked.
//!
//! They are no records. Someone who books the sessions puts them on the calendar, and takes them back.

use super::booked::{booked, booked_and_planned};
use super::calendar::{CurrentEntries, case_entries};
use crate::case_log::CaseLog;
use ibbi_core::At;
use ibbi_report::ics::{IcsEntry, IcsStatus, PublishedEntries, publish};

/// The entries that the calendar of a case had when dates were last put on it or taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDates {
    /// The number of the last record that they are made from. Later records can replace them.
    pub until: u64,
    /// When that was.
    pub at: At,
    /// The entries: those that were booked then, those that are planned, and those that are canceled.
    pub entries: PublishedEntries,
}

/// The calendar of a case after a change of its planned dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedDates {
    /// What is on the calendar now.
    pub planned: PlannedDates,
    /// The number of entries that are new, or that have another time, place, or status than before.
    pub changed: usize,
}

impl PlannedDates {
    /// Returns the entries of the calendar of a case as they are now: the booked sessions, and the dates that are planned.
    pub fn current(this: Option<&Self>, log: &CaseLog) -> Vec<IcsEntry> {
        this.map_or_else(|| booked(log), |planned| booked_and_planned(log, planned.until, &planned.entries))
    }

    /// Returns the entries that are still planned, in the order of their times.
    pub fn still_planned(this: Option<&Self>, log: &CaseLog) -> Vec<IcsEntry> {
        let mut entries = Self::current(this, log);
        entries.retain(|entry| entry.status == IcsStatus::Tentative);
        entries.sort_by_key(|entry| (entry.slot.starts().at(), entry.uid.clone()));
        entries
    }

    /// Puts dates on the calendar of a case, in place of those that are on it. `current` has the entries of a plan that continues from the
    /// case ([`super::planned_entries`]), and `elsewhere` what was published of this case in other calendars.
    ///
    /// A date that `current` doesn't have any more is canceled. The sequence of an entry is larger than in all calendars in which it was
    /// different.
    pub fn put(
        this: Option<&Self>,
        log: &CaseLog,
        current: CurrentEntries,
        elsewhere: &PublishedEntries,
        now: At,
    ) -> ChangedDates {
        let before: PublishedEntries = Self::current(this, log).into_iter().collect();
        // Dates of other calendars that were never on this one don't belong on it.
        let is_ours = |uid: &str| before.get(uid).is_some() || current.entries.iter().any(|entry| entry.uid == uid);
        let others: PublishedEntries =
            elsewhere.entries().iter().filter(|entry| is_ours(&entry.uid)).cloned().collect();
        let made = publish(&before.merged(&others), current.entries, now);
        let until = log.records.last().map_or(0, |record| record.seq);
        let at = this.map_or(now, |planned| planned.at.max(now));
        ChangedDates { planned: Self { until, at, entries: made.published }, changed: made.changed }
    }

    /// Takes all planned dates off the calendar of a case: they are canceled.
    pub fn take_back(this: Option<&Self>, log: &CaseLog, elsewhere: &PublishedEntries, now: At) -> ChangedDates {
        Self::put(this, log, case_entries(&[log]), elsewhere, now)
    }
}
