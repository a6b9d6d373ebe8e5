//! The one thread that writes: offers of many requests in, one batch and one sync for all that wait.

use crate::shared::Clock;
use ibbi_app::desk::{Desk, Offer};
use ibbi_app::journal::{Context, Recorded};
use ibbi_app::trust::Signer;
use ibbi_app::AppError;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{mpsc, oneshot};

/// The most offers in one batch.
const BATCH: usize = 512;
/// How many offers may wait; beyond, requests wait to be let in.
const WAITING: usize = 1024;

/// What the thread is given.
enum Job {
    /// An offer, and where its answer goes.
    Offer(Box<Offer>, oneshot::Sender<Result<Recorded, AppError>>),
    /// Write what waits, and end.
    Stop,
}

/// What is needed to hand an offer to the thread that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
}

impl Writer {
    /// Starts the thread. It ends when it is told to, or every writer is dropped, and what waits is written.
    pub(crate) fn start(
        desk: Arc<RwLock<Desk>>,
        clock: Clock,
        signer: Option<Arc<Signer>>,
    ) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let thread = std::thread::Builder::new().name("writer".to_owned());
        let handle = thread.spawn(move || run(&desk, waiting, clock, signer))?;
        Ok((Self { jobs }, handle))
    }

    /// Offers an event; returns when it is on the disk, or was refused.
    ///
    /// # Errors
    /// [`AppError`]; [`AppError::Io`] if the program is being ended.
    pub(crate) async fn offer(&self, offer: Offer) -> Result<Recorded, AppError> {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Job::Offer(Box::new(offer), answer)).await.is_err() {
            return Err(ending());
        }
        answered.await.unwrap_or_else(|_| Err(ending()))
    }

    /// The same from a thread that may wait.
    pub(crate) fn offer_here(&self, offer: Offer) -> Result<Recorded, AppError> {
        let (answer, answered) = oneshot::channel();
        if self.jobs.blocking_send(Job::Offer(Box::new(offer), answer)).is_err() {
            return Err(ending());
        }
        answered.blocking_recv().unwrap_or_else(|_| Err(ending()))
    }

    /// Tells the thread to write what waits and to end. To be called where one may wait.
    pub(crate) fn stop(&self) {
        let _ = self.jobs.blocking_send(Job::Stop);
    }
}

fn ending() -> AppError {
    let source = std::io::Error::other("the program is being ended; nothing was recorded");
    AppError::Io { doing: "write", path: "the ledger".into(), source }
}

fn run(desk: &RwLock<Desk>, mut waiting: mpsc::Receiver<Job>, clock: Clock, signer: Option<Arc<Signer>>) {
    let (mut offers, mut answers) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    while let Some(first) = waiting.blocking_recv() {
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Offer(offer, answer) => {
                    offers.push(*offer);
                    answers.push(answer);
                }
                // Nothing more is taken in; what is in already is still written.
                Job::Stop => waiting.close(),
            }
            next = if offers.len() < BATCH { waiting.try_recv().ok() } else { None };
        }
        for (answer, told) in answers.drain(..).zip(batch(desk, &offers, clock, signer.as_ref())) {
            // Whoever asked may have gone; the event is recorded all the same.
            let _ = answer.send(told);
        }
        offers.clear();
    }
}

fn batch(
    desk: &RwLock<Desk>,
    offers: &[Offer],
    clock: Clock,
    signer: Option<&Arc<Signer>>,
) -> Vec<Result<Recorded, AppError>> {
    let now = match clock() {
        Ok(now) => now,
        Err(error) => return offers.iter().map(|_| Err(AppError::Usage(error.to_string()))).collect(),
    };
    let Some(first) = offers.first() else { return Vec::new() };
    let mut context =
        Context { now, actor: first.actor.clone(), ids: ibbi_app::journal::Ids::Random, signer: signer.cloned() };
    // Readers wait until the batch is safe on the disk, so that nobody sees what is not.
    desk.write().unwrap_or_else(PoisonError::into_inner).offer(offers, &mut context)
}
