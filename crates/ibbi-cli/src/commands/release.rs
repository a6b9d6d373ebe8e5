//! `ibbi release`: writes a public-records copy. The check of one, which `ibbi verify` runs for a folder.

use crate::args::{Release, Verify};
use crate::output::Outcome;
use crate::terminal::{BAD, GOOD, WARN, count, paint};
use ibbi_app::ledger::{self, Collect};
use ibbi_app::release::{self, Exemption, Exemptions, ReleaseHints, ReleaseRequest, ReleaseVerdict, WrittenRelease};
use ibbi_app::{AppError, ExitCode, PrivateKey};
use std::collections::BTreeSet;
use std::fmt::Write as _;

pub(crate) fn run(args: &Release, json: bool) -> Result<Outcome, AppError> {
    let mut exemptions = args.exempt.as_deref().map(Exemptions::read).transpose()?.unwrap_or_default();
    if let (Some(exemption), Some(reason)) = (args.exempt_all.clone(), args.reason.clone()) {
        exemptions = exemptions.with_default(Exemption { exemption, reason })?;
    }
    let service = ledger::read_cases(&args.ledger, Collect::Nothing)?;
    let cases = args.case.iter().map(|wanted| ledger::select(&service, Some(wanted)));
    let cases = if args.all { None } else { Some(cases.collect::<Result<BTreeSet<_>, _>>()?) };
    let key = args.key.as_deref().map(PrivateKey::load).transpose()?;
    let request = ReleaseRequest {
        cases,
        exemptions: exemptions.with_released(args.release_text.clone()),
        shows_concern_ids: args.show_concern_ids,
        leaves_out_later: args.checkpoint.is_some(),
        checkpoints: args.checkpoint.clone(),
        key: key.as_ref(),
        program: ledger::PROGRAM.to_owned(),
        hints: ReleaseHints::COMMAND,
    };
    let written = release::release(&args.ledger, &request, &args.out)?;
    if json {
        return Ok(Outcome::json(&written));
    }
    let mut outcome = Outcome::done(summary(&written));
    for remark in &written.summary.remarks {
        let _ = writeln!(outcome.messages, "{} {remark}", paint(WARN, "note:"));
    }
    Ok(outcome)
}

fn summary(WrittenRelease { folder, summary: written }: &WrittenRelease) -> String {
    let folder = folder.display();
    let mut text = format!(
        "Wrote {} of {} to {folder}, up to line {}\n",
        count(written.records, "record"),
        count(written.cases, "case"),
        written.size
    );
    for (lines, what) in [
        (&written.texts_released, "texts released"),
        (&written.texts_withheld, "texts withheld"),
        (&written.texts_destroyed, "texts destroyed"),
        (&written.texts_not_available, "texts not available"),
        (&written.lines_withheld, "lines withheld"),
    ] {
        let shown: Vec<_> = lines.iter().take(10).map(u64::to_string).collect();
        let more = if lines.len() > shown.len() { ", …" } else { "" };
        let places = if lines.is_empty() { String::new() } else { format!(" (lines {}{more})", shown.join(", ")) };
        let _ = writeln!(text, "  {what}: {}{places}", lines.len());
    }
    if !written.complete {
        let note = "the release can't show that it is complete, because the checkpoint doesn't end with the state of all cases";
        let _ = writeln!(text, "{} {note}", paint(WARN, "warning:"));
    }
    if !written.is_signed {
        let note = "the reasons and the page are not signed; use --key to sign them";
        let _ = writeln!(text, "{} {note}", paint(WARN, "note:"));
    }
    text + &format!("next: ibbi verify {folder}\n")
}

/// Checks the folder of a release.
pub(crate) fn verify(args: &Verify, json: bool) -> Result<Outcome, AppError> {
    let is_other = args.checkpoint.is_some() || args.chain_only || args.witnesses.is_some() || !args.since.is_empty();
    if is_other {
        let message = "a release has its own checkpoint; use only --key with its folder";
        return Err(AppError::Usage(message.to_owned()));
    }
    let verdict = release::check_release(&args.ledger, &args.key)?;
    let code = if verdict.sound { ExitCode::Done } else { ExitCode::BadLedger };
    if json {
        return Ok(Outcome { code, ..Outcome::json(&verdict) });
    }
    Ok(Outcome { code, ..Outcome::done(shown(&verdict)) })
}

fn shown(verdict: &ReleaseVerdict) -> String {
    if let Some(fault) = &verdict.fault {
        return format!("{}: release\n  {fault}\n", paint(BAD, "NOT sound"));
    }
    let (records, cases) = (count(verdict.records, "record"), count(verdict.cases, "case"));
    let origin = verdict.origin.as_deref().unwrap_or_default();
    let mut text = format!("{}: release of {origin}, {records} of {cases}\n", paint(GOOD, "sound"));
    let (texts, lines) = (count(verdict.texts_released, "text"), count(verdict.lines_withheld, "line"));
    let (withheld, destroyed) = (verdict.texts_withheld, verdict.texts_destroyed);
    let missing = verdict.texts_not_available;
    let _ = writeln!(
        text,
        "{texts} released, {withheld} withheld, {destroyed} destroyed, {missing} not available; {lines} withheld"
    );
    let _ = match verdict.complete_up_to {
        Some(line) => writeln!(text, "complete up to line {line}: the cases have no other record before it"),
        None => writeln!(
            text,
            "{} later records of the cases might exist, even under this checkpoint",
            paint(WARN, "warning:")
        ),
    };
    let _ = match (&verdict.signer, verdict.is_signed) {
        (Some(signer), true) => writeln!(text, "checkpoint and release signed by {signer}"),
        (Some(signer), false) => {
            writeln!(text, "checkpoint signed by {signer}; the reasons and the page are not signed")
        }
        (None, _) => writeln!(text, "no signature was checked because no key was given (use --key)"),
    };
    text
}
