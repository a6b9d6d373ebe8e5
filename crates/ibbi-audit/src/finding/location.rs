//! The location of a finding, and findings made from faults of the ledger's readers.

use super::{Finding, FindingDetail, FindingKind};
use crate::input::StreamProblem;
use ibbi_core::{At, EventKind, NameFault, Weakness};
use ibbi_log::{ClockFault, ClockFinding, Fault, FaultKind, Head, LineRecord, Record, Uuid};

/// The location of a finding.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location {
    pub(crate) line: u64,
    pub(crate) byte: u64,
    pub(crate) case: Option<Uuid>,
    pub(crate) event: Option<EventKind>,
    pub(crate) seq: Option<u64>,
    pub(crate) logged: Option<At>,
}

impl Location {
    pub(crate) const fn line(line: u64, byte: u64) -> Self {
        Self { line, byte, case: None, event: None, seq: None, logged: None }
    }

    pub(crate) fn record(record: &LineRecord) -> Self {
        let LineRecord { record, line, offset } = record;
        let Record { case, seq, event, logged, .. } = record;
        let (case, seq, logged) = (Some(*case), Some(*seq), Some(*logged));
        Self { line: *line, byte: *offset, case, event: Some(event.kind()), seq, logged }
    }

    /// Makes a finding at this location.
    pub(crate) const fn finding(self, kind: FindingKind, detail: FindingDetail) -> Finding {
        let Self { line, byte, case, event, seq, logged } = self;
        Finding { kind, line, byte, case, event, seq, logged, detail }
    }
}

/// Makes a finding from a fault of the ledger's readers.
pub(crate) fn fault_finding(fault: Fault, case: Option<Uuid>, logged: Option<At>) -> Finding {
    let kind = match &fault.kind {
        FaultKind::Torn { .. } | FaultKind::TornAct { .. } => FindingKind::LedgerTorn,
        FaultKind::Version { .. } | FaultKind::FormatRepeated { .. } => FindingKind::LedgerFormat,
        FaultKind::Act { .. } => FindingKind::ChainAct,
        FaultKind::Heads { .. } => FindingKind::ChainHeads,
        FaultKind::NoHold { .. } | FaultKind::DestroyedTwice { .. } => FindingKind::ChainCustody,
        FaultKind::NoLine => FindingKind::LedgerEmpty,
        FaultKind::Opening { .. } => FindingKind::LedgerSecondOpening,
        FaultKind::Chain { .. } => FindingKind::ChainPrev,
        FaultKind::Seq { .. } => FindingKind::ChainSeq,
        FaultKind::Rev { .. } => FindingKind::ChainRev,
        FaultKind::Logged { .. } => FindingKind::ChainLogged,
        FaultKind::DuplicateId { .. } => FindingKind::CaseDuplicateId,
        FaultKind::Truncated { .. } => FindingKind::CheckpointTruncated,
        FaultKind::Root { .. } => FindingKind::CheckpointRoot,
        FaultKind::Origin { .. } => FindingKind::CheckpointOrigin,
        FaultKind::Checkpoints { .. } => FindingKind::CheckpointUnreadable,
        _ => FindingKind::LineMalformed,
    };
    let byte = fault.offset.saturating_add(u64::try_from(fault.column).unwrap_or(u64::MAX));
    Location { case, logged, ..Location::line(fault.line, byte) }.finding(kind, FindingDetail::Fault(fault.kind))
}

/// Makes a finding from a time that a right clock doesn't give.
pub(crate) fn clock_finding(found: ClockFinding) -> Finding {
    let kind = match found.kind {
        ClockFault::Future { .. } => FindingKind::ClockFuture,
        ClockFault::Back { .. } => FindingKind::ClockBack,
        ClockFault::Ahead { .. } => FindingKind::ClockAhead,
        ClockFault::Frozen { .. } => FindingKind::ClockFrozen,
    };
    let location = Location { logged: Some(found.logged), ..Location::line(found.line, found.offset) };
    location.finding(kind, FindingDetail::Clock(found))
}

/// Returns the kind of finding about a weakness of a program.
pub(crate) const fn weakness_kind(weakness: Weakness) -> FindingKind {
    match weakness {
        Weakness::Training => FindingKind::ProgramTraining,
        Weakness::Facilitation => FindingKind::ProgramFacilitation,
        Weakness::Activities => FindingKind::ProgramActivities,
        Weakness::Grace => FindingKind::ProgramGrace,
        Weakness::Presence => FindingKind::ProgramPresence,
        Weakness::SameDay => FindingKind::ProgramSameDay,
    }
}

/// Returns the kind of finding about a name.
pub(crate) const fn name_kind(fault: &NameFault) -> FindingKind {
    match fault {
        NameFault::Invisible { .. } => FindingKind::NamesInvisible,
        NameFault::NotComposed { .. } => FindingKind::NamesNotComposed,
        NameFault::MixedScripts { .. } => FindingKind::NamesMixedScripts,
    }
}

/// Makes a finding from the reason why a reader ended early, after the last line it gave.
pub(crate) fn problem_finding(problem: StreamProblem, head: Head) -> Finding {
    let location = Location::line(head.lines.max(1), head.bytes);
    match problem {
        StreamProblem::Damaged { compression, reason } => {
            location.finding(FindingKind::LedgerCompression, FindingDetail::Compression { compression, reason })
        }
        StreamProblem::TooLarge { limit } => {
            location.finding(FindingKind::LedgerTooLarge, FindingDetail::Limit { limit })
        }
    }
}
