//! The work of an audit, spread over threads.
//!
//! There are two kinds of work. *Reading* goes through the lines one after the other, and one thread at a time does it.
//! *Judging* takes the lines of a block that belong to one shard; each shard takes its blocks in order, and one thread at
//! a time works on a shard. A thread does whatever is there: first for the shards that are its own, for their states are
//! near to it, then reading, then for the others. What is found is handed out block by block, sorted, so that neither the
//! order nor anything else depends on who did what.

use crate::audit::AuditError;
use crate::finding::Finding;
use crate::input::{Batch, Block, Chain, SHARDS};
use crate::judge::{Context, Shard};
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// What is under way, behind one lock that is held for moments.
struct Board<'a> {
    /// The one who reads takes it, and brings it back.
    chain: Option<Box<Chain<'a>>>,
    shards: [Option<Box<Shard>>; SHARDS],
    /// The next block of each shard.
    next: [u64; SHARDS],
    /// The blocks that were read and are not handed out yet, and the number of the first of them.
    blocks: VecDeque<Pending>,
    first: u64,
    ended: bool,
    failed: Option<AuditError>,
    /// Batches that can be used again.
    spare: Vec<Batch>,
}

struct Pending {
    batches: [Option<Batch>; SHARDS],
    /// How many batches are not judged yet.
    left: usize,
    findings: Vec<Finding>,
}

#[allow(clippy::large_enum_variant, reason = "a few are moved for a block of lines; a box would gain nothing")]
enum Job<'a> {
    Read(Box<Chain<'a>>, Box<Block>),
    Judge { shard: Box<Shard>, number: usize, block: u64, batch: Batch },
}

/// What became of a job.
#[allow(clippy::large_enum_variant, reason = "as a job")]
enum Done<'a> {
    Read(Box<Chain<'a>>, Box<Block>, Result<bool, AuditError>),
    Judged { shard: Box<Shard>, number: usize, block: u64, batch: Batch, result: Result<Vec<Finding>, AuditError> },
}

/// The board, and how to wait for it.
struct Engine<'a> {
    board: Mutex<Board<'a>>,
    wake: Condvar,
    threads: usize,
}

/// What reading and judging leave behind.
pub(crate) struct Outcome<'a> {
    pub(crate) chain: Chain<'a>,
    pub(crate) shards: Vec<Shard>,
}

/// Reads everything, judges everything, and hands out the findings in order.
pub(crate) fn run<'a>(
    chain: Chain<'a>,
    threads: usize,
    context: &Context<'_>,
    take: &mut dyn FnMut(Finding),
) -> Result<Outcome<'a>, AuditError> {
    let threads = threads.max(1);
    let engine = Engine {
        board: Mutex::new(Board {
            chain: Some(Box::new(chain)),
            shards: core::array::from_fn(|_| Some(Box::new(Shard::new()))),
            next: [0; SHARDS],
            blocks: VecDeque::new(),
            first: 0,
            ended: false,
            failed: None,
            spare: Vec::new(),
        }),
        wake: Condvar::new(),
        threads,
    };
    std::thread::scope(|scope| {
        let engine = &engine;
        for thread in 1..threads {
            let work = move || {
                let guard = Guard(engine);
                engine.work(thread, context, None);
                core::mem::forget(guard);
            };
            // Where the system gives no more threads, those there are do the work.
            if std::thread::Builder::new().spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        let guard = Guard(engine);
        engine.work(0, context, Some(take));
        core::mem::forget(guard);
    });
    let board = engine.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = board.failed {
        return Err(error);
    }
    let shards: Vec<_> = board.shards.into_iter().flatten().map(|shard| *shard).collect();
    match board.chain {
        Some(chain) if shards.len() == SHARDS => Ok(Outcome { chain: *chain, shards }),
        _ => Err(AuditError::Thread),
    }
}

/// Tells the others if a thread stops in the middle of its work, so that nobody waits for it.
struct Guard<'a, 'b>(&'a Engine<'b>);

impl Drop for Guard<'_, '_> {
    fn drop(&mut self) {
        self.0.lock().failed.get_or_insert(AuditError::Thread);
        self.0.wake.notify_all();
    }
}

