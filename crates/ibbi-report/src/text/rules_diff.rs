//! The cases that come out differently under other rules, in a terminal.

use super::{Layout, Piece, TextStyle};
use crate::audit::standing;
use crate::format;
use crate::terminal::columns::paragraph;
use ibbi_audit::{CaseResult, CaseRulesDiff, RulesDiff};

/// Returns which cases come out differently under other rules, from which record on, and why.
pub fn rules_diff(diff: &RulesDiff, layout: Layout) -> Vec<Piece> {
    let columns = layout.columns();
    let cases = format::count(diff.cases, "case");
    let (style, verdict) = match diff.differing {
        0 => (TextStyle::Good, format!("Under the other rules, nothing changes for {cases}.")),
        differing => {
            let differing = format::number(differing);
            (TextStyle::Bad, format!("Under the other rules, {differing} of {cases} would come out differently."))
        }
    };
    let mut pieces = vec![Piece::new(style, paragraph("", &verdict, columns))];
    for case in &diff.shown {
        let district = case.district.as_ref().map_or_else(|| "Unknown district".to_owned(), ToString::to_string);
        pieces.push(Piece::heading(&format!("\n{district}")));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("", &format!("case {}", case.case), columns)));
        pieces
            .extend(sentences(case).iter().map(|text| Piece::new(TextStyle::Plain, paragraph("  - ", text, columns))));
    }
    if let Some(more) = diff.differing.checked_sub(diff.shown.len() as u64).filter(|more| *more > 0) {
        let more =
            format!("{} more would differ but are not listed. Add --all to list them.", format::count(more, "case"));
        pieces.push(Piece::new(TextStyle::Quiet, paragraph("\n", &more, columns)));
    }
    pieces
}

fn sentences(case: &CaseRulesDiff) -> Vec<String> {
    let result = |result: CaseResult| standing(result.stage, result.outcome);
    let mut sentences = Vec::new();
    if let Some(error) = &case.unfit {
        sentences.push(format!("The other rules can't apply to the program of this case: {error}."));
    }
    sentences.push(match case.own == case.other {
        true => format!("Result: {} under both.", result(case.own)),
        false => format!("Result: {}; under the other rules: {}.", result(case.own), result(case.other)),
    });
    if case.refused > 0 {
        let refused = format::count(case.refused, "record");
        sentences.push(format!("{refused} would be refused, including those that depend on an earlier one."));
    }
    if case.accepted > 0 {
        let accepted = format::count(case.accepted, "record");
        sentences.push(format!("{accepted} would be accepted, in addition to those that are accepted now."));
    }
    if let Some(first) = &case.first {
        let event = first.event.map_or("record", |event| event.label());
        let number = first.seq.map_or_else(String::new, |seq| format!(" #{seq}"));
        let line = format::number(first.line);
        let which = if first.refused { "is refused by the other rules" } else { "is refused only by its own rules" };
        sentences.push(format!("The first is{number} ({event}) on line {line}, which {which}:"));
        sentences.extend(first.unmet.iter().map(|unmet| {
            let rule = unmet.rule;
            format!("{} Found: {} ({}; {}).", rule.statement(), unmet.found, rule.id(), rule.source().label())
        }));
    }
    sentences
}
