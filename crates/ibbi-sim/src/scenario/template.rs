//! A scenario to start from: it has every key, with comments.

use crate::assumptions::{Assumed, AssumedValue, AssumptionRow, Assumptions, MONTHS, Model};
use crate::three_point::ThreePoint;
use ibbi_core::{Date, Name};
use std::fmt::Write as _;
use uuid::Uuid;

const PEOPLE: &str = r#"
# The people who take part. A role is leader (with a seat), negotiator (with a party), neutral, or representative. A
# leader with a party is also a negotiator. Without a representative, the neutral conducts the introductory meeting.
# A person with required = false is on no roster, and no date waits for that person.
# Unavailable times are dates, weekdays, or tables, as in
#   unavailable = [2026-12-02, "friday", { from = 2026-11-02, to = 2026-11-13 }, { weekday = "monday", half = "morning" }]

[[people]]
id = "superintendent"
name = "The superintendent"
role = "leader"
seat = "superintendent"
unavailable = []

[[people]]
id = "union-president"
name = "The union president"
role = "leader"
seat = "union_president"
party = "labor"
unavailable = []

[[people]]
id = "committee-chair"
name = "The school committee's chair"
role = "leader"
seat = "school_committee"
unavailable = []

[[people]]
id = "neutral"
name = "The trainer and facilitator"
role = "neutral"
unavailable = []

[[people]]
id = "teacher-1"
name = "A teacher at the table"
role = "negotiator"
party = "labor"
unavailable = []

[[people]]
id = "administrator-1"
name = "An administrator at the table"
role = "negotiator"
party = "management"
unavailable = []
"#;

/// Returns a scenario to start from, with comments. It is valid as it is, with people to replace. Every assumption is
/// at its default, as a comment. `id` is the ID that the case gets; each scenario needs its own.
///
/// ```
/// use ibbi_core::{Date, Name};
/// let id = "01931c5e-7a10-7cc3-98c4-dc0c0c07398f".parse().unwrap();
/// let text = ibbi_sim::template(&Name::new("Maple Hollow").unwrap(), Date::new(2026, 9, 8).unwrap(), Some(id));
/// let scenario = ibbi_sim::Scenario::parse(&text).unwrap();
/// assert_eq!((scenario.district.as_str(), scenario.id), ("Maple Hollow", Some(id)));
/// ```
pub fn template(district: &Name, start: Date, id: Option<Uuid>) -> String {
    let id = id.map_or_else(String::new, |id| id_line(id) + "\n");
    let district = quoted(district.as_str());
    let mut text = format!(
        "# A scenario for ibbi.\n\
         {id}district = {district}\n\
         time_zone = \"America/New_York\"\n\
         start = {start} # the date on which the three key leaders are asked\n\
         # contract_expires = {start} # the date on which the current contract expires\n\
         evergreen = false # whether a clause extends the contract until there is a new one\n\
         format = \"full_day\" # or \"two_half_days\"\n\
         \n\
         # The legal holidays of Massachusetts are built in. Set the county if it is Suffolk, which has two more.\n\
         [calendar]\n\
         # county = \"suffolk\"\n\
         working_days = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\"]\n\
         # Vacation weeks and other closed days. Add half = \"morning\" or \"afternoon\" for a part of each day.\n\
         closed = [\n\
         \x20 # {{ name = \"Winter break\", from = 2026-12-24, to = 2027-01-01 }},\n\
         \x20 # {{ name = \"Early release\", weekday = \"wednesday\", half = \"afternoon\" }},\n\
         ]\n"
    );
    text.push_str(PEOPLE);
    text.push_str(
        "\n# These are estimates: no figures are published. Change any that you have better numbers for. A line that stays\n\
         # a comment keeps its default. Durations are [least, likely, most] days; chances are from 0 to 1.\n\
         [assumptions]\n",
    );
    text.push_str(&assumption_lines(&Assumptions::default(), Model::First));
    text
}

/// Returns the line of a scenario's file with its ID.
pub(super) fn id_line(id: Uuid) -> String {
    format!("id = {} # the ID that the case gets; calendar entries keep it", quoted(&id.to_string()))
}

/// Returns each assumption on a line with its description. One at its default is a comment.
pub(super) fn assumption_lines(assumptions: &Assumptions, model: Model) -> String {
    let mut text = String::new();
    let rows = assumptions.rows(model);
    for AssumptionRow { name, about, assumed: Assumed { default, value } } in rows {
        let hidden = if default { "# " } else { "" };
        let value = match value {
            AssumedValue::Days(ThreePoint { least, likely, most }) => format!("[{least}, {likely}, {most}]"),
            AssumedValue::Chance(number) | AssumedValue::Spread(number) => number.to_string(),
            AssumedValue::Range([low, likely, high]) => format!("[{low}, {likely}, {high}]"),
            AssumedValue::Constant(days) => days.to_string(),
            AssumedValue::Months(chances) => {
                let months =
                    MONTHS.iter().zip(chances).filter_map(|(month, chance)| Some(format!("{month} = {}", chance?)));
                format!("{{ {} }}", months.collect::<Vec<_>>().join(", "))
            }
        };
        let _ = writeln!(text, "{hidden}{name} = {value} # {about}");
    }
    text
}

/// Returns a basic string of TOML. The texts of a scenario have no control characters.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chance, Scenario};

    #[test]
    fn template_is_valid_and_has_the_defaults() {
        let district = Name::new("O \"quoted\" \\ name").unwrap();
        let text = template(&district, Date::new(2026, 9, 8).unwrap(), None);
        let scenario = Scenario::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(scenario.district, district);
        let (head, assumptions) = text.split_once("[assumptions]\n").unwrap();
        let values: Vec<_> = assumptions.lines().map(|line| line.trim_start_matches("# ")).collect();
        let written = format!("{head}[assumptions]\n{}", values.join("\n"));
        let written = Scenario::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(written.digest(), scenario.digest());
        assert!(!written.assumptions.chance(Chance::Withdraws).default);
    }
}
