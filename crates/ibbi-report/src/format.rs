//! How dates, shares, lengths of time, and names are written in all reports.

pub(crate) use ibbi_common::format::{date, number, percent, time_range, weekday_date};

use chrono::Datelike;
use ibbi_common::quantile::Interval;
use ibbi_core::{Body, Date, Seat};
use ibbi_sim::{
    AssumedValue, BlockedDay, BlockedHours, Blocker, FavorRequest, FavorTime, ForecastStep, Hours, MilestoneKind,
    Scenario, SessionKind, Weekday,
};

/// Replaces the blanks of a text by no-break spaces, so that a table in a terminal does not break it.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// Keeps each time of a range on one line: `8:00\u{a0}AM to 4:00\u{a0}PM`.
pub(crate) fn unbroken_times(text: &str) -> String {
    text.replace(" AM", "\u{a0}AM").replace(" PM", "\u{a0}PM")
}

/// Returns a month: `Jan 2027`.
pub(crate) fn month(date: Date) -> String {
    date.to_chrono().format("%b %Y").to_string()
}

/// Returns a length of time: `4 hours`, `3 hours 30 minutes`.
pub(crate) fn length(minutes: u32) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    match (hours, rest) {
        (0, rest) => count(rest.into(), "minute"),
        (hours, 0) => count(hours.into(), "hour"),
        (hours, rest) => format!("{} {}", count(hours.into(), "hour"), count(rest.into(), "minute")),
    }
}

/// Returns a measured length of time, in a unit that fits its precision: `45 minutes`, `5.3 hours`, `12.4 days`, `230
/// days`.
#[allow(clippy::cast_precision_loss, reason = "a length of time stays far below 2^53 minutes")]
pub(crate) fn lasting(minutes: u64) -> String {
    const HOUR: u64 = 60;
    const DAY: u64 = 24 * HOUR;
    match minutes {
        0..120 => count(minutes, "minute"),
        120..2880 => format!("{:.1} hours", minutes as f64 / HOUR as f64),
        2880..144_000 => format!("{:.1} days", minutes as f64 / DAY as f64),
        _ => count((minutes + DAY / 2) / DAY, "day"),
    }
}

/// Returns a number with its noun: `1 day`, `21 days`.
pub(crate) fn count(count: u64, what: &str) -> String {
    format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" })
}

/// Returns a number with its noun, or `no`: `no errors`, `1 error`, `21 errors`.
pub(crate) fn none_or(number: u64, what: &str) -> String {
    if number == 0 { format!("no {what}s") } else { count(number, what) }
}

/// Returns a number of times: `once`, `21 times`.
pub(crate) fn times(number: u64) -> String {
    if number == 1 { "once".to_owned() } else { count(number, "time") }
}

/// Returns a share in words that people bet with: `3 in 100`, `2 in 1,000`, `97 in 100`, `no run`, `every run`.
pub(crate) fn odds(share: f64) -> String {
    match share {
        0.0 => "no run".to_owned(),
        1.0 => "every run".to_owned(),
        share if share < 0.0005 => "fewer than 1 in 1,000".to_owned(),
        share if !(0.01..0.995).contains(&share) => format!("{:.0} in 1,000", (share * 1000.0).round().min(999.0)),
        share => format!("{:.0} in 100", (share * 100.0).round()),
    }
}

