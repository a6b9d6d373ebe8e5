//! A case as it is recorded, where its rules don't allow what is recorded.
//!
//! Another version of the program, or another program, may have recorded events that this version refuses. Such a case can
//! still be read, corrected, and withdrawn. It has no typed state, so it has no survey and no forecast.

use super::{ActRefusal, History, HistoryEntry};
use crate::accepted::{Accepted, Submission};
use crate::case::Case;
use crate::event::{Event, EventKind};
use crate::found::Found;
use crate::refusal::{Check, Refusal};
use crate::rule::Rule;
use crate::stage::Stage;
use crate::time::At;
use alloc::boxed::Box;
use alloc::vec::Vec;
use uuid::Uuid;

/// A case that was read from a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordedCase {
    /// The rules allow every event in effect.
    Valid(History),
    /// The rules don't allow an event in effect.
    AsRecorded(Box<AsRecorded>),
}

/// A case whose rules don't allow an event that is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AsRecorded {
    /// The records. Its case has the facts up to the first event that is not allowed.
    history: History,
    not_allowed: Vec<NotAllowed>,
}

/// A recorded event that the rules don't allow.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NotAllowed {
    /// The sequence number of the record.
    pub seq: u64,
    /// Why it is not allowed.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub reason: NotAllowedReason,
}

/// The reason why a recorded event is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "kind", content = "reason", rename_all = "snake_case")
)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum NotAllowedReason {
    /// The rules refuse the event.
    Refused(Refusal),
    /// The event leads to another stage than the recorded one.
    OtherStage {
        /// The recorded stage.
        recorded: Stage,
        /// The stage according to the rules.
        computed: Stage,
    },
}

impl core::fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.reason {
            NotAllowedReason::Refused(refusal) => write!(f, "number {}: {refusal}", self.seq),
            NotAllowedReason::OtherStage { recorded, computed } => {
                let (recorded, computed) = (recorded.label(), computed.label());
                write!(f, "number {}: the case is in {computed} after it, but {recorded} is recorded", self.seq)
            }
        }
    }
}

impl RecordedCase {
    /// Returns a case without records.
    pub fn new(id: Uuid) -> Self {
        Self::Valid(History::for_case(id))
    }

    /// Adds the next record of a store, or all records of its next act, with the stage that each has recorded. `in_order` is
    /// set for a record from a time when events were recorded in the order in which they happened.
    ///
    /// The case is valid again once a correction leaves only events that the rules allow.
    pub fn add(&mut self, records: Vec<(u64, Submission, Stage)>, in_order: bool) {
        let Some((.., to)) = records.last() else { return };
        match self {
            Self::Valid(history) => {
                let to = *to;
                let offered = match records.as_slice() {
                    [(seq, submission, _)] if in_order => {
                        history.offer(*seq, submission.at, submission.event.clone()).is_ok()
                    }
                    _ => {
                        let act = records.iter().map(|(seq, submission, _)| (*seq, submission.clone()));
                        history.record_act(act.collect()).is_ok()
                    }
                };
                if offered && history.case().stage() == to {
                    return;
                }
                let mut history = core::mem::take(history);
                if offered {
                    let new = history.entries.iter_mut().rev().zip(records.iter().rev());
                    new.for_each(|(entry, (.., to))| entry.to = *to);
                } else {
                    records.into_iter().for_each(|(seq, submission, to)| history.add_as_recorded(seq, submission, to));
                }
                *self = history.judge_again();
            }
            Self::AsRecorded(case) => {
                let mut history = core::mem::take(&mut case.history);
                records.into_iter().for_each(|(seq, submission, to)| history.add_as_recorded(seq, submission, to));
                *self = history.judge_again();
            }
        }
    }

    /// Returns the history if the rules allow every event in effect.
    pub const fn valid(&self) -> Option<&History> {
        match self {
            Self::Valid(history) => Some(history),
            Self::AsRecorded(_) => None,
        }
    }

    /// Returns the case as it is recorded, if its rules don't allow it.
    pub const fn as_recorded(&self) -> Option<&AsRecorded> {
        match self {
            Self::Valid(_) => None,
            Self::AsRecorded(case) => Some(case),
        }
    }

