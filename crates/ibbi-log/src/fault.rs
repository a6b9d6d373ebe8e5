//! Faults: everything that can be wrong with a ledger, in one closed list with stable codes and remedies.
//!
//! The list also has the faults that checkpoints show. They have no other effect here: `ibbi-seal` finds them.

use crate::Digest;
use crate::key_id::KeyId;
use crate::ledger_data::Heads;
use crate::line::{MAX_LINE, MAX_NUMBER};
use core::fmt;
use ibbi_core::{ActPlace, At};
use uuid::Uuid;

/// A fault in a ledger: what is wrong, and where.
///
/// Its text says what was found, what was expected, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line's number in its file, from 1.
    pub line: u64,
    /// The start of the line in its file, in bytes from 0.
    pub offset: u64,
    /// The place of the fault in the line, in bytes from 0.
    pub column: usize,
    /// What is wrong.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let byte = self.offset.saturating_add(u64::try_from(self.column).unwrap_or(u64::MAX));
        write!(f, "line {}, byte {byte}: {}; {}", self.line, self.kind, self.kind.remedy())
    }
}

impl std::error::Error for Fault {}

/// The faults of a ledger: the first ones in full, and how many there are in all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Damage {
    /// The first faults in the order of the lines, at most [`Damage::KEPT`].
    pub faults: Vec<Fault>,
    /// The number of all faults.
    pub count: u64,
}

impl Damage {
    /// How many faults are kept in full; the rest are counted.
    pub const KEPT: usize = 100;

    /// Adds faults.
    pub fn add(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            self.count += 1;
            if self.faults.len() < Self::KEPT {
                self.faults.push(fault);
            }
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.faults.first() {
            Some(first) if self.count == 1 => write!(f, "{first}"),
            Some(first) => write!(f, "{} faults, the first: {first}", self.count),
            None => f.write_str("none"),
        }
    }
}

