//! Guarded transitions: the same chart with the same guards, by hand, with three state-machine libraries, and by ibbi-core.

mod facts;
mod hand;
mod hours;
mod ibbi;
mod rust_fsm;
mod statig;
mod xstate;

use super::{Comparison, Contender, Failed, Options, Table, timed};
use hand::Hand;
use ibbi::{Events, typed};
use ibbi_bench::{RefusedOffer, refused_offers, whole_case};
use ibbi_core::{At, Case, Event, Outcome, Stage};
use rust_fsm::RustFsm;
use statig::Statig;
use std::hint::black_box;
use std::time::Duration;
use xstate::XState;

/// Whole cases in one turn, in portions so small that their events stay in the cache.
const CASES: usize = 1_000;
const PORTION: usize = 20;
/// Rounds over all refused offers in one turn.
const ASKED: usize = 200;

/// A case that some library runs.
trait Machine {
    /// A case before its first event.
    fn new() -> Self;
    /// Offers an event: whether it is accepted.
    fn offer(&mut self, event: &Event, at: At) -> bool;
    /// The stage it is in.
    fn stage(&self) -> Stage;
}

/// An event with its instant, for libraries that take one thing.
struct Offer<'a> {
    event: &'a Event,
    at: At,
}

/// Measures events that are accepted, and events that are refused.
pub(super) fn tables(options: &Options) -> Result<Vec<Table>, Failed> {
    let work = Work::new();
    let expected = work.answers::<Case>();
    for (name, answers) in [
        ("a match by hand", work.answers::<Hand>()),
        ("statig", work.answers::<Statig>()),
        ("rust-fsm", work.answers::<RustFsm>()),
    ] {
        expected.same(name, &answers)?;
    }
    let closed = typed(Events::new(work.events.clone()))?;
    if closed.outcome() != Outcome::Completed {
        return Err("the typed states end differently from the runtime case".into());
    }
    let mut xstate = XState::start(&work)?;
    if let Ok(xstate) = &mut xstate {
        expected.same("XState", &xstate.answers()?)?;
    }
    let agreed = format!(
        "All contenders gave the same {} verdicts, at every point of the case on each of its events and of the refused \
         offers, and were in the same stage at each of the {} points.",
        expected.verdicts.len(),
        expected.stages.len()
    );
    let missing = xstate.as_ref().err().copied();
    let tables = [accepted(options, &work, xstate.as_mut().ok())?, refused(options, &work, xstate.as_mut().ok())?];
    Ok(tables.map(|table| table.noting(agreed.clone()).lacking(missing)).into())
}

/// The events that all run.
struct Work {
    events: Vec<(At, Event)>,
    refused: Vec<RefusedOffer>,
}

/// What a contender answers: the stage after each event, and at every point of the case whether each of the case's events
/// and of the refused offers would be accepted there.
struct Answers {
    stages: Vec<Stage>,
    verdicts: Vec<bool>,
}

impl Answers {
    fn same(&self, name: &str, theirs: &Self) -> Result<(), Failed> {
        let differ = self.verdicts.iter().zip(&theirs.verdicts).filter(|(ours, theirs)| ours != theirs).count();
        if self.stages == theirs.stages && self.verdicts.len() == theirs.verdicts.len() && differ == 0 {
            Ok(())
        } else {
            Err(format!("{name} gives other answers than ibbi-core: {differ} verdicts, {:?}", theirs.stages).into())
        }
    }
}

impl Work {
    fn new() -> Self {
        Self { events: whole_case(), refused: refused_offers() }
    }

    /// A case after its first events.
    fn after<M: Machine>(&self, events: usize) -> M {
        let mut machine = M::new();
        self.events.iter().take(events).for_each(|(at, event)| assert!(machine.offer(event, *at), "it is legal"));
        machine
    }

    /// Everything that is asked at every point of the case.
    fn menu(&self) -> impl Iterator<Item = (At, &Event)> {
        let own = self.events.iter().map(|(at, event)| (*at, event));
        own.chain(self.refused.iter().map(|offer| (offer.at, &offer.event)))
    }

    fn answers<M: Machine>(&self) -> Answers {
        let stages = (0..=self.events.len()).map(|events| self.after::<M>(events).stage()).collect();
        let asked = |events: usize| self.menu().map(move |(at, event)| self.after::<M>(events).offer(event, at));
        Answers { stages, verdicts: (0..=self.events.len()).flat_map(asked).collect() }
    }
}

