//! From components to taken time: series with their exceptions and changes, and periods.

use super::budget::{Budget, Exhausted};
use super::days::{Days, Taken};
use super::parts::{Event, Period, Status};
use super::recurrence::visit_times;
use super::report::{LeftOut, Report};
use super::stamp::{End, Stamp, Until};
use super::zones::{Clock, Zones};
use crate::Mark;
use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// The most times of one event in the window.
pub(super) const MAX_TIMES: usize = 100_000;

/// An event can't be read.
enum Skipped {
    /// The file causes too much work.
    File,
    /// The zone is not clear.
    Zone(String),
    /// There is another problem.
    Event(&'static str),
}

impl From<Exhausted> for Skipped {
    fn from(exhausted: Exhausted) -> Self {
        match exhausted {
            Exhausted::File => Self::File,
            Exhausted::Event => Self::Event(TOO_OFTEN),
        }
    }
}

const TOO_OFTEN: &str = "The event repeats too often to be read. Enter its times by hand.";
const MIXED: &str = "The event mixes days and times of day. Enter its times by hand.";
const ENDS_EARLY: &str = "The event ends before it starts. Enter its times by hand.";

/// How long each time of a series takes.
#[derive(Clone, Copy)]
enum Length {
    /// Whole days.
    Days(i64),
    /// Days by the clock on the wall, and then seconds.
    Time { days: i64, seconds: i64 },
}

impl Length {
    const fn is_none(self) -> bool {
        matches!(self, Self::Time { days: 0, seconds: 0 })
    }

    const fn days(self) -> i64 {
        match self {
            Self::Days(days) => days,
            Self::Time { days, seconds } => days + seconds / 86_400 + 1,
        }
    }
}

/// What marks the time that people take.
pub(super) struct Expansion<'a> {
    days: &'a Days,
    zones: Zones,
    budget: Budget,
    report: &'a mut Report,
    taken: Vec<Taken>,
    /// For events that don't take time: only whether they are in the window matters.
    unused: Taken,
}

impl<'a> Expansion<'a> {
    /// Returns an expansion for a number of people.
    pub(super) fn new(days: &'a Days, zones: Zones, people: usize, report: &'a mut Report) -> Self {
        let taken = std::iter::repeat_with(Taken::default).take(people).collect();
        Self { days, zones, budget: Budget::new(), report, taken, unused: Taken::default() }
    }

    /// Marks the times of all events and periods. Returns the time that each person takes.
    pub(super) fn run(mut self, events: &[Event], periods: &[Period]) -> Result<Vec<Taken>, Exhausted> {
        let latest = latest_versions(events);
        // The changed times of each series.
        let mut changes: HashMap<(usize, &str), Vec<Stamp>> = HashMap::new();
        for (event, _) in events.iter().zip(&latest).filter(|(_, latest)| **latest) {
            if let (Some(uid), Some(replaces)) = (&event.fields.uid, event.fields.replaces) {
                changes.entry((event.person, uid)).or_default().push(replaces);
            }
        }
        for (event, is_latest) in events.iter().zip(&latest) {
            if !is_latest {
                self.report.leave_out(LeftOut::Replaced);
                continue;
            }
            self.budget.start_event();
            let series = event.fields.uid.as_ref().filter(|_| event.fields.replaces.is_none());
            let changed =
                series.and_then(|uid| changes.get(&(event.person, uid.as_ref()))).map_or(&[][..], Vec::as_slice);
            match self.event(event, changed) {
                Ok(()) => {}
                Err(Skipped::File) => return Err(Exhausted::File),
                Err(Skipped::Zone(message)) => self.report.zone_problem(event.fields.line, message),
                Err(Skipped::Event(message)) => self.report.problem(event.fields.line, message),
            }
        }
        for period in periods {
            self.budget.start_event();
            match self.period(period) {
                Ok(()) => {}
                Err(Skipped::File) => return Err(Exhausted::File),
                Err(Skipped::Zone(message)) => self.report.zone_problem(period.line, message),
                Err(Skipped::Event(message)) => self.report.problem(period.line, message),
            }
        }
        Ok(self.taken)
    }

