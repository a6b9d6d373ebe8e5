//! From results to charts.

mod audit;
mod case;
mod completion;
mod shares;
mod timeline;
mod tornado;

pub(crate) use audit::months_table;
pub use audit::{cases_by_outcome, cases_by_stage, closed, opened, outcome_times, paths, stage_times, waiting};
pub use case::{course, stays};
pub use completion::{completion, months};
pub use shares::{comparison, outcomes};
pub use timeline::timeline;
pub use tornado::{Measure, tornado};

use super::{Key, Sign};
use crate::format;
use ibbi_core::Date;

/// Why there is no chart of when runs were completed.
pub(super) const NONE_COMPLETED: &str = "No run was completed, so there is nothing to draw.";

/// What the line of the contract date means.
fn contract_key(expires: Date, shown: bool) -> Key {
    let outside = if shown { "" } else { ", outside the chart" };
    Key::new(Sign::Dashed, format!("contract expires {}{outside}", format::date(expires)))
}
