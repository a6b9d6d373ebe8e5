//! The end of a case.

use crate::case::Case;
use crate::chart::{On, StageState, Token};
use crate::event::OutcomeNoted;
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::Party;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::{FollowUpResult, Outcome, Stage};
use crate::stages::case_variant;
use crate::teams::check_dated;
use crate::text::{DocumentDigest, Name, Reason};
use crate::time::{At, Date};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The stage of a case that has ended. Only corrections, which need the history, and the outcome's follow-up can follow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Closed {
    outcome: Outcome,
    at: At,
    #[cfg_attr(feature = "serde", serde(flatten))]
    ending: Box<Ending>,
    pub(crate) last: Box<Case>,
}

/// The data of the end that no guard reads. It is behind a pointer, because every event moves its case in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
struct Ending {
    by: Option<Name>,
    reason: Option<Reason>,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Vec::is_empty"))]
    follow_ups: Vec<FollowUp>,
}

/// What happened to the contract after the facilitation was completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FollowUp {
    /// What happened.
    pub result: FollowUpResult,
    /// The party that voted, for a vote.
    pub party: Option<Party>,
    /// The day on which it happened.
    pub dated: Date,
    /// The SHA-256 of the document, if there is one.
    pub document: Option<DocumentDigest>,
}

impl Closed {
    pub(crate) fn new(last: impl Into<Case>, outcome: Outcome, at: At) -> Self {
        Self { outcome, at, ending: Box::default(), last: Box::new(last.into()) }
    }

    pub(crate) fn with_reason(mut self, by: Option<Name>, reason: Option<Reason>) -> Self {
        (self.ending.by, self.ending.reason) = (by, reason);
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
        self.ending.by.as_ref()
    }

    /// Returns the reason, if one was given.
    pub const fn reason(&self) -> Option<&Reason> {
        self.ending.reason.as_ref()
    }

    /// Returns what happened to the contract after the facilitation, in the order in which it was recorded.
    pub fn follow_ups(&self) -> &[FollowUp] {
        &self.ending.follow_ups
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
    fn touch(&mut self, at: At, token: Token) {
        self.last.touch(at, token);
    }
    fn lacks(&self, _: At, _: &mut Check) {}
}
case_variant!(Closed);

impl On<OutcomeNoted> for Closed {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::OutcomeCompleted];
    const EVENT_RULES: &'static [Rule] = &[Rule::OutcomeParty, Rule::Dated];

    fn state_guard(&self, _: At, check: &mut Check) {
        let outcome = self.outcome;
        let completed = outcome == Outcome::Completed;
        check.require(completed, Rule::OutcomeCompleted, || Found::OtherOutcome { outcome });
    }

    fn event_guard(&self, event: &OutcomeNoted, at: At, check: &mut Check) {
        let (result, party_given) = (event.result, event.party.is_some());
        let fits = party_given == result.is_vote();
        check.require(fits, Rule::OutcomeParty, || Found::PartyMismatch { result, party_given });
        check_dated(Some(event.dated), at, check);
    }

    fn apply(mut self, event: &OutcomeNoted, _: At, _: Token) -> Self {
        let OutcomeNoted { dated, document, party, result } = *event;
        self.ending.follow_ups.push(FollowUp { result, party, dated, document });
        self
    }
}
