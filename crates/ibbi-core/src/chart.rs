//! The chart: the traits behind typed states, and the one list of (stage, event) pairs.
//!
//! [`On`] is implemented for a stage and an event if, and only if, the chart has the pair. Everything else that tells
//! the chart is read from the implementations: [`TRANSITIONS`], the runtime dispatch, the survey, the diagrams.

use crate::case::Case;
use crate::event::*;
use crate::found::Found;
use crate::refusal::{Check, Refusal, Refused};
use crate::rule::Rule;
use crate::stage::Stage;
use crate::stages::*;
use crate::time::At;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A typed state: one of the stages, holding what exists in it and what earlier stages settled.
pub trait StageState: crate::sealed::Sealed + Sized + Into<Case> + TryFrom<Case, Error = Case> {
    /// Which stage.
    const STAGE: Stage;

    /// What every opened case carries; `None` only before the first event.
    fn file(&self) -> Option<&crate::file::CaseFile>;

    #[doc(hidden)]
    fn touch(&mut self, at: At, token: Token);

    /// Notes what the stage still lacks before the process can go on.
    fn lacks(&self, at: At, check: &mut Check);
}

/// Where a transition leads: a stage, or an enum of stages where the outcome depends on the facts.
pub trait Next: crate::sealed::Sealed + Into<Case> {
    /// Every stage it can be.
    const TO: &'static [Stage];
}

/// A private key: only this crate can apply an event, so none is applied unguarded.
///
/// Another crate can neither make a token nor receive one, because every trait whose methods take one is sealed. This
/// is the whole of an attempt to get hold of one:
///
/// ```compile_fail,E0277
/// use ibbi_core::chart::{Next, On, Token};
/// use ibbi_core::stages::Closed;
/// use ibbi_core::{At, Check, EventKind, Payload, Rule};
///
/// struct Forged;
/// impl Payload for Forged {
///     const KIND: EventKind = EventKind::NoteAdded;
/// }
/// impl On<Forged> for Closed {
///     type Next = Closed;
///     const STATE_RULES: &'static [Rule] = &[];
///     const EVENT_RULES: &'static [Rule] = &[];
///     fn state_guard(&self, _: At, _: &mut Check) {}
///     fn event_guard(&self, _: &Forged, _: At, _: &mut Check) {}
///     fn apply(self, _: &Forged, _: At, token: Token) -> Closed {
///         // With `token`, the state of any case could be changed without a guard.
///         let _captured = token;
///         self
///     }
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Token(());

/// A stage's answer to an event. Implemented if and only if the chart has the pair.
///
/// The state guard looks at the state alone, the event guard at the event too; both only note what is unmet, so that a
/// refusal names every unmet rule.
///
/// ```
/// use ibbi_core::{events::*, stages::*, chart::On, *};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let at: At = "2026-09-01T13:00:00.000Z".parse()?;
/// let opened = CaseOpened {
///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
/// };
/// let inquiry: Inquiry = Unopened.offer(opened, at)?;
/// let agrees = LeaderAgreed { name: Name::new("R. Amari")?, office: None, seat: Seat::Superintendent };
/// let LeaderStep::Inquiry(inquiry) = inquiry.offer(agrees, at)? else { panic!("two seats are open") };
/// assert_eq!(inquiry.open_seats().count(), 2);
/// # Ok(()) }
/// ```
///
/// What the chart does not have does not compile. A closed case takes no event:
///
/// ```compile_fail,E0277
/// use ibbi_core::{chart::On, events::NoteAdded, stages::Closed, At};
/// fn after_the_end(closed: Closed, note: NoteAdded, at: At) {
///     let _ = On::<NoteAdded>::offer(closed, note, at);
/// }
/// ```
///
/// An open one takes a note in any stage:
///
/// ```
/// use ibbi_core::{chart::On, events::NoteAdded, stages::Open, At};
/// fn on_the_way<S: Open>(state: S, note: NoteAdded, at: At) {
///     let _ = On::<NoteAdded>::offer(state, note, at);
/// }
/// ```
///
/// A state that was consumed is gone, so nothing can happen to it twice:
///
/// ```compile_fail,E0382
/// use ibbi_core::{chart::On, events::FormatChosen, stages::Agreement, At, Format};
/// fn twice(agreement: Agreement, at: At) {
///     let _ = agreement.offer(FormatChosen { format: Format::FullDay }, at);
///     let _ = agreement.offer(FormatChosen { format: Format::TwoHalfDays }, at);
/// }
/// ```
///
/// A refusal hands it back, and then it can be offered another event:
///
/// ```
/// use ibbi_core::{chart::On, events::FormatChosen, stages::Facilitation, At, Format};
/// fn again(facilitation: Facilitation, at: At) {
///     if let Err(refused) = facilitation.offer(FormatChosen { format: Format::FullDay }, at) {
///         let _ = refused.state.offer(FormatChosen { format: Format::TwoHalfDays }, at);
///     }
/// }
/// ```
pub trait On<E: Payload>: StageState {
    /// Where it leads.
    type Next: Next;
    /// Rules that the state guard can find unmet.
    const STATE_RULES: &'static [Rule];
    /// Rules that the event guard can find unmet.
    const EVENT_RULES: &'static [Rule];

