//! A limit on guessing: after some failures, an address must wait.

use crate::fairness::whole_network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many failures an address can have in a window.
const FAILURES: u32 = 10;
/// The window.
const WINDOW: Duration = Duration::from_secs(60);
/// The most addresses. With more, those whose window is over are forgotten, and then all.
const MOST: usize = 100_000;

/// The failures of each address: how many, and since when.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<IpAddr, (u32, Instant)>>);

impl Throttle {
    /// Returns how long an address must wait, if it must.
    pub(crate) fn wait(&self, address: IpAddr) -> Option<Duration> {
        let failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = failures.get(&whole_network(address))?;
        let over = WINDOW.checked_sub(since.elapsed())?;
        (*count >= FAILURES).then_some(over)
    }

    /// Counts a failure of an address.
    pub(crate) fn fail(&self, address: IpAddr) {
        let now = Instant::now();
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST {
            failures.retain(|_, (_, since)| since.elapsed() < WINDOW);
            if failures.len() >= MOST {
                failures.clear();
            }
        }
        let (count, since) = failures.entry(whole_network(address)).or_insert((0, now));
        if since.elapsed() >= WINDOW {
            (*count, *since) = (0, now);
        }
        *count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_waits_after_some_failures_and_others_do_not() {
        let throttle = Throttle::default();
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..FAILURES {
            assert_eq!(throttle.wait(one), None);
            throttle.fail(one);
        }
        assert!(throttle.wait(one).is_some_and(|wait| wait <= WINDOW));
        assert!(throttle.wait("::ffff:192.0.2.1".parse().unwrap()).is_some(), "the same address in IPv6");
        assert_eq!(throttle.wait(other), None);
        let (a, b): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
        (0..FAILURES).for_each(|_| throttle.fail(a));
        assert!(throttle.wait(b).is_some(), "the same network");
    }
}
