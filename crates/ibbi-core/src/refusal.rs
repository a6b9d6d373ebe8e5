//! Refusals: every unmet rule, with what was found and what would satisfy it.

use crate::event::EventKind;
use crate::people::{Body, Party, Person, Seat};
use crate::rule::Rule;
use crate::services::{Service, Topic};
use crate::slot::{LocalTime, Slot};
use crate::stage::{Decision, Stage};
use crate::text::{ConcernId, MemberId, Name};
use crate::time::{At, Date};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// What was found where a rule was not met: structured for programs, and a sentence for people through `Display`.
///
/// With the feature `serde` it is written as `{"kind": "<what was found>", …}`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named by what they hold; each variant says what was found")]
pub enum Found {
    /// The event belongs to other stages than the present one.
    OtherStage { event: EventKind, belongs_to: Vec<Stage>, present: Stage },
    /// The case is closed.
    CaseClosed { event: EventKind },
    /// The event is earlier than the last one.
    Earlier { last: At, offered: At },
    /// A document is dated after the event.
    DatedLater { dated: Date, event_day: Date },
    /// A limit would be passed.
    LimitReached { what: &'static str, limit: u32 },
    /// An office is missing for the committee's seat.
    OfficeMissing { name: Name },
    /// An office was given for a seat that has none.
    OfficeMisplaced { seat: Seat },
    /// The seat has agreed already.
    SeatTaken { seat: Seat, by: Name },
    /// Seats that have not agreed.
    SeatsOpen { seats: Vec<Seat> },
    /// Topics that no meeting has covered.
    TopicsMissing { topics: Vec<Topic> },
    /// The service has been chosen already.
    ServiceChosenAlready { service: Service },
    /// The offering and the service do not go together.
    OfferingMismatch { service: Service, offering_given: bool },
    /// The service to which the case would be referred was not chosen, or none was.
    NotChosen { service: Option<Service> },
    /// The slot has begun, or lies in the past.
    SlotPast { starts: LocalTime, at: At },
    /// The slot is on more than one local day.
    SlotDays { slot: Slot },
    /// The body has confirmed already; without a body, all three have.
    ConfirmedAlready { body: Option<Body> },
    /// The body has not confirmed; without a body, none has.
    NotConfirmed { body: Option<Body> },
    /// The letters that have not come.
    LettersMissing { bodies: Vec<Body> },
    /// The application has not been accepted yet.
    NotAccepted,
    /// The person is on the other team.
    OnOtherTeam { member: MemberId, party: Party },
    /// The person is on the team already.
    OnTeam { member: MemberId, party: Party },
    /// The person is not on the team.
    NotOnTeam { member: MemberId, party: Party },
    /// No team has members.
    NoMembers,
    /// The member has pledged already; without a member, all have.
    PledgedAlready { member: Option<MemberId> },
    /// The member has not pledged; without a member, none has.
    NotPledged { member: Option<MemberId> },
    /// Teams without members.
    TeamsEmpty { parties: Vec<Party> },
    /// Members who have not pledged.
    PledgesMissing { members: Vec<Person> },
    /// A session is open.
    SessionOpen { part: u8 },
    /// The format has fewer parts.
    NoSuchPart { part: u8, parts: u8 },
    /// The part is filled.
    PartFilled { part: u8 },
    /// A session of the part is booked.
    BookedAlready { part: u8, slot: Slot },
    /// Every part that has hours to fill is booked.
    AllBooked,
    /// No session of the part is booked.
    NotBooked { part: u8 },
    /// No session is booked at all.
    NothingBooked,
    /// The slot has the wrong length: exactly `asked` minutes are asked for the first session of a part, at most
    /// `asked` for a make-up.
    SlotMinutes { minutes: u32, asked: u16, make_up: bool },
    /// The slot overlaps another.
    Overlaps { part: u8, slot: Slot },
    /// The session is scheduled for another day.
    OtherDay { scheduled: Date, today: Date },
    /// Nothing is scheduled for this day.
    NothingToday { today: Date },
    /// The neutral is on a team.
    NeutralOnTeam { neutral: MemberId, party: Party },
    /// People who are on neither team.
    Strangers { ids: Vec<MemberId> },
    /// Members who are not there.
    MembersMissing { members: Vec<Person> },
    /// Teams of which nobody is there.
    TeamsAbsent { parties: Vec<Party> },
    /// No session is open.
    NoSessionOpen,
    /// The slot is not filled: so many minutes of it are missing; `grace` could be forgiven.
    MinutesMissing { minutes: u32, grace: u16 },
    /// The slot was filled.
    SlotFilled { minutes: u32 },
    /// People who are said to have left early but were not there.
    NotPresent { ids: Vec<MemberId> },
    /// No such activity has been run.
    NoActivity { activity: crate::stage::ActivityKind },
    /// Minutes of each part that remain to be held.
    HoursRemaining { parts: Vec<Remaining> },
    /// The earlier part has not opened.
    EarlierPartUnopened { part: u8 },
    /// An earlier part opened on the same day.
    SameDay { part: u8, day: Date },
    /// People in a caucus who are not of that party.
    NotOfParty { party: Party, ids: Vec<MemberId> },
    /// Nobody attends.
    Nobody,
    /// The party's caucus has not opened; without a party, neither has.
    CaucusUnopened { party: Option<Party> },
    /// Concerns that are neither addressed nor dropped.
    ConcernsOpen { concerns: Vec<ConcernId> },
    /// The party has decided.
    DecidedAlready { party: Party, decision: Decision },
    /// The party has not decided; without a party, neither has.
    NotDecided { party: Option<Party> },
    /// The id is in use.
    ConcernKnown { concern: ConcernId },
    /// No open concern has this id.
    ConcernUnknown { concern: ConcernId },
    /// No concern is open.
    NoConcernOpen,
    /// How the parties stand.
    Decisions { labor: Option<Decision>, management: Option<Decision> },
    /// The format has not been chosen.
    NoFormat,
    /// Sessions stand in the way of another format.
    FormatFixed { booked: u8, held: bool },
    /// The IBBI has not been chosen.
    IbbiNotChosen,
    /// A void was offered to a state.
    NoHistory,
    /// No event of this case is left that could be voided.
    NothingToVoid,
    /// No event of this case has the number.
    NoSuchEvent { seq: u64 },
    /// The event is of a kind that is not voided.
    NotVoidable { seq: u64, event: EventKind },
    /// The event is void already.
    VoidedAlready { seq: u64 },
    /// A later event would not have been accepted.
    LaterRefused { seq: u64, event: EventKind, unmet: Vec<Rule> },
    /// The sequence number is not above the last.
    Sequence { last: u64, offered: u64 },
}

/// What remains of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Remaining {
    /// The part, from 1.
    pub part: u8,
    /// Minutes that remain to be held.
    pub minutes: u16,
}

