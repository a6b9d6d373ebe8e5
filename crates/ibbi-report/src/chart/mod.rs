//! Charts. Each is described once and drawn by two back ends: SVG for pages, and characters for a terminal.
//!
//! The functions of this module turn results into a [`Chart`]: a title, a summary, the [`Figure`] in its own units, and
//! a table of its numbers. A back end only draws the kinds of figure.
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
    cases_by_outcome, cases_by_stage, closed, comparison, completion, course, drivers, months, opened, outcome_times,
    outcomes, paths, stage_spread, stage_times, stays, timeline, waiting,
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
    /// The title.
    pub title: String,
    /// A description of the figure, for readers who can't see it.
    pub summary: String,
    /// The figure.
    pub figure: Figure,
    /// The meanings of the signs that need one.
    pub key: Vec<Key>,
    /// The numbers of the figure.
    pub table: Table,
}

/// A figure: the data that a back end draws.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// No figure, and why.
    Nothing(String),
    /// A share that grows from day to day.
    Curve(Curve),
    /// Shares, differences of shares, counts, or times, with their intervals.
    Bars(Bars),
    /// Numbers of days, as boxes with their outliers.
    Boxes(Boxes),
    /// Shares or counts by month.
    Columns(Columns),
    /// Work and events on a calendar.
    Timeline(Timeline),
}

/// A growing share, with marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The scale of days.
    pub days: Scale,
    /// The scale of shares.
    pub shares: Scale,
    /// The days on which the share changes, each with the new share.
    pub points: Vec<(Date, f64)>,
    /// The marked days.
    pub marks: Vec<Mark>,
    /// The date on which the contract expires. It can be outside the scale.
    pub contract: Option<Date>,
    /// The deadlines on the scale, the earliest first, each with its label.
    pub deadlines: Vec<(Date, String)>,
}

/// A marked day.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Its label, such as `P50`.
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

/// A bar from zero to an estimate, with its interval. An interval without width is not drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The label.
    pub label: String,
    /// The estimate and its interval.
    pub value: Interval,
    /// The estimate as text.
    pub value_text: String,
    /// Whether it is the desired outcome. Other bars are hatched.
    pub desired: bool,
}

/// Boxes with outliers.
#[derive(Debug, Clone, PartialEq)]
pub struct Boxes {
    /// The unit.
    pub scale: Scale,
    /// The boxes, from the top.
    pub rows: Vec<BoxRow>,
}

/// The spread of some values.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxRow {
    /// The label.
    pub label: String,
    /// The median, and what the box doesn't show, as text.
    pub value_text: String,
    /// The first quartile, the median, and the third quartile.
    pub quartiles: Option<[f64; 3]>,
    /// The least, and the most that is not an outlier.
    pub whiskers: Option<(f64, f64)>,
    /// The outliers, each with whether it is over.
    pub points: Vec<(f64, bool)>,
}

/// Shares or counts by month.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The unit.
    pub scale: Scale,
    /// All months in order, without gaps.
    pub columns: Vec<Month>,
}

/// A month's share or count, in two parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Month {
    /// Its first day.
    pub start: Date,
    /// The filled part: the desired outcomes, or everything.
    pub full: f64,
    /// The hatched part.
    pub hatched: f64,
}

/// Work and events on a calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    /// The scale of days.
    pub days: Scale,
    /// The lanes, from the top.
    pub lanes: Vec<Lane>,
    /// The date on which the contract expires. It can be outside the scale.
    pub contract: Option<Date>,
}

/// A stretch of work that leads to one or more events.
#[derive(Debug, Clone, PartialEq)]
pub struct Lane {
    /// The label.
    pub label: String,
    /// The first and last day of the work.
    pub work: (Date, Date),
    /// The first and last day of the wait for an open day.
    pub wait: Option<(Date, Date)>,
    /// The days of its events.
    pub events: Vec<Date>,
    /// Whether its events are sessions.
    pub session: bool,
}

/// A sign that a key explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// A filled bar or column.
    Full,
    /// A filled area.
    Area,
    /// A hatched shape.
    Hatched,
    /// The ends of an interval.
    Whisker,
    /// An open circle.
    Open,
    /// A filled circle.
    Dot,
    /// A filled diamond.
    Diamond,
    /// A thin line.
    Line,
    /// A dashed vertical line.
    Dashed,
    /// No sign, only a note.
    Nothing,
}

/// The meaning of a sign.
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

/// The space for a chart on a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// 680 units: a desktop screen or paper.
    Wide,
    /// 330 units: a phone.
    Narrow,
}

impl Chart {
    /// Returns the chart as SVG, for a page that has [`crate::html::STYLE`]. Its ids start with `id`.
    pub fn to_svg(&self, room: Room, id: &str) -> Html {
        svg::draw(self, room, id)
    }

    /// Returns the chart as an SVG file, with its colors in it.
    pub fn to_svg_file(&self) -> String {
        svg::file(self)
    }

    /// Returns the chart in characters, without its title. Every line ends with LF.
    pub fn to_text(&self, layout: Layout) -> String {
        text::draw(self, layout)
    }
}
