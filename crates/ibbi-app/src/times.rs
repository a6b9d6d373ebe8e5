//! The times of a case as people read them: an event of which only the day is known has no time.

use crate::case_log::CaseLog;
use crate::replay::Timeline;
use crate::zone::Zone;
use ibbi_common::format::weekday_date;
use ibbi_core::{At, EventKind, Precision};

/// Returns when an event happened: the day alone if only that is known.
///
/// ```
/// use ibbi_app::{times::happened, zone::Zone};
/// use ibbi_core::Precision;
/// let at = "2026-10-20T16:00:00.000Z".parse()?;
/// assert_eq!(happened(at, Precision::Instant, Zone::default()), "Tue, Oct 20, 2026, 12:00 PM");
/// assert_eq!(happened(at, Precision::Day, Zone::default()), "Tue, Oct 20, 2026");
/// # Ok::<(), ibbi_core::TimeError>(())
/// ```
pub fn happened(at: At, precision: Precision, zone: Zone) -> String {
    match precision {
        Precision::Instant => zone.show(at),
        Precision::Day => weekday_date(zone.date(at)),
    }
}

/// Returns whether an instant is known exactly, so that output needs no word about it.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(crate) fn is_instant(precision: &Precision) -> bool {
    *precision == Precision::Instant
}

/// The instants of a case at which only the day of an event is known.
#[derive(Debug, Clone, Default)]
pub struct Times {
    zone: Zone,
    days: Vec<(At, EventKind)>,
}

impl Times {
    /// Returns the times of the events of a case that count.
    pub fn of_case(log: &CaseLog) -> Self {
        let records = log.counting();
        Self::new(log.zone, records.map(|record| (record.at, record.details.precision, record.event.kind())))
    }

    /// Returns the times of the events of a timeline that count.
    pub fn of_timeline(timeline: &Timeline) -> Self {
        let moments = timeline.moments.iter().filter(|moment| moment.corrected_by().is_none());
        Self::new(timeline.zone, moments.map(|moment| (moment.at, moment.precision, moment.event.kind())))
    }

    fn new(zone: Zone, events: impl Iterator<Item = (At, Precision, EventKind)>) -> Self {
        let days = events.filter(|(_, precision, _)| *precision == Precision::Day);
        Self { zone, days: days.map(|(at, _, kind)| (at, kind)).collect() }
    }

    /// Returns how exactly an instant is known at which an event of one of these kinds happened, or any event if there are no
    /// kinds.
    pub fn precision(&self, at: At, kinds: &[EventKind]) -> Precision {
        let is_one = |kind: &EventKind| kinds.is_empty() || kinds.contains(kind);
        let is_day = self.days.iter().any(|(day, kind)| *day == at && is_one(kind));
        if is_day { Precision::Day } else { Precision::Instant }
    }

    /// Returns when an event of one of these kinds happened, or any event if there are no kinds.
    pub fn show(&self, at: At, kinds: &[EventKind]) -> String {
        happened(at, self.precision(at, kinds), self.zone)
    }
}
