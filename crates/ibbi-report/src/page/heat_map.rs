//! A map of the weeks: for each half-day, how many people can't come.

use super::{Section, SimulationPage};
use crate::format;
use crate::html::{Element, Html, details, el};
use crate::table::{Cell, Column, Table};
use chrono::{Datelike, Days};
use ibbi_core::Date;
use ibbi_sim::{Blocker, Forecast, HalfDay, SessionGroup};

/// The weeks of the map, at most.
const WEEKS: i64 = 26;
/// So many people or more have the darkest shade.
const DARKEST: usize = 4;
/// The names of a figure, at most.
const NAMES: usize = 8;
const HALVES: [(&str, &str); 3] = [("morning", "am"), ("afternoon", "pm"), ("evening", "eve")];
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Returns the number of days of the map: until nine in ten runs are completed, at most 26 weeks.
fn days_shown(forecast: &Forecast, start: Date) -> usize {
    let until = forecast.finish.p90.map_or(7 * WEEKS, |late| format::days_between(start, late) + 1);
    usize::try_from(until.clamp(7, 7 * WEEKS)).unwrap_or(0)
}

impl SimulationPage<'_> {
    pub(super) fn heat_map_section(&self) -> Option<Section> {
        let days = days_shown(self.forecast, self.scenario.start);
        let half_days = self.calendar.half_days(SessionGroup::Training, 0, days);
        let map = HeatMap::new(&half_days)?;
        let hint = "Each figure is the number of people who can't come to a training. Point at a figure, or select it, for \
                    the names.";
        let content = Html::new()
            .with(el("p").class("hint").with(hint))
            .with(map.picture())
            .with(legend())
            .with(details("The names, by half-day", names(&half_days).to_html()).class("numbers"));
        Some(("free", "Times with conflicts, by week".to_owned(), content))
    }
}

/// The half-days by week, with the columns that any of them needs.
struct HeatMap<'a> {
    half_days: &'a [HalfDay],
    mondays: Vec<Date>,
    days: Vec<u64>,
    halves: Vec<(&'static str, &'static str)>,
}

impl<'a> HeatMap<'a> {
    fn new(half_days: &'a [HalfDay]) -> Option<Self> {
        let end = half_days.last()?.date;
        let mondays = std::iter::successors(monday(half_days.first()?.date), |monday| later(*monday, 7));
        let mondays = mondays.take_while(|monday| *monday <= end).collect();
        let last = weekday(half_days.iter().max_by_key(|half| weekday(half.date))?.date);
        let halves = HALVES.into_iter().filter(|(name, _)| half_days.iter().any(|half| half.half == *name));
        Some(Self { half_days, mondays, days: (0..=last.max(4)).collect(), halves: halves.collect() })
    }

    fn picture(&self) -> Element {
        let width = self.halves.len();
        let days = self.days.iter().map(|day| {
            let name = DAYS.get(usize::try_from(*day).unwrap_or(0)).copied().unwrap_or_default();
            el("th").attr("scope", "colgroup").attr("colspan", width).with(name)
        });
        let halves = self.days.iter().flat_map(|_| &self.halves);
        let halves = halves.map(|(_, short)| el("th").attr("scope", "col").with(*short));
        let week = el("th").attr("scope", "col").attr("rowspan", 2).with("Week of");
        let head = el("thead").with(el("tr").with(week).all(days)).with(el("tr").all(halves));
        let mut first = true;
        let rows = self.mondays.iter().map(|monday| {
            let name = el("time").attr("datetime", monday).with(monday.to_chrono().format("%b %-d").to_string());
            let cells = self.days.iter().flat_map(|day| self.halves.iter().map(move |(half, _)| (*day, *half)));
            let cells: Vec<Element> =
                cells.map(|(day, half)| self.cell(later(*monday, day), half, &mut first)).collect();
            el("tr").with(el("th").attr("scope", "row").with(name)).all(cells)
        });
        let rows: Vec<Element> = rows.collect();
        let caption = el("caption").class("unseen").with("The number of people who can't come, by week and half-day");
        el("div").class("heat").with(el("table").with(caption).with(head).with(el("tbody").all(rows)))
    }

