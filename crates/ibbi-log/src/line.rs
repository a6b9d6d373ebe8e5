//! The envelope of a line (every field except the inside of `data`), read fast and strictly.
//!
//! The fields before `data` are read from the front and those after it from the back. `data` is what remains in the
//! middle, so nothing is searched for. If a line is refused here, [`crate::explain`] reads it again slowly and finds what is
//! wrong.
//!
//! This reader is handwritten: with it, chain verification reads several million lines per second (docs/performance.md),
//! more than a general JSON parser allows.

use crate::Digest;
use crate::digest::from_hex;
use ibbi_core::{ActPlace, At, EventKind, Precision, Stage};
use std::borrow::Cow;
use uuid::Uuid;

/// The longest line, in bytes without its LF.
pub const MAX_LINE: usize = 64 * 1024;

/// The largest number in a line: 2^53 - 1, the largest that every JSON reader keeps exact.
pub use ibbi_core::MAX_NUMBER;

/// The version of the line format that this crate writes: the `v` of every new line. It also reads version 1.
pub const LINE_VERSION: u64 = 2;

/// The `type` of a ledger's first line.
pub const OPENING_TYPE: &str = "ledger_opened";

/// The `type` of the line after which a ledger that began in format 1 has format 2.
pub const FORMAT_TYPE: &str = "format_changed";

/// The `type` of a line with the state of all cases. The format reserves it; this program reads it and doesn't write it.
pub const HEADS_TYPE: &str = "heads";

/// A line's envelope. `actor` and `data` are still as they are in the line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line<'a> {
    /// The inside of the JSON string, escapes unresolved.
    pub(crate) actor: &'a str,
    pub(crate) at: At,
    pub(crate) data: &'a str,
    pub(crate) id: Uuid,
    pub(crate) logged: At,
    pub(crate) prev: Digest,
    pub(crate) seq: u64,
    pub(crate) subject: LineSubject,
    /// The version of the format: 1 or 2.
    pub(crate) version: u8,
    /// What only some lines have.
    pub(crate) details: Option<Box<LineDetails<'a>>>,
}

/// The fields that only some lines of format 2 have. Texts are the inside of their JSON strings, escapes unresolved.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct LineDetails<'a> {
    pub(crate) act: Option<ActPlace>,
    /// The issuer and the subject.
    pub(crate) identity: Option<(&'a str, &'a str)>,
    pub(crate) on_behalf: Option<&'a str>,
    pub(crate) precision: Precision,
    pub(crate) replaces: Option<u64>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LineSubject {
    /// The ledger itself: its first line.
    Ledger,
    /// The ledger itself: the change to format 2.
    Format,
    /// All cases: their last lines.
    Heads,
    /// An event of a case.
    Case {
        /// The case.
        case: Uuid,
        /// The record's number in its case, from 1.
        rev: u64,
        /// The stage after the event.
        to: Stage,
        /// The kind of event.
        kind: EventKind,
    },
}

impl LineSubject {
    /// Reads what a line is about, from a line without its LF. Returns `None` if any field is wrong except `data`, which
    /// isn't read.
    pub fn read(line: &[u8]) -> Option<Self> {
        core::str::from_utf8(line).ok().and_then(Line::parse).map(|line| line.subject)
    }
}

