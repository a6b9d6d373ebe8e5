//! Arguments of `ibbi release`.

use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(
    group = clap::ArgGroup::new("scope").required(true),
    after_help = "A confidential text is withheld unless you release it, and nothing is withheld without an exemption. Your counsel or \
records access officer decides which one applies.\n\n\
Examples:\n  ibbi release my.ledger --case 'Maple Hollow' --out response --exempt exempt.toml --key my.key\n  \
ibbi release my.ledger --all --out response --exempt-all 'M.G.L. c. 4, § 7, cl. 26(d)' --reason 'Positions that are being developed.'\n  \
ibbi verify response --key PUBLIC\n\n\
docs/release.md explains the rules in exempt.toml, the files, and how they are checked."
)]
pub(crate) struct Release {
    /// Ledger file.
    pub(crate) ledger: PathBuf,
    /// Case: its ID, the start of its ID, or its district. You can repeat this option.
    #[arg(long, value_name = "CASE", group = "scope")]
    pub(crate) case: Vec<String>,
    /// Release the records of all cases.
    #[arg(long, group = "scope")]
    pub(crate) all: bool,
    /// New folder for the release. It must not exist.
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// TOML file that says which texts and lines are withheld or released, with the exemption and the reason of each.
    #[arg(long, value_name = "FILE")]
    pub(crate) exempt: Option<PathBuf>,
    /// Withhold every text that is not released otherwise under this exemption, such as 'M.G.L. c. 4, § 7, cl. 26(d)'.
    #[arg(long, value_name = "LAW", requires = "reason")]
    pub(crate) exempt_all: Option<String>,
    /// Why the exemption of --exempt-all applies.
    #[arg(long, value_name = "TEXT", requires = "exempt_all")]
    pub(crate) reason: Option<String>,
    /// Release the text in this line of the ledger, whatever the rules say. You can repeat this option.
    #[arg(long, value_name = "LINE", value_parser = super::number, allow_negative_numbers = true)]
    pub(crate) release_text: Vec<u64>,
    /// Show lines that name a concern by its short ID although its text is withheld. Otherwise, these lines are withheld.
    #[arg(long)]
    pub(crate) show_concern_ids: bool,
    /// Checkpoint file. The checkpoint that covers the most lines is used. Default: LEDGER.checkpoints.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Private key file of the ledger. It signs the list of the files, so that the reasons and the page can't be changed.
    #[arg(long, value_name = "KEY FILE")]
    pub(crate) key: Option<PathBuf>,
}
