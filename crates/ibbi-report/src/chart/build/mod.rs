//! Building charts from results.

mod audit;
mod case;
mod completion;
mod drivers;
mod shares;
mod timeline;

pub(crate) use audit::months_table;
pub use audit::{cases_by_outcome, cases_by_stage, closed, opened, outcome_times, paths, stage_times, waiting};
pub use case::{course, stays};
pub use completion::{completion, months};
pub use drivers::drivers;
pub use shares::{comparison, outcomes};
pub use timeline::timeline;

use super::{Key, Sign};
use crate::format;
use ibbi_core::Date;

/// The text if no run was completed.
pub(super) const NONE_COMPLETED: &str = "No run was completed, so there is nothing to draw.";

/// Returns the meaning of the contract line.
fn contract_key(expires: Date, shown: bool) -> Key {
    let outside = if shown { "" } else { ", outside the chart" };
    Key::new(Sign::Dashed, format!("contract expires {}{outside}", format::date(expires)))
}