impl<'a> Line<'a> {
    /// Reads an envelope in its canonical form. It doesn't read `data`.
    pub(crate) fn parse(line: &'a str) -> Option<Self> {
        if line.len() > MAX_LINE {
            return None;
        }
        let mut head = Head(line);
        let mut details = LineDetails::default();
        if head.expect("{\"actor\":\"").is_none() {
            details.act = Some(head.act()?);
            head.expect(",\"actor\":\"")?;
        }
        let actor = head.string()?;
        head.expect(",\"at\":\"")?;
        let at = instant(head.take(24)?)?;
        head.expect("\"")?;
        let case = if head.expect(",\"case\":\"").is_some() {
            let case = read_uuid(head.take(36)?)?;
            head.expect("\"")?;
            Some(case)
        } else {
            None
        };
        head.expect(",\"data\":")?;

        let mut tail = Tail(head.0);
        let version = tail.version()?;
        let kind = tail.code()?;
        tail.expect(",\"type\":")?;
        let to = if case.is_some() {
            let to = tail.code()?;
            tail.expect(",\"to\":")?;
            Some(to)
        } else {
            None
        };
        let seq = tail.number()?;
        tail.expect(",\"seq\":")?;
        let rev = if case.is_some() {
            let rev = tail.number()?;
            tail.expect(",\"rev\":")?;
            Some(rev)
        } else {
            None
        };
        if !tail.0.ends_with('"') {
            details.replaces = Some(tail.number()?);
            tail.expect(",\"replaces\":")?;
        }
        tail.expect("\"")?;
        let prev = Digest::from_hex(tail.take(64)?.as_bytes().try_into().ok()?)?;
        tail.expect(",\"prev\":\"")?;
        let logged = match tail.logged() {
            Some(logged) => logged,
            None => {
                tail.read_details(&mut details)?;
                tail.logged()?
            }
        };
        if tail.0.ends_with('}') {
            details.identity = Some(tail.identity()?);
        }
        tail.expect("\"")?;
        let id = read_uuid(tail.take(36)?)?;
        tail.expect(",\"id\":\"")?;

        let subject = match (case, rev, to) {
            (Some(case), Some(rev), Some(to)) => {
                LineSubject::Case { case, rev, to: stage(to)?, kind: EventKind::from_code(kind)? }
            }
            _ => match kind {
                OPENING_TYPE => LineSubject::Ledger,
                FORMAT_TYPE if version > 1 => LineSubject::Format,
                HEADS_TYPE if version > 1 => LineSubject::Heads,
                _ => return None,
            },
        };
        let details = (details != LineDetails::default()).then(|| Box::new(details));
        if details.is_some() && (version == 1 || case.is_none()) {
            return None;
        }
        Some(Self { actor, at, data: tail.0, id, logged, prev, seq, subject, version, details })
    }
}

/// The fields that link a line to the lines before it. Only the end of the line is read, which is enough for the chain.
///
/// ```
/// use ibbi_log::Links;
/// let line = br#"...,"logged":"2026-10-02T20:04:11.512Z","prev":"0000000000000000000000000000000000000000000000000000000000000000","rev":1,"seq":2,"to":"inquiry","type":"case_opened","v":1}"#;
/// let links = Links::read(line).unwrap();
/// assert_eq!((links.seq, links.rev), (2, Some(1)));
/// assert_eq!(links.logged().unwrap().to_string(), "2026-10-02T20:04:11.512Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Links<'a> {
    /// The digits of `prev`. They are not checked.
    pub prev: &'a [u8; 64],
    /// Its number in the ledger.
    pub seq: u64,
    /// Its number in its case. The first line has none.
    pub rev: Option<u64>,
    /// The part of the line before the digits.
    before: &'a [u8],
}

impl<'a> Links<'a> {
    /// Reads the links of a line without its LF. Returns `None` if its end is not that of a line.
    pub fn read(line: &'a [u8]) -> Option<Self> {
        let rest = line.strip_suffix(b"\",\"v\":2}").or_else(|| line.strip_suffix(b"\",\"v\":1}"))?;
        let rest = &rest[..memchr::memrchr(b'"', rest)?];
        let rest = rest.strip_suffix(b",\"type\":")?;
        // An opening has no `to`.
        let rest = match rest.strip_suffix(b"\"") {
            Some(rest) => rest[..memchr::memrchr(b'"', rest)?].strip_suffix(b",\"to\":")?,
            None => rest,
        };
        let (rest, seq) = trailing_number(rest)?;
        let rest = rest.strip_suffix(b",\"seq\":")?;
        let (rest, rev) = match rest.strip_suffix(b"\"") {
            Some(rest) => (rest, None),
            None => {
                let (rest, rev) = trailing_number(rest)?;
                let rest = rest.strip_suffix(b",\"rev\":")?;
                let rest = match rest.strip_suffix(b"\"") {
                    Some(rest) => rest,
                    None => trailing_number(rest)?.0.strip_suffix(b"\",\"replaces\":")?,
                };
                (rest, Some(rev))
            }
        };
        let (rest, prev) = rest.split_at_checked(rest.len().checked_sub(64)?)?;
        let before = rest.strip_suffix(b",\"prev\":\"")?;
        Some(Self { prev: prev.try_into().ok()?, seq, rev, before })
    }

