//! The lines about the ledger itself: its first line, the change to format 2, and the state of all cases.

use crate::Digest;
use crate::line::{Line, unescape};
use ibbi_core::{At, Name};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use uuid::Uuid;

/// The version of the ledger format that this crate writes, the `format` of a new ledger's first line. It also reads
/// version 1.
pub const FORMAT: u32 = 2;

/// The beginning of the origin of a ledger with the runs of a simulation.
pub const SIMULATION_ORIGIN: &str = "ibbi.local/simulation/";

/// A ledger's first line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// The line's ID.
    pub id: Uuid,
    /// Who opened the ledger.
    pub actor: Name,
    /// When it was opened.
    pub at: At,
    /// When the line was written.
    pub logged: At,
    /// The ledger's public name, such as `example.org/ibbi`. Its checkpoints have it too.
    pub origin: Name,
    /// The program and its version.
    pub program: Name,
    /// The SHA-256 of the chart that the program had.
    pub chart: Digest,
    /// The version of the ledger format.
    pub format: u32,
}

impl Opening {
    /// Returns whether the ledger was created under the chart that this program has. Report another chart to the user;
    /// events are still checked with the parameters in their case.
    pub fn has_our_chart(&self) -> bool {
        self.chart == chart_digest()
    }

    /// Returns whether the ledger has the runs of a simulation. Its cases are alternatives, not cases at the same time.
    pub fn is_simulation(&self) -> bool {
        self.origin.as_str().starts_with(SIMULATION_ORIGIN)
    }
}

/// The line after which a ledger that began in format 1 has format 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatChange {
    /// The SHA-256 of the chart that the program had.
    pub chart: Digest,
    /// The version of the format from here on.
    pub format: u32,
}

/// A line with the state of all cases: which lines are the last ones of their cases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heads {
    /// The number of cases.
    pub cases: u64,
    /// The Merkle root over the last lines of the cases (`docs/ledger.md`, *Heads*).
    pub root: Digest,
}

/// The content of the first line of a new ledger. The chart's digest and the format are added to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLedger {
    /// The line's ID.
    pub id: Uuid,
    /// Who opens the ledger.
    pub actor: Name,
    /// When it is opened; also its `logged`.
    pub at: At,
    /// The ledger's public name, such as `example.org/ibbi`.
    pub origin: Name,
    /// The program and its version.
    pub program: Name,
}

/// Returns the SHA-256 of the chart of the first edition, which the first line of a new ledger has.
pub fn chart_digest() -> Digest {
    static DIGEST: LazyLock<Digest> = LazyLock::new(|| Digest::sha256(ibbi_core::chart::digest_text().as_bytes()));
    *DIGEST
}

/// The data of a first line. The fields are in the alphabetical order of their keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpeningData {
    pub(crate) chart: String,
    pub(crate) format: u32,
    pub(crate) origin: Name,
    pub(crate) program: Name,
}

/// Why data are refused, and at which of their bytes.
#[derive(Debug)]
pub(crate) enum DataFault {
    /// The reader refuses them.
    Refused { column: usize, reason: String },
    /// They are valid, but not in canonical form.
    Spelling { column: usize, expected: String },
}

/// The data of the line after which a ledger has format 2, in the order of their keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatData {
    pub(crate) chart: String,
    pub(crate) format: u32,
}

/// The data of a line with the state of all cases: how many they are, and the root over their last lines.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HeadsData {
    pub(crate) cases: u64,
    pub(crate) root: String,
}

/// Reads the data of a first line of a version, in canonical form only.
pub(crate) fn read_opening_data(data: &str, version: u8) -> Result<(OpeningData, Digest), DataFault> {
    let read: OpeningData = read_canonical(data)?;
    let chart = read_chart(&read.chart)?;
    check_format(read.format, version)?;
    Ok((read, chart))
}

/// Reads the data of the line after which a ledger has format 2, in canonical form only.
pub(crate) fn read_format_data(data: &str, version: u8) -> Result<FormatChange, DataFault> {
    let read: FormatData = read_canonical(data)?;
    let chart = read_chart(&read.chart)?;
    check_format(read.format, version)?;
    Ok(FormatChange { chart, format: read.format })
}

/// Reads the data of a line with the state of all cases, in canonical form only.
pub(crate) fn read_heads_data(data: &str) -> Result<Heads, DataFault> {
    let read: HeadsData = read_canonical(data)?;
    let root = read.root.parse().map_err(|error| reason(format!("`root`: {error}")))?;
    Ok(Heads { cases: read.cases, root })
}

pub(crate) fn read_canonical<'a, T: Serialize + Deserialize<'a>>(data: &'a str) -> Result<T, DataFault> {
    let read: T = serde_json::from_str(data).map_err(|error| refused(&error))?;
    let again = serde_json::to_vec(&read).map_err(|error| refused(&error))?;
    same_spelling(data, &again)?;
    Ok(read)
}

fn read_chart(chart: &str) -> Result<Digest, DataFault> {
    chart.parse().map_err(|error| reason(format!("`chart`: {error}")))
}

fn check_format(format: u32, version: u8) -> Result<(), DataFault> {
    if format == u32::from(version) {
        return Ok(());
    }
    Err(reason(format!("`format` is {format}, but the line has the form of format {version}")))
}

pub(crate) fn refused(error: &serde_json::Error) -> DataFault {
    // The reader counts columns in bytes from 1; the data are on one line.
    DataFault::Refused { column: error.column().saturating_sub(1), reason: error.to_string() }
}

pub(crate) fn reason(reason: String) -> DataFault {
    DataFault::Refused { column: 0, reason }
}

pub(crate) fn same_spelling(data: &str, again: &[u8]) -> Result<(), DataFault> {
    if data.as_bytes() == again {
        return Ok(());
    }
    let column = data.bytes().zip(again).take_while(|(left, right)| left == *right).count();
    Err(DataFault::Spelling { column, expected: String::from_utf8_lossy(again).into_owned() })
}

/// Returns the first line's content, if the line is valid.
pub(crate) fn opening_of(line: &Line<'_>) -> Option<Opening> {
    let (data, chart) = read_opening_data(line.data, line.version).ok()?;
    Some(Opening {
        id: line.id,
        actor: Name::new(&unescape(line.actor)?).ok()?,
        at: line.at,
        logged: line.logged,
        origin: data.origin,
        program: data.program,
        chart,
        format: data.format,
    })
}
