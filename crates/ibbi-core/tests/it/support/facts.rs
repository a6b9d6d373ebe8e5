//! The events of the stories: a short builder for each kind.

use super::{date, id, name, reason, text};
use ibbi_core::events::*;
use ibbi_core::{
    ActivityId, Adviser, AdviserRole, Body, Capacity, Decision, Edition, Event, FollowUpResult, Format, MemberIds,
    Names, Observer, Observers, Office, Party, Person, Program, Seat, Service, Slot, Substitute, Substitutes, Topic,
    Topics, Workshop,
};

/// The labor team of the standard case.
pub(crate) const LABOR: [&str; 2] = ["ana", "ben"];
/// The management team of the standard case.
pub(crate) const MANAGEMENT: [&str; 2] = ["cora", "dev"];
/// Both teams of the standard case.
pub(crate) const EVERYONE: [&str; 4] = ["ana", "ben", "cora", "dev"];

/// Returns a person of Maple Hollow, or any other person by ID.
pub(crate) fn person(short: &str) -> Person {
    let full = match short {
        "ana" => "Ana Reyes",
        "ben" => "Ben Whitcomb",
        "cora" => "Cora Lindqvist",
        "dev" => "Dev Okafor",
        "eli" => "Eli Marchetti",
        "nell" => "Nell Abara",
        other => other,
    };
    Person { id: id(short), name: name(full) }
}

pub(crate) fn ids(list: &[&str]) -> MemberIds {
    MemberIds::new(list.iter().map(|short| id(short))).expect("ids that differ")
}

/// Returns the opening of the case of Maple Hollow with a program.
pub(crate) fn opening(program: Program) -> Event {
    CaseOpened {
        contract_expires: Some(date("2027-06-30")),
        county: None,
        district: name("Maple Hollow"),
        evergreen: false,
        follows: None,
        program,
        time_zone: "America/New_York".parse().expect("a time zone"),
    }
    .into()
}

/// Returns the agreement of a leader. The school committee's leader is its chair.
pub(crate) fn agreed(seat: Seat, who: &str) -> Event {
    let office = (seat == Seat::SchoolCommittee).then_some(Office::Chair);
    agreed_as(seat, who, office)
}

pub(crate) fn agreed_as(seat: Seat, who: &str, office: Option<Office>) -> Event {
    LeaderAgreed { name: name(who), office, seat }.into()
}

pub(crate) fn declined(seat: Seat, who: &str) -> Event {
    LeaderDeclined { name: name(who), reason: reason("too much at once this year"), seat }.into()
}

pub(crate) fn left(seat: Seat) -> Event {
    LeaderLeft { reason: reason("retired"), seat }.into()
}

pub(crate) fn succeeded(seat: Seat, who: &str) -> Event {
    let office = (seat == Seat::SchoolCommittee).then_some(Office::Chair);
    LeaderSucceeded { name: name(who), office, seat }.into()
}

pub(crate) fn successor_agreed(seat: Seat) -> Event {
    SuccessorAgreed { seat }.into()
}

pub(crate) fn outcome(result: FollowUpResult, party: Option<Party>, dated: &str) -> Event {
    OutcomeNoted { dated: date(dated), document: None, party, result }.into()
}

/// Returns an adviser of a party.
pub(crate) fn adviser(party: Party, who: &str) -> Adviser {
    Adviser { name: name(who), party, role: AdviserRole::Counsel }
}

/// Returns an event with changes to the data of one kind.
macro_rules! with {
    ($event:expr, $kind:ident, |$data:ident| $change:expr) => {{
        let mut event = $event;
        if let ibbi_core::Event::$kind($data) = &mut event {
            $change;
        }
        event
    }};
}
pub(crate) use with;

