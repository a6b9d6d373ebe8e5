//! The chart as a diagram asks for it: what stays, what leads on and what closes.

use ibbi_core::chart::{TRANSITIONS, Transition};
use ibbi_core::{EventKind, Stage};

/// The chart by stages, with what all stages share set apart.
#[derive(Debug)]
pub(super) struct Chart {
    /// What opens a case.
    pub(super) opens: Vec<&'static Transition>,
    pub(super) rooms: Vec<Room>,
    /// What every open stage takes and that leaves the case where it is.
    pub(super) shared: Vec<EventKind>,
    /// What every open stage takes and that closes the case.
    pub(super) closes: Vec<EventKind>,
}

/// An open stage, without what all share.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) stage: Stage,
    /// What can leave the case in the stage.
    pub(super) stays: Vec<&'static Transition>,
    /// What can lead to another open stage, with every stage but this to which it can lead.
    pub(super) onward: Vec<(&'static Transition, Vec<Stage>)>,
    /// What can lead out of the stage to the end alone.
    pub(super) ends: Vec<&'static Transition>,
}

impl Chart {
    pub(super) fn read() -> Self {
        let open = || Stage::ALL.iter().copied().filter(|stage| stage.is_open());
        let everywhere = |to: fn(Stage) -> Stage| {
            let taken = move |kind: EventKind| {
                open().all(|from| {
                    TRANSITIONS.iter().any(|row| row.from == from && row.event == kind && row.to == [to(from)])
                })
            };
            EventKind::ALL.iter().copied().filter(move |kind| taken(*kind)).collect::<Vec<_>>()
        };
        let (shared, closes) = (everywhere(|from| from), everywhere(|_| Stage::Closed));
        let own = |row: &&Transition| !shared.contains(&row.event) && !closes.contains(&row.event);
        let rooms = open().map(|stage| Room::new(stage, TRANSITIONS.iter().filter(own))).collect();
        let opens = TRANSITIONS.iter().filter(|row| row.from == Stage::Unopened).collect();
        Self { opens, rooms, shared, closes }
    }
}

impl Room {
    fn new(stage: Stage, rows: impl Iterator<Item = &'static Transition>) -> Self {
        let mut room = Self { stage, stays: Vec::new(), onward: Vec::new(), ends: Vec::new() };
        for row in rows.filter(|row| row.from == stage) {
            if row.to.contains(&stage) {
                room.stays.push(row);
            }
            let others: Vec<Stage> = row.to.iter().copied().filter(|to| *to != stage).collect();
            if others.iter().any(|to| to.is_open()) {
                room.onward.push((row, others));
            } else if !others.is_empty() {
                room.ends.push(row);
            }
        }
        room
    }
}

/// A kind of event for people: its code in words.
pub(super) fn words(kind: EventKind) -> String {
    kind.code().replace('_', " ")
}

/// What an element of a kind of event says about it: what it is, and the rules that it must meet.
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
