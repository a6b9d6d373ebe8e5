//! The columns of a spreadsheet of past cases. This is the only place that has their names and descriptions.

use ibbi_common::spelling;
use serde::Serialize;

macro_rules! columns {
    ($( $variant:ident = $name:literal $(or $alias:literal)*, $form:literal, $about:literal; )+) => {
        /// A column of a spreadsheet of past cases.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Column {
            $( #[doc = $about] $variant, )+
        }

        impl Column {
            /// All columns, in the order of the process.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name, as the header of the column has it.
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// Returns the other names that a header can have.
            const fn aliases(self) -> &'static [&'static str] {
                match self { $( Self::$variant => &[$($alias),*], )+ }
            }

            /// Returns what a cell contains: `day`, `days`, `name`, `names`, or the words to choose from.
            pub const fn form(self) -> &'static str {
                match self { $( Self::$variant => $form, )+ }
            }

            /// Returns what the column means, and what an empty cell means.
            pub const fn about(self) -> &'static str {
                match self { $( Self::$variant => $about, )+ }
            }
        }
    };
}

columns! {
    District = "district" or "school district", "name", "The district. Every row needs it.";
    Reference = "reference" or "file number" or "case number", "text",
        "Your own number for the case. It keeps two cases of one district apart.";
    Program = "program", "preset", "The program, as `ibbi new --program` names it. Default: mep.";
    County = "county", "word", "The county of the district, such as worcester. Suffolk has two extra holidays.";
    TimeZone = "time_zone", "zone", "The time zone of the district. Default: America/New_York.";
    Opened = "opened" or "case opened", "day", "The case was opened. Default: the earliest day of the row.";
    ContractExpires = "contract_expires", "day", "The contract in force when the case was opened expires.";
    Evergreen = "evergreen", "yes or no", "An evergreen clause extends that contract. Default: no.";
    Superintendent = "superintendent", "name", "The superintendent.";
    SuperintendentAgreed = "superintendent_agreed", "day", "The superintendent agreed to take part.";
    UnionPresident = "union_president", "name", "The president of the teachers' union.";
    UnionPresidentAgreed = "union_president_agreed" or "union agreed", "day", "The union president agreed to take part.";
    Committee = "committee_leader" or "committee chair" or "school committee chair", "name",
        "The chair or vice chair of the school committee.";
    CommitteeOffice = "committee_office", "chair or vice_chair", "The office of that person. Default: chair.";
    CommitteeAgreed = "committee_agreed" or "school committee agreed", "day", "That person agreed to take part.";
    MeetingHeld = "meeting_held" or "introductory meeting", "day",
        "The introductory meeting, with all three topics. Several meetings: the last one.";
    Representative = "representative", "name", "The program's representative at that meeting.";
    IbbiChosen = "ibbi_chosen", "day",
        "The district chose the IBBI. Default: the day of the meeting, if the row has a later milestone.";
    UnionLetter = "union_letter" or "teachers organization letter", "day", "The letter of the teachers' organization.";
    AdministrationLetter = "administration_letter", "day", "The letter of the administration.";
    CommitteeLetter = "committee_letter" or "school committee letter", "day", "The letter of the school committee.";
    LaborTeam = "labor_team", "names", "The members of the labor team. Default: one member without a name.";
    ManagementTeam = "management_team", "names", "The members of the management team. Default: one member without a name.";
    TeamsNamed = "teams_named" or "teams pledged", "day",
        "Both teams were named, and every member pledged to be present. Default: the day of acceptance.";
    Accepted = "accepted" or "application accepted", "day", "The application was accepted.";
    AcceptedBy = "accepted_by", "name", "The person who accepted it.";
    Trained = "trained" or "training", "days",
        "The training, one day or slot for each part, with the program's activities and every member.";
    Neutral = "neutral" or "trainer" or "facilitator", "name", "The person who led the training and the facilitation.";
    LaborCaucus = "labor_caucus", "day", "The labor team's caucus. Default: the day of its decision.";
    LaborDecided = "labor_decided", "day", "The labor team decided.";
    LaborDecision = "labor_decision", "adopt or decline", "The labor team's decision.";
    LaborSpokesperson = "labor_spokesperson", "name", "The member who spoke for labor. Default: the first member.";
    ManagementCaucus = "management_caucus", "day", "The management team's caucus. Default: the day of its decision.";
    ManagementDecided = "management_decided", "day", "The management team decided.";
    ManagementDecision = "management_decision", "adopt or decline", "The management team's decision.";
    ManagementSpokesperson = "management_spokesperson", "name",
        "The member who spoke for management. Default: the first member.";
    Format = "format", "word",
        "The format of the facilitation, such as full_day or two_half_days. Default: the format with as many parts as sessions.";
    Sessions = "sessions" or "facilitation", "days",
        "The facilitation, one day or slot for each part, with every member.";
    Outcome = "outcome", "word",
        "The outcome: completed, referred, not_accepted, not_adopted, or withdrawn. The import checks it against the days.";
    Ended = "ended" or "withdrawn", "day", "The case ended because it was withdrawn, referred, or not accepted.";
    EndedBy = "ended_by" or "withdrawn by", "name", "The person or body that withdrew the case.";
    ReferredTo = "referred_to", "word", "The service to which the case was referred, such as strategic_planning.";
    Reason = "reason", "text", "The reason why the case was withdrawn or not accepted.";
    Note = "note" or "notes" or "comment" or "comments", "text", "A note. It is confidential, like every note of a case.";
}

