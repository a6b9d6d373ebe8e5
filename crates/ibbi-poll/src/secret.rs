//! The secrets in the links of people. Only their hashes are kept.

use crate::{Poll, PollError, PolledPerson};
use subtle::ConstantTimeEq as _;

/// Returns a new secret of 256 random bits, in 64 hexadecimal digits.
///
/// ```
/// assert_eq!(ibbi_poll::new_secret()?.len(), 64);
/// assert_ne!(ibbi_poll::new_secret()?, ibbi_poll::new_secret()?);
/// # Ok::<(), ibbi_poll::PollError>(())
/// ```
///
/// # Errors
/// [`PollError::Refused`] if the system has no randomness.
pub fn new_secret() -> Result<String, PollError> {
    Ok(ibbi_access::new_secret()?)
}

impl Poll {
    /// Returns the person whose link has a secret; `None` if no link has it, also after the links were revoked. The time that it takes
    /// doesn't depend on the secret or the person.
    pub fn person_of_secret(&self, secret: &str) -> Option<&PolledPerson> {
        let hash = ibbi_access::secret_hash(secret);
        let mut found = None;
        for person in &self.people {
            for link in person.links() {
                if bool::from(link.as_bytes().ct_eq(hash.as_bytes())) {
                    found = Some(person);
                }
            }
        }
        found
    }
}
