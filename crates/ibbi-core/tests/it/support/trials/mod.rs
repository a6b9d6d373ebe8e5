//! Trials: for each rule, an event that it refuses, and a similar event that is accepted.

mod application;
mod caucus;
mod corrections;
mod leaders;
mod names;
mod opening;
mod sessions;

use super::at;
use super::story::Story;
use ibbi_core::{At, Event, Refusal, Rule, Stage};

/// A test of one rule.
pub(crate) struct Trial {
    /// The rule.
    pub(crate) rule: Rule,
    /// Every rule that the refusal names, in order. For most trials, it is the rule alone.
    pub(crate) unmet: Vec<Rule>,
    /// The refused event.
    pub(crate) refused: Attempt,
    /// The accepted event.
    pub(crate) accepted: Attempt,
}

/// To what an event is offered.
#[derive(Debug, Clone, Copy)]
enum To {
    /// To the current state.
    State,
    /// To the history, in order.
    History,
    /// To the history, in any order.
    AnyOrder,
    /// To the history, as a replacement of the record with this number.
    Record(u64),
}

/// An event that is offered to a story.
pub(crate) struct Attempt {
    story: Story,
    seq: u64,
    at: At,
    event: Event,
    to: To,
}

impl Attempt {
    fn new(story: &Story, when: &str, event: Event) -> Self {
        Self { story: story.clone(), seq: story.next_seq(), at: at(when), event, to: To::History }
    }

    /// Offers the event to a copy of the story.
    pub(crate) fn offer(&self) -> Result<Stage, Refusal> {
        let (mut history, event) = (self.story.history.clone(), self.event.clone());
        match self.to {
            To::State => history.case().clone().offer(&event, self.at),
            To::History => history.offer(self.seq, self.at, event),
            To::AnyOrder => history.record(self.seq, self.at, event),
            To::Record(replaced) => history.replace(self.seq, replaced, self.at, event),
        }
    }
}

/// A trial without its accepted event.
struct Pending {
    rule: Rule,
    unmet: Vec<Rule>,
    refused: Attempt,
}

/// Starts a trial: in this story, the rule refuses this event.
fn trial(rule: Rule, story: &Story, when: &str, event: Event) -> Pending {
    Pending { rule, unmet: vec![rule], refused: Attempt::new(story, when, event) }
}

impl Pending {
    /// Sets the rules that the refusal names, in order.
    fn unmet(mut self, rules: &[Rule]) -> Self {
        self.unmet = rules.to_vec();
        self
    }

    /// Offers the event to the current state instead of the history.
    fn past_the_history(mut self) -> Self {
        self.refused.to = To::State;
        self
    }

    /// Records the event in any order.
    fn in_any_order(mut self) -> Self {
        self.refused.to = To::AnyOrder;
        self
    }

    /// Replaces the record with this number.
    fn replacing(mut self, seq: u64) -> Self {
        self.refused.to = To::Record(seq);
        self
    }

    /// Offers the event with this number.
    fn under(mut self, seq: u64) -> Self {
        self.refused.seq = seq;
        self
    }

    /// Finishes a trial: in the same story, this event is accepted.
    fn holds(self, when: &str, event: Event) -> Trial {
        let story = self.refused.story.clone();
        self.holds_in(&story, when, event)
    }

    /// Finishes a trial: in another story, this event is accepted.
    fn holds_in(self, story: &Story, when: &str, event: Event) -> Trial {
        let Self { rule, unmet, refused } = self;
        let to = match refused.to {
            To::AnyOrder => To::AnyOrder,
            _ => To::History,
        };
        Trial { rule, unmet, refused, accepted: Attempt { to, ..Attempt::new(story, when, event) } }
    }
}

/// Returns every trial, in the order of the rules.
pub(crate) fn all() -> Vec<Trial> {
    let mut trials = opening::trials();
    trials.extend(application::trials());
    trials.extend(sessions::trials());
    trials.extend(caucus::trials());
    trials.extend(corrections::trials());
    trials.extend(leaders::trials());
    trials.extend(names::trials());
    trials.sort_by_key(|trial| trial.rule);
    trials
}
