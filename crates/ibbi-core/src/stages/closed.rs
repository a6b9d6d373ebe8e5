//! The end.

use crate::case::Case;
use crate::chart::{StageState, Token};
use crate::file::CaseFile;
use crate::refusal::Check;
use crate::stage::{Outcome, Stage};
use crate::stages::case_variant;
use crate::text::{Name, Reason};
use crate::time::At;
use alloc::boxed::Box;

/// A case that has ended. Nothing may follow but a correction, which goes to the history.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Closed {
    outcome: Outcome,
    at: At,
    by: Option<Name>,
    reason: Option<Reason>,
    pub(crate) last: Box<Case>,
}

impl Closed {
    pub(crate) fn new(last: impl Into<Case>, outcome: Outcome, at: At) -> Self {
        Self { outcome, at, by: None, reason: None, last: Box::new(last.into()) }
    }

    pub(crate) fn because(mut self, by: Option<Name>, reason: Option<Reason>) -> Self {
        (self.by, self.reason) = (by, reason);
        self
    }

    /// How it ended.
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// When it ended.
    pub const fn at(&self) -> At {
        self.at
    }

    /// Who withdrew it, if somebody did.
    pub const fn withdrawn_by(&self) -> Option<&Name> {
        self.by.as_ref()
    }

    /// Why, where a reason was given.
    pub const fn reason(&self) -> Option<&Reason> {
        self.reason.as_ref()
    }

    /// The last open stage, with all that was settled.
    pub const fn last(&self) -> &Case {
        &self.last
    }
}

impl StageState for Closed {
    const STAGE: Stage = Stage::Closed;
    fn file(&self) -> Option<&CaseFile> {
        self.last.file()
    }
    fn touch(&mut self, _: At, _: Token) {}
    fn lacks(&self, _: At, _: &mut Check) {}
}
case_variant!(Closed);
