//! Findings: the kind, the location, and the details of each.

mod kind;
mod location;
mod page;
mod text;

pub use kind::{FindingKind, Severity};
pub(crate) use location::{Location, clock_finding, fault_finding, name_kind, problem_finding, weakness_kind};
pub use page::findings_markdown;

use crate::input::Compression;
use core::fmt;
use ibbi_core::{
    Advisory, At, Date, EventKind, FoundWeakness, LocalTime, NameFault, Refusal, Source, Stage, Unmet, Warning,
};
use ibbi_log::{ClockFinding, Digest, FaultKind, KeyId, TextsDestroyed, Uuid};
use ibbi_seal::SignatureError;
use serde::ser::{Serialize, SerializeMap, Serializer};
use text::Sentence;

/// The details of a finding.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FindingDetail {
    /// A fault of a line, of its place, or of a checkpoint, as the ledger's readers report it.
    Fault(FaultKind),
    /// A time that a right clock doesn't give.
    Clock(ClockFinding),
    /// A chart that differs from this program's.
    OtherChart {
        /// The program that the first line names.
        program: String,
        /// The SHA-256 of that program's chart.
        found: Digest,
    },
    /// A first line that does not open a ledger.
    NoFirstLine {
        /// Its number, if it is a later line of a ledger.
        seq: Option<u64>,
    },
    /// A compressed file that can't be decompressed to its end.
    Compression {
        /// The compression.
        compression: Compression,
        /// The decoder's reason.
        reason: String,
    },
    /// A limit of the audit was reached.
    Limit {
        /// The limit.
        limit: u64,
    },
    /// A checkpoint with an invalid signature.
    Signature {
        /// The number of lines it covers.
        size: u64,
        /// The error.
        error: SignatureError,
    },
    /// Statements about the history that can't all be true.
    Fork {
        /// What contradicts what, as a sentence without a period.
        text: String,
        /// The first and the last of the fewest lines of which one must have changed.
        changed: Option<(u64, u64)>,
    },
    /// No valid checkpoint has enough cosignatures.
    Quorum {
        /// How many of the witnesses must have cosigned a checkpoint.
        needed: usize,
        /// How many witnesses are known.
        known: usize,
        /// The most of them that cosigned one checkpoint.
        most: usize,
    },
    /// Keys were given, but no checkpoint.
    NoCheckpoint,
    /// The file with the confidential texts doesn't exist.
    NoTexts {
        /// The number of records with such a text.
        count: u64,
    },
    /// A record's confidential text that can't be shown.
    Text {
        /// The salted digest that the record has.
        digest: Digest,
    },
    /// Texts that were destroyed.
    Destroyed {
        /// Which, and under which rule.
        texts: Box<TextsDestroyed>,
        /// The day.
        on: Date,
    },
    /// Texts that were destroyed under a legal hold.
    UnderHold {
        /// The line that placed the hold.
        hold: u64,
    },
    /// Texts that were destroyed too early.
    TooEarly {
        /// Why it was too early.
        reason: String,
    },
    /// A key that was destroyed according to the ledger, and is still there.
    KeyLeft {
        /// The key.
        key: KeyId,
    },
    /// The reason why an extract proves nothing.
    Unproved {
        /// The reason.
        reason: String,
    },
    /// An extract under a checkpoint.
    Extract {
        /// The number of lines that the checkpoint covers.
        size: u64,
        /// Up to which line it has every record of the case, if it shows that.
        complete_up_to: Option<u64>,
    },
    /// The case has no opening yet.
    NoOpening,
    /// The record is a repetition of an earlier one.
    Repeated {
        /// Its ID.
        id: Uuid,
        /// The number of the first one.
        first: u64,
    },
    /// An unknown time zone.
    UnknownZone {
        /// Its name.
        zone: String,
    },
    /// Program parameters that differ from the current ones.
    OtherProgram {
        /// Each parameter that differs, with its value and the current one.
        differs: Vec<String>,
    },
    /// A missing earlier case.
    FollowsMissing {
        /// The earlier case.
        earlier: Uuid,
    },
    /// A case that is open after its contract expired.
    PastContract {
        /// The day the contract expired.
        expires: Date,
        /// The date of the report in the district's time zone.
        today: Date,
        /// Whether an evergreen clause extends the contract.
        evergreen: bool,
        /// The stage of the case.
        stage: Stage,
    },
    /// An event that the rules don't allow.
    Illegal(Box<Refusal>),
    /// A computed stage that differs from the recorded one.
    Stage {
        /// The stage that the line records.
        recorded: Stage,
        /// The stage that the event leads to.
        computed: Stage,
    },
    /// An event that can't be judged by itself.
    Consequence {
        /// The line of the finding that is its cause.
        cause: u64,
        /// The unmet rules; none if only the recorded stage differs.
        unmet: Vec<Unmet>,
        /// The stage of the case according to the audit.
        stage: Stage,
    },
    /// An event that was recorded before it happened.
    Early {
        /// When it happened, according to the record.
        at: At,
        /// When it was recorded.
        logged: At,
    },
    /// A slot with a wrong UTC offset.
    Offset {
        /// The time with the offset.
        time: LocalTime,
        /// The zone.
        zone: String,
        /// The zone's offset at that time, in minutes east of UTC.
        expected: i16,
    },
    /// A void of an event that was not counted.
    VoidsUncounted {
        /// The number of the event.
        seq: u64,
    },
    /// A weakness of the case's program.
    Weakness(FoundWeakness),
    /// A name with deceptive characters.
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// An advisory of the core.
    Advisory(Advisory),
}

