//! Sequences of events, both accepted and refused.

use super::invariants::{offer, offer_surveyed, record, replays};
use super::strategies::{Move, Pool, any_event, any_move, start};
use crate::support::facts::{opened, scheduled, voided};
use crate::support::guide::{after, next_event, next_instant};
use crate::support::likely::Dice;
use crate::support::slot;
use crate::support::story::Story;
use ibbi_core::{At, Case, Event, EventKind, Format, Goal, History, Outcome, Stage, chart, route, survey};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;

/// Offers the arbitrary events of the moves.
fn play_arbitrary(moves: &[Move]) -> Vec<(At, Event)> {
    let (mut case, mut now, mut accepted) = (Case::default(), start(), Vec::new());
    for step in moves {
        now = after(now, step.minutes);
        if offer(&mut case, &step.event, now) {
            accepted.push((now, step.event.clone()));
        }
        asks_without_panic(&case, &step.event, now);
    }
    comes_out_the_same(&case, &accepted);
    accepted
}

/// Offers events that follow the survey, and sometimes an arbitrary event.
fn play_guided(moves: &[Move]) -> Vec<(At, Event)> {
    let (mut case, mut now, mut accepted) = (Case::default(), start(), Vec::new());
    for step in moves {
        let mut dice = Dice(step.seed);
        now = next_instant(&case, now, step.minutes, &mut dice);
        let answers = survey(&case, now);
        let guided = if dice.once_in(6) { None } else { next_event(&case, &answers, now, &mut dice) };
        let event = guided.unwrap_or_else(|| step.event.clone());
        if offer_surveyed(&mut case, answers, &event, now) {
            accepted.push((now, event.clone()));
        }
        asks_without_panic(&case, &event, now);
    }
    comes_out_the_same(&case, &accepted);
    accepted
}

fn comes_out_the_same(case: &Case, accepted: &[(At, Event)]) {
    let mut again = Case::default();
    for (at, event) in accepted {
        again.offer(event, *at).expect("what was accepted once is accepted again");
    }
    assert_eq!(again, *case, "the accepted events replay to an equal case");
    assert_eq!(case.file().map_or(0, ibbi_core::CaseFile::events) as usize, accepted.len());
}

/// Offers moves to a history, sometimes with a void. Sequence numbers increase with gaps.
fn play_history(moves: &[Move]) -> History {
    let (mut history, mut now) = (History::new(), start());
    for (index, step) in (1..).zip(moves) {
        let mut dice = Dice(step.seed);
        let seq = if dice.once_in(20) { 1 } else { index * 2 };
        now = next_instant(history.case(), now, step.minutes, &mut dice);
        let event = if dice.once_in(10) {
            // Void a recent event: later events often depend on an old one.
            let seqs: Vec<_> = history.entries().iter().map(|entry| entry.seq).collect();
            let recent = if dice.once_in(2) { 1 } else { 5 };
            voided(dice.pick(&seqs[seqs.len().saturating_sub(recent)..]).unwrap_or(1))
        } else if dice.once_in(8) {
            step.event.clone()
        } else {
            let guided = next_event(history.case(), &history.survey(now), now, &mut dice);
            guided.unwrap_or_else(|| step.event.clone())
        };
        record(&mut history, seq, &event, now);
    }
    replays(&history);
    history
}

