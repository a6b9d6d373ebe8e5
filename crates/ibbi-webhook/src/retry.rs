//! When a message that failed is tried again.

use std::time::Duration;

/// By how much each wait is longer than the one before it.
const FACTOR: u32 = 3;

/// How often a message is tried, and how long the waits between are.
///
/// ```
/// use ibbi_webhook::RetrySchedule;
/// let schedule = RetrySchedule::default();
/// assert!(schedule.wait(1).unwrap() <= schedule.first);
/// assert_eq!(schedule.wait(schedule.tries), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetrySchedule {
    /// The wait after the first failure. Each further one is three times as long. Default: 1 second.
    pub first: Duration,
    /// The longest wait. Default: 1 hour.
    pub longest: Duration,
    /// How often a message is tried before it becomes a dead letter. Default: 12, which takes two to four hours.
    pub tries: u32,
}

impl Default for RetrySchedule {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(60 * 60), tries: 12 }
    }
}

impl RetrySchedule {
    /// Returns the longest that the wait after a number of failures can be; nothing if the message isn't tried again.
    ///
    /// ```
    /// use ibbi_webhook::RetrySchedule;
    /// use std::time::Duration;
    /// let schedule = RetrySchedule::default();
    /// assert_eq!(schedule.latest_wait(3), Some(Duration::from_secs(9)));
    /// assert_eq!(schedule.latest_wait(12), None);
    /// ```
    pub fn latest_wait(&self, failures: u32) -> Option<Duration> {
        if failures >= self.tries {
            return None;
        }
        let times = FACTOR.saturating_pow(failures.saturating_sub(1));
        Some(self.first.saturating_mul(times).min(self.longest))
    }

    /// Returns the wait after a number of failures: between half of the scheduled time and all of it, at random, so that the messages
    /// of several webhooks don't arrive at once. Returns nothing if the message isn't tried again.
    pub fn wait(&self, failures: u32) -> Option<Duration> {
        let whole = self.latest_wait(failures)?;
        let mut random = [0; 2];
        // Without randomness, the wait is as scheduled.
        let part = getrandom::fill(&mut random).map_or(u16::MAX, |()| u16::from_ne_bytes(random));
        Some(whole / 2 + (whole / 2).mul_f64(f64::from(part) / f64::from(u16::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_longest_and_end() {
        let schedule = RetrySchedule { first: Duration::from_secs(1), longest: Duration::from_secs(20), tries: 6 };
        for (failures, whole) in [(1, 1), (2, 3), (3, 9), (4, 20), (5, 20)] {
            let whole = Duration::from_secs(whole);
            for _ in 0..100 {
                let wait = schedule.wait(failures).unwrap();
                assert!(wait >= whole / 2 && wait <= whole, "{failures}: {wait:?}");
            }
        }
        assert_eq!(schedule.wait(6), None);
        let waits: std::collections::HashSet<_> = (0..100).map(|_| schedule.wait(5)).collect();
        assert!(waits.len() > 10, "the waits differ");
    }
}
