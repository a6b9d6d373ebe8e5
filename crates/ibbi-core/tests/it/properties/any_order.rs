//! Events recorded in any order, voided, and replaced, compared with a list that is folded again after every step.

use super::invariants::hangs_together;
use super::strategies::{Move, any_move, start};
use crate::support::facts::{migrated, voided};
use crate::support::guide::{after, next_event, next_instant};
use crate::support::likely::Dice;
use ibbi_core::{At, Case, Edition, Event, EventKind, History, Refusal, Rule, Stage, Submission, survey};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

/// An event in effect, in the plain list.
#[derive(Debug, Clone)]
struct Fact {
    seq: u64,
    place: u64,
    at: At,
    event: Event,
}

/// One step of a recorder.
#[derive(Debug, Clone)]
enum Step {
    Record(At, Event),
    Void(At, u64),
    Migrate(At, Edition),
    Replace(u64, At, Event),
    /// Several other steps as one act.
    Act(Vec<Step>),
}

impl Step {
    fn submission(&self) -> Submission {
        match self.clone() {
            Self::Record(at, event) => Submission::new(at, event),
            Self::Void(at, target) => Submission::new(at, voided(target)),
            Self::Replace(target, at, event) => Submission { replaces: Some(target), ..Submission::new(at, event) },
            Self::Migrate(at, edition) => Submission::new(at, migrated(edition.number())),
            Self::Act(_) => panic!("an act has no act"),
        }
    }
}

/// A recorder whose history is held against a plain list.
#[derive(Default)]
struct Recorder {
    history: History,
    facts: Vec<Fact>,
    /// The edition to which the case moved last.
    edition: Option<Edition>,
    /// The steps that were accepted, by number.
    taken: Vec<(u64, Step)>,
    /// How often each thing happened.
    counts: BTreeMap<&'static str, usize>,
}

/// Folds facts in the order in which they happened. The error is the number of the first refused one, and its refusal.
fn fold(facts: &[Fact], edition: Option<Edition>) -> Result<Case, (u64, Refusal)> {
    let mut sorted: Vec<_> = facts.iter().collect();
    sorted.sort_by_key(|fact| (fact.at, fact.place, fact.seq));
    let mut case = Case::starting_in(edition);
    for fact in sorted {
        case.offer(&fact.event, fact.at).map_err(|refusal| (fact.seq, refusal))?;
    }
    Ok(case)
}

fn take(history: &mut History, seq: u64, step: &Step) -> Result<Stage, Refusal> {
    match step.clone() {
        Step::Record(at, event) => history.record(seq, at, event),
        Step::Void(at, target) => history.record(seq, at, voided(target)),
        Step::Migrate(at, edition) => history.record(seq, at, migrated(edition.number())),
        Step::Replace(target, at, event) => history.replace(seq, target, at, event),
        Step::Act(steps) => {
            let act = (seq..).zip(steps.iter().map(Step::submission)).collect();
            history.record_act(act).map_err(|refused| refused.refusal)
        }
    }
}

impl Recorder {
    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Returns the facts as they would be after a step, or nothing if the step names a record that it can't.
    fn facts_after(&self, seq: u64, step: &Step) -> Option<Vec<Fact>> {
        let mut facts = self.facts.clone();
        if let Step::Migrate(_, edition) = step {
            let present = self.history.case().file()?.edition();
            if *edition == present || !edition.is_known() {
                return None;
            }
        }
        if let Step::Act(steps) = step {
            for (number, step) in (seq..).zip(steps) {
                Self::change(&mut facts, number, step, seq)?;
            }
        } else {
            Self::change(&mut facts, seq, step, seq)?;
        }
        Some(facts)
    }

    /// Changes facts by a step. A step can't change what was recorded from `first` on.
    fn change(facts: &mut Vec<Fact>, seq: u64, step: &Step, first: u64) -> Option<()> {
        let find = |facts: &[Fact], target| facts.iter().position(|fact| fact.seq == target && target < first);
        match step.clone() {
            Step::Record(at, event) => facts.push(Fact { seq, place: seq, at, event }),
            Step::Void(_, target) => {
                let index = find(facts, target)?;
                if facts.remove(index).event.kind() == EventKind::CaseOpened {
                    return None;
                }
            }
            Step::Migrate(..) => {}
            Step::Replace(_, _, event) if !event.kind().happens() => return None,
            Step::Replace(target, at, event) => {
                let index = find(facts, target)?;
                let place = facts.remove(index).place;
                facts.push(Fact { seq, place, at, event });
            }
            Step::Act(_) => panic!("an act has no act"),
        }
        Some(())
    }

