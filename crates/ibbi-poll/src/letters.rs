//! The letters that a server sends to the people of a poll: which may be sent, and what became of each.
//!
//! A letter is begun in the poll's file before it is sent, so that a crash, a reload, or a second server can't send it twice. Each has a
//! link of its own. Earlier links of the person keep working.

use crate::{Poll, PollError, PolledPerson};
use ibbi_core::{At, MemberId, Name};
use serde::{Deserialize, Serialize};

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// The first letter, with the question.
    Invitation,
    /// A letter to a person who hasn't answered yet.
    Reminder,
}

/// What became of a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "why")]
pub enum LetterState {
    /// It is being sent.
    Sending,
    /// The mail server took it.
    Sent,
    /// It was not sent, for this reason. The reason is a sentence or more.
    NotSent(String),
    /// It may have been sent, for this reason. The reason is a sentence or more.
    Unknown(String),
}

/// The last letter of a kind to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolledLetter {
    /// What it is about.
    pub kind: LetterKind,
    /// When sending it began.
    pub at: At,
    /// What became of it.
    pub state: LetterState,
}

/// A minute, in milliseconds.
const MINUTE: i64 = 60 * 1000;

impl PolledLetter {
    /// How long a person gets no other letter after one, in minutes. One that was not sent doesn't count.
    pub const MINUTES_BETWEEN: i64 = 10;
    /// How long sending one letter can take, in minutes. It is longer than the longest timeout of a mail server.
    pub const MINUTES_TO_SEND: i64 = 6;

    /// Returns whether the letter is still being sent. If the server ended in the meantime, that is over after six minutes.
    pub fn is_being_sent(&self, now: At) -> bool {
        self.state == LetterState::Sending && now.millis() - self.at.millis() < Self::MINUTES_TO_SEND * MINUTE
    }

    /// Returns whether the person may have the letter, or may still get it.
    pub const fn may_have_arrived(&self) -> bool {
        !matches!(self.state, LetterState::NotSent(_))
    }

    /// Returns when the person can get another letter; `None` if that is now.
    fn next(&self, now: At) -> Option<At> {
        let next = At::from_millis(self.at.millis() + Self::MINUTES_BETWEEN * MINUTE)?;
        (self.may_have_arrived() && now < next).then_some(next)
    }
}

/// Why a letter to a person can't be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterHindrance {
    /// The poll is closed.
    Closed,
    /// The poll has no address of the person.
    NoAddress,
    /// The person's links were revoked.
    Revoked,
    /// A person who has answered needs no reminder.
    Answered,
    /// Another letter to the person was begun after the page was shown from which this one is sent.
    Another,
    /// A letter to the person was sent less than ten minutes ago. The next one can be sent at this time.
    TooSoon(At),
}

impl PolledPerson {
    /// Returns a person without a link, who hasn't answered.
    pub const fn new(id: MemberId, name: Name, email: Option<String>) -> Self {
        Self { id, name, email, link: None, more_links: Vec::new(), letters: Vec::new(), answer: None }
    }

    /// Returns the last letter to the person.
    pub fn last_letter(&self) -> Option<&PolledLetter> {
        self.letters.iter().max_by_key(|letter| letter.at)
    }

    /// Returns the last letter of a kind to the person.
    pub fn letter(&self, kind: LetterKind) -> Option<&PolledLetter> {
        self.letters.iter().find(|letter| letter.kind == kind)
    }

    /// Returns the hashes of the secrets in all links of the person.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.link.iter().chain(&self.more_links).map(String::as_str)
    }

    /// Returns whether the person can open the poll with a link.
    pub fn has_link(&self) -> bool {
        self.links().next().is_some()
    }
}

impl Poll {
    /// The most links of a person that count at the same time. With another one, the oldest stops counting.
    pub const MAX_LINKS: usize = 20;

    /// Changes the address of a person.
    ///
    /// # Errors
    /// [`PollError::Refused`] for a person whom the poll doesn't ask.
    pub fn set_email(&mut self, id: &MemberId, email: Option<String>) -> Result<(), PollError> {
        self.change(id)?.email = email;
        Ok(())
    }

    /// Gives a person another link, and returns its secret. Earlier links count as before, up to [`Poll::MAX_LINKS`].
    ///
    /// # Errors
    /// [`PollError::Refused`] for a person whom the poll doesn't ask, or without randomness.
    pub fn add_link(&mut self, id: &MemberId) -> Result<String, PollError> {
        let secret = crate::new_secret()?;
        let person = self.change(id)?;
        if person.link.is_some() && person.more_links.len() + 1 >= Self::MAX_LINKS {
            person.link = Some(person.more_links.remove(0));
        }
        let hash = ibbi_access::secret_hash(&secret);
        if person.link.is_none() {
            person.link = Some(hash);
        } else {
            person.more_links.push(hash);
        }
        Ok(secret)
    }

    /// Returns why a letter to a person can't be sent now. `seen` is the time of the page from which it is sent: a letter that was begun
    /// later is not known to the person who sends this one.
    pub fn hindrance(&self, person: &PolledPerson, kind: LetterKind, now: At, seen: At) -> Option<LetterHindrance> {
        let last = person.last_letter();
        if self.is_closed(now) {
            return Some(LetterHindrance::Closed);
        }
        if kind == LetterKind::Reminder && person.answer.is_some() {
            return Some(LetterHindrance::Answered);
        }
        if last.is_some_and(|last| seen < last.at) {
            return Some(LetterHindrance::Another);
        }
        if person.email.is_none() {
            return Some(LetterHindrance::NoAddress);
        }
        if !person.has_link() {
            return Some(LetterHindrance::Revoked);
        }
        last.and_then(|last| last.next(now)).map(LetterHindrance::TooSoon)
    }

    /// Begins a letter to a person, and returns the secret of its link. The caller saves the poll, sends the letter, and then calls
    /// [`Poll::end_letter`].
    ///
    /// # Errors
    /// [`PollError::Refused`] for a person whom the poll doesn't ask, or without randomness.
    pub fn begin_letter(
        &mut self,
        id: &MemberId,
        kind: LetterKind,
        now: At,
        seen: At,
    ) -> Result<Result<String, LetterHindrance>, PollError> {
        let person = self.change(id)?.clone();
        if let Some(hindrance) = self.hindrance(&person, kind, now, seen) {
            return Ok(Err(hindrance));
        }
        let secret = self.add_link(id)?;
        let person = self.change(id)?;
        person.letters.retain(|letter| letter.kind != kind);
        person.letters.push(PolledLetter { kind, at: now, state: LetterState::Sending });
        Ok(Ok(secret))
    }

    /// Notes what became of a letter that was begun at a time. The link of one that was not sent stops working: no one has it.
    ///
    /// # Errors
    /// [`PollError::Refused`] for a person whom the poll doesn't ask.
    pub fn end_letter(
        &mut self,
        id: &MemberId,
        kind: LetterKind,
        begun: At,
        state: LetterState,
        secret: &str,
    ) -> Result<(), PollError> {
        let person = self.change(id)?;
        if matches!(state, LetterState::NotSent(_)) {
            let hash = ibbi_access::secret_hash(secret);
            person.more_links.retain(|link| *link != hash);
        }
        for letter in person.letters.iter_mut().filter(|letter| letter.kind == kind && letter.at == begun) {
            letter.state = state.clone();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
