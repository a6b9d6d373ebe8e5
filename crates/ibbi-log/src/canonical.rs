//! A fast reader of an event's data in canonical form, for serde.
//!
//! A canonical text has one spelling, so this reader expects the bytes that the encoder writes: no white space, the keys in the
//! order of their declaration, no escapes, and no number with a leading zero. If it finds anything else, it gives up without a
//! reason, and the general reader reads the text again.
//!
//! It also tells whether the text has the canonical form for certain, so that it need not be written again to compare. It isn't
//! certain where the form depends on more than the text: whether a list is sorted, and whether a value is one that is
//! left out.
//!
//! This is handwritten because reading and writing the data of every event again took a fifth of the time of an audit
//! (docs/performance.md).

use ibbi_core::{Event, EventKind, FieldKind};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Reads the data of an event. Returns `None` for anything unusual. The flag tells whether the text is canonical for certain.
pub(crate) fn read_canonical(kind: EventKind, data: &str) -> Option<(Event, bool)> {
    let mut reader = Reader { text: data, at: 0, depth: 0, is_certain: true };
    let event = Event::deserialize_data(kind, &mut reader).ok()?;
    let is_certain = reader.is_certain && kind.fields().iter().all(|field| has_one_spelling(&field.kind));
    (reader.at == data.len()).then_some((event, is_certain))
}

/// Returns whether each value of this kind has one text only, apart from the order of a list.
const fn has_one_spelling(kind: &FieldKind) -> bool {
    // The general reader accepts several texts of a UUID, and a program has a JSON of its own.
    !matches!(kind, FieldKind::CaseId | FieldKind::Program)
}

/// The text is not what this reader expects.
#[derive(Debug)]
struct Unexpected;

impl core::fmt::Display for Unexpected {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the text is not in the expected form")
    }
}

impl core::error::Error for Unexpected {}

impl Error for Unexpected {
    fn custom<T: core::fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Reader<'de> {
    text: &'de str,
    /// The place of the next byte.
    at: usize,
    /// How many objects are open.
    depth: usize,
    /// Whether all that was read is canonical for certain.
    is_certain: bool,
}

