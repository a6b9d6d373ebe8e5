//! A shard: some of the cases, with what was read of them.

use super::ahead::AHEAD;
use super::live::{Live, State};
use super::place::{Place, of_fault};
use super::recall::Recall;
use super::track::Track;
use crate::audit::AuditError;
use crate::finding::{Detail, Finding, FindingKind};
use crate::input::{Again, Batch};
use ibbi_core::Case;
use ibbi_log::{Fault, FaultKind, LedgerLine, LineReader, Links, Record, Uuid, case_of};
use std::collections::{HashMap, VecDeque};

/// How many entries of histories a shard holds before it gives the oldest up.
const MAX_WEIGHT: usize = 8192;

/// What judging needs to know.
pub(crate) struct Context<'a> {
    pub(crate) again: &'a Again<'a>,
    pub(crate) advisories: bool,
    /// The most cases of a shard, and of the whole audit.
    pub(crate) max_cases: usize,
    pub(crate) limit: u64,
    /// Whether a closed case leaves a hash of its state behind, for another ledger's to be held against.
    pub(crate) fingerprints: Option<&'a ahash::RandomState>,
}

/// Some of the cases, with all that was read of them.
pub(crate) struct Shard {
    reader: LineReader,
    pub(super) recall: Recall,
    pub(super) hasher: ahash::RandomState,
    index: HashMap<Uuid, u32, ahash::RandomState>,
    pub(crate) tracks: Vec<Track>,
    /// The cases whose history is held, the oldest first, each with its weight when it was loaded.
    loaded: VecDeque<(usize, usize)>,
    weight: usize,
    full: bool,
    /// Cases that follow another: the other one, and where that is said.
    pub(crate) follows: Vec<(Uuid, Place)>,
}

impl Shard {
    pub(crate) fn new() -> Self {
        Self {
            reader: LineReader::default(),
            recall: Recall::default(),
            hasher: ahash::RandomState::new(),
            index: HashMap::default(),
            tracks: Vec::new(),
            loaded: VecDeque::new(),
            weight: 0,
            full: false,
            follows: Vec::new(),
        }
    }

    pub(crate) fn knows(&self, case: Uuid) -> bool {
        self.index.contains_key(&case)
    }

    /// What was read of a case.
    pub(crate) fn track(&self, case: Uuid) -> Option<&Track> {
        self.tracks.get(usize::try_from(*self.index.get(&case)?).ok()?)
    }

    /// The state of a case after all that was read of it.
    pub(crate) fn state(&mut self, case: Uuid, again: &Again<'_>) -> Result<Option<Case>, AuditError> {
        let Some(index) = self.index.get(&case).and_then(|index| usize::try_from(*index).ok()) else { return Ok(None) };
        let track = &self.tracks[index];
        Ok(Some(match &track.live {
            Some(live) => live.case().clone(),
            None => self.recall.history(again, &track.trail)?.case().clone(),
        }))
    }

    /// Judges the lines of a batch.
    pub(crate) fn batch(
        &mut self,
        batch: &Batch,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let mut ahead = Vec::with_capacity(AHEAD);
        let mut lines = batch.iter();
        loop {
            let read = |(line, number, offset)| (line, number, offset, self.reader.read(line));
            ahead.extend(lines.by_ref().take(AHEAD).map(read));
            if ahead.is_empty() {
                return Ok(());
            }
            let case = |read: &Result<LedgerLine, _>| {
                if let Ok(LedgerLine::Record(record)) = read { Some(record.case) } else { None }
            };
            self.glance(ahead.iter().filter_map(|(.., read)| case(read)));
            for (line, number, offset, read) in ahead.drain(..) {
                self.entry(line, number, offset, read, context, out)?;
            }
        }
    }

    /// Judges a line, which comes without its LF.
    pub(crate) fn line(
        &mut self,
        line: &[u8],
        number: u64,
        offset: u64,
        context: &Context<'_>,
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
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        match read {
            Ok(LedgerLine::Record(mut record)) => {
                (record.line, record.offset) = (number, offset);
                self.record(record, context, out)
            }
            Ok(LedgerLine::Opening(_)) => {
                let fault = Fault { line: number, offset, column: 0, kind: FaultKind::Opening { first: false } };
                out.push(of_fault(fault, None, None));
                Ok(())
            }
            Err((column, kind)) => self.malformed(line, Fault { line: number, offset, column, kind }, context, out),
        }
    }