    /// Returns the cell of a half-day. One of them is a stop of the Tab key.
    fn cell(&self, date: Option<Date>, half: &str, first: &mut bool) -> Element {
        let found = self.half_days.iter().find(|each| Some(each.date) == date && each.half == half);
        let Some(found) = found else { return el("td").class("off") };
        let absent = found.absent.iter().filter(|blocker| !is_if_need_be(blocker)).count();
        let shade = match absent.min(DARKEST) {
            0 => "h0",
            1 => "h1",
            2 => "h2",
            3 => "h3",
            _ => "h4",
        };
        // The script of a page makes the other cells stops of the arrow keys.
        let cell = el("td").class(shade).with(absent.to_string());
        let cell = if std::mem::take(first) { cell.attr("tabindex", 0) } else { cell };
        match found.absent.is_empty() {
            true => cell,
            false => cell.attr("title", format!("{}, {half}: {}", short_date(found.date), short_list(found))),
        }
    }
}

const fn is_if_need_be(blocker: &Blocker) -> bool {
    matches!(blocker, Blocker::Person { if_need_be: true, .. })
}

/// Returns the people who can't come.
fn who(half: &HalfDay) -> Vec<String> {
    half.absent.iter().map(ToString::to_string).collect()
}

/// Returns the first people who can't come, and the number of the others.
fn short_list(half: &HalfDay) -> String {
    let names = who(half);
    match names.len().checked_sub(NAMES) {
        None | Some(0) => names.join(", "),
        Some(others) => format!("{}, and {}", names[..NAMES].join(", "), format::count(others as u64, "other")),
    }
}

/// Returns the half-days with conflicts. The same half-day of weeks in a row with the same people is one row.
fn names(half_days: &[HalfDay]) -> Table {
    let columns = [Column::text("half-day"), Column::text("weeks"), Column::text("can't come")];
    let mut table = Table::new("People who can't come, by half-day", columns);
    for day in 0..7 {
        for (half, _) in HALVES {
            let same = |each: &&HalfDay| weekday(each.date) == day && each.half == half && !each.absent.is_empty();
            let busy: Vec<&HalfDay> = half_days.iter().filter(same).collect();
            let goes_on =
                |one: &&HalfDay, next: &&HalfDay| one.absent == next.absent && later(one.date, 7) == Some(next.date);
            for run in busy.chunk_by(goes_on) {
                let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
                let days = match run {
                    [_] => short_date(first.date),
                    _ => format!("{} to {}", short_date(first.date), short_date(last.date)),
                };
                let name = format!("{} {half}", first.date.to_chrono().format("%A"));
                table.row([Cell::Text(name), Cell::Text(days), Cell::Name(who(first).join(", "))]);
            }
        }
    }
    table
}

fn short_date(date: Date) -> String {
    date.to_chrono().format("%a, %b %-d").to_string()
}

fn legend() -> Element {
    let shades = [("h0", "0"), ("h1", "1"), ("h2", "2"), ("h3", "3"), ("h4", "4 or more")];
    let shades = shades.map(|(class, label)| Html::from(el("span").class(class).with(label)).with(" "));
    let off = Html::from(el("span").class("off").with("\u{a0}")).with(" no sessions");
    el("p").class("legend").with("Conflicts: ").all(shades).with(off)
}

fn monday(date: Date) -> Option<Date> {
    let monday = date.to_chrono().checked_sub_days(Days::new(weekday(date)))?;
    Date::try_from(monday).ok()
}

fn later(date: Date, days: u64) -> Option<Date> {
    Date::try_from(date.to_chrono().checked_add_days(Days::new(days))?).ok()
}

fn weekday(date: Date) -> u64 {
    date.to_chrono().weekday().num_days_from_monday().into()
}
