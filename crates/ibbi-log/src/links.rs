//! What the chain needs of a line: few fields, read without the rest.

use crate::instant::instant_of;
use crate::line::uuid_of;
use crate::scan::{Tail, act_place, trailing_number};
use ibbi_core::{ActPlace, At};
use uuid::Uuid;

/// What is before the time in `logged`.
const LOGGED: &[u8] = b",\"logged\":\"";

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
        // In most lines, it is right before.
        let end = self.before.get(self.before.len().saturating_sub(LOGGED.len() + 25)..)?;
        if let Some(rest) = end.strip_prefix(LOGGED) {
            return instant_of(rest.strip_suffix(b"\"")?);
        }
        let mut tail = Tail(core::str::from_utf8(self.before).ok()?);
        tail.logged().or_else(|| {
            tail.details()?;
            tail.logged()
        })
    }
}

/// The fields at the start of a line, read without the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineStart<'a> {
    /// The name of the person who recorded it, as the JSON has it.
    pub actor: Option<&'a [u8]>,
    /// The case, if there is one.
    pub case: Option<Uuid>,
}

impl<'a> LineStart<'a> {
    /// Reads the start of a line.
    ///
    /// ```
    /// use ibbi_log::LineStart;
    /// let line = br#"{"actor":"a.lee","at":"2026-10-02T20:04:11.512Z","case":"00000000-0000-0000-0000-00000000000a","data":..."#;
    /// let start = LineStart::read(line);
    /// assert_eq!(start.actor, Some(&b"a.lee"[..]));
    /// assert_eq!(start.case.unwrap().as_u128(), 10);
    /// ```
    pub fn read(line: &'a [u8]) -> Self {
        let Some((actor, rest)) = after_actor(line) else { return Self::default() };
        Self { actor: Some(actor), case: case_after_actor(rest) }
    }
}

/// Returns the case of a line. Only the start of the line is read. Returns `None` if there is no case.
pub fn case_of(line: &[u8]) -> Option<Uuid> {
    LineStart::read(line).case
}

#[inline]
fn case_after_actor(rest: &[u8]) -> Option<Uuid> {
    let rest = rest.strip_prefix(b"\",\"at\":\"")?;
    let rest = rest.get(24..)?.strip_prefix(b"\",\"case\":\"")?;
    uuid_of(rest.get(..36)?)
}

/// Returns the actor of a line as the JSON has it, and the rest of the line from its last quotation mark on.
#[inline]
fn after_actor(line: &[u8]) -> Option<(&[u8], &[u8])> {
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
    rest.split_at_checked(end)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_a_first_line_have_no_case() {
        let line = format!(
            r#"{{"actor":"a","at":"2026-10-02T20:00:00.000Z","data":{{}},"id":"00000000-0000-0000-0000-00000000000a","logged":"2026-10-02T20:00:00.000Z","prev":"{}","seq":1,"type":"ledger_opened","v":2}}"#,
            "0".repeat(64)
        );
        let links = Links::read(line.as_bytes()).unwrap();
        assert_eq!((links.prev, links.seq, links.rev), (&[b'0'; 64], 1, None));
        assert_eq!(links.logged(), "2026-10-02T20:00:00.000Z".parse().ok());
        assert_eq!((case_of(line.as_bytes()), act_of(line.as_bytes())), (None, None));
        assert_eq!(version_of(line.as_bytes()), Some(2));
    }
}
