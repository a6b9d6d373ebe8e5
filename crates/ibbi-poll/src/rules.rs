//! Marks as the rules of a scenario: few of them, and exactly the times that were marked.

use crate::{PollGrid, PollMark};
use ibbi_core::Date;
use ibbi_sim::{Hours, TimeRule, Weekday, Weekdays};
use std::collections::BTreeMap;

/// The times of a person's marks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PollRules {
    /// The times at which the person can come.
    pub can: Vec<TimeRule>,
    /// The times at which the person can come if nothing else fits.
    pub if_need_be: Vec<TimeRule>,
    /// The times at which the person can't come.
    pub cannot: Vec<TimeRule>,
}

/// Returns the rules of marks. Each rule is a run of weeks with the same days of the week and hours. A list has at most 162 rules: one
/// for each of 27 weeks and 6 bands.
///
/// ```
/// use ibbi_poll::{PollGrid, PollMark, rules};
/// use ibbi_sim::{Hours, TimeRule};
/// let grid = PollGrid { days: vec!["2026-11-02".parse()?, "2026-11-03".parse()?], bands: vec![Hours::MORNING] };
/// let found = rules(&grid, &[Some(PollMark::Cannot), Some(PollMark::Can)]);
/// assert_eq!(found.cannot, [TimeRule::on("2026-11-02".parse()?).at(Hours::MORNING)]);
/// assert_eq!(found.can, [TimeRule::on("2026-11-03".parse()?).at(Hours::MORNING)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn rules(grid: &PollGrid, marks: &[Option<PollMark>]) -> PollRules {
    let of = |mark: PollMark| rules_of(grid, |cell| marks.get(cell).copied().flatten() == Some(mark));
    PollRules { can: of(PollMark::Can), if_need_be: of(PollMark::IfNeedBe), cannot: of(PollMark::Cannot) }
}

/// Returns the rules of the cells for which `is_in` returns true.
pub(crate) fn rules_of(grid: &PollGrid, is_in: impl Fn(usize) -> bool) -> Vec<TimeRule> {
    let joined = rules_with(grid, &is_in, true);
    let apart = rules_with(grid, &is_in, false);
    // Bands in a row read better as one, unless that takes more rules.
    if joined.len() <= apart.len() { joined } else { apart }
}

fn rules_with(grid: &PollGrid, is_in: &impl Fn(usize) -> bool, joins: bool) -> Vec<TimeRule> {
    let mut days_of: BTreeMap<Hours, Vec<Date>> = BTreeMap::new();
    for (index, day) in grid.days.iter().enumerate() {
        for hours in hours_of(grid, joins, |band| is_in(index * grid.bands.len() + band)) {
            days_of.entry(hours).or_default().push(*day);
        }
    }
    days_of.iter().flat_map(|(hours, days)| runs(grid, days).into_iter().map(|rule| rule.at(*hours))).collect()
}

/// Returns the hours of a day's bands; those in a row as one if `joins`.
fn hours_of(grid: &PollGrid, joins: bool, is_in: impl Fn(usize) -> bool) -> Vec<Hours> {
    let mut found: Vec<Hours> = Vec::new();
    for (_, band) in grid.bands.iter().enumerate().filter(|(band, _)| is_in(*band)) {
        let before = found.last().copied().filter(|before| joins && before.to() == band.from());
        match before.and_then(|before| Hours::new(before.from(), band.to()).ok()) {
            Some(longer) => {
                found.pop();
                found.push(longer);
            }
            None => found.push(*band),
        }
    }
    found
}

/// Weeks in a row that have the same days.
struct Run {
    monday: Date,
    /// The week after the last one.
    next: Option<Date>,
    days: Vec<Date>,
    weekdays: Weekdays,
    /// The days of the week that are outside the grid so far.
    open: Vec<Weekday>,
}

/// Returns days as runs of weeks. `days` are some of the grid's, in order.
fn runs(grid: &PollGrid, days: &[Date]) -> Vec<TimeRule> {
    let mut runs: Vec<Run> = Vec::new();
    for week in days.chunk_by(|one, next| monday(*one) == monday(*next)) {
        let Some(monday) = week.first().copied().and_then(monday) else { continue };
        let weekdays: Weekdays = week.iter().copied().map(Weekday::from_date).collect();
        let outside = outside(grid, monday);
        let fits = |run: &Run| {
            let same = |day: &Weekday| {
                outside.contains(day) || run.open.contains(day) || run.weekdays.has(*day) == weekdays.has(*day)
            };
            run.next == Some(monday) && Weekday::ALL.iter().all(same)
        };
        match runs.last_mut().filter(|run| fits(run)) {
            Some(run) => {
                run.next = later(monday, 7);
                run.days.extend(week);
                run.weekdays = run.weekdays.iter().chain(weekdays.iter()).collect();
                run.open.retain(|day| outside.contains(day));
            }
            None => {
                let next = later(monday, 7);
                runs.push(Run { monday, next, days: week.to_vec(), weekdays, open: outside });
            }
        }
    }
    runs.iter().filter_map(rule).collect()
}

fn rule(run: &Run) -> Option<TimeRule> {
    let (first, last) = (*run.days.first()?, *run.days.last()?);
    if run.next == later(run.monday, 7) {
        // A week: one day, days in a row, or some days.
        let rule = TimeRule::between(first, last);
        let in_a_row = (last.to_chrono() - first.to_chrono()).num_days() + 1 == i64::try_from(run.days.len()).ok()?;
        return Some(if in_a_row { rule } else { TimeRule { weekdays: run.weekdays, ..rule } });
    }
    // From the first of the days to the last: earlier and later days of these weeks have no mark.
    Some(TimeRule { weekdays: run.weekdays, ..TimeRule::between(first, last) })
}

/// Returns the days of a week that are before the grid's first day or after its last.
fn outside(grid: &PollGrid, monday: Date) -> Vec<Weekday> {
    let (Some(first), Some(last)) = (grid.days.first(), grid.days.last()) else { return Vec::new() };
    let days = (0..).zip(Weekday::ALL).filter_map(|(after, weekday)| Some((later(monday, after)?, weekday)));
    days.filter(|(day, _)| day < first || day > last).map(|(_, weekday)| weekday).collect()
}

fn monday(day: Date) -> Option<Date> {
    later(day, -(Weekday::from_date(day) as i64))
}

/// Returns the day some days after another, or before it; `None` outside the years of a date.
pub fn later(day: Date, days: i64) -> Option<Date> {
    day.to_chrono().checked_add_signed(chrono::Duration::days(days)).and_then(|day| Date::try_from(day).ok())
}
