//! The runtime API: a case whose stage is known only when the program runs.

use crate::chart::{self, StageState};
use crate::edition::Edition;
use crate::event::{Event, EventKind};
use crate::file::CaseFile;
use crate::found::Found;
use crate::names::{self, KnownNames};
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
use crate::text::Name;
use crate::time::At;
use alloc::vec::Vec;

/// A case in any stage. Each variant holds the stage type of the typed API.
///
/// `Case::default()` is a case before its first event. `TryFrom` converts a case to a typed state, and `From` converts
/// it back. Every event moves the case in memory, so the stages keep large data behind pointers.
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
/// // Only the chair or a vice chair can agree for the school committee. The refusal says so, and nothing changes.
/// let agrees = LeaderAgreed { name: Name::new("T. Okafor")?, office: None, seat: Seat::SchoolCommittee };
/// let refusal = case.offer(&agrees.into(), at).unwrap_err();
/// assert_eq!(refusal.unmet[0].rule.id(), "leaders.committee-office");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(tag = "stage", rename_all = "snake_case"))]
#[allow(missing_docs, reason = "each variant has the name of its stage")]
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
        Self::Unopened(Unopened::new())
    }
}

/// Evaluates an expression for the typed state of any stage.
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
    /// Returns the stage.
    pub fn stage(&self) -> Stage {
        fn stage_of<S: StageState>(_: &S) -> Stage {
            S::STAGE
        }
        each!(self, state => stage_of(state))
    }

    pub(crate) fn touch(&mut self, at: At, token: chart::Token) {
        each!(self, state => state.touch(at, token));
    }

    /// Offers an event. If the event is accepted, the case moves and its new stage is returned.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn offer(&mut self, event: &Event, at: At) -> Result<Stage, Refusal> {
        self.check(event, at)?;
        *self = core::mem::take(self).advance(event, at);
        Ok(self.stage())
    }

    /// Checks whether an event would be accepted, with the same guards as [`Case::offer`], and changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    pub fn check(&self, event: &Event, at: At) -> Result<(), Refusal> {
        let mut check = Check::new();
        if !self.examine(event, at, &mut check) {
            self.check_misplaced(event.kind(), at, &mut check);
        }
        check.verdict(event.kind(), self.stage(), at)
    }

    /// Adds the unmet rules of an event that the chart doesn't have at this stage. If the event belongs to a later stage,
    /// they include what the current stage still lacks.
    pub(crate) fn check_misplaced(&self, kind: EventKind, at: At, check: &mut Check) {
        let present = self.stage();
        if !kind.happens() {
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

    /// Returns the state before the first event of a case that has moved to an edition, if it has moved to one. From this
    /// state, the events of the case are folded under that edition.
    pub const fn starting_in(edition: Option<Edition>) -> Self {
        Self::Unopened(Unopened::in_edition(edition))
    }

    /// Returns what the current stage still lacks before the process can go on.
    pub fn lacks(&self, at: At) -> Vec<crate::refusal::Unmet> {
        let mut check = Check::new();
        check.set_edition(self.file().map_or(Edition::FIRST, CaseFile::edition));
        each!(self, state => state.lacks(at, &mut check));
        check.into_unmet()
    }

    /// Returns the data of every opened case, or `None` before the first event.
    pub fn file(&self) -> Option<&CaseFile> {
        each!(self, state => state.file())
    }

    /// Returns how the case ended, or `None` while it is open.
    pub const fn outcome(&self) -> Option<Outcome> {
        match self {
            Self::Closed(closed) => Some(closed.outcome()),
            _ => None,
        }
    }

    /// Returns the case itself while it is open, or its last open stage after it is closed.
    pub const fn last_open(&self) -> &Self {
        match self {
            Self::Closed(closed) => closed.last(),
            _ => self,
        }
    }

    /// Returns what makes names of an event look the same as another name of the case, for a case whose edition refuses no
    /// such name.
    pub(crate) fn look_alikes(&self, event: &Event) -> Vec<Found> {
        let kind = event.kind();
        let edition = self.file().map_or(Edition::FIRST, |file| file.edition_for(kind));
        let mut found = Vec::new();
        if kind.adds_people() && !Rule::NameLookAlike.applies_in(edition) {
            event.each_name(&mut |name| {
                let other = each!(self, state => names::look_alike_among(name, || state.known_names()));
                found.extend(other.map(|other| names::looks_like(name, other)));
            });
        }
        found
    }

    /// Returns the leader who agreed for a seat.
    pub fn leader(&self, seat: Seat) -> Option<&Leader> {
        match self.last_open() {
            Self::Inquiry(inquiry) => inquiry.leader(seat),
            other => other.introduced().map(|introduced| introduced.leader(seat)),
        }
    }

    /// Returns the name of the person who has a leader's seat now: the successor if the seat changed hands, or `None` if it
    /// is vacant or has not agreed.
    pub fn seat_holder(&self, seat: Seat) -> Option<&Name> {
        match self.file().and_then(|file| file.succession(seat)) {
            Some(change) => change.successor.as_ref().map(|successor| &successor.name),
            None => self.leader(seat).map(|leader| &leader.name),
        }
    }

    /// Returns the result of the introduction so far.
    pub fn introduced(&self) -> Option<&Introduced> {
        match self.last_open() {
            Self::Introduction(state) => Some(state.introduced()),
            Self::Application(state) => Some(state.introduced()),
            other => other.admitted().map(Admitted::introduced),
        }
    }

    /// Returns the letter of a body.
    pub fn letter(&self, body: Body) -> Option<&Letter> {
        match self.last_open() {
            Self::Application(state) => state.letter(body),
            other => other.admitted().map(|admitted| &admitted.letters()[body as usize]),
        }
    }

    /// Returns the result of the application.
    pub fn admitted(&self) -> Option<&Admitted> {
        match self.last_open() {
            Self::Training(state) => Some(state.admitted()),
            other => other.trained().map(Trained::admitted),
        }
    }

    /// Returns the result of the training.
    pub fn trained(&self) -> Option<&Trained> {
        match self.last_open() {
            Self::Caucus(state) => Some(state.trained()),
            other => other.adopted().map(Adopted::trained),
        }
    }

    /// Returns the mutual decision to adopt.
    pub const fn adopted(&self) -> Option<&Adopted> {
        match self.last_open() {
            Self::Agreement(state) => Some(state.adopted()),
            Self::Facilitation(state) => Some(state.adopted()),
            _ => None,
        }
    }

    /// Returns a party's decision, if it made one.
    pub fn decided(&self, party: Party) -> Option<Decided> {
        match self.last_open() {
            Self::Caucus(state) => state.party(party).decided,
            other => other.adopted().map(|adopted| adopted.decided(party)),
        }
    }

    /// Returns the concerns that were raised.
    pub fn concerns(&self) -> &[Concern] {
        match self.last_open() {
            Self::Caucus(state) => state.concerns(),
            other => other.adopted().map(Adopted::concerns).unwrap_or_default(),
        }
    }

    /// Returns the two teams, or `None` before the application.
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

    /// Returns the sessions of the training or the facilitation, or `None` in stages without sessions.
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
    fn case_is_small_enough_to_move_often() {
        assert!(size_of::<Case>() <= size_of::<[usize; 8]>(), "{} bytes", size_of::<Case>());
    }
}
