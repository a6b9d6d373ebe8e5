//! An exhaustive model check: a breadth-first search over the real code, with small teams and a finite list of actions.
//!
//! The passage of time is also an action. States that differ only in data that no guard reads are one state (see
//! [`normalize`]). Every move checks that this loses nothing: the survey before and after normalizing must be equal.
//!
//! Two searches share the work, because one search over all combinations would be too large. *Hours* keeps the teams
//! fixed after the application is accepted, and varies times, slots, make-ups, and formats. *People* varies the teams
//! through all stages, and uses only two times of day.

mod actions;
mod normalize;

use crate::case::Case;
use crate::chart::{TRANSITIONS, transition};
use crate::event::{Event, EventKind};
use crate::people::Party;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::stage::{Decision, Outcome, Stage};
use crate::survey::{Answer, Prospect, survey};
use crate::time::At;
use actions::{Actions, Situation};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::vec::Vec;

/// A case, and the time of day as an index into the times of [`Actions`]. States are shifted to one day, so the day is
/// always the same.
#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    case: Case,
    hour: usize,
}

#[derive(Default)]
struct Exploration {
    states: Vec<Arc<State>>,
    known: HashMap<Arc<State>, u32>,
    /// For each state, its survey in short.
    surveys: Vec<Vec<u8>>,
    /// The events to offer in each situation. Many states have the same one.
    events: HashMap<Situation, Arc<[Event]>>,
    /// For each state, the states that lead to it.
    reached_from: Vec<Vec<u32>>,
    offers: u64,
    accepted: u64,
    refused: u64,
    targets: BTreeSet<(Stage, EventKind, Stage)>,
    refusing: BTreeSet<Rule>,
}

impl Exploration {
    fn run(actions: &Actions) -> Self {
        let mut exploration = Self::default();
        exploration.add(&Case::default(), actions.instant(0), actions, None);
        let mut next = 0;
        while next < exploration.states.len() {
            exploration.visit(next, actions);
            next += 1;
        }
        exploration
    }

    /// Adds the state for a case. The survey of both must be equal: if they differ, normalizing lost something.
    fn add(&mut self, raw: &Case, raw_now: At, actions: &Actions, from: Option<usize>) {
        let state = actions.state(raw, raw_now);
        let fresh = u32::try_from(self.states.len()).unwrap();
        let index = self.known.get(&state).copied().unwrap_or(fresh);
        if index == fresh {
            self.surveys.push(in_short(&survey(&state.case, actions.instant(state.hour))));
            let state = Arc::new(state);
            self.known.insert(state.clone(), index);
            self.states.push(state);
            self.reached_from.push(Vec::new());
        }
        let index = index as usize;
        assert_eq!(in_short(&survey(raw, raw_now)), self.surveys[index], "{raw:?}\n{:?}", self.states[index].case);
        self.reached_from[index].extend(from.map(|from| u32::try_from(from).unwrap()));
    }

    fn visit(&mut self, index: usize, actions: &Actions) {
        let state = self.states[index].clone();
        let (case, now) = (&state.case, actions.instant(state.hour));
        let answers = survey(case, now);
        let lacked: Vec<Rule> = case.lacks(now).into_iter().map(|unmet| unmet.rule).collect();
        let situation = Situation::new(case, now);
        let events = self.events.entry(situation).or_insert_with_key(|situation| actions.events(situation).into());
        for event in events.clone().iter() {
            self.offers += 1;
            let answer = &answers[event.kind() as usize];
            assert_eq!(answer.event, event.kind());
            match case.check(event, now) {
                Ok(()) => {
                    self.accepted += 1;
                    assert!(!matches!(answer.answer, Answer::Blocked { .. }), "{answer:?} but {event:?} was accepted");
                    let raw = case.clone().advance(event, now);
                    let mut offered = case.clone();
                    assert_eq!(offered.offer(event, now).as_ref(), Ok(&raw.stage()));
                    assert_eq!(offered, raw, "offering and applying differ");
                    check_move(case, event, now, &raw);
                    self.targets.insert((case.stage(), event.kind(), raw.stage()));
                    self.add(&raw, now, actions, Some(index));
                }
                Err(refusal) => {
                    self.refused += 1;
                    self.refusing.extend(refusal.unmet.iter().map(|unmet| unmet.rule));
                    check_refusal(case, &lacked, answer, &refusal);
                }
            }
        }
        // Let time pass.
        if case.stage() != Stage::Closed {
            self.add(case, actions.later(state.hour), actions, Some(index));
        }
    }

