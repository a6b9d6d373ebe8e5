//! The chart and the rules as Markdown, Mermaid, and DOT. All come from the same table.

use crate::chart::TRANSITIONS;
use crate::event::EventKind;
use crate::rule::Rule;
use crate::stage::{Outcome, Stage};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A move between two different stages, with the events that can cause it.
struct Move {
    from: Stage,
    to: Stage,
    events: Vec<EventKind>,
}

fn moves() -> Vec<Move> {
    let mut moves: Vec<Move> = Vec::new();
    for row in TRANSITIONS {
        for to in row.to.iter().copied().filter(|to| *to != row.from) {
            match moves.iter_mut().find(|known| known.from == row.from && known.to == to) {
                Some(known) => known.events.push(row.event),
                None => moves.push(Move { from: row.from, to, events: alloc::vec![row.event] }),
            }
        }
    }
    moves
}

fn codes(events: &[EventKind], separator: &str) -> String {
    events.iter().map(|event| event.code()).collect::<Vec<_>>().join(separator)
}

/// Returns the moves between stages as a Mermaid state diagram. [`chart_markdown`] also has the events that leave a case
/// in its stage.
pub fn mermaid() -> String {
    let mut text = String::from("stateDiagram-v2\n    direction TB\n");
    for Move { from, to, events } in moves() {
        let from = if from == Stage::Unopened { "[*]" } else { from.label() };
        text.push_str(&alloc::format!("    {from} --> {}: {}\n", to.label(), codes(&events, "<br/>")));
    }
    text.push_str(&alloc::format!("    {} --> [*]\n", Stage::Closed.label()));
    text
}

/// Returns the moves between stages as a Graphviz (DOT) diagram.
pub fn dot() -> String {
    let mut text = String::from("digraph ibbi {\n    rankdir=TB;\n    node [shape=box, style=rounded];\n");
    text.push_str("    unopened [shape=point, label=\"\"];\n");
    for stage in Stage::ALL.iter().filter(|stage| **stage != Stage::Unopened) {
        text.push_str(&alloc::format!("    {} [label=\"{}\"];\n", stage.code(), stage.label()));
    }
    for Move { from, to, events } in moves() {
        let (from, to, label) = (from.code(), to.code(), codes(&events, "\\n"));
        text.push_str(&alloc::format!("    {from} -> {to} [label=\"{label}\"];\n"));
    }
    text.push_str("}\n");
    text
}

fn rule_ids<'a>(rules: impl Iterator<Item = &'a Rule>) -> String {
    let mut ids: Vec<_> = Vec::new();
    for rule in rules {
        let id = alloc::format!("`{}`", rule.id());
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() { String::from("–") } else { ids.join(", ") }
}

fn field_names(kind: EventKind) -> String {
    kind.fields().iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

/// Returns the whole chart as a Markdown table, with a row for each stage and event.
pub fn chart_markdown() -> String {
    let mut text = String::from("| stage | event | fields | leads to | rules |\n|---|---|---|---|---|\n");
    for row in TRANSITIONS {
        let to = row.to.iter().map(|stage| stage.label().to_string()).collect::<Vec<_>>().join(" or ");
        let rules = rule_ids(row.state_rules.iter().chain(row.event_rules));
        let (stage, event, carries) = (row.from.label(), row.event.code(), field_names(row.event));
        text.push_str(&alloc::format!("| {stage} | `{event}` | {carries} | {to} | {rules} |\n"));
    }
    for (kind, rules, to) in [
        (EventKind::CaseMigrated, Rule::MIGRATION, "the stage under the new edition"),
        (EventKind::EventVoided, Rule::VOID, "the stage after the remaining events"),
    ] {
        let (event, carries, rules) = (kind.code(), field_names(kind), rule_ids(rules.iter()));
        let closed = Stage::Closed.label();
        text.push_str(&alloc::format!("| any, also {closed} | `{event}` | {carries} | {to} | {rules} |\n"));
    }
    text.push_str(&alloc::format!(
        "\nEvery event of an opened case must also meet {}.\n",
        rule_ids(Rule::COMMON.iter())
    ));
    let outcomes = Outcome::ALL.iter().map(|outcome| alloc::format!("`{outcome}`")).collect::<Vec<_>>().join(", ");
    text.push_str(&alloc::format!("A case is closed with one of the outcomes {outcomes}.\n"));
    text
}

/// Returns the rules as a Markdown table: ID, statement, remedy, source, editions.
pub fn rules_markdown() -> String {
    let mut text = String::from(
        "| rule | requirement | what to do if it is not met | source | editions |\n|---|---|---|---|---|\n",
    );
    for rule in Rule::ALL {
        let (id, statement, remedy) = (rule.id(), rule.statement(), rule.remedy());
        let (source, editions) = (rule.source().label(), rule.editions());
        text.push_str(&alloc::format!("| `{id}` | {statement} | {remedy} | {source} | {editions} |\n"));
    }
    text
}

/// Returns the advisories as a Markdown table: ID, statement, source.
pub fn warnings_markdown() -> String {
    let mut text = String::from("| advisory | statement | source |\n|---|---|---|\n");
    for warning in crate::Warning::ALL {
        let (id, statement, source) = (warning.code(), warning.label(), warning.source().label());
        text.push_str(&alloc::format!("| `{id}` | {statement} | {source} |\n"));
    }
    text
}
