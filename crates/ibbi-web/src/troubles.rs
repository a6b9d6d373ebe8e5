//! What keeps the server from writing a file beside the ledger: reported once in the log, and by `/readyz` until it is over.
//!
//! A ledger that can't be written stops the service, which [`crate::writer`] starts again. The files beside it have no such state:
//! the confidential texts, the log of who read them, the checkpoints, and the records of access.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A file beside the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Beside {
    /// The confidential texts.
    Texts,
    /// The folder with the keys of sealed texts.
    Keys,
    /// Who read confidential texts.
    Reads,
    /// The signed checkpoints.
    Checkpoints,
    /// Who may do what.
    Access,
}

impl Beside {
    /// Returns what is not done while the file is in trouble.
    const fn effect(self) -> &'static str {
        match self {
            Self::Texts => "no confidential text is recorded any more",
            Self::Keys => "no confidential text is recorded any more, and sealed ones can't be shown",
            Self::Reads => "no confidential text is shown any more, because the log of who reads them can't be written",
            Self::Checkpoints => "no checkpoint is signed any more",
            Self::Access => "no one can sign in any more, because the records of access can't be read",
        }
    }

    /// Returns the name of the file, after the ledger's.
    const fn suffix(self) -> &'static str {
        match self {
            Self::Texts => ".texts",
            Self::Keys => ".texts (the folder with its keys)",
            Self::Reads => ".reads",
            Self::Checkpoints => ".checkpoints",
            Self::Access => ".access",
        }
    }
}

/// The files beside a ledger that can't be written or read now.
#[derive(Debug)]
pub(crate) struct Troubles {
    ledger: PathBuf,
    /// The port of the server, for the log.
    server: u16,
    /// How many there are. Looking at it costs nothing.
    count: AtomicUsize,
    found: Mutex<BTreeSet<Beside>>,
}

impl Troubles {
    pub(crate) fn new(ledger: PathBuf, server: u16) -> Self {
        Self { ledger, server, count: AtomicUsize::new(0), found: Mutex::default() }
    }

    /// Notes that a file can't be used. The log has it once.
    pub(crate) fn begin(&self, file: Beside, cause: &impl Display) {
        let mut found = self.found();
        if found.insert(file) {
            tracing::error!(server = self.server, file = file.suffix(), %cause, "{}", file.effect());
            self.count.store(found.len(), Ordering::Relaxed);
        }
    }

    /// Notes that a file is used again.
    pub(crate) fn end(&self, file: Beside) {
        if self.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut found = self.found();
        if found.remove(&file) {
            tracing::warn!(server = self.server, file = file.suffix(), "the file beside the ledger is in order again");
            self.count.store(found.len(), Ordering::Relaxed);
        }
    }

    /// Returns the files that are in trouble, as they are named after the ledger.
    pub(crate) fn files(&self) -> Vec<&'static str> {
        self.found().iter().map(|file| file.suffix()).collect()
    }

    /// Looks whether the files that are in trouble can be written again. Without this, a server that no one uses because it isn't
    /// ready would never be ready again.
    pub(crate) fn look_again(&self) {
        if self.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        let files: Vec<Beside> = self.found().iter().copied().collect();
        // The records of access are read with each request, and the keys are looked for by `look_for_keys`.
        for file in files.into_iter().filter(|file| !matches!(file, Beside::Access | Beside::Keys)) {
            if ibbi_app::ledger::check_beside(&self.ledger, file.suffix()).is_ok() {
                self.end(file);
            }
        }
    }

    /// Notes whether the folder with the keys of sealed texts is there, before a text has to be refused.
    pub(crate) fn look_for_keys(&self) {
        match ibbi_app::custody::check_keys(&self.ledger) {
            Ok(_) => self.end(Beside::Keys),
            Err(error) => self.begin(Beside::Keys, &error),
        }
    }

    fn found(&self) -> MutexGuard<'_, BTreeSet<Beside>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
