//! The comparison of two ledgers, in sentences.

use crate::format;
use crate::phrase::Phrase;
use crate::terminal::TextStyle;
use ibbi_audit::{CaseDifference, Diff, DiffNames, Divergence, LineDifference, Presence, StateChange};
use serde_json::Value;

/// Returns the names of the two in a sentence that says before that they are two files.
const fn short(names: DiffNames) -> (&'static str, &'static str) {
    match names {
        DiffNames::Files => ("the first", "the second"),
        DiffNames::Copy => (names.first(), names.second()),
    }
}

/// Returns whether the two are identical, and how many lines and cases differ.
pub(crate) fn diff_verdict(diff: &Diff) -> (TextStyle, Phrase) {
    let (first, second) = diff.lines;
    if diff.same {
        let text = match diff.case {
            Some(_) => "The extract's lines of the ledger are identical to those of the other file.".to_owned(),
            None => format!("The two ledgers are identical: {}.", format::count(first, "line")),
        };
        return (TextStyle::Good, Phrase::new(text));
    }
    let (one, other) = short(diff.names);
    let lines = format!("{one} has {}, {other} has {}", format::count(first, "line"), format::number(second));
    let of = |count: u64| if count == 0 { "none".to_owned() } else { format::number(count) };
    let records = &diff.records;
    let differ = format::list(&[
        format!("{} changed", of(records.changed)),
        format!("{} only in {one}", of(records.only_first)),
        format!("{} only in {other}", of(records.only_second)),
    ]);
    let cases = format::list(&[
        format!("{} with a different state", of(diff.differing)),
        format!("{} only in {one}", of(diff.only_first)),
        format!("{} only in {other}", of(diff.only_second)),
    ]);
    let text = format!("The two ledgers differ; {lines}. Records and other lines: {differ}. Cases: {cases}.");
    (TextStyle::Bad, Phrase::new(text))
}

/// Returns how an uploaded copy, which is the second of the two, differs from our ledger.
pub(crate) fn copy_verdict(diff: &Diff) -> (TextStyle, Phrase) {
    let (ours, uploaded) = diff.lines;
    if diff.same || diff.case.is_some() {
        return diff_verdict(diff);
    }
    let ended = |first: bool| {
        let found = diff.divergence.as_ref();
        found.is_some_and(|found| if first { found.first.is_none() } else { found.second.is_none() })
    };
    let more = |larger: u64, smaller: u64| format::count(larger.saturating_sub(smaller), "more line");
    if uploaded < ours && ended(false) {
        let text = format!("The uploaded copy is the beginning of ours; ours has {}.", more(ours, uploaded));
        return (TextStyle::Good, Phrase::new(text));
    }
    if ours < uploaded && ended(true) {
        let more = more(uploaded, ours);
        let text = format!("Ours is the beginning of the uploaded copy; the uploaded one has {more}.");
        return (TextStyle::Bad, Phrase::new(text));
    }
    let records = &diff.records;
    let place = diff.divergence.as_ref().map_or(1, |found| found.line);
    let text = format!(
        "The history forked: from line {} on, the uploaded copy is not the same as ours. Ours has {}, the uploaded one has {}. \
         Records and other lines: {} changed, {} only in ours, and {} only in the uploaded one.",
        format::number(place),
        format::count(ours, "line"),
        format::number(uploaded),
        format::number(records.changed),
        format::number(records.only_first),
        format::number(records.only_second),
    );
    (TextStyle::Bad, Phrase::new(text))
}

/// Returns notes on what was compared: the lines that only follow from others, and the case of an extract.
pub(crate) fn diff_notes(diff: &Diff) -> Vec<Phrase> {
    let mut notes = Vec::new();
    if let Some(case) = diff.case {
        let note = Phrase::new("One of the two is an extract, so only its case was compared: ").code(case);
        notes.push(note.words(". The other file can have later records than the extract."));
    }
    let text = match diff.records.following {
        0 => None,
        1 => Some("1 more line differs only because a line before it differs: in its link or its number.".to_owned()),
        more => {
            let more = format::number(more);
            Some(format!(
                "{more} more lines differ only because a line before them differs: in their links or numbers."
            ))
        }
    };
    notes.extend(text.map(Phrase::new));
    if diff.records.unmatched {
        let (one, other) = short(diff.names);
        let text = format!(
            "Too many lines lie between some records and their partners. Such records are reported as only in {one} and as only \
             in {other}."
        );
        notes.push(Phrase::new(text));
    }
    notes
}

/// Returns each field that differs with the number of its lines.
pub(crate) fn differing_fields(diff: &Diff) -> Vec<(String, String)> {
    let fields = diff.records.fields.iter();
    fields.map(|total| (total.field.clone(), format::count(total.lines, "line"))).collect()
}

/// Returns a line that differs in one sentence, or its name and a sentence for each field.
pub(crate) fn line_difference(line: &LineDifference) -> (String, Vec<String>) {
    match line.changes.as_slice() {
        [] | [_] => (line.text.clone(), Vec::new()),
        changes => {
            let sentences = changes.iter().map(|change| format::sentence(&change.text) + ".");
            (format!("{}:", line.subject), sentences.collect())
        }
    }
}

/// Returns where a line is in each file.
pub(crate) fn line_places(line: &LineDifference, names: DiffNames) -> Option<String> {
    let place = match line.lines {
        (Some(one), Some(other)) if one == other => format!("line {} of both files", format::number(one)),
        (Some(one), Some(other)) => {
            let (of_first, of_second) = (names.first(), names.second_after_first());
            format!("line {} of {of_first}, line {} of {of_second}", format::number(one), format::number(other))
        }
        _ => return line.case.map(|case| format!("case {case}")),
    };
    Some(match line.case {
        Some(case) => format!("{place}, case {case}"),
        None => place,
    })
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
pub(crate) fn case_presence(case: &CaseDifference, names: DiffNames) -> Phrase {
    let (one, other) = short(names);
    let phrase = match &case.district {
        Some(district) => Phrase::default().name(district.to_string()).words(", case ").code(case.case),
        None => Phrase::new("Case ").code(case.case),
    };
    let stage = |stage: Option<ibbi_core::Stage>| stage.map_or("unknown stage", ibbi_core::Stage::label);
    let records = |count| format::count(count, "record");
    let (first, second) = (stage(case.stages.0), stage(case.stages.1));
    phrase.words(match case.presence {
        Presence::First => format!(": only in {one}, in {first}, with {}.", records(case.records.0)),
        Presence::Second => format!(": only in {other}, in {second}, with {}.", records(case.records.1)),
        Presence::Both => format!(
            ": {first} with {} in {one}, {second} with {} in {other}.",
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

/// Returns the characters that differ in a case's state, with their code points, as a sentence.
pub(crate) fn change_characters(change: &StateChange) -> Option<String> {
    change.code_points.as_ref().map(|found| format::sentence(found) + ".")
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
