//! Building charts from results.

mod audit;
mod case;
mod cases;
mod completion;
mod drivers;
mod shares;
mod timeline;

pub(crate) use audit::months_table;
pub use audit::{cases_by_outcome, cases_by_stage, closed, opened, outcome_times, paths, stage_times, waiting};
pub use case::{course, stays};
pub use cases::stage_spread;
pub use completion::{completion, months};
pub use drivers::drivers;
pub use shares::{comparison, outcomes};
pub use timeline::timeline;

use super::{Key, Sign};
use crate::format;
use ibbi_core::Date;

/// The text if no run was completed.
pub(super) const NONE_COMPLETED: &str = "No run was completed, so there is nothing to draw.";

/// Returns the meaning of the contract line, or a note if the chart ends before.
fn contract_key(expires: Date, shown: bool) -> Key {
    deadline_key(&format!("contract expires {}", format::date(expires)), shown)
}

/// Returns the meaning of a deadline's line, or a note if the chart ends before.
fn deadline_key(label: &str, shown: bool) -> Key {
    match shown {
        true => Key::new(Sign::Dashed, label),
        false => Key::new(Sign::Nothing, format!("{label}, outside the chart")),
    }
}
