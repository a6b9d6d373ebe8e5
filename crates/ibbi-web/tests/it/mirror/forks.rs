//! Histories that disagree with what a mirror holds: each is found, with the lines that must contain the change.

use super::proxy::{Proxy, Trick};
use super::{Signing, note, once};
use crate::support::Running;
use ibbi_log::Digest;
use ibbi_mirror::{Follower, MirrorError, Server};
use ibbi_seal::{Checkpoints, PrivateKey, checkpoints_path};
use std::path::Path;

/// A server with 25 lines, checkpoints over 11 and 22 of them, and a mirror of it.
fn mirrored() -> (Signing, String) {
    let signing = Signing::start();
    let case = signing.server.open("Maple Hollow");
    (0..21).for_each(|number| signing.note(&case, &format!("note {number}")));
    let summary = signing.once().unwrap();
    assert_eq!((summary.lines, summary.covered), (25, 22));
    (signing, case)
}

/// Starts a server on the first lines of another's ledger.
fn with_prefix(signing: &mut Signing, lines: usize, folder: &Path) -> Running {
    signing.server.stop();
    let path = folder.join("cases.ledger");
    let whole = std::fs::read_to_string(signing.server.ledger()).unwrap();
    let prefix: String = whole.split_inclusive('\n').take(lines).collect();
    std::fs::write(&path, prefix).unwrap();
    let texts = ibbi_log::texts_path;
    std::fs::copy(texts(&signing.server.ledger()), texts(&path)).unwrap();
    let notes = std::fs::read_to_string(checkpoints_path(&signing.server.ledger())).unwrap();
    let known = Checkpoints::parse(&notes).unwrap();
    let kept = known.list.iter().filter(|signed| signed.checkpoint().size <= lines as u64);
    std::fs::write(checkpoints_path(&path), kept.map(ToString::to_string).collect::<String>()).unwrap();
    Signing::again(&signing.key(), |config| config.ledger = path)
}

/// Mirrors, and returns the lines and the reason of the fork. The mirror stays as it is.
fn fork(file: &Path, url: &str, token: &str) -> (Option<(u64, u64)>, String) {
    let before = std::fs::read(file).unwrap();
    let error = once(file, url, token).unwrap_err();
    assert!(std::fs::read(file).unwrap().starts_with(&before), "nothing that was held is changed");
    match error {
        MirrorError::Fork(fork) => (fork.lines, fork.reason),
        error => panic!("{error}"),
    }
}

fn url(server: &Running) -> String {
    format!("http://{}", server.address)
}

#[test]
fn rewritten_history_is_found_at_its_first_line() {
    for kept in [2, 9, 15, 22] {
        let (mut signing, case) = mirrored();
        let folder = tempfile::tempdir().unwrap();
        let server = with_prefix(&mut signing, kept, folder.path());
        // As many lines as before, and more.
        (0..40).for_each(|number| note(&server, &case, &format!("other {number}")));
        let (lines, reason) = fork(&signing.mirror(), &url(&server), &server.token);
        let first = kept as u64 + 1;
        assert_eq!(lines, Some((first, first)), "{reason}");
    }
}

#[test]
fn shortened_ledger_is_found_with_the_missing_lines() {
    for kept in [2, 12, 22] {
        let (mut signing, _) = mirrored();
        let folder = tempfile::tempdir().unwrap();
        let server = with_prefix(&mut signing, kept, folder.path());
        let (lines, reason) = fork(&signing.mirror(), &url(&server), &server.token);
        assert_eq!(lines, Some((kept as u64 + 1, 25)), "{reason}");
        assert!(reason.contains(&format!("the server has {kept} lines, but the mirror holds 25")), "{reason}");
    }
}

