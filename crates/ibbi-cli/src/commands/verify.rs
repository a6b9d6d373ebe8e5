//! `ibbi verify`: was anything altered?

use crate::args::Verify;
use crate::output::Outcome;
use crate::progress::Reading;
use crate::show::{BAD, DIM, GOOD, WARN, paint};
use ibbi_app::trust::{self, Against, Verified};
use ibbi_app::{AppError, ExitCode};
use std::fmt::Write as _;

/// How many faults are shown one by one.
const SHOWN: usize = 5;

pub(crate) fn run(args: Verify, json: bool) -> Result<Outcome, AppError> {
    let against = Against { checkpoints: args.checkpoint, keys: args.key, chain_only: args.chain_only };
    let bar = Reading::new(json, false);
    let verified = trust::verify_watched(&args.ledger, &against, &|progress| bar.at(progress))?;
    drop(bar);
    let code = if verified.sound { ExitCode::Done } else { ExitCode::BadLedger };
    if json {
        return Ok(Outcome { code, ..Outcome::json(&verified) });
    }
    Ok(Outcome { code, ..Outcome::done(text(&verified)) })
}

fn text(verified: &Verified) -> String {
    let mut text = String::new();
    let what = match verified.case {
        Some(case) => format!("{} records of case {case}, each proved to be in the ledger", verified.lines),
        None => format!("{} {}, {} bytes", verified.lines, plural(verified.lines, "line"), verified.bytes),
    };
    let origin = verified.origin.as_deref().map_or_else(String::new, |origin| format!(" of {origin}"));
    let verdict = if verified.sound { paint(GOOD, "sound") } else { paint(BAD, "NOT sound") };
    let _ = writeln!(text, "{verdict}: {}{origin}, {what}", verified.what);
    for fault in verified.faults.iter().take(SHOWN) {
        let _ = writeln!(text, "  {} {}", paint(BAD, &format!("[{}]", fault.code)), fault.text);
    }
    let rest = verified.fault_count.saturating_sub(SHOWN as u64);
    if rest > 0 {
        let _ = writeln!(text, "  and {rest} more {}", plural(rest, "fault"));
    }
    checkpoints(verified, &mut text);
    if verified.same_chart == Some(false) {
        let note = "the ledger was begun under another chart than this program has; its events are judged by their case's \
                    own parameters";
        let _ = writeln!(text, "{} {note}", paint(WARN, "note:"));
    }
    text
}

fn checkpoints(verified: &Verified, text: &mut String) {
    for checkpoint in &verified.checkpoints {
        let told = |fault: &&String| !verified.faults.iter().any(|known| known.text == **fault);
        if let Some(fault) = checkpoint.fault.as_ref().filter(told) {
            let _ = writeln!(text, "  checkpoint over {} lines: {}", checkpoint.size, paint(BAD, fault));
        }
    }
    match verified.last_good {
        Some(size) => {
            let by = verified.checkpoints.iter().rev().find(|checkpoint| checkpoint.size == size);
            let signer = match by.and_then(|checkpoint| checkpoint.signer.as_deref()) {
                Some(signer) => format!("signed by {signer}"),
                None => "its signature was not looked at: give a public key with --key".to_owned(),
            };
            let _ = writeln!(text, "last good checkpoint: over {size} lines, {signer}");
            let after = verified.lines.saturating_sub(size);
            if verified.case.is_none() && after > 0 {
                let note = format!("{after} {} after it are covered by the chain alone", plural(after, "line"));
                let _ = writeln!(text, "{}", paint(DIM, &note));
            }
        }
        None if verified.checkpoints.is_empty() => {
            let note = "no checkpoint: a chain alone does not show whether the end was cut off or written anew";
            let _ = writeln!(text, "{}", paint(DIM, note));
        }
        None => {
            let _ = writeln!(text, "no checkpoint holds");
        }
    }
}

fn plural(count: u64, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}
