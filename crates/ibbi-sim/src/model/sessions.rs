//! The sessions of a run: how the parts of the training and of the facilitation are booked, postponed, held and made up.

use super::{HALF_DAY, Listener, Moment, Run, Seating, Step, Stop, within};
use crate::assumptions::{Chance, Duration};
use crate::calendar::{Day, Group, Half, Next};
use crate::draws::Draws;
use crate::settled::{Awaited, PartPoint, Since};

/// A session is cut short after a multiple of this many minutes.
const CUT_STEP: u16 = 30;
/// The first occurrence of a block: far enough apart that a block's own draws never reach the next.
const BLOCK: u64 = 1024;

/// A part of the training or the facilitation under way.
#[derive(Clone, Copy)]
struct PartState {
    number: u8,
    /// The draws of this part: the training is block 0, the parts of the facilitation 1 and 2.
    block: u64,
    /// Minutes that are still to be held.
    remaining: u16,
    booked: Option<Seating>,
    /// The day of its first session.
    opened: Option<Day>,
    attempts: u64,
    rebookings: u64,
    sessions: u64,
}

impl PartState {
    const fn new(number: u8, block: u64, remaining: u16) -> Self {
        let block = block * BLOCK;
        Self { number, block, remaining, booked: None, opened: None, attempts: 0, rebookings: 0, sessions: 0 }
    }
}

