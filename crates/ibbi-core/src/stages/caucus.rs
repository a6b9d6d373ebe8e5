//! The caucuses: the teams meet separately, and each decides whether to adopt interest-based bargaining.

use crate::chart::{On, Token};
use crate::event::{CaucusOpened, ConcernAddressed, ConcernDropped, ConcernRaised, DecisionReopened, PartyDecided};
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::Party;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::{Decision, Outcome};
use crate::stages::{Adopted, Agreement, Closed, Trained, has_teams, stage, step};
use crate::teams::Teams;
use crate::text::{ConcernId, MemberId};
use crate::threshold::Threshold;
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A party's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Decided {
    /// The decision: adopt or decline.
    pub decision: Decision,
    /// The member who spoke for the party.
    pub spokesperson: MemberId,
    /// When the party decided.
    pub at: At,
}

/// The progress of a party in its caucus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PartyCaucus {
    /// When the party's caucus first opened.
    pub opened: Option<At>,
    /// The party's decision, if it made one.
    pub decided: Option<Decided>,
}

/// The status of a concern. An open concern prevents the party from adopting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "snake_case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ConcernStatus {
    /// Raised, and neither addressed nor dropped.
    Open,
    /// Answered in the full group.
    Addressed,
    /// Dropped by the party.
    Dropped,
}

/// A concern that a party raised. Its text is in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Concern {
    /// The ID.
    pub id: ConcernId,
    /// The party that raised it.
    pub party: Party,
    /// The status.
    pub status: ConcernStatus,
}

/// The stage after the training, in which the parties caucus.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Caucus {
    pub(crate) file: Box<CaseFile>,
    pub(crate) trained: Box<Trained>,
    pub(crate) teams: Box<Teams>,
    pub(crate) labor: Box<PartyCaucus>,
    pub(crate) management: Box<PartyCaucus>,
    pub(crate) concerns: Vec<Concern>,
}

impl Caucus {
    /// The largest number of concerns in a case.
    pub const MAX_CONCERNS: usize = Threshold::Concerns.value() as usize;

    pub(crate) fn new(file: Box<CaseFile>, trained: Box<Trained>, teams: Box<Teams>) -> Self {
        Self { file, trained, teams, labor: Box::default(), management: Box::default(), concerns: Vec::new() }
    }

    /// Returns the result of the training.
    pub const fn trained(&self) -> &Trained {
        &self.trained
    }

    /// Returns the progress of a party.
    pub const fn party(&self, party: Party) -> &PartyCaucus {
        match party {
            Party::Labor => &self.labor,
            Party::Management => &self.management,
        }
    }

    /// Returns the concerns, in the order in which they were raised.
    pub fn concerns(&self) -> &[Concern] {
        &self.concerns
    }

    /// Returns the open concerns of a party, which prevent it from adopting.
    pub fn open_concerns(&self, party: Party) -> impl Iterator<Item = ConcernId> {
        let open = move |concern: &&Concern| concern.party == party && concern.status == ConcernStatus::Open;
        self.concerns.iter().filter(open).map(|concern| concern.id)
    }

    const fn party_mut(&mut self, party: Party) -> &mut PartyCaucus {
        match party {
            Party::Labor => &mut self.labor,
            Party::Management => &mut self.management,
        }
    }

    fn decision(&self, party: Party) -> Option<Decision> {
        self.party(party).decided.map(|decided| decided.decision)
    }

    fn check_undecided(&self, party: Party, check: &mut Check) {
        if let Some(decision) = self.decision(party) {
            check.fail(Rule::Undecided, Found::DecidedAlready { party, decision });
        }
    }

    fn check_any_concern(&self, check: &mut Check) {
        let any = self.concerns.iter().any(|concern| concern.status == ConcernStatus::Open);
        check.require(any, Rule::ConcernOpen, || Found::NoConcernOpen);
    }

    fn check_concern(&self, id: ConcernId, check: &mut Check) {
        let open = self.concerns.iter().any(|concern| concern.id == id && concern.status == ConcernStatus::Open);
        check.require(open, Rule::ConcernOpen, || Found::ConcernUnknown { concern: id });
    }

    fn set_status(&mut self, id: ConcernId, status: ConcernStatus) {
        if let Some(concern) = self.concerns.iter_mut().find(|concern| concern.id == id) {
            concern.status = status;
        }
    }
}

stage!(Caucus, |state, check, _at| {
    let (labor, management) = (state.decision(Party::Labor), state.decision(Party::Management));
    check.fail(Rule::BothAdopted, Found::Decisions { labor, management });
});

has_teams!(Caucus);

impl On<CaucusOpened> for Caucus {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::BothNamed, Rule::AllPledged];
    const EVENT_RULES: &'static [Rule] = &[Rule::Attended, Rule::OwnMembers, Rule::OwnAdvisers, Rule::NameComposed];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.teams.check_ready(check);
    }

    fn event_guard(&self, event: &CaucusOpened, _: At, check: &mut Check) {
        check.require(!event.present.is_empty(), Rule::Attended, || Found::Nobody);
        let party = event.party;
        if event.present.iter().any(|id| !self.teams.is_on(party, *id)) {
            let ids = event.present.iter().copied().filter(|id| !self.teams.is_on(party, *id)).collect();
            check.fail(Rule::OwnMembers, Found::NotOfParty { party, ids });
        }
        if event.advisers.iter().any(|adviser| adviser.party != party) {
            let others = event.advisers.iter().filter(|adviser| adviser.party != party);
            let names = others.map(|adviser| adviser.name.clone()).collect();
            check.fail(Rule::OwnAdvisers, Found::AdvisersOfOther { party, names });
        }
    }

    fn apply(mut self, event: &CaucusOpened, at: At, _: Token) -> Self {
        self.party_mut(event.party).opened.get_or_insert(at);
        self
    }
}

