//! The checkpoints of a ledger, and what else it is checked against.

use crate::error::AppError;
use crate::place;
use ibbi_core::At;
use ibbi_log::open_sidecar;
use ibbi_seal::{Checkpoints, checkpoints_path};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What to check a ledger against.
#[derive(Debug, Clone, Default)]
pub struct VerifySettings {
    /// The file of checkpoints. `None` means the file next to the ledger, if it exists.
    pub checkpoints: Option<PathBuf>,
    /// Public keys, or files with a public key.
    pub keys: Vec<String>,
    /// Whether to check only the chain. That is faster, and memory doesn't grow with the number of cases.
    pub chain_only: bool,
    /// The time on the caller's clock, to find lines that were recorded after it.
    pub now: Option<At>,
}

/// The checkpoints to check a ledger against, as far as they can be read.
#[derive(Debug, Default)]
pub(crate) struct KnownCheckpoints {
    /// Those that can be read.
    pub(crate) checkpoints: Checkpoints,
    /// Why the others can't be read, each as a sentence without a period.
    pub(crate) unreadable: Vec<String>,
}

/// Returns whether a file is the file of checkpoints beside a ledger, by whatever name or link. The people who keep the ledger
/// can change it, so it isn't evidence from outside. `ledger` can be a link, or compressed.
pub(crate) fn is_beside(ledger: &Path, file: &Path) -> bool {
    // Comparing opens both, and opening a pipe can wait forever.
    let is_file = |path: &Path| std::fs::metadata(path).is_ok_and(|found| found.is_file());
    if !is_file(file) {
        return false;
    }
    let target = std::fs::canonicalize(ledger).ok();
    [Some(ledger), target.as_deref()].into_iter().flatten().any(|name| {
        let is_compressed = name.extension().is_some_and(|end| end == "gz" || end == "zst");
        let plain = if is_compressed { name.with_extension("") } else { name.to_owned() };
        // A file that isn't there is no other file's link.
        [name, &plain]
            .iter()
            .map(|name| checkpoints_path(name))
            .any(|beside| is_file(&beside) && same_file::is_same_file(beside, file).unwrap_or(false))
    })
}

impl VerifySettings {
    /// Returns whether the checkpoints come from a file apart from the ledger.
    pub(crate) fn is_outside(&self, ledger: &Path) -> bool {
        self.checkpoints.as_ref().is_some_and(|file| !is_beside(ledger, file))
    }
}

/// The most bytes of a file of checkpoints that are read: room for about 200,000 of them.
const MAX_CHECKPOINT_BYTES: u64 = 64 << 20;
/// The most reasons that are listed why checkpoints can't be read.
const LISTED_UNREADABLE: usize = 20;

/// Returns the checkpoints to check a ledger against: those of the given file, or of the file next to the ledger.
///
/// A damaged file doesn't end an audit: what can be read is used, and the rest is reported.
///
/// # Errors
/// [`AppError::Io`] if the given file can't be opened, because its name is probably mistyped.
pub(crate) fn known_checkpoints(path: &Path, settings: &VerifySettings) -> Result<KnownCheckpoints, AppError> {
    let (file, text) = match (&settings.checkpoints, path == Path::new("-")) {
        (Some(file), _) => (file.clone(), read_evidence(file, true)),
        (None, true) => return Ok(KnownCheckpoints::default()),
        (None, false) if place::is_database(path) => {
            let list = place::database_checkpoints(path)?.unwrap_or_default();
            let checkpoints = Checkpoints { list, ..Checkpoints::default() };
            return Ok(KnownCheckpoints { checkpoints, ..KnownCheckpoints::default() });
        }
        (None, false) => {
            let beside = checkpoints_path(path);
            let text = read_evidence(&beside, false);
            (beside, text)
        }
    };
    match text {
        Ok(text) => Ok(KnownCheckpoints::from_bytes(&file, &text)),
        Err(source) if settings.checkpoints.is_some() => Err(AppError::Io { doing: "read", path: file, source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(KnownCheckpoints::default()),
        Err(error) => {
            let unreadable = vec![format!("{}: {error}", file.display())];
            Ok(KnownCheckpoints { checkpoints: Checkpoints::default(), unreadable })
        }
    }
}

/// Reads the beginning of a file, which must not be a folder, a pipe, or a device, because opening a pipe can wait forever.
/// A file beside a ledger is not read through a link.
/// Returns at most one byte more than [`MAX_CHECKPOINT_BYTES`].
fn read_evidence(path: &Path, follows_links: bool) -> io::Result<Vec<u8>> {
    let metadata = if follows_links { std::fs::metadata(path)? } else { std::fs::symlink_metadata(path)? };
    if metadata.is_symlink() {
        return Err(io::Error::other("it is a link, and a file beside a ledger is never read through one"));
    }
    if !metadata.is_file() {
        return Err(io::Error::other(if metadata.is_dir() {
            "it is a directory; name a file of checkpoints"
        } else {
            "it is not a regular file"
        }));
    }
    let mut text = Vec::new();
    let file = if follows_links { File::open(path)? } else { open_sidecar(path)? };
    file.take(MAX_CHECKPOINT_BYTES + 1).read_to_end(&mut text)?;
    Ok(text)
}

impl KnownCheckpoints {
    /// Reads the checkpoints in the bytes of a file.
    fn from_bytes(file: &Path, bytes: &[u8]) -> Self {
        let most = usize::try_from(MAX_CHECKPOINT_BYTES).unwrap_or(usize::MAX);
        let is_cut = bytes.len() > most;
        let text = String::from_utf8_lossy(&bytes[..bytes.len().min(most)]);
        let (mut checkpoints, errors) = Checkpoints::parse_readable(&text);
        let reason =
            |error: &ibbi_seal::CheckpointsError| format!("checkpoint {} of the file: {}", error.number, error.source);
        let mut unreadable: Vec<String> = errors.iter().take(LISTED_UNREADABLE).map(reason).collect();
        if let Some(more) = errors.len().checked_sub(LISTED_UNREADABLE).filter(|more| *more > 0) {
            unreadable.push(format!("{more} more of the file can't be read"));
        }
        if is_cut {
            checkpoints.torn = 0;
            let limit = MAX_CHECKPOINT_BYTES >> 20;
            unreadable.push(format!("{} is larger than {limit} MiB; only its beginning was read", file.display()));
        }
        Self { checkpoints, unreadable }
    }
}

/// Reads a file of checkpoints, which the user named or which is beside the ledger.
pub(crate) fn read_checkpoints(path: &Path, open: fn(&Path) -> io::Result<File>) -> Result<Checkpoints, AppError> {
    let mut text = Vec::new();
    let read = open(path).and_then(|mut file| file.read_to_end(&mut text));
    read.map_err(|source| AppError::Io { doing: "read", path: path.to_owned(), source })?;
    let text = String::from_utf8_lossy(&text);
    Checkpoints::parse(&text).map_err(|source| AppError::Checkpoints { path: path.to_owned(), source })
}
