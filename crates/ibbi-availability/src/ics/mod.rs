//! Calendars (RFC 5545).

use crate::{ImportError, ImportWindow, ImportedFile};

/// Reads a calendar.
///
/// # Errors
/// [`ImportError::Unknown`]: calendars aren't read yet.
pub fn read(_bytes: &[u8], _window: &ImportWindow) -> Result<ImportedFile, ImportError> {
    Err(ImportError::Unknown("calendars aren't read yet".to_owned()))
}
