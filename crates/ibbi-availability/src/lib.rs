//! Reads calendars, polls, and spreadsheets as times when people can come.
//!
//! Each format has a reader. A reader returns an [`ImportedFile`]: what it understood for each person, and what it didn't. It
//! doesn't know the people of a scenario, and it keeps no titles, places, or other texts of a calendar. `ibbi-app` reads the
//! phrases, finds the people by their names, and changes the scenario.

pub mod ics;

use ibbi_core::Date;
use ibbi_sim::Hours;
use std::ops::Range;

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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// The person can come.
    Can,
    /// The person can come if nothing else fits.
    IfNeedBe,
    /// The person can't come.
    Cannot,
}

/// Hours of one day, with whether the person can come then. Times that no entry covers are unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImportedTime {
    /// The day, in the scenario's zone.
    pub day: Date,
    /// The hours of the day, rounded outward to quarter hours; `None` for the whole day.
    pub hours: Option<Hours>,
    /// Whether the person can come.
    pub mark: Mark,
}

/// Words about when a person can come, which `ibbi-app` reads as phrases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedPhrase {
    /// The words.
    pub text: String,
    /// Whether words without `never` or `only` are about when the person can come or can't come.
    pub mark: Mark,
    /// Where the words are, such as `row 3, column "Not available"`.
    pub place: String,
}

/// A person of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportedPerson {
    /// The name as the file has it; empty if the file doesn't name the person, as many calendars don't.
    pub name: String,
    /// The times, in order, without overlap.
    pub times: Vec<ImportedTime>,
    /// The phrases.
    pub phrases: Vec<ImportedPhrase>,
}

/// Something that a reader left out, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    /// Where it is, such as `line 12` or `sheet "Fall", cell C4`.
    pub place: String,
    /// What is wrong, and what to do. It never has a title of an event.
    pub message: String,
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
