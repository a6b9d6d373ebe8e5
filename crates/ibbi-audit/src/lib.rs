//! Replay at scale: what is wrong with a ledger, how its cases went, and why a case is where it is.
//!
//! [`export`] turns records and the process itself into formats that other programs read.
#![forbid(unsafe_code)]

mod again;
mod audit;
mod case;
mod chain;
mod course;
mod debt;
mod diff;
mod engine;
pub mod export;
mod extracted;
mod finding;
mod finding_text;
mod findings_page;
mod measure;
mod options;
mod reach;
mod report;
mod shard;
mod source;
mod tally;
mod track;
mod unpack;
mod waiting;
mod zone;

pub use audit::{Audit, AuditError, Sink};
pub use case::{
    ActorRow, CaseQuery, CaseReport, Entering, Moment, Requirement, Settled, Stay, Until, WaitRow, case_report,
};
pub use diff::{CaseDifference, Diff, Divergence, Presence, StateChange, diff};
pub use finding::{Detail, Finding, FindingKind, Severity};
pub use findings_page::findings_markdown;
pub use options::{Filter, Options};
pub use report::{
    CaseCounts, CaseSummary, CheckpointFacts, CodeCount, EventCounts, FitnessSpread, Kept, LedgerFacts, Month,
    OutcomeTimes, Report, Spread, StageTimes, Step, Variant, Variants, Waiting, What,
};
pub use source::Source;
pub use unpack::Packing;
pub use waiting::Who;
