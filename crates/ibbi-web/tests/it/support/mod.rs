//! A running server, and a small client that can also send malformed requests.
#![allow(dead_code, reason = "each test file uses a part")]

pub(crate) mod mail;

use ibbi_access::{AccessFile, Grant, NewToken, Principal, Registry, Role, Scope, access_path};
use ibbi_core::{At, Name};
use ibbi_web::{Config, Handle, Limits, Server, Settings, SignIn};
use jsonschema::Validator;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

/// Returns the machine's time.
pub(crate) fn clock() -> Result<At, ibbi_app::ledger::ClockError> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Ok(At::from_millis(i64::try_from(since.as_millis()).unwrap()).unwrap())
}

fn token(ledger: &std::path::Path, name: &str, grant: Grant) -> String {
    let mut registry = Registry::open(AccessFile::new(access_path(ledger))).unwrap();
    let new = NewToken { name: Name::new(name).unwrap(), grants: vec![grant], expires: None };
    registry.issue(new, Principal::local("root", "P. Sullivan").unwrap(), clock().unwrap()).unwrap().1
}

/// The lines that all servers of this process have logged, as JSON.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(crate) struct Running {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) address: SocketAddr,
    pub(crate) url: String,
    /// The link with which the user of this computer signs in.
    pub(crate) link: Option<String>,
    /// The token of the clients: program staff with the name `clerk`.
    pub(crate) token: String,
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::start_with(|_| {})
    }

    /// Starts a server that has a key. It signs by itself only after many lines. The folder has the key, `my.key`.
    pub(crate) fn start_with_key() -> (tempfile::TempDir, Self) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("my.key");
        ibbi_seal::PrivateKey::generate("example.org/ibbi", &file).unwrap();
        let signer = ibbi_app::signing::Signer::load(&file, 100_000).unwrap();
        (folder, Self::start_with(|config| config.signer = Some(std::sync::Arc::new(signer))))
    }

    pub(crate) fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        // The first server of the process sets it.
        let _ = tracing_subscriber::fmt().json().with_writer(|| Log).try_init();
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config {
            ledger: folder.path().join("cases.ledger"),
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            port: Some(0),
            listener: None,
            settings: Settings {
                sign_in: SignIn { local: Some(Principal::local("root", "P. Sullivan").unwrap()), ..SignIn::default() },
                ..Settings::default()
            },
            reload: None,
            actor: Name::new("clerk").unwrap(),
            signer: None,
            clock: std::sync::Arc::new(clock),
            limits: Limits::default(),
        };
        change(&mut config);
        let token = token(&config.ledger, "clerk", Grant::new(Role::Staff, Scope::All));
        let server = Server::bind(config).unwrap();
        let (address, url, link, handle) = (server.address(), server.url(), server.link(), server.handle());
        let thread = std::thread::spawn(move || server.run().unwrap());
        Self { folder, address, url, link, token, handle, thread: Some(thread) }
    }

    /// Returns what this server has logged, apart from requests.
    pub(crate) fn log(&self) -> Vec<Value> {
        self.whole_log().into_iter().filter(|fields| fields["message"] != "request").collect()
    }

    /// Returns what this server has logged.
    pub(crate) fn whole_log(&self) -> Vec<Value> {
        let text = String::from_utf8(LOG.lock().unwrap().clone()).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["fields"].clone());
        lines.filter(|fields| fields["server"] == self.address.port()).collect()
    }

    /// Makes a token with a role. The server learns of it from its file.
    pub(crate) fn token(&self, name: &str, grant: Grant) -> String {
        token(&self.ledger(), name, grant)
    }

    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.path().join("cases.ledger")
    }

    pub(crate) fn handle(&self) -> &Handle {
        &self.handle
    }

    pub(crate) fn stop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub(crate) fn connect(&self) -> Client {
        let port = self.address.port();
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Client { reader: BufReader::new(stream), host: format!("127.0.0.1:{port}"), token: Some(self.token.clone()) }
    }

    /// Returns the host and the token for the head of a raw request, after `host: `.
    pub(crate) fn head(&self) -> String {
        format!("127.0.0.1:{}\r\nauthorization: Bearer {}", self.address.port(), self.token)
    }

    /// Connects from another address of this computer, with another token.
    pub(crate) fn connect_from(&self, address: &str, token: &str) -> Client {
        let connected = async {
            let socket = tokio::net::TcpSocket::new_v4()?;
            socket.bind(SocketAddr::new(address.parse().unwrap(), 0))?;
            socket.connect(SocketAddr::new(std::net::Ipv4Addr::LOCALHOST.into(), self.address.port())).await?.into_std()
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        let stream: TcpStream = runtime.block_on(connected).unwrap();
        stream.set_nonblocking(false).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let host = format!("127.0.0.1:{}", self.address.port());
        Client { reader: BufReader::new(stream), host, token: Some(token.to_owned()) }
    }

    /// Connects without the token.
    pub(crate) fn stranger(&self) -> Client {
        Client { token: None, ..self.connect() }
    }

    /// Connects with another token.
    pub(crate) fn connect_as(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.connect() }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.connect().ask("GET", path, &[], b"")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.connect().ask("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    pub(crate) fn form(&self, path: &str, body: &str) -> Answer {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.connect().ask("POST", path, &[kind], body.as_bytes())
    }

    /// Sends the form of a button, and then the form of the question that it asks.
    pub(crate) fn confirmed(&self, path: &str, body: &str) -> Answer {
        let asked = self.form(path, body);
        assert_eq!(asked.status, 200, "{}", asked.text());
        assert!(asked.text().contains("name=\"sure\" value=\"yes\""), "{}", asked.text());
        for (key, value) in form_urlencoded::parse(body.as_bytes()) {
            let value = value.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
            let field = format!("type=\"hidden\" name=\"{key}\" value=\"{value}\"");
            assert!(asked.text().contains(&field), "{field}: {}", asked.text());
        }
        self.form(path, &format!("{body}&sure=yes"))
    }

    /// Opens a case of last year, and records everything before the first event of this kind. Returns the case's address.
    pub(crate) fn case_before(&self, kind: &str) -> String {
        let opening = serde_json::json!({ "data": { "district": "Maple Hollow" }, "at": "2025-09-02 09:00" });
        let opened = self.post("/api/v1/cases", &opening).json();
        let case = opened["case"].as_str().unwrap();
        let lines = ibbi_testing::UNTIL_SECOND_DECISION.lines();
        for line in lines.take_while(|line| !line.contains(&format!("\"{kind}\""))) {
            let answer = self.post(&format!("/api/v1/cases/{case}/events"), &serde_json::from_str(line).unwrap());
            assert_eq!(answer.status, 201, "{line}: {}", answer.text());
        }
        format!("/cases/{case}")
    }

    /// Opens a case. Returns its ID.
    pub(crate) fn open(&self, district: &str) -> String {
        let answer = self.post("/api/v1/cases", &serde_json::json!({ "data": { "district": district } }));
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["case"].as_str().unwrap().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.handle.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A persistent connection.
pub(crate) struct Client {
    pub(crate) reader: BufReader<TcpStream>,
    pub(crate) host: String,
    /// The token that each request has, unless it has other credentials.
    pub(crate) token: Option<String>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Client {
    pub(crate) fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        if !headers.iter().any(|(name, _)| *name == "host") {
            head.push_str(&format!("host: {}\r\n", self.host));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let has_credentials = headers.iter().any(|(name, _)| matches!(*name, "authorization" | "cookie"));
        if let Some(token) = self.token.as_ref().filter(|_| !has_credentials) {
            head.push_str(&format!("authorization: Bearer {token}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        self.reader.get_mut().write_all(&bytes).unwrap();
    }

    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        self.send(method, path, headers, body);
        self.answer(method == "HEAD")
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.reader.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub(crate) fn answer(&mut self, head_only: bool) -> Answer {
        let status = self.line().split(' ').nth(1).unwrap_or("0").parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line();
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        if head_only {
            return answer;
        }
        if let Some(length) = answer.header("content-length") {
            answer.body = vec![0; length.parse().unwrap()];
            self.reader.read_exact(&mut answer.body).unwrap();
        } else if answer.header("transfer-encoding") == Some("chunked") {
            while let Some(chunk) = self.chunk() {
                answer.body.extend_from_slice(&chunk);
            }
        }
        answer
    }

    /// Returns the next chunk of a body, or `None` at its end.
    pub(crate) fn chunk(&mut self) -> Option<Vec<u8>> {
        let length = usize::from_str_radix(&self.line(), 16).unwrap();
        let mut chunk = vec![0; length];
        self.reader.read_exact(&mut chunk).unwrap();
        self.line();
        (length > 0).then_some(chunk)
    }
}

/// Returns the content type and the body of a form with files.
pub(crate) fn multipart(parts: &[(&str, &[u8])]) -> (&'static str, Vec<u8>) {
    let mut body = Vec::new();
    for (name, content) in parts {
        body.extend_from_slice(
            format!("--XyZ\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"f\"\r\n\r\n").as_bytes(),
        );
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XyZ--\r\n");
    ("multipart/form-data; boundary=XyZ", body)
}

/// Returns the validator of a schema that refers to the document's components.
pub(crate) fn validator(document: &Value, schema: &Value) -> Validator {
    let whole = serde_json::json!({ "components": document["components"], "allOf": [schema] });
    jsonschema::draft202012::new(&whole).unwrap()
}

/// Returns what is wrong with a value by a schema of the document. A member that is not described is wrong too.
pub(crate) fn errors(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut document = document.clone();
    for schema in document["components"]["schemas"].as_object_mut().unwrap().values_mut() {
        close(schema, false);
    }
    let mut schema = schema.clone();
    close(&mut schema, false);
    validator(&document, &schema).iter_errors(value).map(|error| format!("{}: {error}", error.instance_path)).collect()
}

/// Forbids members that a schema does not describe. The branches of a choice are left open: they share an object.
fn close(schema: &mut Value, is_branch: bool) {
    let Some(members) = schema.as_object_mut() else { return };
    for key in ["oneOf", "anyOf", "allOf"] {
        members.get_mut(key).into_iter().filter_map(Value::as_array_mut).flatten().for_each(|each| close(each, true));
    }
    members.get_mut("items").into_iter().for_each(|each| close(each, false));
    members.get_mut("additionalProperties").into_iter().for_each(|each| close(each, false));
    let properties = members.get_mut("properties").and_then(Value::as_object_mut);
    properties.into_iter().flat_map(|all| all.values_mut()).for_each(|each| close(each, false));
    let describes = ["properties", "oneOf", "anyOf"].iter().any(|key| members.contains_key(*key));
    if describes && !is_branch && !members.contains_key("additionalProperties") {
        members.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    }
}
