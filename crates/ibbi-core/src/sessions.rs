//! The sessions of a training or a facilitation: its parts, their bookings, and the sessions that were held.
//!
//! Minutes are clock minutes and include breaks. A session counts its elapsed whole minutes, but no more than its slot;
//! an overrun is recorded but not counted. A part is filled (complete) when no more than the grace remains of it.

use crate::event::SessionOpened;
use crate::found::{Found, Remaining};
use crate::people::{MemberIds, Neutrals, Person, Substitutes};
use crate::program::Program;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::slot::Slot;
use crate::text::MemberId;
use crate::time::{At, Date};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A session on the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Booking {
    /// The time of the session.
    pub slot: Slot,
    /// The neutral who is to lead it.
    pub neutral: Person,
    /// More neutrals who are to lead it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Neutrals::is_empty"))]
    pub co_neutrals: Neutrals,
}

impl Booking {
    /// Returns all neutrals who are to lead the session.
    pub fn neutrals(&self) -> impl Iterator<Item = &Person> {
        core::iter::once(&self.neutral).chain(self.co_neutrals.iter())
    }
}

/// A part of a training or a facilitation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Part {
    /// The length in minutes.
    pub minutes: u16,
    /// The minutes that were held and count.
    pub counted: u16,
    /// The local day on which the part was first opened.
    pub first_day: Option<Date>,
    /// The booked session, if there is one.
    pub booked: Option<Booking>,
}

impl Part {
    const fn new(minutes: u16) -> Self {
        Self { minutes, counted: 0, first_day: None, booked: None }
    }

    /// Returns the minutes that remain to be held.
    pub const fn remaining(&self) -> u16 {
        self.minutes.saturating_sub(self.counted)
    }

    /// Returns whether no more than `grace` minutes remain.
    pub const fn is_filled(&self, grace: u16) -> bool {
        self.remaining() <= grace
    }
}

/// An open session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenSession {
    /// The number of the part, from 1.
    pub part: u8,
    /// The booked slot.
    pub slot: Slot,
    /// When the session opened.
    pub opened: At,
    /// The members who are present.
    pub present: MemberIds,
    /// The members who are not present.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "MemberIds::is_empty"))]
    pub absent: MemberIds,
    /// The people who take the place of absent members.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Substitutes::is_empty"))]
    pub substitutes: Substitutes,
}

impl OpenSession {
    /// Returns the minutes that would count if the session ended at this instant.
    pub fn counted(&self, at: At) -> u16 {
        let elapsed = at.minutes_since(self.opened).min(i64::from(self.slot.minutes()));
        u16::try_from(elapsed).unwrap_or(u16::MAX)
    }

    /// Returns the minutes of the slot that would be missing if the session ended at this instant.
    pub fn missing(&self, at: At) -> u32 {
        self.slot.minutes() - u32::from(self.counted(at))
    }
}

/// A session that was held.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeldSession {
    /// The number of the part, from 1.
    pub part: u8,
    /// When the session opened.
    pub opened: At,
    /// When the session ended.
    pub ended: At,
    /// The minutes that count.
    pub counted: u16,
    /// The minutes beyond the slot.
    pub overrun: u32,
    /// Whether the session ran its full time.
    pub filled: bool,
    /// The members who were present.
    pub present: MemberIds,
    /// The members who left early.
    pub left_early: MemberIds,
    /// The members who came late. Those who weren't there at the opening are also present.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "MemberIds::is_empty"))]
    pub late: MemberIds,
    /// The members who didn't come.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "MemberIds::is_empty"))]
    pub absent: MemberIds,
    /// The people who took the place of absent members.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Substitutes::is_empty"))]
    pub substitutes: Substitutes,
}

impl HeldSession {
    /// Returns whether a person was there, as a member or as a substitute.
    pub fn attended(&self, person: MemberId) -> bool {
        self.present.contains(&person) || self.substitutes.include(person)
    }

    /// Returns whether a person was there from the beginning to the end.
    pub fn attended_all(&self, person: MemberId) -> bool {
        self.attended(person) && !self.late.contains(&person) && !self.left_early.contains(&person)
    }
}

