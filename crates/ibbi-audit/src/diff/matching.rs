//! Matching the lines of two ledgers: by case and record ID, and the rest by case and number in the case.
//!
//! Both are read as streams. A line whose partner has not been read yet waits, up to a limit.

use super::fields::{FieldChange, compare_fields};
use super::input::DiffLine;
use super::line::{ComparedLine, LineKind};
use ibbi_log::{Digest, Uuid};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// The most bytes of lines of one ledger that wait for their partners.
const MAX_WAITING: usize = 64 << 20;

/// What a waiting line uses in addition to its bytes, about.
const OVERHEAD: usize = 1024;

/// Two lines that differ, or a line that only one ledger has.
pub(super) struct Difference {
    pub(super) first: Option<ComparedLine>,
    pub(super) second: Option<ComparedLine>,
    pub(super) changes: Vec<FieldChange>,
}

/// The lines of one ledger that wait, and what is known of those before.
#[derive(Default)]
struct Side {
    waiting: BTreeMap<u64, ComparedLine>,
    by_id: HashMap<(Option<Uuid>, String), Vec<u64>, ahash::RandomState>,
    bytes: usize,
    cases: HashMap<Uuid, u64, ahash::RandomState>,
    kinds: HashMap<LineKind, u64, ahash::RandomState>,
    before: Option<Digest>,
}

impl Side {
    /// Counts a line, and returns its place in its case or its kind.
    fn count(&mut self, case: Option<Uuid>, kind: LineKind) -> u64 {
        let count = match case {
            Some(case) => self.cases.entry(case).or_default(),
            None => self.kinds.entry(kind).or_default(),
        };
        *count += 1;
        *count
    }

    fn wait(&mut self, line: ComparedLine) {
        self.bytes += line.bytes.len() + OVERHEAD;
        if let Some(id) = line.id() {
            self.by_id.entry(id).or_default().push(line.number);
        }
        self.waiting.insert(line.number, line);
    }

    fn find(&self, line: &ComparedLine) -> Option<u64> {
        self.by_id.get(&line.id()?)?.first().copied()
    }

    fn remove(&mut self, number: u64) -> Option<ComparedLine> {
        let line = self.waiting.remove(&number)?;
        self.bytes -= line.bytes.len() + OVERHEAD;
        if let Some(id) = line.id()
            && let Some(numbers) = self.by_id.get_mut(&id)
        {
            numbers.retain(|other| *other != number);
            if numbers.is_empty() {
                self.by_id.remove(&id);
            }
        }
        Some(line)
    }
}

/// The numbers of lines that a comparison found.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LineCounts {
    pub(super) identical: u64,
    pub(super) linked: u64,
    pub(super) changed: u64,
    pub(super) only: (u64, u64),
}

/// Matches the lines of two ledgers.
pub(super) struct Matcher {
    sides: [Side; 2],
    /// Whether one of the two is an extract, which doesn't have the lines between its own.
    pub(super) of_extract: bool,
    /// The most differences to keep.
    shown: usize,
    limit: usize,
    pub(super) counts: LineCounts,
    /// The number of lines with a change in each field.
    pub(super) fields: BTreeMap<String, u64>,
    /// The first differences, by line.
    pub(super) differences: BTreeMap<(u64, u64), Difference>,
    /// Whether too many lines waited, so that some might have a partner that was not found.
    pub(super) gave_up: bool,
    /// The last lines that were matched in order.
    last: (u64, u64),
    made: u64,
}

impl Matcher {
    pub(super) fn new(of_extract: bool, shown: usize) -> Self {
        Self {
            sides: [Side::default(), Side::default()],
            of_extract,
            shown,
            limit: MAX_WAITING,
            counts: LineCounts::default(),
            fields: BTreeMap::new(),
            differences: BTreeMap::new(),
            gave_up: false,
            last: (0, 0),
            made: 0,
        }
    }

