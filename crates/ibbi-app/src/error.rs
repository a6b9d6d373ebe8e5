//! One error for every job, with the exit code that the program gives for it.

use crate::input::InputError;
use crate::presets::PresetError;
use crate::zone::{Zone, ZoneError};
use ibbi_audit::AuditError;
use ibbi_common::format::weekday_date;
use ibbi_core::{At, Date, EventKind, Refusal};
use ibbi_log::{CreateError, Fault, FaultKind, OpenError};
use ibbi_postgres::PostgresError;
use ibbi_seal::{CheckpointsError, CosignError, ExtractError, KeyFileError, SignError};
use ibbi_sim::{GoalsError, Problem, ResumeError, ScenarioError, SimulationError};
use ibbi_store::{AppendError, ClockError};
use std::io;
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Why a job was not done. Unless it says "in doubt", nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The input is no event.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A time was not understood.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// Something was asked that cannot be: which, and what can.
    #[error("{0}")]
    Usage(String),
    /// The event happened in the future, by more than clocks may differ.
    #[error(
        "the time of the event, {}, is more than five minutes after now, {}; record it after it has happened",
        .zone.show(*.at), .zone.show(*.now)
    )]
    Future {
        /// The event's time.
        at: At,
        /// This program's clock.
        now: At,
        /// The zone of the district, for showing times.
        zone: Zone,
    },
    /// A rule was not met.
    #[error("{refusal}{}", .day_only.as_ref().map(|hint| format!("\n  {hint}")).unwrap_or_default())]
    Refused {
        /// Every unmet rule.
        refusal: Refusal,
        /// The zone of the district, for showing times.
        zone: Zone,
        /// The record of the same day that is in the way only because its time is not known, if there is one.
        day_only: Option<DayOnly>,
    },
    /// An event of an act was not recorded, and so none was.
    #[error("event {} of {count}: {error}; nothing was recorded", .index + 1)]
    InAct {
        /// The event's place in the act, from 0.
        index: usize,
        /// The number of events in the act.
        count: usize,
        /// Why not.
        error: Box<Self>,
    },
    /// A legal hold, a retention rule, or the state of the ledger doesn't allow it.
    #[error("{0}")]
    NotAllowed(String),
    /// The ledger has no case, or not the one that was asked for.
    #[error("{0}")]
    NoCase(String),
    /// A case with the ID that an opening asks for is open already.
    #[error(
        "a case with the ID {0} is open already, so this scenario has been used for a case; to open another case, leave out its ID, or \
         give the scenario another `id`"
    )]
    CaseTaken(Uuid),
    /// The ledger has several cases, and none was named.
    #[error("{path} holds {count} cases; name one with --case: {shown}", path = .path.display())]
    WhichCase {
        /// The ledger.
        path: PathBuf,
        /// How many cases it holds.
        count: usize,
        /// Some of them.
        shown: String,
    },
    /// The ledger is compressed, and is needed as it stands.
    #[error("{path} is compressed by {packing}; unpack it first (`ibbi audit` reads it as it is)", path = .path.display())]
    Packed {
        /// The file.
        path: PathBuf,
        /// `gzip` or `zstd`.
        packing: &'static str,
    },
    /// The file is no ledger, or no more: its first line is not one that begins a ledger.
    #[error("{path} does not begin as a ledger: {reason}; if it was one, restore it from a copy, otherwise give another name", path = .path.display())]
    NotALedger {
        /// The file.
        path: PathBuf,
        /// What is wrong with its beginning.
        reason: String,
    },
    /// The ledger's lines are not in order.
    #[error("{path}: {fault}{}", more(*.count))]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// The first fault.
        fault: Box<Fault>,
        /// How many there are.
        count: u64,
    },
    /// A recorded event is not legal, or its stage is not what the rules give.
    #[error(
        "the rules do not allow what is recorded in case {case}; {reason}. Until this is corrected, the case takes only \
         notes, corrections, and a withdrawal"
    )]
    Illegal {
        /// The case.
        case: Uuid,
        /// The number of the first record that is not allowed.
        seq: u64,
        /// What is wrong.
        reason: String,
    },
    /// The ledger cannot be created.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// The ledger cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The record was not added.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// It is not known whether the record was added. Send it again under its ID, and it is there once.
    #[error("{source}; this record's id is {id}: record it again with `--id {id}`")]
    InDoubt {
        /// The record's id.
        id: Uuid,
        /// What was being done, and the system's reason.
        source: AppendError,
    },
    /// The store takes no more records since something went wrong with it.
    #[error("no more events can be recorded: {cause}; open the ledger again, and then record the event")]
    ReadOnly {
        /// What went wrong first.
        cause: String,
    },
    /// A key cannot be made, or cannot be read.
    #[error(transparent)]
    Key(#[from] KeyFileError),
    /// A checkpoint was not written.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A file of checkpoints cannot be read.
    #[error("{path}: {source}", path = .path.display())]
    Checkpoints {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointsError,
    },
    /// A witness did not cosign a checkpoint.
    #[error("{source}{}", .kept.as_ref().map(|kept| format!(". Both checkpoints are kept in {}: show them to an auditor", kept.display())).unwrap_or_default())]
    Cosign {
        /// Why not.
        source: Box<CosignError>,
        /// The file in which the two checkpoints of a fork are kept.
        kept: Option<PathBuf>,
    },
    /// No extract was made.
    #[error("{path}: {source}", path = .path.display())]
    Extract {
        /// The ledger.
        path: PathBuf,
        /// Why not.
        source: Box<ExtractError>,
    },
    /// A case is not in the ledger any more.
    #[error("case {0} is not in the ledger")]
    Gone(Uuid),
    /// An audit was not finished.
    #[error("{path}: {source}", path = .path.display())]
    Audit {
        /// The ledger.
        path: PathBuf,
        /// Why not.
        source: Box<AuditError>,
    },
    /// The scenario is not one, with every problem.
    #[error("{}", problems(.path, "the scenario has", &.source.problems))]
    Scenario {
        /// The scenario's file.
        path: PathBuf,
        /// What is wrong with it.
        source: ScenarioError,
    },
    /// The file of goals is not one, with every problem.
    #[error("{}", problems(.path, "the goals have", &.source.problems))]
    Goals {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: GoalsError,
    },
    /// The simulation stopped.
    #[error("{}", chain(.0))]
    Simulation(#[from] SimulationError),
    /// A forecast cannot go on from a real case.
    #[error("{path}: {source}", path = .path.display())]
    Resume {
        /// The ledger.
        path: PathBuf,
        /// Why not.
        source: ResumeError,
    },
    /// A database cannot be used.
    #[error(transparent)]
    Database(#[from] PostgresError),
    /// Something cannot be read or written.
    #[error("cannot {doing} {path}: {reason}", path = .path.display(), reason = io_reason(.source))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// A recorded entry of which only the day is known, and which is in the way of another event of that day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayOnly {
    /// The number of the record.
    pub seq: u64,
    /// What it is.
    pub event: EventKind,
    /// The day.
    pub day: Date,
}

impl std::fmt::Display for DayOnly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (seq, event, day) = (self.seq, self.event.label(), weekday_date(self.day));
        write!(
            f,
            "Number {seq} (\u{201c}{event}\u{201d}) was recorded with only its day, {day}. If this event happened earlier or \
             later that day, correct number {seq} first: enter its time"
        )
    }
}

