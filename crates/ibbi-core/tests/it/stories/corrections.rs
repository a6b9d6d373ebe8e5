//! Corrections: voided events, and the case that remains.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, slot};
use ibbi_core::{Answer, Decision, EventKind, Found, Outcome, Party, Rule, Stage};

#[test]
fn event_of_a_closed_case_can_be_voided() {
    let mut story = Story::reaching(Stage::Caucus);
    for (party, team) in [(Party::Labor, LABOR), (Party::Management, MANAGEMENT)] {
        story.on("2026-10-21 09:00", caucus(party, &team));
    }
    story.on("2026-10-26 09:00", decided(Party::Labor, Decision::Adopt));
    story.on("2026-10-26 17:00", decided(Party::Management, Decision::Decline));
    assert_eq!(story.outcome(), Some(Outcome::NotAdopted));
    let typo = story.last_seq();
    story.refuses("2026-10-27 09:00", decided(Party::Management, Decision::Adopt), &[Rule::ClosedForGood]);

    story.on("2026-10-27 09:00", voided(typo));
    assert_eq!((story.stage(), story.case().decided(Party::Management)), (Stage::Caucus, None));
    // Record what really happened, at a time before the correction.
    story.on("2026-10-26 17:00", decided(Party::Management, Decision::Adopt));
    assert_eq!(story.stage(), Stage::Agreement);

    let entries = story.history.entries();
    let struck = entries.iter().find(|entry| entry.seq == typo).expect("what was voided stays visible");
    assert_eq!((struck.voided_by, struck.to), (Some(typo + 1), Stage::Closed));
    assert!(!struck.counts());
    assert_eq!(entries.iter().map(|entry| entry.to).next_back(), Some(Stage::Agreement));
    story.replays();
}

#[test]
fn later_dependent_events_are_voided_first() {
    let mut story = Story::reaching(Stage::Application);
    story.on("2026-09-16 09:00", named(Party::Labor, "ana")).on("2026-09-16 09:00", pledged(Party::Labor, "ana"));
    let (naming, pledge) = (story.last_seq() - 1, story.last_seq());
    let refusal = story.refused("2026-09-17 09:00", &voided(naming));
    let rests =
        Found::LaterRefused { seq: pledge, event: EventKind::AttendancePledged, unmet: vec![Rule::RosterKnown] };
    assert_eq!((refusal.unmet[0].rule, &refusal.unmet[0].found), (Rule::VoidRest, &rests));

    story.on("2026-09-17 09:00", voided(pledge)).on("2026-09-17 09:00", voided(naming));
    assert_eq!(story.case().teams().map(|teams| teams.everyone().count()), Some(0));
    story.refuses("2026-09-17 09:00", voided(naming), &[Rule::VoidOnce]);
    story.refuses("2026-09-17 09:00", voided(story.last_seq()), &[Rule::VoidKind]);
    story.replays();
}

#[test]
fn survey_reports_that_nothing_can_be_voided() {
    let now = at("2026-09-02 09:00");
    let blocked = |story: &Story| {
        let prospects = story.history.survey(now);
        let void = prospects.into_iter().find(|prospect| prospect.event == EventKind::EventVoided);
        match void.expect("a survey answers for every kind").answer {
            Answer::Blocked { unmet } => Some(unmet.iter().map(|unmet| unmet.rule).collect::<Vec<_>>()),
            _ => None,
        }
    };
    let check = |story: &mut Story, seq: u64, refused_by: &[Rule]| {
        let rules = blocked(story).expect("nothing can be voided");
        assert_eq!(rules, [Rule::VoidKnown]);
        story.refuses("2026-09-02 09:00", voided(seq), refused_by);
    };
    check(&mut Story::default(), 1, &[Rule::VoidKnown]);
    let mut opened = Story::reaching(Stage::Inquiry);
    check(&mut opened, 2, &[Rule::VoidKnown]);
    check(&mut opened, 1, &[Rule::VoidKnown, Rule::VoidKind]);

    opened.on("2026-09-01 10:00", note("A call."));
    assert_eq!(blocked(&opened), None);
    opened.on("2026-09-01 11:00", voided(2));
    check(&mut opened, 2, &[Rule::VoidKnown, Rule::VoidOnce]);
}

#[test]
fn voided_wrong_time_does_not_block_later_events() {
    let mut story = Story::reaching(Stage::Introduction);
    story.on("2027-09-04 10:00", meeting_scheduled(slot("2027-09-15", "09:00", "11:00")));
    let wrong = story.last_seq();
    story.refuses("2026-09-05 10:00", note("A call."), &[Rule::TimeOrder]);
    // The correction is made in the right year, because the voided event does not count.
    story.on("2026-09-05 10:00", voided(wrong));
    story.on("2026-09-04 10:00", meeting_scheduled(slot("2026-09-15", "09:00", "11:00")));
    assert_eq!(story.case().file().map(ibbi_core::CaseFile::last_at), Some(at("2026-09-04 10:00")));
    story.replays();
}

#[test]
fn what_if_changes_nothing() {
    let story = Story::reaching(Stage::Closed);
    let (before, now) = (story.history.clone(), at("2026-11-18 09:00"));
    let would_be = story.history.what_if(story.next_seq(), now, &voided(story.last_seq())).expect("it may be voided");
    assert_eq!(would_be.stage(), Stage::Facilitation);
    assert!(story.history.check(story.next_seq(), now, &voided(1)).is_err());
    assert_eq!(story.history, before);

    let open = Story::reaching(Stage::Facilitation);
    let would_be = open.history.what_if(open.next_seq(), now, &withdrawn()).expect("it may be withdrawn");
    assert_eq!(would_be.outcome(), Some(Outcome::Withdrawn));
}

#[test]
fn case_allows_1000_corrections() {
    let mut story = Story::reaching(Stage::Inquiry);
    for _ in 0..ibbi_core::History::MAX_VOIDS {
        story.on("2026-09-02 09:00", note("once more"));
        story.on("2026-09-02 09:00", voided(story.last_seq()));
    }
    story.on("2026-09-02 09:00", note("once more"));
    story.refuses("2026-09-02 09:00", voided(story.last_seq()), &[Rule::Limits]);
    assert_eq!(story.case().file().map(ibbi_core::CaseFile::notes), Some(1));
}

/// Every insertion replays the case, so insertions count toward the limit of corrections.
#[test]
fn case_takes_1000_insertions() {
    let mut story = Story::reaching(Stage::Inquiry);
    story.on("2026-09-02 10:00", note("The superintendent called."));
    for _ in 0..ibbi_core::History::MAX_VOIDS {
        story.history.record(story.next_seq(), at("2026-09-02 09:00"), note("A call.")).expect("there is room");
    }
    let before = story.history.clone();
    let refusal = story.history.record(story.next_seq(), at("2026-09-02 09:00"), note("One more."));
    assert!(refusal.is_err_and(|refusal| refusal.names(Rule::Limits)));
    let replaced = story.history.replace(story.next_seq(), 2, at("2026-09-02 10:00"), note("Corrected."));
    assert!(replaced.is_err_and(|refusal| refusal.names(Rule::Limits)));
    assert_eq!(story.history, before);
    story.on("2026-09-03 10:00", note("In order, there is room."));
    // A number that is too low is reported without a replay.
    let refusal = before.clone().record(1, at("2026-09-02 08:00"), note("Too low."));
    assert!(refusal.is_err_and(|refusal| refusal.names(Rule::SequenceOrder)));
}
