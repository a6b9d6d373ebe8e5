//! Mutual agreement: both parties adopted, and the format is to be chosen.

use crate::chart::{On, Token};
use crate::event::FormatChosen;
use crate::file::CaseFile;
use crate::found::Found;
use crate::people::Party;
use crate::refusal::Check;
use crate::rule::Rule;
use crate::stage::Decision;
use crate::stages::facilitation::check_format;
use crate::stages::{Caucus, Concern, Decided, Facilitation, Trained, has_teams, stage};
use crate::teams::Teams;
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The proof that both parties adopted. It can only be made from two decisions to adopt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Adopted {
    pub(crate) trained: Trained,
    pub(crate) labor: Decided,
    pub(crate) management: Decided,
    pub(crate) concerns: Vec<Concern>,
}

/// The data that a case carries from Caucus to Agreement.
type Carried = (Box<CaseFile>, Box<Adopted>, Box<Teams>);

impl Adopted {
    /// Returns the proof, or the caucus if a party declined.
    pub(crate) fn by_both(caucus: Caucus, labor: Decided, management: Decided) -> Result<Carried, Box<Caucus>> {
        if labor.decision != Decision::Adopt || management.decision != Decision::Adopt {
            return Err(Box::new(caucus));
        }
        let Caucus { file, trained, teams, concerns, .. } = caucus;
        Ok((file, Box::new(Self { trained: *trained, labor, management, concerns }), teams))
    }

    /// Returns the result of the training.
    pub const fn trained(&self) -> &Trained {
        &self.trained
    }

    /// Returns a party's decision, which is to adopt.
    pub const fn decided(&self, party: Party) -> Decided {
        match party {
            Party::Labor => self.labor,
            Party::Management => self.management,
        }
    }

    /// Returns the concerns that were raised.
    pub fn concerns(&self) -> &[Concern] {
        &self.concerns
    }
}

/// The stage after both parties adopted, in which the format of the facilitation is chosen.
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

    /// Returns the mutual decision.
    pub const fn adopted(&self) -> &Adopted {
        &self.adopted
    }
}

stage!(Agreement, |_state, check, _at| check.fail(Rule::FormatChosen, Found::NoFormat));

has_teams!(Agreement);

impl On<FormatChosen> for Agreement {
    type Next = Facilitation;
    const STATE_RULES: &'static [Rule] = &[];
    const EVENT_RULES: &'static [Rule] = &[Rule::FormatKnown];
    fn state_guard(&self, _: At, _: &mut Check) {}

    fn event_guard(&self, event: &FormatChosen, _: At, check: &mut Check) {
        check_format(self.file.program(), event.format, check);
    }

    fn apply(self, event: &FormatChosen, _: At, _: Token) -> Facilitation {
        Facilitation::new(self.file, self.adopted, self.teams, event.format)
    }
}
