//! Routes from known states, and from random states.

use super::search::{fewest, is_there, leads};
use crate::support::at;
use crate::support::facts::*;
use crate::support::guide::{next_event, next_instant};
use crate::support::likely::Dice;
use crate::support::slot;
use crate::support::story::Story;
use Party::{Labor, Management};
use ibbi_core::{At, Case, Decision, EventKind, Format, Goal, Party, ProgramParameters, Service, Stage, route, survey};
use std::collections::BTreeMap;

/// Returns the codes of a route. A repeated kind appears once, with its count.
fn written(kinds: &[EventKind]) -> String {
    let mut parts: Vec<(EventKind, usize)> = Vec::new();
    for kind in kinds {
        match parts.last_mut() {
            Some((last, count)) if last == kind => *count += 1,
            _ => parts.push((*kind, 1)),
        }
    }
    let part = |(kind, count): &(EventKind, usize)| match count {
        1 => kind.code().to_string(),
        count => format!("{count}*{kind}"),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" ")
}

/// Checks that the route is the expected one, that it can be recorded, and that no shorter one exists (for short
/// routes).
#[track_caller]
fn check(story: &Story, when: &str, goal: &str, expected: Option<&str>) {
    let (case, now, goal): (_, _, Goal) = (story.case(), at(when), goal.parse().expect("a goal"));
    let found = route(case, goal, now);
    assert_eq!(found.as_deref().map(written).as_deref(), expected, "from {} to {goal:?}", case.stage());
    let Some(kinds) = found else { return };
    assert!(leads(case, now, &kinds, goal), "{expected:?} can be recorded");
    if (1..=6).contains(&kinds.len()) {
        assert_eq!(fewest(case, now, goal, kinds.len() - 1), None, "{expected:?} is shortest");
    }
}

#[test]
fn route_from_the_start() {
    let nothing = Story::default();
    let when = "2026-09-01 09:00";
    let to_training = "case_opened 3*leader_agreed meeting_held service_chosen 3*support_confirmed 2*member_named \
                       2*attendance_pledged application_accepted";
    let trained = "session_scheduled session_opened 2*activity_run session_closed";
    let adopted = "caucus_opened party_decided caucus_opened party_decided";
    let facilitated = "format_chosen session_scheduled session_opened session_closed";
    check(&nothing, when, "inquiry", Some("case_opened"));
    check(&nothing, when, "closed", Some("case_opened case_withdrawn"));
    check(&nothing, when, "training", Some(to_training));
    check(&nothing, when, "agreement", Some(&format!("{to_training} {trained} {adopted}")));
    check(&nothing, when, "not_adopted", Some(&format!("{to_training} {trained} {adopted}")));
    check(&nothing, when, "completed", Some(&format!("{to_training} {trained} {adopted} {facilitated}")));
}

#[test]
fn route_skips_completed_steps() {
    let introduction = Story::reaching(Stage::Introduction);
    let when = "2026-09-15 11:00";
    check(&introduction, when, "application", Some("meeting_held service_chosen"));
    check(&introduction, when, "referred", Some("meeting_held service_chosen case_referred"));
    let met = introduction.and(when, meeting_held(ibbi_core::Topic::ALL.iter().copied()));
    check(&met, when, "application", Some("service_chosen"));
    let conference = met.and(when, chosen(Service::AnnualConference));
    check(&conference, when, "referred", Some("case_referred"));

    let application = Story::reaching(Stage::Application);
    let when = "2026-09-16 09:00";
    let named_one = application.and(when, named(Labor, "ana"));
    check(
        &named_one,
        when,
        "training",
        Some("3*support_confirmed member_named 2*attendance_pledged application_accepted"),
    );
    check(&named_one, when, "not_accepted", Some("application_declined"));
}

#[test]
fn no_route_leads_back_or_out_of_closed() {
    let caucus = Story::reaching(Stage::Caucus);
    let when = "2026-12-01 09:00";
    check(&caucus, when, "caucus", Some(""));
    check(&caucus, when, "training", None);
    check(&caucus, when, "referred", None);
    check(&caucus, when, "unopened", None);
    let closed = Story::reaching(Stage::Closed);
    check(&closed, when, "completed", Some(""));
    check(&closed, when, "closed", Some(""));
    check(&closed, when, "withdrawn", None);
    check(&closed, when, "inquiry", None);
}

