//! Reading a scenario from text. All problems are reported, not only the first.

use super::diagnose::{Problems, ScenarioError};
use super::json;
use super::table::{self, Table, Value};
use super::{Deadline, Scenario, SessionsInput, fields, identity, people, sessions_read};
use crate::assumptions::Model;
use ibbi_common::spelling::echo;
use ibbi_common::zone::Zone;
use ibbi_core::{Format, TimeZoneName};
use toml::de::{DeTable, DeValue};

const FIRST_KEYS: &[&str] = &[
    "assumptions",
    "calendar",
    "contract_expires",
    "district",
    "evergreen",
    "format",
    "id",
    "people",
    "start",
    "time_zone",
    "version",
];
const SECOND_KEYS: &[&str] = &[
    "assumptions",
    "calendar",
    "contract_expires",
    "deadlines",
    "district",
    "evergreen",
    "id",
    "people",
    "sessions",
    "start",
    "time_zone",
    "version",
];

/// The longest scenario, in bytes.
const MAX_BYTES: usize = 1 << 20;

pub(super) fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    let mut problems = Problems::new(text);
    if text.len() > MAX_BYTES {
        problems.add(&(0..0), format!("the scenario has {} bytes", text.len()), "at most 1 MiB");
        return Err(problems.into_error());
    }
    let is_json = text.trim_start().starts_with('{');
    let toml = if is_json { json::as_toml(text, &mut problems) } else { Some(text.to_owned()) };
    let Some(toml) = toml else { return Err(problems.into_error()) };
    let (parsed, errors) = DeTable::parse_recoverable(&toml);
    let syntax = if is_json { "each key once, and no null" } else { "TOML, such as `key = \"value\"`" };
    for error in &errors {
        problems.add(&error.span().unwrap_or_default(), error.message().to_owned(), syntax);
    }
    let entries = match parsed.get_ref().get(json::KEY).filter(|_| is_json).map(|value| value.get_ref()) {
        Some(DeValue::Table(entries)) => entries,
        _ => parsed.get_ref(),
    };
    let broken = problems.count();
    let read = content(entries, &mut problems);
    problems.forget_consequences(broken);
    match read {
        Some(scenario) if problems.count() == 0 => Ok(scenario),
        _ => Err(problems.into_error()),
    }
}

/// Returns the keys of a scenario at its top.
pub(super) const fn keys(model: Model) -> &'static [&'static str] {
    match model {
        Model::First => FIRST_KEYS,
        Model::Second => SECOND_KEYS,
    }
}

/// Reads the version, which decides the keys and the model.
fn version(entries: &DeTable<'_>, problems: &mut Problems<'_>) -> Model {
    let Some(value) = entries.get("version") else { return Model::First };
    let expected = "1 or 2";
    match table::number(value, "version", expected, problems) {
        Some(1.0) => Model::First,
        Some(2.0) | None => Model::Second,
        Some(other) => {
            problems.add(&value.span(), format!("`version` is {other}"), expected);
            Model::Second
        }
    }
}

