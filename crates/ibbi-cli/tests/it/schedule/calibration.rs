//! Assumptions fitted to a ledger, and past forecasts that are scored.

use super::with_sample;
use crate::support::Place;
use ibbi_testing::{GOLDEN, golden_path, repository};
use serde_json::Value;

/// A place with a scenario and a ledger of simulated cases.
fn kept(runs: &str, more: &[&str]) -> Place {
    let place = with_sample("maple-hollow.toml");
    let keep = ["simulate", "my.toml", "--runs", runs, "--seed", "5", "--keep", "runs.ledger"];
    place.done(&[&keep[..], more].concat());
    place
}

fn calibrate(place: &Place, more: &[&str]) -> Value {
    let (code, fitted) = place.json(&[&["calibrate", "runs.ledger"][..], more].concat());
    assert_eq!(code, 0, "{fitted}");
    fitted
}

/// Writes the scenario with another section of assumptions, which is its last one.
fn with_assumptions(place: &Place, section: &str, file: &str) {
    let scenario = std::fs::read_to_string(place.path("my.toml")).expect("the scenario");
    let (before, _) = scenario.split_once("[assumptions]").expect("a section");
    std::fs::write(place.path(file), format!("{before}{section}")).expect("a scenario");
}

/// The entry of an assumption.
fn assumption<'a>(fitted: &'a Value, name: &str) -> &'a Value {
    let lists = [&fitted["chances"], &fitted["durations"]].map(|list| list.as_array().expect("a list"));
    lists.into_iter().flatten().find(|entry| entry["name"] == name).unwrap_or_else(|| panic!("no {name}: {fitted}"))
}

#[test]
fn calibrate_reads_like_this() {
    let place = kept("40", &[]);
    insta::assert_snapshot!("calibrate", place.done(&["calibrate", "runs.ledger", "--scenario", "my.toml"]));
    insta::assert_snapshot!("calibrate-toml", place.done(&["calibrate", "runs.ledger", "--toml"]));
    let few = kept("2", &[]);
    insta::assert_snapshot!("calibrate-few", few.done(&["calibrate", "runs.ledger", "--as-of", "2026-11-02 00:00"]));
}

#[test]
fn backtest_reads_like_this() {
    let place = kept("25", &[]);
    with_assumptions(&place, "[assumptions]\nlabor_adopts = 0.6\n", "other.toml");
    let args = ["backtest", "runs.ledger", "--runs", "60"];
    insta::assert_snapshot!("backtest", place.done(&[&args[..], &["--scenario", "other.toml"]].concat()));
    let plain = place.done(&args);
    assert!(plain.contains("The scenario has the default assumptions"), "{plain}");
}

#[test]
fn the_order_of_records_makes_no_difference() {
    let (one, other) = (kept("30", &[]), kept("30", &["--interleaved"]));
    for as_of in ["2026-09-17 09:00", "2026-12-01 00:00", "2029-01-01 09:00"] {
        let fitted = |place: &Place| calibrate(place, &["--scenario", "my.toml", "--as-of", as_of]);
        assert_eq!(fitted(&one), fitted(&other), "{as_of}");
    }
    // One ledger was written after the cases had ended, and the other one as their events happened.
    let scores = |place: &Place| place.json(&["backtest", "runs.ledger", "--scenario", "my.toml", "--runs", "30"]).1;
    assert_eq!(scores(&one), scores(&other));
}

#[test]
fn few_cases_stay_near_the_defaults() {
    let fitted = calibrate(&kept("4", &[]), &["--scenario", "my.toml"]);
    for name in ["labor_adopts", "management_adopts", "application_review_days", "concern_days", "meeting_lead_days"] {
        let entry = assumption(&fitted, name);
        assert_eq!(entry["few"], true, "{entry}");
        let number = |key: &str| entry[key].as_f64();
        match number("factor") {
            Some(factor) => assert!((factor - 1.0).abs() < 0.2, "{entry}"),
            None => {
                let (fitted, default) = (number("fitted").expect("a chance"), number("default").expect("a chance"));
                assert!((fitted - default).abs() < 0.25, "{entry}");
            }
        }
    }
}

