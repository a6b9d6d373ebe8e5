//! An address of a person, with or without the name.

use crate::error::MailError;
use crate::header_text::without_code;
use lettre::Address;
use std::fmt;
use std::str::FromStr;

/// The most bytes of an address (RFC 5321, 4.5.3.1.3).
const LONGEST: usize = 254;
/// The most characters of the name before an address.
const LONGEST_NAME: usize = 200;

/// The address of one person, such as `p@example.org` or `P. Sullivan <p@example.org>`.
///
/// ```
/// use ibbi_mail::Mailbox;
/// let mailbox: Mailbox = "P. Sullivan <p.sullivan@example.org>".parse()?;
/// assert_eq!(mailbox.name(), Some("P. Sullivan"));
/// assert_eq!(mailbox.address(), "p.sullivan@example.org");
/// assert!("p.sullivan".parse::<Mailbox>().is_err());
/// assert!("a@example.org, b@example.org".parse::<Mailbox>().is_err());
/// # Ok::<(), ibbi_mail::MailError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    name: Option<String>,
    address: Address,
}

impl Mailbox {
    /// Returns the name, if there is one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns the address without the name.
    pub fn address(&self) -> &str {
        self.address.as_ref()
    }

    /// Returns the same address with another name.
    ///
    /// # Errors
    /// [`MailError::Address`] if the name has a line break or another control character, or more than 200 characters.
    pub fn named(self, name: &str) -> Result<Self, MailError> {
        let wrong = |why: &str| MailError::Address { address: self.address.to_string(), why: why.to_owned() };
        let name = name.trim();
        if name.chars().any(char::is_control) {
            return Err(wrong("the name has a line break or another control character; remove it"));
        }
        if name.chars().count() > LONGEST_NAME {
            return Err(wrong("the name has more than 200 characters; shorten it"));
        }
        Ok(Self { name: (!name.is_empty()).then(|| name.to_owned()), ..self })
    }

    /// Returns the part after the `@`.
    pub(crate) fn domain(&self) -> &str {
        self.address.domain()
    }

    pub(crate) fn bare(&self) -> Address {
        self.address.clone()
    }

    pub(crate) fn for_header(&self) -> lettre::message::Mailbox {
        lettre::message::Mailbox::new(self.name.as_deref().map(without_code), self.address.clone())
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => write!(f, "{}", self.address),
        }
    }
}

impl FromStr for Mailbox {
    type Err = MailError;

    fn from_str(text: &str) -> Result<Self, MailError> {
        let text = text.trim();
        let (name, address) = match text.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
            Some((name, address)) => (unquoted(name.trim()), address.trim()),
            None => (String::new(), text),
        };
        let wrong = |why: String| MailError::Address { address: shortened(text), why };
        if let Some(why) = fault(address) {
            return Err(wrong(why));
        }
        let parsed = address.parse::<Address>();
        let address = parsed.map_err(|_| wrong("write it as name@example.org".to_owned()))?;
        Self { name: None, address }.named(&name)
    }
}

/// Returns what is wrong with an address, in words that say how to fix it. The parser finds the rest.
fn fault(address: &str) -> Option<String> {
    if address.is_empty() {
        return Some("it is empty; write it as name@example.org".to_owned());
    }
    if address.len() > LONGEST {
        return Some(format!("it has more than {LONGEST} characters"));
    }
    if let Some(found) = address.chars().find(|found| matches!(found, ',' | ';')) {
        return Some(format!("it has a `{found}`; give one address"));
    }
    if address.chars().any(|found| found.is_whitespace() || found.is_control()) {
        return Some("it has a space, a line break, or a control character; remove it".to_owned());
    }
    if let Some(found) = address.chars().find(|found| !found.is_ascii()) {
        return Some(format!("it has `{found}`, and many mail servers take only unaccented letters"));
    }
    match address.rsplit_once('@') {
        None => Some("it has no @; write it as name@example.org".to_owned()),
        Some((_, domain)) if domain.starts_with('[') || domain == "localhost" => None,
        Some((_, domain)) if !domain.contains('.') => {
            Some(format!("`{domain}` is not the name of a mail domain, such as example.org"))
        }
        Some(_) => None,
    }
}

/// Returns a name without the quotation marks around it.
fn unquoted(name: &str) -> String {
    let inner = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    inner.map_or_else(|| name.to_owned(), |name| name.replace("\\\"", "\"").replace("\\\\", "\\"))
}

/// Returns a text for an error: on one line, and at most 80 characters.
fn shortened(text: &str) -> String {
    text.chars().take(80).map(|char| if char.is_control() { ' ' } else { char }).collect()
}
