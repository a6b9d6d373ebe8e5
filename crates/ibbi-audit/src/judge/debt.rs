//! Debts: what a case is owed because an event was passed over, and which later refusals are put down to that.
//!
//! # What a consequence is
//!
//! A debt has a cause: the line of an event that was not allowed, of a record that could not be read, or of the first
//! record after a gap. It owes the rules that the event reaches (see [`super::reach`]); those that the state itself did not
//! meet, for the record goes on as if it had; the stage, where the line has the case in another one than the audit; and
//! all rules, where nobody knows what is missing.
//!
//! - An event that is refused is a **consequence** of a debt that owes every rule it does not meet; it is passed over too,
//!   and the debt grows by what *it* reaches. A refusal that names one rule which no debt owes is a fault of its own.
//! - An event that is refused because it happened before the last one is a consequence where another one was refused for
//!   the same last event, or where that event was written down before it is said to have happened: one wrong time is one
//!   fault.
//! - A recorded stage that differs from the computed one is a consequence of a debt that owes the stage.
//! - A debt is **settled** where the record and the audit come together again: when an accepted event leads on to another
//!   stage and the line says the same. What the teams owe stays, since the teams go along; the rest ended with the stage.
//!   A void can take the case back to where the debt was made, so an accepted void makes all of it due again.
//! - A debt is lifted when all that was passed over for it has been voided.
//!
//! So a fault is never counted twice, and a later fault that the first one cannot explain is never put down to it. The
//! other way round it is the benefit of the doubt: a consequence may be a fault of its own, which shows once its cause is
//! mended.

use super::reach::{LACKING, LASTING, RuleSet, STAGE, reach};
use ibbi_core::chart::transition;
use ibbi_core::{At, EventKind, Found, Refusal, Rule, Unmet};

