//! The people and the calendar of a scenario, in words.

use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_core::{County, Party};
use ibbi_sim::{Hours, Participant, Role, Scenario, TimeRule};

/// Returns the people, and when they are not available.
pub(crate) fn people(scenario: &Scenario) -> Table {
    let columns = [Column::text("name"), Column::text("role"), Column::text("needed at"), Column::text("unavailable")];
    let mut table = Table::new("People", columns);
    for person in &scenario.people {
        let lists = [
            ("only ", &person.available),
            ("", &person.unavailable),
            ("if need be: ", &person.if_need_be),
            ("except ", &person.also),
        ];
        let list = |(label, rules): (&str, &Vec<TimeRule>)| {
            rules.iter().map(|rule| format!("{label}{}", times(rule))).collect::<Vec<_>>()
        };
        let away: Vec<String> = lists.into_iter().flat_map(list).collect();
        table.row([
            Cell::Name(person.name.to_string()),
            role(person).into(),
            needed(scenario, person).into(),
            if away.is_empty() { Cell::Nothing } else { Cell::Text(away.join("; ")) },
        ]);
    }
    table
}

/// Returns the days on which the district is closed, in addition to legal holidays.
pub(crate) fn closed(scenario: &Scenario) -> Table {
    let mut table = Table::new("Closed days", [Column::text("name"), Column::text("when")]);
    for closure in &scenario.calendar.closed {
        table.row([Cell::Name(closure.name.to_string()), times(&closure.when).into()]);
    }
    table
}

/// Returns the calendar as a sentence.
pub(crate) fn calendar(scenario: &Scenario) -> String {
    let days: Vec<String> = scenario.calendar.working_days.iter().map(|day| format::weekday(*day)).collect();
    let suffolk =
        if scenario.calendar.county == Some(County::Suffolk) { ", including those of Suffolk County," } else { "" };
    let hours = match scenario.calendar.hours.as_slice() {
        [] => "A morning is 8:00 AM to 12:00 PM, an afternoon is 12:00 PM to 4:00 PM".to_owned(),
        rules => format!(
            "Sessions can be held at these hours: {}",
            format::list(&rules.iter().map(times).collect::<Vec<_>>())
        ),
    };
    format!(
        "Working days are {}. Legal holidays of Massachusetts{suffolk} are days off. {hours}, in the time zone {}.",
        format::list(&days),
        scenario.time_zone,
    )
}

fn role(person: &Participant) -> String {
    let seat = person.seat.map(|seat| format::sentence(seat.label().trim_start_matches("the ")));
    let party = person.party.map(|party| match party {
        Party::Labor => "labor team",
        Party::Management => "management team",
    });
    let role = match (person.role, seat) {
        (Role::Leader, Some(seat)) => seat,
        (Role::Leader, None) => "Key leader".to_owned(),
        (Role::Negotiator, _) => "Negotiator".to_owned(),
        (Role::Neutral, _) => "Trainer and facilitator".to_owned(),
        (Role::Representative, _) => "MEP representative".to_owned(),
    };
    party.map_or(role.clone(), |party| format!("{role}, {party}"))
}

fn needed(scenario: &Scenario, person: &Participant) -> &'static str {
    match (scenario.binds_meeting(person), person.binds_sessions()) {
        (true, true) => "the meeting and all sessions",
        (true, false) => "the meeting",
        (false, true) => "all sessions",
        (false, false) => "nothing",
    }
}

/// Returns times: `Fridays`, `Wednesday afternoons`, `Oct 19, 2026 to Oct 23, 2026`, `every second Thursday, from Sep 10, 2026`.
pub(crate) fn times(rule: &TimeRule) -> String {
    let half = rule.hours.and_then(Hours::name).map(|half| format!("{half}s"));
    let hours = rule.hours.filter(|hours| hours.name().is_none()).map(format::hours);
    let days: Vec<String> = rule.weekdays.iter().map(format::weekday).collect();
    let days = match (days.as_slice(), rule.every, rule.week) {
        ([], every, _) if every > 1 => Some(format!("every {} week", ordinal(every))),
        ([], ..) => None,
        (days, _, Some(week)) => Some(format!("{} {} of the month", week.code(), format::list(days))),
        (days, every, None) if every > 1 => Some(format!("every {} {}", ordinal(every), format::list(days))),
        ([day], ..) if half.is_some() => Some(day.clone()),
        (days, ..) => Some(format::list(&days.iter().map(|day| format!("{day}s")).collect::<Vec<_>>())),
    };
    let words: Vec<String> = days.into_iter().chain(half).chain(hours).collect();
    let what = (!words.is_empty()).then(|| words.join(" "));
    let when = match (rule.from, rule.to) {
        (Some(from), Some(to)) if from == to => Some(format::date(from)),
        (Some(from), Some(to)) => Some(format!("{} to {}", format::date(from), format::date(to))),
        (Some(from), None) => Some(format!("from {}", format::date(from))),
        (None, Some(to)) => Some(format!("until {}", format::date(to))),
        (None, None) => None,
    };
    let text = match (what, when) {
        (Some(what), Some(when)) => format!("{what}, {when}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "always".to_owned(),
    };
    match rule.session {
        Some(session) => format!("{text} (for the {})", session.code()),
        None => text,
    }
}

/// Returns a small number as an ordinal: `second`.
fn ordinal(number: u8) -> String {
    match number {
        2 => "other".to_owned(),
        3 => "third".to_owned(),
        4 => "fourth".to_owned(),
        other => format!("{other}th"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_sim::{SessionGroup, WeekOfMonth, Weekday};

    #[test]
    fn unavailable_times_in_words() {
        let day = |text: &str| text.parse().ok();
        let of = |from, to, hours, weekday: Option<Weekday>| TimeRule {
            from,
            to,
            hours,
            weekdays: weekday.into_iter().collect(),
            ..TimeRule::ALWAYS
        };
        let thursday = Some(Weekday::Thursday);
        let cases = [
            (of(None, None, None, Some(Weekday::Friday)), "Fridays"),
            (of(None, None, Some(Hours::AFTERNOON), Some(Weekday::Wednesday)), "Wednesday afternoons"),
            (of(day("2026-10-19"), day("2026-10-23"), None, None), "Oct 19, 2026 to Oct 23, 2026"),
            (of(day("2026-12-02"), day("2026-12-02"), Some(Hours::MORNING), None), "mornings, Dec 2, 2026"),
            (of(day("2027-01-01"), None, None, Some(Weekday::Monday)), "Mondays, from Jan 1, 2027"),
            (of(None, day("2027-01-01"), None, None), "until Jan 1, 2027"),
            (TimeRule::ALWAYS, "always"),
            (
                TimeRule { every: 2, ..of(day("2026-09-10"), None, None, thursday) },
                "every other Thursday, from Sep 10, 2026",
            ),
            (
                TimeRule { week: Some(WeekOfMonth::Second), ..of(None, None, None, thursday) },
                "second Thursday of the month",
            ),
            (of(None, None, Hours::new(990, 1200).ok(), thursday), "Thursdays 4:30 PM to 8:00 PM"),
            (
                TimeRule { session: Some(SessionGroup::Training), ..of(None, None, None, thursday) },
                "Thursdays (for the training)",
            ),
        ];
        for (rule, expected) in cases {
            assert_eq!(times(&rule), expected);
        }
    }
}
