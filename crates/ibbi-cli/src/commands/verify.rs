//! `ibbi verify`: checks whether a ledger or an extract was altered.

use super::{custody, now};
use crate::args::Verify;
use crate::output::Outcome;
use crate::progress::ReadingBar;
use crate::terminal::{BAD, DIM, GOOD, WARN, count, paint};
use ibbi_app::history::HistorySettings;
use ibbi_app::quorum::Quorum;
use ibbi_app::signing::{self, CosignedBy, LineSpan, ProvedLines, Verified, VerifySettings, WitnessedLines};
use ibbi_app::{AppError, ExitCode, history, output};
use ibbi_core::visible_name;
use std::fmt::Write as _;

/// Number of faults to show.
const SHOWN_FAULTS: usize = 5;

pub(crate) fn run(args: Verify, json: bool) -> Result<Outcome, AppError> {
    if args.ledger.is_dir() {
        return super::release::verify(&args, json);
    }
    let against =
        VerifySettings { checkpoints: args.checkpoint, keys: args.key, chain_only: args.chain_only, now: Some(now()?) };
    let quorum = args.witnesses.as_deref().map(|file| Quorum::read(file, args.quorum)).transpose()?;
    let history = HistorySettings { since: args.since, quorum };
    let bar = ReadingBar::new(json, false);
    let verified = signing::verify_history(&args.ledger, &against, &history, &|progress| bar.set(progress))?;
    drop(bar);
    let code = if verified.sound { ExitCode::Done } else { ExitCode::BadLedger };
    if let Some(file) = args.proof.as_deref().filter(|_| verified.sound) {
        let proof = history::consistency_proof(&args.ledger, &against, &history)?;
        output::write_new(file, proof.as_bytes())?;
    }
    let messages = custody::key_warning(&args.ledger);
    if json {
        return Ok(Outcome { code, messages, ..Outcome::json(&verified) });
    }
    Ok(Outcome { code, messages, ..Outcome::done(text(&verified)) })
}

fn text(verified: &Verified) -> String {
    let mut text = String::new();
    let what = match verified.case {
        None if verified.readable.is_some() => format!(
            "{}, {} of them in full and the others as their SHA-256",
            count(verified.lines, "line"),
            verified.readable.unwrap_or(0)
        ),
        Some(case) => format!("{} of case {case}, proved to be in the ledger", count(verified.lines, "record")),
        None => match (verified.what, verified.proved) {
            ("checkpoints", _) => {
                format!("{}, {}", count(verified.checkpoints.len() as u64, "checkpoint"), count(verified.bytes, "byte"))
            }
            (_, Some(ProvedLines { line: Some(line), to, .. })) => {
                format!("line {line} among the first {}", count(to, "line"))
            }
            (_, Some(ProvedLines { from: Some(from), to, .. })) => {
                format!("from {} to {}", count(from, "line"), count(to, "line"))
            }
            (what, None) if what.ends_with("proof") => count(verified.bytes, "byte"),
            ("extract", None) => "which can't be read to its end".to_owned(),
            _ => format!("{}, {}", count(verified.lines, "line"), count(verified.bytes, "byte")),
        },
    };
    let origin = verified.origin.as_deref().map_or_else(String::new, |origin| format!(" of {}", visible_name(origin)));
    let verdict = if verified.sound { paint(GOOD, "sound") } else { paint(BAD, "NOT sound") };
    let _ = writeln!(text, "{verdict}: {}{origin}, {what}", verified.what);
    for fault in verified.faults.iter().take(SHOWN_FAULTS) {
        let _ = writeln!(text, "  {} {}", paint(BAD, &format!("[{}]", fault.code)), visible_name(&fault.text));
    }
    let rest = verified.fault_count.saturating_sub(SHOWN_FAULTS as u64);
    if rest > 0 {
        let _ = writeln!(text, "  and {} more", count(rest, "fault"));
    }
    changes(verified, &mut text);
    checkpoints(verified, &mut text);
    witnesses(verified, &mut text);
    proved(verified, &mut text);
    if verified.sound && verified.case.is_some() {
        completeness(verified.complete_up_to, &mut text);
    }
    texts(verified, &mut text);
    for remark in &verified.clock {
        let _ = writeln!(text, "{} {} [{}]", paint(WARN, "warning:"), remark.text, remark.code);
    }
    if verified.same_chart == Some(false) {
        let note = "another version of the process chart created this ledger; its events are checked against their \
                    case's own parameters";
        let _ = writeln!(text, "{} {note}", paint(WARN, "note:"));
    }
    text
}

