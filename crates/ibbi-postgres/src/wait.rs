//! Waiting for the asynchronous client from synchronous code.
//!
//! The connections run on a runtime of this crate, with threads of its own. The calling thread waits without entering that runtime,
//! so that it may be any thread, also one of another runtime.

use crate::error::PostgresError;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll};
use std::sync::{Arc, OnceLock};
use std::task::Wake;
use std::thread::{self, Thread};
use tokio::runtime::{Builder, Runtime};

/// The threads that read from and write to the connections.
const THREADS: usize = 2;

struct Parked(Thread);

impl Wake for Parked {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits until a future is done. Whatever happens to the caller's own tasks, the future runs to its end.
pub(crate) fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let waker = Arc::new(Parked(thread::current())).into();
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

/// Returns the runtime of the connections, which lasts as long as the program.
pub(crate) fn runtime() -> Result<&'static Runtime, PostgresError> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let built = Builder::new_multi_thread().worker_threads(THREADS).thread_name("ibbi-postgres").enable_all().build();
    let built = built.map_err(|error| PostgresError::Runtime(error.to_string()))?;
    Ok(RUNTIME.get_or_init(|| built))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_waits_for_the_runtime_inside_another_runtime() {
        let other = Builder::new_current_thread().build().unwrap();
        let answer = other.block_on(async {
            let task = runtime().unwrap().spawn(async {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                42
            });
            wait(task).unwrap()
        });
        assert_eq!(answer, 42);
    }
}