impl Column {
    /// Returns the column that a header names. Case, spaces, and punctuation don't matter.
    pub fn from_header(header: &str) -> Option<Self> {
        let wanted = letters(header);
        let names = |column: &Self| std::iter::once(column.name()).chain(column.aliases().iter().copied());
        Self::ALL.iter().copied().find(|column| names(column).any(|name| letters(name) == wanted))
    }

    /// Returns the name of the column that a misspelled header probably means.
    pub(super) fn nearest(header: &str) -> Option<String> {
        spelling::nearest(&header.trim().replace([' ', '-'], "_"), Self::ALL.iter().map(|column| column.name()))
    }
}

impl Serialize for Column {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A column with its description.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct ColumnRow {
    /// What the column means.
    pub about: &'static str,
    /// What a cell contains.
    pub form: &'static str,
    /// The name.
    pub name: &'static str,
}

/// Returns the columns with their descriptions, in the order of the process.
pub fn columns() -> Vec<ColumnRow> {
    Column::ALL.iter().map(|it| ColumnRow { about: it.about(), form: it.form(), name: it.name() }).collect()
}

/// Returns the columns as a Markdown table, for the documentation.
pub fn columns_markdown() -> String {
    let rows = columns().into_iter().map(|row| format!("| `{}` | {} | {} |\n", row.name, row.form, row.about));
    std::iter::once("| column | a cell contains | meaning |\n|---|---|---|\n".to_owned()).chain(rows).collect()
}

/// Returns the first row of a spreadsheet with all columns, as CSV.
pub fn template() -> String {
    let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    names.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imported_records_are_known_by_every_column() {
        let names: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
        assert_eq!(names, crate::imported_records::COLUMNS);
    }

    #[test]
    fn headers_are_matched_leniently_and_no_two_columns_share_one() {
        for header in ["labor_team", "Labor Team", " LABOR-TEAM ", "laborteam"] {
            assert_eq!(Column::from_header(header), Some(Column::LaborTeam), "{header}");
        }
        assert_eq!(Column::from_header("School Committee Chair"), Some(Column::Committee));
        assert_eq!(Column::from_header(""), None);
        assert_eq!(Column::nearest("Labour team").as_deref(), Some("labor_team"));
        for column in Column::ALL {
            for name in column.aliases().iter().chain([&column.name()]) {
                assert_eq!(Column::from_header(name), Some(*column), "{name}");
            }
        }
    }

    #[test]
    fn template_is_read_back_as_all_columns() {
        let headers: Vec<_> = template().trim_end().split(',').map(Column::from_header).collect();
        assert_eq!(headers, Column::ALL.iter().copied().map(Some).collect::<Vec<_>>());
    }
}
