//! The command line.

mod access;
mod audit;
mod availability;
mod calibration;
mod case;
mod cases;
mod custody;
mod import;
mod mail;
mod mirror;
mod release;
mod schedule;
mod serve;
mod standards;
mod store;
mod webhook;

pub(crate) use access::{Access, ChangeGrant, GrantedRole, NewToken, RevokeToken, Token};
pub(crate) use audit::{
    Audit, AuditTable, Checkpoint, Cosign, Diff, Export, Extract, Keygen, Rules, RulesAction, RulesDiff, Verify,
};
pub(crate) use availability::Availability;
pub(crate) use calibration::{Backtest, Calibrate};
pub(crate) use case::{
    Amend, Correction, New, Presence, Record, Replay, Route, Signing, StandardsFile, Status, Tour, Void, When,
};
pub(crate) use cases::{CaseTable, Cases};
pub(crate) use custody::{DestroyTexts, Hold, Texts};
pub(crate) use import::{Import, ImportCases, ImportLedger};
pub(crate) use mail::{Mail, TestMail};
pub(crate) use mirror::Mirror;
pub(crate) use release::Release;
pub(crate) use schedule::{
    Calendar, CalendarReplies, CalendarTask, CheckScenario, Compare, ForecastTable, From, NewScenario, OneScenario,
    Plan, PlanTable, Report, Runs, Scenario, Simulate, Who,
};
pub(crate) use standards::{AsKnown, GoalTable, Goals, GoalsFile, ProgramReport};
pub(crate) use store::{InitStore, Store, StoreAddress};
pub(crate) use webhook::{ChangeWebhookRole, NewWebhook, OneWebhook, ResendLetters, Webhook};

pub(crate) use serve::{OidcArgs, ProxyArgs, ServerNames};

use crate::mail_table::MailTable;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

const EXIT_CODES: &str = "Exit codes: 0 done, 2 usage error, 3 refused by a rule, 4 the ledger is not sound, 5 a file \
or a database can't be read or written, 70 internal error.\nA ledger is a file, or the address of one in a database: postgres://USER@HOST/DATABASE?ledger=NAME.\nSet NO_COLOR to turn colors off. Set IBBI_ACTOR to the name of the person \
who records events.";

