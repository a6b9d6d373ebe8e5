//! Slow, broken, and malicious clients. The server answers or disconnects them without delaying other clients.

use crate::support::{Client, Running, multipart};
use ibbi_web::Limits;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::time::{Duration, Instant};

/// A limit that a test can wait for.
const SHORT: Duration = Duration::from_millis(400);

fn short(change: impl FnOnce(&mut Limits)) -> Running {
    Running::start_with(|config| change(&mut config.limits))
}

/// Sends bytes as they are.
fn raw(server: &Running, bytes: &[u8]) -> Client {
    let mut client = server.connect();
    client.reader.get_mut().write_all(bytes).unwrap();
    client
}

/// Sends a request with only a part of its body.
fn begun(server: &Running, path: &str, kind: &str, length: usize, sent: &[u8]) -> Client {
    let host = server.head();
    let head =
        format!("POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    raw(server, &[head.as_bytes(), sent].concat())
}

/// Reads until the server closes the connection.
fn rest(client: &mut Client) -> Vec<u8> {
    let mut rest = Vec::new();
    // A reset also ends the connection.
    let _ = client.reader.read_to_end(&mut rest);
    rest
}

#[test]
fn slow_head_is_cut_off() {
    let server = short(|limits| limits.head_time = SHORT);
    let mut slow = raw(&server, b"GET / HTTP/1.1\r\nhost:");
    // The server disconnects, with or without a response.
    let said = rest(&mut slow);
    assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
    // Sending a byte from time to time doesn't help.
    let mut slow = server.connect();
    let begun = Instant::now();
    while slow.reader.get_mut().write_all(b"x").is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(30), "the server waits forever");
        std::thread::sleep(SHORT / 8);
    }
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn slow_body_times_out_without_blocking_others() {
    let server = short(|limits| (limits.body_time, limits.upload_time) = (SHORT, 2 * SHORT));
    let (kind, form) = multipart(&[("ledger", b"{}\n")]);
    let mut waiting = Vec::new();
    for (path, kind, sent) in [
        ("/api/v1/plan", "application/json", &b"{"[..]),
        ("/cases", "application/x-www-form-urlencoded", b"district="),
        ("/api/v1/verify", kind, &form[..20]),
        ("/audit", kind, &form[..20]),
    ] {
        waiting.push((path, begun(&server, path, kind, 1000, sent)));
        assert_eq!(server.get("/api/v1/cases").status, 200, "while {path} waits");
    }
    for (path, mut client) in waiting {
        let answer = client.answer(false);
        assert_eq!(answer.status, 408, "{path}: {}", answer.text());
        assert!(answer.text().contains("did not arrive within 0."), "{path}: {}", answer.text());
    }
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 1, "nothing was recorded");
}

#[test]
fn incomplete_body_is_not_reported_as_too_long() {
    let server = Running::start();
    let (kind, form) = multipart(&[("ledger", b"{}\n")]);
    for (path, kind, sent) in [
        ("/api/v1/cases", "application/json", &b"{\"data\":{\"district\":\"B\"}}"[..]),
        ("/api/v1/verify", kind, &form),
    ] {
        let mut client = begun(&server, path, kind, sent.len() + 1, sent);
        client.reader.get_ref().shutdown(Shutdown::Write).unwrap();
        let answer = client.answer(false);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (400, Some("incomplete")), "{path}");
    }
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 1, "an incomplete event is not recorded");
}

#[test]
fn chunked_body_is_read_up_to_the_limit() {
    let server = short(|limits| (limits.body, limits.upload) = (1000, 5000));
    for (path, kind, limit) in
        [("/api/v1/plan", "application/json", 1000), ("/api/v1/verify", "multipart/form-data; boundary=X", 5000)]
    {
        let head = "transfer-encoding: chunked\r\n\r\n";
        let head = format!("POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: {kind}\r\n{head}", server.head());
        let chunk = [&b"100\r\n"[..], &[b'x'; 256], b"\r\n"].concat();
        let within = raw(&server, &[head.as_bytes(), &chunk, b"0\r\n\r\n"].concat()).answer(false);
        assert!(matches!(within.status, 400 | 422), "{path}: {}", within.text());
        let mut beyond = raw(&server, head.as_bytes());
        for _ in 0..=limit / 256 {
            // The server can answer and close the connection before everything is sent.
            let _ = beyond.reader.get_mut().write_all(&chunk);
        }
        let answer = beyond.answer(false);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (413, Some("too-large")), "{path}");
        assert!(answer.text().contains(&format!("more than {limit} bytes")), "{}", answer.text());
    }
}

