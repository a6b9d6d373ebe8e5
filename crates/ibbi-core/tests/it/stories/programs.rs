//! Programs as data: training in several parts, named formats, and programs that ask for less than the published one.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, slot};
use ibbi_core::{
    ActivityId, Case, Edition, EventKind, Outcome, Party, Presence, Program, ProgramError, ProgramParameters, Rule,
    Stage, Warning,
};

/// Returns a program with training in two half-days, and facilitation in three evenings.
fn evenings() -> ProgramParameters {
    ProgramParameters {
        edition: Edition::new(2).unwrap(),
        formats: [("three_evenings".parse().unwrap(), vec![180, 180, 180])].into(),
        training: vec![240, 240],
        ..ProgramParameters::default()
    }
}

fn training_booked(parameters: ProgramParameters) -> Story {
    let mut story = Story::reaching_under(Stage::Training, parameters);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "12:00")));
    story
}

#[test]
fn training_in_two_half_days_and_facilitation_in_three_evenings() {
    let mut story = training_booked(evenings());
    story.on("2026-09-29 09:00", scheduled(2, slot("2026-10-22", "08:00", "12:00")));
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 09:00", exercise()).on("2026-10-20 12:00", closed());
    assert_eq!(story.stage(), Stage::Training, "the second half-day remains");
    story.on("2026-10-22 08:00", opened(2));
    story.refuses("2026-10-22 12:00", closed(), &[Rule::TrainingSimulation]);
    story.on("2026-10-22 11:00", simulation()).on("2026-10-22 12:00", closed());
    assert_eq!(story.stage(), Stage::Caucus);

    story
        .on("2026-10-23 09:00", caucus(Party::Labor, &LABOR))
        .on("2026-10-23 09:00", caucus(Party::Management, &MANAGEMENT));
    for party in [Party::Labor, Party::Management] {
        story.on("2026-10-26 09:00", decided(party, ibbi_core::Decision::Adopt));
    }
    story.refuses("2026-10-27 09:00", format(ibbi_core::Format::FullDay), &[Rule::FormatKnown]);
    story.on("2026-10-27 09:00", other_format("three_evenings"));
    for (part, day) in [(1, "2026-11-10"), (2, "2026-11-12"), (3, "2026-11-17")] {
        story.on("2026-10-28 09:00", scheduled(part, slot(day, "17:00", "20:00")));
    }
    for (part, day) in [(1, "2026-11-10"), (2, "2026-11-12"), (3, "2026-11-17")] {
        story.on(&format!("{day} 17:00"), opened(part)).on(&format!("{day} 20:00"), closed());
    }
    assert_eq!(story.outcome(), Some(Outcome::Completed));
    story.replays();
}

#[test]
fn parts_on_one_day_are_a_parameter() {
    let two_on_one_day = |same_day_parts| {
        let mut story = training_booked(ProgramParameters { same_day_parts, ..evenings() });
        story.on("2026-09-29 09:00", scheduled(2, slot("2026-10-20", "13:00", "17:00")));
        story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 12:00", closed());
        story
    };
    two_on_one_day(false).refuses("2026-10-20 13:00", opened(2), &[Rule::SessionAnotherDay]);
    two_on_one_day(true).on("2026-10-20 13:00", opened(2));
}

/// Returns a program that requires an activity of its own beside the published ones.
fn with_role_play() -> ProgramParameters {
    let role_play = ActivityId::new("role_play").unwrap();
    ProgramParameters {
        activities: vec![role_play, ActivityId::EXERCISE, ActivityId::BARGAINING_SIMULATION],
        ..evenings()
    }
}

#[test]
fn training_must_include_every_activity_of_the_program() {
    let mut story = training_booked(with_role_play());
    story.on("2026-09-29 09:00", scheduled(2, slot("2026-10-22", "08:00", "12:00")));
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 09:00", exercise()).on("2026-10-20 12:00", closed());
    story.on("2026-10-22 08:00", opened(2)).on("2026-10-22 10:00", simulation());
    // An activity that the program doesn't require is a fact, and takes the place of no other.
    story.on("2026-10-22 10:30", other_activity("fishbowl"));
    let refusal = story.refused("2026-10-22 12:00", &closed());
    assert_eq!(refusal.unmet[0].found.to_string(), "not recorded yet: role play");
    let Case::Training(training) = story.case() else { panic!("{:?}", story.stage()) };
    assert_eq!(training.activities_left().map(|activity| activity.to_string()).collect::<Vec<_>>(), ["role_play"]);
    assert_eq!(training.other_activities_run().count(), 0);
    story.on("2026-10-22 11:00", other_activity("role_play"));
    let Case::Training(training) = story.case() else { panic!("{:?}", story.stage()) };
    assert_eq!(training.activities_left().count(), 0);
    assert_eq!(training.other_activities_run().map(ActivityId::label).collect::<Vec<_>>(), ["role play"]);
    story.on("2026-10-22 12:00", closed());
    assert_eq!(story.stage(), Stage::Caucus);
    story.replays();
}

#[test]
fn activity_of_an_edition_2_program_stays_required_after_a_move_to_the_first() {
    let mut story = training_booked(ProgramParameters { training: vec![240], ..with_role_play() });
    story.on("2026-10-19 09:00", migrated(1));
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 09:00", exercise()).on("2026-10-20 10:00", simulation());
    story.refuses("2026-10-20 12:00", closed(), &[Rule::TrainingActivity]);
}

