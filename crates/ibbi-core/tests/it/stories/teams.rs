//! Members who are ill, who resign, who come late.

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

/// From an open training session to the end of the training day.
fn train_to_the_end(story: &mut Story, closing: Event) {
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    story.on("2026-10-20 16:00", closing);
    assert_eq!(story.stage(), Stage::Caucus);
}

#[test]
fn a_member_is_sick_on_the_day_and_the_training_is_postponed() {
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
fn a_member_is_sick_on_the_day_and_the_program_asks_for_each_team_only() {
    let each_team = ProgramParameters { presence: Presence::EachTeam, ..ProgramParameters::default() };
    let mut story = Story::reaching_under(Stage::Training, each_team);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    let refusal = story.refused("2026-10-20 08:00", &opened_with(1, &LABOR));
    assert_eq!(refusal.unmet[0].found.to_string(), "nobody is there of management");
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
            (Warning::MissedTraining, "attended no session of the training: Ben Whitcomb (ben)".to_string()),
            (Warning::PartOfTraining, "missed a part of the training: Dev Okafor (dev)".to_string()),
        ]
    );
    story.replays();
}

#[test]
fn a_session_that_counts_no_minute_makes_nobody_miss_a_part() {
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
fn a_member_resigns_between_training_and_caucus_and_is_replaced() {
    let mut story = Story::reaching(Stage::Caucus);
    story.on("2026-10-20 18:00", released(Labor, "ben")).on("2026-10-20 19:00", named(Labor, "eli"));
    story.refuses("2026-10-21 09:00", caucus(Labor, &["ana", "eli"]), &[Rule::AllPledged]);
    story.on("2026-10-21 09:00", pledged(Labor, "eli"));
    story.refuses("2026-10-21 09:05", caucus(Labor, &["ana", "ben"]), &[Rule::OwnMembers]);
    story.on("2026-10-21 09:05", caucus(Labor, &["ana", "eli"]));
    let found = "attended no session of the training: Eli Marchetti (eli)".to_string();
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
fn a_member_who_was_released_around_the_training_and_named_again_is_pointed_out() {
    let mut story = booked();
    story.on("2026-10-19 09:00", released(Labor, "ben"));
    story.on("2026-10-20 08:00", opened_with(1, &["ana", "cora", "dev"]));
    train_to_the_end(&mut story, closed());
    assert_eq!(story.warnings_on("2026-10-21 09:00", &named(Labor, "ben")), [Warning::ReleasedAround]);
    story.on("2026-10-21 09:00", named(Labor, "ben"));
    let warnings: Vec<_> = story.warnings().into_iter().map(|(warning, _)| warning).collect();
    assert_eq!(warnings, [Warning::MissedTraining, Warning::ReleasedAround]);
    assert_eq!(story.warnings_on("2026-10-21 09:00", &named(Labor, "eli")), []);
}

#[test]
fn a_member_who_missed_a_session_before_the_release_was_not_released_around_it() {
    let each_team = ProgramParameters { presence: Presence::EachTeam, ..ProgramParameters::default() };
    let mut story = Story::reaching_under(Stage::Training, each_team);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    story.on("2026-10-20 08:00", opened_with(1, &["ana", "cora", "dev"]));
    train_to_the_end(&mut story, closed());
    story.on("2026-10-21 09:00", released(Labor, "ben"));
    assert_eq!(story.warnings_on("2026-10-21 10:00", &named(Labor, "ben")), []);
}

#[test]
fn everyone_is_released_and_the_case_waits_for_new_teams() {
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
fn a_pledge_taken_back_counts_from_the_next_opening_on() {
    let mut story = booked();
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 09:00", unpledged(Labor, "ben"));
    train_to_the_end(&mut story, closed());
    let refusal = story.refused("2026-10-21 09:00", &caucus(Labor, &LABOR));
    assert_eq!(refusal.unmet[0].found.to_string(), "no pledge yet from Ben Whitcomb (ben)");
    story.on("2026-10-21 09:00", pledged(Labor, "ben")).on("2026-10-21 09:05", caucus(Labor, &LABOR));
    story.replays();
}
