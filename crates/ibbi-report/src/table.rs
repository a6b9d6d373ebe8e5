//! Tables, for pages and the terminal.

use crate::format;
use ibbi_core::{At, Date};

/// A table: its caption, its columns, and its rows.
///
/// ```
/// use ibbi_report::table::{Cell, Column, Table};
/// let mut table = Table::new("People", [Column::text("name"), Column::number("days")]);
/// table.row([Cell::Name("R. Amari".into()), Cell::Number("3".into())]);
/// assert_eq!(table.to_text(40), "name      days
/// R. Amari     3
/// ");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The caption.
    pub caption: String,
    /// The columns. The first one is the heading of each row.
    pub columns: Vec<Column>,
    /// The rows, with one cell per column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub head: String,
    /// Whether it has figures, which are aligned to the right.
    pub number: bool,
}

/// The content of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing, shown as a dash.
    Nothing,
    /// A text of this program.
    Text(String),
    /// A text from outside, such as a person's name. In any script, it must not reorder the text around it.
    Name(String),
    /// A date.
    Day(Date),
    /// An instant, and its text for people.
    Instant(At, String),
    /// An id or a code, such as a case's.
    Code(String),
    /// A cell that links to another place of the page, by its id. In a terminal, only the cell is shown.
    Link(Box<Self>, String),
    /// Cells below each other. In a terminal, they are on one line.
    Stack(Vec<Self>),
    /// A figure, already rounded.
    Number(String),
}

impl Cell {
    /// Returns a date, or nothing.
    pub fn day(date: Option<Date>) -> Self {
        date.map_or(Self::Nothing, Self::Day)
    }

    /// Returns a figure, or nothing.
    pub fn number(number: Option<impl ToString>) -> Self {
        number.map_or(Self::Nothing, |number| Self::Number(number.to_string()))
    }

    /// Returns the cell for a terminal.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Nothing => "-".to_owned(),
            Self::Text(text) | Self::Number(text) | Self::Name(text) | Self::Code(text) => text.clone(),
            Self::Instant(_, text) => text.clone(),
            Self::Link(cell, _) => cell.plain(),
            Self::Stack(cells) => cells.iter().map(Self::plain).collect::<Vec<_>>().join(" "),
            Self::Day(date) => format::unbroken(&format::weekday_date(*date)),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Date> for Cell {
    fn from(date: Date) -> Self {
        Self::Day(date)
    }
}

impl Column {
    /// Creates a column of text.
    pub fn text(head: &str) -> Self {
        Self { head: head.to_owned(), number: false }
    }

    /// Creates a column of figures.
    pub fn number(head: &str) -> Self {
        Self { head: head.to_owned(), number: true }
    }
}

impl Table {
    /// Creates a table without rows.
    pub fn new(caption: impl Into<String>, columns: impl IntoIterator<Item = Column>) -> Self {
        Self { caption: caption.into(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }
}
