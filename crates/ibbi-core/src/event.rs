//! The events: every fact that a caller can offer to a case, with the table of their fields.
//!
//! There is no second set of commands. To find out whether an event is allowed, check it and look at the answer. To
//! replay a case, offer every recorded event again.

use crate::edition::Edition;
use crate::field::{FieldInfo, FieldType, requirement};
use crate::holidays::County;
use crate::note_text::NoteText;
use crate::people::{Advisers, Body, MemberIds, Names, Neutrals, Observers, Office, Party, Person, Seat, Substitutes};
use crate::program::Program;
use crate::services::{Service, Topics, Workshop};
use crate::slot::Slot;
use crate::stage::{Decision, FollowUpResult};
use crate::text::{ActivityId, ConcernId, DocumentDigest, FormatId, MemberId, Name, Reason, TimeZoneName};
use crate::time::Date;

/// The data of an event. There is one type for each kind of event.
pub trait Payload: crate::sealed::Sealed {
    /// The kind of event.
    const KIND: EventKind;

    /// Calls a function with each name in the event.
    fn each_name<'a>(&'a self, each: &mut impl FnMut(&'a str));
}

/// Defines the events from one table.
///
/// A field has a help sentence (its doc comment), a name, a type, and a label. `= default` marks a field that can be
/// omitted. `=> filled_in` marks one that input can omit and that the application then fills in.
macro_rules! events {
    ($(
        $(#[$meta:meta])*
        $name:ident = $code:literal, $label:literal {
            $(
                $(#[doc = $help:literal])+
                $field:ident: $type:ty $(= $default:ident)? $(=> $filled:ident)?, $field_label:literal;
            )*
        }
    )+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, Hash)]
            #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
            pub struct $name {
                $(
                    $(#[doc = $help])+
                    $( #[cfg_attr(feature = "serde", serde($default, skip_serializing_if = "FieldType::is_omitted"))] )?
                    pub $field: $type,
                )*
            }

            impl crate::sealed::Sealed for $name {}

            impl Payload for $name {
                const KIND: EventKind = EventKind::$name;

                fn each_name<'a>(&'a self, _each: &mut impl FnMut(&'a str)) {
                    $( self.$field.each_name(_each); )*
                }
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
            /// Returns the fields of an event of this kind, in the order of a ledger.
            pub const fn fields(self) -> &'static [FieldInfo] {
                match self {
                    $( Self::$name => const {
                        &[$( FieldInfo {
                            name: stringify!($field),
                            kind: <$type as FieldType>::KIND,
                            requirement: requirement!($(= $default)? $(=> $filled)?),
                            label: $field_label,
                            help: concat!($($help),+).trim_ascii(),
                        } ),*]
                    }, )+
                }
            }

            /// Returns whether an event of this kind is part of what happened to the district. A void and a migration are
            /// not: they change which events count, and how they are checked.
            pub const fn happens(self) -> bool {
                !matches!(self, Self::EventVoided | Self::CaseMigrated)
            }

            /// Returns the field with this name, or `None` if an event of this kind does not have it.
            pub fn field(self, name: &str) -> Option<&'static FieldInfo> {
                self.fields().iter().find(|field| field.name == name)
            }
        }

        /// An event: a fact offered to a case.
        ///
        /// With the feature `serde` it is written as `{"type": …, "data": {…}}`. [`Event::serialize_data`] and
        /// [`Event::deserialize_data`] handle the data alone, with its keys in alphabetical order.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(tag = "type", content = "data", deny_unknown_fields))]
        pub enum Event {
            $( $(#[$meta])* #[cfg_attr(feature = "serde", serde(rename = $code))] $name($name), )+
        }

        impl Event {
            /// Returns the kind of event.
            pub const fn kind(&self) -> EventKind {
                match self { $( Self::$name(_) => EventKind::$name, )+ }
            }

            /// Calls a function with each name in the event.
            pub fn each_name<'a>(&'a self, each: &mut impl FnMut(&'a str)) {
                match self { $( Self::$name(payload) => payload.each_name(each), )+ }
            }

            /// Writes the fields without the type. The keys are in alphabetical order; omitted fields are left out.
            ///
            /// # Errors
            /// Returns the errors of the serializer.
            #[cfg(feature = "serde")]
            pub fn serialize_data<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self { $( Self::$name(payload) => serde::Serialize::serialize(payload, serializer), )+ }
            }

            /// Reads the fields of an event of a known kind. Unknown keys and invalid values are errors.
            ///
            /// # Errors
            /// Returns the errors of the deserializer.
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

// The fields are in alphabetical order, as the ledger's keys are.
events! {
    /// A case is opened for a district. It has the program's parameters, which apply to the case from then on.
    CaseOpened = "case_opened", "case opened" {
        /// The day the current contract expires.
        contract_expires: Option<Date> = default, "Contract expires";
        /// The district's county. Suffolk County has two legal holidays of its own.
        county: Option<County> = default, "County";
        /// The district's name.
        district: Name, "District";
        /// Whether an evergreen clause extends the contract beyond its expiration (G.L. c.150E s.7).
        evergreen: bool = default, "Evergreen clause";
        /// An earlier case of the same district that this case follows.
        follows: Option<uuid::Uuid> = default, "ID of the earlier case";
        /// The program's parameters. By default, those of the published program.
        program: Program => filled_in, "Program";
        /// The district's time zone. By default, America/New_York.
        time_zone: TimeZoneName => filled_in, "Time zone";
    }

    /// A key leader agrees to take part.
    LeaderAgreed = "leader_agreed", "leader agreed" {
        /// The person in the seat.
        name: Name, "Name";
        /// For the school committee's seat: chair or vice chair.
        office: Option<Office> = default, "Office";
        /// The leader's seat.
        seat: Seat, "Seat";
    }

    /// A key leader declines. If that person had agreed, the seat is open again.
    LeaderDeclined = "leader_declined", "leader declined" {
        /// The person who declines.
        name: Name, "Name";
        /// Why the person declines.
        reason: Reason, "Reason";
        /// The leader's seat.
        seat: Seat, "Seat";
    }

    /// The introductory meeting is scheduled. Record it again to move the meeting.
    MeetingScheduled = "meeting_scheduled", "introductory meeting scheduled" {
        /// The day of the meeting, and when it starts and ends.
        slot: Slot, "Day and time";
    }

    /// An introductory meeting took place. The topics of several meetings add up.
    MeetingHeld = "meeting_held", "introductory meeting held" {
        /// The names of the people who came.
        present: Names, "People present";
        /// The program's representative.
        representative: Name, "Representative of the program";
        /// The topics that the meeting covered.
        topics: Topics, "Topics covered";
    }

    /// The district chooses a service. `ibbi` leads to the application.
    ServiceChosen = "service_chosen", "service chosen" {
        /// The offering, for the Joint Leadership Workshop only.
        offering: Option<Workshop> = default, "Offering";
        /// The service that the district chooses.
        service: Service, "Service";
    }

    /// The district goes to another service that it chose. The case ends.
    CaseReferred = "case_referred", "case referred to another service" {
        /// The service that the district goes to.
        to: Service, "Service";
    }

    /// One of the three bodies confirms its support in writing.
    SupportConfirmed = "support_confirmed", "support confirmed in writing" {
        /// The body that confirms its support.
        body: Body, "Letter from";
        /// The date of the letter.
        dated: Date, "Date of the letter";
        /// The SHA-256 of the letter.
        document: Option<DocumentDigest> = default, "SHA-256 of the document";
    }

    /// A body withdraws its support.
    SupportWithdrawn = "support_withdrawn", "support withdrawn" {
        /// The body that withdraws its support.
        body: Body, "Letter from";
        /// The date of the letter.
        dated: Date, "Date of the letter";
        /// The SHA-256 of the letter.
        document: Option<DocumentDigest> = default, "SHA-256 of the document";
    }

    /// The application is accepted.
    ApplicationAccepted = "application_accepted", "application accepted" {
        /// The person who accepts the application.
        by: Name, "Accepted by";
    }

    /// The application is declined. The case ends.
    ApplicationDeclined = "application_declined", "application declined" {
        /// Why the application is declined.
        reason: Reason, "Reason";
    }

    /// A person joins a negotiating team.
    MemberNamed = "member_named", "member named to a team" {
        /// The person who joins the team.
        member: Person, "New member";
        /// The team that the person joins.
        party: Party, "Party";
    }

    /// A member leaves a negotiating team.
    MemberReleased = "member_released", "member released from a team" {
        /// The member who leaves the team.
        member: MemberId, "Member";
        /// The team that the member leaves.
        party: Party, "Party";
        /// Why the member leaves.
        reason: Reason, "Reason";
    }

    /// A member pledges to be present.
    AttendancePledged = "attendance_pledged", "attendance pledged" {
        /// The date of the pledge, if it is recorded later.
        dated: Option<Date> = default, "Date of the pledge";
        /// The member who pledges to be present.
        member: MemberId, "Member";
        /// The member's team.
        party: Party, "Party";
    }

    /// A member withdraws the pledge.
    PledgeWithdrawn = "pledge_withdrawn", "pledge withdrawn" {
        /// The date of the withdrawal, if it is recorded later.
        dated: Option<Date> = default, "Date of the withdrawal";
        /// The member who withdraws the pledge.
        member: MemberId, "Member";
        /// The member's team.
        party: Party, "Party";
    }

    /// A session for a part of the training or the facilitation is scheduled.
    SessionScheduled = "session_scheduled", "session scheduled" {
        /// More neutrals who lead the session.
        co_neutrals: Neutrals = default, "Also led by";
        /// The neutral who leads the session.
        neutral: Person, "Led by";
        /// The number of the part, from 1.
        part: u8, "Part";
        /// The place where the session takes place.
        place: Option<Name> = default, "Place";
        /// The day of the session, and when it starts and ends.
        slot: Slot, "Day and time";
    }

    /// A scheduled session is canceled, before it opens or after its slot has passed.
    SessionPostponed = "session_postponed", "session postponed" {
        /// The number of the part, from 1.
        part: u8, "Part";
        /// Why the session is postponed.
        reason: Reason, "Reason";
    }

    /// A scheduled session opens.
    SessionOpened = "session_opened", "session opened" {
        /// The people who advise a party at the session without being on its team.
        advisers: Advisers = default, "Advisers";
        /// More neutrals who lead the session.
        co_neutrals: Neutrals = default, "Also led by";
        /// The neutral who leads the session.
        neutral: Person, "Led by";
        /// The people who attend without being on a team.
        observers: Observers = default, "Observers";
        /// The number of the part, from 1.
        part: u8, "Part";
        /// The members of both teams who are present.
        present: MemberIds, "Members present";
        /// The people who take the place of absent members at this session.
        substitutes: Substitutes = default, "Substitutes";
    }

    /// An exercise or a bargaining simulation is run.
    ActivityRun = "activity_run", "training activity run" {
        /// The kind of activity.
        kind: ActivityId, "Activity";
        /// The activity's title.
        title: Name, "Title";
    }

    /// The open session ends before its full time. The rest of the part must be made up.
    SessionAdjourned = "session_adjourned", "session adjourned before its full time" {
        /// The members who came after the session opened.
        late: MemberIds = default, "Came late";
        /// The members who left before the end.
        left_early: MemberIds = default, "Left early";
        /// Why the session ends early.
        reason: Reason, "Reason";
    }

    /// The open session ends after its full time.
    SessionClosed = "session_closed", "session closed after its full time" {
        /// The members who came after the session opened.
        late: MemberIds = default, "Came late";
        /// The members who left before the end.
        left_early: MemberIds = default, "Left early";
    }

    /// A party goes into caucus. It can do so again.
    CaucusOpened = "caucus_opened", "caucus opened" {
        /// The people who advise the party in its caucus without being on its team.
        advisers: Advisers = default, "Advisers";
        /// The party that goes into caucus.
        party: Party, "Party";
        /// The party's members who are present.
        present: MemberIds, "Members present";
    }

    /// A party raises a concern for the full group and the trainer.
    ConcernRaised = "concern_raised", "concern raised" {
        /// A short id for the concern, unique in the case.
        concern: ConcernId, "Short ID for the concern, such as grading";
        /// The party that raises the concern.
        party: Party, "Party";
        /// The concern in words.
        text: NoteText, "The concern";
    }

    /// A concern is addressed.
    ConcernAddressed = "concern_addressed", "concern addressed" {
        /// The id of the concern.
        concern: ConcernId, "Concern";
        /// The response to the concern.
        response: NoteText, "Response";
    }

    /// A concern is dropped.
    ConcernDropped = "concern_dropped", "concern dropped" {
        /// The id of the concern.
        concern: ConcernId, "Concern";
    }

    /// A party decides whether to adopt interest-based bargaining.
    PartyDecided = "party_decided", "party decided" {
        /// The party's decision.
        decision: Decision, "Decision";
        /// The party that decides.
        party: Party, "Party";
        /// The member who speaks for the party.
        spokesperson: MemberId, "Spokesperson";
    }

    /// A party reopens its decision before the other party has decided.
    DecisionReopened = "decision_reopened", "decision reopened" {
        /// The party that reopens its decision.
        party: Party, "Party";
        /// Why the party reopens its decision.
        reason: Reason, "Reason";
    }

    /// The facilitation's format is chosen: one full day or two half-days.
    FormatChosen = "format_chosen", "facilitation format chosen" {
        /// The format of the facilitation.
        format: FormatId, "Format";
    }

    /// A key leader who agreed leaves the seat. The seat is vacant, and its agreement remains.
    LeaderLeft = "leader_left", "leader left" {
        /// Why the leader leaves.
        reason: Reason, "Reason";
        /// The leader's seat.
        seat: Seat, "Seat";
    }

    /// A successor takes the seat of a key leader who agreed. The seat's agreement remains.
    LeaderSucceeded = "leader_succeeded", "leader succeeded" {
        /// The person who now has the seat.
        name: Name, "Name";
        /// For the school committee's seat: chair or vice chair.
        office: Option<Office> = default, "Office";
        /// The leader's seat.
        seat: Seat, "Seat";
    }

    /// The successor in a key leader's seat also agrees to take part.
    SuccessorAgreed = "successor_agreed", "successor agreed" {
        /// The leader's seat.
        seat: Seat, "Seat";
    }

    /// After the facilitation: a tentative agreement, a vote on it, or an end without one.
    OutcomeNoted = "outcome_noted", "outcome noted" {
        /// The day on which it happened.
        dated: Date, "Date";
        /// The SHA-256 of the agreement or of the record of the vote.
        document: Option<DocumentDigest> = default, "SHA-256 of the document";
        /// The party that voted. Only for a vote.
        party: Option<Party> = default, "Party that voted";
        /// What happened.
        result: FollowUpResult, "Result";
    }

    /// The contract's dates are not those recorded before.
    ContractDatesChanged = "contract_dates_changed", "contract dates changed" {
        /// The day the contract expires.
        contract_expires: Date, "Contract expires";
        /// Whether an evergreen clause extends the contract.
        evergreen: bool, "Evergreen clause";
    }

    /// A note is added to the record.
    NoteAdded = "note_added", "note added" {
        /// The text of the note.
        text: NoteText, "Text";
    }

    /// The case is withdrawn. It ends.
    CaseWithdrawn = "case_withdrawn", "case withdrawn" {
        /// The person or body that withdraws.
        by: Name, "Withdrawn by";
        /// Why the case is withdrawn.
        reason: Reason, "Reason";
    }

    /// The case is checked against another edition of the rules from now on, with all its events.
    CaseMigrated = "case_migrated", "case moved to another edition of the rules" {
        /// The number of the edition.
        edition: Edition, "Edition";
        /// Why the case is moved.
        reason: Reason, "Reason";
    }

    /// An earlier event of the case is voided. It stays visible and has no effect.
    EventVoided = "event_voided", "earlier event voided" {
        /// Why the event is voided.
        reason: Reason, "Reason";
        /// The sequence number of the event.
        seq: u64, "Number of the event to void";
    }
}
