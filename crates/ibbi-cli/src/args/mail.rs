//! The arguments of `ibbi mail`.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// Send a test message, to see whether the settings work and the message arrives.
    Test(TestMail),
}

#[derive(Debug, ClapArgs)]
#[command(
    after_help = "An error names the step that failed, the answer of the mail server, and what to do. Exit code 5 means that the \
mail server could not be reached or refused the message."
)]
pub(crate) struct TestMail {
    /// TOML file with the settings of ibbi serve and the table `[mail]`; see docs/operations.md. Default: IBBI_CONFIG.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Address that gets the message, such as p.sullivan@example.org. You can repeat this option.
    #[arg(long, value_name = "ADDRESS", required = true)]
    pub(crate) to: Vec<String>,
}
