//! Signing in: tokens, the one-time link, a trusted proxy, and the limit on guessing.

use crate::support::{Answer, Running};
use ibbi_access::{AccessFile, Grant, Principal, Registry, Role, Scope, access_path};
use ibbi_web::{HeaderName, Settings, SignIn, TrustedProxy};
use serde_json::json;
use std::sync::{Arc, Mutex};

fn registry(server: &Running) -> Registry {
    Registry::open(AccessFile::new(access_path(&server.ledger()))).unwrap()
}

fn boss() -> Principal {
    Principal::local("root", "P. Sullivan").unwrap()
}

/// Returns the cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}

#[test]
fn every_request_needs_someone_who_signed_in() {
    let server = Running::start();
    for path in ["/", "/plan?d=A&s=2026-09-08", "/cases", "/nothing", "/audit"] {
        let answer = server.stranger().ask("GET", path, &[], b"");
        assert_eq!(answer.status, 303, "{path}");
        let to = answer.header("location").unwrap();
        assert!(to.starts_with("/login") && (path == "/" || to.contains("?to=%2F")), "{to}");
    }
    for (method, path) in [("GET", "/api/v1/cases"), ("GET", "/api/v1/nothing"), ("POST", "/cases"), ("POST", "/plan")]
    {
        let answer = server.stranger().ask(method, path, &[], b"");
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, Some("Bearer realm=\"ibbi\"")), "{path}");
    }
    for path in ["/style.css", "/script.js", "/icon.svg", "/login"] {
        assert_eq!(server.stranger().ask("GET", path, &[], b"").status, 200, "{path}");
    }
    // A login page has no other content, and a wrong token doesn't make a public file private.
    let page = server.stranger().ask("GET", "/login?to=/cases", &[], b"");
    assert!(page.text().contains("name=\"to\" value=\"/cases\""), "{}", page.text());
}

#[test]
fn token_counts_until_it_is_revoked() {
    let server = Running::start();
    let token = server.token("calendar sync", Grant::new(Role::Service, Scope::All));
    let ask = |header: &str| server.stranger().ask("GET", "/api/v1/cases", &[("authorization", header)], b"");
    for right in [format!("Bearer {token}"), format!("bearer {token}"), format!("BEARER  {token}")] {
        assert_eq!(ask(&right).status, 200, "{right}");
    }
    for wrong in ["Bearer x", "Bearer ", &token, &format!("Basic {token}")] {
        let answer = ask(wrong);
        assert_eq!((answer.status, &answer.json()["code"]), (401, &json!("token")), "{wrong}");
    }
    // With the token, a browser begins a session, whose secret is another one.
    let form = ("content-type", "application/x-www-form-urlencoded");
    let body = format!("token={token}&to=/cases");
    let signed = server.stranger().ask("POST", "/login", &[form], body.as_bytes());
    assert_eq!((signed.status, signed.header("location")), (303, Some("/cases")));
    let set = signed.header("set-cookie").unwrap();
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains(&token), "{set}");
    let session = cookie(&signed);
    let home = |session: &str| server.stranger().ask("GET", "/", &[("cookie", session)], b"");
    assert!(home(&session).text().contains("calendar sync"), "{}", home(&session).text());
    // Both end with the next request after the revocation.
    let id = token.split('_').nth(1).unwrap();
    registry(&server).revoke(id, boss(), "2099-01-01T00:00:00.000Z".parse().unwrap()).unwrap();
    assert_eq!(ask(&format!("Bearer {token}")).status, 401);
    assert_eq!(home(&session).status, 303);
}

