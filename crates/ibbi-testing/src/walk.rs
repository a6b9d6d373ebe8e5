//! Generated legal ledgers: cases that take any path that the rules allow, with corrections.

use crate::lines::Lines;
use ibbi_core::events::*;
use ibbi_core::{
    ActivityId, At, Body, Case, ConcernId, Date, Decision, Event, Format, History, LocalTime, MemberId, MemberIds,
    Name, Names, NoteText, Observers, Office, Party, Person, Program, Reason, Seat, Service, Slot, Stage, TimeZoneName,
    Topic, Topics,
};
use ibbi_log::{Uuid, chart_digest};
use serde_json::{Value, json};

/// A random number generator: splitmix64 (Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub struct Random(
    /// The state; the seed at first.
    pub u64,
);

impl Random {
    /// Returns the next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % u64::try_from(limit.max(1)).unwrap()).unwrap()
    }

    /// Returns one of several values.
    pub fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Returns true in so many of a hundred times.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.number() % 100 < percent
    }
}

/// 8 AM on Tuesday, 2026-09-01, in Massachusetts.
pub(crate) const BEGIN: i64 = 1_788_264_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

pub(crate) fn at(millis: i64) -> At {
    At::from_millis(millis).expect("a time within bounds")
}

/// Returns a name.
pub fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn reason() -> Reason {
    Reason::new("a reason").expect("a reason")
}

fn id(text: &str) -> MemberId {
    MemberId::new(text).expect("an id")
}

const MEMBERS: [&str; 6] = ["m1", "m2", "m3", "m4", "m5", "m6"];

fn neutral() -> Person {
    Person { id: id("reyes"), name: name("Ines Reyes") }
}

/// Returns a slot that begins at an hour of a local day, before or after the end of daylight saving time.
fn slot(day: i64, hour: i64, minutes: i64) -> Slot {
    // Midnight in daylight saving time, which ends on 2026-11-01.
    let summer = BEGIN - 8 * HOUR + day * DAY;
    let offset: i16 = if day >= 61 { -300 } else { -240 };
    let starts = summer + hour * HOUR + i64::from(-240 - offset) * 60_000;
    let time = |millis| LocalTime::new(at(millis), offset).expect("whole minutes");
    Slot::new(time(starts), time(starts + minutes * 60_000)).expect("a slot")
}

/// A record to be written to a ledger.
#[derive(Debug, Clone)]
pub struct GeneratedRecord {
    /// Which case, from 0.
    pub case: usize,
    /// When it happened.
    pub at: At,
    /// What happened.
    pub event: Event,
    /// The stage after it.
    pub to: Stage,
}

/// Generates records of random cases that are under way at the same time.
pub fn walk(seed: u64, cases: usize, count: usize) -> Vec<GeneratedRecord> {
    let mut random = Random(seed);
    let mut histories = vec![(History::new(), BEGIN); cases];
    let mut records: Vec<GeneratedRecord> = Vec::new();
    let mut tries = 0;
    while records.len() < count && tries < count * 60 {
        tries += 1;
        let case = random.below(cases);
        let (history, clock) = &mut histories[case];
        let seq = u64::try_from(records.len()).unwrap() + 2;
        let own: Vec<u64> = history.entries().iter().map(|entry| entry.seq).collect();
        let Some((event, millis)) = offer(&mut random, history.case(), *clock, &own) else { continue };
        if let Ok(to) = history.offer(seq, at(millis), event.clone()) {
            *clock = (*clock).max(millis);
            records.push(GeneratedRecord { case, at: at(millis), event, to });
        }
    }
    records
}

/// Returns an event that may be legal, and its time.
pub(crate) fn offer(random: &mut Random, case: &Case, clock: i64, own: &[u64]) -> Option<(Event, i64)> {
    let later = clock + HOUR / 4 * i64::try_from(random.below(40)).unwrap();
    if random.chance(4) && own.len() > 3 {
        let seq = random.one(&own[own.len().saturating_sub(4)..]);
        return Some((EventVoided { reason: reason(), seq }.into(), later));
    }
    if random.chance(3) && case.stage() != Stage::Unopened {
        let text = NoteText::new("a note").expect("a text");
        return Some((NoteAdded { text }.into(), later));
    }
    if random.below(500) == 0 {
        return Some((CaseWithdrawn { by: name("Somebody"), reason: reason() }.into(), later));
    }
    let event = match case {
        Case::Unopened(_) => opening(random),
        Case::Inquiry(_) => leaders(random),
        Case::Introduction(_) => introduction(random, later),
        Case::Application(_) if random.chance(35) => application(random, later),
        Case::Application(_) | Case::Agreement(_) if random.chance(70) => roster(random, case),
        Case::Agreement(_) => FormatChosen { format: random.one(Format::ALL).into() }.into(),
        Case::Application(_) => roster(random, case),
        Case::Training(_) | Case::Facilitation(_) => return sessions(random, case, later),
        Case::Caucus(_) => caucus(random, case),
        Case::Closed(_) => return None,
    };
    Some((event, later))
}

