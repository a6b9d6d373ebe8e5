//! The webhooks in effect.

use crate::error::WebhookError;
use crate::secret::Secret;
use crate::subscription::{Webhook, WebhookChange, WebhookEntry, fold};
use crate::target::Target;
use ibbi_access::{AccessError, Grant, Principal, RecordFile, Stamp};
use ibbi_core::{At, Name};
use std::path::PathBuf;

/// The most webhooks of a ledger, because each has a thread of the server.
pub const MAX_WEBHOOKS: usize = 64;

/// The length of an ID.
const ID_LENGTH: usize = 12;

/// A webhook to make.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// Its ID, if the caller has chosen one with [`Webhooks::new_id`]. A second webhook with it is refused.
    pub id: Option<String>,
    /// The name of the receiver.
    pub name: Name,
    /// The address of the receiver.
    pub target: Target,
    /// Its roles.
    pub grants: Vec<Grant>,
    /// The number of the last record before the first that is sent: 0 for all.
    pub after: u64,
}

/// The webhooks of a ledger. They follow their file: a change counts from the next question on, whichever process made it.
#[derive(Debug)]
pub struct Webhooks {
    file: RecordFile<WebhookEntry>,
    stamp: Stamp,
    all: Vec<Webhook>,
}

impl Webhooks {
    /// Reads the file at a path. It doesn't need to exist.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn open(path: PathBuf) -> Result<Self, AccessError> {
        let mut webhooks = Self { file: RecordFile::new(path), stamp: Stamp::default(), all: Vec::new() };
        webhooks.load()?;
        Ok(webhooks)
    }

    fn load(&mut self) -> Result<(), AccessError> {
        // The stamp first: a change after it is read again.
        let stamp = self.file.stamp()?;
        self.all = fold(&self.file.read()?);
        self.stamp = stamp;
        Ok(())
    }

    /// Reads the file again if it has changed. Returns whether it has.
    ///
    /// # Errors
    /// [`AccessError`]. Until the file can be read, there are no webhooks, so that a removal is not missed.
    pub fn refresh(&mut self) -> Result<bool, AccessError> {
        if self.file.stamp().is_ok_and(|stamp| stamp == self.stamp) {
            return Ok(false);
        }
        let loaded = self.load();
        if loaded.is_err() {
            (self.all, self.stamp) = Default::default();
        }
        loaded.map(|()| true)
    }

    /// Returns the webhooks that were not removed, oldest first.
    pub fn current(&self) -> impl Iterator<Item = &Webhook> {
        self.all.iter().filter(|webhook| webhook.removed.is_none())
    }

    /// Returns a webhook that was not removed.
    ///
    /// # Errors
    /// [`WebhookError::NotFound`].
    pub fn get(&self, id: &str) -> Result<&Webhook, WebhookError> {
        find(&self.all, id)
    }

    /// Returns an ID for a new webhook.
    ///
    /// # Errors
    /// [`WebhookError::File`] if the system has no randomness.
    pub fn new_id() -> Result<String, WebhookError> {
        let mut id = ibbi_access::new_secret()?;
        id.truncate(ID_LENGTH);
        Ok(id)
    }

    /// Makes a webhook. Returns its ID and its secret.
    ///
    /// # Errors
    /// [`WebhookError::Refused`] without a role, with an ID that is taken or isn't one, or if there are too many webhooks.
    pub fn create(&mut self, new: NewWebhook, by: Principal, at: At) -> Result<(String, Secret), WebhookError> {
        let refused = WebhookError::Refused;
        let NewWebhook { id, name, target, grants, after } = new;
        if grants.is_empty() {
            return Err(refused("a webhook without a role would get no records; give it one".to_owned()));
        }
        let id = id.map_or_else(Self::new_id, Ok)?;
        if id.len() != ID_LENGTH || !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(refused(format!("the ID of a webhook has {ID_LENGTH} digits from 0 to 9 and a to f")));
        }
        let secret = Secret::make()?;
        self.file.update::<WebhookError>(|entries| {
            let all = fold(entries);
            if all.iter().any(|known| known.id == id) {
                return Err(refused(format!(
                    "there is a webhook `{id}` already; its secret was shown when it was made"
                )));
            }
            if all.iter().filter(|known| known.removed.is_none()).count() >= MAX_WEBHOOKS {
                return Err(refused(format!(
                    "there are {MAX_WEBHOOKS} webhooks, which is the limit; remove one first"
                )));
            }
            let change = WebhookChange::Created { name, url: target, secret: secret.clone(), grants, after };
            Ok(WebhookEntry { at, by, webhook: id.clone(), change })
        })?;
        self.load()?;
        Ok((id, secret))
    }

    /// Gives a webhook other roles in place of those that it has. They count from the next message on.
    ///
    /// # Errors
    /// [`WebhookError::NotFound`]; [`WebhookError::Refused`] without a role.
    pub fn change_roles(&mut self, id: &str, grants: Vec<Grant>, by: Principal, at: At) -> Result<(), WebhookError> {
        if grants.is_empty() {
            let why = "a webhook without a role would get no records; remove it instead";
            return Err(WebhookError::Refused(why.to_owned()));
        }
        self.change(id, WebhookChange::RolesChanged { grants }, by, at)
    }

    /// Removes a webhook. Nothing more is sent to it.
    ///
    /// # Errors
    /// [`WebhookError::NotFound`].
    pub fn remove(&mut self, id: &str, by: Principal, at: At) -> Result<(), WebhookError> {
        self.change(id, WebhookChange::Removed, by, at)
    }

    /// Asks the server to send the dead letter of a record again. The caller checks that there is one.
    ///
    /// # Errors
    /// [`WebhookError::NotFound`] without such a webhook.
    pub fn request_resend(&mut self, id: &str, record: u64, by: Principal, at: At) -> Result<(), WebhookError> {
        self.change(id, WebhookChange::ResendRequested { record }, by, at)
    }

    /// Deletes the dead letter of a record. The caller checks that there is one.
    ///
    /// # Errors
    /// [`WebhookError::NotFound`] without such a webhook.
    pub fn delete_letter(&mut self, id: &str, record: u64, by: Principal, at: At) -> Result<(), WebhookError> {
        self.change(id, WebhookChange::LetterDeleted { record }, by, at)
    }

    fn change(&mut self, id: &str, change: WebhookChange, by: Principal, at: At) -> Result<(), WebhookError> {
        self.file.update::<WebhookError>(|entries| {
            find(&fold(entries), id)?;
            Ok(WebhookEntry { at, by, webhook: id.to_owned(), change })
        })?;
        Ok(self.load()?)
    }
}

fn find<'a>(all: &'a [Webhook], id: &str) -> Result<&'a Webhook, WebhookError> {
    let missing = |why: &str| {
        let id: String = id.chars().filter(|letter| !letter.is_control()).take(40).collect();
        WebhookError::NotFound(format!("{why} `{id}`; `ibbi webhook list` and /webhooks show the webhooks"))
    };
    match all.iter().find(|webhook| webhook.id == id) {
        None => Err(missing("there is no webhook")),
        Some(found) if found.removed.is_some() => Err(missing("there is no webhook any more with the ID")),
        Some(found) => Ok(found),
    }
}
