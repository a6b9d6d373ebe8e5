//! The cases that the benchmarks measure.
#![forbid(unsafe_code)]

pub mod floor;
pub mod late;
pub mod memory;
pub mod records;
mod refused;
pub mod simulated;

pub use refused::{RefusedOffer, refused_offers};

use ibbi_core::events::*;
use ibbi_core::{
    ActivityId, At, Body, Case, ConcernId, Date, Decision, Event, Format, LocalTime, MemberId, MemberIds, Name, Names,
    NoteText, Observers, Office, Party, Person, Program, Seat, Service, Slot, TimeZoneName, Topics,
};

/// Members of each team in the measured case.
pub const TEAM: usize = 6;

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn id(party: Party, number: usize) -> MemberId {
    MemberId::new(&format!("{}{number}", party.code())).expect("an id")
}

fn neutral() -> Person {
    Person { id: MemberId::new("neutral").expect("an id"), name: name("N. Neutral") }
}

/// The members of a team.
pub fn team(party: Party) -> impl Iterator<Item = MemberId> {
    (1..=TEAM).map(move |number| id(party, number))
}

fn everyone() -> MemberIds {
    MemberIds::new(Party::ALL.iter().flat_map(|party| team(*party))).expect("a list")
}

/// The instant of a local time in Massachusetts in the fall of 2026, before the clocks go back.
fn local(day: u32, hour: i64) -> LocalTime {
    let midnight: LocalTime = format!("2026-10-{day:02}T00:00:00-04:00").parse().expect("a time");
    let at = At::from_millis(midnight.at().millis() + hour * 3_600_000).expect("an instant");
    LocalTime::new(at, -240).expect("a local time")
}

fn at(day: u32, hour: i64) -> At {
    local(day, hour).at()
}

fn slot(day: u32, from: i64, to: i64) -> Slot {
    Slot::new(local(day, from), local(day, to)).expect("a slot")
}

/// A whole case, opened to completed, with two teams of six and two half-days of facilitation: each event with its
/// instant.
pub fn whole_case() -> Vec<(At, Event)> {
    let mut events = Vec::new();
    let mut add = |when: At, event: Event| events.push((when, event));
    add(
        at(1, 9),
        CaseOpened {
            contract_expires: Date::new(2027, 6, 30),
            county: None,
            district: name("Maple Hollow"),
            evergreen: false,
            follows: None,
            program: Program::default(),
            time_zone: TimeZoneName::new("America/New_York").expect("a zone"),
        }
        .into(),
    );
    for seat in Seat::ALL.iter().copied() {
        let office = (seat == Seat::SchoolCommittee).then_some(Office::Chair);
        add(at(1, 10), LeaderAgreed { name: name("A leader"), office, seat }.into());
    }
    let present = Names::new([name("A leader")]).expect("a list");
    add(at(2, 9), MeetingHeld { present, representative: name("A representative"), topics: Topics::ALL }.into());
    add(at(2, 10), ServiceChosen { offering: None, service: Service::Ibbi }.into());
    for party in Party::ALL.iter().copied() {
        for member in team(party) {
            let person = Person { id: member, name: name("A member of a team") };
            add(at(3, 9), MemberNamed { member: person, party }.into());
            add(at(3, 9), AttendancePledged { dated: None, member, party }.into());
        }
    }
    for body in Body::ALL.iter().copied() {
        let dated = Date::new(2026, 10, 3).expect("a day");
        add(at(4, 9), SupportConfirmed { body, dated, document: None }.into());
    }
    add(at(4, 10), ApplicationAccepted { by: name("A representative") }.into());
    let schedule = |part, slot| {
        SessionScheduled { co_neutrals: Default::default(), neutral: neutral(), part, place: None, slot }.into()
    };
    let open = |part| {
        let observers = Observers::default();
        SessionOpened {
            advisers: Default::default(),
            co_neutrals: Default::default(),
            substitutes: Default::default(),
            neutral: neutral(),
            observers,
            part,
            present: everyone(),
        }
        .into()
    };
    let close = || SessionClosed { late: Default::default(), left_early: MemberIds::default() }.into();
    add(at(5, 9), schedule(1, slot(6, 8, 16)));
    add(at(6, 8), open(1));
    for kind in ActivityId::PUBLISHED {
        add(at(6, 10), ActivityRun { kind, title: name("An activity") }.into());
    }
    add(at(6, 16), close());
    for party in Party::ALL.iter().copied() {
        let present = MemberIds::new(team(party)).expect("a list");
        let concern = ConcernId::new(party.code()).expect("an id");
        let text = NoteText::new("What becomes of the calendar?").expect("a text");
        add(at(7, 9), CaucusOpened { advisers: Default::default(), party, present }.into());
        add(at(7, 9), ConcernRaised { concern, party, text: text.clone() }.into());
        add(at(7, 9), ConcernAddressed { concern, response: text }.into());
    }
    for party in Party::ALL.iter().copied() {
        add(at(8, 9), PartyDecided { decision: Decision::Adopt, party, spokesperson: id(party, 1) }.into());
    }
    add(at(9, 9), FormatChosen { format: Format::TwoHalfDays.into() }.into());
    add(at(9, 10), schedule(1, slot(12, 8, 12)));
    add(at(9, 11), schedule(2, slot(13, 8, 12)));
    for (part, day) in [(1, 12), (2, 13)] {
        add(at(day, 8), open(part));
        add(at(day, 12), close());
    }
    events
}

/// The case after its first events, as many as satisfy a condition on what comes next.
///
/// # Panics
/// If an event of the case is refused.
pub fn case_before(is_next: impl Fn(&Event) -> bool) -> (Case, At, Event) {
    let mut case = Case::default();
    for (when, event) in whole_case() {
        if is_next(&event) {
            return (case, when, event);
        }
        case.offer(&event, when).unwrap_or_else(|refusal| panic!("{refusal}"));
    }
    panic!("no such event in the case");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measured_case_is_legal_and_completed() {
        let mut case = Case::default();
        let events = whole_case();
        for (when, event) in &events {
            case.offer(event, *when).unwrap_or_else(|refusal| panic!("{refusal}"));
        }
        assert_eq!(case.outcome(), Some(ibbi_core::Outcome::Completed));
        assert_eq!(events.len(), 54);
    }
}
