//! Mirrors of a running server.

mod forks;
mod proxy;

use crate::access::{Matrix, Who};
use crate::support::Running;
use ibbi_access::{AccessFile, NewToken, Principal, Registry, access_path};
use ibbi_core::Name;
use ibbi_mirror::{Follower, MirrorError, Notice, Server, Summary, Waits};
use ibbi_seal::{Checkpoints, MirrorEntry, PrivateKey, checkpoints_path, extract, extract_from_mirror, read_mirror};
use proxy::{Proxy, Trick};
use serde_json::json;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A server that signs a checkpoint every ten lines, and a folder for keys and mirrors.
struct Signing {
    server: Running,
    folder: tempfile::TempDir,
}

impl Signing {
    fn start() -> Self {
        Self::start_with(|_| {})
    }

    fn start_with(change: impl FnOnce(&mut ibbi_web::Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        PrivateKey::generate("example.org/ibbi", &key).unwrap();
        let server = Self::again(&key, change);
        Self { server, folder }
    }

    /// Starts a server with a key.
    fn again(key: &Path, change: impl FnOnce(&mut ibbi_web::Config)) -> Running {
        Running::start_with(|config| {
            config.signer = Some(Arc::new(ibbi_app::signing::Signer::load(key, 10).unwrap()));
            change(config);
        })
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key")
    }

    fn mirror(&self) -> PathBuf {
        self.folder.path().join("cases.mirror")
    }

    fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Mirrors everything into the file.
    fn once(&self) -> Result<Summary, MirrorError> {
        once(&self.mirror(), &self.url(), &self.server.token)
    }

    fn note(&self, case: &str, text: &str) {
        note(&self.server, case, text);
    }
}

fn note(server: &Running, case: &str, text: &str) {
    let body = json!({ "type": "note_added", "data": { "text": text } });
    assert_eq!(server.post(&format!("/api/v1/cases/{case}/events"), &body).status, 201);
}

/// Mirrors everything into a file, and doesn't wait if the server is away.
fn once(file: &Path, url: &str, token: &str) -> Result<Summary, MirrorError> {
    let server = Server::new(url, token)?;
    Follower::open(file, server, None, &mut |_| {})?.once(&Waits::default(), &mut |_| {}, &mut |_| {})
}

/// Returns the lines that a mirror has in full, with the hashes of the others.
fn entries(file: &Path) -> Vec<MirrorEntry> {
    let mut lines = Vec::new();
    let read = read_mirror(File::open(file).unwrap(), |entry, _| {
        if matches!(entry, MirrorEntry::Line(_) | MirrorEntry::Hash(_)) {
            lines.push(entry.clone());
        }
    });
    assert_eq!(read.unwrap().fault, None);
    lines
}

/// Returns the bytes of a ledger that a mirror has in full.
fn ledger_of(file: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries(file) {
        let MirrorEntry::Line(line) = entry else { panic!("all lines are there in full") };
        bytes.extend(line);
        bytes.push(b'\n');
    }
    bytes
}

/// A mirror whose connections are cut off a thousand times at random bytes, while others record, gets every line once and in
/// order. The extract that is made from it is the one that is made from the ledger.
#[test]
fn mirror_that_breaks_off_gets_every_line_once() {
    let signing = Signing::start();
    let server = &signing.server;
    let case = server.open("Maple Hollow");
    let proxy = Proxy::start(server.address);
    proxy.set(Trick::Cut);
    let reconnects = if ibbi_testing::is_full() { 1000 } else { 100 };
    let done = AtomicBool::new(false);
    let file = signing.mirror();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            let mut count = 0;
            while !done.load(Ordering::Relaxed) {
                note(server, &case, &format!("note {count}"));
                count += 1;
            }
        });
        let mut opened = 0;
        while proxy.cuts() < reconnects {
            // A mirror that is started again goes on as one that keeps running.
            let mirrored = Server::new(&proxy.url, &server.token).unwrap();
            let mut follower = Follower::open(&file, mirrored, None, &mut |_| {}).unwrap();
            opened += 1;
            for _ in 0..10 {
                match follower.catch_up(&mut |_| {}) {
                    Ok(_) | Err(MirrorError::Away(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
        done.store(true, Ordering::Relaxed);
        writing.join().unwrap();
        proxy.set(Trick::Pass);
        let summary = once(&file, &proxy.url, &server.token).unwrap();
        println!(
            "{} cuts, opened {opened} times, {} lines, checkpoints cover {}",
            proxy.cuts(),
            summary.lines,
            summary.covered
        );
        assert!(summary.covered + 10 > summary.lines && summary.covered > 0);
    });
    assert_eq!(ledger_of(&file), std::fs::read(server.ledger()).unwrap());
    let notes = std::fs::read_to_string(checkpoints_path(&server.ledger())).unwrap();
    let last = Checkpoints::parse(&notes).unwrap().largest().unwrap().clone();
    let (mut from_mirror, mut from_ledger) = (Vec::new(), Vec::new());
    let id = case.parse().unwrap();
    extract_from_mirror(File::open(&file).unwrap(), id, &mut from_mirror).unwrap();
    extract(File::open(server.ledger()).unwrap(), &last, id, &mut from_ledger).unwrap();
    assert!(from_mirror == from_ledger, "the extracts differ");
}

#[test]
fn each_viewer_mirrors_what_it_may_read_and_nothing_else() {
    let matrix = Matrix::new();
    let folder = tempfile::tempdir().unwrap();
    let stored = std::fs::read_to_string(matrix.server.ledger()).unwrap();
    let own_lines = stored.lines().filter(|line| line.contains(&matrix.own)).count() as u64;
    for (who, token) in &matrix.tokens {
        let file = folder.path().join(format!("{who:?}.mirror"));
        let summary = once(&file, &format!("http://{}", matrix.server.address), token).unwrap();
        assert_eq!(summary.lines, stored.lines().count() as u64);
        let text = std::fs::read_to_string(&file).unwrap();
        let sees_own = *who != Who::Nobody;
        assert_eq!(text.contains(&matrix.own) && text.contains("Maple Hollow"), sees_own, "{who:?}");
        assert_eq!(text.contains(&matrix.other) || text.contains("Cedar Falls"), who.sees_all(), "{who:?}");
        // Texts are not in lines of format 2; the short IDs of concerns are.
        for secret in ["labor-secret", "labor-answer", "management-secret", "note-secret"] {
            assert!(!text.contains(secret), "{who:?}: {secret}");
        }
        let reads = who.reads(true);
        for id in ["pay-scale", "calendar-days"] {
            assert_eq!(text.contains(id), reads.contains(&id), "{who:?}: {id}");
        }
        let expected = match who {
            Who::Staff | Who::Auditor => summary.lines,
            Who::Facilitator => own_lines + 1,
            Who::Labor => own_lines,
            Who::Management => own_lines - 1,
            Who::Service => own_lines - 2,
            Who::Nobody => 1,
        };
        assert_eq!(summary.readable, expected, "{who:?}");
    }
}

#[test]
fn second_mirror_of_a_file_and_other_files_are_refused() {
    let signing = Signing::start();
    signing.server.open("Maple Hollow");
    let server = || Server::new(&signing.url(), &signing.server.token).unwrap();
    let mut first = Follower::open(&signing.mirror(), server(), None, &mut |_| {}).unwrap();
    first.catch_up(&mut |_| {}).unwrap();
    let second = Follower::open(&signing.mirror(), server(), None, &mut |_| {});
    assert!(matches!(second, Err(MirrorError::Locked { .. })), "{second:?}");
    drop(first);
    // Two processes that create the same file.
    let new = signing.folder.path().join("new.mirror");
    let open = || Follower::open(&new, server(), None, &mut |_| {}).unwrap();
    let (mut one, mut other) = (open(), open());
    one.catch_up(&mut |_| {}).unwrap();
    assert!(matches!(other.catch_up(&mut |_| {}), Err(MirrorError::Locked { .. })));
    for content in ["{\"actor\":\"a\"}\n", "x", "{\"case\":\"…\"}\n"] {
        let path = signing.folder.path().join("another");
        std::fs::write(&path, content).unwrap();
        let opened = Follower::open(&path, server(), None, &mut |_| {});
        assert!(matches!(opened, Err(MirrorError::Usage(_))), "{content}: {opened:?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

/// A write that was cut off at any byte, and zeros that a crash left, are replaced.
#[test]
fn mirror_that_was_cut_off_at_any_byte_is_made_whole() {
    let signing = Signing::start();
    let case = signing.server.open("Maple Hollow");
    (0..12).for_each(|number| signing.note(&case, &format!("note {number}")));
    signing.once().unwrap();
    let whole = std::fs::read(signing.mirror()).unwrap();
    let step = if ibbi_testing::is_full() { 5 } else { 17 };
    let mut tried = 0;
    for length in (0..whole.len()).step_by(step) {
        std::fs::write(signing.mirror(), &whole[..length]).unwrap();
        signing.once().unwrap();
        assert_eq!(std::fs::read(signing.mirror()).unwrap(), whole, "cut off at {length}");
        tried += 1;
    }
    for zeros in [1, 100, 5000] {
        let kept = whole.len() / 2;
        for rest in [&b""[..], b"\n", b"x\n"] {
            std::fs::write(signing.mirror(), [&whole[..kept], &vec![0; zeros], rest].concat()).unwrap();
            signing.once().unwrap();
            assert_eq!(std::fs::read(signing.mirror()).unwrap(), whole, "{zeros} zeros");
        }
    }
    println!("cut off at {tried} of {} bytes", whole.len());
}

#[test]
fn mirror_that_was_altered_is_refused_and_stays() {
    let signing = Signing::start();
    let case = signing.server.open("Maple Hollow");
    (0..12).for_each(|number| signing.note(&case, &format!("note {number}")));
    signing.once().unwrap();
    let whole = std::fs::read(signing.mirror()).unwrap();
    for place in [5, 60, whole.len() / 3, whole.len() / 2] {
        let mut altered = whole.clone();
        altered[place] ^= 1;
        std::fs::write(signing.mirror(), &altered).unwrap();
        let error = signing.once().unwrap_err();
        assert!(matches!(error, MirrorError::Damaged { .. } | MirrorError::Usage(_)), "{place}: {error}");
        assert_eq!(std::fs::read(signing.mirror()).unwrap(), altered);
    }
}

#[test]
fn server_that_is_away_is_waited_for_and_a_restart_goes_on() {
    let mut signing = Signing::start();
    let case = signing.server.open("Maple Hollow");
    let proxy = Proxy::start(signing.server.address);
    let mut follower =
        Follower::open(&signing.mirror(), Server::new(&proxy.url, &signing.server.token).unwrap(), None, &mut |_| {})
            .unwrap();
    follower.catch_up(&mut |_| {}).unwrap();
    signing.note(&case, "one");
    signing.server.stop();
    let (mut notices, mut waits) = (Vec::new(), Vec::new());
    let error = follower.once(&Waits::default(), &mut |notice| notices.push(notice), &mut |wait| waits.push(wait));
    assert!(matches!(error, Err(MirrorError::Away(_))), "{error:?}");
    // The waits double.
    assert_eq!(waits, [1, 2, 4, 8].map(Duration::from_secs));
    assert!(notices.iter().all(|notice| matches!(notice, Notice::Away(..))), "{notices:?}");
    // The server on the same ledger at another address.
    let ledger = signing.server.ledger();
    let again = Signing::again(&signing.key(), |config| config.ledger = ledger);
    drop(follower);
    let summary = once(&signing.mirror(), &format!("http://{}", again.address), &again.token).unwrap();
    assert_eq!((summary.lines, summary.new), (3, 1));
}

/// A program that follows goes on with new lines, waits longer while nothing is new, and ends when its token is revoked.
#[test]
fn follower_ends_when_its_token_is_revoked() {
    let signing = Signing::start();
    let case = signing.server.open("Maple Hollow");
    let grant = ibbi_access::Grant::new(ibbi_access::Role::Auditor, ibbi_access::Scope::All);
    let token = signing.server.token("mirror", grant);
    let mut follower =
        Follower::open(&signing.mirror(), Server::new(&signing.url(), &token).unwrap(), None, &mut |_| {}).unwrap();
    let (mut notices, mut waits) = (Vec::new(), Vec::new());
    let mut wait = |time: Duration| {
        waits.push(time.as_secs());
        match waits.len() {
            4 => signing.note(&case, "new"),
            12 => {
                let boss = Principal::local("root", "P. Sullivan").unwrap();
                let mut registry = Registry::open(AccessFile::new(access_path(&signing.server.ledger()))).unwrap();
                let now = crate::support::clock().unwrap();
                registry.revoke(token.split('_').nth(1).unwrap(), boss, now).unwrap();
            }
            _ => {}
        }
    };
    let ended = follower.follow(&Waits::default(), &mut |notice| notices.push(notice), &mut wait).unwrap_err();
    assert!(matches!(ended, MirrorError::Refused { status: 401, .. }), "{ended}");
    assert!(ended.to_string().contains("expired or was revoked"), "{ended}");
    assert_eq!(waits, [1, 2, 4, 8, 1, 2, 4, 8, 16, 30, 30, 30]);
    let lines: Vec<u64> = notices
        .iter()
        .filter_map(|notice| if let Notice::UpToDate(summary) = notice { Some(summary.lines) } else { None })
        .collect();
    assert_eq!(lines, [2, 3]);
    assert!(matches!(&notices[0], Notice::Pinned(key) if key.starts_with("example.org/ibbi+")), "{notices:?}");
}

#[test]
fn wrong_addresses_tokens_and_answers_say_what_is_wrong() {
    let signing = Signing::start();
    signing.server.open("Maple Hollow");
    let asked = |url: &str, token: &str| once(&signing.mirror(), url, token).unwrap_err();
    for (url, why) in [
        ("http://ibbi.example.org", "use https"),
        ("ftp://ibbi.example.org", "use https"),
        ("ibbi.example.org", "it must begin with https://"),
        ("https://clerk:secret@ibbi.example.org", "leave out"),
        ("https://ibbi.example.org/?token=x", "leave out"),
        ("https://", "not the address"),
        ("", "not the address"),
    ] {
        let error = asked(url, &signing.server.token);
        assert!(matches!(&error, MirrorError::Usage(text) if text.contains(why)), "{url}: {error}");
    }
    assert!(matches!(asked(&signing.url(), ""), MirrorError::Usage(_)));
    assert!(matches!(asked(&signing.url(), "two words"), MirrorError::Usage(_)));
    let error = asked(&signing.url(), "ibbi_x_y");
    assert!(matches!(error, MirrorError::Refused { status: 401, .. }), "{error}");
    // Without any role.
    let mut registry = Registry::open(AccessFile::new(access_path(&signing.server.ledger()))).unwrap();
    let new = NewToken { name: Name::new("none").unwrap(), grants: Vec::new(), expires: None };
    let issued =
        registry.issue(new, Principal::local("root", "P. Sullivan").unwrap(), crate::support::clock().unwrap());
    if let Ok((_, token)) = issued {
        let error = asked(&signing.url(), &token);
        assert!(matches!(&error, MirrorError::Refused { status: 403, detail } if detail.contains("role")), "{error}");
    }
    // A page in place of an answer: an address within the server leads to one.
    let error = asked(&format!("{}/rules", signing.url()), &signing.server.token);
    assert!(matches!(error, MirrorError::Usage(_)), "{error}");
    let proxy = Proxy::start(signing.server.address);
    for (from, to, why) in [
        ("text/plain", "text/html ", "in place of text/plain"),
        ("\"lines\":[", "\"lines\":{", "can't be read"),
        ("\"number\":1,", "\"number\":2,", "in place of line 1"),
        ("HTTP/1.1 200", "HTTP/1.1 301", "one address only"),
    ] {
        proxy.set(Trick::Replace(from.to_owned(), to.to_owned()));
        let error = asked(&proxy.url, &signing.server.token);
        assert!(matches!(&error, MirrorError::Usage(text) if text.contains(why)), "{to}: {error}");
    }
    assert!(!signing.mirror().exists(), "nothing was written");
}