fn opening(random: &mut Random) -> Event {
    let districts = ["Maple Hollow", "Birch Valley", "Otter Creek"];
    CaseOpened {
        contract_expires: random.chance(50).then(|| Date::new(2027, 6, 30)).flatten(),
        county: None,
        district: name(random.one(&districts)),
        evergreen: false,
        follows: None,
        program: Program::default(),
        time_zone: TimeZoneName::new("America/New_York").expect("a zone"),
    }
    .into()
}

fn leaders(random: &mut Random) -> Event {
    let seat = random.one(Seat::ALL);
    let who = name(random.one(&["Rosa Amari", "Ben Castellan"]));
    if random.chance(20) {
        return LeaderDeclined { name: who, reason: reason(), seat }.into();
    }
    let office = (seat == Seat::SchoolCommittee).then_some(Office::Chair);
    LeaderAgreed { name: who, office, seat }.into()
}

fn introduction(random: &mut Random, later: i64) -> Event {
    let day = (later - BEGIN) / DAY + 2;
    match random.below(6) {
        0 => MeetingScheduled { slot: slot(day, 15, 90) }.into(),
        1 | 2 => {
            let topics = Topics::new(Topic::ALL.iter().copied().filter(|_| random.chance(60)));
            MeetingHeld { present: Names::default(), representative: name("Noor Lindqvist"), topics }.into()
        }
        3 => ServiceChosen { offering: None, service: Service::ConflictResolution }.into(),
        4 if random.chance(10) => CaseReferred { to: Service::ConflictResolution }.into(),
        _ => ServiceChosen { offering: None, service: Service::Ibbi }.into(),
    }
}

fn application(random: &mut Random, later: i64) -> Event {
    let (body, dated) = (random.one(Body::ALL), at(later).utc_date());
    match random.below(12) {
        0..=5 => SupportConfirmed { body, dated, document: None }.into(),
        6 => SupportWithdrawn { body, dated, document: None }.into(),
        7 if random.chance(5) => ApplicationDeclined { reason: reason() }.into(),
        _ => ApplicationAccepted { by: name("Noor Lindqvist") }.into(),
    }
}

fn roster(random: &mut Random, case: &Case) -> Event {
    let member = id(random.one(&MEMBERS));
    let known = case.teams().and_then(|teams| teams.party_of(member));
    let party = known.unwrap_or(random.one(Party::ALL));
    match (known, random.below(12)) {
        (None, _) => MemberNamed { member: Person { id: member, name: name("A Member") }, party }.into(),
        (_, 0) => MemberReleased { member, party, reason: reason() }.into(),
        (_, 1) => PledgeWithdrawn { dated: None, member, party }.into(),
        _ => AttendancePledged { dated: None, member, party }.into(),
    }
}

