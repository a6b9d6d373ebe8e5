//! The calendar addresses of the ledger: secret addresses that show booked dates to calendar programs, without an account.
//!
//! Each change is a line of the file `.calendars` beside the ledger. Only the hash of a secret is kept. An address has no roles of its
//! own: it shows what the person who made it may see at the time of each request.

use ibbi_access::{AccessError, FileRecord, Principal, RecordFile, Stamp, beside, new_secret, secret_hash};
use ibbi_core::{At, Name};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// The most addresses that count at the same time, of all people together.
pub(crate) const MAX_FEEDS: usize = 10_000;
/// The most addresses of one person that count at the same time.
pub(crate) const MAX_OF_ONE: usize = 500;

/// The length of an ID.
const ID_LENGTH: usize = 12;

/// Returns the path of the file with the calendar addresses of a ledger.
fn calendars_path(ledger: &Path) -> PathBuf {
    beside(ledger, ".calendars")
}

/// What an address shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FeedScope {
    /// The sessions of one case.
    Case(Uuid),
    /// The sessions of all cases in which a person takes part, by the person's name.
    Person(Name),
}

/// One line of the file: a change, and who made it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedEntry {
    /// When the change was made.
    pub(crate) at: At,
    /// Who made it.
    pub(crate) by: Principal,
    /// The ID of the address. It isn't secret.
    pub(crate) calendar: String,
    /// The change.
    pub(crate) change: FeedChange,
}

/// A change of an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum FeedChange {
    /// It was made.
    Created {
        /// What it shows.
        shows: FeedScope,
        /// The SHA-256 of its secret.
        sha256: String,
    },
    /// It was revoked.
    Revoked,
}

impl FileRecord for FeedEntry {
    const WHAT: &'static str = "a change of a calendar address";
}

/// A calendar address after all changes, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Feed {
    /// Its ID. It isn't secret.
    pub(crate) id: String,
    /// What it shows.
    pub(crate) shows: FeedScope,
    /// When it was made.
    pub(crate) created: At,
    /// Who made it. It shows what this person may see.
    pub(crate) by: Principal,
    /// When it was revoked.
    pub(crate) revoked: Option<At>,
    sha256: String,
}

/// A calendar address that was just made.
pub(crate) struct NewFeed {
    pub(crate) id: String,
    /// The secret part of the address. It is kept nowhere.
    pub(crate) secret: String,
}

/// Why a calendar address can't be made, found, or revoked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FeedError {
    /// There is no such address, or the person who asks can't see it.
    #[error("there is no calendar address `{0}` that you can see; /calendars has a list of them")]
    NotFound(String),
    /// It can't be made.
    #[error("{0}")]
    Refused(String),
    /// The file can't be used.
    #[error(transparent)]
    File(#[from] AccessError),
}

/// The calendar addresses of a ledger. They follow their file.
pub(crate) struct CalendarFeeds {
    known: Mutex<Known>,
}

struct Known {
    file: RecordFile<FeedEntry>,
    stamp: Stamp,
    all: Vec<Feed>,
}

impl Known {
    fn load(&mut self) -> Result<(), AccessError> {
        // The stamp first: a change after it is read again.
        let stamp = self.file.stamp()?;
        self.all = fold(self.file.read()?);
        self.stamp = stamp;
        Ok(())
    }

    /// Reads the file again if it has changed. If it can't be read, no address counts, so that a revocation is not missed.
    fn refresh(&mut self) -> Result<(), AccessError> {
        if self.file.stamp().is_ok_and(|stamp| stamp == self.stamp) {
            return Ok(());
        }
        let loaded = self.load();
        if loaded.is_err() {
            (self.all, self.stamp) = Default::default();
        }
        loaded
    }
}

