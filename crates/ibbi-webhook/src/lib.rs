//! Webhooks: programs that get each record as it is written, as far as they may read it.
//!
//! A [`Webhook`] is a subscription with roles of its own, an address ([`Target`]), a [`Secret`], and a position. The subscriptions are
//! records in a file beside the ledger ([`Webhooks`] follows it), and so is what became of the messages ([`DeliveryLog`]). A
//! [`Sender`] sends one message and says how it went. A message is sent at least once: if the server ends between the
//! receiver's answer and its own note of it, the message is sent again, with the same ID.
//!
//! | to | see |
//! |---|---|
//! | make, list, change, and remove webhooks | [`Webhooks`] |
//! | learn what was delivered, and what could not be | [`DeliveryState`], [`delivery_states`] |
//! | sign a message | [`Secret::signature`] |
//! | send a message | [`Sender`], [`RetrySchedule`] |
//!
//! This crate has no threads and no clock, and it doesn't know what a message says.
#![forbid(unsafe_code)]

mod delivery;
mod delivery_log;
mod error;
mod registry;
mod retry;
mod secret;
mod send;
mod subscription;
mod target;

pub use delivery::{DeadLetter, DeliveryEntry, DeliveryEvent, DeliveryState, FailingMessage, StoppedWebhook};
pub use delivery_log::{DeliveryLog, deliveries_path, delivery_states};
pub use error::WebhookError;
pub use registry::{MAX_WEBHOOKS, NewWebhook, Webhooks};
pub use retry::RetrySchedule;
pub use secret::Secret;
pub use send::{Message, SendOutcome, Sender};
pub use subscription::{Webhook, WebhookChange, WebhookEntry, webhooks_path};
pub use target::{Target, TargetError};