/// The parts of a training or a facilitation, with their sessions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Sessions {
    pub(crate) parts: Vec<Part>,
    grace: u16,
    #[cfg_attr(feature = "serde", serde(skip))]
    same_day_parts: bool,
    pub(crate) open: Option<Box<OpenSession>>,
    pub(crate) held: Vec<HeldSession>,
    pub(crate) postponed: u32,
}

impl Sessions {
    pub(crate) fn new(parts: &[u16], program: &Program) -> Self {
        let (grace, same_day_parts) = (program.grace(), program.allows_same_day_parts());
        let parts = parts.iter().map(|minutes| Part::new(*minutes)).collect();
        Self { parts, grace, same_day_parts, open: None, held: Vec::new(), postponed: 0 }
    }

    /// Returns the parts, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns a part by its number, from 1.
    pub fn part(&self, number: u8) -> Option<&Part> {
        self.parts.get(usize::from(number).checked_sub(1)?)
    }

    /// Returns the open session, if there is one.
    pub fn open(&self) -> Option<&OpenSession> {
        self.open.as_deref()
    }

    /// Returns the sessions that were held, in order.
    pub fn held(&self) -> &[HeldSession] {
        &self.held
    }

    /// Returns how many times a session was postponed.
    pub const fn postponed(&self) -> u32 {
        self.postponed
    }

    /// Returns the minutes that a part can be short and still be complete.
    pub const fn grace(&self) -> u16 {
        self.grace
    }

    /// Returns whether every part is complete.
    pub fn is_complete(&self) -> bool {
        self.parts.iter().all(|part| part.is_filled(self.grace))
    }

    /// Returns the parts with their numbers, from 1.
    pub fn numbered(&self) -> impl Iterator<Item = (u8, &Part)> {
        (1..=u8::MAX).zip(&self.parts)
    }

    /// Returns the booked sessions, with the numbers of their parts.
    pub fn bookings(&self) -> impl Iterator<Item = (u8, &Booking)> {
        self.numbered().filter_map(|(number, part)| Some((number, part.booked.as_ref()?)))
    }

    /// Returns the minutes that remain of each incomplete part.
    pub fn remaining(&self) -> Vec<Remaining> {
        let unfilled = self.numbered().filter(|(_, part)| !part.is_filled(self.grace));
        unfilled.map(|(number, part)| Remaining { part: number, minutes: part.remaining() }).collect()
    }

    fn part_mut(&mut self, number: u8) -> Option<&mut Part> {
        self.parts.get_mut(usize::from(number).checked_sub(1)?)
    }

    fn has_session(&self, number: u8, part: &Part) -> bool {
        part.booked.is_some() || self.open.as_ref().is_some_and(|open| open.part == number)
    }

    fn check_exists(&self, number: u8, check: &mut Check) -> Option<&Part> {
        let parts = u8::try_from(self.parts.len()).unwrap_or(u8::MAX);
        let part = self.part(number);
        check.require(part.is_some(), Rule::PartExists, || Found::NoSuchPart { part: number, parts });
        part
    }

    pub(crate) fn check_not_open(&self, rule: Rule, check: &mut Check) {
        if let Some(open) = &self.open {
            check.fail(rule, Found::SessionOpen { part: open.part });
        }
    }

    pub(crate) fn check_some_part_free(&self, check: &mut Check) {
        let mut unfilled = self.numbered().filter(|(_, part)| !part.is_filled(self.grace));
        let free = unfilled.any(|(number, part)| !self.has_session(number, part));
        check.require(free, Rule::OneBooking, || Found::AllBooked);
    }

    pub(crate) fn check_scheduled(&self, number: u8, slot: Slot, at: At, check: &mut Check) {
        check_slot(slot, at, check);
        for (other, taken) in self.taken() {
            let free = other == number || !taken.overlaps(slot);
            check.require(free, Rule::NoOverlap, || Found::Overlaps { part: other, slot: taken });
        }
        let Some(part) = self.check_exists(number, check) else { return };
        check.require(!part.is_filled(self.grace), Rule::PartUnfilled, || Found::PartFilled { part: number });
        if let Some(booked) = &part.booked {
            check.fail(Rule::OneBooking, Found::BookedAlready { part: number, slot: booked.slot });
        } else if self.has_session(number, part) {
            check.fail(Rule::OneBooking, Found::SessionOpen { part: number });
        }
        let (make_up, minutes, asked) = (part.first_day.is_some(), slot.minutes(), part.remaining());
        let fits = if make_up { minutes <= u32::from(asked) } else { minutes == u32::from(asked) };
        let fits = fits || part.is_filled(self.grace);
        check.require(fits, Rule::SlotLength, || Found::SlotMinutes { minutes, asked, make_up });
    }

