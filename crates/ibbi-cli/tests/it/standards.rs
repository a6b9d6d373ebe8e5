//! Goals and program reports: `ibbi goals` and `ibbi program-report`.

use crate::support::Place;
use ibbi_testing::{golden_path, repository};
use serde_json::{Value, json};

/// A place with a ledger of simulated cases and the sample of goals.
fn kept(runs: &str) -> Place {
    let place = Place::new();
    let scenario = repository("docs/scenarios/maple-hollow.toml");
    let scenario = scenario.to_str().expect("a path");
    place.done(&["simulate", scenario, "--runs", runs, "--seed", "5", "--keep", "runs.ledger"]);
    std::fs::write(place.path("goals.toml"), place.done(&["goals", "--sample"])).expect("the sample");
    place
}

const GOALS: [&str; 4] = ["goals", "runs.ledger", "--goals", "goals.toml"];

fn goals(place: &Place, more: &[&str]) -> Value {
    let (code, report) = place.json(&[&GOALS[..], more].concat());
    assert_eq!(code, 0, "{report}");
    report
}

#[test]
fn goals_read_like_this() {
    let place = kept("40");
    for by in ["goal", "period", "facilitator"] {
        let shown = place.done(&[&GOALS[..], &["--by", by, "--as-of", "2026-12-01"]].concat());
        insta::assert_snapshot!(format!("goals-by-{by}"), shown);
    }
    let risk = place.done(&[&GOALS[..], &["--by", "risk", "--runs", "200", "--as-of", "2026-11-15"]].concat());
    insta::assert_snapshot!("goals-by-risk", risk.lines().take(14).collect::<Vec<_>>().join("\n"));
    assert!(risk.contains("assumptions of the scenario") && risk.contains("All its estimates are defaults."), "{risk}");
}

#[test]
fn program_report_reads_like_this() {
    let place = kept("40");
    let args = ["program-report", "runs.ledger", "--fiscal-year", "2027", "--as-of", "2027-07-01"];
    insta::assert_snapshot!("program-report", place.done(&args));
    insta::assert_snapshot!("program-report-neutrals", place.done(&[&args[..], &["--csv", "neutrals"]].concat()));
}

#[test]
fn every_table_of_goals_has_the_same_numbers() {
    let place = kept("30");
    let report = goals(&place, &["--as-of", "2026-12-01"]);
    let csv = |by: &str| place.done(&[&GOALS[..], &["--by", by, "--csv", "--as-of", "2026-12-01"]].concat());
    let by_case = csv("case");
    for goal in report["goals"].as_array().expect("goals") {
        let name = goal["goal"]["name"].as_str().expect("a name");
        let count = |result: &str| {
            let rows = by_case.lines().filter(|line| line.starts_with(&format!("{name},")));
            rows.filter(|line| line.contains(&format!(",{result},"))).count() as u64
        };
        for result in ["met", "late", "overdue", "not_due", "ended_first"] {
            assert_eq!(goal["tally"][result], json!(count(result)), "{name}: {result}");
            for list in ["periods", "facilitators"] {
                let parts = goal[list].as_array().expect("a list").iter();
                let sum: u64 = parts.map(|part| part[result].as_u64().expect("a count")).sum();
                assert_eq!(goal["tally"][result], json!(sum), "{name}: {list}");
            }
        }
    }
    place.done(&[&GOALS[..], &["--html", "goals.html", "--as-of", "2026-12-01"]].concat());
    let page = std::fs::read_to_string(place.path("goals.html")).expect("a page");
    assert!(page.contains("<h1>Goals of the office</h1>") && page.contains("Agreement of the leaders"), "{page}");
}

#[test]
fn goals_are_as_of_a_day_and_as_known_on_a_day() {
    let place = Place::new();
    std::fs::copy(golden_path("corrections-and-three-cases"), place.path("runs.ledger")).expect("a ledger");
    std::fs::write(place.path("goals.toml"), place.done(&["goals", "--sample"])).expect("the sample");
    let cases = |more: &[&str]| goals(&place, more)["cases"].as_u64().expect("a count");
    assert_eq!(cases(&["--as-of", "2030-01-01"]), 3);
    assert_eq!(cases(&["--as-of", "2020-01-01"]), 0, "nothing had happened");
    assert_eq!(cases(&["--logged", "2020-01-01"]), 0, "nothing was on record");
    // An event that is recorded later was not known then.
    let opening = ["new", "late.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"];
    place.done(&opening);
    let late = |more: &[&str]| {
        let (_, report) = place.json(&[&["goals", "late.ledger", "--goals", "goals.toml"][..], more].concat());
        (report["cases"].clone(), report["goals"][0]["tally"]["overdue"].clone())
    };
    assert_eq!(late(&["--as-of", "2025-10-01"]), (json!(1), json!(0)), "day 30 is the last one");
    assert_eq!(late(&["--as-of", "2025-10-02"]), (json!(1), json!(1)));
    assert_eq!(late(&["--logged", "2025-10-02"]).0, json!(0));
    assert_eq!(late(&["--logged", "now", "--as-of", "2025-10-02"]), (json!(1), json!(1)));
}

