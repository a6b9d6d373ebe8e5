//! A story: a case with its records, event by event. Accepted events are checked, and refused events must change
//! nothing.

use super::at;
use super::script::standard;
use ibbi_core::{
    At, Case, Event, Format, History, Outcome, Program, ProgramParameters, Refusal, Rule, Sessions, Stage, Warning,
};

/// A case with its history.
#[derive(Debug, Clone, Default)]
pub(crate) struct Story {
    pub(crate) history: History,
}

impl Story {
    /// Returns the standard case up to the event that leads to a stage.
    pub(crate) fn reaching(stage: Stage) -> Self {
        Self::reaching_in(stage, Format::FullDay)
    }

    /// Returns the same with a facilitation format.
    pub(crate) fn reaching_in(stage: Stage, format: Format) -> Self {
        Self::reached(stage, format, Program::default())
    }

    /// Returns the same with other program parameters.
    pub(crate) fn reaching_under(stage: Stage, parameters: ProgramParameters) -> Self {
        Self::reached(stage, Format::FullDay, Program::new(parameters).expect("parameters that fit"))
    }

    fn reached(stage: Stage, format: Format, program: Program) -> Self {
        let mut story = Self::default();
        for (when, event) in standard(program, format) {
            if story.stage() == stage {
                break;
            }
            story.on(when, event);
        }
        assert_eq!(story.stage(), stage, "the standard case passes through every stage");
        story
    }

    /// Returns a case with only its opening.
    pub(crate) fn opened_with(program: Program) -> Self {
        let mut story = Self::default();
        story.on("2026-09-01 09:00", super::facts::opening(program));
        story
    }

    /// Returns the standard case up to and including its first event of a kind.
    pub(crate) fn through(kind: ibbi_core::EventKind, format: Format) -> Self {
        let mut story = Self::default();
        for (when, event) in standard(Program::default(), format) {
            let last = event.kind() == kind;
            story.on(when, event);
            if last {
                return story;
            }
        }
        panic!("the standard case has no {kind}");
    }

    /// Returns the number of the next event.
    pub(crate) fn next_seq(&self) -> u64 {
        self.last_seq() + 1
    }

    /// Returns the number of the last event.
    pub(crate) fn last_seq(&self) -> u64 {
        self.history.entries().last().map_or(0, |entry| entry.seq)
    }

    pub(crate) fn case(&self) -> &Case {
        self.history.case()
    }

    pub(crate) fn stage(&self) -> Stage {
        self.case().stage()
    }

    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.case().outcome()
    }

    /// Returns the sessions of the training or the facilitation.
    pub(crate) fn sessions(&self) -> &Sessions {
        self.case().sessions().expect("a stage that holds sessions")
    }

    /// Returns the minutes that remain of each part, without the grace.
    pub(crate) fn remaining(&self) -> Vec<u16> {
        self.sessions().parts().iter().map(ibbi_core::Part::remaining).collect()
    }

    /// Offers an event that must be accepted, at a local time.
    pub(crate) fn on(&mut self, when: &str, event: Event) -> &mut Self {
        self.happens(at(when), event)
    }

    /// Offers an event that must be accepted, at an instant.
    pub(crate) fn happens(&mut self, at: At, event: Event) -> &mut Self {
        let kind = event.kind();
        if let Err(refusal) = self.history.offer(self.next_seq(), at, event) {
            panic!("{kind} at {at} was to be accepted; {refusal}");
        }
        self
    }

    /// Returns a copy with one more event.
    pub(crate) fn and(&self, when: &str, event: Event) -> Self {
        let mut story = self.clone();
        story.on(when, event);
        story
    }

    /// Offers an event that must be refused and change nothing.
    pub(crate) fn refused(&mut self, when: &str, event: &Event) -> Refusal {
        let (case, records) = (self.case().clone(), self.history.entries().len());
        let refusal = self.history.offer(self.next_seq(), at(when), event.clone()).expect_err("it was to be refused");
        assert_eq!(*self.case(), case, "a refused event changes nothing");
        assert_eq!(self.history.entries().len(), records, "a refused event leaves no record");
        refusal
    }

    /// Offers an event that exactly these rules must refuse.
    #[track_caller]
    pub(crate) fn refuses(&mut self, when: &str, event: Event, rules: &[Rule]) -> &mut Self {
        assert_eq!(rules_of(&self.refused(when, &event)), rules, "{} at {when}", event.kind());
        self
    }

    /// Returns the warnings for an event.
    pub(crate) fn warnings_on(&self, when: &str, event: &Event) -> Vec<Warning> {
        let advisories = self.case().advise(event, at(when), None);
        advisories.into_iter().map(|advisory| advisory.warning).collect()
    }

    /// Returns the warnings for the current state, as `(warning, what was found)`.
    pub(crate) fn warnings(&self) -> Vec<(Warning, String)> {
        self.case().advisories().into_iter().map(|advisory| (advisory.warning, advisory.found)).collect()
    }

    /// Checks that the events that count lead to the same case.
    #[track_caller]
    pub(crate) fn replays(&self) {
        let mut again = Case::default();
        for entry in self.history.entries().iter().filter(|entry| entry.counts()) {
            again.offer(&entry.event, entry.at).expect("what counts would have been accepted");
        }
        assert_eq!(again, *self.case(), "the events that count lead to the same case");
    }
}

pub(crate) fn rules_of(refusal: &Refusal) -> Vec<Rule> {
    refusal.unmet.iter().map(|unmet| unmet.rule).collect()
}
