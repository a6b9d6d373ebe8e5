//! Each role is asked for everything.

use super::{EVERYONE, Matrix, Who, search};
use ibbi_access::View;
use ibbi_core::{EventKind, Party};
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
                // A case that the role doesn't show is one that doesn't exist.
                let denial = if who.sees(own) { 403 } else { 404 };
                assert_eq!(answer.status != denial, allowed, "{what}");
                assert!(matches!(answer.status, 200 | 422) || answer.status == denial, "{what}");
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
                    assert!(page.status == 400 || page.status == denial, "{what}: {}", page.status);
                    forms += usize::from(page.status == denial);
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
    "/cases/{case}/calendar",
    "/api/v1/cases/{case}/planned-dates",
];

/// What each role that can make calendar addresses sees: its own ones, and all for program staff.
const OF_CALENDARS: &[&str] = &["/calendars", "/api/v1/calendars"];

const OF_THE_LEDGER: &[&str] = &[
    "/api/v1/ledger",
    "/api/v1/ledger/verify",
    "/api/v1/ledger/audit",
    "/api/v1/ledger/export/csv",
    "/api/v1/ledger/export/xes",
    "/api/v1/ledger/export/ocel",
    "/api/v1/ledger/export/cloudevents",
    "/audit/own",
    "/audit/own/compare",
    "/audit/own/audit.json",
    "/audit/own/audit.html",
    "/audit/own/cases/{case}/audit.html",
    "/audit/own/export/csv",
    "/audit/own/cases/{case}",
    "/api/v1/ledger/program-report",
    "/api/v1/ledger/goals",
    "/api/v1/ledger/cases",
    "/audit/own/days",
    "/audit/own/days/states.csv",
    "/reports/cases",
    "/reports/cases/changes.csv",
    "/api/v1/ledger/goals?chances=1",
    "/reports/goals",
    "/reports/goals?chances=1",
    "/reports/goals/risks.csv",
    "/reports/goals/report.xlsx",
    "/reports/program",
    "/reports/program/report.xlsx",
    "/reports/program/cases.csv",
];

/// What only program staff see.
const OF_STAFF: &[&str] = &[
    "/webhooks",
    "/api/v1/webhooks",
    "/api/v1/webhooks/{webhook}/dead-letters",
    "/retention",
    "/retention/release",
    "/api/v1/retention",
    "/api/v1/holds",
];

#[test]
fn every_role_sees_what_it_may_and_nothing_else() {
    let matrix = Matrix::new();
    let hook = json!({ "name": "board", "url": "https://hooks.example.org/", "role": "service" });
    let hook = matrix.server.post("/api/v1/webhooks", &hook).json()["id"].as_str().unwrap().to_owned();
    let calendar = matrix.server.post("/api/v1/calendars", &json!({ "case": matrix.own })).json();
    let calendar = calendar["id"].as_str().unwrap().to_owned();
    // The numbers of the confidential records of each case.
    let numbers = |case: &str| -> Vec<u64> {
        let timeline = matrix.server.get(&format!("/api/v1/cases/{case}/replay")).json();
        let moments = timeline["moments"].as_array().unwrap().clone();
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
            let sees = who.sees(own);
            let mut count = 0;
            for path in OF_A_CASE {
                let path = filled(path);
                let answer = matrix.get(token, &path);
                assert_eq!(answer.status != 404, sees, "{who:?} {path}: {}", answer.status);
                assert_ne!(answer.status, 403, "{who:?} {path}");
                assert!(answer.status < 500, "{who:?} {path}: {}", answer.status);
                count += search(&matrix, (*who, own), &path, &answer);
                asked += 1;
            }
            // Whoever may read texts finds each of them somewhere.
            assert!(count >= who.reads(own).len(), "{who:?} own:{own}: {count}");
            found += count;
            let extract = matrix.get(token, &format!("/api/v1/cases/{case}/extract"));
            let lines = who.sees_all() || own && *who == Who::Facilitator;
            assert_eq!(!matches!(extract.status, 403 | 404), lines, "{who:?} extract own:{own}");
            // Other roles extract no case, whether it exists or not.
            let extracts = who.sees_all() || matches!(who, Who::Facilitator | Who::Nobody);
            assert_eq!(extract.status == 404, extracts && !sees, "{who:?} extract own:{own}");
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
                assert_eq!(answer.status != 404, sees, "{who:?} {path}: {}", answer.text());
                search(&matrix, (*who, own), path, &answer);
            }
        }
        for path in OF_STAFF.iter().map(|path| path.replace("{webhook}", &hook)) {
            let answer = matrix.get(token, &path);
            assert_eq!(answer.status, if *who == Who::Staff { 200 } else { 403 }, "{who:?} {path}: {}", answer.text());
            assert!(*who == Who::Staff || !answer.text().contains("hooks.example.org"), "{who:?} {path}");
            asked += 1;
        }
        for path in OF_CALENDARS {
            let answer = matrix.get(token, path);
            assert_eq!(answer.status, if *who == Who::Auditor { 403 } else { 200 }, "{who:?} {path}");
            let shown = answer.text().contains(&calendar) || answer.text().contains("Maple Hollow");
            assert_eq!(shown, *who == Who::Staff, "{who:?} {path}: {}", answer.text());
            asked += 1;
        }
        // Lists have the cases that the viewer can see.
        for path in [
            "/api/v1/cases",
            "/api/v1/cases?limit=1",
            "/api/v1/records?limit=1000",
            "/api/v1/lines?limit=1000",
            "/api/v1/proofs/inclusion?line=5",
            "/api/v1/proofs/consistency?from=5",
            "/cases",
            "/",
        ] {
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
                // The length of the ledger tells how much is recorded in other cases.
                assert_eq!(list.get("lines").is_some(), who.sees_all(), "{who:?}");
                assert_eq!(list.get("last_hash").is_some(), who.sees_all(), "{who:?}");
            }
            search(&matrix, (*who, true), path, &answer);
        }
        for path in ["/plan", "/api/v1/rules", "/audit", "/api/v1/openapi.json"] {
            assert_eq!(matrix.get(token, path).status, 200, "{who:?} {path}");
        }
    }
    println!("{asked} views by {} viewers, {found} texts found where they may be", EVERYONE.len());
}

