//! Arguments of the commands that import.

use super::Signing;
use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Importing what other programs have.
#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// Import past cases from a spreadsheet, one row for each case, and report what the rules don't allow.
    Cases(ImportCases),
    /// Bring a ledger's file into a database, byte for byte, with its checkpoints and confidential texts. The file is verified first.
    Ledger(ImportLedger),
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Example:\n  ibbi import ledger cases.ledger --into 'postgres://ibbi@db1,db2/ibbi?ledger=cases'\n\n\
The inverse is `ibbi export --to ledger`. The database must not have a ledger of that name yet. Stop the server that writes to the \
file first: what it appends later is not in the database.\n\n\
Exit codes: 0 done, 2 the database has a ledger of this name, 3 the file is not sound, 5 the database can't be used."
)]
pub(crate) struct ImportLedger {
    /// Ledger file.
    pub(crate) file: PathBuf,
    /// Address of the ledger in the database: postgres://USER@HOST/DATABASE?ledger=NAME, with a comma between several hosts
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) into: PathBuf,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi import cases --template > cases.csv\n  ibbi import cases cases.csv\n  \
ibbi import cases cases.csv --into office.ledger\n\n\
Each case is imported whole or not at all. Rows that the rules don't allow are reported, and the others are imported. \
Correct those rows and import the same file again: cases that the ledger has are not imported twice.\n\n\
Exit codes: 0 every row can be imported, 2 the file can't be used, 3 some rows can't be imported; otherwise as in \
`ibbi --help`.")]
pub(crate) struct ImportCases {
    /// CSV file; `-` is standard input. Without --into, it is only checked.
    #[arg(required_unless_present_any = ["columns", "template"])]
    pub(crate) file: Option<PathBuf>,
    /// Ledger to import the cases into. It is created if it doesn't exist.
    #[arg(long, value_name = "LEDGER", requires = "file")]
    pub(crate) into: Option<PathBuf>,
    /// Report what would be imported into the ledger, but don't record it.
    #[arg(long, requires = "into")]
    pub(crate) dry_run: bool,
    /// List the columns that the file can have.
    #[arg(long, conflicts_with_all = ["file", "template"])]
    pub(crate) columns: bool,
    /// Print the first row of a file with every column.
    #[arg(long, conflicts_with_all = ["file", "json"])]
    pub(crate) template: bool,
    /// Person who imports the cases. Default: IBBI_ACTOR, or your user name.
    #[arg(long, value_name = "NAME", alias = "by")]
    pub(crate) actor: Option<String>,
    /// Record even if this computer's clock is much earlier than the last record. Check the clock first.
    #[arg(long)]
    pub(crate) clock_is_right: bool,
    #[command(flatten)]
    pub(crate) signing: Signing,
}