#[test]
fn route_through_the_training_continues_from_held_sessions() {
    let training = Story::reaching(Stage::Training);
    let booked = training.and("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    check(&booked, "2026-09-29 09:00", "caucus", Some("session_opened 2*activity_run session_closed"));
    check(
        &booked,
        "2026-10-21 09:00",
        "caucus",
        Some("session_postponed session_scheduled session_opened 2*activity_run session_closed"),
    );
    let open = booked.and("2026-10-20 08:00", opened(1)).and("2026-10-20 09:00", exercise());
    check(&open, "2026-10-20 09:00", "caucus", Some("activity_run session_closed"));
    let cut = open.and("2026-10-20 10:00", adjourned("snow"));
    check(&cut, "2026-10-20 10:00", "caucus", Some("session_scheduled session_opened activity_run session_closed"));
    // Two hours are booked but six remain. Booking again is shorter than two make-up sessions.
    let short = cut.and("2026-10-20 10:00", scheduled(1, slot("2026-10-21", "08:00", "10:00")));
    check(
        &short,
        "2026-10-20 10:00",
        "caucus",
        Some("session_postponed session_scheduled session_opened activity_run session_closed"),
    );
    let short_open = short.and("2026-10-21 08:00", opened(1)).and("2026-10-21 08:30", simulation());
    check(
        &short_open,
        "2026-10-21 09:00",
        "caucus",
        Some("session_closed session_scheduled session_opened session_closed"),
    );
    let doubtful = short_open.and("2026-10-21 08:40", unpledged(Labor, "ben"));
    check(
        &doubtful,
        "2026-10-21 09:00",
        "caucus",
        Some("attendance_pledged session_closed session_scheduled session_opened session_closed"),
    );
}

#[test]
fn route_through_the_caucuses_reopens_only_what_it_must() {
    let when = "2026-10-26 09:00";
    let start = Story::reaching(Stage::Caucus);
    check(&start, when, "agreement", Some("caucus_opened party_decided caucus_opened party_decided"));
    let declined = start.and(when, caucus(Labor, &LABOR)).and(when, decided(Labor, Decision::Decline));
    check(&declined, when, "not_adopted", Some("caucus_opened party_decided"));
    check(&declined, when, "agreement", Some("decision_reopened party_decided caucus_opened party_decided"));
    let adopted = start.and(when, caucus(Labor, &LABOR)).and(when, decided(Labor, Decision::Adopt));
    check(&adopted, when, "not_adopted", Some("caucus_opened party_decided"));
    let concerned = adopted.and(when, raised(Management, "minutes")).and(when, caucus(Management, &MANAGEMENT));
    check(&concerned, when, "agreement", Some("concern_addressed party_decided"));
    check(&concerned, when, "not_adopted", Some("party_decided"));
    let emptied = adopted.and(when, released(Management, "cora")).and(when, released(Management, "dev"));
    check(&emptied, when, "agreement", Some("member_named attendance_pledged caucus_opened party_decided"));
}

#[test]
fn route_through_half_days_keeps_valid_bookings() {
    let halves = Story::through(EventKind::FormatChosen, Format::TwoHalfDays);
    let book = |story: &Story, part, day| story.and("2026-10-28 09:00", scheduled(part, slot(day, "08:00", "12:00")));
    let cycle = "session_scheduled session_opened session_closed";
    check(&halves, "2026-10-28 09:00", "completed", Some(&format!("{cycle} {cycle}")));

    let first = book(&halves, 1, "2026-11-17");
    check(&first, "2026-10-28 09:00", "completed", Some(&format!("session_opened session_closed {cycle}")));
    let both = book(&first, 2, "2026-11-19");
    check(&both, "2026-10-28 09:00", "completed", Some("session_opened session_closed session_opened session_closed"));
    // The first booking is in the past, and one day remains before the second.
    check(
        &both,
        "2026-11-18 07:00",
        "completed",
        Some(&format!("session_postponed {cycle} session_opened session_closed")),
    );
    // No day remains: the first part can't be held before the second booking.
    check(&both, "2026-11-18 21:00", "completed", Some(&format!("2*session_postponed {cycle} {cycle}")));
    check(&both, "2026-11-19 07:00", "completed", Some(&format!("2*session_postponed {cycle} {cycle}")));

    let second_only = book(&halves, 2, "2026-11-19");
    check(&second_only, "2026-11-18 07:00", "completed", Some(&format!("{cycle} session_opened session_closed")));
    check(&second_only, "2026-11-19 07:00", "completed", Some(&format!("session_postponed {cycle} {cycle}")));
    let turned = book(&book(&halves, 1, "2026-11-19"), 2, "2026-11-17");
    check(
        &turned,
        "2026-10-28 09:00",
        "completed",
        Some(&format!("session_postponed session_opened session_closed {cycle}")),
    );
}

#[test]
fn route_uses_the_parts_of_the_program() {
    let parameters = ProgramParameters {
        formats: ProgramParameters::published_formats(vec![240, 240], vec![160, 160, 160]),
        ..ProgramParameters::default()
    };
    let agreement = Story::reaching_under(Stage::Agreement, parameters);
    let cycle = "session_scheduled session_opened session_closed";
    check(&agreement, "2026-10-27 09:00", "completed", Some(&format!("format_chosen {cycle} {cycle}")));
}

/// Returns the states on a random path that follows the survey.
fn random_path(seed: u64, steps: usize) -> Vec<(Case, At)> {
    let (mut dice, mut now) = (Dice(seed), at("2026-09-01 09:00"));
    let (mut case, mut states) = (Case::default(), Vec::new());
    for _ in 0..steps {
        let minutes = [0, 0, 30, 240, 480, 720][dice.throw(6)];
        now = next_instant(&case, now, minutes, &mut dice);
        let Some(event) = next_event(&case, &survey(&case, now), now, &mut dice) else { continue };
        if case.offer(&event, now).is_ok() {
            states.push((case.clone(), now));
        }
    }
    states
}

/// Returns every state of the late stages, which are rare, and a sample of the others.
fn sampled(states: Vec<(Case, At)>) -> impl Iterator<Item = (Case, At)> {
    let late = |case: &Case| matches!(case.stage(), Stage::Agreement | Stage::Facilitation);
    states
        .into_iter()
        .enumerate()
        .filter(move |(index, (case, _))| late(case) || index % 10 == 0)
        .map(|(_, state)| state)
}

#[test]
fn routes_from_random_states_are_legal_and_shortest() {
    let goals: Vec<_> = ["caucus", "agreement", "facilitation", "completed", "not_adopted", "not_accepted", "referred"]
        .map(|goal| goal.parse::<Goal>().expect("a goal"))
        .into();
    let (mut checked, mut compared): (BTreeMap<Stage, usize>, usize) = (BTreeMap::new(), 0);
    for seed in 0..300 {
        for (case, now) in sampled(random_path(seed, 200)) {
            for goal in &goals {
                let Some(kinds) = route(&case, *goal, now) else { continue };
                let context = || format!("seed {seed}, {goal:?} from {case:#?} at {now} by {}", written(&kinds));
                assert!(leads(&case, now, &kinds, *goal), "it can be recorded: {}", context());
                assert_eq!(kinds.is_empty(), is_there(&case, *goal));
                *checked.entry(case.stage()).or_default() += 1;
                if (2..=4).contains(&kinds.len()) {
                    let shorter = fewest(&case, now, *goal, kinds.len() - 1);
                    assert_eq!(shorter, None, "no shorter route exists: {}", context());
                    compared += 1;
                }
            }
        }
    }
    let open = Stage::ALL.iter().filter(|stage| stage.is_open());
    assert!(open.clone().all(|stage| checked.contains_key(stage)), "{checked:?}");
    println!("routes checked from each stage: {checked:?}; compared with a search: {compared}");
    assert!(compared > 100, "{compared}");
}