/// Returns the opening of a session without some members, each with a substitute.
pub(crate) fn opened_with_substitutes(part: u8, substitutes: &[(&str, &str)]) -> Event {
    let replaced = |who: &&str| substitutes.iter().any(|(member, _)| member == who);
    let present: Vec<_> = EVERYONE.into_iter().filter(|who| !replaced(who)).collect();
    let substitutes = substitutes.iter().map(|(member, who)| Substitute { member: id(member), person: person(who) });
    let substitutes = Substitutes::new(substitutes).expect("substitutes that differ");
    with!(opened_with(part, &present), SessionOpened, |data| data.substitutes = substitutes)
}

pub(crate) fn meeting_scheduled(slot: Slot) -> Event {
    MeetingScheduled { slot }.into()
}

pub(crate) fn meeting_held(topics: impl IntoIterator<Item = Topic>) -> Event {
    let present = Names::new(["Rosa Amari", "Tom Fields", "Ines Novak"].map(name)).expect("names that differ");
    MeetingHeld { present, representative: name("Nell Abara"), topics: Topics::new(topics) }.into()
}

pub(crate) fn chosen(service: Service) -> Event {
    ServiceChosen { offering: None, service }.into()
}

pub(crate) fn workshop(offering: Option<Workshop>) -> Event {
    ServiceChosen { offering, service: Service::JointLeadershipWorkshop }.into()
}

pub(crate) fn referred(to: Service) -> Event {
    CaseReferred { to }.into()
}

pub(crate) fn confirmed(body: Body, dated: &str) -> Event {
    SupportConfirmed { body, dated: date(dated), document: None }.into()
}

pub(crate) fn support_withdrawn(body: Body, dated: &str) -> Event {
    SupportWithdrawn { body, dated: date(dated), document: None }.into()
}

pub(crate) fn accepted() -> Event {
    ApplicationAccepted { by: name("Nell Abara") }.into()
}

pub(crate) fn not_accepted() -> Event {
    ApplicationDeclined { reason: reason("no trainer is free this year") }.into()
}

pub(crate) fn named(party: Party, who: &str) -> Event {
    MemberNamed { member: person(who), party }.into()
}

pub(crate) fn released(party: Party, who: &str) -> Event {
    MemberReleased { member: id(who), party, reason: reason("takes another post") }.into()
}

pub(crate) fn pledged(party: Party, who: &str) -> Event {
    AttendancePledged { dated: None, member: id(who), party }.into()
}

pub(crate) fn pledged_on(party: Party, who: &str, dated: &str) -> Event {
    AttendancePledged { dated: Some(date(dated)), member: id(who), party }.into()
}

pub(crate) fn unpledged(party: Party, who: &str) -> Event {
    PledgeWithdrawn { dated: None, member: id(who), party }.into()
}

pub(crate) fn unpledged_on(party: Party, who: &str, dated: &str) -> Event {
    PledgeWithdrawn { dated: Some(date(dated)), member: id(who), party }.into()
}

pub(crate) fn scheduled(part: u8, slot: Slot) -> Event {
    scheduled_with(part, slot, "nell")
}

pub(crate) fn scheduled_with(part: u8, slot: Slot, neutral: &str) -> Event {
    SessionScheduled {
        co_neutrals: Default::default(),
        neutral: person(neutral),
        part,
        place: Some(name("Maple Hollow High School")),
        slot,
    }
    .into()
}

pub(crate) fn postponed(part: u8, why: &str) -> Event {
    SessionPostponed { part, reason: reason(why) }.into()
}

/// Returns the opening of a session with both teams and observers of both boards.
pub(crate) fn opened(part: u8) -> Event {
    opened_by(part, "nell", &EVERYONE)
}

pub(crate) fn opened_with(part: u8, present: &[&str]) -> Event {
    opened_by(part, "nell", present)
}

pub(crate) fn opened_by(part: u8, neutral: &str, present: &[&str]) -> Event {
    let boards = [(Capacity::SchoolCommittee, "Ines Novak"), (Capacity::UnionBoard, "Tom Fields")];
    let observers = boards.map(|(capacity, who)| Observer { capacity, name: name(who) });
    let observers = Observers::new(observers).expect("observers that differ");
    SessionOpened {
        advisers: Default::default(),
        co_neutrals: Default::default(),
        substitutes: Default::default(),
        neutral: person(neutral),
        observers,
        part,
        present: ids(present),
    }
    .into()
}

