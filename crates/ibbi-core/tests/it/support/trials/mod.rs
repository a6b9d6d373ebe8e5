//! Trials: for each rule, an event that it refuses, and one as close to it as can be that is accepted.

mod application;
mod caucus;
mod corrections;
mod opening;
mod sessions;

use super::at;
use super::story::Story;
use ibbi_core::{At, Event, Refusal, Rule, Stage};

/// A rule on trial.
pub(crate) struct Trial {
    /// The rule.
    pub(crate) rule: Rule,
    /// Every rule that the refusal names, in order: for most trials the rule alone.
    pub(crate) unmet: Vec<Rule>,
    /// What the rule refuses.
    pub(crate) refused: Attempt,
    /// What it lets pass.
    pub(crate) accepted: Attempt,
}

/// An event that is offered in a story.
pub(crate) struct Attempt {
    story: Story,
    seq: u64,
    at: At,
    event: Event,
    /// Offered to the present state instead of to the history.
    to_state: bool,
}

impl Attempt {
    fn new(story: &Story, when: &str, event: Event) -> Self {
        Self { story: story.clone(), seq: story.next_seq(), at: at(when), event, to_state: false }
    }

    /// Offers it to a copy of the story.
    pub(crate) fn offer(&self) -> Result<Stage, Refusal> {
        if self.to_state {
            return self.story.case().clone().offer(&self.event, self.at);
        }
        self.story.history.clone().offer(self.seq, self.at, self.event.clone())
    }
}

/// A trial whose counterpart is still to be told.
struct Pending {
    rule: Rule,
    unmet: Vec<Rule>,
    refused: Attempt,
}

/// In this story the rule refuses this event.
fn trial(rule: Rule, story: &Story, when: &str, event: Event) -> Pending {
    Pending { rule, unmet: vec![rule], refused: Attempt::new(story, when, event) }
}

impl Pending {
    /// The refusal names these rules, in this order.
    fn unmet(mut self, rules: &[Rule]) -> Self {
        self.unmet = rules.to_vec();
        self
    }

    /// The event is offered to the present state instead of to the history.
    fn past_the_history(mut self) -> Self {
        self.refused.to_state = true;
        self
    }

    /// The event is offered under this number.
    fn under(mut self, seq: u64) -> Self {
        self.refused.seq = seq;
        self
    }

    /// In the same story this event is accepted.
    fn holds(self, when: &str, event: Event) -> Trial {
        let story = self.refused.story.clone();
        self.holds_in(&story, when, event)
    }

    /// In another story this event is accepted.
    fn holds_in(self, story: &Story, when: &str, event: Event) -> Trial {
        let Self { rule, unmet, refused } = self;
        Trial { rule, unmet, refused, accepted: Attempt::new(story, when, event) }
    }
}

/// Every trial, in the order of the rules.
pub(crate) fn all() -> Vec<Trial> {
    let mut trials = opening::trials();
    trials.extend(application::trials());
    trials.extend(sessions::trials());
    trials.extend(caucus::trials());
    trials.extend(corrections::trials());
    trials.sort_by_key(|trial| trial.rule);
    trials
}
