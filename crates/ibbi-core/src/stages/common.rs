//! Events that every open stage accepts: contract dates, notes, and withdrawal.

use crate::case::Case;
use crate::chart::{Next, On, StageState, Token};
use crate::event::{CaseWithdrawn, ContractDatesChanged, NoteAdded};
use crate::file::{CaseFile, Contract};
use crate::people::Seat;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::Outcome;
use crate::stages::Closed;
use crate::time::At;

/// A stage of an open case.
pub trait Open: StageState + Next {
    /// Returns whether the leader's seat agreed. After the inquiry, every seat did.
    fn seat_agreed(&self, _: Seat) -> bool {
        true
    }

    #[doc(hidden)]
    fn file_mut(&mut self, token: Token) -> &mut CaseFile;
}

impl<S: Open> On<ContractDatesChanged> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &ContractDatesChanged, _: At, _: &mut Check) {}
    fn apply(mut self, event: &ContractDatesChanged, _: At, token: Token) -> S {
        let contract = Contract { expires: Some(event.contract_expires), evergreen: event.evergreen };
        self.file_mut(token).contract = contract;
        self
    }
}

impl<S: Open> On<NoteAdded> for S {
    type Next = S;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &NoteAdded, _: At, _: &mut Check) {}
    fn apply(mut self, _: &NoteAdded, _: At, token: Token) -> S {
        self.file_mut(token).notes += 1;
        self
    }
}

impl<S: Open> On<CaseWithdrawn> for S {
    type Next = Closed;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[Rule::NameComposed];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &CaseWithdrawn, _: At, _: &mut Check) {}
    fn apply(self, event: &CaseWithdrawn, at: At, _: Token) -> Closed {
        let case: Case = self.into();
        Closed::new(case, Outcome::Withdrawn, at).with_reason(Some(event.by.clone()), Some(event.reason.clone()))
    }
}
