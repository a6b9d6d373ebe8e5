//! A shard: some of the cases, as far as they have been read.

use super::audited_case::AuditedCase;
use super::booked_time::BookedTimes;
use super::case_state::{CaseState, Held};
use super::context::JudgeContext;
use super::reread::{RecordRereader, offer_again};
use crate::blocks::{JudgedLine, fetch};
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, fault_finding};
use crate::input::RandomAccess;
use ibbi_core::Case;
use ibbi_log::{Digest, Fault, FaultKind, LedgerLine, LineReader, LineRecord, Links, Uuid, case_of};
use std::collections::{HashMap, VecDeque};

/// The number of lines read ahead.
pub(super) const LINES_AHEAD: usize = 8;

/// A line if it is not a record, or what is wrong with it. A record is kept apart from it, because it is large.
type OtherLine = Result<Option<Box<LedgerLine>>, (usize, FaultKind)>;

/// Some of the cases, as far as they have been read.
pub(crate) struct Shard {
    reader: LineReader,
    /// The places of the records that were read ahead. They are empty between two batches.
    ahead: Vec<Option<LineRecord>>,
    pub(super) rereader: RecordRereader,
    pub(super) hasher: ahash::RandomState,
    index: HashMap<Uuid, u32, ahash::RandomState>,
    pub(crate) cases: Vec<AuditedCase>,
    /// The cases whose history is held. The next one to be dropped is first, unless it had a record in the meantime.
    loaded: VecDeque<usize>,
    pub(super) history_entries: usize,
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
            ahead: Vec::new(),
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

    fn index_of(&self, case: Uuid) -> Option<usize> {
        usize::try_from(*self.index.get(&case)?).ok()
    }

    /// Returns a case as far as it has been read.
    pub(crate) fn case(&self, case: Uuid) -> Option<&AuditedCase> {
        self.cases.get(self.index_of(case)?)
    }

    /// Returns the state of a case after its last record.
    pub(crate) fn state(&mut self, case: Uuid, source: &RandomAccess<'_>) -> Result<Option<Case>, AuditError> {
        let Some(index) = self.index_of(case) else { return Ok(None) };
        let audited = &self.cases[index];
        Ok(Some(match &audited.state {
            Some(state) => state.case().clone(),
            None => self.rereader.history(source, &audited.offsets)?.case().clone(),
        }))
    }

    /// Judges lines.
    pub(crate) fn batch<'a>(
        &mut self,
        mut lines: impl Iterator<Item = JudgedLine<'a>>,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let mut records = core::mem::take(&mut self.ahead);
        records.resize_with(LINES_AHEAD, || None);
        let mut others: [_; LINES_AHEAD] = core::array::from_fn(|_| Ok(None));
        loop {
            let mut chunk = [JudgedLine::default(); LINES_AHEAD];
            let count = chunk.iter_mut().zip(&mut lines).map(|(place, line)| *place = line).count();
            if count == 0 {
                self.ahead = records;
                return Ok(());
            }
            fetch(chunk.iter().copied());
            let indexes = chunk.map(|line| line.case.and_then(|case| self.index_of(case)));
            for ((line, record), other) in chunk[..count].iter().zip(&mut records).zip(&mut others) {
                *other = self.read(line, record);
            }
            self.prefetch(&indexes);
            for (((line, index), record), other) in
                chunk[..count].iter().zip(indexes).zip(&mut records).zip(&mut others)
            {
                let other = core::mem::replace(other, Ok(None));
                self.entry(line, index, other, record, context, out)?;
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
        let line = JudgedLine { line, number, offset, case: None };
        let mut record = None;
        let other = self.read(&line, &mut record);
        self.entry(&line, None, other, &mut record, context, out)
    }

    fn read(&mut self, line: &JudgedLine<'_>, record: &mut Option<LineRecord>) -> OtherLine {
        let other = self.reader.read_record_into(line.line, (line.offset, line.number), record);
        other.map(|other| other.map(Box::new))
    }

    /// Judges a line that was read, and takes its record. The index is that of its case, if the case is known already.
    fn entry(
        &mut self,
        line: &JudgedLine<'_>,
        index: Option<usize>,
        other: OtherLine,
        record: &mut Option<LineRecord>,
        context: &JudgeContext<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let JudgedLine { line, number, offset, .. } = *line;
        if record.is_some() {
            self.take_record(record, index, context, out)?;
            // A record that its case has no room for is still there.
            *record = None;
            return Ok(());
        }
        match other {
            Ok(Some(other)) if matches!(*other, LedgerLine::Opening(_)) => {
                let fault = Fault { line: number, offset, column: 0, kind: FaultKind::Opening { first: false } };
                out.push(fault_finding(fault, None, None));
                Ok(())
            }
            // The other lines are of no case. The chain checks their places.
            Ok(_) => Ok(()),
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
        self.count_history(index, context);
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
        if let Some(index) = self.index_of(case) {
            return Some(index);
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
        if audited.counts.records > 0 {
            audited.restored = audited.restored.saturating_add(1);
            // A record after the end nearly always needs the history.
            state.needed = true;
        }
        audited.state = Some(state);
        Ok(())
    }

    /// Loads the history of a case, which judging a void needs.
    pub(super) fn load_history(&mut self, index: usize, context: &JudgeContext<'_>) -> Result<(), AuditError> {
        let audited = &mut self.cases[index];
        let Some(state) = &mut audited.state else { return Ok(()) };
        state.needed = true;
        if matches!(state.held, Held::History(_)) {
            return Ok(());
        }
        let loaded = self.rereader.history(context.random_access, &audited.offsets)?;
        if let Some(state) = &mut self.cases[index].state {
            state.held = loaded.held;
        }
        Ok(())
    }

    /// Counts the history of a case after a record was judged, and drops others if there are too many entries.
    pub(super) fn count_history(&mut self, index: usize, context: &JudgeContext<'_>) {
        let Some(state) = &mut self.cases[index].state else { return };
        let entries = state.history_entries();
        if entries == 0 {
            return;
        }
        if entries > context.max_shard_history && !state.needed {
            // A case with so many records is nearly always one in order.
            self.history_entries -= core::mem::take(&mut state.counted);
            state.drop_history();
            return;
        }
        state.recent = true;
        if state.counted == 0 {
            self.loaded.push_back(index);
        }
        self.history_entries += entries - core::mem::replace(&mut state.counted, entries);
        while self.history_entries > context.max_shard_history && self.loaded.len() > 1 {
            let Some(oldest) = self.loaded.pop_front() else { break };
            self.release_history(oldest);
        }
    }

    /// Drops the history of a case that had no record lately, and the state of a closed case with it.
    fn release_history(&mut self, index: usize) {
        let audited = &mut self.cases[index];
        let Some(state) = &mut audited.state else { return };
        if core::mem::take(&mut state.recent) {
            self.loaded.push_back(index);
            return;
        }
        self.history_entries -= core::mem::take(&mut state.counted);
        if state.act.is_empty() && audited.state.as_ref().is_some_and(|state| audited.can_be_restored(state)) {
            audited.drop_state();
        } else if let Some(state) = &mut audited.state {
            state.drop_history();
        }
    }
}