    /// Returns, for each state, whether a state that satisfies a condition can be reached from it.
    fn can_reach(&self, goal: impl Fn(&Case) -> bool) -> Vec<bool> {
        let mut can: Vec<bool> = self.states.iter().map(|state| goal(&state.case)).collect();
        let mut queue: Vec<usize> = (0..can.len()).filter(|index| can[*index]).collect();
        while let Some(index) = queue.pop() {
            for from in &self.reached_from[index] {
                if !can[*from as usize] {
                    can[*from as usize] = true;
                    queue.push(*from as usize);
                }
            }
        }
        can
    }
}

/// Checks what must hold for every move. It reads the state before the move, not the guards.
fn check_move(before: &Case, event: &Event, at: At, after: &Case) {
    match (before, after) {
        (Case::Facilitation(_) | Case::Agreement(_), Case::Facilitation(_))
        | (Case::Agreement(_), Case::Agreement(_)) => {}
        (Case::Caucus(caucus), Case::Agreement(agreement)) => {
            let Event::PartyDecided(decided) = event else { panic!("{event:?} led to Agreement") };
            assert_eq!(decided.decision, Decision::Adopt);
            let other = caucus.party(decided.party.other()).decided.expect("the other party decided");
            assert_eq!(other.decision, Decision::Adopt);
            assert!(caucus.open_concerns(decided.party).next().is_none());
            for party in Party::ALL {
                assert_eq!(agreement.adopted().decided(*party).decision, Decision::Adopt);
            }
        }
        (_, Case::Agreement(_) | Case::Facilitation(_)) => panic!("{event:?} skipped the mutual decision"),
        (Case::Training(training), Case::Caucus(_)) => {
            assert!(matches!(event, Event::SessionClosed(_)), "{event:?}");
            assert_eq!(training.activities_left().count(), 0);
            check_filled(before, at);
        }
        (Case::Caucus(_), Case::Caucus(_)) => {}
        (_, Case::Caucus(_)) => panic!("{event:?} skipped the training"),
        (Case::Closed(ended), Case::Closed(closed)) => {
            assert!(matches!(event, Event::OutcomeNoted(_)), "{event:?}");
            let outcomes = [ended.outcome(), closed.outcome()];
            assert_eq!(
                outcomes,
                [Outcome::Completed; 2],
                "only a completed case has a follow-up, and it stays completed"
            );
            assert_eq!(ended.at(), closed.at());
        }
        (_, Case::Closed(closed)) => match closed.outcome() {
            Outcome::Completed => {
                assert_eq!(before.stage(), Stage::Facilitation);
                check_filled(before, at);
                let sessions = after.sessions().expect("a completed case keeps its sessions");
                let left = sessions.parts().iter().map(crate::Part::remaining).max();
                assert!(left <= Some(actions::GRACE), "{left:?} minutes remain");
            }
            Outcome::NotAdopted => assert_eq!(before.stage(), Stage::Caucus),
            Outcome::NotAccepted => assert_eq!(before.stage(), Stage::Application),
            Outcome::Referred => assert_eq!(before.stage(), Stage::Introduction),
            Outcome::Withdrawn => assert!(matches!(event, Event::CaseWithdrawn(_))),
        },
        _ => {}
    }
}

/// Checks that ending the open session now leaves no part short by more than the grace.
fn check_filled(before: &Case, at: At) {
    let sessions = before.sessions().expect("a stage with sessions");
    let open = sessions.open().expect("a session was open");
    for (number, part) in sessions.numbered() {
        let elapsed = if number == open.part { (at.millis() - open.opened.millis()) / 60_000 } else { 0 };
        let counted = i64::from(part.counted) + elapsed.min(i64::from(open.slot.minutes()));
        assert!(i64::from(part.minutes) - counted <= i64::from(actions::GRACE), "part {number} is not filled");
    }
}

/// Checks that a refusal names only rules of the chart's row, and agrees with the survey. `lacked` is what the stage lacks.
fn check_refusal(case: &Case, lacked: &[Rule], prospect: &Prospect, refusal: &Refusal) {
    let mut named = refusal.unmet.iter().map(|unmet| unmet.rule);
    match &prospect.answer {
        Answer::Ready => panic!("{} is ready in the survey but was refused: {refusal}", refusal.event),
        Answer::Depends { rules } => {
            assert!(named.clone().all(|rule| rules.contains(&rule)), "{rules:?} but {refusal}");
        }
        Answer::Blocked { unmet } => {
            assert!(unmet.iter().all(|unmet| refusal.names(unmet.rule)), "{unmet:?} but {refusal}");
        }
    }
    let allowed: [&[Rule]; 3] = match transition(case.stage(), refusal.event) {
        Some(row) => [Rule::COMMON, row.state_rules, row.event_rules],
        None if case.stage() == Stage::Closed => [&[Rule::ClosedForGood], &[], &[]],
        None => [&[Rule::Stage], lacked, &[]],
    };
    assert!(named.all(|rule| allowed.iter().any(|rules| rules.contains(&rule))), "{allowed:?} but {refusal}");
}

