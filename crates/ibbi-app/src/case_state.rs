//! The facts of a case as data. The sentences of a status are made from them.

use ibbi_core::stages::{ChosenService, ConcernStatus};
use ibbi_core::{
    ActivityId, At, Body, Case, CaseFile, ConcernId, County, Date, Decision, FollowUpResult, FormatId, MemberId, Name,
    Office, Outcome, Part, Party, Person, Reason, Seat, Service, Sessions, Slot, Succession, Topic, Workshop,
};
use serde::Serialize;

/// The facts of a case. A list is empty, and a value is missing, until something of its kind is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseState {
    /// How the case was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening: Option<OpeningState>,
    /// The contract, if its expiration is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<ContractState>,
    /// The key leaders who agreed.
    pub leaders: Vec<LeaderState>,
    /// The time of the introductory meeting, while it is scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Slot>,
    /// The topics that the introductory meetings covered.
    pub topics: Vec<Topic>,
    /// The services that the district chose.
    pub services: Vec<ServiceState>,
    /// The letters of support.
    pub letters: Vec<LetterState>,
    /// The acceptance of the application.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acceptance: Option<AcceptanceState>,
    /// The negotiating teams that have members.
    pub teams: Vec<TeamState>,
    /// The activities of the training, while it is going on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activities: Option<ActivitiesState>,
    /// The completed training.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingState>,
    /// The parties' decisions.
    pub decisions: Vec<DecisionState>,
    /// The concerns that the parties raised. Their texts are confidential and not part of this.
    pub concerns: Vec<ConcernState>,
    /// The format of the facilitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<FormatState>,
    /// The sessions of the training or of the facilitation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sessions: Option<SessionsState>,
    /// How the case ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ending: Option<EndingState>,
}

/// How a case was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpeningState {
    /// The district.
    pub district: Name,
    /// Its county.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub county: Option<County>,
    /// When the case was opened.
    pub at: At,
}

/// The contract's expiration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ContractState {
    /// The date on which it expires.
    pub expires: Date,
    /// Whether an evergreen clause extends it.
    pub evergreen: bool,
}

/// A key leader who agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeaderState {
    /// The seat.
    pub seat: Seat,
    /// The leader's name.
    pub name: Name,
    /// The office, for the school committee.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office: Option<Office>,
    /// When the leader agreed.
    pub agreed: At,
    /// The last change of the seat, if it changed hands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<SeatChange>,
}

/// A change in the seat of a key leader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SeatChange {
    /// When the seat last changed.
    pub since: At,
    /// The successor; nothing while the seat is vacant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<Name>,
    /// When the successor agreed, if that is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agreed: Option<At>,
}

/// A chosen service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ServiceState {
    /// The service.
    pub service: Service,
    /// The offering, for the Joint Leadership Workshop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offering: Option<Workshop>,
}

/// A letter of support.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LetterState {
    /// The body that sent it.
    pub body: Body,
    /// Its date.
    pub dated: Date,
}

/// The acceptance of the application.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AcceptanceState {
    /// The person who accepted it.
    pub by: Name,
    /// When it was accepted.
    pub at: At,
}

/// A negotiating team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TeamState {
    /// The party.
    pub party: Party,
    /// Its members.
    pub members: Vec<MemberState>,
}

/// A member of a negotiating team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MemberState {
    /// The ID, unique in the case.
    pub id: MemberId,
    /// The name.
    pub name: Name,
    /// Whether the member pledged to attend.
    pub pledged: bool,
}

/// The activities of a training.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActivitiesState {
    /// How many exercises were run.
    pub exercises: u32,
    /// How many bargaining simulations were run.
    pub simulations: u32,
    /// The other activities that were run.
    pub others: Vec<ActivityId>,
}

/// A completed training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TrainingState {
    /// When it was completed.
    pub completed: At,
    /// The minutes that count.
    pub minutes: u32,
    /// The number of sessions.
    pub sessions: usize,
}

/// A party's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionState {
    /// The party.
    pub party: Party,
    /// The decision.
    pub decision: Decision,
    /// The member who spoke for the party.
    pub spokesperson: MemberId,
    /// When it decided.
    pub at: At,
}

/// A concern of a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ConcernState {
    /// Its ID.
    pub id: ConcernId,
    /// The party that raised it.
    pub party: Party,
    /// What became of it.
    pub status: ConcernStatus,
}

/// The chosen format of the facilitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormatState {
    /// Its ID in the case's program.
    pub id: FormatId,
    /// Its parts in words.
    pub label: String,
}

/// The purpose of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SessionPurpose {
    /// The training of both teams.
    Training,
    /// The facilitation of the bargaining.
    Facilitation,
}

/// The sessions of a training or a facilitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SessionsState {
    /// Their purpose.
    pub purpose: SessionPurpose,
    /// The minutes that a part can be short and still be complete.
    pub grace: u16,
    /// The parts, in order.
    pub parts: Vec<PartState>,
    /// The open session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open: Option<OpenState>,
}

/// A part of a training or a facilitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PartState {
    /// Its number, from 1.
    pub part: u8,
    /// Its length in minutes.
    pub minutes: u16,
    /// The minutes that were held and count.
    pub counted: u16,
    /// Whether it is complete.
    pub complete: bool,
    /// Its booked session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub booked: Option<BookingState>,
}

/// A booked session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BookingState {
    /// Its time.
    pub slot: Slot,
    /// The neutrals who are to lead it. There is at least one.
    pub neutrals: Vec<Person>,
}

