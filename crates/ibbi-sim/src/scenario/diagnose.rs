//! Problems of a scenario: for each, its place, what was found, what is expected, and the nearest valid spelling.

use ibbi_common::spelling::did_you_mean;
use serde::Serialize;
use std::fmt;
use std::ops::Range;

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ScenarioProblem"))]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// What was found.
    pub found: String,
    /// What is expected there.
    pub expected: String,
    /// The nearest valid spelling, if one is near.
    pub nearest: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}; expected {}", self.line, self.found, self.expected)?;
        f.write_str(&did_you_mean(self.nearest.as_deref()))
    }
}

/// All problems of a scenario, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct ScenarioError {
    /// The problems, at least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.problems.len();
        write!(f, "the scenario has {count} problem{}", if count == 1 { "" } else { "s" })?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

/// Collects the problems of a text.
pub(crate) struct Problems<'t> {
    text: &'t str,
    found: Vec<Problem>,
    /// How many bytes the places are later than in the text.
    shift: usize,
}

impl<'t> Problems<'t> {
    /// The largest number of problems that are listed. A file with more has one common cause.
    const MAX: usize = 200;

    pub(crate) const fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new(), shift: 0 }
    }

    pub(crate) fn add(&mut self, place: &Range<usize>, found: impl Into<String>, expected: impl Into<String>) {
        self.add_near(place, found, expected, None);
    }

    pub(crate) fn add_near(
        &mut self,
        place: &Range<usize>,
        found: impl Into<String>,
        expected: impl Into<String>,
        nearest: Option<String>,
    ) {
        let mut start = place.start.saturating_sub(self.shift).min(self.text.len());
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let before = &self.text[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let problem = Problem { line, column, found: found.into(), expected: expected.into(), nearest };
        if self.found.len() < Self::MAX && !self.found.contains(&problem) {
            self.found.push(problem);
        }
    }

    /// Counts the places of further problems from a later byte on.
    pub(crate) const fn shift(&mut self, bytes: usize) {
        self.shift = bytes;
    }

    pub(crate) const fn count(&self) -> usize {
        self.found.len()
    }

    /// Removes problems that follow from the first ones, which are errors of syntax: those on the same lines, and those
    /// without a place because the parser made the value up.
    pub(crate) fn forget_consequences(&mut self, first: usize) {
        if first == 0 {
            return;
        }
        let broken: Vec<usize> = self.found.iter().take(first).map(|problem| problem.line).collect();
        let mut index = 0;
        self.found.retain(|problem| {
            index += 1;
            let placed = (problem.line, problem.column) != (1, 1);
            index <= first || (placed && !broken.contains(&problem.line))
        });
    }

    pub(crate) fn into_error(mut self) -> ScenarioError {
        self.found.sort_by_key(|problem| (problem.line, problem.column));
        ScenarioError { problems: self.found }
    }
}
