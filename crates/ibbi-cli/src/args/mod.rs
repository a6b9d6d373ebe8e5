//! The command line.

mod audit;
mod case;
mod schedule;

pub(crate) use audit::{Audit, AuditTable, Checkpoint, Diff, Export, Keygen, Prove, Verify};
pub(crate) use case::{New, Presence, Record, Replay, Route, Signing, Status, Tour, Void, When};
pub(crate) use schedule::{
    Calendar, CheckScenario, Compare, ForecastTable, From, NewScenario, OneScenario, Plan, PlanTable, Report, Runs,
    Scenario, Simulate, Who,
};

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "Exit codes: 0 done, 2 usage, 3 refused by a rule, 4 the ledger is bad, 5 it cannot be read or \
written, 70 an error in ibbi itself.\nThe environment variable NO_COLOR turns colours off; IBBI_ACTOR says who records.";

/// Runs the process of the Interest-Based Bargaining Institute, from the key leaders' agreement to the last
/// facilitation hour, and keeps its record in a ledger.
#[derive(Debug, Parser)]
#[command(name = "ibbi", version, after_help = EXIT_CODES, max_term_width = 110)]
pub(crate) struct Args {
    /// Print machine-readable JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open a case; begins the ledger if there is none of this name.
    New(New),
    /// Record an event, or ask whether it may be recorded.
    Record(Record),
    /// Void an event that was recorded by mistake; it stays visible and counts no more.
    Void(Void),
    /// Where a case stands: what is settled, what can be done next, what is blocked and why.
    Status(Status),
    /// The timeline of the cases in a ledger, every event judged by the rules again.
    Replay(Replay),
    /// Judge everything in a ledger again: was anything altered, was every step allowed, how do the cases compare?
    Audit(Audit),
    /// Two ledgers side by side: where they part first, and what differs in each case's state.
    Diff(Diff),
    /// Write a ledger, or the process itself, in a format that other programs read.
    Export(Export),
    /// Make a key pair for signing checkpoints; prints the public key.
    Keygen(Keygen),
    /// Sign a ledger as it is now; shows later that its end was not cut off or written anew.
    Checkpoint(Checkpoint),
    /// Was anything altered? Checks a ledger, or an extract of one, line by line and against checkpoints.
    Verify(Verify),
    /// Write one case's records with proofs that a checkpoint covers them, without showing any other case.
    Prove(Prove),
    /// The JSON Schema of a ledger's lines, or of a scenario.
    Schema(Schema),
    /// Begin a scenario: a district, its calendar, its people, and what is assumed.
    #[command(subcommand)]
    Scenario(Scenario),
    /// The earliest schedule that suits everybody, and for each date why not a day earlier.
    Plan(Plan),
    /// When can it be done, and how sure is that? Plays the scenario many times over.
    Simulate(Simulate),
    /// Which of two scenarios, or of the two formats, is likelier to be done in time?
    Compare(Compare),
    /// Whom to ask for one more day: what the plan and the chance would gain.
    Who(Who),
    /// A page about a scenario, to be read, printed and sent: plan, forecast, comparison, whom to ask.
    Report(Report),
    /// A calendar (.ics) of a scenario's plan, or of what a ledger has booked, for Outlook, Apple and Google.
    Calendar(Calendar),
    /// The shortest list of events from where a case stands to a stage or an outcome.
    Route(Route),
    /// The process: every stage and event, as a table or a diagram.
    Chart(Chart),
    /// Every rule: what it asks, what to do when it is not met, and where it comes from.
    Rules,
    /// The pages and the HTTP API, on this machine: plan a schedule, run cases, look into ledgers.
    Serve(Serve),
    /// A made-up district from the first agreement to the last hour, with two steps that the rules refuse.
    Tour(Tour),
}

/// Which case of a ledger is meant.
#[derive(Debug, ClapArgs)]
pub(crate) struct Case {
    /// The case: its id, the beginning of it, or its district. Not needed where the ledger holds one.
    #[arg(long, value_name = "CASE")]
    pub(crate) case: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Chart {
    /// How to draw it.
    #[arg(long, value_enum, default_value_t = ChartFormat::Markdown)]
    pub(crate) format: ChartFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ChartFormat {
    /// A table of every stage and event, with the rules.
    Markdown,
    /// A state diagram for Mermaid.
    Mermaid,
    /// A graph for Graphviz.
    Dot,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Schema {
    /// Of what.
    #[arg(value_enum, default_value_t = SchemaOf::Ledger)]
    pub(crate) of: SchemaOf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaOf {
    /// A line of a ledger.
    Ledger,
    /// A scenario, for editors that check TOML.
    Scenario,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Without an argument it opens the ledger cases.ledger in the user's data folder \
($XDG_DATA_HOME/ibbi, or ~/.local/share/ibbi), and begins it if there is none.\n\
The environment variable IBBI_TOKEN sets the token that requests need where --address is not the loopback address; without \
it one is made up and printed.")]
pub(crate) struct Serve {
    /// The ledger's file; begun if there is none. This process alone writes to it for as long as it runs.
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// The address to listen on. Any other than the loopback address lets others in: every request then needs a token.
    #[arg(long, value_name = "IP", default_value_t = std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST))]
    pub(crate) address: std::net::IpAddr,
    /// The port; 0 takes any that is free. Default: 8420, or the next that is free.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    /// A name under which the server is reached besides its address, such as that of a proxy; may be given again.
    #[arg(long, value_name = "NAME")]
    pub(crate) host: Vec<String>,
    /// Who records where a request does not say. Default: IBBI_ACTOR, or the name of the user.
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    #[command(flatten)]
    pub(crate) signing: Signing,
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a number is a whole one, such as 12".to_owned())
}
