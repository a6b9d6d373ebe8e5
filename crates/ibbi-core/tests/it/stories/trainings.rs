//! The training day and what can happen to it.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, slot};
use ibbi_core::{EventKind, Format, Rule, Stage, Warning};

/// The training is booked for October 20 and has opened at eight.
fn open() -> Story {
    Story::through(EventKind::SessionOpened, Format::FullDay)
}

#[test]
fn snow_after_three_hours_and_the_rest_is_made_up_in_an_evening() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise());
    story.refuses("2026-10-20 11:00", closed(), &[Rule::Filled]);
    story.on("2026-10-20 11:00", adjourned("snow"));
    assert_eq!(story.stage(), Stage::Training);
    assert_eq!(story.remaining(), [300]);
    let held = &story.sessions().held()[0];
    assert_eq!((held.counted, held.overrun, held.filled), (180, 0, false));

    let evening = |ends| scheduled(1, slot("2026-10-22", "17:00", ends));
    let refusal = story.refused("2026-10-20 12:00", &evening("22:01"));
    assert_eq!(refusal.unmet[0].rule, Rule::SlotLength);
    assert_eq!(refusal.unmet[0].found.to_string(), "the slot has 301 minutes; only 300 remain to be made up");
    story.on("2026-10-20 12:00", evening("22:00")).on("2026-10-22 17:00", opened(1));
    story.refuses("2026-10-22 22:00", closed(), &[Rule::TrainingSimulation]);
    story.on("2026-10-22 21:00", simulation()).on("2026-10-22 22:00", closed());

    assert_eq!(story.stage(), Stage::Caucus);
    let trained = story.case().trained().expect("the training is complete");
    let counted: Vec<_> = trained.held().iter().map(|held| (held.counted, held.filled)).collect();
    assert_eq!(counted, [(180, false), (300, true)]);
    assert_eq!((trained.exercises(), trained.simulations()), (1, 1));
    assert_eq!(trained.completed(), at("2026-10-22 22:00"));
    story.replays();
}

#[test]
fn a_training_that_is_postponed_three_times_is_held_in_the_end() {
    let mut story = Story::reaching(Stage::Training);
    let booking = |day| scheduled(1, slot(day, "08:00", "16:00"));
    story.on("2026-09-29 09:00", booking("2026-10-20"));
    story.refuses("2026-09-29 09:10", booking("2026-10-27"), &[Rule::OneBooking]);
    story.on("2026-10-13 09:00", postponed(1, "the trainer is ill"));
    story.on("2026-10-13 09:30", booking("2026-10-27"));
    story.on("2026-10-27 07:30", postponed(1, "a power cut"));
    story.on("2026-10-27 09:00", booking("2026-11-10"));
    // Nobody came, and nobody wrote it down on the day.
    story.refuses("2026-11-12 09:00", opened(1), &[Rule::OnItsDay]);
    story.on("2026-11-12 09:00", postponed(1, "the slot has lapsed"));
    assert_eq!(story.sessions().postponed(), 3);
    assert_eq!(story.remaining(), [480]);
    story.refuses("2026-11-12 09:05", postponed(1, "once more"), &[Rule::Booked]);

    story.on("2026-11-12 09:10", booking("2026-11-24")).on("2026-11-24 08:00", opened(1));
    story.on("2026-11-24 10:00", exercise()).on("2026-11-24 14:00", simulation());
    story.on("2026-11-24 16:00", closed());
    assert_eq!(story.stage(), Stage::Caucus);
    assert_eq!(story.case().trained().expect("it is complete").held().len(), 1);
    story.replays();
}

#[test]
fn closing_seven_minutes_early_is_within_the_grace_and_sixteen_is_not() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    let refusal = story.refused("2026-10-20 15:44", &closed());
    assert_eq!(
        refusal.unmet[0].found.to_string(),
        "16 minutes of the slot are missing; of the whole part up to 15 could be forgiven"
    );
    story.refuses("2026-10-20 15:53", adjourned("everyone is tired"), &[Rule::NotFilled]);
    story.on("2026-10-20 15:53", closed());
    assert_eq!(story.stage(), Stage::Caucus);
    let held = &story.case().trained().expect("it is complete").held()[0];
    assert_eq!((held.counted, held.overrun, held.filled), (473, 0, true));
    story.replays();
}

#[test]
fn closing_forty_minutes_late_counts_the_slot_and_keeps_the_overrun() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    story.on("2026-10-20 16:40", closed());
    let held = &story.case().trained().expect("it is complete").held()[0];
    assert_eq!((held.counted, held.overrun, held.filled), (480, 40, true));
    story.replays();
}

#[test]
fn a_session_closed_the_next_morning_is_warned_of() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    assert_eq!(story.warnings_on("2026-10-20 23:59", &closed()), []);
    assert_eq!(story.warnings_on("2026-10-21 08:00", &closed()), [Warning::OpenPastDay]);
    story.on("2026-10-21 08:00", closed());
    let held = &story.case().trained().expect("it is complete").held()[0];
    assert_eq!((held.counted, held.overrun), (480, 960));
}

