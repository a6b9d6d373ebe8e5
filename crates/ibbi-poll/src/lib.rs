//! Availability polls: their questions, links, and answers.
//!
//! A poll asks the people of a scenario when they can come. It is kept beside the ledger, not in it, and is deleted with its
//! answers when it ends.

pub mod answer_line;

use ibbi_core::{At, Date, MemberId, Name, TimeZoneName};
use ibbi_sim::Hours;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Whether a person can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollMark {
    /// The person can come.
    Can,
    /// The person can come if nothing else fits.
    IfNeedBe,
    /// The person can't come.
    Cannot,
}

/// The days and hours that a poll asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollGrid {
    /// The days, in order. They are grouped by weeks that begin on Monday.
    pub days: Vec<Date>,
    /// The hours of each day, in order.
    pub bands: Vec<Hours>,
}

impl PollGrid {
    /// Returns the number of cells: days times bands. Cell `day * bands + band` is a band of a day.
    pub const fn cells(&self) -> usize {
        self.days.len() * self.bands.len()
    }
}

/// A person's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PollAnswer {
    /// A mark for each cell of the grid; `None` where the person said nothing.
    pub marks: Vec<Option<PollMark>>,
    /// A note for the facilitator.
    pub note: String,
    /// When it was last changed.
    pub at: At,
}

/// A person whom a poll asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolledPerson {
    /// The person's ID in the scenario.
    pub id: MemberId,
    /// The name.
    pub name: Name,
    /// The address for reminders.
    pub email: Option<String>,
    /// The SHA-256 of the secret in the person's link; `None` if the link was revoked.
    pub link: Option<String>,
    /// The answer, if the person has answered.
    pub answer: Option<PollAnswer>,
}

/// A poll.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// Its ID.
    pub id: Uuid,
    /// The case that it is about, if there is one.
    pub case: Option<Uuid>,
    /// The district.
    pub district: Name,
    /// The zone of its times.
    pub zone: TimeZoneName,
    /// The name of the person who asks, and who sees the answers.
    pub asked_by: Name,
    /// The days and hours.
    pub grid: PollGrid,
    /// Until when answers can be given and changed.
    pub closes: At,
    /// The people.
    pub people: Vec<PolledPerson>,
    /// The scenario (TOML) into which the answers flow.
    pub scenario: String,
}
