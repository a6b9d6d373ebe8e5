//! A case during an audit: few bytes of a closed case, and the core's state of an open one.

use super::case_state::CaseState;
use super::record_offsets::RecordOffsets;
use crate::case_times::CaseTimes;
use crate::finding::FindingKind;
use ibbi_common::zone::Zone;
use ibbi_core::{At, Name, Stage};
use ibbi_log::Uuid;

/// The number of restores after which a closed case keeps its state: restoring takes longer with every record.
const MAX_RESTORES: u8 = 8;

/// A case as far as it has been read.
pub(crate) struct AuditedCase {
    pub(crate) id: Uuid,
    /// The line of its first record.
    pub(crate) first_line: u64,
    /// The line of its last record so far.
    pub(crate) last_line: u64,
    /// The latest time at which one of its records was recorded.
    pub(crate) logged: At,
    /// The number within the case of its last record.
    pub(crate) rev: u64,
    pub(crate) district: Option<Name>,
    pub(crate) zone: Option<Zone>,
    pub(crate) counts: RecordCounts,
    /// The kinds of finding about it, one bit each.
    found: [u64; 2],
    pub(crate) times: CaseTimes,
    /// The first cause of a follow-on, kept after the state was dropped.
    pub(crate) first_cause: Option<u64>,
    /// The number of times its state was restored after it had been dropped.
    pub(crate) restored: u8,
    /// A hash of the state in which it closed, if the audit asks for one.
    pub(crate) fingerprint: u64,
    pub(crate) offsets: RecordOffsets,
    /// The state that judges its next event. A closed case has none; it is restored by reading the records again.
    pub(crate) state: Option<Box<CaseState>>,
}

/// The records of a case, by result.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RecordCounts {
    pub(crate) records: u32,
    pub(crate) accepted: u32,
    pub(crate) illegal: u32,
    pub(crate) consequences: u32,
    pub(crate) repeated: u32,
    pub(crate) voids: u32,
}

const _: () = assert!(FindingKind::ALL.len() <= 128);

/// Returns the word and the bit of a kind of finding.
const fn place_of(kind: FindingKind) -> (usize, u64) {
    (kind as usize / 64, 1 << (kind as usize % 64))
}

impl AuditedCase {
    pub(crate) fn new(id: Uuid, line: u64) -> Self {
        Self {
            id,
            first_line: line,
            last_line: line,
            logged: At::MIN,
            rev: 0,
            district: None,
            zone: None,
            counts: RecordCounts::default(),
            found: [0; 2],
            times: CaseTimes::new(),
            first_cause: None,
            restored: 0,
            fingerprint: 0,
            offsets: RecordOffsets::default(),
            state: None,
        }
    }

    /// Returns whether this state of the case can be dropped, because it is closed and can be restored from its records.
    pub(super) fn can_be_restored(&self, state: &CaseState) -> bool {
        let clear = state.follow_ons.as_ref().is_none_or(|follow_ons| follow_ons.is_clear());
        state.case().stage() == Stage::Closed && clear && self.restored < MAX_RESTORES
    }

    /// Drops the state of a closed case.
    pub(super) fn drop_state(&mut self) {
        let state = self.state.take();
        self.first_cause = state.and_then(|state| state.follow_ons).and_then(|follow_ons| follow_ons.first_cause());
        self.times.shrink();
        self.offsets.shrink();
    }

    pub(crate) const fn note(&mut self, kind: FindingKind) {
        let (word, bit) = place_of(kind);
        self.found[word] |= bit;
    }

    pub(crate) const fn has(&self, kind: FindingKind) -> bool {
        let (word, bit) = place_of(kind);
        self.found[word] & bit != 0
    }
}
