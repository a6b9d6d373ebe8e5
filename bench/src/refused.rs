//! Offers that the measured case refuses: what people get wrong, each at the point of the case where it would happen.

use super::{at, id, name, slot, whole_case};
use ibbi_core::events::*;
use ibbi_core::{
    At, Body, Date, Decision, Event, EventKind, Format, MemberId, MemberIds, NoteText, Party, Person, Reason, Seat,
    Service,
};

/// An offer that is refused.
#[derive(Debug, Clone)]
pub struct RefusedOffer {
    /// How many events of the whole case come before it.
    pub after: usize,
    /// When.
    pub at: At,
    /// What.
    pub event: Event,
}

/// Returns the places in the whole case where an event of a kind comes next.
struct Places(Vec<(At, Event)>);

impl Places {
    /// The n-th event of a kind, from 0, with its place.
    fn nth(&self, kind: EventKind, n: usize) -> (usize, At, Event) {
        let of_kind = |(_, (_, event)): &(usize, &(At, Event))| event.kind() == kind;
        let (after, (at, event)) = self.0.iter().enumerate().filter(of_kind).nth(n).expect("the case has the event");
        (after, *at, event.clone())
    }

    /// Another event, offered in place of the n-th of a kind.
    fn instead(&self, kind: EventKind, n: usize, event: impl Into<Event>) -> RefusedOffer {
        let (after, at, _) = self.nth(kind, n);
        RefusedOffer { after, at, event: event.into() }
    }
}

/// The n-th event of a kind with something changed.
macro_rules! altered {
    ($places:expr, $kind:ident, $n:literal, |$event:ident| $change:expr) => {{
        let (after, at, event) = $places.nth(EventKind::$kind, $n);
        let Event::$kind(mut $event) = event else { unreachable!("it was asked for") };
        $change;
        RefusedOffer { after, at, event: $event.into() }
    }};
}

/// Offers that are refused, over all stages.
pub fn refused_offers() -> Vec<RefusedOffer> {
    let places = Places(whole_case());
    let mut offers = beginnings(&places);
    offers.extend(applications(&places));
    offers.extend(sessions(&places));
    offers.extend(decisions(&places));
    offers
}

fn without_first(ids: &MemberIds) -> MemberIds {
    MemberIds::new(ids.iter().copied().skip(1)).expect("a list")
}

fn and_one(ids: &MemberIds, one: MemberId) -> MemberIds {
    MemberIds::new(ids.iter().copied().chain([one])).expect("a list")
}

fn beginnings(places: &Places) -> Vec<RefusedOffer> {
    let again = |seat| LeaderAgreed { name: name("Another"), office: None, seat };
    let workshop = ServiceChosen { offering: None, service: Service::JointLeadershipWorkshop };
    vec![
        altered!(places, LeaderAgreed, 2, |event| event.office = None),
        places.instead(EventKind::LeaderAgreed, 1, again(Seat::Superintendent)),
        places.instead(EventKind::MeetingHeld, 0, ServiceChosen { offering: None, service: Service::Ibbi }),
        places.instead(EventKind::MeetingHeld, 0, MeetingScheduled { slot: slot(1, 9, 11) }),
        places.instead(EventKind::ServiceChosen, 0, workshop),
        places.instead(EventKind::ServiceChosen, 0, CaseReferred { to: Service::AnnualConference }),
    ]
}

fn applications(places: &Places) -> Vec<RefusedOffer> {
    let member = |member: MemberId| Person { id: member, name: name("A member of a team") };
    let support = SupportConfirmed { body: Body::Administration, dated: day(5), document: None };
    let accepted = ApplicationAccepted { by: name("A representative") };
    let reason = Reason::new("a move").expect("a reason");
    let labor = id(Party::Labor, 1);
    vec![
        places.instead(EventKind::MemberNamed, 1, MemberNamed { member: member(labor), party: Party::Labor }),
        altered!(places, MemberNamed, 8, |event| event.member = member(labor)),
        altered!(places, AttendancePledged, 3, |event| event.member = id(Party::Labor, 6)),
        altered!(places, AttendancePledged, 3, |event| event.dated = Some(day(30))),
        places.instead(EventKind::SupportConfirmed, 1, support),
        places.instead(EventKind::SupportConfirmed, 2, accepted.clone()),
        places.instead(EventKind::AttendancePledged, 11, accepted),
        RefusedOffer { at: at(2, 9), ..places.nth_as_is(EventKind::ApplicationAccepted, 0) },
        places.instead(
            EventKind::ApplicationAccepted,
            0,
            MemberReleased { member: id(Party::Management, 1), party: Party::Labor, reason },
        ),
    ]
}

