//! Replay at scale: what is wrong with a ledger, how its cases went, and why a case is where it is.
//!
//! [`export`] turns records and the process itself into formats that other programs read.
#![forbid(unsafe_code)]

mod audit;
mod case;
mod diff;
mod engine;
pub mod export;
mod extracted;
mod figures;
mod finding;
mod input;
mod judge;
mod options;
mod report;
mod tally;
mod zone;

pub use audit::{Audit, AuditError, Sink};
pub use case::{
    ActorRow, CaseQuery, CaseReport, Entering, Moment, Requirement, Settled, Stay, Until, WaitRow, case_report,
};
pub use diff::{CaseDifference, Diff, Divergence, Presence, StateChange, diff};
pub use figures::Who;
pub use finding::{Detail, Finding, FindingKind, Severity, findings_markdown};
pub use input::{Packing, Source};
pub use options::{Filter, Options};
pub use report::{
    CaseCounts, CaseSummary, CheckpointFacts, CodeCount, EventCounts, FitnessSpread, Kept, LedgerFacts, Month,
    OutcomeCount, OutcomeTimes, Report, Spread, StageCount, StageTimes, Step, Variant, Variants, Waiting, What,
};
