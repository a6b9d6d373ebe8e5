//! Refusals: the unmet rules of an event, with what was found and what to do about it.

use crate::edition::Edition;
use crate::event::EventKind;
use crate::found::Found;
use crate::rule::Rule;
use crate::stage::Stage;
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

/// An unmet rule, with what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// The rule.
    pub rule: Rule,
    /// What was found.
    pub found: Found,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule.id(), self.found)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Unmet {
    /// Writes `{"rule", "statement", "found", "detail", "remedy", "source"}`. The fields `rule`, `source`, and `detail`
    /// hold stable codes; the others hold prose.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = serializer.serialize_struct("Unmet", 6)?;
        out.serialize_field("rule", &self.rule)?;
        out.serialize_field("statement", self.rule.statement())?;
        out.serialize_field("found", &alloc::format!("{}", self.found))?;
        out.serialize_field("detail", &self.found)?;
        out.serialize_field("remedy", self.rule.remedy())?;
        out.serialize_field("source", &self.rule.source())?;
        out.end()
    }
}

/// The answer to an event that was not accepted. It names every unmet rule, and nothing has changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Refusal {
    /// The kind of event that was offered.
    pub event: EventKind,
    /// The stage of the case.
    pub stage: Stage,
    /// When the event happened.
    pub at: At,
    /// The unmet rules; there is at least one.
    pub unmet: Vec<Unmet>,
}

impl Refusal {
    /// Returns whether a rule is among the unmet ones.
    pub fn names(&self, rule: Rule) -> bool {
        self.unmet.iter().any(|unmet| unmet.rule == rule)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = if self.unmet.len() == 1 { "a rule is" } else { "these rules are" };
        write!(f, "{} was refused in {} because {rules} not met:", self.event.code(), self.stage.label())?;
        for unmet in &self.unmet {
            write!(f, "\n  {}: {}\n    found: {}", unmet.rule.id(), unmet.rule.statement(), unmet.found)?;
            write!(f, "\n    to do: {} [{}]", unmet.rule.remedy(), unmet.rule.source().label())?;
        }
        Ok(())
    }
}

/// A refusal from the typed API. It returns the unchanged state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused<S> {
    /// The unchanged state.
    pub state: S,
    /// The reasons for the refusal.
    pub refusal: Refusal,
}

impl<S> fmt::Display for Refused<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl<S: fmt::Debug> core::error::Error for Refused<S> {}

impl<S> From<Box<Refused<S>>> for Refusal {
    fn from(refused: Box<Refused<S>>) -> Self {
        refused.refusal
    }
}

/// A collector of the unmet rules of an edition. It allocates nothing before the first one.
#[derive(Debug)]
pub struct Check {
    unmet: Vec<Unmet>,
    edition: Edition,
}

impl Default for Check {
    fn default() -> Self {
        Self::new()
    }
}

impl Check {
    /// Returns a check of the first edition without unmet rules.
    pub const fn new() -> Self {
        Self { unmet: Vec::new(), edition: Edition::FIRST }
    }

    /// Checks against another edition from now on.
    pub(crate) const fn set_edition(&mut self, edition: Edition) {
        self.edition = edition;
    }

    /// Returns whether the edition has a rule. A guard asks before it computes what only such a rule needs.
    pub(crate) const fn has(&self, rule: Rule) -> bool {
        rule.applies_in(self.edition)
    }

    /// Adds an unmet rule, unless the edition doesn't have it. If it was already added, its first finding stays.
    pub(crate) fn fail(&mut self, rule: Rule, found: Found) {
        if self.has(rule) && !self.unmet.iter().any(|unmet| unmet.rule == rule) {
            self.unmet.push(Unmet { rule, found });
        }
    }

    /// Adds an unmet rule unless a condition holds.
    pub(crate) fn require(&mut self, holds: bool, rule: Rule, found: impl FnOnce() -> Found) {
        if !holds {
            self.fail(rule, found());
        }
    }

    /// Returns whether there is no unmet rule.
    pub const fn passed(&self) -> bool {
        self.unmet.is_empty()
    }

    /// Returns the unmet rules.
    pub fn into_unmet(self) -> Vec<Unmet> {
        self.unmet
    }

    /// Returns a refusal if there are unmet rules.
    pub(crate) fn verdict(self, event: EventKind, stage: Stage, at: At) -> Result<(), Refusal> {
        if self.unmet.is_empty() { Ok(()) } else { Err(Refusal { event, stage, at, unmet: self.unmet }) }
    }
}
