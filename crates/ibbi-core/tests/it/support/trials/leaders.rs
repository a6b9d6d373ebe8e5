//! Trials of seats that change hands, and of the outcome's follow-up.

use super::super::facts::*;
use super::super::story::Story;
use super::{Trial, trial};
use Seat::{SchoolCommittee, Superintendent, UnionPresident};
use ibbi_core::{FollowUpResult, Party, Rule, Seat, Stage};

const NOW: &str = "2026-10-22 09:00";

pub(super) fn trials() -> Vec<Trial> {
    let mut trials = seats();
    trials.extend(follow_up());
    trials
}

fn seats() -> Vec<Trial> {
    let inquiry = Story::reaching(Stage::Inquiry).and("2026-09-01 10:00", agreed(Superintendent, "Rosa Amari"));
    let caucus = Story::reaching(Stage::Caucus);
    let vacant = caucus.and(NOW, left(Superintendent));
    let succeeded_once = vacant.and(NOW, succeeded(Superintendent, "Vera Stahl"));
    let early = "2026-09-01 11:00";
    vec![
        trial(Rule::SeatHeld, &inquiry, early, left(UnionPresident)).holds(early, left(Superintendent)),
        trial(Rule::SeatHeld, &inquiry, early, succeeded(SchoolCommittee, "Vera Stahl"))
            .holds(early, succeeded(Superintendent, "Vera Stahl")),
        trial(Rule::SeatHeld, &vacant, NOW, left(Superintendent)).holds(NOW, left(UnionPresident)),
        trial(Rule::SuccessorPending, &caucus, NOW, successor_agreed(Superintendent)).holds_in(
            &succeeded_once,
            NOW,
            successor_agreed(Superintendent),
        ),
        trial(Rule::SuccessorPending, &succeeded_once, NOW, successor_agreed(UnionPresident))
            .holds(NOW, successor_agreed(Superintendent)),
    ]
}

fn follow_up() -> Vec<Trial> {
    let completed = Story::reaching(Stage::Closed);
    let withdrawn = Story::reaching(Stage::Caucus).and(NOW, withdrawn());
    let later = "2027-03-02 09:00";
    let ratified = |party| outcome(FollowUpResult::Ratified, party, "2027-03-01");
    let facilitation = Story::reaching(Stage::Facilitation);
    vec![
        trial(Rule::FacilitationCompleted, &facilitation, later, ratified(Some(Party::Labor)))
            .unmet(&[Rule::Stage, Rule::FacilitationCompleted])
            .holds_in(&completed, later, ratified(Some(Party::Labor))),
        trial(Rule::OutcomeCompleted, &withdrawn, later, ratified(Some(Party::Labor))).holds_in(
            &completed,
            later,
            ratified(Some(Party::Labor)),
        ),
        trial(Rule::OutcomeParty, &completed, later, ratified(None)).holds(later, ratified(Some(Party::Labor))),
        trial(
            Rule::OutcomeParty,
            &completed,
            later,
            outcome(FollowUpResult::NoAgreement, Some(Party::Labor), "2027-03-01"),
        )
        .holds(later, outcome(FollowUpResult::NoAgreement, None, "2027-03-01")),
        trial(Rule::Dated, &completed, later, outcome(FollowUpResult::TentativeAgreement, None, "2027-03-03"))
            .holds(later, outcome(FollowUpResult::TentativeAgreement, None, "2027-03-02")),
    ]
}
