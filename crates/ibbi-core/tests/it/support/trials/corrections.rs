//! Trials of corrections and of the order of records.

use super::super::facts::*;
use super::super::story::Story;
use super::{Trial, trial};
use ibbi_core::{Party, Rule, Stage};

pub(super) fn trials() -> Vec<Trial> {
    let now = "2026-11-20 09:00";
    let story = Story::reaching(Stage::Closed);
    let last = story.last_seq();
    let corrected = story.and(now, voided(last));
    let facilitation = Story::reaching(Stage::Facilitation);
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
        trial(Rule::SequenceOrder, &facilitation, now, note("The table was moved."))
            .under(facilitation.last_seq())
            .holds(now, note("The table was moved.")),
    ]
}
