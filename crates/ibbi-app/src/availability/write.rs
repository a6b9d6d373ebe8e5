//! Writing new times into the text of a scenario, which keeps its comments.

use crate::error::AppError;
use ibbi_sim::Scenario;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Value};

/// The lists of times of a person.
const LISTS: [&str; 4] = ["available", "unavailable", "if_need_be", "also"];

/// Returns the text of a scenario with the times of another one that has the same people. Everything else stays, with its
/// comments.
///
/// ```
/// use ibbi_app::availability::updated_toml;
/// use ibbi_app::sim::{EXAMPLE, Scenario, TimeRule, Weekday};
/// let mut scenario = Scenario::parse(EXAMPLE).unwrap();
/// scenario.people[0].unavailable.push(TimeRule::weekday(Weekday::Monday));
/// let text = updated_toml(EXAMPLE, &scenario)?;
/// assert_eq!(Scenario::parse(&text).unwrap(), scenario);
/// assert_eq!(text.lines().filter(|line| line.contains('#')).count(), EXAMPLE.lines().filter(|line| line.contains('#')).count());
/// # Ok::<(), ibbi_app::AppError>(())
/// ```
///
/// # Errors
/// [`AppError::Usage`] if the text isn't TOML with a table for each person, as in a scenario that is JSON.
pub fn updated_toml(text: &str, scenario: &Scenario) -> Result<String, AppError> {
    let cannot = || {
        let message = "the scenario isn't written as TOML with [[people]], so it can't be changed in place; write the result to \
                       another file with -o";
        AppError::Usage(message.to_owned())
    };
    let people = |document: &DocumentMut| document.get("people").and_then(Item::as_array_of_tables).cloned();
    let mut document: DocumentMut = text.parse().map_err(|_| cannot())?;
    let wanted: DocumentMut = scenario.to_toml().parse().map_err(|_| cannot())?;
    let wanted: ArrayOfTables = people(&wanted).ok_or_else(cannot)?;
    let before = Scenario::parse(text).map_err(|_| cannot())?;
    let tables = document.get_mut("people").and_then(Item::as_array_of_tables_mut).ok_or_else(cannot)?;
    if tables.len() != wanted.len() || before.people.len() != scenario.people.len() {
        return Err(cannot());
    }
    let changed = before.people.iter().zip(&scenario.people).map(|(one, other)| one != other);
    for ((table, wanted), _) in tables.iter_mut().zip(wanted.iter()).zip(changed).filter(|(_, changed)| *changed) {
        for key in LISTS {
            match wanted.get(key).and_then(Item::as_array) {
                None => {
                    table.remove(key);
                }
                Some(list) => {
                    let own = table.get(key).and_then(Item::as_array);
                    let list = extended(own, list);
                    table.insert(key, Item::Value(Value::Array(list)));
                }
            }
        }
    }
    let changed = document.to_string();
    // Whatever the text looks like, it must be the scenario that was shown.
    if Scenario::parse(&changed).is_ok_and(|read| read == *scenario) { Ok(changed) } else { Err(cannot()) }
}

/// Returns a list with the entries of another one. Entries that it has stay as they are, with their comments.
fn extended(own: Option<&Array>, wanted: &Array) -> Array {
    let plain = |value: &Value| value.clone().decorated("", "").to_string();
    let own = own.cloned().unwrap_or_default();
    let is_start =
        own.len() <= wanted.len() && own.iter().zip(wanted.iter()).all(|(one, other)| plain(one) == plain(other));
    if is_start && own.len() == wanted.len() {
        return own;
    }
    let (mut list, from) = if is_start { (own.clone(), own.len()) } else { (Array::new(), 0) };
    for value in wanted.iter().skip(from) {
        list.push_formatted(value.clone().decorated("\n  ", ""));
    }
    list.set_trailing("\n");
    list.set_trailing_comma(true);
    list
}
