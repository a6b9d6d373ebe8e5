//! Tables of figures, each described once for pages, the terminal, CSV, and spreadsheets.
//!
//! ```
//! use ibbi_report::figures::{FigureValue, FigureColumn, FigureTable};
//! let mut table = FigureTable::new("hours", "Hours", [FigureColumn::text("district", "district"), FigureColumn::number("hours", "hours")]);
//! table.row([FigureValue::Name("Maple Hollow".into()), FigureValue::Hours(450)]);
//! assert_eq!(table.to_csv(), "district,hours\r\nMaple Hollow,7.50\r\n");
//! ```

use crate::csv::{Csv, Field};
use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_core::Date;

/// A table of figures.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureTable {
    /// Its code, for options and file names.
    pub code: &'static str,
    /// Its title, which is also the name of its sheet in a spreadsheet: at most 31 characters.
    pub title: &'static str,
    /// Its caption on a page.
    pub caption: &'static str,
    /// The columns.
    pub columns: Vec<FigureColumn>,
    /// The rows, with one figure per column.
    pub rows: Vec<Vec<FigureValue>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureColumn {
    /// Its code, the heading in CSV and spreadsheets.
    pub code: &'static str,
    /// Its heading for people.
    pub head: &'static str,
    /// Whether it has figures, which are aligned to the right.
    pub number: bool,
}

/// The content of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum FigureValue {
    /// An unknown value.
    Empty,
    /// A text of this program.
    Text(String),
    /// A text from outside, such as a district.
    Name(String),
    /// An ID or a code.
    Code(String),
    /// A member of a closed set: its code for machines, and its label for people.
    Coded(&'static str, String),
    /// A count.
    Count(u64),
    /// Minutes, shown as hours with two decimals.
    Hours(u64),
    /// A share from 0 to 1, shown as a percentage to people.
    Share(f64),
    /// A date.
    Day(Date),
    /// A number with at most one decimal.
    Decimal(f64),
    /// Days that go on, shown to people with a plus sign.
    DaysSoFar(u64),
}

impl FigureValue {
    /// Returns a count, or nothing.
    pub fn count(count: Option<impl Into<u64>>) -> Self {
        count.map_or(Self::Empty, |count| Self::Count(count.into()))
    }

    /// Returns a date, or nothing.
    pub fn day(day: Option<Date>) -> Self {
        day.map_or(Self::Empty, Self::Day)
    }

    /// Returns a share, or nothing.
    pub fn share(share: Option<f64>) -> Self {
        share.map_or(Self::Empty, Self::Share)
    }

    /// Returns a name, or nothing.
    pub fn name(name: Option<impl ToString>) -> Self {
        name.map_or(Self::Empty, |name| Self::Name(name.to_string()))
    }

    /// Returns the hours of some minutes.
    #[allow(clippy::cast_precision_loss, reason = "minutes stay far below 2^53")]
    pub(crate) fn hours(minutes: u64) -> f64 {
        minutes as f64 / 60.0
    }

    fn to_field(&self) -> Field {
        match self {
            Self::Empty => Field::Empty,
            Self::Text(text) | Self::Name(text) | Self::Code(text) => Field::text(text),
            Self::Coded(code, _) => Field::text(code),
            Self::Count(count) | Self::DaysSoFar(count) => Field::number(count),
            Self::Decimal(number) => Field::number(format::plain(*number)),
            Self::Hours(minutes) => Field::number(format!("{:.2}", Self::hours(*minutes))),
            Self::Share(share) => Field::number(format!("{share:.4}")),
            Self::Day(day) => Field::number(day),
        }
    }

    fn to_cell(&self) -> Cell {
        match self {
            Self::Empty => Cell::Nothing,
            Self::Text(text) => Cell::Text(text.clone()),
            Self::Name(name) => Cell::Name(name.clone()),
            Self::Code(code) => Cell::Code(code.clone()),
            Self::Coded(_, label) => Cell::Text(label.clone()),
            Self::Count(count) => Cell::Number(format::number(*count)),
            Self::Decimal(number) => Cell::Number(format::plain(*number)),
            Self::DaysSoFar(days) => Cell::Number(format!("{}+", format::number(*days))),
            Self::Hours(minutes) => Cell::Number(format!("{:.2}", Self::hours(*minutes))),
            Self::Share(share) => Cell::Number(format::exact_percent(*share)),
            Self::Day(day) => Cell::Day(*day),
        }
    }
}

impl FigureColumn {
    /// Creates a column of texts or dates.
    pub const fn text(code: &'static str, head: &'static str) -> Self {
        Self { code, head, number: false }
    }

    /// Creates a column of figures.
    pub const fn number(code: &'static str, head: &'static str) -> Self {
        Self { code, head, number: true }
    }
}

impl FigureTable {
    /// Creates a table without rows.
    pub fn new(code: &'static str, title: &'static str, columns: impl IntoIterator<Item = FigureColumn>) -> Self {
        Self { code, title, caption: title, columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Returns the table with a caption of its own for pages, where its title is the heading of a section.
    #[must_use]
    pub const fn with_caption(mut self, caption: &'static str) -> Self {
        self.caption = caption;
        self
    }

    /// Adds a row.
    pub fn row(&mut self, figures: impl IntoIterator<Item = FigureValue>) {
        self.rows.push(figures.into_iter().collect());
    }

    /// Returns the table as CSV. Hours have two decimals, and shares four.
    pub fn to_csv(&self) -> String {
        let mut csv = Csv::new(&self.columns.iter().map(|column| column.code).collect::<Vec<_>>());
        for row in &self.rows {
            csv.row(row.iter().map(FigureValue::to_field));
        }
        csv.finish()
    }

    /// Returns the table for people.
    pub fn to_table(&self) -> Table {
        let columns = self.columns.iter().map(|column| Column { head: column.head.to_owned(), number: column.number });
        let mut table = Table::new(self.caption, columns);
        for row in &self.rows {
            table.row(row.iter().map(FigureValue::to_cell));
        }
        table
    }

    /// Returns the table without some columns, by their codes.
    #[must_use]
    pub fn without(&self, codes: &[&str]) -> Self {
        let keeps = |column: &FigureColumn| !codes.contains(&column.code);
        let kept: Vec<bool> = self.columns.iter().map(keeps).collect();
        let columns = self.columns.iter().filter(|column| keeps(column)).cloned().collect();
        let cells = |row: &Vec<FigureValue>| {
            row.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(cell, _)| cell.clone()).collect()
        };
        Self { columns, rows: self.rows.iter().map(cells).collect(), ..*self }
    }

    /// Returns the table with its first rows, at most this many.
    #[must_use]
    pub fn first_rows(&self, most: usize) -> Self {
        Self { rows: self.rows.iter().take(most).cloned().collect(), columns: self.columns.clone(), ..*self }
    }
}