#[test]
fn another_ledger_and_another_key_are_found() {
    let (mut signing, _) = mirrored();
    let other = Signing::start();
    other.server.open("Cedar Falls");
    let (lines, reason) = fork(&signing.mirror(), &url(&other.server), &other.server.token);
    assert!(lines.is_none() && reason.contains("the mirror trusts example.org/ibbi+"), "{reason}");
    // The same key, and another ledger.
    let same = Signing::again(&signing.key(), |_| {});
    same.open("Cedar Falls");
    let (lines, reason) = fork(&signing.mirror(), &url(&same), &same.token);
    assert!(lines.is_none() && reason.contains("but the mirror is of"), "{reason}");
    // The same ledger under another key.
    signing.server.stop();
    let key = signing.folder.path().join("other.key");
    PrivateKey::generate("example.org/ibbi", &key).unwrap();
    let ledger = signing.server.ledger();
    let server = Signing::again(&key, |config| config.ledger = ledger);
    let (lines, reason) = fork(&signing.mirror(), &url(&server), &server.token);
    assert!(lines.is_none() && reason.contains("the server's key is"), "{reason}");
    // A user who names the key isn't asked to trust another.
    let trusted = PrivateKey::load(&signing.key()).unwrap().public();
    let open = |key| {
        Follower::open(
            &signing.folder.path().join("new"),
            Server::new(&url(&server), &server.token).unwrap(),
            Some(key),
            &mut |_| {},
        )
    };
    let error = open(trusted).unwrap().catch_up(&mut |_| {}).unwrap_err();
    assert!(matches!(error, MirrorError::Fork(_)), "{error}");
    assert!(!signing.folder.path().join("new").exists());
    let own = PrivateKey::load(&key).unwrap().public();
    let opened =
        Follower::open(&signing.mirror(), Server::new(&url(&server), &server.token).unwrap(), Some(own), &mut |_| {});
    assert!(matches!(opened, Err(MirrorError::Usage(_))), "{opened:?}");
}

/// A key that says it is the same as before doesn't make its signatures right.
#[test]
fn checkpoint_that_another_key_signed_is_found() {
    let (mut signing, case) = mirrored();
    signing.server.stop();
    let key = signing.folder.path().join("other.key");
    PrivateKey::generate("example.org/ibbi", &key).unwrap();
    let public = |path: &Path| PrivateKey::load(path).unwrap().public().to_string();
    let ledger = signing.server.ledger();
    let server = Signing::again(&key, |config| config.ledger = ledger);
    (0..12).for_each(|number| note(&server, &case, &format!("more {number}")));
    let proxy = Proxy::start(server.address);
    proxy.set(Trick::Replace(public(&key), public(&signing.key())));
    let (lines, reason) = fork(&signing.mirror(), &proxy.url, &server.token);
    assert!(lines.is_none() && reason.contains("the checkpoint over"), "{reason}");
    let evidence = std::fs::read_to_string(signing.folder.path().join("cases.mirror.fork")).unwrap();
    assert_eq!(Checkpoints::parse(&evidence).unwrap().list.len(), 1);
}

/// An office that has replaced its key has checkpoints of both. A new mirror trusts the new one.
#[test]
fn checkpoints_of_a_key_that_was_replaced_are_left_out() {
    let (mut signing, case) = mirrored();
    signing.server.stop();
    let key = signing.folder.path().join("other.key");
    PrivateKey::generate("example.org/ibbi", &key).unwrap();
    let ledger = signing.server.ledger();
    let server = Signing::again(&key, |config| config.ledger = ledger);
    (0..12).for_each(|number| note(&server, &case, &format!("more {number}")));
    let new = signing.folder.path().join("new.mirror");
    let summary = once(&new, &url(&server), &server.token).unwrap();
    assert!(summary.lines == 38 && summary.covered >= 33, "{summary:?}");
    assert_eq!(summary.key, Some(PrivateKey::load(&key).unwrap().public().to_string()));
    let text = std::fs::read_to_string(new).unwrap();
    assert_eq!(text.matches("\"checkpoint\"").count(), 1, "only the one of the new key");
}

