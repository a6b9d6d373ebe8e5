//! Public-records releases on the page and over the API: the preview, the download, and what neither has.

use crate::support::Running;
use serde_json::{Value, json};

const SECRET: &str = "Quillon takes medical leave.";
const PUBLIC: &str = "The meeting was moved to the library.";

/// Returns a server that signs, the ID of a case, and the lines of its two notes: a confidential one, and one for the public.
fn office() -> (tempfile::TempDir, Running, String, [u64; 2]) {
    let (folder, server) = Running::start_with_key();
    let case = server.open("Maple Hollow");
    let lines = [SECRET, PUBLIC].map(|text| {
        let note = json!({ "type": "note_added", "data": { "text": text } });
        server.post(&format!("/api/v1/cases/{case}/events"), &note).json()["seq"].as_u64().unwrap()
    });
    (folder, server, case, lines)
}

fn decisions(case: &str, [secret, public]: [u64; 2]) -> Value {
    json!({
        "cases": [case],
        "exempt": {
            "default": { "exemption": "cl. 26(d)", "reason": "Positions." },
            "rule": [{ "action": "withhold_line", "lines": [secret], "exemption": "cl. 26(c)", "reason": "Health." }],
        },
        "release_texts": [public],
    })
}

#[test]
fn api_shows_what_would_be_withheld_and_returns_that_release() {
    let (_keys, server, case, lines) = office();
    let path = "/api/v1/ledger/release";
    let mut body = decisions(&case, lines);
    body["dry_run"] = json!(true);
    let seen = server.post(path, &body);
    assert_eq!(seen.status, 200, "{}", seen.text());
    let seen = seen.json();
    let withheld = json!([{
        "line": lines[0], "case": case, "event": "note added", "whole_line": true, "exemption": "cl. 26(c)", "reason": "Health.",
    }]);
    assert_eq!((&seen["withheld"], &seen["texts_released"]), (&withheld, &json!([lines[1]])));
    assert_eq!((&seen["records"], &seen["is_signed"], &seen["complete"]), (&json!(2), &json!(true), &json!(true)));
    let document = server.get("/api/v1/openapi.json").json();
    let schema = json!({ "$ref": "#/components/schemas/ReleasePreview" });
    assert_eq!(crate::support::errors(&document, &schema, &seen), Vec::<String>::new());
    body["dry_run"] = json!(false);
    body["seen"] = seen["sha256"].clone();
    let zip = server.post(path, &body);
    assert_eq!((zip.status, zip.header("content-type")), (200, Some("application/zip")));
    assert_eq!(zip.header("content-disposition"), Some("attachment; filename=\"release.zip\""));
    assert!(zip.body.starts_with(b"PK\x03\x04"));
    // The same decisions about the same records give the same bytes.
    assert_eq!(server.post(path, &body).body, zip.body);
    // A release that is not the one that was looked at is not given out.
    server.post(&format!("/api/v1/cases/{case}/events"), &json!({ "type": "note_added", "data": { "text": "later" } }));
    let changed = server.post(path, &body);
    assert_eq!((changed.status, &changed.json()["code"]), (409, &json!("release-changed")));
    for (wrong, part) in [
        (json!({ "cases": [] }), "`cases` is empty"),
        (json!({ "cases": [case] }), "neither an exemption nor a release; name the exemption for all other texts"),
        (json!({ "exempt": { "rule": [{ "action": "hide" }] } }), "unknown variant"),
        (json!({ "exempt": { "rule": [{ "action": "withhold" }] } }), "`exempt`: rule 1: add `exemption`"),
    ] {
        let refused = server.post(path, &wrong);
        assert!(refused.status == 400 && refused.text().contains(part), "{wrong}: {}", refused.text());
    }
    let unknown = server.post(path, &json!({ "cases": ["01920000-0000-7000-8000-000000000001"] }));
    assert_eq!((unknown.status, &unknown.json()["code"]), (404, &json!("no-case")));
}

#[test]
fn page_shows_a_preview_and_downloads_it() {
    let (_keys, server, case, [secret, public]) = office();
    let page = server.get("/retention/release");
    assert!(page.status == 200 && page.text().contains("Maple Hollow"), "{}", page.text());
    assert!(server.get("/retention").text().contains("href=\"/retention/release\""));
    let rule = format!("[[rule]]\r\nlines = [{secret}]\r\naction = 'withhold_line'\r\nexemption = 'cl. 26(c)'\r\n");
    let fields = |reason: &str| {
        let rules = format!("{rule}reason = '{reason}'");
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs([
                ("case", case.as_str()),
                ("exemption", "cl. 26(d)"),
                ("reason", "Positions."),
                ("rules", &rules),
            ])
            .append_pair("release_texts", &public.to_string())
            .finish()
    };
    let preview = server.form("/retention/release", &fields("Health."));
    assert_eq!(preview.status, 200, "{}", preview.text());
    for part in ["[line withheld: note added]", "cl. 26(c)", "Health.", PUBLIC, "Download the release (.zip)"] {
        assert!(preview.text().contains(part), "{part}: {}", preview.text());
    }
    assert!(!preview.text().contains(SECRET), "{}", preview.text());
    let seen = preview.text().split("name=\"seen\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let zip = server.form("/retention/release", &format!("{}&seen={seen}", fields("Health.")));
    assert_eq!((zip.status, zip.header("content-type")), (200, Some("application/zip")));
    // After a change, the new preview is shown in place of the download.
    let changed = server.form("/retention/release", &format!("{}&seen={seen}", fields("Illness.")));
    assert_eq!(changed.status, 409);
    for part in ["No release was made.", "have changed since the preview", "Download the release (.zip)"] {
        assert!(changed.text().contains(part), "{part}: {}", changed.text());
    }
    assert!(!changed.text().contains(seen));
    for (wrong, part) in [
        ("exemption=a&reason=b", "Choose at least one case, or all cases"),
        ("all=1&exemption=a", "Give both the law and the reason"),
        (
            "all=1&exemption=a&reason=b&rules=%5Bdefault%5D%0Aexemption%3D%27a%27%0Areason%3D%27b%27",
            "the table [default]",
        ),
        ("all=1&rules=%5B%5Brule%5D%5D%0D%0Aaction%3D%27hide%27%0D%0A", "TOML parse error"),
        ("all=1", "have neither an exemption nor a release"),
        ("all=1&exemption=a&reason=b&release_texts=1%2C+x", "write the numbers"),
    ] {
        let refused = server.form("/retention/release", wrong);
        let text = refused.text().to_lowercase();
        assert!(refused.status == 400 && text.contains(&part.to_lowercase()), "{wrong}: {}", refused.text());
        assert!(!text.contains('\u{fffd}'), "no line break is a sign that can't be shown: {text}");
    }
}

#[test]
fn server_without_a_key_says_how_to_get_a_checkpoint() {
    let server = Running::start();
    server.open("Maple Hollow");
    let refused = server.form("/retention/release", "all=1");
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("has no checkpoint; a server with --sign KEYFILE signs one"), "{}", refused.text());
}
