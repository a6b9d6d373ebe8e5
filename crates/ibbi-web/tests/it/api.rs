//! The API: every operation, its responses checked against the OpenAPI document, and every refusal.

use crate::support::{Running, errors, multipart};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Runs a case over HTTP up to a booked training.
fn story(server: &Running) -> String {
    let case = server.open("Maple Hollow");
    let offer = |kind: &str, data: Value| {
        let answer = server.post(&format!("/api/v1/cases/{case}/events"), &json!({ "type": kind, "data": data }));
        assert_eq!(answer.status, 201, "{kind}: {}", answer.text());
    };
    offer("leader_agreed", json!({ "name": "R. Amari", "seat": "superintendent" }));
    offer("leader_agreed", json!({ "name": "J. Ortiz", "seat": "union_president" }));
    offer("leader_agreed", json!({ "name": "T. Okafor", "seat": "school_committee", "office": "chair" }));
    let slot = json!({ "starts": "2031-10-20T15:00:00-04:00", "ends": "2031-10-20T16:30:00-04:00" });
    offer("meeting_scheduled", json!({ "slot": slot }));
    case
}

#[test]
fn responses_match_the_openapi_document() {
    let goals = ibbi_app::sim::GoalSet::parse(ibbi_app::sim::SAMPLE_GOALS).unwrap();
    let server = Running::start_with(|config| config.settings.goals = Some(goals));
    let case = story(&server);
    let document = server.get("/api/v1/openapi.json").json();
    let mut asked = BTreeSet::new();
    let mut check = |method: &str, template: &str, path: &str, body: Option<Value>, accept: &str| {
        let headers = [("content-type", "application/json"), ("accept", accept)];
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let answer = server.connect().ask(method, path, &headers, body.as_bytes());
        let operation = &document["paths"][template][method.to_lowercase()];
        let described = &operation["responses"][answer.status.to_string()];
        let described = if described.is_null() { &operation["responses"]["default"] } else { described };
        let kind = answer.header("content-type").unwrap().split(';').next().unwrap().to_owned();
        let schema = &described["content"][&kind]["schema"];
        assert!(!schema.is_null(), "{method} {path}: {} {kind} is not described: {}", answer.status, answer.text());
        if kind.ends_with("json") && kind != "application/x-ndjson" {
            let wrong = errors(&document, schema, &answer.json());
            assert!(wrong.is_empty(), "{method} {path}: {wrong:#?}");
        }
        asked.insert(operation["operationId"].as_str().unwrap().to_owned());
        answer
    };
    let get = ["/survey", "/route?goal=training", "/replay", "/calendar.ics", ""];
    for tail in get {
        let template = format!("/api/v1/cases/{{case}}{}", tail.split('?').next().unwrap());
        let answer = check("GET", &template, &format!("/api/v1/cases/{case}{tail}"), None, "*/*");
        assert_eq!(answer.status, 200, "{tail}: {}", answer.text());
    }
    for path in [
        "cases",
        "records",
        "lines",
        "ledger",
        "ledger/verify",
        "ledger/audit",
        "ledger/cases",
        "ledger/goals",
        "ledger/program-report",
        "chart",
        "rules",
        "forms",
        "programs",
        "schema/ledger",
        "schema/scenario",
        "openapi.json",
    ] {
        let path = format!("/api/v1/{path}");
        assert_eq!(check("GET", &path, &path, None, "*/*").status, 200, "{path}");
    }
    let path = "/api/v1/ledger/goals";
    let chances = check("GET", path, &format!("{path}?chances=1&as_of=2100-01-01"), None, "*/*");
    assert!(chances.status == 200 && chances.json()["risks"]["runs"].is_u64(), "{}", chances.text());
    for (path, query) in [("inclusion", "line=1"), ("consistency", "from=1")] {
        let path = format!("/api/v1/proofs/{path}");
        assert_eq!(check("GET", &path, &format!("{path}?{query}"), None, "*/*").status, 200, "{path}");
    }
    for format in ["csv", "xes", "ocel", "cloudevents", "pnml", "bpmn"] {
        let path = format!("/api/v1/ledger/export/{format}");
        let answer = check("GET", "/api/v1/ledger/export/{format}", &path, None, "*/*");
        assert!(answer.status == 200 && !answer.body.is_empty(), "{format}: {}", answer.text());
    }
    // This server signs nothing.
    for path in ["checkpoints", "key"] {
        let path = format!("/api/v1/{path}");
        assert_eq!(check("GET", &path, &path, None, "*/*").status, 404, "{path}");
    }
    // An extract needs a checkpoint.
    let template = "/api/v1/cases/{case}/extract";
    assert_eq!(check("GET", template, &format!("/api/v1/cases/{case}/extract"), None, "*/*").status, 400);
    for (path, body) in [
        ("scenario", json!({})),
        ("plan", json!({ "format": "full_day" })),
        ("plan", json!({ "case": case })),
        ("simulate", json!({ "runs": 500 })),
        ("simulate", json!({ "runs": 500, "case": case })),
        ("compare", json!({ "runs": 500 })),
        ("who", json!({ "runs": 100 })),
        ("favors", json!({})),
        (
            "scenarios/availability",
            json!({
                "files": [{ "name": "a.csv", "text": "Name,Oct 19,Oct 20 PM\nBeaumont,no,purple\nGuest,yes,no\n" }],
                "scenario": sample_scenario(),
            }),
        ),
        ("report", json!({ "runs": 500 })),
        ("calendar", json!({})),
    ] {
        let path = format!("/api/v1/{path}");
        let answer = check("POST", &path, &path, Some(body), "*/*");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let bad = json!({ "scenario": "district = 7" });
    assert_eq!(check("POST", "/api/v1/plan", "/api/v1/plan", Some(bad), "*/*").json()["code"], "scenario");
    let progress = json!({ "runs": 5000 });
    let lines = check("POST", "/api/v1/simulate", "/api/v1/simulate", Some(progress), "application/x-ndjson");
    let lines: Vec<Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 1 && lines[0]["of"] == 5000 && lines[lines.len() - 1]["result"]["runs"] == 5000);
    check("POST", "/api/v1/cases", "/api/v1/cases", Some(json!({ "data": { "district": "B" } })), "*/*");
    let path = format!("/api/v1/cases/{case}/events");
    let early = json!({ "type": "format_chosen", "data": { "format": "full_day" } });
    assert_eq!(check("POST", "/api/v1/cases/{case}/events", &path, Some(early), "*/*").status, 422);
    let hook = json!({ "name": "board", "url": "http://127.0.0.1:9/", "role": "service" });
    let poll = check("POST", "/api/v1/polls", "/api/v1/polls", Some(serde_json::json!({ "weeks": 2 })), "*/*");
    let poll = format!("/api/v1/polls/{}", poll.json()["id"].as_str().unwrap());
    check("GET", "/api/v1/polls", "/api/v1/polls?limit=1", None, "*/*");
    check("GET", "/api/v1/polls/{poll}", &poll, None, "*/*");
    check("DELETE", "/api/v1/polls/{poll}", &poll, None, "*/*");
    let calendar = check("POST", "/api/v1/calendars", "/api/v1/calendars", Some(json!({ "case": case })), "*/*");
    assert_eq!(calendar.status, 201, "{}", calendar.text());
    let calendar = format!("/api/v1/calendars/{}", calendar.json()["id"].as_str().unwrap());
    check("GET", "/api/v1/calendars", "/api/v1/calendars?limit=1", None, "*/*");
    assert_eq!(check("DELETE", "/api/v1/calendars/{calendar}", &calendar, None, "*/*").status, 200);
    let (open, place) = (server.open("Oak Hill"), "/api/v1/cases/{case}/planned-dates");
    for (method, body) in [("POST", Some(json!({ "scenario": sample_scenario() }))), ("GET", None), ("DELETE", None)] {
        let answer = check(method, place, &place.replace("{case}", &open), body, "*/*");
        assert_eq!(answer.status, 200, "{method}: {}", answer.text());
    }
    let hold = check("POST", "/api/v1/holds", "/api/v1/holds", Some(json!({ "case": case, "reason": "G 14" })), "*/*");
    assert_eq!(hold.status, 200, "{}", hold.text());
    check("GET", "/api/v1/holds", "/api/v1/holds?limit=1", None, "*/*");
    let lift = format!("/api/v1/holds/{}/lift", hold.json()["hold"]);
    let lifted = check("POST", "/api/v1/holds/{hold}/lift", &lift, Some(json!({ "reason": "Settled" })), "*/*");
    assert_eq!(lifted.status, 200, "{}", lifted.text());
    assert_eq!(check("GET", "/api/v1/retention", "/api/v1/retention", None, "*/*").status, 200);
    // The case has no sealed texts.
    let (template, path) = ("/api/v1/cases/{case}/texts/destroy", format!("/api/v1/cases/{case}/texts/destroy"));
    let destroyed = check("POST", template, &path, Some(json!({ "reason": "Routine", "dry_run": true })), "*/*");
    assert_eq!((destroyed.status, &destroyed.json()["texts"]), (200, &json!([])), "{}", destroyed.text());
    // A release needs a checkpoint.
    let path = "/api/v1/ledger/release";
    assert_eq!(check("POST", path, path, Some(json!({ "dry_run": true })), "*/*").status, 400);
    let made = check("POST", "/api/v1/webhooks", "/api/v1/webhooks", Some(hook), "*/*");
    let hook = format!("/api/v1/webhooks/{}", made.json()["id"].as_str().unwrap());
    for (method, tail, body, status) in [
        ("GET", "/dead-letters", None, 200),
        ("POST", "/role", Some(json!({ "role": "auditor" })), 200),
        ("POST", "/dead-letters/{record}/resend", None, 404),
        ("DELETE", "/dead-letters/{record}", None, 404),
        ("DELETE", "", None, 200),
    ] {
        let path = format!("{hook}{}", tail.replace("{record}", "2"));
        let answer = check(method, &format!("/api/v1/webhooks/{{webhook}}{tail}"), &path, body, "*/*");
        assert_eq!(answer.status, status, "{path}: {}", answer.text());
    }
    check("GET", "/api/v1/webhooks", "/api/v1/webhooks", None, "*/*");
    asked.extend(uploads(&server, &document));
    let all: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(asked, all, "every operation was called");
}

