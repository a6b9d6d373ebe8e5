//! Arguments of the commands about goals and program reports.

use super::{number, thread_count};
use clap::{Args as ClapArgs, ValueEnum};
use ibbi_app::AppError;
use ibbi_app::sim::GoalSet;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi goals --sample > goals.toml\n  ibbi goals my.ledger --goals goals.toml\n  \
ibbi goals my.ledger --goals goals.toml --by facilitator --as-of 2027-06-30\n  \
ibbi goals my.ledger --goals goals.toml --by risk --scenario my.toml\n\n\
There are no goals by default: goals are met or missed only if an office has set them. docs/goals.md describes the file.")]
pub(crate) struct Goals {
    /// Ledger file.
    #[arg(required_unless_present = "sample")]
    pub(crate) ledger: Option<PathBuf>,
    /// TOML file with the goals of the office. Use `-` for standard input.
    #[arg(long, value_name = "FILE", required_unless_present = "sample")]
    pub(crate) goals: Option<PathBuf>,
    /// Print a file of goals to start from. Every goal in it is an assumption.
    #[arg(long, conflicts_with_all = ["ledger", "goals", "as_of", "logged", "by", "scenario", "csv", "xlsx", "html"])]
    pub(crate) sample: bool,
    #[command(flatten)]
    pub(crate) as_known: AsKnown,
    /// The table to print.
    #[arg(long, value_enum, value_name = "TABLE", default_value_t = GoalTable::Goal)]
    pub(crate) by: GoalTable,
    /// Scenario with your assumptions, for the chances of open cases. Default: the default assumptions, and everyone is always free.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Number of simulation runs of each open case.
    #[arg(long, default_value_t = 1_000, allow_negative_numbers = true, value_parser = number)]
    pub(crate) runs: u64,
    /// Random seed. The same seed gives the same result.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = number)]
    pub(crate) seed: u64,
    /// Number of threads. The result is the same for any number. Default: one per core.
    #[arg(long, allow_negative_numbers = true, value_parser = thread_count)]
    pub(crate) threads: Option<u64>,
    /// Print the table as CSV instead.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
    /// Also write all tables as a spreadsheet (.xlsx).
    #[arg(long, value_name = "FILE")]
    pub(crate) xlsx: Option<PathBuf>,
    /// Also write the report as an HTML page.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

/// The goals of the page about goals.
#[derive(Debug, Default, Clone, ClapArgs)]
pub(crate) struct GoalsFile {
    /// TOML file with the goals of the office, for the page about goals. See docs/goals.md.
    #[arg(long, value_name = "FILE")]
    pub(crate) goals: Option<PathBuf>,
}

impl GoalsFile {
    /// Reads the file, if there is one.
    pub(crate) fn read(&self) -> Result<Option<GoalSet>, AppError> {
        self.goals.as_deref().map(ibbi_app::goals::load).transpose()
    }
}

/// As of when cases are looked at, and as they were known when.
#[derive(Debug, ClapArgs)]
pub(crate) struct AsKnown {
    /// Include only events that happened by this day or time, with later corrections applied. Default: now.
    #[arg(long, value_name = "DAY", allow_negative_numbers = true)]
    pub(crate) as_of: Option<String>,
    /// Include only what was on record on this day or at this time, without later corrections.
    #[arg(long, value_name = "DAY", allow_negative_numbers = true)]
    pub(crate) logged: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GoalTable {
    /// One row for each goal.
    Goal,
    /// Each goal by fiscal year, quarter, or month.
    Period,
    /// Each goal by the neutral who leads the sessions.
    Facilitator,
    /// Each case: the days it took, and by how many it was late.
    Case,
    /// Open cases: the chance that each still meets the goal, by simulation.
    Risk,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi program-report my.ledger --fiscal-year 2027\n  \
ibbi program-report my.ledger --fiscal-year 2027 --xlsx report.xlsx\n  \
ibbi program-report my.ledger --fiscal-year 2027 --csv neutrals\n\n\
docs/program-report.md defines each figure.")]
pub(crate) struct ProgramReport {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Fiscal year, by the calendar year in which it ends. Default: the current one.
    #[arg(long, value_name = "YEAR", allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(1971..=9998))]
    pub(crate) fiscal_year: Option<i32>,
    /// Month in which a fiscal year starts, from 1 to 12.
    #[arg(long, value_name = "MONTH", default_value_t = 7, allow_negative_numbers = true, value_parser = clap::value_parser!(u8).range(1..=12))]
    pub(crate) starts: u8,
    #[command(flatten)]
    pub(crate) as_known: AsKnown,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with = "json")]
    pub(crate) csv: Option<ProgramTable>,
    /// Also write all tables as a spreadsheet (.xlsx).
    #[arg(long, value_name = "FILE")]
    pub(crate) xlsx: Option<PathBuf>,
    /// Also write the report as an HTML page.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgramTable {
    /// The figures of the year.
    Summary,
    /// One row for each district.
    Districts,
    /// One row for each case.
    Cases,
    /// One row for each neutral, with the workload.
    Neutrals,
}

impl ProgramTable {
    /// Returns the code of the table.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Districts => "districts",
            Self::Cases => "cases",
            Self::Neutrals => "neutrals",
        }
    }
}