    /// Takes the next line of each ledger.
    pub(super) fn take(&mut self, first: DiffLine, second: DiffLine) {
        if let (DiffLine::Line { number, digest, bytes, case, .. }, DiffLine::Line { number: other, .. }) =
            (&first, &second)
            && first.is_same(&second)
        {
            let line = case.is_none().then(|| ComparedLine::read(*number, *digest, bytes.clone()));
            let (case, kind) = line.map_or((*case, LineKind::Record), |line| (line.case, line.kind));
            for side in &mut self.sides {
                side.count(case, kind);
                side.before = *digest;
            }
            self.counts.identical += 1;
            self.last = (*number, *other);
            return;
        }
        self.offer(0, first);
        self.offer(1, second);
        if self.sides.iter().any(|side| side.bytes > self.limit) {
            self.gave_up = true;
            self.settle();
        }
    }

    fn offer(&mut self, own: usize, line: DiffLine) {
        let DiffLine::Line { number, digest, bytes, .. } = line else { return };
        let mut line = ComparedLine::read(number, digest, bytes);
        let (side, other) = match &mut self.sides {
            [first, second] if own == 0 => (first, second),
            [first, second] => (second, first),
        };
        line.ordinal = side.count(line.case, line.kind);
        line.before = std::mem::replace(&mut side.before, digest);
        match other.find(&line).and_then(|number| other.remove(number)) {
            Some(partner) if own == 0 => self.pair(line, partner),
            Some(partner) => self.pair(partner, line),
            None => side.wait(line),
        }
    }

    /// Matches the waiting lines when both ledgers have ended, or too many wait: by less than their IDs, and reports the rest as lines that only one ledger has.
    pub(super) fn settle(&mut self) {
        self.settle_by(|line| Some((line.case?, line.whole("rev")?)));
        self.settle_by(|line| line.text("id").map(str::to_owned));
        self.settle_by(|line| {
            (line.kind != LineKind::Unreadable && line.case.is_none()).then_some((line.kind, line.ordinal))
        });
        // A record with another case and another ID is the same only if it has the same place and the same data.
        self.settle_by(|line| Some((line.whole("seq")?, line.fields.as_ref()?.get("data")?.to_string())));
        if !self.of_extract {
            self.settle_unreadable();
        }
        for own in [0, 1] {
            let waiting = std::mem::take(&mut self.sides[own].waiting);
            self.sides[own].by_id.clear();
            self.sides[own].bytes = 0;
            for line in waiting.into_values() {
                let count = if own == 0 { &mut self.counts.only.0 } else { &mut self.counts.only.1 };
                *count += 1;
                let (first, second) = if own == 0 { (Some(line), None) } else { (None, Some(line)) };
                self.keep(Difference { first, second, changes: Vec::new() });
            }
        }
    }

    /// Matches waiting lines that have the same key.
    fn settle_by<K: Eq + Hash>(&mut self, key: impl Fn(&ComparedLine) -> Option<K>) {
        let [first, second] = &self.sides;
        let mut partners: HashMap<K, Vec<u64>, ahash::RandomState> = HashMap::default();
        for (number, line) in second.waiting.iter().rev() {
            if let Some(key) = key(line) {
                partners.entry(key).or_default().push(*number);
            }
        }
        let pairs: Vec<_> = first
            .waiting
            .iter()
            .filter_map(|(number, line)| Some((*number, partners.get_mut(&key(line)?)?.pop()?)))
            .collect();
        self.pair_waiting(&pairs);
    }

    /// Matches a line that can't be read with the line in the same place of the other ledger.
    fn settle_unreadable(&mut self) {
        let [first, second] = &self.sides;
        let unreadable = |line: &ComparedLine| line.kind == LineKind::Unreadable;
        let pair = |(number, line): (&u64, &ComparedLine)| {
            let other = second.waiting.get(number)?;
            (unreadable(line) || unreadable(other)).then_some((*number, *number))
        };
        let pairs: Vec<_> = first.waiting.iter().filter_map(pair).collect();
        self.pair_waiting(&pairs);
    }

