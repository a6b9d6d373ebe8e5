//! The sessions of a run: how the parts of the training and the facilitation are booked, postponed, held, and made up.

use super::{DelayCause, ForecastStep, HALF_DAY, ModelTime, Run, RunListener, RunSlot, RunStep, Stop, within_horizon};
use crate::assumptions::{Chance, Duration};
use crate::calendar::{Attendees, Day, Half, NextDays};
use crate::initial_state::{Awaited, PartProgress, Waited};
use crate::sampler::Sampler;

/// A session is cut short after a multiple of this many minutes.
const CUT_STEP: u16 = 30;
/// The distance between two blocks of occurrences. A block never has so many draws that it reaches the next.
const BLOCK: u64 = 1024;

/// A part of the training or the facilitation.
#[derive(Clone, Copy)]
struct PartState {
    number: u8,
    /// The first occurrence of this part's draws. The training is block 0; the parts of the facilitation are 1 and 2.
    block: u64,
    /// The minutes that remain.
    remaining: u16,
    booked: Option<RunSlot>,
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

impl<D: Sampler, L: RunListener> Run<'_, D, L> {
    const fn table(&self, minutes: u16) -> &NextDays {
        if minutes > HALF_DAY { &self.tables.full } else { &self.tables.half }
    }

    /// Returns the first open day from this day on, other than a day that another session has.
    fn fitting(&self, earliest: Day, minutes: u16, except: Option<Day>) -> Result<RunSlot, Stop<L::Error>> {
        let table = self.table(minutes);
        let mut day = within_horizon(table.from(earliest))?;
        if Some(day) == except {
            day = within_horizon(table.from(day + 1))?;
        }
        let half = if minutes > HALF_DAY { Half::Morning } else { self.tables.half_of(Attendees::Session, day) };
        Ok(RunSlot { day, half, minutes, real: None })
    }

    /// Books and holds all parts of a stage. Returns the day of the last session.
    pub(super) fn sessions(
        &mut self,
        from: Day,
        stage: u64,
        lengths: &[u16],
        since: Waited,
    ) -> Result<Day, Stop<L::Error>> {
        let notice = self.sampler.days(Duration::SessionNotice, stage, since);
        let now = self.at(from);
        // A session that is booked after another on the same day starts on the next day at the earliest.
        let first = from.saturating_add(notice).max(from + Day::from(now.late)).max(self.inputs.first);
        self.progress.spend(DelayCause::SessionNotice, from, first);
        let length = |part: usize| lengths.get(part).copied().unwrap_or(0);
        let mut parts = [PartState::new(1, stage, length(0)), PartState::new(2, stage + 1, length(1))];
        let mut earliest = first;
        for part in parts.iter_mut().filter(|part| part.remaining > 0) {
            let slot = self.fitting(earliest, part.remaining, None)?;
            part.booked = Some(slot);
            earliest = slot.day + 1;
        }
        earliest = first;
        for part in parts {
            if let Some(slot) = part.booked {
                let (part, facilitation) = (part.number, part.block > 0);
                self.emit(now, RunStep::Booked { part, facilitation, earliest, slot, make_up: false })?;
                earliest = slot.day + 1;
            }
        }
        let booked = latest_booked(&parts).unwrap_or(first);
        self.progress.spend(DelayCause::Calendars, first, booked);
        self.hold_booked(&mut parts, booked)
    }

    /// Resumes parts that have already started. Returns the day of the last session.
    pub(super) fn resume(&mut self, stage: u64, points: &[PartProgress]) -> Result<Day, Stop<L::Error>> {
        let mut parts = [PartState::new(1, stage, 0), PartState::new(2, stage + 1, 0)];
        for (part, point) in parts.iter_mut().zip(points) {
            (part.remaining, part.opened) = (point.remaining, point.opened);
            match point.next {
                Awaited::Booked(slot) => {
                    part.booked = Some(slot);
                    let step = RunStep::BookedBefore { part: part.number, facilitation: stage > 0, slot };
                    self.emit(self.at(0), step)?;
                }
                Awaited::Open { minutes } => {
                    self.emit(self.at(0), RunStep::OpenHeld { part: part.number, facilitation: stage > 0 })?;
                    self.last_session = 0;
                    part.remaining = part.remaining.saturating_sub(minutes);
                    if stage > 0 && part.remaining <= self.inputs.program.grace() {
                        self.progress.reach(ForecastStep::Facilitation { part: part.number }, 0);
                    }
                }
                _ => {}
            }
        }
        for (index, point) in points.iter().enumerate().take(parts.len()) {
            if parts[index].booked.is_some() || parts[index].remaining <= self.inputs.program.grace() {
                continue;
            }
            let occurrence = parts[index].block;
            let days = match point.next {
                Awaited::Unbooked(since) => self.sampler.days(Duration::SessionNotice, stage, since),
                Awaited::Rebook(since) => self.sampler.days(Duration::Rebooking, occurrence, since),
                Awaited::Booked(_) | Awaited::Open { .. } | Awaited::Lapsed => {
                    self.sampler.days(Duration::Rebooking, occurrence, Waited::NONE)
                }
            };
            parts[index].rebookings += 1;
            if point.next == Awaited::Lapsed {
                self.emit(self.at(0), RunStep::Postponed { part: parts[index].number })?;
            }
            self.place(&mut parts, index, days.max(self.inputs.first), self.at(0))?;
        }
        let booked = latest_booked(&parts).unwrap_or(0);
        self.progress.spend(DelayCause::Booked, 0, booked);
        self.hold_booked(&mut parts, booked)
    }

