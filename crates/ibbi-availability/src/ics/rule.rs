//! Recurrence rules: reads an RRULE (RFC 5545, section 3.3.10) into numbers that are within the limits.
//!
//! The crate `rrule` reads the text. Its iterators are not used: see `recurrence`.

use super::stamp::Until;
use ibbi_common::spelling::echo;
use rrule::{Frequency, NWeekday, RRule, Unvalidated};

/// The longest rule that is read, in bytes.
const MAX_RULE: usize = 4_000;

/// A recurrence rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) count: Option<u32>,
    pub(super) until: Option<Until>,
    /// The first day of the week, in days from Monday.
    pub(super) week_start: u32,
    /// One bit for each month, from bit 1; 0 for all months.
    pub(super) months: u16,
    pub(super) month_days: Vec<i8>,
    pub(super) year_days: Vec<i16>,
    pub(super) weeks: Vec<i8>,
    /// Days of the week, in days from Monday, with their number in the month or the year; 0 for every one.
    pub(super) week_days: Vec<(i16, u32)>,
    pub(super) hours: Vec<u32>,
    pub(super) minutes: Vec<u32>,
    pub(super) seconds: Vec<u32>,
    pub(super) positions: Vec<i32>,
}

impl Rule {
    /// Reads the value of an RRULE. The error says what is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.len() > MAX_RULE {
            return Err(format!("the rule is longer than {MAX_RULE} characters"));
        }
        // The crate `rrule` panics if a day of the week has other characters.
        if !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
            return Err("the rule has characters that no rule can have".to_owned());
        }
        let mut until = None;
        let mut parts = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            // `rrule` reads UNTIL in the zone of the computer.
            match part.split_once('=') {
                Some((name, value)) if name.eq_ignore_ascii_case("UNTIL") => {
                    let read = Until::read(value).ok_or_else(|| format!("`{}` is not a time", echo(value)))?;
                    if until.replace(read).is_some() {
                        return Err("UNTIL is there twice".to_owned());
                    }
                }
                // `rrule` reads `xMO` as MO.
                Some((name, value)) if name.eq_ignore_ascii_case("BYDAY") && !value.split(',').all(is_week_day) => {
                    return Err(format!("BYDAY has `{}`", echo(value)));
                }
                _ => parts.push(part),
            }
        }
        let read: RRule<Unvalidated> = parts.join(";").parse().map_err(|error: rrule::RRuleError| problem(&error))?;
        let rule = Self {
            frequency: read.get_freq(),
            interval: read.get_interval().into(),
            count: read.get_count(),
            until,
            week_start: read.get_week_start().num_days_from_monday(),
            months: read.get_by_month().iter().fold(0, |months, month| months | 1 << month),
            month_days: sorted(read.get_by_month_day()),
            year_days: sorted(read.get_by_year_day()),
            weeks: sorted(read.get_by_week_no()),
            week_days: sorted(&read.get_by_weekday().iter().map(week_day).collect::<Vec<_>>()),
            hours: sorted(&read.get_by_hour().iter().map(|hour| u32::from(*hour)).collect::<Vec<_>>()),
            minutes: sorted(&read.get_by_minute().iter().map(|minute| u32::from(*minute)).collect::<Vec<_>>()),
            seconds: sorted(&read.get_by_second().iter().map(|second| u32::from(*second)).collect::<Vec<_>>()),
            positions: sorted(read.get_by_set_pos()),
        };
        rule.check().map_or(Ok(rule), |problem| Err(problem.to_owned()))
    }

    /// Returns what RFC 5545 forbids.
    fn check(&self) -> Option<&'static str> {
        let frequency = self.frequency;
        let has_number = self.week_days.iter().any(|(number, _)| *number != 0);
        let numbers = match frequency {
            Frequency::Monthly => -5..=5,
            _ => -53..=53,
        };
        let monthly_or_yearly = matches!(frequency, Frequency::Monthly | Frequency::Yearly);
        let has_parts = self.months != 0
            || !(self.month_days.is_empty()
                && self.year_days.is_empty()
                && self.weeks.is_empty()
                && self.week_days.is_empty()
                && self.hours.is_empty()
                && self.minutes.is_empty()
                && self.seconds.is_empty());
        let day_parts = matches!(frequency, Frequency::Daily | Frequency::Weekly | Frequency::Monthly);
        [
            (self.interval == 0, "INTERVAL is 0"),
            (self.count == Some(0), "COUNT is 0"),
            (self.count.is_some() && self.until.is_some(), "there are both COUNT and UNTIL"),
            (self.month_days.contains(&0), "BYMONTHDAY has 0"),
            (self.year_days.contains(&0), "BYYEARDAY has 0"),
            (self.weeks.contains(&0), "BYWEEKNO has 0"),
            (self.positions.iter().any(|at| *at == 0 || at.abs() > 366), "BYSETPOS is not from 1 to 366"),
            (!self.positions.is_empty() && !has_parts, "BYSETPOS is there without other parts"),
            (!self.month_days.is_empty() && frequency == Frequency::Weekly, "BYMONTHDAY is in a weekly rule"),
            (!self.year_days.is_empty() && day_parts, "BYYEARDAY is in a daily, weekly, or monthly rule"),
            (!self.weeks.is_empty() && frequency != Frequency::Yearly, "BYWEEKNO is in a rule that is not yearly"),
            (has_number && !monthly_or_yearly, "BYDAY has numbers in a rule that is not monthly or yearly"),
            (has_number && !self.weeks.is_empty(), "BYDAY has numbers beside BYWEEKNO"),
            (self.week_days.iter().any(|(number, _)| !numbers.contains(number)), "BYDAY has a number out of range"),
        ]
        .into_iter()
        .find(|(is_wrong, _)| *is_wrong)
        .map(|(_, problem)| problem)
    }
}

