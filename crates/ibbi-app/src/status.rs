//! Status: where a case stands, what is settled, what can be done next, what is blocked and why.

mod settled;

pub use settled::settled;

use crate::case_log::CaseLog;
use crate::case_state::CaseState;
use crate::due::{self, Awaited, Standards};
use crate::earliest::TimedAnswers;
use crate::error::AppError;
use crate::suggest::{Suggestion, suggest, suggest_as_recorded};
use crate::times::Times;
use crate::zone::Zone;
use ibbi_core::{
    Advisory, Answer, At, CaseFile, EventKind, Goal, History, Name, NotAllowed, Outcome, Stage, Unmet, chart,
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
    /// The time from which it can be recorded, if only time is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<At>,
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
    /// What is settled, as data. If the rules don't allow what is recorded, it ends before the first event that they don't allow.
    pub state: CaseState,
    /// The same in sentences.
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
    let state = CaseState::from(case);
    Status {
        case: log.id,
        district: log.district().cloned(),
        asked_at: at,
        stage: log.recorded.stage(),
        outcome: case.outcome(),
        records: log.records.len(),
        last_event: case.file().map(CaseFile::last_at),
        waiting_on: due::awaited(log, standards, at),
        settled: settled(&state, &Times::of_case(log)),
        state,
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
    let later = TimedAnswers::after(history.case(), at);
    let blocked = answers.filter_map(|prospect| match prospect.answer {
        Answer::Blocked { unmet } => {
            let here = chart::transition(stage, prospect.event).is_some();
            let earliest = later.first(prospect.event);
            Some(Blocked { event: prospect.event, here, unmet, earliest })
        }
        _ => None,
    });
    blocked.collect()
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
