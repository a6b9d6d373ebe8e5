//! Status: where a case stands, what is settled, what can be done next, what is blocked and why.

use crate::case_log::CaseLog;
use crate::due::{self, Awaited, Standards};
use crate::error::AppError;
use crate::suggest::{Suggestion, suggest, suggest_as_recorded};
use crate::times::Times;
use crate::zone::Zone;
use ibbi_common::format::{count, date};
use ibbi_core::stages::ConcernStatus;
use ibbi_core::{
    ActivityId, Advisory, Answer, At, Body, Case, CaseFile, EventKind, Goal, History, Name, NotAllowed, Outcome, Party,
    Seat, Sessions, Stage, Succession, Successor, Unmet, chart,
};
use ibbi_store::EventStore;
use serde::Serialize;
use uuid::Uuid;

pub use crate::suggest::suggest as suggestions;

/// A settled fact, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Fact {
    /// What it is about.
    pub topic: &'static str,
    /// What is settled.
    pub text: String,
}

/// A kind of event that would be refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Blocked {
    /// The kind.
    pub event: EventKind,
    /// Whether it belongs to the present stage; otherwise to another.
    pub here: bool,
    /// Every reason that holds whatever the event says.
    pub unmet: Vec<Unmet>,
}

/// Where a case stands.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Status {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// The instant at which the question is asked.
    pub asked_at: At,
    /// Its stage.
    pub stage: Stage,
    /// How it ended, if it has.
    pub outcome: Option<Outcome>,
    /// How many records it has.
    pub records: usize,
    /// When the last event that counts happened.
    pub last_event: Option<At>,
    /// Whom or what the case is waiting for, since when, and by when; nothing once it is closed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting_on: Vec<Awaited>,
    /// The recorded events that the rules don't allow. If there are any, the stage is the recorded one, what is settled ends
    /// before the first of them, and the case takes only notes, corrections, and a withdrawal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_allowed: Vec<NotAllowed>,
    /// What is settled.
    pub settled: Vec<Fact>,
    /// What the stage still lacks.
    pub lacking: Vec<Unmet>,
    /// What can be recorded now.
    pub next: Vec<Suggestion>,
    /// What cannot, and why.
    pub blocked: Vec<Blocked>,
    /// What to keep in mind.
    pub advisories: Vec<Advisory>,
    /// The zone of the district, for showing times.
    #[serde(skip)]
    pub zone: Zone,
}

impl Status {
    /// Adds the advisories about neutrals who are in other cases of a store at the time of a booked session.
    ///
    /// # Errors
    /// [`AppError`] if the store can't be read.
    pub fn with_bookings<S: EventStore>(mut self, store: &S) -> Result<Self, AppError> {
        let found = store.double_bookings(self.case).map_err(|error| AppError::from_store(&store.label(), error))?;
        self.advisories.extend(found);
        Ok(self)
    }

    /// Returns a line for each person, body, or date that the case is waiting for, with the time since when, such as "labor's
    /// decision, since Mon, Oct 20, 2025, 4:00 PM (3 days)".
    pub fn waiting_texts(&self) -> impl Iterator<Item = String> {
        self.waiting_on.iter().map(|one| one.text(self.stage, self.zone, self.asked_at))
    }
}

/// Returns the status of a case at an instant, with the due dates of an office's standards. It is without what only the store
/// of the case knows; see [`Status::with_bookings`].
pub fn status_of(log: &CaseLog, at: At, standards: &Standards) -> Status {
    let case = log.recorded.facts();
    let as_recorded = log.recorded.as_recorded();
    let history = log.recorded.valid();
    Status {
        case: log.id,
        district: log.district().cloned(),
        asked_at: at,
        stage: log.recorded.stage(),
        outcome: case.outcome(),
        records: log.records.len(),
        last_event: case.file().map(CaseFile::last_at),
        waiting_on: due::awaited(log, standards, at),
        settled: settled(case, &Times::of_case(log)),
        lacking: if as_recorded.is_some() { Vec::new() } else { case.lacks(at) },
        next: history.map_or_else(|| suggest_as_recorded(log), |history| suggest(history, at)),
        blocked: history.map(|history| blocked(history, at)).unwrap_or_default(),
        advisories: log.recorded.records().advisories(),
        not_allowed: as_recorded.map(|case| case.not_allowed().to_vec()).unwrap_or_default(),
        zone: log.zone,
    }
}

fn blocked(history: &History, at: At) -> Vec<Blocked> {
    let stage = history.case().stage();
    let answers = history.survey(at).into_iter();
    let blocked = answers.filter_map(|prospect| match prospect.answer {
        Answer::Blocked { unmet } => {
            let here = chart::transition(stage, prospect.event).is_some();
            Some(Blocked { event: prospect.event, here, unmet })
        }
        _ => None,
    });
    blocked.collect()
}