/// A hash that isn't the one that was signed, of a line that the viewer may not read, shows in the next checkpoint. The server's
/// proofs then show in which line it is.
#[test]
fn hash_that_was_not_signed_is_found_in_its_line() {
    let signing = Signing::start();
    let [own, other] = ["Maple Hollow", "Cedar Falls"].map(|district| signing.server.open(district));
    for number in 0..40 {
        note(&signing.server, if number % 8 == 0 { &own } else { &other }, &format!("note {number}"));
    }
    let grant = ibbi_access::Grant::party(
        ibbi_core::Party::Labor,
        ibbi_access::Scope::District(ibbi_core::Name::new("Maple Hollow").unwrap()),
    );
    let token = signing.server.token("labor", grant);
    let stored = std::fs::read_to_string(signing.server.ledger()).unwrap();
    let hashes: Vec<String> = stored.lines().map(|line| Digest::sha256(line.as_bytes()).to_string()).collect();
    let proxy = Proxy::start(signing.server.address);
    // Lines whose next line the viewer doesn't have in full, and that a checkpoint covers.
    let is_own = |number: usize| number == 1 || stored.lines().nth(number - 1).is_some_and(|line| line.contains(&own));
    let hidden: Vec<usize> = (1..40).filter(|number| !is_own(*number) && !is_own(number + 1)).collect();
    assert!(hidden.len() > 20);
    for number in &hidden {
        let real = &hashes[number - 1];
        proxy.set(Trick::Replace(format!("\"sha256\":\"{real}\""), format!("\"sha256\":\"{}\"", "0".repeat(64))));
        let file = signing.folder.path().join(format!("{number}.mirror"));
        let error = once(&file, &proxy.url, &token).unwrap_err();
        let MirrorError::Fork(fork) = error else { panic!("{number}: {error}") };
        assert_eq!(fork.lines, Some((*number as u64, *number as u64)), "{}", fork.reason);
        // And again, from what is held.
        proxy.set(Trick::Pass);
        let MirrorError::Fork(fork) = once(&file, &proxy.url, &token).unwrap_err() else { panic!("{number}") };
        assert_eq!(fork.lines, Some((*number as u64, *number as u64)), "{}", fork.reason);
    }
    // A line in full whose bytes are not those of its hash, and one that names another line before it.
    let number = (2..40).find(|number| is_own(number + 1) && !is_own(*number)).unwrap();
    let real = &hashes[number - 1];
    proxy.set(Trick::Replace(format!("\"sha256\":\"{real}\""), format!("\"sha256\":\"{}\"", "0".repeat(64))));
    let MirrorError::Fork(fork) = once(&signing.mirror(), &proxy.url, &token).unwrap_err() else { panic!() };
    assert_eq!(fork.lines, Some((number as u64, number as u64 + 1)), "{}", fork.reason);
    proxy.set(Trick::Replace("\\\"district\\\":\\\"Maple".to_owned(), "\\\"district\\\":\\\"Mable".to_owned()));
    let file = signing.folder.path().join("bytes.mirror");
    let MirrorError::Fork(fork) = once(&file, &proxy.url, &token).unwrap_err() else { panic!() };
    assert_eq!(fork.lines, Some((2, 2)), "{}", fork.reason);
}

/// A line that is altered in the server's file, before the mirror has it, doesn't fit the lines after it.
#[test]
fn altered_line_of_the_server_is_found() {
    let (signing, case) = mirrored();
    (0..7).for_each(|number| signing.note(&case, &format!("more {number}")));
    let text = std::fs::read_to_string(signing.server.ledger()).unwrap();
    let line = text.lines().nth(27).unwrap();
    assert!(line.contains("\"actor\":\"clerk\"") && line.contains("\"seq\":28,"));
    let altered = text.replacen(line, &line.replacen("clerk", "clark", 1), 1);
    std::fs::write(signing.server.ledger(), altered).unwrap();
    let (lines, reason) = fork(&signing.mirror(), &signing.url(), &signing.server.token);
    assert_eq!(lines, Some((28, 29)), "{reason}");
}

/// A checkpoint over lines that the server doesn't show is signed evidence of them.
#[test]
fn checkpoint_over_lines_that_are_not_shown_is_found() {
    let (mut signing, _) = mirrored();
    let folder = tempfile::tempdir().unwrap();
    let server = with_prefix(&mut signing, 22, folder.path());
    let known = std::fs::read_to_string(checkpoints_path(&signing.server.ledger())).unwrap();
    // The file of checkpoints is given as it is.
    let other = Signing::start();
    drop(other);
    let more = {
        let again = signing.server.ledger();
        let longer = Signing::again(&signing.key(), |config| config.ledger = again);
        let case = longer.get("/api/v1/cases").json()["cases"][0]["case"].as_str().unwrap().to_owned();
        (0..8).for_each(|number| note(&longer, &case, &format!("more {number}")));
        std::fs::read_to_string(checkpoints_path(&longer_path(&signing))).unwrap()
    };
    assert!(more.len() > known.len());
    std::fs::write(checkpoints_path(&folder.path().join("cases.ledger")), more).unwrap();
    let file = folder.path().join("new.mirror");
    let MirrorError::Fork(fork) = once(&file, &url(&server), &server.token).unwrap_err() else { panic!() };
    assert_eq!(fork.lines, Some((23, 33)), "{}", fork.reason);
    assert!(fork.reason.contains("a checkpoint covers 33 lines, but the server has 22"), "{}", fork.reason);
}

fn longer_path(signing: &Signing) -> std::path::PathBuf {
    signing.server.ledger()
}
