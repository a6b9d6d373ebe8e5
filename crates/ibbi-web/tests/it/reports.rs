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
fn goals_and_program_report_are_as_of_a_day_and_as_known_on_a_day() {
    let server = start();
    let goals = |query: &str| server.get(&format!("/api/v1/ledger/goals?{query}")).json();
    // The events happened from September on, and were recorded in March.
    let met = |report: &Value| {
        let met = report["goals"].as_array().unwrap().iter().map(|goal| goal["tally"]["met"].as_u64().unwrap());
        met.sum::<u64>()
    };
    let (now, early) = (goals(""), goals("as_of=9/20/2025"));
    assert!(met(&early) < met(&now), "{early}");
    assert_eq!(early["as_of"], "2025-09-21T03:59:59.999Z", "the end of the day");
    assert_eq!((&now["cases"], &now["logged"]), (&json!(2), &Value::Null));
    let (before, after) = (goals("logged=2026-03-01"), goals("logged=2026-03-02&as_of=9/20/2025"));
    assert_eq!(
        (&before["cases"], &before["as_of"], &before["logged"]),
        (&json!(0), &before["logged"], &json!("2026-03-02T04:59:59.999Z"))
    );
    assert_eq!((after["cases"].clone(), met(&after)), (json!(2), met(&early)));
    let page = server.get("/reports/goals?as_of=9/20/2025&logged=2026-03-02").text().replace('\u{a0}', " ");
    for shown in
        ["as of Sat, Sep 20, 2025: ", "Only what was on record by Mon, Mar 2, 2026 counts", "value=\"9/20/2025\""]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }

    let program = |query: &str| server.get(&format!("/api/v1/ledger/program-report?{query}")).json();
    assert_eq!(program("as_of=2025-09-20")["summary"]["training_sessions"], 0);
    let before = program("logged=2026-03-01");
    assert_eq!((&before["summary"]["opened"], &before["fiscal_year"]), (&json!(0), &json!(2026)));
    let page = server.get("/reports/program?as_of=2025-09-20").text().to_owned();
    assert!(page.contains("/reports/program/cases.csv?fiscal_year=2026&amp;starts=7&amp;as_of=2025-09-20"), "{page}");
    let csv = server.get("/reports/program/summary.csv?as_of=2025-09-20").text().to_owned();
    assert!(
        csv.contains("\ntraining_sessions,")
            && csv.lines().any(|line| line.starts_with("training_sessions,") && line.ends_with(",0")),
        "{csv}"
    );

    for path in [
        "/reports/goals",
        "/reports/program",
        "/reports/cases",
        "/audit/own/days",
        "/api/v1/ledger/goals",
        "/api/v1/ledger/program-report",
    ] {
        let answer = server.get(&format!("{path}?logged=soon"));
        assert_eq!(answer.status, 400, "{path}");
        assert!(
            answer.text().contains("`soon` is not a time; write a day such as 9/1/2026"),
            "{path}: {}",
            answer.text()
        );
        let form = answer.text().contains("value=\"soon\"");
        assert_eq!(form, !path.starts_with("/api"), "the page keeps what was typed");
    }
}

#[test]
fn chances_of_open_cases_are_the_same_in_the_api_on_the_page_and_in_files() {
    let server = start();
    let day = "as_of=9/20/2025";
    let report = server.get(&format!("/api/v1/ledger/goals?{day}&chances=1")).json();
    let risks = &report["risks"];
    assert_eq!((&risks["runs"], &risks["seed"]), (&json!(1000), &json!(1)));
    let open = risks["cases"].as_array().unwrap();
    assert!(open.len() > 2 && open.iter().any(|risk| risk["chance"]["met"].as_u64().unwrap() > 0), "{report}");
    assert!(server.get(&format!("/api/v1/ledger/goals?{day}")).json()["risks"].is_null(), "only if they are asked for");

    let without = server.get(&format!("/reports/goals?{day}")).text().to_owned();
    let link = "/reports/goals?as_of=9%2F20%2F2025&amp;chances=1";
    assert!(without.contains(link) && !without.contains("low (95%)"), "{without}");
    let address = link.replace("&amp;", "&");
    let page = server.get(&address).text().to_owned();
    let part = server.get(&format!("{address}&part=chances")).text().to_owned();
    assert!(part.starts_with("<section") && page.contains(&part), "the script shows the same section");
    let csv = server.get(&format!("/reports/goals/risks.csv?{day}")).text().to_owned();
    assert_eq!(csv.lines().count(), open.len() + 1, "{csv}");
    for (risk, row) in open.iter().zip(csv.lines().skip(1)) {
        let chance = risk["chance"]["chance"]["estimate"].as_f64().unwrap();
        for shown in [risk["goal"].as_str().unwrap(), risk["case"].as_str().unwrap(), &format!(",{chance:.4},")] {
            assert!(row.contains(shown), "{shown}: {row}");
        }
        assert!(part.contains(&format!("{:.1}%", chance * 100.0)), "{chance}: {part}");
    }
    for (file, first) in [
        ("goals", "goal,"),
        ("periods", "goal,period,"),
        ("facilitators", "goal,facilitator,"),
        ("open", "goal,district,"),
    ] {
        let csv = server.get(&format!("/reports/goals/{file}.csv?{day}")).text().to_owned();
        assert!(csv.starts_with(first), "{file}: {csv}");
    }
    let sheet = server.get(&format!("/reports/goals/report.xlsx?{day}&chances=1"));
    assert!(sheet.body.starts_with(b"PK\x03\x04"));
    assert_eq!(server.get("/reports/goals/people.csv").status, 404);
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
