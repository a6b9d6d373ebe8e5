//! A report on one case: its records with their rules, who attended each session, who recorded them, the time in each stage, and why it is in its current stage.

mod attendance;
mod known;
mod milestones;
mod records;
mod replay;
mod steps;

pub use attendance::{MemberAttendance, MemberPresence, SessionAttendance, SessionEnd, SubstituteAttendance};
pub use known::{KnownDay, known_by_day};
pub use steps::{CaseStep, StepRule};

use crate::error::AuditError;
use crate::finding::Finding;
use crate::input::LedgerSource;
use ibbi_core::{
    Advisory, At, Case, Event, EventKind, Name, Outcome, Precision, Refusal, Rule, Stage, TimeZoneName, Unmet,
    WaitingFor,
};
use ibbi_log::{Record, RecordDetails, Texts, Uuid};
use serde::Serialize;

/// The last record to include.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CaseUntil {
    /// Include everything.
    #[default]
    End,
    /// Include events that happened by this instant, with later corrections applied.
    At(At),
    /// Include what was recorded by this instant.
    Logged(At),
    /// Include everything up to the record with this number.
    Seq(u64),
}

/// A query for a report on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseQuery {
    /// The case.
    pub case: Uuid,
    /// The last record to include.
    pub until: CaseUntil,
    /// The instant for which waiting and missing requirements are reported; that of the last line if none is given.
    pub as_of: Option<At>,
    /// Whether to list all of the core's advisories with each event, and not only the lasting ones.
    pub advisories: bool,
}

/// A report on one case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseReport {
    /// The case.
    pub case: Uuid,
    /// Its district; nothing without an opening.
    pub district: Option<Name>,
    /// The district's time zone.
    pub time_zone: Option<TimeZoneName>,
    /// The instant of the report.
    pub as_of: At,
    /// Its stage.
    pub stage: Stage,
    /// Its outcome.
    pub outcome: Option<Outcome>,
    /// The core's whole state.
    pub state: Case,
    /// The included records, in ledger order.
    #[serde(rename = "moments")]
    pub records: Vec<CaseRecord>,
    /// The number of later records.
    pub later: u64,
    /// Who attended each session and each caucus that counts, in the order in which they opened.
    pub attendance: Vec<SessionAttendance>,
    /// The steps: each record with its rules, when it happened, and when it was written down, in ledger order.
    pub steps: Vec<CaseStep>,
    /// The records of each actor.
    pub actors: Vec<ActorActivity>,
    /// The time in each stage.
    #[serde(rename = "stays")]
    pub stages: Vec<StageStay>,
    /// The persons, bodies, and dates that the case waited for.
    pub waiting: Vec<CaseWaiting>,
    /// Every stage it entered, the current one last, with the events that met the requirements for entering it.
    #[serde(rename = "road")]
    pub milestones: Vec<Milestone>,
    /// The requirements that are not met yet in the current stage.
    pub lacking: Vec<Unmet>,
    /// The findings about the case.
    pub findings: Vec<Finding>,
}

/// A record of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseRecord {
    /// Its ID.
    #[serde(skip)]
    pub id: Uuid,
    /// Its number in the ledger.
    pub seq: u64,
    /// Its number within the case.
    pub rev: u64,
    /// Its line in the file.
    pub line: u64,
    /// When it happened.
    pub at: At,
    /// When it was recorded.
    pub logged: At,
    /// Whether it was imported from a spreadsheet of past cases. An audit alone doesn't know: `ibbi-app` sets it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// The actor who recorded it.
    pub actor: Name,
    /// The event.
    pub event: Event,
    /// What only some records have.
    #[serde(flatten, serialize_with = "serialize_details")]
    pub details: RecordDetails,
    /// The stage after it, as recorded.
    pub recorded: Stage,
    /// The stage after it, as computed now.
    pub stage: Stage,
    /// The stage that began with it, in the order in which the events happened.
    #[serde(skip)]
    pub began: Option<Stage>,
    /// Whether it was accepted.
    pub accepted: bool,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// How many events in effect happened later and had been recorded before.
    #[serde(skip_serializing_if = "is_zero")]
    pub inserted: u32,
    /// The number of the record that voids it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_by: Option<u64>,
    /// The number of the record that replaces it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<u64>,
    /// The advisories about it: the lasting ones, or all if the query asks for them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Advisory>,
}

