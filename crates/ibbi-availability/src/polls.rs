//! The kinds of tables: exports of polls, and tables that people write.

use crate::collected::Collected;
use crate::days::{self, HeadingDays};
use crate::grid::{Grid, Row};
use crate::marks::{self, CellMark};
use crate::times::{self, WrittenHours};
use crate::{ImportError, ImportFormat, ImportWindow, ImportedFile, Mark, lines, table};
use ibbi_common::spelling::echo;
use ibbi_sim::Hours;
use std::collections::BTreeMap;

/// The minutes of a row of When2meet.
const QUARTER: u16 = 15;
/// In how many rows at the top the headings of a poll are.
const TOP: usize = 12;

/// Reads the sheets of a file.
pub(crate) fn read_sheets(
    sheets: &[Grid],
    left_out: Vec<String>,
    window: &ImportWindow,
) -> Result<ImportedFile, ImportError> {
    let mut all = Collected::with_left_out(left_out);
    let mut format = None;
    let mut unknown = Vec::new();
    for sheet in sheets.iter().filter(|sheet| !sheet.rows.iter().all(Row::is_empty)) {
        let read = when2meet(sheet, window).or_else(|| doodle(sheet, window)).or_else(|| table::read(sheet, window));
        match read.or_else(|| lines::of_grid(sheet)) {
            Some((found, collected)) => {
                format.get_or_insert(found);
                all.extend(collected);
            }
            None => unknown.push(sheet.sheet.clone()),
        }
    }
    let Some(format) = format else {
        let message = "there are no times of people in this file; it needs a row with headings, such as Name and Not available, \
                       or Name and one column for each date";
        let message = if sheets.iter().all(|sheet| sheet.rows.is_empty()) { "the file is empty" } else { message };
        return Err(ImportError::Unknown(message.to_owned()));
    };
    for sheet in unknown.into_iter().flatten() {
        all.problem(
            format!("sheet \"{sheet}\""),
            "the sheet has no headings such as Name and Not available, or Name and dates".to_owned(),
        );
    }
    Ok(all.finish(format, window))
}

/// When a row of When2meet is: a day and a minute.
type Moment = (HeadingDays, u16);

/// Reads an export of When2meet: a row for each quarter hour, and a column for each person.
fn when2meet(grid: &Grid, window: &ImportWindow) -> Option<(ImportFormat, Collected)> {
    let header = grid.rows.iter().position(|row| !row.is_empty())?;
    let row = &grid.rows[header];
    let names_from = match (row.cell(0).to_lowercase().as_str(), row.cell(1).to_lowercase().as_str()) {
        ("day" | "date", "time") => 2,
        ("time" | "timestamp" | "datetime" | "date" | "slot", _) => 1,
        _ => return None,
    };
    let rows: Vec<&Row> = grid.rows[header + 1..].iter().filter(|row| !row.is_empty()).collect();
    let moments: Vec<Option<Moment>> = rows.iter().map(|row| moment(row, names_from, window)).collect();
    if moments.iter().filter(|moment| moment.is_some()).count() * 2 <= rows.len() {
        return None;
    }
    let mut collected = Collected::default();
    let step = step(&moments);
    let mut people = BTreeMap::new();
    for column in names_from..row.cells.len() {
        if !row.cell(column).is_empty() {
            people.insert(column, collected.person(row.cell(column)));
        }
    }
    for (row, moment) in rows.iter().zip(&moments) {
        let Some((days, from)) = *moment else {
            let message = format!("`{}` is not a day with a time", echo(row.cell(0)));
            collected.problem(grid.place(row, 0), message);
            continue;
        };
        let hours = Hours::new(from, (from + step).min(24 * 60)).ok();
        for (column, person) in &people {
            match marks::cell(row.cell(*column)) {
                CellMark::Mark(mark) => collected.add(*person, days, hours, mark, window),
                CellMark::Blank => {}
                _ => {
                    let message = format!("`{}` is not 1 or 0", echo(row.cell(*column)));
                    collected.problem(grid.place(row, *column), message);
                }
            }
        }
    }
    Some((ImportFormat::When2meet, collected))
}

fn moment(row: &Row, columns: usize, window: &ImportWindow) -> Option<Moment> {
    let text = row.cells.get(..columns).unwrap_or(&row.cells).join(" ");
    let places: Vec<usize> = text.match_indices([' ', ',', 'T']).map(|(place, _)| place).collect();
    places.into_iter().find_map(|place| {
        let (day, time) = (text.get(..place)?.trim_matches([' ', ',']), text.get(place + 1..)?);
        let minute = times::minute(time.trim_matches([' ', ',']))?;
        let heading = days::heading(day, window)?.ok().filter(|heading| heading.hours.is_none())?;
        minute.is_multiple_of(QUARTER).then_some((heading.days, minute))
    })
}

/// Returns the minutes from a row to the next: 15, or more in a poll with longer times.
fn step(moments: &[Option<Moment>]) -> u16 {
    let steps = moments.windows(2).filter_map(|pair| match (pair[0], pair[1]) {
        (Some((day, from)), Some((next, to))) if day == next && to > from => Some(to - from),
        _ => None,
    });
    steps.min().unwrap_or(QUARTER).min(60)
}

