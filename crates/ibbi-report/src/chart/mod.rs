//! Charts, each described once and drawn by two back ends: SVG for pages, characters for a terminal.

mod build;
mod svg;
mod text;

pub use build::{Measure, comparison, completion, months, outcomes, timeline, tornado};

use crate::html::Html;
use crate::table::Table;
use crate::text::Layout;

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What can be seen in it, in words.
    pub summary: String,
    /// The numbers behind it.
    pub table: Table,
}

/// How much room a chart has on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// 680 units: a page on a desk or on paper.
    Wide,
    /// 330 units: a phone.
    Narrow,
}

impl Chart {
    /// The chart as SVG, to stand in a page that has [`crate::html::STYLE`]. `id` is the beginning of the ids in it.
    pub fn to_svg(&self, room: Room, id: &str) -> Html {
        svg::draw(self, room, id)
    }

    /// The chart in characters, without its title.
    pub fn to_text(&self, layout: Layout) -> String {
        text::draw(self, layout)
    }
}
