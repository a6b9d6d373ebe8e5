//! Reading a scenario from text. All problems are reported, not only the first.

use super::diagnose::{Problems, ScenarioError};
use super::table::{self, Table, Value};
use super::{Scenario, fields, people};
use ibbi_common::spelling::echo;
use ibbi_common::zone::Zone;
use ibbi_core::{Date, Format, TimeZoneName};
use toml::de::DeTable;

pub(super) const KEYS: &[&str] =
    &["assumptions", "calendar", "contract_expires", "district", "evergreen", "format", "people", "start", "time_zone"];

/// The longest scenario, in bytes.
const MAX_BYTES: usize = 1 << 20;

pub(super) fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    let mut problems = Problems::new(text);
    if text.len() > MAX_BYTES {
        problems.add(&(0..0), format!("the scenario has {} bytes", text.len()), "at most 1 MiB");
        return Err(problems.into_error());
    }
    let (parsed, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let place = error.span().unwrap_or_default();
        problems.add(&place, error.message().to_owned(), "TOML, such as `key = \"value\"`");
    }
    let broken = problems.count();
    let read = content(parsed.get_ref(), &mut problems);
    problems.forget_consequences(broken);
    match read {
        Some(scenario) if problems.count() == 0 => Ok(scenario),
        _ => Err(problems.into_error()),
    }
}

fn content(entries: &DeTable<'_>, problems: &mut Problems<'_>) -> Option<Scenario> {
    let top = Table::new(entries, 0..0, "the scenario", KEYS, problems);
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
    // The core has the years 1970 to 9999. The calendar needs 730 days more, and offsets can reach past the new year.
    let years = Date::new(1971, 1, 1)..Date::new(9997, 1, 1);
    if let (Some(day), Some(place)) = (start, start_place)
        && !years.contains(&Some(day))
    {
        problems.add(&place, format!("`start` is {day}"), "a date in the years 1971 to 9996");
    }
    let evergreen = top.get("evergreen").map_or(Some(false), |value| table::flag(value, "evergreen", problems));
    let format = top.get("format").map_or(Some(Format::FullDay), |value| {
        table::word(value, "format", Format::CODES, Format::from_code, problems)
    });
    let time_zone = match top.get("time_zone") {
        None => TimeZoneName::new("America/New_York").ok(),
        Some(value) => time_zone(value, problems),
    };
    let calendar = fields::calendar(top.get("calendar"), problems);
    let assumptions = fields::assumptions(top.get("assumptions"), problems);
    let sections = top.need("people", "[[people]] sections, one for each person", problems);
    let place = sections.map_or(0..0, Value::span);
    let people = people::people(sections, &place, problems);
    Some(Scenario {
        assumptions,
        calendar,
        contract_expires: contract_expires?,
        district: district?,
        evergreen: evergreen?,
        format: format?,
        people,
        start: start?,
        time_zone: time_zone?,
    })
}

fn time_zone(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<TimeZoneName> {
    let expected = "a zone of the IANA database, such as \"America/New_York\"";
    let name = table::text(value, "time_zone", expected, problems)?;
    let known = TimeZoneName::new(name).ok().filter(|name| Zone::find(name).is_some());
    if known.is_none() {
        let found = format!("there is no time zone `{}`", echo(name));
        problems.add_near(&value.span(), found, expected, Zone::nearest(name));
    }
    known
}
