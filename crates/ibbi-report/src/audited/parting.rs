//! Two ledgers side by side, in sentences.

use crate::phrase::Phrase;
use crate::text::Role;
use crate::words;
use ibbi_audit::{CaseDifference, Diff, Divergence, Presence, StateChange};
use serde_json::Value;

/// Whether the two are the same, and how many cases differ.
pub(crate) fn parted(diff: &Diff) -> (Role, Phrase) {
    let (first, second) = diff.lines;
    if diff.same {
        let lines = words::count(first, "line");
        return (Role::Good, Phrase::new(format!("The two ledgers are the same, byte for byte: {lines}.")));
    }
    let lines = format!("the first has {}, the second {}", words::count(first, "line"), words::thousands(second));
    let of = |count: u64| if count == 0 { "none".to_owned() } else { words::thousands(count) };
    let cases = words::list(&[
        format!("{} with another state", of(diff.differing)),
        format!("{} that only the first has", of(diff.only_first)),
        format!("{} that only the second has", of(diff.only_second)),
    ]);
    (Role::Bad, Phrase::new(format!("The two ledgers differ; {lines}. Cases: {cases}.")))
}

/// Where they part, and what each has there.
pub(crate) fn divergence(divergence: &Divergence) -> (Phrase, [(&'static str, String); 2]) {
    let phrase = Phrase::default().name(words::sentence(&divergence.text));
    let phrase = match divergence.case {
        Some(case) => phrase.words("; the line is of case ").code(case),
        None => phrase,
    };
    let has = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing: it has ended".to_owned());
    let both = [("first", has(&divergence.first)), ("second", has(&divergence.second))];
    (phrase.words("."), both)
}

/// Which of the two has a case, and where it stands in each.
pub(crate) fn presence(case: &CaseDifference) -> Phrase {
    let phrase = match &case.district {
        Some(district) => Phrase::default().name(district.to_string()).words(", case ").code(case.case),
        None => Phrase::new("Case ").code(case.case),
    };
    let stage = |stage: Option<ibbi_core::Stage>| stage.map_or("not known", ibbi_core::Stage::label);
    let records = |count| words::count(count, "record");
    let (first, second) = (stage(case.stages.0), stage(case.stages.1));
    phrase.words(match case.presence {
        Presence::First => format!(": only the first has it, in {first}, with {}.", records(case.records.0)),
        Presence::Second => format!(": only the second has it, in {second}, with {}.", records(case.records.1)),
        Presence::Both => format!(
            ": {first} with {} in the first, {second} with {} in the second.",
            records(case.records.0),
            records(case.records.1),
        ),
    })
}

/// Where a state differs, and what each ledger leads to there.
pub(crate) fn change(change: &StateChange) -> (String, [String; 2]) {
    let place = change.path.replace('.', ", ").replace('[', " ").replace(']', "").replace('_', " ");
    (words::sentence(&place), [&change.first, &change.second].map(|value| told(value.as_deref())))
}

/// A value, given as JSON, for a reader: names and values, without what is empty.
fn told(json: Option<&str>) -> String {
    let Some(json) = json else { return NOTHING.to_owned() };
    serde_json::from_str(json).map_or_else(|_| json.to_owned(), |value| value_of(&value))
}

const NOTHING: &str = "nothing";

fn value_of(value: &Value) -> String {
    match value {
        Value::Null => NOTHING.to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => NOTHING.to_owned(),
        Value::Array(items) => items.iter().map(value_of).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => {
            let told = fields.iter().map(|(name, value)| (name, value_of(value))).filter(|(_, told)| told != NOTHING);
            told.map(|(name, told)| format!("{} {told}", name.replace('_', " "))).collect::<Vec<_>>().join(", ")
        }
    }
}