    /// Returns the records.
    pub const fn records(&self) -> &History {
        match self {
            Self::Valid(history) => history,
            Self::AsRecorded(case) => &case.history,
        }
    }

    /// Returns the present facts, or the facts up to the first event that is not allowed.
    pub const fn facts(&self) -> &Case {
        self.records().case()
    }

    /// Returns the present stage; if the case is not valid, the one that is recorded.
    pub fn stage(&self) -> Stage {
        match self {
            Self::Valid(history) => history.case().stage(),
            Self::AsRecorded(case) => case.stage(),
        }
    }

    /// Checks an event and adds it; see [`History::accept`]. A case that is not valid takes only notes, corrections, and a
    /// withdrawal.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule; nothing has changed.
    pub fn accept(&mut self, id: Uuid, seq: u64, at: At, event: impl Into<Event>) -> Result<Accepted, Refusal> {
        match self {
            Self::Valid(history) => history.accept(id, seq, at, event),
            Self::AsRecorded(_) => self.accept_as_recorded(id, seq, Submission::new(at, event)),
        }
    }

    /// Checks several events as one act and adds them; see [`History::accept_act`]. A case that is not valid takes only one
    /// event at a time.
    ///
    /// # Errors
    /// An [`ActRefusal`] with the event that is to blame; nothing has changed.
    pub fn accept_act(&mut self, seq: u64, act: Vec<(Uuid, Submission)>) -> Result<Vec<Accepted>, ActRefusal> {
        if let Self::Valid(history) = self {
            return history.accept_act(seq, act);
        }
        let several = act.len() > 1;
        let mut accepted = Vec::new();
        for (index, (id, submission)) in act.into_iter().enumerate() {
            if several {
                let (event, stage, at) = (submission.event.kind(), self.stage(), submission.at);
                let mut check = Check::new();
                check.fail(Rule::AsRecorded, Found::NotAsRecorded { event });
                let refusal = Refusal { event, stage, at, unmet: check.into_unmet() };
                return Err(ActRefusal { index, refusal });
            }
            let one = self.accept_as_recorded(id, seq, submission);
            accepted.push(one.map_err(|refusal| ActRefusal { index, refusal })?);
        }
        Ok(accepted)
    }

    /// Checks an event of a case that is not valid, and adds it.
    fn accept_as_recorded(&mut self, id: Uuid, seq: u64, submission: Submission) -> Result<Accepted, Refusal> {
        let Self::AsRecorded(recorded) = self else { return self.accept(id, seq, submission.at, submission.event) };
        let mut after = recorded.history.clone();
        let to = recorded.check(seq, &submission)?;
        after.add_as_recorded(seq, submission.clone(), to);
        let (case, revision) = (recorded.history.id(), recorded.history.revision());
        let after = after.judge_correction();
        let to = after.stage();
        *self = after;
        Ok(Accepted { case, id, revision, submission, act: None, to })
    }

    /// Replaces a provisional number; see [`History::renumber`].
    pub fn renumber(&mut self, revision: u64, seq: u64) {
        match self {
            Self::Valid(history) => history.renumber(revision, seq),
            Self::AsRecorded(case) => case.history.renumber(revision, seq),
        }
    }
}

impl AsRecorded {
    /// Returns the facts up to the first event that is not allowed.
    pub const fn facts(&self) -> &Case {
        &self.history.case
    }

    /// Returns the recorded events that the rules don't allow, in the order in which they happened. There is at least one.
    /// Each is checked as if those before it had not happened.
    pub fn not_allowed(&self) -> &[NotAllowed] {
        &self.not_allowed
    }

    /// Returns the stage that the last record has.
    pub fn stage(&self) -> Stage {
        self.history.entries.last().map_or(Stage::Unopened, |entry| entry.to)
    }

