//! The address of a person in a calendar: a `mailto:` URI (RFC 6068) with the name beside it.

use std::fmt;
use std::str::FromStr;

/// The most bytes of an address (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;
/// The most characters of a name.
const LONGEST_NAME: usize = 200;

/// The email address of a person, with the name.
///
/// ```
/// use ibbi_report::ics::CalendarAddress;
/// let person: CalendarAddress = "P. Sullivan <P.Sullivan@example.org>".parse()?;
/// assert_eq!((person.name(), person.address()), ("P. Sullivan", "P.Sullivan@example.org"));
/// assert!(person.is("p.sullivan@EXAMPLE.org"));
/// assert!("P. Sullivan".parse::<CalendarAddress>().is_err());
/// # Ok::<(), ibbi_report::ics::AddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarAddress {
    name: String,
    address: String,
}

/// A text is not the address of one person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` can't be used as an address: {why}")]
pub struct AddressError {
    /// The text, shortened.
    text: String,
    /// Why not, and how to write it.
    why: String,
}

impl CalendarAddress {
    /// Returns the address of a named person.
    ///
    /// # Errors
    /// [`AddressError`] if it is not one address in unaccented letters, or has more than 254 bytes, or if the name has more than 200
    /// characters or a control character.
    pub fn new(name: &str, address: &str) -> Result<Self, AddressError> {
        let (name, address) = (name.trim(), address.trim());
        let wrong = |text: &str, why: &str| {
            Err(AddressError { text: super::line::visible(text).chars().take(80).collect(), why: why.to_owned() })
        };
        if let Some(why) = fault(address) {
            return wrong(address, why);
        }
        if name.chars().any(char::is_control) {
            return wrong(name, "the name has a line break or another control character; remove it");
        }
        if name.chars().count() > LONGEST_NAME {
            return wrong(name, "the name has more than 200 characters; shorten it");
        }
        Ok(Self { name: super::line::visible(name), address: address.to_owned() })
    }

    /// Returns the name, or the address if there is none.
    pub fn name(&self) -> &str {
        if self.name.is_empty() { &self.address } else { &self.name }
    }

    /// Returns the address without the name.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns whether this is the address of the same mailbox. Upper and lower case make no difference: no mail server in use has
    /// two mailboxes that differ only by them.
    pub fn is(&self, address: &str) -> bool {
        self.address.eq_ignore_ascii_case(address)
    }

    /// Returns the address as a URI.
    pub(super) fn uri(&self) -> String {
        let mut uri = "mailto:".to_owned();
        for byte in self.address.bytes() {
            match byte {
                // RFC 6068, 2: what has another meaning in a URI is written by its code.
                b'%' | b'/' | b'?' | b'#' | b'&' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                    uri.push_str(&format!("%{byte:02X}"))
                }
                _ => uri.push(char::from(byte)),
            }
        }
        uri
    }
}

/// Returns the address in a `mailto:` URI, if it is one. Programs write the scheme in upper or lower case.
pub(super) fn address_in(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.trim().split_once(':')?;
    if !scheme.eq_ignore_ascii_case("mailto") {
        return None;
    }
    let mut bytes = Vec::new();
    let mut rest = rest.split('?').next()?.trim().bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?].map(char::from);
        let digits = String::from_iter(digits);
        bytes.push(u8::from_str_radix(&digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok().filter(|address| fault(address).is_none())
}

/// Returns why a text is not an address, in words that say how to fix it.
fn fault(address: &str) -> Option<&'static str> {
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Some("it has no @; write it as name@example.org");
    };
    let is_local = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let is_domain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    if address.len() > LONGEST {
        Some("it has more than 254 characters")
    } else if !address.is_ascii() {
        Some("it has an accented letter or another sign that many mail servers don't take")
    } else if local.is_empty() || !local.bytes().all(is_local) || local.starts_with('.') || local.ends_with('.') {
        Some("the part before the @ is not that of one address; write it as name@example.org")
    } else if domain.split('.').any(str::is_empty) || !domain.bytes().all(is_domain) || !domain.contains('.') {
        Some("the part after the @ is not a mail domain such as example.org")
    } else {
        None
    }
}

impl fmt::Display for CalendarAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() { f.write_str(&self.address) } else { write!(f, "{} <{}>", self.name, self.address) }
    }
}

impl FromStr for CalendarAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((name, address)) => {
                let name = name.trim();
                let inner = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
                Self::new(inner.unwrap_or(name), address)
            }
            None => Self::new("", text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_texts_are_no_addresses() {
        for text in ["", "p", "p@", "@example.org", "p@example", "a b@example.org", "a@b.org, c@d.org", "é@example.org"]
        {
            assert!(text.parse::<CalendarAddress>().is_err(), "{text}");
        }
        for text in
            ["x\r\nATTENDEE <p@example.org>", "p@example.org\r\nX:1", "<p@example.org", "p@exa..org", "p;q@example.org"]
        {
            assert!(text.parse::<CalendarAddress>().is_err(), "{text}");
        }
        assert!(CalendarAddress::new(&"x".repeat(201), "p@example.org").is_err());
        assert!(CalendarAddress::new("", &format!("{}@example.org", "p".repeat(250))).is_err());
        assert_eq!(address_in("urn:uuid:1"), None);
        assert_eq!(address_in("MAILTO:P@example.org").as_deref(), Some("P@example.org"));
    }

    proptest! {
        #[test]
        fn addresses_read_back_from_their_uri(local in "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]{1,20}", domain in "[a-z]{1,9}\\.[a-z]{2,5}") {
            let text = format!("{local}@{domain}");
            let address = CalendarAddress::new("", &text).unwrap();
            prop_assert_eq!(address_in(&address.uri()), Some(text));
        }
    }
}