struct Facts<'a> {
    facts: Vec<Fact>,
    times: &'a Times,
}

impl Facts<'_> {
    fn add(&mut self, topic: &'static str, text: String) {
        self.facts.push(Fact { topic, text });
    }

    fn opening(&mut self, file: &CaseFile) {
        let opened = file.opened();
        let county = opened.county.map(|county| format!(", {} County", county.label())).unwrap_or_default();
        self.add(
            "case",
            format!(
                "{}{county}, opened {}",
                opened.district,
                self.times.show(file.opened_at(), &[EventKind::CaseOpened])
            ),
        );
        let contract = file.contract();
        if let Some(expires) = contract.expires {
            let clause = if contract.evergreen { ", with an evergreen clause" } else { "" };
            self.add("contract", format!("expires on {}{clause}", date(expires)));
        }
    }

    fn leaders(&mut self, case: &Case) {
        for leader in Seat::ALL.iter().filter_map(|seat| case.leader(*seat)) {
            let office = leader.office.map(|office| format!(" ({})", office.label())).unwrap_or_default();
            let day = self.times.show(leader.agreed, &[EventKind::LeaderAgreed]);
            self.add("leader", format!("{} agreed: {}{office}, {day}", leader.seat.label(), leader.name));
            if let Some(change) = case.file().and_then(|file| file.succession(leader.seat)) {
                self.succession(leader.seat, change);
            }
        }
    }

    fn succession(&mut self, seat: Seat, change: &Succession) {
        let kinds = &[EventKind::LeaderLeft, EventKind::LeaderDeclined, EventKind::LeaderSucceeded];
        let (seat, since) = (seat.label(), self.times.show(change.since, kinds));
        let text = match &change.successor {
            None => format!("the seat of {seat} is vacant since {since}"),
            Some(Successor { name, agreed: Some(agreed), .. }) => {
                let agreed = self.times.show(*agreed, &[EventKind::SuccessorAgreed]);
                format!("{name} took the seat of {seat} on {since}, and agreed on {agreed}")
            }
            Some(Successor { name, .. }) => format!("{name} took the seat of {seat} on {since}, and hasn't agreed yet"),
        };
        self.add("leader", text);
    }

    fn introduction(&mut self, case: &Case) {
        if let Case::Introduction(state) = case
            && let Some(slot) = state.scheduled()
        {
            self.add("meeting", format!("the introductory meeting is set for {slot}"));
        }
        let Some(introduced) = case.introduced() else { return };
        let topics: Vec<_> = introduced.topics().iter().map(|topic| topic.label()).collect();
        if !topics.is_empty() {
            self.add("meeting", format!("covered: {}", topics.join("; ")));
        }
        for chosen in introduced.chosen() {
            let offering = chosen.offering.map(|offering| format!(": {}", offering.label())).unwrap_or_default();
            self.add("service", format!("{}{offering}", chosen.service.label()));
        }
    }

    fn letters(&mut self, case: &Case) {
        for letter in Body::ALL.iter().filter_map(|body| case.letter(*body)) {
            self.add("letter", format!("{} confirmed in writing, dated {}", letter.body.label(), date(letter.dated)));
        }
        if let Some(admitted) = case.admitted() {
            let when = self.times.show(admitted.accepted(), &[EventKind::ApplicationAccepted]);
            self.add("application", format!("accepted by {}, {when}", admitted.accepted_by()));
        }
    }

    fn teams(&mut self, case: &Case) {
        let Some(teams) = case.teams() else { return };
        for party in Party::ALL.iter().filter(|party| !teams.members(**party).is_empty()) {
            let shown = |member: &ibbi_core::Member| {
                let pledge = if member.pledged { "" } else { ", no pledge yet" };
                format!("{} ({}{pledge})", member.person.name, member.person.id)
            };
            let members: Vec<_> = teams.members(*party).iter().map(shown).collect();
            self.add("team", format!("{}: {}", party.label(), members.join(", ")));
        }
    }

    fn hours(&mut self, what: &'static str, sessions: &Sessions) {
        for (number, part) in sessions.numbered() {
            let state = if part.is_filled(sessions.grace()) { ", complete" } else { "" };
            let mut text = format!("part {number}: {} of {} minutes held{state}", part.counted, part.minutes);
            if let Some(booking) = &part.booked {
                text.push_str(&format!("; scheduled for {}, led by {}", booking.slot, booking.neutral.name));
            }
            self.add(what, text);
        }
        if let Some(open) = sessions.open() {
            let since = self.times.show(open.opened, &[EventKind::SessionOpened]);
            self.add(what, format!("the session of part {} is open since {since}", open.part));
        }
    }

    fn training(&mut self, case: &Case) {
        if let Case::Training(state) = case.last_open() {
            let exercises = count(state.exercises().into(), "exercise", "exercises");
            let simulations = count(state.simulations().into(), "bargaining simulation", "bargaining simulations");
            let others: Vec<String> = state.other_activities_run().map(ActivityId::label).collect();
            let others = if others.is_empty() { String::new() } else { format!("; also {}", others.join(", ")) };
            self.add("training", format!("{exercises} and {simulations} run{others}"));
        }
        if let Some(trained) = case.trained() {
            let minutes: u32 = trained.held().iter().map(|held| u32::from(held.counted)).sum();
            let when = self.times.show(trained.completed(), &[EventKind::SessionClosed, EventKind::SessionAdjourned]);
            let sessions = count(trained.held().len() as u64, "session", "sessions");
            self.add("training", format!("completed {when}: {minutes} minutes in {sessions}"));
        }
    }

    fn decisions(&mut self, case: &Case) {
        for party in Party::ALL {
            if let Some(decided) = case.decided(*party) {
                let when = self.times.show(decided.at, &[EventKind::PartyDecided]);
                let (party, decision) = (party.label(), decided.decision.label());
                self.add(
                    "decision",
                    format!("{party} decided to {decision}, through {}, {when}", decided.spokesperson),
                );
            }
        }
        for concern in case.concerns() {
            let state = match concern.status {
                ConcernStatus::Open => "open",
                ConcernStatus::Addressed => "addressed",
                ConcernStatus::Dropped => "dropped",
            };
            self.add("concern", format!("`{}` of {}: {state}", concern.id, concern.party.label()));
        }
    }
}

