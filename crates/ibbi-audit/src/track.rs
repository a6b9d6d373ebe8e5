//! What an audit keeps of a case: few bytes of a closed one, and the core's state of an open one.

use crate::again::{Again, Rereader};
use crate::audit::AuditError;
use crate::course::Course;
use crate::debt::Debts;
use crate::finding::FindingKind;
use chrono_tz::Tz;
use ibbi_core::events::EventVoided;
use ibbi_core::{At, Case, Event, History, Name, Refusal, Stage};
use ibbi_log::{Entry, LineReader, Record, Uuid};
use std::collections::HashMap;

/// A case as far as it was read.
pub(crate) struct Track {
    pub(crate) id: Uuid,
    /// The line of its first record, and of its last so far.
    pub(crate) first_line: u64,
    pub(crate) last_line: u64,
    /// When that was written down.
    pub(crate) logged: At,
    /// The number in the case that its last record bears.
    pub(crate) rev: u64,
    pub(crate) district: Option<Name>,
    pub(crate) zone: Option<Tz>,
    pub(crate) counts: Counts,
    /// The kinds of finding about it, a bit each.
    pub(crate) found: u64,
    pub(crate) course: Course,
    /// The first line after which the case was owed something, should it be relieved of its debts with all else.
    pub(crate) owed_since: Option<u64>,
    /// A hash of the state in which it closed, if that was asked for.
    pub(crate) fingerprint: u64,
    /// Where its records are.
    pub(crate) trail: Trail,
    /// What is needed to judge its next event. A closed case has none, and gets it back by reading its records again.
    pub(crate) live: Option<Box<Live>>,
}

/// What became of the records of a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) records: u32,
    pub(crate) accepted: u32,
    pub(crate) illegal: u32,
    pub(crate) consequences: u32,
    pub(crate) repeated: u32,
    pub(crate) voids: u32,
}

const _: () = assert!(FindingKind::ALL.len() <= 64);

impl Track {
    pub(crate) fn new(id: Uuid, line: u64) -> Self {
        Self {
            id,
            first_line: line,
            last_line: line,
            logged: At::MIN,
            rev: 0,
            district: None,
            zone: None,
            counts: Counts::default(),
            found: 0,
            course: Course::new(),
            owed_since: None,
            fingerprint: 0,
            trail: Trail::default(),
            live: None,
        }
    }

    pub(crate) const fn note(&mut self, kind: FindingKind) {
        self.found |= 1 << kind as u32;
    }

    pub(crate) const fn has(&self, kind: FindingKind) -> bool {
        self.found & (1 << kind as u32) != 0
    }
}

/// What is needed to judge the next event of a case.
pub(crate) struct Live {
    pub(crate) state: State,
    /// The number of its last accepted event, as the core was given it.
    last_seq: u64,
    /// The numbers that did not rise, each with the one that the core was given for it.
    renumbered: Vec<(u64, u64)>,
    pub(crate) ids: Ids,
    pub(crate) debts: Option<Box<Debts>>,
}

/// The state of a case, with its history only where a void asks for it: most cases have none, and a history takes some
/// hundred times the bytes.
pub(crate) enum State {
    Light(Case),
    Loaded(Box<History>),
}

impl Live {
    pub(crate) const fn new() -> Self {
        Self {
            state: State::Light(Case::Unopened(ibbi_core::stages::Unopened)),
            last_seq: 0,
            renumbered: Vec::new(),
            ids: Ids::new(),
            debts: None,
        }
    }

    pub(crate) fn case(&self) -> &Case {
        match &self.state {
            State::Light(case) => case,
            State::Loaded(history) => history.case(),
        }
    }

    pub(crate) fn debts(&mut self) -> &mut Debts {
        self.debts.get_or_insert_with(|| Box::new(Debts::new()))
    }

    /// A case before its first event, whose history is held from the beginning.
    pub(crate) fn with_history() -> Self {
        Self { state: State::Loaded(Box::default()), ..Self::new() }
    }

    /// Some number out of each part of it.
    pub(crate) fn weight(&self) -> usize {
        self.last_seq as usize
            + self.ids.short.iter().step_by(16).map(|id| *id as usize).sum::<usize>()
            + self.case().stage() as usize
    }

    /// The number under which the core knows the last accepted event.
    pub(crate) const fn last_number(&self) -> u64 {
        self.last_seq
    }

    /// Offers an event. A light state must not be asked about a void.
    ///
    /// That a number does not rise is told by the chain; here it would be told again of every event that follows, so the
    /// core is given the next number instead.
    pub(crate) fn offer(&mut self, seq: u64, at: At, event: Event) -> Result<Stage, Refusal> {
        let number = if seq > self.last_seq { seq } else { self.last_seq.saturating_add(1) };
        let stage = match &mut self.state {
            State::Light(case) => case.offer(&event, at)?,
            State::Loaded(history) => history.offer(number, at, self.renumbered.translate(event))?,
        };
        self.last_seq = number;
        if number != seq {
            self.renumbered.push((seq, number));
        }
        Ok(stage)
    }

    /// Gives the history up.
    pub(crate) fn lighten(&mut self) {
        if let State::Loaded(history) = &self.state {
            self.state = State::Light(history.case().clone());
        }
    }
}

/// Numbers under which the core knows events.
trait Renumbered {
    /// The same event; a void with the number under which the core knows what it strikes.
    fn translate(&self, event: Event) -> Event;
}

