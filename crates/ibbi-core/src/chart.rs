//! The chart: the traits of typed states, and the only list of (stage, event) pairs.
//!
//! [`On`] is implemented for a stage and an event if, and only if, the chart has the pair. [`TRANSITIONS`], the runtime
//! dispatch, the survey, and the diagrams all come from these implementations.

use crate::case::Case;
use crate::edition::Edition;
use crate::event::*;
use crate::found::Found;
use crate::names::{self, KnownNames};
use crate::refusal::{Check, Refusal, Refused};
use crate::rule::Rule;
use crate::stage::Stage;
use crate::stages::*;
use crate::time::At;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

/// A typed state: a stage with its data and the results of earlier stages.
pub trait StageState: crate::sealed::Sealed + KnownNames + Sized + Into<Case> + TryFrom<Case, Error = Case> {
    /// The stage.
    const STAGE: Stage;

    /// Returns the data of every opened case, or `None` before the first event.
    fn file(&self) -> Option<&crate::file::CaseFile>;

    #[doc(hidden)]
    fn touch(&mut self, at: At, token: Token);

    /// Adds what the stage still lacks before the process can go on.
    fn lacks(&self, at: At, check: &mut Check);
}

/// The result of a transition: a stage, or an enum of stages if the result depends on the facts.
pub trait Next: crate::sealed::Sealed + Into<Case> {
    /// The stages that the result can be.
    const TO: &'static [Stage];
}

/// A key that only this crate can make. Applying an event needs one, so no event is applied without its guards.
///
/// Another crate can neither make a token nor receive one, because every trait whose methods take one is sealed. This
/// attempt to get one does not compile:
///
/// ```compile_fail,E0277
/// use ibbi_core::chart::{Next, On, Token};
/// use ibbi_core::stages::Closed;
/// use ibbi_core::{At, Check, EventKind, Payload, Rule};
///
/// struct Forged;
/// impl Payload for Forged {
///     const KIND: EventKind = EventKind::NoteAdded;
///     fn each_name<'a>(&'a self, _: &mut impl FnMut(&'a str)) {}
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

/// The transition of a stage on an event. It is implemented if, and only if, the chart has the pair.
///
/// The state guard checks the state alone, and the event guard also checks the event. Both collect unmet rules instead
/// of stopping at the first one, so that a refusal names them all.
///
/// ```
/// use ibbi_core::{events::*, stages::*, chart::On, *};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let at: At = "2026-09-01T13:00:00.000Z".parse()?;
/// let opened = CaseOpened {
///     contract_expires: None, county: None, district: Name::new("Maple Hollow")?, evergreen: false,
///     follows: None, program: Program::default(), time_zone: TimeZoneName::new("America/New_York")?,
/// };
/// let inquiry: Inquiry = Unopened::new().offer(opened, at)?;
/// let agrees = LeaderAgreed { name: Name::new("R. Amari")?, office: None, seat: Seat::Superintendent };
/// let LeaderStep::Inquiry(inquiry) = inquiry.offer(agrees, at)? else { panic!("two seats are open") };
/// assert_eq!(inquiry.open_seats().count(), 2);
/// # Ok(()) }
/// ```
///
/// A transition that the chart doesn't have does not compile. A closed case takes no note:
///
/// ```compile_fail,E0277
/// use ibbi_core::{chart::On, events::NoteAdded, stages::Closed, At};
/// fn after_closing(closed: Closed, note: NoteAdded, at: At) {
///     let _ = On::<NoteAdded>::offer(closed, note, at);
/// }
/// ```
///
/// An open case takes a note in any stage:
///
/// ```
/// use ibbi_core::{chart::On, events::NoteAdded, stages::Open, At};
/// fn in_any_stage<S: Open>(state: S, note: NoteAdded, at: At) {
///     let _ = On::<NoteAdded>::offer(state, note, at);
/// }
/// ```
///
/// A transition consumes the state, so the same state can't take two events:
///
/// ```compile_fail,E0382
/// use ibbi_core::{chart::On, events::FormatChosen, stages::Agreement, At, Format};
/// fn twice(agreement: Agreement, at: At) {
///     let _ = agreement.offer(FormatChosen { format: Format::FullDay.into() }, at);
///     let _ = agreement.offer(FormatChosen { format: Format::TwoHalfDays.into() }, at);
/// }
/// ```
///
/// A refusal returns the state, which can then take another event:
///
/// ```
/// use ibbi_core::{chart::On, events::FormatChosen, stages::Facilitation, At, Format};
/// fn after_a_refusal(facilitation: Facilitation, at: At) {
///     if let Err(refused) = facilitation.offer(FormatChosen { format: Format::FullDay.into() }, at) {
///         let _ = refused.state.offer(FormatChosen { format: Format::TwoHalfDays.into() }, at);
///     }
/// }
/// ```
pub trait On<E: Payload>: StageState {
    /// The result of the transition.
    type Next: Next;
    /// The rules that the state guard checks.
    const STATE_RULES: &'static [Rule];
    /// The rules that the event guard checks.
    const EVENT_RULES: &'static [Rule];

