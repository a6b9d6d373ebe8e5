//! A receiver of webhooks: it keeps what it gets, and answers as a test tells it to.

use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Received {
    /// The line and the headers, as sent.
    pub head: String,
    /// The headers, with names in lower case.
    pub headers: HashMap<String, String>,
    /// The body.
    pub body: String,
}

impl Received {
    /// Returns the body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Returns the number of the record.
    pub fn record(&self) -> u64 {
        self.json()["sequence"].as_str().unwrap().parse().unwrap()
    }

    /// Returns the request as it arrived.
    pub fn raw(&self) -> Vec<u8> {
        format!("{}{}", self.head, self.body).into_bytes()
    }

    /// Returns a header by its name in lower case.
    pub fn header(&self, name: &str) -> &str {
        &self.headers[name]
    }
}

/// What the receiver does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// Answers with a status.
    Status(u16),
    /// Answers with a redirect to another port of this computer.
    Redirect(u16),
    /// Never answers.
    Hang,
    /// Answers 200, with a body that doesn't end.
    EndlessBody,
    /// Answers with a head that doesn't end.
    EndlessHead,
    /// Closes the connection without an answer.
    Close,
}

type Script = dyn Fn(&Received) -> Reply + Send + Sync;

struct Shared {
    received: Mutex<Vec<Received>>,
    arrived: Condvar,
    script: Mutex<Box<Script>>,
}

/// A receiver. It listens until the process ends.
pub struct Receiver {
    /// Its address.
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl std::fmt::Debug for Receiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Receiver").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Receiver {
    /// Starts a receiver that answers each request as a function says.
    pub fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_on(TcpListener::bind("127.0.0.1:0").unwrap(), script)
    }

    /// Starts a receiver with a socket that listens already.
    pub fn start_on(listener: TcpListener, script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            arrived: Condvar::new(),
            script: Mutex::new(Box::new(script)),
        });
        let (address, known) = (listener.local_addr().unwrap(), Arc::clone(&shared));
        // The thread ends with the process of the tests.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let known = Arc::clone(&known);
                std::thread::spawn(move || serve(stream, &known));
            }
        });
        Self { address, shared }
    }

    /// Returns the address for a webhook.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// Answers differently from now on.
    pub fn answer(&self, script: impl Fn(&Received) -> Reply + Send + Sync + 'static) {
        *self.shared.script.lock().unwrap() = Box::new(script);
    }

    /// Returns what was received so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Waits until this is so of what was received, and returns it.
    pub fn wait(&self, what: &str, is_so: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let received = self.shared.received.lock().unwrap();
        let limit = Duration::from_secs(60);
        let (received, waited) =
            self.shared.arrived.wait_timeout_while(received, limit, |received| !is_so(received)).unwrap();
        assert!(!waited.timed_out(), "{what}: {received:?}");
        received.clone()
    }

    /// Waits for a number of requests.
    pub fn wait_for(&self, count: usize) -> Vec<Received> {
        self.wait(&format!("{count} requests"), |received| received.len() >= count)
    }

    /// Waits until a record was received.
    pub fn wait_for_record(&self, record: u64) -> Vec<Received> {
        self.wait(&format!("record {record}"), |all| all.iter().any(|one| one.record() == record))
    }
}

fn serve(stream: TcpStream, shared: &Shared) {
    stream.set_nodelay(true).unwrap();
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut headers) = (String::new(), HashMap::new());
        loop {
            let mut line = String::new();
            match reader.read_line(&mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            head.push_str(&line);
            if line.trim_end().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.insert(name.to_lowercase(), value.trim().to_owned());
            }
        }
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let received = Received { head, headers, body: String::from_utf8(body).unwrap() };
        let reply = (shared.script.lock().unwrap())(&received);
        shared.received.lock().unwrap().push(received);
        shared.arrived.notify_all();
        let stream = reader.get_mut();
        let answered = match reply {
            Reply::Status(status) => {
                stream.write_all(format!("HTTP/1.1 {status} X\r\ncontent-length: 2\r\n\r\nok").as_bytes())
            }
            Reply::Redirect(port) => {
                write!(stream, "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:{port}/hook\r\ncontent-length: 0\r\n\r\n")
            }
            Reply::Hang => {
                // Until the other end gives up.
                let _ = stream.read(&mut [0]);
                return;
            }
            Reply::EndlessBody => endless(stream, "HTTP/1.1 200 X\r\ncontent-length: 1000000000000\r\n\r\n", "x"),
            Reply::EndlessHead => endless(stream, "HTTP/1.1 200 X\r\n", "x: y\r\n"),
            Reply::Close => return,
        };
        if answered.is_err() {
            return;
        }
    }
}

/// Writes until the other end closes.
fn endless(stream: &mut TcpStream, head: &str, more: &str) -> std::io::Result<()> {
    stream.write_all(head.as_bytes())?;
    let more = more.repeat(500);
    loop {
        stream.write_all(more.as_bytes())?;
    }
}
