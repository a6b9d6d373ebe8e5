//! The process of the Interest-Based Bargaining Institute as typed states with guarded transitions.
//!
//! A **case** is one district's passage through the IBBI for one round of bargaining. It is in one **stage**. An
//! **event** is a fact offered to the case: if every **rule** holds, the case accepts it and moves; if not, it answers
//! with a **refusal** that names every unmet rule, what was found and what would satisfy it, and nothing changes. An
//! **advisory** warns and never refuses.
//!
//! There are two roads over one set of guards. On the typed road ([`stages`], [`chart::On`]) every stage is a type and
//! a transition consumes it: what the chart does not have does not compile. On the runtime road ([`Case`],
//! [`History`]) the stage is known when the program runs: what the chart does not have is refused.
//!
//! # Invariants
//!
//! - No clock: every instant is passed in. No randomness: every id is passed in. No I/O, no time-zone table.
//! - `no_std` with `alloc`; `forbid(unsafe_code)`.
//! - No panic on any input; all limits are stated (lengths of names, sizes of teams, number of events).
//! - What was accepted replays: offering the accepted events again gives an equal case.
//! - A refused event changes nothing.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(test)]
extern crate std;

mod accepted;
mod advisory;
mod case;
pub mod chart;
mod event;
mod file;
mod found;
pub mod history;
pub mod holidays;
#[cfg(test)]
mod model_check;
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
mod time;

pub use accepted::Accepted;
pub use advisory::{Advisory, Warning};
pub use case::Case;
pub use event::{Event, EventKind, Payload};
pub use file::{CaseFile, Contract};
pub use found::{Found, Remaining};
pub use history::History;
pub use holidays::County;
pub use people::{Body, Capacity, ListError, MemberIds, Names, Observer, Observers, Office, Party, Person, Seat};
pub use program::{Format, Presence, Program, ProgramError, ProgramParameters};
pub use refusal::{Check, Refusal, Refused, Unmet};
pub use route::{Goal, route};
pub use rule::{Rule, Source};
pub use services::{Service, Topic, Topics, Workshop};
pub use sessions::{Booking, HeldSession, OpenSession, Part, Sessions};
pub use sets::UnknownCode;
pub use slot::Slot;
pub use stage::{ActivityKind, Decision, Outcome, Stage};
pub use survey::{Answer, Prospect, survey};
pub use teams::{Former, Member, Teams};
pub use text::{ConcernId, DocumentDigest, MemberId, Name, NoteText, Reason, TextError, TimeZoneName};
pub use time::{At, Date, LocalTime, TimeError};

/// The payload types: what each kind of event carries.
pub mod events {
    pub use crate::event::*;
}
