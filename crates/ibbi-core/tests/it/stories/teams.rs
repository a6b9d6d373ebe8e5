//! Members who are sick, resign, or come late.

use crate::support::facts::*;
use crate::support::story::{Story, rules_of};
use crate::support::{at, id, slot};
use Party::{Labor, Management};
use ibbi_core::stages::Attendance;
use ibbi_core::{
    Answer, Event, EventKind, Format, Outcome, Party, Presence, ProgramParameters, Rule, Stage, Warning, survey,
};

fn booked() -> Story {
    Story::through(EventKind::SessionScheduled, Format::FullDay)
}

/// Continues from an open training session to the end of the training day.
fn train_to_the_end(story: &mut Story, closing: Event) {
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    story.on("2026-10-20 16:00", closing);
    assert_eq!(story.stage(), Stage::Caucus);
}

#[test]
fn sick_member_postpones_the_training() {
    let mut story = booked();
    let refusal = story.refused("2026-10-20 08:00", &opened_with(1, &["ana", "cora", "dev"]));
    assert_eq!(rules_of(&refusal), [Rule::TrainingEveryone]);
    assert_eq!(refusal.unmet[0].found.to_string(), "missing: Ben Whitcomb (ben)");
    story.on("2026-10-20 08:10", postponed(1, "Ben is ill"));
    story.on("2026-10-20 09:00", scheduled(1, slot("2026-10-27", "08:00", "16:00")));
    story.on("2026-10-27 08:00", opened(1));
    assert_eq!(story.sessions().open().map(|open| open.present.len()), Some(4));
    story.replays();
}

#[test]
fn each_team_policy_allows_a_missing_member() {
    let each_team = ProgramParameters { presence: Presence::EachTeam, ..ProgramParameters::default() };
    let mut story = Story::reaching_under(Stage::Training, each_team);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    let refusal = story.refused("2026-10-20 08:00", &opened_with(1, &LABOR));
    assert_eq!(refusal.unmet[0].found.to_string(), "no one from management is present");
    story.on("2026-10-20 08:00", opened_with(1, &["ana", "cora", "dev"]));
    assert_eq!(story.warnings_on("2026-10-20 16:00", &closed_without(&["dev"])), [Warning::PartOfTraining]);
    train_to_the_end(&mut story, closed_without(&["dev"]));

    let attendance = |who| story.case().trained().expect("it is complete").attendance(id(who));
    assert_eq!(
        ["ana", "ben", "cora", "dev"].map(attendance),
        [Attendance::Full, Attendance::None, Attendance::Full, Attendance::Partial]
    );
    assert_eq!(
        story.warnings(),
        [
            (Warning::MissedTraining, "attended no training session: Ben Whitcomb (ben)".to_string()),
            (Warning::PartOfTraining, "missed part of the training: Dev Okafor (dev)".to_string()),
        ]
    );
    story.replays();
}