    /// Checks an event, and returns the stage that is recorded with it if the case is still not valid then.
    fn check(&self, seq: u64, submission: &Submission) -> Result<Stage, Refusal> {
        let Submission { at, event, .. } = submission;
        let (at, mut check, mut to) = (*at, Check::new(), self.stage());
        self.history.check_sequence(seq, &mut check);
        if let Some(replaced) = submission.replaces {
            self.history.check_room(&mut check);
            let counts = self.history.entries.iter().any(|entry| entry.seq == replaced && entry.counts());
            let known = counts && event.kind().happens();
            check.require(known, Rule::ReplaceKnown, || Found::NoSuchEvent { seq: replaced });
            return check.verdict(event.kind(), self.stage(), at).map(|()| to);
        }
        match event {
            Event::NoteAdded(_) | Event::CaseWithdrawn(_) => {
                let found = || Found::CaseClosed { event: event.kind() };
                check.require(to != Stage::Closed, Rule::ClosedForGood, found);
                if let Some(last) = self.history.in_effect().last().map(|entry| entry.at) {
                    check.require(at >= last, Rule::TimeOrder, || Found::Earlier { last, offered: at });
                }
                if event.kind() == EventKind::CaseWithdrawn {
                    to = Stage::Closed;
                }
            }
            Event::EventVoided(void) => {
                self.history.check_room(&mut check);
                let voided = self.history.voidable(void.seq, &mut check);
                let mut rest = self.history.in_effect();
                rest.retain(|entry| Some(entry.seq) != voided.map(|index| self.history.entries[index].seq));
                to = rest.last().map_or(to, |entry| entry.to);
            }
            _ => check.fail(Rule::AsRecorded, Found::NotAsRecorded { event: event.kind() }),
        }
        check.verdict(event.kind(), self.stage(), at).map(|()| to)
    }
}

impl History {
    /// Adds a record without checking it, and marks the record that it corrects. The case is out of date until it is judged.
    fn add_as_recorded(&mut self, seq: u64, submission: Submission, to: Stage) {
        let voided = if let Event::EventVoided(void) = &submission.event { Some(void.seq) } else { None };
        let mut place = seq;
        if let Some(changed) = voided.or(submission.replaces)
            && let Ok(index) = self.entries.binary_search_by_key(&changed, |entry| entry.seq)
            && self.entries[index].counts()
        {
            let old = &mut self.entries[index];
            if voided.is_none() {
                (old.replaced_by, place) = (Some(seq), old.place);
            } else {
                old.voided_by = Some(seq);
            }
        }
        let is_later = |entry: &&HistoryEntry| (entry.at, entry.place) > (submission.at, place);
        let happens = submission.event.kind().happens();
        let later = if happens { self.in_effect().into_iter().filter(is_later).count() } else { 0 };
        let inserted = u32::try_from(later).unwrap_or(u32::MAX);
        self.entries.push(HistoryEntry { inserted, ..HistoryEntry::new(seq, submission, place, to) });
    }

    /// Replays the events in effect, and returns the case with what is not allowed.
    fn judge_again(mut self) -> RecordedCase {
        let (mut case, mut facts, mut not_allowed) = (self.start(), None, Vec::new());
        for entry in self.in_effect() {
            if let Err(refusal) = case.offer(&entry.event, entry.at) {
                facts.get_or_insert_with(|| case.clone());
                not_allowed.push(NotAllowed { seq: entry.seq, reason: NotAllowedReason::Refused(refusal) });
            }
        }
        let computed = case.stage();
        if let Some(last) = self.entries.last()
            && not_allowed.is_empty()
            && last.to != computed
        {
            let reason = NotAllowedReason::OtherStage { recorded: last.to, computed };
            not_allowed.push(NotAllowed { seq: last.seq, reason });
        }
        self.case = facts.unwrap_or(case);
        if not_allowed.is_empty() {
            RecordedCase::Valid(self)
        } else {
            RecordedCase::AsRecorded(Box::new(AsRecorded { history: self, not_allowed }))
        }
    }

    /// Replays the events in effect after a correction. If they are allowed now, the stage is the computed one.
    fn judge_correction(mut self) -> RecordedCase {
        let mut case = self.start();
        let allowed = self.in_effect().iter().all(|entry| case.offer(&entry.event, entry.at).is_ok());
        let is_correction = |last: &&mut HistoryEntry| !last.event.kind().happens() || last.replaces.is_some();
        if let Some(last) = self.entries.last_mut().filter(|last| allowed && is_correction(last)) {
            last.to = case.stage();
        }
        self.judge_again()
    }
}
