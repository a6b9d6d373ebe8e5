//! Reading goals from TOML. All problems are reported, not only the first.

use super::moment::{EXPECTED, GoalMoment};
use super::{DayCount, GoalSet, GoalsError, TimeGoal};
use crate::scenario::diagnose::Problems;
use crate::scenario::table::{self, Table, Value, table_of};
use ibbi_common::fiscal::{FiscalYears, PeriodKind};
use ibbi_common::spelling::echo;
use ibbi_core::{FormatId, Name};
use toml::de::DeTable;

const KEYS: &[&str] = &["fiscal_year_starts", "goals", "period"];
const GOAL_KEYS: &[&str] = &["days", "districts", "formats", "from", "name", "share", "source", "to", "within"];

/// The longest file, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// The most goals of a file.
const MAX_GOALS: usize = 200;
/// The most districts or formats of a goal.
const MAX_LISTED: usize = 1_000;
/// The longest name or source, in characters.
const MAX_TEXT: usize = 500;
/// The most days of a goal.
const MAX_DAYS: u16 = 999;

pub(super) fn goals(text: &str) -> Result<GoalSet, GoalsError> {
    let mut problems = Problems::new(text);
    if text.len() > MAX_BYTES {
        problems.add(&(0..0), format!("the file has {} bytes", text.len()), "at most 1 MiB");
        return Err(GoalsError { problems: problems.into_error().problems });
    }
    let (parsed, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        problems.add(&error.span().unwrap_or_default(), error.message().to_owned(), "TOML, such as `key = \"value\"`");
    }
    let broken = problems.count();
    let read = content(parsed.get_ref(), &mut problems);
    problems.forget_consequences(broken);
    match read {
        Some(goals) if problems.count() == 0 => Ok(goals),
        _ => Err(GoalsError { problems: problems.into_error().problems }),
    }
}

fn content(entries: &DeTable<'_>, problems: &mut Problems<'_>) -> Option<GoalSet> {
    let top = Table::new(entries, 0..0, "the file", KEYS, problems);
    let month = top.get("fiscal_year_starts").map(|value| table::whole(value, "fiscal_year_starts", 1..=12, problems));
    let fiscal_years = match month {
        None => Some(FiscalYears::default()),
        Some(month) => month.and_then(|month| FiscalYears::starting_in(u8::try_from(month).ok()?)),
    };
    let period = match top.get("period") {
        None => Some(PeriodKind::FiscalYear),
        Some(value) => table::word(value, "period", &PeriodKind::CODES, PeriodKind::from_code, problems),
    };
    let expected = "at least one [[goals]] with name, from, to, within, share, and source";
    let value = top.need("goals", expected, problems)?;
    let listed = table::list(value, "goals", expected, MAX_GOALS, problems)?;
    if listed.is_empty() {
        problems.add(&value.span(), "`goals` is empty", expected);
    }
    let mut goals: Vec<TimeGoal> = Vec::new();
    for value in listed {
        let Some(goal) = goal(value, problems) else { continue };
        if goals.iter().any(|other| other.name == goal.name) {
            let found = format!("two goals have the name `{}`", echo(&goal.name));
            problems.add(&value.span(), found, "a name of its own for each goal");
        }
        goals.push(goal);
    }
    Some(GoalSet { fiscal_years: fiscal_years?, period: period?, goals })
}

fn goal(value: &Value<'_>, problems: &mut Problems<'_>) -> Option<TimeGoal> {
    let fields = table_of(value, "a goal", GOAL_KEYS, problems)?;
    let name = line(&fields, "name", "a name on one line, such as name = \"Review of applications\"", problems);
    let source = line(&fields, "source", "who set the goal, such as source = \"Office manual, page 12\"", problems);
    let from = moment(&fields, "from", problems);
    let to = moment(&fields, "to", problems);
    if let (Some(from), Some(to), Some(place)) = (from, to, fields.get("to")) {
        if from == to {
            problems.add(&place.span(), format!("`to` is the same as `from`: `{to}`"), "another moment");
        } else if matches!(to, GoalMoment::Last(..)) {
            let found = format!("`to` is `{to}`, and while a case is open, its last event is not known");
            problems.add(&place.span(), found, "`first`, `all`, `enter`, or `leave`");
        }
    }
    let expected = format!("a number of days from 0 to {MAX_DAYS}, such as within = 40");
    let within = fields.need("within", &expected, problems);
    let within = within.and_then(|value| table::whole(value, "within", 0..=MAX_DAYS, problems));
    let days = match fields.get("days") {
        None => Some(DayCount::Calendar),
        Some(value) => table::word(value, "days", &DayCount::CODES, DayCount::from_code, problems),
    };
    let share = fields.need("share", "a percentage from 1 to 100, such as share = 80", problems);
    let share = share.and_then(|value| table::whole(value, "share", 1..=100, problems));
    let formats = listed::<FormatId>(&fields, "formats", "a list such as [\"full_day\"]", problems);
    let districts = listed::<Name>(&fields, "districts", "a list such as [\"Maple Hollow\"]", problems);
    Some(TimeGoal {
        name: name?,
        from: from?,
        to: to?,
        within: within?,
        days: days?,
        share: u8::try_from(share?).ok()?,
        source: source?,
        formats: formats?,
        districts: districts?,
    })
}

/// Returns a required text on one line.
fn line(fields: &Table<'_, '_>, key: &'static str, expected: &str, problems: &mut Problems<'_>) -> Option<String> {
    let value = fields.need(key, expected, problems)?;
    let text = table::text(value, key, expected, problems)?;
    let wrong = match text.trim() {
        "" => Some(format!("`{key}` is empty")),
        text if text.chars().any(char::is_control) => {
            Some(format!("`{key}` has a line break or another control character"))
        }
        text if text.chars().count() > MAX_TEXT => Some(format!("`{key}` has more than {MAX_TEXT} characters")),
        _ => None,
    };
    match wrong {
        Some(found) => {
            problems.add(&value.span(), found, expected);
            None
        }
        None => Some(text.trim().to_owned()),
    }
}

fn moment(fields: &Table<'_, '_>, key: &'static str, problems: &mut Problems<'_>) -> Option<GoalMoment> {
    let value = fields.need(key, EXPECTED, problems)?;
    let text = table::text(value, key, EXPECTED, problems)?;
    let read = GoalMoment::parse(text);
    read.map_err(|error| {
        problems.add_near(&value.span(), format!("in `{key}`, {}", error.found), error.expected, error.nearest)
    })
    .ok()
}

/// Returns an optional list of texts of a type.
fn listed<T: std::str::FromStr<Err: std::fmt::Display>>(
    fields: &Table<'_, '_>,
    key: &'static str,
    expected: &str,
    problems: &mut Problems<'_>,
) -> Option<Vec<T>> {
    let Some(value) = fields.get(key) else { return Some(Vec::new()) };
    let entries = table::list(value, key, expected, MAX_LISTED, problems)?;
    if entries.is_empty() {
        problems.add(&value.span(), format!("`{key}` is empty"), format!("{expected}, or no `{key}` for all cases"));
    }
    entries.iter().map(|entry| table::parsed(entry, key, expected, problems)).collect()
}
