//! The test vector in `docs/simulation.md`: the page and the code agree.

use ibbi_sim::*;

const PAGE: &str = include_str!("../../../../docs/simulation.md");

/// A test vector of the page.
struct Vector {
    /// The part of the page that it is in.
    text: &'static str,
    scenario: Scenario,
    run: u64,
}

fn vector(heading: &str) -> Vector {
    let (_, text) = PAGE.split_once(&format!("\n{heading}\n")).expect("the page has the vector");
    let text = text.split("\n# ").next().unwrap_or(text);
    let (_, rest) = text.split_once("```toml\n").expect("the vector has a scenario");
    let (scenario, _) = rest.split_once("```").expect("the scenario ends");
    let (_, run) = text.split_once("Seed 1, run ").expect("the vector has a run");
    let run = run.split('.').next().unwrap().parse().unwrap();
    Vector { text, scenario: Scenario::parse(scenario).unwrap_or_else(|error| panic!("{error}")), run }
}

fn first() -> Vector {
    vector("## Test vector")
}

fn second() -> Vector {
    vector("## Test vector of the second model")
}

/// Returns the cells of the table with this heading row.
fn table_in(text: &'static str, heading: &str) -> Vec<Vec<&'static str>> {
    let rows = text.lines().skip_while(|line| !line.starts_with(heading)).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

fn table(heading: &str) -> Vec<Vec<&'static str>> {
    table_in(PAGE, heading)
}

#[test]
fn draws_match_the_page() {
    for (Vector { text, scenario, run }, count) in [(first(), 38), (second(), 54)] {
        let rows = table_in(text, "| assumption | stream |");
        assert_eq!(rows.len(), count);
        let assumptions = &scenario.assumptions;
        let mut pace = 1.0;
        for row in rows {
            let [name, stream, occurrence, u, result] = row[..] else { panic!("{row:?}") };
            let number = uniform(1, run, stream.parse().unwrap(), occurrence.parse().unwrap());
            assert_eq!(format!("{number:.9}"), u, "{name} {occurrence}");
            if name == "(pace)" {
                let spread = assumptions.pace_spread().value;
                assert_eq!(stream, PACE_STREAM.to_string());
                pace = ThreePoint { least: 1.0 / (1.0 + spread), likely: 1.0, most: 1.0 + spread }.quantile(number);
                assert_eq!(format!("{pace:.9}"), result);
            } else if let Some(which) = Duration::ALL.iter().find(|which| which.code() == name) {
                assert_eq!(which.stream().to_string(), stream);
                let days = whole_days(assumptions.duration(*which).value.quantile(number) * pace);
                assert_eq!(format!("{days} days"), result, "{name} {occurrence}");
            } else if let Some(which) = Chance::ALL.iter().find(|which| which.code() == name) {
                assert_eq!(which.stream().to_string(), stream);
                // In the second vector, the chance of a postponement depends on the month of the session.
                if scenario.model == Model::First || *which != Chance::SessionPostponed {
                    let happens = number < assumptions.chance(*which).value;
                    assert_eq!(if happens { "yes" } else { "no" }, result, "{name} {occurrence}");
                }
            } else {
                assert_eq!((name, stream), ("(cut after)", "16"));
                let minutes: f64 = result.split(' ').next().unwrap().parse().unwrap();
                // A session of 120, 180, or 240 minutes has 3, 5, or 7 such multiples below its length.
                let fits = |steps: f64| 30.0 * (1.0 + (number * steps).floor()) == minutes;
                assert!([3.0, 5.0, 7.0].into_iter().any(fits), "{result}");
            }
        }
    }
}

#[test]
fn events_match_the_page() {
    for (Vector { text, scenario, run }, last) in [(first(), "2027-04-26"), (second(), "2027-08-31")] {
        let mut events = Vec::new();
        let end = Simulator::new(&scenario).run(1, run, |at, event, _| {
            events.push(vec![at.to_string(), event.kind().to_string()]);
        });
        assert_eq!(events, table_in(text, "| at | event |"));
        let end = end.unwrap();
        assert_eq!((end.ending, end.date.unwrap().to_string().as_str()), (Ending::Completed, last));
    }
}

#[test]
fn evidence_is_that_of_the_draws_on_the_page() {
    let (Vector { scenario, run, .. }, mut events) = (first(), Vec::new());
    let simulator = Simulator::new(&scenario);
    simulator.run(1, run, |at, event, to| events.push((at, event.clone(), to))).unwrap();
    let mut evidence = Evidence::default();
    let days = OpenDays::new(&scenario, scenario.start, scenario.start);
    evidence.add_case(events.iter().map(|(at, event, to)| (*at, event, *to)), simulator.last_instant(), &days);
    let calibration = Calibration::new(&evidence, ibbi_sim::Model::First);
    let rows = table("| assumption | stream |");
    let drawn = |name: &str| rows.iter().filter(|row| row[0] == name).map(|row| row[4]).collect::<Vec<_>>();
    // The second part moves once only because the first part did. That is not a postponement, and draws nothing.
    assert_eq!(drawn("session_postponed").len(), 6);
    for fitted in &calibration.chances {
        let draws = drawn(fitted.name);
        let happened = draws.iter().filter(|result| **result == "yes").count() as u64;
        assert_eq!((fitted.trials, fitted.happened), (draws.len() as u64, happened), "{}", fitted.name);
    }
    for fitted in &calibration.durations {
        assert_eq!((fitted.waits, fitted.censored), (drawn(fitted.name).len() as u64, 0), "{}", fitted.name);
    }
}

#[test]
fn page_lists_every_stream() {
    let streams = Duration::ALL.iter().map(|which| (which.stream(), which.code()));
    for (stream, code) in streams.chain(Chance::ALL.iter().map(|which| (which.stream(), which.code()))) {
        let text = PAGE.replace('\n', " ");
        let forms = [format!("{stream} `{code}`"), format!("{stream} for `{code}`")];
        assert!(forms.iter().any(|form| text.contains(form)), "{stream} {code}");
    }
}

#[test]
fn second_vector_has_postponements_by_month() {
    let rows = table_in(second().text, "| assumption | stream |");
    let postponed = rows.iter().filter(|row| row[0] == "session_postponed");
    // A number between the chance of other months and that of March.
    assert!(postponed.clone().any(|row| row[4] == "yes" && row[3].parse::<f64>().unwrap() > 0.4), "{rows:?}");
    assert!(postponed.clone().any(|row| row[4] == "no"));
}

#[test]
fn page_lists_every_default() {
    let rows = table("| assumption | default |");
    let days = Duration::of(Model::First).iter().map(|which| {
        let ThreePoint { least, likely, most } = which.default_value();
        [format!("`{}`", which.code()), format!("{least}, {likely}, {most}"), which.about().to_owned()]
    });
    let chances = Chance::ALL
        .iter()
        .map(|which| [format!("`{}`", which.code()), which.default_value().to_string(), which.about().to_owned()]);
    assert_eq!(rows, days.chain(chances).collect::<Vec<_>>());
}
