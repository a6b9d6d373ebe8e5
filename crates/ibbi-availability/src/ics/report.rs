//! What a reader tells about what it left out.

use crate::NotUnderstood;
use ibbi_common::format::count;
use std::collections::BTreeMap;

/// The most problems that are listed.
const MAX_PROBLEMS: usize = 100;

/// Why something is left out on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LeftOut {
    /// The person is free then.
    Free,
    /// The person is free in a list of free and busy times.
    FreePeriod,
    /// It was canceled.
    Canceled,
    /// The person declined.
    Declined,
    /// It takes no time.
    NoLength,
    /// It's not on the days of the import.
    OtherDays,
    /// There is a later version of it.
    Replaced,
    /// It's a task or an entry of a diary.
    Task,
}

impl LeftOut {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Free => ("event shows the person as free.", "events show the person as free."),
            Self::FreePeriod => ("period is marked as free.", "periods are marked as free."),
            Self::Canceled => ("event is canceled.", "events are canceled."),
            Self::Declined => ("event was declined.", "events were declined."),
            Self::NoLength => ("event takes no time.", "events take no time."),
            Self::OtherDays => ("event is on other days.", "events are on other days."),
            Self::Replaced => ("event has a later version in the file.", "events have a later version in the file."),
            Self::Task => ("task or note is not an event.", "tasks or notes are not events."),
        }
    }
}

/// What was not understood, and what was left out.
#[derive(Debug, Default)]
pub(super) struct Report {
    problems: Vec<NotUnderstood>,
    more_problems: u64,
    left_out: BTreeMap<LeftOut, u64>,
    zones: BTreeMap<String, (u32, u64)>,
}

impl Report {
    /// Adds a problem at a line.
    pub(super) fn problem(&mut self, line: u32, message: impl Into<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(NotUnderstood { place: format!("line {line}"), message: message.into() });
        } else {
            self.more_problems += 1;
        }
    }

    /// Adds an event whose zone is not clear. All events with the same problem are one entry.
    pub(super) fn zone_problem(&mut self, line: u32, message: String) {
        let (_, events) = self.zones.entry(message).or_insert((line, 0));
        *events += 1;
    }

    /// Counts something that is left out.
    pub(super) fn leave_out(&mut self, reason: LeftOut) {
        *self.left_out.entry(reason).or_default() += 1;
    }

    /// Returns the problems and the sentences.
    pub(super) fn finish(mut self) -> (Vec<NotUnderstood>, Vec<String>) {
        let mut zones: Vec<_> = std::mem::take(&mut self.zones).into_iter().collect();
        zones.sort_by_key(|(_, (line, _))| *line);
        for (message, (line, events)) in zones {
            let others = match events {
                1 => String::new(),
                _ => format!(" {} this zone.", count(events, "event has", "events have")),
            };
            self.problem(line, format!("{message}{others}"));
        }
        if self.more_problems > 0 {
            let message = format!(
                "The file has {}. Export the calendar again, or enter the times by hand.",
                count(self.more_problems, "more problem", "more problems")
            );
            self.problems.push(NotUnderstood { place: "the rest of the file".to_owned(), message });
        }
        let sentence = |(reason, number): (LeftOut, u64)| {
            let (singular, plural) = reason.words();
            count(number, singular, plural)
        };
        (self.problems, self.left_out.into_iter().map(sentence).collect())
    }
}
