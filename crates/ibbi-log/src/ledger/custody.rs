//! Legal holds, and the sealing and destruction of confidential texts.

use super::Ledger;
use super::observer::{LineObserver, ObservedLine};
use crate::KeyId;
use crate::append_error::AppendError;
use crate::custody::{Custody, CustodyLine, CustodyState, TextsDestroyed};
use crate::new_lines::NewLines;
use crate::storage::Storage;
use crate::texts::{self, KeyFolder, SealedTexts, TextOwners, texts_path};
use ibbi_core::{At, Name};
use std::io;
use std::path::PathBuf;

impl<S: Storage, O> Ledger<S, O> {
    /// Returns the legal holds and destructions of the ledger.
    pub const fn custody(&self) -> &CustodyState {
        &self.custody
    }

    /// Returns the folder with the keys of the ledger's texts, if they are sealed.
    fn key_folder(&self) -> io::Result<Option<KeyFolder>> {
        match self.storage.open_sidecar(&texts_path(&self.path)) {
            Ok(file) => texts::key_folder(&file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Destroys the keys whose destruction is recorded and was interrupted, or that someone restored. What can't be destroyed
    /// now is tried again when the ledger is opened the next time; `ibbi verify` and the audit report it.
    pub(super) fn finish_destructions(&self) {
        if self.custody.destroyed.is_empty() {
            return;
        }
        let Ok(Some(folder)) = self.key_folder() else { return };
        for destroyed in &self.custody.destroyed {
            let _ = folder.destroy(&self.storage, &destroyed.texts.key);
        }
    }
}

impl<S: Storage, O: LineObserver> Ledger<S, O> {
    /// Adds a line that places or lifts a legal hold. When this returns without an error, the line is on the disk. Returns the
    /// number of the line.
    ///
    /// `now` is the time on the caller's clock, within the limits of [`Ledger::append`].
    ///
    /// # Errors
    /// Returns [`AppendError`]; [`AppendError::Custody`] if the hold to lift isn't in force, [`AppendError::Format`] if the ledger
    /// still has format 1.
    pub fn append_hold(&mut self, done: Custody, actor: &Name, now: At) -> Result<u64, AppendError> {
        if matches!(done, Custody::TextsDestroyed(_)) {
            let reason = "destroy texts with `destroy_texts`, which destroys the key too".to_owned();
            return Err(AppendError::Custody { reason });
        }
        self.append_custody(done, actor, now)
    }

    /// Destroys the texts of one party in one case: adds a line that says so, then destroys their key. When this returns without
    /// an error, both are done. Returns the number of the line.
    ///
    /// The caller checks the retention rule; this function checks the legal holds, and that the rule's time is over. If the key
    /// can't be destroyed after the line was added, it is destroyed when the ledger is opened the next time.
    ///
    /// # Errors
    /// Returns [`AppendError`]; [`AppendError::Custody`] under a legal hold or before the day, and if the texts aren't sealed, are
    /// destroyed already, or have no key in the folder that opens them.
    pub fn destroy_texts(&mut self, texts: TextsDestroyed, actor: &Name, now: At) -> Result<u64, AppendError> {
        self.check_writable()?;
        let refused = |reason: String| AppendError::Custody { reason };
        let key = texts.key;
        if let Some(hold) = self.custody.hold_on(key.case) {
            let reason = format!("line {} placed a legal hold on {}: {}", hold.seq, day(hold.at), hold.reason);
            return Err(refused(format!("{reason}; texts under hold must be kept")));
        }
        match texts.due() {
            Some(due) if due <= now.utc_date() => {}
            due => {
                let until = due.map_or_else(|| "the year 10000".to_owned(), |due| due.readable());
                return Err(refused(format!("rule {} asks for the texts to be kept until {until}", texts.rule)));
            }
        }
        let path = texts_path(&self.path);
        let not_stored = |source| AppendError::Texts { path: path.clone(), source };
        let not_sealed = "the texts are not sealed, so no key opens them; seal them first with `ibbi texts seal`";
        let folder = self.key_folder().map_err(not_stored)?.ok_or_else(|| refused(not_sealed.to_owned()))?;
        folder.check(&self.storage).map_err(not_stored)?;
        if let Some(named) = folder.replaced() {
            return Err(refused(format!(
                "IBBI_TEXT_KEYS names another folder than the file with the texts, so the key in {} would stay; unset it, or name \
                 the folder in the file with `ibbi texts seal`",
                named.display()
            )));
        }
        if let Some(reason) = texts::check_key(&self.storage, &self.path, &folder, &key).map_err(not_stored)? {
            return Err(refused(reason));
        }
        let seq = self.append_custody(Custody::TextsDestroyed(Box::new(texts)), actor, now)?;
        folder.destroy(&self.storage, &key).map_err(|source| AppendError::KeyLeft { key, source })?;
        Ok(seq)
    }

    fn append_custody(&mut self, done: Custody, actor: &Name, now: At) -> Result<u64, AppendError> {
        self.check_writable()?;
        if self.version == 1 {
            return Err(AppendError::Format);
        }
        self.check_batch(&[], now)?;
        let seq = self.head.lines + 1;
        let line = CustodyLine { seq, actor: actor.clone(), at: now, done };
        let mut custody = self.custody.clone();
        if let Some(fault) = custody.follow(&line) {
            return Err(AppendError::Custody { reason: fault.to_string() });
        }
        let mut lines = NewLines::new(self.end(), now, Vec::new());
        lines.add_custody(&line.done, actor)?;
        self.write_own(lines.link(), ObservedLine::Other)?;
        self.custody = custody;
        Ok(seq)
    }

    /// Seals all texts beside the ledger with keys in a folder, and every new text from then on. `owners` says whose each text of
    /// the ledger is. If the texts are sealed already, the file names the given folder from then on.
    ///
    /// # Errors
    /// Returns [`AppendError::Texts`] if the folder isn't there or others can read it, or a file can't be read or written. The
    /// texts are then as they were, unless the error says that they are sealed. Other [`AppendError`]s if the ledger is not open for writing.
    pub fn seal_texts(&mut self, folder: PathBuf, owners: &TextOwners, now: At) -> Result<SealedTexts, AppendError> {
        self.check_writable()?;
        let sealed = texts::seal(&self.storage, &self.path, folder, owners, (&self.custody, now));
        sealed.map_err(|source| AppendError::Texts { path: texts_path(&self.path), source })
    }

    /// Returns the key for the next text of an owner in a case.
    pub fn next_key(&self, case: uuid::Uuid, owner: ibbi_store::TextOwner) -> KeyId {
        self.custody.next_key(case, owner)
    }
}

fn day(at: At) -> String {
    at.utc_date().readable()
}