#[test]
fn goals_file_must_be_given_and_valid() {
    let place = kept("2");
    let without = place.ibbi(&["goals", "runs.ledger"]);
    assert_eq!(without.code, 2, "{}", without.err);
    assert!(without.err.contains("--goals <FILE>"), "{}", without.err);
    let text = std::fs::read_to_string(place.path("goals.toml")).expect("the sample");
    std::fs::write(place.path("goals.toml"), text.replace("share = 75", "shre = 75")).expect("a file");
    let wrong = place.ibbi(&GOALS);
    assert_eq!((wrong.code, wrong.out.as_str()), (2, ""));
    assert!(
        wrong.err.contains("goals.toml:32:1: unknown key `shre` in a goal; expected one of days,"),
        "{}",
        wrong.err
    );
    assert!(wrong.err.contains("(did you mean share?)"), "{}", wrong.err);
    let (code, error) = place.json(&GOALS);
    assert_eq!((code, &error["error"]["code"]), (2, &json!("goals")));
    assert_eq!(error["error"]["problems"][0]["line"], 32, "{error}");
}

#[test]
fn chances_don_t_depend_on_threads_and_the_least_comes_first() {
    let place = kept("20");
    let args = ["--by", "risk", "--runs", "100", "--as-of", "2026-11-15"];
    let risks = |threads: &str| goals(&place, &[&args[..], &["--threads", threads]].concat())["risks"]["cases"].clone();
    let one = risks("1");
    assert_eq!(one, risks("3"));
    let chances: Vec<f64> = one
        .as_array()
        .expect("risks")
        .iter()
        .filter_map(|risk| risk["chance"]["chance"]["estimate"].as_f64())
        .collect();
    assert!(chances.len() > 10 && chances.is_sorted(), "{chances:?}");
}

#[test]
fn spreadsheet_never_overwrites_another_kind_of_file() {
    let place = kept("3");
    let args = ["program-report", "runs.ledger", "--fiscal-year", "2027", "--xlsx"];
    place.done(&[&args[..], &["report.xlsx"]].concat());
    let bytes = std::fs::read(place.path("report.xlsx")).expect("a spreadsheet");
    assert!(bytes.starts_with(b"PK\x03\x04"), "a spreadsheet is a zip archive");
    // An earlier spreadsheet is replaced.
    place.done(&[&args[..], &["report.xlsx"]].concat());
    for (file, message) in [
        ("runs.ledger", "is the input file"),
        ("goals.toml", "already exists and is not a spreadsheet (.xlsx)"),
        ("-", "a spreadsheet can't be written to standard output"),
    ] {
        let refused = place.ibbi(&[&args[..], &[file]].concat());
        assert_eq!(refused.code, 2, "{file}: {}", refused.err);
        assert!(refused.err.contains(message), "{file}: {}", refused.err);
    }
}

#[test]
fn year_and_month_are_checked() {
    let place = kept("3");
    let report = |args: &[&str]| place.ibbi(&[&["program-report", "runs.ledger"][..], args].concat());
    for args in [&["--fiscal-year", "1970"][..], &["--fiscal-year", "x"], &["--starts", "13"], &["--csv", "people"]] {
        assert_eq!(report(args).code, 2, "{args:?}");
    }
    let days = |args: &[&str]| {
        let (code, value) = place.json(&[&["program-report", "runs.ledger"][..], args].concat());
        assert_eq!(code, 0, "{value}");
        (value["first_day"].clone(), value["last_day"].clone())
    };
    assert_eq!(days(&["--fiscal-year", "2027"]), (json!("2026-07-01"), json!("2027-06-30")));
    assert_eq!(days(&["--fiscal-year", "2027", "--starts", "1"]), (json!("2027-01-01"), json!("2027-12-31")));
    assert_eq!(days(&["--as-of", "2026-10-05", "--starts", "10"]), (json!("2026-10-01"), json!("2027-09-30")));
}
