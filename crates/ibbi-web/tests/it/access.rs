//! The matrix: each role, each kind of event, each view and export, the own and another district, the own and the other party.

use crate::support::{Answer, Running};
use ibbi_access::{Grant, Role, Scope};
use ibbi_core::{EventKind, Name, Party};
use serde_json::{Value, json};

/// A body of each kind of event. Those of a party are of labor.
const BODIES: &str = r#"
{"type":"case_opened","data":{"district":"B"}}
{"type":"leader_agreed","data":{"name":"Rosa Amari","seat":"superintendent"}}
{"type":"leader_declined","data":{"name":"Omar Diallo","reason":"x","seat":"superintendent"}}
{"type":"meeting_scheduled","data":{"slot":{"ends":"2025-09-16T16:30:00-04:00","starts":"2025-09-16T15:00:00-04:00"}}}
{"type":"meeting_held","data":{"present":["Ben Castellan"],"representative":"N","topics":["interests","next_steps","services"]}}
{"type":"service_chosen","data":{"service":"ibbi"}}
{"type":"case_referred","data":{"to":"conflict_resolution"}}
{"type":"support_confirmed","data":{"body":"teachers_organization","dated":"2025-09-25"}}
{"type":"support_withdrawn","data":{"body":"teachers_organization","dated":"2025-09-22"}}
{"type":"application_accepted","data":{"by":"N"}}
{"type":"application_declined","data":{"reason":"x"}}
{"type":"member_named","data":{"member":{"id":"new","name":"New"},"party":"labor"}}
{"type":"member_released","data":{"member":"castellan","party":"labor","reason":"x"}}
{"type":"attendance_pledged","data":{"member":"castellan","party":"labor"}}
{"type":"pledge_withdrawn","data":{"member":"castellan","party":"labor"}}
{"type":"session_scheduled","data":{"neutral":{"id":"r","name":"R"},"part":1,"slot":{"ends":"2025-10-21T16:00:00-04:00","starts":"2025-10-21T08:00:00-04:00"}}}
{"type":"session_postponed","data":{"part":1,"reason":"snow"}}
{"type":"session_opened","data":{"neutral":{"id":"r","name":"R"},"part":1,"present":["castellan"]}}
{"type":"activity_run","data":{"kind":"exercise","title":"x"}}
{"type":"session_adjourned","data":{"reason":"snow"}}
{"type":"session_closed","data":{}}
{"type":"caucus_opened","data":{"party":"labor","present":["castellan"]}}
{"type":"concern_raised","data":{"concern":"another","party":"labor","text":"x"}}
{"type":"concern_addressed","data":{"concern":"pay-scale","response":"x"}}
{"type":"concern_dropped","data":{"concern":"pay-scale"}}
{"type":"party_decided","data":{"decision":"adopt","party":"labor","spokesperson":"castellan"}}
{"type":"decision_reopened","data":{"party":"labor","reason":"x"}}
{"type":"format_chosen","data":{"format":"full_day"}}
{"type":"leader_left","data":{"reason":"x","seat":"superintendent"}}
{"type":"leader_succeeded","data":{"name":"S","seat":"superintendent"}}
{"type":"successor_agreed","data":{"seat":"superintendent"}}
{"type":"outcome_noted","data":{"dated":"2025-11-01","result":"ratified"}}
{"type":"contract_dates_changed","data":{"contract_expires":"2026-08-31","evergreen":false}}
{"type":"note_added","data":{"text":"x"}}
{"type":"case_withdrawn","data":{"by":"B","reason":"x"}}
{"type":"case_migrated","data":{"edition":2,"reason":"x"}}
{"type":"event_voided","data":{"reason":"x","seq":5}}
"#;

/// The kinds that a party member records for the own party.
const OF_A_PARTY: &[&str] = &[
    "support_confirmed",
    "support_withdrawn",
    "member_named",
    "member_released",
    "attendance_pledged",
    "pledge_withdrawn",
    "caucus_opened",
    "concern_raised",
    "concern_addressed",
    "concern_dropped",
    "party_decided",
    "decision_reopened",
];

/// The confidential texts of a case, and the short IDs of its concerns, by whose they are.
const LABOR: &[&str] = &["labor-secret-text", "labor-answer-text", "pay-scale"];
const MANAGEMENT: &[&str] = &["management-secret-text", "calendar-days"];
const NOTE: &[&str] = &["note-secret-text"];

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Staff,
    Auditor,
    Facilitator,
    Labor,
    Management,
    Service,
    Nobody,
}

const EVERYONE: [Who; 7] =
    [Who::Staff, Who::Auditor, Who::Facilitator, Who::Labor, Who::Management, Who::Service, Who::Nobody];

impl Who {
    const fn party(self) -> Option<Party> {
        match self {
            Self::Labor => Some(Party::Labor),
            Self::Management => Some(Party::Management),
            _ => None,
        }
    }

