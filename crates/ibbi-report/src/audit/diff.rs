//! The comparison of two ledgers, in sentences.

use crate::format;
use crate::phrase::Phrase;
use crate::terminal::TextStyle;
use ibbi_audit::{CaseDifference, Diff, Divergence, Presence, StateChange};
use serde_json::Value;

/// Returns whether the two are identical, and how many cases differ.
pub(crate) fn diff_verdict(diff: &Diff) -> (TextStyle, Phrase) {
    let (first, second) = diff.lines;
    if diff.same {
        let lines = format::count(first, "line");
        return (TextStyle::Good, Phrase::new(format!("The two ledgers are identical: {lines}.")));
    }
    let lines = format!("the first has {}, the second has {}", format::count(first, "line"), format::number(second));
    let of = |count: u64| if count == 0 { "none".to_owned() } else { format::number(count) };
    let cases = format::list(&[
        format!("{} with a different state", of(diff.differing)),
        format!("{} only in the first", of(diff.only_first)),
        format!("{} only in the second", of(diff.only_second)),
    ]);
    (TextStyle::Bad, Phrase::new(format!("The two ledgers differ; {lines}. Cases: {cases}.")))
}

/// Returns the first difference, and what each ledger has there.
pub(crate) fn divergence(divergence: &Divergence) -> (Phrase, [(&'static str, String); 2]) {
    let phrase = Phrase::default().name(format::sentence(&divergence.text));
    let phrase = match divergence.case {
        Some(case) => phrase.words("; the line belongs to case ").code(case),
        None => phrase,
    };
    let has = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing (end of ledger)".to_owned());
    let both = [("first", has(&divergence.first)), ("second", has(&divergence.second))];
    (phrase.words("."), both)
}

/// Returns which ledgers have a case, and its stage in each.
pub(crate) fn case_presence(case: &CaseDifference) -> Phrase {
    let phrase = match &case.district {
        Some(district) => Phrase::default().name(district.to_string()).words(", case ").code(case.case),
        None => Phrase::new("Case ").code(case.case),
    };
    let stage = |stage: Option<ibbi_core::Stage>| stage.map_or("unknown stage", ibbi_core::Stage::label);
    let records = |count| format::count(count, "record");
    let (first, second) = (stage(case.stages.0), stage(case.stages.1));
    phrase.words(match case.presence {
        Presence::First => format!(": only in the first, in {first}, with {}.", records(case.records.0)),
        Presence::Second => format!(": only in the second, in {second}, with {}.", records(case.records.1)),
        Presence::Both => format!(
            ": {first} with {} in the first, {second} with {} in the second.",
            records(case.records.0),
            records(case.records.1),
        ),
    })
}

/// Returns a difference in a case's state: its place, and the value in each ledger.
pub(crate) fn change(change: &StateChange) -> (String, [String; 2]) {
    let place = change.path.replace('.', ", ").replace('[', " ").replace(']', "").replace('_', " ");
    (format::sentence(&place), [&change.first, &change.second].map(|value| json_text(value.as_deref())))
}

/// Converts a JSON value to text: names and values, without empty ones.
fn json_text(json: Option<&str>) -> String {
    let Some(json) = json else { return NOTHING.to_owned() };
    serde_json::from_str(json).map_or_else(|_| json.to_owned(), |value| value_text(&value))
}

const NOTHING: &str = "nothing";

fn value_text(value: &Value) -> String {
    match value {
        Value::Null => NOTHING.to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => NOTHING.to_owned(),
        Value::Array(items) => items.iter().map(value_text).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => {
            let text = fields.iter().map(|(name, value)| (name, value_text(value))).filter(|(_, text)| text != NOTHING);
            text.map(|(name, text)| format!("{} {text}", name.replace('_', " "))).collect::<Vec<_>>().join(", ")
        }
    }
}