#[test]
fn waits_of_open_cases_are_censored() {
    let place = kept("30", &["--interleaved"]);
    let number = |entry: &Value, key: &str| entry[key].as_u64().expect("a number");
    let whole = calibrate(&place, &["--scenario", "my.toml"]);
    let early = calibrate(&place, &["--scenario", "my.toml", "--as-of", "2026-09-17 09:00"]);
    assert_eq!((number(&whole, "cases"), number(&early, "cases"), number(&whole, "closed")), (30, 30, 30));
    assert!(number(&early, "closed") < 5, "{early}");
    let (all, some) = (assumption(&whole, "leader_response_days"), assumption(&early, "leader_response_days"));
    assert!(number(some, "censored") > 20 && number(some, "censored") < number(some, "waits"), "{some}");
    assert!(number(all, "censored") < 10, "{all}");
    // Half of the evidence leads to the same result.
    let fitted = |entry: &Value| entry["factor"].as_f64().expect("a factor");
    assert!((fitted(all) / fitted(some) - 1.0).abs() < 0.15, "{all} {some}");
    // Before the ledger, no case is known.
    assert_eq!(number(&calibrate(&place, &["--as-of", "2020-01-01 09:00"]), "cases"), 0);
}

#[test]
fn fitted_assumptions_make_a_scenario() {
    let place = kept("30", &[]);
    let wrote = place.ibbi(&["calibrate", "runs.ledger", "--scenario", "my.toml", "-o", "fitted.toml"]);
    assert!(wrote.code == 0 && wrote.err.contains("ibbi simulate fitted.toml"), "{wrote:?}");
    let (code, forecast) = place.json(&["simulate", "fitted.toml", "--runs", "10"]);
    assert_eq!(code, 0);
    let row = forecast["assumptions"].as_array().expect("a list").iter().find(|row| row["name"] == "labor_adopts");
    let fitted = calibrate(&place, &["--scenario", "my.toml"]);
    assert_eq!(row.expect("a row")["value"], assumption(&fitted, "labor_adopts")["fitted"]);
    // The section alone can be pasted into a scenario.
    let section = place.done(&["calibrate", "runs.ledger", "--toml"]);
    with_assumptions(&place, &section, "pasted.toml");
    assert_eq!(place.ibbi(&["scenario", "check", "pasted.toml"]).code, 0);
    place.done(&["calibrate", "runs.ledger", "-o", "section.toml"]);
    assert_eq!(std::fs::read_to_string(place.path("section.toml")).expect("the section"), section);
}

#[test]
fn backtest_scores_forecasts_since_a_time() {
    let place = kept("20", &[]);
    let scores = |more: &[&str]| place.json(&[&["backtest", "runs.ledger", "--runs", "20"][..], more].concat());
    let (_, all) = scores(&[]);
    let (_, late) = scores(&["--since", "2026-11-02 00:00"]);
    let forecasts = |scores: &Value| scores["all"]["forecasts"].as_u64().expect("a number");
    assert!(forecasts(&late) > 0 && forecasts(&late) < forecasts(&all), "{all} {late}");
    assert_eq!(late["stages"].as_array().expect("a list").iter().find(|stage| stage["stage"] == "inquiry"), None);
    let none = place.ibbi(&["backtest", "runs.ledger", "--runs", "0"]);
    assert!(none.code == 2 && none.err.contains("1 to 100,000,000 runs"), "{none:?}");
    place.done(&["new", "open.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    let open = place.ibbi(&["backtest", "open.ledger"]);
    assert!(open.code == 2 && open.err.contains("no case that has ended"), "{open:?}");
}

#[test]
fn every_ledger_can_be_calibrated_and_scored() {
    let place = Place::new();
    place.done(&["tour", "--ledger", "tour.ledger"]);
    let second =
        ["everyone-at-the-table", "programs-and-editions"].map(|name| format!("tests/golden/v2/{name}.ledger"));
    let second = second.iter().map(|name| repository(name));
    let ledgers: Vec<String> =
        GOLDEN.iter().map(|name| golden_path(name)).chain(second).map(|path| path.display().to_string()).collect();
    for ledger in ledgers.iter().map(String::as_str).chain(["tour.ledger"]) {
        let (code, fitted) = place.json(&["calibrate", ledger, "--as-of", "2026-01-01 09:00"]);
        assert_eq!(code, 0, "{ledger}: {fitted}");
        assert!(fitted["cases"].as_u64() > Some(0), "{ledger}: {fitted}");
        let (code, scores) = place.json(&["backtest", ledger, "--runs", "20"]);
        assert_eq!(code, 0, "{ledger}: {scores}");
        assert!(scores["all"]["forecasts"].as_u64() > Some(0), "{ledger}: {scores}");
    }
    // The training of the tour was cut short, and one party raised a concern.
    let (_, tour) = place.json(&["calibrate", "tour.ledger", "--as-of", "2026-01-01 09:00"]);
    assert_eq!(assumption(&tour, "concern_raised")["happened"], 1, "{tour}");
}
