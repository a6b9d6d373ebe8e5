//! Advisories: warnings that never cause a refusal.

use crate::case::Case;
use crate::event::{Event, EventKind, LeaderDeclined, SessionOpened, SessionScheduled};
use crate::found::list;
use crate::holidays::{County, holiday_on, is_weekend, posting_deadline};
use crate::people::{Capacity, MemberIds, Person, Seat};
use crate::program::{Presence, Program};
use crate::rule::Source;
use crate::sets::closed_set;
use crate::slot::Slot;
use crate::stage::ActivityKind;
use crate::stages::Attendance;
use crate::teams::Teams;
use crate::text::{MemberId, Name};
use crate::time::At;
use crate::time::LocalTime;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

closed_set! {
    /// The subject of an advisory.
    Warning, "advisory";
    /// The slot is on a Saturday or Sunday.
    Weekend = "slot.weekend", "The slot is on a weekend.";
    /// The slot is on a legal holiday.
    Holiday = "slot.holiday", "The slot is on a legal holiday in Massachusetts.";
    /// No school committee member or no union board member observes the training.
    NoBoardMembers = "training.no-board-members",
        "School committee and union board members who are not on a team should attend the training.";
    /// A current member missed the training.
    MissedTraining = "attendance.missed-training", "A team member attended no training session.";
    /// A current member attended only part of the training.
    PartOfTraining = "attendance.part-of-training", "A team member missed part of the training.";
    /// A substitute took the place of a member.
    Substitute = "attendance.substitute", "A substitute took the place of a team member.";
    /// A member or a substitute takes part in the facilitation without the training.
    Untrained = "attendance.untrained-at-facilitation",
        "A person who attended no training session took part in a facilitation session.";
    /// A member was released before a session and named again after it.
    ReleasedAround = "attendance.released-around-session",
        "A member was released and named again, and a session was held in between without that member.";
    /// The session is after the contract expires (G.L. c.150E s.7).
    AfterContract = "facilitation.after-contract",
        "The session is after the contract expires. An evergreen clause makes that date a soft deadline.";
    /// A quorum of the school committee might attend, so the meeting might have to be posted (G.L. c.30A s.20).
    Posting = "meeting.open-meeting-posting",
        "If a quorum of the school committee might attend, the meeting must be posted 48 hours ahead (Saturdays, Sundays, \
         and legal holidays don't count).";
    /// A key leader's seat is vacant. Recording reports it when a session is booked or held.
    SeatVacant = "leaders.seat-vacant", "A key leader's seat is vacant. Record the successor before you book or hold a session.";
    /// A key leader's successor hasn't agreed yet.
    SuccessorPending = "leaders.successor-pending",
        "A key leader's successor hasn't agreed yet. The seat's agreement remains.";
    /// A name looks the same as another name of the case, but isn't.
    LookAlike = "names.look-alike",
        "A name looks the same as another name of the case, but has other characters. Check whether it is the same person.";
    /// The person who declined is not the one who agreed.
    DeclineOfAnother = "leaders.decline-by-another",
        "A leader declined for a seat that another person holds, so the seat still counts as agreed. Check the spelling of \
         the name.";
    /// The program asks for less than the published one.
    LenientProgram = "program.less-strict",
        "The program asks for less than the published one: a longer grace, fewer people, or no bargaining simulation.";
    /// The event was logged long after it happened.
    LoggedLate = "record.logged-late", "The event was logged more than seven days after it happened.";
    /// A neutral is booked in another case at the same time.
    DoubleBooked = "neutral.double-booked",
        "A neutral with the same name is booked in another case at an overlapping time. Only names are compared.";
    /// The event was recorded after events that happened later.
    Inserted = "record.inserted", "The event was recorded after events that happened later.";
    /// The event happened before the case closed, and was recorded after it.
    AfterClosing = "record.after-closing", "The event was recorded after the case closed.";
    /// The clock is far ahead of the last record. Only the answer to recording has this advisory.
    ClockAhead = "record.clock-ahead", "The clock is more than a day ahead of the last record. Check that it is right.";
    /// A session was ended after the day it was scheduled for.
    OpenPastDay = "session.open-past-its-day", "The session was ended on a later day than it was scheduled for.";
    /// Two parts are booked for one day, so the later one can't be opened on it.
    SameDay = "facilitation.parts-on-one-day",
        "Two parts are scheduled for the same day, so the later one can't be opened on it.";
}

impl Warning {
    /// Returns the source of the advisory.
    pub const fn source(self) -> Source {
        match self {
            Self::Holiday | Self::AfterContract | Self::Posting => Source::Law,
            Self::NoBoardMembers | Self::MissedTraining | Self::PartOfTraining | Self::Untrained => Source::PublicPage,
            Self::Weekend
            | Self::ReleasedAround
            | Self::SameDay
            | Self::LenientProgram
            | Self::DoubleBooked
            | Self::Substitute
            | Self::SeatVacant
            | Self::SuccessorPending => Source::ProgramPolicy,
            Self::DeclineOfAnother
            | Self::LoggedLate
            | Self::Inserted
            | Self::AfterClosing
            | Self::ClockAhead
            | Self::LookAlike
            | Self::OpenPastDay => Source::Integrity,
        }
    }

