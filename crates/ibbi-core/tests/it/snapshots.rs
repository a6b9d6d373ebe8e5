//! Snapshots of the texts for people, so that every change of the process or its wording shows in a diff.

use crate::support::facts::*;
use crate::support::story::Story;
use crate::support::{at, later, slot, trials};
use ibbi_core::stages::Unopened;
use ibbi_core::{Answer, Case, Program, Refusal, Rule, Stage, Unmet, chart, render, survey};
use std::fmt::Write;

#[test]
fn the_chart_as_a_table_and_as_diagrams() {
    insta::assert_snapshot!("chart_table", render::chart_markdown());
    insta::assert_snapshot!("chart_mermaid", render::mermaid());
    insta::assert_snapshot!("chart_dot", render::dot());
}

#[test]
fn the_text_under_the_chart_digest() {
    insta::assert_snapshot!("chart_digest_text", chart::digest_text());
}

#[test]
fn the_rules_and_the_advisories_as_tables() {
    insta::assert_snapshot!("rules_table", render::rules_markdown());
    insta::assert_snapshot!("warnings_table", render::warnings_markdown());
}

/// Returns the first refusal of each rule.
fn one_refusal_per_rule() -> Vec<(Rule, Refusal)> {
    let mut refusals: Vec<(Rule, Refusal)> = Vec::new();
    for trial in trials::all() {
        if refusals.last().is_none_or(|(rule, _)| *rule != trial.rule) {
            refusals.push((trial.rule, trial.refused.offer().expect_err(trial.rule.id())));
        }
    }
    refusals
}

#[test]
fn one_refusal_per_rule_as_text() {
    let texts: Vec<_> = one_refusal_per_rule().iter().map(|(_, refusal)| refusal.to_string()).collect();
    insta::assert_snapshot!("refusals", texts.join("\n\n"));
}

#[test]
fn one_refusal_per_rule_as_json() {
    let refusals: Vec<_> = one_refusal_per_rule().into_iter().map(|(_, refusal)| refusal).collect();
    insta::assert_snapshot!("refusals_json", serde_json::to_string_pretty(&refusals).unwrap());
}

#[test]
fn every_finding_of_every_trial() {
    let mut text = String::new();
    for trial in trials::all() {
        for unmet in trial.refused.offer().expect_err(trial.rule.id()).unmet {
            let line = unmet.to_string();
            if !text.contains(&line) {
                writeln!(text, "{line}").unwrap();
            }
        }
    }
    insta::assert_snapshot!("findings", text);
}

fn reasons(unmet: &[Unmet]) -> String {
    unmet.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n    ")
}

/// Returns the survey of a case an hour after its last event.
fn surveyed(case: &Case) -> String {
    let now = case.file().map_or(at("2026-09-01 09:00"), |file| later(file.last_at(), 60));
    let mut text = format!("{} at {now}\n", case.stage());
    for prospect in survey(case, now) {
        let (kind, answer) = (prospect.event, prospect.answer);
        match answer {
            Answer::Ready => writeln!(text, "{kind}: ready"),
            Answer::Depends { rules } => {
                let rules: Vec<_> = rules.iter().map(|rule| rule.id()).collect();
                writeln!(text, "{kind}: depends on {}", rules.join(", "))
            }
            Answer::Blocked { unmet } => writeln!(text, "{kind}: blocked\n    {}", reasons(&unmet)),
        }
        .unwrap();
    }
    text
}

#[test]
fn the_survey_at_each_stage_of_the_standard_case() {
    insta::assert_snapshot!("survey_unopened", surveyed(&Unopened::new().into()));
    for stage in Stage::ALL.iter().copied().filter(|stage| *stage != Stage::Unopened) {
        insta::assert_snapshot!(format!("survey_{stage}"), surveyed(Story::reaching(stage).case()));
    }
}

#[test]
fn the_survey_while_a_session_is_open() {
    let story = Story::through(ibbi_core::EventKind::SessionOpened, ibbi_core::Format::TwoHalfDays);
    insta::assert_snapshot!("survey_open_session", surveyed(story.case()));
}

#[test]
fn refusal_lists_every_unmet_rule() {
    let mut story = Story::reaching(Stage::Training);
    story.on("2026-09-29 09:00", scheduled(1, slot("2026-10-20", "08:00", "16:00")));
    story.on("2026-10-19 09:00", released(ibbi_core::Party::Labor, "ana"));
    story.on("2026-10-19 09:00", released(ibbi_core::Party::Labor, "ben"));
    story.on("2026-10-19 09:00", unpledged(ibbi_core::Party::Management, "dev"));
    let refusal = story.refused("2026-10-18 09:00", &opened_by(1, "cora", &["ana", "cora"]));
    insta::assert_snapshot!("many_unmet_rules", refusal);
}

#[test]
fn case_as_json() {
    let case = Story::reaching(Stage::Agreement).case().clone();
    insta::assert_snapshot!("case_json", serde_json::to_string_pretty(&case).unwrap());
    let opened = serde_json::to_string(&opening(Program::default())).unwrap();
    insta::assert_snapshot!("case_opened_json", opened);
}