impl CaseRecord {
    /// Returns the number of the record that voids or replaces it.
    pub fn corrected_by(&self) -> Option<u64> {
        self.voided_by.or(self.replaced_by)
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// Writes the details that a record has as fields of the record.
fn serialize_details<S: serde::Serializer>(details: &RecordDetails, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap;
    let mut map = serializer.serialize_map(None)?;
    if let Some(act) = details.act {
        map.serialize_entry("act", &[act.index, act.count])?;
    }
    if let Some(on_behalf) = &details.on_behalf {
        map.serialize_entry("on_behalf", on_behalf)?;
    }
    if details.precision != Precision::Instant {
        map.serialize_entry("precision", &details.precision)?;
    }
    if let Some(replaces) = details.replaces {
        map.serialize_entry("replaces", &replaces)?;
    }
    map.end()
}

/// The records of an actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActorActivity {
    /// The actor.
    pub actor: Name,
    /// The number of records.
    pub records: u64,
    /// When the first was recorded.
    pub first: At,
    /// When the last was recorded.
    pub last: At,
    /// The kinds of event with their numbers, in the order in which they first occurred.
    pub kinds: Vec<(EventKind, u64)>,
    /// The numbers of the records.
    pub seqs: Vec<u64>,
}

/// The time of a case in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StageStay {
    /// The stage.
    pub stage: Stage,
    /// When it was entered.
    pub entered: At,
    /// When it was left; nothing for the current stage.
    pub left: Option<At>,
    /// Whole minutes; for the current stage, until the instant of the report.
    pub minutes: u64,
}

/// How long the case waited for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CaseWaiting {
    /// The persons, bodies, and dates that the case waited for.
    pub who: WaitingFor,
    /// Whole minutes.
    pub minutes: u64,
    /// The minutes in which the case waited for nothing else.
    pub alone: u64,
    /// Whether the case is waiting for it now.
    pub now: bool,
}

/// The event that led to a stage, with the requirements for entering it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Milestone {
    /// The stage.
    pub stage: Stage,
    /// The number of the event that led there.
    pub seq: u64,
    /// When it happened.
    pub at: At,
    /// Its kind.
    pub event: EventKind,
    /// The requirements for entering the stage, with the events that met them. An opening, a decline, and a withdrawal have
    /// none.
    pub requirements: Vec<Requirement>,
}

/// A requirement for entering a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// The rule.
    pub rule: Rule,
    /// The rule's statement.
    pub statement: &'static str,
    /// The events that met it.
    pub settled: Vec<SettledBy>,
    /// A text for people: the rule's statement, and the numbers of the records that met it.
    pub text: String,
}

/// An event that met a requirement, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettledBy {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at: At,
    /// The kind of event.
    pub event: EventKind,
    /// The part of the requirement that it met, such as a seat, a body, a member, or a part.
    pub what: String,
}

/// Returns a report on one case of a ledger, or nothing if the ledger doesn't have the case.
///
/// ```
/// use ibbi_audit::{CaseQuery, LedgerSource, case_report};
/// let ledger = std::fs::read("../../tests/golden/v1/referred.ledger")?;
/// let case = "01910000-0000-7000-8000-000600000001".parse()?;
/// let report = case_report(LedgerSource::bytes(&ledger), &CaseQuery::new(case))?.expect("the ledger has the case");
/// let why = report.milestones.last().expect("it was opened");
/// assert!(why.requirements[0].text.ends_with("Met by: Conflict Resolution #7."));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an [`AuditError`] if the source can't be read.
pub fn case_report(source: LedgerSource<'_>, query: &CaseQuery) -> Result<Option<CaseReport>, AuditError> {
    Ok(case_reports(source, std::slice::from_ref(query))?.pop().flatten())
}

/// Returns reports on several cases of a ledger, which is read once. The result has the order of the queries; a case that
/// the ledger doesn't have is nothing.
///
/// # Errors
/// Returns an [`AuditError`] if the source can't be read.
pub fn case_reports(source: LedgerSource<'_>, queries: &[CaseQuery]) -> Result<Vec<Option<CaseReport>>, AuditError> {
    let all = records::read_records(source, queries)?;
    Ok(all.into_iter().zip(queries).map(|(records, query)| report(records, query)).collect())
}

/// Returns a report as [`case_report`] does, with the confidential texts in the place of their digests, as far as they are known.
/// The caller must be allowed to read them.
///
/// # Errors
/// Returns an [`AuditError`] if the source can't be read.
pub fn case_report_with_texts(
    source: LedgerSource<'_>,
    query: &CaseQuery,
    texts: &Texts,
) -> Result<Option<CaseReport>, AuditError> {
    let Some(mut records) = records::read_records(source, std::slice::from_ref(query))?.pop() else { return Ok(None) };
    records.records.iter_mut().for_each(|record| texts.fill(&mut record.record.event));
    Ok(report(records, query))
}

fn report(records: records::CaseRecords, query: &CaseQuery) -> Option<CaseReport> {
    (!records.records.is_empty()).then(|| replay::report(records, query))
}

impl CaseQuery {
    /// Creates a query for everything about a case, with only the lasting advisories.
    pub const fn new(case: Uuid) -> Self {
        Self { case, until: CaseUntil::End, as_of: None, advisories: false }
    }

    /// Returns whether the query includes a record, apart from when its event happened.
    fn includes(&self, record: &Record) -> bool {
        match self.until {
            CaseUntil::End | CaseUntil::At(_) => true,
            CaseUntil::Logged(at) => record.logged <= at,
            CaseUntil::Seq(seq) => record.seq <= seq,
        }
    }
}
