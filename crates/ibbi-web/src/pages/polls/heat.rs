//! The heat map of a poll: for each time, how many people can't come, and who they are.

use ibbi_app::format::{count, weekday_date};
use ibbi_app::sim::{Hours, Weekday};
use ibbi_core::{Date, Name};
use ibbi_poll::{HeatCell, HeatMap, PollGrid, later};
use ibbi_report::html::{Element, Html, details, el};
use std::collections::HashMap;

/// How many names a figure shows. The table has all of them.
const MOST_NAMES: usize = 12;
const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Returns the heat map, with its numbers and names as a table.
pub(super) fn section(map: &HeatMap, grid: &PollGrid) -> Html {
    let about = format!(
        "Each figure is the number of {} for whom the sessions wait and who can\u{2019}t come. Those who can come if need be count as able \
         to come. Point at a figure, or select it, for the names.",
        count(map.counted.len() as u64, "person", "people")
    );
    Html::new()
        .with(el("p").class("hint").with(about))
        .with(picture(map, grid))
        .with(details("The names, by time", names(map)).class("numbers"))
}

fn picture(map: &HeatMap, grid: &PollGrid) -> Element {
    let cells: HashMap<(Date, Hours), &HeatCell> =
        map.cells.iter().map(|cell| ((cell.day, cell.hours), cell)).collect();
    let last = grid.days.iter().map(|day| Weekday::from_date(*day) as usize).max().unwrap_or(4).max(4);
    let days = DAYS.iter().take(last + 1);
    let days = days.map(|day| el("th").attr("scope", "colgroup").attr("colspan", grid.bands.len()).with(*day));
    let bands = (0..=last).flat_map(|_| &grid.bands).map(|band| el("th").attr("scope", "col").all(short(*band)));
    let week = el("th").attr("scope", "col").attr("rowspan", 2).with("Week of");
    let head = el("thead").with(el("tr").with(week).all(days)).with(el("tr").all(bands));
    let mut mondays: Vec<Date> =
        grid.days.iter().filter_map(|day| later(*day, -(Weekday::from_date(*day) as i64))).collect();
    mondays.dedup();
    let shades = Shades::new(map);
    let mut first = true;
    let mut rows = Vec::new();
    for monday in mondays {
        let label = el("time").attr("datetime", monday).with(monday.to_chrono().format("%b %-d").to_string());
        let mut row = el("tr").with(el("th").attr("scope", "row").with(label));
        for after in 0..=last {
            let day = i64::try_from(after).ok().and_then(|after| later(monday, after));
            for band in &grid.bands {
                let cell = day.and_then(|day| cells.get(&(day, *band)));
                row = row.with(cell.map_or_else(|| el("td").class("off"), |cell| figure(cell, &shades, &mut first)));
            }
        }
        rows.push(row);
    }
    let caption = el("caption").class("unseen").with("The number of people who can\u{2019}t come, by week and time");
    el("div").class("heat").with(el("table").with(caption).with(head).with(el("tbody").all(rows)))
}

/// The shades of the figures. With many people, each time has some who can't come, so the shades are spread between the fewest and the most.
struct Shades {
    fewest: usize,
    most: usize,
}

impl Shades {
    /// The darkest shade. Up to this many people, the shade is their number.
    const DARKEST: usize = 4;

    fn new(map: &HeatMap) -> Self {
        let counts = || map.cells.iter().map(|cell| cell.cannot.len());
        let most = counts().max().unwrap_or(0);
        let fewest = counts().filter(|count| *count > 0).min().unwrap_or(0);
        Self { fewest, most }
    }

    /// Returns the class of a figure.
    fn class(&self, count: usize) -> &'static str {
        let shade = match (count, self.most.saturating_sub(self.fewest)) {
            (0, _) => 0,
            _ if self.most <= Self::DARKEST => count,
            (_, 0) => Self::DARKEST,
            (count, span) => 1 + (count.saturating_sub(self.fewest) * (Self::DARKEST - 1) + span / 2) / span,
        };
        match shade {
            0 => "h0",
            1 => "h1",
            2 => "h2",
            3 => "h3",
            _ => "h4",
        }
    }
}

