//! Replay at scale: what is wrong with a ledger, how its cases went, and why a case is where it is.
//!
//! [`export`] turns records and the process itself into formats that other programs read.
//!
//! | to | there is |
//! |---|---|
//! | audit a ledger, or an extract of one | [`Audit`], [`Options`], [`Report`] |
//! | take what is found as it is found | [`Sink`], [`Finding`], [`FindingKind`] |
//! | tell one case in depth, at any instant | [`case_report`], [`CaseReport`] |
//! | compare two ledgers | [`diff()`], [`Diff`] |
//!
//! An audit reads a ledger once, as a stream, and never stops at the first fault. It checks every line, the chain and
//! checkpoints, and offers every record again to [`ibbi_core`]: the rules are those of the core and stand nowhere else.
//! `docs/findings.md` lists everything that can be found, and says how an audit goes on after an event that is not allowed.
//!
//! ```
//! use ibbi_audit::{Audit, Finding, Options, Source};
//! let ledger = std::fs::read("../../tests/golden/v1/not-adopted.ledger")?;
//! // Somebody takes out the line of labor's caucus, and makes neither the numbers nor the chain fit.
//! let text = String::from_utf8(ledger)?;
//! let damaged: String = text.split_inclusive('\n').filter(|line| !line.contains("\"seq\":21,")).collect();
//!
//! let mut found = Vec::new();
//! let report = Audit::new(Options::default())
//!     .run(Source::bytes(damaged.as_bytes()), &mut |finding: Finding| found.push(finding))?;
//! assert!(!report.sound);
//! let codes: Vec<_> = found.iter().map(|finding| finding.kind.code()).collect();
//! assert_eq!(codes[1..4], ["chain.prev", "chain.seq", "chain.rev"]);
//! // What labor decided rests on the caucus, so it is no fault of its own.
//! assert!(codes[4..].iter().all(|code| *code == "event.consequence"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - What is wrong with the content is never an error, but a [`Finding`]; errors are of the system alone.
//! - A result is a function of the bytes and the options: neither the number of threads nor how the bytes came can show.
//! - Memory does not grow with the ledger, but with its cases: some hundred bytes of a closed one, a few thousand of an open
//!   one. What is needed of a closed case again, when it is corrected, is read again.
//! - No clock: the instant as of which unfinished cases are looked at is passed in, or is that of the last line.
//! - A ledger is never written to. A stream, and what was compressed, is copied to a nameless temporary file.
#![forbid(unsafe_code)]

mod audit;
mod case;
mod diff;
mod engine;
mod extracted;
mod figures;
mod finding;
mod input;
mod judge;
mod options;
mod report;
#[cfg(feature = "schema")]
mod schema;
mod tally;

pub use audit::{Audit, AuditError, Sink};
pub use case::{
    ActorRow, CaseQuery, CaseReport, Entering, Moment, Requirement, Settled, Stay, Until, WaitRow, case_report,
};
pub use diff::{CaseDifference, Diff, Divergence, Presence, StateChange, diff};
pub use figures::Who;
pub use finding::{Detail, Finding, FindingKind, Severity, findings_markdown};
pub use input::{Metered, Packing, Progress, Source, Watch};
pub use options::{Filter, Options};
pub use report::{
    CaseCounts, CaseSummary, CheckpointFacts, CodeCount, EventCounts, FitnessSpread, Kept, LedgerFacts, Month,
    OutcomeCount, OutcomeTimes, Report, Spread, StageCount, StageTimes, Step, Variant, Variants, Waiting, What,
};