/// Checks the operations that accept a whole ledger.
fn uploads(server: &Running, document: &Value) -> Vec<String> {
    let ledger = std::fs::read(server.ledger()).unwrap();
    let mut asked = Vec::new();
    for path in ["/api/v1/verify", "/api/v1/replay", "/api/v1/audit", "/api/v1/ledger/diff"] {
        let (kind, body) = multipart(&[("ledger", &ledger)]);
        let answer = server.connect().ask("POST", path, &[("content-type", kind)], &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let operation = &document["paths"][path]["post"];
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
        let wrong = errors(document, schema, &answer.json());
        assert!(wrong.is_empty(), "{path}: {wrong:#?}");
        asked.push(operation["operationId"].as_str().unwrap().to_owned());
    }
    let (kind, body) = multipart(&[("ledger", b"\x1f\x8b\x08\x00packed")]);
    let packed = server.connect().ask("POST", "/api/v1/audit", &[("content-type", kind)], &body);
    assert!(packed.status == 415 && packed.text().contains("unpack it first"), "{}", packed.text());
    let mut changed = ledger;
    changed[100] ^= 1;
    let (kind, body) = multipart(&[("ledger", &changed)]);
    let answer = server.connect().ask("POST", "/api/v1/verify", &[("content-type", kind)], &body);
    assert_eq!(answer.json()["sound"], false);
    asked
}

#[test]
fn refusal_lists_every_unmet_rule_and_changes_nothing() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let path = format!("/api/v1/cases/{case}/events");
    let answer = server.post(&path, &json!({ "type": "format_chosen", "data": { "format": "full_day" } }));
    assert_eq!((answer.status, answer.header("content-type")), (422, Some("application/problem+json")));
    let problem = answer.json();
    let rules: Vec<_> =
        problem["refusal"]["unmet"].as_array().unwrap().iter().map(|unmet| unmet["rule"].clone()).collect();
    assert_eq!(rules, ["process.stage", "leaders.all-agreed"]);
    assert_eq!((problem["status"].as_u64(), problem["code"].as_str()), (Some(422), Some("refused")));
    assert_eq!(server.get(&format!("/api/v1/cases/{case}")).header("etag"), Some("\"1\""));
}

