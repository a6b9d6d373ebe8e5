//! What became of the messages of a webhook.

use crate::subscription::Webhook;
use ibbi_access::FileRecord;
use ibbi_core::At;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of the file: what happened to a webhook, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryEntry {
    /// When it happened.
    pub at: At,
    /// The ID of the webhook.
    pub webhook: String,
    /// What happened.
    pub event: DeliveryEvent,
}

impl FileRecord for DeliveryEntry {
    const WHAT: &'static str = "an entry about a delivery";
}

/// What happened to a webhook. A record is named by its number in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum DeliveryEvent {
    /// The receiver has the record.
    Delivered {
        /// The record.
        record: u64,
    },
    /// The webhook can't see the records up to this one.
    Passed {
        /// The last of them.
        record: u64,
    },
    /// A try failed. The record is tried again.
    Failed {
        /// The record.
        record: u64,
        /// How often it was tried.
        tries: u32,
        /// Why the last try failed.
        why: String,
    },
    /// The record was tried for the last time. The following ones go on.
    DeadLettered {
        /// The record.
        record: u64,
        /// How often it was tried.
        tries: u32,
        /// Why the last try failed.
        why: String,
    },
    /// The receiver has a record that was a dead letter.
    Resent {
        /// The record.
        record: u64,
    },
    /// A dead letter was sent again, and that failed too.
    ResendFailed {
        /// The record.
        record: u64,
        /// How many requests to send it again were carried out so far.
        answered: u64,
        /// Why it failed.
        why: String,
    },
    /// The receiver wants no more messages.
    Stopped {
        /// The record to which it said so.
        record: u64,
        /// Its answer.
        why: String,
    },
    /// The state after all entries before, which are gone.
    State {
        /// The state.
        state: DeliveryState,
    },
}

/// What was delivered to a webhook, and what could not be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryState {
    /// The number of the last record that is done: delivered, a dead letter, or one that the webhook can't see. Without one, the
    /// webhook begins after its first position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
    /// How many messages were delivered.
    pub delivered: u64,
    /// How many tries failed.
    pub failed: u64,
    /// When the last message was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_delivery: Option<At>,
    /// The message that is being tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<FailingMessage>,
    /// The messages that were tried for the last time, oldest record first.
    pub dead_letters: Vec<DeadLetter>,
    /// Whether and why nothing is sent any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<StoppedWebhook>,
}

/// A message that is being tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailingMessage {
    /// The number of its record.
    pub record: u64,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed.
    pub why: String,
    /// When it failed.
    pub at: At,
}

/// A message that was tried for the last time. Its text isn't kept: it is made again from the ledger if it is sent again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeadLetter {
    /// The number of its record.
    pub record: u64,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed.
    pub why: String,
    /// When it failed.
    pub at: At,
    /// How many requests to send it again were carried out.
    pub answered: u64,
}

/// That a receiver wants no more messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoppedWebhook {
    /// When it said so.
    pub at: At,
    /// Its answer.
    pub why: String,
}

impl DeliveryState {
    /// Returns the number of the last record that is done.
    pub fn position(&self, webhook: &Webhook) -> u64 {
        self.position.unwrap_or(webhook.after)
    }

    /// Returns the dead letters that were not deleted.
    pub fn letters<'a>(&'a self, webhook: &'a Webhook) -> impl Iterator<Item = &'a DeadLetter> {
        self.dead_letters.iter().filter(|letter| !webhook.deleted.contains(&letter.record))
    }

    /// Returns whether someone has asked to send a dead letter again, and that hasn't been done yet.
    pub fn is_requested(letter: &DeadLetter, webhook: &Webhook) -> bool {
        webhook.resends.get(&letter.record).is_some_and(|asked| *asked > letter.answered)
    }

    /// Changes the state by what happened.
    pub(crate) fn apply(&mut self, at: At, event: &DeliveryEvent) {
        match event {
            DeliveryEvent::Delivered { record } => {
                self.move_to(*record);
                self.delivered += 1;
                self.last_delivery = Some(at);
            }
            DeliveryEvent::Passed { record } => self.move_to(*record),
            DeliveryEvent::Failed { record, tries, why } => {
                self.failed += 1;
                self.failing = Some(FailingMessage { record: *record, tries: *tries, why: why.clone(), at });
            }
            DeliveryEvent::DeadLettered { record, tries, why } => {
                self.failed += 1;
                self.move_to(*record);
                let letter = DeadLetter { record: *record, tries: *tries, why: why.clone(), at, answered: 0 };
                self.dead_letters.push(letter);
            }
            DeliveryEvent::Resent { record } => {
                self.dead_letters.retain(|letter| letter.record != *record);
                self.delivered += 1;
                self.last_delivery = Some(at);
            }
            DeliveryEvent::ResendFailed { record, answered, why } => {
                self.failed += 1;
                for letter in self.dead_letters.iter_mut().filter(|letter| letter.record == *record) {
                    letter.tries = letter.tries.saturating_add(1);
                    (letter.answered, letter.at) = (*answered, at);
                    letter.why.clone_from(why);
                }
            }
            DeliveryEvent::Stopped { why, .. } => self.stopped = Some(StoppedWebhook { at, why: why.clone() }),
            DeliveryEvent::State { state } => self.clone_from(state),
        }
    }

    fn move_to(&mut self, record: u64) {
        self.position = Some(record);
        self.failing = None;
    }
}

/// Returns the state of each webhook after all entries.
pub(crate) fn fold(entries: &[DeliveryEntry]) -> BTreeMap<String, DeliveryState> {
    let mut states: BTreeMap<String, DeliveryState> = BTreeMap::new();
    for DeliveryEntry { at, webhook, event } in entries {
        states.entry(webhook.clone()).or_default().apply(*at, event);
    }
    states
}
