//! Findings: everything an audit can find, where it is, and what was found.

mod kind;
mod page;
mod text;

pub use kind::{FindingKind, Severity};
pub use page::findings_markdown;

use crate::input::Packing;
use core::fmt;
use ibbi_core::{Advisory, At, Date, EventKind, LocalTime, Refusal, Source, Stage, Unmet};
use ibbi_log::{Digest, FaultKind, Uuid};
use ibbi_seal::SignatureError;
use serde::ser::{Serialize, SerializeMap, Serializer};
use text::Sentence;

/// What was found, in full.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Detail {
    /// A fault of a line, of its place, or of a checkpoint, in the words of the ledger's own readers.
    Fault(FaultKind),
    /// Another chart than this program's.
    OtherChart {
        /// The program that the first line names.
        program: String,
        /// The SHA-256 of the chart that it had.
        found: Digest,
    },
    /// A first line that does not open a ledger.
    NoFirstLine {
        /// The number that it bears, if it is a line from further down in a ledger.
        seq: Option<u64>,
    },
    /// A compressed file that cannot be unpacked to its end.
    Packing {
        /// How it was compressed.
        packing: Packing,
        /// What its decoder says.
        reason: String,
    },
    /// A limit of the audit was reached.
    Limit {
        /// The limit.
        limit: u64,
    },
    /// A checkpoint of so many lines whose signature does not hold.
    Signature {
        /// How many lines it covers.
        size: u64,
        /// What is wrong.
        error: SignatureError,
    },
    /// Keys without a checkpoint.
    NoCheckpoint,
    /// Why an extract proves nothing.
    Unproved {
        /// The reason.
        reason: String,
    },
    /// An extract under a checkpoint of so many lines.
    Extract {
        /// How many lines the checkpoint covers.
        size: u64,
    },
    /// The first record of a case is not its opening; or, later on, the case still has none.
    NoOpening,
    /// The record stands there already.
    Repeated {
        /// Its id.
        id: Uuid,
        /// The number that the first one bears.
        first: u64,
    },
    /// A time zone that is not known.
    UnknownZone {
        /// Its name.
        zone: String,
    },
    /// Program parameters that are not today's.
    OtherProgram {
        /// Each parameter that differs, with its value and today's.
        differs: Vec<String>,
    },
    /// An earlier case that is not there.
    FollowsMissing {
        /// The earlier case.
        earlier: Uuid,
    },
    /// Unfinished after the contract date.
    PastContract {
        /// The day the contract expired.
        expires: Date,
        /// The day of the audit, by the district's clocks.
        today: Date,
        /// Whether an evergreen clause makes the date a soft one.
        evergreen: bool,
        /// Where the case stands.
        stage: Stage,
    },
    /// Not allowed.
    Illegal(Box<Refusal>),
    /// Another stage than recorded.
    Stage {
        /// The stage that the line bears.
        recorded: Stage,
        /// The stage that the event leads to.
        computed: Stage,
    },
    /// Not to be judged on its own.
    Consequence {
        /// The line of the finding that is its cause.
        cause: u64,
        /// Every rule that it does not meet; none if only the recorded stage differs.
        unmet: Vec<Unmet>,
        /// The stage in which the audit has the case.
        stage: Stage,
    },
    /// Written down before it happened.
    Early {
        /// When it is said to have happened.
        at: At,
        /// When it was written down.
        logged: At,
    },
    /// A slot with the offset of another zone.
    Offset {
        /// The time with the offset.
        time: LocalTime,
        /// The zone.
        zone: String,
        /// Minutes east of UTC that the zone's clocks have then.
        expected: i16,
    },
    /// A correction of an event that was not counted.
    VoidsUncounted {
        /// The number of the event.
        seq: u64,
    },
    /// An advisory of the core.
    Advisory(Advisory),
}

/// One finding: what it is, where it is, and what was found.
///
/// Its text is a sentence with its place. With serde it is an object with `code`, `severity`, `line`, `byte`, `case`,
/// `event`, `seq`, `text`, `statement`, `remedy`, `source`, and for an illegal event or a consequence `rules` (each with
/// its statement, what was found, a remedy and a source), `stage` and `cause`; what does not apply is left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What kind of finding.
    pub kind: FindingKind,
    /// The line's number in its file, from 1; the last line for what shows only at the end.
    pub line: u64,
    /// The byte in the (unpacked) file at which it shows, from 0: the beginning of the line, or a place within it.
    pub byte: u64,
    /// The case, where it belongs to one.
    pub case: Option<Uuid>,
    /// The kind of event, where it is about one.
    pub event: Option<EventKind>,
    /// The number that the line itself bears, where it is about a record.
    pub seq: Option<u64>,
    /// When the line was written down, where it is about one that says so.
    pub logged: Option<At>,
    /// What was found.
    pub detail: Detail,
}

impl Finding {
    /// How much it weighs.
    pub const fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// The rules that are not met, with what was found and where each rule comes from.
    pub fn unmet(&self) -> &[Unmet] {
        match &self.detail {
            Detail::Illegal(refusal) => &refusal.unmet,
            Detail::Consequence { unmet, .. } => unmet,
            _ => &[],
        }
    }

    /// The line of the finding under which it is counted; only for a consequence.
    pub const fn cause(&self) -> Option<u64> {
        match &self.detail {
            Detail::Consequence { cause, .. } => Some(*cause),
            _ => None,
        }
    }

    /// Where what is asked comes from: the source of the first unmet rule or of the advisory, else the integrity of the
    /// record.
    pub fn source(&self) -> Source {
        match (&self.detail, self.unmet().first()) {
            (_, Some(unmet)) => unmet.rule.source(),
            (Detail::Advisory(advisory), _) => advisory.warning.source(),
            (Detail::Offset { .. }, _) => Source::ProgramPolicy,
            (Detail::PastContract { .. }, _) => Source::Law,
            _ => Source::Integrity,
        }
    }

    /// The stage from which the audit goes on; only where it had to decide.
    pub fn goes_on_from(&self) -> Option<Stage> {
        match &self.detail {
            Detail::Illegal(refusal) => Some(refusal.stage),
            Detail::Consequence { stage, .. } => Some(*stage),
            Detail::Stage { computed, .. } => Some(*computed),
            _ => None,
        }
    }

    /// A sentence for a lay reader, without the place.
    pub fn text(&self) -> String {
        Sentence(self).to_string()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, byte {}: {} [{}]", self.line, self.byte, Sentence(self), self.kind)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", &self.kind)?;
        map.serialize_entry("severity", &self.severity())?;
        map.serialize_entry("line", &self.line)?;
        map.serialize_entry("byte", &self.byte)?;
        if let Some(case) = &self.case {
            map.serialize_entry("case", case)?;
        }
        if let Some(event) = &self.event {
            map.serialize_entry("event", event)?;
        }
        if let Some(seq) = &self.seq {
            map.serialize_entry("seq", seq)?;
        }
        map.serialize_entry("text", &self.text())?;
        map.serialize_entry("statement", self.kind.statement())?;
        map.serialize_entry("remedy", self.kind.remedy())?;
        map.serialize_entry("source", &self.source())?;
        if !self.unmet().is_empty() {
            map.serialize_entry("rules", self.unmet())?;
        }
        if let Some(stage) = self.goes_on_from() {
            map.serialize_entry("stage", &stage)?;
        }
        if let Some(cause) = self.cause() {
            map.serialize_entry("cause", &cause)?;
        }
        if let Detail::Fault(fault) = &self.detail {
            map.serialize_entry("fault", fault.code())?;
        }
        map.end()
    }
}
