//! The summary of the form's errors.

use super::draft::{Person, Wrong};
use ibbi_app::sim::{Chance, Duration, Model};
use ibbi_report::html::{Element, el};

/// Returns the summary of the form's errors, with links to the fields; nothing if there is none.
pub(super) fn problems(wrong: &[Wrong], people: &[Person]) -> Option<Element> {
    let items = wrong.iter().map(|Wrong { field, message }| {
        let text = label(field, people).map_or_else(|| message.clone(), |label| format!("{label}: {message}"));
        if field.is_empty() {
            return el("li").with(text);
        }
        el("li").with(el("a").attr("href", format!("#{field}")).with(text))
    });
    let summary = el("div")
        .class("warning")
        .attr("role", "alert")
        .with(el("p").with("Correct these entries first:"))
        .with(el("ul").class("problems").all(items));
    (!wrong.is_empty()).then_some(summary)
}

/// Returns the row of a person's field: `3` for `n3`.
fn row(field: &str) -> Option<usize> {
    field.get(1..)?.parse().ok()
}

/// Returns the label of a field.
fn label(field: &str, people: &[Person]) -> Option<String> {
    let named = match field {
        "district" => "District",
        "start" => "Day you ask the leaders",
        "contract_expires" => "Contract expires",
        "working" => "Working days",
        "closed" => "Closed days",
        "time_zone" => "Time zone",
        _ => {
            let assumed =
                Duration::of(Model::First).iter().find(|which| which.code() == field).map(|which| which.about());
            let chance = || Chance::ALL.iter().find(|which| which.code() == field).map(|which| which.about());
            let assumed = assumed.or_else(chance);
            // By the name, if there is one: rows have no numbers.
            let name = |row: usize| people.get(row).map(|person| person.name.trim()).filter(|name| !name.is_empty());
            let person = row(field).map(|row| name(row).map_or_else(|| format!("Person {}", row + 1), str::to_owned));
            return assumed.map(str::to_owned).or(person);
        }
    };
    Some(named.to_owned())
}
