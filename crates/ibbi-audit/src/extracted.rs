//! The audit of an extract: its proofs, and then its records as those of any case.

use crate::audit::{AuditError, Hall, Read, of_trouble};
use crate::finding::{Detail, Finding, FindingKind};
use crate::input::{Again, Opened, SpoolWriter};
use crate::judge::{Place, Shard};
use crate::options::Options;
use crate::report::{CheckpointFacts, LedgerFacts, What};
use ibbi_log::{Digest, Head, Opening};
use ibbi_seal::{Extract, ExtractFault, SignatureError, verify_extract};
use std::io;

pub(crate) fn audit(opened: Opened<'_>, options: &Options, hall: &mut Hall<'_>) -> Result<Read, AuditError> {
    let trouble = opened.trouble();
    let Opened { reader, again, packing, .. } = opened;
    let mut counted = Counted::new(reader, again.writer());
    let verified = verify_extract(&mut counted, &options.keys);
    let head = Head { lines: counted.lines, bytes: counted.bytes, hash: Digest::ZERO };
    let mut facts = LedgerFacts {
        origin: None,
        program: None,
        same_chart: None,
        chart: ibbi_log::chart_digest(),
        packing,
        lines: head.lines,
        bytes: head.bytes,
        last_hash: head.hash,
        root: None,
        first_logged: None,
        last_logged: None,
    };
    let (mut shard, mut late, mut checkpoints) = (Shard::new(), Vec::new(), Vec::new());
    late.extend(trouble.take().map(|trouble| of_trouble(trouble, head)));
    match verified {
        Ok(extract) => {
            let context = options.context(&again);
            checkpoints.push(describe(&extract, &mut facts));
            let size = extract.signed.checkpoint().size;
            let place = Place { case: Some(extract.case), ..Place::line(1, 0) };
            hall.take(place.find(FindingKind::ExtractPart, Detail::Extract { size }));
            let mut found = Vec::new();
            for record in extract.records {
                shard.record(record, &context, &mut found)?;
                found.drain(..).for_each(|finding| hall.take(finding));
            }
        }
        Err(ExtractFault::Io(source)) => return Err(AuditError::Read { offset: head.bytes, source }),
        Err(fault) => late.push(unproved(&fault, &again)?),
    }
    Ok(Read { what: What::Extract, facts, checkpoints, shards: vec![shard], late })
}

/// Why an extract proves nothing.
fn unproved(fault: &ExtractFault, again: &Again<'_>) -> Result<Finding, AuditError> {
    let kind = match fault {
        ExtractFault::Signature(SignatureError::Unknown { .. }) => FindingKind::CheckpointSigner,
        ExtractFault::Signature(_) => FindingKind::CheckpointSignature,
        _ => FindingKind::ExtractUnproved,
    };
    let line = if let ExtractFault::Line { line, .. } = fault { *line } else { 1 };
    let byte = again.offset_of(line).map_err(|source| AuditError::Read { offset: 0, source })?;
    Ok(Place::line(line, byte).find(kind, Detail::Unproved { reason: fault.to_string() }))
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

/// A stream that is counted, and kept where it cannot be read again.
pub(crate) struct Counted<R> {
    stream: R,
    bytes: u64,
    lines: u64,
    spool: Option<SpoolWriter>,
}

impl<R> Counted<R> {
    pub(crate) const fn new(stream: R, spool: Option<SpoolWriter>) -> Self {
        Self { stream, bytes: 0, lines: 0, spool }
    }
}

impl<R: io::Read> io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer)?;
        let given = buffer.get(..read).unwrap_or_default();
        if let Some(spool) = &mut self.spool {
            spool.append(given, self.bytes)?;
        }
        self.bytes += u64::try_from(read).unwrap_or(0);
        self.lines += u64::try_from(memchr::memchr_iter(b'\n', given).count()).unwrap_or(0);
        Ok(read)
    }
}