    /// Takes a step, and compares the result with the list.
    fn step(&mut self, step: Step) {
        let step = &match step {
            Step::Record(at, Event::EventVoided(void)) => Step::Void(at, void.seq),
            Step::Record(at, Event::CaseMigrated(migration)) => Step::Migrate(at, migration.edition),
            other => other,
        };
        let seq = self.history.entries().last().map_or(1, |last| last.seq + 2);
        let before = self.history.clone();
        let facts = self.facts_after(seq, step);
        let edition = if let Step::Migrate(_, edition) = step { Some(*edition) } else { self.edition };
        let expected = facts.as_deref().map(|facts| fold(facts, edition));
        let found = take(&mut self.history, seq, step);
        let (at, target) = match step {
            Step::Record(at, _) => (*at, None),
            Step::Replace(target, at, _) => (*at, Some(*target)),
            Step::Void(..) | Step::Migrate(..) | Step::Act(_) => (At::MAX, None),
        };
        let last_seq = if let Step::Act(steps) = step { seq + steps.len() as u64 - 1 } else { seq };
        let later = self.facts.iter().filter(|fact| fact.at > at && Some(fact.seq) != target).count();
        match (expected, found) {
            (Some(Ok(case)), Ok(stage)) => {
                assert_eq!(*self.history.case(), case, "{step:?}");
                assert_eq!(stage, case.stage());
                let entry = self.history.entries().last().expect("a new entry");
                assert!(entry.inserted as usize >= later, "{step:?}: {entry:?}");
                let at_closing = before.case().outcome().is_some();
                self.count(match step {
                    Step::Record(..) if at_closing => "inserted into a closed case",
                    Step::Record(..) if later > 0 => "inserted",
                    Step::Record(..) => "recorded in order",
                    Step::Void(_, target) if self.was_inserted(*target) => "voided a late entry",
                    Step::Void(..) => "voided",
                    Step::Migrate(..) => "migrated",
                    Step::Replace(..) if at_closing => "replaced in a closed case",
                    Step::Replace(..) => "replaced",
                    Step::Act(steps) if steps.iter().any(|step| matches!(step, Step::Replace(..))) => {
                        "moved in one act"
                    }
                    Step::Act(_) => "recorded in one act",
                });
                self.facts = facts.unwrap_or_default();
                self.edition = edition;
                self.taken.push((seq, step.clone()));
                hangs_together(&case);
            }
            (Some(Err((broken, refusal))), Err(found)) => {
                assert_eq!(self.history, before, "a refused step changes nothing");
                if matches!(step, Step::Migrate(..)) {
                    assert!(found.names(Rule::MigrationValid), "{step:?}: {found}");
                    self.count("refused migration");
                } else if matches!(step, Step::Void(..)) {
                    assert!(found.names(Rule::VoidRest), "{step:?}: {found}");
                } else if (seq..=last_seq).contains(&broken) {
                    assert_eq!(found, refusal, "the refusal is the one at that time");
                    self.count("refused for itself");
                } else {
                    assert_eq!(found.unmet.len(), 1);
                    assert!(found.names(Rule::LaterStands), "{step:?}: {found}");
                    assert!(found.to_string().contains(&format!("number {broken} (")), "{found}");
                    self.count("refused for a later event");
                }
            }
            (None, Err(_)) => assert_eq!(self.history, before, "a refused step changes nothing"),
            (expected, found) => panic!("{step:?}: the list says {expected:?}, and the history {found:?}"),
        }
    }

    fn was_inserted(&self, seq: u64) -> bool {
        self.history.entries().iter().any(|entry| entry.seq == seq && entry.inserted > 0)
    }

    /// Checks what a reader can ask of the whole history.
    fn check(&self) {
        let mut in_order = self.history.start();
        for entry in self.history.in_effect() {
            in_order.offer(&entry.event, entry.at).expect("the same events in order are accepted");
        }
        assert_eq!(in_order, *self.history.case(), "the case is equal to one recorded in order");
        let mut again = History::new();
        for (seq, step) in &self.taken {
            take(&mut again, *seq, step).expect("what was taken once is taken again");
            let last = if let Step::Act(steps) = step { seq + steps.len() as u64 - 1 } else { *seq };
            assert_eq!(self.history.known_at(last), again, "known at {last}");
        }
        let mut instants: Vec<_> = self.facts.iter().map(|fact| fact.at).collect();
        instants.extend(instants.clone().into_iter().filter_map(|at| At::from_millis(at.millis() - 1)));
        for at in instants {
            let until: Vec<_> = self.facts.iter().filter(|fact| fact.at <= at).cloned().collect();
            assert_eq!(Ok(self.history.state_at(at)), fold(&until, self.edition), "state at {at}");
        }
    }
}

