//! Availability polls: their questions, links, and answers.
//!
//! A poll asks the people of a scenario when they can come. It is kept beside the ledger, not in it, and is deleted with its
//! answers when it ends.
//!
//! A [`PollStore`] keeps the polls of a ledger as files of their own. Each person has a link with a secret, of which only the hash is
//! kept ([`new_secret`], [`Poll::person_of_secret`]). The answers flow into the scenario ([`Poll::scenario_with_answers`]), and
//! [`heat_map`] counts them.
//!
//! # Invariants
//!
//! - Nothing of a poll is in the ledger. A poll that is deleted leaves no file.
//! - Two programs that change a poll at the same time lose no answer.
//! - The secret of a link is in no file.
//! - A letter is in the file before it is sent, so that it isn't sent twice.
#![forbid(unsafe_code)]

pub mod answer_line;
mod error;
mod heat_map;
mod letters;
mod merge;
mod poll_file;
mod rules;
mod secret;
mod store;

pub use error::PollError;
pub use heat_map::{HeatCell, HeatMap, heat_map};
pub use letters::{LetterHindrance, LetterKind, LetterState, PolledLetter};
pub use rules::{PollRules, later, rules};
pub use secret::new_secret;
pub use store::{ListedPolls, PollStore, polls_path};

use ibbi_access::Principal;
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

    /// The most days: 26 weeks.
    pub const MAX_DAYS: usize = 26 * 7;
    /// The most bands of a day.
    pub const MAX_BANDS: usize = 6;

    /// Checks the number and the order of the days and of the bands.
    ///
    /// ```
    /// use ibbi_poll::PollGrid;
    /// use ibbi_sim::Hours;
    /// let days = vec!["2026-11-02".parse()?];
    /// assert!(PollGrid { days: days.clone(), bands: vec![Hours::MORNING, Hours::AFTERNOON] }.check().is_ok());
    /// assert!(PollGrid { days, bands: vec![Hours::WORKING, Hours::AFTERNOON] }.check().is_err(), "they overlap");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`PollError::Refused`] if there are none, too many, or if they are not in order.
    pub fn check(&self) -> Result<(), PollError> {
        let refused = |why: String| Err(PollError::Refused(why));
        let span = match (self.days.first(), self.days.last()) {
            (Some(first), Some(last)) => (last.to_chrono() - first.to_chrono()).num_days(),
            _ => return refused("the poll has no days; choose at least one week".to_owned()),
        };
        if usize::try_from(span).map_or(true, |span| span >= Self::MAX_DAYS) {
            return refused("the days of the poll are more than 26 weeks; choose fewer weeks".to_owned());
        }
        if !(1..=Self::MAX_BANDS).contains(&self.bands.len()) {
            return refused(format!("the poll has {} times a day; choose 1 to {}", self.bands.len(), Self::MAX_BANDS));
        }
        if !self.days.is_sorted_by(|one, next| one < next) {
            return refused("the days of the poll are not in order".to_owned());
        }
        if !self.bands.is_sorted_by(|one, next| one.to() <= next.from()) {
            return refused("the times of a day must be in order, and must not overlap".to_owned());
        }
        Ok(())
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

impl PollAnswer {
    /// The longest note, in characters as browsers count them in a form's field: UTF-16 code units. Most emoji count as two.
    pub const MAX_NOTE: usize = 1000;

    /// Returns the length of a note, in the unit of [`PollAnswer::MAX_NOTE`]. A line break of a form counts as one.
    ///
    /// ```
    /// use ibbi_poll::PollAnswer;
    /// assert_eq!((PollAnswer::note_length("a\n\u{e9}"), PollAnswer::note_length("\u{1f5d3}")), (3, 2));
    /// ```
    pub fn note_length(note: &str) -> usize {
        note.encode_utf16().count()
    }

    /// Returns whether the person marked any time. Without one, the answer is only a note.
    pub fn has_marks(&self) -> bool {
        self.marks.iter().any(Option::is_some)
    }

    /// Returns the mark of a cell. A cell that was left blank counts as one at which the person can't come.
    pub fn mark(&self, cell: usize) -> PollMark {
        self.marks.get(cell).copied().flatten().unwrap_or(PollMark::Cannot)
    }

    /// Checks the number of the marks.
    fn check_marks(&self, grid: &PollGrid) -> Result<(), PollError> {
        if self.marks.len() == grid.cells() {
            return Ok(());
        }
        let why = format!("the answer has {} marks for {} times", self.marks.len(), grid.cells());
        Err(PollError::Refused(why))
    }

    /// Checks an answer to a grid.
    ///
    /// # Errors
    /// [`PollError::Refused`] if it has another number of marks than the grid has cells, or a note that is too long or has an
    /// invisible character.
    pub fn check(&self, grid: &PollGrid) -> Result<(), PollError> {
        self.check_marks(grid)?;
        let length = Self::note_length(&self.note);
        if length > Self::MAX_NOTE {
            let why = format!("The note has {length} characters. Shorten it to at most {}.", Self::MAX_NOTE);
            return Err(PollError::Refused(why));
        }
        match self.note.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
            Some(c) => Err(PollError::Refused(format!("The note has the character U+{:04X}. Remove it.", c as u32))),
            None => Ok(()),
        }
    }
}