/// Checks the functions that change nothing and refuse nothing.
fn asks_without_panic(case: &Case, event: &Event, now: At) {
    for advisory in case.advisories().iter().chain(&case.advise(event, now, Some(now))) {
        assert!(!advisory.found.is_empty());
    }
    let stages = Stage::ALL.iter().copied().map(Goal::Stage);
    for goal in stages.chain(Outcome::ALL.iter().copied().map(Goal::Outcome)) {
        if let Some(kinds) = route(case, goal, now) {
            let there = goal == Goal::Stage(case.stage()) || case.outcome().map(Goal::Outcome) == Some(goal);
            assert_eq!(kinds.is_empty(), there, "{goal:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_events_keep_all_invariants(moves in vec(any_move(), 1..120)) {
        play_arbitrary(&moves);
    }

    #[test]
    fn surveyed_events_keep_all_invariants(moves in vec(any_move(), 1..120)) {
        play_guided(&moves);
    }

    #[test]
    fn history_equals_its_counting_records(moves in vec(any_move(), 1..80)) {
        play_history(&moves);
    }

    #[test]
    fn any_event_in_any_stage_keeps_all_invariants(
        (state, event) in (select(states()), any_event(&Pool::wide())),
        millis in At::MIN.millis()..=At::MAX.millis(),
    ) {
        let instant = At::from_millis(millis).expect("within the years that exist");
        for now in [instant, At::MIN, At::MAX] {
            let mut case = state.clone();
            offer(&mut case, &event, now);
            asks_without_panic(&case, &event, now);
        }
    }
}

/// Returns the standard case in each stage, and while a session is booked or open.
fn states() -> Vec<Case> {
    let stages = Stage::ALL.iter().copied().filter(|stage| *stage != Stage::Unopened);
    let mut stories: Vec<_> = stages.map(Story::reaching).collect();
    for kind in [EventKind::SessionScheduled, EventKind::SessionOpened, EventKind::CaucusOpened] {
        stories.push(Story::through(kind, Format::TwoHalfDays));
    }
    let halves = Story::reaching_in(Stage::Facilitation, Format::TwoHalfDays);
    let booked = halves.and("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    stories.push(booked.and("2026-11-17 08:00", opened(1)));
    stories.push(booked);
    stories.into_iter().map(|story| story.case().clone()).collect()
}

/// Follows random paths from fixed seeds, so that the checks above cover every stage and every row of the chart.
#[test]
fn random_paths_reach_every_stage_outcome_and_row() {
    let mut runner = TestRunner::deterministic();
    let moves = vec(any_move(), 150..151);
    let listed = || chart::TRANSITIONS.iter().flat_map(|row| row.to.iter().map(|to| (row.from, row.event, *to)));
    let (mut rows, mut stages, mut outcomes) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for _ in 0..2000 {
        let walk = moves.new_tree(&mut runner).expect("moves can be made").current();
        let mut case = Case::default();
        for (at, event) in play_guided(&walk) {
            let from = case.stage();
            case.offer(&event, at).expect("it was accepted before");
            rows.insert((from, event.kind(), case.stage()));
            stages.insert(case.stage());
        }
        outcomes.extend(case.outcome());
        if outcomes.len() == Outcome::ALL.len() && listed().all(|row| rows.contains(&row)) {
            break;
        }
    }
    assert_eq!(stages.len(), Stage::ALL.len() - 1, "every stage after the opening: {stages:?}");
    assert_eq!(outcomes.len(), Outcome::ALL.len(), "every outcome: {outcomes:?}");
    let unreached: Vec<_> = listed().filter(|row| !rows.contains(row)).collect();
    assert!(unreached.is_empty(), "never seen: {unreached:?}");
}

#[test]
fn random_histories_have_corrections_in_every_stage() {
    let mut runner = TestRunner::deterministic();
    let moves = vec(any_move(), 150..151);
    let open: BTreeSet<_> = Stage::ALL.iter().copied().filter(|stage| stage.is_open()).collect();
    let mut corrected = BTreeSet::new();
    for _ in 0..800 {
        if corrected.is_superset(&open) {
            break;
        }
        let history = play_history(&moves.new_tree(&mut runner).expect("moves can be made").current());
        let voids = history.entries().iter().filter(|entry| entry.event.kind() == EventKind::EventVoided);
        corrected.extend(voids.map(|entry| entry.to));
    }
    assert!(corrected.is_superset(&open), "a correction led to {corrected:?}");
}
