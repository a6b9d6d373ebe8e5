//! Trials of the sessions of the training and the facilitation.

use super::super::facts::*;
use super::super::story::Story;
use super::super::{slot, slot_from_to};
use super::corrections::with_activities;
use super::{Trial, trial};
use ibbi_core::{EventKind, Format, Neutrals, Party, Presence, ProgramParameters, Rule, Stage};

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = bookings();
    trials.extend(openings());
    trials.extend(presence());
    trials.extend(table());
    trials.extend(endings());
    trials.extend(facilitation());
    trials
}

const BOOKED_ON: &str = "2026-10-28 09:00";

fn half_days() -> Story {
    Story::reaching_in(Stage::Facilitation, Format::TwoHalfDays)
}

/// Returns the case with two half-days, the first booked for the morning of November 17.
fn first_booked() -> Story {
    half_days().and(BOOKED_ON, scheduled(1, slot("2026-11-17", "08:00", "12:00")))
}

fn bookings() -> Vec<Trial> {
    let training = Story::reaching(Stage::Training);
    let day = || slot("2026-10-20", "08:00", "16:00");
    let first_open = first_booked().and("2026-11-17 08:00", opened(1));
    let almost = first_open.and("2026-11-17 11:53", closed());
    let cut_short = first_open.and("2026-11-17 11:40", adjourned("the heating failed"));
    let five_minutes = || scheduled(1, slot("2026-11-18", "08:00", "08:05"));
    let second = |starts, ends| scheduled(2, slot("2026-11-17", starts, ends));
    let now = "2026-09-29 09:00";
    let next_day = "2026-11-17 13:00";
    vec![
        trial(Rule::SlotFuture, &training, "2026-10-20 08:00", scheduled(1, day()))
            .holds("2026-10-20 07:59", scheduled(1, day())),
        trial(Rule::SlotOneDay, &training, now, scheduled(1, slot_from_to("2026-10-20 16:01", "2026-10-21 00:01")))
            .holds(now, scheduled(1, slot_from_to("2026-10-20 16:00", "2026-10-21 00:00"))),
        trial(Rule::PartExists, &training, now, scheduled(2, day())).holds(now, scheduled(1, day())),
        trial(Rule::PartExists, &first_booked(), BOOKED_ON, postponed(0, "the hall is taken"))
            .holds(BOOKED_ON, postponed(1, "the hall is taken")),
        trial(Rule::PartUnfilled, &almost, next_day, five_minutes()).holds_in(&cut_short, next_day, five_minutes()),
        trial(Rule::OneBooking, &first_booked(), BOOKED_ON, scheduled(1, slot("2026-11-18", "08:00", "12:00")))
            .holds_in(&half_days(), BOOKED_ON, scheduled(1, slot("2026-11-18", "08:00", "12:00"))),
        trial(Rule::OneBooking, &first_open, next_day, scheduled(1, slot("2026-11-18", "08:00", "12:00")))
            .holds(next_day, scheduled(2, slot("2026-11-18", "08:00", "12:00"))),
        trial(Rule::Booked, &first_booked(), BOOKED_ON, postponed(2, "the hall is taken"))
            .holds(BOOKED_ON, postponed(1, "the hall is taken")),
        trial(Rule::SlotLength, &training, now, scheduled(1, slot("2026-10-20", "08:00", "15:59")))
            .holds(now, scheduled(1, day())),
        trial(Rule::SlotLength, &cut_short, next_day, scheduled(1, slot("2026-11-18", "08:00", "08:21")))
            .holds(next_day, scheduled(1, slot("2026-11-18", "08:00", "08:20"))),
        trial(Rule::NoOverlap, &first_booked(), BOOKED_ON, second("11:59", "15:59"))
            .holds(BOOKED_ON, second("12:00", "16:00")),
        trial(Rule::Neutral, &training, now, scheduled_with(1, day(), "cora"))
            .holds(now, scheduled_with(1, day(), "nell")),
    ]
}

