//! Reading the records of one case, with the findings about them.

use super::CaseQuery;
use crate::error::AuditError;
use crate::finding::{Finding, FindingKind};
use crate::input::{CountingReader, LedgerSource, Opened, RandomAccess};
use crate::judge::{JudgeContext, Shard};
use crate::options::AuditOptions;
use ibbi_log::{LedgerLine, LineContent, LineReader, Lines, RawLine, Record, case_of};
use ibbi_seal::{ExtractFault, is_extract, verify_extract};

/// The records of a case, as far as the query asks.
pub(super) struct CaseRecords {
    pub(super) records: Vec<Record>,
    /// The number of later records.
    pub(super) later: u64,
    pub(super) findings: Vec<Finding>,
    /// The lines of voids of events that were not counted, and of repeated records.
    pub(super) uncounted: Vec<u64>,
    pub(super) repeated: Vec<u64>,
}

struct RecordCollector<'a> {
    query: &'a CaseQuery,
    options: AuditOptions,
    shard: Shard,
    found: CaseRecords,
}

pub(super) fn read_records(source: LedgerSource<'_>, query: &CaseQuery) -> Result<CaseRecords, AuditError> {
    let options = AuditOptions { advisories: false, ..AuditOptions::default() };
    let opened = source.begin(options.max_stream)?;
    let found = CaseRecords {
        records: Vec::new(),
        later: 0,
        findings: Vec::new(),
        uncounted: Vec::new(),
        repeated: Vec::new(),
    };
    let mut collector = RecordCollector { query, options, shard: Shard::new(), found };
    if is_extract(&opened.beginning) {
        collector.extract(opened)?;
    } else {
        collector.ledger(opened)?;
    }
    let RecordCollector { mut found, .. } = collector;
    let lines = |kind| {
        let of_kind = found.findings.iter().filter(move |finding| finding.kind == kind);
        of_kind.map(|finding| finding.line).collect()
    };
    (found.uncounted, found.repeated) = (lines(FindingKind::EventVoidsUncounted), lines(FindingKind::CaseRepeated));
    Ok(found)
}

impl RecordCollector<'_> {
    fn ledger(&mut self, opened: Opened<'_>) -> Result<(), AuditError> {
        let Opened { reader, random_access, .. } = opened;
        let mut spool = random_access.writer();
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
                let kept = spool.copy(line, offset).and_then(|()| spool.flush());
                kept.map_err(|source| AuditError::Spool { source })?;
            }
            match records.read(line) {
                Ok(LedgerLine::Record(mut record)) => {
                    (record.line, record.offset) = (number, offset);
                    self.take(record, &random_access)?;
                }
                Ok(LedgerLine::Opening(_)) => {}
                Err(_) => {
                    let context = JudgeContext::new(&self.options, &random_access);
                    self.shard.line(line, number, offset, &context, &mut self.found.findings)?;
                }
            }
        }
    }

    fn extract(&mut self, opened: Opened<'_>) -> Result<(), AuditError> {
        let Opened { reader, random_access, .. } = opened;
        let mut reader = CountingReader::new(reader, random_access.writer());
        match verify_extract(&mut reader, &[]) {
            Ok(extract) => {
                let own = extract.records.into_iter().filter(|record| record.case == self.query.case);
                own.into_iter().try_for_each(|record| self.take(record, &random_access))
            }
            Err(ExtractFault::Io(source)) => Err(AuditError::Read { offset: 0, source }),
            // An extract with a fault proves nothing, so it has no records to report.
            Err(_) => Ok(()),
        }
    }

    fn take(&mut self, record: Record, random_access: &RandomAccess<'_>) -> Result<(), AuditError> {
        if !self.query.includes(&record) {
            self.found.later += 1;
            return Ok(());
        }
        let context = JudgeContext::new(&self.options, random_access);
        self.shard.record(record.clone(), &context, &mut self.found.findings)?;
        self.found.records.push(record);
        Ok(())
    }
}
