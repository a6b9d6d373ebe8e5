//! From results to charts.

use super::Chart;
use crate::table::Table;
use ibbi_sim::{Comparison, Forecast, Plan, Scenario};

/// What a tornado measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The mean day of completion.
    Days,
    /// The chance to be done in time.
    Chance,
}

fn bare(title: &str) -> Chart {
    Chart { title: title.to_owned(), summary: String::new(), table: Table::new(title, []) }
}

/// The S-curve.
pub fn completion(_: &Forecast) -> Chart {
    bare("Completion")
}

/// The tornado.
pub fn tornado(_: &Scenario, _: &Forecast, _: Measure) -> Chart {
    bare("Tornado")
}

/// How runs end.
pub fn outcomes(_: &Forecast) -> Chart {
    bare("Outcomes")
}

/// Completion by month.
pub fn months(_: &Forecast) -> Chart {
    bare("Months")
}

/// The plan on a calendar.
pub fn timeline(_: &Scenario, _: &Plan) -> Chart {
    bare("Timeline")
}

/// Two scenarios, and the difference between them.
pub fn comparison(_: &Comparison) -> [Chart; 2] {
    [bare("Shares"), bare("Difference")]
}