    /// Notes what the state alone forbids: true for every event of the kind.
    fn state_guard(&self, at: At, check: &mut Check);

    /// Notes what this event lacks.
    fn event_guard(&self, event: &E, at: At, check: &mut Check);

    #[doc(hidden)]
    fn apply(self, event: &E, at: At, token: Token) -> Self::Next;

    /// Notes every rule that the event does not meet, those common to all events first.
    fn examine(&self, event: &E, at: At, check: &mut Check) {
        common_guard(self, E::KIND, at, check);
        self.state_guard(at, check);
        self.event_guard(event, at, check);
    }

    /// Whether the event would be accepted.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    fn allows(&self, event: &E, at: At) -> Result<(), Refusal> {
        let mut check = Check::new();
        self.examine(event, at, &mut check);
        check.verdict(E::KIND, Self::STAGE, at)
    }

    /// Offers an event; the state is consumed and the next one returned.
    ///
    /// # Errors
    /// [`Refused`] hands the state back with the refusal.
    fn offer(self, event: E, at: At) -> Result<Self::Next, Box<Refused<Self>>> {
        match self.allows(&event, at) {
            Ok(()) => Ok(advance(self, &event, at)),
            Err(refusal) => Err(Box::new(Refused { state: self, refusal })),
        }
    }
}

/// Applies an event that the guards have let pass.
fn advance<S: On<E>, E: Payload>(mut state: S, event: &E, at: At) -> S::Next {
    state.touch(at, Token(()));
    state.apply(event, at, Token(()))
}

impl Rule {
    /// Rules that every event of an opened case must meet, whatever its kind.
    pub const COMMON: &'static [Self] = &[Self::TimeOrder, Self::Limits];
}

pub(crate) fn common_guard<S: StageState>(state: &S, kind: EventKind, at: At, check: &mut Check) {
    if let Some(file) = state.file() {
        let last = file.last_at();
        check.require(at >= last, Rule::TimeOrder, || Found::Earlier { last, offered: at });
        let limit = crate::file::CaseFile::MAX_EVENTS;
        let room = file.events() < limit || matches!(kind, EventKind::CaseWithdrawn);
        check.require(room, Rule::Limits, || Found::LimitReached { what: "events", limit });
    }
}

/// A row of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transition {
    /// The stage.
    pub from: Stage,
    /// The kind of event.
    pub event: EventKind,
    /// Every stage it can lead to.
    pub to: &'static [Stage],
    /// Rules that the state alone can leave unmet.
    pub state_rules: &'static [Rule],
    /// Rules that the event can leave unmet.
    pub event_rules: &'static [Rule],
}

const fn row<S: On<E>, E: Payload>() -> Transition {
    Transition {
        from: S::STAGE,
        event: E::KIND,
        to: <S::Next as Next>::TO,
        state_rules: S::STATE_RULES,
        event_rules: S::EVENT_RULES,
    }
}

