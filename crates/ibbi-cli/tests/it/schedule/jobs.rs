//! Plans, forecasts, comparisons and whom to ask, as the terminal and other programs see them.

use super::{sample, with_sample};
use crate::support::Place;

#[test]
fn default_scenario_is_the_sample() {
    let place = Place::new();
    for args in [
        &["plan"][..],
        &["simulate", "--runs", "200"],
        &["compare", "--runs", "200"],
        &["who", "--runs", "20"],
        &["report", "--runs", "100"],
        &["calendar"],
    ] {
        assert!(!place.done(args).is_empty(), "{args:?}");
    }
    let page = std::fs::read_to_string(place.path("report.html")).expect("a page");
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Maple Hollow"), "{}", &page[..200]);
}

#[test]
fn the_plan_of_each_sample_reads_like_this() {
    for name in ["maple-hollow", "eight-weeks", "one-day-each-week", "spring-days"] {
        let place = with_sample(&format!("{name}.toml"));
        insta::assert_snapshot!(format!("plan-{name}"), place.done(&["plan", "my.toml"]));
    }
}

#[test]
fn forecasts_comparisons_and_whom_to_ask_read_like_this() {
    let place = with_sample("maple-hollow.toml");
    insta::assert_snapshot!("simulate", place.done(&["simulate", "my.toml", "--runs", "2000", "--seed", "7"]));
    insta::assert_snapshot!("compare", place.done(&["compare", "my.toml", "--runs", "2000"]));
    insta::assert_snapshot!("who", place.done(&["who", "my.toml", "--runs", "100"]));
    let never = with_sample("one-day-each-week.toml");
    insta::assert_snapshot!("simulate-never", never.done(&["simulate", "my.toml", "--runs", "200"]));
}

#[test]
fn a_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let place = with_sample("maple-hollow.toml");
    for command in ["simulate", "compare", "who"] {
        let runs = if command == "who" { "50" } else { "3000" };
        let on = |threads: &str, json: &[&str]| {
            place.done(&[json, &[command, "my.toml", "--runs", runs, "--threads", threads]].concat())
        };
        for json in [&[][..], &["--json"]] {
            let one = on("1", json);
            assert_eq!(one, on("2", json), "{command}");
            assert_eq!(one, on("7", json), "{command}");
        }
    }
    let seeds = ["1", "2"].map(|seed| place.done(&["simulate", "my.toml", "--runs", "500", "--seed", seed]));
    assert_ne!(seeds[0], seeds[1]);
}

#[test]
fn the_format_on_the_command_line_counts_in_either_spelling() {
    let place = with_sample("maple-hollow.toml");
    let digest =
        |args: &[&str]| place.json(&[&["simulate", "my.toml", "--runs", "50"], args].concat()).1["digest"].clone();
    assert_eq!(digest(&["--format", "full-day"]), digest(&["--format", "full_day"]));
    assert_ne!(digest(&["--format", "full_day"]), digest(&[]));
    assert_eq!(digest(&["--format", "two-half-days"]), digest(&[]));
}

#[test]
fn a_scenario_can_come_through_a_pipe() {
    let text = std::fs::read(sample("maple-hollow.toml")).expect("the sample");
    let place = Place::new();
    let result = place.ibbi_with(&["plan", "-"], &text);
    assert_eq!(result.code, 0, "{result:?}");
    let wrong = place.ibbi_with(&["plan", "-"], b"district = 1\n");
    assert!(wrong.code == 2 && wrong.err.contains("-:1:"), "{wrong:?}");
}

#[test]
fn tables_come_as_csv_with_a_heading_each() {
    let place = with_sample("maple-hollow.toml");
    for (args, heading) in [
        (&["plan", "my.toml", "--csv", "sittings"][..], "sitting,part,date,"),
        (&["plan", "my.toml", "--csv", "milestones"], "step,who,date"),
        (&["plan", "my.toml", "--csv", "advisories"], "advisory,found,source"),
        (&["simulate", "my.toml", "--runs", "100", "--csv", "outcomes"], "outcome,runs,"),
        (&["simulate", "my.toml", "--runs", "100", "--csv", "dates"], "milestone,part,p10"),
        (&["simulate", "my.toml", "--runs", "100", "--csv", "deadlines"], "deadline,date,chance"),
        (&["simulate", "my.toml", "--runs", "100", "--csv", "curve"], "date,completed,share"),
        (&["simulate", "my.toml", "--runs", "100", "--csv", "drivers"], "cause,"),
        (&["simulate", "my.toml", "--runs", "100", "--csv", "assumptions"], "assumption,about,"),
        (&["compare", "my.toml", "--runs", "100", "--csv"], "scenario,digest,measure,"),
        (&["who", "my.toml", "--runs", "20", "--csv"], "kind,id,"),
        (&["who", "my.toml", "--favors", "--csv"], "set,standing,kind,id,"),
    ] {
        let table = place.done(args);
        assert!(table.starts_with(heading) && table.lines().count() > 1, "{args:?}: {table}");
        assert!(table.lines().count() == table.matches("\r\n").count(), "{args:?}: lines end by CR LF");
    }
}

#[test]
fn advisories_appear_where_they_apply_with_their_source() {
    let place = with_sample("eight-weeks.toml");
    let plan = place.done(&["plan", "my.toml"]);
    for expected in ["post the meeting by", "contract expires", "is listed as an observer"] {
        assert!(
            plan.replace("\n ", " ").split_whitespace().collect::<Vec<_>>().join(" ").contains(expected),
            "{expected}: {plan}"
        );
    }
    let (_, json) = place.json(&["plan", "my.toml"]);
    let advisories = json["advisories"].as_array().expect("a list");
    assert!(advisories.iter().all(|advisory| advisory["source"].is_string() && advisory["found"].is_string()));
}
