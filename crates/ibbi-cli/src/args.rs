//! The command line.

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

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "a number is a whole one, such as 12".to_owned())
}

fn minutes(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "minutes are a whole number, such as 15".to_owned())
}

fn id(text: &str) -> Result<uuid::Uuid, String> {
    uuid::Uuid::parse_str(text).map_err(|_| "an id is a UUID such as 01920000-0000-7000-8000-000000000001".to_owned())
}

/// Which case of a ledger is meant.
#[derive(Debug, ClapArgs)]
pub(crate) struct Case {
    /// The case: its id, the beginning of it, or its district. Not needed where the ledger holds one.
    #[arg(long, value_name = "CASE")]
    pub(crate) case: Option<String>,
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
    /// Sign a checkpoint with this private key whenever enough lines are not covered by one. Default: IBBI_KEY.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) sign: Option<PathBuf>,
    /// How many lines are enough. Default: IBBI_CHECKPOINT_EVERY, or 100.
    #[arg(long, value_name = "N", requires = "sign")]
    pub(crate) every: Option<u64>,
}

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
    /// The name that a new ledger bears, and by which its checkpoints name it.
    #[arg(long, default_value = "ibbi.local/ledger", value_name = "NAME")]
    pub(crate) origin: String,
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
pub(crate) struct Keygen {
    /// The key's name: that of whoever signs, such as `example.org/ibbi`.
    pub(crate) name: String,
    /// The new file for the private key; only its owner can read it.
    pub(crate) file: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Checkpoint {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    /// The file of the private key.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Verify {
    /// The ledger's file or an extract; `-` reads standard input.
    pub(crate) ledger: PathBuf,
    /// The file of checkpoints; best a copy from where the ledger's keeper cannot write. Default: LEDGER.checkpoints.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// A public key whose checkpoints count, or a file that holds it; may be given again.
    #[arg(long, value_name = "PUBLIC KEY")]
    pub(crate) key: Vec<String>,
    /// Only the chain, not each line's spelling and event: faster.
    #[arg(long)]
    pub(crate) chain_only: bool,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  ibbi audit my.ledger\n  ibbi audit my.ledger --case 'Maple Hollow'      one case in depth\n  \
ibbi audit my.ledger --case 'Maple Hollow' --at '2026-10-20 16:00'\n  \
ibbi audit old.ledger.gz --finding event.illegal --stream\n  \
ibbi audit my.ledger --key PUBLIC --html audit.html --fail-on warning\n\n\
docs/findings.md says of each finding what it means and what to do."
)]
pub(crate) struct Audit {
    /// The ledger's file or an extract, also compressed by gzip or zstd; `-` reads standard input.
    pub(crate) ledger: PathBuf,
    /// One case in depth: its id, the beginning of it, or its district. Its timeline, who did what, why it is where it
    /// is.
    #[arg(long, value_name = "CASE")]
    pub(crate) case: Option<String>,
    /// Of one case, only what had happened by this time, as it is known now.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, requires = "case", conflicts_with_all = ["to", "logged"])]
    pub(crate) at: Option<String>,
    /// Of one case, only what was on record at this time, as it was known then.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, requires = "case", conflicts_with = "to")]
    pub(crate) logged: Option<String>,
    /// Of one case, only to this number in the ledger.
    #[arg(long, value_name = "SEQ", allow_negative_numbers = true, requires = "case", value_parser = number)]
    pub(crate) to: Option<u64>,
    /// Show findings in lines written down at this time or later, and the figures of cases with such a line.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) since: Option<String>,
    /// The figures of cases that ended in this way: completed, not_adopted, not_accepted, referred or withdrawn.
    #[arg(long, value_parser = outcome)]
    pub(crate) outcome: Option<ibbi_core::Outcome>,
    /// Show findings of this code alone; may be given again.
    #[arg(long, value_name = "CODE", value_parser = ibbi_app::audit::code)]
    pub(crate) finding: Vec<ibbi_audit::FindingKind>,
    /// Exit with 4 at a finding of this weight or a heavier one (error, warning, info), of this code, or never.
    #[arg(long, value_name = "WHAT", default_value = "error", value_parser = fail_on)]
    pub(crate) fail_on: ibbi_app::audit::FailOn,
    /// Look at unfinished cases as of this time. Default: when the last line was written.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) as_of: Option<String>,
    /// Also find what the process advises against.
    #[arg(long)]
    pub(crate) advisories: bool,
    /// The file of checkpoints; best a copy from where the ledger's keeper cannot write. Default: LEDGER.checkpoints.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// A public key whose checkpoints count, or a file that holds it; may be given again.
    #[arg(long, value_name = "PUBLIC KEY")]
    pub(crate) key: Vec<String>,
    /// How many threads; the result does not depend on it. Default: one for each core.
    #[arg(long, allow_negative_numbers = true, value_parser = number)]
    pub(crate) threads: Option<u64>,
    /// How many findings of each code the report shows.
    #[arg(long, default_value_t = 5, allow_negative_numbers = true, value_parser = number)]
    pub(crate) show: u64,
    /// Print every finding as it is found, a line each, and no report; with --json, a JSON object each.
    #[arg(long, conflicts_with_all = ["case", "csv"])]
    pub(crate) stream: bool,
    /// Also write the report as a page; an existing file is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with_all = ["json", "case"])]
    pub(crate) csv: Option<AuditTable>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AuditTable {
    /// Every finding.
    Findings,
    /// Every case in a few figures.
    Cases,
    /// The time in each stage.
    Stages,
    /// The sequences of events, the most frequent first.
    Variants,
    /// What was opened and closed in each month.
    Months,
}

fn outcome(text: &str) -> Result<ibbi_core::Outcome, String> {
    ibbi_core::Outcome::from_code(&text.replace('-', "_"))
        .ok_or_else(|| format!("an outcome is one of {}", ibbi_core::Outcome::CODES.join(", ")))
}

fn fail_on(text: &str) -> Result<ibbi_app::audit::FailOn, String> {
    text.parse()
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Diff {
    /// The first ledger.
    pub(crate) first: PathBuf,
    /// The second ledger.
    pub(crate) second: PathBuf,
    /// How many cases are told in full.
    #[arg(long, default_value_t = 10, allow_negative_numbers = true, value_parser = number)]
    pub(crate) show: u64,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Export {
    /// The ledger's file; not needed for pnml and bpmn, which are of the process itself.
    pub(crate) ledger: Option<PathBuf>,
    /// The format.
    #[arg(long, value_enum)]
    pub(crate) to: ExportFormat,
    /// Export voided events and corrections too, marked (xes and ocel leave them out otherwise).
    #[arg(long)]
    pub(crate) voided: bool,
    /// The file; an existing one is replaced. Default: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A row an event (RFC 4180).
    Csv,
    /// A trace a case (IEEE 1849), for process mining.
    Xes,
    /// Events with all that they touch (OCEL 2.0, JSON).
    Ocel,
    /// An event a line (CloudEvents 1.0, JSON).
    Cloudevents,
    /// The process as a Petri net (PNML).
    Pnml,
    /// The process as a diagram (BPMN 2.0).
    Bpmn,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Prove {
    /// The ledger's file.
    pub(crate) ledger: PathBuf,
    #[command(flatten)]
    pub(crate) case: Case,
    /// The file of checkpoints; the one that covers most lines is used. Default: LEDGER.checkpoints.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// The new file for the extract. Default: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
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

fn format(text: &str) -> Result<ibbi_core::Format, String> {
    ibbi_core::Format::from_code(&text.replace('-', "_"))
        .ok_or_else(|| "a format is full_day (one day of eight hours) or two_half_days (four hours each)".to_owned())
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

#[derive(Debug, ClapArgs)]
pub(crate) struct Who {
    #[command(flatten)]
    pub(crate) scenario: OneScenario,
    /// How many runs for each day that is tried.
    #[arg(long, default_value_t = 2_000, allow_negative_numbers = true, value_parser = number)]
    pub(crate) runs: u64,
    /// The seed: the same seed gives the same result.
    #[arg(long, default_value_t = 1, allow_negative_numbers = true, value_parser = number)]
    pub(crate) seed: u64,
    /// How many threads; the result does not depend on it. Default: one for each core.
    #[arg(long, allow_negative_numbers = true, value_parser = number)]
    pub(crate) threads: Option<u64>,
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
    /// Sign a checkpoint with this private key whenever enough lines are not covered by one. Default: IBBI_KEY.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) sign: Option<PathBuf>,
    /// How many lines are enough. Default: IBBI_CHECKPOINT_EVERY, or 100.
    #[arg(long, value_name = "N", requires = "sign")]
    pub(crate) every: Option<u64>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Tour {
    /// The ledger that the tour leaves; it must not exist yet.
    #[arg(long, default_value = "ibbi-tour.ledger", value_name = "FILE")]
    pub(crate) ledger: PathBuf,
}
