//! A ledger that is checked against its checkpoints when it opens, and can be signed.

use crate::case_heads::CaseHeads;
use crate::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, fault_at_end};
use crate::checkpoint_file::{Checkpoints, CheckpointsError, checkpoints_path};
use crate::key::PrivateKey;
use crate::merkle::MerkleTree;
use crate::queue::CheckpointQueue;
use ibbi_core::{At, Name};
use ibbi_log::{
    AppendError, CreateError, Digest, Disk, Fault, FaultKind, Head, Heads, Ledger, LineObserver, NewLedger,
    ObservedLine, OpenError, Opening, Storage, StoredFile,
};
use std::io;
use std::path::{Path, PathBuf};

/// A ledger that follows the Merkle tree over its lines.
pub type SealedLedger<S = Disk> = Ledger<S, Sealer>;

/// Opens a ledger for writing as [`Ledger::open`] does, and checks it against the checkpoints in the file next to it.
///
/// A ledger that doesn't match its checkpoints is damaged, and opens read-only.
///
/// # Errors
/// Returns [`OpenError`].
pub fn open(path: &Path) -> Result<SealedLedger, OpenError> {
    open_in(Disk, path)
}

/// Opens a ledger as [`open`] does, in any storage.
///
/// # Errors
/// Returns [`OpenError`].
pub fn open_in<S: Storage>(storage: S, path: &Path) -> Result<SealedLedger<S>, OpenError> {
    Ledger::open_observed(storage, path, Sealer::default())
}

/// Creates a ledger as [`Ledger::create`] does.
///
/// # Errors
/// Returns [`CreateError`].
pub fn create(path: &Path, new: &NewLedger) -> Result<SealedLedger, CreateError> {
    create_in(Disk, path, new)
}

/// Creates a ledger as [`create`] does, in any storage.
///
/// # Errors
/// Returns [`CreateError`].
pub fn create_in<S: Storage>(storage: S, path: &Path, new: &NewLedger) -> Result<SealedLedger<S>, CreateError> {
    Ledger::create_observed(storage, path, new, Sealer::default())
}

/// The part of a [`SealedLedger`] that knows checkpoints.
#[derive(Debug)]
pub struct Sealer {
    tree: MerkleTree,
    heads: CaseHeads,
    /// Whether the last line states the last lines of all cases.
    ends_with_heads: bool,
    covered: u64,
    /// The checkpoints that the ledger is still to be checked against while it opens.
    queue: CheckpointQueue,
    /// Why the file of checkpoints can't be read.
    unreadable: Option<CheckpointsError>,
}

impl Default for Sealer {
    fn default() -> Self {
        Self {
            tree: MerkleTree::keeping_chunks(),
            heads: CaseHeads::default(),
            ends_with_heads: false,
            covered: 0,
            queue: CheckpointQueue::default(),
            unreadable: None,
        }
    }
}

impl Sealer {
    /// Returns the roots of the full chunks of the ledger's lines, for a [`ProofMaker`](crate::ProofMaker).
    pub fn chunk_roots(&mut self) -> Vec<Digest> {
        self.tree.chunk_roots().to_vec()
    }

    /// Returns whether the last line states the last lines of all cases.
    pub const fn ends_with_heads(&self) -> bool {
        self.ends_with_heads
    }

    /// Returns the state of all cases, as a line of the type `heads` states it.
    pub fn state(&mut self) -> Heads {
        self.heads.state()
    }

    /// Returns the checkpoint of the lines so far, which is not signed yet.
    pub fn checkpoint(&mut self, origin: &Name) -> Checkpoint {
        Checkpoint { origin: origin.as_str().to_owned(), size: self.tree.size(), root: self.tree.root() }
    }

    /// Returns how many lines the largest checkpoint covers; 0 if there is no checkpoint.
    pub const fn covered(&self) -> u64 {
        self.covered
    }
}

