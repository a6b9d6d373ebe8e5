//! Reading the records of one case, with the findings about them.

use super::CaseQuery;
use crate::error::AuditError;
use crate::finding::{Finding, FindingKind};
use crate::input::{CountingReader, LedgerSource, Opened, RandomAccess};
use crate::judge::{JudgeContext, Shard};
use crate::options::AuditOptions;
use ibbi_core::{Event, NoteText};
use ibbi_log::{CustodyState, LedgerLine, LineContent, LineReader, LineRecord, Lines, RawLine, TextOwner, case_of};
use ibbi_seal::{ExtractFault, is_extract, verify_extract};

/// The records of a case, as far as the query asks.
pub(super) struct CaseRecords {
    pub(super) records: Vec<LineRecord>,
    /// The number of later records.
    pub(super) later: u64,
    pub(super) findings: Vec<Finding>,
    /// The lines of voids of events that were not counted, and of repeated records.
    pub(super) uncounted: Vec<u64>,
    pub(super) repeated: Vec<u64>,
}

struct RecordCollector<'a> {
    query: &'a CaseQuery,
    options: &'a AuditOptions,
    shard: Shard,
    found: CaseRecords,
}

/// Reads the records of several cases in one pass. The result has the order of the queries.
pub(super) fn read_records(source: LedgerSource<'_>, queries: &[CaseQuery]) -> Result<Vec<CaseRecords>, AuditError> {
    let options = AuditOptions { advisories: false, ..AuditOptions::default() };
    let opened = source.begin(options.max_stream)?;
    let mut collectors: Vec<_> = queries.iter().map(|query| RecordCollector::new(query, &options)).collect();
    let mut custody = CustodyState::default();
    if is_extract(&opened.beginning) {
        read_extract(opened, &mut collectors)?;
    } else {
        read_ledger(opened, &mut collectors, &mut custody)?;
    }
    Ok(collectors.into_iter().map(|collector| collector.finish(&custody)).collect())
}

fn read_ledger(
    opened: Opened<'_>,
    collectors: &mut [RecordCollector<'_>],
    custody: &mut CustodyState,
) -> Result<(), AuditError> {
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
        let Some(case) = case_of(line) else {
            if let Ok(LedgerLine::Custody(line)) = records.read(line) {
                // The audit of the ledger reports a line that doesn't fit.
                let _ = custody.follow(&line);
            }
            continue;
        };
        for collector in collectors.iter_mut().filter(|collector| collector.query.case == case) {
            if let Some(spool) = &mut spool {
                let kept = spool.copy(line, offset).and_then(|()| spool.flush());
                kept.map_err(|source| AuditError::Spool { source })?;
            }
            match records.read(line) {
                Ok(LedgerLine::Record(mut record)) => {
                    (record.line, record.offset) = (number, offset);
                    collector.take(record, &random_access)?;
                }
                Ok(LedgerLine::Opening(_) | LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_)) => {}
                Err(_) => {
                    let context = JudgeContext::new(collector.options, &random_access);
                    collector.shard.line(line, number, offset, &context, &mut collector.found.findings)?;
                }
            }
        }
    }
}

fn read_extract(opened: Opened<'_>, collectors: &mut [RecordCollector<'_>]) -> Result<(), AuditError> {
    let Opened { reader, random_access, .. } = opened;
    let mut reader = CountingReader::new(reader, random_access.writer());
    match verify_extract(&mut reader, &[]) {
        Ok(extract) => collectors.iter_mut().try_for_each(|collector| {
            let own = extract.records.iter().filter(|record| record.case == collector.query.case);
            own.cloned().try_for_each(|record| collector.take(record, &random_access))
        }),
        Err(ExtractFault::Io(source)) => Err(AuditError::Read { offset: 0, source }),
        // An extract with a fault proves nothing, so it has no records to report.
        Err(_) => Ok(()),
    }
}

impl<'a> RecordCollector<'a> {
    fn new(query: &'a CaseQuery, options: &'a AuditOptions) -> Self {
        let found = CaseRecords {
            records: Vec::new(),
            later: 0,
            findings: Vec::new(),
            uncounted: Vec::new(),
            repeated: Vec::new(),
        };
        Self { query, options, shard: Shard::new(), found }
    }

    fn finish(self, custody: &CustodyState) -> CaseRecords {
        let Self { mut found, .. } = self;
        mark_destroyed(&mut found.records, custody);
        // Each record has its own advisories.
        found.findings.retain(|finding| finding.kind != FindingKind::EventAdvisory);
        let lines = |kind| {
            let of_kind = found.findings.iter().filter(move |finding| finding.kind == kind);
            of_kind.map(|finding| finding.line).collect()
        };
        (found.uncounted, found.repeated) = (lines(FindingKind::EventVoidsUncounted), lines(FindingKind::CaseRepeated));
        found
    }

    fn take(&mut self, record: LineRecord, random_access: &RandomAccess<'_>) -> Result<(), AuditError> {
        if !self.query.includes(&record) {
            self.found.later += 1;
            return Ok(());
        }
        let context = JudgeContext::new(self.options, random_access);
        self.shard.record(record.clone(), &context, &mut self.found.findings)?;
        self.found.records.push(record);
        Ok(())
    }
}

/// Puts the day and the rule in the place of texts that were destroyed.
fn mark_destroyed(records: &mut [LineRecord], custody: &CustodyState) {
    if custody.destroyed.is_empty() {
        return;
    }
    let concerns: Vec<Event> = records.iter().map(|record| record.record.event.clone()).collect();
    for LineRecord { record, .. } in records {
        let Some(owner) = TextOwner::of(&record.event, &concerns) else { continue };
        let Some(destruction) = custody.destruction_of(record.case, owner, record.seq) else { continue };
        if let Some(text) = record.event.note_text_mut()
            && let Some(digest) = text.digest().copied()
        {
            *text = NoteText::destroyed(digest, destruction.at.utc_date(), destruction.texts.rule.clone());
        }
    }
}
