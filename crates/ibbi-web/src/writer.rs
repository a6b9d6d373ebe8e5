//! The one thread that writes to the ledger. It batches the offers that wait, and syncs once for each batch.

use crate::troubles::{Beside, Troubles};
use ibbi_app::AppError;
use ibbi_app::ledger::{self, LedgerService};
use ibbi_app::service::{CheckpointSigned, Offer, Recorded};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{mpsc, oneshot, watch};

/// The most offers in one batch.
const BATCH: usize = 512;
/// The most offers in the queue. Further requests wait.
const WAITING: usize = 1024;

/// A job for the thread.
enum Job {
    /// An offer, and the channel for its result.
    Offer(Box<Offer>, oneshot::Sender<Result<Recorded, AppError>>),
    /// Offers that are recorded together or not at all, and the channel for their result.
    Act(Vec<Offer>, oneshot::Sender<Result<Vec<Recorded>, AppError>>),
    /// Work that needs the ledger for itself, such as a legal hold. It sends its own result.
    Run(Box<dyn FnOnce(&mut LedgerService) + Send>),
    /// Opens the ledger again if a write failed before.
    Recover,
    /// Writes the offers in the queue and ends the thread.
    Stop,
}

/// Opens the ledger again if a write failed before.
pub(crate) type Recover = Box<dyn FnMut(&mut LedgerService) + Send>;

/// Sends offers to the thread that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Job>,
    written: watch::Receiver<()>,
}

impl Writer {
    /// Starts the thread. It ends after [`Writer::stop`], or when every writer is dropped. It writes the offers in the
    /// queue first.
    pub(crate) fn start(
        service: Arc<RwLock<LedgerService>>,
        recover: Recover,
        troubles: Arc<Troubles>,
    ) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let (tell, written) = watch::channel(());
        let thread = std::thread::Builder::new().name("writer".to_owned());
        let handle = thread.spawn(move || run(&service, recover, &troubles, waiting, &tell))?;
        Ok((Self { jobs, written }, handle))
    }

    /// Returns a channel that tells when something was written.
    pub(crate) fn written(&self) -> watch::Receiver<()> {
        self.written.clone()
    }

    /// Makes the thread open the ledger again if a write failed before. If the queue is full, it doesn't.
    pub(crate) fn recover(&self) {
        let _ = self.jobs.try_send(Job::Recover);
    }

    /// Offers an event. Returns when it is on the disk or refused.
    ///
    /// # Errors
    /// [`AppError`] if the event is refused or can't be written, such as [`AppError::Io`] during a shutdown.
    pub(crate) async fn offer(&self, offer: Offer) -> Result<Recorded, AppError> {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Job::Offer(Box::new(offer), answer)).await.is_err() {
            return Err(ending());
        }
        answered.await.unwrap_or_else(|_| Err(in_doubt()))
    }

    /// Offers an event from a thread that can block.
    pub(crate) fn offer_here(&self, offer: Offer) -> Result<Recorded, AppError> {
        let (answer, answered) = oneshot::channel();
        if self.jobs.blocking_send(Job::Offer(Box::new(offer), answer)).is_err() {
            return Err(ending());
        }
        answered.blocking_recv().unwrap_or_else(|_| Err(in_doubt()))
    }

    /// Offers events as one act, from a thread that can block: all of them are recorded, or none.
    pub(crate) fn act_here(&self, offers: Vec<Offer>) -> Result<Vec<Recorded>, AppError> {
        let (answer, answered) = oneshot::channel();
        if self.jobs.blocking_send(Job::Act(offers, answer)).is_err() {
            return Err(ending());
        }
        answered.blocking_recv().unwrap_or_else(|_| Err(in_doubt()))
    }

    /// Runs a function on the service, from a thread that can block. No other request reads or writes meanwhile.
    pub(crate) fn run_here<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut LedgerService) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, AppError> {
        let (answer, answered) = oneshot::channel();
        let job = Job::Run(Box::new(move |service| {
            let _ = answer.send(work(service));
        }));
        if self.jobs.blocking_send(job).is_err() {
            return Err(ending());
        }
        answered.blocking_recv().unwrap_or_else(|_| Err(in_doubt()))
    }

    /// Makes the thread write the offers in the queue and end. Must be called from a thread that can block.
    pub(crate) fn stop(&self) {
        let _ = self.jobs.blocking_send(Job::Stop);
    }
}

