//! The sessions of a run: how the parts of the training and the facilitation are booked, postponed, held, and made up.

use super::{DelayCause, ForecastStep, ModelTime, Run, RunListener, RunSlot, RunStep, Stop, within_horizon};
use crate::assumptions::{Chance, Duration};
use crate::calendar::Day;
use crate::initial_state::{Awaited, PartProgress, Waited};
use crate::sampler::Sampler;
use crate::scenario::SessionGroup;
use ibbi_core::Program;
use std::ops::{Deref, DerefMut};

/// A session is cut short after a multiple of this many minutes.
const CUT_STEP: u16 = 30;
/// The distance between two blocks of occurrences. A block never has so many draws that it reaches the next.
pub(crate) const BLOCK: u64 = 1024;

/// Returns after how many multiples of 30 minutes a session can be cut short.
pub(crate) fn cut_choices(minutes: u16) -> u16 {
    minutes.div_ceil(CUT_STEP).saturating_sub(1)
}

/// Returns the minutes of a session that is cut short, for a choice from 0.
pub(crate) const fn cut_minutes(choice: u16) -> u16 {
    CUT_STEP * (1 + choice)
}

/// A part of the training or the facilitation.
#[derive(Clone, Copy)]
struct PartState {
    /// The first occurrence of this part's draws.
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
    const NONE: Self =
        Self { block: 0, remaining: 0, booked: None, opened: None, attempts: 0, rebookings: 0, sessions: 0 };

    fn booked_day(&self) -> Option<Day> {
        self.booked.map(|slot| slot.day)
    }
}

/// The parts of the training or of the facilitation, in order.
struct Parts {
    group: SessionGroup,
    list: [PartState; Program::MAX_PARTS],
    count: usize,
}

impl Deref for Parts {
    type Target = [PartState];

    fn deref(&self) -> &[PartState] {
        &self.list[..self.count]
    }
}

impl DerefMut for Parts {
    fn deref_mut(&mut self) -> &mut [PartState] {
        &mut self.list[..self.count]
    }
}

impl Parts {
    /// Returns the day of the latest booked session.
    fn latest(&self) -> Option<Day> {
        self.iter().filter_map(PartState::booked_day).max()
    }

    /// Returns the part with the earliest booked session.
    fn earliest(&self) -> Option<usize> {
        let booked = self.iter().enumerate().filter_map(|(index, part)| Some((part.booked_day()?, index)));
        booked.min().map(|(_, index)| index)
    }

    /// Returns whether another part follows one: neither has had a session, and it comes later.
    fn follows(&self, other: usize, index: usize) -> bool {
        other > index && self[index].opened.is_none() && self[other].opened.is_none()
    }
}

/// Returns the number of a part, from 1.
pub(crate) fn part_number(index: usize) -> u8 {
    u8::try_from(index + 1).unwrap_or(u8::MAX)
}

