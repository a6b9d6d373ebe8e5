//! Writing what several callers want to append with one transaction.

use ibbi_store::{AppendError, Committed, NewRecord};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// The most records of one transaction. A caller's own batch is never divided.
const MOST: usize = 4096;

/// One caller's batch, and its answer when it is there.
pub(crate) struct Ticket {
    pub(crate) records: Vec<NewRecord>,
    answer: Mutex<Option<Result<Vec<Committed>, AppendError>>>,
}

impl Ticket {
    pub(crate) fn answer(&self, answer: Result<Vec<Committed>, AppendError>) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    fn take(&self) -> Option<Result<Vec<Committed>, AppendError>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// The batches that wait, and what writes them: `W`.
pub(crate) struct Group<W> {
    queue: Mutex<VecDeque<Arc<Ticket>>>,
    writer: Mutex<W>,
}

impl<W> Group<W> {
    pub(crate) const fn new(writer: W) -> Self {
        Self { queue: Mutex::new(VecDeque::new()), writer: Mutex::new(writer) }
    }

    /// Runs a function with the writer, when no batch is being written.
    pub(crate) fn with<T>(&self, run: impl FnOnce(&mut W) -> T) -> T {
        run(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Has a batch written, with others that wait. Whoever gets the writer writes for all.
    pub(crate) fn append(
        &self,
        records: &[NewRecord],
        write: impl Fn(&mut W, &[Arc<Ticket>]),
    ) -> Result<Vec<Committed>, AppendError> {
        let own = Arc::new(Ticket { records: records.to_vec(), answer: Mutex::new(None) });
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(Arc::clone(&own));
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(answer) = own.take() {
                return answer;
            }
            let batch = self.next();
            if batch.is_empty() {
                let lost = "the batch was lost before it was written; send it again".into();
                return Err(AppendError::InDoubt { source: lost });
            }
            write(&mut writer, &batch);
        }
    }

    fn next(&self) -> Vec<Arc<Ticket>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut batch, mut records) = (Vec::new(), 0);
        while let Some(ticket) = queue.front() {
            records += ticket.records.len();
            if !batch.is_empty() && records > MOST {
                break;
            }
            batch.extend(queue.pop_front());
        }
        batch
    }
}
