//! `ibbi serve`, and the smallest client that can ask it something.

use super::Place;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A server that runs.
pub(crate) struct Server {
    /// Its process.
    pub(crate) child: Child,
    /// The address that it printed.
    pub(crate) address: String,
    /// The file of its ledger.
    pub(crate) ledger: String,
    /// The cookie of the session that its link began; empty if it printed no link.
    cookie: String,
    /// What it has written to standard error.
    log: Arc<Mutex<String>>,
}

impl Server {
    /// Starts it.
    pub(crate) fn start(place: &Place, args: &[&str]) -> Self {
        Self::started(place, place.command(&[&["--json", "serve"], args].concat()))
    }

    /// Starts it by a command of the test's own, which ends in `serve --json`.
    pub(crate) fn started(place: &Place, command: Command) -> Self {
        Self::try_start(place, command).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Starts it as `started` does. Returns why it doesn't start, or lets no one in.
    pub(crate) fn try_start(place: &Place, mut command: Command) -> Result<Self, String> {
        command.env("XDG_DATA_HOME", place.path("data")).env_remove("IBBI_TOKEN").env_remove("IBBI_KEY");
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("it prints its address");
        let result: Value = serde_json::from_str(&line).unwrap_or_default();
        if !result["address"].is_string() {
            let mut why = String::new();
            child.stderr.take().expect("a pipe").read_to_string(&mut why).expect("UTF-8");
            child.wait().expect("it ends");
            return Err(format!("{line} {why}"));
        }
        let text = |key: &str| result[key].as_str().unwrap_or_default().to_owned();
        let mut server = Self {
            child,
            address: text("address"),
            ledger: text("ledger"),
            cookie: String::new(),
            log: Arc::default(),
        };
        server.keep_log();
        if let Some(path) = text("link").strip_prefix(&server.address) {
            let (head, body) = server.exchange("x: y", "GET", &format!("/{path}"), "");
            let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: ")?.split(';').next());
            server.cookie = cookie.ok_or_else(|| format!("the link doesn't sign in: {body}"))?.to_owned();
        }
        Ok(server)
    }

    /// Reads standard error as it is written, so that the server never waits for it.
    fn keep_log(&mut self) {
        let (err, log) = (self.child.stderr.take().expect("a pipe"), Arc::clone(&self.log));
        std::thread::spawn(move || {
            for line in BufReader::new(err).lines().map_while(Result::ok) {
                *log.lock().expect("no panic") += &(line + "\n");
            }
        });
    }

    /// Returns what it has written to standard error.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    /// Waits until it has written some words to standard error. A server that doesn't fails the test.
    pub(crate) fn waits_for_log(&self, words: &str) {
        let begun = Instant::now();
        while !self.log().contains(words) {
            assert!(begun.elapsed() < Duration::from_secs(60), "no `{words}` in the log: {}", self.log());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Makes a token for a client.
    pub(crate) fn token(&self, place: &Place) -> String {
        let made = place.ibbi(&["token", "new", &self.ledger, "client", "--role", "staff"]);
        assert_eq!(made.code, 0, "{}", made.err);
        made.out.trim().to_owned()
    }

    /// Asks and returns the status and the body.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        self.ask_by(&format!("cookie: {}", self.cookie), method, path, body)
    }

    /// Asks as `ask` does, with a token.
    pub(crate) fn ask_with(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, String) {
        self.ask_by(&format!("authorization: Bearer {token}"), method, path, body)
    }

    fn ask_by(&self, credentials: &str, method: &str, path: &str, body: &str) -> (u16, String) {
        let (head, body) = self.exchange(credentials, method, path, body);
        (head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), body)
    }

    /// Asks as `ask_with` does. Returns the body as bytes.
    pub(crate) fn bytes_with(&self, token: &str, method: &str, path: &str, body: &str) -> (u16, Vec<u8>) {
        let answer = self.answer_as(self.host(), &format!("authorization: Bearer {token}"), method, path, body);
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&answer[..end]);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer[end + 4..].to_vec())
    }

    fn exchange(&self, credentials: &str, method: &str, path: &str, body: &str) -> (String, String) {
        self.exchange_as(self.host(), credentials, method, path, body)
    }

    fn host(&self) -> &str {
        self.address.trim_start_matches("http://").trim_end_matches('/')
    }

    fn exchange_as(&self, host: &str, credentials: &str, method: &str, path: &str, body: &str) -> (String, String) {
        let answer = String::from_utf8(self.answer_as(host, credentials, method, path, body)).expect("UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        (head.to_owned(), body.to_owned())
    }

    fn answer_as(&self, host: &str, credentials: &str, method: &str, path: &str, body: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.host()).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\n{credentials}\r\nconnection: close\r\ncontent-length: \
             {length}\r\n\r\n{body}"
        )
        .expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        answer
    }

    /// Asks under another name of the server and returns the status and the body.
    pub(crate) fn ask_as(&self, host: &str, method: &str, path: &str) -> (u16, String) {
        let (head, body) = self.exchange_as(host, "x: y", method, path, "");
        (head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status"), body)
    }

    /// Ends it by a signal and returns its exit code.
    pub(crate) fn end(mut self, signal: &str) -> i32 {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill is there");
        assert!(status.success());
        self.child.wait().expect("it ends").code().expect("it ends by itself")
    }
}

impl Drop for Server {
    /// A test that fails leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
