//! Arguments of the command about all cases on a day.

use super::AsKnown;
use clap::{Args as ClapArgs, ValueEnum};
use ibbi_report::CaseOrder;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi cases my.ledger\n  ibbi cases my.ledger --as-of 2027-01-31\n  \
ibbi cases my.ledger --as-of 2027-01-31 --logged 2027-01-31 --html cases.html\n  \
ibbi cases my.ledger --as-of 2027-01-31 --csv states\n\n\
docs/many-cases.md defines each figure. `ibbi replay --at` shows one case at a time.")]
pub(crate) struct Cases {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    #[command(flatten)]
    pub(crate) as_known: AsKnown,
    /// Order of the cases.
    #[arg(long, value_enum, default_value_t = Sort::Days)]
    pub(crate) sort: Sort,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with = "json")]
    pub(crate) csv: Option<CaseTable>,
    /// Also write the report as an HTML page.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CaseTable {
    /// The spread of the days by stage.
    Spread,
    /// Cases and stages that took unusually long.
    Outliers,
    /// One row for each case, with its days in each stage.
    Cases,
    /// The state of each case, as it was and as it was known.
    States,
    /// Records that were written or corrected later.
    Changes,
}

impl CaseTable {
    /// Returns the code of the table.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Spread => "spread",
            Self::Outliers => "outliers",
            Self::Cases => "cases",
            Self::States => "states",
            Self::Changes => "changes",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sort {
    /// The longest first.
    Days,
    /// The one that was opened first.
    Opened,
    /// By district.
    District,
    /// By stage.
    Stage,
    /// The one with the longest wait first.
    Wait,
}

impl From<Sort> for CaseOrder {
    fn from(sort: Sort) -> Self {
        match sort {
            Sort::Days => Self::Days,
            Sort::Opened => Self::Opened,
            Sort::District => Self::District,
            Sort::Stage => Self::Stage,
            Sort::Wait => Self::Wait,
        }
    }
}
