//! What the server does by itself: it opens the ledger again after a failed write, looks at its files, and deletes old uploads, polls, and memories of
//! published dates.

use crate::state::AppState;
use crate::writer::Recover;
use ibbi_app::ledger::{self, OpenOptions};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Returns what opens the ledger again after a failed write. It reports the failure once, and the recovery.
pub(crate) fn recovery(path: PathBuf, options: OpenOptions, server: u16) -> Recover {
    let mut reported = false;
    Box::new(move |service| {
        let Some(cause) = service.stopped() else { return };
        if !reported {
            tracing::error!(server, cause, "nothing is recorded any more");
            reported = true;
        }
        if let Ok(true) = ledger::recover(service, &path, &options) {
            tracing::warn!(server, "events are recorded again");
            reported = false;
        }
    })
}

/// Opens the ledger again after a failed write, once its cause is gone. Looks at its place and at the files beside it too, so that the
/// log says why the server isn't ready before someone loses time.
pub(crate) async fn recover(state: Arc<AppState>) {
    let mut was_in_place = true;
    loop {
        tokio::time::sleep(state.limits.retry).await;
        let looking = Arc::clone(&state);
        // Looking at files can take the disk a moment.
        let looked = tokio::task::spawn_blocking(move || {
            looking.troubles.look_again();
            looking.troubles.look_for_keys();
            // Notes whether the records of access can be read.
            let _ = looking.access(|_| Ok(()));
            (looking.look(|service| service.stopped().is_some()), looking.own().is_ok())
        });
        let Ok((stopped, in_place)) = looked.await else { continue };
        if stopped {
            state.writer.recover();
        } else if in_place != was_in_place {
            let server = state.port;
            match in_place {
                true => tracing::warn!(server, "the ledger is in its place again"),
                false => {
                    tracing::error!(server, "the ledger isn't in its place: it was moved or replaced; put it back")
                }
            }
        }
        was_in_place = in_place || stopped;
    }
}

/// Reads the settings again each time that it is asked. Requests and signals to stop don't wait for it, because a file can be slow to
/// read. However often it is asked in the meantime, it reads them once more.
pub(crate) async fn reload(state: Arc<AppState>, asked: Arc<Notify>) {
    loop {
        asked.notified().await;
        let reloading = Arc::clone(&state);
        let _ = tokio::task::spawn_blocking(move || reloading.reload()).await;
    }
}

/// How often the server looks for polls and published dates to delete.
const DELETE_EVERY: Duration = Duration::from_secs(10 * 60);

/// Deletes polls that closed long ago, and dates that were published long ago: when the server starts, and then every ten minutes.
pub(crate) async fn delete_old(state: Arc<AppState>) {
    loop {
        let deleting = Arc::clone(&state);
        // Deleting files can take the disk a moment.
        let _ = tokio::task::spawn_blocking(move || {
            let server = deleting.port;
            let deleted = deleting.now().map(|now| deleting.polls.delete_old(now));
            match deleted {
                Ok(Ok(0)) | Err(_) => {}
                Ok(Ok(polls)) => tracing::info!(server, polls, "old polls were deleted"),
                Ok(Err(error)) => tracing::error!(server, error = %error, "old polls can't be deleted"),
            }
            let deleted = deleting.now().map(|now| deleting.published.delete_old(now));
            match deleted {
                Ok(Ok(0)) | Err(_) => {}
                Ok(Ok(plans)) => tracing::info!(server, plans, "old published dates were deleted"),
                Ok(Err(error)) => tracing::error!(server, error = %error, "old published dates can't be deleted"),
            }
        })
        .await;
        tokio::time::sleep(DELETE_EVERY).await;
    }
}

/// Deletes old uploads, even without requests.
pub(crate) async fn forget(state: Arc<AppState>) {
    let kept = state.limits.kept;
    let every = (kept / 60).clamp(Duration::from_millis(20), Duration::from_secs(60));
    loop {
        tokio::time::sleep(every).await;
        let state = Arc::clone(&state);
        // Deleting files can take the disk a moment.
        let _ = tokio::task::spawn_blocking(move || state.uploads().forget_old()).await;
    }
}
