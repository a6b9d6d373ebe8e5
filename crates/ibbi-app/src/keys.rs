//! Keys: making them, and reading public keys.

use crate::error::AppError;
use crate::text_file;
use ibbi_seal::{KeyError, KeyFileError, PrivateKey, PublicKey};
use serde::Serialize;
use std::io;
use std::path::{Path, PathBuf};

/// The longest file of a public key, in bytes.
const MOST_BYTES: u64 = 1 << 16;

/// A new key pair. The private key is in its file and nowhere else.
#[derive(Debug, Clone, Serialize)]
pub struct NewKey {
    /// The file of the private key.
    pub private_key_file: PathBuf,
    /// The public key, for the people who verify.
    pub public_key: String,
}

/// Makes a key pair, and writes the private key to a new file that only its owner can read.
///
/// # Errors
/// Returns [`AppError::Key`], and [`AppError::Usage`] for a name that could be taken for another one, such as one with characters
/// that can't be seen. It never overwrites a file.
pub fn keygen(name: &str, file: &Path) -> Result<NewKey, AppError> {
    check_key_name(name)?;
    let key = PrivateKey::generate(name, file).map_err(key_error)?;
    Ok(NewKey { private_key_file: file.to_owned(), public_key: key.public().to_string() })
}

/// Refuses a name that could be taken for another one, as names of people are refused.
pub(crate) fn check_key_name(name: &str) -> Result<(), AppError> {
    let fault = ibbi_core::name_faults(name).into_iter().next();
    fault.map_or(Ok(()), |fault| Err(AppError::Usage(format!("the name of the key {fault}; choose another name"))))
}

pub(crate) fn key_error(error: KeyFileError) -> AppError {
    match error {
        KeyFileError::Io { path, source, .. } if source.kind() == io::ErrorKind::AlreadyExists => {
            AppError::Io { doing: "write", path, source }
        }
        error => error.into(),
    }
}

/// Returns a public key from its text, or from a file that contains it.
///
/// # Errors
/// [`AppError::Usage`] if it is neither; [`AppError::Io`] if the file can't be read.
pub fn public_key(text: &str) -> Result<PublicKey, AppError> {
    let wrong = |error: KeyError| AppError::Usage(format!("--key: {error}"));
    match text.parse() {
        Ok(key) => Ok(key),
        Err(error) => match text_file::read(Path::new(text), MOST_BYTES) {
            Ok(file) => file.trim().parse().map_err(wrong),
            Err(AppError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Err(AppError::Usage(format!("--key: there is no file {text}, and it is not a public key: {error}")))
            }
            // A text that can't be a path.
            Err(_) if !Path::new(text).exists() => Err(wrong(error)),
            Err(unreadable) => Err(unreadable),
        },
    }
}