/// Plan and record interest-based bargaining, from the key leaders' agreement to the last hour of facilitation
#[derive(Debug, Parser)]
#[command(name = "ibbi", version, after_help = EXIT_CODES, max_term_width = 110)]
pub(crate) struct Args {
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Open a case, and create the ledger if it doesn't exist.
    New(New),
    /// Record an event, or check whether it can be recorded.
    Record(Record),
    /// Correct a recorded event. It stays visible, and the corrected one counts in its place.
    Amend(Amend),
    /// Import past cases from a spreadsheet, or a ledger's file into a database.
    #[command(subcommand)]
    Import(Import),
    /// Void an event that was recorded by mistake. It stays visible but no longer counts.
    Void(Void),
    /// Show what a case has done, what you can do next, and what is blocked and why.
    Status(Status),
    /// Show the timeline of each case and check every event against the rules again.
    Replay(Replay),
    /// Show how long all cases took, find the unusual ones, and show the state of each on a day, as it was and as it was known.
    Cases(Cases),
    /// Audit a ledger: find altered lines and steps that the rules don't allow, and compare the cases.
    Audit(Audit),
    /// Report which time goals of an office were met, and which open cases are at risk.
    Goals(Goals),
    /// Report on a fiscal year: districts, cases, sessions, hours, adoption, and the workload of neutrals.
    ProgramReport(ProgramReport),
    /// Compare two ledgers or extracts: each record by field, and the state of each case.
    Diff(Diff),
    /// Export a ledger, or the process itself, in a format that other programs read.
    Export(Export),
    /// Create a key pair for signing checkpoints, and print the public key.
    Keygen(Keygen),
    /// Sign the current state of a ledger, to detect later if its end is cut off or rewritten.
    Checkpoint(Checkpoint),
    /// Check whether a ledger or an extract was altered, line by line and against checkpoints.
    Verify(Verify),
    /// Cosign a checkpoint as a witness, if it continues the one that the witness cosigned last.
    Cosign(Cosign),
    /// Write one case's records as an extract, with proofs that a checkpoint covers them.
    #[command(alias = "prove")]
    Extract(Extract),
    /// Write records for a public-records request: exempt texts only as digests, and proofs that the requester can check.
    Release(Release),
    /// Place, lift, or list legal holds, which keep confidential texts from being destroyed.
    #[command(subcommand)]
    Hold(Hold),
    /// Seal confidential texts, find those that retention rules allow to destroy, and destroy them.
    #[command(subcommand)]
    Texts(Texts),
    /// Follow the ledger of a server, check every step, and keep the lines that you may read.
    Mirror(Mirror),
    /// Print the JSON Schema of a ledger line or of a scenario.
    Schema(Schema),
    /// Create or check a scenario: a district, its calendar, its people, and your assumptions.
    #[command(subcommand)]
    Scenario(Scenario),
    /// Import when people can come, from calendars, polls, spreadsheets, and texts, and add it to a scenario.
    Availability(Availability),
    /// Plan the earliest schedule that works for everyone, and show why each date can't be earlier.
    Plan(Plan),
    /// Forecast when the process will finish, and the chance of that, by simulating it many times.
    Simulate(Simulate),
    /// Compare two scenarios, or the two formats: which is more likely to finish on time?
    Compare(Compare),
    /// Show which person's extra free day would help the plan and the forecast most.
    Who(Who),
    /// Fit the assumptions to the cases of a ledger, with the evidence for each.
    Calibrate(Calibrate),
    /// Score past forecasts: what would ibbi have forecast for the cases that ended, and what happened?
    Backtest(Backtest),
    /// Write an HTML report about a scenario: plan, forecast, comparison, and whose free day would help.
    Report(Report),
    /// Write a calendar file (.ics) of a plan, or of a ledger's bookings, for Outlook, Apple, and Google. Also write invitations,
    /// and read the answers.
    Calendar(Box<Calendar>),
    /// List the fewest events that take a case to a stage or an outcome.
    Route(Route),
    /// Print the process, with each stage and event, as a table or a diagram.
    Chart(Chart),
    /// List the rules with what to do when each isn't met, and its source; or find the cases that other rules would change.
    Rules(Rules),
    /// Start a local server with web pages and an HTTP API for planning, cases, and audits.
    Serve(Box<Serve>),
    /// Create, migrate, or check the database in which several servers keep one ledger.
    #[command(subcommand)]
    Store(Store),
    /// Check the settings of the server in a file before it starts.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Test the server for outgoing mail.
    #[command(subcommand)]
    Mail(Mail),
    /// Make, list, or revoke tokens, with which programs use the server.
    #[command(subcommand)]
    Token(Token),
    /// List, give, or take the roles of people who use the server.
    #[command(subcommand)]
    Access(Access),
    /// Make, list, or remove webhooks, which send each record to another program, and send dead letters again.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Show the whole process with a made-up district, including two steps that the rules refuse.
    Tour(Tour),
}

