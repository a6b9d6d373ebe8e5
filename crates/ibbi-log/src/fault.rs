//! What can be wrong with a line, alone or in its place: a closed list with stable codes, found and expected values
//! and a way to mend.

use crate::Digest;
use crate::line::{MAX_LINE, MAX_NUMBER};
use core::fmt;
use ibbi_core::At;
use uuid::Uuid;

/// A fault in a ledger: where it is and what it is.
///
/// Its text says what was found, what would be right and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line's number in its file, from 1.
    pub line: u64,
    /// Where the line begins in its file, in bytes from 0.
    pub offset: u64,
    /// Where in the line the fault shows, in bytes from 0.
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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// Nothing before the LF.
    #[error("the line is empty")]
    Empty,
    /// Longer than [`MAX_LINE`].
    #[error("the line is {length} bytes long; at most {MAX_LINE} are allowed")]
    TooLong {
        /// Its length in bytes without the LF.
        length: u64,
    },
    /// A byte order mark at the beginning.
    #[error("the line begins with a byte order mark")]
    ByteOrderMark,
    /// A CR before the LF.
    #[error("the line ends with CR LF instead of LF")]
    CarriageReturn,
    /// Bytes that are no UTF-8.
    #[error("the line is not UTF-8")]
    NotUtf8,
    /// A blank, tab or other space between the parts of the JSON.
    #[error("there is white space between the parts of the JSON")]
    WhiteSpace,
    /// Not JSON.
    #[error("the line is not JSON: expected {expected}")]
    Syntax {
        /// What could have stood here.
        expected: &'static str,
    },
    /// Nested deeper than any record is.
    #[error("the JSON is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A control character inside a string.
    #[error("the character U+{code:04X} stands unescaped in a string")]
    ControlCharacter {
        /// Its code point.
        code: u32,
    },
    /// An escape that is not the one way to write its character.
    #[error("`{escape}` is not how this character is written")]
    Escape {
        /// The escape as it stands.
        escape: String,
    },
    /// A number that is not an integer from 0 to [`MAX_NUMBER`] in plain digits.
    #[error("`{found}` is not a number from 0 to {MAX_NUMBER} in plain digits")]
    Number {
        /// The beginning of the number as it stands.
        found: String,
    },
    /// The same key twice in one object.
    #[error("the key `{key}` stands twice")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A key out of order.
    #[error("the key `{key}` stands after `{after}`")]
    KeyOrder {
        /// The key.
        key: String,
        /// The key that should come after it.
        after: String,
    },
    /// A key that a line does not have.
    #[error("the key `{key}` is not one of a line of this type")]
    UnknownKey {
        /// The key.
        key: String,
    },
    /// A key that a line must have.
    #[error("the key `{key}` is missing")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// A value that is not what its key asks for.
    #[error("the value of `{key}` is not {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it should be.
        expected: &'static str,
    },
    /// A name that the core refuses.
    #[error("the value of `{key}` is not accepted: {reason}")]
    Text {
        /// The key.
        key: &'static str,
        /// The core's reason.
        reason: String,
    },
    /// A `type` or `to` outside the closed set.
    #[error("`{found}` is not a `{key}` that this program knows")]
    Code {
        /// The key.
        key: &'static str,
        /// The value as it stands.
        found: String,
    },
    /// Data that the event of this type does not accept.
    #[error("the data are not those of the event `{kind}`: {reason}")]
    Payload {
        /// The `type` of the line.
        kind: String,
        /// What the core's reader says.
        reason: String,
    },
    /// Data that are understood but spelt in another way than this program writes them.
    #[error("the data are not in their canonical spelling, which is {expected}")]
    NotCanonical {
        /// The whole of the data in their one spelling.
        expected: String,
    },
    /// Refused by the fast reader, and the slow one finds nothing: a fault of this crate.
    #[error("the line is refused, and no reason was found; this is a fault of the program")]
    Unexplained,
    /// A last line without its LF: a write that was cut off, or is still going on.
    #[error("the last {length} bytes have no line feed at their end")]
    Torn {
        /// How many bytes.
        length: u64,
    },
    /// No whole line at all.
    #[error("there is no whole line: it is no ledger")]
    NoLine,
    /// A first line that is not `ledger_opened`, or such a line elsewhere.
    #[error("a ledger begins with one line of type {}, and this is {}", crate::line::OPENING_TYPE, if *.first { "its first line" } else { "not its first line" })]
    Opening {
        /// Whether it is the first line that should have been an opening; otherwise it is one too many.
        first: bool,
    },
    /// A line that does not name the digest of the line before it.
    #[error("`prev` is {found} but the line before has the SHA-256 {expected}")]
    Chain {
        /// The SHA-256 of the line before.
        expected: Digest,
        /// What `prev` says.
        found: Digest,
    },
    /// A gap, a repetition or a step back in the ledger's numbers.
    #[error("`seq` is {found} where {expected} should follow")]
    Seq {
        /// One more than the line before.
        expected: u64,
        /// What `seq` says.
        found: u64,
    },
    /// A gap, a repetition or a step back in the numbers of a case.
    #[error("`rev` is {found} where {expected} should follow in case {case}")]
    Rev {
        /// The case.
        case: Uuid,
        /// One more than the case's line before.
        expected: u64,
        /// What `rev` says.
        found: u64,
    },
    /// A line written down before the line before it.
    #[error("`logged` is {found}, earlier than {earlier} in a line before")]
    Logged {
        /// The line before.
        earlier: At,
        /// This line.
        found: At,
    },
    /// An id that a record of the same case bears already.
    #[error("the id {id} was already used in case {case}, in line {first}")]
    DuplicateId {
        /// The case.
        case: Uuid,
        /// The id.
        id: Uuid,
        /// The line that bore it first.
        first: u64,
    },
    /// A checkpoint that covers more lines than the ledger has.
    #[error("a checkpoint covers {covered} lines, but the ledger has {found}")]
    Truncated {
        /// How many lines the checkpoint covers.
        covered: u64,
        /// How many whole lines there are.
        found: u64,
    },
    /// A file that became shorter while it was followed.
    #[error("the file is {found} bytes long, but {read} bytes of it were whole lines before")]
    Shrunk {
        /// How many bytes had been read as whole lines.
        read: u64,
        /// How long it is now.
        found: u64,
    },
    /// A checkpoint of another ledger.
    #[error("a checkpoint is of the ledger `{found}`, and this is another")]
    Origin {
        /// The origin that the checkpoint names.
        found: String,
    },
    /// A file of checkpoints that cannot be read.
    #[error("the checkpoints cannot be read: {reason}")]
    Checkpoints {
        /// What is wrong with them.
        reason: String,
    },
    /// Lines whose Merkle root is not the one of a checkpoint.
    #[error("the Merkle root of the first {size} lines is {found}, but a checkpoint says {expected}")]
    Root {
        /// How many lines the checkpoint covers.
        size: u64,
        /// What the checkpoint says.
        expected: Digest,
        /// What the lines give.
        found: Digest,
    },
}

