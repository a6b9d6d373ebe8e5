//! Trials of caucuses, concerns, and decisions.

use super::super::facts::*;
use super::super::slot;
use super::super::story::Story;
use super::{Trial, trial};
use Decision::{Adopt, Decline};
use Party::{Labor, Management};
use ibbi_core::{Advisers, Decision, Format, Party, Rule, Stage};

const NOW: &str = "2026-10-22 09:00";

/// Returns the case with the labor team in caucus, before management's caucus.
fn in_caucus() -> Story {
    Story::reaching(Stage::Caucus).and("2026-10-21 09:00", caucus(Labor, &LABOR))
}

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = caucuses();
    trials.extend(decisions());
    trials.extend(concerns());
    trials.extend(gates());
    trials
}

fn caucuses() -> Vec<Trial> {
    let start = Story::reaching(Stage::Caucus);
    vec![
        trial(Rule::OwnMembers, &start, NOW, caucus(Labor, &["ana", "cora"])).holds(NOW, caucus(Labor, &["ana"])),
        trial(Rule::OwnAdvisers, &start, NOW, advised(Management)).holds(NOW, advised(Labor)),
        trial(Rule::Attended, &start, NOW, caucus(Labor, &[])).holds(NOW, caucus(Labor, &["ana"])),
    ]
}

/// Returns the labor team's caucus with an adviser of a party.
fn advised(party: Party) -> ibbi_core::Event {
    let advisers = Advisers::new([adviser(party, "Jo Park")]).unwrap();
    with!(caucus(Labor, &LABOR), CaucusOpened, |data| data.advisers = advisers)
}

fn decisions() -> Vec<Trial> {
    let start = in_caucus();
    let labor_decided = start.and(NOW, decided(Labor, Decline));
    let concerned = start.and(NOW, raised(Labor, "minutes"));
    vec![
        trial(Rule::CaucusOpenedFirst, &start, NOW, decided(Management, Adopt)).holds(NOW, decided(Labor, Adopt)),
        trial(Rule::CaucusOpenedFirst, &Story::reaching(Stage::Caucus), NOW, decided(Labor, Adopt)).holds_in(
            &start,
            NOW,
            decided(Labor, Adopt),
        ),
        trial(Rule::Spokesperson, &start, NOW, decided_through(Labor, Adopt, "cora"))
            .holds(NOW, decided_through(Labor, Adopt, "ben")),
        trial(Rule::ConcernsSettled, &concerned, NOW, decided(Labor, Adopt)).holds(NOW, decided(Labor, Decline)),
        trial(Rule::ConcernsSettled, &concerned, NOW, decided(Labor, Adopt)).holds_in(
            &concerned.and(NOW, dropped("minutes")),
            NOW,
            decided(Labor, Adopt),
        ),
        trial(Rule::Undecided, &labor_decided, NOW, decided(Labor, Adopt)).holds_in(&start, NOW, decided(Labor, Adopt)),
        trial(Rule::Undecided, &labor_decided, NOW, raised(Labor, "costs")).holds(NOW, raised(Management, "costs")),
        trial(Rule::Decided, &labor_decided, NOW, reopened(Management)).holds(NOW, reopened(Labor)),
    ]
}

fn concerns() -> Vec<Trial> {
    let concerned = in_caucus().and(NOW, raised(Labor, "minutes")).and(NOW, raised(Labor, "costs"));
    let settled = concerned.and(NOW, addressed("minutes"));
    vec![
        trial(Rule::ConcernNew, &settled, NOW, raised(Management, "minutes")).holds(NOW, raised(Management, "rooms")),
        trial(Rule::ConcernOpen, &settled, NOW, addressed("minutes")).holds(NOW, addressed("costs")),
        trial(Rule::ConcernOpen, &settled, NOW, dropped("rooms")).holds(NOW, dropped("costs")),
        trial(Rule::ConcernOpen, &in_caucus(), NOW, addressed("minutes")).holds_in(
            &concerned,
            NOW,
            addressed("minutes"),
        ),
    ]
}

fn gates() -> Vec<Trial> {
    let one_adopted = in_caucus().and(NOW, decided(Labor, Adopt));
    let (agreement, facilitation) = (Story::reaching(Stage::Agreement), Story::reaching(Stage::Facilitation));
    let (then, booking) = ("2026-10-28 09:00", || scheduled(1, slot("2026-11-17", "08:00", "16:00")));
    vec![
        trial(Rule::BothAdopted, &one_adopted, then, format(Format::FullDay))
            .unmet(&[Rule::Stage, Rule::BothAdopted])
            .holds_in(&agreement, then, format(Format::FullDay)),
        trial(Rule::FormatChosen, &agreement, then, booking()).unmet(&[Rule::Stage, Rule::FormatChosen]).holds_in(
            &facilitation,
            then,
            booking(),
        ),
    ]
}
