//! An answer as one line of text, for polls that are sent as a file.
//!
//! The line is `ibbi-answer:v1:PAYLOAD:CHECK`. The payload is JSON in base64 (its URL alphabet, without padding). The check is
//! the CRC-32 of the JSON in eight hexadecimal digits. The script of the poll's file writes the same line.

use crate::{Poll, PollAnswer, PollGrid, PollMark, PolledPerson};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ibbi_core::MemberId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use uuid::Uuid;

/// How every line begins.
pub const START: &str = "ibbi-answer:";
/// The characters of a line, at most.
pub const MOST_CHARACTERS: usize = 16_384;
/// The cells of a grid, at most: 26 weeks of 7 days with 6 bands each.
pub const MOST_CELLS: usize = 26 * 7 * 6;

const VERSION: &str = "v1";
const CHECK_DIGITS: usize = 8;

/// An answer that came back as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerLine {
    /// The poll's ID.
    pub poll: Uuid,
    /// The ID of the person who answers.
    pub person: MemberId,
    /// The digest of the grid that the person saw: [`grid_digest`].
    pub grid: String,
    /// A mark for each cell of the grid; `None` where the person said nothing.
    pub marks: Vec<Option<PollMark>>,
    /// A note for the facilitator.
    pub note: String,
}

/// The reason why a line can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AnswerLineError {
    /// The text has no line.
    #[error("there is no answer in this text; copy the whole line, from {START} to its end")]
    Missing,
    /// The text has more than one line.
    #[error("there are {0} answers in this text; add them one at a time")]
    Several(usize),
    /// The line has a version that this program does not know.
    #[error("the answer has the version {0:?}, and this program reads {VERSION}; update the program")]
    Version(String),
    /// The line ends too early.
    #[error("the answer's line is cut off after {0} characters; copy the whole line, or ask for the answer as a file")]
    Cut(usize),
    /// The line is longer than [`MOST_CHARACTERS`].
    #[error("the answer's line has more than {MOST_CHARACTERS} characters; copy one line only")]
    TooLong,
    /// The line has a character that no line has.
    #[error(
        "the answer's line was cut off or changed at character {at}, {found:?}; copy it again, or ask for the answer as a file"
    )]
    Character {
        /// The number of the character, counted from 1, without spaces.
        at: usize,
        /// The character.
        found: char,
    },
    /// The check digits differ.
    #[error(
        "the answer's line was changed on its way: its last digits are {found} and should be {right}; ask for the answer as a file"
    )]
    Check {
        /// The digits in the line.
        found: String,
        /// The digits of the payload.
        right: String,
    },
    /// The payload does not have the form of an answer.
    #[error("the answer's line can't be read: {0}; ask for the answer as a file")]
    Malformed(String),
    /// The answer is for another poll.
    #[error("this answer is for another poll; open that poll and add it there")]
    OtherPoll,
    /// The days or hours of the poll were changed after its file was sent.
    #[error("this answer is for earlier days and hours of the poll; send {0} the new file")]
    OtherGrid(String),
    /// The poll does not ask this person.
    #[error("this answer is from {0:?}, and this poll does not ask that person; add the person to the poll first")]
    OtherPerson(String),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    poll: Uuid,
    person: MemberId,
    grid: String,
    marks: String,
    note: String,
}

/// Returns the digest of a grid's days and hours: 16 hexadecimal digits. Two grids with the same digest are the same.
pub fn grid_digest(grid: &PollGrid) -> String {
    let mut text = String::new();
    for day in &grid.days {
        let _ = write!(text, "{day},");
    }
    for band in &grid.bands {
        let _ = write!(text, ";{}-{}", band.from(), band.to());
    }
    Sha256::digest(text).iter().take(8).fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Returns marks in a short form: runs of `c` (can), `i` (if need be), `x` (cannot), and `-` (blank), such as `12c3x-`.
///
/// ```
/// use ibbi_poll::{PollMark, answer_line::write_marks};
/// assert_eq!(write_marks(&[Some(PollMark::Can), Some(PollMark::Can), None]), "2c-");
/// ```
pub fn write_marks(marks: &[Option<PollMark>]) -> String {
    let mut text = String::new();
    for run in marks.chunk_by(|a, b| a == b) {
        if run.len() > 1 {
            let _ = write!(text, "{}", run.len());
        }
        text.push(match run.first().copied().flatten() {
            Some(PollMark::Can) => 'c',
            Some(PollMark::IfNeedBe) => 'i',
            Some(PollMark::Cannot) => 'x',
            None => '-',
        });
    }
    text
}

/// Reads the short form of marks. Returns `None` if it is not one, or has more than [`MOST_CELLS`].
///
/// ```
/// use ibbi_poll::{PollMark, answer_line::read_marks};
/// assert_eq!(read_marks("2c-"), Some(vec![Some(PollMark::Can), Some(PollMark::Can), None]));
/// assert_eq!(read_marks("2c3"), None);
/// ```
pub fn read_marks(text: &str) -> Option<Vec<Option<PollMark>>> {
    let mut marks = Vec::new();
    let mut digits = String::new();
    for c in text.chars() {
        let mark = match c {
            '0'..='9' if digits.len() < 4 => {
                digits.push(c);
                continue;
            }
            'c' => Some(PollMark::Can),
            'i' => Some(PollMark::IfNeedBe),
            'x' => Some(PollMark::Cannot),
            '-' => None,
            _ => return None,
        };
        let run = if digits.is_empty() { 1 } else { std::mem::take(&mut digits).parse().ok()? };
        if marks.len() + run > MOST_CELLS {
            return None;
        }
        marks.extend(std::iter::repeat_n(mark, run));
    }
    (digits.is_empty() && write_marks(&marks) == text).then_some(marks)
}

/// Returns the line of an answer.
///
/// ```
/// use ibbi_poll::answer_line::{AnswerLine, read, write};
/// let answer = AnswerLine {
///     poll: uuid::Uuid::from_u128(7), person: "nguyen".parse()?, grid: "0123456789abcdef".into(), marks: vec![None; 3], note: "Call me".into(),
/// };
/// let line = write(&answer);
/// assert_eq!(read(&format!("Hello,\n> {line}\nThuy"))?, answer);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write(answer: &AnswerLine) -> String {
    let AnswerLine { poll, person, grid, marks, note } = answer.clone();
    let payload = Payload { poll, person, grid, marks: write_marks(&marks), note };
    // Only texts and an ID: they always have a JSON form.
    let json = serde_json::to_vec(&payload).unwrap_or_default();
    format!("{START}{VERSION}:{}:{:08x}", URL_SAFE_NO_PAD.encode(&json), crc32(&json))
}