impl FaultKind {
    /// A stable code for programs, such as `line.white-space` or `chain.prev`.
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
            Self::Shrunk { .. } => "ledger.shrunk",
            Self::Truncated { .. } => "checkpoint.truncated",
            Self::Root { .. } => "checkpoint.root",
            Self::Origin { .. } => "checkpoint.origin",
            Self::Checkpoints { .. } => "checkpoint.unreadable",
        }
    }

    /// How to mend it, as the end of a sentence.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Empty => "take the empty line out, or restore the line from a copy",
            Self::TooLong { .. } | Self::TooDeep { .. } => {
                "no program of this project wrote it: restore the line from a copy"
            }
            Self::ByteOrderMark => {
                "an editor added it: save the file as UTF-8 without a byte order mark, or restore a copy"
            }
            Self::CarriageReturn => "a transfer in text mode changed the file: transfer it again in binary mode",
            Self::NotUtf8 => "the bytes were changed after they were written: restore the line from a copy",
            Self::WhiteSpace | Self::KeyOrder { .. } | Self::NotCanonical { .. } | Self::Escape { .. } => {
                "a line has one spelling, that of `jq -cS .`: restore the line from a copy, for the next line covers its bytes"
            }
            Self::Syntax { .. } | Self::ControlCharacter { .. } | Self::Number { .. } | Self::DuplicateKey { .. } => {
                "the line was changed after it was written: restore it from a copy"
            }
            Self::UnknownKey { .. } | Self::MissingKey { .. } | Self::Code { .. } => {
                "read it with the version of the program that wrote it, or restore the line from a copy"
            }
            Self::Value { .. } | Self::Text { .. } | Self::Payload { .. } => {
                "restore the line from a copy, or read it with the version of the program that wrote it"
            }
            Self::Unexplained => "report it, with the line",
            Self::Torn { .. } => "open the ledger for writing once: the fragment is then set aside and cut off",
            Self::NoLine => "restore the file from a copy, or begin a ledger under another name",
            Self::Opening { .. } => {
                "two ledgers do not become one by joining their files: restore the file from a copy"
            }
            Self::Chain { .. } => {
                "this line or the one before was changed, removed or put in after it was written: compare with a copy"
            }
            Self::Seq { .. } | Self::Rev { .. } => "lines were removed, repeated or put in: compare with a copy",
            Self::Logged { .. } => "the line was moved, or the clock ran backwards in another program that wrote it",
            Self::DuplicateId { .. } => "the record was repeated by another program: compare with a copy",
            Self::Shrunk { .. } => "lines were removed from the end: compare with a copy",
            Self::Truncated { .. } => "lines were removed from the end: restore the ledger from a copy",
            Self::Origin { .. } => {
                "hold the ledger against its own checkpoints; if these are its own, its first line was changed: compare with a copy"
            }
            Self::Checkpoints { .. } => "restore the file of checkpoints from a copy",
            Self::Root { .. } => "lines that the checkpoint covers were changed: compare with a copy",
        }
    }
}