fn ending() -> AppError {
    let source = std::io::Error::other("the program is stopping; nothing was recorded");
    AppError::Io { doing: "write", path: "the ledger".into(), source }
}

/// Returns the error for an offer that the thread accepted but did not answer.
fn in_doubt() -> AppError {
    let source =
        std::io::Error::other("the program stopped before it could confirm the event; send it again with the same ID");
    AppError::Io { doing: "write", path: "the ledger".into(), source }
}

fn run(
    service: &RwLock<LedgerService>,
    mut recover: Recover,
    troubles: &Troubles,
    mut waiting: mpsc::Receiver<Job>,
    written: &watch::Sender<()>,
) {
    let (mut offers, mut answers) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
    let mut acts = Vec::new();
    while let Some(first) = waiting.blocking_recv() {
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Offer(offer, answer) => {
                    offers.push(*offer);
                    answers.push(answer);
                }
                Job::Act(offers, answer) => acts.push((offers, answer)),
                Job::Run(work) => work(&mut service.write().unwrap_or_else(PoisonError::into_inner)),
                // Accepts no more offers. Those in the queue are still written.
                Job::Stop => waiting.close(),
                Job::Recover => recover(&mut service.write().unwrap_or_else(PoisonError::into_inner)),
            }
            next = if offers.len() < BATCH { waiting.try_recv().ok() } else { None };
        }
        // The write lock keeps readers out until the batch is on the disk.
        let mut service = service.write().unwrap_or_else(PoisonError::into_inner);
        let results = service.offer(&offers);
        for (answer, result) in answers.drain(..).zip(results) {
            match &result {
                Ok(recorded) => note_checkpoint(troubles, recorded),
                Err(error) => note_failure(troubles, error),
            }
            // The event is recorded even if the client is gone.
            let _ = answer.send(result);
        }
        for (offers, answer) in acts.drain(..) {
            let result = service.record_act(&offers);
            match &result {
                Ok(recorded) => recorded.iter().for_each(|recorded| note_checkpoint(troubles, recorded)),
                Err(error) => note_failure(troubles, error),
            }
            let _ = answer.send(result);
        }
        offers.clear();
        drop(service);
        written.send_replace(());
    }
}

/// Reports that confidential texts can't be stored.
fn note_failure(troubles: &Troubles, error: &AppError) {
    if ledger::is_text_failure(error) {
        troubles.begin(Beside::Texts, error);
    }
}

