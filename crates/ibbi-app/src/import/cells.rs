//! The cells of a row: days, names, and words as people write them, with a problem for each cell that can't be read.

use super::columns::Column;
use super::report::Problem;
use super::table::{Row, Table};
use crate::input::composed_name;
use crate::zone::Zone;
use chrono::NaiveTime;
use ibbi_common::spelling::{did_you_mean, echo, nearest};
use ibbi_common::typed::{self, Year};
use ibbi_core::{At, Date, Name, Slot, TextError};
use std::str::FromStr;

/// When a milestone happened, as a cell has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Only the day is known.
    Day(Date),
    /// The time is known.
    Time(At),
}

impl When {
    pub(super) fn day(self, zone: Zone) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Time(at) => zone.date(at),
        }
    }
}

/// When a session was held, as a cell has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Only the day is known.
    Day(Date),
    /// The day and the beginning are known.
    From(Date, NaiveTime),
    /// The whole slot is known.
    Slot(Slot),
}

impl Held {
    pub(super) fn day(self) -> Date {
        match self {
            Self::Day(day) | Self::From(day, _) => day,
            Self::Slot(slot) => slot.local_day(),
        }
    }
}

/// A reader of the cells of one row. It collects the problems.
pub(super) struct Cells<'a> {
    table: &'a Table,
    row: &'a Row,
    /// The time zone of the district.
    pub(super) zone: Zone,
    now: At,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Cells<'a> {
    pub(super) fn new(table: &'a Table, row: &'a Row, now: At) -> Self {
        Self { table, row, zone: Zone::default(), now, problems: Vec::new() }
    }

    /// Returns the text of a cell that is not empty.
    pub(super) fn text(&self, column: Column) -> Option<&'a str> {
        self.table.cell(self.row, column)
    }

    /// Adds a problem of a cell.
    pub(super) fn fail(&mut self, column: Column, message: impl Into<String>) {
        let value = self.text(column).unwrap_or_default().to_owned();
        self.problems.push(Problem::of_cell(column, value, message.into()));
    }

    /// Returns the value of a cell that a function reads; the error of the function is a problem.
    pub(super) fn read<T>(&mut self, column: Column, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(column)?;
        read(text).map_err(|message| self.fail(column, message)).ok()
    }

    /// Returns the name in a cell.
    pub(super) fn name(&mut self, column: Column) -> Option<Name> {
        self.read(column, |text| composed_name(text).map_err(text_problem))
    }

    /// Returns the names in a cell, which are separated by semicolons or are on lines of their own.
    pub(super) fn names(&mut self, column: Column) -> Vec<Name> {
        let names = self.read(column, |text| {
            let mut names: Vec<Name> = Vec::new();
            for part in parts(text) {
                let name = composed_name(part).map_err(text_problem)?;
                if names.contains(&name) {
                    return Err(format!("{name} is listed twice; list each member once"));
                }
                names.push(name);
            }
            Ok(names)
        });
        names.unwrap_or_default()
    }

    /// Returns the member of a set that a cell names, such as `vice_chair` or "Vice chair".
    pub(super) fn word<T: FromStr<Err: std::fmt::Display>>(&mut self, column: Column, known: &[&str]) -> Option<T> {
        self.read(column, |text| {
            let code = text.to_lowercase().replace([' ', '-'], "_");
            code.parse().map_err(|_| {
                let near = nearest(&code, known.iter().copied());
                format!(
                    "`{}` is not known{}; write one of: {}",
                    echo(text),
                    did_you_mean(near.as_deref()),
                    known.join(", ")
                )
            })
        })
    }

    /// Returns the day, or the time, of a milestone that has happened.
    pub(super) fn when(&mut self, column: Column) -> Option<When> {
        let (zone, now) = (self.zone, self.now);
        self.read(column, |text| {
            let (day, time) = day_and_time(text)?;
            past(day, text, zone, now)?;
            match time {
                None => Ok(When::Day(day)),
                Some(time) => zone.instant(day, time).map(When::Time).map_err(|error| error.to_string()),
            }
        })
    }

    /// Returns a day, which can be in the future.
    pub(super) fn day(&mut self, column: Column) -> Option<Date> {
        self.read(column, |text| day_and_time(text).map(|(day, _)| day))
    }

    /// Returns when the sessions in a cell were held. Semicolons or lines separate them.
    pub(super) fn sessions(&mut self, column: Column) -> Vec<Held> {
        let (zone, now) = (self.zone, self.now);
        let sessions = self.read(column, |text| {
            let mut sessions: Vec<Held> = Vec::new();
            for part in parts(text) {
                let held = held(part, zone)?;
                past(held.day(), part, zone, now)?;
                if sessions.last().is_some_and(|last| last.day() > held.day()) {
                    return Err("the sessions are not in order; write the earliest one first".to_owned());
                }
                sessions.push(held);
            }
            Ok(sessions)
        });
        sessions.unwrap_or_default()
    }
}

fn text_problem(error: TextError) -> String {
    error.to_string()
}

/// Returns the parts of a list.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([';', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

/// Reads a day with or without a time. Midnight is what spreadsheets add to a day, so it isn't a time.
fn day_and_time(text: &str) -> Result<(Date, Option<NaiveTime>), String> {
    if let Some(day) = typed::date(text, Year::Typed) {
        return Ok((day, None));
    }
    let read = typed::date_and_time(text, Year::Typed);
    let (day, time) = read.ok_or_else(|| not_a_day(text))?;
    Ok((day, Some(time).filter(|time| *time != NaiveTime::MIN)))
}