fn content(entries: &DeTable<'_>, problems: &mut Problems<'_>) -> Option<Scenario> {
    let model = version(entries, problems);
    let keys = keys(model);
    // A key of the other format is not a misspelling.
    let other = if model == Model::First { SECOND_KEYS } else { FIRST_KEYS };
    for key in
        entries.keys().filter(|key| other.contains(&key.get_ref().as_ref()) && !keys.contains(&key.get_ref().as_ref()))
    {
        let (name, wanted) =
            (key.get_ref(), if model == Model::First { "version = 2" } else { "`sessions.facilitation`" });
        let found = format!("`{name}` is a key of format {}", if model == Model::First { 2 } else { 1 });
        problems.add(&key.span(), found, format!("{wanted} instead of it, or with it"));
    }
    let top = Table::new_among(entries, 0..0, "the scenario", keys, other, problems);
    let district = top.need("district", "the district's name, such as district = \"Maple Hollow\"", problems);
    let district = district.and_then(|value| table::parsed(value, "district", "a name on one line", problems));
    let start = top.need("start", "the date on which the leaders are asked, such as start = 2026-09-08", problems);
    let start_place = start.map(Value::span);
    let start = start.and_then(|value| table::date(value, "start", problems));
    let contract = top.get("contract_expires");
    let contract_expires = match contract {
        None => Some(None),
        Some(value) => table::date(value, "contract_expires", problems).map(Some),
    };
    if let (Some(start), Some(Some(expires)), Some(value)) = (start, contract_expires, contract)
        && expires < start
    {
        let found = format!("the contract expires on {expires}, before `start` ({start})");
        problems.add(&value.span(), found, "`contract_expires` no earlier than `start`");
    }
    if let (Some(day), Some(place)) = (start, start_place.clone())
        && !Scenario::has_calendar(&day)
    {
        problems.add(&place, format!("`start` is {day}"), "a date in the years 1971 to 9996");
    }
    let evergreen = top.get("evergreen").map_or(Some(false), |value| table::flag(value, "evergreen", problems));
    let id = top.get("id").map(|value| identity::read(value, problems));
    let sessions = match model {
        Model::First => {
            let format = top.get("format").map_or(Some(Format::FullDay), |value| {
                table::word(value, "format", Format::CODES, Format::from_code, problems)
            });
            format.map(SessionsInput::published)
        }
        Model::Second => sessions_read::sessions(top.get("sessions"), problems),
    };
    let deadlines = top.get("deadlines").map(|value| deadlines(value, problems)).unwrap_or_default();
    let time_zone = match top.get("time_zone") {
        None => TimeZoneName::new("America/New_York").ok(),
        Some(value) => time_zone(value, problems),
    };
    let calendar = fields::calendar(top.get("calendar"), problems);
    if let (Some(start), Some(sessions), Some(value)) = (start, &sessions, top.get("sessions")) {
        let zone = time_zone.as_ref().and_then(Zone::find);
        sessions_read::check_days(sessions, start, zone, &value.span(), problems);
    }
    if let Some(start) = start {
        for deadline in deadlines.iter().filter(|deadline| deadline.on < start) {
            let found = format!("the deadline `{}` ({}) is before `start` ({start})", deadline.name, deadline.on);
            problems.add(&start_place.clone().unwrap_or_default(), found, "a deadline no earlier than `start`");
        }
    }
    let assumptions = fields::assumptions(top.get("assumptions"), model, problems);
    let sections = top.need("people", "[[people]] sections, one for each person", problems);
    let place = sections.map_or(0..0, Value::span);
    let people = people::people(sections, &place, problems);
    Some(Scenario {
        assumptions,
        calendar,
        contract_expires: contract_expires?,
        deadlines,
        district: district?,
        evergreen: evergreen?,
        id: id.flatten(),
        model,
        people,
        sessions: sessions?,
        start: start?,
        time_zone: time_zone?,
    })
}

fn deadlines(value: &Value<'_>, problems: &mut Problems<'_>) -> Vec<Deadline> {
    let expected = "a list of tables such as { name = \"town meeting\", on = 2027-05-03, margin_days = 30 }";
    let entries = table::list(value, "deadlines", expected, Scenario::MAX_DEADLINES, problems).unwrap_or_default();
    let mut read: Vec<Deadline> = Vec::new();
    for entry in entries {
        let Some(fields) = table::table_of(entry, "a deadline", &["margin_days", "name", "on"], problems) else {
            continue;
        };
        let name = fields.need("name", "its name, such as name = \"town meeting\"", problems);
        let name: Option<ibbi_core::Name> =
            name.and_then(|name| table::parsed(name, "name", "a name on one line", problems));
        let on = fields.need("on", "its date, such as on = 2027-05-03", problems);
        let on = on.and_then(|on| table::date(on, "on", problems));
        let margin = fields.get("margin_days");
        let margin_days = margin.map_or(Some(0), |value| table::whole(value, "margin_days", 0..=730, problems));
        if name.as_ref().is_some_and(|name| name.as_str() == "contract") {
            let expected = "`contract_expires` for the contract, or another name";
            problems.add(
                &entry.span(),
                "the name `contract` is that of the date on which the contract expires",
                expected,
            );
        }
        if let Some(name) = name.as_ref().filter(|name| read.iter().any(|other| other.name == name.as_str())) {
            problems.add(&entry.span(), format!("the deadline `{name}` is listed twice"), "a different name for each");
        }
        if let (Some(name), Some(on), Some(margin_days)) = (name, on, margin_days) {
            read.push(Deadline { name: name.to_string(), on, margin_days });
        }
    }
    read
}

fn time_zone(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<TimeZoneName> {
    let expected = "a zone of the IANA database, such as \"America/New_York\"";
    let name = table::text(value, "time_zone", expected, problems)?;
    // An abbreviation such as EST has one offset all year, and a district's clocks don't.
    let meant = ibbi_common::zone::meant_by(name);
    let known = TimeZoneName::new(name).ok().filter(|name| meant.is_none() && Zone::find(name).is_some());
    if known.is_none() {
        let found = match meant {
            Some(_) => format!("`{}` isn't the name of a place's time zone", echo(name)),
            None => format!("there is no time zone `{}`", echo(name)),
        };
        problems.add_near(&value.span(), found, expected, meant.map(str::to_owned).or_else(|| Zone::nearest(name)));
    }
    known
}
