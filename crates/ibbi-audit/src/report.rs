//! The report of an audit. Its size doesn't grow with the ledger.
//!
//! Times are whole minutes. Percentiles are by nearest rank, as [`ibbi_common::quantile::rank`] defines it.

use crate::certificate::AuditCertificate;
use crate::finding::{Finding, FindingKind, Severity};
use crate::input::Compression;
use crate::options::AuditFilter;
use ibbi_core::{At, EventKind, Name, Outcome, Stage, WaitingFor, Warning};
use ibbi_log::{Digest, Uuid};
use serde::{Serialize, Serializer};

/// The result of an audit, which `ibbi audit --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditReport {
    /// The certificate: what was audited, how far checkpoints cover it, and what can't be ruled out.
    pub certificate: AuditCertificate,
    /// The kind of input.
    pub what: InputKind,
    /// Whether the ledger is sound: no finding is an error about the record itself ([`FindingKind::breaks_soundness`]). A
    /// verification uses the word in the same way. A sound record can still break rules, which are errors too.
    pub sound: bool,
    /// The number of errors. A consequence is not an error.
    pub errors: u64,
    /// The number of warnings.
    pub warnings: u64,
    /// The number of findings that are only informational.
    pub infos: u64,
    /// Facts about the file as a whole.
    pub ledger: LedgerFacts,
    /// The instant for which open cases were measured.
    pub as_of: At,
    /// The result of each checkpoint, in the order given.
    pub checkpoints: Vec<CheckpointFacts>,
    /// The number of findings of each code, with the first few, in the order of [`FindingKind::ALL`].
    pub findings: Vec<CodeCount>,
    /// The number of advisories of each code among the findings `event.advisory`, regardless of the filter.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<AdvisoryCount>,
    /// The filter on the fields below.
    pub filter: AuditFilter,
    /// The number of cases by state.
    pub cases: CaseCounts,
    /// The number of records by result.
    pub events: EventCounts,
    /// The definition of percentiles: `nearest rank`.
    pub percentiles: &'static str,
    /// The time that cases spent in each stage.
    pub stages: Vec<StageTimes>,
    /// The time from opening to closing, by outcome.
    pub outcomes: Vec<OutcomeTimes>,
    /// The persons, bodies, and dates that the cases waited for.
    pub waiting: Vec<WaitingTimes>,
    /// The sequences of kinds of event, most frequent first.
    pub variants: Variants<EventKind>,
    /// The sequences of stages, most frequent first.
    pub paths: Variants<Stage>,
    /// The number of cases opened and closed in each month.
    pub months: Vec<MonthCounts>,
}

/// The kind of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AuditSubject"))]
#[serde(rename_all = "snake_case")]
pub enum InputKind {
    /// A ledger, or a part of a ledger.
    Ledger,
    /// An extract of one case, with proofs.
    Extract,
}

/// Facts about the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerFacts {
    /// The ledger's origin, from its first line.
    pub origin: Option<String>,
    /// The program that created it.
    pub program: Option<String>,
    /// Whether it was created under the same chart as this program's.
    pub same_chart: Option<bool>,
    /// The SHA-256 of this program's chart: its stages, events, and rules.
    #[serde(skip)]
    pub chart: Digest,
    /// The compression of the file.
    #[serde(rename = "packing")]
    pub compression: Option<Compression>,
    /// The number of whole lines. For an extract, the number of its case's records that it proves.
    pub lines: u64,
    /// The number of bytes in the whole lines of the file after decompression, with their line feeds.
    pub bytes: u64,
    /// The SHA-256 of the last line. For an extract, zeros.
    #[serde(serialize_with = "as_text")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub last_hash: Digest,
    /// The Merkle root over all whole lines, if checkpoints or the root were requested. For an extract, the root over the
    /// lines of the ledger that its checkpoint covers.
    #[serde(serialize_with = "as_optional_text")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub root: Option<Digest>,
    /// When the first line was recorded.
    pub first_logged: Option<At>,
    /// The latest time at which a line was recorded.
    pub last_logged: Option<At>,
}

/// The result of checking a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckpointFacts {
    /// The number of lines it covers.
    pub size: u64,
    /// The trusted key that signed it, if keys were given.
    pub signer: Option<String>,
    /// The problem with it, or with the lines it covers.
    pub fault: Option<String>,
}

/// The findings of one code.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeCount {
    /// The code.
    pub code: FindingKind,
    /// The severity of each.
    pub severity: Severity,
    /// The kind of finding, in one sentence.
    pub statement: &'static str,
    /// The number in the whole ledger, regardless of the filter.
    pub count: u64,
    /// The first findings that the filter shows.
    pub first: Vec<KeptFinding>,
}

/// The advisories of one code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AdvisoryCount {
    /// The code.
    pub code: Warning,
    /// The number in the whole ledger.
    pub count: u64,
}

/// A finding that the report keeps.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeptFinding {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// The number of later events that are its consequences.
    #[serde(skip_serializing_if = "is_zero")]
    pub consequences: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde requires it")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The number of cases by state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseCounts {
    /// The number of cases.
    pub total: u64,
    /// The number of open cases.
    pub open: u64,
    /// The number of closed cases.
    pub closed: u64,
    /// The number of cases without an opening in this ledger.
    pub unopened: u64,
    /// The number of cases with an error.
    pub faulty: u64,
    /// The number of cases in each stage. Stages without a case are left out.
    pub by_stage: Vec<StageCount>,
    /// The number of cases with each outcome. Outcomes without a case are left out.
    pub by_outcome: Vec<OutcomeCount>,
}