/// Whether a text is a day of the week, perhaps with a number that isn't 0.
fn is_week_day(text: &str) -> bool {
    let number = text.len().checked_sub(2).map(|length| &text[..length]);
    number.is_some_and(|number| number.is_empty() || number.parse::<i16>().is_ok_and(|number| number != 0))
}

/// Returns what is wrong, in at most 120 characters.
fn problem(error: &rrule::RRuleError) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("RRule parsing error: ").unwrap_or(&text);
    text.chars().filter(|c| !c.is_control()).take(120).collect::<String>().trim_end_matches('.').to_owned()
}

fn week_day(day: &NWeekday) -> (i16, u32) {
    match *day {
        NWeekday::Every(day) => (0, day.num_days_from_monday()),
        NWeekday::Nth(number, day) => (number, day.num_days_from_monday()),
    }
}

fn sorted<T: Ord + Clone>(values: &[T]) -> Vec<T> {
    let mut values = values.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read() {
        let rule = Rule::read("FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR,MO,+2TU;BYSETPOS=-1;WKST=SU;COUNT=7;").unwrap();
        assert_eq!((rule.frequency, rule.interval, rule.count), (Frequency::Monthly, 2, Some(7)));
        assert_eq!(rule.week_days, [(-1, 4), (0, 0), (2, 1)]);
        assert_eq!((rule.positions, rule.week_start), (vec![-1], 6));
        let rule = Rule::read("freq=yearly;bymonth=3,1,3;bymonthday=-1,31").unwrap();
        assert_eq!((rule.months, rule.month_days), (0b1010, vec![-1, 31]));
        assert!(Rule::read("FREQ=WEEKLY;UNTIL=20261231T045959Z").unwrap().until.is_some());
        assert!(Rule::read("FREQ=MONTHLY;BYDAY=-5FR").is_ok());
    }

    #[test]
    fn rules_that_are_not_valid_have_an_error() {
        for (text, problem) in [
            ("", "FREQ"),
            ("FREQ=FORTNIGHTLY", "FORTNIGHTLY"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL is 0"),
            ("FREQ=DAILY;INTERVAL=65537", "65537"),
            ("FREQ=DAILY;INTERVAL=-1", "-1"),
            ("FREQ=DAILY;COUNT=0", "COUNT is 0"),
            ("FREQ=DAILY;COUNT=99999999999", "99999999999"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20260101", "both"),
            ("FREQ=DAILY;UNTIL=20260101;UNTIL=20260102", "twice"),
            ("FREQ=DAILY;UNTIL=tomorrow", "tomorrow"),
            ("FREQ=DAILY;BYDAY=1MO", "numbers"),
            ("FREQ=MONTHLY;BYDAY=6MO", "out of range"),
            ("FREQ=MONTHLY;BYDAY=XX", "XX"),
            ("FREQ=MONTHLY;BYDAY=xMO", "xMO"),
            ("FREQ=MONTHLY;BYDAY=0MO", "0MO"),
            ("FREQ=MONTHLY;BYMONTHDAY=300", "300"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "0"),
            ("FREQ=MONTHLY;BYSETPOS=1", "without"),
            ("FREQ=MONTHLY;BYWEEKNO=3", "BYWEEKNO"),
            ("FREQ=WEEKLY;BYMONTHDAY=3", "weekly"),
            ("FREQ=DAILY;BYYEARDAY=3", "BYYEARDAY"),
            ("FREQ=DAILY;BYHOUR=24", "24"),
            ("FREQ=DAILY;RSCALE=HEBREW", "RSCALE"),
            ("FREQ=DAILY;FREQ=WEEKLY", "FREQ"),
            ("FREQ=WEEKLY;BYDAY=\u{cf}H", "characters"),
            ("garbage", "garbage"),
        ] {
            let error = Rule::read(text).expect_err(text);
            assert!(error.contains(problem), "{text}: {error}");
        }
        assert!(Rule::read(&format!("FREQ=DAILY;BYSECOND={}", "1,".repeat(3_000))).is_err());
    }
}
