//! A share for every client: how many connections an address can have, and how many computations and uploads someone can have at
//! the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Permits that many clients share. A client that has its share waits for its own, not before the others.
pub(crate) struct Shared<K> {
    all: Arc<Semaphore>,
    /// How many a client can have.
    share: usize,
    clients: Mutex<HashMap<K, Weak<Semaphore>>>,
}

/// A permit. It is given back when it is dropped.
pub(crate) struct Permit {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl<K: Hash + Eq> Shared<K> {
    /// Returns permits, of which a client can have a share.
    pub(crate) fn new(all: usize, share: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(all)), share, clients: Mutex::default() }
    }

    /// Waits for a permit; returns none if the server ends.
    pub(crate) async fn acquire(&self, client: K) -> Option<Permit> {
        let own = {
            let mut clients = locked(&self.clients);
            if clients.len() > 1000 {
                clients.retain(|_, own| own.strong_count() > 0);
            }
            let known = clients.get(&client).and_then(Weak::upgrade);
            known.unwrap_or_else(|| {
                let own = Arc::new(Semaphore::new(self.share));
                clients.insert(client, Arc::downgrade(&own));
                own
            })
        };
        let own = own.acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Permit { _own: own, _all: all })
    }
}

/// The connections by the addresses of their clients.
pub(crate) struct Connections {
    most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// An open connection. It is counted until it is dropped.
pub(crate) struct Connection {
    of: Arc<Connections>,
    address: IpAddr,
}

impl Connections {
    /// Returns a count with a most for each address.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, open: Mutex::default() })
    }

    /// Counts a connection, unless its address has too many.
    pub(crate) fn count(self: &Arc<Self>, address: IpAddr) -> Option<Connection> {
        let (address, mut open) = (whole_network(address), locked(&self.open));
        let count = open.entry(address).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Connection { of: Arc::clone(self), address })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut open = locked(&self.of.open);
        match open.get_mut(&self.address) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(open.remove(&self.address)),
        }
    }
}

/// Returns the address, or its network of 64 bits for IPv6: a client has all addresses of one.
pub(crate) fn whole_network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 => v4,
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_has_a_most_of_connections() {
        let connections = Connections::new(2);
        let [one, other]: [IpAddr; 2] = ["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()];
        let first = connections.count(one);
        let second = connections.count(one);
        assert!(first.is_some() && second.is_some() && connections.count(one).is_none());
        assert!(connections.count(other).is_some());
        drop(first);
        assert!(connections.count(one).is_some());
        drop(second);
        assert!(locked(&connections.open).is_empty(), "what is over takes no memory");
    }

    #[tokio::test]
    async fn client_with_its_share_does_not_keep_others_waiting() {
        let shared = Arc::new(Shared::new(2, 1));
        let first = shared.acquire("a").await.unwrap();
        // Forty more of the same client wait for the first.
        let waiting: Vec<_> = (0..40)
            .map(|_| {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move { drop(shared.acquire("a").await) })
            })
            .collect();
        tokio::task::yield_now().await;
        let other = tokio::time::timeout(std::time::Duration::from_secs(30), shared.acquire("b")).await;
        assert!(other.unwrap().is_some(), "another client goes first");
        drop(first);
        for each in waiting {
            each.await.unwrap();
        }
    }
}
