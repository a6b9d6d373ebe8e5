//! Whom a case is waiting for, and since when.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, slot};
use ibbi_core::{EventKind, Format, Party, Stage, WaitingFor};

fn waiting(story: &Story) -> Vec<(WaitingFor, ibbi_core::At, Option<ibbi_core::At>)> {
    story.history.waiting_on().into_iter().map(|one| (one.who, one.since, one.due)).collect()
}

#[test]
fn each_leader_is_awaited_since_the_opening_or_the_refusal() {
    let mut story = Story::reaching(Stage::Inquiry);
    let opened = at("2026-09-01 09:00");
    let seats = [WaitingFor::Superintendent, WaitingFor::UnionPresident, WaitingFor::SchoolCommitteeSeat];
    assert_eq!(waiting(&story), seats.map(|who| (who, opened, None)));
    story.on("2026-09-02 10:00", agreed(ibbi_core::Seat::Superintendent, "Rosa Amari"));
    assert_eq!(waiting(&story).len(), 2);
    // One who declines after agreeing is awaited from then on.
    story.on("2026-09-04 10:00", declined(ibbi_core::Seat::Superintendent, "Rosa Amari"));
    assert_eq!(waiting(&story)[0], (WaitingFor::Superintendent, at("2026-09-04 10:00"), None));
}

#[test]
fn a_party_is_awaited_again_when_it_reopens_its_decision() {
    let mut story = Story::reaching(Stage::Caucus);
    let trained = at("2026-10-20 16:00");
    assert_eq!(waiting(&story), [WaitingFor::Labor, WaitingFor::Management].map(|who| (who, trained, None)));
    story.on("2026-10-21 09:00", caucus(Party::Labor, &LABOR));
    story.on("2026-10-22 09:00", decided(Party::Labor, ibbi_core::Decision::Adopt));
    assert_eq!(waiting(&story), [(WaitingFor::Management, trained, None)]);
    story.on("2026-10-23 09:00", reopened(Party::Labor));
    assert_eq!(waiting(&story)[0], (WaitingFor::Labor, at("2026-10-23 09:00"), None));
}

#[test]
fn a_booked_session_is_due_and_a_closed_case_waits_for_nothing() {
    let mut story = Story::reaching(Stage::Facilitation);
    let booked = "2026-10-28 09:00";
    assert_eq!(waiting(&story)[0].0, WaitingFor::Program);
    story.on(booked, scheduled(1, slot("2026-11-17", "08:00", "16:00")));
    let starts = at("2026-11-17 08:00");
    assert_eq!(waiting(&story), [(WaitingFor::Calendar, at(booked), Some(starts))]);
    story.on("2026-11-17 08:00", opened(1));
    assert_eq!(waiting(&story), [(WaitingFor::Calendar, at(booked), Some(starts))]);
    story.on("2026-11-17 16:00", closed());
    assert_eq!((story.stage(), waiting(&story)), (Stage::Closed, vec![]));
}

#[test]
fn another_session_or_another_stage_is_another_wait() {
    let mut story = Story::reaching(Stage::Training);
    let accepted = waiting(&story)[0].1;
    assert_eq!(waiting(&story), [(WaitingFor::Program, accepted, None)]);
    assert_eq!(story.history.in_effect().last().map(|entry| entry.at), Some(accepted), "since it was accepted");
    story.on("2026-10-05 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    assert_eq!(waiting(&story), [(WaitingFor::Calendar, at("2026-10-05 09:00"), Some(at("2026-10-20 08:00")))]);
    // An earlier session that is booked later is another one to wait for.
    let mut story = Story::through(EventKind::FormatChosen, Format::TwoHalfDays);
    story.on("2026-10-29 09:00", scheduled(2, slot("2026-11-24", "08:00", "12:00")));
    story.on("2026-10-30 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00")));
    assert_eq!(waiting(&story), [(WaitingFor::Calendar, at("2026-10-30 09:00"), Some(at("2026-11-17 08:00")))]);
}

#[test]
fn a_late_entry_moves_the_time_since_when() {
    let mut story = Story::reaching(Stage::Caucus);
    story.on("2026-10-26 09:00", caucus(Party::Labor, &LABOR));
    story.on("2026-10-26 10:00", decided(Party::Labor, ibbi_core::Decision::Adopt));
    let seq = story.next_seq();
    story.history.record(seq, at("2026-10-22 09:00"), raised(Party::Management, "budget")).expect("it can be inserted");
    let program = waiting(&story).into_iter().find(|one| one.0 == WaitingFor::Program);
    assert_eq!(program, Some((WaitingFor::Program, at("2026-10-22 09:00"), None)));
}
