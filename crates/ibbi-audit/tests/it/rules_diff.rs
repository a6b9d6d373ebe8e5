//! Ledgers under other rules.

use crate::support::walk::{ledger, walk};
use crate::support::{GOLDEN, Lines, golden, gzip};
use ibbi_audit::{LedgerSource, OtherRules, RulesDiff, rules_diff};
use ibbi_core::{Edition, EventKind, Outcome, Program, ProgramParameters, Rule, Stage};

fn under(bytes: &[u8], rules: &OtherRules) -> RulesDiff {
    rules_diff(LedgerSource::bytes(bytes), rules, usize::MAX).expect("memory can be read")
}

fn program(change: impl FnOnce(&mut ProgramParameters)) -> OtherRules {
    let mut parameters = Program::default().parameters().clone();
    change(&mut parameters);
    OtherRules::Program(Program::new(parameters).expect("a program"))
}

#[test]
fn nothing_changes_under_the_same_rules() {
    for name in GOLDEN {
        let bytes = golden(name);
        for rules in [program(|_| {}), OtherRules::Edition(Edition::FIRST)] {
            let diff = under(&bytes, &rules);
            assert!(diff.cases > 0 && diff.differing == 0 && diff.shown.is_empty(), "{name} {diff:?}");
        }
    }
}

#[test]
fn a_longer_training_refuses_the_session_and_what_depends_on_it() {
    let bytes = golden("completed-full-day");
    let diff = under(&bytes, &program(|parameters| parameters.training = vec![600]));
    let case = &diff.shown[0];
    assert_eq!((diff.cases, diff.differing), (1, 1));
    assert_eq!((case.own.stage, case.own.outcome), (Stage::Closed, Some(Outcome::Completed)));
    assert_eq!((case.other.stage, case.other.outcome), (Stage::Training, None));
    let first = case.first.as_ref().expect("a record");
    let line = Lines::of(&bytes).find("session_scheduled") as u64;
    assert_eq!((first.line, first.seq, first.event), (line, Some(line), Some(EventKind::SessionScheduled)));
    assert!(first.refused && first.unmet.iter().any(|unmet| unmet.rule == Rule::SlotLength), "{first:?}");
    assert!(case.refused > 5 && case.accepted == 0, "{case:?}");
    assert_eq!(under(&gzip(&bytes), &program(|parameters| parameters.training = vec![600])), diff);
}

#[test]
fn a_weaker_program_accepts_what_is_refused_now() {
    // A session that ends 60 minutes early is closed as complete, which only a program with more grace allows.
    let lines = Lines::golden("completed-full-day");
    let closed = lines.find("session_closed");
    let at = lines.json(closed)["at"].as_str().expect("a time").to_owned();
    let hour: u32 = at[11..13].parse().expect("an hour");
    let early = format!("{}{:02}{}", &at[..11], hour - 1, &at[13..]);
    let bytes = lines.set(closed, "at", early).chained().bytes();
    let diff = under(&bytes, &program(|parameters| parameters.grace = 90));
    let case = &diff.shown[0];
    let first = case.first.as_ref().expect("a record");
    assert_eq!((first.line, first.refused, first.unmet[0].rule), (closed as u64, false, Rule::Filled));
    assert!(case.accepted > 5 && case.refused == 0);
    assert_eq!((case.own.stage, case.other.outcome), (Stage::Caucus, Some(Outcome::Completed)));
}

#[test]
fn a_later_edition_applies_its_own_rules() {
    // Two leaders whose names look the same: only the rules of edition 2 refuse that.
    let lines = Lines::golden("completed-full-day");
    let second = lines.find("leader_agreed") + 1;
    let first = lines.json(second - 1)["data"]["name"].as_str().expect("a name").replacen('a', "\u{430}", 1);
    let bytes = lines.set(second, "data.name", first).chained().bytes();
    let edition = Edition::new(2).expect("an edition");
    let diff = under(&bytes, &OtherRules::Edition(edition));
    let case = &diff.shown[0];
    let first = case.first.as_ref().expect("a record");
    assert!(first.refused && first.line == second as u64);
    assert!(first.unmet.iter().any(|unmet| unmet.rule == Rule::NameLookAlike), "{first:?}");
}

#[test]
fn a_program_that_cannot_have_an_edition_is_reported() {
    let diff = under(&golden("../v2/programs-and-editions"), &OtherRules::Edition(Edition::FIRST));
    assert_eq!((diff.cases, diff.differing), (2, 1));
    let case = &diff.shown[0];
    assert!(case.unfit.as_ref().is_some_and(|error| error.contains("edition 1")) && case.own == case.other, "{case:?}");
}

#[test]
fn generated_cases_with_corrections_are_judged_again() {
    let mut differing = 0;
    for seed in 0..10 {
        let bytes = ledger(&walk(seed, 4, 300)).bytes();
        let same = under(&bytes, &OtherRules::Edition(Edition::FIRST));
        assert_eq!((same.cases, same.differing), (4, 0), "{seed}: {:?}", same.shown);
        let other = under(&bytes, &program(|parameters| parameters.training = vec![600]));
        assert!(other.shown.iter().all(|case| case.first.is_some()), "{seed}");
        differing += other.differing;
    }
    assert!(differing > 0);
}
