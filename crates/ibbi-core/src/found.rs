//! The facts that make a rule unmet, and their texts for people.

use crate::edition::Edition;
use crate::event::EventKind;
use crate::people::{Body, Party, Person, Seat};
use crate::rule::Rule;
use crate::services::{Service, Topic};
use crate::slot::Slot;
use crate::stage::{Decision, FollowUpResult, Outcome, Stage};
use crate::text::{ActivityId, ConcernId, FormatId, MemberId, Name};
use crate::time::LocalTime;
use crate::time::{At, Date};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// The fact that makes a rule unmet. Programs read its fields, and people read its `Display` text.
///
/// With the feature `serde`, it is written as `{"kind": "other_stage", …}`. The kinds are stable codes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant documents its fields")]
pub enum Found {
    /// The event can be recorded only in other stages.
    OtherStage { event: EventKind, belongs_to: Vec<Stage>, present: Stage },
    /// The case is closed.
    CaseClosed { event: EventKind },
    /// The event happened before the last one.
    Earlier { last: At, offered: At },
    /// A document is dated after the event.
    DatedLater { dated: Date, event_day: Date },
    /// A limit is reached.
    LimitReached { what: &'static str, limit: u32 },
    /// The office is missing for the school committee's seat.
    OfficeMissing { name: Name },
    /// An office was given for a seat that has no office.
    OfficeMisplaced { seat: Seat },
    /// The seat already agreed.
    SeatTaken { seat: Seat, by: Name },
    /// The seat has not agreed, or no one has it now.
    SeatNotHeld { seat: Seat, agreed: bool },
    /// The seat has no successor who still has to agree. With a name, that successor already agreed.
    NoSuccessor { seat: Seat, agreed: Option<Name> },
    /// The name isn't in composed form: where it has the characters `has`, the composed form has `composed`.
    NameNotComposed { name: String, has: String, composed: String },
    /// The name looks the same as another one: where it has the characters `has`, the other one has `other_has`.
    NameLooksLike { name: String, other: String, has: String, other_has: String },
    /// Seats that have not agreed.
    SeatsOpen { seats: Vec<Seat> },
    /// Topics that no meeting has covered.
    TopicsMissing { topics: Vec<Topic> },
    /// The service was already chosen.
    ServiceChosenAlready { service: Service },
    /// An offering is missing for the workshop, or was given for another service.
    OfferingMismatch { service: Service, offering_given: bool },
    /// The service to refer the case to was not chosen. Without a service, no other service was chosen.
    NotChosen { service: Option<Service> },
    /// The slot starts before, or at, the time of the booking.
    SlotPast { starts: LocalTime, at: At },
    /// The slot is on more than one local day.
    SlotDays { slot: Slot },
    /// The body already confirmed. Without a body, all three confirmed.
    ConfirmedAlready { body: Option<Body> },
    /// The body has not confirmed. Without a body, none has confirmed.
    NotConfirmed { body: Option<Body> },
    /// Bodies that have not confirmed their support.
    LettersMissing { bodies: Vec<Body> },
    /// The application has not been accepted yet.
    NotAccepted,
    /// The person is on the other team.
    OnOtherTeam { member: MemberId, party: Party },
    /// The person is already on the team.
    OnTeam { member: MemberId, party: Party },
    /// The person is not on the team.
    NotOnTeam { member: MemberId, party: Party },
    /// Neither team has members.
    NoMembers,
    /// The member already pledged. Without a member, every member pledged.
    PledgedAlready { member: Option<MemberId> },
    /// The member has not pledged. Without a member, no member has pledged.
    NotPledged { member: Option<MemberId> },
    /// Teams without members.
    TeamsEmpty { parties: Vec<Party> },
    /// Members who have not pledged.
    PledgesMissing { members: Vec<Person> },
    /// A session is open.
    SessionOpen { part: u8 },
    /// The format has fewer parts.
    NoSuchPart { part: u8, parts: u8 },
    /// The part is complete.
    PartFilled { part: u8 },
    /// A session of the part is booked.
    BookedAlready { part: u8, slot: Slot },
    /// Every part with hours to hold has a session booked or open.
    AllBooked,
    /// No session of the part is booked.
    NotBooked { part: u8 },
    /// No session is booked at all.
    NothingBooked,
    /// The slot has the wrong length. The first session of a part needs exactly `asked` minutes, and a make-up session
    /// at most `asked`.
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
    /// Members who are absent.
    MembersMissing { members: Vec<Person> },
    /// Teams without a member present.
    TeamsAbsent { parties: Vec<Party> },
    /// The substitute's member is not on a team, or is present.
    NotAbsent { member: MemberId },
    /// The person is listed more than once for the session.
    ListedTwice { person: MemberId },
    /// No session is open.
    NoSessionOpen,
    /// The session is short by `minutes`. Up to `grace` minutes of the whole part can be waived.
    MinutesMissing { minutes: u32, grace: u16 },
    /// The session ran its full time: `minutes`.
    SlotFilled { minutes: u32 },
    /// People who are listed as having left early but were not present.
    NotPresent { ids: Vec<MemberId> },
    /// People who are listed as late but are neither members nor substitutes.
    NotExpected { ids: Vec<MemberId> },
    /// No such activity has been run.
    NoActivity { activity: ActivityId },
    /// Activities that the program requires and that have not been run.
    ActivitiesMissing { activities: Vec<ActivityId> },
    /// The minutes that remain of each part.
    HoursRemaining { parts: Vec<Remaining> },
    /// The earlier part has not been opened.
    EarlierPartUnopened { part: u8 },
    /// Another part was first opened on the same day.
    SameDay { part: u8, day: Date },
    /// People in a caucus who are not members of that party.
    NotOfParty { party: Party, ids: Vec<MemberId> },
    /// Advisers in a caucus who advise the other party.
    AdvisersOfOther { party: Party, names: Vec<Name> },
    /// No one is listed as present.
    Nobody,
    /// The party has not opened its caucus. Without a party, neither party has.
    CaucusUnopened { party: Option<Party> },
    /// Concerns that are neither addressed nor dropped.
    ConcernsOpen { concerns: Vec<ConcernId> },
    /// The party already decided.
    DecidedAlready { party: Party, decision: Decision },
    /// The party has not decided. Without a party, neither party has.
    NotDecided { party: Option<Party> },
    /// The ID is already used.
    ConcernKnown { concern: ConcernId },
    /// No open concern has this ID.
    ConcernUnknown { concern: ConcernId },
    /// No concern is open.
    NoConcernOpen,
    /// The parties' decisions so far.
    Decisions { labor: Option<Decision>, management: Option<Decision> },
    /// The format has not been chosen.
    NoFormat,
    /// Sessions that prevent another format: the number that is booked, and whether one was held.
    FormatFixed { booked: u8, held: bool },
    /// The IBBI has not been chosen.
    IbbiNotChosen,
    /// The case ended another way.
    OtherOutcome { outcome: Outcome },
    /// A party is missing for a vote, or was given for another result.
    PartyMismatch { result: FollowUpResult, party_given: bool },
    /// A correction was offered to a state instead of a history.
    NoHistory,
    /// The case has no event that can be voided.
    NothingToVoid,
    /// No event of this case has the number.
    NoSuchEvent { seq: u64 },
    /// The event is of a kind that can't be voided.
    NotVoidable { seq: u64, event: EventKind },
    /// The event is already voided.
    VoidedAlready { seq: u64 },
    /// A later event depends on the voided one.
    LaterRefused { seq: u64, event: EventKind, unmet: Vec<Rule> },
    /// With the offered event in its place, this later event would no longer be valid.
    LaterInvalid { seq: u64, at: At, event: EventKind, unmet: Vec<Rule> },
    /// The event was voided or replaced.
    NoLongerCounts { seq: u64, replaced: bool, by: u64 },
    /// The training must include too many activities.
    ActivityCount { activities: u8, limit: u8 },
    /// The training or a format has too many parts.
    PartCount { parts: u8, limit: u8 },
    /// The program doesn't have the format.
    NoSuchFormat { format: FormatId, formats: Vec<FormatId> },
    /// A part of the program is too short or too long.
    PartLength { minutes: u16 },
    /// The case is not valid as it is recorded, so it doesn't take the event.
    NotAsRecorded { event: EventKind },
    /// The case has no opening yet.
    NotOpened,
    /// The edition isn't known, or has another digest than the known one.
    EditionUnknown { edition: Edition, latest: Edition },
    /// The case already has the edition.
    EditionPresent { edition: Edition },
    /// The sequence number is not greater than the last one.
    Sequence { last: u64, offered: u64 },
}

/// The time that remains of a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Remaining {
    /// The number of the part, from 1.
    pub part: u8,
    /// The minutes that remain to be held.
    pub minutes: u16,
}

