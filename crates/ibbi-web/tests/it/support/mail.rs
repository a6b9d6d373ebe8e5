//! A small mail server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// A letter that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// All recipients that the client named.
    pub(crate) to: Vec<String>,
    /// The header and the text, decoded.
    pub(crate) content: String,
}

/// A mail server. It refuses recipients that begin with `gone`, and hangs up after the text for those that begin with `cut`.
pub(crate) struct Inbox {
    pub(crate) port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Inbox {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (port, received) = (listener.local_addr().unwrap().port(), Arc::default());
        let inbox = Self { port, received: Arc::clone(&received) };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let received = Arc::clone(&received);
                std::thread::spawn(move || converse(&stream, &received));
            }
        });
        inbox
    }

    pub(crate) fn letters(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Returns the addresses of the recipients so far.
    pub(crate) fn recipients(&self) -> Vec<String> {
        self.letters().into_iter().flat_map(|letter| letter.to).collect()
    }
}

/// Talks with a client until it leaves.
fn converse(stream: &TcpStream, received: &Mutex<Vec<Received>>) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let say = |text: &str| (&*stream).write_all(format!("{text}\r\n").as_bytes()).ok();
    say("220 inbox")?;
    let mut to: Vec<String> = Vec::new();
    while let Some(line) = lines.next() {
        let address = |line: &str| Some(line.split_once('<')?.1.split_once('>')?.0.to_owned());
        match line.get(..4).unwrap_or_default() {
            "RCPT" if line.contains("<gone") => say(&format!("550 5.1.1 <{}> is unknown here", address(&line)?))?,
            "RCPT" => {
                to.push(address(&line)?);
                say("250 ok")?;
            }
            "DATA" => {
                say("354 go on")?;
                let text: Vec<String> = lines.by_ref().take_while(|line| line != ".").collect();
                if to.iter().any(|to| to.starts_with("cut")) {
                    return None;
                }
                let letter = Received { to: std::mem::take(&mut to), content: decoded(&text.join("\n")) };
                received.lock().unwrap().push(letter);
                say("250 taken")?;
            }
            "QUIT" => return say("221 bye"),
            _ => say("250 ok")?,
        }
    }
    None
}

/// Decodes quoted-printable text, as far as letters have it.
fn decoded(text: &str) -> String {
    let text = text.replace("=\n", "");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, more @ ..] = rest {
        let code = more.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'=') {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}
