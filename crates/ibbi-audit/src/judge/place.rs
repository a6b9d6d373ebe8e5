//! Where a finding is, and findings made of the faults of the ledger's readers.

use crate::finding::{Detail, Finding, FindingKind};
use ibbi_core::{At, EventKind};
use ibbi_log::{Fault, FaultKind, Record, Uuid};

/// Where a finding is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) byte: u64,
    pub(crate) case: Option<Uuid>,
    pub(crate) event: Option<EventKind>,
    pub(crate) seq: Option<u64>,
    pub(crate) logged: Option<At>,
}

impl Place {
    pub(crate) const fn line(line: u64, byte: u64) -> Self {
        Self { line, byte, case: None, event: None, seq: None, logged: None }
    }

    pub(crate) const fn find(self, kind: FindingKind, detail: Detail) -> Finding {
        let Self { line, byte, case, event, seq, logged } = self;
        Finding { kind, line, byte, case, event, seq, logged, detail }
    }
}

/// A fault of the ledger's readers as a finding.
pub(crate) fn of_fault(fault: Fault, case: Option<Uuid>, logged: Option<At>) -> Finding {
    let kind = match &fault.kind {
        FaultKind::Torn { .. } => FindingKind::LedgerTorn,
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
    Place { case, logged, ..Place::line(fault.line, byte) }.find(kind, Detail::Fault(fault.kind))
}

/// A record's own place.
pub(super) fn place_of(record: &Record) -> Place {
    let Record { line, offset, case, seq, event, logged, .. } = record;
    let (case, seq, logged) = (Some(*case), Some(*seq), Some(*logged));
    Place { line: *line, byte: *offset, case, event: Some(event.kind()), seq, logged }
}