impl LineObserver for Sealer {
    fn start(&mut self, storage: &impl Storage, ledger: &Path) -> Result<(), OpenError> {
        let known = read_checkpoints(storage, &checkpoints_path(ledger)).map_err(|source| OpenError::Io {
            doing: "read the checkpoints of",
            path: ledger.to_owned(),
            source,
        })?;
        match known {
            Ok(known) => {
                self.covered = known.largest().map_or(0, |signed| signed.checkpoint().size);
                self.queue = CheckpointQueue::new(known.list);
            }
            Err(error) => self.unreadable = Some(error),
        }
        Ok(())
    }

    fn line(&mut self, head: Head, line: ObservedLine, opening: Option<&Opening>, faults: &mut Vec<Fault>) {
        self.tree.push(&head.hash);
        faults.extend(self.heads.observe(head, line));
        self.ends_with_heads = matches!(line, ObservedLine::Heads(_));
        if self.queue.is_due(self.tree.size()) {
            for signed in self.queue.take_due(self.tree.size()) {
                faults.extend(signed.find_fault(&mut self.tree, opening, head));
            }
        }
    }

    fn end(&mut self, head: Head, opening: Option<&Opening>, faults: &mut Vec<Fault>) {
        for signed in core::mem::take(&mut self.queue).into_rest() {
            faults.extend(signed.find_fault(&mut self.tree, opening, head));
        }
        if let Some(error) = self.unreadable.take() {
            faults.push(fault_at_end(head, FaultKind::Checkpoints { reason: error.to_string() }));
        }
    }

    fn appended(&mut self, digest: &Digest, line: ObservedLine) {
        self.tree.push(digest);
        self.ends_with_heads = matches!(line, ObservedLine::Heads(_));
        if let ObservedLine::Record { case, rev } = line {
            self.heads.set(case, rev, *digest);
        }
    }
}

/// Why no checkpoint was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The ledger is damaged, or a write is in doubt. Its lines may not last.
    #[error("the ledger is not open for writing, so it can't be signed; fix the ledger first")]
    ReadOnly,
    /// The line with the state of all cases can't be added.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The checkpoint can't be written down.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The file of checkpoints can't be read.
    #[error("{path}: {source}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointsError,
    },
    /// The system returned an error.
    #[error("cannot write {path}: {source}; try again", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
}

/// Signs a ledger as it is now, and adds the checkpoint to the file next to it. The checkpoint is synced when this returns.
///
/// First it adds a line with the state of all cases, so that an extract under this checkpoint can show that it is complete.
/// `now` is the time on the caller's clock. The line is left out if the ledger still has format 1, or if its last line is
/// later than `now` by more than five minutes ([`Ledger::accepts_clock`]): then the checkpoint is signed without it, and
/// [`Sealer::ends_with_heads`] says so.
///
/// If the newest checkpoint covers the same lines and has the same signature, it returns that one.
///
/// # Errors
/// Returns [`SignError`]. The ledger itself doesn't change.
pub fn sign_checkpoint<S: Storage>(
    ledger: &mut SealedLedger<S>,
    key: &PrivateKey,
    now: At,
) -> Result<SignedCheckpoint, SignError> {
    if !ledger.is_writable() {
        return Err(SignError::ReadOnly);
    }
    state_heads(ledger, key, now)?;
    let origin = ledger.opening().origin.clone();
    let signed = ledger.observer_mut().checkpoint(&origin).sign(key)?;
    write_checkpoint(ledger.storage(), &checkpoints_path(ledger.path()), &signed)?;
    ledger.observer_mut().covered = signed.checkpoint().size;
    Ok(signed)
}

/// Adds the line with the state of all cases, unless it is there already or can't be.
fn state_heads<S: Storage>(ledger: &mut SealedLedger<S>, key: &PrivateKey, now: At) -> Result<(), SignError> {
    if ledger.version() == 1 || ledger.observer().ends_with_heads || !ledger.accepts_clock(now) {
        return Ok(());
    }
    let heads = ledger.observer_mut().state();
    let actor = heads_actor(key, &ledger.opening().actor);
    ledger.append_heads(&heads, &actor, now)?;
    Ok(())
}

