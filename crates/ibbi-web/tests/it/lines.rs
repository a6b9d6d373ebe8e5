//! The lines of the ledger, proofs about them, and ETags.

use crate::access::{Matrix, Who};
use crate::support::{Answer, Running};
use ibbi_log::{Digest, LineContent, Lines};
use ibbi_seal::{MerkleTree, decode_hash, is_consistent, root_from_proof};
use serde_json::{Value, json};

fn note(server: &Running, case: &str, text: &str) {
    let body = json!({ "type": "note_added", "data": { "text": text } });
    assert_eq!(server.post(&format!("/api/v1/cases/{case}/events"), &body).status, 201);
}

/// Returns the lines of a ledger's file.
fn stored(server: &Running) -> Vec<String> {
    std::fs::read_to_string(server.ledger()).unwrap().lines().map(str::to_owned).collect()
}

fn digests(lines: &[String]) -> Vec<Digest> {
    lines.iter().map(|line| Digest::sha256(line.as_bytes())).collect()
}

fn root(lines: &[Digest]) -> Digest {
    let mut tree = MerkleTree::new();
    lines.iter().for_each(|line| tree.push(line));
    tree.root()
}

#[test]
fn pages_have_every_line_once_with_its_hash() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    for number in 0..25 {
        note(&server, &case, &format!("note {number}"));
    }
    let stored = stored(&server);
    for limit in [1, 7, 27, 1000] {
        let (mut found, mut after) = (Vec::new(), 0);
        loop {
            let page = server.get(&format!("/api/v1/lines?after={after}&limit={limit}")).json();
            assert_eq!(page["size"], 27);
            let lines = page["lines"].as_array().unwrap().clone();
            assert!(lines.len() <= limit);
            for line in lines {
                let text = line["line"].as_str().unwrap().to_owned();
                assert_eq!(line["number"], found.len() + 1);
                assert_eq!(line["sha256"], Digest::sha256(text.as_bytes()).to_string());
                found.push(text);
            }
            after = page["position"].as_u64().unwrap();
            if page["next"].is_null() {
                break;
            }
        }
        assert_eq!(found, stored, "{limit}");
    }
    let end = server.get("/api/v1/lines?after=27").json();
    assert_eq!((&end["lines"], &end["position"], &end["next"]), (&json!([]), &json!(27), &json!(null)));
    for wrong in ["after=x", "limit=0", "limit=1001", "from=1", "after=-1"] {
        assert_eq!(server.get(&format!("/api/v1/lines?{wrong}")).status, 400, "{wrong}");
    }
}

#[test]
fn proofs_hold_for_every_line_and_size() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    for number in 0..20 {
        note(&server, &case, &format!("note {number}"));
    }
    let digests = digests(&stored(&server));
    let mut client = server.connect();
    let mut ask = |path: &str| client.ask("GET", path, &[], b"").json();
    let hashes = |value: &Value| -> Vec<Digest> {
        value.as_array().unwrap().iter().map(|hash| decode_hash(hash.as_str().unwrap()).unwrap()).collect()
    };
    let size = digests.len();
    for size in 1..=size {
        let whole = root(&digests[..size]);
        for line in 1..=size {
            let found = ask(&format!("/api/v1/proofs/inclusion?line={line}&size={size}"));
            assert_eq!(found["sha256"], digests[line - 1].to_string());
            assert_eq!(decode_hash(found["root"].as_str().unwrap()), Some(whole));
            let proved = root_from_proof(&digests[line - 1], line as u64 - 1, size as u64, &hashes(&found["proof"]));
            assert_eq!(proved, Some(whole), "{line} of {size}");
            let found = ask(&format!("/api/v1/proofs/consistency?from={line}&to={size}"));
            let first = root(&digests[..line]);
            assert_eq!(decode_hash(found["from_root"].as_str().unwrap()), Some(first));
            assert!(is_consistent((line as u64, &first), (size as u64, &whole), &hashes(&found["proof"])));
        }
    }
    assert_eq!(ask("/api/v1/proofs/inclusion?line=1")["size"], size);
    assert_eq!(ask("/api/v1/proofs/consistency?from=1")["to"], size);
    for wrong in [
        "inclusion",
        "inclusion?line=0",
        "inclusion?line=23",
        "inclusion?line=5&size=4",
        "inclusion?line=1&size=23",
        "inclusion?line=x",
        "consistency",
        "consistency?from=0",
        "consistency?from=5&to=4",
        "consistency?from=1&to=23",
    ] {
        let answer = server.get(&format!("/api/v1/proofs/{wrong}"));
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
    }
}

