//! The results and errors of a ledger as those of a store.

use crate::AppendError;
use ibbi_store::{Committed, StoreError};

impl From<&crate::Committed> for Committed {
    fn from(written: &crate::Committed) -> Self {
        let crate::Committed { seq, rev, logged, existing, .. } = *written;
        Self { seq, rev, logged, existing }
    }
}

pub(crate) fn unreadable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unreadable(Box::new(error))
}

impl From<AppendError> for ibbi_store::AppendError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { case, expected, found } => Self::Conflict { case, expected, found },
            AppendError::IdTaken { case, id, rev } => Self::IdTaken { case, id, rev },
            AppendError::Repeated { case, id } => Self::Repeated { case, id },
            AppendError::LineTooLong { .. } | AppendError::BatchTooLong => Self::TooLarge { reason: error.to_string() },
            AppendError::NotAccepted(error) => error,
            AppendError::InDoubt { .. } => Self::InDoubt { source: Box::new(error) },
            AppendError::Damaged { .. }
            | AppendError::Forgotten { .. }
            | AppendError::Poisoned
            | AppendError::Custody { .. }
            | AppendError::KeyLeft { .. }
            | AppendError::Format
            | AppendError::Changed { .. }
            | AppendError::Moved { .. } => Self::ReadOnly { source: Box::new(error) },
            AppendError::Read { .. } | AppendError::Texts { .. } | AppendError::Unreadable { .. } => {
                Self::Store(unreadable(error))
            }
        }
    }
}