#[test]
fn stale_if_match_is_refused() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let path = format!("/api/v1/cases/{case}/events");
    let note = |text: &str| json!({ "type": "note_added", "data": { "text": text } }).to_string();
    let ask =
        |text: &str, etag: &str| server.connect().ask("POST", &path, &[("if-match", etag)], note(text).as_bytes());
    let first = ask("one", "\"1\"");
    assert_eq!((first.status, first.header("etag")), (201, Some("\"2\"")));
    let second = ask("two", "\"1\"");
    assert_eq!(
        (second.status, second.json()["expected"].as_u64(), second.json()["found"].as_u64()),
        (412, Some(1), Some(2))
    );
    for wrong in
        ["1", "", "\"1", "1\"", "\"01\"", "\"+2\"", "\"\"", "\"", "\"2\" \"3\"", "W/2", "w/\"2\"", "\" 2\"", "two"]
    {
        let answer = ask("three", wrong);
        assert_eq!(answer.status, 400, "{wrong}: {}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains("If-Match"), "{wrong}: {}", answer.text());
    }
    let twice = [("if-match", "\"1\""), ("if-match", "W/\"3\"")];
    assert_eq!(server.connect().ask("POST", &path, &twice, note("three").as_bytes()).status, 412);
    for etag in ["\"0\"", "*", ""] {
        let body = json!({ "data": { "district": "B" } }).to_string();
        let answer = server.connect().ask("POST", "/api/v1/cases", &[("if-match", etag)], body.as_bytes());
        assert_eq!(answer.status, 400, "{etag}");
        assert!(answer.text().contains("has no ETag yet"), "{}", answer.text());
    }
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 3, "nothing was recorded");
    for rev in ["abc", "", "02", "2&rev=2", "-1"] {
        let answer = server.form(&format!("/cases/{case}"), &format!("type=note_added&text=x&rev={rev}"));
        assert!(answer.status == 400 && answer.text().contains("The form is incomplete"), "{rev}: {}", answer.status);
    }
    // A proxy that compresses makes an ETag weak.
    assert_eq!((ask("weak", "W/\"1\"").status, ask("weak", "W/\"2\"").status), (412, 201));
    assert_eq!(ask("three", "*").status, 201);
}

