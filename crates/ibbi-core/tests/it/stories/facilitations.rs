//! The facilitation: full days, half-days, and make-up sessions.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, date, slot};
use ibbi_core::{Case, EventKind, Format, Outcome, Rule, Stage, Warning};

#[test]
fn standard_case_with_a_full_day() {
    let story = Story::reaching(Stage::Closed);
    assert_eq!(story.outcome(), Some(Outcome::Completed));
    assert_eq!(story.remaining(), [0]);
    let held = story.sessions().held();
    assert_eq!(held.len(), 1);
    assert_eq!((held[0].counted, held[0].overrun, held[0].filled), (480, 0, true));
    let trained = story.case().trained().expect("the training was held");
    assert_eq!((trained.held()[0].counted, trained.exercises(), trained.simulations()), (480, 1, 1));
    assert_eq!(trained.admitted().accepted(), at("2026-09-28 09:00"));
    let Case::Closed(end) = story.case() else { panic!("the case is closed") };
    assert_eq!((end.at(), end.withdrawn_by()), (at("2026-11-17 16:00"), None));
    let file = story.case().file().expect("an opened case");
    assert_eq!((u64::from(file.events()), file.last_at()), (story.last_seq(), at("2026-11-17 16:00")));
    assert_eq!(story.warnings(), []);
    story.replays();
}

#[test]
fn standard_case_with_two_half_days() {
    let story = Story::reaching_in(Stage::Closed, Format::TwoHalfDays);
    assert_eq!(story.outcome(), Some(Outcome::Completed));
    assert_eq!(story.remaining(), [0, 0]);
    let held: Vec<_> = story.sessions().held().iter().map(|held| (held.part, held.counted)).collect();
    assert_eq!(held, [(1, 240), (2, 240)]);
    story.replays();
}