/// What is settled in a case, in words, with the times of its events.
pub fn settled(case: &Case, times: &Times) -> Vec<Fact> {
    let mut facts = Facts { facts: Vec::new(), times };
    if let Some(file) = case.file() {
        facts.opening(file);
    }
    facts.leaders(case);
    facts.introduction(case);
    facts.letters(case);
    facts.teams(case);
    facts.training(case);
    facts.decisions(case);
    if let (Case::Facilitation(state), Some(file)) = (case.last_open(), case.file()) {
        facts.add("format", file.program().format_label(state.format()));
    }
    let what = if matches!(case.last_open(), Case::Training(_)) { "training" } else { "facilitation" };
    if let Some(sessions) = case.sessions() {
        facts.hours(what, sessions);
    }
    if let Case::Closed(state) = case {
        let reason = state.reason().map(|reason| format!(": {reason}")).unwrap_or_default();
        let by = state.withdrawn_by().map(|by| format!(" by {by}")).unwrap_or_default();
        let when = times.show(state.at(), &[]);
        facts.add("outcome", format!("{}{by}{reason}, {when}", state.outcome().label()));
        for one in state.follow_ups() {
            let by = one.party.map(|party| format!(" by {}", party.label())).unwrap_or_default();
            facts.add("contract", format!("{}{by} on {}", one.result.label(), date(one.dated)));
        }
    }
    facts.facts
}

/// The way from where a case stands to a goal.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Route"))]
pub struct RouteAnswer {
    /// The case.
    pub case: Uuid,
    /// Where it stands.
    pub from: Stage,
    /// Where it is to get: the code of a stage or an outcome.
    pub goal: String,
    /// The shortest list of events; nothing if only a correction leads there.
    pub route: Option<Vec<EventKind>>,
}

/// Returns the shortest list of events from the present state of a case to a stage or an outcome.
///
/// # Errors
/// [`AppError::Usage`] for a goal that is neither a stage nor an outcome; [`AppError::Illegal`] if the rules don't allow the
/// case as it is recorded.
pub fn route_to(log: &CaseLog, goal: &str, at: At) -> Result<RouteAnswer, AppError> {
    let wanted: Goal = goal.parse().map_err(|error: ibbi_core::UnknownCode| AppError::Usage(error.to_string()))?;
    let case = log.history()?.case();
    let route = ibbi_core::route(case, wanted, at);
    Ok(RouteAnswer { case: log.id, from: case.stage(), goal: goal.to_owned(), route })
}

/// A stage's place in the process, for a one-line picture: the eight stages with the present one marked.
pub fn ribbon(stage: Stage) -> String {
    let stages = Stage::ALL.iter().filter(|stage| **stage != Stage::Unopened);
    let mark = |each: &Stage| if *each == stage { format!("[{}]", each.label()) } else { each.label().to_owned() };
    stages.map(mark).collect::<Vec<_>>().join(" > ")
}