    /// Returns when the line was written, if that is a valid time.
    pub fn logged(&self) -> Option<At> {
        let mut tail = Tail(core::str::from_utf8(self.before).ok()?);
        tail.logged().or_else(|| {
            tail.read_details(&mut LineDetails::default())?;
            tail.logged()
        })
    }
}

/// Returns the case of a line. Only the start of the line is read. Returns `None` if there is no case.
pub fn case_of(line: &[u8]) -> Option<Uuid> {
    let rest = match line.strip_prefix(b"{\"act\":[") {
        Some(rest) => rest[memchr::memchr(b']', rest)?..].strip_prefix(b"],\"actor\":\"")?,
        None => line.strip_prefix(b"{\"actor\":\"")?,
    };
    let mut from = 0;
    // Find the end of the actor's string, and skip what is escaped in it.
    let end = loop {
        let found = from + memchr::memchr2(b'"', b'\\', rest.get(from..)?)?;
        if rest[found] == b'"' {
            break found;
        }
        from = found + 2;
    };
    let rest = rest[end..].strip_prefix(b"\",\"at\":\"")?;
    let rest = rest.get(24..)?.strip_prefix(b"\",\"case\":\"")?;
    read_uuid(core::str::from_utf8(rest.get(..36)?).ok()?)
}

/// Returns the place of a line in its act. Only the start of the line is read. Returns `None` if it belongs to no act.
#[inline]
pub fn act_of(line: &[u8]) -> Option<ActPlace> {
    let rest = line.strip_prefix(b"{\"act\":")?;
    let end = memchr::memchr(b']', rest)?;
    act_place(core::str::from_utf8(&rest[..=end]).ok()?)
}

/// Returns the version of a line's format. Only the end of the line is read.
#[inline]
pub fn version_of(line: &[u8]) -> Option<u8> {
    match line {
        [.., b',', b'"', b'v', b'"', b':', b'2', b'}'] => Some(2),
        [.., b',', b'"', b'v', b'"', b':', b'1', b'}'] => Some(1),
        _ => None,
    }
}

/// The rest of a line that is read from the front.
struct Head<'a>(&'a str);

impl<'a> Head<'a> {
    fn expect(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads the beginning of a line of an act.
    fn act(&mut self) -> Option<ActPlace> {
        self.expect("{\"act\":")?;
        let end = self.0.find(']')?;
        act_place(self.take(end + 1)?)
    }

    /// Returns the inside of a string whose opening quote was read, and reads the closing quote.
    fn string(&mut self) -> Option<&'a str> {
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
struct Tail<'a>(&'a str);

impl<'a> Tail<'a> {
    fn expect(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_suffix(text)?;
        Some(())
    }

    fn take(&mut self, length: usize) -> Option<&'a str> {
        let (rest, taken) = self.0.split_at_checked(self.0.len().checked_sub(length)?)?;
        self.0 = rest;
        Some(taken)
    }

    /// Reads the end of a line.
    fn version(&mut self) -> Option<u8> {
        match self.expect(",\"v\":2}") {
            Some(()) => Some(2),
            None => self.expect(",\"v\":1}").map(|()| 1),
        }
    }

    /// Reads `logged` and what is before it, up to the comma.
    fn logged(&mut self) -> Option<At> {
        let rest = self.0.strip_suffix('"')?;
        let (rest, logged) = rest.split_at_checked(rest.len().checked_sub(24)?)?;
        let rest = rest.strip_suffix(",\"logged\":\"")?;
        let logged = instant(logged)?;
        self.0 = rest;
        Some(logged)
    }

    /// Reads the fields between `logged` and `prev`, of which there is at least one.
    ///
    /// A quote inside a JSON string is escaped, so a key with its quotes is never part of a text.
    fn read_details(&mut self, details: &mut LineDetails<'a>) -> Option<()> {
        if self.expect(",\"precision\":\"day\"").is_some() {
            details.precision = Precision::Day;
            if self.0.get(self.0.len().checked_sub(36)?..)?.starts_with(",\"logged\":\"") {
                return Some(());
            }
        }
        let key = ",\"on_behalf\":\"";
        let place = self.0.rfind(key)?;
        details.on_behalf = Some(closed_string(&self.0[place + key.len()..])?);
        self.0 = &self.0[..place];
        Some(())
    }

