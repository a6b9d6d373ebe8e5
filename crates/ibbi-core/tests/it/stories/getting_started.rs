//! Leaders and services.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, date, slot};
use ibbi_core::{EventKind, Office, Outcome, Rule, Seat, Service, Stage, Topic, Warning, Workshop};

#[test]
fn vice_chair_can_agree_after_the_chair_declines() {
    let mut story = Story::reaching(Stage::Inquiry);
    story
        .on("2026-09-01 10:00", agreed(Seat::Superintendent, "Rosa Amari"))
        .on("2026-09-02 10:00", agreed(Seat::UnionPresident, "Tom Fields"))
        .on("2026-09-03 10:00", declined(Seat::SchoolCommittee, "Ines Novak"));
    assert_eq!(story.stage(), Stage::Inquiry, "a decline leaves the case open for another answer");
    story.refuses("2026-09-05 10:00", agreed_as(Seat::SchoolCommittee, "Paul Grady", None), &[Rule::CommitteeOffice]);
    story.on("2026-09-05 10:00", agreed_as(Seat::SchoolCommittee, "Paul Grady", Some(Office::ViceChair)));

    assert_eq!(story.stage(), Stage::Introduction);
    let leader = story.case().leader(Seat::SchoolCommittee).expect("the seat has agreed");
    assert_eq!((leader.name.as_str(), leader.office), ("Paul Grady", Some(Office::ViceChair)));
    assert_eq!(leader.agreed, at("2026-09-05 10:00"));
    story.replays();
}

#[test]
fn leader_can_decline_and_agree_again() {
    let mut story = Story::reaching(Stage::Inquiry);
    let superintendent = |story: &Story| story.case().leader(Seat::Superintendent).map(|leader| leader.agreed);
    story.on("2026-09-01 10:00", agreed(Seat::Superintendent, "Rosa Amari"));
    story.refuses("2026-09-02 10:00", agreed(Seat::Superintendent, "Rosa Amari"), &[Rule::SeatAgreedOnce]);

    let by_another = declined(Seat::Superintendent, "Leo Brandt");
    assert_eq!(story.warnings_on("2026-09-02 10:00", &by_another), [Warning::DeclineOfAnother]);
    story.on("2026-09-02 10:00", by_another);
    assert_eq!(superintendent(&story), Some(at("2026-09-01 10:00")), "another person's decline clears no seat");

    story.on("2026-09-03 10:00", declined(Seat::Superintendent, "Rosa Amari"));
    assert_eq!(superintendent(&story), None);
    story.on("2026-09-04 10:00", agreed(Seat::UnionPresident, "Tom Fields"));
    story.on("2026-09-04 10:00", agreed(Seat::SchoolCommittee, "Ines Novak"));
    assert_eq!(story.stage(), Stage::Inquiry, "two of three are not enough");
    story.refuses("2026-09-05 10:00", meeting_held([]), &[Rule::Stage, Rule::LeadersAgreed]);

    story.on("2026-09-08 10:00", agreed(Seat::Superintendent, "Rosa Amari"));
    assert_eq!(story.stage(), Stage::Introduction);
    assert_eq!(superintendent(&story), Some(at("2026-09-08 10:00")));
    story.replays();
}

#[test]
fn topics_of_two_meetings_add_up() {
    let mut story = Story::reaching(Stage::Introduction);
    story.on("2026-09-04 10:00", meeting_scheduled(slot("2026-09-14", "09:00", "11:00")));
    story.on("2026-09-10 10:00", meeting_scheduled(slot("2026-09-15", "09:00", "11:00")));
    story.on("2026-09-15 11:00", meeting_held([Topic::Interests, Topic::Services]));
    let refusal = story.refused("2026-09-15 11:30", &workshop(Some(Workshop::CultureOfDialogue)));
    assert_eq!(refusal.unmet[0].found.to_string(), "not covered yet: possible next steps");

    story.on("2026-09-22 11:00", meeting_held([Topic::NextSteps]));
    story.on("2026-09-22 11:10", workshop(Some(Workshop::CultureOfDialogue)));
    assert_eq!(story.stage(), Stage::Introduction, "only the IBBI leads on to an application");
    story.refuses("2026-09-22 11:20", referred(Service::AnnualConference), &[Rule::ReferralChosen]);
    story.on("2026-09-22 11:20", referred(Service::JointLeadershipWorkshop));

    assert_eq!(story.outcome(), Some(Outcome::Referred));
    let introduced = story.case().introduced().expect("the introduction was reached");
    assert_eq!(introduced.meetings(), 2);
    assert_eq!(introduced.chosen()[0].offering, Some(Workshop::CultureOfDialogue));
    story.refuses("2026-09-23 09:00", chosen(Service::Ibbi), &[Rule::ClosedForGood]);
    story.replays();
}

