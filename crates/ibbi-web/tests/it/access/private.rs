//! Texts, refusals, and advisories that not everyone may read.

use super::{Matrix, Who, search};
use crate::support::Running;
use ibbi_access::{Grant, Role, Scope};
use serde_json::{Value, json};

#[test]
fn note_is_read_by_who_recorded_it_and_by_the_program() {
    let matrix = Matrix::new();
    let token = |wanted: Who| &matrix.tokens.iter().find(|(who, _)| *who == wanted).unwrap().1;
    let path = format!("/api/v1/cases/{}/events", matrix.own);
    let note = r#"{"type":"note_added","data":{"text":"own-note-text"}}"#;
    let recorded = matrix.ask(token(Who::Labor), "POST", &path, "application/json", note);
    assert_eq!(recorded.status, 201, "{}", recorded.text());
    let seq = recorded.json()["seq"].as_u64().unwrap();
    for (who, reads) in [(Who::Labor, true), (Who::Management, false), (Who::Staff, true), (Who::Service, false)] {
        let page = matrix.get(token(who), &format!("/cases/{}", matrix.own));
        assert_eq!(page.text().contains("own-note-text"), reads, "{who:?}");
    }
    // Only who recorded it, or may void it, replaces it.
    for (who, status) in [(Who::Management, 403), (Who::Service, 403), (Who::Labor, 200), (Who::Facilitator, 200)] {
        let body = json!({ "type": "note_added", "data": { "text": "changed" }, "replaces": seq, "dry_run": true });
        let answer = matrix.ask(token(who), "POST", &path, "application/json", &body.to_string());
        assert_eq!(answer.status, status, "{who:?}: {}", answer.text());
    }
}

