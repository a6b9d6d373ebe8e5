//! What a terminal shows: words, tables and charts in plain text, as pieces that a program can colour.
//!
//! ```
//! use ibbi_report::text::{self, Layout};
//! use ibbi_sim::{EXAMPLE, Plan, Scenario};
//! let scenario = Scenario::parse(EXAMPLE).unwrap();
//! let plan = Plan::new(&scenario);
//! let pieces = text::plan(&scenario, &plan, &plan.advisories, Layout { width: 80, ascii: false });
//! assert!(text::plain(&pieces).contains("Training day"));
//! ```

mod audit;
mod case;
pub(crate) mod columns;
mod diff;
mod forecast;
mod plan;

pub use audit::audit;
pub use case::case_report;
pub use diff::diff;
pub use forecast::{comparison, forecast, who};
pub use plan::{obstacle, plan};

use crate::chart::Chart;
use crate::table::Table;
use crate::{findings, words};
use ibbi_sim::{ResumedCase, Scenario};

/// How much room there is, and what can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The columns of the terminal; fewer than [`Layout::NARROWEST`] count as that many.
    pub width: usize,
    /// Whether charts are drawn in ASCII alone. Names stay as they are.
    pub ascii: bool,
}

impl Layout {
    /// The fewest columns that anything is made for.
    pub const NARROWEST: usize = 40;
    /// The most columns that are used: longer lines do not read well.
    pub const WIDEST: usize = 120;

    /// The columns that are used.
    pub fn columns(self) -> usize {
        self.width.clamp(Self::NARROWEST, Self::WIDEST)
    }
}

impl Default for Layout {
    /// 80 columns, with more than ASCII.
    fn default() -> Self {
        Self { width: 80, ascii: false }
    }
}

/// What a piece of text is, so that a program can colour it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A heading.
    Heading,
    /// The finding, where it is good.
    Good,
    /// The finding, where it is bad.
    Bad,
    /// What to keep in mind.
    Warning,
    /// What is of less weight, such as how it was made.
    Quiet,
    /// Everything else.
    Plain,
}

/// A piece of text: whole lines, each ended by LF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub role: Role,
    /// Its lines.
    pub text: String,
}

impl Piece {
    pub(crate) fn new(role: Role, text: impl Into<String>) -> Self {
        Self { role, text: text.into() }
    }

    pub(crate) fn heading(text: &str) -> Self {
        Self::new(Role::Heading, format!("{text}\n"))
    }
}

/// From which real case a plan or a forecast goes on.
fn continued(real: &ResumedCase, scenario: &Scenario, columns: usize) -> Vec<Piece> {
    let (begins, rest) = findings::continued(real, scenario);
    let mut pieces =
        vec![Piece::new(Role::Plain, columns::paragraph("", &format!("{} {rest}", begins.plain()), columns))];
    let notes = real.notes.iter().map(|note| columns::paragraph("- ", &words::sentence(note), columns));
    pieces.extend(notes.map(|note| Piece::new(Role::Warning, note)));
    pieces
}

/// The pieces as one text, without colours.
pub fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect()
}

/// A table without its caption.
fn table(table: &Table, layout: Layout) -> Piece {
    Piece::new(Role::Plain, table.to_text(layout.columns()))
}

/// A chart under its title.
fn titled(chart: &Chart, layout: Layout) -> [Piece; 2] {
    let title = format!("\n{}", columns::paragraph("", &chart.title, layout.columns()));
    [Piece::new(Role::Heading, title), Piece::new(Role::Plain, chart.to_text(layout))]
}
