//! Proofs and checkpoints that are uploaded: the API and the page say what each is, and whether it holds.

use crate::support::{Answer, Running, multipart};
use serde_json::{Value, json};

fn upload(server: &Running, path: &str, content: &str) -> Answer {
    let (kind, body) = multipart(&[("ledger", content.as_bytes())]);
    let answer = server.connect().ask("POST", path, &[("content-type", kind)], &body);
    match answer.header("location").map(str::to_owned) {
        Some(place) => server.get(&place),
        None => answer,
    }
}

#[test]
fn proofs_of_the_api_are_verified_where_ledgers_are() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    for number in 0..6 {
        let note = json!({ "type": "note_added", "data": { "text": format!("note {number}") } });
        assert_eq!(server.post(&format!("/api/v1/cases/{case}/events"), &note).status, 201);
    }
    let get = |path: &str| server.get(&format!("/api/v1/proofs/{path}")).json();
    let (line, growth) = (get("inclusion?line=3"), get("consistency?from=4"));
    for (proof, what, shown, hash) in [
        (&line, "inclusion proof", "This proof holds: line 3 is among the first", "sha256"),
        (&growth, "consistency proof", "This proof holds: a ledger only grew from 4 lines to", "from_root"),
    ] {
        for text in [proof.to_string(), serde_json::to_string_pretty(proof).unwrap(), format!("\u{feff}{proof}\n")] {
            let verified = upload(&server, "/api/v1/verify", &text).json();
            assert_eq!((&verified["what"], &verified["sound"]), (&json!(what), &json!(true)), "{verified}");
            assert_eq!(verified["proved"]["signed"], false, "{verified}");
        }
        let page = upload(&server, "/audit", &proof.to_string()).text().to_owned();
        assert!(page.contains(shown) && page.contains("are not signed"), "{page}");
        // A change of any value is found.
        let mut changed = proof.clone();
        changed[hash] = proof["proof"][0].clone();
        if hash == "sha256" {
            changed[hash] = "00".repeat(32).into();
        }
        let mut fewer = proof.clone();
        fewer["proof"].as_array_mut().unwrap().pop();
        let mut other = proof.clone();
        other["line"] = 4.into();
        let cut = proof.to_string();
        let wrong = [changed.to_string(), fewer.to_string(), other.to_string(), cut[..cut.len() - 9].to_owned()];
        for text in wrong {
            let verified = upload(&server, "/api/v1/verify", &text).json();
            assert_eq!(
                (&verified["sound"], &verified["faults"][0]["code"]),
                (&json!(false), &json!("proof")),
                "{text}: {verified}"
            );
            assert!(upload(&server, "/audit", &text).text().contains("doesn\u{2019}t hold"), "{text}");
        }
        for path in ["/api/v1/audit", "/api/v1/replay"] {
            let problem: Value = upload(&server, path, &proof.to_string()).json();
            assert_eq!(problem["code"], "not-a-ledger", "{problem}");
            assert!(
                problem["detail"].as_str().unwrap().starts_with("this is a proof, which has no records"),
                "{problem}"
            );
        }
    }
}

#[test]
fn copy_is_compared_with_the_ledger_of_the_server() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let agreed = json!({ "type": "leader_agreed", "data": { "seat": "superintendent", "name": "Rosa Amari" } });
    assert_eq!(server.post(&format!("/api/v1/cases/{case}/events"), &agreed).status, 201);
    let ledger = server.get("/api/v1/ledger").text().to_owned();
    let same = upload(&server, "/api/v1/ledger/diff", &ledger).json();
    assert_eq!(same["same"], true, "{same}");
    let altered = ledger.replace("Rosa Amari", "Rosa Am\u{430}ri");
    let report = upload(&server, "/api/v1/ledger/diff", &altered).json();
    assert_eq!((&report["same"], &report["records"]["changed"]), (&json!(false), &json!(1)), "{report}");
    let (kind, body) = multipart(&[("ledger", altered.as_bytes())]);
    let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    let place = sent.header("location").unwrap().to_owned();
    assert!(server.get(&place).text().contains(&format!("href=\"{place}/compare\"")));
    let page = server.get(&format!("{place}/compare")).text().to_owned();
    for shown in ["The history forked: from line ", "the name is", "\u{430} (U+0430) in the uploaded copy", "1 changed"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    // Every sentence says which is which, as the page does.
    assert!(page.contains("in our ledger") && !page.contains("the second") && !page.contains("first file"), "{page}");
    // An older copy is not a fork.
    let older = ledger.lines().next().unwrap().to_owned() + "\n";
    let (kind, body) = multipart(&[("ledger", older.as_bytes())]);
    let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    let page = server.get(&format!("{}/compare", sent.header("location").unwrap())).text().to_owned();
    let more = ledger.lines().count() - 1;
    assert!(page.contains(&format!("is the beginning of ours; ours has {more} more line")), "{page}");
    let proof = server.get("/api/v1/proofs/inclusion?line=1").text().to_owned();
    assert_eq!(upload(&server, "/api/v1/ledger/diff", &proof).json()["code"], "not-a-ledger");
}

#[test]
fn file_of_a_release_is_no_altered_ledger_and_an_upload_lacks_no_texts() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let note = json!({ "type": "note_added", "data": { "text": "a note" } });
    assert_eq!(server.post(&format!("/api/v1/cases/{case}/events"), &note).status, 201);
    let ledger = server.get("/api/v1/ledger").text().to_owned();
    // Texts are never uploaded, so a copy without them is nothing to warn about.
    let report = upload(&server, "/api/v1/audit", &ledger).json();
    assert_eq!((&report["sound"], &report["warnings"]), (&json!(true), &json!(0)), "{report}");
    assert!(!report.to_string().contains("texts.no-file"), "{report}");
    let lines: Vec<&str> = ledger.lines().collect();
    let proved = format!("{}\n{{\"index\":0,\"proof\":[]}}\n{}\n", lines[0], lines[1]);
    let hidden = format!("{}\n{{\"sha256\":\"{}\"}}\n", lines[0], "0".repeat(64));
    for text in [proved, hidden] {
        let problem = upload(&server, "/api/v1/audit", &text).json();
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("part of a public-records release") && detail.contains("verify_release.py"),
            "{problem}"
        );
        let page = upload(&server, "/audit", &text).text().to_owned();
        assert!(page.contains("part of a public-records release") && !page.contains("was changed"), "{page}");
    }
}
