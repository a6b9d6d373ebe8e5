//! The data of every opened case: its opening, its contract dates, and the extent of its record.

use crate::edition::Edition;
use crate::event::{CaseOpened, EventKind};
use crate::people::{Office, Seat};
use crate::program::Program;
use crate::text::Name;
use crate::threshold::Threshold;
use crate::time::{At, Date};
use alloc::boxed::Box;

/// The contract's dates, as last recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Contract {
    /// The day the contract expires, if it is known.
    pub expires: Option<Date>,
    /// Whether an evergreen clause extends the contract, which makes the date a soft deadline (G.L. c.150E s.7).
    pub evergreen: bool,
}

/// The person who took over the seat of a key leader.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Successor {
    /// The name.
    pub name: Name,
    /// The office, only for the school committee.
    pub office: Option<Office>,
    /// When the successor also agreed, if that is recorded.
    pub agreed: Option<At>,
}

/// A change in the seat of a key leader who agreed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Succession {
    /// When the seat last changed.
    pub since: At,
    /// The person who has the seat now; `None` while it is vacant.
    pub successor: Option<Successor>,
}

/// The facts of a case that belong to no particular stage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CaseFile {
    opened: CaseOpened,
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "is_first"))]
    edition: Edition,
    pub(crate) opened_at: At,
    pub(crate) contract: Contract,
    pub(crate) last_at: At,
    pub(crate) events: u32,
    pub(crate) notes: u32,
    /// The seats that changed hands. Most cases have none, and every event moves or reads this data.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) seats: Option<Box<[Option<Succession>; 3]>>,
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(edition: &Edition) -> bool {
    *edition == Edition::FIRST
}

impl CaseFile {
    /// The largest number of events in a case. A withdrawal is accepted even then, so that every case can end.
    pub const MAX_EVENTS: u32 = Threshold::Events.value();

    pub(crate) fn open(opened: CaseOpened, edition: Edition, at: At) -> Self {
        let contract = Contract { expires: opened.contract_expires, evergreen: opened.evergreen };
        Self { opened, edition, opened_at: at, contract, last_at: at, events: 1, notes: 0, seats: None }
    }

    /// Returns the event that opened the case.
    pub const fn opened(&self) -> &CaseOpened {
        &self.opened
    }

    /// Returns when the case was opened.
    pub const fn opened_at(&self) -> At {
        self.opened_at
    }

    /// Returns the program's parameters, which apply to the whole case.
    pub const fn program(&self) -> &Program {
        &self.opened.program
    }

    /// Returns the edition of the rules that the case is checked against: the one of its program, or the one to which it
    /// moved.
    pub const fn edition(&self) -> Edition {
        self.edition
    }

    /// Returns the edition that an event of this kind is checked against: the one of the case, or the first one that has the
    /// kind if that one is later.
    pub(crate) fn edition_for(&self, kind: EventKind) -> Edition {
        self.edition.max(kind.editions().first())
    }

    /// Returns the contract's dates as last recorded.
    pub const fn contract(&self) -> Contract {
        self.contract
    }

    /// Returns when the last event happened.
    pub const fn last_at(&self) -> At {
        self.last_at
    }

    /// Returns the number of events in the case. Voided events don't count.
    pub const fn events(&self) -> u32 {
        self.events
    }

    /// Returns the number of notes.
    pub const fn notes(&self) -> u32 {
        self.notes
    }

    /// Returns the last change in a key leader's seat, if it changed hands.
    pub fn succession(&self, seat: Seat) -> Option<&Succession> {
        self.seats.as_ref()?[seat as usize].as_ref()
    }

    /// Returns the seats that no one has now.
    pub fn vacant_seats(&self) -> impl Iterator<Item = Seat> {
        let vacant = |seat: &Seat| self.succession(*seat).is_some_and(|change| change.successor.is_none());
        Seat::ALL.iter().copied().filter(vacant)
    }

    /// Returns the successors who haven't agreed yet, with their seats.
    pub fn pending_successors(&self) -> impl Iterator<Item = (Seat, &Successor)> {
        let holder = |seat: &Seat| Some((*seat, self.succession(*seat)?.successor.as_ref()?));
        Seat::ALL.iter().filter_map(holder).filter(|(_, successor)| successor.agreed.is_none())
    }

    pub(crate) fn seat_mut(&mut self, seat: Seat) -> &mut Option<Succession> {
        &mut self.seats.get_or_insert_default()[seat as usize]
    }

    pub(crate) const fn touch(&mut self, at: At) {
        self.last_at = at;
        self.events = self.events.saturating_add(1);
    }
}
