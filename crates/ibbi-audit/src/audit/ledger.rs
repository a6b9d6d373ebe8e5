//! The audit of a ledger: reads and judges its lines, then checks its checkpoints.

use super::custody::check_custody;
use super::double_booked::double_booked;
use super::findings::Findings;
use super::judged::JudgedInput;
use super::texts::check_texts;
use crate::chain::Chain;
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, problem_finding};
use crate::input::Opened;
use crate::jobs::{self, JudgedLines};
use crate::judge::JudgeContext;
use crate::options::AuditOptions;
use crate::report::{CheckpointFacts, InputKind, LedgerFacts};
use ibbi_log::{Fault, FaultKind, Head, Opening};
use ibbi_seal::SignatureError;

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
    let (found, checkpoints) = check_signatures(options, faults, head);
    final_findings.extend(found);
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
    final_findings.extend(check_custody(custody, destroyed_at, &mut shards, &random_access)?);
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
    Ok(JudgedInput { input: InputKind::Ledger, facts, checkpoints, shards, final_findings })
}

/// Checks the signature of each checkpoint, and reports it with the fault that its lines showed.
fn check_signatures(
    options: &AuditOptions,
    faults: Vec<Option<Fault>>,
    head: Head,
) -> (Vec<Finding>, Vec<CheckpointFacts>) {
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
    let facts = options.checkpoints.list.iter().zip(faults).map(|(signed, fault)| {
        let size = signed.checkpoint().size;
        let mut facts = CheckpointFacts { size, signer: None, fault: fault.map(|fault| fault.kind.to_string()) };
        if options.keys.is_empty() {
            return facts;
        }
        match signed.verify(&options.keys) {
            Ok(signer) => facts.signer = Some(signer),
            Err(error) => {
                facts.fault.get_or_insert_with(|| error.to_string());
                let kind = match error {
                    SignatureError::Unknown { .. } => FindingKind::CheckpointSigner,
                    _ => FindingKind::CheckpointSignature,
                };
                found.push(location.finding(kind, FindingDetail::Signature { size, error }));
            }
        }
        facts
    });
    let facts = facts.collect();
    (found, facts)
}