impl Renumbered for Vec<(u64, u64)> {
    fn translate(&self, event: Event) -> Event {
        match event {
            Event::EventVoided(void) => {
                let known = self.iter().find(|(seq, _)| *seq == void.seq).map(|(_, number)| *number);
                Event::EventVoided(EventVoided { seq: known.unwrap_or(void.seq), ..void })
            }
            other => other,
        }
    }
}

/// Where the records of a case are: their offsets in rising order, and whether each was accepted, as differences in as few
/// bytes as they need.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Trail {
    bytes: Vec<u8>,
    last: u64,
}

impl Trail {
    pub(crate) fn push(&mut self, offset: u64, accepted: bool) {
        let mut rest = u128::from(offset.saturating_sub(self.last)) << 1 | u128::from(accepted);
        self.last = offset;
        if self.bytes.capacity() - self.bytes.len() < 4 {
            // Growing by doubling would leave half of it empty, in every case.
            self.bytes.reserve_exact(32);
        }
        while rest >= 0x80 {
            self.bytes.push(low_byte(rest) | 0x80);
            rest >>= 7;
        }
        self.bytes.push(low_byte(rest));
    }

    /// The offset of each record, and whether it was accepted.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, bool)> {
        let (mut rest, mut offset) = (self.bytes.iter(), 0_u64);
        core::iter::from_fn(move || {
            let (mut value, mut shift) = (0_u128, 0);
            loop {
                let byte = rest.next()?;
                value |= u128::from(byte & 0x7F) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            offset += u64::try_from(value >> 1).unwrap_or(u64::MAX);
            Some((offset, value & 1 == 1))
        })
    }

    /// Some number out of each part of it.
    pub(crate) fn weight(&self) -> usize {
        self.bytes.last().map_or(0, |byte| usize::from(*byte))
    }

    pub(crate) fn settle(&mut self) {
        self.bytes.shrink_to_fit();
    }

    /// The offset of the last record.
    pub(crate) const fn last(&self) -> u64 {
        self.last
    }
}

fn low_byte(value: u128) -> u8 {
    value.to_le_bytes()[0]
}

/// The ids of a case's records, in the order of its trail: short of each while there are few, which leaves it to the line
/// itself to say whether it is the same.
pub(crate) struct Ids {
    short: Vec<u32>,
    whole: Option<Box<HashMap<Uuid, u32, ahash::RandomState>>>,
}

/// Beyond so many a search from one to the next takes too long.
const MANY: usize = 256;

impl Ids {
    const fn new() -> Self {
        Self { short: Vec::new(), whole: None }
    }

    fn shorten(id: Uuid, hasher: &ahash::RandomState) -> u32 {
        let hash = hasher.hash_one(id).to_le_bytes();
        u32::from_le_bytes([hash[0], hash[1], hash[2], hash[3]])
    }

    /// The places in the trail where this id may be; nearly always none.
    pub(crate) fn places(&self, id: Uuid, hasher: &ahash::RandomState) -> Vec<usize> {
        if let Some(whole) = &self.whole {
            return whole.get(&id).map(|index| usize::try_from(*index).unwrap_or(usize::MAX)).into_iter().collect();
        }
        let short = Self::shorten(id, hasher);
        if !self.short.contains(&short) {
            return Vec::new();
        }
        self.short.iter().enumerate().filter(|(_, known)| **known == short).map(|(index, _)| index).collect()
    }

    /// Whether the next id makes so many that they are to be held whole.
    pub(crate) const fn is_due(&self) -> bool {
        self.whole.is_none() && self.short.len() >= MANY
    }

    /// Holds the ids whole from now on.
    pub(crate) fn hold(&mut self, ids: impl Iterator<Item = Uuid>) {
        let mut whole = HashMap::default();
        for (index, id) in (0..).zip(ids) {
            whole.entry(id).or_insert(index);
        }
        (self.short, self.whole) = (Vec::new(), Some(Box::new(whole)));
    }

    pub(crate) fn push(&mut self, id: Uuid, index: usize, hasher: &ahash::RandomState) {
        if let Some(whole) = &mut self.whole {
            whole.entry(id).or_insert(u32::try_from(index).unwrap_or(u32::MAX));
            return;
        }
        if self.short.len() == self.short.capacity() {
            self.short.reserve_exact(16);
        }
        self.short.push(Self::shorten(id, hasher));
    }
}

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
            Some(Ok(Entry::Record(record))) => Ok(record),
            _ => Err(AuditError::Changed { offset }),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_gives_back_every_offset_and_takes_few_bytes() {
        let mut trail = Trail::default();
        let offsets = [(0, true), (400, false), (401, true), (u64::from(u32::MAX), true), (u64::MAX, false)];
        offsets.iter().for_each(|(offset, accepted)| trail.push(*offset, *accepted));
        assert_eq!(trail.iter().collect::<Vec<_>>(), offsets);
        let mut near = Trail::default();
        (0..50_u64).for_each(|record| near.push(record * 400, true));
        assert_eq!(near.bytes.len(), 99);
    }

    #[test]
    fn ids_are_found_again_few_or_many() {
        let hasher = ahash::RandomState::new();
        let mut ids = Ids::new();
        for index in 0..1000 {
            if ids.is_due() {
                ids.hold((0..1000).map(|index| Uuid::from_u128(index)).take(index));
            }
            let id = Uuid::from_u128(index as u128);
            assert!(ids.places(id, &hasher).iter().all(|place| *place != index));
            ids.push(id, index, &hasher);
            assert!(ids.places(id, &hasher).contains(&index));
            assert!(ids.places(Uuid::from_u128(0), &hasher).contains(&0));
        }
    }
}