impl fmt::Display for Found {
    #[allow(clippy::too_many_lines, reason = "one text for each finding, in one place")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherStage { event, belongs_to, present } => {
                let (event, present) = (event.code(), present.label());
                if belongs_to.is_empty() {
                    return write!(f, "{event} opens a case, but this case is already in {present}");
                }
                let stages = labels(belongs_to, Stage::label);
                write!(f, "the case is in {present}, but {event} can be recorded only in {stages}")
            }
            Self::CaseClosed { event } => write!(f, "the case is closed, so {} can't be recorded", event.code()),
            Self::Earlier { last, offered } => {
                let (last, offered) = two_instants(*last, *offered);
                write!(f, "the last event happened on {last}, and this one happened on {offered}")
            }
            Self::DatedLater { dated, event_day } => {
                let (dated, event_day) = (dated.readable(), event_day.readable());
                write!(f, "the document is dated {dated}, and the event happened on {event_day} (UTC)")
            }
            Self::LimitReached { what, limit } => write!(f, "the limit of {} {what} is reached", thousands(*limit)),
            Self::OfficeMissing { name } => write!(f, "no office is given for {name}"),
            Self::OfficeMisplaced { seat } => write!(f, "an office is given for {}", seat.label()),
            Self::SeatTaken { seat, by } => write!(f, "{by} already agreed for {}", seat.label()),
            Self::SeatNotHeld { seat, agreed: true } => write!(f, "the seat of {} is vacant", seat.label()),
            Self::SeatNotHeld { seat, agreed: false } => write!(f, "{} has not agreed", seat.label()),
            Self::NoSuccessor { seat, agreed: Some(name) } => {
                write!(f, "{name}, the successor of {}, already agreed", seat.label())
            }
            Self::NoSuccessor { seat, agreed: None } => write!(f, "{} has no successor", seat.label()),
            Self::NameNotComposed { name, has, composed } => {
                write!(f, "the name {name} has {has} where its composed form has {composed}")
            }
            Self::NameLooksLike { name, other, has, other_has } => {
                write!(f, "the name {name} has {has} where {other} has {other_has}")
            }
            Self::SeatsOpen { seats } => write!(f, "not agreed yet: {}", labels(seats, Seat::label)),
            Self::TopicsMissing { topics } => write!(f, "not covered yet: {}", labels(topics, Topic::label)),
            Self::ServiceChosenAlready { service } => write!(f, "{} is already chosen", service.label()),
            Self::OfferingMismatch { service, offering_given: true } => {
                write!(f, "an offering is given for {}", service.label())
            }
            Self::OfferingMismatch { service, offering_given: false } => {
                write!(f, "no offering is given for {}", service.label())
            }
            Self::NotChosen { service: Some(service) } => {
                write!(f, "{} is not one of the other services chosen", service.label())
            }
            Self::NotChosen { service: None } => f.write_str("no other service is chosen yet"),
            Self::SlotPast { starts, at } => {
                let (starts_at, offset) = (starts.at(), starts.offset_minutes());
                let booked = LocalTime::new(at.whole_minute(), offset).filter(|booked| booked.at() != starts_at);
                match booked {
                    Some(booked) => {
                        let (starts, booked) = (starts.readable(), booked.readable());
                        write!(f, "the slot starts on {starts}, and it was booked on {booked}")
                    }
                    None => write!(f, "the slot starts on {}, and it was booked at that time", starts.readable()),
                }
            }
            Self::SlotDays { slot } => write!(f, "the slot is {slot}"),
            Self::ConfirmedAlready { body: Some(body) } => write!(f, "{} already confirmed its support", body.label()),
            Self::ConfirmedAlready { body: None } => f.write_str("all three bodies already confirmed their support"),
            Self::NotConfirmed { body: Some(body) } => write!(f, "{} has not confirmed its support", body.label()),
            Self::NotConfirmed { body: None } => f.write_str("no body has confirmed its support yet"),
            Self::LettersMissing { bodies } => write!(f, "no letter yet from {}", labels(bodies, Body::label)),
            Self::NotAccepted => f.write_str("the application is not accepted yet"),
            Self::OnOtherTeam { member, party } => write!(f, "{member} is on the {} team", party.label()),
            Self::OnTeam { member, party } => write!(f, "{member} is already on the {} team", party.label()),
            Self::NotOnTeam { member, party } => write!(f, "{member} is not on the {} team", party.label()),
            Self::NoMembers => f.write_str("neither team has a member"),
            Self::PledgedAlready { member: Some(member) } => write!(f, "{member} already pledged"),
            Self::PledgedAlready { member: None } => f.write_str("every member already pledged"),
            Self::NotPledged { member: Some(member) } => write!(f, "{member} has not pledged"),
            Self::NotPledged { member: None } => f.write_str("no member has pledged"),
            Self::TeamsEmpty { parties } => {
                write!(f, "no member yet on the {} team{}", labels(parties, Party::label), plural(parties.len()))
            }
            Self::PledgesMissing { members } => write!(f, "no pledge yet from {}", texts(members)),
            Self::SessionOpen { part } => write!(f, "the session of part {part} is open"),
            Self::NoSuchPart { part, parts: 1 } => write!(f, "there is no part {part}; the format has only 1 part"),
            Self::NoSuchPart { part, parts } => write!(f, "there is no part {part}; the format has {parts} parts"),
            Self::PartFilled { part } => write!(f, "part {part} is complete"),
            Self::BookedAlready { part, slot } => write!(f, "part {part} is booked for {slot}"),
            Self::AllBooked => f.write_str("every part with hours to hold already has a session booked or open"),
            Self::NotBooked { part } => write!(f, "no session of part {part} is scheduled"),
            Self::NothingBooked => f.write_str("no session is scheduled"),
            Self::SlotMinutes { minutes, asked, make_up: false } => {
                write!(f, "the slot is {} long, and the part is {}", time_span(*minutes), time_span((*asked).into()))
            }
            Self::SlotMinutes { minutes, asked, make_up: true } => {
                let (long, left) = (time_span(*minutes), time_span((*asked).into()));
                write!(f, "the slot is {long} long, but only {left} must be made up")
            }
            Self::Overlaps { part, slot } => write!(f, "the slot overlaps part {part} on {slot}"),
            Self::OtherDay { scheduled, today } => {
                write!(f, "the session is scheduled for {}, not {}", scheduled.readable(), today.readable())
            }
            Self::NothingToday { today } => write!(f, "no session is scheduled for {}", today.readable()),
            Self::NeutralOnTeam { neutral, party } => write!(f, "{neutral} is on the {} team", party.label()),
            Self::Strangers { ids } => write!(f, "on neither team: {}", texts(ids)),
            Self::MembersMissing { members } => write!(f, "missing: {}", texts(members)),
            Self::TeamsAbsent { parties } => {
                let parties = parties.iter().map(|party| party.label()).collect::<Vec<_>>().join(" or ");
                write!(f, "no one from {parties} is present")
            }
            Self::NotAbsent { member } => write!(f, "{member} is not an absent member"),
            Self::ListedTwice { person } => write!(f, "{person} is listed more than once"),
            Self::NoSessionOpen => f.write_str("no session is open"),
            Self::MinutesMissing { minutes, grace } => {
                let (short, waived) = (time_span(*minutes), time_span((*grace).into()));
                write!(f, "the session is {short} short; up to {waived} of the whole part can be waived")
            }
            Self::SlotFilled { minutes } => write!(f, "the session ran its full time ({})", time_span(*minutes)),
            Self::NotPresent { ids } => write!(f, "not listed as present: {}", texts(ids)),
            Self::NotExpected { ids } => write!(f, "neither members nor substitutes: {}", texts(ids)),
            Self::NoActivity { activity } => write!(f, "no {} is recorded yet", activity.label()),
            Self::ActivitiesMissing { activities } => {
                write!(f, "not recorded yet: {}", list(activities, |activity| activity.label()))
            }
            Self::HoursRemaining { parts } => {
                let remaining = |left: &Remaining| format!("{} of part {}", time_span(left.minutes.into()), left.part);
                write!(f, "still to be held: {}", list(parts, remaining))
            }
            Self::EarlierPartUnopened { part } => write!(f, "part {part} has not been opened yet"),
            Self::SameDay { part, day } => {
                write!(f, "part {part} was first opened on the same day, {}", day.readable())
            }
            Self::NotOfParty { party, ids } => write!(f, "not members of {}: {}", party.label(), texts(ids)),
            Self::AdvisersOfOther { party, names } => write!(f, "not advisers of {}: {}", party.label(), texts(names)),
            Self::Nobody => f.write_str("no one is listed as present"),
            Self::CaucusUnopened { party: Some(party) } => write!(f, "{} has not opened its caucus", party.label()),
            Self::CaucusUnopened { party: None } => f.write_str("neither party has opened its caucus"),
            Self::ConcernsOpen { concerns } => {
                write!(f, "open concern{}: {}", plural(concerns.len()), texts(concerns))
            }
            Self::DecidedAlready { party, decision } => {
                write!(f, "{} already decided to {}", party.label(), decision.label())
            }
            Self::NotDecided { party: Some(party) } => write!(f, "{} has not decided", party.label()),
            Self::NotDecided { party: None } => f.write_str("neither party has decided"),
            Self::ConcernKnown { concern } => write!(f, "there is already a concern `{concern}`"),
            Self::ConcernUnknown { concern } => write!(f, "there is no open concern `{concern}`"),
            Self::NoConcernOpen => f.write_str("no concern is open"),
            Self::Decisions { labor, management } => {
                let status = |decision: &Option<Decision>| match decision {
                    Some(Decision::Adopt) => "adopted",
                    Some(Decision::Decline) => "declined",
                    None => "has not decided",
                };
                write!(f, "labor {}, and management {}", status(labor), status(management))
            }
            Self::NoFormat => f.write_str("the format is not chosen yet"),
            Self::FormatFixed { held: true, .. } => f.write_str("a session was held in the current format"),
            Self::FormatFixed { booked: 1, .. } => f.write_str("1 session is scheduled in the current format"),
            Self::FormatFixed { booked, .. } => write!(f, "{booked} sessions are scheduled in the current format"),
            Self::IbbiNotChosen => f.write_str("the IBBI is not chosen yet"),
            Self::OtherOutcome { outcome } => write!(f, "the case ended: {}", outcome.label()),
            Self::PartyMismatch { result, party_given: true } => {
                write!(f, "a party is given, but \u{201c}{}\u{201d} is not a vote", result.label())
            }
            Self::PartyMismatch { result, party_given: false } => {
                write!(f, "the party that voted is missing for \u{201c}{}\u{201d}", result.label())
            }
            Self::NoHistory => f.write_str("the current state does not show which events remain"),
            Self::NothingToVoid => f.write_str("the case has no event that can be voided"),
            Self::NoSuchEvent { seq } => write!(f, "this case has no event with number {seq}"),
            Self::NotVoidable { seq, event } => write!(f, "number {seq} is {}", event.code()),
            Self::VoidedAlready { seq } => write!(f, "number {seq} is already voided"),
            Self::LaterRefused { seq, event, unmet } => {
                let rules = list(unmet, |rule| rule.id().to_string());
                write!(f, "number {seq} ({}) depends on it; without it, {rules} would not be met", event.code())
            }
            Self::LaterInvalid { seq, at, event, unmet } => {
                let rules = list(unmet, |rule| rule.id().to_string());
                let (event, at) = (event.code(), at.readable());
                write!(f, "number {seq} ({event}, {at}) would no longer be valid, because of {rules}")
            }
            Self::NoLongerCounts { seq, replaced: true, by } => write!(f, "number {by} replaced number {seq}"),
            Self::NoLongerCounts { seq, replaced: false, by } => write!(f, "number {by} voided number {seq}"),
            Self::EditionUnknown { edition, latest } if edition <= latest => {
                write!(f, "edition {edition} of this version has other rules than edition {edition} of the case")
            }
            Self::EditionUnknown { edition, latest } => {
                write!(f, "edition {edition} is not known; this version knows editions up to {latest}")
            }
            Self::ActivityCount { activities, limit } => {
                write!(f, "{activities} activities are given, and at most {limit} are possible")
            }
            Self::PartCount { parts, limit } => write!(f, "{parts} parts are given, and at most {limit} are possible"),
            Self::NoSuchFormat { format, formats } => {
                write!(f, "the program has no format `{format}`; it has {}", texts(formats))
            }
            Self::PartLength { minutes } => write!(f, "a part has {}", time_span((*minutes).into())),
            Self::NotAsRecorded { event } => {
                write!(f, "the rules don't allow an earlier event of the case, so {} can't be checked", event.code())
            }
            Self::NotOpened => f.write_str("the case is not opened yet"),
            Self::EditionPresent { edition } => write!(f, "the case already has edition {edition}"),
            Self::Sequence { last, offered } => write!(f, "the last number is {last}, and this one is {offered}"),
        }
    }
}

