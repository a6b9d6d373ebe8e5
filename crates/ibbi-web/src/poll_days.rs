//! The days and hours of a poll that follow from a scenario.

use ibbi_app::sim::{Hours, Plan, Scenario, SessionKind, Weekday};
use ibbi_app::typed::{self, Year};
use ibbi_app::zone::Zone;
use ibbi_core::{At, Date, holidays};

/// How many weeks a poll asks about, if no other number is chosen.
pub(crate) const WEEKS: i64 = 6;
/// How many days a poll is open.
const OPEN_DAYS: i64 = 10;

/// Reads the last day on which answers can be given. Returns its end.
pub(crate) fn closing(text: &str, zone: Zone, now: At) -> Result<At, String> {
    let day = typed::date(text, Year::Near(zone.date(now)));
    let day = day.ok_or_else(|| "Enter a date, such as 11/2/2026.".to_owned())?;
    let (_, end) = zone.day(day).ok_or_else(|| "Enter a date, such as 11/2/2026.".to_owned())?;
    if end > now { Ok(end) } else { Err("The last day for answers is over. Enter today or a later day.".to_owned()) }
}

/// Returns the working days of some weeks that are not closed, and no holidays. The first week can be a part of one.
pub(crate) fn days(scenario: &Scenario, first: Date, weeks: i64) -> Vec<Date> {
    let last = ibbi_poll::later(first, 7 * weeks - 1).unwrap_or(first);
    let days = first.to_chrono().iter_days().take_while(|day| *day <= last.to_chrono());
    let days = days.filter_map(|day| Date::try_from(day).ok());
    let works =
        |day: &Date| scenario.calendar.working_days.contains(&Weekday::from_date(*day)) || has_hours(scenario, *day);
    let is_closed = |day: &Date| {
        scenario.calendar.closed.iter().any(|closed| closed.when.covers(*day) && closed.when.hours.is_none())
    };
    let is_holiday = |day: &Date| holidays::holiday_on(*day, scenario.calendar.county).is_some();
    days.filter(works).filter(|day| !is_closed(day) && !is_holiday(day)).collect()
}

fn has_hours(scenario: &Scenario, day: Date) -> bool {
    scenario.calendar.hours.iter().any(|rule| rule.covers(day) && rule.names_days())
}

/// Returns whether sessions can be held in some hours.
pub(crate) fn allows(scenario: &Scenario, hours: Hours) -> bool {
    let working = scenario.calendar.hours.is_empty() && hours.to() <= Hours::WORKING.to();
    let is_open = |own: Hours| own.from() < hours.to() && hours.from() < own.to();
    working || scenario.calendar.hours.iter().any(|rule| rule.hours.is_none_or(is_open))
}

/// Returns the hours of a scenario as bands, if none of the usual ones fits.
pub(crate) fn own_bands(scenario: &Scenario) -> String {
    let mut hours: Vec<Hours> = scenario.calendar.hours.iter().filter_map(|rule| rule.hours).collect();
    hours.sort_unstable();
    hours.dedup();
    hours.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Returns the first day on which the plan has the training.
fn first_session(scenario: &Scenario) -> Option<Date> {
    let plan = Plan::new(scenario);
    let training = plan.sessions.iter().find(|session| matches!(session.what, SessionKind::Training { .. }))?;
    Some(training.earliest)
}

/// Returns the first day of a poll, if no other is chosen: that of the training in the plan, or tomorrow if that is later.
pub(crate) fn first_day(scenario: &Scenario, today: Date) -> Date {
    let tomorrow = ibbi_poll::later(today, 1).unwrap_or(today);
    first_session(scenario).unwrap_or(scenario.start).max(tomorrow)
}

/// Returns the last day for answers, if no other is chosen.
pub(crate) fn last_day(today: Date) -> Date {
    ibbi_poll::later(today, OPEN_DAYS).unwrap_or(today)
}
