//! Whose an event and its confidential text are, and cases without the texts that a reader may not read.

use crate::case_log::CaseLog;
use crate::error::AppError;
use ibbi_core::{Body, ConcernId, Event, NoteText, Party};
use ibbi_store::Record;
use std::collections::{HashMap, HashSet};

/// Whose a confidential text or a concern is.
#[derive(Debug, Clone, Copy)]
pub enum Confidant<'a> {
    /// A party's: a concern, or the response to it.
    Party(Party, &'a Record),
    /// A note. It belongs to who recorded it, and to the program.
    Note(&'a Record),
    /// A response to a concern that the case doesn't have, or that two parties raised.
    Unknown(&'a Record),
}

/// Returns the party to which an event of a case belongs, if it belongs to one.
pub fn party_of(log: &CaseLog, event: &Event) -> Option<Party> {
    match event {
        Event::SupportConfirmed(letter) => Some(party_of_body(letter.body)),
        Event::SupportWithdrawn(letter) => Some(party_of_body(letter.body)),
        Event::MemberNamed(named) => Some(named.party),
        Event::MemberReleased(released) => Some(released.party),
        Event::AttendancePledged(pledged) => Some(pledged.party),
        Event::PledgeWithdrawn(withdrawn) => Some(withdrawn.party),
        Event::CaucusOpened(opened) => Some(opened.party),
        Event::ConcernRaised(raised) => Some(raised.party),
        Event::ConcernAddressed(addressed) => party_of_concern(log, &addressed.concern),
        Event::ConcernDropped(dropped) => party_of_concern(log, &dropped.concern),
        Event::PartyDecided(decided) => Some(decided.party),
        Event::DecisionReopened(reopened) => Some(reopened.party),
        _ => None,
    }
}

const fn party_of_body(body: Body) -> Party {
    match body {
        Body::TeachersOrganization => Party::Labor,
        Body::Administration | Body::SchoolCommittee => Party::Management,
    }
}

/// Returns the only party that ever raised a concern with this ID in the case. If a correction moved it from one party to the
/// other, it belongs to neither.
fn party_of_concern(log: &CaseLog, concern: &ConcernId) -> Option<Party> {
    let mut parties = log.records.iter().filter_map(|record| match &record.event {
        Event::ConcernRaised(raised) if raised.concern == *concern => Some(raised.party),
        _ => None,
    });
    let first = parties.next()?;
    parties.all(|party| party == first).then_some(first)
}

/// Returns whose a record's confidential text or concern is, if it has one.
fn confidant<'a>(log: &CaseLog, record: &'a Record) -> Option<Confidant<'a>> {
    match &record.event {
        Event::NoteAdded(_) => Some(Confidant::Note(record)),
        event => {
            concern_of(event)?;
            Some(match party_of(log, event) {
                Some(party) => Confidant::Party(party, record),
                None => Confidant::Unknown(record),
            })
        }
    }
}

/// Returns how many confidential texts of a case can be read.
pub fn texts_of(log: &CaseLog) -> usize {
    log.records.iter().filter(|record| record.event.note_text().is_some_and(|text| text.text().is_some())).count()
}

/// Returns the case as its records make it without the texts that a reader may not read, and without the short IDs of such
/// concerns, which often say what they are about.
///
/// # Errors
/// [`AppError::Zone`], as for the case itself.
pub fn without_texts(log: &CaseLog, reads: impl Fn(Confidant<'_>) -> bool) -> Result<CaseLog, AppError> {
    let hidden = |record: &Record| confidant(log, record).is_some_and(|whose| !reads(whose));
    if !log.records.iter().any(hidden) {
        return Ok(log.clone());
    }
    let stand_ins = stand_ins(log, &reads);
    let records = log.records.iter().map(|record| {
        let mut shown = record.clone();
        if !hidden(record) {
            return shown;
        }
        if let Some(text) = shown.event.note_text_mut() {
            *text = NoteText::hidden();
        }
        if let Some(id) = concern_mut(&mut shown.event)
            && let Some(stand_in) = stand_ins.get(id)
        {
            id.clone_from(stand_in);
        }
        shown
    });
    CaseLog::replay(log.id, records.collect())
}

/// Returns the IDs that stand in for those of the concerns that a reader may not read.
pub fn stand_ins(log: &CaseLog, reads: &impl Fn(Confidant<'_>) -> bool) -> HashMap<ConcernId, ConcernId> {
    let hidden = |record: &Record| confidant(log, record).is_some_and(|whose| !reads(whose));
    let concerns = |is_hidden: bool| {
        log.records
            .iter()
            .filter(move |record| hidden(record) == is_hidden)
            .filter_map(|record| concern_of(&record.event))
    };
    let shown: HashSet<&ConcernId> = concerns(false).collect();
    let mut stand_ins = HashMap::new();
    let mut free = (1..).filter_map(|number: usize| ConcernId::new(&format!("confidential-{number}")).ok());
    for id in concerns(true) {
        if !stand_ins.contains_key(id)
            && let Some(stand_in) = free.find(|stand_in| !shown.contains(stand_in))
        {
            stand_ins.insert(*id, stand_in);
        }
    }
    stand_ins
}

/// Returns an ID that no concern of a case has. `hidden` has the IDs that the case is shown without.
pub fn unused_concern<'a>(shown: &'a CaseLog, hidden: impl Iterator<Item = &'a ConcernId>) -> ConcernId {
    let known: HashSet<&ConcernId> =
        shown.records.iter().filter_map(|record| concern_of(&record.event)).chain(hidden).collect();
    let mut free = (1..).filter_map(|number: usize| ConcernId::new(&format!("unknown-{number}")).ok());
    free.find(|id| !known.contains(id)).unwrap_or_else(|| unreachable!("a case has fewer concerns than numbers"))
}

/// Returns the concern of an event, if it is about one.
pub const fn concern_of(event: &Event) -> Option<&ConcernId> {
    match event {
        Event::ConcernRaised(raised) => Some(&raised.concern),
        Event::ConcernAddressed(addressed) => Some(&addressed.concern),
        Event::ConcernDropped(dropped) => Some(&dropped.concern),
        _ => None,
    }
}

/// Returns the concern of an event to replace it, if it is about one.
pub const fn concern_mut(event: &mut Event) -> Option<&mut ConcernId> {
    match event {
        Event::ConcernRaised(raised) => Some(&mut raised.concern),
        Event::ConcernAddressed(addressed) => Some(&mut addressed.concern),
        Event::ConcernDropped(dropped) => Some(&mut dropped.concern),
        _ => None,
    }
}
