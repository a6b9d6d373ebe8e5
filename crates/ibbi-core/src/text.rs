//! Checked texts and IDs: names, reasons, notes, and the IDs of people and concerns.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::str::FromStr;

/// The reason why a text is not valid, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The text is empty, or has only spaces.
    #[error("the {what} is empty; enter at least one visible character")]
    Empty {
        /// The kind of text that was expected.
        what: &'static str,
    },
    /// The text is longer than the limit.
    #[error("the {what} has {found} characters; enter at most {limit}")]
    TooLong {
        /// The kind of text that was expected.
        what: &'static str,
        /// The limit, in characters.
        limit: usize,
        /// The number of characters.
        found: usize,
    },
    /// The text has an invisible character, which could make it look like another text.
    #[error("the {what} has the character U+{code:04X} at position {position}; remove it")]
    Character {
        /// The kind of text that was expected.
        what: &'static str,
        /// The character's code point.
        code: u32,
        /// Its position in characters, from 1.
        position: usize,
    },
    /// The text begins or ends with a space. Spaces there are invisible, but make texts unequal.
    #[error("the {what} begins or ends with a space; remove it")]
    Blank {
        /// The kind of text that was expected.
        what: &'static str,
    },
    /// The ID is too long, or has a character that IDs can't have.
    #[error(
        "`{found}` is not a {what}; use 1 to {limit} of these characters: a-z 0-9 - _ . (the first must be a letter or a digit)"
    )]
    Id {
        /// The kind of ID that was expected.
        what: &'static str,
        /// The beginning of the text.
        found: String,
        /// The limit, in characters.
        limit: usize,
    },
    /// The text does not have the form of a time zone name in the IANA database.
    #[error("`{found}` is not a time zone name; enter one such as America/New_York")]
    TimeZone {
        /// The beginning of the text.
        found: String,
    },
    /// The text is not 64 lowercase hexadecimal digits.
    #[error("a document digest must be the SHA-256 of the document, as 64 lowercase hexadecimal digits")]
    Digest,
}

/// Returns whether a text can have a character.
///
/// Texts can't have control characters (including DEL and the C1 range), zero-width characters, Unicode bidirectional
/// controls, line and paragraph separators, or the byte order mark. Two texts that look the same could differ in them.
fn is_plain(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}'..='\u{2064}')
        && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

pub(crate) fn check(what: &'static str, text: &str, limit: usize, lines: bool) -> Result<(), TextError> {
    // Nearly all texts are ASCII without control characters, which needs no decoding.
    let easy = text.bytes().all(|b| (0x20..0x7F).contains(&b));
    if !easy {
        for (index, c) in text.chars().enumerate() {
            let allowed = is_plain(c) || (lines && matches!(c, '\n' | '\t'));
            if !allowed {
                return Err(TextError::Character { what, code: c.into(), position: index + 1 });
            }
        }
    }
    let found = if easy { text.len() } else { text.chars().count() };
    if text.trim().is_empty() {
        return Err(TextError::Empty { what });
    }
    if text.trim().len() != text.len() {
        return Err(TextError::Blank { what });
    }
    if found > limit {
        return Err(TextError::TooLong { what, limit, found });
    }
    Ok(())
}

macro_rules! text_type {
    ($(#[$meta:meta])* $name:ident, $what:literal, $limit:literal, lines: $lines:literal) => {
        $(#[$meta])*
        ///
        /// Clones share the text. Texts are compared byte by byte.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The longest text, in characters.
            pub const MAX_CHARS: usize = $limit;

            /// Checks a text and returns it as this type.
            ///
            /// # Errors
            /// [`TextError`] if the text is empty, too long, begins or ends with a space, or has an invisible character.
            pub fn new(text: &str) -> Result<Self, TextError> {
                check($what, text, $limit, $lines)?;
                Ok(Self(Arc::from(text)))
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        text_type!(@common $name, $what);
    };
    (@common $name:ident, $what:literal) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.as_str())
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl FromStr for $name {
            type Err = TextError;
            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::new(text)
            }
        }
        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::sets::from_text(deserializer, concat!("a ", $what))
            }
        }
    };
}