#[test]
fn published_training_takes_other_activities_too() {
    let mut story = Story::through(EventKind::SessionOpened, ibbi_core::Format::FullDay);
    story.on("2026-10-20 09:00", other_activity("role_play"));
    let refusal = story.refused("2026-10-20 16:00", &closed());
    let unmet: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.rule).collect();
    assert_eq!(unmet, [Rule::TrainingExercise, Rule::TrainingSimulation]);
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 11:00", simulation()).on("2026-10-20 16:00", closed());
    assert_eq!(story.stage(), Stage::Caucus);
}

#[test]
fn program_lists_each_activity_once_and_not_too_many() {
    let ids = |count: usize| (0..count).map(|number| format!("activity-{number}").parse().unwrap()).collect();
    let with = |activities| Program::new(ProgramParameters { activities, ..evenings() });
    assert!(with(ids(Program::MAX_ACTIVITIES)).is_ok(), "a later edition can have more than edition 2");
    assert_eq!(with(ids(Program::MAX_ACTIVITIES + 1)), Err(ProgramError::Lists));
    assert_eq!(with(vec![ActivityId::EXERCISE; 2]), Err(ProgramError::Lists));
    let choices = |program: &Program| program.activity_choices().map(|id| id.to_string()).collect::<Vec<_>>();
    assert_eq!(choices(&with(ids(1)).unwrap()), ["activity-0", "exercise", "bargaining_simulation"]);
    assert_eq!(choices(&Program::default()), ["exercise", "bargaining_simulation"]);
}

#[test]
fn first_edition_cannot_express_other_programs() {
    let wrong = ProgramParameters { edition: Edition::FIRST, ..evenings() };
    assert_eq!(Program::new(wrong), Err(ProgramError::FirstEdition));
    let more =
        ProgramParameters { edition: Edition::FIRST, activities: with_role_play().activities, ..Default::default() };
    assert_eq!(Program::new(more), Err(ProgramError::FirstEdition));
    let json = serde_json::to_string(&Program::new(evenings()).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Program>(&json).unwrap(), Program::new(evenings()).unwrap());
    let published = r#"{"full_day":[480],"grace":15,"presence":"everyone","training":480,"two_half_days":[240,240]}"#;
    assert_eq!(serde_json::to_string(&Program::default()).unwrap(), published, "old lines are written as before");
    for wrong in [
        r#"{"formats":{},"grace":15,"presence":"everyone","training":480}"#,
        r#"{"full_day":[480],"grace":15,"presence":"everyone","training":[480],"two_half_days":[240,240]}"#,
        r#"{"edition":2,"full_day":[480],"grace":15,"presence":"everyone","training":[480]}"#,
    ] {
        assert!(serde_json::from_str::<Program>(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn opening_is_advised_of_each_weakness_that_an_audit_finds() {
    let advice = |program: Program| Story::default().case().advise(&opening(program), at("2026-09-01 09:00"), None);
    for (weak, shown) in [
        (
            ProgramParameters { training: vec![60, 60], ..evenings() },
            "the training has 120 minutes; the source has 480",
        ),
        (ProgramParameters { same_day_parts: true, ..evenings() }, "several parts can be held on one day"),
        (
            ProgramParameters { formats: vec![("short".parse().unwrap(), vec![60])], ..evenings() },
            "the facilitation as short (1 hour) has 60 minutes; the source has 480",
        ),
        (
            ProgramParameters { presence: Presence::EachTeam, ..evenings() },
            "a session needs only one member of each team",
        ),
        (ProgramParameters { grace: 40, ..evenings() }, "a part can be 40 minutes short"),
    ] {
        let program = Program::new(weak).unwrap();
        let weaknesses: Vec<_> = program.weaknesses().into_iter().map(|weakness| weakness.found).collect();
        let found: Vec<_> = advice(program).into_iter().map(|advisory| (advisory.warning, advisory.found)).collect();
        assert_eq!(found, [(Warning::LenientProgram, weaknesses.join(", "))]);
        assert_eq!(weaknesses, [shown]);
    }
    assert_eq!(advice(Program::new(evenings()).unwrap()), []);
}

#[test]
fn program_that_asks_for_less_is_advised_where_it_matters() {
    let lenient = ProgramParameters {
        activities: vec![ActivityId::EXERCISE],
        grace: 40,
        presence: Presence::EachTeam,
        ..evenings()
    };
    let opening = opening(Program::new(lenient.clone()).unwrap());
    assert_eq!(Story::default().warnings_on("2026-09-01 09:00", &opening), [Warning::LenientProgram]);
    let mut story = training_booked(lenient);
    story.on("2026-09-29 09:00", scheduled(2, slot("2026-10-22", "08:00", "12:00")));
    assert!(story.warnings_on("2026-10-20 08:00", &opened(1)).is_empty(), "everyone came");
    assert_eq!(story.warnings_on("2026-10-20 08:00", &opened_with(1, &["ana", "cora"])), [Warning::LenientProgram]);
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 09:00", exercise());
    assert!(story.warnings_on("2026-10-20 11:45", &closed()).is_empty(), "within 30 minutes");
    assert_eq!(story.warnings_on("2026-10-20 11:25", &closed()), [Warning::LenientProgram]);
    story.on("2026-10-20 12:00", closed()).on("2026-10-22 08:00", opened(2));
    assert_eq!(story.warnings_on("2026-10-22 12:00", &closed()), [Warning::LenientProgram], "no simulation was run");
    story.on("2026-10-22 12:00", closed());
    assert_eq!(story.stage(), Stage::Caucus);
    assert!(
        Story::default()
            .warnings_on("2026-09-01 09:00", &crate::support::facts::opening(Program::default()))
            .is_empty()
    );
    assert_eq!(story.history.entries().last().unwrap().event.kind(), EventKind::SessionClosed);
}