impl<'a> Engine<'a> {
    fn lock(&self) -> MutexGuard<'_, Board<'a>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works until there is nothing more to do. Only the thread that was given `take` hands findings out.
    fn work(&self, thread: usize, context: &Context<'_>, mut take: Option<&mut dyn FnMut(Finding)>) {
        let mut board = self.lock();
        loop {
            if let Some(take) = take.as_deref_mut() {
                let ready = board.ready();
                if !ready.is_empty() {
                    drop(board);
                    ready.into_iter().flatten().for_each(&mut *take);
                    self.wake.notify_all();
                    board = self.lock();
                    // More may have become ready meanwhile, and nobody will say so again.
                    continue;
                }
            }
            if board.failed.is_some() || board.is_done(take.is_some()) {
                return;
            }
            match board.job(thread, self.threads) {
                Some(job) => {
                    drop(board);
                    let done = perform(job, context);
                    board = self.lock();
                    board.note(done);
                    self.wake.notify_all();
                }
                None => board = self.wake.wait(board).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

fn perform<'a>(job: Job<'a>, context: &Context<'_>) -> Done<'a> {
    match job {
        Job::Read(mut chain, mut block) => {
            let more = chain.read(&mut block);
            Done::Read(chain, block, more)
        }
        Job::Judge { mut shard, number, block, batch } => {
            let mut findings = Vec::new();
            let result = shard.batch(&batch, context, &mut findings).map(|()| findings);
            Done::Judged { shard, number, block, batch, result }
        }
    }
}

impl<'a> Board<'a> {
    /// Something to do. A thread judges for the shards that are its own first, for their states are near to it; then it
    /// reads, and when enough is read it helps the others.
    fn job(&mut self, thread: usize, threads: usize) -> Option<Job<'a>> {
        let own = |number: &usize| number % threads == thread;
        self.judging(own).or_else(|| self.reading(2 + threads)).or_else(|| self.judging(|_| true))
    }

    /// The batch that has waited longest among these shards.
    fn judging(&mut self, of: impl Fn(&usize) -> bool) -> Option<Job<'a>> {
        let end = self.first + wide(self.blocks.len());
        let waiting = |number: &usize| self.shards[*number].is_some() && self.next[*number] < end;
        let number = (0..SHARDS).filter(of).filter(waiting).min_by_key(|number| self.next[*number])?;
        let block = self.next[number];
        let index = usize::try_from(block - self.first).ok()?;
        let batch = self.blocks.get_mut(index)?.batches[number].take()?;
        Some(Job::Judge { shard: self.shards[number].take()?, number, block, batch })
    }

    /// The next block, if there is one and not too many wait.
    fn reading(&mut self, most: usize) -> Option<Job<'a>> {
        if self.ended || self.blocks.len() >= most {
            return None;
        }
        let chain = self.chain.take()?;
        let mut block = Box::new(Block::default());
        for batch in &mut block.batches {
            *batch = self.spare.pop().unwrap_or_default();
        }
        Some(Job::Read(chain, block))
    }

    /// Passes over batches without a line.
    fn pass_empty(&mut self) {
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

    fn note(&mut self, done: Done<'a>) {
        match done {
            Done::Read(chain, block, more) => {
                self.chain = Some(chain);
                match more {
                    Ok(more) => self.ended = !more,
                    Err(error) => {
                        self.failed.get_or_insert(error);
                    }
                }
                self.add(*block);
            }
            Done::Judged { shard, number, block, mut batch, result } => {
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
        self.pass_empty();
    }

    fn add(&mut self, block: Block) {
        let Block { batches, findings } = block;
        self.blocks.push_back(Pending { batches: batches.map(Some), left: SHARDS, findings });
    }

    /// The findings of the blocks that are finished, in order.
    fn ready(&mut self) -> Vec<Vec<Finding>> {
        let mut ready = Vec::new();
        while self.blocks.front().is_some_and(|pending| pending.left == 0) {
            let Some(Pending { mut findings, .. }) = self.blocks.pop_front() else { break };
            self.first += 1;
            if !findings.is_empty() {
                findings.sort_by_key(|finding| (finding.line, finding.kind));
            }
            ready.push(findings);
        }
        ready
    }

    /// Whether there is nothing more to do; for who hands findings out, only when all are out.
    fn is_done(&self, hands_out: bool) -> bool {
        self.ended && self.blocks.iter().all(|pending| pending.left == 0) && (!hands_out || self.blocks.is_empty())
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
