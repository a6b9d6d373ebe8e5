//! Parts of pages: sections, tables, dates, and folded details.

use super::{Element, Html, el};
use crate::format;
use crate::table::{Cell, Table};
use ibbi_core::{At, Date};

/// Returns a section with a second-level heading. A link can name its id.
pub fn section(id: &str, heading: &str, content: impl Into<Html>) -> Element {
    let heading_id = format!("{id}-heading");
    el("section")
        .attr("id", id)
        .attr("aria-labelledby", &heading_id)
        .with(el("h2").attr("id", heading_id).with(heading))
        .with(content)
}

/// Returns a text from outside, in an element that keeps its direction of writing separate.
pub fn name(text: &str) -> Element {
    el("bdi").with(text)
}

/// Returns a date, for people and for machines.
pub fn time(date: Date) -> Element {
    el("time").attr("datetime", date).with(format::weekday_date(date))
}

/// Returns an instant: `text` for people, and UTC for machines.
pub fn instant(at: At, text: &str) -> Element {
    el("time").attr("datetime", at).with(text)
}

/// Returns a link to another place of the same page, by its id.
pub fn link(id: &str, content: impl Into<Html>) -> Element {
    el("a").attr("href", format!("#{id}")).with(content)
}

/// Returns the number of a sentence, a record, a session, or a stage, by which it can be cited. The text has the same one.
pub(crate) fn cite(letter: char, number: usize) -> Html {
    Html::from(el("span").class("cite").with(format!("{letter}{number}."))).with(" ")
}

/// Returns content that is folded under a summary.
pub fn details(summary: impl Into<Html>, content: impl Into<Html>) -> Element {
    el("details").with(el("summary").with(summary)).with(content)
}

/// A table of at most this many rows is not split over two sheets of paper.
const SHORT: usize = 10;

/// In a narrow box, a table of more columns than this shows each row as a list.
const NARROW: usize = 3;

/// Returns a table in a box. In a narrow box, its rows become lists, or it scrolls beside its first column.
fn table(table: &Table) -> Html {
    let head = table.columns.iter().map(|column| {
        let cell = el("th").attr("scope", "col");
        if column.number { cell.class("n") } else { cell }.with(column.head.as_str())
    });
    let stacks = table.columns.len() > NARROW;
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().enumerate().map(|(index, content)| {
            let number = table.columns.get(index).is_some_and(|column| column.number);
            let head = table.columns.get(index).map(|column| column.head.as_str()).filter(|_| stacks);
            let element = match (index, head) {
                (0, _) => el("th").attr("scope", "row"),
                (_, Some(head)) => el("td").attr("data-head", head),
                (_, None) => el("td"),
            };
            if number { element.class("n") } else { element }.with(content_of(content))
        });
        el("tr").all(cells)
    });
    let markup = match (table.rows.len() <= SHORT, stacks) {
        (true, true) => el("table").class("short stack"),
        (true, false) => el("table").class("short"),
        (false, true) => el("table").class("stack"),
        (false, false) => el("table"),
    };
    let markup = markup
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
        Cell::Instant(at, text) => instant(*at, text).into(),
        Cell::Code(code) => el("code").with(code.as_str()).into(),
        Cell::Stack(cells) => cells.iter().map(|cell| el("div").with(content_of(cell))).collect(),
        Cell::Link(inside, id) => link(id, content_of(inside)).into(),
    }
}
