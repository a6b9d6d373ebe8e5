//! What the events and the state of a case give rise to: advisories about programs, days, leaders, and sessions.

mod attendance;

use crate::advisory::{Advisory, Warning, warn};
use crate::case::Case;
use crate::event::{Event, LeaderDeclined, SessionScheduled};
use crate::found::list;
use crate::holidays::{County, holiday_on, is_weekend, posting_deadline};
use crate::people::Seat;
use crate::program::{Presence, Program};
use crate::slot::Slot;
use crate::teams::Teams;
use crate::text::{ActivityId, Name};
use crate::time::{At, LocalTime};
use alloc::string::ToString;
use alloc::vec::Vec;

/// The number of days after which a record counts as late.
const LATE_DAYS: i64 = 7;

fn advise_successor(seat: Seat, name: &Name, into: &mut Vec<Advisory>) {
    let found = alloc::format!("{name} succeeded {} and hasn't agreed yet", seat.label());
    warn(into, Warning::SuccessorPending, found);
}

/// The longest grace, in minutes, that is not less strict than the published program.
pub(crate) const LONGEST_GRACE: u16 = 30;

/// A way in which a step can rely on a program that asks for less than the published one.
#[derive(Clone, Copy)]
enum Leniency {
    Grace,
    Present,
    Simulation,
}
use Leniency::{Grace, Present, Simulation};

/// Adds every way in which a program asks for less than the source of the process. An audit reports the same ways.
fn advise_opening(program: &Program, into: &mut Vec<Advisory>) {
    let found = program.weaknesses();
    if !found.is_empty() {
        warn(into, Warning::LenientProgram, list(&found, |weakness| weakness.found.clone()));
    }
}

/// Adds the ways, among some, in which a program asks for less than the published one.
fn advise_program(program: &Program, ways: &[Leniency], into: &mut Vec<Advisory>) {
    let found = ways.iter().filter_map(|way| match way {
        Grace if program.grace() > LONGEST_GRACE => {
            Some(alloc::format!("a part can be {} minutes short", program.grace()))
        }
        Present if program.presence() != Presence::Everyone => Some("not every member must be present".to_string()),
        Simulation if !program.activities().contains(&ActivityId::BARGAINING_SIMULATION) => {
            Some("the training needs no bargaining simulation".to_string())
        }
        _ => None,
    });
    let found: Vec<_> = found.collect();
    if !found.is_empty() {
        warn(into, Warning::LenientProgram, list(&found, Clone::clone));
    }
}

impl Case {
    /// Returns the warnings for an event that is recorded in this state. Call this before you offer the event.
    ///
    /// `logged` is the time of the recording, if it is known.
    pub fn advise(&self, event: &Event, at: At, logged: Option<At>) -> Vec<Advisory> {
        let mut warnings = Vec::new();
        match event {
            Event::CaseOpened(event) => advise_opening(&event.program, &mut warnings),
            Event::LeaderDeclined(event) => self.advise_decline(event, &mut warnings),
            Event::MeetingScheduled(event) => self.advise_day(event.slot, "the introductory meeting", &mut warnings),
            Event::SessionScheduled(event) => {
                self.advise_session(event, at, &mut warnings);
                self.advise_vacancies(&mut warnings);
            }
            Event::LeaderSucceeded(event) => advise_successor(event.seat, &event.name, &mut warnings),
            Event::SessionOpened(event) => {
                self.advise_observers(event, &mut warnings);
                self.advise_table(event, &mut warnings);
                self.advise_vacancies(&mut warnings);
                let teams = self.teams().into_iter().flat_map(Teams::everyone);
                if teams.into_iter().any(|member| !event.present.contains(&member.person.id)) {
                    self.advise_lenient(Present, &mut warnings);
                }
            }
            Event::MemberNamed(event) => {
                self.advise_returned(event.member.id, &mut warnings);
                self.advise_attendance([&event.member], &mut warnings);
            }
            Event::SessionClosed(closed) => {
                self.advise_ending(&closed.late, &closed.left_early, at, &mut warnings);
                self.advise_lenient_closing(at, &mut warnings);
                self.advise_completed(event, at, &mut warnings);
            }
            Event::SessionAdjourned(event) => {
                self.advise_ending(&event.late, &event.left_early, at, &mut warnings);
            }
            _ => {}
        }
        self.advise_look_alikes(event, &mut warnings);
        if let Some(logged) = logged {
            let (minutes, day) = (logged.minutes_since(at), 24 * 60);
            if minutes > LATE_DAYS * day {
                let days = minutes / day;
                warn(
                    &mut warnings,
                    Warning::LoggedLate,
                    alloc::format!("the event was logged {days} days after it happened"),
                );
            }
        }
        warnings
    }

    /// Returns the lasting ones of the warnings that [`Case::advise`] returns ([`Warning::is_lasting`]), in the same order, in
    /// less time.
    pub fn advise_lasting(&self, event: &Event, at: At) -> Vec<Advisory> {
        let mut warnings = Vec::new();
        match event {
            Event::SessionOpened(event) => self.advise_table(event, &mut warnings),
            Event::MemberNamed(event) => self.advise_attendance([&event.member], &mut warnings),
            Event::SessionClosed(closed) => {
                self.advise_late_comers(&closed.late, &mut warnings);
                self.advise_completed(event, at, &mut warnings);
            }
            Event::SessionAdjourned(event) => self.advise_late_comers(&event.late, &mut warnings),
            _ => {}
        }
        self.advise_look_alikes(event, &mut warnings);
        warnings.retain(|advisory| advisory.warning.is_lasting());
        warnings
    }

