//! The exit codes of the program, and the codes of its errors.

use crate::error::AppError;
use ibbi_audit::AuditError;
use ibbi_log::{CreateError, OpenError};
use ibbi_postgres::PostgresError;
use ibbi_seal::{CosignError, ExtractError, KeyFileError, SignError};
use ibbi_sim::SimulationError;
use ibbi_store::AppendError;

/// The program's exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Done.
    Done = 0,
    /// The command line or the input is wrong.
    Usage = 2,
    /// A rule refused the event.
    Refused = 3,
    /// The ledger is bad.
    BadLedger = 4,
    /// Something cannot be read or written.
    Io = 5,
    /// The program itself is wrong.
    Fault = 70,
}

impl AppError {
    /// The exit code that belongs to the error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Extract { source, .. } => match **source {
                ExtractError::NoSuchCase { .. } | ExtractError::NoCheckpoint | ExtractError::Hidden { .. } => {
                    ExitCode::Usage
                }
                ExtractError::Mirror { .. }
                | ExtractError::Damaged(_)
                | ExtractError::Root { .. }
                | ExtractError::Truncated { .. } => ExitCode::BadLedger,
                _ => ExitCode::Io,
            },
            Self::Cosign { source, .. } => match **source {
                CosignError::Fork(_)
                | CosignError::NotShown(_)
                | CosignError::Signature(_)
                | CosignError::OtherLines { .. } => ExitCode::BadLedger,
                _ => ExitCode::Usage,
            },
            Self::InAct { error, .. } => error.exit_code(),
            Self::Input(_)
            | Self::Zone(_)
            | Self::Usage(_)
            | Self::NoCase(_)
            | Self::CaseTaken(_)
            | Self::WhichCase { .. }
            | Self::Scenario { .. }
            | Self::Goals { .. }
            | Self::Simulation(SimulationError::Settings { .. })
            | Self::Resume { .. } => ExitCode::Usage,
            Self::Simulation(_) => ExitCode::Fault,
            Self::Audit { source, .. } => match **source {
                AuditError::Thread => ExitCode::Fault,
                _ => ExitCode::Io,
            },
            Self::Database(
                PostgresError::Address { .. }
                | PostgresError::NoLedger { .. }
                | PostgresError::Exists { .. }
                | PostgresError::TooLong { .. },
            ) => ExitCode::Usage,
            Self::Database(PostgresError::Damaged { .. }) => ExitCode::BadLedger,
            Self::Create(CreateError::Exists { .. }) | Self::Key(KeyFileError::Key { .. } | KeyFileError::Name(_)) => {
                ExitCode::Usage
            }
            Self::Append(AppendError::IdTaken { .. } | AppendError::TooLarge { .. } | AppendError::Repeated { .. }) => {
                ExitCode::Usage
            }
            Self::Future { .. }
            | Self::Refused { .. }
            | Self::NotAllowed(_)
            | Self::Append(AppendError::Conflict { .. } | AppendError::ClockWentBack { .. }) => ExitCode::Refused,
            Self::NotALedger { .. }
            | Self::Packed { .. }
            | Self::Damaged { .. }
            | Self::Illegal { .. }
            | Self::Open(OpenError::NotALedger { .. } | OpenError::Unfinished { .. })
            | Self::Checkpoints { .. }
            | Self::Sign(SignError::ReadOnly | SignError::File { .. }) => ExitCode::BadLedger,
            Self::Create(_)
            | Self::Open(_)
            | Self::Append(_)
            | Self::InDoubt { .. }
            | Self::ReadOnly { .. }
            | Self::Key(_)
            | Self::Sign(_)
            | Self::Gone(_)
            | Self::Database(_)
            | Self::Io { .. } => ExitCode::Io,
        }
    }

    /// A stable code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "input",
            Self::Zone(_) => "time",
            Self::Usage(_) => "usage",
            Self::Future { .. } => "future",
            Self::Refused { .. } => "refused",
            Self::NotAllowed(_) => "not-allowed",
            Self::InAct { error, .. } => error.code(),
            Self::NoCase(_) => "no-case",
            Self::CaseTaken(_) => "case-taken",
            Self::WhichCase { .. } => "which-case",
            Self::NotALedger { .. } | Self::Packed { .. } => "not-a-ledger",
            Self::Damaged { .. } => "ledger-damaged",
            Self::Illegal { .. } => "ledger-illegal",
            Self::Create(_) => "create",
            Self::Open(_) => "open",
            Self::Append(AppendError::ReadOnly { .. }) | Self::ReadOnly { .. } => "read-only",
            Self::Append(AppendError::ClockWentBack { .. }) => "clock",
            Self::Append(_) => "append",
            Self::InDoubt { .. } => "in-doubt",
            Self::Key(_) => "key",
            Self::Sign(_) => "sign",
            Self::Checkpoints { .. } => "checkpoints",
            Self::Cosign { source, .. } if source.fork().is_some() => "fork",
            Self::Cosign { .. } => "cosign",
            Self::Extract { .. } => "extract",
            Self::Gone(_) => "gone",
            Self::Audit { .. } => "audit",
            Self::Scenario { .. } => "scenario",
            Self::Goals { .. } => "goals",
            Self::Simulation(_) => "simulation",
            Self::Resume { .. } => "resume",
            Self::Database(PostgresError::InDoubt { .. }) => "in-doubt",
            Self::Database(_) => "database",
            Self::Io { .. } => "io",
        }
    }
}
