//! The standard case of Maple Hollow, from its opening to its last hour, without problems.

use super::facts::*;
use super::slot;
use ibbi_core::{Body, Decision, Event, Format, Party, Program, Seat, Service, Topic};

/// An event and its local time.
pub(crate) type Step = (&'static str, Event);

/// Returns every event of the standard case, in order.
pub(crate) fn standard(program: Program, format: Format) -> Vec<Step> {
    let mut steps = vec![("2026-09-01 09:00", opening(program))];
    steps.extend(getting_started());
    steps.extend(application());
    steps.extend(training());
    steps.extend(caucuses());
    steps.push(("2026-10-27 09:00", super::facts::format(format)));
    steps.extend(match format {
        Format::FullDay => full_day(),
        Format::TwoHalfDays => two_half_days(),
    });
    steps
}

fn getting_started() -> Vec<Step> {
    vec![
        ("2026-09-01 10:00", agreed(Seat::Superintendent, "Rosa Amari")),
        ("2026-09-02 10:00", agreed(Seat::UnionPresident, "Tom Fields")),
        ("2026-09-03 10:00", agreed(Seat::SchoolCommittee, "Ines Novak")),
        ("2026-09-04 10:00", meeting_scheduled(slot("2026-09-15", "09:00", "11:00"))),
        ("2026-09-15 11:00", meeting_held(Topic::ALL.iter().copied())),
        ("2026-09-15 11:30", chosen(Service::Ibbi)),
    ]
}

fn application() -> Vec<Step> {
    let mut steps = Vec::new();
    for (party, team) in [(Party::Labor, LABOR), (Party::Management, MANAGEMENT)] {
        for who in team {
            steps.push(("2026-09-16 09:00", named(party, who)));
            steps.push(("2026-09-16 09:00", pledged(party, who)));
        }
    }
    steps.extend(Body::ALL.iter().map(|body| ("2026-09-22 09:00", confirmed(*body, "2026-09-21"))));
    steps.push(("2026-09-28 09:00", accepted()));
    steps
}

fn training() -> Vec<Step> {
    vec![
        ("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00"))),
        ("2026-10-20 08:00", opened(1)),
        ("2026-10-20 10:00", exercise()),
        ("2026-10-20 14:00", simulation()),
        ("2026-10-20 16:00", closed()),
    ]
}

fn caucuses() -> Vec<Step> {
    vec![
        ("2026-10-21 09:00", caucus(Party::Labor, &LABOR)),
        ("2026-10-21 09:30", caucus(Party::Management, &MANAGEMENT)),
        ("2026-10-26 09:00", decided(Party::Labor, Decision::Adopt)),
        ("2026-10-26 17:00", decided(Party::Management, Decision::Adopt)),
    ]
}

fn full_day() -> Vec<Step> {
    vec![
        ("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "16:00"))),
        ("2026-11-17 08:00", opened(1)),
        ("2026-11-17 16:00", closed()),
    ]
}

fn two_half_days() -> Vec<Step> {
    vec![
        ("2026-10-28 09:00", scheduled(1, slot("2026-11-17", "08:00", "12:00"))),
        ("2026-10-28 09:05", scheduled(2, slot("2026-11-19", "08:00", "12:00"))),
        ("2026-11-17 08:00", opened(1)),
        ("2026-11-17 12:00", closed()),
        ("2026-11-19 08:00", opened(2)),
        ("2026-11-19 12:00", closed()),
    ]
}