    fn advise_look_alikes(&self, event: &Event, into: &mut Vec<Advisory>) {
        for found in self.look_alikes(event) {
            warn(into, Warning::LookAlike, found.to_string());
        }
    }

    /// Returns the warnings for the current state: about booked sessions, and about members who missed something.
    pub fn advisories(&self) -> Vec<Advisory> {
        let mut warnings = Vec::new();
        if let Self::Introduction(state) = self
            && let Some(slot) = state.scheduled()
        {
            self.advise_day(slot, "the introductory meeting", &mut warnings);
        }
        if let (Some(sessions), None) = (self.sessions(), self.outcome()) {
            for (part, booking) in sessions.bookings() {
                self.advise_slot(part, booking.slot, None, &mut warnings);
            }
        }
        if let (Some(file), None) = (self.file(), self.outcome()) {
            self.advise_vacancies(&mut warnings);
            for (seat, successor) in file.pending_successors() {
                advise_successor(seat, &successor.name, &mut warnings);
            }
        }
        if let Some(teams) = self.teams() {
            self.advise_attendance(teams.everyone().map(|member| &member.person), &mut warnings);
            for member in teams.everyone() {
                self.advise_returned(member.person.id, &mut warnings);
            }
        }
        warnings
    }

    /// Adds that the program asks for less than the published one, if this step relied on it.
    fn advise_lenient(&self, relied_on: Leniency, into: &mut Vec<Advisory>) {
        if let Some(file) = self.file() {
            advise_program(file.program(), &[relied_on], into);
        }
    }

    fn advise_lenient_closing(&self, at: At, into: &mut Vec<Advisory>) {
        let Some(sessions) = self.sessions() else { return };
        let Some(open) = sessions.open() else { return };
        let left = sessions.part(open.part).map_or(0, |part| part.remaining().saturating_sub(open.counted(at)));
        if left > LONGEST_GRACE && left <= sessions.grace() {
            self.advise_lenient(Grace, into);
        }
        if let Self::Training(state) = self
            && state.simulations() == 0
            && sessions.would_complete(at)
        {
            self.advise_lenient(Simulation, into);
        }
    }

    fn advise_decline(&self, event: &LeaderDeclined, into: &mut Vec<Advisory>) {
        if let Some(leader) = self.leader(event.seat).filter(|leader| leader.name != event.name) {
            let (seat, holder, other) = (event.seat.label(), &leader.name, &event.name);
            warn(into, Warning::DeclineOfAnother, alloc::format!("{holder} agreed for {seat}, but {other} declined"));
        }
    }

    fn county(&self) -> Option<County> {
        self.file()?.opened().county
    }

    fn advise_day(&self, slot: Slot, what: &str, into: &mut Vec<Advisory>) {
        let day = slot.local_day();
        if is_weekend(day) {
            warn(into, Warning::Weekend, alloc::format!("{what} is on {}", day.readable()));
        }
        if let Some(holiday) = holiday_on(day, self.county()) {
            warn(into, Warning::Holiday, alloc::format!("{what} is on {} ({})", holiday.label(), day.readable()));
        }
    }

    fn advise_session(&self, event: &SessionScheduled, at: At, into: &mut Vec<Advisory>) {
        self.advise_slot(event.part, event.slot, Some(at), into);
        for (other, booking) in self.sessions().into_iter().flat_map(crate::Sessions::bookings) {
            if other != event.part && booking.slot.local_day() == event.slot.local_day() {
                let found =
                    alloc::format!("parts {other} and {} are on {}", event.part, event.slot.local_day().readable());
                warn(into, Warning::SameDay, found);
            }
        }
    }

    fn advise_slot(&self, part: u8, slot: Slot, booked: Option<At>, into: &mut Vec<Advisory>) {
        let what =
            alloc::format!("part {part} of the {}", if self.is_training() { "training" } else { "facilitation" });
        self.advise_day(slot, &what, into);
        if self.is_training() {
            if let Some(deadline) = posting_deadline(slot.starts(), self.county()) {
                let local = LocalTime::new(deadline, slot.starts().offset_minutes());
                let deadline_text = local.map_or_else(|| deadline.readable(), LocalTime::readable);
                let late = if booked.is_some_and(|at| at > deadline) { " (that time has passed)" } else { "" };
                let found = alloc::format!(
                    "{what} is on {slot}; if a quorum of the school committee might attend, post the meeting by \
                     {deadline_text}{late}"
                );
                warn(into, Warning::Posting, found);
            }
        } else if let Some(contract) = self.file().map(crate::CaseFile::contract)
            && let Some(expires) = contract.expires
            && slot.local_day() > expires
        {
            let clause = if contract.evergreen { ", with an evergreen clause" } else { "" };
            let (day, expires) = (slot.local_day().readable(), expires.readable());
            let found = alloc::format!("{what} is on {day}, and the contract expires on {expires}{clause}");
            warn(into, Warning::AfterContract, found);
        }
    }

    fn is_training(&self) -> bool {
        matches!(self.last_open(), Self::Training(_))
    }

    fn advise_vacancies(&self, into: &mut Vec<Advisory>) {
        let vacant: Vec<_> = self.file().into_iter().flat_map(crate::CaseFile::vacant_seats).collect();
        if !vacant.is_empty() {
            let seats = list(&vacant, |seat| seat.label().to_string());
            warn(into, Warning::SeatVacant, alloc::format!("vacant: the seat of {seats}"));
        }
    }
}