/// Says what the checkpoints show together: forks, the lines that changed, and whether the ledger only grew.
fn changes(verified: &Verified, text: &mut String) {
    for fork in &verified.forks {
        let what = visible_name(&fork.text);
        let _ = writeln!(text, "{}: {what}; keep the checkpoints and this file as evidence", paint(BAD, "a fork"));
    }
    let lines = |span: &LineSpan| match span.first == span.last {
        true => format!("line {}", span.first),
        false => format!("lines {} to {}", span.first, span.last),
    };
    if let Some(span) = &verified.changed {
        let _ = writeln!(text, "the change is in {}", lines(span));
    }
    if let Some(span) = &verified.missing {
        let _ = writeln!(text, "missing: {}", lines(span));
    }
    for older in &verified.since {
        let covers = count(older.size, "line");
        let _ = match older.continued {
            true => writeln!(text, "since the checkpoint over {covers}: only grew"),
            false => writeln!(text, "since the checkpoint over {covers}: {}", paint(BAD, "not continued")),
        };
    }
}

/// Says what a proof or a file of checkpoints can't show by itself.
fn proved(verified: &Verified, text: &mut String) {
    match verified.proved {
        Some(ProvedLines { signed: false, from, to, .. }) if verified.sound => {
            let lines = from.filter(|from| *from != to).map_or_else(String::new, |from| format!("{from} and over "));
            let _ = writeln!(
                text,
                "{} its roots are not signed: give the checkpoint over {lines}{} with --checkpoint",
                paint(WARN, "warning:"),
                count(to, "line")
            );
        }
        None if verified.what == "checkpoints" => {
            let note = "whether the ledger agrees with them is not checked: run `ibbi verify LEDGER --checkpoint` with this file";
            let _ = writeln!(text, "{}", paint(DIM, note));
        }
        _ => {}
    }
}

/// Says which witnesses cosigned the last good checkpoint, and when.
fn witnesses(verified: &Verified, text: &mut String) {
    let Some(WitnessedLines { quorum, witnesses, covered: Some(covered) }) = &verified.witnessed else { return };
    if verified.what == "checkpoints" && !verified.forks.is_empty() {
        // Each checkpoint has its own witnesses.
        return;
    }
    let all = verified.checkpoints.iter().filter(|checkpoint| checkpoint.size == *covered);
    let checkpoint = all.max_by_key(|checkpoint| checkpoint.cosigned.len());
    let names: Vec<String> = checkpoint.iter().flat_map(|checkpoint| &checkpoint.cosigned).map(cosigner).collect();
    let _ = writeln!(
        text,
        "cosigned by {} of {witnesses} known witnesses ({quorum} needed): {}",
        names.len(),
        names.join(", ")
    );
}

fn cosigner(by: &CosignedBy) -> String {
    match by.at {
        Some(at) => format!("{} at {at}", visible_name(&by.witness)),
        None => visible_name(&by.witness),
    }
}

/// Lists each checkpoint of a fork with its signer and its witnesses, in an order that doesn't depend on that of the file.
fn forked_checkpoints(verified: &Verified, text: &mut String) {
    let described = verified.checkpoints.iter().map(|checkpoint| {
        let signed = match (&checkpoint.signer, &checkpoint.fault) {
            (_, Some(fault)) => paint(BAD, &visible_name(fault)),
            (Some(signer), None) => format!("signed by {}", visible_name(signer)),
            (None, None) => "its signature was not checked because no key was given (use --key)".to_owned(),
        };
        let names: Vec<String> = checkpoint.cosigned.iter().map(cosigner).collect();
        let cosigned = match (names.is_empty(), verified.witnessed.is_some()) {
            (false, _) => format!("; cosigned by {}", names.join(", ")),
            (true, true) => "; cosigned by no known witness".to_owned(),
            (true, false) => String::new(),
        };
        (checkpoint.size, format!("{signed}{cosigned}"))
    });
    let mut described: Vec<(u64, String)> = described.collect();
    described.sort();
    for (size, how) in described {
        let _ = writeln!(text, "checkpoint over {}: {how}", count(size, "line"));
    }
    let _ = writeln!(text, "a fork doesn't show which history is the original one");
}