/// Returns the opening of a session with both teams and no observers.
pub(crate) fn opened_alone(part: u8) -> Event {
    let observers = Observers::default();
    SessionOpened {
        advisers: Default::default(),
        co_neutrals: Default::default(),
        substitutes: Default::default(),
        neutral: person("nell"),
        observers,
        part,
        present: ids(&EVERYONE),
    }
    .into()
}

pub(crate) fn exercise() -> Event {
    ActivityRun { kind: ActivityId::EXERCISE, title: name("The parking lot") }.into()
}

/// Returns the run of an activity that isn't published.
pub(crate) fn other_activity(kind: &str) -> Event {
    ActivityRun { kind: kind.parse().expect("an activity"), title: name("A first offer") }.into()
}

pub(crate) fn simulation() -> Event {
    ActivityRun { kind: ActivityId::BARGAINING_SIMULATION, title: name("Class sizes in Elmbrook") }.into()
}

pub(crate) fn adjourned(why: &str) -> Event {
    SessionAdjourned { late: Default::default(), left_early: MemberIds::default(), reason: reason(why) }.into()
}

pub(crate) fn closed() -> Event {
    closed_without(&[])
}

/// Returns the closing of a session that some members left early.
pub(crate) fn closed_without(left: &[&str]) -> Event {
    SessionClosed { late: Default::default(), left_early: ids(left) }.into()
}

pub(crate) fn caucus(party: Party, present: &[&str]) -> Event {
    CaucusOpened { advisers: Default::default(), party, present: ids(present) }.into()
}

pub(crate) fn raised(party: Party, concern: &str) -> Event {
    let concern = concern.parse().expect("a concern's id");
    ConcernRaised { concern, party, text: text("Who keeps the minutes?\nAnd who may read them?") }.into()
}

pub(crate) fn addressed(concern: &str) -> Event {
    let concern = concern.parse().expect("a concern's id");
    ConcernAddressed { concern, response: text("Both parties keep them together.") }.into()
}

pub(crate) fn dropped(concern: &str) -> Event {
    ConcernDropped { concern: concern.parse().expect("a concern's id") }.into()
}

/// Returns a party's decision through its first member.
pub(crate) fn decided(party: Party, decision: Decision) -> Event {
    let spokesperson = match party {
        Party::Labor => "ana",
        Party::Management => "cora",
    };
    decided_through(party, decision, spokesperson)
}

pub(crate) fn decided_through(party: Party, decision: Decision, spokesperson: &str) -> Event {
    PartyDecided { decision, party, spokesperson: id(spokesperson) }.into()
}

pub(crate) fn reopened(party: Party) -> Event {
    DecisionReopened { party, reason: reason("a member was not heard") }.into()
}

pub(crate) fn format(format: Format) -> Event {
    FormatChosen { format: format.into() }.into()
}

/// Returns the choice of a format that is not a published one.
pub(crate) fn other_format(id: &str) -> Event {
    FormatChosen { format: id.parse().expect("a format's id") }.into()
}

pub(crate) fn contract(expires: &str, evergreen: bool) -> Event {
    ContractDatesChanged { contract_expires: date(expires), evergreen }.into()
}

pub(crate) fn note(words: &str) -> Event {
    NoteAdded { text: text(words) }.into()
}

pub(crate) fn withdrawn() -> Event {
    CaseWithdrawn { by: name("Rosa Amari"), reason: reason("the district merges with its neighbor") }.into()
}

/// Returns the move to an edition of the rules.
pub(crate) fn migrated(edition: u16) -> Event {
    let edition = Edition::new(edition).expect("an edition");
    CaseMigrated { edition, reason: reason("the program uses the new rules") }.into()
}

pub(crate) fn voided(seq: u64) -> Event {
    EventVoided { reason: reason("a slip of the pen"), seq }.into()
}
