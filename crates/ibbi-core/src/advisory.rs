//! Advisories: warnings that never cause a refusal.

use crate::event::EventKind;
use crate::rule::Source;
use crate::sets::closed_set;
use crate::time::At;
use alloc::string::String;
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
        "The program asks for less than the published one, such as less time, fewer people, or no bargaining simulation.";
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

/// Adds an advisory.
pub(crate) fn warn(into: &mut Vec<Advisory>, warning: Warning, found: String) {
    into.push(Advisory { warning, found });
}