    /// Adds the rules that the state alone leaves unmet, whatever the event carries.
    fn state_guard(&self, at: At, check: &mut Check);

    /// Adds the rules that this event leaves unmet.
    fn event_guard(&self, event: &E, at: At, check: &mut Check);

    #[doc(hidden)]
    fn apply(self, event: &E, at: At, token: Token) -> Self::Next;

    /// Adds every rule that the event does not meet, starting with the rules that are common to all events.
    fn examine(&self, event: &E, at: At, check: &mut Check) {
        common_guard(self, E::KIND, at, check);
        self.state_guard(at, check);
        self.event_guard(event, at, check);
        if const { lists(Self::EVENT_RULES, Rule::NameComposed) } && check.has(Rule::NameComposed) {
            names::check_names(self, event, const { lists(Self::EVENT_RULES, Rule::NameLookAlike) }, check);
        }
    }

    /// Checks whether the event would be accepted.
    ///
    /// # Errors
    /// A [`Refusal`] with every unmet rule.
    fn allows(&self, event: &E, at: At) -> Result<(), Refusal> {
        let mut check = Check::new();
        self.examine(event, at, &mut check);
        check.verdict(E::KIND, Self::STAGE, at)
    }

    /// Offers an event, consumes the state, and returns the next one.
    ///
    /// # Errors
    /// [`Refused`], which has the unchanged state and the refusal.
    fn offer(self, event: E, at: At) -> Result<Self::Next, Box<Refused<Self>>> {
        match self.allows(&event, at) {
            Ok(()) => Ok(advance(self, &event, at)),
            Err(refusal) => Err(Box::new(Refused { state: self, refusal })),
        }
    }
}

/// Returns whether a rule is in a list.
const fn lists(rules: &[Rule], rule: Rule) -> bool {
    let mut index = 0;
    while index < rules.len() {
        if rules[index] as usize == rule as usize {
            return true;
        }
        index += 1;
    }
    false
}

/// Applies an event that passed the guards.
fn advance<S: On<E>, E: Payload>(mut state: S, event: &E, at: At) -> S::Next {
    state.touch(at, Token(()));
    state.apply(event, at, Token(()))
}

/// Checks what every event of an opened case must meet. From here on, the check has the edition of the case, or the first
/// edition that has the kind of event if that one is later.
pub(crate) fn common_guard<S: StageState>(state: &S, kind: EventKind, at: At, check: &mut Check) {
    if let Some(file) = state.file() {
        check.set_edition(file.edition_for(kind));
        let last = file.last_at();
        check.require(at >= last, Rule::TimeOrder, || Found::Earlier { last, offered: at });
        let limit = crate::file::CaseFile::MAX_EVENTS;
        let room = file.events() < limit || matches!(kind, EventKind::CaseWithdrawn);
        check.require(room, Rule::Limits, || Found::LimitReached { what: "events", limit });
    }
}

/// A row of the chart: a stage, a kind of event, and where the event leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transition {
    /// The stage before the event.
    pub from: Stage,
    /// The kind of event.
    pub event: EventKind,
    /// The stages that it can lead to.
    pub to: &'static [Stage],
    /// The rules that the state guard checks.
    pub state_rules: &'static [Rule],
    /// The rules that the event guard checks.
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

/// Returns the row of the chart for a stage and a kind of event, if there is one.
pub fn transition(from: Stage, event: EventKind) -> Option<&'static Transition> {
    TRANSITIONS.iter().find(|row| row.from == from && row.event == event)
}

/// Returns the stages at which a kind of event can be recorded. There are none for a void, which needs the history.
pub fn stages_of(event: EventKind) -> impl Iterator<Item = Stage> {
    let belongs = move |stage: &Stage| STAGES_OF[event as usize] & (1 << *stage as u16) != 0;
    Stage::ALL.iter().copied().filter(belongs)
}

