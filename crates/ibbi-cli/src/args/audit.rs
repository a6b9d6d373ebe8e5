//! Arguments of the commands that audit, verify, compare, and export ledgers.

use super::{Case, number, thread_count};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, ValueEnum};
use ibbi_app::audit::ExportFormat;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  ibbi audit my.ledger\n  ibbi audit my.ledger --case 'Maple Hollow'      one case in detail\n  \
ibbi audit my.ledger --case 'Maple Hollow' --at '2026-10-20 16:00'\n  \
ibbi audit old.ledger.gz --finding event.illegal --stream\n  \
ibbi audit my.ledger --key PUBLIC --html audit.html --fail-on warning\n\n\
docs/findings.md explains each finding and what to do about it."
)]
pub(crate) struct Audit {
    /// Ledger file or extract; can be compressed with gzip or zstd. Use `-` for standard input.
    pub(crate) ledger: PathBuf,
    /// Report one case in detail. Give its ID, the start of its ID, or its district. The report has each step with
    /// its rule and its source, the attendance of each session, and why the case is at its stage.
    #[arg(long, value_name = "CASE")]
    pub(crate) case: Option<String>,
    /// With --case: include only events that happened by this time, with later corrections applied.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, requires = "case", conflicts_with_all = ["to", "logged"])]
    pub(crate) at: Option<String>,
    /// With --case: include only what was on record at this time, without later corrections.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true, requires = "case", conflicts_with = "to")]
    pub(crate) logged: Option<String>,
    /// With --case: stop at this record number.
    #[arg(long, value_name = "SEQ", allow_negative_numbers = true, requires = "case", value_parser = number)]
    pub(crate) to: Option<u64>,
    /// A time: show only findings in lines logged then or later, and figures for cases that have such lines. Or a file with an
    /// earlier checkpoint that someone kept, as for `ibbi verify`: say whether the ledger only grew since. You can repeat this
    /// option.
    #[arg(long, value_name = "TIME|FILE", allow_negative_numbers = true)]
    pub(crate) since: Vec<String>,
    /// File with the public keys of witnesses, one on each line. Only checkpoints that they cosigned count.
    #[arg(long, value_name = "FILE")]
    pub(crate) witnesses: Option<PathBuf>,
    /// How many of the witnesses must have cosigned a checkpoint.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "witnesses")]
    pub(crate) quorum: usize,
    /// Person who audits, for the certificate. Default: IBBI_ACTOR, or your user name.
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// Show figures only for cases with this outcome: completed, not_adopted, not_accepted, referred, or withdrawn.
    #[arg(long, value_parser = outcome)]
    pub(crate) outcome: Option<ibbi_core::Outcome>,
    /// Show only findings with this code. You can repeat this option.
    #[arg(long, value_name = "CODE", value_parser = ibbi_app::audit::finding_kind)]
    pub(crate) finding: Vec<ibbi_app::audit::FindingKind>,
    /// Exit with code 4 if there is a finding of this severity or higher (error, warning, info), with this code, or an
    /// advisory with this code. Use `unsound` to exit as `ibbi verify` does, and `never` to turn this off.
    #[arg(long, value_name = "WHAT", default_value = "error", value_parser = fail_on)]
    pub(crate) fail_on: ibbi_app::audit::FailOn,
    /// Measure open cases as of this time. Default: when the last line was logged.
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    pub(crate) as_of: Option<String>,
    /// Report every advisory, not only those about what is recorded.
    #[arg(long)]
    pub(crate) advisories: bool,
    /// Checkpoint file. Use a copy that the people who keep the ledger can't change. Default: LEDGER.checkpoints.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Trusted public key, or a file that contains it. You can repeat this option.
    #[arg(long, value_name = "PUBLIC KEY")]
    pub(crate) key: Vec<String>,
    /// Number of threads. The result is the same for any number. Default: one per core.
    #[arg(long, allow_negative_numbers = true, value_parser = thread_count)]
    pub(crate) threads: Option<u64>,
    /// Number of findings to show for each code.
    #[arg(long, default_value_t = 5, allow_negative_numbers = true, value_parser = number)]
    pub(crate) show: u64,
    /// Print each finding on its own line as it is found, without a report. With --json, print one JSON object per line.
    #[arg(long, conflicts_with_all = ["case", "csv"])]
    pub(crate) stream: bool,
    /// Also write the report as an HTML page.
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Print one table as CSV instead.
    #[arg(long, value_enum, value_name = "TABLE", conflicts_with_all = ["json", "case"])]
    pub(crate) csv: Option<AuditTable>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum AuditTable {
    /// All findings.
    Findings,
    /// One row for each case.
    Cases,
    /// Time spent in each stage.
    Stages,
    /// Sequences of events, most frequent first.
    Variants,
    /// Cases opened and closed in each month.
    Months,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Diff {
    /// First ledger or extract.
    pub(crate) first: PathBuf,
    /// Second ledger or extract.
    pub(crate) second: PathBuf,
    /// Number of records and of cases to show in full.
    #[arg(long, default_value_t = 10, allow_negative_numbers = true, value_parser = number)]
    pub(crate) show: u64,
    /// Show every record and every case that differs.
    #[arg(long, conflicts_with = "show")]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) action: Option<RulesAction>,
}

#[derive(Debug, clap::Subcommand)]
pub(crate) enum RulesAction {
    /// Find the cases of a ledger that would come out differently under another program or another edition of the rules.
    Diff(RulesDiff),
}

#[derive(Debug, ClapArgs)]
#[command(group = clap::ArgGroup::new("other").required(true))]
pub(crate) struct RulesDiff {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Program for every case: a preset (mep, oregon-two-day, oregon-refresher, cec-virtual), or a JSON file with its parameters.
    #[arg(long, value_name = "PRESET|FILE", group = "other")]
    pub(crate) program: Option<String>,
    /// Edition of the rules for every case, by its number.
    #[arg(long, value_name = "NUMBER", group = "other")]
    pub(crate) edition: Option<u16>,
    /// Number of cases to show.
    #[arg(long, default_value_t = 10, allow_negative_numbers = true, value_parser = number)]
    pub(crate) show: u64,
    /// Show every case that differs.
    #[arg(long, conflicts_with = "show")]
    pub(crate) all: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Export {
    /// Ledger file. Leave it out for pnml and bpmn, which export the process itself.
    pub(crate) ledger: Option<PathBuf>,
    /// Output format.
    #[arg(long, value_parser = export_formats())]
    pub(crate) to: ExportFormat,
    /// Include voided events and corrections, marked as such. (xes and ocel leave them out by default.)
    #[arg(long)]
    pub(crate) voided: bool,
    /// With `--to ledger` from a database: write the confidential texts too, to FILE.texts.
    #[arg(long, requires = "out")]
    pub(crate) texts: bool,
    /// Output file. Default: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Keygen {
    /// Name of the signer, such as `example.org/ibbi`.
    pub(crate) name: String,
    /// New file for the private key. Only you can read it.
    pub(crate) file: PathBuf,
    /// Make the key of a witness, which cosigns checkpoints, and FILE.state beside it, which remembers them.
    #[arg(long)]
    pub(crate) witness: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Checkpoint {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Private key file.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) key: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Verify {
    /// Ledger file, extract, mirror, proof, or file of checkpoints, or the folder of a release. Use `-` for standard input.
    pub(crate) ledger: PathBuf,
    /// Checkpoint file. Use a copy that the people who keep the ledger can't change. Default: LEDGER.checkpoints.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Trusted public key, or a file that contains it. You can repeat this option.
    #[arg(long, value_name = "PUBLIC KEY")]
    pub(crate) key: Vec<String>,
    /// Check only the hash chain, not the format and event of each line. This is faster.
    #[arg(long)]
    pub(crate) chain_only: bool,
    /// File with an earlier checkpoint that someone kept: checkpoints, an extract, or a mirror. Says whether the ledger only
    /// grew since. You can repeat this option.
    #[arg(long, value_name = "FILE")]
    pub(crate) since: Vec<PathBuf>,
    /// New file for the proof that the ledger only grew from the --since checkpoint to its newest one.
    #[arg(long, value_name = "FILE", requires = "since")]
    pub(crate) proof: Option<PathBuf>,
    /// File with the public keys of witnesses, one on each line. Only checkpoints that they cosigned count.
    #[arg(long, value_name = "FILE")]
    pub(crate) witnesses: Option<PathBuf>,
    /// How many of the witnesses must have cosigned a checkpoint.
    #[arg(long, value_name = "NUMBER", default_value_t = 1, requires = "witnesses")]
    pub(crate) quorum: usize,
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "The witness's state is in KEY FILE.state. Keep it with the key, and never replace it by an older copy. \
If a checkpoint contradicts what the witness has cosigned, both are kept in KEY FILE.forks, and the exit code is 4."
)]
pub(crate) struct Cosign {
    /// File with the checkpoint. If it has several, the one that covers the most lines is cosigned.
    pub(crate) checkpoint: PathBuf,
    /// The witness's private key file, from `ibbi keygen NAME FILE --witness`.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) witness: PathBuf,
    /// Public key of the ledger, or a file that contains it. The witness needs it once, for the first checkpoint.
    #[arg(long, value_name = "PUBLIC KEY")]
    pub(crate) key: Option<String>,
    /// Proof that the ledger only grew since the checkpoint that the witness cosigned last.
    #[arg(long, value_name = "FILE", conflicts_with = "ledger")]
    pub(crate) proof: Option<PathBuf>,
    /// The ledger itself, or a mirror of it, instead of a proof.
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: Option<PathBuf>,
    /// New file for the cosigned checkpoint. Default: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Extract {
    /// Ledger file, or a mirror of one.
    pub(crate) ledger: PathBuf,
    #[command(flatten)]
    pub(crate) case: Case,
    /// Checkpoint file. The checkpoint that covers the most lines is used. Default: LEDGER.checkpoints.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// New file for the extract. Default: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

fn outcome(text: &str) -> Result<ibbi_core::Outcome, String> {
    ibbi_core::Outcome::from_code(&text.replace('-', "_"))
        .ok_or_else(|| format!("an outcome must be one of {}", ibbi_core::Outcome::CODES.join(", ")))
}

fn fail_on(text: &str) -> Result<ibbi_app::audit::FailOn, String> {
    text.parse()
}

/// Returns the export formats with their help texts.
fn export_formats() -> impl TypedValueParser<Value = ExportFormat> {
    let listed = ExportFormat::ALL.map(|format| PossibleValue::new(format.code()).help(format.label()));
    PossibleValuesParser::new(listed)
        .try_map(|code| ExportFormat::from_code(&code).ok_or_else(|| format!("there is no format `{code}`")))
}