/// Everything that can be wrong. The first group is about one line alone, the second about its place in the ledger.
///
/// `docs/ledger.md` lists the codes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// There is nothing before the LF.
    #[error("the line is empty")]
    Empty,
    /// The line is longer than [`MAX_LINE`].
    #[error("the line is {length} bytes long; the limit is {MAX_LINE} bytes")]
    TooLong {
        /// Its length in bytes without the LF.
        length: u64,
    },
    /// The line begins with a byte order mark.
    #[error("the line begins with a byte order mark")]
    ByteOrderMark,
    /// There is a CR before the LF.
    #[error("the line ends with CR LF instead of LF")]
    CarriageReturn,
    /// Some bytes are not UTF-8.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// There is a blank, a tab, or another space between the parts of the JSON.
    #[error("there is white space between the parts of the JSON")]
    WhiteSpace,
    /// The line is not JSON.
    #[error("the line is not JSON: expected {expected}")]
    Syntax {
        /// What the reader expected at this place.
        expected: &'static str,
    },
    /// The JSON is nested deeper than that of any record.
    #[error("the JSON is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// There is a control character in a string.
    #[error("a string has the unescaped character U+{code:04X}")]
    ControlCharacter {
        /// Its code point.
        code: u32,
    },
    /// An escape is not the one way to write its character.
    #[error("`{escape}` is not how a ledger writes this character")]
    Escape {
        /// The escape.
        escape: String,
    },
    /// A number is not an integer from 0 to [`MAX_NUMBER`] in plain digits.
    #[error("`{found}` is not a number from 0 to {MAX_NUMBER} in plain digits")]
    Number {
        /// The beginning of the number.
        found: String,
    },
    /// An object has the same key twice.
    #[error("the key `{key}` appears twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// The keys are not in alphabetical order.
    #[error("the key `{key}` must come before `{after}`")]
    KeyOrder {
        /// The key.
        key: String,
        /// The key that it must come before.
        after: String,
    },
    /// The line has a key that lines don't have.
    #[error("a line of this type can't have the key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
    },
    /// A key is missing.
    #[error("the key `{key}` is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A value has the wrong form for its key.
    #[error("the value of `{key}` must be {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// The core refuses a name.
    #[error("the value of `{key}` is not a valid name: {reason}")]
    Text {
        /// The key.
        key: &'static str,
        /// The core's reason.
        reason: String,
    },
    /// A `type` or `to` is unknown.
    #[error("this program doesn't know the `{key}` `{found}`")]
    Code {
        /// The key.
        key: &'static str,
        /// The value.
        found: String,
    },
    /// The data don't fit the event's type.
    #[error("the data are not those of the event `{kind}`: {reason}")]
    Payload {
        /// The `type` of the line.
        kind: String,
        /// The reason that the core's reader gives.
        reason: String,
    },
    /// The data are valid, but written in another way than this program writes them.
    #[error("the data are not in canonical form, which is {expected}")]
    NotCanonical {
        /// All of the data in canonical form.
        expected: String,
    },
    /// The fast reader refuses the line, and the slow one finds nothing wrong: a bug in this crate.
    #[error("the line is refused, but no reason was found; this is a bug in the program")]
    Unexplained,
    /// The last line has no LF: a write was cut off, or is not finished yet.
    #[error("the last {} no line feed at the end", length_have(*.length))]
    Torn {
        /// Its length in bytes.
        length: u64,
    },
    /// There is no whole line.
    #[error("there is no whole line, so this is not a ledger")]
    NoLine,
    /// The first line is not `ledger_opened`, or another line is.
    #[error("{} have the type `{}`", if *.first { "the first line must" } else { "only the first line can" }, crate::line::OPENING_TYPE)]
    Opening {
        /// Whether it is about the first line. If not, a later line is `ledger_opened`.
        first: bool,
    },
    /// A line doesn't have the digest of the line before it.
    #[error("`prev` is {found}, but the line before has the SHA-256 {expected}")]
    Chain {
        /// The SHA-256 of the line before.
        expected: Digest,
        /// The value of `prev`.
        found: Digest,
    },
    /// The ledger's numbers have a gap, a repetition, or a step back.
    #[error("`seq` is {found}, but must be {expected}")]
    Seq {
        /// One more than that of the line before.
        expected: u64,
        /// The value of `seq`.
        found: u64,
    },
    /// The numbers of a case have a gap, a repetition, or a step back.
    #[error("`rev` is {found}, but must be {expected} in case {case}")]
    Rev {
        /// The case.
        case: Uuid,
        /// One more than that of the case's line before.
        expected: u64,
        /// The value of `rev`.
        found: u64,
    },
    /// A line has an earlier time than the line before it.
    #[error("`logged` is {found}, which is before {earlier} of an earlier line")]
    Logged {
        /// The time of the line before.
        earlier: At,
        /// The time of this line.
        found: At,
    },
    /// Two records of a case have the same ID.
    #[error("line {first} of case {case} already has the ID {id}")]
    DuplicateId {
        /// The case.
        case: Uuid,
        /// The ID.
        id: Uuid,
        /// The first line with this ID.
        first: u64,
    },
    /// A line has the form of another version of the format than its place asks for.
    #[error("`v` is {found}, but must be {expected} here")]
    Version {
        /// The version at this place.
        expected: u8,
        /// The value of `v`.
        found: u8,
    },
    /// The ledger changes to a format that it has already.
    #[error("the ledger already has format {format} here")]
    FormatRepeated {
        /// The format.
        format: u8,
    },
    /// The records of an act don't follow one another.
    #[error("{}", act_text(*.expected, *.found))]
    Act {
        /// The place of the record that must be here; none if no act has begun.
        expected: Option<ActPlace>,
        /// The place that the line has.
        found: Option<ActPlace>,
    },
    /// The ledger ends within an act: a write was cut off, or is not finished yet.
    #[error("the last {found} of an act of {count} records", found = if *.found == 1 { "line is 1".to_owned() } else { format!("{} lines are {0}", .found) })]
    TornAct {
        /// How many records of the act there are.
        found: u16,
        /// How many records the act has.
        count: u16,
    },
    /// A line with the state of all cases doesn't have the state that the lines before it give.
    #[error(
        "the line says {}, but the lines before it give {}",
        heads_text(*.found),
        heads_text(*.expected)
    )]
    Heads {
        /// The state that the lines before it give.
        expected: Heads,
        /// The state that the line has.
        found: Heads,
    },
    /// A line lifts a legal hold that isn't in force.
    #[error("line {hold} is not a legal hold that is in force here")]
    NoHold {
        /// The number of the line that should have placed the hold.
        hold: u64,
    },
    /// A line destroys texts whose key was destroyed before.
    #[error("line {first} has already destroyed key {key}")]
    DestroyedTwice {
        /// The key.
        key: KeyId,
        /// The line that destroyed it first.
        first: u64,
    },
    /// A checkpoint covers more lines than the ledger has.
    #[error("a checkpoint covers {}, but the ledger has {}", lines(*.covered), lines(*.found))]
    Truncated {
        /// How many lines the checkpoint covers.
        covered: u64,
        /// How many whole lines there are.
        found: u64,
    },
    /// A file became shorter while it was followed.
    #[error("the file is {found} bytes long, but {read} bytes of it were read before")]
    Shrunk {
        /// The number of bytes in the lines that were read.
        read: u64,
        /// The length of the file in bytes now.
        found: u64,
    },
    /// A checkpoint is of another ledger.
    #[error("a checkpoint is of another ledger, `{found}`")]
    Origin {
        /// The origin in the checkpoint.
        found: String,
    },
    /// The file of checkpoints can't be read.
    #[error("cannot read the checkpoints: {reason}")]
    Checkpoints {
        /// What is wrong with them.
        reason: String,
    },
    /// The lines have another Merkle root than a checkpoint.
    #[error("the first {} have the Merkle root {found}, but a checkpoint has {expected}", lines(*.size))]
    Root {
        /// How many lines the checkpoint covers.
        size: u64,
        /// The root in the checkpoint.
        expected: Digest,
        /// The root of the lines.
        found: Digest,
    },
}

