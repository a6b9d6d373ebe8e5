//! When an event happened, as a person enters it: now, a time of a day, or a day alone.

use super::{AT_LABEL, FormError};
use crate::service::EventTime;
use crate::zone::{Zone, ZoneError};
use chrono::NaiveTime;
use ibbi_common::spelling::echo;
use ibbi_common::typed::{self, Year};
use ibbi_core::{At, Date, Event, History, Refusal};

/// When an event happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Now.
    Now,
    /// At this instant.
    At(At),
    /// On this day, at an unknown time.
    Day(Date),
}

impl When {
    /// Reads a day and a time, as a person types them. Without a time, only the day is known; without both, it is now.
    /// A day without a year is the latest such day.
    ///
    /// # Errors
    /// Returns a [`FormError`] for the field `day` or `time`.
    pub fn read(day: &str, time: &str, zone: Zone, now: At) -> Result<Self, FormError> {
        let today = zone.date(now);
        let (day, time) = (day.trim(), time.trim());
        if day.is_empty() && time.is_empty() {
            return Ok(Self::Now);
        }
        let (date, typed_time) =
            match (typed::date(day, Year::UpTo(today)), typed::date_and_time(day, Year::UpTo(today))) {
                _ if day.is_empty() => (today, None),
                (Some(date), _) => (date, None),
                (None, Some((date, time))) => (date, Some(time)),
                (None, None) => return Err(wrong("day", day, "a date; enter one such as 9/9/2026")),
            };
        if date > today {
            let problem = format!("{} is in the future", ibbi_common::format::date(date));
            return Err(FormError::one(Some("day"), format!("{AT_LABEL}: {problem}. Enter a day up to today.")));
        }
        if time.is_empty() {
            return typed_time.map_or(Ok(Self::Day(date)), |time| instant(date, time, zone, "day"));
        }
        let time = typed::time(time).ok_or_else(|| wrong("time", time, "a time; enter one such as 3:30 PM"))?;
        instant(date, time, zone, "time")
    }

    /// Returns the instant up to which the case counts for this choice: on a day, its end.
    pub fn until(self, zone: Zone, now: At) -> At {
        match self {
            Self::Now => now,
            Self::At(at) => at.min(now),
            Self::Day(day) => {
                let next = day.to_chrono().succ_opt().and_then(|next| Date::try_from(next).ok());
                let midnight = next.and_then(|next| zone.local_at(next, NaiveTime::MIN)).map(|time| time.at());
                midnight.and_then(|at| At::from_millis(at.millis() - 1)).map_or(now, |end| end.min(now))
            }
        }
    }

    /// Returns an instant for events that happened one after the other, or `None` for now.
    ///
    /// If only the day is known, it is an instant of that day at which the case accepts them: after the other events of the
    /// day if possible, otherwise between them.
    ///
    /// # Errors
    /// The refusal at the first of these instants, if the case accepts the events at none.
    pub fn instant(self, events: &[Event], history: &History, zone: Zone, now: At) -> Result<Option<At>, Refusal> {
        self.instant_for(history, (zone, now), |at| accepts(events, at, history))
    }

    /// Returns an instant for a change of a case, as [`When::instant`] does. `accepts` checks whether the case accepts the
    /// change at an instant.
    ///
    /// # Errors
    /// As for [`When::instant`].
    pub fn instant_for(
        self,
        history: &History,
        (zone, now): (Zone, At),
        accepts: impl Fn(At) -> Result<(), Refusal>,
    ) -> Result<Option<At>, Refusal> {
        let day = match self {
            Self::Now => return Ok(None),
            Self::At(at) => return Ok(Some(at)),
            Self::Day(day) => day,
        };
        let mut first = None;
        for at in instants(day, history, zone, now) {
            match accepts(at) {
                Ok(()) => return Ok(Some(at)),
                Err(refusal) => first = first.or(Some(refusal)),
            }
        }
        first.map_or(Ok(None), Err)
    }

    /// Returns the time of an offer whose event happened at this instant: a day alone if only that is known.
    pub fn event_time(self, at: At) -> EventTime {
        if matches!(self, Self::Day(_)) { EventTime::Picked(at) } else { EventTime::At(at) }
    }
}

