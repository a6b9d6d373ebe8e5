//! Reading the records of a case a second time.

use super::case_state::CaseState;
use super::record_offsets::RecordOffsets;
use crate::error::AuditError;
use crate::input::{LineRereader, RandomAccess};
use ibbi_log::{LedgerLine, LineReader, LineRecord, Record, Uuid};

/// Offers an accepted record to the core again. The records of an act wait for its last one.
pub(super) fn offer_again(
    state: &mut CaseState,
    act: &mut Vec<Record>,
    record: Record,
    offset: u64,
) -> Result<(), AuditError> {
    let changed = AuditError::Changed { offset };
    match record.details.act {
        None => {
            let Record { seq, at, event, details, .. } = record;
            state.offer((seq, at, event), &details, &mut |_| {}).map(drop).map_err(|_| changed)
        }
        Some(place) => {
            act.push(record);
            if place.is_last() {
                let records: Vec<&Record> = act.iter().collect();
                state.offer_act(&records).map_err(|_| changed)?;
                act.clear();
            }
            Ok(())
        }
    }
}

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
        let mut act = Vec::new();
        for (offset, accepted) in offsets.iter() {
            if accepted {
                let record = self.record(source, offset)?.record;
                offer_again(&mut state, &mut act, record, offset)?;
            }
        }
        Ok(state)
    }
}
