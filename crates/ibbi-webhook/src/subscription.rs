//! A webhook, and the changes that make it.

use crate::secret::Secret;
use crate::target::Target;
use ibbi_access::{FileRecord, Grant, Principal, Viewer, WEBHOOK_ISSUER, beside};
use ibbi_core::{At, IdentityText, Name};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Returns the path of the file with the webhooks of a ledger.
pub fn webhooks_path(ledger: &Path) -> PathBuf {
    beside(ledger, ".webhooks")
}

/// One line of the file: a change, and who made it when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookEntry {
    /// When the change was made.
    pub at: At,
    /// Who made it.
    pub by: Principal,
    /// The ID of the webhook.
    pub webhook: String,
    /// The change.
    pub change: WebhookChange,
}

impl FileRecord for WebhookEntry {
    const WHAT: &'static str = "a change of a webhook";
}

/// A change of a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum WebhookChange {
    /// It was made.
    Created {
        /// The name of the receiver.
        name: Name,
        /// The address of the receiver.
        url: Target,
        /// The secret that signs its messages.
        secret: Secret,
        /// Its roles.
        grants: Vec<Grant>,
        /// The number of the last record before the first that is sent.
        after: u64,
    },
    /// It has other roles.
    RolesChanged {
        /// Its roles from now on.
        grants: Vec<Grant>,
    },
    /// It was removed.
    Removed,
    /// A dead letter is to be sent again, once.
    ResendRequested {
        /// The number of its record.
        record: u64,
    },
    /// A dead letter was deleted.
    LetterDeleted {
        /// The number of its record.
        record: u64,
    },
}

/// A webhook after all changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The ID.
    pub id: String,
    /// The name of the receiver.
    pub name: Name,
    /// The address of the receiver.
    pub target: Target,
    /// The secret that signs its messages.
    pub secret: Secret,
    /// Its roles.
    pub grants: Vec<Grant>,
    /// The number of the last record before the first that is sent.
    pub after: u64,
    /// When it was made.
    pub created: At,
    /// Who made it.
    pub by: Principal,
    /// When it was removed.
    pub removed: Option<At>,
    /// How often someone asked to send a dead letter again, by the number of its record.
    pub resends: BTreeMap<u64, u64>,
    /// The records whose dead letters were deleted.
    pub deleted: BTreeSet<u64>,
}

impl Webhook {
    /// Returns the webhook as a reader with its roles; nothing if its ID can't be an identity.
    pub fn viewer(&self) -> Option<Viewer> {
        let principal = Principal {
            issuer: IdentityText::new(WEBHOOK_ISSUER).ok()?,
            subject: IdentityText::new(&self.id).ok()?,
            name: self.name.clone(),
        };
        Some(Viewer::new(principal, self.grants.clone()))
    }

    /// Returns the roles as text.
    pub fn roles(&self) -> String {
        self.grants.iter().map(Grant::to_string).collect::<Vec<_>>().join("; ")
    }
}

/// Returns the webhooks after all changes, oldest first, also those that were removed.
pub(crate) fn fold(entries: &[WebhookEntry]) -> Vec<Webhook> {
    let mut all: Vec<Webhook> = Vec::new();
    for WebhookEntry { at, by, webhook, change } in entries {
        if let WebhookChange::Created { name, url, secret, grants, after } = change {
            all.push(Webhook {
                id: webhook.clone(),
                name: name.clone(),
                target: url.clone(),
                secret: secret.clone(),
                grants: grants.clone(),
                after: *after,
                created: *at,
                by: by.clone(),
                removed: None,
                resends: BTreeMap::new(),
                deleted: BTreeSet::new(),
            });
            continue;
        }
        let Some(found) = all.iter_mut().find(|known| known.id == *webhook) else { continue };
        match change {
            WebhookChange::Created { .. } => {}
            WebhookChange::RolesChanged { grants } => found.grants.clone_from(grants),
            WebhookChange::Removed => found.removed = Some(*at),
            WebhookChange::ResendRequested { record } => *found.resends.entry(*record).or_default() += 1,
            WebhookChange::LetterDeleted { record } => {
                found.deleted.insert(*record);
            }
        }
    }
    all
}