#[test]
fn viewer_gets_the_lines_that_it_may_read_and_the_hashes_of_the_others() {
    let matrix = Matrix::new();
    let stored = stored(&matrix.server);
    for (who, token) in &matrix.tokens {
        let page = matrix.get(token, "/api/v1/lines?limit=1000").json();
        let lines = page["lines"].as_array().unwrap();
        assert_eq!(lines.len(), stored.len());
        for (line, stored) in lines.iter().zip(&stored) {
            assert_eq!(line["sha256"], Digest::sha256(stored.as_bytes()).to_string());
            let is_own = stored.contains(&matrix.own);
            let is_concern_of = |concern: &str| stored.contains(&format!("\"concern\":\"{concern}\""));
            let hidden = match who {
                Who::Staff | Who::Auditor => false,
                Who::Facilitator => !is_own,
                Who::Labor => !is_own || is_concern_of("calendar-days"),
                Who::Management => !is_own || is_concern_of("pay-scale"),
                Who::Service => !is_own || stored.contains("\"concern\":"),
                Who::Nobody => true,
            };
            let hidden = hidden && line["number"] != 1;
            match line.get("line") {
                None => assert!(hidden, "{who:?} lacks {stored}"),
                Some(line) => assert!(!hidden && line == stored, "{who:?} has {stored}"),
            }
        }
    }
}

/// In format 1 a line has the text itself, so who may not read the text gets only the hash. Who may is in the log of readers.
#[test]
fn texts_in_lines_of_format_1_are_for_those_who_may_read_them() {
    let server = Running::start_with(|config| {
        std::fs::copy(ibbi_testing::golden_path("completed-two-half-days"), &config.ledger).unwrap();
    });
    let stored = stored(&server);
    let with_text = |line: &str| {
        ["note_added", "concern_raised", "concern_addressed"]
            .iter()
            .any(|kind| line.contains(&format!("\"type\":\"{kind}\"")))
    };
    let district = ibbi_core::Name::new("Saint-Éloi").unwrap();
    let scope = || ibbi_access::Scope::District(district.clone());
    let reads = || std::fs::read_to_string(server.folder.path().join("cases.ledger.reads")).unwrap_or_default();
    let (staff, service) =
        (server.token.clone(), server.token("sync", ibbi_access::Grant::new(ibbi_access::Role::Service, scope())));
    let given = |token: &str| -> Vec<String> {
        let page = server.connect_as(token).ask("GET", "/api/v1/lines?limit=1000", &[], b"").json();
        let lines = page["lines"].as_array().unwrap();
        lines.iter().filter_map(|line| Some(line.get("line")?.as_str()?.to_owned())).collect()
    };
    assert!(stored.iter().any(|line| with_text(line) && line.contains("\"v\":1}")));
    let few = given(&service);
    assert!(few.len() > 5 && !few.iter().any(|line| with_text(line)), "{few:#?}");
    assert_eq!(reads(), "");
    assert_eq!(given(&staff), stored);
    let count = stored.iter().filter(|line| with_text(line)).count();
    assert!(reads().contains(&format!("\"texts\":{count},\"path\":\"/api/v1/lines\"")), "{}", reads());
}