/// Reads the only answer in a text, such as an email. Line breaks, spaces, and quote marks in the line don't matter.
///
/// # Errors
/// [`AnswerLineError`] if there is none, if there are several, or if it was cut off or changed.
pub fn read(text: &str) -> Result<AnswerLine, AnswerLineError> {
    let mut all = read_all(text);
    // A reply often quotes the line again.
    all.dedup();
    match all.len() {
        0 => Err(AnswerLineError::Missing),
        1 => all.remove(0),
        several => Err(AnswerLineError::Several(several)),
    }
}

/// Reads every answer in a text, in order.
pub fn read_all(text: &str) -> Vec<Result<AnswerLine, AnswerLineError>> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices(START).map(|(at, _)| read_from(&text[at + START.len()..])).collect()
}

/// Reads an answer from a text that begins after [`START`].
fn read_from(text: &str) -> Result<AnswerLine, AnswerLineError> {
    let line = Scanned::new(text)?;
    if line.version != VERSION {
        return Err(AnswerLineError::Version(line.version));
    }
    let malformed = |error: &dyn std::fmt::Display| AnswerLineError::Malformed(error.to_string());
    let json = URL_SAFE_NO_PAD.decode(&line.payload).map_err(|error| malformed(&error))?;
    let right = format!("{:08x}", crc32(&json));
    if line.check != right {
        return Err(AnswerLineError::Check { found: line.check, right });
    }
    let payload: Payload = serde_json::from_slice(&json).map_err(|error| malformed(&error))?;
    let marks = read_marks(&payload.marks).ok_or_else(|| malformed(&"its marks are not marks of a grid"))?;
    if PollAnswer::note_length(&payload.note) > PollAnswer::MAX_NOTE {
        return Err(malformed(&format!("its note has more than {} characters", PollAnswer::MAX_NOTE)));
    }
    Ok(AnswerLine { poll: payload.poll, person: payload.person, grid: payload.grid, marks, note: payload.note })
}

impl AnswerLine {
    /// Returns the person of a poll whose answer this is.
    ///
    /// # Errors
    /// [`AnswerLineError`] if the answer is for another poll, another person, or another grid.
    pub fn person_of<'a>(&self, poll: &'a Poll) -> Result<&'a PolledPerson, AnswerLineError> {
        if self.poll != poll.id {
            return Err(AnswerLineError::OtherPoll);
        }
        let person = poll.people.iter().find(|person| person.id == self.person);
        let person = person.ok_or_else(|| AnswerLineError::OtherPerson(self.person.to_string()))?;
        if self.grid != grid_digest(&poll.grid) || self.marks.len() != poll.grid.cells() {
            return Err(AnswerLineError::OtherGrid(person.name.to_string()));
        }
        Ok(person)
    }
}

/// The parts of a line, without what mail programs add.
#[derive(Default)]
struct Scanned {
    version: String,
    payload: String,
    check: String,
}

impl Scanned {
    fn new(text: &str) -> Result<Self, AnswerLineError> {
        let mut parts = Self::default();
        let mut colons = 0;
        let mut length = START.len();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            // Wrapped and quoted lines, the soft breaks of quoted-printable text, and characters without width.
            if c.is_whitespace()
                || matches!(c, '>' | '=' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
            {
                continue;
            }
            length += 1;
            if length > MOST_CHARACTERS {
                return Err(AnswerLineError::TooLong);
            }
            let part = match colons {
                0 => &mut parts.version,
                1 => &mut parts.payload,
                _ => &mut parts.check,
            };
            match c {
                ':' if colons < 2 && !part.is_empty() => colons += 1,
                // A typographic dash stands for two hyphens.
                '\u{2013}' | '\u{2014}' if colons == 1 => part.push_str("--"),
                c if colons == 2 && c.is_ascii_hexdigit() => part.push(c.to_ascii_lowercase()),
                c if colons == 1 && (c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) => part.push(c),
                c if colons == 0 && c.is_ascii_alphanumeric() && part.len() < 4 => part.push(c.to_ascii_lowercase()),
                found => return Err(AnswerLineError::Character { at: length, found }),
            }
            if parts.check.len() == CHECK_DIGITS {
                return match rest.next() {
                    Some(found) if found.is_alphanumeric() => Err(AnswerLineError::Character { at: length + 1, found }),
                    _ => Ok(parts),
                };
            }
        }
        Err(AnswerLineError::Cut(length))
    }
}

/// Returns the CRC-32 of bytes, as in ZIP files.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[cfg(test)]
mod tests;
