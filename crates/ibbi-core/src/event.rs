//! The events: every fact that a caller can offer to a case, with its data.
//!
//! There is no second set of commands. To find out whether an event is allowed, check it and look at the answer. To
//! replay a case, offer every recorded event again.

use crate::holidays::County;
use crate::people::{Body, MemberIds, Names, Observers, Office, Party, Person, Seat};
use crate::program::{Format, Program};
use crate::services::{Service, Topics, Workshop};
use crate::slot::Slot;
use crate::stage::{ActivityKind, Decision};
use crate::text::{ConcernId, DocumentDigest, MemberId, Name, NoteText, Reason, TimeZoneName};
use crate::time::Date;

/// The data of an event. There is one type for each kind of event.
pub trait Payload: crate::sealed::Sealed {
    /// The kind of event it belongs to.
    const KIND: EventKind;
}

macro_rules! events {
    ($(
        $(#[$meta:meta])*
        $name:ident = $code:literal, $label:literal {
            $( $(#[$fmeta:meta])* $field:ident: $type:ty, )*
        }
    )+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
            pub struct $name {
                $( $(#[$fmeta])* pub $field: $type, )*
            }

            impl crate::sealed::Sealed for $name {}

            impl Payload for $name {
                const KIND: EventKind = EventKind::$name;
            }

            impl From<$name> for Event {
                fn from(payload: $name) -> Self {
                    Self::$name(payload)
                }
            }
        )+

        crate::sets::closed_set! {
            /// The kinds of event.
            EventKind, "kind of event";
            $( $(#[$meta])* $name = $code, $label; )+
        }

        impl EventKind {
            /// The names of what an event of this kind carries, in the order of a ledger.
            pub const fn fields(self) -> &'static [&'static str] {
                match self { $( Self::$name => &[$(stringify!($field)),*], )+ }
            }
        }

        /// An event: a fact offered to a case.
        ///
        /// With the feature `serde` it is written as `{"type": …, "data": {…}}`; [`Event::serialize_data`] and
        /// [`Event::deserialize_data`] handle the data alone, its keys in alphabetical order.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(tag = "type", content = "data", deny_unknown_fields))]
        pub enum Event {
            $( $(#[$meta])* #[cfg_attr(feature = "serde", serde(rename = $code))] $name($name), )+
        }

        impl Event {
            /// Its kind.
            pub const fn kind(&self) -> EventKind {
                match self { $( Self::$name(_) => EventKind::$name, )+ }
            }

            /// Writes what the event carries, without its type: keys in alphabetical order, absent options left out.
            ///
            /// # Errors
            /// Those of the serializer.
            #[cfg(feature = "serde")]
            pub fn serialize_data<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $( Self::$name(payload) => serde::Serialize::serialize(payload, serializer), )+ }
            }

            /// Reads what an event of a known kind carries. Unknown keys and invalid values are errors.
            ///
            /// # Errors
            /// Those of the deserializer.
            #[cfg(feature = "serde")]
            pub fn deserialize_data<'de, D: serde::Deserializer<'de>>(
                kind: EventKind,
                deserializer: D,
            ) -> Result<Self, D::Error> {
                match kind {
                    $( EventKind::$name => <$name as serde::Deserialize>::deserialize(deserializer).map(Self::$name), )+
                }
            }
        }
    };
}

// Fields stand in alphabetical order, since the ledger's keys do.
events! {
    /// A case is opened for a district; carries the program's parameters, by which the case is judged from then on.
    CaseOpened = "case_opened", "case opened" {
        /// The day the present contract expires.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        contract_expires: Option<Date>,
        /// The district's county; Suffolk has two holidays of its own.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        county: Option<County>,
        /// The district's name.
        district: Name,
        /// Whether an evergreen clause extends the contract beyond its expiry (G.L. c.150E s.7).
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "core::ops::Not::not"))]
        evergreen: bool,
        /// An earlier case of the same district that this one follows.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        follows: Option<uuid::Uuid>,
        /// The program's parameters.
        program: Program,
        /// The district's time zone.
        time_zone: TimeZoneName,
    }

    /// A key leader agrees to take part.
    LeaderAgreed = "leader_agreed", "leader agreed" {
        /// Who answers for the seat.
        name: Name,
        /// For the school committee's seat: chair or vice chair.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        office: Option<Office>,
        /// Which seat.
        seat: Seat,
    }

    /// A key leader declines; clears the seat if that person held it.
    LeaderDeclined = "leader_declined", "leader declined" {
        /// Who declines.
        name: Name,
        /// Why.
        reason: Reason,
        /// Which seat.
        seat: Seat,
    }

    /// The introductory meeting is put on the calendar; offered again, it is moved.
    MeetingScheduled = "meeting_scheduled", "introductory meeting scheduled" {
        /// When.
        slot: Slot,
    }

    /// An introductory meeting took place; topics of several meetings add up.
    MeetingHeld = "meeting_held", "introductory meeting held" {
        /// Who came.
        present: Names,
        /// The representative.
        representative: Name,
        /// What was covered.
        topics: Topics,
    }

    /// The district chooses a service; `ibbi` leads on to the application.
    ServiceChosen = "service_chosen", "service chosen" {
        /// Which offering, for the Joint Leadership Workshop alone.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        offering: Option<Workshop>,
        /// The service.
        service: Service,
    }

    /// The district goes to another service that it chose; the case ends.
    CaseReferred = "case_referred", "case referred to another service" {
        /// To which service.
        to: Service,
    }

    /// One of the three bodies confirms its support in writing.
    SupportConfirmed = "support_confirmed", "support confirmed in writing" {
        /// Which body.
        body: Body,
        /// The date of the letter.
        dated: Date,
        /// The letter's SHA-256.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        document: Option<DocumentDigest>,
    }

    /// A body takes its support back.
    SupportWithdrawn = "support_withdrawn", "support withdrawn" {
        /// Which body.
        body: Body,
        /// The date of the letter.
        dated: Date,
        /// The letter's SHA-256.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        document: Option<DocumentDigest>,
    }

    /// The application is accepted.
    ApplicationAccepted = "application_accepted", "application accepted" {
        /// By whom.
        by: Name,
    }

    /// The application is declined; the case ends.
    ApplicationDeclined = "application_declined", "application declined" {
        /// Why.
        reason: Reason,
    }

    /// Somebody joins a negotiating team.
    MemberNamed = "member_named", "member named to a team" {
        /// Who.
        member: Person,
        /// Which team.
        party: Party,
    }

    /// Somebody leaves a negotiating team.
    MemberReleased = "member_released", "member released from a team" {
        /// Who.
        member: MemberId,
        /// Which team.
        party: Party,
        /// Why.
        reason: Reason,
    }

    /// A member pledges to be present.
    AttendancePledged = "attendance_pledged", "attendance pledged" {
        /// When the pledge was given, if it is logged later.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        dated: Option<Date>,
        /// Who.
        member: MemberId,
        /// Which team.
        party: Party,
    }

    /// A member takes the pledge back.
    PledgeWithdrawn = "pledge_withdrawn", "pledge withdrawn" {
        /// When it was taken back, if it is logged later.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        dated: Option<Date>,
        /// Who.
        member: MemberId,
        /// Which team.
        party: Party,
    }

    /// A session for a part of the training or the facilitation is put on the calendar.
    SessionScheduled = "session_scheduled", "session scheduled" {
        /// Who leads it.
        neutral: Person,
        /// Which part, from 1.
        part: u8,
        /// Where.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        place: Option<Name>,
        /// When.
        slot: Slot,
    }

    /// A scheduled session is taken off the calendar, before it opens or after its slot has lapsed.
    SessionPostponed = "session_postponed", "session postponed" {
        /// Which part, from 1.
        part: u8,
        /// Why.
        reason: Reason,
    }

    /// A scheduled session begins.
    SessionOpened = "session_opened", "session opened" {
        /// Who leads it.
        neutral: Person,
        /// Who attends without being on a team.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Observers::is_empty"))]
        observers: Observers,
        /// Which part, from 1.
        part: u8,
        /// Which members of both teams are there.
        present: MemberIds,
    }

    /// An exercise or a bargaining simulation is done.
    ActivityRun = "activity_run", "training activity run" {
        /// Which kind.
        kind: ActivityKind,
        /// Its title.
        title: Name,
    }

    /// The open session ends before its slot was filled; the rest of the part remains to be made up.
    SessionAdjourned = "session_adjourned", "session adjourned before its full time" {
        /// Who left before the end.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "MemberIds::is_empty"))]
        left_early: MemberIds,
        /// Why.
        reason: Reason,
    }

    /// The open session ends with its slot filled.
    SessionClosed = "session_closed", "session closed after its full time" {
        /// Who left before the end.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "MemberIds::is_empty"))]
        left_early: MemberIds,
    }

    /// A party goes into caucus, or does so again.
    CaucusOpened = "caucus_opened", "caucus opened" {
        /// Which party.
        party: Party,
        /// Which of its members are there.
        present: MemberIds,
    }

    /// A party raises a concern, to be brought back to the full group and the trainer.
    ConcernRaised = "concern_raised", "concern raised" {
        /// The concern's id, unique in the case.
        concern: ConcernId,
        /// Which party.
        party: Party,
        /// The concern in words.
        text: NoteText,
    }

    /// A concern is answered.
    ConcernAddressed = "concern_addressed", "concern addressed" {
        /// Which concern.
        concern: ConcernId,
        /// The answer.
        response: NoteText,
    }

    /// A concern is taken back.
    ConcernDropped = "concern_dropped", "concern dropped" {
        /// Which concern.
        concern: ConcernId,
    }

    /// A party decides whether to adopt interest-based bargaining.
    PartyDecided = "party_decided", "party decided" {
        /// Its answer.
        decision: Decision,
        /// Which party.
        party: Party,
        /// The member who speaks for it.
        spokesperson: MemberId,
    }

    /// A party takes its decision back to think again, while the other has not decided.
    DecisionReopened = "decision_reopened", "decision reopened" {
        /// Which party.
        party: Party,
        /// Why.
        reason: Reason,
    }

    /// One full day or two half-days.
    FormatChosen = "format_chosen", "facilitation format chosen" {
        /// Which.
        format: Format,
    }

    /// The contract's dates are not, or no longer, what was recorded.
    ContractDatesChanged = "contract_dates_changed", "contract dates changed" {
        /// The day the contract expires.
        contract_expires: Date,
        /// Whether an evergreen clause extends it.
        evergreen: bool,
    }

    /// A note for the record.
    NoteAdded = "note_added", "note added" {
        /// The note.
        text: NoteText,
    }

    /// Somebody withdraws; the case ends.
    CaseWithdrawn = "case_withdrawn", "case withdrawn" {
        /// Who.
        by: Name,
        /// Why.
        reason: Reason,
    }

    /// An earlier event of the case is struck; it stays visible and counts no more.
    EventVoided = "event_voided", "earlier event voided" {
        /// Why.
        reason: Reason,
        /// The sequence number of the event.
        seq: u64,
    }
}
