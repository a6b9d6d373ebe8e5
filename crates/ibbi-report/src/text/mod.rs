//! Plain text for terminals: results, tables, and charts, as pieces that a program can color.
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
mod calibration;
mod case;
mod cases;
mod diff;
mod forecast;
mod plan;
mod rules_diff;
mod standards;

pub use audit::audit;
pub use calibration::{backtest, calibration};
pub use case::{case_audit, case_report};
pub use cases::cases;
pub use diff::diff;
pub use forecast::{comparison, favors, forecast, gains};
pub use plan::{conflicts, plan};
pub use rules_diff::rules_diff;
pub use standards::{goals, program};

pub use crate::terminal::{Layout, Piece, TextStyle, plain};

use crate::chart::Chart;
use crate::table::Table;
use crate::terminal::columns::paragraph;
use crate::{forecast_text, format};
use ibbi_sim::{ResumedCase, Scenario};

/// Returns the case from which a plan or a forecast resumes.
fn continued(real: &ResumedCase, scenario: &Scenario, columns: usize) -> Vec<Piece> {
    let (begins, rest) = forecast_text::resumed_from(real, scenario);
    let mut pieces = vec![Piece::new(TextStyle::Plain, paragraph("", &format!("{} {rest}", begins.plain()), columns))];
    let notes = real.notes.iter().map(|note| paragraph("- ", &format::sentence(note), columns));
    pieces.extend(notes.map(|note| Piece::new(TextStyle::Warning, note)));
    pieces
}

/// Returns a table without its caption.
fn table(table: &Table, layout: Layout) -> Piece {
    Piece::new(TextStyle::Plain, table.to_text(layout.columns()))
}

/// Returns a chart below its title.
fn titled(chart: &Chart, layout: Layout) -> [Piece; 2] {
    let title = format!("\n{}", paragraph("", &chart.title, layout.columns()));
    [Piece::new(TextStyle::Heading, title), Piece::new(TextStyle::Plain, chart.to_text(layout))]
}
