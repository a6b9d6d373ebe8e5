//! Legal holidays of Massachusetts, computed for any year.
//!
//! Source: General Laws chapter 4, section 7, clause eighteenth. Today's text is applied to every year, also to years
//! before a holiday became law. A holiday that falls on a Sunday is observed on the following Monday. A holiday that
//! falls on a Saturday does not move.

use crate::sets::closed_set;
use crate::time::{At, Date};
use chrono::{Datelike, Days, NaiveDate, Weekday};

closed_set! {
    /// A county of Massachusetts. Suffolk has two legal holidays of its own.
    County, "county of Massachusetts";
    /// Barnstable County.
    Barnstable = "barnstable", "Barnstable";
    /// Berkshire County.
    Berkshire = "berkshire", "Berkshire";
    /// Bristol County.
    Bristol = "bristol", "Bristol";
    /// The County of Dukes County.
    Dukes = "dukes", "Dukes";
    /// Essex County.
    Essex = "essex", "Essex";
    /// Franklin County.
    Franklin = "franklin", "Franklin";
    /// Hampden County.
    Hampden = "hampden", "Hampden";
    /// Hampshire County.
    Hampshire = "hampshire", "Hampshire";
    /// Middlesex County.
    Middlesex = "middlesex", "Middlesex";
    /// Nantucket County.
    Nantucket = "nantucket", "Nantucket";
    /// Norfolk County.
    Norfolk = "norfolk", "Norfolk";
    /// Plymouth County.
    Plymouth = "plymouth", "Plymouth";
    /// Suffolk County: Boston, Chelsea, Revere, Winthrop.
    Suffolk = "suffolk", "Suffolk";
    /// Worcester County.
    Worcester = "worcester", "Worcester";
}

closed_set! {
    /// A legal holiday of Massachusetts.
    Holiday, "holiday";
    /// January 1.
    NewYear = "new_year", "New Year's Day";
    /// Third Monday of January.
    MartinLutherKing = "martin_luther_king", "Martin Luther King Jr. Day";
    /// Third Monday of February.
    Washington = "washington", "Washington's Birthday";
    /// March 17, only in Suffolk County.
    Evacuation = "evacuation", "Evacuation Day (Suffolk County)";
    /// Third Monday of April.
    Patriots = "patriots", "Patriots' Day";
    /// Last Monday of May.
    Memorial = "memorial", "Memorial Day";
    /// June 17, only in Suffolk County.
    BunkerHill = "bunker_hill", "Bunker Hill Day (Suffolk County)";
    /// June 19.
    Juneteenth = "juneteenth", "Juneteenth";
    /// July 4.
    Independence = "independence", "Independence Day";
    /// First Monday of September.
    Labor = "labor_day", "Labor Day";
    /// Second Monday of October.
    Columbus = "columbus", "Columbus Day";
    /// November 11.
    Veterans = "veterans", "Veterans Day";
    /// Fourth Thursday of November.
    Thanksgiving = "thanksgiving", "Thanksgiving";
    /// December 25.
    Christmas = "christmas", "Christmas";
}

enum DateRule {
    Day(u32, u32),
    Nth(u32, Weekday, u8),
    LastMonday(u32),
}

impl Holiday {
    const fn date_rule(self) -> DateRule {
        match self {
            Self::NewYear => DateRule::Day(1, 1),
            Self::MartinLutherKing => DateRule::Nth(1, Weekday::Mon, 3),
            Self::Washington => DateRule::Nth(2, Weekday::Mon, 3),
            Self::Evacuation => DateRule::Day(3, 17),
            Self::Patriots => DateRule::Nth(4, Weekday::Mon, 3),
            Self::Memorial => DateRule::LastMonday(5),
            Self::BunkerHill => DateRule::Day(6, 17),
            Self::Juneteenth => DateRule::Day(6, 19),
            Self::Independence => DateRule::Day(7, 4),
            Self::Labor => DateRule::Nth(9, Weekday::Mon, 1),
            Self::Columbus => DateRule::Nth(10, Weekday::Mon, 2),
            Self::Veterans => DateRule::Day(11, 11),
            Self::Thanksgiving => DateRule::Nth(11, Weekday::Thu, 4),
            Self::Christmas => DateRule::Day(12, 25),
        }
    }

    /// Returns whether the holiday is observed only in Suffolk County.
    pub const fn is_suffolk_only(self) -> bool {
        matches!(self, Self::Evacuation | Self::BunkerHill)
    }

    /// Returns the day on which the holiday is observed in a year from 1970 to 9999, or `None` for other years.
    ///
    /// ```
    /// use ibbi_core::holidays::Holiday;
    /// // July 4, 2027, is a Sunday, so Monday is the holiday. July 4, 2026, is a Saturday and does not move.
    /// assert_eq!(Holiday::Independence.kept_in(2027).unwrap().to_string(), "2027-07-05");
    /// assert_eq!(Holiday::Independence.kept_in(2026).unwrap().to_string(), "2026-07-04");
    /// // Juneteenth became a legal holiday in 2021.
    /// assert_eq!(Holiday::Juneteenth.kept_in(2020), None);
    /// ```
    pub fn kept_in(self, year: i32) -> Option<Date> {
        if self == Self::Juneteenth && year < 2021 {
            return None;
        }
        let day = match self.date_rule() {
            DateRule::Day(month, day) => {
                let day = NaiveDate::from_ymd_opt(year, month, day)?;
                if day.weekday() == Weekday::Sun { day.checked_add_days(Days::new(1))? } else { day }
            }
            DateRule::Nth(month, weekday, nth) => NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth)?,
            DateRule::LastMonday(month) => NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 5)
                .or_else(|| NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, 4))?,
        };
        Date::try_from(day).ok()
    }
}

