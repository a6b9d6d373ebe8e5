//! Judging: the records of some of the cases, each offered again to the core.

use crate::again::Again;
use crate::audit::AuditError;
use crate::chain::Batch;
use crate::finding::{Detail, Finding, FindingKind};
use crate::track::{Live, Recall, State, Track};
use crate::zone::{slot_of, wrong_offset, zone_of};
use ibbi_core::events::CaseOpened;
use ibbi_core::{At, Case, Event, EventKind, Program, ProgramParameters, Refusal, Rule, Stage};
use ibbi_log::{Entry, Fault, FaultKind, LineReader, Links, Record, Uuid, case_of};
use std::collections::{HashMap, VecDeque};

/// An event may be recorded so many milliseconds before it is said to happen: clocks differ.
const CLOCKS_DIFFER: i64 = 5 * 60_000;

/// How many entries of histories a shard holds before it gives the oldest up.
const MAX_WEIGHT: usize = 8192;

/// How many lines are read ahead.
const AHEAD: usize = 8;

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
    recall: Recall,
    hasher: ahash::RandomState,
    index: HashMap<Uuid, u32, ahash::RandomState>,
    pub(crate) tracks: Vec<Track>,
    /// The cases whose history is held, the oldest first, each with its weight when it was loaded.
    loaded: VecDeque<(usize, usize)>,
    weight: usize,
    full: bool,
    /// Cases that follow another: the other one, and where that is said.
    pub(crate) follows: Vec<(Uuid, Place)>,
}

/// Where a finding is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) byte: u64,
    pub(crate) case: Option<Uuid>,
    pub(crate) event: Option<EventKind>,
    pub(crate) seq: Option<u64>,
    pub(crate) logged: Option<At>,
}

impl Place {
    pub(crate) const fn line(line: u64, byte: u64) -> Self {
        Self { line, byte, case: None, event: None, seq: None, logged: None }
    }

    pub(crate) const fn find(self, kind: FindingKind, detail: Detail) -> Finding {
        let Self { line, byte, case, event, seq, logged } = self;
        Finding { kind, line, byte, case, event, seq, logged, detail }
    }
}

/// A fault of the ledger's readers as a finding.
pub(crate) fn of_fault(fault: Fault, case: Option<Uuid>, logged: Option<At>) -> Finding {
    let kind = match &fault.kind {
        FaultKind::Torn { .. } => FindingKind::LedgerTorn,
        FaultKind::NoLine => FindingKind::LedgerEmpty,
        FaultKind::Opening { .. } => FindingKind::LedgerSecondOpening,
        FaultKind::Chain { .. } => FindingKind::ChainPrev,
        FaultKind::Seq { .. } => FindingKind::ChainSeq,
        FaultKind::Rev { .. } => FindingKind::ChainRev,
        FaultKind::Logged { .. } => FindingKind::ChainLogged,
        FaultKind::DuplicateId { .. } => FindingKind::CaseDuplicateId,
        FaultKind::Truncated { .. } => FindingKind::CheckpointTruncated,
        FaultKind::Root { .. } => FindingKind::CheckpointRoot,
        FaultKind::Origin { .. } => FindingKind::CheckpointOrigin,
        FaultKind::Checkpoints { .. } => FindingKind::CheckpointUnreadable,
        _ => FindingKind::LineMalformed,
    };
    let byte = fault.offset.saturating_add(u64::try_from(fault.column).unwrap_or(u64::MAX));
    Place { case, logged, ..Place::line(fault.line, byte) }.find(kind, Detail::Fault(fault.kind))
}