/// Lets a case happen, and records it as a clerk does: some events late, some wrong, some corrected.
fn play(moves: &[Move]) -> Recorder {
    let (mut case, mut now, mut recorder) = (Case::default(), start(), Recorder::default());
    let mut waiting: Vec<(At, Event)> = Vec::new();
    for step in moves {
        let mut dice = Dice(step.seed);
        now = next_instant(&case, now, step.minutes, &mut dice);
        let Some(event) = next_event(&case, &survey(&case, now), now, &mut dice) else { continue };
        if case.offer(&event, now).is_err() {
            continue;
        }
        let is_late = dice.once_in(4);
        if is_late && event.kind() != EventKind::CaseOpened {
            waiting.push((now, event));
        } else {
            recorder.step(Step::Record(now, event));
        }
        let seqs: Vec<_> = recorder.history.entries().iter().map(|entry| entry.seq).collect();
        let recent = &seqs[seqs.len().saturating_sub(8)..];
        if dice.once_in(3) && !waiting.is_empty() {
            let (at, event) = waiting.remove(dice.throw(waiting.len()) % waiting.len());
            recorder.step(Step::Record(at, event));
        }
        if dice.once_in(8) {
            recorder.step(Step::Record(after(now, -step.minutes), step.event.clone()));
        }
        if dice.once_in(20) {
            let edition = Edition::new(1 + u16::try_from(dice.throw(3)).expect("small")).expect("an edition");
            recorder.step(Step::Migrate(after(now, -step.minutes), edition));
        }
        if dice.once_in(10)
            && let Some(target) = dice.pick(recent)
        {
            recorder.step(Step::Void(after(now, -step.minutes), target));
        }
        if dice.once_in(6) {
            // What happened last is moved by the same time, or one of its events is voided.
            let last: Vec<_> =
                recorder.history.in_effect().into_iter().rev().take(2 + dice.throw(4)).cloned().collect();
            let wrong = dice.once_in(4);
            let moved = last.into_iter().enumerate().map(|(index, entry)| match (wrong, index) {
                (true, 1) => Step::Void(now, entry.seq),
                _ => Step::Replace(entry.seq, after(entry.at, -step.minutes % 30), entry.event),
            });
            recorder.step(Step::Act(moved.collect()));
        }
        if dice.once_in(6)
            && let Some(target) = dice.pick(recent)
            && let Some(old) = recorder.history.entries().iter().find(|entry| entry.seq == target)
        {
            let at = if dice.once_in(2) { old.at } else { after(old.at, step.minutes % 90 - 45) };
            let event = if dice.once_in(4) { step.event.clone() } else { old.event.clone() };
            recorder.step(Step::Replace(target, at, event));
        }
    }
    if waiting.len() > 1 && moves.len().is_multiple_of(2) {
        // The letters are typed up in one go, the last one first.
        waiting.reverse();
        recorder.step(Step::Act(waiting.drain(..).map(|(at, event)| Step::Record(at, event)).collect()));
    }
    waiting.drain(..).for_each(|(at, event)| recorder.step(Step::Record(at, event)));
    recorder.check();
    recorder
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn any_order_equals_the_order_of_events(moves in vec(any_move(), 1..100)) {
        play(&moves);
    }
}

/// Plays from fixed seeds, so that the property above covers every kind of step. Prints how often each happened.
#[test]
fn any_order_covers_every_kind_of_step() {
    let mut runner = TestRunner::deterministic();
    let moves = vec(any_move(), 120..121);
    let mut counts = BTreeMap::new();
    for _ in 0..60 {
        let walk = moves.new_tree(&mut runner).expect("moves can be made").current();
        for (what, count) in play(&walk).counts {
            *counts.entry(what).or_insert(0) += count;
        }
    }
    println!("steps in any order: {counts:?}");
    for what in [
        "recorded in order",
        "inserted",
        "inserted into a closed case",
        "voided",
        "voided a late entry",
        "replaced",
        "replaced in a closed case",
        "migrated",
        "recorded in one act",
        "moved in one act",
        "refused for itself",
        "refused for a later event",
    ] {
        assert!(counts.contains_key(what), "{what} never happened: {counts:?}");
    }
}