/// The row of the chart for a stage and a kind of event, if it has one.
pub fn transition(from: Stage, event: EventKind) -> Option<&'static Transition> {
    TRANSITIONS.iter().find(|row| row.from == from && row.event == event)
}

/// The stages to which a kind of event belongs, by the chart. A void belongs to none: it goes to the history.
pub fn stages_of(event: EventKind) -> impl Iterator<Item = Stage> {
    let belongs = move |stage: &Stage| STAGES_OF[event as usize] & (1 << *stage as u16) != 0;
    Stage::ALL.iter().copied().filter(belongs)
}

/// The stages of each kind of event as bits, read off the chart when this is compiled: every refusal of an event that is
/// out of place asks for them.
static STAGES_OF: [u16; EventKind::ALL.len()] = {
    let mut stages = [0; EventKind::ALL.len()];
    let mut row = 0;
    while row < TRANSITIONS.len() {
        stages[TRANSITIONS[row].event as usize] |= 1 << TRANSITIONS[row].from as u16;
        row += 1;
    }
    stages
};

/// The chart as text, from which a ledger's chart digest is taken: one line a row, with stage, kind, targets and the
/// ids of the rules, but none of their prose.
pub fn digest_text() -> String {
    let codes = |rules: &[Rule]| rules.iter().map(|rule| rule.id()).collect::<Vec<_>>().join(",");
    let mut text = alloc::format!("ibbi chart 1\ncommon {}\n", codes(Rule::COMMON));
    for row in TRANSITIONS {
        let to = row.to.iter().map(|stage| stage.code()).collect::<Vec<_>>().join(",");
        let (state, event) = (codes(row.state_rules), codes(row.event_rules));
        text.push_str(&alloc::format!("{} {} {to} [{state}] [{event}]\n", row.from, row.event));
    }
    text.push_str(&alloc::format!("* {} [{}]\n", EventKind::EventVoided, codes(crate::history::VOID_RULES)));
    text
}

macro_rules! chart {
    ($( $stage:ident: $($event:ident)*; )+) => {
        /// The chart: every (stage, event) pair with its targets and rules.
        pub static TRANSITIONS: &[Transition] = &[ $( $( row::<$stage, $event>(), )* )+ ];

        impl Case {
            /// Notes what an event lacks; `false` if the chart has no such pair.
            pub(crate) fn examine(&self, event: &Event, at: At, check: &mut Check) -> bool {
                match self {
                    $( Self::$stage(_state) => match event {
                        $( Event::$event(event) => On::<$event>::examine(_state, event, at, check), )*
                        _ => return false,
                    }, )+
                }
                true
            }

            /// Applies an event that the guards have let pass.
            pub(crate) fn advance(self, event: &Event, at: At) -> Self {
                match self {
                    $( Self::$stage(state) => match event {
                        $( Event::$event(event) => advance::<$stage, $event>(state, event, at).into(), )*
                        _ => Self::$stage(state),
                    }, )+
                }
            }

            /// Notes what the state alone forbids for a kind of event; the rules that the event itself must meet, or
            /// `None` if the chart has no such pair.
            pub(crate) fn examine_state(&self, kind: EventKind, at: At, check: &mut Check) -> Option<&'static [Rule]> {
                match self {
                    $( Self::$stage(_state) => match kind {
                        $( EventKind::$event => {
                            common_guard(_state, kind, at, check);
                            On::<$event>::state_guard(_state, at, check);
                            Some(<$stage as On<$event>>::EVENT_RULES)
                        } )*
                        _ => None,
                    }, )+
                }
            }
        }

        #[cfg(test)]
        pub(crate) mod conformance {
            use super::*;

            /// What the compiler says: the kinds for which a stage implements [`On`], whatever the chart lists.
            pub(crate) fn implemented() -> Vec<(Stage, EventKind)> {
                let mut pairs = Vec::new();
                $( pairs.extend(kinds_of!($stage)); )+
                pairs
            }
        }
    };
}