/// A record's own place.
fn place_of(record: &Record) -> Place {
    let Record { line, offset, case, seq, event, logged, .. } = record;
    let (case, seq, logged) = (Some(*case), Some(*seq), Some(*logged));
    Place { line: *line, byte: *offset, case, event: Some(event.kind()), seq, logged }
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
    ///
    /// Where many cases are under way at once, the state of each is somewhere in memory, and waiting for it takes longer
    /// than judging. So some lines are read ahead, and their states are asked for all at once.
    pub(crate) fn batch(
        &mut self,
        batch: &Batch,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let mut ahead = Vec::with_capacity(AHEAD);
        let mut lines = batch.iter();
        loop {
            ahead.extend(lines.by_ref().take(AHEAD).map(|(line, number, offset)| {
                let read = self.reader.read(line);
                (line, number, offset, read)
            }));
            if ahead.is_empty() {
                return Ok(());
            }
            self.touch(ahead.iter().filter_map(|(.., read)| match read {
                Ok(Entry::Record(record)) => Some(record.case),
                _ => None,
            }));
            for (line, number, offset, read) in ahead.drain(..) {
                self.entry(line, number, offset, read, context, out)?;
            }
        }
    }

    /// Looks at what is known of some cases, so that it is at hand when they are judged.
    fn touch(&self, cases: impl Iterator<Item = Uuid>) {
        let mut tracks = [None; AHEAD];
        for (place, case) in tracks.iter_mut().zip(cases) {
            *place = self.index.get(&case).and_then(|index| self.tracks.get(usize::try_from(*index).ok()?));
        }
        let known = || tracks.iter().flatten();
        let mut seen: usize = known().map(|track| track.weight()).sum();
        seen += known().filter_map(|track| track.live.as_ref()).map(|live| live.weight()).sum::<usize>();
        seen += known().filter_map(|track| track.live.as_ref()).map(|live| deep_weight(live.case())).sum::<usize>();
        core::hint::black_box(seen);
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
        read: Result<Entry, (usize, FaultKind)>,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        match read {
            Ok(Entry::Record(mut record)) => {
                (record.line, record.offset) = (number, offset);
                self.record(record, context, out)
            }
            Ok(Entry::Opening(_)) => {
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
        let (case, links) = (case_of(line), Links::of(line));
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
    fn find(&mut self, case: Uuid, place: Place, context: &Context<'_>, out: &mut Vec<Finding>) -> Option<usize> {
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
    fn revive(&mut self, index: usize, context: &Context<'_>) -> Result<(), AuditError> {
        let track = &mut self.tracks[index];
        if track.live.is_some() {
            return Ok(());
        }
        let mut live = Box::new(Live::with_history());
        for (place, (offset, accepted)) in track.trail.iter().enumerate() {
            let Record { seq, at, id, event, .. } = self.recall.record(context.again, offset)?;
            if live.ids.is_due() {
                let ids = all_ids(&mut self.recall, track, context)?;
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
            // What comes after the end is nearly always a void, which asks for the history.
            self.hold(index);
        }
        Ok(())
    }

    /// Gives a case its history, where its state alone cannot judge what comes.
    fn load(&mut self, index: usize, context: &Context<'_>) -> Result<(), AuditError> {
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

    /// Judges a record.
    pub(crate) fn record(
        &mut self,
        record: Record,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let place = place_of(&record);
        let Some(index) = self.find(record.case, place, context, out) else { return Ok(()) };
        self.revive(index, context)?;
        let before = out.len();
        let repeated = self.repeats(index, &record, context)?;
        let track = &mut self.tracks[index];
        track.counts.records += 1;
        (track.last_line, track.logged) = (record.line, track.logged.max(record.logged));
        match repeated {
            Some(Repetition::Same { first }) => {
                track.counts.repeated += 1;
                out.push(place.find(FindingKind::CaseRepeated, Detail::Repeated { id: record.id, first }));
            }
            other => {
                if let Some(Repetition::Other { first }) = other {
                    let kind = FaultKind::DuplicateId { case: record.case, id: record.id, first };
                    let detail = Detail::Fault(kind);
                    out.push(place.find(FindingKind::CaseDuplicateId, detail));
                }
                self.envelope(index, &record, out);
                self.content(index, &record, context, out);
                self.judge(index, record, context, out)?;
            }
        }
        let track = &mut self.tracks[index];
        out[before..].iter().for_each(|finding| track.note(finding.kind));
        Ok(())
    }

    /// Whether the id of a record was used in its case before.
    fn repeats(
        &mut self,
        index: usize,
        record: &Record,
        context: &Context<'_>,
    ) -> Result<Option<Repetition>, AuditError> {
        let track = &self.tracks[index];
        let Some(live) = &track.live else { return Ok(None) };
        let mut other = None;
        for place in live.ids.places(record.id, &self.hasher) {
            let Some((offset, _)) = track.trail.iter().nth(place) else { continue };
            let earlier = self.recall.record(context.again, offset)?;
            if earlier.id != record.id {
                continue;
            }
            // The reader of a single line knows neither its number nor its place.
            let first = earlier.seq;
            let same = earlier.actor == record.actor && earlier.at == record.at && earlier.event == record.event;
            if same {
                return Ok(Some(Repetition::Same { first }));
            }
            other = Some(Repetition::Other { first });
        }
        Ok(other)
    }

    /// Holds a record against its place in its case and against the time at which it was written down.
    fn envelope(&mut self, index: usize, record: &Record, out: &mut Vec<Finding>) {
        let place = place_of(record);
        let track = &mut self.tracks[index];
        let Some(live) = &mut track.live else { return };
        let begins = track.rev == 0;
        if begins && record.event.kind() != EventKind::CaseOpened {
            out.push(place.find(FindingKind::CaseNoOpening, Detail::NoOpening));
            live.debts().hole(record.line);
        } else if record.rev != track.rev.saturating_add(1) {
            let (expected, found) = (track.rev.saturating_add(1), record.rev);
            let kind = FaultKind::Rev { case: record.case, expected, found };
            out.push(place.find(FindingKind::ChainRev, Detail::Fault(kind)));
            if found > expected {
                live.debts().hole(record.line);
            }
        }
        track.rev = record.rev;
        if record.at.millis() > record.logged.millis().saturating_add(CLOCKS_DIFFER) {
            let detail = Detail::Early { at: record.at, logged: record.logged };
            out.push(place.find(FindingKind::EventEarly, detail));
            live.debts().time_in_doubt(record.at, record.line);
        }
    }

    /// Looks at what an event carries, as far as that can be done without the state of its case.
    fn content(&mut self, index: usize, record: &Record, context: &Context<'_>, out: &mut Vec<Finding>) {
        let place = place_of(record);
        let track = &mut self.tracks[index];
        if let Some(slot) = slot_of(&record.event)
            && let Some(zone) = track.zone
            && let Some((time, expected)) = wrong_offset(slot, zone)
        {
            let zone = zone.name().to_owned();
            out.push(place.find(FindingKind::EventOffset, Detail::Offset { time, zone, expected }));
        }
        if context.advisories
            && let Some(live) = &track.live
        {
            let advisories = live.case().advise(&record.event, record.at, Some(record.logged));
            let found = |advisory| place.find(FindingKind::EventAdvisory, Detail::Advisory(advisory));
            out.extend(advisories.into_iter().map(found));
        }
    }

    /// Offers the event to the core.
    fn judge(
        &mut self,
        index: usize,
        record: Record,
        context: &Context<'_>,
        out: &mut Vec<Finding>,
    ) -> Result<(), AuditError> {
        let place = place_of(&record);
        let Record { id, seq, at, to, event, offset, .. } = record;
        let kind = event.kind();
        let voids = if let Event::EventVoided(void) = &event { Some(void.seq) } else { None };
        if voids.is_some() {
            // Only the history knows what remains without an event.
            self.load(index, context)?;
        }
        let opened = if let Event::CaseOpened(opened) = &event { Some(opened.clone()) } else { None };
        let track = &mut self.tracks[index];
        let Some(live) = &mut track.live else { return Ok(()) };
        let stage = live.case().stage();
        let answer = if stage == Stage::Unopened && kind != EventKind::CaseOpened {
            Answer::NotJudged
        } else {
            match live.offer(seq, at, event) {
                Ok(to) => Answer::Accepted(to),
                Err(refusal) => Answer::Refused(refusal),
            }
        };
        let place_in_trail = track.trail_len();
        let accepted = matches!(answer, Answer::Accepted(_));
        match answer {
            Answer::Accepted(computed) => {
                track.counts.accepted += 1;
                if voids.is_some() {
                    track.counts.voids += 1;
                    track.taken_back();
                } else {
                    track.tell(kind, at);
                }
                track.compare(to, computed, computed != stage && voids.is_none(), place, out);
            }
            Answer::Refused(refusal) => track.refused(refusal, voids, to, place, out),
            Answer::NotJudged => track.not_judged(seq, kind, place, out),
        }
        self.keep(index, id, offset, accepted, place_in_trail, context)?;
        if let Some(opened) = opened.filter(|_| accepted) {
            self.opened(index, &opened, place, out);
        }
        self.settle(index, context);
        Ok(())
    }

    /// Keeps where a record is, and its id.
    fn keep(
        &mut self,
        index: usize,
        id: Uuid,
        offset: u64,
        accepted: bool,
        place: usize,
        context: &Context<'_>,
    ) -> Result<(), AuditError> {
        let track = &mut self.tracks[index];
        if track.live.as_ref().is_some_and(|live| live.ids.is_due()) {
            let ids = all_ids(&mut self.recall, track, context)?;
            if let Some(live) = &mut track.live {
                live.ids.hold(ids.into_iter());
            }
        }
        track.trail.push(offset, accepted);
        if let Some(live) = &mut track.live {
            live.ids.push(id, place, &self.hasher);
        }
        Ok(())
    }

    /// What an accepted opening says of its case.
    fn opened(&mut self, index: usize, opened: &CaseOpened, place: Place, out: &mut Vec<Finding>) {
        let track = &mut self.tracks[index];
        track.district = Some(opened.district.clone());
        track.zone = zone_of(&opened.time_zone);
        if track.zone.is_none() {
            let zone = opened.time_zone.to_string();
            out.push(place.find(FindingKind::CaseUnknownZone, Detail::UnknownZone { zone }));
        }
        let differs = differing(opened.program.parameters());
        if !differs.is_empty() {
            out.push(place.find(FindingKind::CaseOtherProgram, Detail::OtherProgram { differs }));
        }
        if let Some(earlier) = opened.follows {
            self.follows.push((earlier, place));
        }
    }

    /// Relieves a closed case of what only its next event would need, if all agree that it is closed.
    fn settle(&mut self, index: usize, context: &Context<'_>) {
        let track = &mut self.tracks[index];
        let Some(live) = &track.live else { return };
        let settled = live.debts.as_ref().is_none_or(|debts| debts.is_settled());
        if live.case().stage() == Stage::Closed && settled {
            if let Some(hasher) = context.fingerprints {
                track.fingerprint = hasher.hash_one(live.case());
            }
            track.owed_since = live.debts.as_ref().and_then(|debts| debts.first_cause());
            track.live = None;
            track.course.settle();
            track.trail.settle();
        }
    }
}

/// A record whose id is not new.
enum Repetition {
    /// It says what the earlier one says.
    Same { first: u64 },
    /// It says something else.
    Other { first: u64 },
}

enum Answer {
    Accepted(Stage),
    Refused(Refusal),
    /// The case has no opening yet.
    NotJudged,
}

/// The ids of all records of a case, in order.
fn all_ids(recall: &mut Recall, track: &Track, context: &Context<'_>) -> Result<Vec<Uuid>, AuditError> {
    track.trail.iter().map(|(offset, _)| Ok(recall.record(context.again, offset)?.id)).collect()
}

/// Each program parameter that is not today's, in words.
fn differing(found: &ProgramParameters) -> Vec<String> {
    let today = Program::default();
    let today = today.parameters();
    let lists = |list: &[u16]| list.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
    let rows = [
        ("full_day", lists(&found.full_day), lists(&today.full_day)),
        ("grace", found.grace.to_string(), today.grace.to_string()),
        ("presence", found.presence.to_string(), today.presence.to_string()),
        ("training", found.training.to_string(), today.training.to_string()),
        ("two_half_days", lists(&found.two_half_days), lists(&today.two_half_days)),
    ];
    let differs = rows.into_iter().filter(|(_, found, today)| found != today);
    differs.map(|(name, found, today)| format!("{name} is {found}, today {today}")).collect()
}

/// Some number out of each part of a state.
fn deep_weight(case: &Case) -> usize {
    let file = case.file().map_or(0, |file| file.events() as usize);
    let teams = case.teams().map_or(0, |teams| {
        ibbi_core::Party::ALL
            .iter()
            .map(|party| teams.of(*party).iter().filter(|member| member.pledged).count())
            .sum::<usize>()
    });
    let sessions =
        case.sessions().map_or(0, |sessions| sessions.parts().first().map_or(0, |part| usize::from(part.counted)));
    file + teams + sessions
}

impl Track {
    /// Some number out of each part of it.
    fn weight(&self) -> usize {
        (self.rev as usize)
            .wrapping_add(self.counts.records as usize)
            .wrapping_add(self.course.weight())
            .wrapping_add(self.trail.weight())
    }

    fn trail_len(&self) -> usize {
        usize::try_from(self.counts.records - self.counts.repeated - 1).unwrap_or(usize::MAX)
    }

    /// Goes on with the course of the case.
    fn tell(&mut self, kind: EventKind, at: At) {
        if let Some(live) = &self.live {
            self.course.step(kind, at, live.case());
        }
    }

    /// Tells the course of the case anew, by the events that count after a void.
    fn taken_back(&mut self) {
        let Some(live) = &mut self.live else { return };
        if let Some(debts) = &mut live.debts {
            debts.taken_back();
        }
        let State::Loaded(history) = &live.state else { return };
        let mut case = Case::default();
        self.course = crate::course::Course::new();
        for entry in history.entries().iter().filter(|entry| entry.counts()) {
            if case.offer(&entry.event, entry.at).is_ok() {
                self.course.step(entry.event.kind(), entry.at, &case);
            }
        }
    }

    /// Holds the recorded stage against the computed one.
    fn compare(&mut self, recorded: Stage, computed: Stage, moved: bool, place: Place, out: &mut Vec<Finding>) {
        let Some(live) = &mut self.live else { return };
        if recorded == computed {
            if let Some(debts) = &mut live.debts {
                debts.agreed(moved);
            }
            return;
        }
        let cause = live.debts.as_ref().and_then(|debts| debts.cause_of_stage());
        out.push(match cause {
            Some(cause) => {
                let detail = Detail::Consequence { cause, unmet: Vec::new(), stage: computed };
                place.find(FindingKind::EventConsequence, detail)
            }
            None => {
                live.debts().stage_differs(place.line);
                place.find(FindingKind::EventStage, Detail::Stage { recorded, computed })
            }
        });
    }

    fn refused(&mut self, refusal: Refusal, voids: Option<u64>, recorded: Stage, place: Place, out: &mut Vec<Finding>) {
        let (Some(live), Some(seq)) = (&mut self.live, place.seq) else { return };
        let stage = refusal.stage;
        if let Some(struck) = voids.filter(|_| refusal.names(Rule::VoidKnown))
            && live.debts.as_mut().is_some_and(|debts| debts.strike(struck))
        {
            self.counts.accepted += 1;
            self.counts.voids += 1;
            out.push(place.find(FindingKind::EventVoidsUncounted, Detail::VoidsUncounted { seq: struck }));
            self.compare(recorded, stage, false, place, out);
            return;
        }
        match live.debts.as_ref().and_then(|debts| debts.cause_of(&refusal.unmet)) {
            Some(cause) => {
                self.counts.consequences += 1;
                live.debts().follow(cause, seq, refusal.event, recorded != stage);
                let detail = Detail::Consequence { cause, unmet: refusal.unmet, stage };
                out.push(place.find(FindingKind::EventConsequence, detail));
            }
            None => {
                self.counts.illegal += 1;
                live.debts().pass_over(place.line, seq, &refusal, recorded != stage);
                out.push(place.find(FindingKind::EventIllegal, Detail::Illegal(Box::new(refusal))));
            }
        }
    }

    fn not_judged(&mut self, seq: u64, kind: EventKind, place: Place, out: &mut Vec<Finding>) {
        let Some(live) = &mut self.live else { return };
        self.counts.consequences += 1;
        let cause = live.debts().cause_of_stage().unwrap_or(place.line);
        live.debts().follow(cause, seq, kind, true);
        let detail = Detail::Consequence { cause, unmet: Vec::new(), stage: Stage::Unopened };
        out.push(place.find(FindingKind::EventConsequence, detail));
    }
}