    fn event(&mut self, event: &Event, changed: &[Stamp]) -> Result<(), Skipped> {
        let clock = self.clock(event.start)?;
        let length = self.length(event.start, &clock, event.fields.end)?;
        if event.fields.and_later {
            let message = "The event changes this time of a series and all later ones. Only this one was changed; check the others.";
            self.report.problem(event.fields.line, message);
        }
        if length.is_none() && event.fields.travel == 0 && !event.fields.more.iter().any(|(_, end)| end.is_some()) {
            self.report.leave_out(LeftOut::NoLength);
            return Ok(());
        }
        let left_out = self.excluded(event, changed)?;
        let mut covered = 0;
        for start in self.starts(event, &clock, length)? {
            if !left_out.has(start, &clock) {
                covered += self.mark(event, start, &clock, length)?;
            }
        }
        if event.fields.replaces.is_none() {
            for (stamp, end) in &event.fields.more {
                let clock = self.clock(*stamp)?;
                let length = match end {
                    Some(end) => self.length(*stamp, &clock, *end)?,
                    None if matches!(stamp, Stamp::Day(_)) == matches!(length, Length::Days(_)) => length,
                    None => return Err(Skipped::Event(MIXED)),
                };
                if !left_out.has(stamp.written(), &clock) {
                    covered += self.mark(event, stamp.written(), &clock, length)?;
                }
            }
        }
        if covered == 0 {
            self.report.leave_out(LeftOut::OtherDays);
        } else if let Status::LeftOut(reason) = event.status {
            self.report.leave_out(reason);
        }
        Ok(())
    }

    fn period(&mut self, period: &Period) -> Result<(), Skipped> {
        let clock = self.clock(period.start)?;
        let length = self.length(period.start, &clock, period.end)?;
        let start = period.start.written();
        let covered = self.mark_time(start, &clock, (length, 0), Some((period.person, period.mark)))?;
        if covered == 0 {
            self.report.leave_out(if length.is_none() { LeftOut::NoLength } else { LeftOut::OtherDays });
        }
        Ok(())
    }

    fn clock(&mut self, stamp: Stamp) -> Result<Rc<Clock>, Skipped> {
        match stamp {
            // Days have no zone.
            Stamp::Day(_) | Stamp::Utc(_) => Ok(self.zones.utc()),
            Stamp::Local(_, zone) => self.zones.clock(zone, &mut self.budget).map_err(Skipped::Zone),
        }
    }

    fn length(&mut self, start: Stamp, clock: &Clock, end: End) -> Result<Length, Skipped> {
        match (start, end) {
            (Stamp::Day(_), End::Missing) => Ok(Length::Days(1)),
            (_, End::Missing) => Ok(Length::Time { days: 0, seconds: 0 }),
            // Some programs write the same day as the start and the end of a day.
            (Stamp::Day(start), End::At(Stamp::Day(end))) if end == start => Ok(Length::Days(1)),
            (Stamp::Day(start), End::At(Stamp::Day(end))) if end > start => Ok(Length::Days((end - start).num_days())),
            (Stamp::Day(_), End::At(Stamp::Day(_))) => Err(Skipped::Event(ENDS_EARLY)),
            (Stamp::Day(_), End::At(_)) | (_, End::At(Stamp::Day(_))) => Err(Skipped::Event(MIXED)),
            (Stamp::Day(_), End::After { days, seconds }) => {
                Ok(Length::Days((days + seconds.div_euclid(86_400) + i64::from(seconds % 86_400 != 0)).max(1)))
            }
            // RFC 5545, section 3.8.5.3: an end gives all times of a series the same exact length.
            (_, End::At(end)) => {
                let end_clock = self.clock(end)?;
                let exact = end_clock.instant(end.written()) - clock.instant(start.written());
                // A start that the clocks skip is later than it looks, and can be after the end.
                let on_wall = (end.written() - start.written()).num_seconds();
                let seconds = if exact <= 0 && end_clock.as_ref() == clock && on_wall > 0 { on_wall } else { exact };
                if seconds < 0 { Err(Skipped::Event(ENDS_EARLY)) } else { Ok(Length::Time { days: 0, seconds }) }
            }
            (_, End::After { days, seconds }) => Ok(Length::Time { days, seconds }),
        }
    }