/// Returns the instants to try on a day: those of its events, the latest first, then noon and its ends.
fn instants(day: Date, history: &History, zone: Zone, now: At) -> Vec<At> {
    let end = When::Day(day).until(zone, now);
    let mut known: Vec<At> =
        history.in_effect().iter().map(|entry| entry.at).filter(|at| zone.date(*at) == day).collect();
    known.reverse();
    let noon = NaiveTime::from_hms_opt(12, 0, 0);
    let of_clock = [noon, Some(NaiveTime::MIN)].into_iter().flatten();
    known.extend(of_clock.filter_map(|time| zone.local_at(day, time)).map(|time| time.at()).filter(|at| *at <= end));
    known.push(end);
    known
}

/// Checks whether a case accepts events that all happened at an instant, in this order.
fn accepts(events: &[Event], at: At, history: &History) -> Result<(), Refusal> {
    let mut history = history.clone();
    events.iter().try_for_each(|event| {
        let seq = history.entries().last().map_or(1, |last| last.seq + 1);
        history.record(seq, at, event.clone()).map(drop)
    })
}

fn instant(day: Date, time: NaiveTime, zone: Zone, field: &'static str) -> Result<When, FormError> {
    zone.instant(day, time).map(When::At).map_err(|error| {
        let problem = match error {
            ZoneError::Skipped(time, _) => format!("{time} does not exist because the clocks go forward"),
            ZoneError::Twice(time, ..) => format!("{time} occurs twice because the clocks go back that night"),
            other => other.to_string(),
        };
        FormError::one(Some(field), format!("{AT_LABEL}: {problem}. Enter another time."))
    })
}

fn wrong(field: &'static str, text: &str, what: &str) -> FormError {
    FormError::one(Some(field), format!("{AT_LABEL}: \u{201c}{}\u{201d} is not {what}.", echo(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::events::{CaseOpened, NoteAdded};
    use ibbi_core::{Name, NoteText, Program, TimeZoneName};

    fn at(text: &str) -> At {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_read_as_people_enter_them() {
        let (zone, now) = (Zone::default(), at("2026-10-02T20:00:00.000Z"));
        for (day, time, expected) in [
            ("", "", When::Now),
            ("9/9", "", When::Day("2026-09-09".parse().unwrap())),
            ("10/3", "", When::Day("2025-10-03".parse().unwrap())),
            ("9/9/2026 10:00 AM", "", When::At(at("2026-09-09T14:00:00.000Z"))),
            ("9/9", "3:30p", When::At(at("2026-09-09T19:30:00.000Z"))),
            ("", "3:30 PM", When::At(at("2026-10-02T19:30:00.000Z"))),
        ] {
            assert_eq!(When::read(day, time, zone, now), Ok(expected), "{day} {time}");
        }
        for (day, time, field, message) in [
            ("soon", "", "day", "When it happened: \u{201c}soon\u{201d} is not a date; enter one such as 9/9/2026."),
            ("10/3/2026", "", "day", "When it happened: Oct 3, 2026 is in the future. Enter a day up to today."),
            ("9/9", "4", "time", "When it happened: \u{201c}4\u{201d} is not a time; enter one such as 3:30 PM."),
            ("3/8/2026", "2:30 AM", "time", "the clocks go forward. Enter another time."),
        ] {
            let error = When::read(day, time, zone, now).unwrap_err();
            assert_eq!(error.problems[0].field, Some(field));
            assert!(error.to_string().contains(message), "{error}");
        }
    }

    #[test]
    fn event_of_a_day_follows_the_other_events_of_that_day() {
        let (zone, now) = (Zone::default(), at("2026-10-02T20:00:00.000Z"));
        let mut history = History::new();
        let opened = CaseOpened {
            contract_expires: None,
            county: None,
            district: Name::new("Maple Hollow").unwrap(),
            evergreen: false,
            follows: None,
            program: Program::default(),
            time_zone: TimeZoneName::new("America/New_York").unwrap(),
        };
        history.record(1, at("2026-09-09T22:00:00.000Z"), opened).unwrap();
        let note = [Event::from(NoteAdded { text: NoteText::new("a note").unwrap() })];
        let day = |text: &str| When::Day(text.parse().unwrap());
        let found = |text: &str| day(text).instant(&note, &history, zone, now);
        assert_eq!(found("2026-09-09"), Ok(Some(at("2026-09-09T22:00:00.000Z"))));
        assert_eq!(found("2026-09-10"), Ok(Some(at("2026-09-10T16:00:00.000Z"))));
        assert_eq!(found("2026-10-02"), Ok(Some(at("2026-10-02T16:00:00.000Z"))));
        assert!(found("2026-09-08").is_err(), "the case was not open yet");
        assert_eq!(day("2026-09-10").until(zone, now), at("2026-09-11T03:59:59.999Z"));
        assert_eq!(day("2026-10-02").until(zone, now), now);
    }
}
