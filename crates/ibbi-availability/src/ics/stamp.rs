//! Times of a calendar as they are written, and one content line by the crate `calcard`.

use super::lines::Line;
use calcard::common::PartialDateTime;
use calcard::icalendar::{ICalendarDuration, ICalendarEntry, ICalendarParameterName, ICalendarPeriod, ICalendarValue};
use calcard::{Entry, Parser};
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

/// The longest time of an event, in seconds: a hundred years.
const MAX_LENGTH: i64 = 100 * 366 * 86_400;

/// The number of a zone's name in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct ZoneId(pub(super) u16);

impl ZoneId {
    /// No zone: the time is the same on every clock.
    pub(super) const FLOATING: Self = Self(u16::MAX);
}

/// A date, or a time with its zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stamp {
    /// A whole day, in any zone.
    Day(NaiveDate),
    /// A time on the clocks of a zone.
    Local(NaiveDateTime, ZoneId),
    /// A time of UTC.
    Utc(NaiveDateTime),
}

impl Stamp {
    /// Returns the time as it's written; midnight for a day.
    pub(super) fn written(self) -> NaiveDateTime {
        match self {
            Self::Day(day) => day.into(),
            Self::Local(time, _) | Self::Utc(time) => time,
        }
    }

    fn new(written: &PartialDateTime, zone: ZoneId) -> Option<Self> {
        let read = written.to_date_time()?;
        match read.offset {
            _ if !written.has_time() => Some(Self::Day(read.date_time.date())),
            None => Some(Self::Local(read.date_time, zone)),
            Some(offset) => {
                let offset = TimeDelta::seconds(offset.local_minus_utc().into());
                read.date_time.checked_sub_signed(offset).map(Self::Utc)
            }
        }
    }
}

/// When a rule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// At the end of a day.
    Day(NaiveDate),
    /// At a time on the clocks of the event's zone.
    Local(NaiveDateTime),
    /// At a time of UTC.
    Utc(NaiveDateTime),
}

impl Until {
    /// Reads `20261231`, `20261231T170000`, or `20261231T170000Z`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() == 8 {
            return NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(Self::Day);
        }
        let time = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
        match text.strip_suffix(['Z', 'z']) {
            Some(utc) => time(utc).map(Self::Utc),
            None => time(text).map(Self::Local),
        }
    }
}

/// How long an event takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum End {
    /// A day if it starts on a day, and no time if it starts at a time.
    #[default]
    Missing,
    /// Until a day or a time.
    At(Stamp),
    /// Days by the calendar, and then seconds.
    After {
        /// The days.
        days: i64,
        /// The seconds.
        seconds: i64,
    },
}

impl End {
    fn after(written: &ICalendarDuration) -> Option<Self> {
        let days = i64::from(written.weeks) * 7 + i64::from(written.days);
        let seconds = i64::from(written.hours) * 3_600 + i64::from(written.minutes) * 60 + i64::from(written.seconds);
        (!written.neg && days * 86_400 + seconds <= MAX_LENGTH).then_some(Self::After { days, seconds })
    }
}

/// The longest travel before an event, in seconds: a day.
const MAX_TRAVEL: i64 = 86_400;

/// Returns the seconds of a duration of travel, which can be a day at most. `None` if it isn't one.
pub(super) fn travel_seconds(value: &str) -> Option<i64> {
    let text = format!("BEGIN:VEVENT\nDURATION:{}\nEND:VEVENT\n", value.trim());
    let Entry::ICalendar(mut read) = Parser::new(&text).entry() else { return None };
    let property = read.components.first_mut()?.entries.pop().map(Property)?;
    let Some(End::After { days, seconds }) = property.duration() else { return None };
    Some(days * 86_400 + seconds).filter(|seconds| *seconds <= MAX_TRAVEL)
}

/// A content line with its values.
pub(super) struct Property(ICalendarEntry);

impl Property {
    /// Reads a content line; `None` if it isn't one.
    pub(super) fn read(line: &Line<'_>) -> Option<Self> {
        let text = format!("BEGIN:VEVENT\n{}\nEND:VEVENT\n", line.text);
        let Entry::ICalendar(mut read) = Parser::new(&text).entry() else { return None };
        read.components.first_mut()?.entries.pop().map(Self)
    }

    /// Returns the name of its zone.
    pub(super) fn zone(&self) -> Option<&str> {
        self.parameter(&ICalendarParameterName::Tzid).filter(|name| !name.trim().is_empty())
    }

    /// Returns a parameter.
    pub(super) fn parameter(&self, name: &ICalendarParameterName) -> Option<&str> {
        self.0.parameters(name).find_map(|value| value.as_text())
    }

    /// Whether it's also about later times. The only value of the parameter is THISANDFUTURE.
    pub(super) fn has_range(&self) -> bool {
        self.0.has_parameter(&ICalendarParameterName::Range)
    }

    /// Returns its text, such as a name or an address.
    pub(super) fn text(&self) -> Option<&str> {
        self.0.values.first()?.as_text()
    }

    /// Returns its only time; times without their own zone get `zone`.
    pub(super) fn stamp(&self, zone: ZoneId) -> Option<Stamp> {
        match self.0.values.as_slice() {
            [ICalendarValue::PartialDateTime(time)] => Stamp::new(time, zone),
            _ => None,
        }
    }

    /// Returns its duration.
    pub(super) fn duration(&self) -> Option<End> {
        match self.0.values.as_slice() {
            [ICalendarValue::Duration(duration)] => End::after(duration),
            _ => None,
        }
    }

    /// Returns its times and periods, with `None` for each that can't be read.
    pub(super) fn times(&self, zone: ZoneId) -> impl Iterator<Item = Option<(Stamp, Option<End>)>> {
        self.0.values.iter().map(move |value| match value {
            ICalendarValue::PartialDateTime(time) => Some((Stamp::new(time, zone)?, None)),
            ICalendarValue::Period(ICalendarPeriod::Range { start, end }) => {
                Some((Stamp::new(start, zone)?, Some(End::At(Stamp::new(end, zone)?))))
            }
            ICalendarValue::Period(ICalendarPeriod::Duration { start, duration }) => {
                Some((Stamp::new(start, zone)?, Some(End::after(duration)?)))
            }
            _ => None,
        })
    }
}
