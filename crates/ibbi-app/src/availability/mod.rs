//! Importing when people can come: from calendars, polls, spreadsheets, and texts into a scenario.
//!
//! [`import`] reads files with `ibbi-availability`, finds the people by their names, and returns what it understood together with
//! the changed scenario. It writes nothing. The command line, the pages, and the API use this one function. `docs/availability.md`
//! describes it for people.

mod change;
mod compress;
mod names;
mod read;
mod slots;
mod weeks;
mod write;

pub use read::{ReadFile, ReadFiles, import, import_read, read_files};
pub use weeks::{WeekHours, WeekRow, WeekRun, week_runs};
pub use write::updated_toml;

use ibbi_core::{Date, MemberId};
use ibbi_sim::Scenario;
use serde::Serialize;

/// The largest number of files in one import.
pub const MAX_FILES: usize = 60;
/// The largest size of all files of an import together, in bytes.
pub const MAX_BYTES: u64 = 32 << 20;

/// A file to import.
#[derive(Debug, Clone, Copy)]
pub struct AvailabilityFile<'a> {
    /// Its name, for messages and for answers to questions. It doesn't decide how the file is read.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// How files are imported.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions<'a> {
    /// The first day that matters. Default: the start of the scenario, or today without a scenario.
    pub from: Option<Date>,
    /// The last day that matters. Default: the last day that a plan can reach.
    pub to: Option<Date>,
    /// Answers: a name as a file has it, or the name of a file, with the ID of a person or `skip`.
    pub people: &'a [(String, String)],
    /// Whether the times of the files replace those of the scenario that contradict them. Otherwise they are added.
    pub replace: bool,
    /// The current day.
    pub today: Date,
}

/// What an import understood, and the scenario that it leads to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AvailabilityImport {
    /// The first day that was looked at.
    pub from: Date,
    /// The last day that was looked at.
    pub to: Date,
    /// The files, in their order.
    pub files: Vec<FileSummary>,
    /// What was understood, for each person: first those of the scenario in its order, then the others.
    pub people: Vec<PersonImport>,
    /// Names of which it isn't sure whom they mean. Nothing can be accepted until they are answered.
    pub questions: Vec<PersonQuestion>,
    /// What was understood of the times that the questions are about, in the order of the questions. Nothing of them is added.
    pub unassigned: Vec<PersonImport>,
    /// What was not understood.
    pub not_understood: Vec<Remark>,
    /// What was left out on purpose.
    pub left_out: Vec<Remark>,
    /// Whether the scenario with these times differs from the one before.
    pub changed: bool,
    /// The scenario with these times; none if no scenario was given.
    #[serde(skip)]
    pub scenario: Option<Scenario>,
}

/// A file of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileSummary {
    /// Its name.
    pub name: String,
    /// What it is, such as `an export of Doodle`; none if it can't be read.
    pub kind: Option<&'static str>,
    /// Why it can't be read, if it can't.
    pub problem: Option<String>,
}

/// What was understood of a person's times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonImport {
    /// The ID in the scenario; none if no scenario was given.
    pub id: Option<MemberId>,
    /// The name in the scenario, or the one of the file.
    pub name: String,
    /// Where the times are from, such as `Kevin Almeida, in poll.csv`.
    pub sources: Vec<String>,
    /// The times in words, such as `can't come on Tuesdays`.
    pub sentences: Vec<String>,
    /// The hours of each week in which the files have any times, without those of the phrases.
    pub weeks: Vec<WeekRow>,
    /// Notes, such as times that the scenario contradicts.
    pub notes: Vec<String>,
    /// Why these times can't be added, if they can't.
    pub problem: Option<String>,
    /// What is added to the scenario, in the words of its lists, such as `can't come on Tuesdays`.
    pub added: Vec<String>,
    /// Whether the person's times in the scenario change.
    pub changed: bool,
}

/// A name that could mean several people, or none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonQuestion {
    /// The key of the answer: the name as the file has it, or the file if it has no name.
    pub name: String,
    /// The file.
    pub file: String,
    /// The question, in a sentence.
    pub question: String,
    /// The people who are meant most likely, the most likely one first. It can be anyone else of the scenario, too.
    pub candidates: Vec<Candidate>,
}

/// A person whom a name can mean.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Candidate {
    /// The ID in the scenario.
    pub id: MemberId,
    /// The name in the scenario.
    pub name: String,
}

/// Something that was not understood, or left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Remark {
    /// The file.
    pub file: String,
    /// Where in the file it is, such as `row 3, column C`; empty if it is about the whole file.
    pub place: String,
    /// The remark, as a sentence.
    pub message: String,
}

impl PersonQuestion {
    /// The answer that leaves a name out.
    pub const SKIP: &'static str = "skip";

    /// Returns the arguments that answer the question, such as `Kevin Almeida=k-almeida`, the most likely one first.
    pub fn answers(&self) -> Vec<String> {
        let people = self.candidates.iter().map(|candidate| candidate.id.as_str());
        people.chain([Self::SKIP]).map(|answer| format!("{}={answer}", self.name)).collect()
    }
}

impl AvailabilityImport {
    /// Returns whether the times can be added to the scenario: each file was read, and there are no open questions.
    pub fn is_ready(&self) -> bool {
        self.scenario.is_some()
            && self.questions.is_empty()
            && self.files.iter().all(|file| file.problem.is_none())
            && self.people.iter().all(|person| person.problem.is_none())
    }
}
