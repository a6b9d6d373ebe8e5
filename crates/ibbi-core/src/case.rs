//! The runtime road: a case whose stage is known only when the program runs.

use crate::chart::{self, StageState};
use crate::event::{Event, EventKind};
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::{Body, Party, Seat};
use crate::refusal::{Check, Refusal};
use crate::rule::Rule;
use crate::sessions::Sessions;
use crate::stage::{Outcome, Stage};
use crate::stages::{
    Admitted, Adopted, Agreement, Application, Caucus, Closed, Facilitation, HoldsSessions, Inquiry, Introduced,
    Introduction, Leader, Letter, Trained, Training, Unopened,
};
use crate::stages::{Concern, Decided, HasTeams};
use crate::teams::Teams;
use crate::time::At;
use alloc::vec::Vec;

/// A case in whatever stage it is: the same types as on the typed road, one variant each.
///
/// `Case::default()` is a case before its first event. Convert to a typed state with `TryFrom`, and back with `From`.
/// A case is moved at every event, so its stages keep what is large behind pointers.
///
/// ```
/// use ibbi_core::{events::*, *};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let at: At = "2026-09-01T13:00:00.000Z".parse()?;
/// let mut case = Case::default();
/// case.offer(&Event::from(CaseOpened {
///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
/// }), at)?;
/// assert_eq!(case.stage(), Stage::Inquiry);
///
/// // The chair's seat takes a chair or a vice chair; the refusal says so and nothing changes.
/// let agrees = LeaderAgreed { name: Name::new("T. Okafor")?, office: None, seat: Seat::SchoolCommittee };
/// let refusal = case.offer(&agrees.into(), at).unwrap_err();
/// assert_eq!(refusal.unmet[0].rule.id(), "leaders.committee-office");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "stage", rename_all = "snake_case"))]
#[allow(missing_docs, reason = "each variant is the stage of its name")]
pub enum Case {
    Unopened(Unopened),
    Inquiry(Inquiry),
    Introduction(Introduction),
    Application(Application),
    Training(Training),
    Caucus(Caucus),
    Agreement(Agreement),
    Facilitation(Facilitation),
    Closed(Closed),
}

impl Default for Case {
    fn default() -> Self {
        Self::Unopened(Unopened)
    }
}

/// The same expression for the typed state of whichever stage.
macro_rules! each {
    ($case:expr, $state:ident => $body:expr) => {
        match $case {
            Case::Unopened($state) => $body,
            Case::Inquiry($state) => $body,
            Case::Introduction($state) => $body,
            Case::Application($state) => $body,
            Case::Training($state) => $body,
            Case::Caucus($state) => $body,
            Case::Agreement($state) => $body,
            Case::Facilitation($state) => $body,
            Case::Closed($state) => $body,
        }
    };
}

impl Case {
    /// The stage.
    pub fn stage(&self) -> Stage {
        fn stage_of<S: StageState>(_: &S) -> Stage {
            S::STAGE
        }
        each!(self, state => stage_of(state))
    }