/// Reports whether a checkpoint could be signed.
fn note_checkpoint(troubles: &Troubles, recorded: &Recorded) {
    match &recorded.checkpoint {
        Some(CheckpointSigned::Failed { reason }) => troubles.begin(Beside::Checkpoints, reason),
        Some(CheckpointSigned::Signed { .. }) => troubles.end(Beside::Checkpoints),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_app::ledger::{self, Clock, FirstLine, OpenOptions};
    use ibbi_app::service::Ids;
    use ibbi_core::events::NoteAdded;
    use ibbi_core::{At, Event, Name, NoteText};
    use ibbi_log::{NewLedger, NewRecord, Uuid};
    use std::time::Instant;

    const WRITERS: usize = 200;
    const EACH: usize = 100;

    fn now() -> At {
        "2026-10-02T20:00:00.000Z".parse().unwrap()
    }

    fn clock() -> Clock {
        Arc::new(|| Ok(now()))
    }

    fn note(text: &str) -> Event {
        NoteAdded { text: NoteText::new(text).unwrap() }.into()
    }

    /// Runs a function on one thread for each writer. Returns the events per second.
    fn rate(work: impl Fn(usize) + Sync) -> f64 {
        let begun = Instant::now();
        std::thread::scope(|scope| {
            for number in 0..WRITERS {
                let work = &work;
                scope.spawn(move || work(number));
            }
        });
        (WRITERS * EACH) as f64 / begun.elapsed().as_secs_f64()
    }

    /// Measures appends to the ledger through the same kind of queue, without validation.
    fn append_rate(folder: &std::path::Path) -> f64 {
        let actor = Name::new("clerk").unwrap();
        let new = NewLedger {
            id: Uuid::from_u128(1),
            actor: actor.clone(),
            at: now(),
            origin: actor.clone(),
            program: actor.clone(),
        };
        let mut ledger = ibbi_seal::create(&folder.join("bare.ledger"), &new).unwrap();
        let (jobs, mut waiting) = mpsc::channel::<(NewRecord, oneshot::Sender<u64>)>(WAITING);
        let thread = std::thread::spawn(move || {
            while let Some(first) = waiting.blocking_recv() {
                let (mut records, mut answers) = (vec![first.0], vec![first.1]);
                while let Some((record, answer)) = (records.len() < BATCH).then(|| waiting.try_recv().ok()).flatten() {
                    records.push(record);
                    answers.push(answer);
                }
                let committed = ledger.append(&records, now()).unwrap();
                for (answer, committed) in answers.into_iter().zip(committed) {
                    answer.send(committed.seq).unwrap();
                }
            }
        });
        let made = rate(|number| {
            let mut history = ibbi_core::History::for_case(Uuid::from_u128(number as u128 + 10));
            let mut record = |event: Event| {
                let seq = history.revision() + 1;
                let accepted = history.accept(Uuid::now_v7(), seq, now(), event).unwrap();
                let (answer, answered) = oneshot::channel();
                jobs.blocking_send((NewRecord::new(accepted, actor.clone()), answer)).unwrap();
                answered.blocking_recv().unwrap();
            };
            let kind = Some(ibbi_core::EventKind::CaseOpened);
            record(ibbi_app::input::from_json(kind, br#"{"district":"Maple Hollow"}"#, Default::default()).unwrap());
            for _ in 1..EACH {
                record(note("a note of ordinary length, as a user types it"));
            }
        });
        drop(jobs);
        thread.join().unwrap();
        made
    }

    /// Measures offers through the service, with validation.
    fn offer_rate(folder: &std::path::Path) -> f64 {
        let actor = Name::new("clerk").unwrap();
        let options = OpenOptions::new(clock());
        let first = FirstLine { actor: actor.clone(), at: None, origin: None, id: Uuid::from_u128(1) };
        let path = folder.join("judged.ledger");
        let mut service = ledger::open_or_create(&path, &first, Ids::random(), &options).unwrap();
        let opening = br#"{"district":"Maple Hollow"}"#;
        let kind = Some(ibbi_core::EventKind::CaseOpened);
        let event = ibbi_app::input::from_json(kind, opening, Default::default()).unwrap();
        let offer = |case, event| Offer { case, at: Some(now().into()), ..Offer::new(event, actor.clone()) };
        let openings: Vec<Offer> = (0..WRITERS).map(|_| offer(None, event.clone())).collect();
        let cases: Vec<Uuid> = service.offer(&openings).into_iter().map(|made| made.unwrap().case).collect();
        let service = Arc::new(RwLock::new(service));
        let (writer, thread) =
            Writer::start(Arc::clone(&service), Box::new(|_| {}), Arc::new(Troubles::new(folder.to_owned(), 0)))
                .unwrap();
        let made = rate(|number| {
            for _ in 0..EACH {
                let event = note("a note of ordinary length, as a user types it");
                writer.offer_here(offer(Some(cases[number]), event)).unwrap();
            }
        });
        writer.stop();
        thread.join().unwrap();
        assert_eq!(service.read().unwrap().store().head().unwrap().lines, (1 + WRITERS + WRITERS * EACH) as u64);
        made
    }

    /// Prints the cost of validation. It depends on the machine, so it is not asserted.
    #[test]
    fn offers_of_many_writers_are_all_recorded() {
        let folder = tempfile::tempdir().unwrap();
        let mut ratios = Vec::new();
        // Only an optimized program is measured more than once.
        let rounds = if cfg!(debug_assertions) { 1 } else { 5 };
        for round in 0..rounds {
            let folder = folder.path().join(round.to_string());
            std::fs::create_dir(&folder).unwrap();
            let (bare, judged) = (append_rate(&folder), offer_rate(&folder));
            ratios.push(judged / bare);
            println!(
                "{WRITERS} writers: the ledger {bare:.0} events a second, offers {judged:.0}: {:.2}",
                judged / bare
            );
        }
        ratios.sort_by(f64::total_cmp);
        println!("median ratio {:.2}", ratios[rounds / 2]);
    }
}
