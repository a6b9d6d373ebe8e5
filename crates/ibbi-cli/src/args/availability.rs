//! Arguments of `ibbi availability`.

use clap::Args as ClapArgs;
use std::path::PathBuf;

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  ibbi availability poll.csv calendar.ics\n  \
ibbi availability poll.csv --scenario my.toml\n  \
ibbi availability poll.csv --scenario my.toml --person \"Kev=k-almeida\" --person \"Guest=skip\" --accept\n  \
pbpaste | ibbi availability - --scenario my.toml\n\n\
The content of a file decides how it is read: calendars (.ics), exports of Doodle, Rallly, and When2meet, spreadsheets (.xlsx, .ods, \
.xls), CSV, pasted rows, and lines such as `Kevin Almeida: never Tuesdays`. Titles of events are never kept. See \
docs/availability.md.\n\n\
First, the command shows what it understood. Nothing is written unless you agree: on a terminal it asks, and otherwise it needs \
--accept or --out.\n\n\
Exit codes: 0 done, 2 a file can't be used, 3 a name must be assigned with --person first; otherwise as in `ibbi --help`.")]
pub(crate) struct Availability {
    /// Files to import; `-` is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Scenario that gets the times. Without it, the command only shows what the files contain.
    #[arg(long, value_name = "SCENARIO")]
    pub(crate) scenario: Option<PathBuf>,
    /// Who a name in a file is: an ID of the scenario, or skip. For a file without a name, write the file. Can be repeated.
    #[arg(long, value_name = "NAME=PERSON", requires = "scenario")]
    pub(crate) person: Vec<String>,
    /// First day that matters. Default: the start of the scenario.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<String>,
    /// Last day that matters. Default: the last day that a plan can reach.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// Put the times of the files in place of times in the scenario that contradict them. Default: add them.
    #[arg(long, requires = "scenario")]
    pub(crate) replace: bool,
    /// Change the scenario's file without asking. Its comments stay.
    #[arg(long, requires = "scenario", conflicts_with = "out")]
    pub(crate) accept: bool,
    /// Write the changed scenario to this file instead.
    #[arg(short, long, value_name = "FILE", requires = "scenario")]
    pub(crate) out: Option<PathBuf>,
}