impl<D: Draws, L: Listener> Run<'_, D, L> {
    const fn table(&self, minutes: u16) -> &Next {
        if minutes > HALF_DAY { &self.tables.full } else { &self.tables.half }
    }

    /// The first fitting day from this one on, except one that is taken by another session.
    fn fitting(&self, earliest: Day, minutes: u16, except: Option<Day>) -> Result<Seating, Stop<L::Error>> {
        let table = self.table(minutes);
        let mut day = within(table.from(earliest))?;
        if Some(day) == except {
            day = within(table.from(day + 1))?;
        }
        let half = if minutes > HALF_DAY { Half::Morning } else { self.tables.half_of(Group::Session, day) };
        Ok(Seating { day, half, minutes, real: None })
    }

    /// Books and holds every part of a stage; the day of the last session.
    pub(super) fn sessions(
        &mut self,
        from: Day,
        stage: u64,
        lengths: &[u16],
        since: Since,
    ) -> Result<Day, Stop<L::Error>> {
        let notice = self.draws.days(Duration::SessionNotice, stage, since);
        let now = self.at(from);
        // What is booked after a sitting of the day begins no earlier than the next day.
        let first = from.saturating_add(notice).max(from + Day::from(now.late)).max(self.course.first);
        let length = |part: usize| lengths.get(part).copied().unwrap_or(0);
        let mut parts = [PartState::new(1, stage, length(0)), PartState::new(2, stage + 1, length(1))];
        let mut earliest = first;
        for part in parts.iter_mut().filter(|part| part.remaining > 0) {
            let seating = self.fitting(earliest, part.remaining, None)?;
            part.booked = Some(seating);
            earliest = seating.day + 1;
        }
        earliest = first;
        for part in parts {
            if let Some(seating) = part.booked {
                self.tell(now, Step::Booked { part: part.number, earliest, seating, make_up: false })?;
                earliest = seating.day + 1;
            }
        }
        self.hold(&mut parts)
    }

    /// Goes on with parts that the real case has begun; the day of the last session.
    pub(super) fn resume(&mut self, stage: u64, points: &[PartPoint]) -> Result<Day, Stop<L::Error>> {
        let mut parts = [PartState::new(1, stage, 0), PartState::new(2, stage + 1, 0)];
        for (part, point) in parts.iter_mut().zip(points) {
            (part.remaining, part.opened) = (point.remaining, point.opened);
            match point.next {
                Awaited::Booked(seating) => part.booked = Some(seating),
                Awaited::Open { minutes } => {
                    self.tell(self.at(0), Step::OpenHeld { part: part.number })?;
                    self.sat = 0;
                    part.remaining = part.remaining.saturating_sub(minutes);
                }
                _ => {}
            }
        }
        for (index, point) in points.iter().enumerate().take(parts.len()) {
            if parts[index].booked.is_some() || parts[index].remaining <= self.course.program.grace() {
                continue;
            }
            let occurrence = parts[index].block;
            let days = match point.next {
                Awaited::Unbooked(since) => self.draws.days(Duration::SessionNotice, stage, since),
                Awaited::Rebook(since) => self.draws.days(Duration::Rebooking, occurrence, since),
                Awaited::Booked(_) | Awaited::Open { .. } | Awaited::Lapsed => {
                    self.draws.days(Duration::Rebooking, occurrence, Since::BEGINNING)
                }
            };
            parts[index].rebookings += 1;
            if point.next == Awaited::Lapsed {
                self.tell(self.at(0), Step::Postponed { part: parts[index].number })?;
            }
            self.place(&mut parts, index, days.max(self.course.first), self.at(0))?;
        }
        self.hold(&mut parts)
    }

    /// Until nothing is booked, the earliest booked session has its turn; the day of the last one.
    fn hold(&mut self, parts: &mut [PartState; 2]) -> Result<Day, Stop<L::Error>> {
        while let Some(next) = earliest_booked(parts) {
            self.attempt(parts, next)?;
        }
        Ok(self.sat)
    }

    /// The day of a booked session has come: it is postponed, or held in full, or cut short.
    fn attempt(&mut self, parts: &mut [PartState; 2], index: usize) -> Result<(), Stop<L::Error>> {
        // Only a real case can have booked the second part before the first, or for its day, on which it cannot open.
        let too_early = |day| parts[0].opened.map_or(parts[0].remaining > 0, |first| first == day);
        let waits =
            index == 1 && parts[1].opened.is_none() && parts[1].booked.is_some_and(|booked| too_early(booked.day));
        let part = &mut parts[index];
        let Some(seating) = part.booked.take() else { return Ok(()) };
        let (number, block, day) = (part.number, part.block, within(seating.day)?);
        let occurrence = block + part.attempts;
        part.attempts += 1;
        if waits || self.draws.happens(Chance::SessionPostponed, occurrence) {
            return self.postpone(parts, index, day);
        }
        let occurrence = block + part.sessions;
        part.sessions += 1;
        part.opened.get_or_insert(day);
        let choices = (seating.minutes / CUT_STEP).saturating_sub(1);
        let mut ran = seating.minutes;
        if self.draws.happens(Chance::SessionCutShort, occurrence) && choices > 0 {
            ran = CUT_STEP * (1 + self.draws.choice(choices, occurrence));
        }
        part.remaining = part.remaining.saturating_sub(ran);
        let over = part.remaining <= self.course.program.grace();
        let filled = over || ran == seating.minutes;
        self.tell(Moment { day, late: false }, Step::Held { part: number, seating, ran, filled })?;
        self.sat = day;
        if over { Ok(()) } else { self.rebook(parts, index, day) }
    }

    /// The first day on which a session can resume: rebooking days later, and not the same day.
    fn later(&mut self, part: &mut PartState, day: Day) -> Day {
        let occurrence = part.block + part.rebookings;
        part.rebookings += 1;
        day.saturating_add(self.draws.days(Duration::Rebooking, occurrence, Since::BEGINNING).max(1))
    }

    /// Books what was cut short or postponed; not on a day that is taken.
    fn rebook(&mut self, parts: &mut [PartState; 2], index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        let earliest = self.later(&mut parts[index], day);
        self.place(parts, index, earliest, self.at(day))
    }

    /// Postpones a session and books it anew.
    fn postpone(&mut self, parts: &mut [PartState; 2], index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        let moment = self.at(day);
        self.tell(moment, Step::Postponed { part: parts[index].number })?;
        self.rebook(parts, index, day)
    }

    /// Books a part that is not booked, from a day on. The second part's first session comes after the first part's: it
    /// moves where that would no longer be so.
    fn place(
        &mut self,
        parts: &mut [PartState; 2],
        index: usize,
        mut earliest: Day,
        moment: Moment,
    ) -> Result<(), Stop<L::Error>> {
        let (minutes, make_up) = (parts[index].remaining, parts[index].opened.is_some());
        let other = parts[1 - index].booked;
        let first_opens = parts[0].opened.is_none() && parts[0].remaining > 0;
        let second_follows = index == 0 && first_opens && parts[1].opened.is_none();
        if index == 1 && first_opens {
            earliest = earliest.max(other.map_or(0, |first| first.day.saturating_add(1)));
        }
        let taken = other.filter(|_| !second_follows).map(|other| other.day);
        let seating = self.fitting(earliest, minutes, taken)?;
        parts[index].booked = Some(seating);
        let number = parts[index].number;
        let moved = other.filter(|second| second_follows && second.day <= seating.day);
        let moved = moved.map(|_| self.fitting(seating.day + 1, parts[1].remaining, None)).transpose()?;
        if moved.is_some() {
            self.tell(moment, Step::Postponed { part: 2 })?;
        }
        self.tell(moment, Step::Booked { part: number, earliest, seating, make_up })?;
        if let Some(second) = moved {
            parts[1].booked = Some(second);
            let earliest = seating.day + 1;
            self.tell(moment, Step::Booked { part: 2, earliest, seating: second, make_up: false })?;
        }
        Ok(())
    }
}

fn earliest_booked(parts: &[PartState; 2]) -> Option<usize> {
    match (parts[0].booked, parts[1].booked) {
        (Some(first), Some(second)) => Some(usize::from(second.day < first.day)),
        (Some(_), None) => Some(0),
        (None, Some(_)) => Some(1),
        (None, None) => None,
    }
}