#[test]
fn link_signs_in_once_and_then_shows_the_next() {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let links = Arc::clone(&shown);
    let server = Running::start_with(|config| {
        config.settings.sign_in.show_link =
            Some(Arc::new(move |link: &str| links.lock().unwrap().push(link.to_owned())));
    });
    let link = server.link.clone().unwrap();
    let path = link.strip_prefix(server.url.trim_end_matches('/')).unwrap();
    let looked = server.stranger().ask("HEAD", path, &[], b"");
    assert!(looked.status == 200 && looked.header("set-cookie").is_none(), "a look doesn't use it up");
    let signed = server.stranger().ask("GET", &format!("{path}&to=/plan"), &[], b"");
    assert_eq!((signed.status, signed.header("location")), (303, Some("/plan")));
    let session = cookie(&signed);
    assert!(session.starts_with(&format!("ibbi_{}=", server.address.port())), "{session}");
    let again = server.stranger().ask("GET", path, &[], b"");
    assert!(again.status == 401 && again.text().contains("used already") && again.header("set-cookie").is_none());
    let next = shown.lock().unwrap()[0].clone();
    let next = server.stranger().ask("GET", &format!("/login?once={next}"), &[], b"");
    assert_eq!(next.status, 303);
    // A used link, as a bookmark, leads on for those who have signed in. Some people paste the link in place of a token.
    let bookmark = server.stranger().ask("GET", path, &[("cookie", &session)], b"");
    assert_eq!((bookmark.status, bookmark.header("location")), (303, Some("/")));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let pasted = format!("token=http://127.0.0.1/login?once={}", shown.lock().unwrap()[1]);
    assert_eq!(server.stranger().ask("POST", "/login", &[form], pasted.as_bytes()).status, 303);
    // What is recorded has the user of the computer as its actor.
    let opened =
        server.stranger().ask("POST", "/cases", &[form, ("cookie", &session)], b"district=A&on_behalf=Q.+Wexler");
    assert_eq!(opened.status, 303, "{}", opened.text());
    let ledger = std::fs::read_to_string(server.ledger()).unwrap();
    let line: serde_json::Value = serde_json::from_str(ledger.lines().last().unwrap()).unwrap();
    assert_eq!(line["actor"], "P. Sullivan");
    assert_eq!(line["identity"], json!({ "issuer": "local", "subject": "root" }));
    assert_eq!(line["on_behalf"], "Q. Wexler");
    // Signing out ends the session.
    assert_eq!(server.stranger().ask("POST", "/logout", &[("cookie", &session)], b"").status, 303);
    assert_eq!(server.stranger().ask("GET", "/", &[("cookie", &session)], b"").status, 303);
}

#[test]
fn stream_ends_with_the_session_or_the_token_that_opened_it() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let link = server.link.clone().unwrap();
    let path = link.strip_prefix(server.url.trim_end_matches('/')).unwrap();
    let session = cookie(&server.stranger().ask("GET", path, &[], b""));
    let token = server.token("client", Grant::new(Role::Auditor, Scope::All));
    let mut streams: Vec<_> = [("cookie", session.as_str()), ("authorization", &format!("Bearer {token}"))]
        .into_iter()
        .map(|header| {
            let mut client = server.stranger();
            client.send("GET", "/api/v1/records", &[("accept", "text/event-stream"), header], b"");
            assert!(client.line().contains("200"));
            while !client.line().contains("case_opened") {}
            client
        })
        .collect();
    assert_eq!(server.stranger().ask("POST", "/logout", &[("cookie", &session)], b"").status, 303);
    let id = token.split('_').nth(1).unwrap();
    registry(&server).revoke(id, boss(), "2099-01-01T00:00:00.000Z".parse().unwrap()).unwrap();
    let note = json!({ "type": "note_added", "data": { "text": "after the end" } });
    assert_eq!(server.post(&format!("/api/v1/cases/{case}/events"), &note).status, 201);
    for client in &mut streams {
        // The last chunk.
        loop {
            let line = client.line();
            assert!(!line.contains("after the end"), "{line}");
            if line.trim() == "0" {
                break;
            }
        }
    }
}

#[test]
fn nobody_records_under_another_name() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let path = format!("/api/v1/cases/{case}/events");
    let note = |more: serde_json::Value| {
        let mut body = json!({ "type": "note_added", "data": { "text": "x" } });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        server.post(&path, &body)
    };
    let other = note(json!({ "actor": "Ann Lee" }));
    assert_eq!((other.status, &other.json()["code"]), (403, &json!("actor")), "{}", other.text());
    assert_eq!(note(json!({ "actor": "clerk" })).status, 201);
    assert_eq!(note(json!({ "on_behalf": "Ann Lee" })).status, 201);
    let id = "0192a000-0000-7000-8000-000000000001";
    assert_eq!(note(json!({ "id": id })).status, 201);
    assert_eq!(note(json!({ "id": id })).status, 200, "a retry by the same identity");
    // The same ID by someone else is not a retry.
    let token = server.token("clerk", Grant::new(Role::Staff, Scope::All));
    let body = json!({ "type": "note_added", "data": { "text": "x" }, "id": id }).to_string();
    let other = server.connect_as(&token).ask("POST", &path, &[], body.as_bytes());
    assert_eq!(other.status, 409, "{}", other.text());
}

