//! A neutral who is booked in two cases at the same time.

use super::{Fixture, START, at, name, note, opened, record};
use crate::{EventStore, NewRecord};
use ibbi_core::events::{
    ApplicationAccepted, AttendancePledged, LeaderAgreed, MeetingHeld, MemberNamed, ServiceChosen, SessionPostponed,
    SessionScheduled, SupportConfirmed,
};
use ibbi_core::{
    Advisory, At, Body, Date, Event, History, LocalTime, MemberId, NAME_NOT_RECORDED, Names, Office, Party, Person,
    Reason, Seat, Service, Slot, Topic, Topics,
};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;

pub(super) fn neutral_in_two_cases_is_reported<S: EventStore>(fixture: &Fixture<S>) {
    let store = &fixture.store;
    let [mut first, mut second, mut third] = [1, 2, 3].map(|number| trained(fixture, number));
    let advised = |history: &History, event: &SessionScheduled| -> Option<Advisory> {
        store.double_booked(history.id(), event).expect("an answer")
    };
    let booked = |history: &History| store.double_bookings(history.id()).expect("an answer").len();
    assert_eq!(advised(&first, &session("nell", 0)), None, "no one is booked yet");

    append(fixture, &mut first, 1, session("nell", 0).into());
    assert_eq!((booked(&first), booked(&second)), (0, 0), "a booking is not compared with itself");
    assert_eq!(advised(&first, &session("nell", 0)), None, "nor with another one of its case");
    for (hours, who, found) in [(0, "nell", true), (7, "nell", true), (8, "nell", false), (0, "omar", false)] {
        let advisory = advised(&second, &session(who, hours));
        assert_eq!(advisory.is_some(), found, "{who} {hours} hours later");
        let code = advisory.map(|advisory| advisory.warning.code());
        assert_eq!(code, found.then_some("neutral.double-booked"));
    }

    let nell = [name("nell")];
    let elsewhere = |case: &History, as_of: i64| {
        let found = store.booked_elsewhere(case.id(), &nell, at(START + as_of * HOUR)).expect("an answer");
        found.into_iter().map(|booking| booking.slot.minutes()).collect::<Vec<_>>()
    };
    assert_eq!((elsewhere(&first, 100), elsewhere(&second, 100)), (vec![], vec![480]));
    assert_eq!(elsewhere(&second, -1), [0; 0], "the session was not booked yet");
    assert_eq!(elsewhere(&second, 30 * 24), [0; 0], "the session is over");

    // Both cases show it, and a case in which no one else is does not.
    append(fixture, &mut second, 2, session("nell", 3).into());
    append(fixture, &mut third, 3, session("omar", 3).into());
    assert_eq!((booked(&first), booked(&second), booked(&third)), (1, 1, 0));

    // A postponed session is not booked any more.
    append(
        fixture,
        &mut second,
        4,
        SessionPostponed { part: 1, reason: Reason::new("snow").expect("a reason") }.into(),
    );
    assert_eq!((booked(&first), booked(&second)), (0, 0));
    // An import of past cases doesn't know who led a session. That is not the same person in all of them.
    let mut imported = trained(fixture, 4);
    append(fixture, &mut imported, 5, session(NAME_NOT_RECORDED, 0).into());
    assert_eq!((advised(&third, &session(NAME_NOT_RECORDED, 0)), booked(&imported)), (None, 0));
    assert_eq!(store.double_bookings(Uuid::from_u128(99)).expect("an answer"), [], "an unknown case has no bookings");
}

fn append<S: EventStore>(fixture: &Fixture<S>, history: &mut History, id: u128, event: Event) {
    let record = record(history, 50_000 + id, event);
    fixture.append(&[record]);
}

/// Appends a case in training and returns its history.
fn trained<S: EventStore>(fixture: &Fixture<S>, number: u128) -> History {
    let (mut history, first) = opened(number);
    let mut records: Vec<NewRecord> = vec![first];
    let events = to_training();
    for (index, event) in events.into_iter().enumerate() {
        records.push(record(&mut history, number * 10_000 + index as u128, event));
    }
    records.push(record(&mut history, number * 10_000 + 9_000, note("in training")));
    fixture.append(&records);
    history
}

/// The events of a case from its opening to its training.
fn to_training() -> Vec<Event> {
    let dated = "2026-10-02".parse::<Date>().expect("a date");
    let seats =
        [(Seat::Superintendent, None), (Seat::UnionPresident, None), (Seat::SchoolCommittee, Some(Office::Chair))];
    let mut events: Vec<Event> =
        seats.map(|(seat, office)| LeaderAgreed { name: name(seat.label()), office, seat }.into()).into();
    let present = Names::new([name("A. Lee")]).expect("a name");
    let topics = Topics::new(Topic::ALL.iter().copied());
    events.push(MeetingHeld { present, representative: name("N. Abara"), topics }.into());
    events.push(ServiceChosen { offering: None, service: Service::Ibbi }.into());
    events.extend(Body::ALL.iter().map(|body| SupportConfirmed { body: *body, dated, document: None }.into()));
    for party in Party::ALL {
        let member = person(party.code());
        let id = member.id;
        events.push(MemberNamed { member, party: *party }.into());
        events.push(AttendancePledged { dated: None, member: id, party: *party }.into());
    }
    events.push(ApplicationAccepted { by: name("N. Abara") }.into());
    events
}

fn person(text: &str) -> Person {
    Person { id: MemberId::new(&text.to_lowercase().replace(' ', "-")).expect("an ID"), name: name(text) }
}

/// Returns a training day, a week later, so many hours after 6 AM.
fn session(neutral: &str, hours: i64) -> SessionScheduled {
    let time = |hours: i64| {
        let instant: At = at(START + (6 * 24 + 14 + hours) * HOUR);
        LocalTime::new(instant, -240).expect("a local time")
    };
    let slot = Slot::new(time(hours), time(hours + 8)).expect("a slot");
    SessionScheduled { co_neutrals: Default::default(), neutral: person(neutral), part: 1, place: None, slot }
}
