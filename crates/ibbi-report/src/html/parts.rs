//! What pages are made of: sections, tables, dates, what folds away, and charts with their numbers behind them.

use super::{Element, Html, el};
use crate::format;
use crate::table::{Cell, Table};
use ibbi_core::{At, Date};

/// A section with a heading of the second level, under an id that a link can name.
pub fn section(id: &str, heading: &str, content: impl Into<Html>) -> Element {
    let heading_id = format!("{id}-heading");
    el("section")
        .attr("id", id)
        .attr("aria-labelledby", &heading_id)
        .with(el("h2").attr("id", heading_id).with(heading))
        .with(content)
}

/// Words of somebody else, set apart so that their direction of writing stays their own.
pub fn name(text: &str) -> Element {
    el("bdi").with(text)
}

/// A date, for people and for machines.
pub fn time(date: Date) -> Element {
    el("time").attr("datetime", date).with(format::weekday_date(date))
}

/// An instant as somebody's clocks show it, and for machines in UTC.
pub fn instant(at: At, said: &str) -> Element {
    el("time").attr("datetime", at).with(said)
}

/// A link to another place of the same page, by its id.
pub fn link(id: &str, content: impl Into<Html>) -> Element {
    el("a").attr("href", format!("#{id}")).with(content)
}

/// Something that folds away under a summary.
pub fn details(summary: impl Into<Html>, content: impl Into<Html>) -> Element {
    el("details").with(el("summary").with(summary)).with(content)
}

/// A table of at most so many rows is not broken over two pages of paper.
const SHORT: usize = 10;

/// A table in a box of its own, in which it scrolls where it is wider than the page.
fn table(table: &Table) -> Html {
    let head = table.columns.iter().map(|column| {
        let cell = el("th").attr("scope", "col");
        if column.number { cell.class("n") } else { cell }.with(column.head.as_str())
    });
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().enumerate().map(|(index, content)| {
            let number = table.columns.get(index).is_some_and(|column| column.number);
            let element = if index == 0 { el("th").attr("scope", "row") } else { el("td") };
            if number { element.class("n") } else { element }.with(content_of(content))
        });
        el("tr").all(cells)
    });
    let markup = if table.rows.len() <= SHORT { el("table").class("short") } else { el("table") }
        .with(el("caption").with(table.caption.as_str()))
        .with(el("thead").with(el("tr").all(head)))
        .with(el("tbody").all(rows));
    // A box that scrolls must be reachable with the keyboard.
    el("div")
        .class("scroll")
        .attr("tabindex", 0)
        .attr("role", "group")
        .attr("aria-label", &table.caption)
        .with(markup)
        .into()
}

impl Table {
    /// Returns the table for a page, with its caption.
    pub fn to_html(&self) -> Html {
        table(self)
    }
}

fn content_of(cell: &Cell) -> Html {
    match cell {
        Cell::Nothing => "\u{2013}".into(),
        Cell::Text(text) | Cell::Number(text) => text.as_str().into(),
        Cell::Name(text) => name(text).into(),
        Cell::Day(date) => time(*date).into(),
        Cell::Instant(at, said) => instant(*at, said).into(),
        Cell::Code(code) => el("code").with(code.as_str()).into(),
        Cell::Stack(cells) => cells.iter().map(|cell| el("div").with(content_of(cell))).collect(),
        Cell::Link(inside, id) => link(id, content_of(inside)).into(),
    }
}
