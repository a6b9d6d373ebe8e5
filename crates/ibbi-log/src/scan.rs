//! The parts of a line, read from its front and from its back.

use crate::instant::instant;
use ibbi_core::{ActPlace, At, MAX_NUMBER, Precision};

/// The rest of a line that is read from the front.
pub(crate) struct Head<'a>(pub(crate) &'a str);

impl<'a> Head<'a> {
    pub(crate) fn expect(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads the beginning of a line of an act.
    pub(crate) fn act(&mut self) -> Option<ActPlace> {
        self.expect("{\"act\":")?;
        let end = self.0.find(']')?;
        act_place(self.take(end + 1)?)
    }

    /// Returns the inside of a string whose opening quote was read, and reads the closing quote.
    pub(crate) fn string(&mut self) -> Option<&'a str> {
        let bytes = self.0.as_bytes();
        let mut from = 0;
        loop {
            let found = from + memchr::memchr2(b'"', b'\\', bytes.get(from..)?)?;
            if bytes[found] == b'"' {
                let text = &self.0[..found];
                self.0 = &self.0[found + 1..];
                return Some(text);
            }
            from = found + 2;
        }
    }
}

/// The rest of a line that is read from the back.
pub(crate) struct Tail<'a>(pub(crate) &'a str);

impl<'a> Tail<'a> {
    pub(crate) fn expect(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_suffix(text)?;
        Some(())
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a str> {
        let (rest, taken) = self.0.split_at_checked(self.0.len().checked_sub(length)?)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads the end of a line.
    pub(crate) fn version(&mut self) -> Option<u8> {
        match self.expect(",\"v\":2}") {
            Some(()) => Some(2),
            None => self.expect(",\"v\":1}").map(|()| 1),
        }
    }

    /// Reads `logged` and what is before it, up to the comma.
    pub(crate) fn logged(&mut self) -> Option<At> {
        let rest = self.0.strip_suffix('"')?;
        let (rest, logged) = rest.split_at_checked(rest.len().checked_sub(24)?)?;
        let rest = rest.strip_suffix(",\"logged\":\"")?;
        let logged = instant(logged)?;
        self.0 = rest;
        Some(logged)
    }

    /// Reads the precision and the `on_behalf` between `logged` and `prev`, of which there is at least one.
    ///
    /// A quote inside a JSON string is escaped, so a key with its quotes is never part of a text.
    pub(crate) fn details(&mut self) -> Option<(Precision, Option<&'a str>)> {
        let mut precision = Precision::Instant;
        if self.expect(",\"precision\":\"day\"").is_some() {
            precision = Precision::Day;
            if self.0.get(self.0.len().checked_sub(36)?..)?.starts_with(",\"logged\":\"") {
                return Some((precision, None));
            }
        }
        let key = ",\"on_behalf\":\"";
        let place = self.0.rfind(key)?;
        let on_behalf = closed_string(&self.0[place + key.len()..])?;
        self.0 = &self.0[..place];
        Some((precision, Some(on_behalf)))
    }

    /// Reads the identity behind the actor.
    pub(crate) fn identity(&mut self) -> Option<(&'a str, &'a str)> {
        let key = ",\"identity\":{\"issuer\":\"";
        let place = self.0.rfind(key)?;
        let mut inside = Head(&self.0[place + key.len()..]);
        let issuer = inside.string()?;
        inside.expect(",\"subject\":\"")?;
        let subject = inside.string()?;
        (inside.0 == "}").then_some(())?;
        self.0 = &self.0[..place];
        Some((issuer, subject))
    }

    /// Returns a quoted code. Codes have no quotes and no escapes; the caller compares with a list of codes.
    pub(crate) fn code(&mut self) -> Option<&'a str> {
        self.expect("\"")?;
        let opening = memchr::memrchr(b'"', self.0.as_bytes())?;
        let code = &self.0[opening + 1..];
        self.0 = &self.0[..opening];
        Some(code)
    }

    pub(crate) fn number(&mut self) -> Option<u64> {
        let (rest, number) = trailing_number(self.0.as_bytes())?;
        self.0 = &self.0[..rest.len()];
        Some(number)
    }
}

/// Returns a JSON string whose opening quote was read and which fills a text up to its closing quote.
fn closed_string(text: &str) -> Option<&str> {
    let mut head = Head(text);
    let string = head.string()?;
    head.0.is_empty().then_some(string)
}

/// Reads the place of a record in its act, `[2,3]`.
pub(crate) fn act_place(text: &str) -> Option<ActPlace> {
    let (index, count) = text.strip_prefix('[')?.strip_suffix(']')?.split_once(',')?;
    let number = |digits: &str| match trailing_number(digits.as_bytes())? {
        (b"", number) => u16::try_from(number).ok(),
        _ => None,
    };
    ActPlace::new(number(index)?, number(count)?)
}

/// Reads a number from 1 to [`MAX_NUMBER`] without leading zeros at the end of `bytes`, and returns what is before it too.
pub(crate) fn trailing_number(bytes: &[u8]) -> Option<(&[u8], u64)> {
    let (mut value, mut unit, mut from) = (0_u64, 1_u64, bytes.len());
    while let Some(digit @ b'0'..=b'9') = from.checked_sub(1).map(|before| bytes[before]) {
        from -= 1;
        if bytes.len() - from > 16 {
            return None;
        }
        value += u64::from(digit - b'0') * unit;
        unit *= 10;
    }
    // Zero itself and numbers with leading zeros begin with a zero.
    let plain = bytes.get(from).is_some_and(|&first| first != b'0');
    (plain && value <= MAX_NUMBER).then_some((&bytes[..from], value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_spelling_and_a_limit() {
        for (text, expected) in [
            ("1", Some(1)),
            ("x120", Some(120)),
            ("9007199254740991", Some(MAX_NUMBER)),
            ("9007199254740992", None),
            ("19007199254740991", None),
            ("0", None),
            ("01", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(trailing_number(text.as_bytes()).map(|(_, number)| number), expected, "{text}");
        }
    }
}
