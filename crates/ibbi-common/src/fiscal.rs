//! Fiscal years, and the periods in which offices report: years, quarters, and months.

use crate::typed::MONTHS;
use chrono::Datelike as _;
use ibbi_core::Date;
use serde::Serialize;

/// A calendar of fiscal years that start in the same month.
///
/// A fiscal year has the number of the calendar year in which it ends. In Massachusetts it starts in July, which is the
/// default (G.L. c.44 s.56, for cities and towns): fiscal year 2027 is July 1, 2026, to June 30, 2027.
///
/// ```
/// use ibbi_common::fiscal::{FiscalYears, PeriodKind};
/// let years = FiscalYears::default();
/// assert_eq!(years.year_of("2026-07-01".parse().unwrap()), 2027);
/// let (first, last) = years.days(2027).unwrap();
/// assert_eq!((first.to_string(), last.to_string()), ("2026-07-01".to_owned(), "2027-06-30".to_owned()));
/// let quarter = years.period(PeriodKind::Quarter, "2026-10-01".parse().unwrap());
/// assert_eq!((quarter.code().as_str(), quarter.label().as_str()), ("FY2027-Q2", "Fiscal year 2027, quarter 2"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FiscalYears {
    /// The month in which a fiscal year starts, from 1 to 12.
    starts: u8,
}

impl Default for FiscalYears {
    fn default() -> Self {
        Self { starts: 7 }
    }
}

impl FiscalYears {
    /// Returns the fiscal years that start in a month, or `None` if it is not from 1 to 12.
    pub const fn starting_in(month: u8) -> Option<Self> {
        if month >= 1 && month <= 12 { Some(Self { starts: month }) } else { None }
    }

    /// Returns the month in which a fiscal year starts, from 1 to 12.
    pub const fn first_month(self) -> u8 {
        self.starts
    }

    /// Returns the fiscal year of a day.
    pub fn year_of(self, day: Date) -> i32 {
        let day = day.to_chrono();
        let later = self.starts > 1 && day.month() >= u32::from(self.starts);
        day.year() + i32::from(later)
    }

    /// Returns the first and the last day of a fiscal year, or `None` if a date can't have its years.
    pub fn days(self, year: i32) -> Option<(Date, Date)> {
        let start = |year: i32| {
            let calendar = if self.starts > 1 { year.checked_sub(1)? } else { year };
            Date::new(calendar, u32::from(self.starts), 1)
        };
        let last = start(year.checked_add(1)?)?.to_chrono().pred_opt()?;
        Some((start(year)?, Date::try_from(last).ok()?))
    }

    /// Returns the period of a day.
    pub fn period(self, kind: PeriodKind, day: Date) -> FiscalPeriod {
        let month = day.to_chrono().month();
        let place = (month + 12 - u32::from(self.starts)) % 12;
        let part = match kind {
            PeriodKind::FiscalYear => 0,
            PeriodKind::Quarter => place / 3 + 1,
            PeriodKind::Month => month,
        };
        let year = if kind == PeriodKind::Month { day.to_chrono().year() } else { self.year_of(day) };
        FiscalPeriod { kind, year, part: u8::try_from(part).unwrap_or(0) }
    }
}

/// The length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// A fiscal year.
    FiscalYear,
    /// A quarter of a fiscal year.
    Quarter,
    /// A calendar month.
    Month,
}

impl PeriodKind {
    /// The codes of all kinds.
    pub const CODES: [&'static str; 3] = ["fiscal_year", "quarter", "month"];

    /// Returns the kind with this code, if there is one.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "fiscal_year" => Some(Self::FiscalYear),
            "quarter" => Some(Self::Quarter),
            "month" => Some(Self::Month),
            _ => None,
        }
    }
}

/// A fiscal year, a quarter of one, or a month. Periods of one kind are in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalPeriod {
    kind: PeriodKind,
    year: i32,
    part: u8,
}

impl FiscalPeriod {
    /// Returns the code: `FY2027`, `FY2027-Q2`, or `2026-10`.
    pub fn code(self) -> String {
        let Self { kind, year, part } = self;
        match kind {
            PeriodKind::FiscalYear => format!("FY{year}"),
            PeriodKind::Quarter => format!("FY{year}-Q{part}"),
            PeriodKind::Month => format!("{year:04}-{part:02}"),
        }
    }

    /// Returns the period for people: `Fiscal year 2027`, `Fiscal year 2027, quarter 2`, or `October 2026`.
    pub fn label(self) -> String {
        let Self { kind, year, part } = self;
        match kind {
            PeriodKind::FiscalYear => format!("Fiscal year {year}"),
            PeriodKind::Quarter => format!("Fiscal year {year}, quarter {part}"),
            PeriodKind::Month => {
                let name = MONTHS.get(usize::from(part).wrapping_sub(1)).copied().unwrap_or_default();
                let (first, rest) = name.split_at(name.len().min(1));
                format!("{}{rest} {year}", first.to_uppercase())
            }
        }
    }
}

impl Serialize for FiscalPeriod {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.code())
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for FiscalPeriod {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FiscalPeriod".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A period: FY2027, FY2027-Q2, or 2026-10",
            "pattern": "^(FY[0-9]{4}(-Q[1-4])?|[0-9]{4}-[0-9]{2})$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_is_in_the_year_that_has_it() {
        for month in 1..=12 {
            let years = FiscalYears::starting_in(month).unwrap();
            for year in [1990, 2024, 2027] {
                let (first, last) = years.days(year).unwrap();
                let mut day = first.to_chrono();
                while day <= last.to_chrono() {
                    let date = Date::try_from(day).unwrap();
                    assert_eq!(years.year_of(date), year, "{date}, month {month}");
                    day = day.succ_opt().unwrap();
                }
                let next = Date::try_from(day).unwrap();
                assert_eq!(years.days(year + 1).unwrap().0, next);
            }
        }
        assert_eq!((FiscalYears::starting_in(0), FiscalYears::starting_in(13)), (None, None));
        assert_eq!(FiscalYears::default().days(1970), None, "July 1969 is before the first date");
    }

    #[test]
    fn quarters_begin_with_the_fiscal_year() {
        let quarter = |month: u8, day: &str| {
            let years = FiscalYears::starting_in(month).unwrap();
            years.period(PeriodKind::Quarter, day.parse().unwrap()).code()
        };
        assert_eq!(quarter(7, "2026-09-30"), "FY2027-Q1");
        assert_eq!(quarter(7, "2027-06-30"), "FY2027-Q4");
        assert_eq!(quarter(1, "2026-09-30"), "FY2026-Q3");
        assert_eq!(quarter(10, "2026-09-30"), "FY2026-Q4");
        let month = FiscalYears::default().period(PeriodKind::Month, "2026-10-05".parse().unwrap());
        assert_eq!((month.code().as_str(), month.label().as_str()), ("2026-10", "October 2026"));
    }
}
