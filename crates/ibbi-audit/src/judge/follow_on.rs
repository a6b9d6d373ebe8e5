//! Follow-ons: the effects of a fault on later events of its case, and which later refusals are consequences of it.
//!
//! # Consequences
//!
//! A follow-on has a cause: the line of an event that was not allowed, of a record that could not be read, or of the first
//! record after a gap. It excuses these rules:
//!
//! - those that the event affects (see [`affected_rules`]);
//! - those that the state itself did not meet, because the record continues as if it did;
//! - those about the stage, if the line records another stage than the audit computes;
//! - all rules, if it is unknown what is missing.
//!
//! A refused event is a **consequence** if a follow-on excuses every rule that the event does not meet. The event is skipped
//! too, and the follow-on then also excuses the rules that *this* event affects. If one unmet rule is not excused, the
//! event is a fault of its own.
//!
//! - An event that is refused because it happened before the last one is a consequence in two cases: another event was
//!   refused for the same last event, or that last event was recorded before it happened. One wrong time is one fault.
//! - A recorded stage that differs from the computed one is a consequence of a follow-on that excuses the stage.
//! - A follow-on **ends** where the record and the audit agree again: an accepted event leads to another stage, and the line
//!   records the same stage. Rules about the teams stay excused, because the teams last from stage to stage.
//!   A void can take the case back to where the follow-on began, so an accepted void starts all of them again.
//! - A follow-on is removed when every event that was skipped for it has been voided.
//!
//! As a result, a fault is never counted twice, and a later fault that the first one can't explain is never counted as its
//! consequence. The opposite can happen: a consequence can be a fault of its own, which shows once its cause is corrected.

use super::affected_rules::{LACKING, LASTING, RuleSet, STAGE, affected_rules};
use ibbi_core::chart::transition;
use ibbi_core::{At, EventKind, Found, Refusal, Rule, Unmet};

