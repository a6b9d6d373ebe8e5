//! The result for an upload without records: a proof, or a file of checkpoints.

use ibbi_app::format::count;
use ibbi_app::signing::{CheckpointVerdict, ProvedLines, Verified};
use ibbi_report::html::{Element, Html, el, name, section};

/// The most checkpoints on the page.
const SHOWN: usize = 50;

pub(super) fn results(verified: &Verified) -> Html {
    let box_ = el("div").class(if verified.sound { "good" } else { "warning" });
    let reasons = verified.faults.iter().map(|fault| fault.text.as_str());
    let reasons = reasons.chain(verified.forks.iter().map(|fork| fork.text.as_str()));
    let reasons: Vec<Element> = reasons.map(|text| el("li").with(text)).collect();
    let reasons = (!reasons.is_empty()).then(|| el("ul").all(reasons));
    let origin = verified.origin.as_deref().unwrap_or("not known");
    let figures = el("div").with(el("dt").with("Name of the ledger")).with(el("dd").with(name(origin)));
    let signatures = verified.checkpoints.iter().take(SHOWN).map(|verdict| el("li").with(signature(verdict)));
    let signatures: Vec<Element> = signatures.collect();
    let signatures = (!signatures.is_empty()).then(|| section("checkpoints", "Checkpoints", el("ul").all(signatures)));
    Html::new()
        .with(el("h1").with("Result of the check"))
        .with(box_.with(el("p").class("verdict").with(verdict(verified))).with(reasons))
        .with(el("dl").class("figures").with(figures))
        .with(signatures)
        .with(verified.sound.then(|| {
            let items = limits(verified).into_iter().map(|text| el("li").with(text));
            section("limits", "Not checked", el("ul").all(items))
        }))
        .with(el("p").with(el("a").attr("href", "/audit").with("Check another file")))
}

/// Returns what the file is and what it shows, in a sentence.
fn verdict(verified: &Verified) -> String {
    let lines = |number: u64| count(number, "line", "lines");
    match (verified.proved, verified.sound) {
        (_, false) if verified.what == "checkpoints" => "This file of checkpoints is not sound.".to_owned(),
        (_, false) => format!("This {} doesn\u{2019}t hold.", verified.what),
        (Some(ProvedLines { line: Some(line), to, .. }), true) => {
            format!("This proof holds: line {line} is among the first {} of a ledger.", lines(to))
        }
        (Some(ProvedLines { from: Some(from), to, .. }), true) => {
            format!("This proof holds: a ledger only grew from {} to {}.", lines(from), lines(to))
        }
        (_, true) => {
            format!("This file has {}.", count(verified.checkpoints.len() as u64, "checkpoint", "checkpoints"))
        }
    }
}

fn signature(verdict: &CheckpointVerdict) -> Html {
    let lines = Html::new().with(format!("{}: ", count(verdict.size, "line", "lines")));
    match (&verdict.fault, &verdict.signer) {
        (Some(fault), _) => lines.with(fault.as_str()),
        (None, Some(signer)) => lines.with("signed by ").with(name(signer)),
        (None, None) => lines.with("the signature was not checked because no key was given"),
    }
}

/// Returns what the file can't show by itself.
fn limits(verified: &Verified) -> Vec<String> {
    let mut limits = Vec::new();
    if let Some(ProvedLines { signed: false, to, .. }) = verified.proved {
        let lines = count(to, "line", "lines");
        limits.push(format!("The roots of the proof are not signed. Upload it with a checkpoint over {lines}."));
    }
    let how = match verified.proved {
        None => " Upload the ledger with this file as its checkpoints.",
        Some(ProvedLines { signed: true, line: None, .. }) => {
            " Run ibbi verify with the ledger and --since with this file."
        }
        Some(_) => "",
    };
    limits.push(format!("Whether a ledger has these lines.{how}"));
    limits.push("Whether the records are true, and whether the rules allow them.".to_owned());
    limits
}
