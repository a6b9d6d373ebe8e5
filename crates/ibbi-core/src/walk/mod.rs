//! The exhaustive walk: breadth-first over the real code, on small teams, with offers from a stated finite menu.
//!
//! The passing of time is a move of the walk. States that differ only in what no guard reads are one state (see
//! [`normal`]); that this loses nothing is checked at every move, by comparing the survey before and after.
//!
//! Two walks divide the work, since their product would be needlessly large: *hours* keeps the teams as they are once
//! the application is accepted and varies time, slots, make-ups and formats; *people* varies the teams through all
//! stages and keeps to two times of day.

mod menu;
mod normal;

use crate::case::Case;
use crate::chart::{TRANSITIONS, transition};
use crate::event::{Event, EventKind};
use crate::people::Party;
use crate::refusal::Refusal;
use crate::rule::Rule;
use crate::stage::{ActivityKind, Decision, Outcome, Stage};
use crate::survey::{Answer, Prospect, survey};
use crate::time::At;
use menu::Menu;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::vec::Vec;

/// A state of the walk: a case, and the time of day as an index into the menu's times. The day is always the same one,
/// since states are moved to it.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Node {
    case: Case,
    hour: usize,
}

#[derive(Default)]
struct Walk {
    nodes: Vec<Node>,
    known: HashMap<Node, u32>,
    /// For each node, those from which it is reached.
    reached_from: Vec<Vec<u32>>,
    offers: u64,
    accepted: u64,
    refused: u64,
    targets: BTreeSet<(Stage, EventKind, Stage)>,
    refusing: BTreeSet<Rule>,
}

impl Walk {
    fn run(menu: &Menu) -> Self {
        let mut walk = Self::default();
        walk.add(Node { case: Case::default(), hour: 0 }, None);
        let mut next = 0;
        while next < walk.nodes.len() {
            walk.visit(next, menu);
            next += 1;
        }
        walk
    }

    fn add(&mut self, node: Node, from: Option<usize>) {
        let fresh = u32::try_from(self.nodes.len()).unwrap();
        let index = *self.known.entry(node.clone()).or_insert(fresh);
        if index == fresh {
            self.nodes.push(node);
            self.reached_from.push(Vec::new());
        }
        if let Some(from) = from {
            self.reached_from[index as usize].push(u32::try_from(from).unwrap());
        }
    }

    fn visit(&mut self, index: usize, menu: &Menu) {
        let Node { case, hour } = self.nodes[index].clone();
        let now = menu.instant(hour);
        let answers = survey(&case, now);
        for event in menu.offers(&case, now) {
            self.offers += 1;
            let answer = &answers[EventKind::ALL.iter().position(|kind| *kind == event.kind()).unwrap()];
            match case.check(&event, now) {
                Ok(()) => {
                    self.accepted += 1;
                    assert!(!matches!(answer.answer, Answer::Blocked { .. }), "{answer:?} but {event:?} was accepted");
                    let raw = case.clone().advance(&event, now);
                    let mut offered = case.clone();
                    assert_eq!(offered.offer(&event, now).as_ref(), Ok(&raw.stage()));
                    assert_eq!(offered, raw, "offering and applying differ");
                    check_move(&case, &event, now, &raw);
                    self.targets.insert((case.stage(), event.kind(), raw.stage()));
                    self.add(menu.node(&raw, now), Some(index));
                }
                Err(refusal) => {
                    self.refused += 1;
                    self.refusing.extend(refusal.unmet.iter().map(|unmet| unmet.rule));
                    check_refusal(&case, answer, &refusal, now);
                }
            }
        }
        // Time passes.
        let later = menu.later(hour);
        if case.stage() != Stage::Closed {
            self.add(menu.node(&case, later), Some(index));
        }
    }