/// Returns a share with one decimal of a percent, for tables: `43.2%`.
pub(crate) fn exact_percent(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// Returns a fitness with three digits, rounded down so that only 1 is written as 1: `1`, `0.999`, `0.875`.
pub(crate) fn fitness(fitness: f64) -> String {
    let text = format!("{:.3}", (fitness * 1000.0).floor() / 1000.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Returns an interval of shares, for tables: `42.2% to 44.1%`.
pub(crate) fn exact_range(interval: Interval) -> String {
    format!("{} to {}", exact_percent(interval.low), exact_percent(interval.high))
}

/// Returns a difference of shares in percentage points, with its sign: `+3.4`, `-0.8`, `0.0`.
pub(crate) fn points(difference: f64) -> String {
    signed(difference * 100.0)
}

/// Returns a number with its sign and one decimal. A number that rounds to zero has no sign.
pub(crate) fn signed(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    if rounded == 0.0 { "0.0".to_owned() } else { format!("{rounded:+.1}") }
}

/// Returns items as a list in a sentence: `a, b, and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [one, other] => format!("{one} and {other}"),
        [rest @ .., last] => format!("{}, and {last}", rest.join(", ")),
    }
}

/// Capitalizes the first letter, unless the first word is a code, such as `case_opened`.
pub(crate) fn sentence(text: &str) -> String {
    if text.split(' ').next().is_some_and(|first| first.contains(['_', '.', '`'])) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Returns the days from one date to another. It is negative if the other is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    (to.to_chrono() - from.to_chrono()).num_days()
}

/// Returns the date this many days later, within the years of a date.
pub(crate) fn after(date: Date, days: i64) -> Date {
    let moved = date.to_chrono().checked_add_signed(chrono::TimeDelta::try_days(days).unwrap_or_default());
    moved.and_then(|day| Date::try_from(day).ok()).unwrap_or(date)
}

/// Returns the first day of a date's month.
pub(crate) fn month_start(date: Date) -> Date {
    let day = date.to_chrono();
    Date::new(day.year(), day.month(), 1).unwrap_or(date)
}

/// Returns the first day of the month that is this many months later.
pub(crate) fn months_later(date: Date, months: u32) -> Date {
    let start = month_start(date).to_chrono();
    let moved = start.checked_add_months(chrono::Months::new(months));
    moved.and_then(|day| Date::try_from(day).ok()).unwrap_or(date)
}

/// Returns a session's name at the start of a row: `Facilitation, part 1`.
pub(crate) fn session_name(kind: SessionKind, parts: usize) -> String {
    match kind {
        SessionKind::Facilitation { .. } if parts == 1 => "Facilitation day".to_owned(),
        other => sentence(&other.to_string()),
    }
}

/// Returns the format of the facilitation: `one full day`, or `3 parts of 3 hours`.
pub(crate) fn facilitation(scenario: &Scenario) -> String {
    if let Some(format) = scenario.format() {
        return format.label().to_owned();
    }
    let parts = &scenario.sessions.facilitation;
    match parts.as_slice() {
        [one] => format!("one session of {}", length((*one).into())),
        [first, ..] if parts.iter().all(|part| part == first) => {
            format!("{} of {}", count(parts.len() as u64, "part"), length((*first).into()))
        }
        parts => {
            let lengths: Vec<_> = parts.iter().map(|part| length((*part).into())).collect();
            format!("{} of {}", count(parts.len() as u64, "part"), list(&lengths))
        }
    }
}

/// Returns how many parts of facilitation a plan has.
pub(crate) fn facilitation_parts(plan: &ibbi_sim::Plan) -> usize {
    plan.sessions.iter().filter(|session| matches!(session.what, SessionKind::Facilitation { .. })).count()
}

/// Returns a milestone of a forecast. The facilitation has this many parts ahead.
pub(crate) fn forecast_step(step: ForecastStep, parts: usize) -> String {
    match step {
        ForecastStep::Meeting => "Introductory meeting".to_owned(),
        ForecastStep::Acceptance => "Application accepted".to_owned(),
        ForecastStep::Training { part: None } => "Training complete".to_owned(),
        ForecastStep::Training { part: Some(part) } => format!("Training, part {part} complete"),
        ForecastStep::Decisions => "Both parties decided".to_owned(),
        ForecastStep::Facilitation { .. } if parts == 1 => "Facilitation complete".to_owned(),
        ForecastStep::Facilitation { part } => format!("Facilitation, part {part} complete"),
        ForecastStep::Ratification => "Both parties ratified".to_owned(),
    }
}

/// Returns a step between the sessions.
pub(crate) fn milestone(kind: MilestoneKind) -> String {
    match kind {
        MilestoneKind::LeaderAgrees { seat } => format!("{} agrees", sentence(seat_name(seat))),
        MilestoneKind::Letter { body } => format!("Letter of support from {}", body_name(body)),
        MilestoneKind::Accepted => "Application accepted, training booked".to_owned(),
        MilestoneKind::Adopts { party } => format!("{} adopts the method", sentence(party.label())),
    }
}

const fn seat_name(seat: Seat) -> &'static str {
    seat.label()
}