impl CalendarFeeds {
    /// Reads the calendar addresses of a ledger from the file beside it.
    pub(crate) fn open(ledger: &Path) -> Result<Self, AccessError> {
        let file = RecordFile::new(calendars_path(ledger));
        let mut known = Known { file, stamp: Stamp::default(), all: Vec::new() };
        known.load()?;
        Ok(Self { known: Mutex::new(known) })
    }

    fn ask<T>(&self, ask: impl FnOnce(&mut Known) -> Result<T, FeedError>) -> Result<T, FeedError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.refresh()?;
        ask(&mut known)
    }

    /// Returns the address with a secret, also if it was revoked.
    pub(crate) fn find(&self, secret: &str) -> Result<Option<Feed>, FeedError> {
        let sha256 = secret_hash(secret);
        self.ask(|known| Ok(known.all.iter().find(|feed| feed.sha256 == sha256).cloned()))
    }

    /// Returns the addresses that count, oldest first: those that one person made, or all.
    pub(crate) fn current(&self, of: Option<&Principal>) -> Result<Vec<Feed>, FeedError> {
        let is_shown = |feed: &&Feed| feed.revoked.is_none() && of.is_none_or(|of| feed.by.is_same(of));
        self.ask(|known| Ok(known.all.iter().filter(is_shown).cloned().collect()))
    }

    /// Makes an address. The caller has checked that this person may.
    ///
    /// # Errors
    /// [`FeedError::Refused`] if there are too many.
    pub(crate) fn create(&self, shows: FeedScope, by: &Principal, at: At) -> Result<NewFeed, FeedError> {
        let (mut id, secret) = (new_secret()?, new_secret()?);
        id.truncate(ID_LENGTH);
        let sha256 = secret_hash(&secret);
        self.ask(|known| {
            known.file.update::<FeedError>(|entries| {
                let all = fold(entries.to_vec());
                let current = || all.iter().filter(|feed| feed.revoked.is_none());
                for (count, most, whose) in [
                    (current().count(), MAX_FEEDS, "There are"),
                    (current().filter(|feed| feed.by.is_same(by)).count(), MAX_OF_ONE, "You have"),
                ] {
                    if count >= most {
                        let why = format!("{whose} {most} calendar addresses, which is the limit; revoke one first");
                        return Err(FeedError::Refused(why));
                    }
                }
                let change = FeedChange::Created { shows, sha256 };
                Ok(FeedEntry { at, by: by.clone(), calendar: id.clone(), change })
            })?;
            Ok(known.load()?)
        })?;
        Ok(NewFeed { id, secret })
    }

    /// Revokes an address, from the next request on. `of` is whose address it must be, unless all can be revoked.
    ///
    /// # Errors
    /// [`FeedError::NotFound`], also if it was revoked before or is another person's.
    pub(crate) fn revoke(&self, id: &str, of: Option<&Principal>, by: &Principal, at: At) -> Result<(), FeedError> {
        self.ask(|known| {
            known.file.update::<FeedError>(|entries| {
                let all = fold(entries.to_vec());
                let found = all.iter().find(|feed| feed.id == id && feed.revoked.is_none());
                if found.is_none_or(|feed| of.is_some_and(|of| !feed.by.is_same(of))) {
                    let id = id.chars().filter(|letter| !letter.is_control()).take(40).collect();
                    return Err(FeedError::NotFound(id));
                }
                Ok(FeedEntry { at, by: by.clone(), calendar: id.to_owned(), change: FeedChange::Revoked })
            })?;
            Ok(known.load()?)
        })
    }
}

