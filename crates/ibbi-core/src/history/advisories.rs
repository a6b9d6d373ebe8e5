//! Advisories about records: those about each event at its place in the case, and those about the order of recording.

use super::{History, HistoryEntry};
use crate::accepted::Submission;
use crate::advisory::{Advisory, Warning};
use crate::case::Case;
use crate::found::list;
use crate::time::At;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The most record numbers that an advisory about several records lists.
const MOST_LISTED: usize = 10;

impl History {
    /// Returns the advisories about an event before it is added, if it is simply the next event of the case.
    ///
    /// Returns `None` for an event that happened before others or replaces a record. Add it, and then call
    /// [`History::advise_last`].
    pub fn advise_next(&self, submission: &Submission, logged: Option<At>) -> Option<Vec<Advisory>> {
        let Submission { at, replaces, event, .. } = submission;
        let is_late = event.kind().happens() && self.case.file().is_some_and(|file| *at < file.last_at());
        (replaces.is_none() && !is_late).then(|| self.case.advise(event, *at, logged))
    }

    /// Returns the advisories about each of the last records, which were added together: about its event at its place among
    /// the events of the case, and about when it was recorded.
    ///
    /// `logged` is the time of the recording, if it is known.
    pub fn advise_last(&self, count: usize, logged: Option<At>) -> Vec<Vec<Advisory>> {
        let added = &self.entries[self.entries.len().saturating_sub(count)..];
        let mut advisories: Vec<Vec<Advisory>> = added.iter().map(|_| Vec::new()).collect();
        let index_of = |entry: &HistoryEntry| added.binary_search_by_key(&entry.seq, |added| added.seq).ok();
        let mut before_closing = Vec::new();
        let case = self.fold(|case, entry| {
            if let Some(index) = index_of(entry) {
                advisories[index] = case.advise(&entry.event, entry.at, logged);
                if entry.inserted > 0 {
                    advisories[index].push(inserted(entry));
                    before_closing.push(index);
                }
            }
        });
        if let Some(closing) = self.closing().filter(|closing| index_of(closing).is_none()) {
            for index in before_closing {
                if closing.is_after(&added[index]) {
                    advisories[index].push(after_closing());
                }
            }
        }
        for (entry, advisories) in added.iter().zip(&mut advisories).filter(|(entry, _)| !entry.event.kind().happens())
        {
            *advisories = case.advise(&entry.event, entry.at, logged);
        }
        advisories
    }

    /// Returns the advisories about when the last record was recorded: after later events, or after the case closed.
    ///
    /// [`History::advise_last`] returns them too, with those about the event itself. Here the caller knows from the replay of
    /// [`History::record_watched`] whether a later event closes the case.
    pub fn advise_order_of_last(&self, closes_later: bool) -> Vec<Advisory> {
        let Some(last) = self.entries.last().filter(|last| last.inserted > 0) else { return Vec::new() };
        let mut advisories = alloc::vec![inserted(last)];
        if closes_later {
            advisories.push(after_closing());
        }
        advisories
    }

    /// Returns what a function gives for each of the last records, with the state before its event.
    pub(crate) fn of_last<T: Default>(&self, count: usize, each: impl Fn(&Case, &HistoryEntry) -> T) -> Vec<T> {
        let added = &self.entries[self.entries.len().saturating_sub(count)..];
        let mut results: Vec<T> = added.iter().map(|_| T::default()).collect();
        self.fold(|case, entry| {
            if let Ok(index) = added.binary_search_by_key(&entry.seq, |added| added.seq) {
                results[index] = each(case, entry);
            }
        });
        results
    }

    /// Returns the advisories about the case as it is now: those of [`Case::advisories`], and which records in effect were
    /// recorded after later events.
    pub fn advisories(&self) -> Vec<Advisory> {
        let mut advisories = self.case.advisories();
        let in_effect = self.entries.iter().filter(|entry| entry.counts());
        let inserted: Vec<&HistoryEntry> = in_effect.filter(|entry| entry.inserted > 0).collect();
        if inserted.is_empty() {
            return advisories;
        }
        let mut add = |warning, records: &[&HistoryEntry], after: &str| {
            if !records.is_empty() {
                advisories.push(Advisory { warning, found: format!("{} recorded after {after}", numbered(records)) });
            }
        };
        add(Warning::Inserted, &inserted, "later events");
        if let Some(closing) = self.closing() {
            let late: Vec<_> = inserted.into_iter().filter(|entry| closing.is_after(entry)).collect();
            add(Warning::AfterClosing, &late, "the case closed");
        }
        advisories
    }

    /// Replays the events in effect, and passes each to a function with the state before it. Skips what the rules don't
    /// allow.
    fn fold(&self, mut each: impl FnMut(&Case, &HistoryEntry)) -> Case {
        let mut case = self.start();
        for entry in self.in_effect() {
            each(&case, entry);
            // The state stays as it is if the rules don't allow the event.
            let _ = case.offer(&entry.event, entry.at);
        }
        case
    }

    /// Returns the event that closed the case, if it is closed.
    fn closing(&self) -> Option<&HistoryEntry> {
        self.case.outcome()?;
        let mut last_open = None;
        self.fold(|case, entry| {
            if case.outcome().is_none() {
                last_open = Some(entry.seq);
            }
        });
        self.entries.iter().find(|entry| Some(entry.seq) == last_open)
    }
}

impl HistoryEntry {
    /// Returns whether this event happened after another one that was recorded later.
    fn is_after(&self, other: &Self) -> bool {
        other.seq > self.place && (self.at, self.place) > (other.at, other.place)
    }
}

/// Returns the advisory about an event that was recorded after later ones.
fn inserted(entry: &HistoryEntry) -> Advisory {
    let events = match entry.inserted {
        1 => "1 later event".to_string(),
        several => format!("{several} later events"),
    };
    Advisory { warning: Warning::Inserted, found: format!("the event was recorded after {events}") }
}

/// Returns the advisory about an event that was recorded after its case closed.
fn after_closing() -> Advisory {
    let found = "the event happened before the case closed, but was recorded after it".to_string();
    Advisory { warning: Warning::AfterClosing, found }
}

/// Returns the subject of a sentence about records, with its verb: `number 3 was` or `numbers 3 and 5 were`.
fn numbered(records: &[&HistoryEntry]) -> String {
    let mut numbers: Vec<String> = records.iter().take(MOST_LISTED).map(|entry| entry.seq.to_string()).collect();
    if records.len() > MOST_LISTED {
        numbers.push(format!("{} more", records.len() - MOST_LISTED));
    }
    let (noun, verb) = if records.len() == 1 { ("number", "was") } else { ("numbers", "were") };
    format!("{noun} {} {verb}", list(&numbers, Clone::clone))
}
