//! Gathering: the records of one case, and what an audit finds about them.

use super::CaseQuery;
use crate::audit::AuditError;
use crate::finding::{Finding, FindingKind};
use crate::input::Again;
use crate::input::{Opened, Source};
use crate::judge::Shard;
use crate::options::Options;
use ibbi_log::{LedgerLine, LineContent, LineReader, Lines, RawLine, Record, case_of};
use ibbi_seal::{ExtractFault, is_extract, verify_extract};

/// The records of a case, as far as was asked.
pub(super) struct Gathered {
    pub(super) records: Vec<Record>,
    /// How many records came after.
    pub(super) later: u64,
    pub(super) findings: Vec<Finding>,
    /// The lines of corrections that strike what was not counted, and of records that are there already.
    pub(super) uncounted: Vec<u64>,
    pub(super) repeated: Vec<u64>,
}

struct Gatherer<'a> {
    query: &'a CaseQuery,
    options: Options,
    shard: Shard,
    found: Gathered,
}

pub(super) fn gather(source: Source<'_>, query: &CaseQuery) -> Result<Gathered, AuditError> {
    let options = Options { advisories: false, ..Options::default() };
    let opened = source.begin(options.max_stream)?;
    let found =
        Gathered { records: Vec::new(), later: 0, findings: Vec::new(), uncounted: Vec::new(), repeated: Vec::new() };
    let mut gatherer = Gatherer { query, options, shard: Shard::new(), found };
    if is_extract(&opened.beginning) {
        gatherer.extract(opened)?;
    } else {
        gatherer.ledger(opened)?;
    }
    let Gatherer { mut found, .. } = gatherer;
    let lines = |kind| {
        let of_kind = found.findings.iter().filter(move |finding| finding.kind == kind);
        of_kind.map(|finding| finding.line).collect()
    };
    (found.uncounted, found.repeated) = (lines(FindingKind::EventVoidsUncounted), lines(FindingKind::CaseRepeated));
    Ok(found)
}

impl Gatherer<'_> {
    fn ledger(&mut self, opened: Opened<'_>) -> Result<(), AuditError> {
        let Opened { reader, again, .. } = opened;
        let mut spool = again.writer();
        let mut lines = Lines::new(reader);
        let mut records = LineReader::default();
        let mut read = 0;
        loop {
            let next = lines.next().map_err(|source| AuditError::Read { offset: read, source })?;
            let Some(RawLine { number, offset, length, content }) = next else { return Ok(()) };
            read = offset + length;
            let LineContent::Whole(line, _) = content else { continue };
            if case_of(line) != Some(self.query.case) {
                continue;
            }
            if let Some(spool) = &mut spool {
                let kept = spool.keep(line, offset).and_then(|()| spool.flush());
                kept.map_err(|source| AuditError::Spool { source })?;
            }
            match records.read(line) {
                Ok(LedgerLine::Record(mut record)) => {
                    (record.line, record.offset) = (number, offset);
                    self.take(record, &again)?;
                }
                Ok(LedgerLine::Opening(_)) => {}
                Err(_) => {
                    let context = self.options.context(&again);
                    self.shard.line(line, number, offset, &context, &mut self.found.findings)?;
                }
            }
        }
    }

    fn extract(&mut self, opened: Opened<'_>) -> Result<(), AuditError> {
        let Opened { reader, again, .. } = opened;
        let mut counted = crate::extracted::Counted::new(reader, again.writer());
        match verify_extract(&mut counted, &[]) {
            Ok(extract) => {
                let own = extract.records.into_iter().filter(|record| record.case == self.query.case);
                own.into_iter().try_for_each(|record| self.take(record, &again))
            }
            Err(ExtractFault::Io(source)) => Err(AuditError::Read { offset: 0, source }),
            // An extract with a fault proves nothing, so there is nothing to tell.
            Err(_) => Ok(()),
        }
    }

    fn take(&mut self, record: Record, again: &Again<'_>) -> Result<(), AuditError> {
        if !self.query.reaches(&record) {
            self.found.later += 1;
            return Ok(());
        }
        let context = self.options.context(again);
        self.shard.record(record.clone(), &context, &mut self.found.findings)?;
        self.found.records.push(record);
        Ok(())
    }
}