    fn taken(&self) -> impl Iterator<Item = (u8, Slot)> {
        let open = self.open.iter().map(|open| (open.part, open.slot));
        self.bookings().map(|(number, booking)| (number, booking.slot)).chain(open)
    }

    pub(crate) fn schedule(&mut self, number: u8, booking: Booking) {
        if let Some(part) = self.part_mut(number) {
            part.booked = Some(booking);
        }
    }

    pub(crate) fn check_any_booked(&self, check: &mut Check) {
        check.require(self.bookings().next().is_some(), Rule::Booked, || Found::NothingBooked);
    }

    pub(crate) fn check_booked(&self, number: u8, check: &mut Check) -> Option<&Booking> {
        let booked = self.check_exists(number, check)?.booked.as_ref();
        check.require(booked.is_some(), Rule::Booked, || Found::NotBooked { part: number });
        booked
    }

    pub(crate) fn postpone(&mut self, number: u8) {
        if let Some(part) = self.part_mut(number) {
            part.booked = None;
            self.postponed = self.postponed.saturating_add(1);
        }
    }

    /// Checks that a session is booked for the local day of this instant.
    pub(crate) fn check_today(&self, at: At, check: &mut Check) {
        let slots = || self.bookings().map(|(_, booking)| booking.slot);
        if slots().any(|slot| slot.is_on(at)) {
            return;
        }
        match (slots().next(), slots().nth(1)) {
            (Some(only), None) => {
                let (scheduled, today) = (only.local_day(), only.day_of(at));
                check.fail(Rule::OnItsDay, Found::OtherDay { scheduled, today });
            }
            (Some(first), Some(_)) => check.fail(Rule::OnItsDay, Found::NothingToday { today: first.day_of(at) }),
            (None, _) => {}
        }
    }

    /// Checks that a session of this part is booked for the local day of this instant, and that the part can be opened now.
    pub(crate) fn check_turn(&self, number: u8, at: At, check: &mut Check) {
        let Some(booking) = self.check_booked(number, check) else { return };
        let slot = booking.slot;
        check.require(slot.is_on(at), Rule::OnItsDay, || Found::OtherDay {
            scheduled: slot.local_day(),
            today: slot.day_of(at),
        });
        let make_up = self.part(number).is_some_and(|part| part.first_day.is_some());
        if make_up {
            return;
        }
        // Each edition has one of the two rules about the order, and one of the two about the day.
        for (earlier, part) in self.numbered().take_while(|(other, _)| *other < number) {
            for rule in [Rule::PartOrder, Rule::SessionPartOrder] {
                check.require(part.first_day.is_some(), rule, || Found::EarlierPartUnopened { part: earlier });
            }
        }
        let others = self.numbered().filter(|(other, _)| *other != number && !self.same_day_parts);
        for (other, part) in others {
            if let Some(day) = part.first_day.filter(|day| *day == slot.day_of(at)) {
                for rule in [Rule::AnotherDay, Rule::SessionAnotherDay] {
                    check.fail(rule, Found::SameDay { part: other, day });
                }
            }
        }
    }

    pub(crate) fn begin(&mut self, event: &SessionOpened, absent: MemberIds, at: At) {
        let SessionOpened { part: number, present, substitutes, .. } = event;
        let Some(part) = self.part_mut(*number) else { return };
        let Some(booking) = part.booked.take() else { return };
        part.first_day.get_or_insert(booking.slot.day_of(at));
        let (part, slot, opened) = (*number, booking.slot, at);
        let (present, substitutes) = (present.clone(), substitutes.clone());
        self.open = Some(Box::new(OpenSession { part, slot, opened, present, absent, substitutes }));
    }

    pub(crate) fn check_open(&self, check: &mut Check) -> Option<&OpenSession> {
        check.require(self.open.is_some(), Rule::IsOpen, || Found::NoSessionOpen);
        self.open()
    }

