//! The facilitation: one full day or two half-days of bargaining with a facilitator.

use crate::chart::{On, Token};
use crate::event::{FormatChosen, SessionClosed};
use crate::file::CaseFile;
use crate::found::Found;
use crate::program::Program;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::sessions::Sessions;
use crate::stage::Outcome;
use crate::stages::{Adopted, Closed, has_teams, stage, step};
use crate::teams::Teams;
use crate::text::FormatId;
use crate::time::At;
use alloc::boxed::Box;

/// The stage in which the sessions of the facilitation are booked and held.
///
/// A case whose parties have not both adopted can't get to this stage. The compiler enforces this:
///
/// ```compile_fail,E0277
/// use ibbi_core::{chart::On, events::FormatChosen, stages::Caucus, At, Format};
/// fn skip_the_decision(caucus: Caucus, at: At) {
///     let _ = On::<FormatChosen>::offer(caucus, FormatChosen { format: Format::FullDay.into() }, at);
/// }
/// ```
///
/// The same from the stage after the decision compiles:
///
/// ```
/// use ibbi_core::{chart::On, events::FormatChosen, stages::Agreement, At, Format};
/// fn after_the_decision(agreement: Agreement, at: At) {
///     let _ = On::<FormatChosen>::offer(agreement, FormatChosen { format: Format::FullDay.into() }, at);
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Facilitation {
    pub(crate) file: Box<CaseFile>,
    pub(crate) adopted: Box<Adopted>,
    pub(crate) teams: Box<Teams>,
    format: FormatId,
    pub(crate) sessions: Box<Sessions>,
}

impl Facilitation {
    pub(crate) fn new(file: Box<CaseFile>, adopted: Box<Adopted>, teams: Box<Teams>, format: FormatId) -> Self {
        let parts = file.program().facilitation(format).unwrap_or_default();
        let sessions = Box::new(Sessions::new(parts, file.program()));
        Self { file, adopted, teams, format, sessions }
    }

    /// Returns the mutual decision.
    pub const fn adopted(&self) -> &Adopted {
        &self.adopted
    }

    /// Returns the ID of the format.
    pub const fn format(&self) -> FormatId {
        self.format
    }
}

stage!(Facilitation, |state, check, _at| {
    check.fail(Rule::FacilitationCompleted, Found::HoursRemaining { parts: state.sessions.remaining() });
});

has_teams!(Facilitation with sessions, everyone by FacilitationEveryone);

impl On<FormatChosen> for Facilitation {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::FormatFree];
    const EVENT_RULES: &'static [Rule] = &[Rule::FormatKnown];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.sessions.check_format_free(check);
    }

    fn event_guard(&self, event: &FormatChosen, _: At, check: &mut Check) {
        check_format(self.file.program(), event.format, check);
    }

    fn apply(self, event: &FormatChosen, _: At, _: Token) -> Self {
        let postponed = self.sessions.postponed;
        let mut changed = Self::new(self.file, self.adopted, self.teams, event.format);
        changed.sessions.postponed = postponed;
        changed
    }
}

/// Checks that a format is one of the program's.
pub(super) fn check_format(program: &Program, format: FormatId, check: &mut Check) {
    let known = program.facilitation(format).is_some();
    check.require(known, Rule::FormatKnown, || {
        let formats = program.formats().map(|(format, _)| format).collect();
        Found::NoSuchFormat { format, formats }
    });
}

step! {
    /// The stage after a session was closed: Facilitation while hours remain, and else Closed.
    FacilitationStep: Facilitation, Closed
}

impl On<SessionClosed> for Facilitation {
    type Next = FacilitationStep;
    const STATE_RULES: &'static [Rule] = &[Rule::IsOpen, Rule::Filled];
    const EVENT_RULES: &'static [Rule] = &[Rule::LeftEarlyPresent, Rule::LateMember];

    fn state_guard(&self, at: At, check: &mut Check) {
        self.sessions.check_filled(at, check);
    }

    fn event_guard(&self, event: &SessionClosed, _: At, check: &mut Check) {
        self.sessions.check_late_and_left(&event.late, &event.left_early, check);
    }

    fn apply(mut self, event: &SessionClosed, at: At, _: Token) -> FacilitationStep {
        self.sessions.end(&event.late, &event.left_early, at);
        if self.sessions.is_complete() {
            FacilitationStep::Closed(Closed::new(self, Outcome::Completed, at))
        } else {
            FacilitationStep::Facilitation(self)
        }
    }
}
