//! The jobs of an audit, shared by several threads.
//!
//! There are two kinds of job. *Reading* goes through the lines in order, and one thread at a time does it. *Judging* takes
//! the lines of a block that belong to one shard. Each shard takes its blocks in order, and one thread at a time works on
//! a shard. A thread first judges for its own shards, whose states are in its cache, then reads, then judges for the other
//! shards. Findings are delivered block by block and sorted, so no result depends on which thread did which job.

use crate::blocks::{Batch, Block, SHARDS};
use crate::chain::Chain;
use crate::error::AuditError;
use crate::finding::Finding;
use crate::judge::{JudgeContext, Shard};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How many blocks wait for each thread that judges, and for all of them together.
const BLOCKS_AHEAD: usize = 4;
const MAX_BLOCKS: usize = 32;

/// The jobs under way, behind one lock that is held briefly.
struct Jobs<'a> {
    /// The chain. The thread that reads takes it and returns it.
    chain: Option<Box<Chain<'a>>>,
    shards: [Option<Box<Shard>>; SHARDS],
    /// The number of the next block of each shard.
    next: [u64; SHARDS],
    /// The blocks that were read and whose findings are not delivered yet, and the number of the first of them.
    blocks: VecDeque<PendingBlock>,
    first: u64,
    ended: bool,
    failed: Option<AuditError>,
    /// Empty batches and buffers to be reused.
    spare: Vec<Batch>,
    spare_bytes: Vec<Vec<u8>>,
}

struct PendingBlock {
    bytes: Arc<Vec<u8>>,
    batches: [Option<Batch>; SHARDS],
    /// The number of batches that are not judged yet.
    left: usize,
    findings: Vec<Finding>,
}

#[allow(clippy::large_enum_variant, reason = "a few are moved for a block of lines; a box would gain nothing")]
enum Job<'a> {
    Read(Box<Chain<'a>>, Box<Block>),
    Judge { shard: Box<Shard>, number: usize, block: u64, bytes: Arc<Vec<u8>>, batch: Batch },
}

/// The result of a job.
#[allow(clippy::large_enum_variant, reason = "as a job")]
enum JobResult<'a> {
    Read(Box<Chain<'a>>, Box<Block>, Result<bool, AuditError>),
    Judged { shard: Box<Shard>, number: usize, block: u64, batch: Batch, result: Result<Vec<Finding>, AuditError> },
}

/// The jobs, and a condition variable for their changes.
struct Workers<'a> {
    jobs: Mutex<Jobs<'a>>,
    wake: Condvar,
    threads: usize,
}

/// The chain and the shards after the last line.
pub(crate) struct JudgedLines<'a> {
    pub(crate) chain: Chain<'a>,
    pub(crate) shards: Vec<Shard>,
}

/// Reads and judges all lines, and delivers the findings in order.
pub(crate) fn run<'a>(
    chain: Chain<'a>,
    threads: usize,
    context: &JudgeContext<'_>,
    take: &mut dyn FnMut(Finding),
) -> Result<JudgedLines<'a>, AuditError> {
    let threads = threads.max(1);
    let workers = Workers {
        jobs: Mutex::new(Jobs {
            chain: Some(Box::new(chain)),
            shards: core::array::from_fn(|_| Some(Box::new(Shard::new()))),
            next: [0; SHARDS],
            blocks: VecDeque::new(),
            first: 0,
            ended: false,
            failed: None,
            spare: Vec::new(),
            spare_bytes: Vec::new(),
        }),
        wake: Condvar::new(),
        threads,
    };
    std::thread::scope(|scope| {
        let workers = &workers;
        for thread in 1..threads {
            let work = move || {
                let guard = PanicGuard(workers);
                workers.work(thread, context, None);
                core::mem::forget(guard);
            };
            // If the system gives no more threads, the existing ones do the work.
            if std::thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        let guard = PanicGuard(workers);
        workers.work(0, context, Some(take));
        core::mem::forget(guard);
    });
    let jobs = workers.jobs.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = jobs.failed {
        return Err(error);
    }
    let shards: Vec<_> = jobs.shards.into_iter().flatten().map(|shard| *shard).collect();
    match jobs.chain {
        Some(chain) if shards.len() == SHARDS => Ok(JudgedLines { chain: *chain, shards }),
        _ => Err(AuditError::Thread),
    }
}

/// Reports a thread that panics, so that the other threads don't wait for it.
struct PanicGuard<'a, 'b>(&'a Workers<'b>);

impl Drop for PanicGuard<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().failed.get_or_insert(AuditError::Thread);
        self.0.wake.notify_all();
    }
}