/// An open session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenState {
    /// The number of its part.
    pub part: u8,
    /// When it opened.
    pub since: At,
}

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EndingState {
    /// The outcome.
    pub outcome: Outcome,
    /// When it ended.
    pub at: At,
    /// The person who withdrew the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
    /// The reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// What became of the contract.
    pub follow_ups: Vec<FollowUpState>,
}

/// What became of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FollowUpState {
    /// The result.
    pub result: FollowUpResult,
    /// The party that voted, for a vote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// The date.
    pub dated: Date,
}

impl From<&Case> for CaseState {
    fn from(case: &Case) -> Self {
        let mut state = Self {
            leaders: leaders(case),
            letters: Body::ALL.iter().filter_map(|body| case.letter(*body)).map(letter).collect(),
            teams: teams(case),
            decisions: Party::ALL.iter().filter_map(|party| decision(case, *party)).collect(),
            concerns: case
                .concerns()
                .iter()
                .map(|one| ConcernState { id: one.id, party: one.party, status: one.status })
                .collect(),
            acceptance: case
                .admitted()
                .map(|admitted| AcceptanceState { by: admitted.accepted_by().clone(), at: admitted.accepted() }),
            format: format(case),
            sessions: case.sessions().map(|sessions| sessions_state(case, sessions)),
            ending: ending(case),
            ..Self::default()
        };
        if let Some(file) = case.file() {
            let opened = file.opened();
            let at = file.opened_at();
            state.opening = Some(OpeningState { district: opened.district.clone(), county: opened.county, at });
            let contract = file.contract();
            let evergreen = contract.evergreen;
            state.contract = contract.expires.map(|expires| ContractState { expires, evergreen });
        }
        if let Case::Introduction(introduction) = case {
            state.meeting = introduction.scheduled();
        }
        if let Some(introduced) = case.introduced() {
            state.topics = introduced.topics().iter().collect();
            state.services = introduced.chosen().iter().map(service).collect();
        }
        if let Case::Training(training) = case.last_open() {
            let (exercises, simulations) = (training.exercises(), training.simulations());
            let others = training.other_activities_run().collect();
            state.activities = Some(ActivitiesState { exercises, simulations, others });
        }
        if let Some(trained) = case.trained() {
            let minutes = trained.held().iter().map(|held| u32::from(held.counted)).sum();
            let (completed, sessions) = (trained.completed(), trained.held().len());
            state.training = Some(TrainingState { completed, minutes, sessions });
        }
        state
    }
}

fn leaders(case: &Case) -> Vec<LeaderState> {
    let change = |change: &Succession| {
        let (successor, agreed) = change.successor.as_ref().map(|one| (one.name.clone(), one.agreed)).unzip();
        SeatChange { since: change.since, successor, agreed: agreed.flatten() }
    };
    let leaders = Seat::ALL.iter().filter_map(|seat| case.leader(*seat));
    let state = leaders.map(|leader| LeaderState {
        seat: leader.seat,
        name: leader.name.clone(),
        office: leader.office,
        agreed: leader.agreed,
        change: case.file().and_then(|file| file.succession(leader.seat)).map(change),
    });
    state.collect()
}

const fn service(chosen: &ChosenService) -> ServiceState {
    ServiceState { service: chosen.service, offering: chosen.offering }
}

const fn letter(letter: &ibbi_core::stages::Letter) -> LetterState {
    LetterState { body: letter.body, dated: letter.dated }
}

fn teams(case: &Case) -> Vec<TeamState> {
    let Some(teams) = case.teams() else { return Vec::new() };
    let member = |member: &ibbi_core::Member| MemberState {
        id: member.person.id,
        name: member.person.name.clone(),
        pledged: member.pledged,
    };
    let teams = Party::ALL
        .iter()
        .map(|party| TeamState { party: *party, members: teams.members(*party).iter().map(member).collect() });
    teams.filter(|team| !team.members.is_empty()).collect()
}

fn decision(case: &Case, party: Party) -> Option<DecisionState> {
    let decided = case.decided(party)?;
    Some(DecisionState { party, decision: decided.decision, spokesperson: decided.spokesperson, at: decided.at })
}

fn format(case: &Case) -> Option<FormatState> {
    let (Case::Facilitation(state), Some(file)) = (case.last_open(), case.file()) else { return None };
    Some(FormatState { id: state.format(), label: CaseFile::program(file).format_label(state.format()) })
}

fn sessions_state(case: &Case, sessions: &Sessions) -> SessionsState {
    let is_training = matches!(case.last_open(), Case::Training(_));
    let part = |(number, part): (u8, &Part)| PartState {
        part: number,
        minutes: part.minutes,
        counted: part.counted,
        complete: part.is_filled(sessions.grace()),
        booked: part
            .booked
            .as_ref()
            .map(|booking| BookingState { slot: booking.slot, neutrals: booking.neutrals().cloned().collect() }),
    };
    SessionsState {
        purpose: if is_training { SessionPurpose::Training } else { SessionPurpose::Facilitation },
        grace: sessions.grace(),
        parts: sessions.numbered().map(part).collect(),
        open: sessions.open().map(|open| OpenState { part: open.part, since: open.opened }),
    }
}

fn ending(case: &Case) -> Option<EndingState> {
    let Case::Closed(closed) = case else { return None };
    let follow_ups = closed.follow_ups().iter();
    Some(EndingState {
        outcome: closed.outcome(),
        at: closed.at(),
        by: closed.withdrawn_by().cloned(),
        reason: closed.reason().cloned(),
        follow_ups: follow_ups
            .map(|one| FollowUpState { result: one.result, party: one.party, dated: one.dated })
            .collect(),
    })
}
