//! Uploaded ledgers: each in its own folder, with an ID that can't be guessed.

use ibbi_access::Principal;
use ibbi_app::AppError;
use ibbi_app::history::HistorySettings;
use ibbi_app::quorum::Quorum;
use ibbi_app::signing::VerifySettings;
use ibbi_app::statements::StatementKind;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use uuid::Uuid;

/// The most uploads that are kept. The least recently used one is deleted first.
const MOST: usize = 8;

/// An uploaded ledger, with what it is checked against. Its files are deleted after its last use.
#[derive(Debug)]
pub(crate) struct Upload {
    folder: TempDir,
    /// The name that the ledger's file had.
    name: Option<String>,
    /// Public keys, as text.
    keys: Vec<String>,
    /// Whether checkpoints were uploaded with it.
    has_checkpoints: bool,
    /// Whether an earlier checkpoint was uploaded with it.
    has_earlier: bool,
    /// How many witnesses must have cosigned a checkpoint, if witnesses were uploaded.
    quorum: Option<usize>,
    /// What it says about a ledger, if it isn't one.
    statement: Option<StatementKind>,
}

/// The files of an upload.
#[derive(Debug)]
pub(crate) struct UploadedFiles<'a> {
    /// The name of the ledger's file.
    pub(crate) name: Option<&'a str>,
    /// The ledger.
    pub(crate) ledger: &'a [u8],
    /// Its checkpoints.
    pub(crate) checkpoints: Option<&'a [u8]>,
    /// An earlier checkpoint that a person kept.
    pub(crate) since: Option<&'a [u8]>,
    /// The public keys of witnesses, one on each line.
    pub(crate) witnesses: Option<Vec<u8>>,
}

impl Upload {
    /// Writes an upload into its own folder.
    pub(crate) fn new(files: UploadedFiles<'_>, keys: Vec<String>, quorum: usize) -> Result<Self, AppError> {
        let UploadedFiles { name, ledger, checkpoints, since, witnesses } = files;
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| AppError::Io { doing: "keep", path, source }
        };
        let folder = own_folder().map_err(failed(Path::new("the upload")))?;
        let quorum = witnesses.as_ref().map(|_| quorum);
        let (has_checkpoints, has_earlier) = (checkpoints.is_some(), since.is_some());
        let name = name.map(last_part).filter(|name| !name.is_empty());
        let upload =
            Self { folder, name, keys, has_checkpoints, has_earlier, quorum, statement: StatementKind::of(ledger) };
        write(&upload.ledger(), ledger).map_err(failed(Path::new("the ledger")))?;
        if let Some(checkpoints) = checkpoints {
            write(&upload.checkpoints(), checkpoints).map_err(failed(Path::new("the checkpoints")))?;
        }
        if let Some(since) = since {
            write(&upload.earlier(), since).map_err(failed(Path::new("the earlier checkpoint")))?;
        }
        if let Some(witnesses) = witnesses {
            write(&upload.witnesses(), &witnesses).map_err(failed(Path::new("the witnesses")))?;
        }
        match upload.history().and_then(|history| history.check()) {
            Ok(()) => Ok(upload),
            Err(error) => Err(AppError::Usage(upload.without_folder(error).to_string())),
        }
    }

    /// Returns what to check the ledger against.
    pub(crate) fn against(&self) -> VerifySettings {
        let checkpoints = self.has_checkpoints.then(|| self.checkpoints());
        VerifySettings { checkpoints, keys: self.keys.clone(), ..VerifySettings::default() }
    }

    /// Returns an error about the files of the form. It doesn't name the server's folder, or options of the program.
    pub(crate) fn without_folder(&self, error: AppError) -> AppError {
        let folder = format!("{}/", self.folder.path().display());
        let text = error.to_string();
        let shown = text.replace(&folder, "").replace("--quorum", "the number of witnesses");
        if shown == text { error } else { AppError::Usage(shown) }
    }

    /// Returns the checkpoints that were kept outside, and the witnesses.
    pub(crate) fn history(&self) -> Result<HistorySettings, AppError> {
        let quorum = self.quorum.map(|needed| Quorum::read(&self.witnesses(), needed)).transpose()?;
        Ok(HistorySettings { since: self.has_earlier.then(|| self.earlier()).into_iter().collect(), quorum })
    }

    /// Returns the name that the ledger's file had.
    pub(crate) fn name(&self) -> Option<String> {
        self.name.clone()
    }

    /// Returns what the upload is if it has no records: a proof, or checkpoints.
    pub(crate) const fn statement(&self) -> Option<StatementKind> {
        self.statement
    }

    /// The ledger's file.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.path().join("uploaded.ledger")
    }

    /// The file of its checkpoints.
    fn checkpoints(&self) -> PathBuf {
        self.folder.path().join("uploaded.checkpoints")
    }

    /// The file of the earlier checkpoint.
    fn earlier(&self) -> PathBuf {
        self.folder.path().join("earlier-checkpoint")
    }

    /// The file of the witnesses' keys.
    fn witnesses(&self) -> PathBuf {
        self.folder.path().join("witnesses")
    }
}