    /// A line that is no record. Its case goes on without it, if it can be told.
    fn malformed(
        &mut self,
        line: &[u8],
        fault: Fault,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let number = fault.line;
        let (case, links) = (case_of(line), Links::read(line));
        out.push(of_fault(fault, case, links.and_then(|links| links.logged())));
        let Some(case) = case else { return Ok(()) };
        let Some(index) = self.find(case, Place::line(number, 0), context, out) else { return Ok(()) };
        self.revive(index, context)?;
        let track = &mut self.tracks[index];
        track.note(FindingKind::LineMalformed);
        // Where its number cannot be told, it is taken to have had the next one.
        track.rev = links.and_then(|links| links.rev).unwrap_or_else(|| track.rev.saturating_add(1));
        if let Some(live) = &mut track.live {
            live.debts().hole(number);
            if let Some(links) = links {
                live.debts().remember(number, links.seq);
            }
        }
        Ok(())
    }

    /// The place of a case among the tracks; a new one if it is not known, unless there are too many.
    pub(super) fn find(
        &mut self,
        case: Uuid,
        place: Place,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Option<usize> {
        if let Some(index) = self.index.get(&case) {
            return usize::try_from(*index).ok();
        }
        if self.tracks.len() >= context.max_cases {
            if !self.full {
                self.full = true;
                out.push(place.find(FindingKind::LedgerManyCases, Detail::Limit { limit: context.limit }));
            }
            return None;
        }
        let index = self.tracks.len();
        self.index.insert(case, u32::try_from(index).ok()?);
        self.tracks.push(Track::new(case, place.line));
        Some(index)
    }

    /// Makes a case ready to be judged: a new one, or a closed one that gets back what it was relieved of.
    pub(super) fn revive(&mut self, index: usize, context: &Context<'_>) -> Result<(), AuditError> {
        let track = &mut self.tracks[index];
        if track.live.is_some() {
            return Ok(());
        }
        let mut live = Box::new(Live::with_history());
        for (place, (offset, accepted)) in track.trail.iter().enumerate() {
            let Record { seq, at, id, event, .. } = self.recall.record(context.again, offset)?;
            if live.ids.is_due() {
                let ids = self.recall.ids(context.again, &track.trail)?;
                live.ids.hold(ids.into_iter().take(place));
            }
            live.ids.push(id, place, &self.hasher);
            if accepted {
                live.offer(seq, at, event).map_err(|_| AuditError::Changed { offset })?;
            } else {
                live.debts().remember(track.first_line, seq);
            }
        }
        if let Some(cause) = track.owed_since {
            // What exactly was owed is forgotten.
            live.debts().hole(cause);
        }
        let known = track.counts.records > 0;
        if !known {
            live.lighten();
        }
        track.live = Some(live);
        if known {
            track.revived = track.revived.saturating_add(1);
            // What comes after the end is nearly always a void, which asks for the history.
            self.hold(index);
        }
        Ok(())
    }

    /// Gives a case its history, where its state alone cannot judge what comes.
    pub(super) fn load(&mut self, index: usize, context: &Context<'_>) -> Result<(), AuditError> {
        let track = &self.tracks[index];
        if track.live.as_ref().is_none_or(|live| matches!(live.state, State::Loaded(_))) {
            return Ok(());
        }
        let loaded = self.recall.history(context.again, &track.trail)?;
        if let Some(live) = &mut self.tracks[index].live {
            live.state = loaded.state;
        }
        self.hold(index);
        Ok(())
    }

    /// Notes that the history of a case is held, and gives up the oldest ones if there are too many.
    fn hold(&mut self, index: usize) {
        let weight = usize::try_from(self.tracks[index].counts.accepted).unwrap_or(usize::MAX);
        self.loaded.push_back((index, weight));
        self.weight += weight;
        while self.weight > MAX_WEIGHT && self.loaded.len() > 1 {
            let Some((oldest, weight)) = self.loaded.pop_front() else { break };
            self.weight -= weight;
            if let Some(live) = &mut self.tracks[oldest].live {
                live.lighten();
            }
        }
    }
}