/// One unmet rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The rule.
    pub rule: Rule,
    /// What was found.
    pub found: Found,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.id(), self.found)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Unmet {
    /// `{"rule", "statement", "found", "detail", "remedy", "source"}`: `rule`, `source` and `detail` are stable codes,
    /// the rest is prose.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("Unmet", 6)?;
        out.serialize_field("rule", &self.rule)?;
        out.serialize_field("statement", self.rule.statement())?;
        out.serialize_field("found", &alloc::format!("{}", self.found))?;
        out.serialize_field("detail", &self.found)?;
        out.serialize_field("remedy", self.rule.remedy())?;
        out.serialize_field("source", &self.rule.source())?;
        out.end()
    }
}

/// The answer to an event that was not accepted: every unmet rule. Nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Refusal {
    /// The kind of event that was offered.
    pub event: EventKind,
    /// The stage the case is in.
    pub stage: Stage,
    /// The instant of the event.
    pub at: At,
    /// Every unmet rule, at least one.
    pub unmet: Vec<Unmet>,
}

impl Refusal {
    /// Whether a rule is among the unmet ones.
    pub fn names(&self, rule: Rule) -> bool {
        self.unmet.iter().any(|unmet| unmet.rule == rule)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = if self.unmet.len() == 1 { "a rule is" } else { "these rules are" };
        write!(f, "{} was refused in {}: {rules} not met", self.event.code(), self.stage.label())?;
        for unmet in &self.unmet {
            write!(f, "\n  {}: {}\n    found: {}", unmet.rule.id(), unmet.rule.statement(), unmet.found)?;
            write!(f, "\n    to do: {} [{}]", unmet.rule.remedy(), unmet.rule.source().label())?;
        }
        Ok(())
    }
}

/// A refusal on the typed road: the state is handed back unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused<S> {
    /// The state as it was.
    pub state: S,
    /// Why the event was refused.
    pub refusal: Refusal,
}

impl<S> fmt::Display for Refused<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl<S: fmt::Debug> core::error::Error for Refused<S> {}

impl<S> From<Box<Refused<S>>> for Refusal {
    fn from(refused: Box<Refused<S>>) -> Self {
        refused.refusal
    }
}

/// Collects unmet rules. Costs nothing until the first.
#[derive(Debug, Default)]
pub struct Check {
    unmet: Vec<Unmet>,
}

impl Check {
    /// A check that has found nothing yet.
    pub const fn new() -> Self {
        Self { unmet: Vec::new() }
    }

    /// Notes an unmet rule; the first finding on a rule stands.
    pub(crate) fn fail(&mut self, rule: Rule, found: Found) {
        if !self.unmet.iter().any(|unmet| unmet.rule == rule) {
            self.unmet.push(Unmet { rule, found });
        }
    }

    /// Notes an unmet rule unless a condition holds.
    pub(crate) fn require(&mut self, holds: bool, rule: Rule, found: impl FnOnce() -> Found) {
        if !holds {
            self.fail(rule, found());
        }
    }

    /// Whether no unmet rule was found.
    pub const fn passed(&self) -> bool {
        self.unmet.is_empty()
    }

    /// The unmet rules.
    pub fn into_unmet(self) -> Vec<Unmet> {
        self.unmet
    }

    /// Nothing, or a refusal with the unmet rules.
    pub(crate) fn verdict(self, event: EventKind, stage: Stage, at: At) -> Result<(), Refusal> {
        if self.unmet.is_empty() { Ok(()) } else { Err(Refusal { event, stage, at, unmet: self.unmet }) }
    }
}

/// Joins what is listed into running text: `a`, `a and b`, `a, b and c`.
pub(crate) fn list<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(if index + 1 == items.len() { " and " } else { ", " });
        }
        text.push_str(&show(item));
    }
    text
}
