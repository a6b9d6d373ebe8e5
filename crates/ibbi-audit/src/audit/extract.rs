//! The audit of an extract: verifies its proofs, then judges its records like those of any other case.

use super::findings::Findings;
use super::judged::JudgedInput;
use super::ledger::history_findings;
use crate::certificate::{CheckedHistory, EarlierCheckpoint};
use crate::certificate_options::HistoryOptions;
use crate::error::AuditError;
use crate::finding::{Finding, FindingDetail, FindingKind, Location, clock_finding, problem_finding};
use crate::input::{CountingReader, Opened, RandomAccess};
use crate::judge::{JudgeContext, Shard};
use crate::options::AuditOptions;
use crate::report::{CheckpointFacts, InputKind, LedgerFacts};
use ibbi_log::{ClockCheck, ClockLine, Digest, Head, Opening};
use ibbi_seal::{CheckedCheckpoint, Extract, ExtractFault, SignatureError, SignedCheckpoint, verify_extract_with_head};

pub(super) fn judge(
    opened: Opened<'_>,
    options: &AuditOptions,
    findings: &mut Findings<'_>,
) -> Result<JudgedInput, AuditError> {
    let problem = opened.problem();
    let Opened { reader, random_access, compression, .. } = opened;
    let mut reader = CountingReader::new(reader, random_access.writer());
    let (first, verified) = verify_extract_with_head(&mut reader, &options.keys);
    let head = Head { lines: reader.lines(), bytes: reader.bytes(), hash: Digest::ZERO };
    let mut facts = LedgerFacts {
        origin: None,
        program: None,
        same_chart: None,
        chart: ibbi_log::chart_digest(),
        compression,
        lines: 0,
        bytes: head.bytes,
        last_hash: head.hash,
        root: None,
        first_logged: None,
        last_logged: None,
    };
    let (mut shard, mut final_findings, mut checkpoints) = (Shard::new(), Vec::new(), Vec::new());
    let mut history = None;
    let mut up_to = None;
    final_findings.extend(problem.take().map(|problem| problem_finding(problem, head)));
    match verified {
        Ok(extract) => {
            let context = JudgeContext::new(options, &random_access);
            facts.lines = u64::try_from(extract.records.len()).unwrap_or(u64::MAX);
            checkpoints.push(describe(&extract, &mut facts));
            let own = own_history(&extract, options);
            final_findings.extend(history_findings(options, &own, Location::line(1, 0)));
            (history, up_to) = (Some(own), extract.complete_up_to);
            let size = extract.signed.checkpoint().size;
            let location = Location { case: Some(extract.case), ..Location::line(1, 0) };
            let complete_up_to = extract.complete_up_to;
            let kind = complete_up_to.map_or(FindingKind::ExtractPart, |_| FindingKind::ExtractComplete);
            findings.add(location.finding(kind, FindingDetail::Extract { size, complete_up_to }));
            let mut found = Vec::new();
            let (mut clock, is_simulation) = (ClockCheck::new(options.now), extract.opening.is_simulation());
            for record in extract.records {
                if !is_simulation {
                    let wrong = clock.observe(ClockLine::of_record(&record, record.line));
                    wrong.into_iter().for_each(|wrong| findings.add(clock_finding(wrong)));
                }
                shard.record(record, &context, &mut found)?;
                found.drain(..).for_each(|finding| findings.add(finding));
            }
            clock.finish().into_iter().for_each(|wrong| findings.add(clock_finding(wrong)));
        }
        Err(ExtractFault::Io(source)) => return Err(AuditError::Read { offset: head.bytes, source }),
        Err(fault) => {
            if let Some(first) = first {
                facts.origin = Some(first.checkpoint().origin.clone());
                checkpoints.push(describe_first(&first, &fault, options));
            }
            final_findings.push(unproved(&fault, &random_access)?);
        }
    }
    let extract = Some(up_to);
    let (input, shards) = (InputKind::Extract, vec![shard]);
    Ok(JudgedInput { input, facts, checkpoints, history, extract, shards, final_findings })
}

/// Returns the finding for an extract that proves nothing.
fn unproved(fault: &ExtractFault, random_access: &RandomAccess<'_>) -> Result<Finding, AuditError> {
    let kind = match fault {
        ExtractFault::Signature(SignatureError::Unknown { .. }) => FindingKind::CheckpointSigner,
        ExtractFault::Signature(_) => FindingKind::CheckpointSignature,
        _ => FindingKind::ExtractUnproved,
    };
    let line = if let ExtractFault::Line { line, .. } = fault { *line } else { 1 };
    let byte = random_access.offset_of_line(line).map_err(|source| AuditError::Read { offset: 0, source })?;
    Ok(Location::line(line, byte).finding(kind, FindingDetail::Unproved { reason: fault.to_string() }))
}

/// Returns the extract's checkpoint, with the signatures that came later. An extract has too few lines to compare it with
/// another checkpoint.
fn own_history(extract: &Extract, options: &AuditOptions) -> CheckedHistory {
    let mut signed = extract.signed.clone();
    let (mut earlier, mut is_given) = (Vec::new(), false);
    for (index, known) in options.checkpoints.list.iter().enumerate() {
        let is_own = signed.merge(known);
        is_given |= is_own;
        if options.history.earlier.contains(&index) {
            earlier.push(EarlierCheckpoint { size: known.checkpoint().size, continued: is_own });
        }
    }
    let size = signed.checkpoint().size;
    // A person kept the extract's own checkpoint outside.
    let is_kept = earlier.iter().any(|earlier| earlier.continued);
    let all_outside = options.history.all_outside && is_given;
    let history =
        HistoryOptions { all_outside, earlier: is_kept.then_some(0).into_iter().collect(), ..options.history.clone() };
    let checked = CheckedCheckpoint { signed, signature: extract.signer.clone().map(Ok), fault: None };
    let recorded = extract.heads_logged.map(|at| (size, at)).into_iter().collect();
    let mut own = CheckedHistory::new(vec![checked], recorded, (size, None), history);
    own.since = earlier;
    own
}

/// Returns what the first line of an extract with a fault says about its checkpoint.
fn describe_first(first: &SignedCheckpoint, fault: &ExtractFault, options: &AuditOptions) -> CheckpointFacts {
    let signer = if options.keys.is_empty() { None } else { first.verify(&options.keys).ok() };
    let fault = match fault {
        ExtractFault::Signature(error) => error.to_string(),
        _ => "an extract with a fault proves nothing".to_owned(),
    };
    CheckpointFacts { size: first.checkpoint().size, signer, fault: Some(fault) }
}

fn describe(extract: &Extract, facts: &mut LedgerFacts) -> CheckpointFacts {
    let Opening { origin, program, .. } = &extract.opening;
    (facts.origin, facts.program) = (Some(origin.to_string()), Some(program.to_string()));
    facts.same_chart = Some(extract.opening.has_our_chart());
    facts.root = Some(extract.signed.checkpoint().root);
    facts.first_logged = extract.records.first().map(|record| record.logged);
    facts.last_logged = extract.records.iter().map(|record| record.logged).max();
    CheckpointFacts { size: extract.signed.checkpoint().size, signer: extract.signer.clone(), fault: None }
}