fn sessions(places: &Places) -> Vec<RefusedOffer> {
    let stranger = MemberId::new("stranger").expect("an id");
    let on_a_team = Person { id: id(Party::Labor, 2), name: name("A member of a team") };
    let run = places.nth(EventKind::ActivityRun, 0).2;
    let adjourned = SessionAdjourned {
        late: Default::default(),
        left_early: MemberIds::default(),
        reason: Reason::new("snow").expect("a reason"),
    };
    let newcomer = MemberNamed { member: Person { id: stranger, name: name("A newcomer") }, party: Party::Labor };
    vec![
        altered!(places, SessionScheduled, 0, |event| event.slot = slot(6, 8, 12)),
        altered!(places, SessionScheduled, 0, |event| event.slot = slot(4, 8, 16)),
        altered!(places, SessionScheduled, 0, |event| event.part = 2),
        altered!(places, SessionScheduled, 0, |event| event.neutral = on_a_team.clone()),
        altered!(places, SessionScheduled, 2, |event| event.slot = slot(12, 10, 14)),
        places.instead(EventKind::SessionOpened, 0, places.nth(EventKind::SessionScheduled, 0).2),
        altered!(places, SessionOpened, 0, |event| event.present = without_first(&event.present)),
        altered!(places, SessionOpened, 0, |event| event.present = and_one(&event.present, stranger)),
        altered!(places, SessionOpened, 0, |event| event.neutral = on_a_team),
        RefusedOffer { at: at(7, 8), ..places.nth_as_is(EventKind::SessionOpened, 0) },
        altered!(places, SessionOpened, 1, |event| event.part = 2),
        places.instead(EventKind::SessionOpened, 0, run),
        places.instead(EventKind::ActivityRun, 0, newcomer),
        RefusedOffer { at: at(6, 12), ..places.nth_as_is(EventKind::SessionClosed, 0) },
        altered!(places, SessionClosed, 0, |event| event.left_early = and_one(&MemberIds::default(), stranger)),
        RefusedOffer { at: at(6, 16), ..places.instead(EventKind::ActivityRun, 1, close()) },
        places.instead(EventKind::SessionClosed, 1, adjourned),
        places.instead(EventKind::SessionOpened, 2, FormatChosen { format: Format::FullDay.into() }),
    ]
}

fn decisions(places: &Places) -> Vec<RefusedOffer> {
    let reason = Reason::new("to think again").expect("a reason");
    let decided = PartyDecided { decision: Decision::Adopt, party: Party::Labor, spokesperson: id(Party::Labor, 1) };
    let note = NoteAdded { text: NoteText::new("after the end").expect("a text") };
    let last = places.0.len();
    vec![
        altered!(places, CaucusOpened, 0, |event| event.present = and_one(&event.present, id(Party::Management, 1))),
        altered!(places, CaucusOpened, 0, |event| event.present = MemberIds::default()),
        places.instead(EventKind::CaucusOpened, 0, decided.clone()),
        places.instead(EventKind::ConcernAddressed, 0, decided.clone()),
        altered!(places, ConcernRaised, 1, |event| event.concern = ibbi_core::ConcernId::new("labor").expect("an id")),
        places.instead(EventKind::ConcernRaised, 0, places.nth(EventKind::ConcernAddressed, 0).2),
        altered!(places, PartyDecided, 0, |event| event.spokesperson = id(Party::Management, 1)),
        places.instead(EventKind::PartyDecided, 0, FormatChosen { format: Format::FullDay.into() }),
        places.instead(EventKind::PartyDecided, 0, DecisionReopened { party: Party::Management, reason }),
        places.instead(EventKind::PartyDecided, 1, decided),
        places.instead(EventKind::FormatChosen, 0, places.nth(EventKind::SessionScheduled, 1).2),
        RefusedOffer { after: last, at: at(14, 9), event: note.into() },
    ]
}

impl Places {
    fn nth_as_is(&self, kind: EventKind, n: usize) -> RefusedOffer {
        let (after, at, event) = self.nth(kind, n);
        RefusedOffer { after, at, event }
    }
}

fn day(number: u32) -> Date {
    Date::new(2026, 10, number).expect("a day")
}

fn close() -> SessionClosed {
    SessionClosed { late: Default::default(), left_early: MemberIds::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_core::Case;

    #[test]
    fn every_offer_is_refused_where_it_is_made() {
        let events = whole_case();
        for offer in refused_offers() {
            let mut case = Case::default();
            for (at, event) in &events[..offer.after] {
                case.offer(event, *at).unwrap_or_else(|refusal| panic!("{refusal}"));
            }
            let refused = case.check(&offer.event, offer.at);
            assert!(refused.is_err(), "{} after {} events: {:?}", offer.event.kind(), offer.after, offer.event);
        }
    }

    #[test]
    fn together_they_leave_most_rules_unmet() {
        let events = whole_case();
        let mut rules: Vec<_> = refused_offers()
            .into_iter()
            .flat_map(|offer| {
                let mut case = Case::default();
                events[..offer.after].iter().for_each(|(at, event)| drop(case.offer(event, *at)));
                case.check(&offer.event, offer.at).expect_err("it is refused").unmet
            })
            .map(|unmet| unmet.rule)
            .collect();
        rules.sort_unstable();
        rules.dedup();
        assert!(rules.len() >= 40, "{} rules: {rules:?}", rules.len());
    }
}
