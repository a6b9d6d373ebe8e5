//! Mutual agreement: both parties have adopted, and the format is chosen.

use crate::chart::{On, Token};
use crate::event::FormatChosen;
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::Party;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::Decision;
use crate::stages::{Caucus, Concern, Decided, Facilitation, Trained, has_teams, stage};
use crate::teams::Teams;
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Proof that both parties have adopted: it cannot be made otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Adopted {
    pub(crate) trained: Trained,
    pub(crate) labor: Decided,
    pub(crate) management: Decided,
    pub(crate) concerns: Vec<Concern>,
}

/// What a case takes along from Caucus to Agreement.
type Carried = (Box<CaseFile>, Box<Adopted>, Box<Teams>);

impl Adopted {
    /// The proof, or the caucus back if a party declined.
    pub(crate) fn by_both(caucus: Caucus, labor: Decided, management: Decided) -> Result<Carried, Box<Caucus>> {
        if labor.decision != Decision::Adopt || management.decision != Decision::Adopt {
            return Err(Box::new(caucus));
        }
        let Caucus { file, trained, teams, concerns, .. } = caucus;
        Ok((file, Box::new(Self { trained: *trained, labor, management, concerns }), teams))
    }

    /// What the training settled.
    pub const fn trained(&self) -> &Trained {
        &self.trained
    }

    /// A party's decision: to adopt.
    pub const fn decided(&self, party: Party) -> Decided {
        match party {
            Party::Labor => self.labor,
            Party::Management => self.management,
        }
    }

    /// The concerns that were raised on the way.
    pub fn concerns(&self) -> &[Concern] {
        &self.concerns
    }
}

/// Both parties have adopted; the facilitation's format is to be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Agreement {
    pub(crate) file: Box<CaseFile>,
    pub(crate) adopted: Box<Adopted>,
    pub(crate) teams: Box<Teams>,
}

impl Agreement {
    pub(crate) const fn new(file: Box<CaseFile>, adopted: Box<Adopted>, teams: Box<Teams>) -> Self {
        Self { file, adopted, teams }
    }

    /// The mutual decision.
    pub const fn adopted(&self) -> &Adopted {
        &self.adopted
    }
}

stage!(Agreement, |_state, check, _at| check.fail(Rule::FormatChosen, Found::NoFormat));

has_teams!(Agreement);

impl On<FormatChosen> for Agreement {
    type Next = Facilitation;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[];
    fn state_guard(&self, _: At, _: &mut Check) {}
    fn event_guard(&self, _: &FormatChosen, _: At, _: &mut Check) {}

    fn apply(self, event: &FormatChosen, _: At, _: Token) -> Facilitation {
        Facilitation::new(self.file, self.adopted, self.teams, event.format)
    }
}
