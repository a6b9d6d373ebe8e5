//! All cases on a day: `ibbi cases`.

use crate::support::{Place, documented};
use ibbi_testing::{golden_path, repository};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The day as of which the simulated cases are looked at.
const DAY: [&str; 2] = ["--as-of", "2026-12-01"];

/// A place with a ledger of simulated cases.
fn kept(runs: &str) -> Place {
    let place = Place::new();
    let scenario = repository("docs/scenarios/maple-hollow.toml");
    let scenario = scenario.to_str().expect("a path");
    place.done(&["simulate", scenario, "--runs", runs, "--seed", "5", "--keep", "runs.ledger"]);
    place
}

/// A place with a ledger whose records were corrected and written late.
fn golden() -> Place {
    let place = Place::new();
    std::fs::copy(golden_path("corrections-and-three-cases"), place.path("three.ledger")).expect("a ledger");
    let late = repository("tests/golden/v2/everyone-at-the-table.ledger");
    std::fs::copy(late, place.path("late.ledger")).expect("a ledger");
    place
}

fn report(place: &Place, args: &[&str]) -> Value {
    let (code, report) = place.json(&[&["cases"][..], args].concat());
    assert_eq!(code, 0, "{report}");
    report
}

#[test]
fn cases_read_like_this() {
    let place = kept("12");
    insta::assert_snapshot!("cases", place.done(&[&["cases", "runs.ledger"][..], &DAY].concat()));
    for table in ["spread", "outliers", "cases"] {
        let csv = place.done(&[&["cases", "runs.ledger", "--csv", table][..], &DAY].concat());
        insta::assert_snapshot!(format!("cases-{table}"), csv);
    }
}

#[test]
fn later_records_read_like_this() {
    let place = golden();
    let text = place.done(&["cases", "three.ledger", "--as-of", "2025-09-16", "--sort", "district"]);
    insta::assert_snapshot!("cases-corrected", text);
    let late = place.done(&["cases", "late.ledger", "--as-of", "2025-09-09", "--csv", "changes"]);
    insta::assert_snapshot!("cases-late", late);
}

/// The cells of the rows of a table on a page, by the text of the row's heading.
fn cells(page: &str, caption: &str) -> Vec<Vec<String>> {
    let start = page.find(&format!("<caption>{caption}</caption>")).unwrap_or_else(|| panic!("{caption}: {page}"));
    let table = &page[start..start + page[start..].find("</table>").expect("an end")];
    let body = &table[table.find("<tbody>").expect("a body")..];
    let text = |cell: &str| {
        let mut text = String::new();
        let mut tag = false;
        for c in cell.chars() {
            match c {
                '<' => tag = true,
                '>' => tag = false,
                c if !tag => text.push(c),
                _ => {}
            }
        }
        text
    };
    let rows = body.split("<tr>").skip(1);
    rows.map(|row| row.replace("</th>", "</td>").split("</td>").map(text).collect::<Vec<_>>()).collect()
}

#[test]
fn text_page_csv_and_json_have_the_same_numbers() {
    let place = kept("40");
    let args = [&["cases", "runs.ledger"][..], &DAY].concat();
    let json = report(&place, &[&["runs.ledger"][..], &DAY].concat());
    let text = place.done(&args);
    place.done(&[&args[..], &["--html", "cases.html"]].concat());
    let page = std::fs::read_to_string(place.path("cases.html")).expect("a page");
    let csv = |table: &str| {
        let csv = place.done(&[&args[..], &["--csv", table]].concat());
        let rows = csv.trim_end().split("\r\n").map(|row| row.split(',').map(str::to_owned).collect::<Vec<_>>());
        rows.collect::<Vec<_>>()
    };
    let spread = csv("spread");
    let tables = [
        ("Days in each stage, of the cases that left it", 1..10),
        ("Days in each stage so far, of the cases that are still in it", 10..14),
    ];
    for (caption, columns) in tables {
        let on_page = cells(&page, caption);
        let in_text = text.lines().skip_while(|line| *line != caption).skip(2);
        let shown = spread[1..].iter().filter(|row| row[columns.start] != "0");
        assert_eq!(shown.clone().count(), on_page.len(), "{on_page:?}");
        for ((row, cells), line) in shown.zip(&on_page).zip(in_text) {
            let numbers = |none: &str| {
                let numbers = row[columns.clone()].iter();
                numbers
                    .map(|number| if number.is_empty() { none.to_owned() } else { number.clone() })
                    .collect::<Vec<_>>()
            };
            let cells: Vec<&str> = cells[1..=columns.len()].iter().map(|cell| cell.trim()).collect();
            assert_eq!(cells, numbers("–"), "{row:?}");
            let words: Vec<&str> = line.split_whitespace().collect();
            assert_eq!(words[words.len() - columns.len()..], numbers("-")[..], "{line}");
        }
    }
    for row in &spread[1..] {
        let found = json["stages"].as_array().expect("stages").iter().find(|stage| stage["stage"] == json!(row[0]));
        let total = if row[0] == "completed" { &json["completed"] } else { &json["other_ends"] };
        let found = found.unwrap_or(total);
        let number = |value: &Value| value.as_f64().map_or(String::new(), |number| number.to_string());
        let days = &found["days"];
        let expected = [
            &found["finished"],
            &days["least"],
            &days["q1"],
            &days["median"],
            &days["q3"],
            &days["p90"],
            &days["most"],
            &found["fence"],
            &found["outliers"],
            &found["open"]["count"],
            &found["open"]["median"],
            &found["open"]["most"],
            &found["open"]["outliers"],
        ];
        assert_eq!(row[1..], expected.map(number), "{found}");
    }
    // The chart is drawn for two widths. Outliers of equally many days are one point.
    let outliers = csv("outliers");
    for (open, class) in [("no", "class=\"point\""), ("yes", "class=\"open-point\"")] {
        let points: BTreeSet<_> =
            outliers[1..].iter().filter(|row| row[4] == open).map(|row| [row[1].clone(), row[2].clone()]).collect();
        assert_eq!(page.matches(class).count(), 2 * points.len(), "{outliers:?}");
    }
    let cases = csv("cases");
    let rows = json["cases"].as_array().expect("cases");
    assert_eq!((cases.len(), rows.len()), (41, 40));
    let on_page = cells(&page, "Days of each case");
    for (row, shown) in cases[1..].iter().zip(&on_page) {
        let case = rows.iter().find(|case| case["case"] == json!(row[row.len() - 1])).expect("the case");
        assert_eq!(row[5], case["days"].to_string(), "{case}");
        let plus = if case["closed"].is_null() { "+" } else { "" };
        assert_eq!(shown[4], format!("{}{plus}", row[5]), "{shown:?}");
        let stays: u64 = row[6..13].iter().filter_map(|days| days.parse::<u64>().ok()).sum();
        assert_eq!(json!(stays), case["days"], "the days of the stages add up: {row:?}");
    }
    assert!(json["completed"]["open"]["count"].as_u64() > Some(3), "{}", json["completed"]);
}

