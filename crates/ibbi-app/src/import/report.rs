//! The result of an import: what happened to each row, and why.

use super::columns::Column;
use crate::describe::{found, in_words};
use crate::error::AppError;
use crate::zone::Zone;
use ibbi_core::{Date, Outcome, Refusal, Rule, Source, Stage, Unmet};
use serde::Serialize;
use uuid::Uuid;

/// The result of an import.
#[derive(Debug, Clone, Serialize)]
pub struct ImportReport {
    /// One result for each row, in the order of the file.
    pub cases: Vec<ImportedCase>,
}

/// The result of a row.
#[derive(Debug, Clone, Serialize)]
pub struct ImportedCase {
    /// The number of the row, as a spreadsheet shows it.
    pub row: u64,
    /// The district, as the row has it.
    pub district: String,
    /// The office's own number for the case.
    pub reference: Option<String>,
    /// The ID of the case, if the row says which case it is.
    pub case: Option<Uuid>,
    /// What happened to the row.
    pub status: RowStatus,
    /// The day on which the case was opened.
    pub opened: Option<Date>,
    /// The day of its last milestone.
    pub last: Option<Date>,
    /// The stage after the last milestone, if the rules allow the case.
    pub stage: Option<Stage>,
    /// The outcome, if the case has ended.
    pub outcome: Option<Outcome>,
    /// The day of the end, as the row has it.
    #[serde(skip)]
    pub(super) expected_end: Option<Date>,
    /// The number of events.
    pub events: usize,
    /// The number of names that the row doesn't have.
    pub placeholders: usize,
    /// The number of the first record, if the case is in the ledger.
    pub seq: Option<u64>,
    /// The reasons why the row wasn't imported.
    pub problems: Vec<Problem>,
    /// What to check, although the row can be imported.
    pub notes: Vec<String>,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// It can be imported.
    Ready,
    /// It was imported.
    Imported,
    /// The ledger has the case already, with the same milestones.
    Existing,
    /// It can't be imported.
    Refused,
}

/// A reason why a row can't be imported.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The column, if the reason is in one cell.
    pub column: Option<Column>,
    /// The text of that cell.
    pub value: String,
    /// What is wrong, and what to do if no rule says that.
    pub message: String,
    /// The rules that are not met.
    pub rules: Vec<UnmetRule>,
}

/// A rule that a milestone doesn't meet.
#[derive(Debug, Clone, Serialize)]
pub struct UnmetRule {
    /// The rule.
    pub rule: Rule,
    /// What must be true.
    pub statement: &'static str,
    /// What was found.
    pub found: String,
    /// What to do in the spreadsheet.
    pub to_do: String,
    /// The source of the rule.
    pub source: Source,
}

impl ImportReport {
    /// Returns the number of rows with a status.
    pub fn count(&self, status: RowStatus) -> usize {
        self.cases.iter().filter(|case| case.status == status).count()
    }

    /// Returns the number of names that the rows don't have, without the rows that can't be imported.
    pub fn placeholders(&self) -> usize {
        let usable = self.cases.iter().filter(|case| case.status != RowStatus::Refused);
        usable.map(|case| case.placeholders).sum()
    }
}

impl ImportedCase {
    /// Returns the case with a reason why it can't be imported.
    pub(super) fn refuse(&mut self, problem: Problem) {
        self.status = RowStatus::Refused;
        self.problems.push(problem);
    }
}

impl Problem {
    pub(super) const fn of_cell(column: Column, value: String, message: String) -> Self {
        Self { column: Some(column), value, message, rules: Vec::new() }
    }

    pub(super) const fn of_row(message: String) -> Self {
        Self { column: None, value: String::new(), message, rules: Vec::new() }
    }

    /// Returns the problem of a milestone that the service doesn't accept.
    pub(super) fn of_milestone(column: Column, value: String, error: &AppError) -> Self {
        match error {
            AppError::Refused { refusal, zone, .. } => {
                let Refusal { event, stage, unmet, .. } = refusal;
                let message = format!("\u{201c}{}\u{201d} can't be recorded in {}", event.label(), stage.label());
                let rules = unmet.iter().map(|unmet| UnmetRule::new(unmet, *zone)).collect();
                Self { column: Some(column), value, message, rules }
            }
            other => Self::of_cell(column, value, other.to_string()),
        }
    }
}

impl UnmetRule {
    fn new(unmet: &Unmet, zone: Zone) -> Self {
        let rule = unmet.rule;
        Self {
            rule,
            statement: rule.statement(),
            found: in_words(&found(&unmet.found, zone)),
            to_do: to_do(rule),
            source: rule.source(),
        }
    }
}

/// Returns what to do in the spreadsheet so that a rule is met.
fn to_do(rule: Rule) -> String {
    let columns: Vec<String> = columns_for(rule).iter().map(|column| format!("`{}`", column.name())).collect();
    match (rule, columns.as_slice()) {
        (Rule::Stage | Rule::ClosedForGood, _) => {
            "Check the days of the row: the milestones must be in the order of the process.".to_owned()
        }
        (_, []) => in_words(rule.remedy()),
        (_, [one]) => format!("Fill in {one} with a day that isn't after this one, or correct this day."),
        (_, [first @ .., last]) => {
            let first = first.join(", ");
            let comma = if columns.len() > 2 { "," } else { "" };
            format!("Fill in {first}{comma} and {last} with days that aren't after this one, or correct this day.")
        }
    }
}

/// Returns the columns whose days meet a rule.
const fn columns_for(rule: Rule) -> &'static [Column] {
    match rule {
        Rule::LeadersAgreed => &[Column::SuperintendentAgreed, Column::UnionPresidentAgreed, Column::CommitteeAgreed],
        Rule::TopicsCovered => &[Column::MeetingHeld],
        Rule::IbbiChosen => &[Column::IbbiChosen],
        Rule::ThreeConfirmations => &[Column::UnionLetter, Column::AdministrationLetter, Column::CommitteeLetter],
        Rule::BothNamed | Rule::AllPledged => &[Column::TeamsNamed],
        Rule::ApplicationAccepted => &[Column::Accepted],
        Rule::TrainingCompleted | Rule::TrainingExercise | Rule::TrainingSimulation | Rule::TrainingActivity => {
            &[Column::Trained]
        }
        Rule::BothAdopted => &[Column::LaborDecided, Column::ManagementDecided],
        Rule::FormatChosen => &[Column::Format],
        Rule::FacilitationCompleted => &[Column::Sessions],
        _ => &[],
    }
}
