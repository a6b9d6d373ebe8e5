//! Writing a scenario as TOML that reads back as the same scenario.

use super::template::{assumption_lines, quoted};
use super::{DayPart, Participant, Scenario, Unavailable, Weekday};
use std::fmt::Write as _;

pub(super) fn toml(scenario: &Scenario) -> String {
    let Scenario { calendar, contract_expires, district, evergreen, format, people, start, time_zone, .. } = scenario;
    let mut text = format!(
        "# A scenario for ibbi.\n\
         district = {}\n\
         time_zone = {}\n\
         start = {start} # the date on which the three key leaders are asked\n",
        quoted(district.as_str()),
        quoted(time_zone.as_str()),
    );
    if let Some(expires) = contract_expires {
        let _ = writeln!(text, "contract_expires = {expires} # the date on which the current contract expires");
    }
    let _ = writeln!(text, "evergreen = {evergreen} # whether a clause extends the contract until there is a new one");
    let _ = writeln!(text, "format = {} # or {}", quoted(format.code()), other(*format));
    text.push_str("\n# The legal holidays of Massachusetts are built in.\n[calendar]\n");
    if let Some(county) = calendar.county {
        let _ = writeln!(text, "county = {}", quoted(county.code()));
    }
    let days: Vec<String> = calendar.working_days.iter().map(|day| quoted(day.code())).collect();
    let _ = writeln!(text, "working_days = [{}]", days.join(", "));
    text.push_str("closed = [\n");
    for closure in &calendar.closed {
        let _ = writeln!(
            text,
            "  {{ name = {}, {} }},",
            quoted(closure.name.as_str()),
            time_fields(closure.when).join(", ")
        );
    }
    text.push_str("]\n");
    people.iter().for_each(|one| person(one, &mut text));
    text.push_str(
        "\n# These are estimates: no figures are published. A line that stays a comment keeps its default. Durations are\n\
         # [least, likely, most] days; chances are from 0 to 1.\n\
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

/// Returns a time for a person's list, in its shortest form.
fn entry(time: Unavailable) -> String {
    match time {
        Unavailable { from: None, half: DayPart::Whole, to: None, weekday: Some(day) } => quoted(day.code()),
        Unavailable { from: Some(from), half: DayPart::Whole, to: Some(to), weekday: None } if from == to => {
            from.to_string()
        }
        time => format!("{{ {} }}", time_fields(time).join(", ")),
    }
}

fn time_fields(time: Unavailable) -> Vec<String> {
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
        DayPart::Whole => {}
        DayPart::Morning => fields.push("half = \"morning\"".to_owned()),
        DayPart::Afternoon => fields.push("half = \"afternoon\"".to_owned()),
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chance, Duration, ThreePoint};

    #[test]
    fn toml_reads_back_as_the_same_scenario() {
        for (_, sample) in ibbi_testing::sample_scenarios() {
            let mut scenario = Scenario::parse(&sample).unwrap();
            scenario.assumptions.set_chance(Chance::Withdraws, 0.125);
            let points = ThreePoint { least: 0.5, likely: 2.0, most: 9.25 };
            scenario.assumptions.set_duration(Duration::Concern, points);
            scenario.district = ibbi_core::Name::new("A \"quoted\" \\ name").unwrap();
            let text = scenario.to_toml();
            let again = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(again, scenario, "{text}");
        }
    }

    #[test]
    fn every_time_form_reads_back() {
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
