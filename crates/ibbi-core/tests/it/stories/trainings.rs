//! The training day, with the problems that can occur.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, slot};
use ibbi_core::{EventKind, Format, Rule, Stage, Warning};

/// Returns the case with a training session that is booked for October 20 and open since 8 AM.
fn open() -> Story {
    Story::through(EventKind::SessionOpened, Format::FullDay)
}

#[test]
fn training_cut_short_by_snow_is_made_up() {
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
    assert_eq!(
        refusal.unmet[0].found.to_string(),
        "the slot is 301 minutes long, but only 300 minutes must be made up"
    );
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
fn training_can_be_postponed_three_times() {
    let mut story = Story::reaching(Stage::Training);
    let booking = |day| scheduled(1, slot(day, "08:00", "16:00"));
    story.on("2026-09-29 09:00", booking("2026-10-20"));
    story.refuses("2026-09-29 09:10", booking("2026-10-27"), &[Rule::OneBooking]);
    story.on("2026-10-13 09:00", postponed(1, "the trainer is ill"));
    story.on("2026-10-13 09:30", booking("2026-10-27"));
    story.on("2026-10-27 07:30", postponed(1, "a power cut"));
    story.on("2026-10-27 09:00", booking("2026-11-10"));
    // No one came, and no one recorded it on the day.
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
fn closing_7_minutes_early_is_allowed_and_16_is_not() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    let refusal = story.refused("2026-10-20 15:44", &closed());
    assert_eq!(
        refusal.unmet[0].found.to_string(),
        "the session is 16 minutes short; up to 15 minutes of the whole part can be waived"
    );
    story.refuses("2026-10-20 15:53", adjourned("everyone is tired"), &[Rule::NotFilled]);
    story.on("2026-10-20 15:53", closed());
    assert_eq!(story.stage(), Stage::Caucus);
    let held = &story.case().trained().expect("it is complete").held()[0];
    assert_eq!((held.counted, held.overrun, held.filled), (473, 0, true));
    story.replays();
}

#[test]
fn overrun_is_recorded_but_not_counted() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    story.on("2026-10-20 16:40", closed());
    let held = &story.case().trained().expect("it is complete").held()[0];
    assert_eq!((held.counted, held.overrun, held.filled), (480, 40, true));
    story.replays();
}

#[test]
fn session_closed_the_next_day_gets_a_warning() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    assert_eq!(story.warnings_on("2026-10-20 23:59", &closed()), []);
    assert_eq!(story.warnings_on("2026-10-21 08:00", &closed()), [Warning::OpenPastDay]);
    story.on("2026-10-21 08:00", closed());
    let held = &story.case().trained().expect("it is complete").held()[0];
    assert_eq!((held.counted, held.overrun), (480, 960));
}

#[test]
fn activity_needs_an_open_training_session() {
    let mut story = Story::through(EventKind::SessionScheduled, Format::FullDay);
    story.refuses("2026-10-20 08:00", exercise(), &[Rule::IsOpen]);
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 08:30", exercise());
    story.on("2026-10-20 09:00", adjourned("a burst pipe"));
    story.refuses("2026-10-20 09:01", simulation(), &[Rule::IsOpen]);

    let mut facilitation = Story::reaching(Stage::Facilitation);
    facilitation.refuses("2026-10-28 09:00", simulation(), &[Rule::Stage]);
}

#[test]
fn training_without_board_members_gets_a_warning() {
    let story = Story::through(EventKind::SessionScheduled, Format::FullDay);
    assert_eq!(story.warnings_on("2026-10-20 08:00", &opened(1)), []);
    assert_eq!(story.warnings_on("2026-10-20 08:00", &opened_alone(1)), [Warning::NoBoardMembers]);
    let deadline = "part 1 of the training is on Tue, Oct 20, 2026, 8:00 AM to 4:00 PM; if a quorum of the school \
        committee might attend, post the meeting by Fri, Oct 16, 2026, 8:00 AM";
    assert_eq!(story.warnings(), [(Warning::Posting, deadline.to_string())]);
}

#[test]
fn session_across_a_clock_change_counts_elapsed_hours() {
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
    // At the end of daylight saving time on November 1, an hour is repeated: 7 hours on the clock are 8 elapsed hours.
    check("2026-11-01T00:30:00-04:00", "2026-11-01T07:30:00-05:00", 480, true);
    check("2026-11-01T00:30:00-04:00", "2026-11-01T08:30:00-05:00", 540, false);
    // At the start of daylight saving time on March 14, an hour is skipped: 9 hours on the clock are 8 elapsed hours.
    check("2027-03-14T01:00:00-05:00", "2027-03-14T10:00:00-04:00", 480, true);
    check("2027-03-14T01:00:00-05:00", "2027-03-14T09:00:00-04:00", 420, false);
}

#[test]
fn session_can_open_late_on_its_local_day() {
    let mut story = Story::reaching(Stage::Training);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    story.refuses("2026-10-19 23:59", opened(1), &[Rule::OnItsDay]);
    // This is already October 21 in UTC.
    story.on("2026-10-20 22:00", opened(1));
    assert_eq!(story.sessions().parts()[0].first_day, Some(crate::support::date("2026-10-20")));
}

#[test]
fn grace_applies_to_the_whole_part() {
    let mut story = open();
    story.on("2026-10-20 10:00", exercise()).on("2026-10-20 11:00", adjourned("snow"));
    // The slot of ten minutes is shorter than the grace. The session is adjourned at once, so no minute counts.
    story.on("2026-10-20 12:00", scheduled(1, slot("2026-10-21", "17:00", "17:10")));
    story.on("2026-10-21 17:00", opened(1));
    story.refuses("2026-10-21 17:00", closed(), &[Rule::Filled]);
    story.on("2026-10-21 17:00", adjourned("the hall is locked"));
    assert_eq!(story.remaining(), [300]);
    // A make-up session of 200 of the 300 minutes is adjourned 7 minutes early, so 107 minutes remain.
    story.on("2026-10-21 18:00", scheduled(1, slot("2026-10-22", "17:00", "20:20")));
    story.on("2026-10-22 17:00", opened(1));
    story.refuses("2026-10-22 20:13", closed(), &[Rule::Filled]);
    story.on("2026-10-22 20:13", adjourned("the last bus"));
    assert_eq!(story.remaining(), [107]);
    // The session that completes the part can end within the grace.
    story.on("2026-10-22 21:00", scheduled(1, slot("2026-10-23", "17:00", "18:47")));
    story.on("2026-10-23 17:00", opened(1)).on("2026-10-23 18:00", simulation());
    story.on("2026-10-23 18:35", closed());
    assert_eq!(story.stage(), Stage::Caucus);
    story.replays();
}
