//! Arguments of the commands that record and read cases.

use super::{Case, number};
use clap::{Args as ClapArgs, ValueEnum};
use ibbi_app::AppError;
use ibbi_app::due::Standards;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub(crate) struct New {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Name of the district.
    #[arg(long)]
    pub(crate) district: String,
    /// County of the district. Suffolk has two extra holidays.
    #[arg(long)]
    pub(crate) county: Option<String>,
    /// Time zone of the district.
    #[arg(long, default_value = ibbi_app::zone::MASSACHUSETTS, value_name = "ZONE")]
    pub(crate) time_zone: String,
    /// Day the current contract expires.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) contract_expires: Option<String>,
    /// The contract has an evergreen clause, which extends it past that day.
    #[arg(long)]
    pub(crate) evergreen: bool,
    /// ID of an earlier case that this one follows.
    #[arg(long, value_name = "CASE")]
    pub(crate) follows: Option<String>,
    /// Scenario of the case. The case gets the scenario's ID, so its calendar entries stay the same from plan to booking.
    #[arg(long, value_name = "FILE", conflicts_with = "new_case")]
    pub(crate) scenario: Option<PathBuf>,
    /// ID that the case gets [default: that of the scenario, or a new one]
    #[arg(long, value_name = "ID")]
    pub(crate) new_case: Option<uuid::Uuid>,
    /// Program of the case: a preset (mep, oregon-two-day, oregon-refresher, cec-virtual), or a JSON file with its parameters.
    #[arg(long, value_name = "PRESET|FILE", default_value = "mep")]
    pub(crate) program: String,
    /// Number of minutes a part can run short and still count as complete [default: that of the program]
    #[arg(long, value_name = "MINUTES", allow_negative_numbers = true, value_parser = minutes)]
    pub(crate) grace: Option<u16>,
    /// Members who must be present before a session opens [default: those of the program]
    #[arg(long, value_enum)]
    pub(crate) presence: Option<Presence>,
    /// Name of the new ledger, which its checkpoints also use [default: ibbi.local/ followed by its ID]
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    #[command(flatten)]
    pub(crate) when: When,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Presence {
    /// Every member of both teams.
    Everyone,
    /// At least one member of each team.
    EachTeam,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi record my.ledger leader_agreed seat=superintendent name='Rosa Amari'\n  \
ibbi record my.ledger member_named party=labor member='lee:Ann Lee'\n  \
ibbi record my.ledger meeting_scheduled slot='2026-10-20 15:00-16:30'\n  \
ibbi record my.ledger --dry-run format_chosen format=full_day\n  \
echo '{\"type\":\"note_added\",\"data\":{\"text\":\"by phone\"}}' | ibbi record my.ledger\n\n\
Write a person as id:Name, a list of IDs with commas, and a slot as a day with two times. `ibbi status` prints \
commands to fill in. `ibbi chart` lists the fields of each event.")]
pub(crate) struct Record {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Type of event, such as `leader_agreed`. If you leave it out, a JSON object {"type", "data"} is read from
    /// standard input.
    pub(crate) event: Option<String>,
    /// Fields of the event. Use a single `-` to read them as a JSON object from standard input.
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) pairs: Vec<String>,
    /// File with several events of one case, all recorded or none; `-` is standard input. Write one JSON object {"type",
    /// "data", "at"} for each event. They can be in any order.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["event", "pairs", "id", "at", "on_behalf"])]
    pub(crate) events: Option<PathBuf>,
    /// Check whether the event can be recorded, but don't record it.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// ID of the record (a UUID). If you send the same event again with the same ID, it is recorded only once.
    #[arg(long, value_name = "UUID", value_parser = id)]
    pub(crate) id: Option<uuid::Uuid>,
    #[command(flatten)]
    pub(crate) case: Case,
    #[command(flatten)]
    pub(crate) when: When,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi amend my.ledger 12 name='Rosa Amari'\n  \
ibbi amend my.ledger 12 --at '2026-10-02 16:00'\n\n\
The other fields stay as they were recorded. Write `key=` to remove an optional field. The record that you correct stays \
in the ledger and no longer counts.")]
pub(crate) struct Amend {
    #[command(flatten)]
    pub(crate) correction: Correction,
    /// Fields to change.
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) pairs: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Void {
    #[command(flatten)]
    pub(crate) correction: Correction,
    /// Reason for voiding the event.
    #[arg(long)]
    pub(crate) reason: String,
}

/// The event to correct, and how the correction is recorded.
#[derive(Debug, ClapArgs)]
pub(crate) struct Correction {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Record number of the event, as `ibbi replay` shows it.
    #[arg(allow_negative_numbers = true, value_parser = number)]
    pub(crate) seq: u64,
    /// Check whether the correction can be recorded, but don't record it.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// ID of the record (a UUID), for retries.
    #[arg(long, value_name = "UUID", value_parser = id)]
    pub(crate) id: Option<uuid::Uuid>,
    #[command(flatten)]
    pub(crate) when: When,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Status {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    #[command(flatten)]
    pub(crate) case: Case,
    /// Show the status at this time instead of now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) at: Option<String>,
    /// Also list events that belong to other stages.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) standards: StandardsFile,
}

/// The time goals of an office.
#[derive(Debug, Default, Clone, ClapArgs)]
pub(crate) struct StandardsFile {
    /// JSON file with your time goals: for how many days a case should wait for someone. See docs/waiting.md.
    #[arg(long, value_name = "FILE")]
    pub(crate) standards: Option<PathBuf>,
}

impl StandardsFile {
    /// Reads the file; without one, there are no goals.
    pub(crate) fn read(&self) -> Result<Standards, AppError> {
        self.standards.as_deref().map_or_else(|| Ok(Standards::default()), Standards::from_file)
    }
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Replay {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    #[command(flatten)]
    pub(crate) case: Case,
    /// Show only events that happened by this time, with later corrections applied.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, conflicts_with = "to")]
    pub(crate) at: Option<String>,
    /// Stop at this record number.
    #[arg(long, value_name = "SEQ", allow_negative_numbers = true, value_parser = number)]
    pub(crate) to: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Route {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Stage (such as `training`) or outcome (such as `completed`).
    #[arg(value_name = "STAGE")]
    pub(crate) goal: String,
    #[command(flatten)]
    pub(crate) case: Case,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Tour {
    /// New ledger for the tour. The file must not exist.
    #[arg(long, default_value = "ibbi-tour.ledger", value_name = "FILE")]
    pub(crate) ledger: PathBuf,
}

/// The time of an event and the person who records it.
#[derive(Debug, ClapArgs)]
pub(crate) struct When {
    /// When the event happened, in the district's time: "2026-10-20 16:00", or "2026-10-20" if you know only the day. You
    /// can add an offset or Z. It can be before other events. Default: now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) at: Option<String>,
    /// Person or body for whom you record it.
    #[arg(long, value_name = "NAME")]
    pub(crate) on_behalf: Option<String>,
    /// Record even if this computer's clock is much earlier than the last record. Check the clock first.
    #[arg(long)]
    pub(crate) clock_is_right: bool,
    /// Person who records the event. Default: IBBI_ACTOR, or your user name.
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

/// The key that signs checkpoints, and how often.
#[derive(Debug, Default, Clone, ClapArgs)]
pub(crate) struct Signing {
    /// Private key that signs a checkpoint when enough new lines have been recorded. Default: IBBI_KEY.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) sign: Option<PathBuf>,
    /// Number of new lines before the next checkpoint. Default: IBBI_CHECKPOINT_EVERY, or 100.
    #[arg(long, value_name = "N", requires = "sign")]
    pub(crate) every: Option<u64>,
}

fn minutes(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "minutes must be a whole number, such as 15".to_owned())
}

fn id(text: &str) -> Result<uuid::Uuid, String> {
    uuid::Uuid::parse_str(text)
        .map_err(|_| "an ID must be a UUID, such as 01920000-0000-7000-8000-000000000001".to_owned())
}