text_type! {
    /// A name or title on one line: a person, a district, a place, an activity.
    ///
    /// ```
    /// use ibbi_core::Name;
    /// assert_eq!(Name::new("Maple Hollow").unwrap().as_str(), "Maple Hollow");
    /// assert!(Name::new("two\nlines").is_err());
    /// ```
    Name, "name", 120, lines: false
}
text_type! {
    /// A reason on one line, for example why a session was postponed.
    Reason, "reason", 500, lines: false
}
text_type! {
    /// An issuer or a subject of an identity provider, such as `https://login.example.org` and `00u1b2`.
    IdentityText, "identity", 255, lines: false
}

/// A time zone name in the form of the IANA database, such as `America/New_York`.
///
/// This crate has no time zone table, so it checks only the form. The calling program must check that the zone exists.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeZoneName(Arc<str>);

impl TimeZoneName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 40;

    /// Checks the form of a time zone name and returns it as this type.
    ///
    /// # Errors
    /// [`TextError::TimeZone`] if the text has another form.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let form = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'+' | b'-');
        let fits = text.len() <= Self::MAX_CHARS && text.bytes().all(form);
        if fits && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
            Ok(Self(Arc::from(text)))
        } else {
            Err(TextError::TimeZone { found: text.chars().take(Self::MAX_CHARS).collect() })
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
text_type!(@common TimeZoneName, "time zone name");

macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident, $what:literal) => {
        $(#[$meta])*
        ///
        /// An ID has 1 to 23 of the characters `a-z 0-9 - _ .`, and starts with a letter or a digit. It is stored without an
        /// allocation.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name {
            // The text, then zeros, and its length in the last byte. Equal texts therefore have equal bytes.
            bytes: [u8; 24],
        }

        impl $name {
            /// The longest ID, in characters.
            pub const MAX_CHARS: usize = 23;

            /// Checks an ID and returns it as this type.
            ///
            /// # Errors
            /// [`TextError::Id`] if the text is empty, too long, or has another character.
            pub fn new(text: &str) -> Result<Self, TextError> {
                let wrong = || TextError::Id {
                    what: $what,
                    found: text.chars().take(40).collect(),
                    limit: Self::MAX_CHARS,
                };
                let form = |b: &u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.');
                let source = text.as_bytes();
                let begins = source.first().is_some_and(u8::is_ascii_alphanumeric);
                if !begins || !source.iter().all(form) {
                    return Err(wrong());
                }
                if source.len() > Self::MAX_CHARS {
                    return Err(wrong());
                }
                let mut bytes = [0; 24];
                bytes[..source.len()].copy_from_slice(source);
                bytes[Self::MAX_CHARS] = u8::try_from(source.len()).map_err(|_| wrong())?;
                Ok(Self { bytes })
            }

            /// Returns the ID of a text that is one, for constants.
            #[allow(dead_code, reason = "not every kind of ID has constants")]
            pub(crate) const fn constant(text: &str) -> Self {
                let (source, mut bytes, mut index) = (text.as_bytes(), [0; 24], 0);
                while index < source.len() {
                    bytes[index] = source[index];
                    index += 1;
                }
                bytes[Self::MAX_CHARS] = source.len() as u8;
                Self { bytes }
            }

            /// Returns the ID as text.
            pub fn as_str(&self) -> &str {
                let used = self.bytes.get(..usize::from(self.bytes[Self::MAX_CHARS])).unwrap_or_default();
                // The bytes are always ASCII, so the default is never used.
                core::str::from_utf8(used).unwrap_or_default()
            }
        }

        impl Ord for $name {
            /// Compares the texts. It compares eight characters at a time, because every event searches the rosters.
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                let (own, theirs) = (self.bytes.as_chunks().0, other.bytes.as_chunks().0);
                own.iter().map(|word| u64::from_be_bytes(*word)).cmp(theirs.iter().map(|word| u64::from_be_bytes(*word)))
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        text_type!(@common $name, $what);
    };
}

id_type! {
    /// The ID of a person in a case. It stays the same if the name is misspelled or changes.
    ///
    /// ```
    /// use ibbi_core::MemberId;
    /// assert_eq!(MemberId::new("a.lee").unwrap().as_str(), "a.lee");
    /// assert!(MemberId::new("A Lee").is_err());
    /// ```
    MemberId, "member id"
}
id_type! {
    /// The ID of a format of the facilitation, as a program lists it.
    ///
    /// ```
    /// use ibbi_core::{Format, FormatId};
    /// assert_eq!(FormatId::from(Format::TwoHalfDays).as_str(), "two_half_days");
    /// assert!(FormatId::new("three evenings").is_err());
    /// ```
    FormatId, "facilitation format"
}
id_type! {
    /// The ID of an activity of the training, such as a program requires.
    ///
    /// ```
    /// use ibbi_core::ActivityId;
    /// assert_eq!(ActivityId::EXERCISE.as_str(), "exercise");
    /// assert!(ActivityId::new("role play").is_err());
    /// ```
    ActivityId, "training activity"
}
id_type! {
    /// The ID of a concern that a party raised in its caucus.
    ConcernId, "concern id"
}

