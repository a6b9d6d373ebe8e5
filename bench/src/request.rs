//! The command line.

use crate::peers::Failed;
use std::path::PathBuf;

/// How to measure, and where the results go.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Lines of the ledger that is verified.
    pub(crate) lines: u64,
    /// Turns of each contender.
    pub(crate) rounds: usize,
    /// The largest size of a growing job, as a power of ten.
    pub(crate) most: u32,
    /// Where files are written: on a real disk, or syncing costs nothing.
    pub(crate) folder: PathBuf,
    /// The file that also receives the tables.
    pub(crate) out: Option<PathBuf>,
    /// Where the plot goes.
    pub(crate) plot: Option<PathBuf>,
    /// One subject alone.
    only: Option<String>,
}

impl Request {
    pub(crate) fn read(arguments: &[&str]) -> Result<Self, Failed> {
        let mut request = Self {
            lines: 1_000_000,
            rounds: 15,
            most: 7,
            folder: std::env::temp_dir(),
            out: None,
            plot: None,
            only: None,
        };
        for pair in arguments.chunks(2) {
            match pair {
                ["--lines", value] => request.lines = value.parse()?,
                ["--rounds", value] => request.rounds = value.parse::<usize>()?.max(1),
                ["--most", value] => request.most = value.parse()?,
                ["--folder", value] => request.folder = value.into(),
                ["--out", value] => request.out = Some(value.into()),
                ["--plot", value] => request.plot = Some(value.into()),
                ["--only", value] => request.only = Some((*value).to_owned()),
                _ => return Err(format!("unknown argument {}", pair.join(" ")).into()),
            }
        }
        Ok(request)
    }

    /// Whether a subject is asked for.
    pub(crate) fn wants(&self, subject: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == subject)
    }
}
