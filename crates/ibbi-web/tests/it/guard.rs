//! Requests that must be refused: other host names, other sites, and long bodies. Markup in names.

use crate::support::{Running, multipart};
use serde_json::json;
use std::io::Write as _;

#[test]
fn unknown_host_names_are_refused() {
    let server = Running::start_with(|config| config.settings.hosts.push("ibbi.example".to_owned()));
    let port = server.address.port();
    for (host, status) in [
        (format!("127.0.0.1:{port}"), 200),
        (format!("LOCALHOST:{port}"), 200),
        (format!("[::1]:{port}"), 200),
        ("ibbi.example".to_owned(), 200),
        (format!("ibbi.example:{port}"), 200),
        ("127.0.0.1".to_owned(), 421),
        (format!("evil.example:{port}"), 421),
        (format!("127.0.0.1.evil.example:{port}"), 421),
        (String::new(), 421),
    ] {
        let answer = server.connect().ask("GET", "/", &[("host", &host)], b"");
        assert_eq!(answer.status, status, "{host}");
    }
    let mut two = server.connect();
    let own = two.host.clone();
    two.send("GET", "/", &[("host", &own), ("Host", "evil.example")], b"");
    assert_eq!(two.answer(false).status, 421, "two names");
}

#[test]
fn post_from_another_site_is_refused() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let own = format!("http://{}", server.connect().host);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = b"type=note_added&text=x";
    for path in [
        "/api/v1/cases".to_owned(),
        "/cases".to_owned(),
        format!("/cases/{case}"),
        "/plan".to_owned(),
        "/audit".to_owned(),
    ] {
        for foreign in [("origin", "http://evil.example"), ("origin", "null"), ("sec-fetch-site", "cross-site")] {
            let answer = server.connect().ask("POST", &path, &[form, foreign], body);
            assert_eq!(answer.status, 403, "{path} {foreign:?}");
        }
    }
    let answer = server.connect().ask("POST", &format!("/cases/{case}"), &[form, ("origin", &own)], body);
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 3);
}

