//! The relations of an event to objects.

use crate::record_context::RecordContext;
use ibbi_core::events::{SessionAdjourned, SessionClosed};
use ibbi_core::{Body, ConcernId, Event, MemberId, Party, Seat, Stage};
use ibbi_log::{Record, Uuid};

/// An object within its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ObjectKey {
    Case,
    Party(Party),
    Member(MemberId),
    Seat(Seat),
    Letter(Body),
    /// A part of a stage, by its number.
    Part(Stage, u8),
    Neutral(MemberId),
    Concern(ConcernId),
}

impl ObjectKey {
    /// Returns the type of the object.
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

    /// Returns the ID of the object in the log.
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

/// The relation of an event to an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation {
    pub(super) object: ObjectKey,
    pub(super) qualifier: &'static str,
}

/// Returns the relations of an event, one for each object, the case first.
pub(super) fn relations(record: &Record, context: &RecordContext) -> Vec<Relation> {
    let mut related = vec![Relation { object: ObjectKey::Case, qualifier: "case" }];
    let mut relate = |object, qualifier| {
        // One relation to an object is enough: some programs keep only one.
        if !related.iter().any(|known| known.object == object) {
            related.push(Relation { object, qualifier });
        }
    };
    if let Some(part) = context.part {
        relate(ObjectKey::Part(context.from, part), part_qualifier(&record.event));
    }
    match &record.event {
        Event::LeaderAgreed(event) => relate(ObjectKey::Seat(event.seat), "agrees"),
        Event::LeaderDeclined(event) => relate(ObjectKey::Seat(event.seat), "declines"),
        Event::LeaderLeft(event) => relate(ObjectKey::Seat(event.seat), "becomes vacant"),
        Event::LeaderSucceeded(event) => relate(ObjectKey::Seat(event.seat), "changes hands"),
        Event::SuccessorAgreed(event) => relate(ObjectKey::Seat(event.seat), "agrees"),
        Event::SupportConfirmed(event) => relate(ObjectKey::Letter(event.body), "sent"),
        Event::SupportWithdrawn(event) => relate(ObjectKey::Letter(event.body), "withdrawn"),
        Event::MemberNamed(event) => {
            relate(ObjectKey::Member(event.member.id), "named");
            relate(ObjectKey::Party(event.party), "gains");
        }
        Event::MemberReleased(event) => {
            relate(ObjectKey::Member(event.member), "released");
            relate(ObjectKey::Party(event.party), "loses");
        }
        Event::AttendancePledged(event) => relate(ObjectKey::Member(event.member), "pledges"),
        Event::PledgeWithdrawn(event) => relate(ObjectKey::Member(event.member), "takes the pledge back"),
        Event::SessionScheduled(event) => {
            let neutrals = std::iter::once(&event.neutral).chain(event.co_neutrals.iter());
            neutrals.for_each(|neutral| relate(ObjectKey::Neutral(neutral.id), "to lead"));
        }
        Event::SessionOpened(event) => {
            let neutrals = std::iter::once(&event.neutral).chain(event.co_neutrals.iter());
            neutrals.for_each(|neutral| relate(ObjectKey::Neutral(neutral.id), "leads"));
            event.present.iter().for_each(|id| relate(ObjectKey::Member(*id), "present"));
            event.substitutes.iter().for_each(|one| relate(ObjectKey::Member(one.member), "replaced"));
        }
        Event::SessionAdjourned(SessionAdjourned { late, left_early, .. })
        | Event::SessionClosed(SessionClosed { late, left_early }) => {
            left_early.iter().for_each(|id| relate(ObjectKey::Member(*id), "left early"));
            late.iter().for_each(|id| relate(ObjectKey::Member(*id), "came late"));
        }
        Event::CaucusOpened(event) => {
            relate(ObjectKey::Party(event.party), "caucuses");
            event.present.iter().for_each(|id| relate(ObjectKey::Member(*id), "present"));
        }
        Event::OutcomeNoted(event) => {
            event.party.into_iter().for_each(|party| relate(ObjectKey::Party(party), "votes"));
        }
        Event::ConcernRaised(event) => {
            relate(ObjectKey::Party(event.party), "raises");
            relate(ObjectKey::Concern(event.concern), "raised");
        }
        Event::ConcernAddressed(event) => relate(ObjectKey::Concern(event.concern), "addressed"),
        Event::ConcernDropped(event) => relate(ObjectKey::Concern(event.concern), "dropped"),
        Event::PartyDecided(event) => {
            relate(ObjectKey::Party(event.party), "decides");
            relate(ObjectKey::Member(event.spokesperson), "speaks");
        }
        Event::DecisionReopened(event) => relate(ObjectKey::Party(event.party), "reconsiders"),
        _ => {}
    }
    related
}

/// Returns the relation of an event to a part of the training or the facilitation.
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
