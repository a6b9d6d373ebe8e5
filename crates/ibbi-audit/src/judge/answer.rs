//! The effect of the core's answer to an event on its case.

use super::audited_case::AuditedCase;
use super::case_state::Held;
use crate::case_times::CaseTimes;
use crate::finding::{Finding, FindingDetail, FindingKind, Location};
use ibbi_core::{At, EventKind, Refusal, Rule, Stage};

impl AuditedCase {
    /// Returns the index of the record that was just counted.
    pub(super) fn record_index(&self) -> usize {
        usize::try_from(self.counts.records - self.counts.repeated - 1).unwrap_or(usize::MAX)
    }

    /// Adds an accepted event to the times of the case.
    pub(super) fn add_to_times(&mut self, kind: EventKind, at: At) {
        if let Some(state) = &self.state {
            self.times.step(kind, at, state.case());
        }
    }

    /// Takes the times of the case after an event that happened before others.
    pub(super) fn replace_times(&mut self, times: CaseTimes) {
        self.times = times;
        if let Some(follow_ons) = self.state.as_mut().and_then(|state| state.follow_ons.as_mut()) {
            follow_ons.restart();
        }
    }

    /// Computes the times of the case again, from the events that count after a correction or an act.
    pub(super) fn compute_times(&mut self) {
        let Some(state) = &mut self.state else { return };
        if let Some(follow_ons) = &mut state.follow_ons {
            follow_ons.restart();
        }
        let Held::History(history) = &state.held else { return };
        let mut case = history.start();
        self.times = CaseTimes::new();
        for entry in history.in_effect() {
            if case.offer(&entry.event, entry.at).is_ok() {
                self.times.step(entry.event.kind(), entry.at, &case);
            }
        }
    }

    /// Compares the recorded stage with the computed one.
    pub(super) fn compare_stage(
        &mut self,
        recorded: Stage,
        computed: Stage,
        moved: bool,
        location: Location,
        out: &mut Vec<Finding>,
    ) {
        let Some(state) = &mut self.state else { return };
        if recorded == computed {
            if let Some(follow_ons) = &mut state.follow_ons {
                follow_ons.stage_agrees(moved);
            }
            return;
        }
        let cause = state.follow_ons.as_ref().and_then(|follow_ons| follow_ons.cause_of_stage());
        out.push(match cause {
            Some(cause) => {
                let detail = FindingDetail::Consequence { cause, unmet: Vec::new(), stage: computed };
                location.finding(FindingKind::EventConsequence, detail)
            }
            None => {
                state.follow_ons().stage_differs(location.line);
                location.finding(FindingKind::EventStage, FindingDetail::Stage { recorded, computed })
            }
        });
    }

    /// Skips an event that the core refused.
    pub(super) fn refuse(
        &mut self,
        refusal: Refusal,
        voids: Option<u64>,
        recorded: Stage,
        location: Location,
        out: &mut Vec<Finding>,
    ) {
        let (Some(state), Some(seq)) = (&mut self.state, location.seq) else { return };
        let stage = refusal.stage;
        if let Some(voided) = voids.filter(|_| refusal.names(Rule::VoidKnown))
            && state.follow_ons.as_mut().is_some_and(|follow_ons| follow_ons.void_skipped(voided))
        {
            self.counts.accepted += 1;
            self.counts.voids += 1;
            let detail = FindingDetail::VoidsUncounted { seq: voided };
            out.push(location.finding(FindingKind::EventVoidsUncounted, detail));
            self.compare_stage(recorded, stage, false, location, out);
            return;
        }
        match state.follow_ons.as_ref().and_then(|follow_ons| follow_ons.cause_of(&refusal.unmet)) {
            Some(cause) => {
                self.counts.consequences += 1;
                state.follow_ons().skip_consequence(cause, seq, refusal.event, recorded != stage);
                let detail = FindingDetail::Consequence { cause, unmet: refusal.unmet, stage };
                out.push(location.finding(FindingKind::EventConsequence, detail));
            }
            None => {
                self.counts.illegal += 1;
                state.follow_ons().skip_fault(location.line, seq, &refusal, recorded != stage);
                out.push(location.finding(FindingKind::EventIllegal, FindingDetail::Illegal(Box::new(refusal))));
            }
        }
    }

    /// Skips an event of a case without an opening: it can't be judged.
    pub(super) fn skip_unopened(&mut self, seq: u64, kind: EventKind, location: Location, out: &mut Vec<Finding>) {
        let Some(state) = &mut self.state else { return };
        self.counts.consequences += 1;
        let cause = state.follow_ons().cause_of_stage().unwrap_or(location.line);
        state.follow_ons().skip_consequence(cause, seq, kind, true);
        let detail = FindingDetail::Consequence { cause, unmet: Vec::new(), stage: Stage::Unopened };
        out.push(location.finding(FindingKind::EventConsequence, detail));
    }
}
