//! The results of verifications and extracts.

use crate::error::AppError;
use crate::place;
use ibbi_core::At;
use ibbi_log::{ClockFinding, CustodyState, Digest, Fault, TextState, Texts, Uuid};
use ibbi_seal::Fork;
use serde::Serialize;
use std::path::Path;

/// A checkpoint and the result of checking it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckpointVerdict {
    /// How many lines it covers.
    pub size: u64,
    /// The trusted key that signed it. `None` if no key was given.
    pub signer: Option<String>,
    /// What is wrong with it or with the ledger.
    pub fault: Option<String>,
    /// The witnesses that cosigned it, if witnesses were given.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cosigned: Vec<CosignedBy>,
}

/// A valid cosignature of a witness.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CosignedBy {
    /// The name of the witness.
    pub witness: String,
    /// When it cosigned, by its own clock. `None` if that is after the year 9999.
    pub at: Option<At>,
}

/// The lines from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineSpan {
    /// The first line, from 1.
    pub first: u64,
    /// The last line.
    pub last: u64,
}

impl From<core::ops::RangeInclusive<u64>> for LineSpan {
    fn from(lines: core::ops::RangeInclusive<u64>) -> Self {
        Self { first: *lines.start(), last: *lines.end() }
    }
}

/// Two histories under one name: two signed checkpoints that can't both be true, or one that the lines contradict.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FoundFork {
    /// What contradicts what.
    pub text: String,
    /// One checkpoint, as a signed note.
    pub known: String,
    /// The other one. Without it, the lines of the file themselves contradict the checkpoint.
    pub found: Option<String>,
}

impl From<&Fork> for FoundFork {
    fn from(fork: &Fork) -> Self {
        Self { text: fork.to_string(), known: fork.known.to_string(), found: Some(fork.found.to_string()) }
    }
}

/// An earlier checkpoint that was kept outside.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OlderCheckpoint {
    /// How many lines it covers.
    pub size: u64,
    /// Whether the ledger continues it without a change, and a trusted key signed it.
    pub continued: bool,
}

/// How far enough witnesses cosigned the ledger.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WitnessedLines {
    /// How many witnesses a checkpoint needs.
    pub quorum: usize,
    /// How many witnesses were given.
    pub witnesses: usize,
    /// How many lines the largest checkpoint covers that has enough cosignatures and fits.
    pub covered: Option<u64>,
}

/// A fault in a ledger.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Fault"))]
pub struct FoundFault {
    /// A stable code.
    pub code: &'static str,
    /// The line, from 1.
    pub line: u64,
    /// The byte in the file, from 0.
    pub byte: u64,
    /// What is wrong, what was expected and found, and what to do.
    pub text: String,
}

impl From<&Fault> for FoundFault {
    fn from(fault: &Fault) -> Self {
        let byte = fault.offset + u64::try_from(fault.column).unwrap_or(0);
        Self { code: fault.kind.code(), line: fault.line, byte, text: fault.to_string() }
    }
}

/// A time that a right clock doesn't give. The ledger is sound with it, but the time can't be relied on.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClockRemark {
    /// The code of the finding in an audit, such as `clock.frozen`.
    pub code: &'static str,
    /// The first line that it is about, from 1.
    pub line: u64,
    /// What was found.
    pub text: String,
}

impl From<&ClockFinding> for ClockRemark {
    fn from(found: &ClockFinding) -> Self {
        Self { code: found.kind.code(), line: found.line, text: format!("line {}: {found}", found.line) }
    }
}

/// The result of a verification.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verified {
    /// `ledger`, `extract`, `mirror`, `checkpoints`, `consistency proof`, or `inclusion proof`.
    pub what: &'static str,
    /// Whether the ledger is sound: `docs/findings.md` defines the word, for a verification and for an audit.
    pub sound: bool,
    /// How many whole lines there are; for an extract, how many records of its case.
    pub lines: u64,
    /// How many lines of a mirror are there in full. The others are there as their SHA-256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub readable: Option<u64>,
    /// How many bytes they have.
    pub bytes: u64,
    /// The SHA-256 of the last line.
    pub last_hash: String,
    /// The ledger's name.
    pub origin: Option<String>,
    /// Whether the ledger was created under the chart that this program has.
    pub same_chart: Option<bool>,
    /// The case of an extract.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<Uuid>,
    /// For an extract: up to which line of the ledger it shows every record of its case. Without it, later records might
    /// exist, even under the extract's checkpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete_up_to: Option<u64>,
    /// Times that a right clock doesn't give.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clock: Vec<ClockRemark>,
    /// The first faults, in the order of the lines.
    pub faults: Vec<FoundFault>,
    /// How many faults there are in all.
    pub fault_count: u64,
    /// The checkpoints, oldest first.
    pub checkpoints: Vec<CheckpointVerdict>,
    /// The size of the largest good checkpoint.
    pub last_good: Option<u64>,
    /// Whether signatures were checked, because a public key was given.
    pub signatures_checked: bool,
    /// Statements about the history that can't all be true: it forked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forks: Vec<FoundFork>,
    /// The fewest lines of which at least one must have changed or must be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changed: Option<LineSpan>,
    /// The numbers of the lines at the end that a checkpoint covers and that the ledger doesn't have. Those that were removed can
    /// be anywhere in `changed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<LineSpan>,
    /// The earlier checkpoints that were given, and whether the ledger continues each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub since: Vec<OlderCheckpoint>,
    /// How far enough witnesses cosigned the ledger, if witnesses were given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witnessed: Option<WitnessedLines>,
    /// What a proof shows if it is sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proved: Option<ProvedLines>,
    /// The confidential texts of the records, if they were checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub texts: Option<CheckedTexts>,
}