#[test]
fn reading_confidential_texts_is_logged() {
    let matrix = Matrix::new();
    let token = |wanted: Who| &matrix.tokens.iter().find(|(who, _)| *who == wanted).unwrap().1;
    let log = ibbi_access::read_log_path(&matrix.server.ledger());
    let lines = || -> Vec<Value> {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let before = lines().len();
    let page = format!("/cases/{}", matrix.own);
    for (who, path, texts) in [
        (Who::Labor, page.clone(), Some(json!(2))),
        (Who::Service, page.clone(), None),
        (Who::Labor, format!("{page}/forecast"), None),
        (Who::Auditor, format!("/api/v1/cases/{}/replay", matrix.other), Some(json!(4))),
        (Who::Auditor, "/api/v1/ledger".to_owned(), Some(Value::Null)),
    ] {
        let count = lines().len();
        assert_eq!(matrix.get(token(who), &path).status, 200);
        let new = &lines()[count..];
        match texts {
            None => assert!(new.is_empty(), "{who:?} {path}: {new:?}"),
            Some(texts) => {
                assert_eq!(new.len(), 1, "{who:?} {path}: {new:?}");
                assert_eq!((&new[0]["by"]["name"], &new[0]["path"]), (&json!(format!("{who:?}")), &json!(path)));
                assert_eq!(new[0]["texts"], texts, "{who:?} {path}");
            }
        }
    }
    assert_eq!(lines().len(), before + 3);
    // If the reading can't be logged, the texts are not shown.
    std::fs::remove_file(&log).unwrap();
    std::fs::create_dir(&log).unwrap();
    let answer = matrix.get(token(Who::Labor), &page);
    assert!(answer.status == 503 && !answer.text().contains("labor-secret-text"), "{}", answer.text());
}

/// What an answer to a question says must not tell more than the pages do.
#[test]
fn refusals_and_advisories_tell_nothing_about_others() {
    let matrix = Matrix::new();
    let token = |wanted: Who| &matrix.tokens.iter().find(|(who, _)| *who == wanted).unwrap().1;
    let ask = |who: Who, body: Value| {
        let mut body = body;
        body["dry_run"] = json!(true);
        matrix.ask(
            token(who),
            "POST",
            &format!("/api/v1/cases/{}/events", matrix.own),
            "application/json",
            &body.to_string(),
        )
    };
    // The open concerns of a party.
    let adopts = json!({ "type": "party_decided", "data": { "party": "management", "decision": "adopt", "spokesperson": "amari" } });
    let refused = ask(Who::Service, adopts.clone());
    assert!(refused.status == 422 && refused.text().contains("confidential-"), "{}", refused.text());
    search(&matrix, (Who::Service, true), "refusal", &refused);
    assert!(ask(Who::Management, adopts).text().contains("calendar-days"));
    // A concern of the other party is as unknown as one that doesn't exist. Its stand-in is the other party's.
    let addressed =
        |who, id: &str| ask(who, json!({ "type": "concern_addressed", "data": { "concern": id, "response": "x" } }));
    let [foreign, unknown] = ["calendar-days", "no-such-concern"].map(|id| addressed(Who::Labor, id).json());
    assert_eq!(foreign, unknown);
    // Also for a service, which can record both parties' events and reads no concern.
    for kind in ["concern_addressed", "concern_dropped"] {
        let answers = ["calendar-days", "no-such-concern"].map(|id| {
            let data = json!({ "concern": id, "response": "x" });
            let data = if kind == "concern_dropped" { json!({ "concern": id }) } else { data };
            let answer = ask(Who::Service, json!({ "type": kind, "data": data, "at": "2025-10-24 11:00" }));
            assert_eq!(answer.status, 422, "{kind} {id}: {}", answer.text());
            assert_eq!(answer.text().matches(id).count(), 2, "in words and as data: {}", answer.text());
            answer.text().replace(id, "CONCERN")
        });
        assert_eq!(answers[0], answers[1], "{kind}");
    }
    // A service works with the stand-ins that it sees.
    let found = addressed(Who::Service, "confidential-2");
    assert_eq!(found.status, 200, "{}", found.text());
    // The neutral's bookings in another district.
    let year = crate::support::clock().unwrap().utc_date().to_string()[..4].parse::<u32>().unwrap() + 1;
    let slot =
        json!({ "starts": format!("{year}-01-16T08:00:00-05:00"), "ends": format!("{year}-01-16T16:00:00-05:00") });
    let [fresh, other] = ["Cedar Own", "Zulu Other"].map(|district| in_training(&matrix.server, district));
    let booked = json!({ "type": "session_scheduled", "data": { "part": 1, "neutral": { "id": "reyes", "name": "Ines Reyes" }, "slot": slot } });
    let path = |case: &str| format!("/api/v1/cases/{case}/events");
    let first = matrix.server.post(&path(&other), &booked);
    assert_eq!(first.status, 201, "{}", first.text());
    let facilitator = matrix.server.token("f", Grant::new(Role::Facilitator, Scope::Case(fresh.parse().unwrap())));
    let answer = matrix.ask(&facilitator, "POST", &path(&fresh), "application/json", &booked.to_string());
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(answer.text().contains("neutral.double-booked") && !answer.text().contains("Zulu"), "{}", answer.text());
    let scenario = matrix.server.get("/plan/scenario.toml").text().replace("S. Quinn", "Ines Reyes");
    for operation in ["plan", "simulate", "report"] {
        let body = json!({ "case": fresh, "scenario": scenario, "runs": 10 });
        let body = if operation == "plan" { json!({ "case": fresh, "scenario": scenario }) } else { body };
        let answer =
            matrix.ask(&facilitator, "POST", &format!("/api/v1/{operation}"), "application/json", &body.to_string());
        assert!(!answer.text().contains("Zulu"), "{operation}: {}", answer.text());
    }
    for path in ["", "/forecast"] {
        let page = matrix.get(&facilitator, &format!("/cases/{fresh}{path}"));
        assert!(page.status == 200 && !page.text().contains("Zulu"), "{path}: {}", page.text());
    }
    // An error about a time names no folder.
    let early = json!({ "case": matrix.own, "as_of": "1970-01-01T00:00:00Z" });
    let answer = matrix.ask(token(Who::Labor), "POST", "/api/v1/plan", "application/json", &early.to_string());
    search(&matrix, (Who::Labor, true), "plan", &answer);
    assert!(answer.status >= 400 && !answer.text().contains(".ledger"), "{}", answer.text());
}

/// Opens a case, and records everything before the first session is booked.
fn in_training(server: &Running, district: &str) -> String {
    let opening = json!({ "data": { "district": district }, "at": "2025-09-02 09:00" });
    let case = server.post("/api/v1/cases", &opening).json()["case"].as_str().unwrap().to_owned();
    for line in ibbi_testing::UNTIL_SECOND_DECISION.lines().take_while(|line| !line.contains("session_scheduled")) {
        let answer = server.post(&format!("/api/v1/cases/{case}/events"), &serde_json::from_str(line).unwrap());
        assert_eq!(answer.status, 201, "{line}: {}", answer.text());
    }
    case
}

/// A service that records a concern can correct it, because it reads what it recorded, and no other.
#[test]
fn text_that_cannot_be_read_cannot_be_replaced() {
    let matrix = Matrix::new();
    let service = &matrix.tokens.iter().find(|(who, _)| *who == Who::Service).unwrap().1;
    let path = format!("/api/v1/cases/{}/events", matrix.own);
    let raised =
        json!({ "type": "concern_raised", "data": { "concern": "own", "party": "labor", "text": "own-text" } });
    let recorded = matrix.ask(service, "POST", &path, "application/json", &raised.to_string());
    let seq = recorded.json()["seq"].as_u64().unwrap();
    let page = matrix.get(service, &format!("/cases/{}/entries/{seq}", matrix.own));
    assert!(page.text().contains("own-text"), "{}", page.text());
    let timeline = matrix.server.get(&format!("/api/v1/cases/{}/replay", matrix.own)).json();
    let moments = timeline["moments"].as_array().unwrap();
    let other = moments.iter().find(|moment| moment["event"]["data"]["text"] == "labor-secret-text").unwrap();
    for (replaces, status) in [(seq, 200), (other["seq"].as_u64().unwrap(), 403)] {
        let mut body = raised.clone();
        body["data"]["text"] = json!("changed");
        (body["replaces"], body["dry_run"]) = (json!(replaces), json!(true));
        let answer = matrix.ask(service, "POST", &path, "application/json", &body.to_string());
        assert_eq!(answer.status, status, "{replaces}: {}", answer.text());
    }
}