    const fn sees_all(self) -> bool {
        matches!(self, Self::Staff | Self::Auditor)
    }

    /// Returns the expected answer to an event of a case.
    fn records(self, kind: &str, own: bool, party: Option<Party>) -> bool {
        match self {
            Self::Staff => true,
            Self::Auditor | Self::Nobody => false,
            Self::Facilitator => own && !["case_opened", "case_migrated"].contains(&kind),
            Self::Service => own && !["event_voided", "case_migrated"].contains(&kind),
            Self::Labor | Self::Management => {
                own && (kind == "note_added" || OF_A_PARTY.contains(&kind) && party == self.party())
            }
        }
    }

    /// Returns the texts of the own case that the viewer reads.
    fn reads(self, own: bool) -> Vec<&'static str> {
        let [labor, management, note] = match self {
            Self::Staff | Self::Auditor => [true; 3],
            Self::Facilitator => [own; 3],
            Self::Labor => [own, false, false],
            Self::Management => [false, own, false],
            Self::Service | Self::Nobody => [false; 3],
        };
        [(labor, LABOR), (management, MANAGEMENT), (note, NOTE)]
            .into_iter()
            .filter(|(reads, _)| *reads)
            .flat_map(|(_, texts)| texts.iter().copied())
            .collect()
    }
}

/// A server with two districts in the same stage, and a token of everyone.
struct Matrix {
    server: Running,
    own: String,
    other: String,
    tokens: Vec<(Who, String)>,
}

impl Matrix {
    fn new() -> Self {
        let server = Running::start();
        let [own, other] = ["Maple Hollow", "Cedar Falls"].map(|district| in_caucus(&server, district));
        let district = || Scope::District(Name::new("Maple Hollow").unwrap());
        let case = || Scope::Case(own.parse().unwrap());
        let token = |who: Who| {
            let grant = match who {
                Who::Staff => Grant::new(Role::Staff, Scope::All),
                Who::Auditor => Grant::new(Role::Auditor, Scope::All),
                Who::Facilitator => Grant::new(Role::Facilitator, case()),
                Who::Labor => Grant::party(Party::Labor, district()),
                Who::Management => Grant::party(Party::Management, case()),
                Who::Service => Grant::new(Role::Service, district()),
                // A role in a case that doesn't exist.
                Who::Nobody => Grant::new(Role::Facilitator, Scope::Case(uuid::Uuid::from_u128(9))),
            };
            (who, server.token(&format!("{who:?}"), grant))
        };
        let tokens = EVERYONE.map(token).to_vec();
        Self { server, own, other, tokens }
    }

    fn cases(&self) -> [(&str, bool); 2] {
        [(&self.own, true), (&self.other, false)]
    }

    fn ask(&self, token: &str, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        self.server.connect_as(token).ask(method, path, &[("content-type", kind)], body.as_bytes())
    }

    fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(token, "GET", path, "text/plain", "")
    }
}

/// Opens a case, and records events until both teams are in caucus, with their concerns.
fn in_caucus(server: &Running, district: &str) -> String {
    let opening = json!({ "data": { "district": district }, "at": "2025-09-02 09:00" });
    let case = server.post("/api/v1/cases", &opening).json()["case"].as_str().unwrap().to_owned();
    let record = |body: &Value| {
        let answer = server.post(&format!("/api/v1/cases/{case}/events"), body);
        assert_eq!(answer.status, 201, "{body}: {}", answer.text());
    };
    let lines = ibbi_testing::UNTIL_SECOND_DECISION.lines();
    lines
        .take_while(|line| !line.contains("party_decided"))
        .for_each(|line| record(&serde_json::from_str(line).unwrap()));
    for (kind, data) in [
        ("concern_raised", json!({ "concern": "pay-scale", "party": "labor", "text": "labor-secret-text" })),
        ("concern_addressed", json!({ "concern": "pay-scale", "response": "labor-answer-text" })),
        (
            "concern_raised",
            json!({ "concern": "calendar-days", "party": "management", "text": "management-secret-text" }),
        ),
        ("note_added", json!({ "text": "note-secret-text" })),
    ] {
        record(&json!({ "type": kind, "data": data, "at": "2025-10-24 10:00" }));
    }
    case
}

/// Returns the same event for management, and whose both are.
fn of_each_party(body: &Value) -> Vec<(Value, Option<Party>)> {
    let mut other = body.clone();
    let data = &mut other["data"];
    if data["party"] == "labor" {
        data["party"] = json!("management");
        for key in ["member", "spokesperson"] {
            if data[key] == "castellan" {
                data[key] = json!("amari");
            }
        }
    } else if data["body"] == "teachers_organization" {
        data["body"] = json!("administration");
    } else if data["concern"] == "pay-scale" {
        data["concern"] = json!("calendar-days");
    } else {
        return vec![(other, None)];
    }
    vec![(body.clone(), Some(Party::Labor)), (other, Some(Party::Management))]
}

