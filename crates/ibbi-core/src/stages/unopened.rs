//! The state before the first event.

use crate::chart::{On, StageState, Token};
use crate::event::CaseOpened;
use crate::file::CaseFile;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::Stage;
use crate::stages::{Inquiry, case_variant};
use crate::time::At;
use alloc::boxed::Box;

/// The state of a case before its first event, which can only be its opening.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Unopened;

impl StageState for Unopened {
    const STAGE: Stage = Stage::Unopened;
    fn file(&self) -> Option<&CaseFile> {
        None
    }
    fn touch(&mut self, _: At, _: Token) {}
    fn lacks(&self, _: At, _: &mut Check) {}
}
case_variant!(Unopened);

impl On<CaseOpened> for Unopened {
    type Next = Inquiry;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &CaseOpened, _: At, _: &mut Check) {}
    fn apply(self, event: &CaseOpened, at: At, _: Token) -> Inquiry {
        Inquiry::new(Box::new(CaseFile::open(event.clone(), at)))
    }
}
