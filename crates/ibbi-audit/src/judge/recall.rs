//! Reading the records of a case a second time.

use super::live::Live;
use super::trail::Trail;
use crate::audit::AuditError;
use crate::input::{Again, Rereader};
use ibbi_log::{LedgerLine, LineReader, Record, Uuid};

/// Reads records again.
#[derive(Default)]
pub(crate) struct Recall {
    lines: Rereader,
    reader: LineReader,
}

impl Recall {
    /// The record whose line begins here.
    pub(crate) fn record(&mut self, again: &Again<'_>, offset: u64) -> Result<Record, AuditError> {
        let line = self.lines.line(again, offset).map_err(|source| AuditError::Read { offset, source })?;
        match line.map(|line| self.reader.read(line)) {
            Some(Ok(LedgerLine::Record(record))) => Ok(record),
            _ => Err(AuditError::Changed { offset }),
        }
    }

    /// The ids of all records of a case, in order.
    pub(crate) fn ids(&mut self, again: &Again<'_>, trail: &Trail) -> Result<Vec<Uuid>, AuditError> {
        trail.iter().map(|(offset, _)| Ok(self.record(again, offset)?.id)).collect()
    }

    /// What is needed to judge the next event of a case, its history with it, from its records; its ids and debts are left
    /// to the caller.
    pub(crate) fn history(&mut self, again: &Again<'_>, trail: &Trail) -> Result<Live, AuditError> {
        let mut live = Live::with_history();
        for (offset, accepted) in trail.iter() {
            if accepted {
                let Record { seq, at, event, .. } = self.record(again, offset)?;
                live.offer(seq, at, event).map_err(|_| AuditError::Changed { offset })?;
            }
        }
        Ok(live)
    }
}
