//! Confidential texts: notes, concerns, and responses.

use crate::text::{self, DocumentDigest, Name, TextError};
use crate::time::Date;
use alloc::string::ToString;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

/// A longer text, such as a note, a concern, or a response. It can have several lines (LF) and tabs.
///
/// These texts are confidential. A store can keep the text itself in another place than the event, and then the event has
/// only the text's salted digest. Such an event can be replayed: no rule depends on the text.
///
/// Clones share the text. Texts are compared byte by byte; a text is never equal to a digest.
///
/// ```
/// use ibbi_core::NoteText;
/// let text = NoteText::new("The chair called.").unwrap();
/// assert_eq!(text.text(), Some("The chair called."));
/// assert_eq!(NoteText::from_digest([7; 32]).text(), None);
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteText(Content);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Content {
    Text(Arc<str>),
    Digest(Arc<DocumentDigest>),
    Destroyed(Arc<Destroyed>),
}

/// A text that was destroyed: its digest, the day, and the retention rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Destroyed {
    digest: DocumentDigest,
    on: Date,
    rule: Name,
}

impl NoteText {
    /// The longest text, in characters.
    pub const MAX_CHARS: usize = 4000;

    /// Checks a text and returns it as this type.
    ///
    /// # Errors
    /// [`TextError`] if the text is empty, too long, begins or ends with a space, or has an invisible character.
    pub fn new(text: &str) -> Result<Self, TextError> {
        text::check("text", text, Self::MAX_CHARS, true)?;
        Ok(Self(Content::Text(Arc::from(text))))
    }

    /// Returns the text whose salted digest this is, without the text.
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(Content::Digest(Arc::new(DocumentDigest::from_bytes(digest))))
    }

    /// Returns the stand-in for a text that a reader may not read. Its digest is all zeros.
    ///
    /// ```
    /// use ibbi_core::NoteText;
    /// assert_eq!(NoteText::hidden().to_string(), "[confidential text]");
    /// ```
    pub fn hidden() -> Self {
        Self::from_digest([0; 32])
    }

    /// Returns the stand-in for a text that was destroyed on a day under a retention rule. It has the text's salted digest.
    ///
    /// ```
    /// use ibbi_core::{Name, NoteText};
    /// let on = "2034-01-05".parse().unwrap();
    /// let text = NoteText::destroyed([7; 32], on, Name::new("case-notes").unwrap());
    /// assert_eq!(text.to_string(), "[text destroyed on Thu, Jan 5, 2034 under rule case-notes]");
    /// ```
    pub fn destroyed(digest: [u8; 32], on: Date, rule: Name) -> Self {
        let digest = DocumentDigest::from_bytes(digest);
        Self(Content::Destroyed(Arc::new(Destroyed { digest, on, rule })))
    }

    /// Returns the text, or `None` if only its digest is known.
    pub fn text(&self) -> Option<&str> {
        match &self.0 {
            Content::Text(text) => Some(text),
            Content::Digest(_) | Content::Destroyed(_) => None,
        }
    }

    /// Returns the salted digest if the text itself isn't known.
    pub fn digest(&self) -> Option<&[u8; 32]> {
        match &self.0 {
            Content::Text(_) => None,
            Content::Digest(digest) => Some(digest.as_bytes()),
            Content::Destroyed(destroyed) => Some(destroyed.digest.as_bytes()),
        }
    }

    /// Returns the day on which the text was destroyed, and the retention rule, if it was.
    ///
    /// ```
    /// use ibbi_core::{Name, NoteText};
    /// let on = "2034-01-05".parse().unwrap();
    /// let text = NoteText::destroyed([7; 32], on, Name::new("case-notes").unwrap());
    /// assert_eq!(text.destruction().map(|(on, rule)| (on.to_string(), rule.as_str())), Some(("2034-01-05".to_owned(), "case-notes")));
    /// assert_eq!(NoteText::hidden().destruction(), None);
    /// ```
    pub fn destruction(&self) -> Option<(Date, &Name)> {
        match &self.0 {
            Content::Destroyed(destroyed) => Some((destroyed.on, &destroyed.rule)),
            Content::Text(_) | Content::Digest(_) => None,
        }
    }
}

impl fmt::Debug for NoteText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Text(text) => write!(f, "{text:?}"),
            Content::Digest(digest) => write!(f, "sha256:{digest}"),
            Content::Destroyed(destroyed) => write!(f, "destroyed sha256:{}", destroyed.digest),
        }
    }
}

impl fmt::Display for NoteText {
    /// Writes the text for people.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Content::Text(text) => f.pad(text),
            Content::Digest(digest) if *digest.as_bytes() == [0; 32] => f.pad("[confidential text]"),
            Content::Digest(digest) => {
                write!(f, "[text not available; its digest begins {}]", &digest.to_string()[..8])
            }
            Content::Destroyed(destroyed) => {
                let Destroyed { on, rule, .. } = &**destroyed;
                write!(f, "[text destroyed on {} under rule {rule}]", on.readable())
            }
        }
    }
}

impl FromStr for NoteText {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        Self::new(text)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for NoteText {
    /// Writes the text, or `{"sha256": "…"}` if only its digest is known.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let digest = match &self.0 {
            Content::Text(text) => return serializer.serialize_str(text),
            Content::Digest(digest) => &**digest,
            Content::Destroyed(destroyed) => &destroyed.digest,
        };
        let mut out = serializer.serialize_struct("Digest", 1)?;
        out.serialize_field("sha256", digest)?;
        out.end()
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for NoteText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = NoteText;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or the digest of a text")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<NoteText, E> {
                NoteText::new(text).map_err(E::custom)
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<NoteText, A::Error> {
                use serde::de::Error as _;
                let Some(key) = map.next_key::<alloc::string::String>()? else {
                    return Err(A::Error::missing_field("sha256"));
                };
                if key != "sha256" {
                    return Err(A::Error::unknown_field(&key, &["sha256"]));
                }
                let digest: DocumentDigest = map.next_value()?;
                match map.next_key::<alloc::string::String>()? {
                    None => Ok(NoteText::from_digest(*digest.as_bytes())),
                    Some(key) => Err(A::Error::unknown_field(&key, &["sha256"])),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_is_never_equal_to_a_text() {
        let digest = NoteText::from_digest([0xab; 32]);
        assert_eq!((digest.text(), digest.digest()), (None, Some(&[0xab; 32])));
        assert_ne!(NoteText::new(&digest.to_string()).unwrap(), digest);
        assert_eq!(digest.to_string(), "[text not available; its digest begins abababab]");
    }

    #[cfg(feature = "serde")]
    #[test]
    fn digest_is_written_and_read_as_an_object() {
        let digest = NoteText::from_digest([0x0f; 32]);
        let json = serde_json::to_string(&digest).unwrap();
        assert_eq!(json, alloc::format!("{{\"sha256\":\"{}\"}}", "0f".repeat(32)));
        assert_eq!(serde_json::from_str::<NoteText>(&json).unwrap(), digest);
        for wrong in ["{}", r#"{"sha256":"0f"}"#, r#"{"sha256":1}"#, r#"{"text":"a"}"#, "[1]", "null"] {
            assert!(serde_json::from_str::<NoteText>(wrong).is_err(), "{wrong}");
        }
    }
}
