//! A relay between the servers and PostgreSQL: it can break the connections, and can take the lock out of what passes.

use crate::Result;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The lock of a ledger's row, and the same number of bytes that lock nothing.
const LOCK: &[u8] = b" FOR UPDATE";
const NO_LOCK: &[u8] = b"           ";

/// A listening relay. Its threads end with the program.
pub(crate) struct Relay {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// PostgreSQL's socket.
    socket: PathBuf,
    open: Mutex<Vec<Pair>>,
    without_lock: AtomicBool,
    removed: AtomicUsize,
}

/// The two ends of a connection.
struct Pair {
    client: TcpStream,
    server: UnixStream,
}

impl Pair {
    fn close(&self) {
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}

impl Relay {
    /// Starts to relay to the PostgreSQL whose socket is in this folder.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            socket: folder.join(".s.PGSQL.5432"),
            open: Mutex::default(),
            without_lock: AtomicBool::new(false),
            removed: AtomicUsize::new(0),
        });
        let relay = Self { address, shared: Arc::clone(&shared) };
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let _ = shared.pass(client);
            }
        });
        Ok(relay)
    }

    /// Breaks every connection, or every second one.
    pub(crate) fn drop_connections(&self, all: bool) -> usize {
        let mut open = self.shared.open.lock().unwrap_or_else(PoisonError::into_inner);
        let step = if all { 1 } else { 2 };
        let broken = open.iter().step_by(step).map(Pair::close).count();
        let mut place = 0;
        open.retain(|_| {
            place += 1;
            (place - 1) % step != 0
        });
        broken
    }

    /// From now on, takes the lock out of the statements that connections prepare.
    pub(crate) fn remove_lock(&self) {
        self.shared.without_lock.store(true, Ordering::Relaxed);
    }

    /// Returns from how many statements the lock was taken.
    pub(crate) fn removed(&self) -> usize {
        self.shared.removed.load(Ordering::Relaxed)
    }
}

impl Shared {
    /// Relays a connection, in two threads.
    fn pass(self: &Arc<Self>, client: TcpStream) -> Result<()> {
        client.set_nodelay(true)?;
        let server = UnixStream::connect(&self.socket)?;
        let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
        let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(Pair { client, server });
        let shared = Arc::clone(self);
        std::thread::spawn(move || {
            let rewrite = |bytes: &mut [u8]| shared.rewrite(bytes);
            copy(&mut from_client, &mut to_server, rewrite);
            let _ = to_server.shutdown(Shutdown::Both);
            let _ = from_client.shutdown(Shutdown::Both);
        });
        std::thread::spawn(move || {
            copy(&mut from_server, &mut to_client, |_| {});
            let _ = to_client.shutdown(Shutdown::Both);
            let _ = from_server.shutdown(Shutdown::Both);
        });
        Ok(())
    }

    /// Takes the lock out of statements. The length stays, which the protocol has before each statement.
    fn rewrite(&self, bytes: &mut [u8]) {
        if !self.without_lock.load(Ordering::Relaxed) {
            return;
        }
        let mut start = 0;
        while let Some(found) = bytes[start..].windows(LOCK.len()).position(|window| window == LOCK) {
            let place = start + found;
            bytes[place..place + LOCK.len()].copy_from_slice(NO_LOCK);
            self.removed.fetch_add(1, Ordering::Relaxed);
            start = place + LOCK.len();
        }
    }
}

/// Copies until an end is closed.
fn copy(from: &mut impl Read, to: &mut impl Write, change: impl Fn(&mut [u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        change(&mut buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    /// A server that answers with what it got.
    fn echo(folder: &Path) {
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).unwrap();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || copy(&mut stream.try_clone().unwrap(), &mut &stream, |_| {}));
            }
        });
    }

    fn answer(stream: &mut TcpStream, sent: &str) -> String {
        stream.write_all(sent.as_bytes()).unwrap();
        let mut got = vec![0; sent.len()];
        stream.read_exact(&mut got).unwrap();
        String::from_utf8(got).unwrap()
    }

    #[test]
    fn relay_breaks_connections_and_removes_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        echo(folder.path());
        let relay = Relay::start(folder.path()).unwrap();
        let mut stream = TcpStream::connect(relay.address).unwrap();
        let sent = "SELECT lines FROM ledger FOR UPDATE; a";
        assert_eq!(answer(&mut stream, sent), sent);
        relay.remove_lock();
        assert_eq!(answer(&mut stream, sent), "SELECT lines FROM ledger           ; a");
        assert_eq!(relay.removed(), 1);
        assert_eq!(relay.drop_connections(true), 1);
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    }
}
