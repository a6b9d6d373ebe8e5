//! Writing a scenario as TOML that reads back as the same scenario.

use super::template::{assumption_lines, id_line, quoted};
use super::{FixedSession, Participant, Scenario, SessionsInput, TimeRule};
use crate::assumptions::Model;
use ibbi_core::Format;
use std::fmt::{Display, Write as _};

pub(super) fn toml(scenario: &Scenario) -> String {
    let Scenario {
        calendar,
        contract_expires,
        deadlines,
        district,
        evergreen,
        id,
        model,
        people,
        sessions,
        start,
        time_zone,
        ..
    } = scenario;
    let mut text = String::from("# A scenario for ibbi.\n");
    if *model == Model::Second {
        text.push_str("version = 2\n");
    }
    if let Some(id) = id {
        let _ = writeln!(text, "{}", id_line(*id));
    }
    let _ = writeln!(
        text,
        "district = {}\n\
         time_zone = {}\n\
         start = {start} # the date on which the three key leaders are asked",
        quoted(district.as_str()),
        quoted(time_zone.as_str()),
    );
    if let Some(expires) = contract_expires {
        let _ = writeln!(text, "contract_expires = {expires} # the date on which the current contract expires");
    }
    let _ = writeln!(text, "evergreen = {evergreen} # whether a clause extends the contract until there is a new one");
    if *model == Model::First {
        let format = sessions.format().unwrap_or(Format::FullDay);
        let _ = writeln!(text, "format = {} # or {}", quoted(format.code()), other(format));
    }
    let deadlines = deadlines.iter().map(|deadline| {
        let (name, on, margin) = (quoted(&deadline.name), deadline.on, deadline.margin_days);
        if margin == 0 {
            format!("{{ name = {name}, on = {on} }}")
        } else {
            format!("{{ name = {name}, on = {on}, margin_days = {margin} }}")
        }
    });
    line(&mut text, "deadlines", &list(deadlines));
    text.push_str("\n# The legal holidays of Massachusetts are built in.\n[calendar]\n");
    if let Some(county) = calendar.county {
        let _ = writeln!(text, "county = {}", quoted(county.code()));
    }
    let _ = writeln!(text, "working_days = [{}]", list(calendar.working_days.iter().map(|day| quoted(day.code()))));
    line(&mut text, "hours", &times(&calendar.hours));
    text.push_str("closed = [\n");
    for closure in &calendar.closed {
        let name = quoted(closure.name.as_str());
        let _ = writeln!(text, "  {{ name = {name}, {} }},", time_fields(&closure.when).join(", "));
    }
    text.push_str("]\n");
    if *model == Model::Second {
        session_lines(sessions, &mut text);
    }
    people.iter().for_each(|one| person(one, &mut text));
    text.push_str(
        "\n# These are estimates: no figures are published. A line that stays a comment keeps its default. Durations are\n\
         # [least, likely, most] days; chances are from 0 to 1.\n\
         [assumptions]\n",
    );
    text.push_str(&assumption_lines(&scenario.assumptions, *model));
    text
}

const fn other(format: Format) -> &'static str {
    match format {
        Format::FullDay => "\"two_half_days\"",
        Format::TwoHalfDays => "\"full_day\"",
    }
}

fn list(items: impl IntoIterator<Item = impl Display>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// Writes a list, unless it is empty.
fn line(text: &mut String, key: &str, items: &str) {
    if !items.is_empty() {
        let _ = writeln!(text, "{key} = [{items}]");
    }
}

fn session_lines(sessions: &SessionsInput, text: &mut String) {
    let SessionsInput { facilitation, fixed, meeting, training, training_days } = sessions;
    text.push_str("\n# The minutes of each part.\n[sessions]\n");
    let _ = writeln!(text, "meeting = {meeting}");
    line(text, "training", &list(training));
    line(text, "facilitation", &list(facilitation));
    line(text, "training_days", &list(training_days));
    let fixed = fixed.iter().map(|FixedSession { session, part, on, at }| {
        let (session, at) = (quoted(session.code()), quoted(&format!("{}:{:02}", at / 60, at % 60)));
        format!("{{ session = {session}, part = {part}, on = {on}, at = {at} }}")
    });
    line(text, "fixed", &list(fixed));
}

fn person(one: &Participant, text: &mut String) {
    let Participant { also, available, id, if_need_be, name, party, required, role, seat, unavailable } = one;
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
    for (key, rules) in
        [("available", available), ("unavailable", unavailable), ("if_need_be", if_need_be), ("also", also)]
    {
        line(text, key, &times(rules));
    }
}

fn times(rules: &[TimeRule]) -> String {
    list(rules.iter().map(entry))
}

/// Returns a time for a list, in its shortest form.
fn entry(rule: &TimeRule) -> String {
    let plain = TimeRule { hours: rule.hours, ..TimeRule::ALWAYS };
    let day = match (rule.from, rule.weekdays.single()) {
        (Some(from), None) if *rule == (TimeRule { hours: rule.hours, ..TimeRule::on(from) }) => Some(from.to_string()),
        (None, Some(day)) if *rule == (TimeRule { hours: rule.hours, ..TimeRule::weekday(day) }) => {
            Some(day.code().to_owned())
        }
        _ => None,
    };
    match (day, rule.hours) {
        (Some(day), None) if rule.from.is_some() => day,
        (Some(day), None) => quoted(&day),
        (None, Some(hours)) if *rule == plain => quoted(&hours.to_string()),
        _ => format!("{{ {} }}", time_fields(rule).join(", ")),
    }
}

fn time_fields(rule: &TimeRule) -> Vec<String> {
    let TimeRule { from, to, weekdays, every, week, hours, session } = *rule;
    let mut fields = Vec::new();
    match (from, to) {
        (Some(from), Some(to)) if from == to && weekdays.is_empty() && every <= 1 => {
            fields.push(format!("on = {from}"))
        }
        (from, to) => {
            fields.extend(from.map(|from| format!("from = {from}")));
            fields.extend(to.map(|to| format!("to = {to}")));
        }
    }
    match weekdays.single() {
        Some(day) => fields.push(format!("weekday = {}", quoted(day.code()))),
        None if weekdays.is_empty() => {}
        None => fields.push(format!("weekday = [{}]", list(weekdays.iter().map(|day| quoted(day.code()))))),
    }
    if every > 1 {
        fields.push(format!("every = {every}"));
    }
    fields.extend(week.map(|week| format!("week = {}", quoted(week.code()))));
    fields.extend(hours.map(|hours| match hours.name() {
        Some(half) => format!("half = {}", quoted(half)),
        None => format!("hours = {}", quoted(&hours.to_string())),
    }));
    fields.extend(session.map(|session| format!("for = {}", quoted(session.code()))));
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
            "\"16:00-20:00\"",
            "\"tuesday 16:00-20:00\"",
            "{ weekday = [\"monday\", \"friday\"], hours = \"7:15-24:00\", for = \"training\" }",
            "{ weekday = \"thursday\", every = 2, from = 2026-09-10 }",
            "{ weekday = \"tuesday\", week = \"second\", half = \"evening\" }",
            "{ on = [2026-11-02, 2026-11-04] }",
            "{ from = 2026-11-02, to = 2026-11-02, every = 3 }",
        ] {
            let text = crate::EXAMPLE.replacen("unavailable = [", &format!("unavailable = [{form}, "), 1);
            let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(Scenario::parse(&scenario.to_toml()).unwrap(), scenario, "{form}");
        }
    }
}
