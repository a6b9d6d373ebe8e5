//! Tables, described once: for a page, and for a terminal.

use crate::format;
use ibbi_core::{At, Date};

/// A table: what it shows, its columns, and its rows.
///
/// ```
/// use ibbi_report::table::{Cell, Column, Table};
/// let mut table = Table::new("Who comes", [Column::text("name"), Column::number("days")]);
/// table.row([Cell::Name("R. Amari".into()), Cell::Number("3".into())]);
/// assert_eq!(table.to_text(40), "name      days\nR. Amari     3\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What the table shows, for its caption.
    pub caption: String,
    /// The columns; the first one heads each row.
    pub columns: Vec<Column>,
    /// The rows, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub head: String,
    /// Whether it holds figures, which are set to the right.
    pub number: bool,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing to tell: a dash.
    Nothing,
    /// Words of this program.
    Text(String),
    /// Words of somebody else, such as a person's name: in whatever script, they must not reorder what is around them.
    Name(String),
    /// A date.
    Day(Date),
    /// An instant, and how it is said by some district's clocks.
    Instant(At, String),
    /// An id or a code, such as a case's.
    Code(String),
    /// A cell that leads to another place of the page, by the id there; in a terminal it is the cell alone.
    Link(Box<Self>, String),
    /// Cells one below the other; in a terminal they follow one another.
    Stack(Vec<Self>),
    /// A figure, already rounded.
    Number(String),
}

impl Cell {
    /// A date, where there is one.
    pub fn day(date: Option<Date>) -> Self {
        date.map_or(Self::Nothing, Self::Day)
    }

    /// A figure, where there is one.
    pub fn number(number: Option<impl ToString>) -> Self {
        number.map_or(Self::Nothing, |number| Self::Number(number.to_string()))
    }

    /// The cell in a terminal.
    pub(crate) fn plain(&self) -> String {
        match self {
            Self::Nothing => "-".to_owned(),
            Self::Text(text) | Self::Number(text) | Self::Name(text) | Self::Code(text) => text.clone(),
            Self::Instant(_, said) => said.clone(),
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
    /// A column of words.
    pub fn text(head: &str) -> Self {
        Self { head: head.to_owned(), number: false }
    }

    /// A column of figures.
    pub fn number(head: &str) -> Self {
        Self { head: head.to_owned(), number: true }
    }
}

impl Table {
    /// A table without rows.
    pub fn new(caption: impl Into<String>, columns: impl IntoIterator<Item = Column>) -> Self {
        Self { caption: caption.into(), columns: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }
}