    /// Reads the identity behind the actor.
    fn identity(&mut self) -> Option<(&'a str, &'a str)> {
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
    fn code(&mut self) -> Option<&'a str> {
        self.expect("\"")?;
        let opening = memchr::memrchr(b'"', self.0.as_bytes())?;
        let code = &self.0[opening + 1..];
        self.0 = &self.0[..opening];
        Some(code)
    }

    fn number(&mut self) -> Option<u64> {
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
fn trailing_number(bytes: &[u8]) -> Option<(&[u8], u64)> {
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

/// Resolves the inside of a JSON string, if every escape in it is in canonical form.
pub(crate) fn unescape(text: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Some(Cow::Borrowed(text));
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next()? {
                escaped @ ('"' | '\\') => escaped,
                _ => return None,
            },
            _ => character,
        });
    }
    Some(Cow::Owned(plain))
}

/// Returns the stage with this code, if a case can be in it after an event.
pub(crate) fn stage(code: &str) -> Option<Stage> {
    Stage::from_code(code).filter(|stage| *stage != Stage::Unopened)
}

/// Reads a UUID in the one form that ledgers use: 36 characters, lower case, with hyphens.
pub fn read_uuid(text: &str) -> Option<Uuid> {
    let text: &[u8; 36] = text.as_bytes().try_into().ok()?;
    if [text[8], text[13], text[18], text[23]] != *b"----" {
        return None;
    }
    let mut digits = [0; 32];
    digits[..8].copy_from_slice(&text[..8]);
    digits[8..12].copy_from_slice(&text[9..13]);
    digits[12..16].copy_from_slice(&text[14..18]);
    digits[16..20].copy_from_slice(&text[19..23]);
    digits[20..].copy_from_slice(&text[24..]);
    from_hex(&digits).map(Uuid::from_bytes)
}

/// Reads a time in canonical form. It gives the same result as the core, but without a calendar type, because every line
/// has two times.
fn instant(text: &str) -> Option<At> {
    let text: &[u8; 24] = text.as_bytes().try_into().ok()?;
    let marks = [text[4], text[7], text[10], text[13], text[16], text[19], text[23]];
    if marks != *b"--T::.Z" {
        return None;
    }
    let digits = text.map(|byte| byte.wrapping_sub(b'0'));
    let wrong = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18, 20, 21, 22].map(|place| digits[place] > 9);
    let two = |place: usize| u32::from(digits[place]) * 10 + u32::from(digits[place + 1]);
    let (year, month, day) = (two(0) * 100 + two(2), two(5), two(8));
    let (hour, minute, second, millis) = (two(11), two(14), two(17), two(20) * 10 + u32::from(digits[22]));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let exists = (1..=12).contains(&month) && (1..=length).contains(&day) && hour < 24 && minute < 60 && second < 60;
    if wrong.contains(&true) || !exists || year < 1970 {
        return None;
    }
    // In a year that starts in March, the leap day is the last day.
    let (from_march, years) = if month > 2 { (month - 3, year) } else { (month + 9, year - 1) };
    let days = years * 365 + years / 4 - years / 100 + years / 400 + (153 * from_march + 2) / 5 + day - 1;
    let seconds = (i64::from(days) - DAYS_TO_1970) * 86_400 + i64::from((hour * 60 + minute) * 60 + second);
    At::from_millis(seconds * 1000 + i64::from(millis))
}

/// Returns the text of a time: the inverse of [`instant`].
pub(crate) fn instant_text(at: At) -> [u8; 24] {
    // Times are from 1970 to 9999, so 32 bits are enough from here on, and faster.
    let small = |number: i64| u32::try_from(number).unwrap_or(0);
    let (days, millis) = (small(at.millis() / 86_400_000 + DAYS_TO_1970), small(at.millis() % 86_400_000));
    // Years of 365.2425 days, corrected by the leap days inside a cycle of 400 years.
    let (cycle, day_of_cycle) = (days / 146_097, days % 146_097);
    let year_of_cycle = (day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36_524 - day_of_cycle / 146_096) / 365;
    let day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let (month, carry) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    let year = cycle * 400 + year_of_cycle + carry;
    let seconds = millis / 1000;
    let digit = |number: u32| b'0' + number.to_le_bytes()[0];
    let mut text = *b"0000-00-00T00:00:00.000Z";
    let pairs = [
        (0, year / 100),
        (2, year % 100),
        (5, month),
        (8, day),
        (11, seconds / 3600),
        (14, seconds / 60 % 60),
        (17, seconds % 60),
        (20, millis % 1000 / 10),
    ];
    for (from, pair) in pairs {
        text[from] = digit(pair / 10);
        text[from + 1] = digit(pair % 10);
    }
    text[22] = digit(millis % 10);
    text
}