/// Says whether an extract shows that no record of its case is missing.
fn completeness(complete_up_to: Option<u64>, text: &mut String) {
    let _ = match complete_up_to {
        Some(line) => writeln!(text, "complete up to line {line}: the case has no other record before it"),
        None => writeln!(
            text,
            "{} later records of the case might exist, even under this checkpoint; ask for an extract under a newer one",
            paint(WARN, "warning:")
        ),
    };
}

/// Says whether the confidential texts can be shown.
fn texts(verified: &Verified, text: &mut String) {
    let Some(texts) = &verified.texts else { return };
    let recorded = count(texts.recorded, "confidential text");
    let mut warn = |note: String| {
        let _ = writeln!(text, "{} {note}", paint(WARN, "warning:"));
    };
    if !texts.file {
        warn(format!("the file with the {recorded} is not beside the ledger"));
        return;
    }
    let closed = "sealed, and can't be opened: the key is not in the folder with the keys, or the folder is not here";
    let damaged = "sealed, and can't be opened: the file of the key is damaged, is that of other texts, or can't be read; restore it from \
                   the copy of the keys";
    let left = "in the file again, in plain text or under a newer key, although texts were sealed and destroyed later";
    let warnings = [
        (&texts.altered, "altered after recording"),
        (&texts.missing, "missing"),
        (&texts.closed, closed),
        (&texts.key_damaged, damaged),
        (&texts.left, left),
    ];
    for (lines, what) in warnings {
        let shown: Vec<_> = lines.iter().take(SHOWN_FAULTS).map(u64::to_string).collect();
        let more = if lines.len() > SHOWN_FAULTS { ", …" } else { "" };
        let (be, noun) = if lines.len() == 1 { ("is", "line") } else { ("are", "lines") };
        if !lines.is_empty() {
            warn(format!("{} of {recorded} {be} {what} ({noun} {}{more})", lines.len(), shown.join(", ")));
        }
    }
    if !texts.keys_left.is_empty() {
        let keys = texts.keys_left.join(", ");
        warn(format!("destroyed according to the ledger, but still in the folder with the keys: {keys}"));
    }
    if texts.destroyed > 0 {
        let _ = writeln!(text, "{} of {recorded} destroyed, as the ledger says", texts.destroyed);
    }
}

fn checkpoints(verified: &Verified, text: &mut String) {
    if verified.what == "checkpoints" && !verified.forks.is_empty() {
        forked_checkpoints(verified, text);
        return;
    }
    for checkpoint in &verified.checkpoints {
        let not_listed = |fault: &&String| !verified.faults.iter().any(|known| known.text.ends_with(*fault));
        if let Some(fault) = checkpoint.fault.as_ref().filter(not_listed) {
            let _ = writeln!(
                text,
                "  checkpoint over {}: {}",
                count(checkpoint.size, "line"),
                paint(BAD, &visible_name(fault))
            );
        }
    }
    match verified.last_good {
        Some(size) => {
            let by = verified.checkpoints.iter().rev().find(|checkpoint| checkpoint.size == size);
            let signer = match by.and_then(|checkpoint| checkpoint.signer.as_deref()) {
                Some(signer) => format!("signed by {}", visible_name(signer)),
                None => "its signature was not checked because no key was given (use --key)".to_owned(),
            };
            let _ = writeln!(text, "last good checkpoint: covers {}, {signer}", count(size, "line"));
            let after = verified.lines.saturating_sub(size);
            if verified.case.is_none() && after > 0 {
                let note = match verified.readable {
                    Some(_) => format!("no checkpoint covers the {} after it yet", count(after, "line")),
                    None => format!("only the chain covers the {} after it", count(after, "line")),
                };
                let _ = writeln!(text, "{}", paint(DIM, &note));
            }
        }
        None if verified.checkpoints.is_empty() && verified.readable.is_some() => {
            let note = "no checkpoint yet: the hashes of lines that you may not read are not checked";
            let _ = writeln!(text, "{}", paint(DIM, note));
        }
        None if verified.what.ends_with("proof") => {}
        None if verified.what == "extract" && verified.checkpoints.is_empty() => {
            let _ = writeln!(text, "{}", paint(DIM, "its checkpoint was not checked"));
        }
        None if verified.checkpoints.is_empty() && verified.what != "checkpoints" => {
            let note = "no checkpoint: the chain alone doesn't show whether the end was cut off or rewritten";
            let _ = writeln!(text, "{}", paint(DIM, note));
        }
        // The fault says that too few witnesses cosigned.
        None if verified.witnessed.is_some() => {}
        None => {
            let _ = writeln!(text, "no checkpoint is valid");
        }
    }
}
