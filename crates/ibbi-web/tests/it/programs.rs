//! Programs: the choice for a new case, the formats of the case's own program, and the only format.

use crate::support::Running;
use ibbi_testing::UNTIL_SECOND_DECISION;
use serde_json::{Value, json};

/// Opens a case of a program through the API, and records everything until only labor has to decide.
fn undecided(server: &Running, program: &Value) -> String {
    let data = json!({ "district": "Maple Hollow", "program": program });
    let opened = server.post("/api/v1/cases", &json!({ "data": data, "at": "2025-09-02 09:00" }));
    assert_eq!(opened.status, 201, "{}", opened.text());
    let case = opened.json()["case"].as_str().unwrap().to_owned();
    for line in UNTIL_SECOND_DECISION.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let answer = server.post(&format!("/api/v1/cases/{case}/events"), &event);
        assert_eq!(answer.status, 201, "{line}: {}", answer.text());
    }
    case
}

#[test]
fn api_takes_a_preset_by_name_or_a_program() {
    let server = Running::start();
    let presets = server.get("/api/v1/programs").json();
    assert_eq!(presets["mep"]["program"]["full_day"], json!([480]));
    assert_eq!(presets["oregon-two-day"]["source"], "Oregon Employment Relations Board, request for training");
    for program in [json!("oregon-two-day"), presets["oregon-two-day"]["program"].clone()] {
        let data = json!({ "data": { "district": "Maple Hollow", "program": program } });
        let case = server.post("/api/v1/cases", &data).json()["case"].as_str().unwrap().to_owned();
        let timeline = server.get(&format!("/api/v1/cases/{case}/replay")).json();
        assert_eq!(timeline["moments"][0]["event"]["data"]["program"]["name"], "Oregon ERB two-day training");
    }
    let unknown = json!({ "data": { "district": "Maple Hollow", "program": "oregon" } });
    let answer = server.post("/api/v1/cases", &unknown);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("there is no preset `oregon`; presets: cec-virtual, mep"), "{}", answer.text());
}

#[test]
fn page_offers_programs_by_name_and_the_usual_one_needs_no_choice() {
    let server = Running::start();
    let page = server.get("/cases");
    let usual = "<option value=\"mep\" selected=\"selected\">MEP IBBI: one training day";
    assert!(page.text().contains(usual), "{}", page.text());
    let program = |form: &str| {
        let opened = server.form("/cases", form);
        assert_eq!(opened.status, 303, "{}", opened.text());
        let timeline = server.get(&format!("/api/v1{}/replay", opened.header("location").unwrap())).json();
        timeline["moments"][0]["event"]["data"]["program"].clone()
    };
    assert_eq!(program("district=A&program=mep")["training"], 480);
    assert_eq!(program("district=B")["training"], 480);
    assert_eq!(program("district=C&program=oregon-two-day")["training"], json!([480, 480]));
    let wrong = server.form("/cases", "district=D&program=oregon");
    assert!(wrong.text().contains("Program: choose a program from the list."), "{}", wrong.text());
}

#[test]
fn formats_are_those_of_the_program_with_their_parts() {
    let server = Running::start();
    let parts = json!({ "activities": [], "edition": 2, "formats": { "three_evenings": [180, 180, 150] }, "grace": 15,
        "presence": "everyone", "training": [480] });
    for (program, formats) in [
        (json!("mep"), &["one full day (8 hours)", "two half-days (4 hours each)"][..]),
        (parts, &["three evenings (3 hours, 3 hours, 2 hours 30 minutes)"]),
    ] {
        let case = undecided(&server, &program);
        let decided = json!({ "party": "labor", "decision": "adopt", "spokesperson": "castellan" });
        let offer = json!({ "type": "party_decided", "data": decided, "at": "2025-10-24 10:00" });
        server.post(&format!("/api/v1/cases/{case}/events"), &offer);
        let page = server.get(&format!("/cases/{case}"));
        let found: Vec<_> = formats.iter().filter(|format| page.text().contains(**format)).collect();
        assert_eq!(found.len(), formats.len(), "{}", page.text());
        if formats.len() > 1 {
            assert!(page.text().contains("Choose the format: one full day (8 hours)"), "{}", page.text());
        }
    }
}

