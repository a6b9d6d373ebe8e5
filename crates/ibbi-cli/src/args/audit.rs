//! What the commands that judge a ledger, vouch for it and hand it on take.

use super::{Case, number};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, ValueEnum};
use ibbi_app::audit::Format;
use std::path::PathBuf;

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
    #[arg(long, value_parser = export_formats())]
    pub(crate) to: Format,
    /// Export voided events and corrections too, marked (xes and ocel leave them out otherwise).
    #[arg(long)]
    pub(crate) voided: bool,
    /// The file; an existing one is replaced. Default: standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
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

fn outcome(text: &str) -> Result<ibbi_core::Outcome, String> {
    ibbi_core::Outcome::from_code(&text.replace('-', "_"))
        .ok_or_else(|| format!("an outcome is one of {}", ibbi_core::Outcome::CODES.join(", ")))
}

fn fail_on(text: &str) -> Result<ibbi_app::audit::FailOn, String> {
    text.parse()
}

/// The formats as the application lists them, each with what it holds.
fn export_formats() -> impl TypedValueParser<Value = Format> {
    let listed = Format::ALL.map(|format| PossibleValue::new(format.code()).help(format.label()));
    PossibleValuesParser::new(listed)
        .try_map(|code| Format::from_code(&code).ok_or_else(|| format!("there is no format `{code}`")))
}
