//! What was audited: the ledger's facts, its checkpoints, and the filter.

use crate::format;
use crate::phrase::Phrase;
use crate::terminal::TextStyle;
use ibbi_audit::{AuditFilter, AuditReport, InputKind};
use ibbi_common::zone::Zone;

/// The largest number of invalid checkpoints that are listed.
const LISTED_FAULTS: usize = 5;

/// Returns sentences on the first checkpoints that are not valid.
pub(crate) fn invalid_checkpoints(report: &AuditReport) -> Vec<(TextStyle, Phrase)> {
    let all = &report.checkpoints;
    let faults: Vec<_> = all.iter().filter_map(|facts| Some((facts, facts.fault.as_ref()?))).collect();
    let mut notes: Vec<(TextStyle, Phrase)> = Vec::new();
    for (facts, fault) in faults.iter().take(LISTED_FAULTS) {
        let over = format!("A checkpoint over {}", format::count(facts.size, "line"));
        let phrase = match &facts.signer {
            Some(signer) => Phrase::new(format!("{over} has a valid signature of "))
                .name(signer.as_str())
                .words(", but it doesn't fit this file: "),
            None => Phrase::new(format!("{over} is not valid: ")),
        };
        notes.push((TextStyle::Bad, phrase.name(fault.as_str()).words(".")));
    }
    if let Some(more) = faults.len().checked_sub(LISTED_FAULTS).filter(|more| *more > 0) {
        let more = format::count(more as u64, "more checkpoint");
        notes.push((
            TextStyle::Bad,
            Phrase::new(format!("{more} of {} are not valid.", format::number(all.len() as u64))),
        ));
    }
    notes
}

/// Returns what the filter is, if there is one.
pub(crate) fn filter_note(filter: &AuditFilter) -> Option<Phrase> {
    if *filter == AuditFilter::default() {
        return None;
    }
    let mut phrase = Phrase::new("The findings and the figures are limited to: ");
    let mut parts = Vec::new();
    match filter.cases.as_slice() {
        [] => {}
        [one] => parts.push(Phrase::new("case ").code(one)),
        several => parts.push(Phrase::new(format::count(several.len() as u64, "case"))),
    }
    if let Some(since) = filter.since {
        parts.push(Phrase::new("recorded since ").instant(since, Zone::UTC));
    }
    if let Some(outcome) = filter.outcome {
        parts.push(Phrase::new(format!("cases with the outcome: {}", outcome.label())));
    }
    if !filter.codes.is_empty() {
        let codes: Vec<String> = filter.codes.iter().map(ToString::to_string).collect();
        parts.push(Phrase::new("findings with the code ").code(codes.join(", ")));
    }
    for (index, part) in parts.into_iter().enumerate() {
        phrase = if index > 0 { phrase.words("; ") } else { phrase }.and(part);
    }
    Some(phrase.words(". The verdict and the number of findings are for the whole ledger."))
}

/// Returns what was audited, and with what: pairs of a name and a value.
pub(crate) fn provenance(report: &AuditReport, program: Option<&str>) -> Vec<(&'static str, Phrase)> {
    let ledger = &report.ledger;
    let unknown = || Phrase::new("unknown");
    let of = |text: &Option<String>| text.as_ref().map_or_else(unknown, |text| Phrase::default().name(text.as_str()));
    let root = ledger.root.map_or_else(|| Phrase::new("not computed"), |root| Phrase::default().code(root));
    let when = |at: Option<ibbi_core::At>| at.map_or_else(unknown, |at| Phrase::default().instant(at, Zone::UTC));
    let chart = match ledger.same_chart {
        Some(true) => " (same as in the ledger)",
        Some(false) => " (the ledger was started with another)",
        None => "",
    };
    let (what, root_of) = match report.what {
        InputKind::Ledger => {
            (format::count(ledger.lines, "line"), "Digest of all lines, as in a checkpoint (Merkle root)")
        }
        InputKind::Extract => {
            let records = format::count(ledger.lines, "record");
            let cases = format::count(report.cases.total, "case");
            (format!("{records} of {cases}"), "Digest of the lines that the checkpoint covers (Merkle root)")
        }
    };
    let size = format!("{what}, {}", format::count(ledger.bytes, "byte"));
    let packing = ledger.compression.map_or_else(String::new, |packing| format!(", unpacked from {}", packing.code()));
    let program = program.map(|program| ("Audited by", Phrase::default().name(program)));
    let facts = [
        ("Ledger", of(&ledger.origin)),
        ("Started by", of(&ledger.program)),
        ("Size", Phrase::new(size + &packing)),
        ("First record", when(ledger.first_logged)),
        ("Last record", when(ledger.last_logged)),
        ("Digest of the last line (SHA-256)", Phrase::default().code(ledger.last_hash)),
        (root_of, root),
        ("Open cases as of", when(ledger.last_logged.map(|_| report.as_of))),
        ("Chart of stages, events, and rules (SHA-256)", Phrase::default().code(ledger.chart).words(chart)),
    ];
    let is_extract = report.what == InputKind::Extract;
    // The last line of an extract's file is not a line of the ledger.
    let shown = facts.into_iter().filter(|(what, _)| !(is_extract && what.starts_with("Digest of the last line")));
    shown.chain(program).collect()
}