    /// Returns the times of an event that can be in the window, as they are written.
    fn starts(&mut self, event: &Event, clock: &Clock, length: Length) -> Result<Vec<NaiveDateTime>, Skipped> {
        let start = event.start.written();
        let rules = if event.fields.replaces.is_some() { &[] } else { event.fields.rules.as_slice() };
        let is_day = matches!(event.start, Stamp::Day(_));
        let before_end = |rule_end: Option<Until>, time: NaiveDateTime| match rule_end {
            None => true,
            Some(Until::Day(last)) => time.date() <= last,
            Some(Until::Local(last) | Until::Utc(last)) if is_day => time.date() <= last.date(),
            Some(Until::Local(last)) => time <= last,
            Some(Until::Utc(last)) => clock.instant(time) <= last.and_utc().timestamp(),
        };
        let mut starts = Vec::new();
        // Programs delete a whole series by ending it before its start.
        if rules.is_empty() || rules.iter().any(|rule| before_end(rule.until, start)) {
            starts.push(start);
        }
        let from = NaiveDateTime::from(self.days.first());
        let margin = TimeDelta::days(2);
        let Some(from) = from.checked_sub_signed(margin + TimeDelta::days(length.days())) else { return Ok(starts) };
        let range = (from, NaiveDateTime::from(self.days.end()) + margin);
        for rule in rules {
            let mut rule = rule.clone();
            if is_day {
                // RFC 5545, section 3.3.10: a day has no BYHOUR, BYMINUTE, or BYSECOND.
                rule.hours.clear();
                rule.minutes.clear();
                rule.seconds.clear();
                if rule.frequency > rrule::Frequency::Daily {
                    return Err(Skipped::Event(MIXED));
                }
            }
            let until = rule.until;
            visit_times(&rule, start, range, &mut self.budget, &mut |time| {
                let goes_on = before_end(until, time) && starts.len() <= MAX_TIMES;
                if goes_on {
                    starts.push(time);
                }
                goes_on
            })?;
            if starts.len() > MAX_TIMES {
                return Err(Skipped::Event(TOO_OFTEN));
            }
        }
        Ok(starts)
    }

    fn excluded(&mut self, event: &Event, changed: &[Stamp]) -> Result<Excluded, Skipped> {
        let mut excluded = Excluded { is_day: matches!(event.start, Stamp::Day(_)), ..Excluded::default() };
        for stamp in event.fields.except.iter().chain(changed) {
            match stamp {
                Stamp::Day(day) => _ = excluded.days.insert(*day),
                stamp if excluded.is_day => _ = excluded.days.insert(stamp.written().date()),
                stamp => _ = excluded.instants.insert(self.clock(*stamp)?.instant(stamp.written())),
            }
        }
        Ok(excluded)
    }

    fn mark(&mut self, event: &Event, start: NaiveDateTime, clock: &Clock, length: Length) -> Result<usize, Skipped> {
        let whose = match event.status {
            Status::Takes(mark) => Some((event.person, mark)),
            Status::LeftOut(_) => None,
        };
        self.mark_time(start, clock, (length, event.fields.travel), whose)
    }

    /// Marks a time of a person, or of none, with the seconds of travel before it. Returns the number of days in the window.
    fn mark_time(
        &mut self,
        start: NaiveDateTime,
        clock: &Clock,
        (length, travel): (Length, i64),
        whose: Option<(usize, Mark)>,
    ) -> Result<usize, Skipped> {
        let (taken, mark) = match whose {
            Some((person, mark)) => (&mut self.taken[person], mark),
            None => (&mut self.unused, Mark::Cannot),
        };
        let covered = match length {
            Length::Days(days) => {
                let Some(end) = later(start, days) else { return Ok(0) };
                taken.add_days(self.days, start.date(), end.date(), mark)
            }
            Length::Time { days, seconds } => {
                let Some(last) = later(start, days) else { return Ok(0) };
                taken.add_instants(self.days, clock.instant(start) - travel, clock.instant(last) + seconds, mark)
            }
        };
        self.budget.take(covered + 1)?;
        Ok(covered)
    }
}

/// The times of a series that are left out.
#[derive(Default)]
struct Excluded {
    is_day: bool,
    days: HashSet<NaiveDate>,
    instants: HashSet<i64>,
}

impl Excluded {
    fn has(&self, start: NaiveDateTime, clock: &Clock) -> bool {
        self.days.contains(&start.date())
            || (!self.instants.is_empty() && self.instants.contains(&clock.instant(start)))
    }
}

fn later(time: NaiveDateTime, days: i64) -> Option<NaiveDateTime> {
    time.checked_add_signed(TimeDelta::try_days(days)?)
}

/// Tells for each event whether no other one with the same UID, and for the same time of its series, has a higher SEQUENCE.
fn latest_versions(events: &[Event]) -> Vec<bool> {
    let key = |event: &Event| {
        let replaces = event.fields.replaces.map(|stamp| (matches!(stamp, Stamp::Utc(_)), stamp.written()));
        event.fields.uid.clone().map(|uid| (event.person, uid, replaces))
    };
    let mut highest = HashMap::new();
    for event in events {
        if let Some(key) = key(event) {
            let known = highest.entry(key).or_insert(event.fields.sequence);
            *known = event.fields.sequence.max(*known);
        }
    }
    events.iter().map(|event| key(event).is_none_or(|key| highest.get(&key) == Some(&event.fields.sequence))).collect()
}
