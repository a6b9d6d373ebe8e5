//! What an audit of a ledger says: counts that stay small however large the ledger is.
//!
//! Times are whole minutes. Percentiles are by nearest rank, as [`ibbi_common::quantile::rank`] defines it.

use crate::figures::Who;
use crate::finding::{Finding, FindingKind, Severity};
use crate::input::Packing;
use crate::options::Filter;
use ibbi_core::{At, EventKind, Name, Outcome, Stage};
use ibbi_log::{Digest, Uuid};
use serde::{Serialize, Serializer};

/// The result of an audit; what `ibbi audit --json` prints.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AuditReport"))]
pub struct Report {
    /// What was read.
    pub what: What,
    /// Whether no finding is an error.
    pub sound: bool,
    /// How many findings are errors. A consequence is none.
    pub errors: u64,
    /// How many are warnings.
    pub warnings: u64,
    /// How many only inform.
    pub infos: u64,
    /// The file as a whole.
    pub ledger: LedgerFacts,
    /// The instant as of which unfinished cases were looked at.
    pub as_of: At,
    /// Each checkpoint with what became of it, in the order given.
    pub checkpoints: Vec<CheckpointFacts>,
    /// The findings by code, in the order of [`FindingKind::ALL`]: how many, and the first few.
    pub findings: Vec<CodeCount>,
    /// What the parts below are about.
    pub filter: Filter,
    /// The cases by where they stand.
    pub cases: CaseCounts,
    /// The records of the cases by what the rules say of them.
    pub events: EventCounts,
    /// How percentiles are taken: `nearest rank`.
    pub percentiles: &'static str,
    /// The time that cases spent in each stage.
    pub stages: Vec<StageTimes>,
    /// The time from opening to closing, by outcome.
    pub outcomes: Vec<OutcomeTimes>,
    /// Who was waited for.
    pub waiting: Vec<Waiting>,
    /// The sequences of kinds of event, the most frequent first.
    pub variants: Variants<EventKind>,
    /// The sequences of stages, the most frequent first.
    pub paths: Variants<Stage>,
    /// What was opened and closed in each month.
    pub months: Vec<Month>,
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AuditSubject"))]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A ledger, or a part of one.
    Ledger,
    /// An extract of one case, with proofs.
    Extract,
}

/// The file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LedgerFacts {
    /// The ledger's name for the world, from its first line.
    pub origin: Option<String>,
    /// The program that began it.
    pub program: Option<String>,
    /// Whether it was begun under the chart that this program has.
    pub same_chart: Option<bool>,
    /// The SHA-256 of the chart that this program has: its stages, events, and rules.
    #[serde(skip)]
    pub chart: Digest,
    /// How the file was compressed.
    pub packing: Option<Packing>,
    /// How many whole lines there are.
    pub lines: u64,
    /// Their bytes, unpacked, with their line feeds.
    pub bytes: u64,
    /// The SHA-256 of the last line.
    #[serde(serialize_with = "as_text")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub last_hash: Digest,
    /// The Merkle root over all whole lines, if checkpoints were given or it was asked for.
    #[serde(serialize_with = "as_optional_text")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub root: Option<Digest>,
    /// When the first line was written down.
    pub first_logged: Option<At>,
    /// When the last one was: the latest, should they not be in order.
    pub last_logged: Option<At>,
}

/// A checkpoint and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CheckpointFacts {
    /// How many lines it covers.
    pub size: u64,
    /// The trusted key that signed it; nothing if no key was given.
    pub signer: Option<String>,
    /// What is wrong with it, or with the ledger below it.
    pub fault: Option<String>,
}

/// The findings of one code.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CodeCount {
    /// The code.
    pub code: FindingKind,
    /// How much each weighs.
    pub severity: Severity,
    /// What is found, in one line.
    pub statement: &'static str,
    /// How many there are in the whole ledger, whatever the filter.
    pub count: u64,
    /// The first of those that the filter lets pass.
    pub first: Vec<Kept>,
}

/// A finding that is kept in a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Kept {
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
    /// How many later events are counted under it.
    #[serde(skip_serializing_if = "is_zero")]
    pub consequences: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// The cases by where they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseCounts {
    /// How many there are.
    pub total: u64,
    /// How many are open.
    pub open: u64,
    /// How many are closed.
    pub closed: u64,
    /// How many were never opened, as far as this ledger goes.
    pub unopened: u64,
    /// How many have a finding that is an error.
    pub faulty: u64,
    /// How many are in each stage; stages without a case are left out.
    pub by_stage: Vec<StageCount>,
    /// How many ended in each way; outcomes without a case are left out.
    pub by_outcome: Vec<OutcomeCount>,
}