fn accepted(options: &Options, work: &Work, xstate: Option<&mut XState>) -> Result<Table, Failed> {
    let mut contenders = vec![
        Contender { name: "a match by hand", turn: Box::new(|_| Ok(whole_cases::<Hand>(work))) },
        Contender { name: "statig", turn: Box::new(|_| Ok(whole_cases::<Statig>(work))) },
        Contender { name: "rust-fsm", turn: Box::new(|_| Ok(whole_cases::<RustFsm>(work))) },
        Contender { name: "ibbi-core, typed states", turn: Box::new(|_| Ok(typed_cases(work))) },
        Contender { name: "ibbi-core, runtime case", turn: Box::new(|_| Ok(whole_cases::<Case>(work))) },
    ];
    let mut leaves_out = vec![HAND, STATIG, RUST_FSM, TYPED, RUNTIME];
    if let Some(xstate) = xstate {
        contenders.push(Contender { name: xstate::NAME, turn: Box::new(|_| xstate.accepted(CASES)) });
        leaves_out.push(XSTATE);
    }
    let title = format!("A whole case of {} events, all accepted; two teams of six", work.events.len());
    let units = (CASES * work.events.len()) as u64;
    let table = Comparison { title, unit: "events", units, contenders }.measure(options.rounds)?;
    Ok(table.remarked("leaves out", &leaves_out))
}

fn refused(options: &Options, work: &Work, xstate: Option<&mut XState>) -> Result<Table, Failed> {
    let mut contenders = vec![
        Contender { name: "a match by hand", turn: refusals::<Hand>(work) },
        Contender { name: "statig", turn: refusals::<Statig>(work) },
        Contender { name: "rust-fsm", turn: refusals::<RustFsm>(work) },
        Contender { name: "ibbi-core, runtime case", turn: refusals::<Case>(work) },
    ];
    let mut leaves_out = vec![HAND, STATIG, RUST_FSM, RUNTIME];
    if let Some(xstate) = xstate {
        contenders.push(Contender { name: xstate::NAME, turn: Box::new(|_| xstate.refused(ASKED)) });
        leaves_out.push(XSTATE);
    }
    let title = format!("{} different offers, each refused where it is made", work.refused.len());
    let units = (ASKED * work.refused.len()) as u64;
    let table = Comparison { title, unit: "offers", units, contenders }.measure(options.rounds)?;
    Ok(table.remarked("leaves out", &leaves_out))
}

const HAND: &str = "reasons, all unmet rules, survey, typed states, the record of who and when";
const STATIG: &str = "the same; hand-written code reports whether an event was accepted";
const RUST_FSM: &str = "the same; guards and facts stand outside its table";
const XSTATE: &str = "reasons, all unmet rules, typed states, the record of who and when";
const TYPED: &str = "nothing; what is out of place does not compile";
const RUNTIME: &str = "nothing";

/// The time of whole cases, dropped at their end.
fn whole_cases<M: Machine>(work: &Work) -> Duration {
    let (time, ()) = timed(|| {
        for _ in 0..CASES {
            let mut machine = M::new();
            for (at, event) in black_box(&work.events) {
                black_box(machine.offer(event, *at));
            }
            black_box(machine.stage());
        }
    });
    time
}

/// The same by value; the copies are made outside the measured time.
fn typed_cases(work: &Work) -> Duration {
    let portion = |_| {
        let copies: Vec<_> = (0..PORTION).map(|_| Events::new(work.events.clone())).collect();
        timed(|| copies.into_iter().for_each(|events| drop(black_box(typed(events))))).0
    };
    (0..CASES / PORTION).map(portion).sum()
}

/// The time of refused offers, each to a case at its own point; a refusal leaves it there.
fn refusals<'a, M: Machine + 'a>(work: &'a Work) -> Box<dyn FnMut(usize) -> Result<Duration, Failed> + 'a> {
    let mut cases: Vec<M> = work.refused.iter().map(|offer| work.after(offer.after)).collect();
    Box::new(move |_| {
        let (time, accepted) = timed(|| {
            let mut accepted = 0;
            for _ in 0..ASKED {
                for (machine, offer) in cases.iter_mut().zip(&work.refused) {
                    accepted += usize::from(machine.offer(black_box(&offer.event), offer.at));
                }
            }
            accepted
        });
        if accepted == 0 { Ok(time) } else { Err(format!("{accepted} refused offers were accepted").into()) }
    })
}