/// The follow-ons of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FollowOns {
    list: Vec<FollowOn>,
    /// The numbers of the skipped events, each with its cause.
    skipped: Vec<(u64, u64)>,
    /// The time of the last event whose time is in doubt, and the line of the finding about it.
    doubtful_time: Option<(At, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct FollowOn {
    cause: u64,
    /// The rules that are excused now.
    rules: RuleSet,
    /// The rules that are excused again after a void.
    all_rules: RuleSet,
    /// Whether it ends at the next line whose stage agrees.
    until_agreed: bool,
    /// Whether something is missing that a void can't name.
    gap: bool,
}

/// The most follow-ons kept apart. Later ones are added to the last.
const MAX_FOLLOW_ONS: usize = 8;

/// The most skipped events remembered in case a void names them: as many as a case can have voids.
const MAX_SKIPPED: usize = ibbi_core::History::MAX_VOIDS;

impl FollowOns {
    pub(crate) const fn new() -> Self {
        Self { list: Vec::new(), skipped: Vec::new(), doubtful_time: None }
    }

    /// Returns whether no rule is excused.
    pub(crate) fn is_clear(&self) -> bool {
        self.list.iter().all(|follow_on| follow_on.rules.is_empty())
    }

    /// Returns the first cause, including those that only a void would bring back.
    pub(crate) fn first_cause(&self) -> Option<u64> {
        self.list.iter().map(|follow_on| follow_on.cause).min()
    }

    /// Returns the cause of a refusal, if it is a consequence.
    pub(crate) fn cause_of(&self, unmet: &[Unmet]) -> Option<u64> {
        let doubtful = self.doubtful_time.filter(|(last, _)| last_event_time(unmet) == Some(*last));
        let time_cause = doubtful.map(|(_, line)| line);
        let mut rules = RuleSet::of_unmet(unmet);
        if time_cause.is_some() {
            rules = rules.without(RuleSet::of(&[Rule::TimeOrder]));
            if rules.is_empty() {
                return time_cause;
            }
        }
        let explains = |excused: RuleSet| {
            let hints = if rules.has(Rule::Stage) && excused.has(Rule::Stage) { LACKING } else { RuleSet::NONE };
            rules.without(excused).without(hints).is_empty()
        };
        let alone = self.list.iter().find(|follow_on| explains(follow_on.rules));
        let together = || {
            let all = self.list.iter().fold(RuleSet::NONE, |all, follow_on| all.with(follow_on.rules));
            self.list.last().filter(|_| explains(all))
        };
        alone.or_else(together).map(|follow_on| follow_on.cause)
    }

    /// Returns the cause of a differing stage, if it is a consequence.
    pub(crate) fn cause_of_stage(&self) -> Option<u64> {
        self.list.iter().find(|follow_on| follow_on.rules.has(Rule::Stage)).map(|follow_on| follow_on.cause)
    }

    fn excuse(&mut self, cause: u64, rules: RuleSet, until_agreed: bool, gap: bool) {
        if rules.is_empty() {
            return;
        }
        let full = self.list.len() >= MAX_FOLLOW_ONS;
        let known = self.list.iter().position(|follow_on| follow_on.cause == cause);
        match known.or_else(|| full.then_some(MAX_FOLLOW_ONS - 1)).and_then(|index| self.list.get_mut(index)) {
            Some(follow_on) => {
                follow_on.rules = follow_on.rules.with(rules);
                follow_on.all_rules = follow_on.all_rules.with(rules);
                follow_on.until_agreed &= until_agreed;
                follow_on.gap |= gap;
            }
            None => self.list.push(FollowOn { cause, rules, all_rules: rules, until_agreed, gap }),
        }
    }

    /// Skips an event that is a fault of its own: its line is the cause. `stage_differs` says whether the line records
    /// another stage than the audit computes.
    pub(crate) fn skip_fault(&mut self, line: u64, seq: u64, refusal: &Refusal, stage_differs: bool) {
        let state_rules = transition(refusal.stage, refusal.event).map_or(&[][..], |row| row.state_rules);
        // The record continues as if the state had what it lacks.
        let lacking = RuleSet::of(state_rules).both(RuleSet::of_unmet(&refusal.unmet));
        self.excuse(line, lacking, false, false);
        if let Some(last) = last_event_time(&refusal.unmet) {
            self.doubtful_time = Some((last, line));
        }
        self.skip_consequence(line, seq, refusal.event, stage_differs);
    }

    /// Skips an event that is a consequence of an earlier one.
    pub(crate) fn skip_consequence(&mut self, cause: u64, seq: u64, kind: EventKind, stage_differs: bool) {
        let rules = affected_rules(kind);
        self.excuse(cause, if stage_differs { rules.with(STAGE) } else { rules }, false, false);
        self.remember_skipped(cause, seq);
    }

    /// Notes that an event counts although its time can't be right.
    pub(crate) const fn doubt_time(&mut self, at: At, line: u64) {
        self.doubtful_time = Some((at, line));
    }

    /// Remembers the number of a skipped event.
    pub(crate) fn remember_skipped(&mut self, cause: u64, seq: u64) {
        if self.skipped.len() < MAX_SKIPPED {
            self.skipped.push((seq, cause));
        }
    }

    /// Notes that something unknown is missing.
    pub(crate) fn add_gap(&mut self, line: u64) {
        self.excuse(line, RuleSet::ALL, false, true);
    }

    /// Notes that a legal event led to another stage than the line records.
    pub(crate) fn stage_differs(&mut self, line: u64) {
        self.excuse(line, STAGE, true, true);
    }

    /// Notes that a line's stage agrees; `moved` says whether the event led to another stage.
    pub(crate) fn stage_agrees(&mut self, moved: bool) {
        for follow_on in &mut self.list {
            if follow_on.until_agreed {
                follow_on.rules = RuleSet::NONE;
            } else if moved {
                follow_on.rules = follow_on.rules.both(LASTING);
            }
        }
        self.list.retain(|follow_on| !follow_on.until_agreed || !follow_on.rules.is_empty());
    }

    /// Notes that a void was accepted: the case can be back where a follow-on began.
    pub(crate) fn restart(&mut self) {
        for follow_on in &mut self.list {
            follow_on.rules = follow_on.all_rules;
        }
    }

    /// Voids a skipped event. Returns `false` if no skipped event has this number.
    pub(crate) fn void_skipped(&mut self, seq: u64) -> bool {
        let Some(index) = self.skipped.iter().position(|(skipped, _)| *skipped == seq) else { return false };
        let (_, cause) = self.skipped.swap_remove(index);
        let others = self.skipped.iter().any(|(_, other)| *other == cause);
        self.list.retain(|follow_on| follow_on.cause != cause || follow_on.gap || others);
        self.restart();
        true
    }
}

/// Returns the time of the last event, if an event was refused for happening before it.
fn last_event_time(unmet: &[Unmet]) -> Option<At> {
    unmet.iter().find_map(|unmet| if let Found::Earlier { last, .. } = unmet.found { Some(last) } else { None })
}
