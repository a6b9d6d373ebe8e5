//! The process of the Interest-Based Bargaining Institute (IBBI), as typed states with guarded transitions.
//!
//! A **case** is one district's participation in the IBBI for one round of bargaining. It is in one **stage**. An
//! **event** is a fact that a caller offers to the case. If every **rule** is met, the case accepts the event and moves.
//! If not, it returns a **refusal** and stays as it was. The refusal names every unmet rule, what was found, and what
//! to do about it. An **advisory** is a warning; it never causes a refusal.
//!
//! Two APIs share one set of guards:
//!
//! - In the **typed API** ([`stages`], [`chart::On`]), every stage is a type and a transition consumes it. A transition
//!   that the chart doesn't have does not compile.
//! - In the **runtime API** ([`Case`], [`History`]), the stage is known only when the program runs. A transition that
//!   the chart doesn't have is refused.
//!
//! Sources: the brochure and the public pages of the Massachusetts Education Partnership (MEP), and the General Laws
//! of Massachusetts (G.L. c.150E, c.30A, c.4). Each rule names its [`Source`].
//!
//! # Invariants
//!
//! - There is no clock and no randomness: callers pass in every instant and every ID. There is no I/O and no time zone
//!   table.
//! - The crate is `no_std` with `alloc`, and forbids unsafe code.
//! - No input causes a panic. All sizes have documented limits: names, teams, events.
//! - Accepted events replay: offering them again gives an equal case.
//! - A refused event changes nothing.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod accepted;
mod advise;
mod advisory;
mod bookings;
mod case;
pub mod chart;
mod edition;
mod edition_digest;
mod event;
mod event_parts;
mod field;
mod field_types;
mod file;
mod found;
pub mod history;
pub mod holidays;
#[cfg(test)]
mod model_check;
mod name_faults;
mod names;
mod note_text;
mod people;
mod program;
mod refusal;
pub mod render;
mod route;
mod rule;
#[cfg(feature = "schema")]
mod schema;
mod sealed;
mod services;
mod sessions;
mod sets;
mod slot;
mod stage;
pub mod stages;
mod survey;
mod teams;
mod text;
mod threshold;
mod time;
mod waiting;
mod weakness;

pub use accepted::{Accepted, ActPlace, Precision, Submission};
pub use advisory::{Advisory, Warning};
pub use bookings::{BookingRecord, Bookings, NAME_NOT_RECORDED, OtherBooking, has_name};
pub use case::Case;
pub use edition::{Edition, Editions, NoEdition};
pub use event::{Event, EventKind, Payload};
pub use field::{CodeSet, FieldInfo, FieldKind, MAX_NUMBER, Requirement};
pub use file::{CaseFile, Contract, Succession, Successor};
pub use found::{Found, Remaining};
pub use history::{
    ActRefusal, AsRecorded, History, HistoryEntry, HistoryStep, NotAllowed, NotAllowedReason, RecordedCase, ReplayStep,
};
pub use holidays::County;
pub use name_faults::{NameFault, name_faults, visible_name};
pub use note_text::NoteText;
pub use people::{
    Adviser, AdviserRole, Advisers, Body, Capacity, ListError, MemberIds, Names, Neutrals, Observer, Observers, Office,
    Party, Person, Seat, Substitute, Substitutes,
};
pub use program::{Activity, Format, Presence, Program, ProgramError, ProgramParameters};
pub use refusal::{Check, Refusal, Refused, Unmet};
pub use route::{Goal, route};
pub use rule::{Rule, Source};
pub use services::{Service, Topic, Topics, Workshop};
pub use sessions::{Booking, HeldSession, OpenSession, Part, Sessions};
pub use sets::UnknownCode;
pub use slot::Slot;
pub use stage::{Decision, FollowUpResult, Outcome, Stage};
pub use survey::{Answer, Prospect, survey};
pub use teams::{Former, Member, Teams};
pub use text::{
    ActivityId, ConcernId, DocumentDigest, FormatId, IdentityText, MemberId, Name, Reason, TextError, TimeZoneName,
};
pub use threshold::Threshold;
pub use time::{At, Date, LocalTime, TimeError};
pub use waiting::{Wait, Waiting, WaitingFor, WaitingSet};
pub use weakness::{FoundWeakness, Weakness};

/// The payload types: the data of each kind of event.
pub mod events {
    pub use crate::event::*;
}