/// How many cases are in a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageCount {
    /// The stage.
    pub stage: Stage,
    /// How many cases.
    pub cases: u64,
}

/// How many cases ended in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeCount {
    /// The outcome.
    pub outcome: Outcome,
    /// How many cases.
    pub cases: u64,
}

/// The records of the cases by what the rules say of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EventCounts {
    /// How many records there are that could be read.
    pub total: u64,
    /// How many of them were accepted.
    pub accepted: u64,
    /// How many were refused on their own account.
    pub illegal: u64,
    /// How many were refused for want of an earlier one, or belong to a case without an opening.
    pub consequences: u64,
    /// How many only repeat a record.
    pub repeated: u64,
    /// How many are corrections that were accepted.
    pub voids: u64,
    /// Accepted over total, of all cases together; nothing without records.
    pub fitness: Option<f64>,
    /// The fitness of the cases: how it is spread.
    pub by_case: Option<FitnessSpread>,
}

/// How the fitness of single cases is spread, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FitnessSpread {
    /// How many cases have a fitness of 1.
    pub perfect: u64,
    /// The least.
    pub least: f64,
    /// The tenth percentile.
    pub p10: f64,
    /// The median.
    pub median: f64,
}

/// How a time is spread, in whole minutes, percentiles by nearest rank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Spread {
    /// How many values there are.
    pub count: u64,
    /// The least.
    pub least: u64,
    /// The median.
    pub median: u64,
    /// The 80th percentile.
    pub p80: u64,
    /// The 90th percentile.
    pub p90: u64,
    /// The most.
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
    /// From entering to leaving, of the cases that left it.
    pub left: Option<Spread>,
    /// From entering to the instant of the audit, of the cases that are in it. These are not finished, so they stand apart.
    pub still: Option<Spread>,
}

/// The time from opening to closing of the cases that ended in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OutcomeTimes {
    /// The outcome.
    pub outcome: Outcome,
    /// The time.
    pub time: Spread,
}

/// How long somebody was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waiting {
    /// Who.
    pub who: Who,
    /// The time in each case in which this one was waited for, of the cases where that came to a minute at least.
    pub waited: Spread,
    /// The part of it in which nobody else was waited for.
    pub alone: u64,
}

/// Sequences and how often each came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Variants<T> {
    /// How many different ones there are.
    pub distinct: u64,
    /// The most frequent ones; where two came equally often, the one that came first.
    pub first: Vec<Variant<T>>,
}

/// A sequence and how often it came.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Variant<T> {
    /// The sequence.
    pub steps: Vec<Step<T>>,
    /// How the cases ended that went this way; nothing if they are open.
    pub outcome: Option<Outcome>,
    /// In how many cases.
    pub cases: u64,
    /// The share of the cases, from 0 to 1.
    pub share: f64,
    /// The first case that went this way.
    pub example: Uuid,
}

/// Something that came so many times in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step<T> {
    /// What.
    pub what: T,
    /// How many times, at least 1.
    pub times: u64,
}

/// A month by the clocks of each case's district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Month {
    /// Such as `2026-09`.
    pub month: String,
    /// How many cases were opened in it.
    pub opened: u64,
    /// How many were closed in it, by outcome; outcomes without a case are left out.
    pub closed: Vec<OutcomeCount>,
}

/// One case in a few figures; a sink is given one of each.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseSummary {
    /// The case.
    pub case: Uuid,
    /// Its district; nothing for a case without an opening.
    pub district: Option<Name>,
    /// The line of its first record.
    pub line: u64,
    /// Where it stands.
    pub stage: Stage,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// When it was opened.
    pub opened: Option<At>,
    /// When its last counted event happened.
    pub last: Option<At>,
    /// How many records it has.
    pub records: u64,
    /// How many of them were accepted.
    pub accepted: u64,
    /// How many were refused on their own account.
    pub illegal: u64,
    /// How many were refused for want of an earlier one.
    pub consequences: u64,
    /// Accepted over all records.
    pub fitness: f64,
    /// The codes of the findings about it, each once.
    pub findings: Vec<FindingKind>,
}

fn as_text<S: Serializer>(digest: &Digest, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(digest)
}

#[allow(clippy::ref_option, reason = "serde asks for it")]
fn as_optional_text<S: Serializer>(digest: &Option<Digest>, serializer: S) -> Result<S::Ok, S::Error> {
    digest.as_ref().map(ToString::to_string).serialize(serializer)
}