    /// Returns whether the advisory is about what is recorded, so that it holds as long as the record does. An audit always
    /// reports it. Other advisories help to plan, and an audit reports them only on request.
    pub const fn is_lasting(self) -> bool {
        matches!(
            self,
            Self::Inserted
                | Self::AfterClosing
                | Self::MissedTraining
                | Self::DoubleBooked
                | Self::Substitute
                | Self::Untrained
                | Self::LookAlike
        )
    }

    /// Returns whether an event of this kind can have a lasting advisory even if it was recorded in order.
    pub const fn can_last(kind: EventKind) -> bool {
        matches!(
            kind,
            EventKind::LeaderAgreed
                | EventKind::LeaderSucceeded
                | EventKind::MemberNamed
                | EventKind::SessionOpened
                | EventKind::SessionClosed
                | EventKind::SessionAdjourned
        )
    }
}

/// A warning, with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// The subject.
    pub warning: Warning,
    /// What was found, as a text for people.
    pub found: String,
}

/// The most milliseconds between two records of a ledger before recording asks to check the clock: a day.
const CLOCK_AHEAD: i64 = 24 * 60 * 60 * 1000;

impl Advisory {
    /// Returns the advisory about a clock that says `now`, if the last record was written more than a day before.
    pub fn clock_ahead(last: At, now: At) -> Option<Self> {
        let found = || {
            let (last, now) = (last.readable(), now.readable());
            alloc::format!("the clock says {now}, and the last record was written {last}; check the clock")
        };
        let is_ahead = now.millis().saturating_sub(last.millis()) > CLOCK_AHEAD;
        is_ahead.then(|| Self { warning: Warning::ClockAhead, found: found() })
    }
}

impl core::fmt::Display for Advisory {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.warning.code(), self.found)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Advisory {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("Advisory", 4)?;
        out.serialize_field("advisory", &self.warning)?;
        out.serialize_field("statement", self.warning.label())?;
        out.serialize_field("found", &self.found)?;
        out.serialize_field("source", &self.warning.source())?;
        out.end()
    }
}

/// The number of days after which a record counts as late.
const LATE_DAYS: i64 = 7;

fn warn(into: &mut Vec<Advisory>, warning: Warning, found: String) {
    into.push(Advisory { warning, found });
}

/// Returns the characters of a name that are not ASCII, as code points, or a text for people if there are none.
fn code_points(name: &Name) -> String {
    let unusual: Vec<char> = name.as_str().chars().filter(|c| !c.is_ascii()).collect();
    if unusual.is_empty() {
        return "this one has only plain letters".to_string();
    }
    list(&unusual, |c| alloc::format!("U+{:04X}", u32::from(*c)))
}

fn advise_successor(seat: Seat, name: &Name, into: &mut Vec<Advisory>) {
    let found = alloc::format!("{name} succeeded {} and hasn't agreed yet", seat.label());
    warn(into, Warning::SuccessorPending, found);
}

/// The longest grace, in minutes, that is not less strict than the published program.
const LONGEST_GRACE: u16 = 30;

/// A way in which a program can ask for less than the published one.
#[derive(Clone, Copy)]
enum Leniency {
    Grace,
    Present,
    Simulation,
}
use Leniency::{Grace, Present, Simulation};