/// A finding: its kind, its location, and its details.
///
/// `Display` prints a sentence with the location. With serde, a finding is an object with `code`, `severity`, `line`,
/// `byte`, `case`, `event`, `seq`, `text`, `statement`, `remedy`, and `source`. An illegal event or a consequence also has
/// `rules` (each with its statement, what was found, a remedy, and a source), `stage`, and `cause`. An advisory also has its
/// own code as `advisory`. Fields that don't apply are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The kind of finding.
    pub kind: FindingKind,
    /// The line number in the file, from 1. Findings that appear only at the end have the last line.
    pub line: u64,
    /// The byte in the decompressed file, from 0: the beginning of the line, or a position within it.
    pub byte: u64,
    /// The case, if the finding belongs to one.
    pub case: Option<Uuid>,
    /// The kind of event, if the finding is about one.
    pub event: Option<EventKind>,
    /// The record's number, if the finding is about a record.
    pub seq: Option<u64>,
    /// When the line was recorded, if it says so.
    pub logged: Option<At>,
    /// The details.
    pub detail: FindingDetail,
}

impl Finding {
    /// Returns the severity.
    pub const fn severity(&self) -> Severity {
        self.kind.severity()
    }

    /// Returns the unmet rules, with what was found and the source of each rule.
    pub fn unmet(&self) -> &[Unmet] {
        match &self.detail {
            FindingDetail::Illegal(refusal) => &refusal.unmet,
            FindingDetail::Consequence { unmet, .. } => unmet,
            _ => &[],
        }
    }

    /// Returns the subject of the advisory, if the finding is one.
    pub const fn warning(&self) -> Option<Warning> {
        match &self.detail {
            FindingDetail::Advisory(advisory) => Some(advisory.warning),
            _ => None,
        }
    }

    /// Returns the line of the finding that caused this one, if it is a consequence.
    pub const fn cause(&self) -> Option<u64> {
        match &self.detail {
            FindingDetail::Consequence { cause, .. } => Some(*cause),
            _ => None,
        }
    }

    /// Returns the source of the requirement: that of the first unmet rule or of the advisory, or else the integrity of the
    /// record.
    pub fn source(&self) -> Source {
        match (&self.detail, self.unmet().first()) {
            (_, Some(unmet)) => unmet.rule.source(),
            (FindingDetail::Advisory(advisory), _) => advisory.warning.source(),
            (FindingDetail::Weakness(found), _) => found.weakness.source(),
            (FindingDetail::Offset { .. }, _) => Source::ProgramPolicy,
            (FindingDetail::PastContract { .. }, _) => Source::Law,
            _ => Source::Integrity,
        }
    }

    /// Returns the stage from which the audit continues, if it had to choose.
    pub fn continues_from(&self) -> Option<Stage> {
        match &self.detail {
            FindingDetail::Illegal(refusal) => Some(refusal.stage),
            FindingDetail::Consequence { stage, .. } => Some(*stage),
            FindingDetail::Stage { computed, .. } => Some(*computed),
            _ => None,
        }
    }

    /// Returns a sentence for people, without the location.
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
        if let Some(stage) = self.continues_from() {
            map.serialize_entry("stage", &stage)?;
        }
        if let Some(cause) = self.cause() {
            map.serialize_entry("cause", &cause)?;
        }
        if let Some(warning) = &self.warning() {
            map.serialize_entry("advisory", warning)?;
        }
        if let FindingDetail::Fault(fault) = &self.detail {
            map.serialize_entry("fault", fault.code())?;
        }
        map.end()
    }
}
