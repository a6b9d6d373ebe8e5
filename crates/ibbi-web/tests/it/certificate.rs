//! The certificate on the page about an audit, with an earlier checkpoint and witnesses from the form.

use crate::support::{Running, clock, multipart};
use ibbi_app::audit::{AuditRequest, audit};
use ibbi_app::history::HistorySettings;
use ibbi_app::quorum::Quorum;
use ibbi_app::signing::{self, VerifySettings};
use ibbi_seal::{Evidence, SignedCheckpoint, WitnessPrivateKey, WitnessState};
use ibbi_testing::without_tags;
use std::fs;

struct Nothing;

impl ibbi_app::audit::FindingSink for Nothing {
    fn finding(&mut self, _: ibbi_app::audit::Finding) {}
}

#[test]
fn page_has_the_sentences_of_the_report() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (ledger, key) = (path("my.ledger"), path("key"));
    let public = signing::keygen("example.org/ibbi", &key).unwrap().public_key;
    fs::copy(server.ledger(), &ledger).unwrap();
    let now = clock().unwrap();
    let old = signing::checkpoint(&ledger, &key, now).unwrap().note;
    // The same key signs another history after the first two lines.
    let other = path("other.ledger");
    server.form(&format!("/cases/{case}"), "type=note_added&rev=1&text=a+note");
    fs::copy(server.ledger(), &other).unwrap();
    let new = signing::checkpoint(&other, &key, now).unwrap().note;
    let witness = WitnessPrivateKey::generate("witness-1", &path("witness")).unwrap();
    let signed: SignedCheckpoint = new.parse().unwrap();
    let signer = public.parse().unwrap();
    let cosigned = WitnessState::new(witness.public())
        .cosign(&witness, &signed, Evidence::Nothing, Some(&signer), 1_900_000_000)
        .unwrap()
        .to_string();
    for (name, text) in [("new.note", &cosigned), ("old.note", &old), ("keys", &witness.public().to_string())] {
        fs::write(path(name), text).unwrap();
    }
    let bytes = fs::read(&other).unwrap();
    let keys = fs::read(path("keys")).unwrap();
    for (since, is_forked) in [("new.note", false), ("old.note", true)] {
        let (kind, body) = multipart(&[
            ("ledger", &bytes),
            ("checkpoints", cosigned.as_bytes()),
            ("key", public.as_bytes()),
            ("since", &fs::read(path(since)).unwrap()),
            ("witnesses", &keys),
            ("quorum", b"1"),
        ]);
        let sent = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
        assert_eq!(sent.status, 303, "{}", sent.text());
        let address = sent.header("location").unwrap().to_owned();
        let request = AuditRequest {
            against: VerifySettings {
                checkpoints: Some(path("new.note")),
                keys: vec![public.clone()],
                ..VerifySettings::default()
            },
            history: HistorySettings {
                since: vec![path(since)],
                quorum: Some(Quorum::read(&path("keys"), 1).unwrap()),
            },
            digest: true,
            without_texts: true,
            kept: 5,
            ..AuditRequest::default()
        };
        let report = audit(&other, &request, &mut Nothing).unwrap();
        let page = without_tags(server.get(&address).text());
        // The page has the name of the uploaded file, the user, and the time.
        let own = |sentence: &&String| sentence.starts_with("The file ") || sentence.starts_with("The audit was made");
        let sentences = ibbi_report::certificate_sentences(&report);
        let (own, shared): (Vec<_>, Vec<_>) = sentences.iter().partition(own);
        assert_eq!(own.len(), 2);
        for sentence in shared {
            assert!(page.contains(sentence.as_str()), "{sentence}: {page}");
        }
        let json = server.get(&format!("{address}/audit.json")).json();
        assert_eq!(json["certificate"]["file"]["sha256"], ibbi_log::Digest::sha256(&bytes).to_string());
        assert_eq!(json["certificate"]["witnesses"]["most"], 1);
        assert_eq!((json["sound"].as_bool(), page.contains("The history forked.")), (Some(!is_forked), is_forked));
    }
    // Without the ledger, a checkpoint must have the cosignatures too.
    for (statement, is_met) in [(&cosigned, true), (&new, false)] {
        let parts =
            [("ledger", statement.as_bytes()), ("key", public.as_bytes()), ("witnesses", &keys[..]), ("quorum", b"1")];
        let (kind, body) = multipart(&parts);
        let send = |path: &str| server.connect().ask("POST", path, &[("content-type", kind)], &body);
        let verified = send("/api/v1/verify").json();
        let has_fault = |code: &str| verified["faults"].as_array().unwrap().iter().any(|fault| fault["code"] == code);
        assert_eq!(
            (verified["sound"].as_bool(), has_fault("checkpoint.quorum")),
            (Some(is_met), !is_met),
            "{verified}"
        );
        let page = server.get(send("/audit").header("location").unwrap()).text().to_owned();
        assert_eq!(page.contains("is not sound"), !is_met, "{page}");
        assert_eq!(page.contains("the cosignatures of 1 of the 1 witnesses"), !is_met, "{page}");
    }
    for (field, content, reason) in [
        ("since", &b"no checkpoint"[..], "earlier-checkpoint"),
        ("witnesses", b"no key", "witnesses"),
        ("quorum", b"many", "must be a number"),
    ] {
        let (kind, body) = multipart(&[("ledger", &bytes), (field, content)]);
        let refused = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
        assert!(refused.status == 400 && refused.text().to_lowercase().contains(reason), "{field}: {}", refused.text());
        assert!(!refused.text().contains("/ibbi-"), "the server's folder is in no answer: {}", refused.text());
    }
}