/// Returns an answer as it is without the ID of the case.
fn without_id(answer: &crate::support::Answer, case: &str) -> (u16, String) {
    (answer.status, answer.text().replace(case, "CASE"))
}

#[test]
fn unseen_case_is_as_unknown_as_one_that_does_not_exist() {
    let matrix = Matrix::new();
    let missing = "01920000-0000-7000-8000-00000000ffff";
    let note = r#"{"type":"note_added","data":{"text":"x"}}"#;
    let mut compared = 0;
    for (who, token) in matrix.tokens.iter().filter(|(who, _)| !who.sees_all()) {
        let gets = OF_A_CASE.iter().map(|path| ("GET", (*path).to_owned(), String::new()));
        let posts = [
            ("POST", "/api/v1/cases/{case}/events".to_owned(), note.to_owned()),
            ("POST", "/cases/{case}".to_owned(), "type=note_added&text=x".to_owned()),
            ("POST", "/api/v1/plan".to_owned(), r#"{"case":"{case}"}"#.to_owned()),
            ("GET", "/api/v1/cases/{case}/extract".to_owned(), String::new()),
            ("GET", "/api/v1/cases?after={case}".to_owned(), String::new()),
        ];
        for (method, path, body) in gets.chain(posts) {
            let kind = if path.starts_with("/api") { "application/json" } else { "application/x-www-form-urlencoded" };
            let [unseen, unknown] = [matrix.other.as_str(), missing].map(|case| {
                let path = ["first", "second", "third", "note"]
                    .iter()
                    .fold(path.replace("{case}", case), |path, name| path.replace(&format!("{{{name}}}"), "7"));
                without_id(&matrix.ask(token, method, &path, kind, &body.replace("{case}", case)), case)
            });
            assert_eq!(unseen, unknown, "{who:?} {method} {path}");
            let denied = path.ends_with("/extract") && unseen.0 == 403;
            assert!(unseen.0 == 404 || denied, "{who:?} {method} {path}: {}", unseen.1);
            if !path.contains("after=") {
                assert!(unseen.1.contains("can grant it"), "{who:?} {method} {path}: {}", unseen.1);
            }
            compared += 1;
        }
    }
    println!("{compared} answers about an unseen case are those about an unknown one");
    // Those who see all cases learn that it doesn't exist.
    let unknown = matrix.server.get(&format!("/api/v1/cases/{missing}"));
    assert_eq!((unknown.status, unknown.json().get("needs")), (404, None), "{}", unknown.text());
}

/// Pages and operations alike. The rest of the routes are in [`super::routes`].
#[test]
fn texts_are_looked_for_at_every_route_that_reads_cases() {
    let known: Vec<_> = [OF_A_CASE, OF_THE_LEDGER, OF_STAFF, OF_CALENDARS].concat();
    let known: Vec<_> = known.iter().filter_map(|known| known.split('?').next()).collect();
    let of_cases = ["{case}", "{upload}", "/webhooks", "/calendars", "/ledger"];
    let views = [View::Case, View::Tools, View::Ledger, View::Webhooks, View::Calendars];
    for route in ibbi_web::routes().filter(|route| route.method == "GET") {
        // The other views, such as that of an extract, have an expectation of their own.
        let is_other = route.view.is_none_or(|view| !views.contains(&view)) || route.path.contains("/schema/");
        if is_other || !of_cases.iter().any(|part| route.path.contains(part)) {
            continue;
        }
        let path = route.path.replace("{format}", "csv").replace("{upload}", "own").replace("{seq}", "{first}");
        let path = path.replace("{table}", "states.csv");
        assert!(known.contains(&path.as_str()), "{path} is not in the matrix");
    }
}