/// Returns the answers of a survey and the rules that they name, without what was found.
fn in_short(answers: &[Prospect]) -> Vec<u8> {
    // Every rule has a smaller number.
    const { assert!(Rule::ALL.len() < 253) };
    let mut short = Vec::with_capacity(4 * answers.len());
    for prospect in answers {
        match &prospect.answer {
            Answer::Ready => short.push(255),
            Answer::Depends { rules } => {
                short.push(254);
                short.extend(rules.iter().map(|rule| *rule as u8));
            }
            Answer::Blocked { unmet } => {
                short.push(253);
                short.extend(unmet.iter().map(|unmet| unmet.rule as u8));
            }
        }
    }
    short
}

fn report(name: &str, actions: &Actions, exploration: &Exploration) {
    std::println!("model check `{name}`: {}", actions.describe());
    let mut by_stage = BTreeMap::new();
    for state in &exploration.states {
        *by_stage.entry(state.case.stage()).or_insert(0) += 1;
    }
    let stages: Vec<_> = by_stage.iter().map(|(stage, count)| std::format!("{stage} {count}")).collect();
    let Exploration { states, offers, accepted, refused, targets, refusing, .. } = exploration;
    std::println!("  {} states ({})", states.len(), stages.join(", "));
    std::println!(
        "  {offers} events offered: {accepted} accepted, {refused} refused by {} different rules",
        refusing.len()
    );
    std::println!("  {} different moves between stages", targets.len());
}

/// Prints the counts of an exploration, and checks that every state can lead to an end and to completion.
fn check_exploration(name: &str, actions: &Actions, exploration: &Exploration) {
    report(name, actions, exploration);
    let closed = exploration.states.iter().filter(|state| state.case.stage() == Stage::Closed);
    assert_eq!(closed.count(), Outcome::ALL.len(), "there is one closed state for each outcome");
    let ends_well = exploration.can_reach(|case| case.outcome().is_some_and(|outcome| outcome != Outcome::Withdrawn));
    let completes = exploration.can_reach(|case| case.outcome() == Some(Outcome::Completed));
    for (index, state) in exploration.states.iter().enumerate().filter(|(_, state)| state.case.stage() != Stage::Closed)
    {
        assert!(ends_well[index], "only a withdrawal closes {:?}", state.case);
        // This holds even where a party declined, because it can reopen its decision.
        assert!(completes[index], "{:?} can't be completed", state.case);
    }
}

#[test]
fn no_reachable_state_breaks_an_invariant() {
    // The explorations are independent. These two take about as long as all others.
    let long = [("people", Actions::people()), ("hours", Actions::hours())];
    let short = [
        ("table", Actions::table()),
        ("two days", Actions::two_days()),
        ("refresher", Actions::refresher()),
        ("virtual half-days", Actions::virtual_half_days()),
        ("third activity", Actions::third_activity()),
    ];
    let (mut targets, mut refusing) = (BTreeSet::new(), BTreeSet::new());
    let mut add = |(name, actions, found): (&str, Actions, Exploration)| {
        check_exploration(name, &actions, &found);
        let refuses = found.refusing.contains(&Rule::TrainingActivity);
        assert_eq!(refuses, actions.requires_another_activity(), "{name}");
        targets.extend(found.targets);
        refusing.extend(found.refusing);
    };
    let run = |(name, actions): (&'static str, Actions)| {
        let found = Exploration::run(&actions);
        (name, actions, found)
    };
    std::thread::scope(|scope| {
        let long = scope.spawn(move || long.map(run));
        short.into_iter().map(run).for_each(&mut add);
        long.join().expect("no exploration panics").into_iter().for_each(&mut add);
    });
    for row in TRANSITIONS {
        for to in row.to {
            assert!(targets.contains(&(row.from, row.event, *to)), "{} {} never leads to {to}", row.from, row.event);
        }
    }
    let never: Vec<_> = Rule::ALL.iter().filter(|rule| !refusing.contains(rule)).map(|rule| rule.id()).collect();
    std::println!("together: {} of {} rules refused an event", refusing.len(), Rule::ALL.len());
    std::println!("  not covered by the actions: {}", never.join(", "));
}
