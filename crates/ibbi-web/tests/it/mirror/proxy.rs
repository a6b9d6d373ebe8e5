//! A proxy between a mirror and a server, which cuts connections off or changes what the server says.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What a proxy does with the bytes that the server sends.
#[derive(Debug, Clone)]
pub(super) enum Trick {
    /// Nothing.
    Pass,
    /// Cuts each connection off after so many bytes, from a sequence that looks random.
    Cut,
    /// Replaces a text by another of the same length.
    Replace(String, String),
}

/// A running proxy.
pub(super) struct Proxy {
    pub(super) url: String,
    address: SocketAddr,
    cuts: Arc<AtomicUsize>,
    trick: Arc<Mutex<Trick>>,
    ended: Arc<AtomicBool>,
}

impl Proxy {
    pub(super) fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let trick = Arc::new(Mutex::new(Trick::Pass));
        let proxy = Self {
            url: format!("http://{address}"),
            address,
            cuts: Arc::clone(&cuts),
            trick: Arc::clone(&trick),
            ended: Arc::clone(&ended),
        };
        std::thread::spawn(move || {
            let mut random = 12_345_u64;
            for client in listener.incoming() {
                if ended.load(Ordering::Relaxed) {
                    return;
                }
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let (trick, cuts) = (trick.lock().unwrap().clone(), Arc::clone(&cuts));
                let limit = matches!(trick, Trick::Cut).then_some((random >> 33) % 9000);
                let client = client.unwrap();
                std::thread::spawn(move || relay(&client, server, limit, &trick, &cuts));
            }
        });
        proxy
    }

    pub(super) fn set(&self, trick: Trick) {
        *self.trick.lock().unwrap() = trick;
    }

    /// Returns how many connections it has cut off.
    pub(super) fn cuts(&self) -> usize {
        self.cuts.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

fn relay(client: &TcpStream, server: SocketAddr, mut limit: Option<u64>, trick: &Trick, cuts: &AtomicUsize) {
    let Ok(upstream) = TcpStream::connect(server) else { return };
    let port = client.local_addr().unwrap().port();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let (mut from, mut to, mut buffer) = (client, &upstream, [0; 8192]);
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                // The server answers to its own name only. Both ports have five digits, so the length stays.
                let text = String::from_utf8_lossy(&buffer[..read])
                    .replace(&format!("127.0.0.1:{port}"), &format!("127.0.0.1:{}", server.port()));
                if to.write_all(text.as_bytes()).is_err() {
                    break;
                }
            }
            let _ = upstream.shutdown(Shutdown::Write);
        });
        let (mut from, mut to, mut buffer) = (&upstream, client, vec![0; 1 << 16]);
        let mut held = Vec::new();
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let mut piece = buffer[..read].to_vec();
            if let Trick::Replace(from, to) = trick {
                // A text can be in two pieces, so the answer is held back until it is whole.
                held.extend_from_slice(&piece);
                if !is_whole(&held) {
                    continue;
                }
                piece = String::from_utf8_lossy(&held).replace(from, to).into_bytes();
                held.clear();
            }
            if let Some(left) = &mut limit {
                let sent = piece.len().min(usize::try_from(*left).unwrap());
                *left -= sent as u64;
                if sent < piece.len() {
                    let _ = to.write_all(&piece[..sent]);
                    cuts.fetch_add(1, Ordering::Relaxed);
                    break;
                }
            }
            if to.write_all(&piece).is_err() {
                break;
            }
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = upstream.shutdown(Shutdown::Both);
    });
}

/// Returns whether the bytes are whole answers.
fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    body.len() >= length.unwrap_or(0)
}
