//! Tokens of programs. Only their hash is kept.

use crate::error::AccessError;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;

/// How a token begins, so that a search for leaked secrets finds it.
const PREFIX: &str = "ibbi";

/// A new token: its ID, which isn't secret, its text, which is, and the hash that is kept.
pub(crate) struct Made {
    pub(crate) id: String,
    pub(crate) text: String,
    pub(crate) hash: String,
}

/// Makes a token of 256 random bits.
pub(crate) fn make() -> Result<Made, AccessError> {
    let id = random::<6>()?;
    let text = format!("{PREFIX}_{id}_{}", new_secret()?);
    let hash = secret_hash(&text);
    Ok(Made { id, text, hash })
}

/// Returns the ID in a token's text.
pub(crate) fn id_of(text: &str) -> Option<&str> {
    let mut parts = text.split('_');
    let (prefix, id, secret, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    (prefix == PREFIX && !id.is_empty() && !secret.is_empty() && rest.is_none()).then_some(id)
}

/// Returns the hash under which a secret is kept. The secret has 256 random bits, so a fast hash is enough.
pub fn secret_hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// Compares a token with a hash in constant time.
pub(crate) fn matches(text: &str, hash: &str) -> bool {
    secret_hash(text).as_bytes().ct_eq(hash.as_bytes()).into()
}

/// Returns a new secret of 256 random bits, in 64 hexadecimal digits.
///
/// # Errors
/// [`AccessError::Refused`] if the system has no randomness.
pub fn new_secret() -> Result<String, AccessError> {
    random::<32>()
}

fn random<const N: usize>() -> Result<String, AccessError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| AccessError::Refused(format!("no randomness: {error}")))?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