    /// Offers an event: it is accepted and the case moves, or it is refused and nothing changes.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn offer(&mut self, event: &Event, at: At) -> Result<Stage, Refusal> {
        self.check(event, at)?;
        *self = core::mem::take(self).advance(event, at);
        Ok(self.stage())
    }

    /// Whether an event would be accepted: the same guards, and nothing changes.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn check(&self, event: &Event, at: At) -> Result<(), Refusal> {
        let mut check = Check::new();
        if !self.examine(event, at, &mut check) {
            self.misplaced(event.kind(), at, &mut check);
        }
        check.verdict(event.kind(), self.stage(), at)
    }

    /// Notes what speaks against an event that the chart does not have here: that it belongs elsewhere and, where
    /// elsewhere lies ahead, what the present stage still lacks.
    pub(crate) fn misplaced(&self, kind: EventKind, at: At, check: &mut Check) {
        let present = self.stage();
        if kind == EventKind::EventVoided {
            return check.fail(Rule::VoidHistory, Found::NoHistory);
        }
        if present == Stage::Closed {
            return check.fail(Rule::ClosedForGood, Found::CaseClosed { event: kind });
        }
        let belongs_to: Vec<_> = chart::stages_of(kind).filter(|stage| *stage != Stage::Unopened).collect();
        let ahead = belongs_to.iter().any(|stage| *stage > present);
        check.fail(Rule::Stage, Found::OtherStage { event: kind, belongs_to, present });
        each!(self, state => {
            chart::common_guard(state, kind, at, check);
            if ahead {
                state.lacks(at, check);
            }
        });
    }

    /// What the present stage still lacks before the process can go on.
    pub fn lacks(&self, at: At) -> Vec<crate::refusal::Unmet> {
        let mut check = Check::new();
        each!(self, state => state.lacks(at, &mut check));
        check.into_unmet()
    }

    /// What every opened case carries; `None` before the first event.
    pub fn file(&self) -> Option<&CaseFile> {
        each!(self, state => state.file())
    }

    /// How the case ended, if it has.
    pub const fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Closed(closed) => Some(closed.outcome()),
            _ => None,
        }
    }

    /// The case itself while it is open; the last open stage once it is closed.
    pub const fn last_open(&self) -> &Self {
        match self {
            Self::Closed(closed) => closed.last(),
            _ => self,
        }
    }

    /// The leader who has agreed for a seat.
    pub fn leader(&self, seat: Seat) -> Option<&Leader> {
        match self.last_open() {
            Self::Inquiry(inquiry) => inquiry.leader(seat),
            other => other.introduced().map(|introduced| introduced.leader(seat)),
        }
    }

    /// What the introduction has settled so far.
    pub fn introduced(&self) -> Option<&Introduced> {
        match self.last_open() {
            Self::Introduction(state) => Some(state.introduced()),
            Self::Application(state) => Some(state.introduced()),
            other => other.admitted().map(Admitted::introduced),
        }
    }

    /// The letter of a body.
    pub fn letter(&self, body: Body) -> Option<&Letter> {
        match self.last_open() {
            Self::Application(state) => state.letter(body),
            other => other.admitted().map(|admitted| &admitted.letters()[body as usize]),
        }
    }

    /// What the application settled.
    pub fn admitted(&self) -> Option<&Admitted> {
        match self.last_open() {
            Self::Training(state) => Some(state.admitted()),
            other => other.trained().map(Trained::admitted),
        }
    }

    /// What the training settled.
    pub fn trained(&self) -> Option<&Trained> {
        match self.last_open() {
            Self::Caucus(state) => Some(state.trained()),
            other => other.adopted().map(Adopted::trained),
        }
    }

    /// The mutual decision to adopt.
    pub const fn adopted(&self) -> Option<&Adopted> {
        match self.last_open() {
            Self::Agreement(state) => Some(state.adopted()),
            Self::Facilitation(state) => Some(state.adopted()),
            _ => None,
        }
    }

    /// A party's decision, where it has made one.
    pub fn decided(&self, party: Party) -> Option<Decided> {
        match self.last_open() {
            Self::Caucus(state) => state.party(party).decided,
            other => other.adopted().map(|adopted| adopted.decided(party)),
        }
    }

    /// The concerns that were raised.
    pub fn concerns(&self) -> &[Concern] {
        match self.last_open() {
            Self::Caucus(state) => state.concerns(),
            other => other.adopted().map(Adopted::concerns).unwrap_or_default(),
        }
    }

    /// The two teams, from Application on.
    pub fn teams(&self) -> Option<&Teams> {
        match self.last_open() {
            Self::Application(state) => Some(state.teams()),
            Self::Training(state) => Some(state.teams()),
            Self::Caucus(state) => Some(state.teams()),
            Self::Agreement(state) => Some(state.teams()),
            Self::Facilitation(state) => Some(state.teams()),
            _ => None,
        }
    }

    /// The hours of the training or the facilitation, in the stages that hold sessions.
    pub fn sessions(&self) -> Option<&Sessions> {
        match self.last_open() {
            Self::Training(state) => Some(state.sessions()),
            Self::Facilitation(state) => Some(state.sessions()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_so_small_that_moving_it_costs_little() {
        assert!(size_of::<Case>() <= size_of::<[usize; 8]>(), "{} bytes", size_of::<Case>());
    }
}