/// Returns the actor of a line with the state of all cases: the name of the key that signs it. For a name that is too long for an
/// actor, it is the one who opened the ledger.
pub fn heads_actor(key: &PrivateKey, opened_by: &Name) -> Name {
    Name::new(key.public().name()).unwrap_or_else(|_| opened_by.clone())
}

/// Adds a checkpoint to a file of checkpoints, in place of an unfinished one at its end.
fn write_checkpoint(storage: &impl Storage, path: &Path, signed: &SignedCheckpoint) -> Result<(), SignError> {
    let failed = |source| SignError::Io { path: path.to_owned(), source };
    let file = match storage.open_sidecar(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => storage.create_new(path),
        other => other,
    };
    let file = file.map_err(failed)?;
    let text = read_text(&file).map_err(failed)?;
    let known = Checkpoints::parse(&text).map_err(|source| SignError::File { path: path.to_owned(), source })?;
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX) - known.torn;
    let rest = usize::try_from(length).ok().and_then(|at| text.get(at..)).unwrap_or_default();
    if !is_unfinished_checkpoint(rest, &signed.checkpoint().origin) || (known.torn > 0 && path.is_symlink()) {
        let message = "its end is not a checkpoint of this ledger, and would be lost; restore the file from a copy, or \
                       move it";
        return Err(failed(io::Error::new(io::ErrorKind::InvalidData, message)));
    }
    // Ed25519 is deterministic: the same text and key give the same signature.
    // Witnesses can have added signatures since.
    let repeated = known.list.last().is_some_and(|last| last.covers(signed));
    // A checkpoint from an earlier try may be in the system's memory only, so it is written again.
    let line = signed.to_string();
    let found = text.rfind(&line).filter(|_| repeated).and_then(|place| u64::try_from(place).ok());
    let from = found.unwrap_or(length);
    let written = (|| {
        if known.torn > 0 {
            file.set_length(length)?;
        }
        file.write_all_at(line.as_bytes(), from)?;
        file.sync_data()?;
        storage.sync_directory_of(path)
    })();
    written.map_err(failed)
}

/// Returns whether a text is the beginning of a checkpoint with this origin, as a write that was cut off leaves it.
fn is_unfinished_checkpoint(text: &str, origin: &str) -> bool {
    if text.contains('\0') {
        // A crash left zeros where bytes were not written yet.
        return true;
    }
    let is_prefix = |found: &str, whole: &str, last: bool| if last { whole.starts_with(found) } else { whole == found };
    let lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len() - 1;
    lines.len() <= 5
        && lines.iter().enumerate().all(|(index, line)| match index {
            0 => is_prefix(line, origin, last == 0),
            1 => line.bytes().all(|byte| byte.is_ascii_digit()),
            2 => line.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')),
            3 => line.is_empty(),
            // A byte of the dash that was cut off in the middle is read as U+0001.
            _ => line.is_empty() || line.starts_with('\u{2014}') || line.starts_with('\u{1}'),
        })
}

/// Reads a file of checkpoints. A file that doesn't exist has none.
fn read_checkpoints(storage: &impl Storage, path: &Path) -> io::Result<Result<Checkpoints, CheckpointsError>> {
    match storage.open_sidecar(path) {
        Ok(file) => Ok(Checkpoints::parse(&read_text(&file)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Ok(Checkpoints::default())),
        Err(error) => Err(error),
    }
}

fn read_text(file: &impl StoredFile) -> io::Result<String> {
    let bytes = file.read_all()?;
    // Bytes that are not UTF-8 become control characters, which no checkpoint holds. Parsing then reports the checkpoint
    // that they are in. Places in the text stay places in the file.
    let ascii = |byte: &u8| if byte.is_ascii() { char::from(*byte) } else { '\u{1}' };
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().map(ascii).collect()))
}