impl<'a> Workers<'a> {
    fn lock(&self) -> MutexGuard<'_, Jobs<'a>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works until no job is left. Only the thread with `take` delivers findings.
    fn work(&self, thread: usize, context: &JudgeContext<'_>, mut take: Option<&mut dyn FnMut(Finding)>) {
        let mut jobs = self.lock();
        loop {
            if let Some(take) = take.as_deref_mut() {
                let ready = jobs.ready();
                if !ready.is_empty() {
                    drop(jobs);
                    ready.into_iter().flatten().for_each(&mut *take);
                    self.wake.notify_all();
                    jobs = self.lock();
                    // More may have become ready in the meantime, and no other thread will wake this one for them.
                    continue;
                }
            }
            if jobs.failed.is_some() || jobs.is_done(take.is_some()) {
                return;
            }
            match jobs.job(thread, self.threads) {
                Some(job) => {
                    drop(jobs);
                    let done = perform(job, context);
                    jobs = self.lock();
                    jobs.finish(done);
                    self.wake.notify_all();
                }
                None => jobs = self.wake.wait(jobs).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

fn perform<'a>(job: Job<'a>, context: &JudgeContext<'_>) -> JobResult<'a> {
    match job {
        Job::Read(mut chain, mut block) => {
            let more = chain.read(&mut block);
            JobResult::Read(chain, block, more)
        }
        Job::Judge { mut shard, number, block, bytes, batch } => {
            let mut findings = Vec::new();
            let result = shard.batch(batch.lines(&bytes), context, &mut findings).map(|()| findings);
            JobResult::Judged { shard, number, block, batch, result }
        }
    }
}

impl<'a> Jobs<'a> {
    /// Returns a job. The first thread reads as long as few blocks wait, so that the state of the chain stays in its cache.
    /// Every thread then judges for its own shards, whose states are in its cache, and last for those of others.
    fn job(&mut self, thread: usize, threads: usize) -> Option<Job<'a>> {
        let own = |number: &usize| owner_of(*number, threads) == thread;
        let waiting = if thread == 0 { (BLOCKS_AHEAD * (threads - 1)).min(MAX_BLOCKS) } else { 0 };
        let read = self.reading_job(waiting);
        read.or_else(|| self.judging_job(own)).or_else(|| self.reading_job(1)).or_else(|| self.judging_job(|_| true))
    }

    /// Returns the batch that has waited longest among these shards.
    fn judging_job(&mut self, filter: impl Fn(&usize) -> bool) -> Option<Job<'a>> {
        let end = self.first + wide(self.blocks.len());
        let waiting = |number: &usize| self.shards[*number].is_some() && self.next[*number] < end;
        let number = (0..SHARDS).filter(filter).filter(waiting).min_by_key(|number| self.next[*number])?;
        let block = self.next[number];
        let index = usize::try_from(block - self.first).ok()?;
        let pending = self.blocks.get_mut(index)?;
        let (bytes, batch) = (Arc::clone(&pending.bytes), pending.batches[number].take()?);
        Some(Job::Judge { shard: self.shards[number].take()?, number, block, bytes, batch })
    }

    /// Returns the job to read the next block, unless the input has ended or too many blocks wait.
    fn reading_job(&mut self, most: usize) -> Option<Job<'a>> {
        if self.ended || self.blocks.len() >= most {
            return None;
        }
        let chain = self.chain.take()?;
        let mut block = Box::new(Block { bytes: self.spare_bytes.pop().unwrap_or_default(), ..Block::default() });
        for batch in &mut block.batches {
            *batch = self.spare.pop().unwrap_or_default();
        }
        Some(Job::Read(chain, block))
    }

    /// Skips batches without a line.
    fn skip_empty(&mut self) {
        for number in 0..SHARDS {
            while self.shards[number].is_some() {
                let index = usize::try_from(self.next[number] - self.first).unwrap_or(usize::MAX);
                let Some(pending) = self.blocks.get_mut(index) else { break };
                if !pending.batches[number].as_ref().is_some_and(Batch::is_empty) {
                    break;
                }
                self.spare.extend(pending.batches[number].take());
                pending.left -= 1;
                self.next[number] += 1;
            }
        }
    }

    fn finish(&mut self, done: JobResult<'a>) {
        match done {
            JobResult::Read(chain, block, more) => {
                self.chain = Some(chain);
                match more {
                    Ok(more) => self.ended = !more,
                    Err(error) => {
                        self.failed.get_or_insert(error);
                    }
                }
                self.add(*block);
            }
            JobResult::Judged { shard, number, block, mut batch, result } => {
                self.shards[number] = Some(shard);
                batch.clear();
                self.spare.push(batch);
                self.next[number] = block + 1;
                match result {
                    Ok(findings) => {
                        let index = usize::try_from(block - self.first).unwrap_or(usize::MAX);
                        if let Some(pending) = self.blocks.get_mut(index) {
                            pending.findings.extend(findings);
                            pending.left -= 1;
                        }
                    }
                    Err(error) => {
                        self.failed.get_or_insert(error);
                    }
                }
            }
        }
        self.skip_empty();
    }

    fn add(&mut self, block: Block) {
        let Block { bytes, batches, findings } = block;
        let (bytes, batches) = (Arc::new(bytes), batches.map(Some));
        self.blocks.push_back(PendingBlock { bytes, batches, left: SHARDS, findings });
    }

    /// Returns the findings of the finished blocks, in order.
    fn ready(&mut self) -> Vec<Vec<Finding>> {
        let mut ready = Vec::new();
        while self.blocks.front().is_some_and(|pending| pending.left == 0) {
            let Some(PendingBlock { bytes, mut findings, .. }) = self.blocks.pop_front() else { break };
            self.spare_bytes.extend(Arc::into_inner(bytes));
            self.first += 1;
            if !findings.is_empty() {
                findings.sort_by_key(|finding| (finding.line, finding.kind));
            }
            ready.push(findings);
        }
        ready
    }

    /// Returns whether no job is left. For the thread that delivers findings, all of them must be delivered.
    fn is_done(&self, delivers: bool) -> bool {
        self.ended && self.blocks.iter().all(|pending| pending.left == 0) && (!delivers || self.blocks.is_empty())
    }
}

/// Returns the thread whose shard this is. Reading takes three tenths of all work, so the first thread has fewer shards.
const fn owner_of(shard: usize, threads: usize) -> usize {
    let first = SHARDS * 10_usize.saturating_sub(3 * threads) / (7 * threads);
    if shard < first { 0 } else { 1 + (shard - first) % (threads - 1) }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