/// Returns the figure of a time. One of them is a stop of the Tab key; the script makes the others stops of the arrow keys.
fn figure(cell: &HeatCell, shades: &Shades, first: &mut bool) -> Element {
    let figure = el("td").class(shades.class(cell.cannot.len())).with(cell.cannot.len().to_string());
    let figure = if std::mem::take(first) { figure.attr("tabindex", 0) } else { figure };
    let absent = [("can\u{2019}t come", &cell.cannot), ("if need be", &cell.if_need_be)];
    let absent = absent.iter().filter(|(_, names)| !names.is_empty());
    let absent: Vec<String> = absent.map(|(what, names)| format!("{what}: {}", first_of(names))).collect();
    if absent.is_empty() {
        return figure;
    }
    figure.attr("title", format!("{}, {}: {}", weekday_date(cell.day), clock(cell.hours), absent.join("; ")))
}

fn names(map: &HeatMap) -> Element {
    let heads = ["day", "time", "can come", "if need be", "can\u{2019}t come"];
    let head = el("tr").all(heads.map(|head| el("th").attr("scope", "col").with(head)));
    let rows = map.cells.iter().map(|cell| {
        let people = |names: &[Name]| match names {
            [] => el("td").with("0"),
            names => el("td").with(format!("{}: {}", names.len(), list(names))),
        };
        el("tr")
            .with(el("th").attr("scope", "row").with(weekday_date(cell.day)))
            .with(el("td").with(clock(cell.hours)))
            .with(el("td").with(cell.can.len().to_string()))
            .with(people(&cell.if_need_be))
            .with(people(&cell.cannot))
    });
    let caption = el("caption").class("unseen").with("People who can come, by time");
    el("div")
        .class("scroll")
        .attr("tabindex", 0)
        .attr("role", "group")
        .attr("aria-label", "Times by day")
        .with(el("table").with(caption).with(el("thead").with(head)).with(el("tbody").all(rows)))
}

fn list(names: &[Name]) -> String {
    names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// Returns the first names, and the number of the others.
fn first_of(names: &[Name]) -> String {
    match names.len().checked_sub(MOST_NAMES) {
        None | Some(0) => list(names),
        Some(others) => format!("{}, and {}", list(&names[..MOST_NAMES]), count(others as u64, "other", "others")),
    }
}

/// Returns hours for a narrow column: `8\u{2013}12`. On the narrowest screens, only the first part is visible.
fn short(hours: Hours) -> [Html; 2] {
    let hour = |minutes: u16| {
        let hour = match minutes / 60 % 12 {
            0 => 12,
            hour => hour,
        };
        if minutes.is_multiple_of(60) { hour.to_string() } else { format!("{hour}:{:02}", minutes % 60) }
    };
    let until = el("span").class("until").with(format!("\u{2013}{}", hour(hours.to())));
    [Html::text(&hour(hours.from())), until.into()]
}

/// Returns hours for people: `8:00 AM to 12:00 PM`.
fn clock(hours: Hours) -> String {
    let time = |minutes: u16| {
        let half = if (minutes / 720).is_multiple_of(2) { "AM" } else { "PM" };
        let hour = match minutes / 60 % 12 {
            0 => 12,
            hour => hour,
        };
        format!("{hour}:{:02} {half}", minutes % 60)
    };
    format!("{} to {}", time(hours.from()), time(hours.to()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_tell_the_times_apart_whatever_the_number_of_people() {
        let shades = |fewest, most, counts: &[usize]| -> Vec<&str> {
            counts.iter().map(|count| Shades { fewest, most }.class(*count)).collect()
        };
        assert_eq!(shades(1, 3, &[0, 1, 2, 3]), ["h0", "h1", "h2", "h3"]);
        assert_eq!(shades(4, 6, &[0, 4, 5, 6]), ["h0", "h1", "h3", "h4"]);
        assert_eq!(shades(1, 55, &[0, 1, 20, 40, 55]), ["h0", "h1", "h2", "h3", "h4"]);
        assert_eq!(shades(7, 7, &[0, 7]), ["h0", "h4"]);
    }
}