const fn body_name(body: Body) -> &'static str {
    body.label()
}

/// Returns a blocker: the name of a person, a closed range, or a holiday, or the day of the week.
pub(crate) fn blocker(blocker: &Blocker) -> String {
    match blocker {
        Blocker::DayOff { weekday } => format!("non-working day ({})", sentence(weekday.code())),
        other => other.to_string(),
    }
}

/// Returns half-days to ask for, those of one person and day together: `N. Beaumont: Mon, Nov 9, 2026, morning and afternoon`.
pub(crate) fn favors(favors: &[FavorRequest]) -> Vec<String> {
    let mut found: Vec<(&FavorRequest, Vec<&str>)> = Vec::new();
    for favor in favors {
        let same =
            |(kept, _): &&mut (&FavorRequest, Vec<&str>)| kept.blocker == favor.blocker && kept.when == favor.when;
        match found.iter_mut().find(same) {
            Some((_, halves)) => halves.push(favor.half),
            None => found.push((favor, vec![favor.half])),
        }
    }
    let text = |(favor, halves): (&FavorRequest, Vec<&str>)| {
        let when = match favor.when {
            FavorTime::On(date) => weekday_date(date),
            FavorTime::Every(day) => format!("every {}", weekday(day)),
        };
        let halves: Vec<String> = halves.into_iter().map(str::to_owned).collect();
        format!("{}: {when}, {}", blocker(&favor.blocker), list(&halves))
    };
    found.into_iter().map(text).collect()
}

/// Returns a blocker without the day of the week, so that Saturday and Sunday are one.
pub(crate) fn short_blocker(blocker: &Blocker) -> String {
    match blocker {
        Blocker::DayOff { .. } => "non-working day".to_owned(),
        other => self::blocker(other),
    }
}

/// Returns all that blocks a day, each with its hours if it does not block the whole day: `J. Ortiz (afternoon)`.
pub(crate) fn blocked_day(day: &BlockedDay, name: fn(&Blocker) -> String) -> Vec<String> {
    let mut found: Vec<(String, Vec<Hours>, usize)> = Vec::new();
    for BlockedHours { hours, blockers } in &day.hours {
        for blocker in blockers.iter().map(name) {
            let index = found.iter().position(|(known, ..)| *known == blocker).unwrap_or_else(|| {
                found.push((blocker, Vec::new(), 0));
                found.len() - 1
            });
            let (_, spans, entries) = &mut found[index];
            *entries += 1;
            match spans.last_mut().filter(|last| last.to() == hours.from()) {
                Some(last) => *last = Hours::new(last.from(), hours.to()).unwrap_or(*last),
                None => spans.push(*hours),
            }
        }
    }
    let text = |(name, spans, entries): (String, Vec<Hours>, usize)| {
        let spans: Vec<_> = spans.into_iter().map(self::hours).collect();
        if entries == day.hours.len() { name } else { format!("{name} ({})", spans.join(", ")) }
    };
    found.into_iter().map(text).collect()
}

/// Returns hours as people read them: `morning`, or `4:00 PM to 6:30 PM`.
pub(crate) fn hours(hours: Hours) -> String {
    hours.name().map_or_else(|| format!("{} to {}", clock(hours.from()), clock(hours.to())), str::to_owned)
}

