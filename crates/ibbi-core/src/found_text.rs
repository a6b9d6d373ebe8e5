//! The sentences of [`Found`]: what a lay reader sees.

use crate::refusal::{Found, list};
use alloc::string::{String, ToString};
use core::fmt;

fn labels<T: Copy>(items: &[T], label: fn(T) -> &'static str) -> String {
    list(items, |item| label(*item).to_string())
}

fn shown<T: ToString>(items: &[T]) -> String {
    list(items, ToString::to_string)
}

const fn s(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

impl fmt::Display for Found {
    #[allow(clippy::too_many_lines, reason = "one sentence for each finding, in one place")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use crate::event::EventKind;
        use crate::people::{Body, Party, Seat};
        use crate::services::Topic;
        use crate::stage::Stage;
        match self {
            Self::OtherStage { event, belongs_to, present } => {
                let (event, present) = (event.code(), present.label());
                if belongs_to.is_empty() {
                    return write!(f, "{event} opens a case, and this one is in {present} already");
                }
                let homes = labels(belongs_to, Stage::label);
                write!(f, "the case is in {present}; {event} belongs to {homes}")
            }
            Self::CaseClosed { event } => write!(f, "the case is closed, and {} came after", event.code()),
            Self::Earlier { last, offered } => write!(f, "the last event happened at {last}, this one at {offered}"),
            Self::DatedLater { dated, event_day } => {
                write!(f, "it is dated {dated}, the event is of {event_day} (UTC)")
            }
            Self::LimitReached { what, limit } => write!(f, "the limit of {limit} {what} is reached"),
            Self::OfficeMissing { name } => write!(f, "no office is given for {name}"),
            Self::OfficeMisplaced { seat } => write!(f, "an office is given for {}", seat.label()),
            Self::SeatTaken { seat, by } => write!(f, "{} has agreed already: {by}", seat.label()),
            Self::SeatsOpen { seats } => write!(f, "not agreed yet: {}", labels(seats, Seat::label)),
            Self::TopicsMissing { topics } => write!(f, "not covered yet: {}", labels(topics, Topic::label)),
            Self::ServiceChosenAlready { service } => write!(f, "{} was chosen before", service.label()),
            Self::OfferingMismatch { service, offering_given: true } => {
                write!(f, "an offering is given for {}", service.label())
            }
            Self::OfferingMismatch { service, offering_given: false } => {
                write!(f, "no offering is given for {}", service.label())
            }
            Self::NotChosen { service: Some(service) } => {
                write!(f, "{} is not among the other services chosen", service.label())
            }
            Self::NotChosen { service: None } => f.write_str("no other service has been chosen"),
            Self::SlotPast { starts, at } => write!(f, "the slot begins {starts}, and it was booked at {at}"),
            Self::SlotDays { slot } => write!(f, "the slot is {slot}"),
            Self::ConfirmedAlready { body: Some(body) } => write!(f, "{} has confirmed already", body.label()),
            Self::ConfirmedAlready { body: None } => f.write_str("all three bodies have confirmed"),
            Self::NotConfirmed { body: Some(body) } => write!(f, "{} has not confirmed", body.label()),
            Self::NotConfirmed { body: None } => f.write_str("no body has confirmed yet"),
            Self::LettersMissing { bodies } => write!(f, "no letter yet from {}", labels(bodies, Body::label)),
            Self::NotAccepted => f.write_str("the application has not been accepted yet"),
            Self::OnOtherTeam { member, party } => write!(f, "{member} is on the {} team", party.label()),
            Self::OnTeam { member, party } => write!(f, "{member} is on the {} team already", party.label()),
            Self::NotOnTeam { member, party } => write!(f, "{member} is not on the {} team", party.label()),
            Self::NoMembers => f.write_str("no team has a member"),
            Self::PledgedAlready { member: Some(member) } => write!(f, "{member} has pledged already"),
            Self::PledgedAlready { member: None } => f.write_str("no member is without a pledge"),
            Self::NotPledged { member: Some(member) } => write!(f, "{member} has not pledged"),
            Self::NotPledged { member: None } => f.write_str("no member has pledged"),
            Self::TeamsEmpty { parties } => {
                write!(f, "no member yet on the {} team{}", labels(parties, Party::label), s(parties.len()))
            }
            Self::PledgesMissing { members } => write!(f, "no pledge yet from {}", shown(members)),
            Self::SessionOpen { part } => write!(f, "the session of part {part} is open"),
            Self::NoSuchPart { part, parts } => {
                write!(f, "part {part} was named; there {} {parts}", if *parts == 1 { "is only" } else { "are" })
            }
            Self::PartFilled { part } => write!(f, "part {part} is filled"),
            Self::BookedAlready { part, slot } => write!(f, "part {part} is booked for {slot}"),
            Self::AllBooked => f.write_str("every part with hours to fill has a session booked or open"),
            Self::NotBooked { part } => write!(f, "no session of part {part} is scheduled"),
            Self::NothingBooked => f.write_str("no session is scheduled"),
            Self::SlotMinutes { minutes, asked, make_up: false } => {
                write!(f, "the slot has {minutes} minutes; the part has {asked}")
            }
            Self::SlotMinutes { minutes, asked, make_up: true } => {
                write!(f, "the slot has {minutes} minutes; only {asked} remain to be made up")
            }
            Self::Overlaps { part, slot } => write!(f, "it overlaps part {part}, {slot}"),
            Self::OtherDay { scheduled, today } => write!(f, "it is scheduled for {scheduled}; this is {today}"),
            Self::NothingToday { today } => write!(f, "no session is scheduled for {today}"),
            Self::NeutralOnTeam { neutral, party } => write!(f, "{neutral} is on the {} team", party.label()),
            Self::Strangers { ids } => write!(f, "on neither team: {}", shown(ids)),
            Self::MembersMissing { members } => write!(f, "missing: {}", shown(members)),
            Self::TeamsAbsent { parties } => write!(f, "nobody is there of {}", labels(parties, Party::label)),
            Self::NoSessionOpen => f.write_str("no session is open"),
            Self::MinutesMissing { minutes, grace } => {
                let are = if *minutes == 1 { "minute of the slot is" } else { "minutes of the slot are" };
                write!(f, "{minutes} {are} missing; of the whole part up to {grace} could be forgiven")
            }
            Self::SlotFilled { minutes } => write!(f, "the slot is filled: {minutes} of its minutes were held"),
            Self::NotPresent { ids } => write!(f, "not among those present: {}", shown(ids)),
            Self::NoActivity { activity } => write!(f, "no {} has been run yet", activity.label()),
            Self::HoursRemaining { parts } => {
                let each = list(parts, |left| alloc::format!("{} minutes of part {}", left.minutes, left.part));
                write!(f, "still to be held: {each}")
            }
            Self::EarlierPartUnopened { part } => write!(f, "part {part} has not opened yet"),
            Self::SameDay { part, day } => write!(f, "part {part} first opened on {day}, the same day"),
            Self::NotOfParty { party, ids } => write!(f, "not members of {}: {}", party.label(), shown(ids)),
            Self::Nobody => f.write_str("nobody is listed as present"),
            Self::CaucusUnopened { party: Some(party) } => write!(f, "{} has not opened its caucus", party.label()),
            Self::CaucusUnopened { party: None } => f.write_str("neither party has opened its caucus"),
            Self::ConcernsOpen { concerns } => {
                write!(f, "open concern{}: {}", s(concerns.len()), shown(concerns))
            }
            Self::DecidedAlready { party, decision } => {
                write!(f, "{} has decided: {}", party.label(), decision.label())
            }
            Self::NotDecided { party: Some(party) } => write!(f, "{} has not decided", party.label()),
            Self::NotDecided { party: None } => f.write_str("neither party has decided"),
            Self::ConcernKnown { concern } => write!(f, "there is a concern `{concern}` already"),
            Self::ConcernUnknown { concern } => write!(f, "there is no open concern `{concern}`"),
            Self::NoConcernOpen => f.write_str("no concern is open"),
            Self::Decisions { labor, management } => {
                let said = |decision: &Option<crate::stage::Decision>| match decision {
                    Some(crate::stage::Decision::Adopt) => "has adopted",
                    Some(crate::stage::Decision::Decline) => "has declined",
                    None => "has not decided",
                };
                write!(f, "labor {}; management {}", said(labor), said(management))
            }
            Self::NoFormat => f.write_str("neither one full day nor two half-days has been chosen"),
            Self::FormatFixed { held: true, .. } => f.write_str("a session has been held in the present format"),
            Self::FormatFixed { booked, .. } => {
                write!(f, "{booked} session{} scheduled in the present format", s(usize::from(*booked)))
            }
            Self::IbbiNotChosen => f.write_str("the IBBI has not been chosen"),
            Self::NoHistory => f.write_str("the present state alone does not show the events that remain"),
            Self::NothingToVoid => f.write_str("the case has no event that could be voided"),
            Self::NoSuchEvent { seq } => write!(f, "no event of this case has the number {seq}"),
            Self::NotVoidable { seq, event } => write!(f, "number {seq} is {}", event.code()),
            Self::VoidedAlready { seq } => write!(f, "number {seq} is void already"),
            Self::LaterRefused { seq, event, unmet } => {
                let rules = list(unmet, |rule| rule.id().to_string());
                write!(f, "without it number {seq}, {}, would have been refused by {rules}", EventKind::code(*event))
            }
            Self::Sequence { last, offered } => write!(f, "the last number is {last}, this one is {offered}"),
        }
    }
}
