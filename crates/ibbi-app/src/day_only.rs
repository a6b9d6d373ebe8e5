//! Refusals that have to do with an entry of which only the day is known.
//!
//! Such an entry has an instant on its day that the program picked. An event with a time on that day can be refused because
//! the entry comes after it, or before it, although the two happened in the other order.

use crate::case_log::CaseLog;
use crate::error::{AppError, DayOnly};
use ibbi_core::{At, Event, History, Precision, Refusal};

/// An event that is offered: its time, and the number of the record that it replaces.
#[derive(Debug, Clone)]
pub struct Offered {
    /// When it happened.
    pub at: At,
    /// The event.
    pub event: Event,
    /// The number of the record that it replaces, if it replaces one.
    pub replaces: Option<u64>,
}

impl AppError {
    /// Returns the error for an event that a case refused, after the events before it in its act.
    pub fn refused(refusal: Refusal, log: &CaseLog, before: &[Offered], offered: &Offered) -> Self {
        Self::Refused { refusal, zone: log.zone, day_only: in_the_way(log, before, offered) }
    }
}

/// Returns the entry of the same day, with only its day known, on whose other side the event would be accepted.
fn in_the_way(log: &CaseLog, before: &[Offered], offered: &Offered) -> Option<DayOnly> {
    let day = log.zone.date(offered.at);
    let mut others = log.counting().filter(|other| {
        let is_day = other.details.precision == Precision::Day && log.zone.date(other.at) == day;
        is_day && Some(other.seq) != offered.replaces
    });
    let mut whole = log.recorded.records().clone();
    before.iter().try_for_each(|one| record(&mut whole, one)).ok()?;
    let is_accepted = |entry_at: At| {
        // An event at the same instant comes after the entry.
        let at = if entry_at >= offered.at { Some(entry_at) } else { At::from_millis(entry_at.millis() - 1) };
        at.is_some_and(|at| record(&mut whole.clone(), &Offered { at, ..offered.clone() }).is_ok())
    };
    let entry = others.find(|other| is_accepted(other.at))?;
    Some(DayOnly { seq: entry.seq, event: entry.event.kind(), day })
}

/// Records an event in a history, in any order.
fn record(history: &mut History, offered: &Offered) -> Result<(), Refusal> {
    let seq = history.entries().last().map_or(1, |last| last.seq + 1);
    let Offered { at, event, replaces } = offered;
    match replaces {
        None => history.record(seq, *at, event.clone()).map(drop),
        Some(replaced) => history.replace(seq, *replaced, *at, event.clone()).map(drop),
    }
}
