//! All cases on a day: the page, its files, and the API have the numbers of `ibbi cases`.

use crate::support::{Running, multipart};
use ibbi_app::cases_report::cases_report;
use ibbi_app::goals::AsKnown;
use ibbi_core::At;
use ibbi_report::{CASES_TABLES, CaseOrder, CasesPage, cases_table};
use ibbi_testing::golden;
use std::sync::Arc;

/// Starts a server on a ledger with corrections.
fn start() -> Running {
    let now: At = "2025-11-02T15:00:00.000Z".parse().unwrap();
    Running::start_with(|config| {
        config.clock = Arc::new(move || Ok(now));
        std::fs::write(&config.ledger, golden("corrections-and-three-cases")).unwrap();
    })
}

#[test]
fn page_files_and_api_have_the_numbers_of_the_ledger() {
    let server = start();
    let now: At = "2025-11-02T15:00:00.000Z".parse().unwrap();
    for (as_of, logged, sort) in [
        (Some("2025-09-16"), None, CaseOrder::Days),
        (Some("9/16/2025"), Some("2025-09-17"), CaseOrder::District),
        (None, Some("2025-09-16"), CaseOrder::Opened),
        (None, None, CaseOrder::Wait),
    ] {
        let known = AsKnown::read(as_of, logged, now).unwrap();
        let report = cases_report(&server.ledger(), known, now).unwrap();
        let (_, code, _) = CaseOrder::ALL.into_iter().find(|(order, ..)| *order == sort).unwrap();
        let days = format!("?as_of={}&logged={}", as_of.unwrap_or(""), logged.unwrap_or(""));
        let answer = server.get(&format!("/api/v1/ledger/cases{days}"));
        assert_eq!(answer.json(), serde_json::to_value(&report).unwrap(), "{days}");
        let query = format!("{days}&sort={code}");
        let page = server.get(&format!("/reports/cases{query}"));
        let content = CasesPage { report: &report, order: sort, program: "" }.content().into_string();
        assert!(page.text().contains(&content), "{query}: {}", page.text());
        for table in CASES_TABLES {
            let csv = server.get(&format!("/reports/cases/{table}.csv{query}"));
            assert_eq!(csv.text(), cases_table(&report, table, sort).unwrap().to_csv(), "{query}: {table}");
        }
    }
    assert!(server.get("/").text().contains("href=\"/reports/cases\""), "the home page leads to it");
    for path in ["/reports/cases", "/reports/cases/cases.csv"] {
        let refused = server.get(&format!("{path}?sort=foo"));
        assert_eq!(refused.status, 400, "{path}: {}", refused.text());
        assert!(refused.text().contains("no order `foo`"), "{path}: {}", refused.text());
        assert_eq!(server.get(&format!("{path}?sort=")).status, 200, "{path}");
    }
}

#[test]
fn uploaded_ledger_has_the_same_page() {
    let server = start();
    let ledger = golden("corrections-and-three-cases");
    let (kind, body) = multipart(&[("ledger", &ledger)]);
    let uploaded = server.connect().ask("POST", "/audit", &[("content-type", kind)], &body);
    let address = uploaded.header("location").unwrap().to_owned();
    let results = server.get(&address);
    assert!(results.text().contains(&format!("action=\"{address}/days\"")), "{}", results.text());
    let own = server.get("/api/v1/ledger/cases?as_of=2025-09-16").json();
    for (path, days) in [(address.as_str(), "/days"), ("/reports", "/cases")] {
        let page = server.get(&format!("{path}{days}?as_of=2025-09-16"));
        assert_eq!(page.status, 200);
        let voided = "Number 21 (case withdrawn, Tue,\u{a0}Sep\u{a0}16,\u{a0}2025) was voided later, on \
                      Wed,\u{a0}Sep\u{a0}17,\u{a0}2025, by number 23.";
        for shown in ["The case was in Inquiry. The records showed it as closed (withdrawn).", voided] {
            assert!(page.text().contains(shown), "{path}: {shown}: {}", page.text());
        }
        assert!(page.text().contains(&format!("href=\"{path}{days}/states.csv?as_of=2025-09-16\"")), "{}", page.text());
    }
    assert_eq!(own["states"][1]["changes"][0]["by"], 23, "{own}");
    assert_eq!(server.get(&format!("{address}/days/people.csv")).status, 404);
}

#[test]
fn days_of_a_query_are_checked() {
    let server = start();
    for path in ["/api/v1/ledger/cases", "/reports/cases", "/reports/cases/states.csv"] {
        let answer = server.get(&format!("{path}?as_of=someday"));
        assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        assert_eq!(server.get(&format!("{path}?as_of=&logged=%20")).status, 200, "{path}");
    }
}
