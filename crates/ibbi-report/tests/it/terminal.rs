//! Text in a terminal, and files for other programs.

use crate::support::{Results, samples};
use ibbi_report::ics::{IcsCalendar, PlannedEntries};
use ibbi_report::text::{self, Layout, Piece, TextStyle};
use ibbi_report::{csv, text::plain};

const WIDE: Layout = Layout { width: 88, ascii: false };
const NARROW: Layout = Layout { width: 48, ascii: true };

fn sample(name: &str, runs: u64) -> Results {
    let (_, scenario) = samples().into_iter().find(|(sample, _)| sample == name).unwrap();
    Results::of(scenario, runs)
}

#[test]
fn a_plan_in_a_terminal() {
    let results = Results::example(50);
    let show = |layout| plain(&text::plan(&results.scenario, &results.plan, &results.advisories, layout));
    insta::assert_snapshot!("plan", show(WIDE));
    insta::assert_snapshot!("plan_narrow", show(NARROW));
}

#[test]
fn impossible_plans_in_a_terminal() {
    for name in ["eight-weeks", "one-day-each-week"] {
        let results = sample(name, 50);
        let mut shown = plain(&text::plan(&results.scenario, &results.plan, &[], WIDE));
        shown.push_str("\nThe obstacle alone:\n");
        shown.push_str(&plain(&text::conflicts(results.plan.conflicts.as_ref().unwrap(), WIDE)));
        insta::assert_snapshot!(format!("plan_{name}"), shown);
    }
}

#[test]
fn a_forecast_in_a_terminal() {
    let results = Results::example(2_000);
    let show = |layout| plain(&text::forecast(&results.scenario, &results.forecast, layout));
    insta::assert_snapshot!("forecast", show(WIDE));
    insta::assert_snapshot!("forecast_narrow", show(NARROW));
}

#[test]
fn late_and_unfinished_forecasts_in_a_terminal() {
    for name in ["eight-weeks", "one-day-each-week"] {
        let results = sample(name, 1_000);
        insta::assert_snapshot!(
            format!("forecast_{name}"),
            plain(&text::forecast(&results.scenario, &results.forecast, WIDE))
        );
    }
}

#[test]
fn comparison_and_gains_in_a_terminal() {
    let results = sample("spring-days", 1_000);
    insta::assert_snapshot!("comparison", plain(&text::comparison(&results.comparison, WIDE)));
    insta::assert_snapshot!("who", plain(&text::gains(&results.gains, WIDE)));
    insta::assert_snapshot!("favors", plain(&text::favors(&results.favors, WIDE)));
}

#[test]
fn pieces_are_whole_lines_with_headings() {
    let results = Results::example(50);
    let mut pieces = text::forecast(&results.scenario, &results.forecast, WIDE);
    pieces.extend(text::plan(&results.scenario, &results.plan, &results.advisories, WIDE));
    assert!(pieces.iter().all(|Piece { text, .. }| text.ends_with('\n')));
    let headings = pieces.iter().filter(|piece| piece.role == TextStyle::Heading).count();
    assert!(headings > 8, "{headings}");
}

#[test]
fn tables_for_a_spreadsheet() {
    let Results { plan, forecast, comparison, gains, favors, advisories, .. } = sample("spring-days", 200);
    let first_lines = |csv: String| csv.lines().take(6).collect::<Vec<_>>().join("\n");
    let tables = [
        ("sittings", csv::sessions(&plan)),
        ("milestones", csv::milestones(&plan)),
        ("advisories", csv::advisories(&advisories)),
        ("outcomes", csv::outcomes(&forecast)),
        ("dates", csv::dates(&forecast)),
        ("deadlines", csv::deadlines(&forecast)),
        ("curve (its beginning)", first_lines(csv::curve(&forecast))),
        ("drivers", csv::drivers(&forecast)),
        ("assumptions", csv::assumptions(&forecast)),
        ("comparison", csv::comparison(&comparison)),
        ("who", csv::gains(&gains)),
        ("favors", csv::favors(&favors)),
    ];
    let all: Vec<String> =
        tables.into_iter().map(|(name, csv)| format!("== {name}\n{}", csv.replace('\r', ""))).collect();
    insta::assert_snapshot!("csv", all.join("\n"));
}

#[test]
fn a_plan_as_a_calendar() {
    let Results { scenario, plan, .. } = Results::example(1);
    let stamp = "2026-09-01T12:00:00.000Z".parse().unwrap();
    let entries = PlannedEntries { scenario: &scenario, plan: &plan, stamp, held: &|_| 0 }.of_plan();
    let calendar = IcsCalendar { name: "Maple Hollow", zone: scenario.time_zone.as_str(), stamp, entries: &entries };
    let text = calendar.to_ics().unwrap();
    assert!(text.split_inclusive('\n').all(|line| line.ends_with("\r\n")));
    insta::assert_snapshot!("calendar", text.replace('\r', ""));
}
