//! What every opened case carries: its opening, its contract dates, and how far its record goes.

use crate::event::CaseOpened;
use crate::program::Program;
use crate::time::{At, Date};

/// When the contract expires, as last recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Contract {
    /// The day it expires, if known.
    pub expires: Option<Date>,
    /// Whether an evergreen clause extends it, which makes the date a soft deadline.
    pub evergreen: bool,
}

/// The file of a case: facts that belong to no stage in particular.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CaseFile {
    opened: CaseOpened,
    pub(crate) opened_at: At,
    pub(crate) contract: Contract,
    pub(crate) last_at: At,
    pub(crate) events: u32,
    pub(crate) notes: u32,
}

impl CaseFile {
    /// The most events one case may have. A withdrawal is accepted even then, so that every case can end.
    pub const MAX_EVENTS: u32 = 10_000;

    pub(crate) fn open(opened: CaseOpened, at: At) -> Self {
        let contract = Contract { expires: opened.contract_expires, evergreen: opened.evergreen };
        Self { opened, opened_at: at, contract, last_at: at, events: 1, notes: 0 }
    }

    /// The event that opened the case.
    pub const fn opened(&self) -> &CaseOpened {
        &self.opened
    }

    /// When the case was opened.
    pub const fn opened_at(&self) -> At {
        self.opened_at
    }

    /// The program's parameters, by which this case is judged.
    pub const fn program(&self) -> &Program {
        &self.opened.program
    }

    /// The contract's dates as last recorded.
    pub const fn contract(&self) -> Contract {
        self.contract
    }

    /// When the last event happened.
    pub const fn last_at(&self) -> At {
        self.last_at
    }

    /// How many events the case has accepted, those that count.
    pub const fn events(&self) -> u32 {
        self.events
    }

    /// How many notes are on record.
    pub const fn notes(&self) -> u32 {
        self.notes
    }

    pub(crate) const fn touch(&mut self, at: At) {
        self.last_at = at;
        self.events = self.events.saturating_add(1);
    }
}