/// Returns the last part of a path, which some browsers send instead of a name, as far as a name can be long.
fn last_part(path: &str) -> String {
    const MOST_CHARACTERS: usize = 255;
    path.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(MOST_CHARACTERS).collect()
}

/// Creates a folder that other users of this machine can't read.
fn own_folder() -> std::io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    builder.prefix("ibbi-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir()
}

/// Writes a new file that only its owner can read.
fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)?.write_all(content)
}

#[derive(Debug)]
struct Kept {
    id: Uuid,
    used: Instant,
    /// Who sent it. No one else can see it.
    owner: Principal,
    upload: Arc<Upload>,
}

/// The uploads that are kept.
#[derive(Debug)]
pub(crate) struct Uploads {
    kept: Vec<Kept>,
    /// How long each is kept after its last use.
    time: Duration,
}

impl Uploads {
    /// Returns an empty set of uploads, each of which is kept for a time after its last use.
    pub(crate) const fn new(time: Duration) -> Self {
        Self { kept: Vec::new(), time }
    }

    /// Keeps an upload and returns its ID.
    pub(crate) fn keep(&mut self, upload: Upload, owner: Principal) -> Uuid {
        self.forget_old();
        if self.kept.len() >= MOST {
            self.kept.sort_by_key(|kept| kept.used);
            self.kept.remove(0);
        }
        let id = Uuid::new_v4();
        self.kept.push(Kept { id, used: Instant::now(), owner, upload: Arc::new(upload) });
        id
    }

    /// Returns the upload with an ID, for the principal that sent it.
    pub(crate) fn get(&mut self, id: Uuid, viewer: &Principal) -> Option<Arc<Upload>> {
        self.forget_old();
        let kept = self.kept.iter_mut().find(|kept| kept.id == id && kept.owner.is_same(viewer))?;
        kept.used = Instant::now();
        Some(Arc::clone(&kept.upload))
    }

    /// Deletes the uploads that were not used for too long. Must be called regularly, even without requests.
    pub(crate) fn forget_old(&mut self) {
        let Self { kept, time } = self;
        kept.retain(|kept| kept.used.elapsed() < *time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oldest_upload_is_deleted_first() {
        let mut uploads = Uploads::new(Duration::from_secs(3600));
        let [ada, ben] = ["ada", "ben"].map(|user| Principal::local(user, user).unwrap());
        let made = |number: usize| {
            let ledger = number.to_string();
            let files = UploadedFiles {
                name: None,
                ledger: ledger.as_bytes(),
                checkpoints: None,
                since: None,
                witnesses: None,
            };
            Upload::new(files, Vec::new(), 1).unwrap()
        };
        let ids: Vec<_> = (0..=MOST).map(|number| uploads.keep(made(number), ada.clone())).collect();
        assert!(uploads.get(ids[0], &ada).is_none());
        assert!(uploads.get(ids[MOST], &ben).is_none(), "of someone else");
        let last = uploads.get(ids[MOST], &ada).unwrap();
        assert_eq!(std::fs::read_to_string(last.ledger()).unwrap(), MOST.to_string());
        let file = last.ledger();
        drop((uploads, last));
        assert!(!file.exists());
    }

    #[cfg(unix)]
    #[test]
    fn upload_is_private_to_its_user() {
        use std::os::unix::fs::PermissionsExt as _;
        let files = UploadedFiles { name: None, ledger: b"x", checkpoints: Some(b"y"), since: None, witnesses: None };
        let upload = Upload::new(files, Vec::new(), 1).unwrap();
        let mode = std::fs::metadata(upload.folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        for file in [upload.ledger(), upload.checkpoints()] {
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}
