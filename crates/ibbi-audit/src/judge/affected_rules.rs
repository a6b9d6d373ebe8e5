//! The rules that an event affects: those whose result can depend on whether the event counts.
//!
//! An audit skips an event that is not allowed. Later events of the case are then judged by a state without it, so their
//! refusal may not be their own fault. The event's effects decide which rules are affected: a skipped leader's agreement
//! can hold up the stage, but can't make a letter late. This table lists the rules for each kind of event. A test
//! generates cases, removes one event at a time, and checks that the table explains every refusal.

use ibbi_core::{EventKind, Rule, Unmet};

/// A set of rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RuleSet(u128);

const _: () = assert!(Rule::ALL.len() <= 128);

impl RuleSet {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const ALL: Self = Self(u128::MAX);

    pub(crate) const fn of(rules: &[Rule]) -> Self {
        let (mut bits, mut index) = (0, 0);
        while index < rules.len() {
            bits |= 1 << rules[index] as u32;
            index += 1;
        }
        Self(bits)
    }

    pub(crate) fn of_unmet(unmet: &[Unmet]) -> Self {
        unmet.iter().fold(Self::NONE, |set, unmet| set.with(Self::of(&[unmet.rule])))
    }

    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn has(self, rule: Rule) -> bool {
        !self.both(Self::of(&[rule])).is_empty()
    }
}

/// The rules that depend on the stage. A void can depend on anything, so the rule about the rest of a case is one of them.
pub(crate) const STAGE: RuleSet =
    RuleSet::of(&[Rule::Stage, Rule::ClosedForGood, Rule::OutcomeCompleted, Rule::VoidRest]);

/// The rules that a refusal lists in addition to [`Rule::Stage`]: what the current stage lacks. They are hints that depend
/// on the stage.
pub(crate) const LACKING: RuleSet = RuleSet::of(&[
    Rule::LeadersAgreed,
    Rule::TopicsCovered,
    Rule::IbbiChosen,
    Rule::ThreeConfirmations,
    Rule::BothNamed,
    Rule::AllPledged,
    Rule::ApplicationAccepted,
    Rule::TrainingCompleted,
    Rule::TrainingExercise,
    Rule::TrainingSimulation,
    Rule::TrainingActivity,
    Rule::BothAdopted,
    Rule::FormatChosen,
    Rule::FacilitationCompleted,
]);

/// The rules about the members of the teams. The teams last from stage to stage; everything else that a rule looks at ends
/// with its stage.
const TEAMS: RuleSet = RuleSet::of(&[
    Rule::RosterDisjoint,
    Rule::RosterUnique,
    Rule::RosterKnown,
    Rule::PledgeOnce,
    Rule::PledgeGiven,
    Rule::BothNamed,
    Rule::AllPledged,
    Rule::Neutral,
    Rule::MembersOnly,
    Rule::SubstituteForAbsent,
    Rule::NamedOnce,
    Rule::TrainingEveryone,
    Rule::FacilitationEveryone,
    Rule::OwnMembers,
    Rule::Spokesperson,
    Rule::NameLookAlike,
    Rule::Limits,
    Rule::VoidRest,
]);

/// The rules that are still affected in a later stage: those about the teams and the seats, and about missing records that a void can name.
pub(crate) const LASTING: RuleSet = TEAMS.with(SEATS).with(RuleSet::of(&[Rule::VoidKnown]));

/// The rules about booked and open sessions, and about the time held of each part.
const SESSIONS: RuleSet = RuleSet::of(&[
    Rule::PartUnfilled,
    Rule::OneBooking,
    Rule::Booked,
    Rule::SlotLength,
    Rule::NoOverlap,
    Rule::OnItsDay,
    Rule::OneOpen,
    Rule::IsOpen,
    Rule::Filled,
    Rule::NotFilled,
    Rule::LeftEarlyPresent,
    Rule::LateMember,
    Rule::NoChangeInSession,
    Rule::PartOrder,
    Rule::AnotherDay,
    Rule::SessionPartOrder,
    Rule::SessionAnotherDay,
    Rule::FormatFree,
    Rule::TrainingExercise,
    Rule::TrainingSimulation,
    Rule::TrainingActivity,
    Rule::NameLookAlike,
])
.with(STAGE);

/// The rules about key leaders' seats that change hands.
const SEATS: RuleSet = RuleSet::of(&[Rule::SeatHeld, Rule::SuccessorPending, Rule::NameLookAlike, Rule::VoidRest]);

/// Returns the rules that an event of this kind affects.
pub(crate) const fn affected_rules(kind: EventKind) -> RuleSet {
    match kind {
        EventKind::MeetingScheduled | EventKind::ContractDatesChanged | EventKind::NoteAdded => RuleSet::NONE,
        EventKind::CaseOpened | EventKind::CaseMigrated | EventKind::EventVoided => RuleSet::ALL,
        EventKind::LeaderAgreed | EventKind::LeaderDeclined => {
            RuleSet::of(&[Rule::SeatAgreedOnce]).with(SEATS).with(STAGE)
        }
        EventKind::LeaderLeft | EventKind::LeaderSucceeded | EventKind::SuccessorAgreed => SEATS,
        EventKind::OutcomeNoted => RuleSet::NONE,
        EventKind::MeetingHeld => RuleSet::of(&[Rule::TopicsCovered]).with(STAGE),
        EventKind::ServiceChosen => RuleSet::of(&[Rule::ServiceOnce, Rule::ReferralChosen]).with(STAGE),
        EventKind::SupportConfirmed | EventKind::SupportWithdrawn => {
            RuleSet::of(&[Rule::SupportOnce, Rule::SupportGiven, Rule::ThreeConfirmations]).with(STAGE)
        }
        EventKind::MemberNamed | EventKind::MemberReleased => TEAMS.with(STAGE),
        EventKind::AttendancePledged | EventKind::PledgeWithdrawn => {
            RuleSet::of(&[Rule::PledgeOnce, Rule::PledgeGiven, Rule::AllPledged]).with(STAGE)
        }
        EventKind::SessionScheduled
        | EventKind::SessionPostponed
        | EventKind::SessionOpened
        | EventKind::SessionAdjourned
        | EventKind::SessionClosed => SESSIONS,
        EventKind::ActivityRun => {
            RuleSet::of(&[Rule::TrainingExercise, Rule::TrainingSimulation, Rule::TrainingActivity]).with(STAGE)
        }
        EventKind::CaucusOpened => RuleSet::of(&[Rule::CaucusOpenedFirst]).with(STAGE),
        EventKind::ConcernRaised | EventKind::ConcernAddressed | EventKind::ConcernDropped => {
            RuleSet::of(&[Rule::ConcernNew, Rule::ConcernOpen, Rule::ConcernsSettled]).with(STAGE)
        }
        EventKind::PartyDecided | EventKind::DecisionReopened => {
            RuleSet::of(&[Rule::Undecided, Rule::Decided]).with(STAGE)
        }
        EventKind::FormatChosen => RuleSet::of(&[Rule::PartExists, Rule::FormatFree]).with(SESSIONS),
        EventKind::CaseReferred
        | EventKind::ApplicationAccepted
        | EventKind::ApplicationDeclined
        | EventKind::CaseWithdrawn => STAGE,
    }
}