/// The number of cases in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageCount {
    /// The stage.
    pub stage: Stage,
    /// The number of cases.
    pub cases: u64,
}

/// The number of cases with an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeCount {
    /// The outcome.
    pub outcome: Outcome,
    /// The number of cases.
    pub cases: u64,
}

/// The number of records by result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventCounts {
    /// The number of readable records.
    pub total: u64,
    /// The number of accepted records.
    pub accepted: u64,
    /// The number of records that the rules don't allow.
    pub illegal: u64,
    /// The number of refused records that are consequences, or belong to a case without an opening.
    pub consequences: u64,
    /// The number of records that repeat another one.
    pub repeated: u64,
    /// The number of accepted voids.
    pub voids: u64,
    /// The accepted share of all records, or nothing without records.
    pub fitness: Option<f64>,
    /// The spread of the fitness of single cases.
    pub by_case: Option<FitnessSpread>,
}

/// The spread of the fitness of single cases, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FitnessSpread {
    /// The number of cases with a fitness of 1.
    pub perfect: u64,
    /// The minimum.
    pub least: f64,
    /// The 10th percentile.
    pub p10: f64,
    /// The median.
    pub median: f64,
}

/// The spread of a time in whole minutes, with percentiles by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TimeSpread {
    /// The number of values.
    pub count: u64,
    /// The minimum.
    pub least: u64,
    /// The median.
    pub median: u64,
    /// The 80th percentile.
    pub p80: u64,
    /// The 90th percentile.
    pub p90: u64,
    /// The maximum.
    pub most: u64,
    /// The sum.
    pub sum: u64,
}

/// The time that cases spent in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageTimes {
    /// The stage.
    pub stage: Stage,
    /// From entering to leaving, for the cases that left it.
    pub left: Option<TimeSpread>,
    /// From entering to the instant of the report, for the cases still in it.
    pub still: Option<TimeSpread>,
}

/// The time from opening to closing of the cases with an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeTimes {
    /// The outcome.
    pub outcome: Outcome,
    /// The time.
    pub time: TimeSpread,
}

/// How long the cases waited for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingTimes {
    /// The persons, bodies, and dates that the cases waited for.
    pub who: WaitingFor,
    /// The time that each case waited for it, for the cases that waited at least a minute.
    pub waited: TimeSpread,
    /// The minutes of it in which the cases waited for nothing else.
    pub alone: u64,
}

/// Sequences and how often each occurred.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "VariantsOf{T}"))]
pub struct Variants<T> {
    /// The number of different sequences.
    pub distinct: u64,
    /// The most frequent sequences. Among equally frequent ones, the one that occurred first comes first.
    pub first: Vec<Variant<T>>,
}

/// A sequence and how often it occurred.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "VariantOf{T}"))]
pub struct Variant<T> {
    /// The sequence.
    pub steps: Vec<SequenceStep<T>>,
    /// The outcome of the cases with this sequence; nothing if they are open.
    pub outcome: Option<Outcome>,
    /// The number of cases.
    pub cases: u64,
    /// The share of the cases, from 0 to 1.
    pub share: f64,
    /// The first case with this sequence.
    pub example: Uuid,
}

/// A step that occurred some number of times in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "StepOf{T}"))]
pub struct SequenceStep<T> {
    /// The kind of event, or the stage.
    pub what: T,
    /// The number of times, at least 1.
    pub times: u64,
}

/// The cases of a month, in each district's time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MonthCounts {
    /// The month, such as `2026-09`.
    pub month: String,
    /// The number of cases opened in it.
    pub opened: u64,
    /// The number of cases closed in it, by outcome. Outcomes without a case are left out.
    pub closed: Vec<OutcomeCount>,
}

/// A summary of a case. A sink receives one for each case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditedCaseSummary {
    /// The case.
    pub case: Uuid,
    /// Its district; nothing for a case without an opening.
    pub district: Option<Name>,
    /// The line of its first record.
    pub line: u64,
    /// Its stage.
    pub stage: Stage,
    /// Its outcome.
    pub outcome: Option<Outcome>,
    /// When it was opened.
    pub opened: Option<At>,
    /// When its last event that counts happened.
    pub last: Option<At>,
    /// The number of its records.
    pub records: u64,
    /// The number of accepted records.
    pub accepted: u64,
    /// The number of records that the rules don't allow.
    pub illegal: u64,
    /// The number of refused records that are consequences.
    pub consequences: u64,
    /// The accepted share of its records.
    pub fitness: f64,
    /// The codes of the findings about it, each once.
    pub findings: Vec<FindingKind>,
}

fn as_text<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(digest)
}

#[allow(clippy::ref_option, reason = "serde requires it")]
pub(crate) fn as_optional_text<S: Serializer>(digest: &Option<Digest>, serializer: S) -> Result<S::Ok, S::Error> {
    digest.as_ref().map(ToString::to_string).serialize(serializer)
}
