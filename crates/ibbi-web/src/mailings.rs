//! The polls whose letters are being sent at this moment.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The most polls whose letters are sent at the same time. The mail server takes a few letters at a time anyway.
const MOST: usize = 4;

/// How many letters are left, for each poll whose letters are being sent.
#[derive(Default)]
pub(crate) struct Mailings(Mutex<HashMap<Uuid, usize>>);

/// Why letters can't be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailingHindrance {
    /// Letters of the same poll are being sent.
    SamePoll,
    /// Letters of other polls are being sent.
    OtherPolls,
}

impl Mailings {
    /// Notes that letters of a poll are sent, until the result is dropped.
    pub(crate) fn begin(self: &Arc<Self>, poll: Uuid, letters: usize) -> Result<RunningMailing, MailingHindrance> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if running.contains_key(&poll) {
            return Err(MailingHindrance::SamePoll);
        }
        if running.len() >= MOST {
            return Err(MailingHindrance::OtherPolls);
        }
        running.insert(poll, letters);
        Ok(RunningMailing { mailings: Arc::clone(self), poll })
    }

    /// Returns how many letters of a poll are left; `None` if none are being sent.
    pub(crate) fn left(&self, poll: Uuid) -> Option<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&poll).copied()
    }
}

/// Letters that are being sent.
pub(crate) struct RunningMailing {
    mailings: Arc<Mailings>,
    poll: Uuid,
}

impl RunningMailing {
    /// Notes that a letter is done.
    pub(crate) fn done(&self) {
        let mut running = self.mailings.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = running.get_mut(&self.poll) {
            *left = left.saturating_sub(1);
        }
    }
}

impl Drop for RunningMailing {
    fn drop(&mut self) {
        self.mailings.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.poll);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_a_poll_are_sent_once_at_a_time() {
        let mailings = Arc::new(Mailings::default());
        let polls: Vec<Uuid> = (0..5).map(Uuid::from_u128).collect();
        let running: Vec<_> = polls.iter().take(MOST).map(|poll| mailings.begin(*poll, 2)).collect();
        assert!(running.iter().all(Result::is_ok));
        assert_eq!(mailings.begin(polls[0], 1).err(), Some(MailingHindrance::SamePoll));
        assert_eq!(mailings.begin(polls[4], 1).err(), Some(MailingHindrance::OtherPolls));
        running[0].as_ref().unwrap().done();
        assert_eq!((mailings.left(polls[0]), mailings.left(polls[4])), (Some(1), None));
        drop(running);
        assert_eq!(mailings.left(polls[0]), None);
        assert!(mailings.begin(polls[0], 1).is_ok());
    }
}
