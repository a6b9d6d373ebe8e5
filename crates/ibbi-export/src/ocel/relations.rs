//! What an event touches, and how.

use crate::context::Place;
use ibbi_core::{Body, ConcernId, Event, MemberId, Party, Seat, Stage};
use ibbi_log::{Record, Uuid};

/// An object, by what it is in its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Case,
    Party(Party),
    Member(MemberId),
    Seat(Seat),
    Letter(Body),
    /// Of the stage in which it is held, by its number.
    Part(Stage, u8),
    Neutral(MemberId),
    Concern(ConcernId),
}

impl Thing {
    /// Its type.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Party(_) => "party",
            Self::Member(_) => "member",
            Self::Seat(_) => "seat",
            Self::Letter(_) => "letter",
            Self::Part(..) => "part",
            Self::Neutral(_) => "neutral",
            Self::Concern(_) => "concern",
        }
    }

    /// Its id in the log.
    pub(super) fn id(&self, case: Uuid) -> String {
        let own = match self {
            Self::Case => return format!("case:{case}"),
            Self::Party(party) => party.code().to_owned(),
            Self::Member(id) | Self::Neutral(id) => id.to_string(),
            Self::Seat(seat) => seat.code().to_owned(),
            Self::Letter(body) => body.code().to_owned(),
            Self::Part(stage, part) => format!("{stage}:{part}"),
            Self::Concern(id) => id.to_string(),
        };
        format!("{}:{case}:{own}", self.type_name())
    }
}

/// What an event is to an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation {
    pub(super) object: Thing,
    pub(super) qualifier: &'static str,
}

/// Everything an event touches, each thing once; the case first.
pub(super) fn of(record: &Record, place: &Place) -> Vec<Relation> {
    let mut related = vec![Relation { object: Thing::Case, qualifier: "case" }];
    let mut touch = |object, qualifier| {
        // One way in which an event touches a thing is enough: some programs keep no more than one.
        if !related.iter().any(|known| known.object == object) {
            related.push(Relation { object, qualifier });
        }
    };
    if let Some(part) = place.part {
        touch(Thing::Part(place.from, part), part_qualifier(&record.event));
    }
    match &record.event {
        Event::LeaderAgreed(event) => touch(Thing::Seat(event.seat), "agrees"),
        Event::LeaderDeclined(event) => touch(Thing::Seat(event.seat), "declines"),
        Event::SupportConfirmed(event) => touch(Thing::Letter(event.body), "sent"),
        Event::SupportWithdrawn(event) => touch(Thing::Letter(event.body), "withdrawn"),
        Event::MemberNamed(event) => {
            touch(Thing::Member(event.member.id), "named");
            touch(Thing::Party(event.party), "gains");
        }
        Event::MemberReleased(event) => {
            touch(Thing::Member(event.member), "released");
            touch(Thing::Party(event.party), "loses");
        }
        Event::AttendancePledged(event) => touch(Thing::Member(event.member), "pledges"),
        Event::PledgeWithdrawn(event) => touch(Thing::Member(event.member), "takes the pledge back"),
        Event::SessionScheduled(event) => touch(Thing::Neutral(event.neutral.id), "to lead"),
        Event::SessionOpened(event) => {
            touch(Thing::Neutral(event.neutral.id), "leads");
            event.present.iter().for_each(|id| touch(Thing::Member(*id), "present"));
        }
        Event::SessionAdjourned(event) => {
            event.left_early.iter().for_each(|id| touch(Thing::Member(*id), "left early"));
        }
        Event::SessionClosed(event) => event.left_early.iter().for_each(|id| touch(Thing::Member(*id), "left early")),
        Event::CaucusOpened(event) => {
            touch(Thing::Party(event.party), "caucuses");
            event.present.iter().for_each(|id| touch(Thing::Member(*id), "present"));
        }
        Event::ConcernRaised(event) => {
            touch(Thing::Party(event.party), "raises");
            touch(Thing::Concern(event.concern), "raised");
        }
        Event::ConcernAddressed(event) => touch(Thing::Concern(event.concern), "addressed"),
        Event::ConcernDropped(event) => touch(Thing::Concern(event.concern), "dropped"),
        Event::PartyDecided(event) => {
            touch(Thing::Party(event.party), "decides");
            touch(Thing::Member(event.spokesperson), "speaks");
        }
        Event::DecisionReopened(event) => touch(Thing::Party(event.party), "reconsiders"),
        _ => {}
    }
    related
}

/// What happens to a part of the training or the facilitation.
const fn part_qualifier(event: &Event) -> &'static str {
    match event {
        Event::SessionScheduled(_) => "booked",
        Event::SessionPostponed(_) => "postponed",
        Event::SessionOpened(_) => "opened",
        Event::SessionAdjourned(_) => "adjourned",
        Event::SessionClosed(_) => "closed",
        _ => "during",
    }
}