/// Adds the ways, among some, in which a program asks for less than the published one.
fn advise_program(program: &Program, ways: &[Leniency], into: &mut Vec<Advisory>) {
    let found = ways.iter().filter_map(|way| match way {
        Grace if program.grace() > LONGEST_GRACE => {
            Some(alloc::format!("a part can be {} minutes short", program.grace()))
        }
        Present if program.presence() != Presence::Everyone => Some("not every member must be present".to_string()),
        Simulation if !program.activities().contains(&ActivityKind::BargainingSimulation) => {
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
            Event::CaseOpened(event) => advise_program(&event.program, &[Grace, Present, Simulation], &mut warnings),
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
        for (name, other) in self.look_alikes(event) {
            let found = alloc::format!("{name} looks like {other}, but has other characters: {}", code_points(name));
            warn(&mut warnings, Warning::LookAlike, found);
        }
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

    fn advise_observers(&self, event: &SessionOpened, into: &mut Vec<Advisory>) {
        let absent = |capacity: &Capacity| !event.observers.any_in(*capacity);
        let missing: Vec<_> = [Capacity::SchoolCommittee, Capacity::UnionBoard].into_iter().filter(absent).collect();
        if self.is_training() && !missing.is_empty() {
            let missing = missing.iter().map(|capacity| capacity.label()).collect::<Vec<_>>().join(" and no ");
            warn(into, Warning::NoBoardMembers, alloc::format!("no {missing} is listed as an observer"));
        }
    }

    /// Adds the substitutes at a session, and the people at a facilitation session who had no training.
    fn advise_table(&self, event: &SessionOpened, into: &mut Vec<Advisory>) {
        if !event.substitutes.is_empty() {
            let found = list(&event.substitutes, |one| alloc::format!("{} for {}", one.person, one.member));
            warn(into, Warning::Substitute, found);
        }
        let people = || event.substitutes.iter().map(|one| one.person.id).chain(event.present.iter().copied());
        self.advise_untrained(people(), into);
    }

    fn advise_untrained(&self, people: impl Iterator<Item = MemberId>, into: &mut Vec<Advisory>) {
        let (false, Some(trained)) = (self.is_training(), self.trained()) else { return };
        let untrained: Vec<_> = people.filter(|id| trained.attendance(*id) == Attendance::None).collect();
        if !untrained.is_empty() {
            let found = alloc::format!("attended no training session: {}", list(&untrained, ToString::to_string));
            warn(into, Warning::Untrained, found);
        }
    }

    fn advise_vacancies(&self, into: &mut Vec<Advisory>) {
        let vacant: Vec<_> = self.file().into_iter().flat_map(crate::CaseFile::vacant_seats).collect();
        if !vacant.is_empty() {
            let seats = list(&vacant, |seat| seat.label().to_string());
            warn(into, Warning::SeatVacant, alloc::format!("vacant: the seat of {seats}"));
        }
    }

    fn advise_ending(&self, late: &MemberIds, left: &MemberIds, at: At, into: &mut Vec<Advisory>) {
        let Some(open) = self.sessions().and_then(crate::Sessions::open) else { return };
        let (day, ended) = (open.slot.local_day(), open.slot.day_of(at));
        if ended > day {
            warn(
                into,
                Warning::OpenPastDay,
                alloc::format!("the session was scheduled for {} and ended on {}", day.readable(), ended.readable()),
            );
        }
        if self.is_training() {
            for (text, who) in [("came late", late), ("left before the end", left)] {
                if !who.is_empty() {
                    let who = list(who, ToString::to_string);
                    warn(into, Warning::PartOfTraining, alloc::format!("{text}: {who}"));
                }
            }
        }
        self.advise_untrained(late.iter().copied().filter(|id| open.absent.contains(id)), into);
    }

    /// Adds the members who missed the training, if this closing completes it. Those who came late or left early have
    /// been reported.
    fn advise_completed(&self, closing: &Event, at: At, into: &mut Vec<Advisory>) {
        let (Self::Training(_), Some(sessions), Some(teams)) = (self, self.sessions(), self.teams()) else { return };
        let mut after = self.clone();
        if !sessions.would_complete(at) || after.offer(closing, at).is_err() {
            return;
        }
        let held = after.trained().map(crate::stages::Trained::held).unwrap_or_default();
        let reported =
            |id: MemberId| held.iter().any(|session| session.left_early.contains(&id) || session.late.contains(&id));
        let members = teams.everyone().map(|member| &member.person);
        after.advise_attendance(members.filter(|person| !reported(person.id)), into);
    }

    /// Adds those among some people who missed the training or a part of it, if it is over.
    fn advise_attendance<'a>(&self, people: impl IntoIterator<Item = &'a Person>, into: &mut Vec<Advisory>) {
        let Some(trained) = self.trained() else { return };
        let (mut none, mut part) = (Vec::new(), Vec::new());
        for person in people {
            match trained.attendance(person.id) {
                Attendance::None => none.push(person),
                Attendance::Partial => part.push(person),
                Attendance::Full => {}
            }
        }
        for (people, warning, what) in [
            (none, Warning::MissedTraining, "attended no training session"),
            (part, Warning::PartOfTraining, "missed part of the training"),
        ] {
            if !people.is_empty() {
                warn(into, warning, alloc::format!("{what}: {}", list(&people, ToString::to_string)));
            }
        }
    }

    fn advise_returned(&self, id: MemberId, into: &mut Vec<Advisory>) {
        let Some(teams) = self.teams() else { return };
        let trained = self.trained().map(crate::stages::Trained::held).unwrap_or_default();
        let present = self.sessions().map(crate::Sessions::held).unwrap_or_default();
        for former in teams.former().iter().filter(|former| former.member == id) {
            let missed = trained
                .iter()
                .chain(present)
                .find(|held| held.opened >= former.released && !held.present.contains(&id));
            if let Some(held) = missed {
                let (released, opened) = (former.released.readable(), held.opened.readable());
                let found = alloc::format!("{id} was released {released}, and a session without {id} opened {opened}");
                warn(into, Warning::ReleasedAround, found);
                return;
            }
        }
    }
}