/// A mistake in any file of an upload, on the page and in the API.
#[test]
fn no_answer_to_an_upload_names_a_path_of_the_server() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let ledger = fs::read(server.ledger()).unwrap();
    let proof = server.get("/api/v1/proofs/inclusion?line=1").text().to_owned().into_bytes();
    let mirror = b"{\"mirror\":1".to_vec();
    let torn = ledger[..ledger.len() - 20].to_vec();
    let mut broken = ledger.clone();
    broken[150] = b'\n';
    let bad: &[&[u8]] = &[b"no checkpoint\n\n\xff", b"example.org/x\n3\nnot a root\n\n\xe2\x80\x94 key AAAA\n", b"\n"];
    let mut answers = 0;
    for file in [&ledger, &proof, &mirror, &torn, &broken] {
        for (field, content) in
            ["checkpoints", "since", "witnesses"].iter().flat_map(|field| bad.iter().map(move |bad| (field, bad)))
        {
            let (kind, body) = multipart(&[("ledger", file), (field, content)]);
            let send = |path: &str| server.connect().ask("POST", path, &[("content-type", kind)], &body);
            let mut texts = Vec::new();
            for path in ["/api/v1/verify", "/api/v1/audit", "/api/v1/replay", "/api/v1/ledger/diff"] {
                texts.push((path.to_owned(), send(path)));
            }
            let page = send("/audit");
            if let Some(place) = page.header("location").map(str::to_owned) {
                for path in ["", "/audit.json", "/audit.html", "/compare", "/days", "/export/csv"] {
                    let path = format!("{place}{path}");
                    texts.push((path.clone(), server.get(&path)));
                }
                for path in ["", "/audit.html"] {
                    let path = format!("{place}/cases/{case}{path}");
                    texts.push((path.clone(), server.get(&path)));
                }
            }
            texts.push(("/audit".to_owned(), page));
            for (path, answer) in texts {
                let text = answer.text();
                let is_named = text.contains("/ibbi-") || text.contains(&*std::env::temp_dir().to_string_lossy());
                assert!(!is_named, "{path}, {field}: {text}");
                assert!(answer.status < 500, "{path}, {field}: {text}");
                answers += 1;
            }
        }
    }
    assert!(answers > 200, "{answers}");
}

#[test]
fn own_audit_checks_the_signatures_of_the_server() {
    let keys = tempfile::tempdir().unwrap();
    let file = keys.path().join("key");
    signing::keygen("example.org/ibbi", &file).unwrap();
    let server = Running::start_with(|config| {
        config.signer = Some(std::sync::Arc::new(signing::Signer::load(&file, 1).unwrap()));
    });
    let case = server.open("Maple Hollow");
    let page = server.get("/audit/own");
    let text = without_tags(page.text());
    assert!(!text.contains("signature was not checked"), "{text}");
    let json = server.get("/audit/own/audit.json").json();
    assert_eq!(json["checkpoints"][0]["signer"], "example.org/ibbi", "{json}");
    // Both reports are whole pages to download.
    assert!(page.text().contains("href=\"/audit/own/audit.html\""), "{}", page.text());
    let place = format!("/audit/own/cases/{case}");
    assert!(server.get(&place).text().contains(&format!("href=\"{place}/audit.html\"")));
    for (path, name) in
        [("/audit/own/audit.html".to_owned(), "audit.html"), (format!("{place}/audit.html"), "audit-case.html")]
    {
        let report = server.get(&path);
        assert_eq!(report.status, 200, "{}", report.text());
        assert_eq!(report.header("content-disposition"), Some(&*format!("attachment; filename=\"{name}\"")));
        assert!(
            report.text().contains("Maple Hollow") && report.text().contains("<!DOCTYPE html>"),
            "{}",
            report.text()
        );
    }
    let other = format!("/audit/own/cases/{}/audit.html", uuid::Uuid::from_u128(7));
    assert_eq!(server.get(&other).status, 404);
}