#[test]
fn session_without_minutes_is_not_missed() {
    let each_team = ProgramParameters { presence: Presence::EachTeam, ..ProgramParameters::default() };
    let mut story = Story::reaching_under(Stage::Training, each_team);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-19", "08:00", "16:00")));
    story.on("2026-10-19 08:00", opened_with(1, &["ana", "cora", "dev"]));
    story.on("2026-10-19 08:00", adjourned("the hall is locked"));
    assert_eq!(story.remaining(), [480]);
    story.on("2026-10-19 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    story.on("2026-10-20 08:00", opened(1));
    train_to_the_end(&mut story, closed());
    let trained = story.case().trained().expect("it is complete");
    assert_eq!((trained.held().len(), trained.attendance(id("ben"))), (2, Attendance::Full));
    assert_eq!(story.warnings(), []);
}

#[test]
fn member_can_be_replaced_before_the_caucus() {
    let mut story = Story::reaching(Stage::Caucus);
    story.on("2026-10-20 18:00", released(Labor, "ben")).on("2026-10-20 19:00", named(Labor, "eli"));
    story.refuses("2026-10-21 09:00", caucus(Labor, &["ana", "eli"]), &[Rule::AllPledged]);
    story.on("2026-10-21 09:00", pledged(Labor, "eli"));
    story.refuses("2026-10-21 09:05", caucus(Labor, &["ana", "ben"]), &[Rule::OwnMembers]);
    story.on("2026-10-21 09:05", caucus(Labor, &["ana", "eli"]));
    let found = "attended no training session: Eli Marchetti (eli)".to_string();
    assert_eq!(story.warnings(), [(Warning::MissedTraining, found)]);

    let adopt = ibbi_core::Decision::Adopt;
    story.on("2026-10-26 09:00", decided_through(Labor, adopt, "eli"));
    story.on("2026-10-26 09:00", caucus(Management, &MANAGEMENT));
    story.on("2026-10-26 10:00", decided(Management, adopt));
    assert_eq!(story.stage(), Stage::Agreement);
    let teams = story.case().teams().expect("the teams are named");
    assert_eq!(teams.party_of(id("eli")), Some(Labor));
    assert_eq!((teams.party_of(id("ben")), teams.former().len()), (None, 1));
    story.replays();
}

#[test]
fn release_around_a_session_gets_a_warning() {
    let mut story = booked();
    story.on("2026-10-19 09:00", released(Labor, "ben"));
    story.on("2026-10-20 08:00", opened_with(1, &["ana", "cora", "dev"]));
    train_to_the_end(&mut story, closed());
    let warnings = [Warning::ReleasedAround, Warning::MissedTraining];
    assert_eq!(story.warnings_on("2026-10-21 09:00", &named(Labor, "ben")), warnings);
    story.on("2026-10-21 09:00", named(Labor, "ben"));
    let warnings: Vec<_> = story.warnings().into_iter().map(|(warning, _)| warning).collect();
    assert_eq!(warnings, [Warning::MissedTraining, Warning::ReleasedAround]);
    assert_eq!(story.warnings_on("2026-10-21 09:00", &named(Labor, "eli")), [Warning::MissedTraining]);
}

#[test]
fn session_missed_before_the_release_is_not_missed_around_it() {
    let each_team = ProgramParameters { presence: Presence::EachTeam, ..ProgramParameters::default() };
    let mut story = Story::reaching_under(Stage::Training, each_team);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    story.on("2026-10-20 08:00", opened_with(1, &["ana", "cora", "dev"]));
    train_to_the_end(&mut story, closed());
    story.on("2026-10-21 09:00", released(Labor, "ben"));
    assert_eq!(story.warnings_on("2026-10-21 10:00", &named(Labor, "ben")), [Warning::MissedTraining]);
}

#[test]
fn case_waits_for_new_teams_after_all_are_released() {
    let mut story = booked();
    for (party, who) in [(Labor, "ana"), (Labor, "ben"), (Management, "cora"), (Management, "dev")] {
        story.on("2026-10-19 09:00", released(party, who));
    }
    let refusal = story.refused("2026-10-20 08:00", &opened_with(1, &[]));
    assert_eq!(rules_of(&refusal), [Rule::BothNamed]);
    assert_eq!(refusal.unmet[0].found.to_string(), "no member yet on the labor and management teams");
    let blocked: Vec<_> = survey(story.case(), at("2026-10-20 08:00"))
        .into_iter()
        .filter_map(|prospect| match prospect.answer {
            Answer::Blocked { unmet } if unmet[0].rule == Rule::RosterKnown => Some(prospect.event),
            _ => None,
        })
        .collect();
    assert_eq!(blocked, [EventKind::MemberReleased, EventKind::AttendancePledged, EventKind::PledgeWithdrawn]);

    story.on("2026-10-20 08:00", named(Labor, "eli")).on("2026-10-20 08:00", pledged(Labor, "eli"));
    story.on("2026-10-20 08:05", named(Management, "cora")).on("2026-10-20 08:05", pledged(Management, "cora"));
    story.on("2026-10-20 08:10", opened_with(1, &["cora", "eli"]));
    story.replays();
    assert_eq!(story.and("2026-10-20 09:00", withdrawn()).outcome(), Some(Outcome::Withdrawn));
}

#[test]
fn withdrawn_pledge_blocks_the_next_opening() {
    let mut story = booked();
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 09:00", unpledged(Labor, "ben"));
    train_to_the_end(&mut story, closed());
    let refusal = story.refused("2026-10-21 09:00", &caucus(Labor, &LABOR));
    assert_eq!(refusal.unmet[0].found.to_string(), "no pledge yet from Ben Whitcomb (ben)");
    story.on("2026-10-21 09:00", pledged(Labor, "ben")).on("2026-10-21 09:05", caucus(Labor, &LABOR));
    story.replays();
}