/// Reads an export of Doodle: rows with months, days, and perhaps times, and a row for each person.
fn doodle(grid: &Grid, window: &ImportWindow) -> Option<(ImportFormat, Collected)> {
    let is_month = |text: &str| month_of(text).is_some();
    let heads = |row: &Row, is: &dyn Fn(&str) -> bool| {
        let mut cells = row.cells.iter().skip(1).filter(|cell| !cell.is_empty()).peekable();
        row.cell(0).is_empty() && cells.peek().is_some() && cells.all(|cell| is(cell))
    };
    let months = grid.rows.iter().take(TOP).position(|row| heads(row, &is_month))?;
    let days = months + 1;
    let day_row = grid.rows.get(days).filter(|row| heads(row, &|text| day_of(text).is_some()))?;
    let time_row = grid.rows.get(days + 1).filter(|row| row.cell(0).is_empty() && !row.is_empty());
    let mut collected = Collected::default();
    let mut options: BTreeMap<usize, (HeadingDays, Option<Hours>)> = BTreeMap::new();
    // A merged cell has its text in its first column only.
    let (mut month, mut day) = (String::new(), String::new());
    for column in 1..grid.width() {
        let texts = [(&grid.rows[months], &mut month), (day_row, &mut day)];
        for (row, last) in texts {
            if !row.cell(column).is_empty() {
                row.cell(column).clone_into(last);
            }
        }
        let has_option = !time_row.unwrap_or(day_row).cell(column).is_empty();
        let Some(((name, year), number)) = month_of(&month).zip(day_of(&day)).filter(|_| has_option) else { continue };
        let place = |row: &Row| grid.place(row, column);
        let date = match days::date(&format!("{name} {number}, {year}"), window) {
            Some(Ok(date)) => date,
            _ => {
                collected.problem(place(day_row), format!("there is no {name} {number}, {year}"));
                continue;
            }
        };
        let hours = match time_row.map(|row| (row, times::hours(row.cell(column)))) {
            None | Some((_, Some(WrittenHours::AllDay))) => None,
            Some((_, Some(WrittenHours::Hours(hours)))) => Some(hours),
            Some((row, found)) => {
                let reason = match found {
                    Some(WrittenHours::Unclear(reason)) => reason,
                    Some(_) => "the time has no end; write hours such as 8:00 AM-4:00 PM",
                    None => "this is not a time",
                };
                collected.problem(place(row), format!("`{}`: {reason}", echo(row.cell(column))));
                continue;
            }
        };
        options.insert(column, (HeadingDays::Date(date), hours));
    }
    let first = days + 1 + usize::from(time_row.is_some());
    let people = grid.rows.get(first..).unwrap_or_default().iter().filter(|row| !row.cell(0).is_empty());
    let people: Vec<&Row> = people.filter(|row| !is_count(row)).collect();
    // Some exports have an empty column before the days and none before the answers.
    let before = options.keys().next().map_or(0, |column| column - 1);
    let is_moved = before > 0 && !people.is_empty() && people.iter().all(|row| row.cells.len() == options.len() + 1);
    let moved = if is_moved { before } else { 0 };
    if is_moved {
        collected.left_out.push(
            "The days have an empty column before them, and the answers don't. The first answer counts for the first day."
                .to_owned(),
        );
    }
    for row in people {
        let person = collected.person(row.cell(0));
        for (column, (days, hours)) in &options {
            let column = column - moved;
            let mark = match marks::cell(row.cell(column)) {
                CellMark::Mark(mark) => mark,
                // Who leaves a box empty can't come.
                CellMark::Blank if row.cell(column) != "?" => Mark::Cannot,
                CellMark::Blank => continue,
                _ => {
                    let message = format!("`{}` is not OK, (OK), or empty", echo(row.cell(column)));
                    collected.problem(grid.place(row, column), message);
                    continue;
                }
            };
            collected.add(person, *days, *hours, mark, window);
        }
    }
    Some((ImportFormat::Doodle, collected))
}

/// Returns whether a row has the numbers of answers.
fn is_count(row: &Row) -> bool {
    let name = row.cell(0).to_lowercase();
    let is_number = |cell: &String| cell.bytes().all(|byte| byte.is_ascii_digit());
    matches!(name.as_str(), "count" | "total" | "total votes") && row.cells.iter().skip(1).all(is_number)
}

/// Reads `November 2026`.
fn month_of(text: &str) -> Option<(&str, u32)> {
    let (month, year) = text.split_once(' ')?;
    let year = year.trim().parse().ok().filter(|year| (1970..=9999).contains(year))?;
    days::month(month).map(|_| (month, year))
}

/// Reads the number of `Thu 5`, `5 Thu`, or `5`.
fn day_of(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let number = |word: &str| word.parse().ok().filter(|day| (1..=31).contains(day));
    match words.as_slice() {
        [day] => number(day),
        [name, day] | [day, name] if days::weekday(name).is_some() => number(day),
        _ => None,
    }
}
