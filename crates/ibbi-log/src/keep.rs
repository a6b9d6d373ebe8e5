//! How long texts are kept, and from when.

use core::fmt;
use core::str::FromStr;
use ibbi_core::Date;

/// How long texts are kept: 1 to 999 days, months, or years.
///
/// ```
/// use ibbi_log::Keep;
/// let keep: Keep = "7 years".parse().unwrap();
/// assert_eq!(keep.end("2026-06-30".parse().unwrap()), "2033-06-30".parse().ok());
/// assert!("1 years".parse::<Keep>().is_err() && "0 days".parse::<Keep>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    count: u16,
    unit: KeepUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeepUnit {
    Day,
    Month,
    Year,
}

/// A text that doesn't say how long texts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write a time such as `7 years`, `18 months`, or `90 days`, from 1 to 999")]
pub struct NotAKeep;

impl Keep {
    /// Returns the first day after this time. A day that the last month doesn't have is its last day. Returns `None` after
    /// the year 9999.
    pub fn end(self, from: Date) -> Option<Date> {
        let count = u32::from(self.count);
        let end = match self.unit {
            KeepUnit::Day => from.to_chrono().checked_add_days(chrono::Days::new(count.into())),
            KeepUnit::Month => from.to_chrono().checked_add_months(chrono::Months::new(count)),
            KeepUnit::Year => from.to_chrono().checked_add_months(chrono::Months::new(count * 12)),
        };
        Date::try_from(end?).ok()
    }
}

impl fmt::Display for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            KeepUnit::Day => "day",
            KeepUnit::Month => "month",
            KeepUnit::Year => "year",
        };
        write!(f, "{} {unit}{}", self.count, if self.count == 1 { "" } else { "s" })
    }
}

impl FromStr for Keep {
    type Err = NotAKeep;

    fn from_str(text: &str) -> Result<Self, NotAKeep> {
        let (count, unit) = text.split_once(' ').ok_or(NotAKeep)?;
        let unit = match unit {
            "day" | "days" => KeepUnit::Day,
            "month" | "months" => KeepUnit::Month,
            "year" | "years" => KeepUnit::Year,
            _ => return Err(NotAKeep),
        };
        let count: u16 = count.parse().ok().filter(|count| (1..=999).contains(count)).ok_or(NotAKeep)?;
        let keep = Self { count, unit };
        // One spelling only, because a line of the ledger has it.
        if keep.to_string() == text { Ok(keep) } else { Err(NotAKeep) }
    }
}

/// From when the time counts for which texts are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepFrom {
    /// From the last event of a case that is closed.
    Closing,
    /// From the last event of a case, open or closed.
    LastEvent,
}

impl KeepFrom {
    /// Returns the code, as the lines of a ledger have it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Closing => "closing",
            Self::LastEvent => "last_event",
        }
    }

    /// Returns the value with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Closing, Self::LastEvent].into_iter().find(|from| from.code() == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_spelling() {
        for text in ["1 day", "90 days", "1 month", "18 months", "1 year", "999 years"] {
            assert_eq!(text.parse::<Keep>().unwrap().to_string(), text);
        }
        for wrong in ["", "7", "7years", "07 years", "+7 years", "1000 years", "0 years", "1 days", "2 day", "7  years"]
        {
            assert_eq!(wrong.parse::<Keep>(), Err(NotAKeep), "{wrong}");
        }
    }

    #[test]
    fn a_time_ends_on_a_day_that_exists() {
        let end = |keep: &str, from: &str| keep.parse::<Keep>().unwrap().end(from.parse().unwrap());
        assert_eq!(end("1 year", "2028-02-29"), "2029-02-28".parse().ok());
        assert_eq!(end("1 month", "2026-01-31"), "2026-02-28".parse().ok());
        assert_eq!(end("30 days", "2026-12-15"), "2027-01-14".parse().ok());
        assert_eq!(end("1 day", "9999-12-31"), None);
    }
}
