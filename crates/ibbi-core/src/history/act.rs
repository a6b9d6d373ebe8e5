//! Acts: several events that are recorded together and checked as a whole.
//!
//! To move a training day, its opening, its activities, and its closing all get other times. No single step of that would be
//! valid, but the whole is.

use super::{History, HistoryEntry};
use crate::accepted::{Accepted, ActPlace, Submission};
use crate::case::Case;
use crate::event::{Event, EventKind};
use crate::found::Found;
use crate::refusal::{Check, Refusal};
use crate::rule::Rule;
use crate::stage::Stage;
use alloc::vec::Vec;
use core::fmt;
use uuid::Uuid;

/// The refusal of an act: the rules that are not met, and the event of the act that is to blame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRefusal {
    /// The event's place in the act, from 0.
    pub index: usize,
    /// Why it is refused.
    pub refusal: Refusal,
}

impl fmt::Display for ActRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {} of the act: {}", self.index + 1, self.refusal)
    }
}

impl core::error::Error for ActRefusal {}

impl History {
    /// Checks several events as one act and, if the case is valid after all of them, adds them and returns the proofs that a
    /// store requires.
    ///
    /// The events can be in any order, and the case need not be valid between them. `seq` is a provisional number above those
    /// of the case; the events after the first one get the numbers that follow. An act of one event is just that event.
    ///
    /// # Errors
    /// [`ActRefusal`] names the event that is to blame; nothing has changed.
    pub fn accept_act(&mut self, seq: u64, act: Vec<(Uuid, Submission)>) -> Result<Vec<Accepted>, ActRefusal> {
        let revision = self.revision();
        let submissions: Vec<_> = (seq..).zip(act.iter().map(|(_, submission)| submission.clone())).collect();
        let to = self.record_act(submissions)?;
        let count = u16::try_from(act.len()).unwrap_or(u16::MAX);
        let accepted = (0..).zip(act).map(|(index, (id, submission))| Accepted {
            case: self.id(),
            id,
            revision: revision + u64::from(index),
            submission,
            act: ActPlace::new(index + 1, count),
            to,
        });
        Ok(accepted.collect())
    }

    /// Adds the events of an act under their numbers, and returns the stage of the case after all of them.
    ///
    /// # Errors
    /// [`ActRefusal`]; nothing has changed.
    pub fn record_act(&mut self, act: Vec<(u64, Submission)>) -> Result<Stage, ActRefusal> {
        if let [(seq, submission)] = act.as_slice() {
            let taken = match submission.replaces {
                None => self.record(*seq, submission.at, submission.event.clone()),
                Some(replaced) => self.replace(*seq, replaced, submission.at, submission.event.clone()),
            };
            return taken.map_err(|refusal| ActRefusal { index: 0, refusal });
        }
        let mut next = self.clone();
        let first = next.entries.len();
        for (index, (seq, submission)) in act.into_iter().enumerate() {
            next.append(first, seq, submission).map_err(|refusal| ActRefusal { index, refusal })?;
        }
        next.fold_act(first)?;
        *self = next;
        Ok(self.case.stage())
    }

    /// Adds an event of an act without replaying the case. An act can change only what was recorded before it.
    fn append(&mut self, first: usize, seq: u64, submission: Submission) -> Result<(), Refusal> {
        let Submission { at, replaces, ref event, .. } = submission;
        let mut check = Check::new();
        self.check_sequence(seq, &mut check);
        self.check_room(&mut check);
        let room = self.entries.len() - first < usize::from(ActPlace::MAX_COUNT);
        let limit = u32::from(ActPlace::MAX_COUNT);
        check.require(room, Rule::Limits, || Found::LimitReached { what: "events in an act", limit });
        let place = match (event, replaces) {
            (Event::CaseMigrated(migration), None) => {
                self.check_migration(migration.edition, &mut check);
                seq
            }
            (Event::EventVoided(_) | Event::CaseMigrated(_), Some(_)) => {
                check.fail(Rule::ReplaceKnown, Found::NotVoidable { seq, event: event.kind() });
                seq
            }
            (Event::EventVoided(void), None) => {
                if let Some(voided) = self.changed(first, void.seq, Rule::VoidKnown, &mut check) {
                    let kind = voided.event.kind();
                    let found = || Found::NotVoidable { seq: void.seq, event: kind };
                    check.require(kind != EventKind::CaseOpened, Rule::VoidKind, found);
                    voided.voided_by = Some(seq);
                }
                seq
            }
            (_, Some(replaced)) => match self.changed(first, replaced, Rule::ReplaceKnown, &mut check) {
                Some(old) => {
                    old.replaced_by = Some(seq);
                    old.place
                }
                None => seq,
            },
            (_, None) => seq,
        };
        check.verdict(event.kind(), self.case.stage(), at)?;
        self.entries.push(HistoryEntry::new(seq, submission, place, Stage::Unopened));
        Ok(())
    }

    /// Returns the entry that an event of an act voids or replaces.
    fn changed(&mut self, first: usize, seq: u64, rule: Rule, check: &mut Check) -> Option<&mut HistoryEntry> {
        let found = self.entries[..first].iter_mut().find(|entry| entry.seq == seq);
        let Some(entry) = found else {
            check.fail(rule, Found::NoSuchEvent { seq });
            return None;
        };
        match entry.corrected() {
            Some(found) => {
                check.fail(rule, found);
                None
            }
            None => Some(entry),
        }
    }

    /// Replays the case with the events of an act, which begin at an index.
    fn fold_act(&mut self, first: usize) -> Result<(), ActRefusal> {
        let start = self.entries.get(first).map_or(u64::MAX, |entry| entry.seq);
        let mut case = self.start();
        let in_effect = self.in_effect();
        for entry in &in_effect {
            if let Err(refusal) = case.offer(&entry.event, entry.at) {
                let own = self.entries[first..].iter().position(|own| own.seq == entry.seq);
                return Err(match own {
                    Some(index) => ActRefusal { index, refusal },
                    None => self.later_invalid(first, entry, &case, &refusal),
                });
            }
        }
        let mut known = 0;
        let mut inserted = Vec::new();
        for entry in in_effect.iter().rev() {
            if entry.seq < start {
                known += 1;
            } else if known > 0 {
                inserted.push((entry.seq, known));
            }
        }
        self.case = case;
        let to = self.case.stage();
        for entry in &mut self.entries[first..] {
            entry.to = to;
            entry.inserted = inserted.iter().find(|(seq, _)| *seq == entry.seq).map_or(0, |(_, known)| *known);
        }
        Ok(())
    }

    /// Returns the refusal of an act after which an event that was recorded before would no longer be valid.
    fn later_invalid(&self, first: usize, entry: &HistoryEntry, case: &Case, refusal: &Refusal) -> ActRefusal {
        let unmet = refusal.unmet.iter().map(|unmet| unmet.rule).collect();
        let found = Found::LaterInvalid { seq: entry.seq, at: entry.at, event: entry.event.kind(), unmet };
        let mut check = Check::new();
        check.fail(Rule::LaterStands, found);
        let (own, unmet) = (&self.entries[first], check.into_unmet());
        ActRefusal { index: 0, refusal: Refusal { event: own.event.kind(), stage: case.stage(), at: own.at, unmet } }
    }
}
