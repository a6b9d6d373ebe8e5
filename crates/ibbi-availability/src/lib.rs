//! Reads calendars, polls, and spreadsheets as times when people can come.
//!
//! Each format has a reader. A reader returns an [`ImportedFile`]: what it understood for each person, and what it didn't. It
//! doesn't know the people of a scenario, and it keeps no titles, places, or other texts of a calendar. `ibbi-app` reads the
//! phrases, finds the people by their names, and changes the scenario.

mod collected;
mod days;
mod grid;
pub mod ics;
mod lines;
mod marks;
mod polls;
mod table;
mod text;
mod times;
mod workbook;

use ibbi_core::Date;
use ibbi_sim::Hours;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The largest file of any kind, in bytes: 10 MB of 1,048,576 bytes.
pub const MAX_BYTES: usize = 10 << 20;
/// The most cells of a file that are not empty.
pub const MAX_CELLS: usize = 200_000;
/// The most rows of a table.
pub const MAX_ROWS: usize = 20_000;
/// The most columns of a table.
pub const MAX_COLUMNS: usize = 4_000;
/// The most sheets of a workbook.
pub const MAX_SHEETS: usize = 50;
/// The most places of a file that are reported as not understood. There is one more entry that counts the rest.
pub const MAX_REPORTED: usize = 100;

/// Hours as text, such as `16:00-20:00`.
mod hours_text {
    use ibbi_sim::Hours;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    #[allow(clippy::ref_option, reason = "serde passes the field like this")]
    pub(crate) fn serialize<S: Serializer>(hours: &Option<Hours>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&hours.map(|hours| hours.to_string()).unwrap_or_default())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hours>, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Some).map_err(de::Error::custom)
    }
}

/// The days and the zone of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportWindow {
    /// The first day that matters.
    pub from: Date,
    /// The last day that matters.
    pub to: Date,
    /// The zone of the scenario, and of times that have no zone of their own.
    pub zone: chrono_tz::Tz,
}

/// Whether a person can come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Mark {
    /// The person can come.
    Can,
    /// The person can come if nothing else fits.
    IfNeedBe,
    /// The person can't come.
    Cannot,
}

/// Hours of one day, with whether the person can come then. Times that no entry covers are unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ImportedTime {
    /// The day, in the scenario's zone.
    pub day: Date,
    /// The hours of the day, rounded outward to quarter hours; `None` for the whole day.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hours_text")]
    pub hours: Option<Hours>,
    /// Whether the person can come.
    pub mark: Mark,
}

/// Words about when a person can come, which `ibbi-app` reads as phrases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedPhrase {
    /// The words.
    pub text: String,
    /// Whether words without `never` or `only` are about when the person can come or can't come.
    pub mark: Mark,
    /// Where the words are, such as `row 3, column "Not available"`.
    pub place: String,
}

/// A person of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedPerson {
    /// The name as the file has it; empty if the file doesn't name the person, as many calendars don't.
    pub name: String,
    /// The times, in order, without overlap.
    pub times: Vec<ImportedTime>,
    /// The phrases.
    pub phrases: Vec<ImportedPhrase>,
}

/// Something that a reader left out, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotUnderstood {
    /// Where it is, such as `line 12` or `sheet "Fall", cell C4`.
    pub place: String,
    /// What is wrong, and what to do. It never has a title of an event.
    pub message: String,
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ImportFormat {
    /// A calendar (RFC 5545).
    Calendar,
    /// An export of Doodle.
    Doodle,
    /// An export of Rallly.
    Rallly,
    /// An export of When2meet.
    When2meet,
    /// A table of names and times: a spreadsheet, CSV, or rows that were pasted.
    Table,
    /// Phrases, one person a line.
    Phrases,
}

/// What a reader understood of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedFile {
    /// The kind of the file.
    pub format: ImportFormat,
    /// The days on which the file says anything, if it is about some days only.
    pub days: Option<Range<Date>>,
    /// The people, in the order of the file.
    pub people: Vec<ImportedPerson>,
    /// What was not understood.
    pub not_understood: Vec<NotUnderstood>,
    /// What was left out on purpose, in sentences with counts: `3 events show the person as free.`
    pub left_out: Vec<String>,
}

/// Why a file can't be imported at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The file has none of the known forms.
    #[error("{0}")]
    Unknown(String),
    /// The file is too large, or would take too much time or memory.
    #[error("{0}")]
    TooLarge(String),
}

/// Reads a file. Its content decides how it is read; its name makes no difference.
///
/// ```
/// use ibbi_availability::{ImportFormat, ImportWindow, Mark, read};
/// let (from, to) = ("2026-09-08".parse().unwrap(), "2027-06-30".parse().unwrap());
/// let window = ImportWindow { from, to, zone: chrono_tz::America::New_York };
/// let file = read(b"Name,Oct 5 AM\nKevin Almeida,no", &window).unwrap();
/// assert_eq!(file.format, ImportFormat::Table);
/// assert_eq!(file.people[0].times[0].mark, Mark::Cannot);
/// ```
///
/// # Errors
/// [`ImportError::Unknown`] if the file has none of the known forms; [`ImportError::TooLarge`] if it is above one of the limits, such as
/// [`MAX_BYTES`].
pub fn read(bytes: &[u8], window: &ImportWindow) -> Result<ImportedFile, ImportError> {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file is larger than {} MB; export fewer days or people", MAX_BYTES >> 20);
        return Err(ImportError::TooLarge(message));
    }
    if let Some(sheets) = workbook::read(bytes)? {
        return polls::read_sheets(&sheets, Vec::new(), window);
    }
    let decoded = text::decode(bytes)?;
    let start = decoded.text.trim_start();
    if start.is_empty() {
        return Err(ImportError::Unknown("the file is empty".to_owned()));
    }
    if start.get(..15).is_some_and(|start| start.eq_ignore_ascii_case("BEGIN:VCALENDAR")) {
        return ics::read(bytes, window);
    }
    if start.starts_with('<') || start.starts_with('{') {
        let message =
            "this is a web page or program data, not a calendar, a poll, or a table; export it as .ics, CSV, or .xlsx";
        return Err(ImportError::Unknown(message.to_owned()));
    }
    let assumed = decoded.assumed.into_iter().collect();
    match grid::of_text(&decoded.text)? {
        Some(grid) => polls::read_sheets(&[grid], assumed, window),
        None => lines::read(&decoded.text, assumed),
    }
}
