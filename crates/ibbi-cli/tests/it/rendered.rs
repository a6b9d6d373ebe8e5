//! What people read: help, the chart, the rules, a status and a refusal.

use crate::support::Place;
use ibbi_testing::golden_path;

#[test]
fn every_command_helps_in_these_words() {
    let place = Place::new();
    let help = place.done(&["--help"]);
    let listed =
        help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list of commands");
    // Names stand at the beginning of a line; what a line goes on with is further in.
    let names =
        listed.lines().filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        insta::assert_snapshot!(format!("help-{name}"), place.done(&[name, "--help"]));
    }
    insta::assert_snapshot!("help", help);
}

#[test]
fn the_chart_is_drawn_in_three_ways() {
    let place = Place::new();
    for format in ["markdown", "mermaid", "dot"] {
        let chart = place.done(&["chart", "--format", format]);
        insta::assert_snapshot!(format!("chart-{format}"), chart);
    }
    assert_eq!(place.done(&["chart"]), place.done(&["chart", "--format", "markdown"]));
}

#[test]
fn the_rules_are_listed_with_remedies_and_sources() {
    insta::assert_snapshot!("rules", Place::new().done(&["rules"]));
}

#[test]
fn status_shows_stage_and_next_events() {
    let place = Place::new();
    let golden = golden_path("corrections-and-three-cases");
    std::fs::copy(golden, place.path("cases.ledger")).unwrap();
    for (case, at) in [
        ("Maple Hollow", "2025-10-14 09:00"),
        ("Birch Valley", "2025-09-17 10:00"),
        ("Otter Creek", "2025-09-17 10:00"),
    ] {
        let name = case.to_lowercase().replace(' ', "-");
        let args = ["status", "cases.ledger", "--case", case, "--at", at];
        insta::assert_snapshot!(format!("status-{name}"), place.done(&args));
        let all = place.done(&[&args[..], &["--all"]].concat());
        assert!(all.len() > place.done(&args).len(), "--all shows more of {case}");
    }
    // Before the last event nothing can be recorded, and the status shows why.
    let early = place.done(&["status", "cases.ledger", "--case", "birch valley", "--at", "2025-09-05 10:00"]);
    insta::assert_snapshot!("status-asked-too-early", early);
}

#[test]
fn a_refusal_names_every_rule_with_what_was_found_and_what_to_do() {
    let place = Place::new();
    place.done(&["new", "a.ledger", "--district", "Birch Valley", "--at", "2025-09-01 09:00"]);
    let result = place.ibbi(&["record", "a.ledger", "format_chosen", "format=full_day", "--at", "2025-09-01 10:00"]);
    assert_eq!((result.code, result.out.as_str()), (3, ""));
    insta::assert_snapshot!("refusal", result.err);
}

#[test]
fn the_tour_reads_like_this() {
    insta::assert_snapshot!("tour", Place::new().done(&["tour"]));
}
