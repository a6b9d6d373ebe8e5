//! The webhooks of the ledger as all threads see them: who gets messages, what became of these, and what is counted.

use ibbi_access::AccessError;
use ibbi_core::At;
use ibbi_webhook::{
    DeliveryEvent, DeliveryLog, DeliveryState, Webhook, WebhookError, Webhooks, deliveries_path, webhooks_path,
};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How the sending of messages ended, for the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SendResult {
    /// The receiver has the message.
    Delivered,
    /// A try failed.
    Failed,
    /// A message became a dead letter.
    DeadLettered,
    /// The receiver wants no more messages.
    Gone,
}

impl SendResult {
    /// All results, with their labels.
    pub(crate) const ALL: [(Self, &'static str); 4] = [
        (Self::Delivered, "delivered"),
        (Self::Failed, "failed"),
        (Self::DeadLettered, "dead_lettered"),
        (Self::Gone, "gone"),
    ];
}

/// The webhooks of a ledger. No lock is held while a message is sent.
pub(crate) struct Subscriptions {
    webhooks: Mutex<Webhooks>,
    log: Mutex<DeliveryLog>,
    /// Grows when there may be something to do.
    changes: Mutex<u64>,
    changed: Condvar,
    ending: AtomicBool,
    results: [AtomicU64; SendResult::ALL.len()],
}

/// A webhook, and what became of its messages.
pub(crate) type Subscription = (Webhook, DeliveryState);

impl Subscriptions {
    /// Reads the webhooks of a ledger from the files beside it.
    pub(crate) fn open(ledger: &Path) -> Result<Self, AccessError> {
        Ok(Self {
            webhooks: Mutex::new(Webhooks::open(webhooks_path(ledger))?),
            log: Mutex::new(DeliveryLog::open(deliveries_path(ledger))?),
            changes: Mutex::new(0),
            changed: Condvar::new(),
            ending: AtomicBool::new(false),
            results: Default::default(),
        })
    }

    /// Calls a function with the webhooks as they are now.
    pub(crate) fn ask<T>(&self, ask: impl FnOnce(&mut Webhooks) -> Result<T, WebhookError>) -> Result<T, WebhookError> {
        let mut webhooks = locked(&self.webhooks);
        let changed = webhooks.refresh()?;
        let answer = ask(&mut webhooks);
        drop(webhooks);
        if changed {
            self.wake();
        }
        answer
    }

    /// Changes a webhook, and tells its thread.
    pub(crate) fn change<T>(
        &self,
        change: impl FnOnce(&mut Webhooks) -> Result<T, WebhookError>,
    ) -> Result<T, WebhookError> {
        let changed = self.ask(change);
        self.wake();
        changed
    }

    /// Returns the webhooks that were not removed.
    pub(crate) fn current(&self) -> Result<Vec<Subscription>, WebhookError> {
        let all: Vec<Webhook> = self.ask(|webhooks| Ok(webhooks.current().cloned().collect()))?;
        let log = locked(&self.log);
        Ok(all
            .into_iter()
            .map(|webhook| (log.state(&webhook.id), webhook))
            .map(|(state, webhook)| (webhook, state))
            .collect())
    }

    /// Returns a webhook that was not removed.
    pub(crate) fn get(&self, id: &str) -> Result<Subscription, WebhookError> {
        let webhook = self.ask(|webhooks| webhooks.get(id).cloned())?;
        let state = locked(&self.log).state(id);
        Ok((webhook, state))
    }

    /// Keeps what became of a message.
    pub(crate) fn note(&self, id: &str, event: DeliveryEvent, at: At) -> Result<(), AccessError> {
        let webhooks = locked(&self.webhooks);
        locked(&self.log).add(&webhooks, id, event, at)
    }

    /// Counts a result.
    pub(crate) fn count(&self, result: SendResult) {
        if let Some(place) = SendResult::ALL.iter().position(|(known, _)| *known == result) {
            self.results[place].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the counts by result.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        SendResult::ALL.iter().zip(&self.results).map(|((_, label), count)| (*label, count.load(Ordering::Relaxed)))
    }

    /// Tells the threads that there may be something to do.
    pub(crate) fn wake(&self) {
        *locked(&self.changes) += 1;
        self.changed.notify_all();
    }

    /// Returns a number that is larger after each [`Subscriptions::wake`].
    pub(crate) fn changes(&self) -> u64 {
        *locked(&self.changes)
    }

    /// Waits until there may be something to do since a number of changes, at most for a time.
    pub(crate) fn wait(&self, seen: u64, time: Duration) {
        let changes = locked(&self.changes);
        let waited = self.changed.wait_timeout_while(changes, time, |now| *now == seen && !self.is_ending());
        drop(waited);
    }

    /// Tells the threads to end.
    pub(crate) fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Returns whether the threads are to end.
    pub(crate) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