/// Returns the system's reason, or what to do instead.
fn io_reason(error: &io::Error) -> String {
    match (error.kind(), error.get_ref()) {
        (io::ErrorKind::AlreadyExists, None) => {
            "the file already exists; choose another name, or delete it first".into()
        }
        (io::ErrorKind::IsADirectory, None) => "it is a directory; name a file".into(),
        _ => error.to_string(),
    }
}

impl From<PresetError> for AppError {
    fn from(error: PresetError) -> Self {
        match error {
            PresetError::Unreadable { file: path, error: source } => Self::Io { doing: "read", path, source },
            error => Self::Usage(error.to_string()),
        }
    }
}

impl From<ClockError> for AppError {
    fn from(error: ClockError) -> Self {
        Self::Usage(error.to_string())
    }
}

/// A problem a line, each with the file and its place, as editors understand it.
fn problems(path: &Path, what: &str, problems: &[Problem]) -> String {
    let path = path.display();
    let mut text = match problems.len() {
        1 => format!("{what} a problem"),
        several => format!("{what} {several} problems"),
    };
    for Problem { line, column, found, expected, nearest } in problems {
        text.push_str(&format!("\n  {path}:{line}:{column}: {found}; expected {expected}"));
        if let Some(nearest) = nearest {
            text.push_str(&format!(" (did you mean {nearest}?)"));
        }
    }
    text
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    text
}

fn more(count: u64) -> String {
    if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() }
}

impl AppError {
    /// Returns the error of an event, without its place in an act.
    pub(crate) fn of_event(self) -> Self {
        match self {
            Self::InAct { error, .. } => *error,
            error => error,
        }
    }

    /// Returns the error for a case that is not in the ledger.
    pub(crate) fn no_case(case: Uuid) -> Self {
        Self::NoCase(format!("there is no case {case}"))
    }

    /// The error about a file without a first line that begins a ledger: with the fault of that line, or nothing if
    /// there is no whole line.
    ///
    /// The remedies of a fault are those for a damaged ledger. Most files that do not begin as one never were one, save
    /// those to which an editor or a transfer did something that can be undone.
    pub(crate) fn beginning(path: &Path, fault: Option<Fault>) -> Self {
        let path = path.to_owned();
        match fault.map(|fault| (fault.kind.clone(), fault)) {
            None | Some((FaultKind::Torn { .. }, _)) => {
                Self::NotALedger { path, reason: "it has no whole line".into() }
            }
            Some((FaultKind::ByteOrderMark | FaultKind::CarriageReturn, fault)) => {
                Self::Damaged { path, fault: Box::new(fault), count: 1 }
            }
            // A record in its place in some ledger, which is not the first.
            Some((FaultKind::Chain { .. } | FaultKind::Seq { .. } | FaultKind::Opening { .. }, _)) => {
                Self::NotALedger { path, reason: "its first line is one from further down in a ledger".into() }
            }
            Some((kind, _)) => Self::NotALedger { path, reason: kind.to_string() },
        }
    }

    pub(crate) fn from_extract(path: &Path, source: ExtractError) -> Self {
        Self::Extract { path: path.to_owned(), source: Box::new(source) }
    }
}
