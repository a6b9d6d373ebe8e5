//! Arguments of `ibbi mirror`.

use super::number;
use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi mirror https://ibbi.example.org cases.mirror --token-file token\n  \
ibbi mirror https://ibbi.example.org cases.mirror --token-file token --once --key PUBLIC\n  \
ibbi verify cases.mirror\n\n\
The mirror has the lines that you may read, and the SHA-256 of each other line. If the server's history disagrees with the \
mirror, the exit code is 4, and the mirror stays as it is. docs/mirror.md says more.")]
pub(crate) struct Mirror {
    /// Address of the server. It must begin with https:// unless it is this computer.
    pub(crate) url: String,
    /// File of the mirror. It is created if it doesn't exist, and only appended to.
    pub(crate) file: PathBuf,
    /// File with the token. Default: IBBI_TOKEN_FILE. A token on the command line could be seen by other users.
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Trusted public key, or a file that contains it. Without it, the server's key is trusted on first use.
    #[arg(long, value_name = "PUBLIC KEY")]
    pub(crate) key: Option<String>,
    /// Take in what there is now, and end.
    #[arg(long)]
    pub(crate) once: bool,
    /// Longest time between two questions to the server when nothing is new, in seconds. Default: 30.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true, value_parser = number)]
    pub(crate) every: Option<u64>,
}
