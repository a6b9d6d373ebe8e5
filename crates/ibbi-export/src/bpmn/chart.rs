//! The chart by stage, for the diagram: the events that stay, lead on, or close the case.

use ibbi_core::chart::{TRANSITIONS, Transition};
use ibbi_core::{EventKind, Stage};

/// The chart by stage, with the events that all stages share kept separately.
#[derive(Debug)]
pub(super) struct ChartByStage {
    /// The rows that open a case.
    pub(super) opens: Vec<&'static Transition>,
    pub(super) stages: Vec<StageRows>,
    /// The events that every open stage accepts and that keep the stage.
    pub(super) shared: Vec<EventKind>,
    /// The events that every open stage accepts and that close the case.
    pub(super) closes: Vec<EventKind>,
}

/// The rows of an open stage, without the shared events.
#[derive(Debug)]
pub(super) struct StageRows {
    pub(super) stage: Stage,
    /// The rows that can keep the stage.
    pub(super) stays: Vec<&'static Transition>,
    /// The rows that can lead to another open stage, with every other stage to which they can lead.
    pub(super) onward: Vec<(&'static Transition, Vec<Stage>)>,
    /// The rows that can lead only to the end.
    pub(super) ends: Vec<&'static Transition>,
}

impl ChartByStage {
    pub(super) fn new() -> Self {
        let open = || Stage::ALL.iter().copied().filter(|stage| stage.is_open());
        let accepted_everywhere = |to: fn(Stage) -> Stage| {
            let accepts = move |kind: EventKind| {
                open().all(|from| {
                    TRANSITIONS.iter().any(|row| row.from == from && row.event == kind && row.to == [to(from)])
                })
            };
            EventKind::ALL.iter().copied().filter(move |kind| accepts(*kind)).collect::<Vec<_>>()
        };
        let (shared, closes) = (accepted_everywhere(|from| from), accepted_everywhere(|_| Stage::Closed));
        let own = |row: &&Transition| !shared.contains(&row.event) && !closes.contains(&row.event);
        let stages = open().map(|stage| StageRows::new(stage, TRANSITIONS.iter().filter(own))).collect();
        let opens = TRANSITIONS.iter().filter(|row| row.from == Stage::Unopened).collect();
        Self { opens, stages, shared, closes }
    }
}

impl StageRows {
    fn new(stage: Stage, rows: impl Iterator<Item = &'static Transition>) -> Self {
        let mut rows_of_stage = Self { stage, stays: Vec::new(), onward: Vec::new(), ends: Vec::new() };
        for row in rows.filter(|row| row.from == stage) {
            if row.to.contains(&stage) {
                rows_of_stage.stays.push(row);
            }
            let others: Vec<Stage> = row.to.iter().copied().filter(|to| *to != stage).collect();
            if others.iter().any(|to| to.is_open()) {
                rows_of_stage.onward.push((row, others));
            } else if !others.is_empty() {
                rows_of_stage.ends.push(row);
            }
        }
        rows_of_stage
    }
}

/// Returns the name of a kind of event for people.
pub(super) fn event_name(kind: EventKind) -> String {
    kind.code().replace('_', " ")
}

/// Returns the documentation of a row: the label of its event, and the rules that it must meet.
pub(super) fn documentation(row: &Transition) -> String {
    let mut text = row.event.label().to_owned();
    let mut named = Vec::new();
    for rule in row.state_rules.iter().chain(row.event_rules) {
        if !named.contains(rule) {
            named.push(*rule);
            text.push_str(&format!("\n{}: {}", rule.id(), rule.statement()));
        }
    }
    text
}
