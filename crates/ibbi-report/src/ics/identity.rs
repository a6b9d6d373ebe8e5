//! The ID of an entry: the case and the session. It is the same from the plan to the booking and to the cancellation.

use ibbi_sim::SessionKind;
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The end of the ID of every entry that ibbi writes.
const SUFFIX: &str = "@ibbi";

/// The ID of an entry, as its `UID`: the case, and the session.
///
/// ```
/// use ibbi_report::ics::{EntryId, SessionRef};
/// let case = "01931c5e-7a10-7cc3-98c4-dc0c0c07398f".parse()?;
/// let id = EntryId { case, session: SessionRef { make_up: 1, ..SessionRef::facilitation(2) } };
/// assert_eq!(id.to_string(), "01931c5e-7a10-7cc3-98c4-dc0c0c07398f.facilitation.2.make-up-1@ibbi");
/// assert_eq!(id.to_string().parse(), Ok(id));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The ID of the case, or the ID that it gets when it is opened.
    pub case: Uuid,
    /// The session.
    pub session: SessionRef,
}

/// A session of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionRef {
    /// The kind of session, with the part from 1.
    pub kind: SessionPart,
    /// How many sessions of this kind and part were held before: 0 for the first one, and 1 or more for a make-up session.
    pub make_up: u16,
    /// Whether it is the second date to hold for the session.
    pub is_backup: bool,
}

/// A kind of session, with its part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SessionPart {
    /// The introductory meeting.
    Meeting,
    /// A part of the training, from 1.
    Training(u8),
    /// A part of the facilitation, from 1.
    Facilitation(u8),
}

impl SessionRef {
    /// Returns the introductory meeting.
    pub const fn meeting() -> Self {
        Self::first(SessionPart::Meeting)
    }

    /// Returns the first session of a part of the training.
    pub const fn training(part: u8) -> Self {
        Self::first(SessionPart::Training(part))
    }

    /// Returns the first session of a part of the facilitation.
    pub const fn facilitation(part: u8) -> Self {
        Self::first(SessionPart::Facilitation(part))
    }

    const fn first(kind: SessionPart) -> Self {
        Self { kind, make_up: 0, is_backup: false }
    }
}

impl From<SessionKind> for SessionRef {
    fn from(kind: SessionKind) -> Self {
        match kind {
            SessionKind::Meeting => Self::meeting(),
            SessionKind::Training { part } => Self::training(part.unwrap_or(1)),
            SessionKind::Facilitation { part } => Self::facilitation(part),
        }
    }
}

impl fmt::Display for SessionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SessionPart::Meeting => f.write_str("meeting")?,
            SessionPart::Training(part) => write!(f, "training.{part}")?,
            SessionPart::Facilitation(part) => write!(f, "facilitation.{part}")?,
        }
        if self.make_up > 0 {
            write!(f, ".make-up-{}", self.make_up)?;
        }
        if self.is_backup {
            f.write_str(".backup")?;
        }
        Ok(())
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}{SUFFIX}", self.case, self.session)
    }
}

/// The text is not the ID of an entry that ibbi writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not the ID of a calendar entry of ibbi")]
pub struct NotAnEntryId;

impl FromStr for SessionRef {
    type Err = NotAnEntryId;

    fn from_str(text: &str) -> Result<Self, NotAnEntryId> {
        let mut words = text.split('.').peekable();
        let part = |words: &mut dyn Iterator<Item = &str>| words.next().and_then(number).ok_or(NotAnEntryId);
        let mut session = match words.next() {
            Some("meeting") => Self::meeting(),
            Some("training") => Self::training(part(&mut words)?),
            Some("facilitation") => Self::facilitation(part(&mut words)?),
            _ => return Err(NotAnEntryId),
        };
        if let Some(count) = words.peek().and_then(|word| word.strip_prefix("make-up-")) {
            session.make_up = number(count).filter(|count| *count > 0).ok_or(NotAnEntryId)?;
            words.next();
        }
        session.is_backup = words.next_if_eq(&"backup").is_some();
        if words.next().is_some() { Err(NotAnEntryId) } else { Ok(session) }
    }
}

/// Reads a number that is written as this program writes it, so that two texts are never the same ID.
fn number<T: FromStr + fmt::Display>(text: &str) -> Option<T> {
    text.parse::<T>().ok().filter(|number| number.to_string() == text)
}

impl FromStr for EntryId {
    type Err = NotAnEntryId;

    fn from_str(text: &str) -> Result<Self, NotAnEntryId> {
        let (case, session) = text.strip_suffix(SUFFIX).and_then(|id| id.split_once('.')).ok_or(NotAnEntryId)?;
        let case = number::<Uuid>(case).ok_or(NotAnEntryId)?;
        Ok(Self { case, session: session.parse()? })
    }
}

/// Returns whether a `UID` is one that ibbi wrote before entries had the ID of their case: 32 hexadecimal digits.
pub(super) fn is_earlier_uid(uid: &str) -> bool {
    let digits = uid.strip_suffix(SUFFIX);
    digits.is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn session() -> impl Strategy<Value = SessionRef> {
        let kind = prop_oneof![
            Just(SessionPart::Meeting),
            (1_u8..=9).prop_map(SessionPart::Training),
            (1_u8..=9).prop_map(SessionPart::Facilitation),
        ];
        (kind, 0_u16..40, any::<bool>()).prop_map(|(kind, make_up, is_backup)| SessionRef { kind, make_up, is_backup })
    }

    proptest! {
        #[test]
        fn ids_read_back_and_are_different(one in session(), other in session(), case: [u8; 16]) {
            let case = Uuid::from_bytes(case);
            let id = |session| EntryId { case, session };
            prop_assert_eq!(id(one).to_string().parse(), Ok(id(one)));
            prop_assert_eq!(id(one).to_string() == id(other).to_string(), one == other);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let case = "01931c5e-7a10-7cc3-98c4-dc0c0c07398f";
        for text in [
            "meeting@ibbi".to_owned(),
            format!("{case}.meeting"),
            format!("{case}.training@ibbi"),
            format!("{case}.training.01@ibbi"),
            format!("{case}.training.1.make-up-0@ibbi"),
            format!("{case}.training.1.backup.backup@ibbi"),
            format!("{case}.training.1.backup.make-up-1@ibbi"),
            format!("{}.meeting@ibbi", case.to_uppercase()),
        ] {
            assert_eq!(text.parse::<EntryId>(), Err(NotAnEntryId), "{text}");
        }
        assert!(is_earlier_uid("0123456789abcdef0123456789abcdef@ibbi"));
        assert!(!is_earlier_uid(&format!("{case}.meeting@ibbi")));
    }
}
