//! From results to charts.

mod completion;
mod shares;
mod timeline;
mod tornado;

pub use completion::{completion, months};
pub use shares::{comparison, outcomes};
pub use timeline::timeline;
pub use tornado::{Measure, tornado};

/// Why there is no chart of when runs were completed.
pub(super) const NONE_COMPLETED: &str = "No run was completed, so there is nothing to draw.";