/// A ledger that was cut off behind the server's back is an error, not a shorter ledger.
#[test]
fn ledger_that_was_cut_off_is_an_error() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    (0..10).for_each(|number| note(&server, &case, &format!("note {number}")));
    let bytes = std::fs::read(server.ledger()).unwrap();
    let mut lines = Lines::new(&bytes[..]);
    let mut end = 0;
    for _ in 0..6 {
        let line = lines.next().unwrap().unwrap();
        assert!(matches!(line.content, LineContent::Whole(..)));
        end = line.offset + line.length + 1;
    }
    std::fs::OpenOptions::new().write(true).open(server.ledger()).unwrap().set_len(end).unwrap();
    let answer = server.get("/api/v1/lines");
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(server.get("/api/v1/proofs/inclusion?line=1").status, 503);
}

#[test]
fn every_etag_is_understood_weak_and_in_lists() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    ibbi_seal::PrivateKey::generate("example.org/ibbi", &key).unwrap();
    let server = Running::start_with(|config| {
        config.signer = Some(std::sync::Arc::new(ibbi_app::signing::Signer::load(&key, 1).unwrap()));
    });
    let case = server.open("Maple Hollow");
    let asked = |path: &str, headers: &[(&str, &str)]| -> Answer { server.connect().ask("GET", path, headers, b"") };
    let paths = [
        format!("/api/v1/cases/{case}"),
        format!("/api/v1/cases/{case}/survey"),
        "/api/v1/lines".to_owned(),
        "/api/v1/checkpoints".to_owned(),
        "/api/v1/checkpoints?after=1&limit=1".to_owned(),
        "/api/v1/key".to_owned(),
    ];
    for path in &paths {
        let whole = asked(path, &[]);
        assert_eq!(whole.status, 200, "{path}: {}", whole.text());
        let tag = whole.header("etag").unwrap_or_else(|| panic!("{path} has no ETag")).to_owned();
        let strong = tag.trim_start_matches("W/").to_owned();
        let weak = format!("W/{strong}");
        let listed = format!("\"other\", {weak}, W/\"another\"");
        for given in [&strong, &weak, &listed, &"*".to_owned()] {
            let answer = asked(path, &[("if-none-match", given)]);
            assert_eq!((answer.status, answer.header("etag")), (304, Some(&*tag)), "{path} {given}");
            assert_eq!(asked(path, &[("if-match", given)]).status, 200, "{path} {given}");
        }
        let two = [("if-none-match", "\"other\""), ("if-none-match", &*weak)];
        assert_eq!(asked(path, &two).status, 304, "{path}");
        assert_eq!(asked(path, &[("if-none-match", "\"other\", W/\"another\"")]).status, 200, "{path}");
        assert_eq!(asked(path, &[("if-match", "\"other\"")]).status, 412, "{path}");
        for wrong in ["other", "\"other", "W/other", "*, \"other\""] {
            assert_eq!(asked(path, &[("if-none-match", wrong)]).status, 400, "{path} {wrong}");
            assert_eq!(asked(path, &[("if-match", wrong)]).status, 400, "{path} {wrong}");
        }
        assert_eq!(server.connect().ask("HEAD", path, &[("if-none-match", &weak)], b"").status, 304, "{path}");
    }
    // The tags change with the content.
    let tags = || -> Vec<String> {
        paths[..4].iter().map(|path| asked(path, &[]).header("etag").unwrap().to_owned()).collect()
    };
    let before = tags();
    note(&server, &case, "new");
    assert!(before.iter().zip(tags()).all(|(before, after)| *before != after));
    // An event is recorded if one of the listed tags is that of now.
    let event = json!({ "type": "note_added", "data": { "text": "x" } }).to_string();
    let path = format!("/api/v1/cases/{case}/events");
    let offer = |tags: &str| server.connect().ask("POST", &path, &[("if-match", tags)], event.as_bytes()).status;
    assert_eq!(offer("\"1\", W/\"3\""), 412);
    assert_eq!(offer("\"1\", W/\"2\""), 201);
    assert_eq!(offer("W/\"3\""), 201);
    assert_eq!(offer("\"x\""), 400);
}
