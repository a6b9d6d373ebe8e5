//! Arguments of the commands that fit assumptions and score forecasts.

use super::Runs;
use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi calibrate my.ledger\n  \
ibbi calibrate my.ledger --scenario my.toml -o fitted.toml && ibbi simulate fitted.toml\n\n\
With few cases, the fitted values stay near the defaults.")]
pub(crate) struct Calibrate {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Scenario file (TOML) with the calendar and the people's availability. Use `-` for standard input. Default: Monday to
    /// Friday except legal holidays, and everyone available.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Use only what was known at this time, in Massachusetts time: "2026-10-20 16:00". Default: now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) as_of: Option<String>,
    /// Print the section `[assumptions]` of a scenario instead.
    #[arg(long, conflicts_with = "json")]
    pub(crate) toml: bool,
    /// Also write the fitted assumptions to this new file: the scenario with them, or only their section without one.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

// Each forecast needs its own simulation, so the default is lower.
#[derive(Debug, ClapArgs)]
#[command(
    mut_arg("runs", |runs| runs.default_value("1000").help("Number of simulation runs for each forecast")),
    after_help = "Example:\n  ibbi calibrate my.ledger --scenario my.toml --as-of '2026-07-01 00:00' -o fitted.toml\n  \
ibbi backtest my.ledger --scenario fitted.toml --since '2026-07-01 00:00'"
)]
pub(crate) struct Backtest {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Scenario file (TOML) with the calendar, the people's availability, and the assumptions to score. Use `-` for standard
    /// input. Default: Monday to Friday except legal holidays, everyone available, and the default assumptions.
    #[arg(long, value_name = "FILE")]
    pub(crate) scenario: Option<PathBuf>,
    /// Score only forecasts from this time on, in Massachusetts time: "2026-10-20 16:00".
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) since: Option<String>,
    #[command(flatten)]
    pub(crate) runs: Runs,
}