fn sessions(random: &mut Random, case: &Case, later: i64) -> Option<(Event, i64)> {
    let sessions = case.sessions()?;
    let teams = case.teams()?;
    if let Some(open) = sessions.open() {
        let minutes = i64::from(open.slot.minutes());
        let none = MemberIds::default;
        let opened = open.opened.millis();
        return Some(match random.below(6) {
            0 => (
                SessionAdjourned { late: Default::default(), left_early: none(), reason: reason() }.into(),
                opened + minutes * 20_000,
            ),
            1 | 2 => (SessionClosed { late: Default::default(), left_early: none() }.into(), opened + minutes * 60_000),
            _ => {
                let (kind, title) = (random.one(&ActivityId::PUBLISHED), name("Listening"));
                (ActivityRun { kind, title }.into(), opened + HOUR / 2)
            }
        });
    }
    let part = u8::try_from(1 + random.below(sessions.parts().len())).ok()?;
    let booked = sessions.part(part)?.booked.as_ref();
    let present = MemberIds::new(teams.everyone().map(|member| member.person.id)).ok()?;
    let day = (later - BEGIN) / DAY + 1 + i64::try_from(random.below(20)).ok()?;
    Some(match (booked, random.below(10)) {
        (_, 0 | 1) => (roster(random, case), later),
        (_, 2) if matches!(case, Case::Facilitation(_)) => {
            (FormatChosen { format: random.one(Format::ALL).into() }.into(), later)
        }
        (Some(_), 3) => (SessionPostponed { part, reason: reason() }.into(), later),
        (Some(booking), _) => {
            let begins = booking.slot.starts().at().millis();
            let event = SessionOpened {
                advisers: Default::default(),
                co_neutrals: Default::default(),
                substitutes: Default::default(),
                neutral: neutral(),
                observers: Observers::default(),
                part,
                present,
            };
            (event.into(), begins)
        }
        (None, _) => {
            let minutes = i64::from(sessions.part(part)?.remaining());
            let slot = slot(day, 8, minutes.max(1));
            (
                SessionScheduled { co_neutrals: Default::default(), neutral: neutral(), part, place: None, slot }
                    .into(),
                later,
            )
        }
    })
}

fn caucus(random: &mut Random, case: &Case) -> Event {
    let party = random.one(Party::ALL);
    let own = || case.teams().map(|teams| teams.members(party).iter().map(|member| member.person.id));
    let concern = ConcernId::new(random.one(&["c1", "c2", "c3"])).expect("an id");
    let text = || NoteText::new("what about it").expect("a text");
    match random.below(14) {
        0..=2 => roster(random, case),
        3 | 4 => {
            let present = MemberIds::new(own().into_iter().flatten()).unwrap_or_default();
            CaucusOpened { advisers: Default::default(), party, present }.into()
        }
        5 | 6 => ConcernRaised { concern, party, text: text() }.into(),
        7 | 8 => ConcernAddressed { concern, response: text() }.into(),
        9 => ConcernDropped { concern }.into(),
        10 => DecisionReopened { party, reason: reason() }.into(),
        _ => {
            let spokesperson = own().into_iter().flatten().next().unwrap_or(id("m1"));
            let decision = if random.chance(85) { Decision::Adopt } else { Decision::Decline };
            PartyDecided { decision, party, spokesperson }.into()
        }
    }
}

pub(crate) fn uuid(kind: u64, number: usize) -> Uuid {
    Uuid::from_u64_pair(0x0192_0000_0000_7000 | kind << 32, 0x8000_0000_0000_0000 | u64::try_from(number).unwrap())
}

/// Returns the ID of a case in a ledger made by [`ledger`].
pub fn case_id(number: usize) -> Uuid {
    uuid(1, number)
}

/// Writes records as a ledger.
pub fn ledger(records: &[GeneratedRecord]) -> Lines {
    let opening = json!({
        "actor": "clerk@example.org", "at": at(BEGIN).to_string(), "id": uuid(0, 0).to_string(),
        "data": {"chart": chart_digest().to_string(), "format": 1, "origin": "example.org/walk", "program": "ibbi 0.1.0"},
        "logged": at(BEGIN).to_string(), "prev": "0".repeat(64), "seq": 1, "type": "ledger_opened", "v": 1,
    });
    let mut lines = vec![opening.to_string()];
    let mut logged = at(BEGIN);
    for (index, GeneratedRecord { case, at, event, to }) in records.iter().enumerate() {
        // A clock advances between two records.
        logged = At::from_millis(logged.millis() + 1).expect("a time within bounds").max(*at);
        let mut data = Vec::new();
        event.serialize_data(&mut serde_json::Serializer::new(&mut data)).expect("an event is written");
        let data: Value = serde_json::from_slice(&data).expect("and read");
        let line = json!({
            "actor": if index % 3 == 0 { "clerk@example.org" } else { "aide@example.org" }, "at": at.to_string(),
            "case": case_id(*case).to_string(), "data": data, "id": uuid(2, index).to_string(),
            "logged": logged.to_string(), "prev": "0".repeat(64), "rev": 0, "seq": 0, "to": to.code(),
            "type": event.kind().code(), "v": 1,
        });
        lines.push(line.to_string());
    }
    Lines(lines).numbered()
}