#[test]
fn compressed_requests_are_refused() {
    let server = Running::start();
    for coding in ["gzip", "br", "x"] {
        for path in ["/api/v1/plan", "/api/v1/verify", "/plan"] {
            let answer = server.connect().ask("POST", path, &[("content-encoding", coding)], b"\x1f\x8b\x08");
            assert_eq!(answer.status, 415, "{path} {coding}");
            assert!(answer.text().contains("Send it uncompressed"), "{}", answer.text());
        }
    }
    let plain = server.connect().ask("POST", "/api/v1/plan", &[("content-encoding", "Identity")], b"{}");
    assert_eq!(plain.status, 200, "{}", plain.text());
}

#[test]
fn client_that_does_not_read_is_cut_off() {
    let server = short(|limits| (limits.connections, limits.write_time) = (1, SHORT));
    // The only connection. Its client asks for more than all buffers hold.
    let mut greedy = server.connect();
    greedy.reader.get_mut().set_write_timeout(Some(SHORT)).unwrap();
    let ask = format!("GET /style.css HTTP/1.1\r\nhost: {}\r\n\r\n", greedy.host);
    let many = ask.repeat(64).into_bytes();
    let begun = Instant::now();
    // The server stops reading when it can't send.
    while greedy.reader.get_mut().write_all(&many).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the server reads without an end");
    }
    assert_eq!(server.get("/").status, 200, "the next in the queue");
    let got = rest(&mut greedy);
    assert!(got.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&got[..got.len().min(200)]));
}

#[test]
fn idle_connections_are_closed() {
    let server = short(|limits| (limits.connections, limits.head_time) = (3, SHORT));
    let mut idle: Vec<Client> = (0..6).map(|_| server.connect()).collect();
    assert_eq!(server.get("/").status, 200);
    for client in &mut idle {
        let said = rest(client);
        assert!(said.is_empty() || said.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&said));
    }
}

#[test]
fn uploads_queue_and_time_out() {
    let server = short(|limits| (limits.uploads, limits.upload_time) = (1, 3 * SHORT));
    let (kind, form) = multipart(&[("ledger", &std::fs::read(server.ledger()).unwrap())]);
    let mut holding = begun(&server, "/api/v1/verify", kind, form.len(), &form[..30]);
    std::thread::sleep(SHORT / 2);
    let second = server.connect().ask("POST", "/api/v1/verify", &[("content-type", kind)], &form);
    let first = holding.answer(false);
    assert_eq!(first.status, 408, "{}", first.text());
    assert_eq!(second.status, 200, "it is answered after the first one timed out: {}", second.text());
}

