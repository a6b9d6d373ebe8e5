//! The address of a receiver.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use ureq::http::Uri;

/// The longest address, in bytes.
const LONGEST: usize = 2048;

/// The address of a receiver: `https`, or `http` on a loopback address, so that no text is sent unencrypted over a network.
///
/// ```
/// use ibbi_webhook::Target;
/// assert!("https://hooks.example.org/ibbi?key=1".parse::<Target>().is_ok());
/// assert!("http://127.0.0.1:9000/".parse::<Target>().is_ok());
/// let wrong = "http://hooks.example.org/".parse::<Target>().unwrap_err();
/// assert!(wrong.to_string().contains("use https"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Target {
    text: String,
    is_encrypted: bool,
}

/// Why an address can't be that of a receiver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It isn't an address.
    #[error("`{0}` is not the address of a receiver; send one such as https://hooks.example.org/ibbi")]
    Address(String),
    /// It is too long.
    #[error("the address has more than {LONGEST} bytes; use a shorter one")]
    Length,
    /// It isn't encrypted.
    #[error(
        "`{0}` would send the records unencrypted; use https, or http with a loopback address such as http://127.0.0.1:9000/"
    )]
    Plain(String),
    /// It has a user name or a password.
    #[error("the address has a user name or a password before `@`; leave it out, and check the signature instead")]
    Credentials,
    /// It has a fragment.
    #[error("the address has a part after `#`, which is never sent; leave it out")]
    Fragment,
}

impl Target {
    /// Returns the address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether the connection is encrypted.
    pub const fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.text
    }
}

impl TryFrom<String> for Target {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        if text.len() > LONGEST {
            return Err(TargetError::Length);
        }
        if text.contains('#') {
            return Err(TargetError::Fragment);
        }
        let wrong = || TargetError::Address(text.chars().filter(|letter| !letter.is_control()).collect());
        let address: Uri = text.parse().map_err(|_| wrong())?;
        let (Some(scheme), Some(authority)) = (address.scheme_str(), address.authority()) else { return Err(wrong()) };
        if authority.as_str().contains('@') {
            return Err(TargetError::Credentials);
        }
        // A port that isn't a number.
        let after_host = authority.as_str().strip_prefix(authority.host()).unwrap_or_default();
        if authority.host().is_empty() || after_host.len() > 1 && authority.port_u16().is_none() {
            return Err(wrong());
        }
        let is_encrypted = match scheme {
            "https" => true,
            "http" if is_loopback(authority.host()) => false,
            "http" => return Err(TargetError::Plain(text.to_owned())),
            _ => return Err(wrong()),
        };
        Ok(Self { text: text.to_owned(), is_encrypted })
    }
}

/// Returns whether a host is a loopback address. A name isn't one: it depends on the name server where it leads.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encrypted_or_loopback() {
        for (text, says) in [
            ("https://hooks.example.org", None),
            ("https://hooks.example.org:8443/a?b=c", None),
            ("https://[2001:db8::1]/", None),
            ("http://127.0.0.1:9000/", None),
            ("http://127.8.8.8/", None),
            ("http://[::1]:9000/", None),
            ("http://[::ffff:127.0.0.1]/", None),
            ("http://hooks.example.org/", Some("use https")),
            ("http://localhost:9000/", Some("use https")),
            ("http://127.0.0.1.evil.example/", Some("use https")),
            ("http://10.0.0.1/", Some("use https")),
            ("http://2130706433/", Some("use https")),
            ("https://user:pass@hooks.example.org/", Some("user name or a password")),
            ("http://127.0.0.1@evil.example/", Some("user name or a password")),
            ("https://hooks.example.org/#a", Some("after `#`")),
            ("ftp://hooks.example.org/", Some("is not the address")),
            ("hooks.example.org", Some("is not the address")),
            ("/hooks", Some("is not the address")),
            ("https://", Some("is not the address")),
            ("https://a:port/", Some("is not the address")),
            ("https://a b/", Some("is not the address")),
            ("https://a/\r\nx: y", Some("is not the address")),
            ("", Some("is not the address")),
        ] {
            let parsed = text.parse::<Target>();
            match says {
                None => assert!(parsed.is_ok(), "{text}: {parsed:?}"),
                Some(says) => assert!(parsed.unwrap_err().to_string().contains(says), "{text}"),
            }
        }
        assert_eq!(format!("https://a/{}", "x".repeat(LONGEST)).parse::<Target>(), Err(TargetError::Length));
    }
}