/// Returns the addresses after all changes, oldest first, also those that were revoked.
fn fold(entries: Vec<FeedEntry>) -> Vec<Feed> {
    let mut all: Vec<Feed> = Vec::new();
    for FeedEntry { at, by, calendar: id, change } in entries {
        match change {
            FeedChange::Created { shows, sha256 } => {
                all.push(Feed { id, shows, created: at, by, revoked: None, sha256 });
            }
            FeedChange::Revoked => {
                let found = all.iter_mut().find(|feed| feed.id == id);
                found.into_iter().for_each(|feed| feed.revoked = Some(at));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feeds() -> (tempfile::TempDir, PathBuf, CalendarFeeds) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("a.ledger");
        let feeds = CalendarFeeds::open(&ledger).unwrap();
        (folder, ledger, feeds)
    }

    fn at(seconds: i64) -> At {
        At::from_millis(1_790_000_000_000 + seconds * 1000).unwrap()
    }

    #[test]
    fn secret_is_not_in_the_file_and_finds_its_address() {
        let (_folder, ledger, feeds) = feeds();
        let ada = Principal::local("ayun", "Ada Yun").unwrap();
        let case = FeedScope::Case(Uuid::from_u128(1));
        let made = feeds.create(case.clone(), &ada, at(0)).unwrap();
        assert_eq!(made.secret.len(), 64, "256 bits in hexadecimal digits");
        let text = std::fs::read_to_string(calendars_path(&ledger)).unwrap();
        assert!(!text.contains(&made.secret) && text.contains(&made.id));
        // Another process, or the server after a restart, knows it too.
        let found = CalendarFeeds::open(&ledger).unwrap().find(&made.secret).unwrap().unwrap();
        assert_eq!((found.shows, found.created, found.revoked), (case, at(0), None));
        assert!(feeds.find(&made.id).unwrap().is_none(), "the ID is not the secret");
    }

    #[test]
    fn address_is_revoked_by_its_maker_or_for_all_and_only_once() {
        let (_folder, ledger, feeds) = feeds();
        let [ada, bob] = [("ayun", "Ada Yun"), ("bob", "Bob")].map(|(id, name)| Principal::local(id, name).unwrap());
        let person = FeedScope::Person(Name::new("R. Amari").unwrap());
        let [first, second] = [0, 1].map(|place| feeds.create(person.clone(), &ada, at(place)).unwrap());
        let of_another = feeds.revoke(&first.id, Some(&bob), &bob, at(2));
        assert!(matches!(of_another, Err(FeedError::NotFound(_))));
        feeds.revoke(&first.id, Some(&ada), &ada, at(3)).unwrap();
        // Another process revokes the other one: it counts at once.
        CalendarFeeds::open(&ledger).unwrap().revoke(&second.id, None, &bob, at(4)).unwrap();
        assert_eq!(feeds.find(&first.secret).unwrap().unwrap().revoked, Some(at(3)));
        assert_eq!(feeds.find(&second.secret).unwrap().unwrap().revoked, Some(at(4)));
        assert!(matches!(feeds.revoke(&first.id, None, &ada, at(5)), Err(FeedError::NotFound(_))));
        assert_eq!(feeds.current(None).unwrap(), []);
    }

    #[test]
    fn person_has_a_most_of_addresses() {
        let (_folder, ledger, feeds) = feeds();
        let ada = Principal::local("ayun", "Ada Yun").unwrap();
        let line = |number: usize| FeedEntry {
            at: at(0),
            by: ada.clone(),
            calendar: format!("{number:012}"),
            change: FeedChange::Created { shows: FeedScope::Case(Uuid::nil()), sha256: number.to_string() },
        };
        let lines: Vec<FeedEntry> = (0..MAX_OF_ONE).map(line).collect();
        RecordFile::new(calendars_path(&ledger)).replace(&lines).unwrap();
        let refused = feeds.create(FeedScope::Case(Uuid::nil()), &ada, at(1)).err().unwrap().to_string();
        assert!(refused.starts_with("You have 500 calendar addresses, which is the limit"), "{refused}");
        let bob = Principal::local("bob", "Bob").unwrap();
        feeds.create(FeedScope::Case(Uuid::nil()), &bob, at(1)).unwrap();
        feeds.revoke("000000000007", Some(&ada), &ada, at(2)).unwrap();
        feeds.create(FeedScope::Case(Uuid::nil()), &ada, at(3)).unwrap();
    }
}