/// The case in the ledger.
#[derive(Debug, ClapArgs)]
pub(crate) struct Case {
    /// Case: its ID, the start of its ID, or its district. You can leave it out if the ledger has one case.
    #[arg(long, value_name = "CASE")]
    pub(crate) case: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Chart {
    /// Output format.
    #[arg(long, value_enum, default_value_t = ChartFormat::Markdown)]
    pub(crate) format: ChartFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ChartFormat {
    /// Table of stages, events, and rules.
    Markdown,
    /// State diagram for Mermaid.
    Mermaid,
    /// Graph for Graphviz.
    Dot,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Schema {
    /// The schema to print.
    #[arg(value_enum, default_value_t = SchemaSubject::Ledger)]
    pub(crate) subject: SchemaSubject,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaSubject {
    /// Ledger line.
    Ledger,
    /// Scenario, for editors that check TOML.
    Scenario,
}

#[derive(Debug, Default, Clone, ClapArgs)]
#[command(after_help = "Without --ledger, the server opens cases.ledger in your data folder ($XDG_DATA_HOME/ibbi or \
~/.local/share/ibbi), and creates it if it doesn't exist.\n\
On a loopback address, the server prints and opens a link with which you sign in once. Programs need a token: ibbi token new. \
On other addresses, the server starts only if there is a token, or a proxy or an identity provider that signs people in.\n\
On SIGHUP, a server with a configuration file reads it again.")]
pub(crate) struct Serve {
    /// Ledger file. It is created if it doesn't exist. No other process can write to it while the server runs.
    pub(crate) ledger: Option<PathBuf>,
    /// The same as LEDGER.
    #[arg(long = "ledger", value_name = "FILE", conflicts_with = "ledger", hide = true)]
    pub(crate) ledger_option: Option<PathBuf>,
    /// Address of the database that has the ledger, which several servers can share; see docs/operations.md. The tables are created by
    /// ibbi store init.
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["ledger", "ledger_option"])]
    pub(crate) store: Option<PathBuf>,
    /// File with the address of the database, which only you can read.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["store", "ledger", "ledger_option"])]
    pub(crate) store_file: Option<PathBuf>,
    /// TOML file with these settings; see docs/operations.md. Flags and environment variables override it. Default: IBBI_CONFIG.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address to listen on. Other computers can reach any address except loopback.
    /// Default: 127.0.0.1.
    #[arg(long, value_name = "IP")]
    pub(crate) address: Option<std::net::IpAddr>,
    /// Port to listen on. Use 0 for any free port. Default: 8420, or the next free port.
    #[arg(long)]
    pub(crate) port: Option<u16>,
    #[command(flatten)]
    pub(crate) names: ServerNames,
    #[command(flatten)]
    pub(crate) proxy: ProxyArgs,
    #[command(flatten)]
    pub(crate) oidc: OidcArgs,
    /// Format of the log on standard error. Default: brief.
    #[arg(long, value_enum)]
    pub(crate) log: Option<LogFormat>,
    /// Don't open a browser.
    #[arg(long)]
    pub(crate) no_open: bool,
    /// Your name, for what you record when you sign in with the link. Default: IBBI_ACTOR, or your user name.
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    #[command(flatten)]
    pub(crate) standards: StandardsFile,
    #[command(flatten)]
    pub(crate) goals: GoalsFile,
    /// TOML file with the retention rules of the office. See docs/forgetting.md.
    #[arg(long, value_name = "FILE")]
    pub(crate) retention: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// The server for outgoing mail, which only the configuration file has.
    #[arg(skip)]
    pub(crate) mail: Option<MailTable>,
}

#[derive(Debug, Clone, Copy, ValueEnum, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    /// Failures only, for people.
    Brief,
    /// Every request, as lines of JSON, with its ID and who sent it.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the file, and show the settings that follow from it.
    Check(CheckConfig),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CheckConfig {
    /// TOML file with the settings of ibbi serve.
    pub(crate) file: PathBuf,
}

/// The most threads that a command takes. More than the cores of a large server only take memory.
const MAX_THREADS: u64 = 1024;

fn thread_count(text: &str) -> Result<u64, String> {
    let threads = number(text)?;
    let is_valid = (1..=MAX_THREADS).contains(&threads);
    is_valid.then_some(threads).ok_or_else(|| format!("the number of threads must be from 1 to {MAX_THREADS}"))
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "the number must be a whole number, such as 12".to_owned())
}
