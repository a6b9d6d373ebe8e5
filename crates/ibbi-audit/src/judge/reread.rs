//! Reading the records of a case a second time.

use super::case_state::CaseState;
use super::record_offsets::RecordOffsets;
use crate::error::AuditError;
use crate::input::{LineRereader, RandomAccess};
use ibbi_log::{LedgerLine, LineReader, LineRecord, Record, Uuid};

/// A reader of records by their offsets.
#[derive(Default)]
pub(crate) struct RecordRereader {
    lines: LineRereader,
    reader: LineReader,
}

impl RecordRereader {
    /// Reads the record whose line begins at an offset.
    pub(crate) fn record(&mut self, source: &RandomAccess<'_>, offset: u64) -> Result<LineRecord, AuditError> {
        let line = self.lines.line(source, offset).map_err(|source| AuditError::Read { offset, source })?;
        match line.map(|line| self.reader.read(line)) {
            Some(Ok(LedgerLine::Record(record))) => Ok(record),
            _ => Err(AuditError::Changed { offset }),
        }
    }

    /// Reads the IDs of all records of a case, in order.
    pub(crate) fn ids(&mut self, source: &RandomAccess<'_>, offsets: &RecordOffsets) -> Result<Vec<Uuid>, AuditError> {
        offsets.iter().map(|(offset, _)| Ok(self.record(source, offset)?.id)).collect()
    }

    /// Reads the records of a case and returns its state with its history. The IDs and follow-ons are left to the caller.
    pub(crate) fn history(
        &mut self,
        source: &RandomAccess<'_>,
        offsets: &RecordOffsets,
    ) -> Result<CaseState, AuditError> {
        let mut state = CaseState::with_history();
        for (offset, accepted) in offsets.iter() {
            if accepted {
                let Record { seq, at, event, .. } = self.record(source, offset)?.record;
                state.offer(seq, at, event).map_err(|_| AuditError::Changed { offset })?;
            }
        }
        Ok(state)
    }
}
