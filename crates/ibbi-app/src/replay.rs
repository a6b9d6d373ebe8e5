//! Replay: a case's records offered to the core again, one after the other.

use crate::case_log::{CaseLog, ReplayedAct, acts, replay_act, session_summary, whole_acts, zone_of};
use crate::case_state::CaseState;
use crate::describe::describe;
use crate::error::AppError;
use crate::ledger::{self, LedgerService};
use crate::zone::Zone;
use ibbi_core::{Advisory, At, Case, Date, Event, History, Name, Outcome, Precision, RecordedCase, Stage};
use ibbi_store::{EventStore, Record, RecordDetails};
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
    /// How exactly that is known.
    #[serde(skip_serializing_if = "crate::times::is_instant")]
    pub precision: Precision,
    /// When it was written down.
    pub logged: At,
    /// Who recorded it.
    pub actor: Name,
    /// The person or body for whom the actor recorded it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_behalf: Option<Name>,
    /// What happened.
    #[cfg_attr(feature = "schema", schemars(with = "serde_json::Map<String, serde_json::Value>"))]
    pub event: Event,
    /// The same in words.
    pub text: String,
    /// If its confidential text was destroyed: when, and under which rule. The event has the digest of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destroyed: Option<DestroyedText>,
    /// The stage after it.
    pub to: Stage,
    /// The record that it replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<u64>,
    /// How many events in effect happened later and had been recorded before.
    #[serde(skip_serializing_if = "is_zero")]
    pub inserted: u32,
    /// The correction that voided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_by: Option<u64>,
    /// The record that replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<u64>,
    /// The advisories about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Advisory>,
    /// Why it is not legal, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// That the confidential text of a record was destroyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DestroyedText {
    /// The day, in UTC.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub on: Date,
    /// The name of the retention rule.
    pub rule: Name,
}

impl DestroyedText {
    /// Returns when and under which rule the text of an event was destroyed, if it was.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let (on, rule) = event.note_text()?.destruction()?;
        Some(Self { on, rule: rule.clone() })
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn facts<S: serde::Serializer>(case: &Case, serializer: S) -> Result<S::Ok, S::Error> {
    CaseState::from(case).serialize(serializer)
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
    /// The state that the replay led to. Its JSON is that of [`CaseState`].
    #[serde(serialize_with = "facts")]
    #[cfg_attr(feature = "schema", schemars(with = "CaseState"))]
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
    let mut known: Vec<Record> = records.into_iter().filter(recorded).collect();
    known.truncate(whole_acts(&known));
    for act in acts(&known) {
        let ReplayedAct { faults, advisories } = replay_act(&mut replayed, act);
        for (record, advisories) in act.iter().zip(advisories) {
            let fault = faults.iter().find(|(seq, _)| *seq == record.seq).map(|(_, reason)| reason.clone());
            let mut text = describe(&record.event);
            if let Some(summary) =
                session_summary(record.event.kind(), record.at, &replayed).filter(|_| fault.is_none())
            {
                text.push_str(&format!(" ({summary})"));
            }
            let Record { seq, rev, actor, at, logged, event, details, .. } = record.clone();
            let RecordDetails { precision, replaces, on_behalf, .. } = details;
            let entry = replayed.records().entries().iter().rfind(|entry| entry.seq == seq);
            let (to, inserted) = (replayed.stage(), entry.map_or(0, |entry| entry.inserted));
            let (voided_by, replaced_by) = (None, None);
            moments.push(Moment {
                seq,
                rev,
                at,
                precision,
                logged,
                actor,
                on_behalf,
                destroyed: DestroyedText::of(&event),
                event,
                text,
                to,
                replaces,
                inserted,
                voided_by,
                replaced_by,
                advisories,
                fault,
            });
        }
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
/// recorded by mistake and voided later never happened; to see what was believed at the time, replay to a number.
fn as_of(history: &History, at: At) -> Case {
    let mut case = history.start();
    let events = history.in_effect().into_iter().take_while(|entry| entry.at <= at);
    // The facts end before the first event that the rules don't allow.
    let _ = events.map(|entry| case.offer(&entry.event, entry.at)).take_while(Result::is_ok).count();
    case
}

/// Marks the records that no longer count.
fn mark_voided(history: &History, moments: &mut [Moment]) {
    for entry in history.entries().iter().filter(|entry| entry.voided_by.is_some() || entry.replaced_by.is_some()) {
        for moment in moments.iter_mut().filter(|moment| moment.seq == entry.seq) {
            (moment.voided_by, moment.replaced_by) = (entry.voided_by, entry.replaced_by);
        }
    }
}

impl Moment {
    /// Returns the number of the record that voided or replaced it.
    pub fn corrected_by(&self) -> Option<u64> {
        self.voided_by.or(self.replaced_by)
    }

    /// Returns the advisories about it that hold as long as the record does.
    pub fn lasting_advisories(&self) -> impl Iterator<Item = &Advisory> {
        self.advisories.iter().filter(|advisory| advisory.warning.is_lasting())
    }

    /// Whether it is a correction.
    pub fn is_correction(&self) -> bool {
        !self.event.kind().happens()
    }
}
