//! The home page: what needs doing this week, and the ways to the three parts.

use crate::access::{Matrix, Who};
use crate::support::Running;
use ibbi_app::due::Standards;
use ibbi_core::At;
use ibbi_testing::UNTIL_SECOND_DECISION;
use serde_json::{Value, json};
use std::sync::Arc;

/// Starts a server on October 20, 2025, with a standard of 21 days for letters.
fn start() -> Running {
    let now: At = "2025-10-20T14:00:00.000Z".parse().unwrap();
    Running::start_with(|config| {
        config.clock = Arc::new(move || Ok(now));
        config.settings.standards = Standards::from_json(r#"{"days": {"administration": 21}}"#).unwrap();
    })
}

/// Opens a case with the first events of the sample.
fn open(server: &Running, district: &str, events: usize) -> String {
    let opening = json!({ "data": { "district": district }, "at": "2025-09-02 09:00" });
    let case = server.post("/api/v1/cases", &opening).json()["case"].as_str().unwrap().to_owned();
    for line in UNTIL_SECOND_DECISION.lines().take(events) {
        let event: Value = serde_json::from_str(line).unwrap();
        let answer = server.post(&format!("/api/v1/cases/{case}/events"), &event);
        assert_eq!(answer.status, 201, "{line}: {}", answer.text());
    }
    case
}

/// Returns the text of a page without markup.
fn plain(page: &str) -> String {
    let parts = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect::<String>().replace("&#39;", "'")
}

#[test]
fn empty_home_has_three_ways_to_begin_and_a_sample() {
    let server = start();
    let page = server.get("/");
    let text = page.text();
    assert_eq!(text.matches("class=\"go\"").count(), 3, "{text}");
    assert!(text.contains("<a href=\"/plan\">Try it with a sample district</a>"), "{text}");
    for path in ["/plan?begin=empty", "/cases", "/audit", "/plan"] {
        assert_eq!(server.get(path).status, 200, "{path}");
    }
}

#[test]
fn opening_a_case_is_offered_only_to_those_who_may() {
    let matrix = Matrix::new();
    let mut offered = 0;
    for (who, token) in &matrix.tokens {
        let may = matrix.get(token, "/cases").text().contains("action=\"/cases\" data-once");
        assert_eq!(matrix.get(token, "/plan").text().contains("Open a case with these people"), may, "{who:?}");
        let home = matrix.get(token, "/");
        assert!(may || !home.text().contains("Open a case"), "{who:?}: {}", home.text());
        if *who == Who::Nobody {
            assert!(home.text().contains("Plan a schedule"), "{}", home.text());
        }
        offered += usize::from(may);
    }
    assert!((1..matrix.tokens.len()).contains(&offered), "{offered}");
}

#[test]
fn home_lists_what_needs_doing_with_the_most_urgent_first() {
    let server = start();
    open(&server, "Pine Ridge", 1);
    open(&server, "Cedar Falls", 11);
    let booked = open(&server, "Maple Hollow", 15);
    let far = open(&server, "Birch Lake", 14);
    let data = json!({ "part": 1, "slot": { "starts": "2025-12-03T08:00:00-05:00", "ends": "2025-12-03T16:00:00-05:00" },
        "neutral": { "id": "reyes", "name": "Ines Reyes" } });
    let booking = json!({ "type": "session_scheduled", "data": data, "at": "2025-10-07 09:00" });
    assert_eq!(server.post(&format!("/api/v1/cases/{far}/events"), &booking).status, 201);
    let text = plain(server.get("/").text());
    let lines = [
        "Cedar Falls: waiting 34 days for the administration's letter; overdue by 13 days (standard: 21 days)",
        "Maple Hollow: training session on Tue, Oct 21, 2025, 8:00 AM",
        "Pine Ridge: waiting 48 days for ",
    ];
    let places: Vec<_> = lines.iter().map(|line| text.find(line).unwrap_or_else(|| panic!("{line}: {text}"))).collect();
    assert!(places.is_sorted(), "{text}");
    assert!(!text.contains("Birch Lake"), "its session is more than a week ahead: {text}");
    assert!(text.contains("4 cases, 4 open"), "{text}");

    let list = plain(server.get("/cases").text());
    assert!(list.contains("Waiting 34 days for the administration's letter; overdue by 13 days"), "{list}");
    let status = server.get(&format!("/api/v1/cases/{booked}")).json();
    assert_eq!(status["waiting_on"][0]["why"], serde_json::json!({ "kind": "session" }));
    assert_eq!(status["waiting_on"][0]["due"], "2025-10-21T12:00:00.000Z");
}

#[test]
fn case_shows_an_estimate_until_it_is_closed() {
    let server = start();
    let case = open(&server, "Maple Hollow", 15);
    let page = plain(server.get(&format!("/cases/{case}")).text());
    let estimate = page.split("If all goes as usual, done by about ").nth(1).unwrap_or_else(|| panic!("{page}"));
    assert!(estimate.contains("(even odds, without anyone’s calendar). How this is estimated"), "{estimate}");
    let year: u32 = estimate.split([',', '(']).nth(1).unwrap().trim().parse().unwrap();
    assert!((2025..2027).contains(&year), "{estimate}");
    let data = json!({ "by": "Rosa Amari", "reason": "no time" });
    server.post(&format!("/api/v1/cases/{case}/events"), &json!({ "type": "case_withdrawn", "data": data }));
    assert!(!server.get(&format!("/cases/{case}")).text().contains("even odds"));
}

#[test]
fn home_says_when_nothing_needs_doing() {
    let server = start();
    let case = open(&server, "Maple Hollow", 0);
    let data = json!({ "by": "Rosa Amari", "reason": "no time" });
    server.post(&format!("/api/v1/cases/{case}/events"), &json!({ "type": "case_withdrawn", "data": data }));
    let text = plain(server.get("/").text());
    assert!(text.contains("Nothing needs doing this week.") && text.contains("1 case, 0 open"), "{text}");
}
