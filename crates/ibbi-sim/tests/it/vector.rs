//! The test vector in `docs/simulation.md`: the page and the code agree.

use ibbi_sim::*;

const PAGE: &str = include_str!("../../../../docs/simulation.md");

/// Returns the cells of the table with this heading row.
fn table(heading: &str) -> Vec<Vec<&'static str>> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(heading)).skip(2);
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

fn scenario() -> Scenario {
    let (_, rest) = PAGE.split_once("```toml\n").expect("the page has a scenario");
    let (text, _) = rest.split_once("```").expect("the scenario ends");
    Scenario::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn draws_match_the_page() {
    let (rows, scenario) = (table("| assumption | stream |"), scenario());
    assert_eq!(rows.len(), 38);
    for row in rows {
        let [name, stream, occurrence, u, result] = row[..] else { panic!("{row:?}") };
        let number = uniform(1, 49, stream.parse().unwrap(), occurrence.parse().unwrap());
        assert_eq!(format!("{number:.9}"), u, "{name} {occurrence}");
        if let Some(which) = Duration::of(Model::First).iter().find(|which| which.code() == name) {
            assert_eq!(which.stream().to_string(), stream);
            let days = whole_days(scenario.assumptions.duration(*which).value.quantile(number));
            assert_eq!(format!("{days} days"), result, "{name} {occurrence}");
        } else if let Some(which) = Chance::ALL.iter().find(|which| which.code() == name) {
            assert_eq!(which.stream().to_string(), stream);
            let happens = number < scenario.assumptions.chance(*which).value;
            assert_eq!(if happens { "yes" } else { "no" }, result, "{name} {occurrence}");
        } else {
            assert_eq!((name, stream), ("(cut after)", "16"));
            assert_eq!(format!("{} of 240 minutes", 30.0 * (1.0 + (number * 7.0).floor())), result);
        }
    }
}

#[test]
fn events_match_the_page() {
    let mut events = Vec::new();
    let end = Simulator::new(&scenario()).run(1, 49, |at, event, _| {
        events.push(vec![at.to_string(), event.kind().to_string()]);
    });
    assert_eq!(events, table("| at | event |"));
    let end = end.unwrap();
    assert_eq!((end.ending, end.date.unwrap().to_string().as_str()), (Ending::Completed, "2027-04-26"));
}

#[test]
fn evidence_is_that_of_the_draws_on_the_page() {
    let (scenario, mut events) = (scenario(), Vec::new());
    let simulator = Simulator::new(&scenario);
    simulator.run(1, 49, |at, event, to| events.push((at, event.clone(), to))).unwrap();
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
    let streams = Duration::of(Model::First).iter().map(|which| (which.stream(), which.code()));
    for (stream, code) in streams.chain(Chance::ALL.iter().map(|which| (which.stream(), which.code()))) {
        let text = PAGE.replace('\n', " ");
        assert!(text.contains(&format!("{stream} `{code}`")), "{stream} {code}");
    }
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
