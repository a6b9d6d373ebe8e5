//! The threads that send records to webhooks: one for each webhook, so that a slow receiver holds up only itself.
//!
//! A thread reads what is on the disk, as the API does, and never waits with a lock, so it doesn't hold up a writer. It has one message
//! on its way at a time, in the order of the ledger. It asks before each try whether the webhook still exists and which roles it
//! has.

use crate::messages::{self, RecordMessage};
use crate::problem::WebError;
use crate::reader::Reader;
use crate::state::AppState;
use crate::subscriptions::{SendResult, Subscriptions};
use ibbi_access::Grant;
use ibbi_core::At;
use ibbi_webhook::{
    DeadLetter, DeliveryEvent, DeliveryState, Message, RetrySchedule, SendOutcome, Sender, Webhook, WebhookError,
};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::time::MissedTickBehavior;

/// How many records are read at a time.
const BATCH: usize = 100;
/// How long a thread waits for news before it looks by itself.
const QUIET: Duration = Duration::from_secs(60);

/// How long the server waits, when it stops, for receivers that have a message.
const GRACE: Duration = Duration::from_secs(2);

/// The threads by the IDs of their webhooks.
#[derive(Clone, Default)]
pub(crate) struct Deliveries(Arc<Mutex<HashMap<String, JoinHandle<()>>>>);