    /// Returns whether the open session would have run its full time if it ended at this instant: the whole slot, or
    /// enough to complete its part. The grace is for the whole part, so it doesn't shorten a session that leaves more
    /// of its part than the grace.
    fn fills(&self, open: &OpenSession, at: At) -> bool {
        let left = |part: &Part| part.remaining().saturating_sub(open.counted(at));
        open.missing(at) == 0 || self.part(open.part).is_some_and(|part| left(part) <= self.grace)
    }

    pub(crate) fn check_filled(&self, at: At, check: &mut Check) {
        if let Some(open) = self.check_open(check) {
            let (minutes, grace) = (open.missing(at), self.grace);
            check.require(self.fills(open, at), Rule::Filled, || Found::MinutesMissing { minutes, grace });
        }
    }

    pub(crate) fn check_not_filled(&self, at: At, check: &mut Check) {
        if let Some(open) = self.check_open(check) {
            let found = || Found::SlotFilled { minutes: u32::from(open.counted(at)) };
            check.require(!self.fills(open, at), Rule::NotFilled, found);
        }
    }

    /// Checks the members who came late to the open session, and those who left it early.
    pub(crate) fn check_late_and_left(&self, late: &MemberIds, left: &MemberIds, check: &mut Check) {
        let Some(open) = &self.open else { return };
        let expected =
            |id: &MemberId| open.present.contains(id) || open.absent.contains(id) || open.substitutes.include(*id);
        if !late.iter().all(expected) {
            let ids = late.iter().copied().filter(|id| !expected(id)).collect();
            check.fail(Rule::LateMember, Found::NotExpected { ids });
        }
        let came = |id: &MemberId| open.present.contains(id) || open.substitutes.include(*id) || late.contains(id);
        if !left.iter().all(came) {
            let ids = left.iter().copied().filter(|id| !came(id)).collect();
            check.fail(Rule::LeftEarlyPresent, Found::NotPresent { ids });
        }
    }

    /// Returns whether ending the open session at this instant would complete every part.
    pub(crate) fn would_complete(&self, at: At) -> bool {
        self.open.as_ref().is_some_and(|open| {
            let left = |number: u8, part: &Part| {
                let more = if number == open.part { open.counted(at) } else { 0 };
                part.remaining().saturating_sub(more)
            };
            self.numbered().all(|(number, part)| left(number, part) <= self.grace)
        })
    }

    pub(crate) fn end(&mut self, late: &MemberIds, left_early: &MemberIds, at: At) {
        let Some(open) = self.open.take() else { return };
        let counted = open.counted(at);
        let elapsed = u32::try_from(at.minutes_since(open.opened)).unwrap_or(u32::MAX);
        let overrun = elapsed.saturating_sub(open.slot.minutes());
        let filled = self.fills(&open, at);
        if let Some(part) = self.part_mut(open.part) {
            part.counted = part.counted.saturating_add(counted);
        }
        let OpenSession { part, opened, mut present, mut absent, substitutes, .. } = *open;
        if late.iter().any(|id| absent.contains(id)) {
            present = present.union(absent.iter().copied().filter(|id| late.contains(id)));
            absent = absent.without(late);
        }
        let (late, left_early, ended) = (late.clone(), left_early.clone(), at);
        let held = HeldSession {
            part,
            opened,
            ended,
            counted,
            overrun,
            filled,
            present,
            left_early,
            late,
            absent,
            substitutes,
        };
        // Most cases hold few sessions, and an audit keeps thousands of cases.
        self.held.reserve_exact(1);
        self.held.push(held);
    }

    pub(crate) fn check_format_free(&self, check: &mut Check) {
        let booked = u8::try_from(self.bookings().count()).unwrap_or(u8::MAX);
        let held = self.parts.iter().any(|part| part.first_day.is_some());
        check.require(booked == 0 && !held, Rule::FormatFree, || Found::FormatFixed { booked, held });
    }
}

/// Checks that a slot is in the future when it is booked, and within one local day.
pub(crate) fn check_slot(slot: Slot, at: At, check: &mut Check) {
    let future = slot.starts().at() > at;
    check.require(future, Rule::SlotFuture, || Found::SlotPast { starts: slot.starts(), at });
    check.require(slot.is_one_local_day(), Rule::SlotOneDay, || Found::SlotDays { slot });
}