fn openings() -> Vec<Trial> {
    let training = Story::reaching(Stage::Training);
    let booked = Story::through(EventKind::SessionScheduled, Format::FullDay);
    let both = first_booked().and(BOOKED_ON, scheduled(2, slot("2026-11-19", "08:00", "12:00")));
    let first_open = both.and("2026-11-17 08:00", opened(1));
    let first_held = first_open.and("2026-11-17 12:00", closed());
    let made_up = first_open
        .and("2026-11-17 10:00", adjourned("a fire alarm"))
        .and("2026-11-17 10:05", scheduled(1, slot("2026-11-20", "08:00", "10:00")));
    let day = "2026-10-20 08:00";
    let second_day = "2026-11-19 08:00";
    vec![
        trial(Rule::Booked, &training, day, opened(1)).holds_in(&booked, day, opened(1)),
        trial(Rule::PartExists, &booked, day, opened(2)).holds(day, opened(1)),
        trial(Rule::OnItsDay, &booked, "2026-10-21 00:00", opened(1)).holds("2026-10-20 23:59", opened(1)),
        trial(Rule::OnItsDay, &made_up, "2026-11-20 08:00", opened(2)).holds("2026-11-20 08:00", opened(1)),
        trial(Rule::OneOpen, &first_open, second_day, opened(2)).holds_in(&first_held, second_day, opened(2)),
        trial(Rule::Neutral, &booked, day, opened_by(1, "ana", &EVERYONE)).holds(day, opened(1)),
        trial(Rule::MembersOnly, &booked, day, opened_with(1, &["ana", "ben", "cora", "dev", "eli"]))
            .holds(day, opened(1)),
    ]
}

fn presence() -> Vec<Trial> {
    let each_team = ProgramParameters { presence: Presence::EachTeam, ..ProgramParameters::default() };
    let booking = |day| scheduled(1, slot(day, "08:00", "16:00"));
    let mut trials = Vec::new();
    for (rule, stage, booked_on, day) in [
        (Rule::TrainingEveryone, Stage::Training, "2026-09-29 09:00", "2026-10-20"),
        (Rule::FacilitationEveryone, Stage::Facilitation, BOOKED_ON, "2026-11-17"),
    ] {
        let when = format!("{day} 08:00");
        let strict = Story::reaching(stage).and(booked_on, booking(day));
        let gentle = Story::reaching_under(stage, each_team.clone()).and(booked_on, booking(day));
        let without_ben = || opened_with(1, &["ana", "cora", "dev"]);
        trials.push(trial(rule, &strict, &when, without_ben()).holds(&when, opened(1)));
        trials.push(trial(rule, &gentle, &when, opened_with(1, &LABOR)).holds(&when, without_ben()));
    }
    trials
}

fn table() -> Vec<Trial> {
    let training = Story::reaching(Stage::Training);
    let booked = Story::through(EventKind::SessionScheduled, Format::FullDay);
    let open = Story::through(EventKind::SessionOpened, Format::FullDay);
    let exercised = open.and("2026-10-20 10:00", exercise()).and("2026-10-20 14:00", simulation());
    let (now, day, end) = ("2026-09-29 09:00", "2026-10-20 08:00", "2026-10-20 16:00");
    let slot = || slot("2026-10-20", "08:00", "16:00");
    let led_by = |who: &str| {
        let more = Neutrals::new([person(who)]).unwrap();
        with!(scheduled(1, slot()), SessionScheduled, |data| data.co_neutrals = more)
    };
    let late = |who: &str| with!(closed(), SessionClosed, |data| data.late = ids(&[who]));
    vec![
        trial(Rule::Neutral, &training, now, led_by("cora")).holds(now, led_by("paul")),
        trial(Rule::NamedOnce, &training, now, led_by("nell")).holds(now, led_by("paul")),
        trial(Rule::NamedOnce, &booked, day, opened_with_substitutes(1, &[("ben", "sam"), ("dev", "sam")]))
            .holds(day, opened_with_substitutes(1, &[("ben", "sam"), ("dev", "tess")])),
        trial(Rule::NamedOnce, &booked, day, opened_with_substitutes(1, &[("ben", "nell")]))
            .holds(day, opened_with_substitutes(1, &[("ben", "sam")])),
        trial(Rule::SubstituteForAbsent, &booked, day, with_ben_present()).holds(day, opened(1)),
        trial(Rule::SubstituteForAbsent, &booked, day, opened_with_substitutes(1, &[("ben", "dev")]))
            .unmet(&[Rule::SubstituteForAbsent])
            .holds(day, opened_with_substitutes(1, &[("ben", "sam")])),
        trial(Rule::TrainingEveryone, &booked, day, opened_with(1, &["ana", "cora", "dev"]))
            .holds(day, opened_with_substitutes(1, &[("ben", "sam")])),
        trial(Rule::LateMember, &exercised, end, late("eli")).holds(end, late("ben")),
    ]
}

/// Returns the opening of a session in which a member is present and also has a substitute.
fn with_ben_present() -> ibbi_core::Event {
    with!(opened_with_substitutes(1, &[("ben", "sam")]), SessionOpened, |data| data.present = ids(&EVERYONE))
}

/// Returns a training under a program, with its session open and the published activities run.
fn training_under(program: ibbi_core::Program) -> Story {
    let mut story = Story::reaching_under(Stage::Training, program.parameters().clone());
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    story.on("2026-10-20 08:00", opened(1)).on("2026-10-20 10:00", exercise()).on("2026-10-20 14:00", simulation());
    story
}