#[test]
fn malformed_http_is_refused() {
    let server = short(|limits| limits.head_time = 2 * SHORT);
    let host = server.head();
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").into_bytes();
    let post = |path: &str, kind: &str, body: &[u8]| {
        let length = body.len();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    };
    let (form, json, url) =
        ("multipart/form-data; boundary=X", "application/json", "application/x-www-form-urlencoded");
    let part = "--X\r\nContent-Disposition: form-data; name=\"ledger\"\r\n\r\n{}\n\r\n";
    let deep = format!("{{\"data\":{}", "[".repeat(100_000));
    let requests: Vec<(&str, Vec<u8>)> = vec![
        ("no request", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec()),
        ("a line of nothing", b"\r\n\r\n\r\n\r\n!\r\n\r\n".to_vec()),
        ("no version", format!("GET /\r\nhost: {host}\r\n\r\n").into_bytes()),
        ("a version to come", format!("GET / HTTP/9.9\r\nhost: {host}\r\n\r\n").into_bytes()),
        ("a NUL in a header", format!("GET / HTTP/1.1\r\nhost: {host}\r\nx: a\0b\r\n\r\n").into_bytes()),
        ("a space before a colon", format!("GET / HTTP/1.1\r\nhost : {host}\r\n\r\n").into_bytes()),
        ("no host", b"GET / HTTP/1.1\r\n\r\n".to_vec()),
        ("two lengths", {
            let head = "content-length: 2\r\ncontent-length: 3\r\n\r\n{}";
            format!("POST /api/v1/plan HTTP/1.1\r\nhost: {host}\r\n{head}").into_bytes()
        }),
        ("a negative length", {
            format!("POST /api/v1/plan HTTP/1.1\r\nhost: {host}\r\ncontent-length: -1\r\n\r\n{{}}").into_bytes()
        }),
        ("a chunk of no size", {
            let head = "transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n";
            format!("POST /api/v1/plan HTTP/1.1\r\nhost: {host}\r\n{head}").into_bytes()
        }),
        ("percent without digits", get("/cases/%zz")),
        ("percent that is no UTF-8", get("/cases/%ff%fe")),
        ("percent that is a NUL", get("/cases/%00")),
        ("a case that is no case", get("/cases/../../etc/passwd")),
        ("JSON that is no UTF-8", post("/api/v1/cases", json, b"{\"data\":{\"district\":\"\xff\xfe\"}}")),
        ("JSON that goes on", post("/api/v1/cases", json, b"{\"data\":{\"district\":\"B\"}} more")),
        ("JSON without an end", post("/api/v1/cases", json, b"{\"data\":{\"district\":\"B\"")),
        ("JSON of many levels", post("/api/v1/cases", json, deep.as_bytes())),
        ("a number without bounds", post("/api/v1/simulate", json, b"{\"runs\":1e999}")),
        ("the same key twice", post("/api/v1/cases", json, b"{\"data\":{\"district\":\"B\"},\"data\":{}}")),
        ("no part", post("/audit", form, b"--X--\r\n")),
        ("no boundary", post("/api/v1/verify", "multipart/form-data", part.as_bytes())),
        ("a form without an end", post("/api/v1/verify", form, part.as_bytes())),
        ("too many parts", post("/api/v1/verify", form, format!("{}--X--\r\n", part.repeat(1000)).as_bytes())),
        ("a form of another kind", post("/api/v1/verify", url, b"ledger=x")),
        ("a form that is no UTF-8", post("/cases", url, b"district=%ff%fe%00")),
    ];
    for (what, request) in requests {
        let said = rest(&mut raw(&server, &request));
        let line = String::from_utf8_lossy(said.split(|byte| *byte == b'\r').next().unwrap()).into_owned();
        assert!(said.is_empty() || line.starts_with("HTTP/1.1 4"), "{what}: {line}");
        assert_eq!(server.get("/").status, 200, "after {what}");
    }
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 1, "nothing was recorded");
}

#[test]
fn uploads_are_deleted_without_further_requests() {
    let server = short(|limits| limits.kept = SHORT);
    let mut ledger = std::fs::read(server.ledger()).unwrap();
    ledger.extend_from_slice(b"a line of this test alone\n");
    let (kind, form) = multipart(&[("ledger", &ledger)]);
    let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &form);
    assert_eq!(sent.status, 303, "{}", sent.text());
    let is_there = || {
        let folders = std::fs::read_dir(std::env::temp_dir()).unwrap();
        folders.filter_map(Result::ok).any(|folder| {
            let file = folder.path().join("uploaded.ledger");
            std::fs::read(file).is_ok_and(|content| content == ledger)
        })
    };
    let begun = Instant::now();
    while is_there() {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is still there");
        std::thread::sleep(SHORT / 8);
    }
    assert_eq!(server.get(sent.header("location").unwrap()).status, 404);
}

