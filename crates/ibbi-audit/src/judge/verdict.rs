//! What the core's answer to an event means for its case.

use super::live::State;
use super::place::Place;
use super::track::Track;
use crate::figures::Course;
use crate::finding::{Detail, Finding, FindingKind};
use ibbi_core::{At, Case, EventKind, Refusal, Rule, Stage};

impl Track {
    /// How many records its trail has before the one that was just counted.
    pub(super) fn trail_len(&self) -> usize {
        usize::try_from(self.counts.records - self.counts.repeated - 1).unwrap_or(usize::MAX)
    }

    /// Goes on with the course of the case.
    pub(super) fn tell(&mut self, kind: EventKind, at: At) {
        if let Some(live) = &self.live {
            self.course.step(kind, at, live.case());
        }
    }

    /// Tells the course of the case anew, by the events that count after a void.
    pub(super) fn taken_back(&mut self) {
        let Some(live) = &mut self.live else { return };
        if let Some(debts) = &mut live.debts {
            debts.taken_back();
        }
        let State::Loaded(history) = &live.state else { return };
        let mut case = Case::default();
        self.course = Course::new();
        for entry in history.entries().iter().filter(|entry| entry.counts()) {
            if case.offer(&entry.event, entry.at).is_ok() {
                self.course.step(entry.event.kind(), entry.at, &case);
            }
        }
    }

    /// Holds the recorded stage against the computed one.
    pub(super) fn compare(
        &mut self,
        recorded: Stage,
        computed: Stage,
        moved: bool,
        place: Place,
        out: &mut Vec<Finding>,
    ) {
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

    /// The core did not accept an event.
    pub(super) fn refused(
        &mut self,
        refusal: Refusal,
        voids: Option<u64>,
        recorded: Stage,
        place: Place,
        out: &mut Vec<Finding>,
    ) {
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

    /// Without an opening there is nothing to judge an event by.
    pub(super) fn not_judged(&mut self, seq: u64, kind: EventKind, place: Place, out: &mut Vec<Finding>) {
        let Some(live) = &mut self.live else { return };
        self.counts.consequences += 1;
        let cause = live.debts().cause_of_stage().unwrap_or(place.line);
        live.debts().follow(cause, seq, kind, true);
        let detail = Detail::Consequence { cause, unmet: Vec::new(), stage: Stage::Unopened };
        out.push(place.find(FindingKind::EventConsequence, detail));
    }
}
