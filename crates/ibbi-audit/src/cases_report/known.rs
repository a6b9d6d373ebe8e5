//! Where a case was on a day, as it was and as it was known, and the later records that make the difference.

use super::{CaseOnDay, CaseOnRecord, LaterChange, LaterChangeKind, StateOnDay};
use ibbi_core::{At, Event, History, HistoryEntry, Name};

/// Compares what was known about a case on a day with what is known now. Returns nothing for a case that had not been opened, and
/// was not known to be; otherwise also the instant of the opening.
pub(super) fn compare(case: &CaseOnRecord<'_>, as_of: At) -> Option<(At, CaseOnDay)> {
    let now = counting(case.whole, as_of);
    let then = case.known.map(|known| counting(known, as_of)).unwrap_or_default();
    let (opened, district) = opening(&now).or_else(|| opening(&then))?;
    let state = |history: &History, events: &[&HistoryEntry]| {
        let case = history.state_at(as_of);
        (!events.is_empty()).then(|| StateOnDay { stage: case.stage(), outcome: case.outcome() })
    };
    let on_day = CaseOnDay {
        case: case.id,
        district: district.clone(),
        as_it_was: state(case.whole, &now),
        as_known: case.known.and_then(|known| state(known, &then)),
        changes: changes(case, &now, &then),
    };
    Some((opened, on_day))
}

/// Returns the events that count and happened by an instant.
fn counting(history: &History, as_of: At) -> Vec<&HistoryEntry> {
    history.in_effect().into_iter().take_while(|entry| entry.at <= as_of).collect()
}

fn opening<'h>(events: &[&'h HistoryEntry]) -> Option<(At, &'h Name)> {
    events.iter().find_map(|entry| match &entry.event {
        Event::CaseOpened(opening) => Some((entry.at, &opening.district)),
        _ => None,
    })
}

/// Returns what was changed later, in the order in which the events happened.
fn changes(case: &CaseOnRecord<'_>, now: &[&HistoryEntry], then: &[&HistoryEntry]) -> Vec<LaterChange> {
    let has = |events: &[&HistoryEntry], seq: u64| events.iter().any(|entry| entry.seq == seq);
    let logged = |seq: u64| {
        let place = case.logged.binary_search_by_key(&seq, |(seq, _)| *seq).ok();
        place.and_then(|place| case.logged.get(place)).map_or(case.whole_logged(), |(_, logged)| *logged)
    };
    let mut changes = Vec::new();
    for entry in then.iter().filter(|entry| !has(now, entry.seq)) {
        let change = match fate(case.whole, entry.seq) {
            Fate::Counts(last) => LaterChangeKind::Corrected { by: last.seq, happened: last.at },
            Fate::Voided(by) => LaterChangeKind::Voided { by },
        };
        let (LaterChangeKind::Corrected { by, .. } | LaterChangeKind::Voided { by }) = change else { continue };
        changes.push(LaterChange {
            seq: entry.seq,
            event: entry.event.kind(),
            at: entry.at,
            change,
            logged: logged(by),
        });
    }
    for entry in now.iter().filter(|entry| !has(then, entry.seq)) {
        // The correction of an event that was known is noted with that event.
        if !originals(case.whole, entry).any(|seq| has(then, seq)) {
            changes.push(LaterChange {
                seq: entry.seq,
                event: entry.event.kind(),
                at: entry.at,
                change: LaterChangeKind::RecordedLater,
                logged: logged(entry.seq),
            });
        }
    }
    changes.sort_by_key(|change| (change.at, change.seq));
    changes
}

impl CaseOnRecord<'_> {
    /// Returns when the last record was written, for a record whose instant is not known.
    fn whole_logged(&self) -> At {
        self.logged.last().map_or(At::MAX, |(_, logged)| *logged)
    }
}

/// What became of a record.
enum Fate<'h> {
    /// This record counts in its place, or the record itself.
    Counts(&'h HistoryEntry),
    /// It, or the record that replaced it, was voided by the record with this number.
    Voided(u64),
}

/// Follows the corrections of a record to the last one.
fn fate(history: &History, seq: u64) -> Fate<'_> {
    let entries = history.entries();
    let mut place = entries.partition_point(|entry| entry.seq < seq);
    loop {
        // The number is one of a record of the case, and a correction comes after the record that it corrects.
        let Some(entry) = entries.get(place) else { return Fate::Voided(seq) };
        match (entry.replaced_by, entry.voided_by) {
            (Some(by), _) => place += 1 + entries[place + 1..].partition_point(|entry| entry.seq < by),
            (None, Some(by)) => return Fate::Voided(by),
            (None, None) => return Fate::Counts(entry),
        }
    }
}

/// Returns the numbers of the records that a record replaced, the last one first.
fn originals<'h>(history: &'h History, entry: &'h HistoryEntry) -> impl Iterator<Item = u64> + 'h {
    let replaced = |seq: u64| {
        let entries = history.entries();
        entries.binary_search_by_key(&seq, |entry| entry.seq).ok().and_then(|place| entries[place].replaces)
    };
    std::iter::successors(entry.replaces, move |seq| replaced(*seq))
}