#[test]
fn long_computations_queue_without_blocking_others() {
    let server = Running::start();
    let many = std::thread::available_parallelism().map_or(2, usize::from).max(2) + 2;
    let long = br#"{"runs":1000000}"#;
    let mut waiting: Vec<Client> = (0..many).map(|_| server.connect()).collect();
    for client in &mut waiting {
        client.send("POST", "/api/v1/simulate", &[("content-type", "application/json")], long);
    }
    std::thread::sleep(SHORT / 2);
    let short = server.connect().ask("POST", "/api/v1/simulate", &[], br#"{"runs":100}"#);
    assert_eq!((server.get("/api/v1/ledger/verify").status, server.get("/plan").status, short.status), (200, 200, 200));
    // Only the first has started.
    let answered = waiting.iter_mut().filter(|client| {
        client.reader.get_ref().set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        client.reader.get_ref().peek(&mut [0]).is_ok()
    });
    assert!(answered.count() < many - 1, "they were all computed first");
}

#[cfg(unix)]
#[test]
fn moved_ledger_is_an_error() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let (path, aside) = (server.ledger(), server.folder.path().join("aside"));
    let asked = [
        "/api/v1/ledger".to_owned(),
        "/api/v1/ledger/verify".to_owned(),
        "/api/v1/ledger/audit".to_owned(),
        "/api/v1/ledger/export/csv".to_owned(),
        format!("/api/v1/cases/{case}/extract"),
        "/audit/own".to_owned(),
    ];
    std::fs::rename(&path, &aside).unwrap();
    for other in [false, true] {
        if other {
            std::fs::copy(&aside, &path).unwrap();
        }
        for asked in &asked {
            let answer = server.get(asked);
            assert_eq!(answer.status, 503, "{asked}");
            assert!(answer.text().contains("deleted, renamed, or replaced"), "{asked}: {}", answer.text());
        }
    }
    // After the file is back, the server works again.
    std::fs::rename(&aside, &path).unwrap();
    assert_eq!(server.get("/api/v1/ledger/verify").json()["sound"], true);
    let note = serde_json::json!({ "type": "note_added", "data": { "text": "one" } });
    let events = format!("/api/v1/cases/{case}/events");
    assert_eq!(server.post(&events, &note).status, 201);
    std::fs::remove_file(&path).unwrap();
    for _ in 0..2 {
        let answer = server.post(&events, &note);
        assert_eq!((answer.status, answer.json()["code"].as_str()), (503, Some("read-only")));
        assert!(answer.text().contains("deleted, renamed, or replaced"), "{}", answer.text());
    }
    assert_eq!(server.get(&format!("/api/v1/cases/{case}")).status, 200, "the data in memory is still shown");
}

/// One client with idle and slow connections, heavy simulations, and slow uploads doesn't keep another one waiting.
#[cfg(target_os = "linux")]
#[test]
fn greedy_client_does_not_keep_others_waiting() {
    let server = Running::start_with(|config| (config.limits.connections, config.limits.connections_each) = (128, 64));
    let case = server.open("Maple Hollow");
    let [greedy, other] = ["greedy", "other"]
        .map(|name| server.token(name, ibbi_access::Grant::new(ibbi_access::Role::Staff, ibbi_access::Scope::All)));
    // More connections than the server has: the rest are closed at once, and don't wait before others.
    let idle: Vec<Client> = (0..150).map(|_| server.connect()).collect();
    let (kind, form) = multipart(&[("ledger", b"{}\n")]);
    let simulation = serde_json::json!({ "runs": 100_000 }).to_string();
    // From a third address: simulations that wait for each other, and uploads of five bytes.
    let mut waiting: Vec<Client> = (0..20).map(|_| server.connect_from("127.0.0.3", &greedy)).collect();
    for client in &mut waiting {
        client.send("POST", "/api/v1/simulate", &[], simulation.as_bytes());
    }
    let mut slow: Vec<Client> = (0..4).map(|_| server.connect_from("127.0.0.3", &greedy)).collect();
    for client in &mut slow {
        let head = format!(
            "POST /api/v1/verify HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {greedy}\r\ncontent-type: {kind}\r\ncontent-length: \
             {}\r\n\r\n",
            client.host,
            form.len()
        );
        client.reader.get_mut().write_all(&[head.as_bytes(), &form[..5]].concat()).unwrap();
    }
    let begun = Instant::now();
    let mut client = server.connect_from("127.0.0.2", &other);
    let mut times = Vec::new();
    for (method, path, body) in [
        ("GET", format!("/cases/{case}"), b"".as_slice()),
        ("GET", "/plan".to_owned(), b""),
        ("POST", "/api/v1/verify".to_owned(), &form),
    ] {
        let sent = Instant::now();
        let answer = client.ask(method, &path, &[("content-type", kind)], body);
        assert!(answer.status == 200 || answer.status == 422, "{path}: {} {}", answer.status, answer.text());
        times.push(sent.elapsed());
    }
    // The simulations of the other client still wait.
    let last = waiting.last_mut().unwrap();
    last.reader.get_ref().set_nonblocking(true).unwrap();
    let answered = last.reader.get_ref().peek(&mut [0]).is_ok_and(|read| read > 0);
    println!("beside a greedy client: page, plan, and upload in {times:?}, all in {:?}", begun.elapsed());
    assert!(!answered, "the other client was answered after all simulations of the greedy one");
    drop((idle, slow, waiting));
}