#[test]
fn an_activity_belongs_to_an_open_session_of_the_training() {
    let mut story = Story::through(EventKind::SessionScheduled, Format::FullDay);
    story.refuses("2026-10-20 08:00", exercise(), &[Rule::IsOpen]);
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 08:30", exercise());
    story.on("2026-10-20 09:00", adjourned("a burst pipe"));
    story.refuses("2026-10-20 09:01", simulation(), &[Rule::IsOpen]);

    let mut facilitation = Story::reaching(Stage::Facilitation);
    facilitation.refuses("2026-10-28 09:00", simulation(), &[Rule::Stage]);
}

#[test]
fn a_training_day_without_board_members_is_held_with_a_warning() {
    let story = Story::through(EventKind::SessionScheduled, Format::FullDay);
    assert_eq!(story.warnings_on("2026-10-20 08:00", &opened(1)), []);
    assert_eq!(story.warnings_on("2026-10-20 08:00", &opened_alone(1)), [Warning::NoBoardMembers]);
    let deadline = "part 1 of the training, Tue 2026-10-20, 08:00 to 16:00: if a quorum of the school committee may attend, it is posted \
         by Fri 2026-10-16 08:00";
    assert_eq!(story.warnings(), [(Warning::Posting, deadline.to_string())]);
}

#[test]
fn a_session_over_the_end_of_daylight_saving_counts_the_hours_that_passed() {
    let check = |starts: &str, ends: &str, minutes: u32, fits: bool| {
        let slot = ibbi_core::Slot::new(starts.parse().unwrap(), ends.parse().unwrap()).unwrap();
        assert_eq!(slot.minutes(), minutes, "{starts} to {ends}");
        let mut story = Story::reaching(Stage::Training);
        if !fits {
            story.refuses("2026-10-20 09:00", scheduled(1, slot), &[Rule::SlotLength]);
            return;
        }
        assert!(story.warnings_on("2026-10-20 09:00", &scheduled(1, slot)).contains(&Warning::Weekend));
        story.on("2026-10-20 09:00", scheduled(1, slot)).happens(slot.starts().at(), opened(1));
        story.happens(slot.starts().at(), exercise()).happens(slot.starts().at(), simulation());
        story.happens(slot.ends().at(), closed());
        assert_eq!(story.stage(), Stage::Caucus);
        let held = &story.case().trained().expect("it is complete").held()[0];
        assert_eq!((held.counted, held.overrun), (480, 0));
        story.replays();
    };
    // In the night to November 1 the hour from one to two comes twice: seven hours on the wall are eight.
    check("2026-11-01T00:30:00-04:00", "2026-11-01T07:30:00-05:00", 480, true);
    check("2026-11-01T00:30:00-04:00", "2026-11-01T08:30:00-05:00", 540, false);
    // In the night to March 14 the hour from two to three is left out: nine hours on the wall are eight.
    check("2027-03-14T01:00:00-05:00", "2027-03-14T10:00:00-04:00", 480, true);
    check("2027-03-14T01:00:00-05:00", "2027-03-14T09:00:00-04:00", 420, false);
}

#[test]
fn a_session_that_opens_in_the_last_hour_of_its_day_is_still_on_its_day() {
    let mut story = Story::reaching(Stage::Training);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    story.refuses("2026-10-19 23:59", opened(1), &[Rule::OnItsDay]);
    // Already October 21 in UTC.
    story.on("2026-10-20 22:00", opened(1));
    assert_eq!(story.sessions().parts()[0].first_day, Some(crate::support::date("2026-10-20")));
}

#[test]
fn the_grace_is_the_parts_so_a_short_make_up_forgives_nothing_while_more_remains() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 11:00", adjourned("snow"));
    // Ten minutes are shorter than the grace; opened and left at once, nothing of them was held.
    story.on("2026-10-20 12:00", scheduled(1, slot("2026-10-21", "17:00", "17:10")));
    story.on("2026-10-21 17:00", opened(1));
    story.refuses("2026-10-21 17:00", closed(), &[Rule::Filled]);
    story.on("2026-10-21 17:00", adjourned("the hall is locked"));
    assert_eq!(story.remaining(), [300]);
    // A make-up of 200 of the 300 minutes that ends seven early is cut short: 107 remain.
    story.on("2026-10-21 18:00", scheduled(1, slot("2026-10-22", "17:00", "20:20")));
    story.on("2026-10-22 17:00", opened(1));
    story.refuses("2026-10-22 20:13", closed(), &[Rule::Filled]);
    story.on("2026-10-22 20:13", adjourned("the last bus"));
    assert_eq!(story.remaining(), [107]);
    // The one that fills the part may end within the grace.
    story.on("2026-10-22 21:00", scheduled(1, slot("2026-10-23", "17:00", "18:47")));
    story.on("2026-10-23 17:00", opened(1)).on("2026-10-23 18:00", simulation());
    story.on("2026-10-23 18:35", closed());
    assert_eq!(story.stage(), Stage::Caucus);
    story.replays();
}
