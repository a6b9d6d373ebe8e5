//! Replay: a case's records offered to the core again, one after the other.

use crate::case_log::{CaseLog, replay_record, session_summary, zone_of};
use crate::describe::describe;
use crate::error::AppError;
use crate::ledger::{self, LedgerService};
use crate::zone::Zone;
use ibbi_core::{At, Case, Event, History, Name, Outcome, RecordedCase, Stage};
use ibbi_store::{EventStore, Record};
use serde::Serialize;
use uuid::Uuid;

/// How far to replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// To the end.
    End,
    /// What had happened by this instant, as it is known now: later corrections are applied.
    At(At),
    /// To this line's number.
    Seq(u64),
}

/// A record in a timeline.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Moment {
    /// Its number in the ledger.
    pub seq: u64,
    /// Its number in its case.
    pub rev: u64,
    /// When it happened.
    pub at: At,
    /// When it was written down.
    pub logged: At,
    /// Who recorded it.
    pub actor: Name,
    /// What happened.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    pub event: Event,
    /// The same in words.
    pub text: String,
    /// The stage after it.
    pub to: Stage,
    /// The correction that voided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_by: Option<u64>,
    /// Why it is not legal, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A case replayed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Timeline {
    /// The case.
    pub case: Uuid,
    /// Its district.
    pub district: Option<Name>,
    /// Its records as far as was asked.
    pub moments: Vec<Moment>,
    /// How many records came after.
    pub later: usize,
    /// The stage that the replay led to.
    pub stage: Stage,
    /// How the case ended, if it had.
    pub outcome: Option<Outcome>,
    /// The whole state that the replay led to.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    pub state: Case,
    /// How many records were not legal.
    pub faults: usize,
    /// The zone of the district, for showing times.
    #[serde(skip)]
    pub zone: Zone,
}

/// Replays one case, or every case, of a ledger.
///
/// An event that the rules don't allow doesn't stop the replay. Its fault is noted, and the replay continues from the state
/// before it.
///
/// # Errors
/// [`AppError`] if the ledger can't be read.
pub fn timelines(service: &LedgerService, case: Option<Uuid>, until: Until) -> Result<Vec<Timeline>, AppError> {
    let cases = match case {
        Some(case) => vec![case],
        None => ledger::all_cases(service)?.iter().map(|summary| summary.case).collect(),
    };
    let mut timelines = Vec::new();
    for case in cases {
        let records = service.store().case(case).map_err(|error| service.unreadable(error))?;
        if !records.is_empty() {
            timelines.push(timeline(case, records, until)?);
        }
    }
    Ok(timelines)
}

/// Replays a case that has been read.
///
/// # Errors
/// [`AppError`] if its time zone does not exist.
pub fn timeline_of(log: &CaseLog, until: Until) -> Result<Timeline, AppError> {
    timeline(log.id, log.records.clone(), until)
}

fn timeline(case: Uuid, records: Vec<Record>, until: Until) -> Result<Timeline, AppError> {
    let all = records.len();
    let district = records.iter().find_map(|record| match &record.event {
        Event::CaseOpened(opened) => Some(opened.district.clone()),
        _ => None,
    });
    let mut replayed = RecordedCase::new(case);
    let mut moments = Vec::new();
    let recorded = |record: &Record| !matches!(until, Until::Seq(seq) if record.seq > seq);
    for record in records.into_iter().filter(recorded) {
        let fault = replay_record(&mut replayed, &record);
        let mut text = describe(&record.event);
        if let Some(summary) = session_summary(record.event.kind(), replayed.facts()).filter(|_| fault.is_none()) {
            text.push_str(&format!(" ({summary})"));
        }
        let Record { seq, rev, actor, at, logged, event, .. } = record;
        let to = replayed.stage();
        moments.push(Moment { seq, rev, at, logged, actor, event, text, to, voided_by: None, fault });
    }
    let history = replayed.records();
    mark_voided(history, &mut moments);
    let zone = zone_of(history)?;
    let (stage, state) = match until {
        Until::At(at) => {
            moments.retain(|moment| moment.at <= at);
            let state = as_of(history, at);
            (state.stage(), state)
        }
        Until::End | Until::Seq(_) => (replayed.stage(), history.case().clone()),
    };
    Ok(Timeline {
        case,
        district,
        later: all - moments.len(),
        stage,
        outcome: state.outcome(),
        faults: moments.iter().filter(|moment| moment.fault.is_some()).count(),
        zone,
        state,
        moments,
    })
}

/// The state of a case at an instant, as it is known now: the events that count and had happened by then. What was
/// recorded by mistake and struck later never happened; to see what was believed at the time, replay to a number.
fn as_of(history: &History, at: At) -> Case {
    let mut case = history.start();
    let events = history.in_effect().into_iter().take_while(|entry| entry.at <= at);
    // The facts end before the first event that the rules don't allow.
    let _ = events.map(|entry| case.offer(&entry.event, entry.at)).take_while(Result::is_ok).count();
    case
}

fn mark_voided(history: &History, moments: &mut [Moment]) {
    for entry in history.entries().iter().filter(|entry| entry.voided_by.is_some()) {
        for moment in moments.iter_mut().filter(|moment| moment.seq == entry.seq) {
            moment.voided_by = entry.voided_by;
        }
    }
}

impl Moment {
    /// Whether it is a correction.
    pub fn is_correction(&self) -> bool {
        !self.event.kind().happens()
    }
}