/// The SHA-256 of a document that is kept elsewhere, such as a letter of support.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentDigest([u8; 32]);

impl DocumentDigest {
    /// Returns the digest with these 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl DocumentDigest {
    /// Returns the 64 digits as ASCII.
    fn to_hex(self) -> [u8; 64] {
        let mut hex = [0; 64];
        for (pair, byte) in hex.chunks_exact_mut(2).zip(self.0) {
            for (digit, nibble) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *digit = nibble + b'0' + u8::from(nibble > 9) * (b'a' - b'0' - 10);
            }
        }
        hex
    }
}

impl fmt::Display for DocumentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::str::from_utf8(&self.to_hex()).unwrap_or_default())
    }
}

impl fmt::Debug for DocumentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DocumentDigest {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        let digits: &[u8; 64] = text.as_bytes().try_into().map_err(|_| TextError::Digest)?;
        let (mut bytes, mut wrong) = ([0; 32], 0);
        // Without branches, so that the compiler can handle several digits at a time.
        let value = |digit: u8| {
            let (number, letter) = (digit.wrapping_sub(b'0'), digit.wrapping_sub(b'a'));
            let letter = if letter < 6 { letter + 10 } else { 0xFF };
            if number < 10 { number } else { letter }
        };
        for (byte, [high, low]) in bytes.iter_mut().zip(digits.as_chunks().0) {
            let (high, low) = (value(*high), value(*low));
            wrong |= (high | low) & 0xF0;
            *byte = high << 4 | low & 0x0F;
        }
        if wrong == 0 { Ok(Self(bytes)) } else { Err(TextError::Digest) }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for DocumentDigest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(core::str::from_utf8(&self.to_hex()).unwrap_or_default())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for DocumentDigest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::sets::from_text(deserializer, "64 lowercase hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn invisible_character_is_rejected_with_its_position() {
        for (text, expected) in [
            ("", "the name is empty; enter at least one visible character"),
            ("   ", "the name is empty; enter at least one visible character"),
            (" Lee", "the name begins or ends with a space; remove it"),
            ("Lee\u{7f}", "the name has the character U+007F at position 4; remove it"),
            ("L\u{202e}ee", "the name has the character U+202E at position 2; remove it"),
            ("a\nb", "the name has the character U+000A at position 2; remove it"),
        ] {
            assert_eq!(Name::new(text).unwrap_err().to_string(), expected, "{text:?}");
        }
        assert_eq!(
            Name::new(&"é".repeat(121)).unwrap_err().to_string(),
            "the name has 121 characters; enter at most 120"
        );
        assert!(Name::new(&"é".repeat(120)).is_ok());
        assert!(crate::NoteText::new("two\n\tlines").is_ok());
    }

    #[test]
    fn ids_sort_like_their_texts_and_have_a_limit() {
        let id = |text: &str| MemberId::new(text).unwrap();
        assert!(id("a") < id("a.b") && id("a.b") < id("ab") && id("ab") < id("b"));
        assert_eq!(id("abcdefghijklmnopqrstuvw").as_str().len(), 23);
        for wrong in ["", "-a", "A", "a b", "é", "abcdefghijklmnopqrstuvwx"] {
            assert!(MemberId::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn digest_is_64_lowercase_digits() {
        let text = "0123456789abcdef".repeat(4);
        assert_eq!(text.parse::<DocumentDigest>().unwrap().to_string(), text);
        for wrong in ["", "0", &text.to_uppercase(), &text[1..], &"é".repeat(32)] {
            assert!(wrong.parse::<DocumentDigest>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn time_zone_has_the_form_of_iana_names() {
        for good in ["America/New_York", "UTC", "Etc/GMT+5"] {
            assert!(TimeZoneName::new(good).is_ok(), "{good}");
        }
        for wrong in ["", "-05:00", "New York", "../zone"] {
            assert!(TimeZoneName::new(wrong).is_err(), "{wrong}");
        }
    }
}