fn held(text: &str, zone: Zone) -> Result<Held, String> {
    match day_and_time(text) {
        Ok((day, None)) => Ok(Held::Day(day)),
        Ok((day, Some(time))) => Ok(Held::From(day, time)),
        Err(not_a_day) => zone.read_slot(text).map(Held::Slot).map_err(|error| match error {
            ibbi_common::zone::ZoneError::Slot(_) => not_a_day,
            other => other.to_string(),
        }),
    }
}

/// Returns what is wrong with a text that is not a day, and what to write.
fn not_a_day(text: &str) -> String {
    let shown = echo(text);
    if text.contains(',') && text.split(',').all(|part| typed::date(part, Year::Typed).is_some()) {
        return format!("`{shown}` has several days; separate them with semicolons");
    }
    let numbers: Option<Vec<u32>> = text.split(['/', '.', '-']).map(|part| part.trim().parse().ok()).collect();
    match numbers.unwrap_or_default().as_slice() {
        [40_000..=60_000] => format!("`{shown}` is a spreadsheet's own number of a day; format the column as a date"),
        [day @ 13..=31, month @ 1..=12, year @ 1970..=9999] => format!(
            "`{shown}` has the day before the month; write month/day/year in the whole file, as in {month}/{day}/{year}"
        ),
        [_, _] => format!("`{shown}` has no year; write it, as in 9/9/2024"),
        _ => format!("`{shown}` is not a day that exists; write it as 9/9/2024, 2024-09-09, or Sep 9, 2024"),
    }
}

/// Checks that a day is not after today.
fn past(day: Date, text: &str, zone: Zone, now: At) -> Result<(), String> {
    if zone.day(day).is_some_and(|(begins, _)| begins <= now) {
        return Ok(());
    }
    let year = day.to_string().chars().take(4).collect::<String>();
    if !text.contains(&year) {
        return Err(format!("`{}` is in {year}; write the year with four digits", echo(text)));
    }
    Err(format!("{} is in the future; leave the cell empty until it has happened", day.readable()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells_of(column: Column, text: &str) -> (Table, At) {
        let csv = format!("district,{}\nMaple Hollow,\"{}\"\n", column.name(), text.replace('"', "\"\""));
        (Table::read(csv.as_bytes()).unwrap(), "2024-12-02T15:00:00.000Z".parse().unwrap())
    }

    fn when(text: &str) -> Result<When, String> {
        let (table, now) = cells_of(Column::Accepted, text);
        let mut cells = Cells::new(&table, &table.rows[0], now);
        cells.when(Column::Accepted).ok_or_else(|| cells.problems.remove(0).message)
    }

    #[test]
    fn days_are_read_as_people_write_them() {
        let day = When::Day("2024-09-09".parse().unwrap());
        for text in ["9/9/2024", "2024-09-09", "Sep 9, 2024", "9/9/24", "9/9/2024 0:00", "2024-09-09 00:00:00"] {
            assert_eq!(when(text), Ok(day), "{text}");
        }
        assert_eq!(when("9/9/2024 10:00 AM"), Ok(When::Time("2024-09-09T14:00:00.000Z".parse().unwrap())));
        assert_eq!(when("12/2/2024"), Ok(When::Day("2024-12-02".parse().unwrap())), "today");
    }

    #[test]
    fn cells_that_are_not_days_say_what_to_write() {
        for (text, excerpt) in [
            ("21/10/2024", "month/day/year in the whole file, as in 10/21/2024"),
            ("21.10.2024", "month/day/year in the whole file, as in 10/21/2024"),
            ("2/30/2024", "not a day that exists"),
            ("9/9", "has no year"),
            ("45544", "format the column as a date"),
            ("soon", "write it as 9/9/2024, 2024-09-09, or Sep 9, 2024"),
            ("12/3/2024", "Tue, Dec 3, 2024 is in the future"),
            ("9/9/98", "is in 2098; write the year with four digits"),
            ("3/10/2024 2:30 AM", "does not exist in America/New_York"),
        ] {
            let message = when(text).unwrap_err();
            assert!(message.contains(excerpt), "{text}: {message}");
        }
    }

    #[test]
    fn sessions_are_days_beginnings_or_slots_in_order() {
        let (table, now) = cells_of(Column::Sessions, "10/1/2024; 10/2/2024 9am\n2024-10-03 08:00-12:00");
        let mut cells = Cells::new(&table, &table.rows[0], now);
        let sessions = cells.sessions(Column::Sessions);
        assert!(matches!(sessions.as_slice(), [Held::Day(_), Held::From(..), Held::Slot(_)]), "{sessions:?}");
        for (text, excerpt) in [
            ("10/2/2024; 10/1/2024", "not in order"),
            ("10/1/2024, 10/2/2024", "separate them with semicolons"),
            ("10/1/2024 4pm-8am", "ends"),
        ] {
            let (table, now) = cells_of(Column::Sessions, text);
            let mut cells = Cells::new(&table, &table.rows[0], now);
            assert!(cells.sessions(Column::Sessions).is_empty());
            assert!(cells.problems[0].message.contains(excerpt), "{text}: {}", cells.problems[0].message);
        }
    }

    #[test]
    fn words_are_read_leniently_and_names_once() {
        let (table, now) = cells_of(Column::CommitteeOffice, "Vice chair");
        let mut cells = Cells::new(&table, &table.rows[0], now);
        let office: Option<ibbi_core::Office> = cells.word(Column::CommitteeOffice, ibbi_core::Office::CODES);
        assert_eq!(office, Some(ibbi_core::Office::ViceChair));
        let (table, now) = cells_of(Column::LaborTeam, "Ann Lee; Ann Lee");
        let mut cells = Cells::new(&table, &table.rows[0], now);
        assert!(cells.names(Column::LaborTeam).is_empty());
        assert!(cells.problems[0].message.contains("listed twice"));
    }
}