/// Returns the form of an event whose data has no lists and no objects.
fn form_of(body: &Value) -> Option<String> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("type", body["type"].as_str()?);
    for (key, value) in body["data"].as_object()? {
        match value {
            Value::String(text) => form.append_pair(key, text),
            Value::Bool(_) | Value::Number(_) => form.append_pair(key, &value.to_string()),
            _ => return None,
        };
    }
    Some(form.finish())
}

#[test]
fn every_role_records_what_it_may_and_nothing_else() {
    let matrix = Matrix::new();
    let bodies: Vec<Value> =
        BODIES.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: Vec<&str> = bodies.iter().map(|body| body["type"].as_str().unwrap()).collect();
    let missing: Vec<_> = EventKind::CODES.iter().filter(|code| !kinds.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let lines = || matrix.server.get("/api/v1/cases").json()["lines"].clone();
    let (before, mut asked, mut denied, mut forms) = (lines(), 0, 0, 0);
    for (who, token) in &matrix.tokens {
        for (case, own) in matrix.cases() {
            for (body, party) in bodies.iter().flat_map(of_each_party) {
                let kind = body["type"].as_str().unwrap().to_owned();
                let allowed = who.records(&kind, own, party);
                let mut dry = body.clone();
                dry["dry_run"] = json!(true);
                let path = format!("/api/v1/cases/{case}/events");
                let answer = matrix.ask(token, "POST", &path, "application/json", &dry.to_string());
                let what = format!("{who:?} {kind} own:{own} {party:?}: {} {}", answer.status, answer.text());
                assert_eq!(answer.status != 403, allowed, "{what}");
                assert!(matches!(answer.status, 200 | 403 | 422), "{what}");
                asked += 1;
                if allowed {
                    continue;
                }
                denied += 1;
                assert!(answer.json()["needs"].as_array().is_some_and(|needs| !needs.is_empty()), "{what}");
                // The page denies it too.
                if let Some(form) = form_of(&body) {
                    let url = "application/x-www-form-urlencoded";
                    let page = matrix.ask(token, "POST", &format!("/cases/{case}"), url, &form);
                    assert!(matches!(page.status, 400 | 403), "{what}: {}", page.status);
                    forms += usize::from(page.status == 403);
                }
            }
        }
        let opens = matrix.ask(
            token,
            "POST",
            "/api/v1/cases",
            "application/json",
            r#"{"data":{"district":"B"},"dry_run":true}"#,
        );
        assert_eq!(opens.status != 403, *who == Who::Staff, "{who:?} opens a case: {}", opens.text());
    }
    println!("{asked} offers by {} viewers, {denied} denied, {forms} of them by forms too", EVERYONE.len());
    assert!(forms > denied / 3, "{forms} of {denied}");
    assert_eq!(lines(), before, "nothing was recorded");
}

/// What the paths of a case show: everyone who sees the case, or those who see its lines.
const OF_A_CASE: &[&str] = &[
    "/api/v1/cases/{case}",
    "/api/v1/cases/{case}/survey",
    "/api/v1/cases/{case}/route?goal=agreement",
    "/api/v1/cases/{case}/replay",
    "/api/v1/cases/{case}/calendar.ics",
    "/cases/{case}",
    "/cases/{case}?show=concerns",
    "/cases/{case}/summary",
    "/cases/{case}/forecast",
    "/cases/{case}/entries/{first}",
    "/cases/{case}/entries/{second}",
    "/cases/{case}/entries/{third}",
    "/cases/{case}/entries/{note}",
    "/cases/{case}/dates.ics",
];

const OF_THE_LEDGER: &[&str] = &[
    "/api/v1/ledger",
    "/api/v1/ledger/verify",
    "/api/v1/ledger/audit",
    "/api/v1/ledger/export/csv",
    "/api/v1/ledger/export/xes",
    "/api/v1/ledger/export/ocel",
    "/api/v1/ledger/export/cloudevents",
    "/audit/own",
    "/audit/own/audit.json",
    "/audit/own/export/csv",
    "/audit/own/cases/{case}",
];

/// Fails if an answer has a text that the viewer may not read. Returns how many it has that the viewer may read.
fn search(matrix: &Matrix, (who, own): (Who, bool), path: &str, answer: &Answer) -> usize {
    let text = String::from_utf8_lossy(&answer.body);
    let folder = matrix.server.folder.path().to_str().unwrap();
    assert!(!text.contains(folder), "{path} has a path of the computer: {text}");
    let reads = who.reads(own);
    let all = [LABOR, MANAGEMENT, NOTE].concat();
    for secret in all.iter().filter(|secret| !reads.contains(secret)) {
        assert!(!text.contains(*secret), "{who:?} finds {secret} at {path} (own: {own}): {text}");
    }
    reads.iter().filter(|secret| text.contains(**secret)).count()
}

#[test]
fn every_role_sees_what_it_may_and_nothing_else() {
    let matrix = Matrix::new();
    // The numbers of the confidential records of each case.
    let numbers = |case: &str| -> Vec<u64> {
        let timeline = matrix.server.get(&format!("/api/v1/cases/{case}/replay")).json();
        let moments = timeline[0]["moments"].as_array().unwrap().clone();
        moments[moments.len() - 4..].iter().map(|moment| moment["seq"].as_u64().unwrap()).collect()
    };
    let (mut asked, mut found) = (0, 0);
    for (who, token) in &matrix.tokens {
        for (case, own) in matrix.cases() {
            let seqs = numbers(case);
            let filled = |path: &str| {
                ["first", "second", "third", "note"]
                    .iter()
                    .zip(&seqs)
                    .fold(path.replace("{case}", case), |path, (name, seq)| {
                        path.replace(&format!("{{{name}}}"), &seq.to_string())
                    })
            };
            let sees = who.sees_all() || own && *who != Who::Nobody;
            let mut count = 0;
            for path in OF_A_CASE {
                let path = filled(path);
                let answer = matrix.get(token, &path);
                assert_eq!(answer.status != 403, sees, "{who:?} {path}: {}", answer.status);
                assert!(answer.status < 500, "{who:?} {path}: {}", answer.status);
                count += search(&matrix, (*who, own), &path, &answer);
                asked += 1;
            }
            // Whoever may read texts finds each of them somewhere.
            assert!(count >= who.reads(own).len(), "{who:?} own:{own}: {count}");
            found += count;
            let extract = matrix.get(token, &format!("/api/v1/cases/{case}/extract"));
            let lines = who.sees_all() || own && *who == Who::Facilitator;
            assert_eq!(extract.status != 403, lines, "{who:?} extract own:{own}");
            search(&matrix, (*who, own), "extract", &extract);
            for path in OF_THE_LEDGER.iter().map(|path| filled(path)) {
                let answer = matrix.get(token, &path);
                assert_eq!(answer.status, if who.sees_all() { 200 } else { 403 }, "{who:?} {path}: {}", answer.text());
                search(&matrix, (*who, own), &path, &answer);
                asked += 1;
            }
            for (path, body) in [("simulate", json!({ "case": case, "runs": 10 })), ("plan", json!({ "case": case }))] {
                let answer =
                    matrix.ask(token, "POST", &format!("/api/v1/{path}"), "application/json", &body.to_string());
                assert_eq!(answer.status != 403, sees, "{who:?} {path}: {}", answer.text());
                search(&matrix, (*who, own), path, &answer);
            }
        }
        // Lists have the cases that the viewer can see.
        for path in ["/api/v1/cases", "/api/v1/cases?limit=1", "/api/v1/records?limit=1000", "/cases", "/"] {
            let answer = matrix.get(token, path);
            assert_eq!(answer.status, 200, "{who:?} {path}");
            let (own, other) = (answer.text().contains("Maple Hollow"), answer.text().contains("Cedar Falls"));
            assert!(!own || *who != Who::Nobody, "{who:?} {path}");
            assert!(!other || who.sees_all(), "{who:?} {path}");
            if path == "/api/v1/cases" {
                let expected = if who.sees_all() { 2 } else { usize::from(*who != Who::Nobody) };
                let list = answer.json();
                assert_eq!(
                    (list["cases"].as_array().unwrap().len(), &list["total"]),
                    (expected, &json!(expected)),
                    "{who:?}"
                );
            }
            search(&matrix, (*who, true), path, &answer);
        }
        for path in ["/plan", "/api/v1/rules", "/audit", "/api/v1/openapi.json"] {
            assert_eq!(matrix.get(token, path).status, 200, "{who:?} {path}");
        }
    }
    println!("{asked} views by {} viewers, {found} texts found where they may be", EVERYONE.len());
}

#[test]
fn matrix_has_every_operation_that_reads_cases() {
    let server = Running::start();
    let document = server.get("/api/v1/openapi.json").json();
    let known = [OF_A_CASE, OF_THE_LEDGER].concat();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let of_cases = path.contains("{case}") || path.contains("/ledger/") || path.ends_with("/ledger");
        if !of_cases || methods.get("get").is_none() || path.ends_with("/extract") || path.contains("/schema/") {
            continue;
        }
        let path = path.replace("{format}", "csv");
        assert!(
            known.iter().any(|known| known.split('?').next() == Some(path.as_str())),
            "{path} is not in the matrix"
        );
    }
}

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