#[test]
fn meeting_on_a_holiday_gets_a_warning() {
    let mut story = Story::reaching(Stage::Introduction);
    let columbus_day = meeting_scheduled(slot("2026-10-12", "09:00", "11:00"));
    assert_eq!(story.warnings_on("2026-09-04 10:00", &columbus_day), [Warning::Holiday]);
    let saturday = meeting_scheduled(slot("2026-10-10", "09:00", "11:00"));
    assert_eq!(story.warnings_on("2026-09-04 10:00", &saturday), [Warning::Weekend]);

    story.on("2026-09-04 10:00", columbus_day);
    let found = "the introductory meeting is on Columbus Day (Mon, Oct 12, 2026)".to_string();
    assert_eq!(story.warnings(), [(Warning::Holiday, found)]);
    story.on("2026-10-12 11:00", meeting_held(Topic::ALL.iter().copied()));
    assert_eq!(story.warnings(), [], "the meeting is over");
}

#[test]
fn declined_application_closes_the_case() {
    let mut story = Story::reaching(Stage::Application);
    story.on("2026-09-20 09:00", not_accepted());
    assert_eq!(story.outcome(), Some(Outcome::NotAccepted));
    let ibbi_core::Case::Closed(end) = story.case() else { panic!("the case is closed") };
    assert_eq!(end.reason().map(ibbi_core::Reason::as_str), Some("no trainer is free this year"));
    assert_eq!(end.last().stage(), Stage::Application);
}

#[test]
fn latest_contract_dates_count() {
    let mut story = Story::reaching(Stage::Introduction);
    let expires = |story: &Story| story.case().file().expect("an open case").contract().expires;
    assert_eq!(expires(&story), Some(date("2027-06-30")));
    story.on("2026-09-04 09:00", contract("2026-08-31", true));
    assert_eq!(expires(&story), Some(date("2026-08-31")));
    assert!(story.case().file().expect("an open case").contract().evergreen);
    story.replays();
}

#[test]
fn late_record_gets_a_warning() {
    let case = Story::reaching(Stage::Introduction);
    let happened = at("2026-09-04 09:00");
    let warned = |logged: &str| {
        let advisories = case.case().advise(&note("A call."), happened, Some(at(logged)));
        advisories.iter().any(|advisory| advisory.warning == Warning::LoggedLate)
    };
    assert!(!warned("2026-09-04 09:00"));
    assert!(!warned("2026-09-11 09:00"), "seven days to the minute");
    assert!(warned("2026-09-11 09:01"));
    assert!(warned("2026-10-11 09:00"));
}

#[test]
fn case_can_be_withdrawn_from_every_open_stage() {
    for stage in Stage::ALL.iter().copied().filter(|stage| stage.is_open()) {
        let mut story = Story::reaching(stage);
        story.on("2026-12-01 09:00", withdrawn());
        assert_eq!(story.outcome(), Some(Outcome::Withdrawn), "{stage}");
        assert_eq!(story.case().last_open().stage(), stage);
        let kinds = EventKind::ALL.iter().filter(|kind| kind.happens());
        let answers = ibbi_core::survey(story.case(), at("2026-12-01 09:00"));
        for (kind, prospect) in kinds.zip(answers) {
            let ibbi_core::Answer::Blocked { unmet } = prospect.answer else { panic!("{kind} after the end") };
            let follow_up = *kind == EventKind::OutcomeNoted;
            let rule = if follow_up { Rule::OutcomeCompleted } else { Rule::ClosedForGood };
            assert_eq!(unmet[0].rule, rule);
        }
    }
}