/// What a case is owed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Debts {
    open: Vec<Debt>,
    /// The numbers of the events passed over, each with the cause to which it was put down.
    passed: Vec<(u64, u64)>,
    /// When the last event happened whose time is in doubt, and the line that says so.
    held_up: Option<(At, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Debt {
    cause: u64,
    /// What is due, and what would be due again after a void.
    rules: RuleSet,
    whole: RuleSet,
    /// Whether it ends at the next line on whose stage all agree.
    until_agreed: bool,
    /// Whether something is missing that no void can strike.
    hole: bool,
}

/// The most debts that are told apart; those that come later are joined to the last.
const MAX_DEBTS: usize = 8;

/// The most events passed over that are remembered for a void to strike them: as many as a case can have voids.
const MAX_PASSED: usize = ibbi_core::History::MAX_VOIDS;

impl Debts {
    pub(crate) const fn new() -> Self {
        Self { open: Vec::new(), passed: Vec::new(), held_up: None }
    }

    /// Whether nothing is due.
    pub(crate) fn is_settled(&self) -> bool {
        self.open.iter().all(|debt| debt.rules.is_empty())
    }

    /// The first cause of a debt that a void could make due again.
    pub(crate) fn first_cause(&self) -> Option<u64> {
        self.open.iter().map(|debt| debt.cause).min()
    }

    /// The cause to which a refusal is put down, if it is a consequence.
    pub(crate) fn cause_of(&self, unmet: &[Unmet]) -> Option<u64> {
        let held_up = self.held_up.filter(|(last, _)| earlier_than(unmet) == Some(*last)).map(|(_, line)| line);
        let mut asked = RuleSet::of_unmet(unmet);
        if held_up.is_some() {
            asked = asked.without(RuleSet::of(&[Rule::TimeOrder]));
            if asked.is_empty() {
                return held_up;
            }
        }
        let explains = |owed: RuleSet| {
            let hints = if asked.has(Rule::Stage) && owed.has(Rule::Stage) { LACKING } else { RuleSet::NONE };
            asked.without(owed).without(hints).is_empty()
        };
        let alone = self.open.iter().find(|debt| explains(debt.rules));
        let together = || {
            let all = self.open.iter().fold(RuleSet::NONE, |all, debt| all.with(debt.rules));
            self.open.last().filter(|_| explains(all))
        };
        alone.or_else(together).map(|debt| debt.cause)
    }

    /// The cause to which a differing stage is put down.
    pub(crate) fn cause_of_stage(&self) -> Option<u64> {
        self.open.iter().find(|debt| debt.rules.has(Rule::Stage)).map(|debt| debt.cause)
    }

    fn owe(&mut self, cause: u64, rules: RuleSet, until_agreed: bool, hole: bool) {
        if rules.is_empty() {
            return;
        }
        let full = self.open.len() >= MAX_DEBTS;
        let known = self.open.iter().position(|debt| debt.cause == cause);
        match known.or_else(|| full.then_some(MAX_DEBTS - 1)).and_then(|index| self.open.get_mut(index)) {
            Some(debt) => {
                debt.rules = debt.rules.with(rules);
                debt.whole = debt.whole.with(rules);
                debt.until_agreed &= until_agreed;
                debt.hole |= hole;
            }
            None => self.open.push(Debt { cause, rules, whole: rules, until_agreed, hole }),
        }
    }

    /// An event was passed over, on its own account: its line is the cause. `astray` if the line has the case in another
    /// stage than the audit does.
    pub(crate) fn pass_over(&mut self, line: u64, seq: u64, refusal: &Refusal, astray: bool) {
        let state_rules = transition(refusal.stage, refusal.event).map_or(&[][..], |row| row.state_rules);
        // The record goes on as if the state had what it lacks.
        let lacked = RuleSet::of(state_rules).both(RuleSet::of_unmet(&refusal.unmet));
        self.owe(line, lacked, false, false);
        if let Some(last) = earlier_than(&refusal.unmet) {
            self.held_up = Some((last, line));
        }
        self.follow(line, seq, refusal.event, astray);
    }

    /// An event was passed over because of an earlier one.
    pub(crate) fn follow(&mut self, cause: u64, seq: u64, kind: EventKind, astray: bool) {
        self.owe(cause, if astray { reach(kind).with(STAGE) } else { reach(kind) }, false, false);
        self.remember(cause, seq);
    }

    /// An event counts whose time cannot be right.
    pub(crate) const fn time_in_doubt(&mut self, at: At, line: u64) {
        self.held_up = Some((at, line));
    }

    /// Remembers the number of an event passed over.
    pub(crate) fn remember(&mut self, cause: u64, seq: u64) {
        if self.passed.len() < MAX_PASSED {
            self.passed.push((seq, cause));
        }
    }

    /// Something is missing, and nobody knows what.
    pub(crate) fn hole(&mut self, line: u64) {
        self.owe(line, RuleSet::ALL, false, true);
    }

    /// A legal event led to another stage than the line says.
    pub(crate) fn stage_differs(&mut self, line: u64) {
        self.owe(line, STAGE, true, true);
    }

    /// A line on whose stage all agree; `moved` if the event led on to another stage.
    pub(crate) fn agreed(&mut self, moved: bool) {
        for debt in &mut self.open {
            if debt.until_agreed {
                debt.rules = RuleSet::NONE;
            } else if moved {
                debt.rules = debt.rules.both(LASTING);
            }
        }
        self.open.retain(|debt| !debt.until_agreed || !debt.rules.is_empty());
    }

    /// A void was accepted: the case may be back where a debt was made.
    pub(crate) fn taken_back(&mut self) {
        for debt in &mut self.open {
            debt.rules = debt.whole;
        }
    }

    /// A void strikes an event that was passed over, if this is the number of one.
    pub(crate) fn strike(&mut self, seq: u64) -> bool {
        let Some(index) = self.passed.iter().position(|(passed, _)| *passed == seq) else { return false };
        let (_, cause) = self.passed.swap_remove(index);
        let others = self.passed.iter().any(|(_, other)| *other == cause);
        self.open.retain(|debt| debt.cause != cause || debt.hole || others);
        self.taken_back();
        true
    }
}

/// When the last event happened than which a refused one is earlier.
fn earlier_than(unmet: &[Unmet]) -> Option<At> {
    unmet.iter().find_map(|unmet| if let Found::Earlier { last, .. } = unmet.found { Some(last) } else { None })
}