#[test]
fn only_format_is_shown_before_and_recorded_with_the_last_decision() {
    let server = Running::start();
    let notice = "The program has one format. If the team adopts, it is recorded too: one full day (8 hours).";
    let case = undecided(&server, &json!("oregon-refresher"));
    let page = server.get(&format!("/cases/{case}"));
    assert!(page.text().contains(notice), "{}", page.text());
    let form =
        "type=party_decided&party=labor&decision=adopt&spokesperson=castellan&day=10/24/2025&time=4p&on_behalf=Sol";
    let recorded = server.form(&format!("/cases/{case}"), form);
    assert_eq!(recorded.status, 303, "{}", recorded.text());
    let page = server.get(recorded.header("location").unwrap().split('#').next().unwrap());
    let both = page.text().split("role=\"status\"").nth(1).unwrap().split("</div>").next().unwrap();
    assert!(both.contains("labor decided to adopt") && both.contains("full day"), "{both}");
    let timeline = server.get(&format!("/api/v1/cases/{case}/replay")).json();
    let moments = timeline["moments"].as_array().unwrap();
    let last = moments.last().unwrap();
    assert_eq!(
        (&last["event"]["type"], &last["on_behalf"], &last["to"]),
        (&json!("format_chosen"), &json!("Sol"), &json!("facilitation"))
    );
    assert_eq!(last["at"], moments[moments.len() - 2]["at"]);

    let mep = undecided(&server, &json!("mep"));
    assert!(!server.get(&format!("/cases/{mep}")).text().contains("The program has one format"));
}

#[test]
fn api_answers_with_the_format_that_was_recorded_too() {
    let server = Running::start();
    let case = undecided(&server, &json!("oregon-refresher"));
    let data = json!({ "party": "labor", "decision": "adopt", "spokesperson": "castellan" });
    let mut offer = json!({ "type": "party_decided", "data": data, "id": "01920000-0000-7000-8000-000000000001" });
    let path = format!("/api/v1/cases/{case}/events");
    offer["dry_run"] = json!(true);
    let asked = server.post(&path, &offer).json();
    offer["dry_run"] = json!(false);
    let recorded = server.post(&path, &offer).json();
    let retried = server.post(&path, &offer).json();
    for answer in [&asked, &recorded, &retried] {
        assert_eq!(answer["also"][0]["event"], "format_chosen", "{answer}");
    }
    assert_eq!(recorded["to"], "facilitation");
    assert_eq!((&retried["existing"], &retried["also"][0]["seq"]), (&json!(true), &recorded["also"][0]["seq"]));
}

#[test]
fn calendar_calls_the_training_by_the_words_of_the_program() {
    let server = Running::start();
    for (program, ends, expected) in [
        ("mep", "16:00", "SUMMARY:IBBI training day: Maple Hollow"),
        ("cec-virtual", "12:00", "SUMMARY:IBB training\\, part 1: Maple Hollow"),
    ] {
        let opening = json!({ "data": { "district": "Maple Hollow", "program": program }, "at": "2025-09-02 09:00" });
        let opened = server.post("/api/v1/cases", &opening).json();
        let case = opened["case"].as_str().unwrap();
        let lines = UNTIL_SECOND_DECISION.replace("T16:00:00-04:00", &format!("T{ends}:00-04:00"));
        for line in lines.lines().take_while(|line| !line.contains("session_opened")) {
            let answer = server.post(&format!("/api/v1/cases/{case}/events"), &serde_json::from_str(line).unwrap());
            assert_eq!(answer.status, 201, "{line}: {}", answer.text());
        }
        let calendar = server.get(&format!("/cases/{case}/dates.ics"));
        assert!(calendar.text().contains(expected), "{}", calendar.text());
    }
}