#[test]
fn retry_with_same_id_is_idempotent() {
    let server = Running::start();
    let open = json!({ "data": { "district": "B" }, "id": "01920000-0000-7000-8000-000000000001" });
    let (first, again) = (server.post("/api/v1/cases", &open), server.post("/api/v1/cases", &open));
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json()["case"], again.json()["case"]);
    let path = format!("/api/v1/cases/{}/events", first.json()["case"].as_str().unwrap());
    let id = "01920000-0000-7000-8000-000000000002";
    let mut note = json!({ "type": "note_added", "data": { "text": "one" }, "id": id });
    assert_eq!(server.post(&path, &note).status, 201);
    let again = server.post(&path, &note);
    assert_eq!((again.status, again.json()["existing"].as_bool()), (200, Some(true)));
    note["data"]["text"] = json!("another");
    assert_eq!(server.post(&path, &note).status, 409, "the same ID for another event");
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 3);
}

#[test]
fn dry_run_records_nothing() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let path = format!("/api/v1/cases/{case}/events");
    let agree = json!({ "type": "leader_agreed", "data": { "name": "A", "seat": "superintendent" }, "dry_run": true });
    let answer = server.post(&path, &agree);
    assert_eq!(
        (answer.status, answer.json()["dry_run"].as_bool(), answer.json()["seq"].is_null()),
        (200, Some(true), true)
    );
    let early = json!({ "type": "format_chosen", "data": { "format": "full_day" }, "dry_run": true });
    assert_eq!(server.post(&path, &early).status, 422);
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 2);
}

