//! The audit of a whole ledger.

use crate::engine::{self, Outcome};
use crate::figures::{self, Measured};
use crate::finding::{Detail, Finding, FindingKind, Severity};
use crate::input::{Again, Chain, Opened, SHARDS, Source, Trouble};
use crate::judge::{Context, Place, Shard, Track};
use crate::options::{Filter, Options};
use crate::report::{CaseSummary, CheckpointFacts, LedgerFacts, Report, What};
use crate::tally::Tally;
use ibbi_common::zone::Zone;
use ibbi_core::At;
use ibbi_log::{Fault, FaultKind, Head, Opening};
use ibbi_seal::{SignatureError, is_extract};
use std::io;

/// Somebody who takes what an audit finds, as it is found. Any `FnMut(Finding)` is one.
pub trait Sink {
    /// Takes a finding; they come in the order of the lines.
    fn finding(&mut self, finding: Finding);

    /// Takes a case, once everything is read; they come in the order of their first lines.
    fn case(&mut self, case: CaseSummary) {
        let _ = case;
    }
}

impl<F: FnMut(Finding)> Sink for F {
    fn finding(&mut self, finding: Finding) {
        self(finding);
    }
}

/// Why an audit was not finished. What is wrong with the content is never an error, but a finding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The source could not be read.
    #[error("the ledger could not be read at byte {offset}: {source}")]
    Read {
        /// Where reading stopped, in bytes from 0.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },
    /// What was read once could not be kept to be read again.
    #[error("the stream could not be kept for reading again: {source}; give it as a file")]
    Spool {
        /// The system's reason.
        source: io::Error,
    },
    /// A line no longer says what it said when it was read first.
    #[error("the line at byte {offset} changed during the audit; audit the ledger again when nobody writes to it")]
    Changed {
        /// Where the line begins, in bytes from 0.
        offset: u64,
    },
    /// A thread stopped.
    #[error("a thread of the audit stopped; this is an error in ibbi, please report it")]
    Thread,
}

/// An audit: reads a ledger once, as a stream, and judges everything in it.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    options: Options,
}

impl Audit {
    /// An audit with these options.
    pub const fn new(options: Options) -> Self {
        Self { options }
    }

    /// Audits.
    ///
    /// # Errors
    /// [`AuditError`] if the source cannot be read. What is wrong with its content is found, and never an error.
    pub fn run(&self, source: Source<'_>, sink: &mut dyn Sink) -> Result<Report, AuditError> {
        let opened = source.begin(self.options.max_stream)?;
        let mut hall = Hall { sink, tally: Tally::new(self.options.kept), filter: &self.options.filter };
        if is_extract(&opened.beginning) {
            crate::extracted::audit(opened, &self.options, &mut hall)
        } else {
            self.ledger(opened, &mut hall)
        }
        .map(|read| read.report(&self.options, hall))
    }

    fn ledger<'a>(&'a self, opened: Opened<'a>, hall: &mut Hall<'_>) -> Result<Read, AuditError> {
        let trouble = opened.trouble();
        let Opened { reader, again, packing, .. } = opened;
        let chain = Chain::new(reader, again.writer(), &self.options);
        let context = self.options.context(&again);
        let outcome = engine::run(chain, self.options.threads, &context, &mut |finding| hall.take(finding))?;
        let Outcome { mut chain, shards } = outcome;
        let (mut late, shown) = chain.finish(&self.options.checkpoints.list);
        let head = chain.head();
        late.extend(trouble.take().map(|trouble| of_trouble(trouble, head)));
        let (found, checkpoints) = signatures(&self.options, shown, head);
        late.extend(found);
        let root = chain.root();
        let opening = chain.opening();
        let facts = LedgerFacts {
            origin: opening.map(|opening| opening.origin.to_string()),
            program: opening.map(|opening| opening.program.to_string()),
            same_chart: opening.map(Opening::has_our_chart),
            chart: ibbi_log::chart_digest(),
            packing,
            lines: head.lines,
            bytes: head.bytes,
            last_hash: head.hash,
            root,
            first_logged: chain.logged().map(|(first, _)| first),
            last_logged: chain.logged().map(|(_, last)| last),
        };
        Ok(Read { what: What::Ledger, facts, checkpoints, shards, late })
    }
}

impl Options {
    pub(crate) fn context<'a>(&self, again: &'a Again<'a>) -> Context<'a> {
        let limit = u64::try_from(self.max_cases).unwrap_or(u64::MAX);
        Context {
            again,
            advisories: self.advisories,
            max_cases: self.max_cases.div_ceil(SHARDS),
            limit,
            fingerprints: None,
        }
    }
}

/// Where findings go: they are counted, and shown if the filter lets them pass.
pub(crate) struct Hall<'a> {
    sink: &'a mut dyn Sink,
    tally: Tally,
    filter: &'a Filter,
}

