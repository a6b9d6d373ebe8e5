//! The steps of a case: each record with the rules it was checked against, when it happened, and when it was written down.

use super::CaseRecord;
use ibbi_core::{At, Case, CaseFile, Edition, EventKind, Name, Rule, Source, Stage, chart};
use serde::Serialize;
use std::collections::HashMap;

/// A rule that a step was checked against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepRule {
    /// The rule.
    pub rule: Rule,
    /// The rule's statement.
    pub statement: &'static str,
    /// The source of the rule.
    pub source: Source,
    /// Whether the step met the rule.
    pub met: bool,
}

/// A step of a case: a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseStep {
    /// The number of the record.
    pub seq: u64,
    /// The kind of event.
    pub event: EventKind,
    /// The stage in which it was checked; nothing for a record that has no effect.
    pub stage: Option<Stage>,
    /// When it happened.
    pub at: At,
    /// When it was written down.
    pub logged: At,
    /// The minutes from `at` to `logged`; less than 0 if it was written down before it happened.
    pub delay_minutes: i64,
    /// The actor who recorded it.
    pub actor: Name,
    /// Whether it has an effect: it was accepted, and no later record voids or replaces it.
    pub in_effect: bool,
    /// The rules that it was checked against; for a refused record, those that it didn't meet.
    pub rules: Vec<StepRule>,
}

/// The stage and the rules of each event that counts, by the number of its record.
#[derive(Debug, Clone, Default)]
pub(super) struct StepRecorder {
    checked: HashMap<u64, (Stage, Vec<Rule>)>,
}

impl StepRecorder {
    /// Adds an event that counts; `before` and `after` are the states around it.
    pub(super) fn step(&mut self, seq: u64, event: EventKind, before: &Case, after: &Case) {
        let edition = after.file().map_or(Edition::FIRST, CaseFile::edition);
        let row = chart::transition(before.stage(), event);
        let common = Rule::COMMON.iter().filter(|_| before.stage() != Stage::Unopened);
        let rules = row.iter().flat_map(|row| row.state_rules.iter().chain(row.event_rules)).chain(common);
        let mut own = Vec::new();
        for rule in rules.copied().filter(|rule| rule.applies_in(edition)) {
            if !own.contains(&rule) {
                own.push(rule);
            }
        }
        self.checked.insert(seq, (before.stage(), own));
    }

    /// Returns the steps of the records, in their order.
    pub(super) fn finish(self, records: &[CaseRecord]) -> Vec<CaseStep> {
        records.iter().map(|record| self.case_step(record)).collect()
    }

    fn case_step(&self, record: &CaseRecord) -> CaseStep {
        let kind = record.event.kind();
        let checked = self.checked.get(&record.seq);
        let refused =
            record.refusal.iter().flat_map(|refusal| refusal.unmet.iter().map(|unmet| step_rule(unmet.rule, false)));
        let met: &[Rule] = match (checked, kind) {
            _ if !record.accepted => &[],
            (_, EventKind::EventVoided) => Rule::VOID,
            (_, EventKind::CaseMigrated) => Rule::MIGRATION,
            (Some((_, rules)), _) => rules,
            (None, _) => &[],
        };
        CaseStep {
            seq: record.seq,
            event: kind,
            stage: checked.map(|(stage, _)| *stage),
            at: record.at,
            logged: record.logged,
            delay_minutes: record.logged.minutes_since(record.at),
            actor: record.actor.clone(),
            in_effect: record.accepted && record.corrected_by().is_none(),
            rules: refused.chain(met.iter().map(|rule| step_rule(*rule, true))).collect(),
        }
    }
}

const fn step_rule(rule: Rule, met: bool) -> StepRule {
    StepRule { rule, statement: rule.statement(), source: rule.source(), met }
}
