//! Content lines: decodes the bytes of a file, and joins folded lines (RFC 5545, section 3.1).

use std::borrow::Cow;

/// The longest content line that is read, in bytes. A longer one is reported.
pub(super) const MAX_LINE: usize = 400_000;

/// Returns the text of a file, whatever its encoding is: UTF-8 or UTF-16 with a byte order mark, or Latin-1.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let utf16 = |bytes: &[u8], read: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        Cow::Owned(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] | rest => match std::str::from_utf8(rest) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(rest.iter().map(|byte| char::from(*byte)).collect()),
        },
    }
}

/// A content line without its folds.
pub(super) struct Line<'a> {
    /// The number of its first line in the file, from 1.
    pub(super) number: u32,
    /// The text, or the start of it if the line is too long.
    pub(super) text: Cow<'a, str>,
    /// Whether the line is longer than [`MAX_LINE`].
    pub(super) is_too_long: bool,
}

impl Line<'_> {
    /// Returns the name of the property in uppercase, without its group.
    pub(super) fn name(&self) -> String {
        self.text.split([':', ';']).next().unwrap_or_default().trim().to_ascii_uppercase()
    }

    /// Returns the value: the text after the first colon that is not in quotes.
    pub(super) fn value(&self) -> &str {
        let mut in_quotes = false;
        let colon = self.text.bytes().position(|byte| {
            in_quotes ^= byte == b'"';
            byte == b':' && !in_quotes
        });
        colon.map_or("", |at| self.text[at + 1..].trim())
    }
}

/// Splits a text into its content lines. A line ends with CRLF, LF, or CR. Empty lines don't count.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut physical = PhysicalLines { rest: text, number: 0 }.filter(|(_, line)| !line.is_empty()).peekable();
    std::iter::from_fn(move || {
        let (number, first) = physical.next()?;
        let mut line = Line { number, text: Cow::Borrowed(first), is_too_long: false };
        while let Some((_, more)) = physical.next_if(|(_, line)| line.starts_with([' ', '\t'])) {
            if line.text.len() <= MAX_LINE {
                line.text.to_mut().push_str(&more[1..]);
            }
        }
        if line.text.len() > MAX_LINE {
            line.is_too_long = true;
            let end = (0..=1_000).rev().find(|at| line.text.is_char_boundary(*at)).unwrap_or(0);
            line.text = Cow::Owned(line.text[..end].to_owned());
        }
        Some(line)
    })
}

struct PhysicalLines<'a> {
    rest: &'a str,
    number: u32,
}

impl<'a> Iterator for PhysicalLines<'a> {
    type Item = (u32, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.number += 1;
        let end = self.rest.bytes().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(self.rest.len());
        let (line, after) = self.rest.split_at(end);
        self.rest = after.strip_prefix("\r\n").or_else(|| after.get(1..)).unwrap_or_default();
        Some((self.number, line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<(u32, String)> {
        lines(&decode(bytes)).map(|line| (line.number, line.text.into_owned())).collect()
    }

    #[test]
    fn folds_are_joined_with_any_line_end() {
        let expected = vec![(1, "A:one two".to_owned()), (3, "B:3".to_owned())];
        for text in ["A:one\r\n  two\r\nB:3\r\n", "A:one\n\t two\nB:3", "A:one\r  two\rB:3\r"] {
            assert_eq!(read(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(read(b"A:one\r\n\r\n  two\r\n\r\nB:3"), [(1, "A:one two".to_owned()), (5, "B:3".to_owned())]);
        // A fold inside a character of several bytes can't be joined as text, but it's read.
        assert_eq!(read(b"A:caf\xc3\r\n \xa9").len(), 1);
    }

    #[test]
    fn encodings_are_recognized() {
        let text = "N:caf\u{e9}\nB:2";
        let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let files = [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [vec![0xff, 0xfe], utf16(u16::to_le_bytes)].concat(),
            [vec![0xfe, 0xff], utf16(u16::to_be_bytes)].concat(),
            b"N:caf\xe9\nB:2".to_vec(),
        ];
        for file in files {
            assert_eq!(read(&file), [(1, "N:caf\u{e9}".to_owned()), (2, "B:2".to_owned())], "{file:?}");
        }
        assert_eq!(read(b"\xff\xfeN"), []);
        assert_eq!(read(b""), []);
    }

    #[test]
    fn names_and_values_are_split_outside_of_quotes() {
        let text = "dtstart;TZID=\"(UTC-05:00) Eastern\":20261005T090000";
        let line = lines(text).next().expect("there is a line");
        assert_eq!((line.name().as_str(), line.value()), ("DTSTART", "20261005T090000"));
        assert_eq!(lines("NOTHING").next().expect("there is a line").value(), "");
    }

    #[test]
    fn long_lines_are_cut() {
        let line = format!("A:{}\n {}\nB:2", "x".repeat(MAX_LINE), "y".repeat(10));
        let found: Vec<_> = lines(&line).collect();
        assert!(found[0].is_too_long && found[0].text.len() <= 1_000);
        assert_eq!(found[1].number, 3);
    }
}
