//! A shard: some of the cases, as far as they have been read.

use super::audited_case::AuditedCase;
use super::booked_time::BookedTimes;
use super::case_state::{CaseState, Held};
use super::context::JudgeContext;
use super::reread::{RecordRereader, offer_again};
use crate::blocks::Batch;
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, fault_finding};
use crate::input::RandomAccess;
use ibbi_core::Case;
use ibbi_log::{Digest, Fault, FaultKind, LedgerLine, LineReader, Links, Uuid, case_of};
use std::collections::{HashMap, VecDeque};

/// The number of lines read ahead.
pub(super) const LINES_AHEAD: usize = 8;

/// The most history entries that a shard holds before it drops the oldest histories.
const MAX_HISTORY_ENTRIES: usize = 8192;

/// Some of the cases, as far as they have been read.
pub(crate) struct Shard {
    reader: LineReader,
    pub(super) rereader: RecordRereader,
    pub(super) hasher: ahash::RandomState,
    index: HashMap<Uuid, u32, ahash::RandomState>,
    pub(crate) cases: Vec<AuditedCase>,
    /// The cases whose history is held, oldest first, each with its number of entries when it was loaded.
    loaded: VecDeque<(usize, usize)>,
    history_entries: usize,
    full: bool,
    /// The cases that are followed by another case, each with the location of the record that names it.
    pub(crate) follows: Vec<(Uuid, Location)>,
    /// When neutrals were booked.
    pub(crate) booked: BookedTimes,
    /// The confidential texts of records, each with the index of its case, if texts are checked.
    pub(crate) texts: Vec<(usize, Digest, Location)>,
}

impl Shard {
    pub(crate) fn new() -> Self {
        Self {
            reader: LineReader::default(),
            rereader: RecordRereader::default(),
            hasher: ahash::RandomState::new(),
            index: HashMap::default(),
            cases: Vec::new(),
            loaded: VecDeque::new(),
            history_entries: 0,
            full: false,
            follows: Vec::new(),
            booked: BookedTimes::default(),
            texts: Vec::new(),
        }
    }

    pub(crate) fn has(&self, case: Uuid) -> bool {
        self.index.contains_key(&case)
    }

    /// Returns a case as far as it has been read.
    pub(crate) fn case(&self, case: Uuid) -> Option<&AuditedCase> {
        self.cases.get(usize::try_from(*self.index.get(&case)?).ok()?)
    }

    /// Returns the state of a case after its last record.
    pub(crate) fn state(&mut self, case: Uuid, source: &RandomAccess<'_>) -> Result<Option<Case>, AuditError> {
        let Some(index) = self.index.get(&case).and_then(|index| usize::try_from(*index).ok()) else { return Ok(None) };
        let audited = &self.cases[index];
        Ok(Some(match &audited.state {
            Some(state) => state.case().clone(),
            None => self.rereader.history(source, &audited.offsets)?.case().clone(),
        }))
    }

    /// Judges the lines of a batch.
    pub(crate) fn batch(
        &mut self,
        batch: &Batch,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let mut ahead = Vec::with_capacity(LINES_AHEAD);
        let mut lines = batch.iter();
        loop {
            let read = |(line, number, offset)| (line, number, offset, self.reader.read(line));
            ahead.extend(lines.by_ref().take(LINES_AHEAD).map(read));
            if ahead.is_empty() {
                return Ok(());
            }
            let case = |read: &Result<LedgerLine, _>| {
                if let Ok(LedgerLine::Record(record)) = read { Some(record.case) } else { None }
            };
            self.prefetch(ahead.iter().filter_map(|(.., read)| case(read)));
            for (line, number, offset, read) in ahead.drain(..) {
                self.entry(line, number, offset, read, context, out)?;
            }
        }
    }

    /// Judges a line, which is given without its LF.
    pub(crate) fn line(
        &mut self,
        line: &[u8],
        number: u64,
        offset: u64,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let read = self.reader.read(line);
        self.entry(line, number, offset, read, context, out)
    }

    fn entry(
        &mut self,
        line: &[u8],
        number: u64,
        offset: u64,
        read: Result<LedgerLine, (usize, FaultKind)>,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        match read {
            Ok(LedgerLine::Record(mut record)) => {
                (record.line, record.offset) = (number, offset);
                self.record(record, context, out)
            }
            Ok(LedgerLine::Opening(_)) => {
                let fault = Fault { line: number, offset, column: 0, kind: FaultKind::Opening { first: false } };
                out.push(fault_finding(fault, None, None));
                Ok(())
            }
            // These lines are of no case. The chain checks their places.
            Ok(LedgerLine::Format(_) | LedgerLine::Heads(_) | LedgerLine::Custody(_)) => Ok(()),
            Err((column, kind)) => self.malformed(line, Fault { line: number, offset, column, kind }, context, out),
        }
    }