#[test]
fn every_response_has_the_security_headers() {
    let server = Running::start();
    for path in [
        "/",
        "/plan",
        "/cases",
        "/audit",
        "/style.css",
        "/script.js",
        "/icon.svg",
        "/nothing",
        "/api/v1/cases",
        "/api/v1/x",
    ] {
        let answer = server.get(path);
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("access-control-allow-origin").is_none());
        let text = String::from_utf8_lossy(&answer.body);
        assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains(" onclick="), "{path}");
        assert!(!text.contains("//cdn") && !text.contains("src=\"http"), "{path}");
    }
    let head = server.connect().ask("HEAD", "/", &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn long_bodies_are_not_read() {
    let server = Running::start();
    let long = vec![b'x'; (2 << 20) + 1];
    assert_eq!(server.connect().ask("POST", "/api/v1/plan", &[], &long).status, 413);
    let mut bare = server.connect();
    let head = format!("POST /api/v1/plan HTTP/1.1\r\nhost: {}\r\ncontent-length: 99999999999\r\n\r\n", server.head());
    bare.reader.get_mut().write_all(head.as_bytes()).unwrap();
    assert_eq!(bare.answer(false).status, 413, "refused by its length alone");
    let mut many = server.connect();
    let headers: Vec<(String, String)> = (0..100).map(|number| (format!("x-{number}"), "y".to_owned())).collect();
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    many.send("GET", "/", &headers, b"");
    assert_eq!(many.answer(false).status, 431);
    let path = format!("/plan?{}", "d=x&".repeat(40_000));
    let mut line = server.connect();
    line.send("GET", &path, &[], b"");
    assert!(matches!(line.answer(false).status, 414 | 431));
    // A simulation above the server's limit.
    assert_eq!(server.post("/api/v1/simulate", &json!({ "runs": 2_000_000 })).status, 400);
    assert_eq!(server.post("/api/v1/simulate", &json!({ "runs": 0 })).status, 400);
}

#[test]
fn names_are_escaped_on_every_page() {
    let server = Running::start();
    let evil = "</title><script>alert(1)</script><img src=x onerror=alert(2)>\"'&";
    let case = server.open(evil);
    let offer = |kind: &str, data: serde_json::Value| {
        let body = json!({ "type": kind, "data": data, "on_behalf": evil });
        let answer = server.post(&format!("/api/v1/cases/{case}/events"), &body);
        assert_eq!(answer.status, 201, "{}", answer.text());
    };
    offer("leader_agreed", json!({ "name": evil, "seat": "superintendent" }));
    offer("note_added", json!({ "text": evil }));
    offer("leader_declined", json!({ "name": evil, "seat": "union_president", "reason": evil }));
    let encoded: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    let person = |role: &str| format!("&p={encoded}~~{role}~");
    let people: String =
        ["superintendent", "union_president%2Blabor", "school_committee%2Bmanagement", "neutral"].map(person).concat();
    let plan = format!("/plan?d={encoded}&s=2026-09-08&h={encoded}+2026-11-02{people}");
    let ledger = std::fs::read(server.ledger()).unwrap();
    let (kind, body) = multipart(&[("ledger", &ledger)]);
    let uploaded = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    let audit = uploaded.header("location").unwrap().to_owned();
    let pages = [
        "/cases".to_owned(),
        format!("/cases/{case}"),
        plan.clone(),
        plan.replace("/plan", "/plan/report.html"),
        audit.clone(),
        format!("{audit}/cases/{case}"),
        format!("{audit}/cases/{case}?step=2&part=state"),
        format!("/{encoded}"),
        format!("/plan?d=x&s={encoded}"),
        format!("/cases/{encoded}"),
    ];
    for path in pages {
        let answer = server.get(&path);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{path}");
        assert!(answer.status == 200 || answer.status >= 400, "{path}");
        if answer.status == 200 {
            assert!(text.contains("&lt;script&gt;alert(1)"), "{path} shows it: {}", &text[..text.len().min(3000)]);
        }
    }
    let form = format!("district={encoded}&start={encoded}&n0={encoded}&u0={encoded}&closed={encoded}");
    for path in ["/plan", "/plan/answer"] {
        let answer = server.form(path, &form);
        assert_eq!(answer.status, 422);
        assert!(!answer.text().contains("<script>alert"), "{path}");
    }
    let again =
        server.form(&format!("/cases/{case}"), &format!("type=leader_agreed&form=f0&name={encoded}&seat={encoded}"));
    assert!(again.status == 400 && !again.text().contains("<script>alert"));
}

#[test]
fn no_request_names_a_file() {
    let server = Running::start();
    for path in [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/audit/..%2f..%2fetc",
        "/audit/own/cases/..%2f",
        "//etc/passwd",
    ] {
        assert_eq!(server.get(path).status, 404, "{path}");
    }
    let ledger = std::fs::read(server.ledger()).unwrap();
    let secret = server.folder.path().join("key.pub");
    std::fs::write(&secret, "not for you").unwrap();
    let (kind, body) = multipart(&[("ledger", &ledger), ("key", secret.to_str().unwrap().as_bytes())]);
    let answer = server.connect().ask("POST", "/api/v1/verify", &[("content-type", kind)], &body);
    assert_eq!(answer.status, 400);
    assert!(!answer.text().contains("not for you"), "{}", answer.text());
    let path = format!("/api/v1/ledger/verify?key={}", secret.display());
    assert_eq!(server.get(&path).status, 400);
    let plan = server.post("/api/v1/plan", &json!({ "scenario": secret.to_str().unwrap() }));
    assert!(plan.status == 422 && !plan.text().contains("not for you"));
}

#[test]
fn listed_sites_use_the_api_with_tokens_only() {
    let board = "https://board.example.org";
    let server = Running::start_with(|config| config.settings.allow_origins.push(board.to_owned()));
    let open = r#"{"data":{"district":"A"},"dry_run":true}"#;
    let cross = [("origin", board), ("sec-fetch-site", "cross-site"), ("content-type", "application/json")];
    let preflight = server.stranger().ask("OPTIONS", "/api/v1/cases", &[("origin", board)], b"");
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, Some(board)));
    assert!(preflight.header("access-control-allow-headers").unwrap().contains("authorization"));
    assert!(preflight.header("access-control-allow-credentials").is_none());
    let posted = server.connect().ask("POST", "/api/v1/cases", &cross, open.as_bytes());
    assert_eq!((posted.status, posted.header("access-control-allow-origin")), (200, Some(board)), "{}", posted.text());
    // The session of the browser doesn't count for such a page.
    let path = server.link.clone().unwrap();
    let path = path.strip_prefix(server.url.trim_end_matches('/')).unwrap().to_owned();
    let session = server.stranger().ask("GET", &path, &[], b"");
    let cookie = session.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    let with_cookie = [cross.as_slice(), &[("cookie", cookie.as_str())]].concat();
    assert_eq!(server.stranger().ask("POST", "/api/v1/cases", &with_cookie, open.as_bytes()).status, 401);
    assert_eq!(server.stranger().ask("GET", "/api/v1/cases", &with_cookie, b"").status, 401);
    // Pages are not for other sites, and other sites are not listed.
    let form = server.stranger().ask("POST", "/cases", &with_cookie, b"district=A");
    assert_eq!((form.status, form.header("access-control-allow-origin")), (403, None));
    for other in ["https://evil.example", "https://board.example.org.evil.example", "http://board.example.org", "null"]
    {
        let refused = server.connect().ask("POST", "/api/v1/cases", &[("origin", other)], open.as_bytes());
        assert_eq!((refused.status, refused.header("access-control-allow-origin")), (403, None), "{other}");
    }
}

#[test]
fn absolute_form_and_odd_paths_are_checked() {
    let server = Running::start();
    let own = server.connect().host.clone();
    for (path, status) in [
        (format!("http://{own}/api/v1/cases"), 200),
        ("http://evil.example/api/v1/cases".to_owned(), 421),
        ("/cases/%ff".to_owned(), 400),
        ("/api/v1/cases/%ff".to_owned(), 400),
        ("/cases/..%2f..%2fetc%2fpasswd".to_owned(), 404),
        ("//cases".to_owned(), 404),
    ] {
        let answer = server.connect().ask("GET", &path, &[], b"");
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    let problem = server.connect().ask("GET", "/cases/%ff", &[], b"");
    assert_eq!(
        (problem.header("content-type"), &problem.json()["code"]),
        (Some("application/problem+json"), &json!("path"))
    );
}