/// The number of days from March 1 of the year 0 to January 1, 1970.
const DAYS_TO_1970: i64 = 719_468;

#[cfg(test)]
mod tests {
    use super::*;

    const OPENING: &str = concat!(
        r#"{"actor":"a","at":"2026-10-02T20:00:00.000Z","data":{},"id":"00000000-0000-0000-0000-00000000000a","#,
        r#""logged":"2026-10-02T20:00:00.000Z","prev":"0000000000000000000000000000000000000000000000000000000000000000","#,
        r#""seq":1,"type":"ledger_opened","v":1}"#
    );

    #[test]
    fn an_opening_gives_its_fields_and_its_links() {
        let line = Line::parse(OPENING).unwrap();
        assert_eq!((line.actor, line.data, line.seq, line.subject), ("a", "{}", 1, LineSubject::Ledger));
        assert_eq!(line.id, Uuid::from_u128(10));
        let links = Links::read(OPENING.as_bytes()).unwrap();
        assert_eq!((links.prev, links.seq, links.rev), (&[b'0'; 64], 1, None));
        assert_eq!((links.logged(), case_of(OPENING.as_bytes())), (Some(line.logged), None));
    }

    #[test]
    fn an_opening_with_a_field_of_an_event_is_refused() {
        for (from, to) in [
            ("\"seq\"", "\"rev\":1,\"seq\""),
            (",\"data\"", ",\"case\":\"00000000-0000-0000-0000-00000000000a\",\"data\""),
            ("\"type\"", "\"to\":\"closed\",\"type\""),
            ("ledger_opened", "note_added"),
        ] {
            assert_eq!(Line::parse(&OPENING.replace(from, to)), None, "{from} to {to}");
        }
    }

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

    #[test]
    fn instants_are_read_as_the_core_reads_them() {
        let mut millis = 0;
        while let Some(at) = At::from_millis(millis) {
            assert_eq!(instant(&at.to_string()), Some(at));
            assert_eq!(instant_text(at), at.to_string().as_bytes());
            millis += 29 * 3_600_000 + 1_234_567;
        }
        assert_eq!(instant(&At::MAX.to_string()), Some(At::MAX));
        let good = "2028-02-29T23:59:59.999Z";
        assert_eq!(instant(good), good.parse().ok());
        for place in 0..good.len() {
            for byte in 0..128 {
                let mut bytes = good.as_bytes().to_vec();
                bytes[place] = byte;
                let text = String::from_utf8(bytes).unwrap();
                assert_eq!(instant(&text), text.parse().ok(), "{text}");
            }
        }
        for (year, month) in (1969..=2101).flat_map(|year| (0..=13).map(move |month| (year, month))) {
            for day in 0..=32 {
                let text = format!("{year:04}-{month:02}-{day:02}T00:00:00.000Z");
                assert_eq!(instant(&text), text.parse().ok(), "{text}");
            }
        }
    }

    #[test]
    fn a_uuid_has_one_spelling() {
        let text = "01234567-89ab-cdef-0123-456789abcdef";
        assert_eq!(read_uuid(text).unwrap().to_string(), text);
        for wrong in
            ["", &text.to_uppercase(), &text.replace('-', ""), &text.replace('-', "0"), &text.replace('a', "g")]
        {
            assert_eq!(read_uuid(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_a_quote_and_a_backslash_are_escaped() {
        assert_eq!(unescape("plain").as_deref(), Some("plain"));
        assert_eq!(unescape(r#"a\"b\\c"#).as_deref(), Some(r#"a"b\c"#));
        for wrong in [r"\/", r"\u0041", r"\n", "\\"] {
            assert_eq!(unescape(wrong), None, "{wrong}");
        }
    }
}