#[test]
fn guessing_is_slowed_down_and_logged() {
    let server = Running::start();
    let session = {
        let path = server.link.clone().unwrap();
        cookie(&server.stranger().ask("GET", path.strip_prefix(server.url.trim_end_matches('/')).unwrap(), &[], b""))
    };
    let guess = || server.stranger().ask("GET", "/api/v1/cases", &[("authorization", "Bearer ibbi_a_b")], b"").status;
    let all: Vec<u16> = (0..12).map(|_| guess()).collect();
    assert_eq!(all, [[401; 10].as_slice(), &[429; 2]].concat());
    let log = server.log();
    assert_eq!((log.len(), &log[0]["message"], &log[0]["from"]), (10, &json!("sign-in failed"), &json!("127.0.0.1")));
    let form = ("content-type", "application/x-www-form-urlencoded");
    let waits = server.stranger().ask("POST", "/login", &[form], b"token=x");
    assert!(waits.status == 429 && waits.text().contains("try again in"), "{}", waits.text());
    // A program with a token that counts doesn't wait, and neither does who has the link.
    assert_eq!(server.get("/api/v1/cases").status, 200);
    // Those who have signed in go on.
    assert_eq!(server.stranger().ask("GET", "/", &[("cookie", &session)], b"").status, 200);
}

#[test]
fn header_of_a_proxy_counts_from_its_address_only() {
    let proxy = |from: &str| TrustedProxy {
        from: vec![from.parse().unwrap()],
        header: HeaderName::from_static("x-forwarded-user"),
        name_header: Some(HeaderName::from_static("x-forwarded-name")),
        issuer: "proxy".to_owned(),
    };
    let ada =
        [("x-forwarded-user", "ayun"), ("x-forwarded-name", "Ada Yun"), ("x-forwarded-for", "198.51.100.7, 192.0.2.9")];
    let other = Running::start_with(|config| {
        config.settings.sign_in = SignIn { proxy: Some(proxy("192.0.2.1")), ..SignIn::default() }
    });
    assert_eq!(other.stranger().ask("GET", "/api/v1/cases", &ada, b"").status, 401, "another address");
    let server = Running::start_with(|config| {
        config.settings.sign_in = SignIn { proxy: Some(proxy("127.0.0.1")), ..SignIn::default() };
        config.settings.allow_origins.push("https://board.example.org".to_owned());
    });
    let denied = server.stranger().ask("GET", "/api/v1/cases", &ada, b"");
    assert_eq!(denied.status, 403, "{}", denied.text());
    assert!(denied.text().contains("Ada Yun (no role yet) can't see the list of cases"), "{}", denied.text());
    let ayun = Principal::new("proxy", "ayun", "Ada Yun").unwrap();
    let at = "2026-01-01T00:00:00.000Z".parse().unwrap();
    registry(&server).grant(ayun, Grant::new(Role::Auditor, Scope::All), boss(), at).unwrap();
    assert_eq!(server.stranger().ask("GET", "/api/v1/cases", &ada, b"").status, 200);
    let opens = server.stranger().ask("POST", "/api/v1/cases", &ada, br#"{"data":{"district":"A"}}"#);
    assert_eq!((opens.status, &opens.json()["code"]), (403, &json!("denied")));
    assert_eq!(opens.json()["needs"], json!(["program staff", "service"]));
    // A page of another site doesn't act as the person whom the proxy has signed in.
    let foreign = [ada.as_slice(), &[("origin", "https://board.example.org")]].concat();
    assert_eq!(server.stranger().ask("GET", "/api/v1/cases", &foreign, b"").status, 401);
    let twice = [("x-forwarded-user", "ayun"), ("X-Forwarded-User", "root")];
    assert_eq!(server.stranger().ask("GET", "/api/v1/cases", &twice, b"").status, 502);
    let empty = [("x-forwarded-user", "")];
    assert_eq!(server.stranger().ask("GET", "/api/v1/cases", &empty, b"").status, 502);
    assert_eq!(server.stranger().ask("GET", "/healthz", &twice, b"").status, 200, "what is public needs no header");
    let long = "x".repeat(500);
    for more in [("x-forwarded-name", long.as_str()), ("x-forwarded-name", ""), ("authorization", "Basic eDp5")] {
        let answer = server.stranger().ask("GET", "/api/v1/cases", &[("x-forwarded-user", "ayun"), more], b"");
        assert_eq!(answer.status, 200, "{more:?}: {}", answer.text());
    }
    // The client's own lines come before the proxy's.
    for number in 0..12 {
        let own = format!("10.0.{number}.1");
        let lines = [("authorization", "Bearer x"), ("x-forwarded-for", &own), ("X-Forwarded-For", "203.0.113.9:4711")];
        let status = server.stranger().ask("GET", "/api/v1/cases", &lines, b"").status;
        assert_eq!(status, if number < 10 { 401 } else { 429 }, "{number}");
    }
    assert_eq!(server.log()[0]["from"], "203.0.113.9");
}

#[test]
fn server_does_not_start_where_nobody_could_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let config = |address: std::net::IpAddr| ibbi_web::Config {
        ledger: folder.path().join("a.ledger"),
        address,
        port: Some(0),
        listener: None,
        settings: Settings { sign_in: SignIn { local: Some(boss()), ..SignIn::default() }, ..Settings::default() },
        reload: None,
        actor: ibbi_core::Name::new("clerk").unwrap(),
        signer: None,
        clock: Arc::new(crate::support::clock),
        limits: Default::default(),
    };
    let all = std::net::Ipv4Addr::UNSPECIFIED.into();
    let error = ibbi_web::Server::bind(config(all)).unwrap_err().to_string();
    assert!(error.contains("no one could sign in on 0.0.0.0") && error.contains("ibbi token new"), "{error}");
    // Names that mean something else are not for a proxy: its users would be program staff, or have the roles of tokens.
    for issuer in ["local", "token"] {
        let proxy = TrustedProxy {
            from: vec!["127.0.0.1".parse().unwrap()],
            header: HeaderName::from_static("x-forwarded-user"),
            name_header: None,
            issuer: issuer.to_owned(),
        };
        let mut config = config(std::net::Ipv4Addr::LOCALHOST.into());
        config.settings.sign_in.proxy = Some(proxy);
        let error = ibbi_web::Server::bind(config).unwrap_err().to_string();
        assert!(error.contains("can't be the issuer of a proxy"), "{error}");
    }
    // With a token it starts, and there is no link.
    let server = Running::start_with(|config| config.address = all);
    assert_eq!((server.link.as_deref(), server.get("/api/v1/cases").status), (None, 200));
}