/// What a proof shows: that a line is among the first lines of a ledger, or that the ledger only grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProvedLines {
    /// The line that is among the first `to` lines, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// How many lines the ledger had when it was the beginning of the first `to` lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<u64>,
    /// The number of lines.
    pub to: u64,
    /// Whether checkpoints have the roots of the proof. Without them, it shows nothing about a certain ledger.
    pub signed: bool,
}

impl Verified {
    /// Returns a result without findings for a file that says something about a ledger without its lines.
    pub(crate) fn of_statement(what: &'static str) -> Self {
        Self {
            what,
            sound: true,
            lines: 0,
            readable: None,
            bytes: 0,
            last_hash: String::new(),
            origin: None,
            same_chart: None,
            case: None,
            complete_up_to: None,
            clock: Vec::new(),
            faults: Vec::new(),
            fault_count: 0,
            checkpoints: Vec::new(),
            last_good: None,
            signatures_checked: false,
            forks: Vec::new(),
            changed: None,
            missing: None,
            since: Vec::new(),
            witnessed: None,
            proved: None,
            texts: None,
        }
    }

    /// Adds what is wrong with all of it, which is then not sound.
    pub(crate) fn add_fault(&mut self, code: &'static str, text: String) {
        self.faults.push(FoundFault { code, line: self.lines, byte: self.bytes, text });
        self.fault_count += 1;
        self.sound = false;
    }
}

/// Whether the confidential texts of a ledger's records can be shown. They are in a file beside the ledger, so the ledger is
/// sound without them.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckedTexts {
    /// How many records have a confidential text.
    pub recorded: u64,
    /// Whether the file with the texts exists.
    pub file: bool,
    /// The lines of the records whose text is not in the file.
    pub missing: Vec<u64>,
    /// The lines of the records whose text was altered in the file.
    pub altered: Vec<u64>,
    /// The lines of the records whose text is sealed, and whose key is not in the folder with the keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<u64>,
    /// The lines of the records whose text is sealed, and whose key's file is damaged, is that of other texts, or can't be read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key_damaged: Vec<u64>,
    /// How many texts were destroyed.
    #[serde(skip_serializing_if = "is_zero")]
    pub destroyed: u64,
    /// The keys that were destroyed according to the ledger, and whose files are still there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys_left: Vec<String>,
    /// The lines of the records whose text is in the file again, in plain text or under a newer key, after texts were destroyed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<u64>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // As serde calls it.
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl CheckedTexts {
    pub(crate) fn new(
        ledger: &Path,
        recorded: &[(u64, Digest)],
        custody: &CustodyState,
    ) -> Result<Option<Self>, AppError> {
        if recorded.is_empty() {
            return Ok(None);
        }
        let texts = place::texts(ledger, custody)?;
        let mut checked = Self {
            recorded: recorded.len() as u64,
            file: texts.is_some(),
            missing: Vec::new(),
            altered: Vec::new(),
            closed: Vec::new(),
            key_damaged: Vec::new(),
            destroyed: 0,
            keys_left: Vec::new(),
            left: Vec::new(),
        };
        let is_destroyed = |digest: &Digest| {
            let key = texts.as_ref().and_then(|texts| texts.key(digest));
            key.is_some_and(|key| custody.destruction(key).is_some())
        };
        let keys = custody.destroyed.iter().map(|destruction| destruction.texts.key);
        let left = keys.filter(|key| texts.as_ref().is_some_and(|texts| texts.has_key(key)));
        checked.keys_left = left.map(|key| key.to_string()).collect();
        for (line, digest) in recorded {
            if is_destroyed(digest) {
                checked.destroyed += 1;
                let is_open = |texts: &Texts| {
                    texts.state(digest) == TextState::Available
                        && !texts.key(digest).is_some_and(|key| texts.has_key(key))
                };
                if texts.as_ref().is_some_and(is_open) {
                    checked.left.push(*line);
                }
                continue;
            }
            match texts.as_ref().map_or(TextState::Missing, |texts| texts.state(digest)) {
                TextState::Available => {
                    // Texts are sealed before any are destroyed, so an earlier one in plain text was put back.
                    let key = texts.as_ref().and_then(|texts| texts.key(digest));
                    let is_later = |destruction: &ibbi_log::Destruction| {
                        let destroyed = &destruction.texts.key;
                        let is_of = key.is_none_or(|key| (key.case, key.owner) == (destroyed.case, destroyed.owner));
                        is_of && destruction.seq > *line
                    };
                    if custody.destroyed.iter().any(is_later) {
                        checked.left.push(*line);
                    }
                }
                TextState::Missing => checked.missing.push(*line),
                TextState::Closed => checked.closed.push(*line),
                TextState::KeyDamaged => checked.key_damaged.push(*line),
                TextState::Altered => checked.altered.push(*line),
            }
        }
        Ok(Some(checked))
    }
}

/// The size of a new extract.
#[derive(Debug, Clone, Serialize)]
pub struct ExtractedCase {
    /// The case.
    pub case: Uuid,
    /// How many records of it the extract holds.
    pub records: u64,
    /// How many lines of the ledger the checkpoint covers.
    pub size: u64,
    /// Whether the extract shows that it has every record of the case up to there.
    pub complete: bool,
}
