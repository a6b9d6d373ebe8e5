//! The arguments of `ibbi hold` and `ibbi texts`.

use clap::{Args as ClapArgs, Subcommand};
use ibbi_app::TextOwner;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Hold {
    /// Place a legal hold on a case, or on all cases. No text under hold can be destroyed.
    Place(PlaceHold),
    /// Lift a legal hold.
    Lift(LiftHold),
    /// List the legal holds, with those that were lifted.
    List(CustodyLedger),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Texts {
    /// Encrypt the confidential texts beside a ledger, with keys in a folder elsewhere.
    Seal(SealTexts),
    /// List the sealed texts, and which of them the retention rules allow to destroy.
    Due(DueTexts),
    /// Destroy the key of a case's texts, so that no one can read them any more.
    Destroy(DestroyTexts),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CustodyLedger {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PlaceHold {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Case to hold: its ID, the start of its ID, or its district.
    #[arg(long, value_name = "CASE", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) case: Option<String>,
    /// Hold all cases.
    #[arg(long)]
    pub(crate) all: bool,
    /// Why. The text is in the ledger for good.
    #[arg(long, value_name = "WHY")]
    pub(crate) reason: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct LiftHold {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Number of the hold, as `ibbi hold list` shows it.
    pub(crate) hold: u64,
    /// Why. The text is in the ledger for good.
    #[arg(long, value_name = "WHY")]
    pub(crate) reason: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SealTexts {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Folder for the keys, outside the ledger's folder and its backups. It is created if there is none.
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DueTexts {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// File with the retention rules.
    #[arg(long, value_name = "FILE")]
    pub(crate) retention: PathBuf,
    /// Day to ask about, such as 2034-01-15. Default: today.
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DestroyTexts {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Case whose texts to destroy: its ID, the start of its ID, or its district.
    #[arg(long, value_name = "CASE")]
    pub(crate) case: String,
    /// Only the texts of this party: labor, management, program (the notes), or unknown. Default: all texts of the case.
    #[arg(long, value_name = "PARTY", value_parser = owner)]
    pub(crate) party: Option<TextOwner>,
    /// File with the retention rules.
    #[arg(long, value_name = "FILE")]
    pub(crate) retention: PathBuf,
    /// Why, and on whose authority. The text is in the ledger for good.
    #[arg(long, value_name = "WHY")]
    pub(crate) reason: String,
    /// Don't ask for confirmation.
    #[arg(long)]
    pub(crate) yes: bool,
}

fn owner(text: &str) -> Result<TextOwner, String> {
    let expected = || "expected labor, management, program, or unknown".to_owned();
    TextOwner::from_code(text).ok_or_else(expected)
}