#[test]
fn body_that_is_not_an_event_gets_an_example() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let path = format!("/api/v1/cases/{case}/events");
    for (body, status, said) in [
        ("", 400, "not an event"),
        ("[]", 400, "not an event"),
        ("{}", 400, "data"),
        (r#"{"data":{}}"#, 400, "no `type`"),
        (r#"{"type":"leader_agree","data":{}}"#, 400, "did you mean leader_agreed"),
        (r#"{"type":"note_added","data":{"text":""}}"#, 400, "text"),
        (r#"{"type":"note_added","data":{"text":"x"},"at":"2031-01-01 09:00"}"#, 422, "five minutes"),
        (r#"{"type":"note_added","data":{"text":"x"},"at":"2031-02-30 09:00"}"#, 400, "is not a time"),
        (r#"{"type":"note_added","data":{"text":"x"},"more":1}"#, 400, "column 47: unknown key `more`"),
        (r#"{"type":"note_added","data":["x"]}"#, 400, "a list"),
        (r#"["note_added",{"text":"x"},null,null,null,true]"#, 400, "it is not an object; send an object such as"),
        ("7", 400, "it is not an object"),
        (r#"{"type":"note_added","data":{"text":"x"},"id":"abc"}"#, 400, "not an id such as"),
        (
            r#"{"type":"note_added","data":{"text":"x"},"dry_run":1}"#,
            400,
            "wrong kind of value: integer `1`, expected a boolean",
        ),
        (
            r#"{"type":"meeting_scheduled","data":{"slot":{"starts":"2031-10-20T15:00:00-05:00","ends":"2031-10-20T16:00:00-05:00"}}}"#,
            400,
            "offset",
        ),
    ] {
        let answer = server.connect().ask("POST", &path, &[], body.as_bytes());
        assert_eq!(answer.status, status, "{body}: {}", answer.text());
        assert!(answer.json()["detail"].as_str().unwrap().contains(said), "{body}: {}", answer.text());
        assert!(!answer.text().contains("struct") && !answer.text().contains("Sent"), "{body}: {}", answer.text());
    }
    for path in ["scenario", "plan", "simulate", "compare", "who", "favors", "report", "calendar"] {
        for body in ["", "[]", "[null,null]", "[null,null,null,null,5,1]", "{\"runs\":", "null"] {
            let answer = server.connect().ask("POST", &format!("/api/v1/{path}"), &[], body.as_bytes());
            assert!(
                answer.status == 400 && answer.text().contains("send an object such as"),
                "{path} {body}: {}",
                answer.text()
            );
            assert!(!answer.text().contains("struct"), "{path} {body}: {}", answer.text());
        }
    }
    let list = server.connect().ask("POST", "/api/v1/cases", &[], br#"[null,{"district":"B"},null,null,null,false]"#);
    assert_eq!(list.status, 400, "{}", list.text());
    for (path, status) in [
        ("/api/v1/cases/01920000-0000-7000-8000-00000000ffff", 404),
        ("/api/v1/cases/nothing", 404),
        ("/api/v1/nothing", 404),
    ] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (status, Some("application/problem+json")),
            "{path}"
        );
    }
    assert_eq!(server.connect().ask("DELETE", "/api/v1/cases", &[], b"").status, 405);
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 2);
}

#[test]
fn calendar_continues_from_the_case_as_the_plan_does() {
    // The clock is months after the start of the sample.
    let server = Running::start_with(|config| {
        config.clock = std::sync::Arc::new(|| Ok("2027-01-04T15:00:00.000Z".parse().unwrap()))
    });
    let case = server.open("Maple Hollow");
    let mut ends = Vec::new();
    for body in [json!({}), json!({ "case": case })] {
        let answer = server.post("/api/v1/calendar", &body);
        assert_eq!(answer.status, 200, "{}", answer.text());
        let end = server.post("/api/v1/plan", &body).json()["finishes"].as_str().unwrap().replace('-', "");
        assert!(answer.text().contains(&end), "{end} of {body} is not in {}", answer.text());
        ends.push(end);
    }
    assert!(ends[0] < ends[1], "{ends:?}");
    for path in ["calendar", "plan", "simulate", "report"] {
        let path = format!("/api/v1/{path}");
        let unknown = server.post(&path, &json!({ "case": "01920000-0000-7000-8000-00000000ffff" }));
        assert_eq!(unknown.status, 404, "{path}: {}", unknown.text());
        let alone = server.post(&path, &json!({ "as_of": "2031-01-01 09:00" }));
        assert!(alone.status == 400 && alone.text().contains("give `case` with it"), "{path}: {}", alone.text());
    }
    for (key, value) in [("case", case.as_str()), ("as_of", "2031-01-01 09:00")] {
        let answer = server.post("/api/v1/scenario", &json!({ key: value }));
        assert!(answer.status == 400 && answer.text().contains(key), "{}", answer.text());
    }
}

#[test]
fn unknown_and_repeated_parameters_are_refused() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let key = "PeterNeumann%2Bc74f20a3%2BARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    for (path, status, said) in [
        ("cases?limits=1".to_owned(), 400, "no parameter `limits`; use `limit`, `after`, `district`"),
        ("cases?limit=1&limit=2".to_owned(), 400, "`limit` is given more than once"),
        (format!("cases/{case}?as_of=2031-01-01"), 400, "no parameter `as_of`; use `at`"),
        (format!("cases/{case}/route?goal=training&goal=teams"), 400, "`goal` is given more than once"),
        ("chart?x".to_owned(), 400, "no parameter `x`; this operation has no parameters"),
        ("ledger?token=x".to_owned(), 400, "no parameter `token`"),
        ("cases?limit=1&district=".to_owned(), 200, ""),
        (format!("ledger/verify?key={key}&key={key}"), 200, ""),
    ] {
        let answer = server.get(&format!("/api/v1/{path}"));
        assert!(answer.status == status && answer.text().contains(said), "{path}: {}", answer.text());
    }
    let body = json!({ "type": "note_added", "data": { "text": "x" } });
    assert_eq!(server.post(&format!("/api/v1/cases/{case}/events?dry_run=1"), &body).status, 400);
    assert_eq!(server.get("/api/v1/cases").json()["lines"], 2, "nothing was recorded");
}

#[test]
fn key_in_a_link_can_have_plain_plus_signs() {
    let server = Running::start();
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    for path in ["verify", "audit"] {
        let path = format!("/api/v1/ledger/{path}?key=");
        let (plain, coded) =
            (server.get(&format!("{path}{key}")), server.get(&format!("{path}{}", key.replace('+', "%2B"))));
        assert_eq!((plain.status, coded.status), (200, 200), "{}", plain.text());
        assert_eq!(plain.json()["sound"], coded.json()["sound"]);
    }
}

#[test]
fn extract_without_a_checkpoint_says_how_to_get_one() {
    let server = Running::start();
    let case = server.open("Maple Hollow");
    let answer = server.get(&format!("/api/v1/cases/{case}/extract"));
    assert_eq!(answer.status, 400);
    for said in ["--sign", "stop the server"] {
        assert!(answer.text().contains(said), "{}", answer.text());
    }
}

#[test]
fn scenario_is_an_object_that_can_be_sent_again() {
    let server = Running::start();
    let sample = server.post("/api/v1/scenario", &json!({})).json();
    assert_eq!(sample["scenario"]["district"], "Maple Hollow");
    let again = server.post("/api/v1/scenario", &json!({ "scenario": sample["scenario"] })).json();
    assert_eq!((&again["digest"], &again["scenario"]), (&sample["digest"], &sample["scenario"]));
    // What was left to a default is written out, so it isn't left to one any more.
    let defaults = |checked: &Value| {
        let rows = checked["assumptions"].as_array().unwrap().clone();
        rows.iter().filter(|row| row["default"] == true).count()
    };
    assert!(defaults(&sample) > 0 && defaults(&again) == 0, "{again}");
    let toml = server.get("/plan/scenario.toml").text().to_owned();
    assert_eq!(server.post("/api/v1/scenario", &json!({ "scenario": toml })).status, 200, "TOML is still accepted");
    let [object, none] = [json!({ "scenario": sample["scenario"] }), json!({})]
        .map(|body| server.post("/api/v1/plan", &body).json()["finishes"].clone());
    assert!(object.is_string() && object == none, "{object} {none}");
    let compared = json!({ "first": sample["scenario"], "second": sample["scenario"], "formats": ["full_day", "two_half_days"], "runs": 50 });
    assert_eq!(server.post("/api/v1/compare", &compared).status, 200);
    // A problem has its place in the object.
    let body = r#"{"scenario":{"district":7}}"#;
    let answer = server.connect().ask("POST", "/api/v1/plan", &[], body.as_bytes());
    let problem = answer.json();
    assert_eq!((answer.status, &problem["code"]), (422, &json!("scenario")), "{}", answer.text());
    assert!(problem["problems"].as_array().unwrap().iter().any(|one| one["column"] == 13), "{problem}");
    for wrong in ["7", "[]", "true"] {
        let body = format!(r#"{{"scenario":{wrong}}}"#);
        let answer = server.connect().ask("POST", "/api/v1/plan", &[], body.as_bytes());
        assert!(answer.status == 400 && answer.text().contains("is a JSON object"), "{wrong}: {}", answer.text());
    }
}

/// Returns the sample scenario as an object.
fn sample_scenario() -> Value {
    Value::Object(ibbi_app::schedule::load(None).unwrap().to_object())
}
