//! A scenario as TOML that reads back as the same scenario.

use super::template::assumption_lines;
use super::{Part, Participant, Scenario, Unavailable, Weekday};
use std::fmt::Write as _;

pub(super) fn toml(scenario: &Scenario) -> String {
    let Scenario { calendar, contract_expires, district, evergreen, format, people, start, time_zone, .. } = scenario;
    let mut text = format!(
        "# A scenario for ibbi.\n\
         district = {}\n\
         time_zone = {}\n\
         start = {start} # the day on which the three key leaders are asked\n",
        quoted(district.as_str()),
        quoted(time_zone.as_str()),
    );
    if let Some(expires) = contract_expires {
        let _ = writeln!(text, "contract_expires = {expires} # the day on which the present contract ends");
    }
    let _ = writeln!(text, "evergreen = {evergreen} # whether a clause extends the contract until there is a new one");
    let _ = writeln!(text, "format = {} # or {}", quoted(format.code()), other(*format));
    text.push_str("\n# Legal holidays of Massachusetts are known.\n[calendar]\n");
    if let Some(county) = calendar.county {
        let _ = writeln!(text, "county = {}", quoted(county.code()));
    }
    let days: Vec<String> = calendar.working_days.iter().map(|day| quoted(day.code())).collect();
    let _ = writeln!(text, "working_days = [{}]", days.join(", "));
    text.push_str("closed = [\n");
    for closure in &calendar.closed {
        let _ =
            writeln!(text, "  {{ name = {}, {} }},", quoted(closure.name.as_str()), stretch(closure.when).join(", "));
    }
    text.push_str("]\n");
    people.iter().for_each(|one| person(one, &mut text));
    text.push_str(
        "\n# Nobody has published such figures: each is an assumption. What is a comment keeps its default. Durations are\n\
         # [least, likely, most] days; chances go from 0 to 1.\n\
         [assumptions]\n",
    );
    text.push_str(&assumption_lines(&scenario.assumptions));
    text
}

const fn other(format: ibbi_core::Format) -> &'static str {
    match format {
        ibbi_core::Format::FullDay => "\"two_half_days\"",
        ibbi_core::Format::TwoHalfDays => "\"full_day\"",
    }
}

fn person(one: &Participant, text: &mut String) {
    let Participant { id, name, party, required, role, seat, unavailable } = one;
    let _ = writeln!(text, "\n[[people]]\nid = {}\nname = {}", quoted(id.as_str()), quoted(name.as_str()));
    let _ = writeln!(text, "role = {}", quoted(role.code()));
    if let Some(seat) = seat {
        let _ = writeln!(text, "seat = {}", quoted(seat.code()));
    }
    if let Some(party) = party {
        let _ = writeln!(text, "party = {}", quoted(party.code()));
    }
    if !required {
        text.push_str("required = false\n");
    }
    if !unavailable.is_empty() {
        let times: Vec<String> = unavailable.iter().map(|time| entry(*time)).collect();
        let _ = writeln!(text, "unavailable = [{}]", times.join(", "));
    }
}

/// A time in a person's list, in its shortest form.
fn entry(time: Unavailable) -> String {
    match time {
        Unavailable { from: None, half: Part::Whole, to: None, weekday: Some(day) } => quoted(day.code()),
        Unavailable { from: Some(from), half: Part::Whole, to: Some(to), weekday: None } if from == to => {
            from.to_string()
        }
        time => format!("{{ {} }}", stretch(time).join(", ")),
    }
}

fn stretch(time: Unavailable) -> Vec<String> {
    let Unavailable { from, half, to, weekday } = time;
    let mut fields = Vec::new();
    match (from, to) {
        (Some(from), Some(to)) if from == to && weekday.is_none() => fields.push(format!("on = {from}")),
        (from, to) => {
            fields.extend(from.map(|from| format!("from = {from}")));
            fields.extend(to.map(|to| format!("to = {to}")));
        }
    }
    fields.extend(weekday.map(|day: Weekday| format!("weekday = {}", quoted(day.code()))));
    match half {
        Part::Whole => {}
        Part::Morning => fields.push("half = \"morning\"".to_owned()),
        Part::Afternoon => fields.push("half = \"afternoon\"".to_owned()),
    }
    fields
}

/// A basic string of TOML. The texts of a scenario hold no control characters.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chance, Duration, ThreePoint};

    #[test]
    fn what_is_written_reads_back_as_the_same_scenario() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/scenarios");
        let mut seen = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let mut scenario = Scenario::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
                scenario.assumptions.set_chance(Chance::Withdraws, 0.125);
                let points = ThreePoint { least: 0.5, likely: 2.0, most: 9.25 };
                scenario.assumptions.set_duration(Duration::Concern, points);
                scenario.district = ibbi_core::Name::new("A \"quoted\" \\ name").unwrap();
                let text = scenario.to_toml();
                let again = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
                assert_eq!(again, scenario, "{text}");
                seen += 1;
            }
        }
        assert!(seen >= 6);
    }

    #[test]
    fn every_form_of_time_reads_back() {
        for form in [
            "2026-12-02",
            "\"friday\"",
            "{ from = 2026-11-02, to = 2026-11-13 }",
            "{ weekday = \"monday\", half = \"morning\" }",
            "{ on = 2026-11-02, half = \"afternoon\" }",
            "{ weekday = \"monday\", from = 2026-11-02 }",
            "{ weekday = \"monday\", to = 2026-11-02, half = \"morning\" }",
            "{ weekday = \"monday\", from = 2026-11-02, to = 2026-11-02 }",
        ] {
            let text = crate::EXAMPLE.replacen("unavailable = [", &format!("unavailable = [{form}, "), 1);
            let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(Scenario::parse(&scenario.to_toml()).unwrap(), scenario, "{form}");
        }
    }
}