#[test]
fn states_are_as_it_was_and_as_it_was_known() {
    let place = golden();
    let states = |args: &[&str]| {
        let report = report(&place, args);
        let states = report["states"].as_array().expect("states").clone();
        let stage = |state: &Value| (state["as_it_was"]["stage"].clone(), state["as_known"]["stage"].clone());
        states.iter().map(stage).collect::<Vec<_>>()
    };
    let day = "2025-09-16";
    let (training, inquiry, closed) = (json!("training"), json!("inquiry"), json!("closed"));
    let same = |stage: &Value| (stage.clone(), stage.clone());
    // The withdrawal of the 16th was voided on the 17th.
    let found = states(&["three.ledger", "--as-of", day]);
    assert_eq!(found, [same(&training), (inquiry.clone(), closed.clone()), same(&closed)]);
    let found = states(&["three.ledger", "--as-of", day, "--logged", "2025-09-17"]);
    assert_eq!(found, [same(&training), same(&inquiry), same(&closed)]);
    let days = |args: &[&str]| report(&place, args)["cases"][1]["closed"].clone();
    assert_eq!(days(&["three.ledger", "--as-of", day]), json!(null));
    assert_eq!(days(&["three.ledger", "--logged", day]), json!(day));
    assert_eq!(states(&["three.ledger", "--as-of", "2020-01-01"]), []);
}

#[test]
fn days_and_orders_are_checked() {
    let place = golden();
    let cases = |args: &[&str]| place.ibbi(&[&["cases", "three.ledger"][..], args].concat());
    for args in [&["--as-of", "someday"][..], &["--logged", ""], &["--sort", "size"], &["--csv", "people"]] {
        let refused = cases(args);
        assert_eq!((refused.code, refused.out.as_str()), (2, ""), "{args:?}: {}", refused.err);
    }
    let none = cases(&["--as-of", "2020-01-01"]);
    assert_eq!(none.code, 0, "{}", none.err);
    let expected = "All cases on Wed, Jan 1, 2020\nNo case had been opened by Wed, Jan 1, 2020.\n";
    assert_eq!(none.out.replace('\u{a0}', " "), expected);
    // Cases that were written down only later had been opened.
    let unknown = cases(&["--as-of", "2025-12-01", "--logged", "2020-01-01"]);
    let shown = unknown.out.replace(['\u{a0}', '\n'], " ");
    let expected =
        "No case was on record on Wed, Jan 1, 2020; 3 had been opened by Mon, Dec 1, 2025 and were recorded later.";
    assert!(shown.contains(expected), "{shown}");
}

#[test]
fn page_of_one_case_names_no_outliers() {
    let place = golden();
    let page = place.done(&["cases", "late.ledger", "--as-of", "2025-10-01", "--html", "-"]);
    for shown in [
        "<h1>All cases on Wed,\u{a0}Oct\u{a0}1,\u{a0}2025</h1>",
        "1 case: 1 open and 0 ended.",
        "none is called unusual",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

#[test]
fn page_of_documentation_shows_changes_as_they_are() {
    let place = golden();
    let text = place.done(&["cases", "three.ledger", "--as-of", "2025-09-16"]);
    let documented = documented("docs/many-cases.md", "changes", "text");
    let shown = text.replace('\u{a0}', " ");
    assert!(shown.contains(&documented.replace('\u{a0}', " ")), "{shown}");
    for code in ibbi_report::CASES_TABLES {
        let csv = place.done(&["cases", "three.ledger", "--csv", code]);
        assert!(csv.starts_with(if code == "spread" { "stage," } else { "district," }), "{code}: {csv}");
    }
}