impl On<ConcernRaised> for Caucus {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::Limits];
    const EVENT_RULES: &'static [Rule] = &[Rule::Undecided, Rule::ConcernNew];

    fn state_guard(&self, _: At, check: &mut Check) {
        let room = self.concerns.len() < Self::MAX_CONCERNS;
        check.require(room, Rule::Limits, || Found::LimitReached { what: "concerns", limit: 200 });
    }

    fn event_guard(&self, event: &ConcernRaised, _: At, check: &mut Check) {
        self.check_undecided(event.party, check);
        let known = self.concerns.iter().any(|concern| concern.id == event.concern);
        check.require(!known, Rule::ConcernNew, || Found::ConcernKnown { concern: event.concern });
    }

    fn apply(mut self, event: &ConcernRaised, _: At, _: Token) -> Self {
        let status = ConcernStatus::Open;
        self.concerns.push(Concern { id: event.concern, party: event.party, status });
        self
    }
}

impl On<ConcernAddressed> for Caucus {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::ConcernOpen];
    const EVENT_RULES: &'static [Rule] = &[Rule::ConcernOpen];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.check_any_concern(check);
    }

    fn event_guard(&self, event: &ConcernAddressed, _: At, check: &mut Check) {
        self.check_concern(event.concern, check);
    }

    fn apply(mut self, event: &ConcernAddressed, _: At, _: Token) -> Self {
        self.set_status(event.concern, ConcernStatus::Addressed);
        self
    }
}

impl On<ConcernDropped> for Caucus {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::ConcernOpen];
    const EVENT_RULES: &'static [Rule] = &[Rule::ConcernOpen];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.check_any_concern(check);
    }

    fn event_guard(&self, event: &ConcernDropped, _: At, check: &mut Check) {
        self.check_concern(event.concern, check);
    }

    fn apply(mut self, event: &ConcernDropped, _: At, _: Token) -> Self {
        self.set_status(event.concern, ConcernStatus::Dropped);
        self
    }
}

step! {
    /// The stage after a party decided: Caucus until the other decides, Agreement if both adopted, and else Closed.
    DecisionStep: Caucus, Agreement, Closed
}

impl On<PartyDecided> for Caucus {
    type Next = DecisionStep;
    const STATE_RULES: &'static [Rule] = &[Rule::BothNamed, Rule::AllPledged, Rule::CaucusOpenedFirst];
    const EVENT_RULES: &'static [Rule] =
        &[Rule::CaucusOpenedFirst, Rule::Undecided, Rule::Spokesperson, Rule::ConcernsSettled];

    fn state_guard(&self, _: At, check: &mut Check) {
        self.teams.check_ready(check);
        let any = self.labor.opened.is_some() || self.management.opened.is_some();
        check.require(any, Rule::CaucusOpenedFirst, || Found::CaucusUnopened { party: None });
    }

    fn event_guard(&self, event: &PartyDecided, _: At, check: &mut Check) {
        let PartyDecided { decision, party, spokesperson } = *event;
        let opened = self.party(party).opened.is_some();
        check.require(opened, Rule::CaucusOpenedFirst, || Found::CaucusUnopened { party: Some(party) });
        self.check_undecided(party, check);
        let own = self.teams.is_on(party, spokesperson);
        check.require(own, Rule::Spokesperson, || Found::NotOnTeam { member: spokesperson, party });
        if decision == Decision::Adopt && self.open_concerns(party).next().is_some() {
            let concerns = self.open_concerns(party).collect();
            check.fail(Rule::ConcernsSettled, Found::ConcernsOpen { concerns });
        }
    }

    fn apply(mut self, event: &PartyDecided, at: At, _: Token) -> DecisionStep {
        let decided = Decided { decision: event.decision, spokesperson: event.spokesperson, at };
        self.party_mut(event.party).decided = Some(decided);
        match (self.labor.decided, self.management.decided) {
            (Some(labor), Some(management)) => match Adopted::by_both(self, labor, management) {
                Ok((file, adopted, teams)) => DecisionStep::Agreement(Agreement::new(file, adopted, teams)),
                Err(declined) => DecisionStep::Closed(Closed::new(*declined, Outcome::NotAdopted, at)),
            },
            _ => DecisionStep::Caucus(self),
        }
    }
}

impl On<DecisionReopened> for Caucus {
    type Next = Self;
    const STATE_RULES: &'static [Rule] = &[Rule::Decided];
    const EVENT_RULES: &'static [Rule] = &[Rule::Decided];

    fn state_guard(&self, _: At, check: &mut Check) {
        let any = self.labor.decided.is_some() || self.management.decided.is_some();
        check.require(any, Rule::Decided, || Found::NotDecided { party: None });
    }

    fn event_guard(&self, event: &DecisionReopened, _: At, check: &mut Check) {
        let decided = self.party(event.party).decided.is_some();
        check.require(decided, Rule::Decided, || Found::NotDecided { party: Some(event.party) });
    }

    fn apply(mut self, event: &DecisionReopened, _: At, _: Token) -> Self {
        self.party_mut(event.party).decided = None;
        self
    }
}
