//! The one thread that writes: offers of many requests in, one batch and one sync for all that wait.

use ibbi_app::AppError;
use ibbi_app::ledger::LedgerService;
use ibbi_app::service::{Offer, Recorded};
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
    pub(crate) fn start(service: Arc<RwLock<LedgerService>>) -> std::io::Result<(Self, std::thread::JoinHandle<()>)> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let thread = std::thread::Builder::new().name("writer".to_owned());
        let handle = thread.spawn(move || run(&service, waiting))?;
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
        answered.await.unwrap_or_else(|_| Err(in_doubt()))
    }

    /// The same from a thread that may wait.
    pub(crate) fn offer_here(&self, offer: Offer) -> Result<Recorded, AppError> {
        let (answer, answered) = oneshot::channel();
        if self.jobs.blocking_send(Job::Offer(Box::new(offer), answer)).is_err() {
            return Err(ending());
        }
        answered.blocking_recv().unwrap_or_else(|_| Err(in_doubt()))
    }

    /// Tells the thread to write what waits and to end. To be called where one may wait.
    pub(crate) fn stop(&self) {
        let _ = self.jobs.blocking_send(Job::Stop);
    }
}

fn ending() -> AppError {
    let source = std::io::Error::other("the program is stopping; nothing was recorded");
    AppError::Io { doing: "write", path: "the ledger".into(), source }
}

/// The thread has ended while the offer was in its hands.
fn in_doubt() -> AppError {
    let source =
        std::io::Error::other("the program stopped before it could confirm the event; send it again with the same ID");
    AppError::Io { doing: "write", path: "the ledger".into(), source }
}

fn run(service: &RwLock<LedgerService>, mut waiting: mpsc::Receiver<Job>) {
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
        // Readers wait until the batch is safe on the disk, so that nobody sees what is not.
        let told = service.write().unwrap_or_else(PoisonError::into_inner).offer(&offers);
        for (answer, told) in answers.drain(..).zip(told) {
            // Whoever asked may have gone; the event is recorded all the same.
            let _ = answer.send(told);
        }
        offers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ibbi_app::ledger::{self, Clock, Collect, FirstLine, OpenOptions};
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

    /// Runs a piece of work on as many threads as there are writers; how many events a second that makes.
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

    /// The ledger itself, fed by as many writers through a queue of the same kind: nothing is judged.
    fn bare(folder: &std::path::Path) -> f64 {
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
                jobs.blocking_send((NewRecord { accepted, actor: actor.clone() }, answer)).unwrap();
                answered.blocking_recv().unwrap();
            };
            let kind = Some(ibbi_core::EventKind::CaseOpened);
            record(ibbi_app::input::from_json(kind, br#"{"district":"Maple Hollow"}"#, Default::default()).unwrap());
            for _ in 1..EACH {
                record(note("a note of ordinary length, as somebody types it"));
            }
        });
        drop(jobs);
        thread.join().unwrap();
        made
    }

    /// The same through the service: judged, recorded, answered.
    fn judged(folder: &std::path::Path) -> f64 {
        let actor = Name::new("clerk").unwrap();
        let options = OpenOptions { clock: clock(), collect: Collect::Nothing, signer: None };
        let first = FirstLine { actor: actor.clone(), at: None, origin: None, id: Uuid::from_u128(1) };
        let path = folder.join("judged.ledger");
        let mut service = ledger::open_or_create(&path, &first, Ids::random(), &options).unwrap();
        let opening = br#"{"district":"Maple Hollow"}"#;
        let kind = Some(ibbi_core::EventKind::CaseOpened);
        let event = ibbi_app::input::from_json(kind, opening, Default::default()).unwrap();
        let offer = |case, event| Offer { case, at: Some(now()), ..Offer::new(event, actor.clone()) };
        let openings: Vec<Offer> = (0..WRITERS).map(|_| offer(None, event.clone())).collect();
        let cases: Vec<Uuid> = service.offer(&openings).into_iter().map(|made| made.unwrap().case).collect();
        let service = Arc::new(RwLock::new(service));
        let (writer, thread) = Writer::start(Arc::clone(&service)).unwrap();
        let made = rate(|number| {
            for _ in 0..EACH {
                let event = note("a note of ordinary length, as somebody types it");
                writer.offer_here(offer(Some(cases[number]), event)).unwrap();
            }
        });
        writer.stop();
        thread.join().unwrap();
        assert_eq!(service.read().unwrap().store().head().unwrap().lines, (1 + WRITERS + WRITERS * EACH) as u64);
        made
    }

    /// What judging costs beside writing; printed, for it depends on the machine and on who else is busy.
    #[test]
    fn offers_of_many_writers_are_all_recorded_and_share_syncs() {
        let folder = tempfile::tempdir().unwrap();
        let mut ratios = Vec::new();
        for round in 0..5 {
            let folder = folder.path().join(round.to_string());
            std::fs::create_dir(&folder).unwrap();
            let (bare, judged) = (bare(&folder), judged(&folder));
            ratios.push(judged / bare);
            println!(
                "{WRITERS} writers: the ledger {bare:.0} events a second, offers {judged:.0}: {:.2}",
                judged / bare
            );
        }
        ratios.sort_by(f64::total_cmp);
        println!("median ratio {:.2}", ratios[2]);
    }
}