impl Hall<'_> {
    pub(crate) fn take(&mut self, finding: Finding) {
        let shown = self.filter.shows(&finding);
        self.tally.add(&finding, shown);
        if shown {
            self.sink.finding(finding);
        }
    }
}

/// Everything that was read, with what is still to be told of it.
pub(crate) struct Read {
    pub(crate) what: What,
    pub(crate) facts: LedgerFacts,
    pub(crate) checkpoints: Vec<CheckpointFacts>,
    pub(crate) shards: Vec<Shard>,
    /// What shows only at the end.
    pub(crate) late: Vec<Finding>,
}

impl Read {
    fn report(mut self, options: &Options, mut hall: Hall<'_>) -> Report {
        let as_of = options.as_of.or(self.facts.last_logged).unwrap_or(At::MIN);
        let mut late = core::mem::take(&mut self.late);
        late.extend(self.shards.iter().flat_map(|shard| &shard.follows).filter_map(|(earlier, place)| {
            let known = self.shards.iter().any(|shard| shard.knows(*earlier));
            (!known).then(|| place.find(FindingKind::CaseFollowsMissing, Detail::FollowsMissing { earlier: *earlier }))
        }));
        for track in self.shards.iter_mut().flat_map(|shard| &mut shard.tracks) {
            late.extend(past_contract(track, as_of));
        }
        late.sort_by_key(|finding| (finding.kind, finding.line));
        late.into_iter().for_each(|finding| hall.take(finding));

        let mut tracks: Vec<_> = self.shards.iter().flat_map(|shard| &shard.tracks).collect();
        tracks.sort_by_key(|track| track.first_line);
        for track in tracks.iter().filter(|track| figures::passes(track, &options.filter)) {
            hall.sink.case(figures::summary(track));
        }
        let measured = Measured::of(&tracks, as_of, options);
        let tally = hall.tally;
        let total = |severity| tally.total(severity);
        Report {
            what: self.what,
            sound: total(Severity::Error) == 0,
            errors: total(Severity::Error),
            warnings: total(Severity::Warning),
            infos: total(Severity::Info),
            ledger: self.facts,
            as_of,
            checkpoints: self.checkpoints,
            findings: tally.finish(),
            filter: options.filter.clone(),
            cases: measured.cases,
            events: measured.events,
            percentiles: "nearest rank",
            stages: measured.stages,
            outcomes: measured.outcomes,
            waiting: measured.waiting,
            variants: measured.variants,
            paths: measured.paths,
            months: measured.months,
        }
    }
}

/// An open case after its contract's date.
fn past_contract(track: &mut Track, as_of: At) -> Option<Finding> {
    let case = track.live.as_ref()?.case();
    let contract = case.file()?.contract();
    let (expires, stage) = (contract.expires?, case.stage());
    let today = track.zone.unwrap_or(Zone::UTC).date(as_of);
    if !stage.is_open() || today <= expires {
        return None;
    }
    let evergreen = contract.evergreen;
    track.note(FindingKind::CasePastContract);
    let place = Place { case: Some(track.id), ..Place::line(track.last_line, track.trail.last()) };
    Some(place.find(FindingKind::CasePastContract, Detail::PastContract { expires, today, evergreen, stage }))
}

pub(crate) fn of_trouble(trouble: Trouble, head: Head) -> Finding {
    let place = Place::line(head.lines.max(1), head.bytes);
    match trouble {
        Trouble::Damaged { packing, reason } => {
            place.find(FindingKind::LedgerPacking, Detail::Packing { packing, reason })
        }
        Trouble::TooLarge { limit } => place.find(FindingKind::LedgerTooLarge, Detail::Limit { limit }),
    }
}

/// What becomes of each checkpoint, by its lines and by its signature.
fn signatures(options: &Options, shown: Vec<Option<Fault>>, head: Head) -> (Vec<Finding>, Vec<CheckpointFacts>) {
    let place = Place::line(head.lines.max(1), head.bytes);
    let mut found = Vec::new();
    let torn = options.checkpoints.torn;
    if torn > 0 {
        let reason = format!("the last {torn} bytes of the file are no whole checkpoint");
        found.push(place.find(FindingKind::CheckpointUnreadable, Detail::Fault(FaultKind::Checkpoints { reason })));
    }
    if !options.keys.is_empty() && options.checkpoints.list.is_empty() {
        found.push(place.find(FindingKind::CheckpointMissing, Detail::NoCheckpoint));
    }
    let facts = options.checkpoints.list.iter().zip(shown).map(|(signed, fault)| {
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
                found.push(place.find(kind, Detail::Signature { size, error }));
            }
        }
        facts
    });
    let facts = facts.collect();
    (found, facts)
}