    fn pair_waiting(&mut self, pairs: &[(u64, u64)]) {
        for (one, other) in pairs {
            if let (Some(first), Some(second)) = (self.sides[0].remove(*one), self.sides[1].remove(*other)) {
                self.pair(first, second);
            }
        }
    }

    /// Compares two lines that belong together.
    fn pair(&mut self, first: ComparedLine, second: ComparedLine) {
        let (one, other) = (first.number, second.number);
        let is_after = (one > self.last.0, other > self.last.1);
        let moved = is_after.0 != is_after.1;
        if is_after == (true, true) {
            self.last = (one, other);
        }
        let (mut changes, mut linked) = (Vec::new(), false);
        if first.digest.is_none() || first.digest != second.digest {
            changes = compare_fields(&first, &second);
            let found = changes.len();
            let kept = |change: &FieldChange| !self.follows(change, (&first, &second), moved);
            changes.retain(kept);
            linked = changes.len() < found;
        }
        if moved {
            changes.push(FieldChange::order(one, other));
        }
        if changes.is_empty() {
            let count = if linked { &mut self.counts.linked } else { &mut self.counts.identical };
            *count += 1;
            return;
        }
        self.counts.changed += 1;
        let mut names: Vec<_> = changes.iter().map(FieldChange::total).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            *self.fields.entry(name).or_default() += 1;
        }
        self.keep(Difference { first: Some(first), second: Some(second), changes });
    }

    /// Returns whether a change only follows from an earlier one: the link to the line before, and the numbers of lines after
    /// one that was added or removed.
    fn follows(&self, change: &FieldChange, (first, second): (&ComparedLine, &ComparedLine), moved: bool) -> bool {
        let differs = self.counts.changed + self.counts.only.0 + self.counts.only.1 > 0;
        let numbered = |line: &ComparedLine, field, number| line.whole(field) == Some(number);
        match change.field.as_str() {
            // The lines between those of an extract are not known.
            "prev" if self.of_extract => differs,
            "prev" => first.before != second.before && first.is_chained() && second.is_chained(),
            "seq" if self.of_extract => self.fields.contains_key("seq"),
            "seq" => !moved && numbered(first, "seq", first.number) && numbered(second, "seq", second.number),
            "rev" => {
                !moved
                    && first.case == second.case
                    && numbered(first, "rev", first.ordinal)
                    && numbered(second, "rev", second.ordinal)
            }
            // Proofs and paths are those of the checkpoint in the head.
            "proof" | "path" => differs,
            _ => false,
        }
    }

    /// Keeps a difference if it is one of the first.
    fn keep(&mut self, difference: Difference) {
        let number = |line: &Option<ComparedLine>| line.as_ref().map(|line| line.number);
        let line = number(&difference.first).or(number(&difference.second)).unwrap_or(0);
        self.made += 1;
        self.differences.insert((line, self.made), difference);
        if self.differences.len() > self.shown {
            self.differences.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(number: u64, id: u64) -> DiffLine {
        let bytes = format!(r#"{{"case":"{:032x}","id":"{id}","rev":{id},"type":"note_added"}}"#, 1).into_bytes();
        let digest = Some(Digest::sha256(&bytes));
        DiffLine::Line { number, offset: 0, length: 0, digest, bytes, case: None }
    }

    #[test]
    fn lines_wait_for_their_partners_up_to_a_limit() {
        for (limit, only, changed, gave_up) in [(MAX_WAITING, (1, 1), 1, false), (0, (3, 3), 0, true)] {
            let mut matcher = Matcher { limit, ..Matcher::new(false, 10) };
            // Records 1 and 2 are in another order, and each ledger has one record that the other doesn't have.
            for (number, first, second) in [(1, 1, 2), (2, 2, 1), (3, 3, 4)] {
                matcher.take(line(number, first), line(number, second));
            }
            matcher.settle();
            let counts = matcher.counts;
            assert_eq!((counts.only, counts.changed, matcher.gave_up), (only, changed, gave_up), "{counts:?}");
            assert!(matcher.sides.iter().all(|side| side.waiting.is_empty() && side.bytes == 0));
        }
    }
}
