//! What the commands that keep and read a case take.

use super::{Case, number};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
pub(crate) struct New {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    /// The district's name.
    #[arg(long)]
    pub(crate) district: String,
    /// The district's county; Suffolk has two holidays of its own.
    #[arg(long)]
    pub(crate) county: Option<String>,
    /// The district's time zone.
    #[arg(long, default_value = ibbi_app::zone::MASSACHUSETTS, value_name = "ZONE")]
    pub(crate) time_zone: String,
    /// The day the present contract expires.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) contract_expires: Option<String>,
    /// An evergreen clause extends the contract beyond that day.
    #[arg(long)]
    pub(crate) evergreen: bool,
    /// The id of an earlier case that this one follows.
    #[arg(long, value_name = "CASE")]
    pub(crate) follows: Option<String>,
    /// Minutes a part may fall short and still count as filled.
    #[arg(long, value_name = "MINUTES", default_value = "15", allow_negative_numbers = true, value_parser = minutes)]
    pub(crate) grace: u16,
    /// Who must be present before a session opens.
    #[arg(long, value_enum, default_value_t = Presence::Everyone)]
    pub(crate) presence: Presence,
    /// The name that a new ledger bears, and by which its checkpoints name it [default: ibbi.local/ and its id]
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
A person is written id:Name, a list of ids with commas, a slot as the day and both times. `ibbi status` prints lines \
that are ready to be filled in; `ibbi chart` lists what each event carries.")]
pub(crate) struct Record {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    /// The kind of event, such as `leader_agreed`. Without it, a JSON object {"type", "data"} is read from standard
    /// input.
    pub(crate) event: Option<String>,
    /// What the event carries; a single `-` reads it as a JSON object from standard input.
    #[arg(value_name = "KEY=VALUE")]
    pub(crate) pairs: Vec<String>,
    /// Only ask: may this be recorded?
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The record's id (a UUID): sending the same record again with the same id records it once.
    #[arg(long, value_name = "UUID", value_parser = id)]
    pub(crate) id: Option<uuid::Uuid>,
    #[command(flatten)]
    pub(crate) case: Case,
    #[command(flatten)]
    pub(crate) when: When,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Void {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    /// The event's number, as `ibbi replay` shows it.
    #[arg(allow_negative_numbers = true, value_parser = number)]
    pub(crate) seq: u64,
    /// Why it is voided.
    #[arg(long)]
    pub(crate) reason: String,
    /// Only ask: may it be voided?
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The record's id (a UUID), for a retry.
    #[arg(long, value_name = "UUID", value_parser = id)]
    pub(crate) id: Option<uuid::Uuid>,
    #[command(flatten)]
    pub(crate) when: When,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Status {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    #[command(flatten)]
    pub(crate) case: Case,
    /// Ask as of this time instead of now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) at: Option<String>,
    /// Also list the events that belong to other stages.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Replay {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    #[command(flatten)]
    pub(crate) case: Case,
    /// Only what had happened by this time, as it is known now: later corrections are applied.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, conflicts_with = "to")]
    pub(crate) at: Option<String>,
    /// Only to this number in the ledger.
    #[arg(long, value_name = "SEQ", allow_negative_numbers = true, value_parser = number)]
    pub(crate) to: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Route {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    /// A stage (such as `training`) or an outcome (such as `completed`).
    #[arg(value_name = "STAGE")]
    pub(crate) goal: String,
    #[command(flatten)]
    pub(crate) case: Case,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Tour {
    /// The ledger that the tour leaves; it must not exist yet.
    #[arg(long, default_value = "ibbi-tour.ledger", value_name = "FILE")]
    pub(crate) ledger: PathBuf,
}

/// When an event happened, and who records it.
#[derive(Debug, ClapArgs)]
pub(crate) struct When {
    /// When it happened, in the district's time: "2026-10-20 16:00"; also with an offset or Z. Default: now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) at: Option<String>,
    /// Who records it. Default: IBBI_ACTOR, or the name of the user.
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

/// Which key signs checkpoints, and how often.
#[derive(Debug, ClapArgs)]
pub(crate) struct Signing {
    /// Sign a checkpoint with this private key whenever enough lines are not covered by one. Default: IBBI_KEY.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) sign: Option<PathBuf>,
    /// How many lines are enough. Default: IBBI_CHECKPOINT_EVERY, or 100.
    #[arg(long, value_name = "N", requires = "sign")]
    pub(crate) every: Option<u64>,
}

fn minutes(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "minutes are a whole number, such as 15".to_owned())
}

fn id(text: &str) -> Result<uuid::Uuid, String> {
    uuid::Uuid::parse_str(text).map_err(|_| "an id is a UUID such as 01920000-0000-7000-8000-000000000001".to_owned())
}