    /// Takes the earliest booked session until none is booked. Returns the day of the last one. All were to be held by the
    /// day `booked`.
    fn hold_booked(&mut self, parts: &mut [PartState; 2], booked: Day) -> Result<Day, Stop<L::Error>> {
        while let Some(next) = earliest_booked(parts) {
            self.attempt(parts, next)?;
        }
        self.progress.spend(DelayCause::Postponements, booked, self.last_session);
        Ok(self.last_session)
    }

    /// Postpones a booked session, or holds it in full, or cuts it short.
    fn attempt(&mut self, parts: &mut [PartState; 2], index: usize) -> Result<(), Stop<L::Error>> {
        // Only a resumed case can have the second part booked before the first, or on its day. It can't open then.
        let too_early = |day| parts[0].opened.map_or(parts[0].remaining > 0, |first| first == day);
        let waits =
            index == 1 && parts[1].opened.is_none() && parts[1].booked.is_some_and(|booked| too_early(booked.day));
        let part = &mut parts[index];
        let Some(slot) = part.booked.take() else { return Ok(()) };
        let (number, block, day) = (part.number, part.block, within_horizon(slot.day)?);
        let occurrence = block + part.attempts;
        part.attempts += 1;
        if waits || self.sampler.happens(Chance::SessionPostponed, occurrence) {
            return self.postpone(parts, index, day);
        }
        let occurrence = block + part.sessions;
        part.sessions += 1;
        part.opened.get_or_insert(day);
        let choices = (slot.minutes / CUT_STEP).saturating_sub(1);
        let mut ran = slot.minutes;
        if self.sampler.happens(Chance::SessionCutShort, occurrence) && choices > 0 {
            ran = CUT_STEP * (1 + self.sampler.choice(choices, occurrence));
        }
        part.remaining = part.remaining.saturating_sub(ran);
        let over = part.remaining <= self.inputs.program.grace();
        let filled = over || ran == slot.minutes;
        self.emit(ModelTime { day, late: false }, RunStep::Held { part: number, slot, ran, filled })?;
        self.last_session = day;
        if over && block > 0 {
            self.progress.reach(ForecastStep::Facilitation { part: number }, day);
        }
        if over { Ok(()) } else { self.rebook(parts, index, day) }
    }

    /// Returns the first day on which a session can resume: after the days of rebooking, and not on the same day.
    fn resume_day(&mut self, part: &mut PartState, day: Day) -> Day {
        let occurrence = part.block + part.rebookings;
        part.rebookings += 1;
        day.saturating_add(self.sampler.days(Duration::Rebooking, occurrence, Waited::NONE).max(1))
    }

    /// Books the rest of a session that was cut short or postponed, on a day that is not taken.
    fn rebook(&mut self, parts: &mut [PartState; 2], index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        let earliest = self.resume_day(&mut parts[index], day);
        self.place(parts, index, earliest, self.at(day))
    }

    /// Postpones a session and books it again.
    fn postpone(&mut self, parts: &mut [PartState; 2], index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        let moment = self.at(day);
        self.emit(moment, RunStep::Postponed { part: parts[index].number })?;
        self.rebook(parts, index, day)
    }

    /// Books a part that is not booked, from a day on.
    ///
    /// The second part's first session must be after the first part's, so it moves if it no longer is.
    fn place(
        &mut self,
        parts: &mut [PartState; 2],
        index: usize,
        mut earliest: Day,
        moment: ModelTime,
    ) -> Result<(), Stop<L::Error>> {
        let (minutes, make_up) = (parts[index].remaining, parts[index].opened.is_some());
        let other = parts[1 - index].booked;
        let first_opens = parts[0].opened.is_none() && parts[0].remaining > 0;
        let second_follows = index == 0 && first_opens && parts[1].opened.is_none();
        if index == 1 && first_opens {
            earliest = earliest.max(other.map_or(0, |first| first.day.saturating_add(1)));
        }
        let taken = other.filter(|_| !second_follows).map(|other| other.day);
        let slot = self.fitting(earliest, minutes, taken)?;
        parts[index].booked = Some(slot);
        let (number, facilitation) = (parts[index].number, parts[index].block > 0);
        let moved = other.filter(|second| second_follows && second.day <= slot.day);
        let moved = moved.map(|_| self.fitting(slot.day + 1, parts[1].remaining, None)).transpose()?;
        if moved.is_some() {
            self.emit(moment, RunStep::Postponed { part: 2 })?;
        }
        self.emit(moment, RunStep::Booked { part: number, facilitation, earliest, slot, make_up })?;
        if let Some(second) = moved {
            parts[1].booked = Some(second);
            let earliest = slot.day + 1;
            self.emit(moment, RunStep::Booked { part: 2, facilitation, earliest, slot: second, make_up: false })?;
        }
        Ok(())
    }
}

fn latest_booked(parts: &[PartState; 2]) -> Option<Day> {
    parts.iter().filter_map(|part| part.booked).map(|slot| slot.day).max()
}

fn earliest_booked(parts: &[PartState; 2]) -> Option<usize> {
    match (parts[0].booked, parts[1].booked) {
        (Some(first), Some(second)) => Some(usize::from(second.day < first.day)),
        (Some(_), None) => Some(0),
        (None, Some(_)) => Some(1),
        (None, None) => None,
    }
}