impl<'de> Reader<'de> {
    #[inline]
    fn rest(&self) -> &'de [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    #[inline]
    fn skip(&mut self, byte: u8) -> bool {
        let found = self.rest().first() == Some(&byte);
        self.at += usize::from(found);
        found
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<(), Unexpected> {
        if self.skip(byte) { Ok(()) } else { Err(Unexpected) }
    }

    /// Reads a key with what is around it, if it comes next.
    #[inline]
    fn skip_key(&mut self, key: &str, is_first: bool) -> bool {
        let rest = self.rest();
        let rest = if is_first { Some(rest) } else { rest.strip_prefix(b",") };
        let Some((found, rest)) = rest.and_then(|rest| rest.strip_prefix(b"\"")?.split_at_checked(key.len())) else {
            return false;
        };
        // A key has few bytes, for which this takes less time than a call.
        let is_key = found.iter().zip(key.as_bytes()).all(|(found, expected)| found == expected);
        let Some(rest) = rest.strip_prefix(b"\":").filter(|_| is_key) else { return false };
        self.at = self.text.len() - rest.len();
        true
    }

    /// Reads a string without escapes.
    #[inline]
    fn string(&mut self) -> Result<&'de str, Unexpected> {
        self.expect(b'"')?;
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..b' ');
        let length = self.rest().iter().position(is_special).ok_or(Unexpected)?;
        let text = self.text.get(self.at..self.at + length).ok_or(Unexpected)?;
        self.at += length;
        self.expect(b'"')?;
        Ok(text)
    }

    #[inline]
    fn number(&mut self) -> Result<u64, Unexpected> {
        let rest = self.rest();
        let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        // Sixteen digits always fit. A number has no leading zero unless it is zero.
        if length == 0 || length > 16 || (length > 1 && rest[0] == b'0') {
            return Err(Unexpected);
        }
        self.at += length;
        Ok(rest[..length].iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    fn flag(&mut self) -> Result<bool, Unexpected> {
        let (value, length) = match self.rest() {
            [b't', b'r', b'u', b'e', ..] => (true, 4),
            [b'f', b'a', b'l', b's', b'e', ..] => (false, 5),
            _ => return Err(Unexpected),
        };
        self.at += length;
        self.is_certain &= value;
        Ok(value)
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unexpected;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        match self.rest().first() {
            Some(b'"') => visitor.visit_borrowed_str(self.string()?),
            Some(b'{') => self.deserialize_map(visitor),
            Some(b'[') => self.deserialize_seq(visitor),
            Some(b'0'..=b'9') => visitor.visit_u64(self.number()?),
            _ => visitor.visit_bool(self.flag()?),
        }
    }

    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_borrowed_str(self.string()?)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        // A missing value is left out, and `null` is not a value of any field.
        visitor.visit_some(self)
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Unexpected> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        self.expect(b'[')?;
        let mut list = Elements { reader: self, found: 0, ended: false };
        let value = visitor.visit_seq(&mut list)?;
        let Elements { reader, found, ended } = list;
        // Only a list of one entry is sorted for certain, and not left out.
        reader.is_certain &= found == 1;
        if ended { Ok(value) } else { Err(Unexpected) }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unexpected> {
        self.expect(b'{')?;
        let mut entries = Elements { reader: self, found: 0, ended: false };
        let value = visitor.visit_map(&mut entries)?;
        let Elements { reader, found, ended } = entries;
        reader.is_certain &= found == 1;
        if ended { Ok(value) } else { Err(Unexpected) }
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unexpected> {
        self.expect(b'{')?;
        self.depth += 1;
        let value = visitor.visit_seq(Fields { reader: self, names: fields.iter(), is_first: true })?;
        self.depth -= 1;
        self.expect(b'}')?;
        Ok(value)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char string bytes byte_buf unit unit_struct tuple tuple_struct
        enum identifier ignored_any
    }
}

/// The fields of a struct, in the order of their declaration. A field that is left out gives no value.
struct Fields<'a, 'de> {
    reader: &'a mut Reader<'de>,
    names: core::slice::Iter<'static, &'static str>,
    is_first: bool,
}

impl<'de> SeqAccess<'de> for Fields<'_, 'de> {
    type Error = Unexpected;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unexpected> {
        let Some(name) = self.names.next() else { return Ok(None) };
        if self.reader.skip_key(name, self.is_first) {
            self.is_first = false;
            return seed.deserialize(&mut *self.reader).map(Some);
        }
        // Only the events themselves leave a value out exactly if it is the default.
        self.reader.is_certain &= self.reader.depth == 1;
        Ok(None)
    }
}

/// The elements of a list, or the entries of an object whose keys aren't known before.
struct Elements<'a, 'de> {
    reader: &'a mut Reader<'de>,
    found: usize,
    ended: bool,
}

impl Elements<'_, '_> {
    /// Goes to the next element. Returns `false` after the last one.
    #[inline]
    fn advance(&mut self, closing: u8) -> Result<bool, Unexpected> {
        if !self.ended && self.reader.skip(closing) {
            self.ended = true;
        }
        if self.ended {
            return Ok(false);
        }
        if self.found > 0 {
            self.reader.expect(b',')?;
        }
        self.found += 1;
        Ok(true)
    }
}

impl<'de> SeqAccess<'de> for &mut Elements<'_, 'de> {
    type Error = Unexpected;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unexpected> {
        if self.advance(b']')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Elements<'_, 'de> {
    type Error = Unexpected;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unexpected> {
        if self.advance(b'}')? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unexpected> {
        self.reader.expect(b':')?;
        seed.deserialize(&mut *self.reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::read_event;

    const DIGEST: &str = r#""sha256":"00112233445566778899aabbccddeeff0f1e2d3c4b5a69788796a5b4c3d2e1f0""#;

    /// Returns whether both readers give the same event, and whether the fast one is certain of the form.
    fn read(kind: EventKind, data: &str) -> Option<bool> {
        let slow = read_event(kind, 2, data, &mut Vec::new()).ok();
        let (event, is_certain) = read_canonical(kind, data)?;
        assert!(!is_certain || slow.is_some(), "{data}");
        slow.iter().for_each(|slow| assert_eq!(*slow, event, "{data}"));
        Some(is_certain)
    }

    #[test]
    fn plain_events_are_certain() {
        for (kind, data) in [
            (EventKind::AttendancePledged, r#"{"member":"a.lee","party":"labor"}"#),
            (EventKind::AttendancePledged, r#"{"dated":"2026-10-02","member":"a.lee","party":"labor"}"#),
            (
                EventKind::MeetingScheduled,
                r#"{"slot":{"ends":"2026-10-20T16:00:00-04:00","starts":"2026-10-20T08:00:00-04:00"}}"#,
            ),
            (EventKind::ApplicationAccepted, r#"{"by":"Zoë Lee"}"#),
            (EventKind::SessionClosed, r#"{"left_early":["a.lee"]}"#),
            (EventKind::SessionClosed, "{}"),
            (EventKind::EventVoided, r#"{"reason":"a mistake","seq":12}"#),
        ] {
            assert_eq!(read(kind, data), Some(true), "{data}");
        }
    }

    #[test]
    fn a_form_that_depends_on_more_than_the_text_is_not_certain() {
        for data in [r#"{"late":["b","a"]}"#, r#"{"late":["a","b"]}"#, r#"{"late":[]}"#] {
            assert_eq!(read(EventKind::SessionClosed, data), Some(false), "{data}");
        }
        assert!(has_one_spelling(&FieldKind::Date) && !has_one_spelling(&FieldKind::CaseId));
    }

    #[test]
    fn any_other_spelling_is_left_to_the_general_reader() {
        for data in [
            r#"{"member":"a.lee","party":"labor","dated":"2026-10-02"}"#,
            r#"{"dated":null,"member":"a.lee","party":"labor"}"#,
            r#"{"member":"a.lee","party":"labor","more":1}"#,
            r#"{"member":"a.lee","member":"a.lee","party":"labor"}"#,
            r#"{"member":"a\u002elee","party":"labor"}"#,
            r#"{"member": "a.lee","party":"labor"}"#,
            r#"{"member":"a.lee","party":"labor",}"#,
            r#"{"member":"a.lee","party":"labor"} "#,
            r#"{"member":"a.lee","party":"labor""#,
            r#"{"member":"a.lee","party":"other"}"#,
            r#"{"party":"labor"}"#,
            r#"["a.lee","labor"]"#,
            "{}",
            "",
        ] {
            assert_eq!(read(EventKind::AttendancePledged, data), None, "{data}");
        }
        for seq in ["01", "-1", "1.0", "1e3", "18446744073709551616", "", "\"1\""] {
            let data = format!(r#"{{"reason":"a mistake","seq":{seq}}}"#);
            assert_eq!(read(EventKind::EventVoided, &data), None, "{data}");
        }
        for list in ["[", "[\"a\"", "[\"a\",]", "[,]", "[\"a\" ]", "[\"a\"]]"] {
            let data = format!("{{\"late\":{list}}}");
            assert_eq!(read(EventKind::SessionClosed, &data), None, "{data}");
        }
    }

    #[test]
    fn digest_of_a_note_is_read() {
        let data = format!(r#"{{"text":{{{DIGEST}}}}}"#);
        assert_eq!(read(EventKind::NoteAdded, &data), Some(true));
        let twice = format!(r#"{{"text":{{{DIGEST},{DIGEST}}}}}"#);
        assert_eq!(read(EventKind::NoteAdded, &twice), None);
    }
}
