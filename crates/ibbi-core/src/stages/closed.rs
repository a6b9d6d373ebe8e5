//! The end of a case.

use crate::case::Case;
use crate::chart::{StageState, Token};
use crate::file::CaseFile;
use crate::refusal::Check;
use crate::stage::{Outcome, Stage};
use crate::stages::case_variant;
use crate::text::{Name, Reason};
use crate::time::At;
use alloc::boxed::Box;

/// The stage of a case that has ended. Only a correction can follow, and it needs the history.
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

    pub(crate) fn with_reason(mut self, by: Option<Name>, reason: Option<Reason>) -> Self {
        (self.by, self.reason) = (by, reason);
        self
    }

    /// Returns how the case ended.
    pub const fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Returns when the case ended.
    pub const fn at(&self) -> At {
        self.at
    }

    /// Returns the name of the person who withdrew the case, if it was withdrawn.
    pub const fn withdrawn_by(&self) -> Option<&Name> {
        self.by.as_ref()
    }

    /// Returns the reason, if one was given.
    pub const fn reason(&self) -> Option<&Reason> {
        self.reason.as_ref()
    }

    /// Returns the last open stage, with its data.
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