/// Returns a time of day, in minutes from midnight, as people read it: `4:00 PM`.
pub(crate) fn clock(minutes: u16) -> String {
    let (hour, minute) = (minutes / 60 % 24, minutes % 60);
    let half = if hour < 12 { "AM" } else { "PM" };
    format!("{}:{minute:02} {half}", (hour + 11) % 12 + 1)
}

/// Returns a day of the week: `Monday`.
pub(crate) fn weekday(weekday: Weekday) -> String {
    sentence(weekday.code())
}

/// Returns the value of an assumption: `2 to 21 days, likely 7`, `15%`.
pub(crate) fn assumed(value: AssumedValue) -> String {
    match value {
        AssumedValue::Chance(chance) => plain(chance * 100.0) + "%",
        AssumedValue::Range([low, likely, high]) => {
            let [low, likely, high] = [low, likely, high].map(|chance| plain(chance * 100.0));
            format!("{low}% to {high}%, likely\u{a0}{likely}%")
        }
        AssumedValue::Months(chances) => {
            let months = ibbi_sim::MONTHS.iter().zip(chances);
            let month = |(month, chance): (&&str, Option<f64>)| {
                Some(format!("{} {}%", sentence(month.get(..3)?), plain(chance? * 100.0)))
            };
            months.filter_map(month).collect::<Vec<_>>().join(", ")
        }
        AssumedValue::Constant(days) => count(days.into(), "day"),
        AssumedValue::Spread(spread) => format!("up to {} times as long", plain(1.0 + spread)),
        AssumedValue::Days(days) if days.least == days.most => format!("{} days", plain(days.likely)),
        AssumedValue::Days(days) => {
            format!("{} to {} days, likely\u{a0}{}", plain(days.least), plain(days.most), plain(days.likely))
        }
    }
}

/// Returns a number with at most two decimals, without trailing zeros.
pub(crate) fn plain(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_near_0_and_1_are_not_rounded_to_them() {
        let cases = [(0.0, "0%"), (0.001, "<1%"), (0.005, "1%"), (0.432, "43%"), (0.996, ">99%"), (1.0, "100%")];
        for (share, text) in cases {
            assert_eq!(percent(share), text, "{share}");
        }
    }

    #[test]
    fn numbers_have_commas_and_plurals() {
        for (number, text) in
            [(0, "0 days"), (1, "1 day"), (999, "999 days"), (1000, "1,000 days"), (1_234_567, "1,234,567 days")]
        {
            assert_eq!(count(number, "day"), text);
        }
        assert_eq!(
            (length(240), length(90), length(30)),
            ("4 hours".into(), "1 hour 30 minutes".into(), "30 minutes".into())
        );
    }

    #[test]
    fn sentences_are_capitalized_and_codes_are_not() {
        for (text, expected) in
            [("labor adopts", "Labor adopts"), ("case_opened comes twice", "case_opened comes twice")]
        {
            assert_eq!(sentence(text), expected);
        }
    }

    #[test]
    fn lengths_of_time_have_fitting_units() {
        for (minutes, text) in [
            (0, "0 minutes"),
            (1, "1 minute"),
            (119, "119 minutes"),
            (320, "5.3 hours"),
            (2880, "2.0 days"),
            (17_900, "12.4 days"),
            (144_000, "100 days"),
            (1_440_000, "1,000 days"),
        ] {
            assert_eq!(lasting(minutes), text);
        }
    }

    #[test]
    fn fitness_below_1_is_not_rounded_to_1() {
        for (fitness_of, text) in [(1.0, "1"), (0.9999, "0.999"), (0.875, "0.875"), (0.5, "0.5"), (0.0, "0")] {
            assert_eq!(fitness(fitness_of), text);
        }
    }

    #[test]
    fn differences_that_round_to_zero_have_no_sign() {
        for (difference, text) in [(0.0341, "+3.4"), (-0.008, "-0.8"), (-0.0001, "0.0"), (0.0, "0.0")] {
            assert_eq!(points(difference), text);
        }
    }
}