/// Returns two instants as texts that differ if the instants do: to the minute if that is enough, else in full.
fn two_instants(one: At, other: At) -> (String, String) {
    if one != other && one.whole_minute() == other.whole_minute() {
        return (one.to_string(), other.to_string());
    }
    (one.readable(), other.readable())
}

fn time_span(minutes: u32) -> String {
    format!("{} minute{}", thousands(minutes), plural(minutes as usize))
}

/// Returns a number with commas between thousands, such as `10,000`.
fn thousands(number: u32) -> String {
    match number / 1000 {
        0 => number.to_string(),
        high => format!("{},{:03}", thousands(high), number % 1000),
    }
}

const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

fn labels<T: Copy>(items: &[T], label: fn(T) -> &'static str) -> String {
    list(items, |item| label(*item).to_string())
}

fn texts<T: ToString>(items: &[T]) -> String {
    list(items, ToString::to_string)
}

/// Joins items into running text: `a`, `a and b`, `a, b, and c`.
pub(crate) fn list<T>(items: &[T], text_of: impl Fn(&T) -> String) -> String {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        match (index, items.len()) {
            (0, _) => {}
            (1, 2) => text.push_str(" and "),
            (_, count) if index + 1 == count => text.push_str(", and "),
            _ => text.push_str(", "),
        }
        text.push_str(&text_of(item));
    }
    text
}