/// A person whom a poll asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolledPerson {
    /// The person's ID in the scenario.
    pub id: MemberId,
    /// The name.
    pub name: Name,
    /// The address for invitations and reminders.
    pub email: Option<String>,
    /// The SHA-256 of the secret in the person's first link; `None` if the links were revoked.
    pub link: Option<String>,
    /// Those of later links, which count too, oldest first. Without a first link, there are none.
    pub more_links: Vec<String>,
    /// The last letter of each kind that a server sent to the person.
    pub letters: Vec<PolledLetter>,
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
    /// The address to which people reply who get a letter.
    pub reply_to: Option<String>,
    /// Who made it.
    pub maker: Principal,
    /// The days and hours.
    pub grid: PollGrid,
    /// Until when answers can be given and changed.
    pub closes: At,
    /// The people.
    pub people: Vec<PolledPerson>,
    /// The scenario (TOML) into which the answers flow.
    pub scenario: String,
}

impl Poll {
    /// How many days a poll is kept after it has closed.
    pub const KEPT_DAYS: i64 = 30;
    /// The most people of a poll.
    pub const MAX_PEOPLE: usize = ibbi_sim::Scenario::MAX_PEOPLE;

    /// Returns whether answers can no longer be given or changed.
    pub fn is_closed(&self, now: At) -> bool {
        self.closes <= now
    }

    /// Returns when the poll is deleted.
    pub fn deleted_at(&self) -> At {
        let millis = self.closes.millis().saturating_add(Self::KEPT_DAYS * 24 * 60 * 60 * 1000);
        At::from_millis(millis).unwrap_or(self.closes)
    }

    /// Returns a person by the ID.
    pub fn person(&self, id: &MemberId) -> Option<&PolledPerson> {
        self.people.iter().find(|person| person.id == *id)
    }

    /// Saves a person's answer. An answer that was there is replaced.
    ///
    /// # Errors
    /// [`PollError::Closed`] after the poll has closed, unless the facilitator enters it (`is_facilitator`);
    /// [`PollError::Refused`] as [`PollAnswer::check`], and for a person whom the poll doesn't ask.
    pub fn save(&mut self, id: &MemberId, answer: PollAnswer, is_facilitator: bool) -> Result<(), PollError> {
        if self.is_closed(answer.at) && !is_facilitator {
            return Err(PollError::Closed);
        }
        answer.check(&self.grid)?;
        self.change(id)?.answer = Some(answer);
        Ok(())
    }

    /// Gives a person a new link, and returns its secret. Earlier links no longer count.
    ///
    /// # Errors
    /// [`PollError::Refused`] for a person whom the poll doesn't ask, or without randomness.
    pub fn issue(&mut self, id: &MemberId) -> Result<String, PollError> {
        let person = self.change(id)?;
        let secret = new_secret()?;
        person.link = Some(ibbi_access::secret_hash(&secret));
        person.more_links.clear();
        Ok(secret)
    }

    /// Revokes all links of a person. The answer stays.
    ///
    /// # Errors
    /// [`PollError::Refused`] for a person whom the poll doesn't ask.
    pub fn revoke(&mut self, id: &MemberId) -> Result<(), PollError> {
        let person = self.change(id)?;
        person.link = None;
        person.more_links.clear();
        Ok(())
    }

    fn change(&mut self, id: &MemberId) -> Result<&mut PolledPerson, PollError> {
        let person = self.people.iter_mut().find(|person| person.id == *id);
        person.ok_or_else(|| PollError::Refused(format!("the poll doesn't ask a person with the ID {id}")))
    }

    /// Checks everything that a poll's file must have.
    ///
    /// # Errors
    /// [`PollError::Refused`].
    pub fn check(&self) -> Result<(), PollError> {
        self.grid.check()?;
        if !(1..=Self::MAX_PEOPLE).contains(&self.people.len()) {
            let why = format!("the poll asks {} people; choose 1 to {}", self.people.len(), Self::MAX_PEOPLE);
            return Err(PollError::Refused(why));
        }
        for (index, person) in self.people.iter().enumerate() {
            if self.people.iter().take(index).any(|other| other.id == person.id) {
                return Err(PollError::Refused(format!("the poll asks the person with the ID {} twice", person.id)));
            }
            // A note was checked when it was saved. Earlier versions of the program allowed longer ones.
            person.answer.as_ref().map_or(Ok(()), |answer| answer.check_marks(&self.grid))?;
        }
        Ok(())
    }
}