#[test]
fn full_day_cut_short_is_made_up() {
    let mut story = Story::reaching(Stage::Facilitation);
    story.on("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "16:00")));
    story.on("2026-11-17 08:00", opened(1));
    story.on("2026-11-17 13:00", adjourned("the superintendent is called away"));
    assert_eq!(story.remaining(), [180]);
    // A make-up session can be shorter than what remains.
    story.on("2026-11-17 13:30", scheduled(1, slot("2026-11-20", "08:00", "10:00")));
    story.on("2026-11-20 08:00", opened(1)).on("2026-11-20 10:00", closed());
    assert_eq!((story.stage(), story.remaining()), (Stage::Facilitation, vec![60]));
    story.on("2026-11-20 10:00", scheduled(1, slot("2026-11-23", "15:00", "16:00")));
    story.on("2026-11-23 15:00", opened(1)).on("2026-11-23 16:00", closed());

    assert_eq!(story.outcome(), Some(Outcome::Completed));
    let held: Vec<_> = story.sessions().held().iter().map(|held| (held.counted, held.filled)).collect();
    assert_eq!(held, [(300, false), (120, true), (60, true)]);
    story.replays();
}

#[test]
fn half_day_can_be_made_up_after_the_second() {
    let mut story = Story::through(EventKind::FormatChosen, Format::TwoHalfDays);
    story.on("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    story.on("2026-10-28 09:05", scheduled(2, slot("2026-11-19", "08:00", "12:00")));
    story.on("2026-11-17 08:00", opened(1)).on("2026-11-17 10:30", adjourned("a fire alarm"));
    assert_eq!(story.remaining(), [90, 240]);

    story.on("2026-11-19 08:00", opened(2));
    story.refuses("2026-11-19 11:00", scheduled(1, slot("2026-11-19", "11:30", "13:00")), &[Rule::NoOverlap]);
    story.on("2026-11-19 11:00", scheduled(1, slot("2026-11-19", "13:00", "14:30")));
    story.refuses("2026-11-19 11:30", opened(1), &[Rule::OneOpen]);
    story.on("2026-11-19 12:00", closed());
    assert_eq!((story.stage(), story.remaining()), (Stage::Facilitation, vec![90, 0]));

    // A make-up session can be on the day of the second part.
    story.on("2026-11-19 13:00", opened(1)).on("2026-11-19 14:30", closed());
    assert_eq!(story.outcome(), Some(Outcome::Completed));
    assert_eq!(story.remaining(), [0, 0]);
    story.replays();
}

#[test]
fn make_up_can_be_on_the_day_of_the_second_part() {
    let mut story = Story::through(EventKind::FormatChosen, Format::TwoHalfDays);
    story.on("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    story.on("2026-11-17 08:00", opened(1)).on("2026-11-17 10:00", adjourned("a fire alarm"));
    story.on("2026-11-17 10:05", scheduled(1, slot("2026-11-20", "08:00", "10:00")));
    story.on("2026-11-17 10:06", scheduled(2, slot("2026-11-20", "12:00", "16:00")));
    story.on("2026-11-20 08:00", opened(1)).on("2026-11-20 10:00", closed());
    assert_eq!(story.remaining(), [0, 240]);
    // The first part first opened on November 17, so November 20 is a different day.
    story.on("2026-11-20 12:00", opened(2)).on("2026-11-20 16:00", closed());
    assert_eq!(story.outcome(), Some(Outcome::Completed));
    let first_days: Vec<_> = story.sessions().parts().iter().map(|part| part.first_day).collect();
    assert_eq!(first_days, [Some(date("2026-11-17")), Some(date("2026-11-20"))]);
    story.replays();
}

#[test]
fn overrun_of_one_part_does_not_count_for_another() {
    let mut story = Story::through(EventKind::FormatChosen, Format::TwoHalfDays);
    story.on("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    story.on("2026-10-28 09:05", scheduled(2, slot("2026-11-19", "08:00", "12:00")));
    story.on("2026-11-17 08:00", opened(1)).on("2026-11-17 12:40", closed());
    story.on("2026-11-19 08:00", opened(2));
    assert_eq!(story.sessions().open().map(|open| open.counted(at("2026-11-19 11:00"))), Some(180));
    story.on("2026-11-19 11:53", closed());
    assert_eq!(story.outcome(), Some(Outcome::Completed));
    let held: Vec<_> = story.sessions().held().iter().map(|held| (held.counted, held.overrun)).collect();
    assert_eq!(held, [(240, 40), (233, 0)], "an overrun of one part fills no other");
    assert_eq!(story.remaining(), [0, 7]);
    story.replays();
}

#[test]
fn format_changes_only_before_sessions() {
    let mut story = Story::through(EventKind::FormatChosen, Format::TwoHalfDays);
    story.on("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    let refusal = story.refused("2026-10-29 09:00", &format(Format::FullDay));
    assert_eq!(refusal.unmet[0].rule, Rule::FormatFree);
    assert_eq!(refusal.unmet[0].found.to_string(), "1 session is scheduled in the current format");

    story.on("2026-10-29 09:00", postponed(1, "one long day suits us better"));
    story.on("2026-10-29 09:05", format(Format::FullDay));
    assert_eq!((story.stage(), story.remaining()), (Stage::Facilitation, vec![480]));
    assert_eq!(story.sessions().postponed(), 1, "what was postponed stays on record");
    story.on("2026-10-29 09:10", scheduled(1, slot("2026-11-18", "08:00", "16:00")));
    story.on("2026-11-18 08:00", opened(1));
    story.refuses("2026-11-18 09:00", format(Format::TwoHalfDays), &[Rule::FormatFree]);
    story.on("2026-11-18 10:00", adjourned("no agreement on the agenda"));
    story.refuses("2026-11-18 11:00", format(Format::TwoHalfDays), &[Rule::FormatFree]);
    story.replays();
}

#[test]
fn unusual_sessions_get_warnings() {
    let halves = Story::through(EventKind::FormatChosen, Format::TwoHalfDays);
    let booked = halves.and("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    let check = |story: &Story, part, day, starts, ends, expected: &[Warning]| {
        let event = scheduled(part, slot(day, starts, ends));
        assert_eq!(story.warnings_on("2026-10-28 09:05", &event), expected, "{day}");
    };
    check(&booked, 2, "2026-11-18", "08:00", "12:00", &[]);
    check(&booked, 2, "2026-11-17", "13:00", "17:00", &[Warning::SameDay]);
    check(&booked, 1, "2026-11-17", "13:00", "17:00", &[]);
    check(&booked, 2, "2026-11-21", "08:00", "12:00", &[Warning::Weekend]);
    check(&booked, 2, "2026-11-26", "08:00", "12:00", &[Warning::Holiday]);
    check(&booked, 2, "2027-06-30", "08:00", "12:00", &[]);
    check(&booked, 2, "2027-07-01", "08:00", "12:00", &[Warning::AfterContract]);
    check(&booked, 2, "2027-07-05", "08:00", "12:00", &[Warning::Holiday, Warning::AfterContract]);

    let evergreen = halves.and("2026-10-28 09:00", contract("2026-11-16", true));
    let late = evergreen.and("2026-10-28 09:05", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    let found = "part 1 of the facilitation is on Tue, Nov 17, 2026, and the contract expires on Mon, Nov 16, 2026, with an evergreen clause";
    assert_eq!(late.warnings(), [(Warning::AfterContract, found.to_string())]);
    assert_eq!(late.and("2026-10-29 09:00", withdrawn()).warnings(), [], "what was booked is not to come");
}