    /// Reports a line that is not a record. Its case, if the line names one, continues without it.
    fn malformed(
        &mut self,
        line: &[u8],
        fault: Fault,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let number = fault.line;
        let (case, links) = (case_of(line), Links::read(line));
        out.push(fault_finding(fault, case, links.and_then(|links| links.logged())));
        let Some(case) = case else { return Ok(()) };
        let Some(index) = self.find_or_add(case, Location::line(number, 0), context, out) else { return Ok(()) };
        self.restore(index, context)?;
        let audited = &mut self.cases[index];
        audited.note(FindingKind::LineMalformed);
        // If the line has no readable number within the case, the next one is assumed.
        audited.rev = links.and_then(|links| links.rev).unwrap_or_else(|| audited.rev.saturating_add(1));
        if let Some(state) = &mut audited.state {
            state.follow_ons().add_gap(number);
            if let Some(links) = links {
                state.follow_ons().remember_skipped(number, links.seq);
            }
        }
        Ok(())
    }

    /// Returns the index of a case. A new case is added, unless there are too many.
    pub(super) fn find_or_add(
        &mut self,
        case: Uuid,
        location: Location,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Option<usize> {
        if let Some(index) = self.index.get(&case) {
            return usize::try_from(*index).ok();
        }
        if self.cases.len() >= context.max_shard_cases {
            if !self.full {
                self.full = true;
                out.push(
                    location.finding(FindingKind::LedgerManyCases, FindingDetail::Limit { limit: context.max_cases }),
                );
            }
            return None;
        }
        let index = self.cases.len();
        self.index.insert(case, u32::try_from(index).ok()?);
        self.cases.push(AuditedCase::new(case, location.line));
        Some(index)
    }

    /// Makes a case ready to be judged: creates the state of a new case, or restores that of a closed one.
    pub(super) fn restore(&mut self, index: usize, context: &JudgeContext<'_>) -> Result<(), AuditError> {
        let audited = &mut self.cases[index];
        if audited.state.is_some() {
            return Ok(());
        }
        let mut state = Box::new(CaseState::with_history());
        let mut act = Vec::new();
        for (position, (offset, accepted)) in audited.offsets.iter().enumerate() {
            let record = self.rereader.record(context.random_access, offset)?.record;
            if state.ids.is_full() {
                let ids = self.rereader.ids(context.random_access, &audited.offsets)?;
                state.ids.keep_whole(ids.into_iter().take(position));
            }
            state.ids.push(record.id, position, &self.hasher);
            if accepted {
                offer_again(&mut state, &mut act, record, offset)?;
            } else {
                state.follow_ons().remember_skipped(audited.first_line, record.seq);
            }
        }
        if let Some(cause) = audited.first_cause {
            // The rules that were excused are forgotten.
            state.follow_ons().add_gap(cause);
        }
        let known = audited.counts.records > 0;
        if !known {
            state.drop_history();
        }
        audited.state = Some(state);
        if known {
            audited.restored = audited.restored.saturating_add(1);
            // A record after the end is nearly always a void, which needs the history.
            self.hold_history(index);
        }
        Ok(())
    }

    /// Loads the history of a case, which judging a void needs.
    pub(super) fn load_history(&mut self, index: usize, context: &JudgeContext<'_>) -> Result<(), AuditError> {
        let audited = &self.cases[index];
        if audited.state.as_ref().is_none_or(|state| matches!(state.held, Held::History(_))) {
            return Ok(());
        }
        let loaded = self.rereader.history(context.random_access, &audited.offsets)?;
        if let Some(state) = &mut self.cases[index].state {
            state.held = loaded.held;
        }
        self.hold_history(index);
        Ok(())
    }

    /// Notes that the history of a case is held, and drops the oldest histories if there are too many entries.
    fn hold_history(&mut self, index: usize) {
        let entries = usize::try_from(self.cases[index].counts.accepted).unwrap_or(usize::MAX);
        self.loaded.push_back((index, entries));
        self.history_entries += entries;
        while self.history_entries > MAX_HISTORY_ENTRIES && self.loaded.len() > 1 {
            let Some((oldest, entries)) = self.loaded.pop_front() else { break };
            self.history_entries -= entries;
            if let Some(state) = &mut self.cases[oldest].state {
                state.drop_history();
            }
        }
    }
}
