//! What the commands that plan and forecast take.

use super::{Case, number};
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::path::PathBuf;

/// What to begin a scenario with.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// Asks for the district, its calendar and its people, and writes the file; without a terminal, a template with
    /// comments.
    New(NewScenario),
    /// Reads a scenario and says everything that is wrong with it, or its digest.
    Check(CheckScenario),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NewScenario {
    /// The new file; an existing one is not touched. Without it, or with `-`, standard output.
    pub(crate) file: Option<PathBuf>,
    /// Write the template with comments; ask nothing.
    #[arg(long)]
    pub(crate) template: bool,
    /// Ask the questions even where standard input is no terminal.
    #[arg(long, conflicts_with = "template")]
    pub(crate) ask: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckScenario {
    /// The scenario's file; `-` reads standard input.
    pub(crate) scenario: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    #[command(flatten)]
    pub(crate) from: From,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with = "json")]
    pub(crate) csv: Option<PlanTable>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PlanTable {
    /// The sittings with their dates.
    Sittings,
    /// The steps between them.
    Milestones,
    /// What to keep in mind.
    Advisories,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi simulate my.toml\n  ibbi simulate my.toml --from my.ledger\n  \
ibbi simulate my.toml --runs 1000 --keep runs.ledger && ibbi verify runs.ledger\n\n\
Every chance and duration is an assumption of yours (or a default, which is one too); the result says which.")]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) from: From,
    /// Also write every run as a case of this new ledger, for `ibbi replay`, `verify` and other tools.
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,
    /// Keep the runs in the order of time, mixed, as many districts would write at once; held in memory until then.
    #[arg(long, requires = "keep")]
    pub(crate) interleaved: bool,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with = "json")]
    pub(crate) csv: Option<ForecastTable>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ForecastTable {
    /// How the runs end.
    Outcomes,
    /// P10, P50, P80 and P90 of the completion date.
    Percentiles,
    /// The S-curve: completed by each day.
    Curve,
    /// Which assumption moves the result.
    Tornado,
    /// What was assumed.
    Assumptions,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi compare my.toml                      one full day against two half-days\n  \
ibbi compare with-summer.toml without.toml\n  ibbi compare my.toml --format full_day --format two_half_days")]
pub(crate) struct Compare {
    /// The first scenario's file. Without it, the sample that the program carries.
    pub(crate) first: Option<PathBuf>,
    /// The second scenario's file. Without it, the formats of the first are compared.
    pub(crate) second: Option<PathBuf>,
    /// A format for both; given twice, one for each.
    #[arg(long, value_parser = format)]
    pub(crate) format: Vec<ibbi_core::Format>,
    #[command(flatten)]
    pub(crate) runs: Runs,
    /// Print the comparison as CSV instead.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

// Every day that is tried is a simulation of its own, so fewer runs go into each.
#[derive(Debug, ClapArgs)]
#[command(mut_arg("runs", |runs| runs.default_value("2000").help("How many runs for each day that is tried")))]
pub(crate) struct Who {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) from: From,
    /// Print the ranking as CSV instead.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Report {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) from: From,
    /// The page's file; an existing one is replaced. `-` is standard output.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Calendar {
    /// A scenario's file or a ledger's. Without it, the sample that the program carries.
    #[arg(value_name = "SCENARIO|LEDGER")]
    pub(crate) source: Option<PathBuf>,
    /// Divide the facilitation of a scenario this way instead: full_day or two_half_days.
    #[arg(long, value_parser = format)]
    pub(crate) format: Option<ibbi_core::Format>,
    #[command(flatten)]
    pub(crate) case: Case,
    /// When the calendar was made (its DTSTAMP). Default: now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) stamp: Option<String>,
    /// The calendar's file. An existing one is replaced, and what has moved since gets a higher SEQUENCE. `-` is
    /// standard output.
    #[arg(short, long, value_name = "FILE", default_value = "dates.ics")]
    pub(crate) out: PathBuf,
}

/// A scenario, and how the facilitation is divided.
#[derive(Debug, ClapArgs)]
pub(crate) struct OneScenario {
    /// The scenario's file (TOML); `-` reads standard input. Without it, the sample that the program carries.
    pub(crate) scenario: Option<PathBuf>,
    /// Divide the facilitation this way instead: full_day or two_half_days.
    #[arg(long, value_parser = format)]
    pub(crate) format: Option<ibbi_core::Format>,
}

/// How much to simulate.
#[derive(Debug, ClapArgs)]
pub(crate) struct Runs {
    /// How many runs: more narrow the intervals.
    #[arg(long, default_value_t = 10_000, allow_negative_numbers = true, value_parser = number)]
    pub(crate) runs: u64,
    /// The seed: the same seed gives the same result.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = number)]
    pub(crate) seed: u64,
    /// How many threads; the result does not depend on it. Default: one for each core.
    #[arg(long, allow_negative_numbers = true, value_parser = number)]
    pub(crate) threads: Option<u64>,
}

/// A real case to go on from.
#[derive(Debug, ClapArgs)]
pub(crate) struct From {
    /// Go on from where a real case is: what its ledger has settled stays settled.
    #[arg(long, value_name = "LEDGER")]
    pub(crate) from: Option<PathBuf>,
    /// The case: its id, the beginning of it, or its district. Not needed where the ledger holds one.
    #[arg(long, value_name = "CASE", requires = "from")]
    pub(crate) case: Option<String>,
    /// Go on from this time instead of now, in the district's time: "2026-10-20 16:00".
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, requires = "from")]
    pub(crate) as_of: Option<String>,
}

fn format(text: &str) -> Result<ibbi_core::Format, String> {
    ibbi_core::Format::from_code(&text.replace('-', "_"))
        .ok_or_else(|| "a format is full_day (one day of eight hours) or two_half_days (four hours each)".to_owned())
}