impl<D: Sampler, L: RunListener> Run<'_, D, L> {
    fn new_parts(&self, group: SessionGroup, count: usize) -> Parts {
        let mut list = [PartState::NONE; Program::MAX_PARTS];
        for (index, part) in list.iter_mut().enumerate() {
            part.block = self.course.block(group, index) * BLOCK;
        }
        Parts { group, list, count: count.min(Program::MAX_PARTS) }
    }

    /// Books and holds all parts of a stage. Returns the day of the last session.
    pub(super) fn sessions(&mut self, from: Day, group: SessionGroup, since: Waited) -> Result<Day, Stop<L::Error>> {
        let (booked, earliest) = self.booking(group, from, since)?;
        let now = self.at(booked);
        // A session that is booked after another on the same day starts on the next day at the earliest.
        let first = earliest.max(booked + Day::from(now.late)).max(self.inputs.first);
        self.progress.spend(DelayCause::BookingDelay, from, booked);
        let lengths = self.course.parts(group);
        let mut parts = self.new_parts(group, lengths.len());
        let mut earliest = first;
        for (index, minutes) in lengths.iter().enumerate().take(parts.len()) {
            let after = index.checked_sub(1).and_then(|before| parts[before].booked_day()).unwrap_or(booked);
            let agreed = self.course.agreed(group, part_number(index)).filter(|agreed| agreed.day > after.max(booked));
            let slot = match agreed {
                Some(agreed) => {
                    RunSlot { day: within_horizon(agreed.day)?, start: agreed.start, minutes: *minutes, real: None }
                }
                None => self.slot(group, *minutes, earliest, |_| false)?,
            };
            (parts[index].remaining, parts[index].booked) = (*minutes, Some(slot));
            earliest = first.max(slot.day + 1);
        }
        earliest = first;
        for index in 0..parts.len() {
            let Some(slot) = parts[index].booked else { continue };
            let earliest_shown = earliest.min(slot.day);
            self.emit(now, self.booked(group, index, earliest_shown, slot, false))?;
            earliest = first.max(slot.day + 1);
        }
        // A session that is agreed can come before the notice is over.
        let last = parts.latest().unwrap_or(first);
        self.progress.spend(DelayCause::SessionNotice, booked, first.min(last));
        self.progress.spend(DelayCause::Calendars, first, last);
        self.hold_booked(&mut parts, last)
    }

    fn booked(&self, group: SessionGroup, index: usize, earliest: Day, slot: RunSlot, make_up: bool) -> RunStep {
        let facilitation = group == SessionGroup::Facilitation;
        RunStep::Booked { part: part_number(index), facilitation, earliest, slot, make_up }
    }

    /// Resumes parts that have already started. Returns the day of the last session.
    pub(super) fn resume(&mut self, group: SessionGroup, points: &[PartProgress]) -> Result<Day, Stop<L::Error>> {
        let mut parts = self.new_parts(group, points.len());
        let facilitation = group == SessionGroup::Facilitation;
        for (index, point) in points.iter().enumerate().take(parts.len()) {
            let part = &mut parts[index];
            (part.remaining, part.opened) = (point.remaining, point.opened);
            match point.next {
                Awaited::Booked(slot) => {
                    part.booked = Some(slot);
                    self.emit(self.at(0), RunStep::BookedBefore { part: part_number(index), facilitation, slot })?;
                }
                Awaited::Open { minutes } => {
                    part.remaining = part.remaining.saturating_sub(minutes);
                    let over = part.remaining <= self.course.grace;
                    self.emit(self.at(0), RunStep::OpenHeld { part: part_number(index), facilitation })?;
                    self.last_session = 0;
                    if over {
                        self.progress.reach(ForecastStep::of(group, part_number(index), self.course), 0);
                    }
                }
                _ => {}
            }
        }
        for (index, point) in points.iter().enumerate().take(parts.len()) {
            if parts[index].booked.is_some() || parts[index].remaining <= self.course.grace {
                continue;
            }
            let occurrence = parts[index].block;
            let rebooking = |run: &mut Self, since| run.sampler.days(Duration::Rebooking, occurrence, since);
            let (booked, earliest) = match point.next {
                Awaited::Unbooked(since) => self.booking(group, 0, since)?,
                Awaited::Rebook(since) => (0, rebooking(self, since)),
                Awaited::Booked(_) | Awaited::Open { .. } | Awaited::Lapsed => (0, rebooking(self, Waited::NONE)),
            };
            parts[index].rebookings += 1;
            if point.next == Awaited::Lapsed {
                self.emit(self.at(0), RunStep::Postponed { part: part_number(index) })?;
            }
            self.place(&mut parts, index, earliest.max(self.inputs.first), self.at(booked))?;
        }
        let booked = parts.latest().unwrap_or(0);
        self.progress.spend(DelayCause::Booked, 0, booked);
        self.hold_booked(&mut parts, booked)
    }

    /// Takes the earliest booked session until none is booked. Returns the day of the last one. All were to be held by the
    /// day `booked`.
    fn hold_booked(&mut self, parts: &mut Parts, booked: Day) -> Result<Day, Stop<L::Error>> {
        while let Some(next) = parts.earliest() {
            self.attempt(parts, next)?;
        }
        self.progress.spend(DelayCause::Postponements, booked, self.last_session);
        Ok(self.last_session)
    }

    /// Postpones a booked session, or holds it in full, or cuts it short.
    fn attempt(&mut self, parts: &mut Parts, index: usize) -> Result<(), Stop<L::Error>> {
        // Only a resumed case can have a part booked before an earlier one, or on its day. It can't open then.
        let too_early = |before: &PartState, day: Day| before.opened.map_or(before.remaining > 0, |first| first == day);
        let day = parts[index].booked_day().unwrap_or(0);
        let waits = parts[index].opened.is_none() && parts[..index].iter().any(|before| too_early(before, day));
        let group = parts.group;
        let part = &mut parts[index];
        let Some(slot) = part.booked.take() else { return Ok(()) };
        let day = within_horizon(slot.day)?;
        let occurrence = part.block + part.attempts;
        part.attempts += 1;
        if waits || self.sampler.postponed(self.course.month(day), occurrence) {
            return self.postpone(parts, index, day);
        }
        let occurrence = part.block + part.sessions;
        part.sessions += 1;
        part.opened.get_or_insert(day);
        let choices = cut_choices(slot.minutes);
        let mut ran = slot.minutes;
        if self.sampler.happens(Chance::SessionCutShort, occurrence) && choices > 0 {
            ran = cut_minutes(self.sampler.choice(choices, occurrence));
        }
        part.remaining = part.remaining.saturating_sub(ran);
        let over = part.remaining <= self.course.grace;
        let filled = over || ran == slot.minutes;
        self.emit(ModelTime { day, late: false }, RunStep::Held { part: part_number(index), slot, ran, filled })?;
        self.last_session = day;
        if over {
            self.progress.reach(ForecastStep::of(group, part_number(index), self.course), day);
            return Ok(());
        }
        self.rebook(parts, index, day)
    }

    /// Returns the first day on which a session can resume: after the days of rebooking, and not on the same day.
    fn resume_day(&mut self, part: &mut PartState, day: Day) -> Day {
        let occurrence = part.block + part.rebookings;
        part.rebookings += 1;
        day.saturating_add(self.sampler.days(Duration::Rebooking, occurrence, Waited::NONE).max(1))
    }

    /// Books the rest of a session that was cut short or postponed, on a day that is not taken.
    fn rebook(&mut self, parts: &mut Parts, index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        let earliest = self.resume_day(&mut parts[index], day);
        self.place(parts, index, earliest, self.at(day))
    }

    /// Postpones a session and books it again.
    fn postpone(&mut self, parts: &mut Parts, index: usize, day: Day) -> Result<(), Stop<L::Error>> {
        self.emit(self.at(day), RunStep::Postponed { part: part_number(index) })?;
        self.rebook(parts, index, day)
    }

    /// Books a part that is not booked, from a day on.
    ///
    /// The first session of a part must be after that of the part before, so later parts without a session move if they no
    /// longer are.
    fn place(
        &mut self,
        parts: &mut Parts,
        index: usize,
        earliest: Day,
        moment: ModelTime,
    ) -> Result<(), Stop<L::Error>> {
        let group = parts.group;
        let make_up = parts[index].opened.is_some();
        let before = parts[..index].iter().filter(|before| !make_up && before.opened.is_none() && before.remaining > 0);
        let earliest =
            before.filter_map(PartState::booked_day).fold(earliest, |from, day| from.max(day.saturating_add(1)));
        let taken = |parts: &Parts, day: Day| {
            let others = parts.iter().enumerate().filter(|(other, _)| *other != index && !parts.follows(*other, index));
            others.filter_map(|(_, part)| part.booked_day()).any(|other| other == day)
        };
        let slot = self.slot(group, parts[index].remaining, earliest, |day| taken(parts, day))?;
        parts[index].booked = Some(slot);
        let mut moved = [None; Program::MAX_PARTS];
        let mut last = slot.day;
        for later in index + 1..parts.len() {
            let Some(day) = parts[later].booked_day().filter(|_| parts.follows(later, index)) else { continue };
            if day > last {
                break;
            }
            let slot = self.slot(group, parts[later].remaining, last + 1, |day| taken(parts, day))?;
            (moved[later], last) = (Some((last + 1, slot)), slot.day);
        }
        for later in (0..parts.len()).filter(|later| moved[*later].is_some()) {
            self.emit(moment, RunStep::Postponed { part: part_number(later) })?;
        }
        self.emit(moment, self.booked(group, index, earliest, slot, make_up))?;
        for later in 0..parts.len() {
            let Some((earliest, slot)) = moved[later] else { continue };
            parts[later].booked = Some(slot);
            self.emit(moment, self.booked(group, later, earliest, slot, false))?;
        }
        Ok(())
    }
}
