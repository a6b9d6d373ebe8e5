//! Why a webhook can't be made or changed.

use crate::target::TargetError;
use ibbi_access::AccessError;

/// Why a webhook can't be read, made, or changed.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// There is no such webhook or no such dead letter.
    #[error("{0}")]
    NotFound(String),
    /// The change makes no sense.
    #[error("{0}")]
    Refused(String),
    /// The address isn't one to which messages can be sent.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A file can't be read or written.
    #[error(transparent)]
    File(#[from] AccessError),
}