/// The stages of each kind of event, as bits. They are computed from the chart at compile time, because every refusal of
/// an event at the wrong stage needs them.
static STAGES_OF: [u16; EventKind::ALL.len()] = {
    let mut stages = [0; EventKind::ALL.len()];
    let mut row = 0;
    while row < TRANSITIONS.len() {
        stages[TRANSITIONS[row].event as usize] |= 1 << TRANSITIONS[row].from as u16;
        row += 1;
    }
    stages
};

/// Returns the chart of the first edition as the text under a ledger's chart digest.
///
/// It has one line for each row, with the stage, the kind of event, the target stages, and the rule IDs. It has no prose,
/// so that rewording a rule leaves the digest unchanged.
pub fn digest_text() -> String {
    digest_text_of(Edition::FIRST)
}

/// Returns the rows of the chart that an edition has, with the IDs of its rules.
pub(crate) fn digest_text_of(edition: Edition) -> String {
    let codes = |rules: &[Rule]| {
        let rules = rules.iter().filter(|rule| rule.editions().include(edition));
        rules.map(|rule| rule.id()).collect::<Vec<_>>().join(",")
    };
    let mut text = alloc::format!("ibbi chart 1\ncommon {}\n", codes(Rule::COMMON));
    for row in TRANSITIONS.iter().filter(|row| row.event.editions().include(edition)) {
        let to = row.to.iter().map(|stage| stage.code()).collect::<Vec<_>>().join(",");
        let (state, event) = (codes(row.state_rules), codes(row.event_rules));
        text.push_str(&alloc::format!("{} {} {to} [{state}] [{event}]\n", row.from, row.event));
    }
    for (kind, rules) in [(EventKind::EventVoided, Rule::VOID), (EventKind::CaseMigrated, Rule::MIGRATION)] {
        if kind.editions().include(edition) {
            text.push_str(&alloc::format!("* {kind} [{}]\n", codes(rules)));
        }
    }
    text
}

macro_rules! chart {
    ($( $stage:ident: $($event:ident)*; )+) => {
        /// The chart: every (stage, event) pair, with its target stages and rules.
        pub static TRANSITIONS: &[Transition] = &[ $( $( row::<$stage, $event>(), )* )+ ];

        impl Case {
            /// Adds the rules that an event leaves unmet, or returns `false` if the chart has no such pair.
            pub(crate) fn examine(&self, event: &Event, at: At, check: &mut Check) -> bool {
                match self {
                    $( Self::$stage(_state) => match event {
                        $( Event::$event(event) => On::<$event>::examine(_state, event, at, check), )*
                        _ => return false,
                    }, )+
                }
                true
            }

            /// Applies an event that passed the guards.
            pub(crate) fn advance(self, event: &Event, at: At) -> Self {
                match self {
                    $( Self::$stage(state) => match event {
                        $( Event::$event(event) => advance::<$stage, $event>(state, event, at).into(), )*
                        _ => Self::$stage(state),
                    }, )+
                }
            }

            /// Adds the rules that the state alone leaves unmet for a kind of event. Returns the rules that the event
            /// itself must meet, or `None` if the chart has no such pair.
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

            /// Returns the pairs for which [`On`] is implemented, according to the compiler and not to the list.
            pub(crate) fn implemented() -> Vec<(Stage, EventKind)> {
                let mut pairs = Vec::new();
                $( pairs.extend(kinds_of!($stage)); )+
                pairs
            }
        }
    };
}

/// Asks the compiler, for one stage and every kind of event, whether the pair is implemented. An inherent constant exists
/// only where the trait is implemented. There it hides the constant of the same name in a blanket trait.
#[cfg(test)]
macro_rules! kinds_of {
    ($stage:ident) => {
        kinds_of!($stage; CaseOpened LeaderAgreed LeaderDeclined MeetingScheduled MeetingHeld ServiceChosen CaseReferred
            SupportConfirmed SupportWithdrawn ApplicationAccepted ApplicationDeclined MemberNamed MemberReleased
            AttendancePledged PledgeWithdrawn SessionScheduled SessionPostponed SessionOpened ActivityRun
            SessionAdjourned SessionClosed CaucusOpened ConcernRaised ConcernAddressed ConcernDropped PartyDecided
            DecisionReopened FormatChosen LeaderLeft LeaderSucceeded SuccessorAgreed OutcomeNoted ContractDatesChanged NoteAdded CaseWithdrawn CaseMigrated EventVoided)
    };
    ($stage:ident; $($event:ident)+) => {{
        let asked = [ $( {
            struct Probe<S, E>(core::marker::PhantomData<(S, E)>);
            #[allow(dead_code, reason = "it is unused where every pair is present")]
            trait Absent { const PRESENT: bool = false; }
            impl<S, E> Absent for Probe<S, E> {}
            #[allow(dead_code, reason = "it is unused where the pair is absent")]
            impl<S: On<E>, E: Payload> Probe<S, E> { const PRESENT: bool = true; }
            (EventKind::$event, Probe::<$stage, $event>::PRESENT)
        } ),+ ];
        assert_eq!(asked.len(), EventKind::ALL.len(), "every kind is in the list");
        asked.into_iter().filter(|(_, present)| *present).map(|(kind, _)| ($stage::STAGE, kind)).collect::<Vec<_>>()
    }};
}

