//! What was looked at: the stamp of a ledger, its checkpoints, and the filter.

use crate::phrase::Phrase;
use crate::text::Role;
use crate::words;
use ibbi_audit::{CheckpointFacts, Filter, Report, What};
use ibbi_common::zone::Zone;

/// How many faults of checkpoints are told one by one.
const TOLD: usize = 5;

/// What became of the checkpoints.
pub(crate) fn checkpoints(report: &Report) -> Vec<(Role, Phrase)> {
    let all = &report.checkpoints;
    if all.is_empty() {
        let none = "No checkpoint was looked at, so nothing shows that the end was not cut off or written anew.";
        // An extract carries the checkpoint that it is proved by.
        return if report.what == What::Ledger { vec![(Role::Warning, Phrase::new(none))] } else { Vec::new() };
    }
    let faults: Vec<_> = all.iter().filter_map(|facts| Some((facts, facts.fault.as_ref()?))).collect();
    let mut said: Vec<(Role, Phrase)> = Vec::new();
    for (facts, fault) in faults.iter().take(TOLD) {
        let phrase = covering(facts, "A checkpoint").words(" does not hold: ").name(fault.as_str()).words(".");
        said.push((Role::Bad, phrase));
    }
    if let Some(more) = faults.len().checked_sub(TOLD).filter(|more| *more > 0) {
        let more = words::count(more as u64, "more checkpoint");
        said.push((Role::Bad, Phrase::new(format!("{more} of {} do not hold.", words::thousands(all.len() as u64)))));
    }
    said.extend(holding(report));
    said
}

fn covering(facts: &CheckpointFacts, which: &str) -> Phrase {
    Phrase::new(format!("{which} over {}", words::count(facts.size, "line")))
}

/// The newest checkpoint that holds, and what came after it.
fn holding(report: &Report) -> Option<(Role, Phrase)> {
    let holds: Vec<_> = report.checkpoints.iter().filter(|facts| facts.fault.is_none()).collect();
    let newest = holds.iter().max_by_key(|facts| facts.size)?;
    let mut phrase = covering(newest, if holds.len() == 1 { "The checkpoint" } else { "The newest checkpoint" });
    phrase = match &newest.signer {
        Some(signer) => phrase.words(" holds, signed by ").name(signer.as_str()),
        None => phrase.words(" agrees with the lines; no key was given, so who signed it was not looked at"),
    };
    phrase = match holds.len() as u64 - 1 {
        0 => phrase,
        1 => phrase.words("; so does 1 earlier one"),
        earlier => phrase.words(format!("; so do {} earlier ones", words::thousands(earlier))),
    };
    let role = if newest.signer.is_some() { Role::Good } else { Role::Plain };
    let rest = match report.ledger.lines.saturating_sub(newest.size) {
        0 => ". It covers every line.".to_owned(),
        1 => ". One line came after it, and no checkpoint vouches for that yet.".to_owned(),
        after => format!(". {} lines came after it, and no checkpoint vouches for them yet.", words::thousands(after)),
    };
    Some((role, phrase.words(rest)))
}

/// What the filter leaves, if there is one.
pub(crate) fn filtered(filter: &Filter) -> Option<Phrase> {
    if *filter == Filter::default() {
        return None;
    }
    let mut phrase = Phrase::new("Findings are shown, and cases measured, only as far as this was asked for: ");
    let mut parts = Vec::new();
    match filter.cases.as_slice() {
        [] => {}
        [one] => parts.push(Phrase::new("case ").code(one)),
        several => parts.push(Phrase::new(words::count(several.len() as u64, "case"))),
    }
    if let Some(since) = filter.since {
        parts.push(Phrase::new("written down since ").instant(since, Zone::UTC));
    }
    if let Some(outcome) = filter.outcome {
        parts.push(Phrase::new(format!("cases that ended as: {}", outcome.label())));
    }
    if !filter.codes.is_empty() {
        let codes: Vec<String> = filter.codes.iter().map(ToString::to_string).collect();
        parts.push(Phrase::new("findings of ").code(codes.join(", ")));
    }
    for (index, part) in parts.into_iter().enumerate() {
        phrase = if index > 0 { phrase.words("; ") } else { phrase }.and(part);
    }
    Some(phrase.words(". The verdict and the number of findings are of the whole."))
}

/// What the audit looked at and with what: a name and a value each.
pub(crate) fn stamp(report: &Report, program: Option<&str>) -> Vec<(&'static str, Phrase)> {
    let ledger = &report.ledger;
    let unknown = || Phrase::new("not known");
    let of = |text: &Option<String>| text.as_ref().map_or_else(unknown, |text| Phrase::default().name(text.as_str()));
    let root = ledger.root.map_or_else(|| Phrase::new("not worked out"), |root| Phrase::default().code(root));
    let when = |at: Option<ibbi_core::At>| at.map_or_else(unknown, |at| Phrase::default().instant(at, Zone::UTC));
    let chart = match ledger.same_chart {
        Some(true) => " (the ledger was begun under it)",
        Some(false) => " (the ledger was begun under another)",
        None => "",
    };
    let size = format!("{}, {}", words::count(ledger.lines, "line"), words::count(ledger.bytes, "byte"));
    let packing = ledger.packing.map_or_else(String::new, |packing| format!(", unpacked from {}", packing.code()));
    let program = program.map(|program| ("Audited by", Phrase::default().name(program)));
    let facts = [
        ("Ledger", of(&ledger.origin)),
        ("Begun by", of(&ledger.program)),
        ("Size", Phrase::new(size + &packing)),
        ("First line written down", when(ledger.first_logged)),
        ("Last line written down", when(ledger.last_logged)),
        ("Digest of the last line (SHA-256)", Phrase::default().code(ledger.last_hash)),
        ("Merkle root over all lines", root),
        ("Unfinished cases looked at as of", when(ledger.last_logged.map(|_| report.as_of))),
        ("Chart of stages, events and rules (SHA-256)", Phrase::default().code(ibbi_log::chart_digest()).words(chart)),
    ];
    facts.into_iter().chain(program).collect()
}