fn act_text(expected: Option<ActPlace>, found: Option<ActPlace>) -> String {
    let found = match found {
        Some(ActPlace { index, count }) => format!("this is record {index} of an act of {count}"),
        None => "this line is not part of an act".to_owned(),
    };
    match expected {
        Some(ActPlace { index, count }) => format!("{found}, but record {index} of an act of {count} must be here"),
        None => format!("{found}, but no act has begun"),
    }
}

impl FaultKind {
    /// Returns a stable code for programs, such as `line.white-space` or `chain.prev`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "line.empty",
            Self::TooLong { .. } => "line.too-long",
            Self::ByteOrderMark => "line.byte-order-mark",
            Self::CarriageReturn => "line.carriage-return",
            Self::NotUtf8 => "line.not-utf8",
            Self::WhiteSpace => "line.white-space",
            Self::Syntax { .. } => "line.syntax",
            Self::TooDeep { .. } => "line.too-deep",
            Self::ControlCharacter { .. } => "line.control-character",
            Self::Escape { .. } => "line.escape",
            Self::Number { .. } => "line.number",
            Self::DuplicateKey { .. } => "line.duplicate-key",
            Self::KeyOrder { .. } => "line.key-order",
            Self::UnknownKey { .. } => "line.unknown-key",
            Self::MissingKey { .. } => "line.missing-key",
            Self::Value { .. } => "line.value",
            Self::Text { .. } => "line.text",
            Self::Code { .. } => "line.code",
            Self::Payload { .. } => "line.payload",
            Self::NotCanonical { .. } => "line.not-canonical",
            Self::Unexplained => "line.unexplained",
            Self::Torn { .. } => "ledger.torn",
            Self::NoLine => "ledger.empty",
            Self::Opening { .. } => "ledger.opening",
            Self::Chain { .. } => "chain.prev",
            Self::Seq { .. } => "chain.seq",
            Self::Rev { .. } => "chain.rev",
            Self::Logged { .. } => "chain.logged",
            Self::DuplicateId { .. } => "case.duplicate-id",
            Self::Version { .. } | Self::FormatRepeated { .. } => "ledger.format",
            Self::Act { .. } => "chain.act",
            Self::Heads { .. } => "chain.heads",
            Self::NoHold { .. } | Self::DestroyedTwice { .. } => "chain.custody",
            Self::TornAct { .. } => "ledger.torn",
            Self::Shrunk { .. } => "ledger.shrunk",
            Self::Truncated { .. } => "checkpoint.truncated",
            Self::Root { .. } => "checkpoint.root",
            Self::Origin { .. } => "checkpoint.origin",
            Self::Checkpoints { .. } => "checkpoint.unreadable",
        }
    }

    /// Returns what to do, as the end of a sentence. A ledger is evidence, so this never asks anyone to change the file.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Empty => {
                "this program never writes an empty line: keep the file as it is, and compare it with a copy"
            }
            Self::TooLong { .. } | Self::TooDeep { .. } => {
                "this program never writes such a line: keep the file as it is, and compare it with a copy"
            }
            Self::ByteOrderMark => {
                "an editor changed the file: keep it as it is, and ask for a copy that was never open in an editor"
            }
            Self::CarriageReturn => {
                "a transfer in text mode changed the file: keep it as it is, and ask for a copy sent in binary mode"
            }
            Self::WhiteSpace | Self::KeyOrder { .. } | Self::NotCanonical { .. } | Self::Escape { .. } => {
                "a line must have the form that `jq -cS .` writes, and the next line has the hash of its bytes: keep the file as it is, and compare it with a copy"
            }
            Self::NotUtf8
            | Self::Syntax { .. }
            | Self::ControlCharacter { .. }
            | Self::Number { .. }
            | Self::DuplicateKey { .. } => {
                "the line was changed after it was written: keep the file as it is, and compare it with a copy"
            }
            Self::UnknownKey { .. } | Self::MissingKey { .. } | Self::Code { .. } => {
                "read the ledger with the version of the program that wrote it, or compare the line with a copy"
            }
            Self::Value { .. } | Self::Text { .. } | Self::Payload { .. } => {
                "compare the line with a copy, or read the ledger with the version of the program that wrote it"
            }
            Self::Unexplained => "report this bug, and include a copy of the line",
            Self::Version { .. } | Self::FormatRepeated { .. } => {
                "lines of another ledger or version were inserted: compare with a copy"
            }
            Self::Act { .. } => "lines were removed, repeated, or inserted: compare with a copy",
            Self::Heads { .. } => {
                "lines before it were changed, removed, or inserted, or another program wrote it: compare with a copy"
            }
            Self::NoHold { .. } | Self::DestroyedTwice { .. } => {
                "lines were removed, repeated, or inserted, or another program wrote the line: compare with a copy"
            }
            Self::TornAct { .. } => {
                "a write was interrupted or is in progress: keep the file as it is; when the program next records an event, it moves the unfinished act to a file of its own"
            }
            Self::Torn { .. } => {
                "a write was interrupted or is in progress: keep the file as it is; when the program next records an event, it moves the unfinished line to a file of its own"
            }
            Self::NoLine => "check that this is the right file, or ask for a copy",
            Self::Opening { .. } => {
                "ledgers can't be joined by joining their files: keep the file as it is, and ask for each ledger by itself"
            }
            Self::Chain { .. } => {
                "this line or the one before was changed, removed, or inserted after it was written: compare with a copy"
            }
            Self::Seq { .. } | Self::Rev { .. } => "lines were removed, repeated, or inserted: compare with a copy",
            Self::Logged { .. } => "the line was moved, or the clock of another program went back: compare with a copy",
            Self::DuplicateId { .. } => "another program repeated the record: compare with a copy",
            Self::Shrunk { .. } | Self::Truncated { .. } => {
                "lines were removed from the end: keep the file as it is, and compare it with a copy"
            }
            Self::Origin { .. } => {
                "give the checkpoints of this ledger; if these are its own, its first line was changed: compare with a copy"
            }
            Self::Checkpoints { .. } => "keep the file as it is, and ask the signer for a copy of the checkpoints",
            Self::Root { .. } => "lines that the checkpoint covers were changed: compare with a copy",
        }
    }
}

fn heads_text(Heads { cases, root }: Heads) -> String {
    format!("{cases} {} with the root {root}", if cases == 1 { "case" } else { "cases" })
}

fn lines(count: u64) -> String {
    if count == 1 { "1 line".to_owned() } else { format!("{count} lines") }
}

fn length_have(length: u64) -> String {
    if length == 1 { "byte has".to_owned() } else { format!("{length} bytes have") }
}
