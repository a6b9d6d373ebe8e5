//! The audit of a ledger: reads and judges its lines, then checks its checkpoints.

use super::custody::check_custody;
use super::double_booked::double_booked;
use super::findings::Findings;
use super::judged::JudgedInput;
use super::texts::check_texts;
use crate::certificate::{CertifiedQuorum, CheckedHistory};
use crate::chain::Chain;
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, problem_finding};
use crate::input::Opened;
use crate::jobs::{self, JudgedLines};
use crate::judge::JudgeContext;
use crate::options::AuditOptions;
use crate::report::{CheckpointFacts, InputKind, LedgerFacts};
use ibbi_log::{Fault, FaultKind, Head, Opening};
use ibbi_seal::{CheckedCheckpoint, SignatureError};

pub(super) fn judge<'a>(
    opened: Opened<'a>,
    options: &'a AuditOptions,
    findings: &mut Findings<'_>,
) -> Result<JudgedInput, AuditError> {
    let problem = opened.problem();
    let Opened { reader, random_access, compression, .. } = opened;
    let chain = Chain::new(reader, random_access.writer(), options);
    let context = JudgeContext::new(options, &random_access);
    let judged = jobs::run(chain, options.threads, &context, &mut |finding| findings.add(finding))?;
    let JudgedLines { mut chain, mut shards } = judged;
    let (mut final_findings, faults) = chain.finish(&options.checkpoints.list);
    let head = chain.head();
    final_findings.extend(problem.take().map(|problem| problem_finding(problem, head)));
    let checked = check_signatures(options, faults);
    let break_at = (head.lines, findings.first_break());
    let history = CheckedHistory::new(checked, chain.covered_heads().to_vec(), break_at, options.history.clone());
    final_findings.extend(checkpoint_findings(options, &history, head));
    let checkpoints = history.checked.iter().map(facts_of).collect();
    let root = chain.root();
    let opening = chain.opening();
    // The cases of a simulation are alternatives, so no one is in two of them.
    if !opening.is_some_and(Opening::is_simulation) {
        final_findings.extend(double_booked(&mut shards, &random_access)?);
    }
    if let Some(ledger) = &options.texts_beside {
        final_findings.extend(check_texts(&mut shards, ledger, head, chain.custody())?);
    }
    let (custody, destroyed_at) = chain.custody();
    final_findings.extend(check_custody(custody, destroyed_at, &mut shards, &random_access, options.now)?);
    let facts = LedgerFacts {
        origin: opening.map(|opening| opening.origin.to_string()),
        program: opening.map(|opening| opening.program.to_string()),
        same_chart: opening.map(Opening::has_our_chart),
        chart: ibbi_log::chart_digest(),
        compression,
        lines: head.lines,
        bytes: head.bytes,
        last_hash: head.hash,
        root,
        first_logged: chain.logged().map(|(first, _)| first),
        last_logged: chain.logged().map(|(_, last)| last),
    };
    let history = Some(history);
    Ok(JudgedInput { input: InputKind::Ledger, facts, checkpoints, history, extract: None, shards, final_findings })
}

/// Checks the signature of each checkpoint, and adds the fault that its lines showed.
fn check_signatures(options: &AuditOptions, faults: Vec<Option<Fault>>) -> Vec<CheckedCheckpoint> {
    let checked = options.checkpoints.list.iter().zip(faults).map(|(signed, fault)| CheckedCheckpoint {
        signed: signed.clone(),
        signature: (!options.keys.is_empty()).then(|| signed.verify(&options.keys)),
        fault,
    });
    checked.collect()
}

/// Returns the result of checking a checkpoint.
fn facts_of(checked: &CheckedCheckpoint) -> CheckpointFacts {
    let signature = checked.signature.as_ref();
    let error = || signature.and_then(|signature| signature.as_ref().err()).map(ToString::to_string);
    CheckpointFacts {
        size: checked.signed.checkpoint().size,
        signer: signature.and_then(|signature| signature.as_ref().ok().cloned()),
        fault: checked.fault.as_ref().map(|fault| fault.kind.to_string()).or_else(error),
    }
}

/// Returns what is wrong with the checkpoints themselves, and with all of them together.
fn checkpoint_findings(options: &AuditOptions, history: &CheckedHistory, head: Head) -> Vec<Finding> {
    let location = Location::line(head.lines.max(1), head.bytes);
    let mut found = Vec::new();
    let torn = options.checkpoints.torn;
    let torn = (torn > 0).then(|| {
        let bytes = if torn == 1 { "1 byte".to_owned() } else { format!("{torn} bytes") };
        format!("the last {bytes} of the file are not a whole checkpoint")
    });
    for reason in options.unreadable_checkpoints.iter().cloned().chain(torn) {
        let detail = FindingDetail::Fault(FaultKind::Checkpoints { reason });
        found.push(location.finding(FindingKind::CheckpointUnreadable, detail));
    }
    if !options.keys.is_empty() && options.checkpoints.list.is_empty() {
        found.push(location.finding(FindingKind::CheckpointMissing, FindingDetail::NoCheckpoint));
    }
    for checked in &history.checked {
        let Some(Err(error)) = &checked.signature else { continue };
        let size = checked.signed.checkpoint().size;
        found.push(signature_finding(location, size, error.clone()));
    }
    found.extend(history_findings(options, history, location));
    found
}

fn signature_finding(location: Location, size: u64, error: SignatureError) -> Finding {
    let kind = match error {
        SignatureError::Unknown { .. } => FindingKind::CheckpointSigner,
        _ => FindingKind::CheckpointSignature,
    };
    location.finding(kind, FindingDetail::Signature { size, error })
}

/// Returns the forks of the history, wrong cosignatures, and whether too few witnesses cosigned.
pub(super) fn history_findings(options: &AuditOptions, history: &CheckedHistory, location: Location) -> Vec<Finding> {
    let changed = history.found.changed.as_ref().map(|lines| (*lines.start(), *lines.end()));
    let forks = history.forks(&options.keys).into_iter().map(|fork| {
        let line = changed.map_or(location.line, |(first, _)| first.min(location.line));
        let location = Location { line, ..location };
        location.finding(FindingKind::CheckpointFork, FindingDetail::Fork { text: fork.text, changed })
    });
    let mut found: Vec<Finding> = forks.collect();
    let Some(quorum) = &options.history.quorum else { return found };
    for checked in &history.checked {
        if let Err(error) = quorum.cosignatures(&checked.signed) {
            found.push(signature_finding(location, checked.signed.checkpoint().size, error));
        }
    }
    let is_met = |checked: &CheckedCheckpoint| checked.is_good() && quorum.is_met(&checked.signed);
    if let Some(CertifiedQuorum { needed, known, most }) = history.quorum()
        && !history.checked.iter().any(is_met)
    {
        let detail = FindingDetail::Quorum { needed, known, most };
        found.push(location.finding(FindingKind::CheckpointQuorum, detail));
    }
    found
}
