//! The secret of a webhook, and its signatures by the Standard Webhooks specification.

use crate::error::WebhookError;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// How the text of a secret begins.
const PREFIX: &str = "whsec_";
/// The length of a new secret, in bytes. The specification asks for 24 to 64.
const LENGTH: usize = 32;

/// The secret that a webhook and its receiver share. Its `Debug` output doesn't show it.
///
/// ```
/// let secret: ibbi_webhook::Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse()?;
/// // The example of the specification.
/// let signature = secret.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
/// assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// # Ok::<(), ibbi_webhook::WebhookError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Secret(Vec<u8>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// Makes a secret of 256 random bits.
    ///
    /// # Errors
    /// [`WebhookError::Refused`] if the system has no randomness.
    pub fn make() -> Result<Self, WebhookError> {
        let mut bytes = vec![0; LENGTH];
        getrandom::fill(&mut bytes).map_err(|error| WebhookError::Refused(format!("no randomness: {error}")))?;
        Ok(Self(bytes))
    }

    /// Returns the text that the receiver needs: `whsec_` and base64.
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// Returns the value of the header `webhook-signature` for a message. `seconds` is the value of `webhook-timestamp`, in seconds since
    /// 1970.
    pub fn signature(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        // HMAC takes a key of any length, so there is no error here.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.text()
    }
}

impl TryFrom<String> for Secret {
    type Error = WebhookError;

    fn try_from(text: String) -> Result<Self, WebhookError> {
        text.parse()
    }
}

impl std::str::FromStr for Secret {
    type Err = WebhookError;

    fn from_str(text: &str) -> Result<Self, WebhookError> {
        let bytes = text.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.filter(|bytes| (24..=64).contains(&bytes.len()));
        // Without the text: it may be a secret.
        let wrong = || WebhookError::Refused("a secret is `whsec_` and the base64 of 24 to 64 bytes".to_owned());
        bytes.map(Self).ok_or_else(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_random_and_read_back() {
        let [first, second] = [Secret::make().unwrap(), Secret::make().unwrap()];
        assert_ne!(first, second);
        assert_eq!(first.text().parse::<Secret>().unwrap(), first);
        assert_ne!(first.signature("a", 1, b"x"), second.signature("a", 1, b"x"));
        assert!(!format!("{first:?}").contains(&first.text()[6..12]));
        for wrong in ["", "whsec_", "whsec_AAAA", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!"] {
            assert!(wrong.parse::<Secret>().is_err(), "{wrong}");
        }
    }
}
