//! Trials of corrections and of the order of records.

use super::super::facts::*;
use super::super::story::Story;
use super::{Trial, trial};
use ibbi_core::{Edition, Party, Program, ProgramParameters, Rule, Stage};

pub(super) fn trials() -> Vec<Trial> {
    let now = "2026-11-20 09:00";
    let story = Story::reaching(Stage::Closed);
    let last = story.last_seq();
    let corrected = story.and(now, voided(last));
    let facilitation = Story::reaching(Stage::Facilitation);
    let short_parts = Story::opened_with(with_parts(1, 20));
    vec![
        trial(Rule::VoidHistory, &story, now, voided(last)).past_the_history().holds(now, voided(last)),
        trial(Rule::VoidKnown, &story, now, voided(last + 1)).holds(now, voided(last)),
        trial(Rule::VoidKind, &story, now, voided(1)).holds(now, voided(last)),
        trial(Rule::VoidKind, &corrected, now, voided(last + 1)).holds(now, voided(last - 1)),
        trial(Rule::VoidOnce, &corrected, now, voided(last)).holds(now, voided(last - 1)),
        trial(Rule::VoidRest, &story, now, voided(2)).holds(now, voided(last)),
        trial(Rule::TimeOrder, &story, "2026-11-17 07:59", voided(last)).holds("2026-11-17 08:00", voided(last)),
        // The member was present at the training, which was recorded before.
        trial(Rule::LaterStands, &facilitation, "2026-10-10 09:00", released(Party::Labor, LABOR[0]))
            .in_any_order()
            .holds("2026-10-10 09:00", note("The chair called.")),
        trial(Rule::ReplaceKnown, &facilitation, now, note("The table was moved."))
            .replacing(facilitation.last_seq() + 1)
            .holds(now, note("The table was moved.")),
        trial(Rule::EditionKnown, &facilitation, now, migrated(9)).holds(now, migrated(2)),
        trial(Rule::OtherEdition, &facilitation, now, migrated(1)).holds(now, migrated(2)),
        trial(Rule::MigrationValid, &short_parts, now, migrated(2)).holds_in(&facilitation, now, migrated(2)),
        trial(Rule::SequenceOrder, &facilitation, now, note("The table was moved."))
            .under(facilitation.last_seq())
            .holds(now, note("The table was moved.")),
    ]
}

/// Returns a program of the second edition with these parts of training.
pub(super) fn with_training(parts: &[u16]) -> Program {
    let edition = Edition::new(2).expect("an edition");
    let training = parts.to_vec();
    Program::new(ProgramParameters { edition, training, ..ProgramParameters::default() }).expect("parameters that fit")
}

/// Returns a program whose training must include these activities.
pub(super) fn with_activities(activities: &[&str]) -> Program {
    let edition = Edition::new(2).expect("an edition");
    let activities = activities.iter().map(|activity| activity.parse().expect("an activity")).collect();
    Program::new(ProgramParameters { edition, activities, ..ProgramParameters::default() })
        .expect("parameters that fit")
}

/// Returns the program of an edition with two half-days of this length.
pub(super) fn with_parts(edition: u16, minutes: u16) -> Program {
    let edition = Edition::new(edition).expect("an edition");
    let formats = ProgramParameters::published_formats(vec![480], vec![minutes, minutes]);
    Program::new(ProgramParameters { edition, formats, ..ProgramParameters::default() }).expect("parameters that fit")
}
