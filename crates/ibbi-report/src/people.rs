//! The people and the calendar of a scenario, in words.

use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_core::{County, Party};
use ibbi_sim::{DayPart, Participant, Role, Scenario, Unavailable};

/// Returns the people, and when they are not available.
pub(crate) fn people(scenario: &Scenario) -> Table {
    let columns = [Column::text("name"), Column::text("role"), Column::text("needed at"), Column::text("unavailable")];
    let mut table = Table::new("People", columns);
    for person in &scenario.people {
        let away: Vec<String> = person.unavailable.iter().map(times).collect();
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
    format!(
        "Working days are {}. Legal holidays of Massachusetts{suffolk} are days off. A morning is 8:00 AM to 12:00 PM, an \
         afternoon is 12:00 PM to 4:00 PM, in the time zone {}.",
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

/// Returns unavailable times: `Fridays`, `Wednesday afternoons`, `Oct 19, 2026 to Oct 23, 2026`.
fn times(times: &Unavailable) -> String {
    let half = match times.half {
        DayPart::Whole => None,
        DayPart::Morning => Some("morning"),
        DayPart::Afternoon => Some("afternoon"),
    };
    let day = times.weekday.map(format::weekday);
    let what = match (day, half) {
        (Some(day), Some(half)) => Some(format!("{day} {half}s")),
        (Some(day), None) => Some(format!("{day}s")),
        (None, Some(half)) => Some(format!("{half}s")),
        (None, None) => None,
    };
    let when = match (times.from, times.to) {
        (Some(from), Some(to)) if from == to => format::date(from),
        (Some(from), Some(to)) => format!("{} to {}", format::date(from), format::date(to)),
        (Some(from), None) => format!("from {}", format::date(from)),
        (None, Some(to)) => format!("until {}", format::date(to)),
        (None, None) => return what.unwrap_or_else(|| "always".to_owned()),
    };
    what.map_or(when.clone(), |what| format!("{what}, {when}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_sim::Weekday;

    #[test]
    fn unavailable_times_in_words() {
        let day = |text: &str| text.parse().ok();
        let cases = [
            (None, None, DayPart::Whole, Some(Weekday::Friday), "Fridays"),
            (None, None, DayPart::Afternoon, Some(Weekday::Wednesday), "Wednesday afternoons"),
            (day("2026-10-19"), day("2026-10-23"), DayPart::Whole, None, "Oct 19, 2026 to Oct 23, 2026"),
            (day("2026-12-02"), day("2026-12-02"), DayPart::Morning, None, "mornings, Dec 2, 2026"),
            (day("2027-01-01"), None, DayPart::Whole, Some(Weekday::Monday), "Mondays, from Jan 1, 2027"),
            (None, day("2027-01-01"), DayPart::Whole, None, "until Jan 1, 2027"),
            (None, None, DayPart::Whole, None, "always"),
        ];
        for (from, to, half, weekday, expected) in cases {
            assert_eq!(times(&Unavailable { from, half, to, weekday }), expected);
        }
    }
}