/// Returns the holiday observed on a day, if there is one. For Suffolk County, `county` adds its two holidays.
pub fn holiday_on(day: Date, county: Option<County>) -> Option<Holiday> {
    let applies = |holiday: &Holiday| !holiday.is_suffolk_only() || county == Some(County::Suffolk);
    let kept = |holiday: &Holiday| holiday.kept_in(day.to_chrono().year()) == Some(day);
    Holiday::ALL.iter().copied().find(|holiday| applies(holiday) && kept(holiday))
}

/// Returns the holidays observed in a year, in order. For Suffolk County, `county` adds its two holidays.
pub fn holidays_in(year: i32, county: Option<County>) -> impl Iterator<Item = (Date, Holiday)> {
    let applies = move |holiday: &Holiday| !holiday.is_suffolk_only() || county == Some(County::Suffolk);
    Holiday::ALL.iter().copied().filter(applies).filter_map(move |holiday| Some((holiday.kept_in(year)?, holiday)))
}

/// Returns whether a day is a Saturday or a Sunday.
pub fn is_weekend(day: Date) -> bool {
    matches!(day.to_chrono().weekday(), Weekday::Sat | Weekday::Sun)
}

/// Returns the latest instant at which a meeting can be posted, or `None` if it is before 1970.
///
/// A meeting must be posted 48 hours before it starts, not counting Saturdays, Sundays, and legal holidays (G.L. c.30A
/// s.20(b)). The offset of the meeting's start is used for all days. Across a change to or from daylight saving time, the
/// result is therefore off by an hour.
///
/// ```
/// use ibbi_core::{At, LocalTime, holidays::posting_deadline};
/// let monday: LocalTime = "2026-10-19T08:00:00-04:00".parse().unwrap();
/// let deadline: LocalTime = "2026-10-15T08:00:00-04:00".parse().unwrap();
/// assert_eq!(posting_deadline(monday, None), Some(deadline.at()));
/// ```
pub fn posting_deadline(starts: crate::time::LocalTime, county: Option<County>) -> Option<At> {
    const DAY: i64 = 24 * 60;
    let mut left = 2 * DAY;
    let mut day = starts.date();
    let mut available = i64::from(starts.minute_of_day());
    // Minutes from the meeting's start back to the midnight at the start of `day`.
    let mut back = available;
    loop {
        if is_weekend(day) || holiday_on(day, county).is_some() {
            available = 0;
        }
        if available >= left {
            // `back` reaches the midnight of `day`, so the unused minutes of this day are subtracted.
            return At::from_millis(starts.at().millis() - (back - (available - left)) * 60_000);
        }
        left -= available;
        day = Date::try_from(day.to_chrono().checked_sub_days(Days::new(1))?).ok()?;
        available = DAY;
        back += DAY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    fn year(year: i32, county: Option<County>) -> Vec<alloc::string::String> {
        holidays_in(year, county).map(|(day, _)| day.to_string()[5..].to_string()).collect()
    }

    #[test]
    fn holidays_match_published_lists() {
        // The Secretary of the Commonwealth publishes these lists.
        assert_eq!(
            year(2026, None),
            [
                "01-01", "01-19", "02-16", "04-20", "05-25", "06-19", "07-04", "09-07", "10-12", "11-11", "11-26",
                "12-25"
            ]
        );
        assert_eq!(
            year(2022, Some(County::Suffolk)),
            [
                "01-01", "01-17", "02-21", "03-17", "04-18", "05-30", "06-17", "06-20", "07-04", "09-05", "10-10",
                "11-11", "11-24", "12-26"
            ]
        );
    }

    #[test]
    fn juneteenth_is_a_holiday_since_2021() {
        let juneteenth = |year| Date::new(year, 6, 19).unwrap();
        assert_eq!(holiday_on(juneteenth(2015), None), None);
        assert_eq!(holiday_on(juneteenth(2021), None), Some(Holiday::Juneteenth));
        assert!(!year(2020, None).contains(&"06-19".to_string()) && year(2021, None).contains(&"06-19".to_string()));
    }

    #[test]
    fn sunday_moves_and_saturday_does_not() {
        let kept = |holiday: Holiday, year| holiday.kept_in(year).unwrap().to_string();
        assert_eq!(kept(Holiday::NewYear, 2023), "2023-01-02");
        assert_eq!(kept(Holiday::NewYear, 2028), "2028-01-01");
        assert_eq!(kept(Holiday::Evacuation, 2030), "2030-03-18");
    }

    #[test]
    fn only_suffolk_observes_its_two_holidays() {
        let evacuation = Date::new(2026, 3, 17).unwrap();
        assert_eq!(holiday_on(evacuation, Some(County::Suffolk)), Some(Holiday::Evacuation));
        assert_eq!(holiday_on(evacuation, Some(County::Norfolk)), None);
        assert_eq!(holiday_on(evacuation, None), None);
    }

    #[test]
    fn posting_deadline_skips_weekends_and_holidays() {
        for (starts, expected) in [
            ("2026-10-21T18:00:00-04:00", "2026-10-19T18:00:00-04:00"),
            ("2026-10-20T08:00:00-04:00", "2026-10-16T08:00:00-04:00"),
            // Columbus Day, October 12, is skipped as well as the weekend before it.
            ("2026-10-13T08:00:00-04:00", "2026-10-08T08:00:00-04:00"),
            // A meeting on a Sunday: the 48 hours are all of Thursday and Friday.
            ("2026-10-18T10:00:00-04:00", "2026-10-15T00:00:00-04:00"),
        ] {
            let starts: crate::LocalTime = starts.parse().unwrap();
            let expected: crate::LocalTime = expected.parse().unwrap();
            assert_eq!(posting_deadline(starts, None), Some(expected.at()), "{starts}");
        }
    }
}
