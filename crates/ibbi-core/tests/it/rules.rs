//! For every rule, an event that it alone refuses, and a similar event that is accepted.

use crate::support::facts::*;
use crate::support::story::{Story, rules_of};
use crate::support::{at, trials};
use ibbi_core::{Case, EventKind, Outcome, Rule, Stage, Teams};
use std::collections::BTreeSet;

/// The rule of a case that is not valid as it is recorded. A history never refuses by it.
const AS_RECORDED: Rule = Rule::AsRecorded;

/// Rules about what a stage still lacks. No event of their own stage can fail them. A refusal names them beside
/// `process.stage` when an event of a later stage is offered, so they never refuse alone.
const GATES: [Rule; 7] = [
    Rule::LeadersAgreed,
    Rule::IbbiChosen,
    Rule::ApplicationAccepted,
    Rule::TrainingCompleted,
    Rule::BothAdopted,
    Rule::FormatChosen,
    Rule::FacilitationCompleted,
];

#[test]
fn every_trial_refuses_and_accepts() {
    for trial in trials::all() {
        let rule = trial.rule;
        let refusal = trial.refused.offer().expect_err(rule.id());
        assert_eq!(rules_of(&refusal), trial.unmet, "{rule}: {refusal}");
        assert!(trial.unmet.contains(&rule), "{rule}");
        if let Err(refusal) = trial.accepted.offer() {
            panic!("where {rule} holds the event is accepted; {refusal}");
        }
    }
}

#[test]
fn every_rule_refuses_alone_in_a_trial() {
    let alone: BTreeSet<_> =
        trials::all().iter().filter(|trial| trial.unmet == [trial.rule]).map(|trial| trial.rule).collect();
    let expected: BTreeSet<_> =
        Rule::ALL.iter().copied().filter(|rule| !GATES.contains(rule) && *rule != AS_RECORDED).collect();
    assert_eq!(alone, expected);
}

#[test]
fn gate_rules_are_named_beside_the_stage_rule() {
    let trials = trials::all();
    for gate in GATES {
        let gated = trials.iter().find(|trial| trial.rule == gate).expect("a gate has a trial");
        assert_eq!(gated.unmet, [Rule::Stage, gate]);
    }
}

/// No open stage follows Facilitation, so only the refusal of the outcome's follow-up can name its completion rule.
#[test]
fn facilitation_completion_is_named_only_for_the_follow_up() {
    let facilitation = Story::reaching(Stage::Facilitation);
    let lacks = facilitation.case().lacks(at("2026-10-28 09:00"));
    assert_eq!(lacks.iter().map(|unmet| unmet.rule).collect::<Vec<_>>(), [Rule::FacilitationCompleted]);
    assert_eq!(lacks[0].found.to_string(), "still to be held: 480 minutes of part 1");
    for prospect in ibbi_core::survey(facilitation.case(), at("2026-10-28 09:00")) {
        if let ibbi_core::Answer::Blocked { unmet } = prospect.answer {
            let named = unmet.iter().any(|unmet| unmet.rule == Rule::FacilitationCompleted);
            assert_eq!(named, prospect.event == EventKind::OutcomeNoted, "{}", prospect.event);
        }
    }
}

#[test]
fn lacks_names_the_rules_of_each_stage() {
    let check = |stage: Stage, expected: &[Rule]| {
        let lacks = Story::reaching(stage).case().lacks(at("2027-01-01 09:00"));
        assert_eq!(lacks.iter().map(|unmet| unmet.rule).collect::<Vec<_>>(), expected, "{stage}");
    };
    check(Stage::Inquiry, &[Rule::LeadersAgreed]);
    check(Stage::Introduction, &[Rule::TopicsCovered, Rule::IbbiChosen]);
    check(Stage::Application, &[Rule::ThreeConfirmations, Rule::BothNamed, Rule::ApplicationAccepted]);
    check(Stage::Training, &[Rule::TrainingCompleted, Rule::TrainingExercise, Rule::TrainingSimulation]);
    check(Stage::Caucus, &[Rule::BothAdopted]);
    check(Stage::Agreement, &[Rule::FormatChosen]);
    check(Stage::Facilitation, &[Rule::FacilitationCompleted]);
    check(Stage::Closed, &[]);
    assert!(Case::default().lacks(at("2026-09-01 09:00")).is_empty());
}

#[test]
fn limits_are_enforced() {
    let now = "2026-10-22 09:00";
    let labor = ibbi_core::Party::Labor;

    let mut concerned = Story::reaching(Stage::Caucus);
    for number in 0..ibbi_core::stages::Caucus::MAX_CONCERNS {
        concerned.on(now, raised(labor, &format!("concern-{number}")));
    }
    concerned.refuses(now, raised(labor, "one-more"), &[Rule::Limits]);

    let mut restless = Story::reaching(Stage::Caucus);
    for _ in 0..Teams::MAX_FORMER {
        restless.on(now, named(labor, "eli")).on(now, released(labor, "eli"));
    }
    restless.on(now, named(labor, "eli")).refuses(now, released(labor, "eli"), &[Rule::Limits]);
}

#[test]
fn full_case_can_still_be_withdrawn() {
    let mut case = Story::reaching(Stage::Inquiry).case().clone();
    let now = at("2026-09-01 10:00");
    while case.file().expect("an open case").events() < ibbi_core::CaseFile::MAX_EVENTS {
        case.offer(&note("Called again."), now).expect("there is room");
    }
    assert_eq!(rules_of(&case.offer(&note("Called again."), now).unwrap_err()), [Rule::Limits]);
    case.offer(&withdrawn(), now).expect("every case can end");
    assert_eq!(case.outcome(), Some(Outcome::Withdrawn));
}

#[test]
fn case_opens_once_and_first() {
    let mut unopened = Story::default();
    for kind_of_event in [note("too early"), withdrawn(), opened(1)] {
        unopened.refuses("2026-09-01 08:00", kind_of_event, &[Rule::Stage]);
    }
    let mut inquiry = Story::reaching(Stage::Inquiry);
    let again = opening(ibbi_core::Program::default());
    assert_eq!(again.kind(), EventKind::CaseOpened);
    inquiry.refuses("2026-09-01 10:00", again, &[Rule::Stage]);
}
