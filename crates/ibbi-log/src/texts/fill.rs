//! Putting texts into the records of a ledger, also those that were destroyed.

use super::{Texts, is_missing};
use crate::Digest;
use crate::custody::{CustodyState, Destruction};
use ibbi_core::{Event, NoteText};
use ibbi_store::{Record, TextOwner};

impl Texts {
    /// Puts the texts into the records whose lines have digests. A text that was destroyed is marked as such.
    pub fn fill_records(&self, records: &mut [Record], custody: &CustodyState) {
        let mut unsure = Vec::new();
        for (index, record) in records.iter_mut().enumerate().filter(|(_, record)| is_missing(record)) {
            let Some(digest) = record.event.note_text().and_then(NoteText::digest).copied() else { continue };
            let is_later =
                |destruction: &Destruction| destruction.texts.key.case == record.case && destruction.seq > record.seq;
            if custody.destroyed.iter().any(is_later) {
                unsure.push((index, self.key(&Digest::from_bytes(digest)).copied()));
            } else {
                self.fill(&mut record.event);
            }
        }
        for (index, key) in unsure {
            let record = &records[index];
            // A text that was destroyed is not shown, even if the file has it again, in plain text or under a newer key.
            let found = match key {
                Some(key) => custody.destruction_of(record.case, key.owner, record.seq),
                None => destruction_by_owner(record, records, custody),
            };
            let event = &mut records[index].event;
            if let Some(destruction) = found
                && let Some(place) = event.note_text_mut()
                && let Some(digest) = place.digest().copied()
            {
                *place = NoteText::destroyed(digest, destruction.at.utc_date(), destruction.texts.rule.clone());
                continue;
            }
            self.fill(event);
        }
    }
}

/// Returns the destruction of a record's text if the file doesn't name its key. If the concern of a response is not among the
/// records, the destruction of either party's texts counts.
fn destruction_by_owner<'a>(record: &Record, records: &[Record], custody: &'a CustodyState) -> Option<&'a Destruction> {
    let concerns = records.iter().filter(|other| other.case == record.case).map(|other| &other.event);
    let owner = TextOwner::of(&record.event, concerns.filter(|event| matches!(event, Event::ConcernRaised(_))))?;
    let may_be_of =
        |other: &TextOwner| *other == owner || (owner == TextOwner::Unknown && *other != TextOwner::Program);
    let mut owners = TextOwner::ALL.into_iter().filter(may_be_of);
    owners.find_map(|owner| custody.destruction_of(record.case, owner, record.seq))
}
