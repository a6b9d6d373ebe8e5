//! The evidence in the events of a case: what counts as a trial, and when a wait begins and ends.

use ibbi_common::zone::Zone;
use ibbi_core::{events::*, *};
use ibbi_sim::{Calibration, Chance, Duration, Evidence, FittedChance, FittedDuration, OpenDays, Scenario};

fn at(text: &str) -> At {
    Zone::default().read(text, At::MIN).unwrap()
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn reason() -> Reason {
    Reason::new("snow").unwrap()
}

fn opened() -> Event {
    let district = name("Maple Hollow");
    let time_zone = TimeZoneName::new("America/New_York").unwrap();
    let (contract_expires, county, follows) = (None, None, None);
    CaseOpened { contract_expires, county, district, evergreen: false, follows, program: Program::default(), time_zone }
        .into()
}

fn agreed(seat: Seat) -> Event {
    LeaderAgreed { name: name("R. Amari"), office: None, seat }.into()
}

fn declined(seat: Seat) -> Event {
    LeaderDeclined { name: name("R. Amari"), reason: reason(), seat }.into()
}

fn scheduled(part: u8, day: &str) -> Event {
    let slot = Zone::default().read_slot(&format!("{day} 8:00-12:00")).unwrap();
    let neutral = Person { id: MemberId::new("n").unwrap(), name: name("N. Example") };
    SessionScheduled { co_neutrals: Neutrals::default(), neutral, part, place: None, slot }.into()
}

fn postponed(part: u8) -> Event {
    SessionPostponed { part, reason: reason() }.into()
}

fn session(part: u8) -> Event {
    SessionOpened {
        advisers: Advisers::default(),
        co_neutrals: Neutrals::default(),
        neutral: Person { id: MemberId::new("n").unwrap(), name: name("N. Example") },
        observers: Observers::default(),
        part,
        present: MemberIds::default(),
        substitutes: Substitutes::default(),
    }
    .into()
}

fn adjourned() -> Event {
    SessionAdjourned { late: MemberIds::default(), left_early: MemberIds::default(), reason: reason() }.into()
}

/// Fits the assumptions to one case.
fn calibrate(events: &[(&str, Event, Stage)], until: &str) -> Calibration {
    let text = ibbi_sim::template(&name("Maple Hollow"), Date::new(2026, 1, 1).unwrap(), None);
    let scenario = Scenario::parse(&text).unwrap();
    let mut evidence = Evidence::default();
    let days = OpenDays::new(&scenario, scenario.start, scenario.start);
    evidence.add_case(events.iter().map(|(time, event, to)| (at(time), event, *to)), at(until), &days);
    Calibration::new(&evidence, ibbi_sim::Model::First)
}

fn chance(calibration: &Calibration, which: Chance) -> (u64, u64) {
    let fitted: &FittedChance = calibration.chances.iter().find(|fitted| fitted.which == which).unwrap();
    (fitted.happened, fitted.trials)
}

fn waits(calibration: &Calibration, which: Duration) -> (u64, u64) {
    let fitted: &FittedDuration = calibration.durations.iter().find(|fitted| fitted.which == which).unwrap();
    (fitted.waits, fitted.censored)
}

#[test]
fn a_leader_who_declines_is_asked_again() {
    let events = [
        ("2026-03-02 09:00", opened(), Stage::Inquiry),
        ("2026-03-04 09:00", agreed(Seat::Superintendent), Stage::Inquiry),
        ("2026-03-05 09:00", declined(Seat::UnionPresident), Stage::Inquiry),
        ("2026-03-16 09:00", agreed(Seat::UnionPresident), Stage::Inquiry),
        ("2026-03-18 09:00", declined(Seat::Superintendent), Stage::Inquiry),
    ];
    let found = calibrate(&events, "2026-03-30 09:00");
    // The superintendent's answer has changed. It is still one answer, so there are three, of which two decline.
    assert_eq!(chance(&found, Chance::LeaderDeclines), (2, 3));
    // Three have ended. The superintendent and the committee are awaited.
    assert_eq!(waits(&found, Duration::LeaderResponse), (5, 2));
    assert_eq!(waits(&found, Duration::MeetingLead), (0, 0));
}

#[test]
fn a_session_that_only_follows_another_is_not_postponed() {
    let begun = |rest: &[(&'static str, Event)]| {
        let mut events = vec![
            ("2026-03-02 09:00", opened(), Stage::Inquiry),
            ("2026-03-02 10:00", FormatChosen { format: Format::TwoHalfDays.into() }.into(), Stage::Facilitation),
            ("2026-03-02 10:00", scheduled(1, "2026-03-23"), Stage::Facilitation),
            ("2026-03-02 10:00", scheduled(2, "2026-03-30"), Stage::Facilitation),
        ];
        events.extend(rest.iter().map(|(time, event)| (*time, event.clone(), Stage::Facilitation)));
        let found = calibrate(&events, "2026-05-30 09:00");
        (chance(&found, Chance::SessionPostponed), waits(&found, Duration::Rebooking))
    };
    // The first part moves past the second, before or after the second is canceled.
    let moves = [
        [postponed(1), postponed(2), scheduled(1, "2026-04-06"), scheduled(2, "2026-04-13")],
        [postponed(1), scheduled(1, "2026-04-06"), postponed(2), scheduled(2, "2026-04-13")],
    ];
    for events in moves {
        assert_eq!(begun(&events.map(|event| ("2026-03-23 07:00", event))), ((1, 1), (1, 0)));
    }
    // The first part moves to a day before the second, which snow cancels later.
    let snow = [
        ("2026-03-23 07:00", postponed(1)),
        ("2026-03-23 07:00", scheduled(1, "2026-03-27")),
        ("2026-03-27 08:00", session(1)),
        ("2026-03-30 07:00", postponed(2)),
        ("2026-03-30 07:00", scheduled(2, "2026-04-13")),
    ];
    assert_eq!(begun(&snow), ((2, 3), (2, 0)));
}

#[test]
fn minutes_within_the_grace_do_not_cut_a_session_short() {
    let ends = |time: &'static str| {
        let events = [
            ("2026-03-02 09:00", opened(), Stage::Inquiry),
            ("2026-03-02 10:00", FormatChosen { format: Format::TwoHalfDays.into() }.into(), Stage::Facilitation),
            ("2026-03-02 10:00", scheduled(1, "2026-03-23"), Stage::Facilitation),
            ("2026-03-23 08:00", session(1), Stage::Facilitation),
            (time, adjourned(), Stage::Facilitation),
        ];
        let found = calibrate(&events, "2026-04-30 09:00");
        (chance(&found, Chance::SessionCutShort), waits(&found, Duration::Rebooking))
    };
    assert_eq!(ends("2026-03-23 11:50"), ((0, 1), (0, 0)));
    assert_eq!(ends("2026-03-23 10:00"), ((1, 1), (1, 1)));
}

#[test]
fn a_reopened_decision_does_not_count() {
    let decided = |party, decision| -> Event {
        PartyDecided { decision, party, spokesperson: MemberId::new("a").unwrap() }.into()
    };
    let caucus = |party| -> Event {
        CaucusOpened { advisers: Advisers::default(), party, present: MemberIds::default() }.into()
    };
    let events = [
        ("2026-03-02 09:00", opened(), Stage::Inquiry),
        (
            "2026-03-02 16:00",
            SessionClosed { late: MemberIds::default(), left_early: MemberIds::default() }.into(),
            Stage::Caucus,
        ),
        ("2026-03-02 16:00", caucus(Party::Labor), Stage::Caucus),
        ("2026-03-09 09:00", decided(Party::Labor, Decision::Decline), Stage::Caucus),
        ("2026-03-11 09:00", DecisionReopened { party: Party::Labor, reason: reason() }.into(), Stage::Caucus),
        ("2026-03-18 09:00", decided(Party::Labor, Decision::Adopt), Stage::Caucus),
    ];
    let found = calibrate(&events, "2026-03-30 09:00");
    assert_eq!(chance(&found, Chance::LaborAdopts), (1, 1));
    assert_eq!(chance(&found, Chance::ManagementAdopts), (0, 0));
    assert_eq!(chance(&found, Chance::ConcernRaised), (0, 1));
    assert_eq!(waits(&found, Duration::Caucus), (3, 1));
    assert_eq!(chance(&found, Chance::Withdraws), (0, 1));
}
