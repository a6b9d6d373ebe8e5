//! The program report on the server: the page, its files, and the API have the same numbers.

use crate::support::Running;
use ibbi_app::sim::{GoalSet, SAMPLE_GOALS};
use ibbi_core::At;
use ibbi_testing::UNTIL_SECOND_DECISION;
use serde_json::{Value, json};
use std::sync::Arc;

/// Starts a server on a day in fiscal year 2026, with a case that has had its training.
fn start() -> Running {
    let now: At = "2026-03-02T15:00:00.000Z".parse().unwrap();
    let server = Running::start_with(|config| {
        config.clock = Arc::new(move || Ok(now));
        config.settings.goals = Some(GoalSet::parse(SAMPLE_GOALS).unwrap());
    });
    for district in ["Maple Hollow", "=1+2"] {
        let opening = json!({ "data": { "district": district }, "at": "2025-09-02 09:00" });
        let case = server.post("/api/v1/cases", &opening).json()["case"].as_str().unwrap().to_owned();
        for line in UNTIL_SECOND_DECISION.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            let answer = server.post(&format!("/api/v1/cases/{case}/events"), &event);
            assert_eq!(answer.status, 201, "{line}: {}", answer.text());
        }
    }
    server
}

#[test]
fn page_files_and_api_have_the_same_numbers() {
    let server = start();
    let report = server.get("/api/v1/ledger/program-report").json();
    assert_eq!((&report["fiscal_year"], &report["is_complete"]), (&json!(2026), &json!(false)));
    assert_eq!(report["summary"]["opened"], 2);
    assert_eq!(report["summary"]["training_sessions"], 2);
    let page = server.get("/reports/program");
    assert_eq!(page.status, 200);
    for shown in ["<h1>Program report for fiscal year 2026</h1>", "Cases opened (requests)", "Maple Hollow", "=1+2"] {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    let csv = server.get("/reports/program/summary.csv?fiscal_year=2026");
    for (measure, value) in [("opened", &report["summary"]["opened"]), ("meetings", &report["summary"]["meetings"])] {
        let row = csv.text().lines().find(|line| line.starts_with(&format!("{measure},"))).unwrap();
        assert!(row.ends_with(&format!(",{value}")), "{row}");
    }
    let districts = server.get("/reports/program/districts.csv?fiscal_year=2026");
    assert!(districts.text().contains("\r\n'=1+2,1,1,0,"), "{}", districts.text());
    let sheet = server.get("/reports/program/report.xlsx?fiscal_year=2026");
    assert_eq!(sheet.header("content-disposition"), Some("attachment; filename=\"program-report.xlsx\""));
    assert!(sheet.body.starts_with(b"PK\x03\x04"));
    assert!(server.get("/").text().contains("href=\"/reports/program\""), "the home page leads to the report");
}

#[test]
fn year_that_cannot_be_used_is_shown_in_its_form() {
    let server = start();
    for (query, typed) in [("fiscal_year=soon", "soon"), ("fiscal_year=99999", "99999"), ("starts=13", "")] {
        let page = server.get(&format!("/reports/program?{query}"));
        assert_eq!(page.status, 400, "{query}");
        for part in ["href=\"#fiscal_year\"", "aria-invalid", &format!("value=\"{typed}\"")] {
            assert!(page.text().contains(part), "{query} {part}: {}", page.text());
        }
        assert!(!page.text().contains('`'), "{query}: {}", page.text());
    }
}

#[test]
fn server_without_goals_says_how_to_set_them_up() {
    let server = Running::start();
    let page = server.get("/reports/goals");
    assert_eq!(page.status, 200);
    for part in ["This server has no goals", "ibbi serve --goals FILE", "ibbi goals --sample"] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
}

#[test]
fn goals_have_the_same_numbers_on_the_page_and_in_the_api() {
    let server = start();
    let report = server.get("/api/v1/ledger/goals").json();
    assert_eq!(report["cases"], 2);
    let goals = report["goals"].as_array().unwrap();
    let [met, missed] =
        [true, false].map(|reached| goals.iter().filter(|goal| goal["tally"]["reached"] == reached).count());
    assert!(met > 3 && missed > 0, "{report}");
    let page = server.get("/reports/goals");
    let verdict = format!("{} goals for 2 cases as of", goals.len());
    for shown in [&verdict, &format!("{met} met and {missed} missed"), "Acceptance after the last letter"] {
        assert!(page.text().contains(shown), "{shown}: {}", page.text());
    }
    // Management has not decided. That is overdue.
    let decisions = goals.iter().find(|goal| goal["goal"]["name"] == "Decisions of both parties").unwrap();
    assert_eq!(decisions["tally"]["overdue"], 2, "{decisions}");
    assert!(page.text().contains("missed: overdue"), "{}", page.text());

    let without = Running::start();
    assert_eq!(without.get("/api/v1/ledger/goals").status, 404);
    assert!(without.get("/reports/goals").text().contains("This server has no goals."));
}

#[test]
fn other_years_and_months_can_be_chosen() {
    let server = start();
    for (query, days) in [
        ("?fiscal_year=2025", ["2024-07-01", "2025-06-30"]),
        ("?fiscal_year=2025&starts=1", ["2025-01-01", "2025-12-31"]),
        ("?starts=10", ["2025-10-01", "2026-09-30"]),
    ] {
        let report = server.get(&format!("/api/v1/ledger/program-report{query}")).json();
        assert_eq!([&report["first_day"], &report["last_day"]], days, "{query}");
        assert_eq!(server.get(&format!("/reports/program{query}")).status, 200, "{query}");
    }
    for query in ["?fiscal_year=1970", "?fiscal_year=x", "?starts=0", "?starts=july"] {
        for path in ["/api/v1/ledger/program-report", "/reports/program"] {
            let answer = server.get(&format!("{path}{query}"));
            assert_eq!(answer.status, 400, "{path}{query}: {}", answer.text());
            assert!(answer.text().contains("such as"), "{path}{query}: {}", answer.text());
        }
    }
    assert_eq!(server.get("/reports/program/people.csv").status, 404);
}