chart! {
    Unopened: CaseOpened;
    Inquiry: LeaderAgreed LeaderDeclined
        LeaderLeft LeaderSucceeded SuccessorAgreed ContractDatesChanged NoteAdded CaseWithdrawn;
    Introduction: MeetingScheduled MeetingHeld ServiceChosen CaseReferred
        LeaderLeft LeaderSucceeded SuccessorAgreed ContractDatesChanged NoteAdded CaseWithdrawn;
    Application: SupportConfirmed SupportWithdrawn ApplicationAccepted ApplicationDeclined
        MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        LeaderLeft LeaderSucceeded SuccessorAgreed ContractDatesChanged NoteAdded CaseWithdrawn;
    Training: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        SessionScheduled SessionPostponed SessionOpened ActivityRun SessionAdjourned SessionClosed
        LeaderLeft LeaderSucceeded SuccessorAgreed ContractDatesChanged NoteAdded CaseWithdrawn;
    Caucus: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        CaucusOpened ConcernRaised ConcernAddressed ConcernDropped PartyDecided DecisionReopened
        LeaderLeft LeaderSucceeded SuccessorAgreed ContractDatesChanged NoteAdded CaseWithdrawn;
    Agreement: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        FormatChosen
        LeaderLeft LeaderSucceeded SuccessorAgreed ContractDatesChanged NoteAdded CaseWithdrawn;
    Facilitation: MemberNamed MemberReleased AttendancePledged PledgeWithdrawn
        FormatChosen
        SessionScheduled SessionPostponed SessionOpened SessionAdjourned SessionClosed
        LeaderLeft LeaderSucceeded SuccessorAgreed ContractDatesChanged NoteAdded CaseWithdrawn;
    Closed: OutcomeNoted;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::FieldKind;

    #[test]
    fn compiler_and_table_agree_on_every_pair() {
        let compiled = conformance::implemented();
        for stage in Stage::ALL {
            for kind in EventKind::ALL {
                let listed = TRANSITIONS.iter().filter(|row| row.from == *stage && row.event == *kind).count();
                let implemented = compiled.iter().filter(|pair| **pair == (*stage, *kind)).count();
                assert_eq!(listed, implemented, "{stage} {kind}: listed, implemented");
            }
        }
        std::println!("{} pairs checked, {} transitions", Stage::ALL.len() * EventKind::ALL.len(), TRANSITIONS.len());
    }

    #[test]
    fn event_belongs_to_the_stages_of_its_rows() {
        for kind in EventKind::ALL {
            let rows = TRANSITIONS.iter().filter(|row| row.event == *kind).map(|row| row.from);
            assert!(stages_of(*kind).eq(rows), "{kind}");
        }
    }

    #[test]
    fn every_row_names_the_rules_about_its_names() {
        let has_names = |kind: EventKind| {
            kind.fields().iter().any(|field| {
                matches!(
                    field.kind,
                    FieldKind::Name { .. }
                        | FieldKind::Names
                        | FieldKind::Person
                        | FieldKind::People
                        | FieldKind::Observers(_)
                        | FieldKind::Substitutes
                        | FieldKind::Advisers(_)
                        | FieldKind::Program
                )
            })
        };
        for row in TRANSITIONS {
            let has = |rule| row.event_rules.contains(&rule);
            assert_eq!(has(Rule::NameComposed), has_names(row.event), "{} {}", row.from, row.event);
            assert_eq!(has(Rule::NameLookAlike), row.event.adds_people(), "{} {}", row.from, row.event);
        }
    }
}
