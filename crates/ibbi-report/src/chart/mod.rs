//! Charts, each described once and drawn by two back ends: SVG for pages, characters for a terminal.
//!
//! The functions of this module turn results into a [`Chart`]: a title, a summary in format, the [`Figure`] in its own
//! units, and the numbers behind it as a table. A back end only has to draw the five kinds of figure.
//!
//! ```
//! use ibbi_report::chart::{self, Room};
//! use ibbi_report::text::Layout;
//! use ibbi_sim::{EXAMPLE, Scenario, Settings, Simulator};
//! let simulator = Simulator::new(&Scenario::parse(EXAMPLE).unwrap());
//! let forecast = simulator.simulate(Settings { runs: 500, seed: 1, threads: 1 }).unwrap();
//! let chart = chart::outcomes(&forecast);
//! assert!(chart.to_text(Layout::default()).contains("Completed"));
//! assert!(chart.to_svg(Room::Wide, "outcomes").as_str().starts_with("<svg "));
//! ```

mod build;
mod figure;
mod scale;
mod svg;
mod text;

pub(crate) use build::months_table;
pub use build::{
    Measure, cases_by_outcome, cases_by_stage, closed, comparison, completion, course, months, opened, outcome_times,
    outcomes, paths, stage_times, stays, timeline, tornado, waiting,
};
pub use figure::figure;
pub use scale::{Scale, Tick, Unit};

use crate::html::Html;
use crate::table::Table;
use crate::terminal::Layout;
use ibbi_common::quantile::Interval;
use ibbi_core::Date;

/// A chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// What can be seen in it, for those who cannot.
    pub summary: String,
    /// What is drawn.
    pub figure: Figure,
    /// What the signs mean, where they need a word.
    pub key: Vec<Key>,
    /// The numbers behind it.
    pub table: Table,
}

/// What is drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// Nothing, and why.
    Nothing(String),
    /// A share that grows from day to day.
    Curve(Curve),
    /// Shares, differences of shares, counts or times, with their intervals.
    Bars(Bars),
    /// What a result is where an input is low and where it is high.
    Swings(Swings),
    /// Shares or counts by month.
    Columns(Columns),
    /// What happens when.
    Timeline(Timeline),
}

/// A growing share, with marks on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The days.
    pub days: Scale,
    /// The shares.
    pub shares: Scale,
    /// From each of these days on, the share is that.
    pub points: Vec<(Date, f64)>,
    /// Days that matter.
    pub marks: Vec<Mark>,
    /// The day the contract expires; it may lie outside the scale.
    pub contract: Option<Date>,
}

/// A day that matters.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What it is called, such as `P50`.
    pub label: String,
    /// The day.
    pub date: Date,
    /// The share on that day.
    pub share: f64,
}

/// Bars with intervals.
#[derive(Debug, Clone, PartialEq)]
pub struct Bars {
    /// The unit.
    pub scale: Scale,
    /// The bars, from the top.
    pub rows: Vec<Bar>,
}

/// A bar from zero to an estimate, with its interval; one that has no width is not drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// What it is about.
    pub label: String,
    /// How long it is.
    pub value: Interval,
    /// The estimate in words.
    pub said: String,
    /// Whether it is what everybody hopes for; others are hatched.
    pub wished: bool,
}

/// How a result swings with each of several inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct Swings {
    /// The unit.
    pub scale: Scale,
    /// The swings, the widest first.
    pub rows: Vec<Swing>,
    /// The result over all, where it is the same for all rows.
    pub middle: Option<f64>,
}

/// How a result swings with an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Swing {
    /// The input.
    pub label: String,
    /// The result where the input is low.
    pub low: f64,
    /// The result where it is high.
    pub high: f64,
    /// The difference in words.
    pub said: String,
}

/// Shares or counts by month.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The unit.
    pub scale: Scale,
    /// The months, without a gap.
    pub columns: Vec<Month>,
}

/// A month's share or count, in two parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Month {
    /// Its first day.
    pub start: Date,
    /// What is drawn full: what everybody hopes for, or all of it.
    pub full: f64,
    /// The rest, which is hatched.
    pub hatched: f64,
}

/// What happens when.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The days.
    pub days: Scale,
    /// What goes on, from the top.
    pub lanes: Vec<Lane>,
    /// The day the contract expires; it may lie outside the scale.
    pub contract: Option<Date>,
}

/// Something that takes time and leads to one or several events.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// What it is.
    pub label: String,
    /// From when to when it takes its time.
    pub work: (Date, Date),
    /// From when to when it waits for a day that suits everybody.
    pub wait: Option<(Date, Date)>,
    /// The days of its events.
    pub events: Vec<Date>,
    /// Whether its events are sittings, for which people come together.
    pub session: bool,
}

/// A sign that a key explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A full bar or column.
    Full,
    /// A full area.
    Area,
    /// A hatched one.
    Hatched,
    /// The ends of an interval.
    Whisker,
    /// An open circle.
    Open,
    /// A full circle.
    Dot,
    /// A full diamond.
    Diamond,
    /// A thin line.
    Line,
    /// A dashed upright line.
    Dashed,
    /// No sign: a remark.
    Nothing,
}

/// What a sign means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The sign.
    pub sign: Sign,
    /// Its meaning.
    pub meaning: String,
}

impl Key {
    pub(crate) fn new(sign: Sign, meaning: impl Into<String>) -> Self {
        Self { sign, meaning: meaning.into() }
    }
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

    /// The chart as an SVG file of its own, with the colours in it.
    pub fn to_svg_file(&self) -> String {
        svg::file(self)
    }

    /// The chart in characters, without its title; every line ends with LF.
    pub fn to_text(&self, layout: Layout) -> String {
        text::draw(self, layout)
    }
}
