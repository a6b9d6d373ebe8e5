//! The lists of the API, page by page.

use crate::support::{Running, multipart};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn lists_have_pages_with_every_entry_once() {
    let server = Running::start();
    let cases: Vec<String> = (0..5).map(|number| server.open(&format!("District {number}"))).collect();
    for number in 0..4 {
        let note = json!({ "type": "note_added", "data": { "text": format!("note {number}") } });
        assert_eq!(server.post(&format!("/api/v1/cases/{}/events", cases[0]), &note).status, 201);
    }
    let (kind, upload) = multipart(&[("ledger", &std::fs::read(server.ledger()).unwrap())]);
    let replayed = format!("/api/v1/cases/{}/replay", cases[0]);
    for (path, list, key, expected) in [
        ("/api/v1/cases", "cases", "case", 5),
        ("/api/v1/records", "records", "id", 9),
        (replayed.as_str(), "moments", "seq", 5),
        ("/api/v1/replay", "timelines", "case", 5),
    ] {
        for limit in [1, 2, expected, 1000] {
            let (mut found, mut after) = (Vec::new(), String::new());
            loop {
                let address = format!("{path}?limit={limit}{after}");
                let answer = if list == "timelines" {
                    server.connect().ask("POST", &address, &[("content-type", kind)], &upload)
                } else {
                    server.get(&address)
                };
                assert_eq!(answer.status, 200, "{address}: {}", answer.text());
                let page = answer.json();
                let entries = page[list].as_array().unwrap();
                assert!(entries.len() <= limit && !entries.is_empty(), "{address}");
                found.extend(entries.iter().map(|entry| entry[key].to_string()));
                if page["next"].is_null() {
                    break;
                }
                after = format!("&after={}", page["next"].to_string().trim_matches('"'));
            }
            assert_eq!(found.len(), expected, "{path} {limit}: {found:?}");
            assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), expected, "{path} {limit}: {found:?}");
        }
        for wrong in ["limit=0", "limit=1001", "limit=x", "after=x"] {
            let answer = match list {
                "timelines" => {
                    server.connect().ask("POST", &format!("{path}?{wrong}"), &[("content-type", kind)], &upload)
                }
                _ => server.get(&format!("{path}?{wrong}")),
            };
            assert_eq!(answer.status, 400, "{path}?{wrong}");
        }
    }
}
