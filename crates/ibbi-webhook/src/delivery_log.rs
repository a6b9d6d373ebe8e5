//! The file with what became of the messages. The server is its only writer.

use crate::delivery::{DeliveryEntry, DeliveryEvent, DeliveryState, fold};
use crate::registry::Webhooks;
use ibbi_access::{AccessError, RecordAppender, RecordFile, beside};
use ibbi_core::At;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// From this length on, in bytes, the file is written again with one line for each webhook.
const LONG: u64 = 1 << 20;

/// Returns the path of the file for a ledger.
pub fn deliveries_path(ledger: &Path) -> PathBuf {
    beside(ledger, ".deliveries")
}

/// Reads the state of each webhook, by its ID, without changing the file.
///
/// # Errors
/// [`AccessError`].
pub fn delivery_states(path: PathBuf) -> Result<BTreeMap<String, DeliveryState>, AccessError> {
    Ok(fold(&RecordFile::new(path).read()?))
}

/// The states of the webhooks, and the file that keeps them. There must be only one for a file.
#[derive(Debug)]
pub struct DeliveryLog {
    file: RecordFile<DeliveryEntry>,
    appender: Option<RecordAppender<DeliveryEntry>>,
    states: BTreeMap<String, DeliveryState>,
    /// The length after which the file is written again.
    long: u64,
}

impl DeliveryLog {
    /// Reads the file at a path. It doesn't need to exist, and it is made with the first entry.
    ///
    /// # Errors
    /// [`AccessError`].
    pub fn open(path: PathBuf) -> Result<Self, AccessError> {
        let states = delivery_states(path.clone())?;
        Ok(Self { file: RecordFile::new(path), appender: None, states, long: LONG })
    }

    /// Returns the state of a webhook.
    pub fn state(&self, webhook: &str) -> DeliveryState {
        self.states.get(webhook).cloned().unwrap_or_default()
    }

    /// Adds an entry. A position survives the end of the program; everything else survives a loss of power too. Webhooks that were
    /// removed are forgotten now and then.
    ///
    /// # Errors
    /// [`AccessError`]. The state is then as before.
    pub fn add(&mut self, webhooks: &Webhooks, webhook: &str, event: DeliveryEvent, at: At) -> Result<(), AccessError> {
        let entry = DeliveryEntry { at, webhook: webhook.to_owned(), event };
        let sync = !matches!(entry.event, DeliveryEvent::Delivered { .. } | DeliveryEvent::Passed { .. });
        // The first entry replaces the file too, because a crash may have cut off its last line.
        let appender = match &mut self.appender {
            Some(appender) if appender.length() < self.long => appender,
            _ => {
                let mut states = self.states.clone();
                states.retain(|id, _| webhooks.get(id).is_ok());
                for webhook in webhooks.current() {
                    if let Some(state) = states.get_mut(&webhook.id) {
                        state.dead_letters.retain(|letter| !webhook.deleted.contains(&letter.record));
                    }
                }
                let event = |state: &DeliveryState| DeliveryEvent::State { state: state.clone() };
                let lines =
                    states.iter().map(|(id, state)| DeliveryEntry { at, webhook: id.clone(), event: event(state) });
                let appender = self.file.replace(&lines.collect::<Vec<_>>())?;
                self.long = LONG.max(2 * appender.length());
                self.states = states;
                self.appender.insert(appender)
            }
        };
        appender.append(&entry, sync)?;
        self.states.entry(entry.webhook).or_default().apply(at, &entry.event);
        Ok(())
    }
}
