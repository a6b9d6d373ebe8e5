//! One case in depth: its timeline, who did what, how long it stood where, and why it is where it is.

mod gather;
mod road;
mod tell;

use crate::audit::AuditError;
use crate::figures::Who;
use crate::finding::Finding;
use crate::input::Source;
use ibbi_core::{Advisory, At, Case, Event, EventKind, Name, Outcome, Refusal, Rule, Stage, TimeZoneName, Unmet};
use ibbi_log::{Record, Uuid};
use serde::Serialize;

/// How far to go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Until {
    /// To the end.
    #[default]
    End,
    /// What had happened by this instant, as it is known now: later corrections are applied.
    At(At),
    /// What was on record at this instant, as it was known then.
    Logged(At),
    /// What was on record after the line with this number.
    Seq(u64),
}

/// What is asked about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseQuery {
    /// The case.
    pub case: Uuid,
    /// How far to go.
    pub until: Until,
    /// The instant as of which waiting is counted and what is lacking is asked; that of the last line if none is given.
    pub as_of: Option<At>,
    /// Whether the core's advisories are listed with each event.
    pub advisories: bool,
}

/// A case in depth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseReport {
    /// The case.
    pub case: Uuid,
    /// Its district; nothing without an opening.
    pub district: Option<Name>,
    /// The district's time zone.
    pub time_zone: Option<TimeZoneName>,
    /// The instant as of which it is told.
    pub as_of: At,
    /// Where it stands.
    pub stage: Stage,
    /// How it ended.
    pub outcome: Option<Outcome>,
    /// The whole state, as the core has it.
    pub state: Case,
    /// Its records as far as was asked, in the order of the ledger.
    pub moments: Vec<Moment>,
    /// How many records came after.
    pub later: u64,
    /// Who recorded what, and when.
    pub actors: Vec<ActorRow>,
    /// The time in each stage.
    pub stays: Vec<Stay>,
    /// Who was waited for.
    pub waiting: Vec<WaitRow>,
    /// Why it is where it is: every stage it entered, the last one last, with the events that settled what entering asked.
    pub road: Vec<Entering>,
    /// What is still open: what the present stage lacks before the process can go on.
    pub lacking: Vec<Unmet>,
    /// What an audit finds about the case.
    pub findings: Vec<Finding>,
}

/// A record of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// Its number in the ledger.
    pub seq: u64,
    /// Its number in its case.
    pub rev: u64,
    /// Its line in the file.
    pub line: u64,
    /// When it happened.
    pub at: At,
    /// When it was written down.
    pub logged: At,
    /// Who recorded it.
    pub actor: Name,
    /// What happened.
    pub event: Event,
    /// The stage after it, as recorded.
    pub recorded: Stage,
    /// The stage after it, as judged now.
    pub stage: Stage,
    /// Whether it was accepted.
    pub accepted: bool,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
    /// The correction that voided it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voided_by: Option<u64>,
    /// What the process advised against, if that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub advisories: Vec<Advisory>,
}

/// What somebody recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActorRow {
    /// Who.
    pub actor: Name,
    /// How many records.
    pub records: u64,
    /// When the first was written down.
    pub first: At,
    /// When the last was.
    pub last: At,
    /// The kinds of event, each with how many, in the order in which they first came.
    pub kinds: Vec<(EventKind, u64)>,
    /// The numbers of the records.
    pub seqs: Vec<u64>,
}

/// A stay in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stay {
    /// The stage.
    pub stage: Stage,
    /// When it was entered.
    pub entered: At,
    /// When it was left; nothing for the present one.
    pub left: Option<At>,
    /// Whole minutes, for the present one until the instant as of which the case is told.
    pub minutes: u64,
}

/// How long somebody was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct WaitRow {
    /// Who.
    pub who: Who,
    /// Whole minutes.
    pub minutes: u64,
    /// Those in which nobody else was waited for.
    pub alone: u64,
    /// Whether this one is waited for now.
    pub now: bool,
}

/// How a stage was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entering {
    /// The stage.
    pub stage: Stage,
    /// The number of the event that led there.
    pub seq: u64,
    /// When it happened.
    pub at: At,
    /// Its kind.
    pub event: EventKind,
    /// What entering asked, and what settled it. Nothing is asked of an opening, a decline or a withdrawal.
    pub requirements: Vec<Requirement>,
}

/// Something that entering a stage asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// The rule.
    pub rule: Rule,
    /// What it asks, in one line.
    pub statement: &'static str,
    /// What settled it.
    pub settled: Vec<Settled>,
    /// The same as sentences: the rule's statement, and by which numbers it was settled.
    pub text: String,
}

/// An event that settled something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Its number.
    pub seq: u64,
    /// When it happened.
    pub at: At,
    /// What happened.
    pub event: EventKind,
    /// Which part of the requirement it settled, such as a seat, a body, a member or a part.
    pub what: String,
}

/// Tells one case of a ledger in depth; nothing if the ledger does not have it.
///
/// ```
/// use ibbi_audit::{CaseQuery, Source, case_report};
/// let ledger = std::fs::read("../../tests/golden/v1/referred.ledger")?;
/// let case = "01910000-0000-7000-8000-000600000001".parse()?;
/// let report = case_report(Source::bytes(&ledger), &CaseQuery::of(case))?.expect("the ledger has the case");
/// let why = report.road.last().expect("it was opened");
/// assert_eq!(why.requirements[0].text,
///     "A case is referred only to a service that the district chose, and not to the IBBI itself. \
///      Settled by: Conflict Resolution #7.");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AuditError`] if the source cannot be read.
pub fn case_report(source: Source<'_>, query: &CaseQuery) -> Result<Option<CaseReport>, AuditError> {
    let gathered = gather::gather(source, query)?;
    Ok((!gathered.records.is_empty()).then(|| tell::tell(gathered, query)))
}

impl CaseQuery {
    /// All of a case, without advisories.
    pub const fn of(case: Uuid) -> Self {
        Self { case, until: Until::End, as_of: None, advisories: false }
    }

    /// Whether a record lies within what is asked, as far as that does not depend on when things happened.
    fn reaches(&self, record: &Record) -> bool {
        match self.until {
            Until::End | Until::At(_) => true,
            Until::Logged(at) => record.logged <= at,
            Until::Seq(seq) => record.seq <= seq,
        }
    }
}