fn endings() -> Vec<Trial> {
    let booked = Story::through(EventKind::SessionScheduled, Format::FullDay);
    let open = Story::through(EventKind::SessionOpened, Format::FullDay);
    let exercised = open.and("2026-10-20 10:00", exercise());
    let both = exercised.and("2026-10-20 14:00", simulation());
    let only_simulated = open.and("2026-10-20 14:00", simulation());
    let without_role_play = training_under(with_activities(&["exercise", "role_play", "bargaining_simulation"]));
    let with_role_play = without_role_play.and("2026-10-20 15:00", other_activity("role_play"));
    let three = "2026-10-20 11:00";
    let end = "2026-10-20 16:00";
    vec![
        trial(Rule::IsOpen, &booked, three, exercise()).holds_in(&open, three, exercise()),
        trial(Rule::IsOpen, &booked, three, adjourned("snow")).holds_in(&open, three, adjourned("snow")),
        trial(Rule::IsOpen, &booked, end, closed()).holds_in(&both, end, closed()),
        trial(Rule::Filled, &both, "2026-10-20 15:44", closed()).holds("2026-10-20 15:45", closed()),
        trial(Rule::NotFilled, &both, "2026-10-20 15:45", adjourned("a fire drill"))
            .holds("2026-10-20 15:44", adjourned("a fire drill")),
        trial(Rule::LeftEarlyPresent, &both, end, closed_without(&["eli"])).holds(end, closed_without(&["ben"])),
        trial(Rule::TrainingExercise, &only_simulated, end, closed()).holds_in(&both, end, closed()),
        trial(Rule::TrainingSimulation, &exercised, end, closed()).holds_in(&both, end, closed()),
        trial(Rule::TrainingActivity, &without_role_play, end, closed()).holds_in(&with_role_play, end, closed()),
    ]
}

fn facilitation() -> Vec<Trial> {
    let both = first_booked().and(BOOKED_ON, scheduled(2, slot("2026-11-19", "08:00", "12:00")));
    let first_held = both.and("2026-11-17 08:00", opened(1)).and("2026-11-17 12:00", closed());
    let moved = first_held.and("2026-11-17 12:30", postponed(2, "an earlier date was found"));
    let same_day = moved.and("2026-11-17 12:30", scheduled(2, slot("2026-11-17", "13:00", "17:00")));
    let postponed_first = first_booked().and("2026-11-16 09:00", postponed(1, "the hall is taken"));
    let cut_short = Story::through(EventKind::SessionOpened, Format::FullDay)
        .and("2026-10-20 09:00", exercise())
        .and("2026-10-20 10:00", simulation())
        .and("2026-10-20 11:00", adjourned("snow"));
    let caucus_stage = Story::reaching(Stage::Caucus);
    let second_day = "2026-11-19 08:00";
    vec![
        trial(Rule::TrainingCompleted, &cut_short, "2026-10-21 09:00", caucus(Party::Labor, &LABOR))
            .unmet(&[Rule::Stage, Rule::TrainingCompleted])
            .holds_in(&caucus_stage, "2026-10-21 09:00", caucus(Party::Labor, &LABOR)),
        trial(Rule::PartOrder, &both, second_day, opened(2)).holds_in(&first_held, second_day, opened(2)),
        trial(Rule::AnotherDay, &same_day, "2026-11-17 13:00", opened(2)).holds_in(&first_held, second_day, opened(2)),
        trial(Rule::SessionPartOrder, &both.and(BOOKED_ON, migrated(2)), second_day, opened(2)).holds_in(
            &first_held,
            second_day,
            opened(2),
        ),
        trial(Rule::SessionAnotherDay, &same_day.and("2026-11-17 12:30", migrated(2)), "2026-11-17 13:00", opened(2))
            .holds_in(&first_held, second_day, opened(2)),
        trial(Rule::FormatKnown, &Story::reaching(Stage::Agreement), "2026-10-28 09:00", other_format("evenings"))
            .holds("2026-10-28 09:00", format(Format::TwoHalfDays)),
        trial(Rule::FormatFree, &first_booked(), "2026-11-16 10:00", format(Format::FullDay)).holds_in(
            &postponed_first,
            "2026-11-16 10:00",
            format(Format::FullDay),
        ),
        trial(
            Rule::FormatFree,
            &first_held.and("2026-11-17 12:30", postponed(2, "a funeral")),
            second_day,
            format(Format::FullDay),
        )
        .holds_in(&half_days(), second_day, format(Format::FullDay)),
    ]
}
