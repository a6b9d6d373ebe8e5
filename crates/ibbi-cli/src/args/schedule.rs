//! Arguments of the commands that plan and forecast.

use super::{Case, number, thread_count};
use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Creating and checking scenarios.
#[derive(Debug, Subcommand)]
pub(crate) enum Scenario {
    /// Ask about the district, its calendar, and its people, and write the scenario. Without a terminal, write a template
    /// with comments.
    New(NewScenario),
    /// Check a scenario, and list all its problems or print its digest.
    Check(CheckScenario),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct NewScenario {
    /// New file; an existing file is not changed. Default, or with `-`: standard output.
    pub(crate) file: Option<PathBuf>,
    /// Write the template with comments, without asking questions.
    #[arg(long)]
    pub(crate) template: bool,
    /// Ask the questions even if standard input is not a terminal.
    #[arg(long, conflicts_with = "template")]
    pub(crate) ask: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckScenario {
    /// Scenario file. Use `-` for standard input.
    pub(crate) scenario: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Plan {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    #[command(flatten)]
    pub(crate) from: From,
    /// Also choose dates to hold, each with a backup, that are enough with this chance: 50 to 99 percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(50..=99))]
    pub(crate) confidence: Option<u8>,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with = "json")]
    pub(crate) csv: Option<PlanTable>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum PlanTable {
    /// Sessions with their dates.
    #[value(alias = "sittings")]
    Sessions,
    /// Steps between the sessions.
    Milestones,
    /// Advisories.
    Advisories,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi simulate my.toml\n  ibbi simulate my.toml --from my.ledger\n  \
ibbi simulate my.toml --runs 1000 --keep runs.ledger && ibbi verify runs.ledger\n\n\
The chances and durations are your estimates or our defaults. The result lists them.")]
pub(crate) struct Simulate {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) from: From,
    /// Also write each run as a case to this new ledger, for `ibbi replay`, `verify`, and other tools.
    #[arg(long, value_name = "FILE")]
    pub(crate) keep: Option<PathBuf>,
    /// Write the events of all runs in time order, as if many districts recorded at once. This needs more memory.
    #[arg(long, requires = "keep")]
    pub(crate) interleaved: bool,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with = "json")]
    pub(crate) csv: Option<ForecastTable>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ForecastTable {
    /// Outcomes of the runs.
    Outcomes,
    /// P10, P50, P80, and P90 of each milestone and of the completion.
    Dates,
    /// Chance of each deadline, and the days that remain until then.
    Deadlines,
    /// Share of runs completed by each day (the S-curve).
    Curve,
    /// Causes of delay: the days on each cause in early and in late runs.
    Drivers,
    /// Assumptions.
    Assumptions,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi compare my.toml                      one full day against two half-days\n  \
ibbi compare with-summer.toml without.toml\n  ibbi compare my.toml --format full_day --format two_half_days")]
pub(crate) struct Compare {
    /// First scenario file. Default: the built-in sample.
    pub(crate) first: Option<PathBuf>,
    /// Second scenario file. Default: compare the two formats of the first scenario.
    pub(crate) second: Option<PathBuf>,
    /// Format of both scenarios. Give it twice to set one for each.
    #[arg(long, value_parser = format)]
    pub(crate) format: Vec<ibbi_core::Format>,
    /// Compare the first scenario with itself under another value of a key, as in labor_adopts=0.9. Can be repeated.
    #[arg(long, value_name = "KEY=VALUE", conflicts_with = "second")]
    pub(crate) set: Vec<String>,
    #[command(flatten)]
    pub(crate) from: From,
    #[command(flatten)]
    pub(crate) runs: Runs,
    /// Print the comparison as CSV instead.
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

// Each day that is tried needs its own simulation, so the default is lower.
#[derive(Debug, ClapArgs)]
#[command(mut_arg("runs", |runs| runs.default_value("2000").help("Number of simulation runs for each day tried")))]
pub(crate) struct Who {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    #[command(flatten)]
    pub(crate) runs: Runs,
    #[command(flatten)]
    pub(crate) from: From,
    /// Print only the half-days (up to three) that together help the plan most
    #[arg(long)]
    pub(crate) favors: bool,
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
    /// Output file. Use `-` for standard output.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, ClapArgs)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  ibbi calendar my.toml\n  ibbi calendar my.toml --from my.ledger      what is booked, and a plan of the rest\n  \
ibbi calendar my.ledger --invite --organizer \"P. Sullivan <p.sullivan@example.org>\" --attendees addresses.csv\n  \
ibbi calendar replies answer-1.ics answer-2.ics --invitations invitations"
)]
pub(crate) struct Calendar {
    #[command(subcommand)]
    pub(crate) task: Option<CalendarTask>,
    /// Scenario file or ledger file. Default: the built-in sample.
    #[arg(value_name = "SCENARIO|LEDGER")]
    pub(crate) source: Option<PathBuf>,
    /// Facilitation format to use instead of the scenario's: full_day or two_half_days.
    #[arg(long, value_parser = format)]
    pub(crate) format: Option<ibbi_core::Format>,
    /// Write dates to hold, each with a backup, that are enough with this chance: 50 to 99 percent.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(50..=99))]
    pub(crate) confidence: Option<u8>,
    /// With a scenario: continue from a real case in this ledger. The calendar has what is booked, and a plan of the rest.
    #[arg(long, value_name = "LEDGER")]
    pub(crate) from: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) case: Case,
    /// Continue from this time instead of now, in the district's time: "2026-10-20 16:00".
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, requires = "from")]
    pub(crate) as_of: Option<String>,
    /// Creation time of the calendar (DTSTAMP). Default: now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) stamp: Option<String>,
    /// Output file. If it is an earlier calendar, it is updated: entries that changed get a higher SEQUENCE. Use `-` for
    /// standard output. Default: dates.ics. With --invite: a new folder, by default `invitations`.
    #[arg(short, long, alias = "output", value_name = "FILE|FOLDER")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) invite: Invite,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Invite {
    /// Write invitations (METHOD:REQUEST), one file for each session, and cancellations of canceled sessions.
    #[arg(long, requires_all = ["organizer", "attendees"])]
    pub(crate) invite: bool,
    /// The person who invites and gets the answers: "P. Sullivan <p.sullivan@example.org>".
    #[arg(long, value_name = "NAME <ADDRESS>", requires = "invite")]
    pub(crate) organizer: Option<String>,
    /// CSV file with the columns `name` (as in the scenario or the case) and `email`.
    #[arg(long, value_name = "FILE", requires = "invite")]
    pub(crate) attendees: Option<PathBuf>,
    /// Invite only to this session, such as meeting, training.1, or facilitation.2. Can be repeated. Default: all that are not over.
    #[arg(long, value_name = "SESSION", requires = "invite")]
    pub(crate) session: Vec<String>,
    /// Leave out people who have no address in the list.
    #[arg(long, requires = "invite")]
    pub(crate) allow_missing: bool,
    /// Update the invitations in the folder: those that changed get a higher SEQUENCE, and the others stay as they are.
    #[arg(long, requires = "invite")]
    pub(crate) update: bool,
    /// Keep the SEQUENCE of this calendar, which you published before, for entries that did not change.
    #[arg(long, value_name = "FILE", requires = "invite")]
    pub(crate) published: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CalendarTask {
    /// Read answers to invitations (.ics files with METHOD:REPLY), and list who comes to which session.
    Replies(CalendarReplies),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CalendarReplies {
    /// Files with replies, as calendar programs send them. Use `-` for standard input.
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Folder of the invitations that were answered.
    #[arg(long, value_name = "FOLDER", default_value = "invitations")]
    pub(crate) invitations: PathBuf,
}

/// A scenario and its facilitation format.
#[derive(Debug, ClapArgs)]
pub(crate) struct OneScenario {
    /// Scenario file (TOML). Use `-` for standard input. Default: the built-in sample.
    pub(crate) scenario: Option<PathBuf>,
    /// Facilitation format to use instead of the scenario's: full_day or two_half_days.
    #[arg(long, value_parser = format)]
    pub(crate) format: Option<ibbi_core::Format>,
    /// Another value of a key of the scenario, as in labor_adopts=0.9 or neutral.name="D. Quinn". Can be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// The size of a simulation.
#[derive(Debug, ClapArgs)]
pub(crate) struct Runs {
    /// Number of simulation runs (more runs give narrower intervals).
    #[arg(long, default_value_t = 10_000, allow_negative_numbers = true, value_parser = number)]
    pub(crate) runs: u64,
    /// Random seed. The same seed gives the same result.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = number)]
    pub(crate) seed: u64,
    /// Number of threads. The result is the same for any number. Default: one per core.
    #[arg(long, allow_negative_numbers = true, value_parser = thread_count)]
    pub(crate) threads: Option<u64>,
}

/// A real case to continue from.
#[derive(Debug, ClapArgs)]
pub(crate) struct From {
    /// Continue from a real case in this ledger: keep what has already happened.
    #[arg(long, value_name = "LEDGER")]
    pub(crate) from: Option<PathBuf>,
    /// Case: its ID, the start of its ID, or its district. You can leave it out if the ledger has one case.
    #[arg(long, value_name = "CASE", requires = "from")]
    pub(crate) case: Option<String>,
    /// Continue from this time instead of now, in the district's time: "2026-10-20 16:00".
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, requires = "from")]
    pub(crate) as_of: Option<String>,
}

fn format(text: &str) -> Result<ibbi_core::Format, String> {
    ibbi_core::Format::from_code(&text.replace('-', "_")).ok_or_else(|| {
        "a format must be full_day (one day of eight hours) or two_half_days (four hours each)".to_owned()
    })
}
