//! Ledgers that the program wrote, checked with tools that know nothing of it: jq, sha256sum, openssl.

use crate::support::{self, Place, run};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Returns whether a tool is installed, and prints a line if it is not.
fn has(tool: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: {tool} is not installed");
    }
    found
}

/// Runs a command line of `docs/ledger.md`, which has `my.ledger`, and returns its output if it succeeds.
fn shell(place: &Place, line: &str) -> Result<String, String> {
    let mut command = Command::new("sh");
    command.current_dir(place.path(".")).args(["-euc", line]);
    let result = run(command, b"");
    if result.code == 0 { Ok(result.out) } else { Err(result.err + &result.out) }
}

/// The command lines of a page's code block that follows `<!-- tested: NAME -->`.
fn documented(name: &str) -> String {
    support::documented("docs/ledger.md", name, "sh")
}

/// Ledgers that the program wrote, each as `my.ledger` in a place of its own, with a key and a checkpoint.
fn written() -> Vec<(&'static str, Place)> {
    let tour = Place::new();
    tour.done(&["tour", "--ledger", "my.ledger"]);
    let several = Place::new();
    several.done(&["new", "my.ledger", "--district", "Maple \"Hollow\" \\ Ünï"]);
    several.done(&["record", "my.ledger", "note_added", "text=two\n\tlines, \"quoted\", a \\ and é — 😀"]);
    several.done(&["void", "my.ledger", "3", "--reason", "a slip"]);
    several.done(&["new", "my.ledger", "--district", "Birch Falls", "--evergreen", "--contract-expires", "2027-08-31"]);
    let ledgers =
        vec![("the tour's", tour), ("one of two cases, a void and a note of all kinds of characters", several)];
    for (_, place) in &ledgers {
        fs::write(place.path("my.pub"), place.done(&["keygen", "example.org/ibbi", "my.key"])).expect("a file");
        place.done(&["checkpoint", "my.ledger", "--key", "my.key"]);
    }
    ledgers
}

fn change(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a text file");
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).expect("a file");
}

#[test]
fn jq_gives_the_same_bytes_back() {
    if !has("jq") {
        return;
    }
    for (what, place) in written() {
        shell(&place, &documented("jq")).unwrap_or_else(|error| panic!("{what}: {error}"));
        let lines = fs::read_to_string(place.path("my.ledger")).expect("a ledger").lines().count();
        println!("jq: {what} ledger is the same, {lines} lines");
        change(&place.path("my.ledger"), "{\"actor\":", "{\"actor\": ");
        shell(&place, &documented("jq")).expect_err("a blank shows");
    }
}

#[test]
fn sha256sum_checks_the_chain() {
    if !has("sha256sum") || !has("jq") {
        return;
    }
    for (what, place) in written() {
        let result = shell(&place, &documented("sha256sum")).unwrap_or_else(|error| panic!("{what}: {error}"));
        println!("sha256sum: {what} ledger: {}", result.trim());
        change(&place.path("my.ledger"), "@example.org", "@example.com");
        shell(&place, &documented("sha256sum")).expect_err("a changed line shows in the next");
    }
}

#[test]
fn openssl_checks_a_checkpoints_signature() {
    if !has("openssl") {
        return;
    }
    for (what, place) in written() {
        let result = shell(&place, &documented("openssl")).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(result.contains("Signature Verified Successfully"), "{result}");
        println!("openssl: {what} checkpoint: {}", result.trim());
        let notes = fs::read(place.path("my.ledger.checkpoints")).expect("checkpoints");
        let text = notes.windows(2).position(|pair| pair == b"\n\n").expect("an empty line");
        let mut refused = 0;
        for index in 0..=text {
            let mut changed = notes.clone();
            changed[index] ^= 1;
            // Another line feed or none would make it another note; the signature covers what is before the empty line.
            if notes[index] == b'\n' || changed[index] == b'\n' {
                continue;
            }
            fs::write(place.path("my.ledger.checkpoints"), &changed).expect("a file");
            shell(&place, &documented("openssl")).expect_err("a changed byte shows");
            refused += 1;
        }
        println!("openssl: {refused} checkpoints with a changed byte refused");
    }
}

#[test]
fn private_key_is_not_shown() {
    for (_, place) in written() {
        let path = place.path("my.key");
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
        }
        let secret = fs::read_to_string(&path).expect("a key");
        // PRIVATE+KEY+NAME+ID+KEY, and the last may hold a plus sign itself.
        let secret = secret.trim().splitn(5, '+').last().expect("its last part").to_owned();
        assert!(secret.len() > 40, "the key's own text");
        let public = fs::read_to_string(place.path("my.pub")).expect("a key");
        let runs: [&[&str]; 6] = [
            &["keygen", "example.org/ibbi", "my.key"],
            &["checkpoint", "my.ledger", "--key", "my.key"],
            &["checkpoint", "my.ledger", "--key", "my.ledger"],
            &["verify", "my.ledger", "--key", public.trim()],
            &["verify", "my.ledger", "--key", "my.key"],
            &["--json", "verify", "my.ledger", "--key", &secret],
        ];
        for args in runs {
            let result = place.ibbi(args);
            let given = args.contains(&secret.as_str());
            assert!(given || !(result.out + &result.err).contains(&secret), "{args:?} shows the private key");
        }
        for (name, bytes) in place.files() {
            let holds = bytes.is_some_and(|bytes| bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
            assert!(!holds || name == "my.key", "{name:?} holds the private key");
        }
    }
}