#[test]
fn damaged_records_of_access_let_nobody_in() {
    let server = Running::start();
    assert_eq!(server.get("/api/v1/cases").status, 200);
    let path = access_path(&server.ledger());
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, b"garbage\n").unwrap();
    let answer = server.get("/api/v1/cases");
    assert_eq!((answer.status, &answer.json()["code"]), (503, &json!("access-unavailable")), "{}", answer.text());
    assert!(!answer.text().contains("cases.ledger"), "no path of the computer: {}", answer.text());
    std::fs::write(&path, whole).unwrap();
    assert_eq!(server.get("/api/v1/cases").status, 200);
}

/// A line has the request's ID and who sent it, and neither a query nor a secret.
#[test]
fn requests_are_logged_with_their_id_and_identity() {
    let server = Running::start();
    let answer = server.get("/cases?of=Maple+Hollow");
    let refused = server.stranger().ask("GET", "/login?once=secret-of-a-link", &[], b"");
    assert_eq!((answer.status, refused.status), (200, 401));
    let id = answer.header("x-request-id").unwrap().to_owned();
    let log = server.whole_log();
    let line = log.iter().find(|line| line["id"] == id.as_str()).unwrap();
    assert_eq!((&line["method"], &line["path"], &line["status"]), (&json!("GET"), &json!("/cases"), &json!(200)));
    assert_eq!((&line["issuer"], &line["from"]), (&json!("token"), &json!("127.0.0.1")));
    let text = serde_json::to_string(&log).unwrap();
    assert!(!text.contains("Maple") && !text.contains("secret-of-a-link") && !text.contains(&server.token), "{text}");
}