impl Deliveries {
    /// Starts a thread for each webhook that has none, and wakes all when records are written or a webhook is changed. Ends only when it
    /// is dropped.
    pub(crate) async fn follow(self, state: Arc<AppState>) {
        let sender = Sender::new(state.limits.webhook_time);
        let mut written = state.writer.written();
        let mut poll = tokio::time::interval(state.limits.webhook_poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                Ok(()) = written.changed() => state.subscriptions.wake(),
                _ = poll.tick() => {
                    let (deliveries, looked, sender) = (self.clone(), Arc::clone(&state), sender.clone());
                    let _ = tokio::task::spawn_blocking(move || deliveries.start(&looked, &sender)).await;
                }
            }
        }
    }

    /// Starts the threads of webhooks that have none.
    fn start(&self, state: &Arc<AppState>, sender: &Sender) {
        // The threads of webhooks that can't be read report it.
        let Ok(current) = state.subscriptions.current() else { return };
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|_, thread| !thread.is_finished());
        for (webhook, delivery) in current {
            if delivery.stopped.is_some() || threads.contains_key(&webhook.id) {
                continue;
            }
            let mut courier = Courier {
                state: Arc::downgrade(state),
                subscriptions: Arc::clone(&state.subscriptions),
                sender: sender.clone(),
                server: state.port,
                retry: state.limits.retry,
                schedule: state.limits.webhook_retry,
                id: webhook.id.clone(),
                roles: Vec::new(),
                waiting: VecDeque::new(),
                looked_at: 0,
                not_before: None,
                reported: false,
            };
            let thread = std::thread::Builder::new().name("webhook".to_owned()).spawn(move || courier.run());
            match thread {
                Ok(thread) => drop(threads.insert(webhook.id, thread)),
                Err(error) => tracing::error!(server = state.port, %error, "can't start the thread of a webhook"),
            }
        }
    }

    /// Ends the threads. Waits a short time for answers that are on their way; a message without an answer is sent again later.
    pub(crate) fn end(&self, state: &AppState) {
        state.subscriptions.end();
        let time = state.limits.grace.min(GRACE);
        let begun = Instant::now();
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while begun.elapsed() < time && !threads.is_empty() {
            threads.retain(|_, thread| !thread.is_finished());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Why nothing can be sent now.
enum Hindrance {
    /// The server ends.
    Ending,
    /// The ledger, or the log of who reads, can't be used.
    Failed(WebError),
}

impl<E: Into<WebError>> From<E> for Hindrance {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Sends the messages of one webhook.
struct Courier {
    /// Not the state itself: a receiver that doesn't answer must not keep the ledger open after the server has ended.
    state: Weak<AppState>,
    subscriptions: Arc<Subscriptions>,
    sender: Sender,
    server: u16,
    retry: Duration,
    schedule: RetrySchedule,
    id: String,
    /// The roles for which the waiting messages were made.
    roles: Vec<Grant>,
    waiting: VecDeque<RecordMessage>,
    /// The last record that was looked at.
    looked_at: u64,
    /// When the first message is tried again.
    not_before: Option<Instant>,
    /// Whether a hindrance was reported.
    reported: bool,
}

impl Courier {
    fn run(&mut self) {
        loop {
            let seen = self.subscriptions.changes();
            if self.subscriptions.is_ending() {
                return;
            }
            let (webhook, delivery) = match self.subscriptions.get(&self.id) {
                Ok(found) => found,
                Err(WebhookError::NotFound(_)) => return,
                Err(error) => {
                    self.report(&error.to_string());
                    self.subscriptions.wait(seen, self.retry);
                    continue;
                }
            };
            if delivery.stopped.is_some() {
                return;
            }
            match self.step(&webhook, &delivery) {
                Ok(None) => self.reported = false,
                Ok(Some(time)) => self.subscriptions.wait(seen, time),
                Err(Hindrance::Ending) => return,
                Err(Hindrance::Failed(error)) => {
                    self.report(&error.detail());
                    self.subscriptions.wait(self.subscriptions.changes(), self.retry);
                }
            }
        }
    }

    /// Does what is next. Returns how long there is nothing to do, unless something changes.
    fn step(&mut self, webhook: &Webhook, delivery: &DeliveryState) -> Result<Option<Duration>, Hindrance> {
        let mut letters = delivery.letters(webhook);
        if let Some(letter) = letters.find(|letter| DeliveryState::is_requested(letter, webhook)) {
            self.send_again(webhook, letter)?;
            return Ok(None);
        }
        let until = self.not_before.and_then(|until| until.checked_duration_since(Instant::now()));
        if let Some(time) = until.filter(|time| !time.is_zero()) {
            return Ok(Some(time));
        }
        let position = delivery.position(webhook);
        let last = self.last_record()?;
        if position > last {
            // The ledger was restored from a backup. What it gets from now on has numbers that the position has passed.
            let now = self.state.upgrade().ok_or(Hindrance::Ending)?.now()?;
            self.note(DeliveryEvent::Passed { record: last }, now)?;
            return Ok(None);
        }
        if self.roles != webhook.grants {
            // What was made for the roles before may have a text that these don't read.
            self.roles.clone_from(&webhook.grants);
            (self.looked_at, self.not_before) = (position, None);
            self.waiting.clear();
        }
        self.looked_at = self.looked_at.max(position);
        if self.waiting.is_empty() && !self.read(webhook)? {
            return Ok(Some(QUIET));
        }
        if let Some(message) = self.waiting.pop_front() {
            let is_done = self.send(webhook, delivery, &message)?;
            if !is_done {
                self.waiting.push_front(message);
            }
        }
        Ok(None)
    }

    /// Reads the next records. Returns whether there were any.
    fn read(&mut self, webhook: &Webhook) -> Result<bool, Hindrance> {
        let after = self.looked_at;
        let batch = self.messages(webhook, after, BATCH)?;
        if batch.position == after {
            return Ok(false);
        }
        self.looked_at = batch.position;
        if batch.messages.is_empty() {
            let now = self.state.upgrade().ok_or(Hindrance::Ending)?.now()?;
            self.note(DeliveryEvent::Passed { record: batch.position }, now)?;
        }
        self.waiting.extend(batch.messages);
        Ok(true)
    }

    /// Returns the number of the last record that is on the disk.
    fn last_record(&self) -> Result<u64, Hindrance> {
        let state = self.state.upgrade().ok_or(Hindrance::Ending)?;
        // Another file in the ledger's place is not the ledger.
        state.own()?;
        Ok(state.look(|service| service.store().head()).ok_or_else(WebError::internal)?.lines)
    }

    fn messages(&self, webhook: &Webhook, after: u64, limit: usize) -> Result<messages::Batch, Hindrance> {
        let state = self.state.upgrade().ok_or(Hindrance::Ending)?;
        let viewer = webhook.viewer().ok_or_else(WebError::internal)?;
        Ok(messages::batch(Reader { state: &state, viewer: &viewer }, after, limit)?)
    }

    /// Logs that the webhook reads a text. It must not be sent if this fails.
    fn log_read(&self, webhook: &Webhook, message: &RecordMessage) -> Result<At, Hindrance> {
        let state = self.state.upgrade().ok_or(Hindrance::Ending)?;
        let viewer = webhook.viewer().ok_or_else(WebError::internal)?;
        let now = state.now()?;
        if message.has_text {
            let path = format!("/api/v1/webhooks/{}", webhook.id);
            state.reads.add(now, &viewer.principal, Some(message.case), Some(1), &path)?;
        }
        Ok(now)
    }

    /// Sends a message once. Returns whether it is done.
    fn send(
        &mut self,
        webhook: &Webhook,
        delivery: &DeliveryState,
        message: &RecordMessage,
    ) -> Result<bool, Hindrance> {
        let record = message.seq;
        let before =
            delivery.failing.as_ref().filter(|failing| failing.record == record).map_or(0, |failing| failing.tries);
        let (outcome, at) = self.try_once(webhook, message)?;
        match outcome {
            SendOutcome::Delivered(_) => {
                self.not_before = None;
                self.note(DeliveryEvent::Delivered { record }, at)?;
                Ok(true)
            }
            SendOutcome::Gone => self.stop(record, at).map(|()| false),
            SendOutcome::Failed(why) => {
                let tries = before.saturating_add(1);
                if let Some(wait) = self.schedule.wait(tries) {
                    self.not_before = Some(Instant::now() + wait);
                    self.note(DeliveryEvent::Failed { record, tries, why }, at)?;
                    return Ok(false);
                }
                self.not_before = None;
                self.subscriptions.count(SendResult::DeadLettered);
                tracing::warn!(
                    server = self.server,
                    webhook = self.id,
                    record,
                    tries,
                    why,
                    "a message is a dead letter"
                );
                self.note(DeliveryEvent::DeadLettered { record, tries, why }, at)?;
                Ok(true)
            }
        }
    }

    /// Sends a dead letter again, once.
    fn send_again(&mut self, webhook: &Webhook, letter: &DeadLetter) -> Result<(), Hindrance> {
        let record = letter.record;
        let answered = webhook.resends.get(&record).copied().unwrap_or_default();
        self.last_record()?;
        let found = self.messages(webhook, record.saturating_sub(1), 1)?.messages.into_iter().next();
        let Some(message) = found.filter(|message| message.seq == record) else {
            let why = "the roles of the webhook don't cover this record any more".to_owned();
            let now = self.state.upgrade().ok_or(Hindrance::Ending)?.now()?;
            return self.note(DeliveryEvent::ResendFailed { record, answered, why }, now);
        };
        let (outcome, at) = self.try_once(webhook, &message)?;
        match outcome {
            SendOutcome::Delivered(_) => self.note(DeliveryEvent::Resent { record }, at),
            SendOutcome::Gone => self.stop(record, at),
            SendOutcome::Failed(why) => self.note(DeliveryEvent::ResendFailed { record, answered, why }, at),
        }
    }

    /// Sends a message. Returns how it went, and when it was sent.
    fn try_once(&self, webhook: &Webhook, message: &RecordMessage) -> Result<(SendOutcome, At), Hindrance> {
        let now = self.log_read(webhook, message)?;
        let begun = Instant::now();
        let sent = Message { id: &message.id, seconds: now.millis().div_euclid(1000), body: &message.body };
        let outcome = self.sender.send(&webhook.target, &webhook.secret, sent);
        let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (server, id, record) = (self.server, self.id.as_str(), message.seq);
        match &outcome {
            SendOutcome::Delivered(status) => {
                self.subscriptions.count(SendResult::Delivered);
                tracing::info!(server, webhook = id, record, status, millis, "a message was delivered");
            }
            SendOutcome::Failed(why) => {
                self.subscriptions.count(SendResult::Failed);
                tracing::info!(server, webhook = id, record, why, millis, "a message was not delivered");
            }
            SendOutcome::Gone => {
                self.subscriptions.count(SendResult::Gone);
                tracing::warn!(server, webhook = id, record, "the receiver of a webhook wants no more messages");
            }
        }
        Ok((outcome, now))
    }

    fn stop(&mut self, record: u64, at: At) -> Result<(), Hindrance> {
        self.note(DeliveryEvent::Stopped { record, why: "the receiver answered 410 Gone".to_owned() }, at)
    }

    /// Keeps what became of a message. What the receiver has said is not forgotten: this is tried until it succeeds.
    fn note(&mut self, event: DeliveryEvent, at: At) -> Result<(), Hindrance> {
        loop {
            match self.subscriptions.note(&self.id, event.clone(), at) {
                Ok(()) => return Ok(()),
                Err(error) if self.subscriptions.is_ending() => return Err(error.into()),
                Err(error) => {
                    self.report(&WebError::from(WebhookError::from(error)).detail());
                    self.subscriptions.wait(self.subscriptions.changes(), self.retry);
                }
            }
        }
    }

    /// Reports a hindrance once.
    fn report(&mut self, cause: &str) {
        if !self.reported {
            tracing::error!(server = self.server, webhook = self.id, cause, "nothing is sent to a webhook");
            self.reported = true;
        }
    }
}