    /// Marks every node from which one that satisfies a condition can be reached.
    fn can_reach(&self, goal: impl Fn(&Case) -> bool) -> Vec<bool> {
        let mut can: Vec<bool> = self.nodes.iter().map(|node| goal(&node.case)).collect();
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

/// What must hold of every move, read from the state before it rather than from the guards.
fn check_move(before: &Case, event: &Event, at: At, after: &Case) {
    match (before, after) {
        (Case::Facilitation(_) | Case::Agreement(_), Case::Facilitation(_))
        | (Case::Agreement(_), Case::Agreement(_)) => {}
        (Case::Caucus(caucus), Case::Agreement(agreement)) => {
            let Event::PartyDecided(decided) = event else { panic!("{event:?} led to Agreement") };
            assert_eq!(decided.decision, Decision::Adopt);
            let other = caucus.party(decided.party.other()).decided.expect("the other had decided");
            assert_eq!(other.decision, Decision::Adopt);
            assert!(caucus.open_concerns(decided.party).next().is_none());
            for party in Party::ALL {
                assert_eq!(agreement.adopted().by(*party).decision, Decision::Adopt);
            }
        }
        (_, Case::Agreement(_) | Case::Facilitation(_)) => panic!("{event:?} skipped the mutual decision"),
        (Case::Training(training), Case::Caucus(_)) => {
            assert!(matches!(event, Event::SessionClosed(_)), "{event:?}");
            assert!(training.exercises() > 0 && training.simulations() > 0);
            check_filled(before, at);
        }
        (Case::Caucus(_), Case::Caucus(_)) => {}
        (_, Case::Caucus(_)) => panic!("{event:?} skipped the training"),
        (_, Case::Closed(closed)) => match closed.outcome() {
            Outcome::Completed => {
                assert_eq!(before.stage(), Stage::Facilitation);
                check_filled(before, at);
                let sessions = after.sessions().expect("the hours stay on record");
                let left = sessions.parts().iter().map(crate::Part::remaining).max();
                assert!(left <= Some(menu::GRACE), "{left:?} minutes remain");
            }
            Outcome::NotAdopted => assert_eq!(before.stage(), Stage::Caucus),
            Outcome::NotAccepted => assert_eq!(before.stage(), Stage::Application),
            Outcome::Referred => assert_eq!(before.stage(), Stage::Introduction),
            Outcome::Withdrawn => assert!(matches!(event, Event::CaseWithdrawn(_))),
        },
        _ => {}
    }
}

/// The open session, ended now, leaves no part with more than the grace.
fn check_filled(before: &Case, at: At) {
    let sessions = before.sessions().expect("a stage with sessions");
    let open = sessions.open().expect("a session was open");
    for (number, part) in sessions.numbered() {
        let elapsed = if number == open.part { (at.millis() - open.opened.millis()) / 60_000 } else { 0 };
        let counted = i64::from(part.counted) + elapsed.min(i64::from(open.slot.minutes()));
        assert!(i64::from(part.minutes) - counted <= i64::from(menu::GRACE), "part {number} is not filled");
    }
}

/// A refusal stays within what the chart's row says, and agrees with the survey.
fn check_refusal(case: &Case, prospect: &Prospect, refusal: &Refusal, now: At) {
    let named: Vec<Rule> = refusal.unmet.iter().map(|unmet| unmet.rule).collect();
    match &prospect.answer {
        Answer::Ready => panic!("{} was called ready and refused: {refusal}", refusal.event),
        Answer::Depends { rules } => assert!(named.iter().all(|rule| rules.contains(rule)), "{rules:?} but {refusal}"),
        Answer::Blocked { unmet } => {
            assert!(unmet.iter().all(|unmet| named.contains(&unmet.rule)), "{unmet:?} but {refusal}");
        }
    }
    let lacked = || case.lacks(now).into_iter().map(|unmet| unmet.rule).collect::<Vec<_>>();
    let allowed: Vec<Rule> = match transition(case.stage(), refusal.event) {
        Some(row) => [Rule::COMMON, row.state_rules, row.event_rules].concat(),
        None if case.stage() == Stage::Closed => [Rule::ClosedForGood].to_vec(),
        None => [&[Rule::Stage][..], &lacked()].concat(),
    };
    assert!(named.iter().all(|rule| allowed.contains(rule)), "{allowed:?} but {refusal}");
}

/// Surveys of a state and of its normal form must agree, or the normal form has lost something.
fn check_same_outlook(raw: &Case, raw_now: At, normal: &Case, now: At) {
    let outlook = |case: &Case, at| {
        let rules = |prospect: Prospect| match prospect.answer {
            Answer::Ready => (0, Vec::new()),
            Answer::Depends { rules } => (1, rules.to_vec()),
            Answer::Blocked { unmet } => (2, unmet.into_iter().map(|unmet| unmet.rule).collect()),
        };
        survey(case, at).into_iter().map(rules).collect::<Vec<_>>()
    };
    assert_eq!(outlook(raw, raw_now), outlook(normal, now), "{raw:?}\n{normal:?}");
}

fn report(name: &str, menu: &Menu, walk: &Walk) {
    std::println!("walk `{name}`: {}", menu.describe());
    let mut by_stage = BTreeMap::new();
    for node in &walk.nodes {
        *by_stage.entry(node.case.stage()).or_insert(0) += 1;
    }
    let stages: Vec<_> = by_stage.iter().map(|(stage, count)| std::format!("{stage} {count}")).collect();
    let Walk { nodes, offers, accepted, refused, targets, refusing, .. } = walk;
    std::println!("  {} states ({})", nodes.len(), stages.join(", "));
    std::println!("  {offers} offers: {accepted} accepted, {refused} refused by {} different rules", refusing.len());
    std::println!("  {} different moves between stages", targets.len());
}

fn prove(name: &str, menu: &Menu) -> Walk {
    let walk = Walk::run(menu);
    report(name, menu, &walk);
    let closed = walk.nodes.iter().filter(|node| node.case.stage() == Stage::Closed);
    assert_eq!(closed.count(), Outcome::ALL.len(), "every outcome is reached, and Closed absorbs");
    let ends_well = walk.can_reach(|case| case.outcome().is_some_and(|outcome| outcome != Outcome::Withdrawn));
    let completes = walk.can_reach(|case| case.outcome() == Some(Outcome::Completed));
    for (index, node) in walk.nodes.iter().enumerate().filter(|(_, node)| node.case.stage() != Stage::Closed) {
        assert!(ends_well[index], "no closing but withdrawal from {:?}", node.case);
        // Stronger than asked for: also where a party has declined, since it can reopen its decision.
        assert!(completes[index], "no completion from {:?}", node.case);
    }
    walk
}

#[test]
fn nothing_reachable_breaks_an_invariant() {
    let mut hours = prove("hours", &Menu::hours());
    let people = prove("people", &Menu::people());
    hours.targets.extend(people.targets);
    hours.refusing.extend(people.refusing);
    for row in TRANSITIONS {
        for to in row.to {
            assert!(
                hours.targets.contains(&(row.from, row.event, *to)),
                "{} {} never led to {to}",
                row.from,
                row.event
            );
        }
    }
    let exercise = [ActivityKind::Exercise, ActivityKind::BargainingSimulation].len();
    assert_eq!(exercise, ActivityKind::ALL.len(), "the menu runs every kind of activity");
    let never: Vec<_> = Rule::ALL.iter().filter(|rule| !hours.refusing.contains(rule)).map(|rule| rule.id()).collect();
    std::println!("together: {} of {} rules refused something", hours.refusing.len(), Rule::ALL.len());
    std::println!("  outside the menus: {}", never.join(", "));
}