/// Asks the compiler, for one stage and every kind of event, whether the pair is implemented: an inherent constant that
/// exists only where the trait is implemented hides a blanket trait's constant of the same name.
#[cfg(test)]
macro_rules! kinds_of {
    ($stage:ident) => {
        kinds_of!($stage; CaseOpened LeaderAgreed LeaderDeclined MeetingScheduled MeetingHeld ServiceChosen CaseReferred
            SupportConfirmed SupportWithdrawn ApplicationAccepted ApplicationDeclined MemberNamed MemberReleased
            AttendancePledged PledgeWithdrawn SessionScheduled SessionPostponed SessionOpened ActivityRun
            SessionAdjourned SessionClosed CaucusOpened ConcernRaised ConcernAddressed ConcernDropped PartyDecided
            DecisionReopened FormatChosen ContractDatesChanged NoteAdded CaseWithdrawn EventVoided)
    };
    ($stage:ident; $($event:ident)+) => {{
        let asked = [ $( {
            struct Probe<S, E>(core::marker::PhantomData<(S, E)>);
            #[allow(dead_code, reason = "where every pair is present nothing asks it")]
            trait Absent { const PRESENT: bool = false; }
            impl<S, E> Absent for Probe<S, E> {}
            #[allow(dead_code, reason = "where the pair is absent the trait's constant answers instead")]
            impl<S: On<E>, E: Payload> Probe<S, E> { const PRESENT: bool = true; }
            (EventKind::$event, Probe::<$stage, $event>::PRESENT)
        } ),+ ];
        assert_eq!(asked.len(), EventKind::ALL.len(), "every kind is asked about");
        asked.into_iter().filter(|(_, present)| *present).map(|(kind, _)| ($stage::STAGE, kind)).collect::<Vec<_>>()
    }};
}

chart! {
    Unopened: CaseOpened;
    Inquiry: LeaderAgreed LeaderDeclined
        ContractDatesChanged NoteAdded CaseWithdrawn;
    Introduction: MeetingScheduled MeetingHeld ServiceChosen CaseReferred
        ContractDatesChanged NoteAdded CaseWithdrawn;
    Application: SupportConfirmed SupportWithdrawn ApplicationAccepted ApplicationDeclined
        MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        ContractDatesChanged NoteAdded CaseWithdrawn;
    Training: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        SessionScheduled SessionPostponed SessionOpened ActivityRun SessionAdjourned SessionClosed
        ContractDatesChanged NoteAdded CaseWithdrawn;
    Caucus: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        CaucusOpened ConcernRaised ConcernAddressed ConcernDropped PartyDecided DecisionReopened
        ContractDatesChanged NoteAdded CaseWithdrawn;
    Agreement: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        FormatChosen
        ContractDatesChanged NoteAdded CaseWithdrawn;
    Facilitation: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        FormatChosen
        SessionScheduled SessionPostponed SessionOpened SessionAdjourned SessionClosed
        ContractDatesChanged NoteAdded CaseWithdrawn;
    Closed: ;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compiler_and_the_table_agree_on_every_pair() {
        let compiled = conformance::implemented();
        for stage in Stage::ALL {
            for kind in EventKind::ALL {
                let listed = TRANSITIONS.iter().filter(|row| row.from == *stage && row.event == *kind).count();
                let implemented = compiled.iter().filter(|pair| **pair == (*stage, *kind)).count();
                assert_eq!(listed, implemented, "{stage} {kind}: listed, implemented");
            }
        }
        std::println!("{} pairs asked, {} transitions", Stage::ALL.len() * EventKind::ALL.len(), TRANSITIONS.len());
    }

    #[test]
    fn an_event_belongs_to_the_stages_of_its_rows() {
        for kind in EventKind::ALL {
            let rows = TRANSITIONS.iter().filter(|row| row.event == *kind).map(|row| row.from);
            assert!(stages_of(*kind).eq(rows), "{kind}");
        }
    }
}
