//! The keys of sealed texts, each in a file of its own in a folder outside the ledger's.

use crate::Digest;
use crate::digest::from_hex;
use crate::key_id::KeyId;
use crate::storage::{Storage, StoredFile};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use core::fmt;
use ibbi_core::At;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// The bytes of a nonce of XChaCha20, which is random for each text.
const NONCE: usize = 24;

/// A key, which is erased from memory when it is dropped.
pub(super) struct TextKey(Zeroizing<[u8; 32]>);

impl fmt::Debug for TextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TextKey")
    }
}

/// The file of a key.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    case: String,
    created: At,
    key: Zeroizing<String>,
    party: String,
}

impl TextKey {
    fn generate() -> io::Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        random(&mut *bytes)?;
        Ok(Self(bytes))
    }

    /// Reads the content of a key's file.
    pub(super) fn parse(bytes: &[u8], id: &KeyId) -> Option<Self> {
        let file: KeyFile = serde_json::from_slice(bytes).ok()?;
        let is_own = file.case == id.case.to_string() && file.party == id.owner.code();
        let key = file.key.as_bytes().try_into().ok().and_then(from_hex::<64, 32>)?;
        is_own.then(|| Self(Zeroizing::new(key)))
    }

    fn to_file(&self, id: &KeyId, created: At) -> io::Result<Zeroizing<Vec<u8>>> {
        let key = Zeroizing::new(self.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let file = KeyFile { case: id.case.to_string(), created, key, party: id.owner.code().to_owned() };
        // Room for all of it, so that no copy of a shorter buffer stays in memory.
        let mut bytes = Zeroizing::new(Vec::with_capacity(512));
        serde_json::to_writer(&mut *bytes, &file)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Encrypts a text with its salt. The digest is authenticated with it, so a sealed text has one place.
    pub(super) fn seal(&self, digest: &Digest, salt: &[u8; 16], text: &str) -> io::Result<String> {
        let mut plain = Zeroizing::new(Vec::with_capacity(16 + text.len()));
        plain.extend_from_slice(salt);
        plain.extend_from_slice(text.as_bytes());
        let mut sealed = vec![0; NONCE];
        random(&mut sealed)?;
        let cipher = XChaCha20Poly1305::new(Key::from_slice(&*self.0));
        let payload = Payload { msg: &plain, aad: digest.as_bytes() };
        let encrypted = cipher.encrypt(XNonce::from_slice(&sealed), payload);
        sealed.extend_from_slice(&encrypted.map_err(|_| io::Error::other("the text can't be encrypted"))?);
        Ok(STANDARD.encode(sealed))
    }

    /// Decrypts a salt and a text. Returns `None` if they were sealed with another key, or altered.
    pub(super) fn open(&self, digest: &Digest, sealed: &str) -> Option<([u8; 16], String)> {
        let sealed = STANDARD.decode(sealed).ok()?;
        let (nonce, encrypted) = sealed.split_at_checked(NONCE)?;
        let cipher = XChaCha20Poly1305::new(Key::from_slice(&*self.0));
        let payload = Payload { msg: encrypted, aad: digest.as_bytes() };
        let plain = Zeroizing::new(cipher.decrypt(XNonce::from_slice(nonce), payload).ok()?);
        let (salt, text) = plain.split_first_chunk::<16>()?;
        Some((*salt, core::str::from_utf8(text).ok()?.to_owned()))
    }
}

fn random(bytes: &mut [u8]) -> io::Result<()> {
    getrandom::fill(bytes).map_err(|error| io::Error::other(format!("the system gives no random numbers: {error}")))
}

/// The folder that is used in place of the one that a ledger's texts name.
static MOVED_FOLDER: OnceLock<PathBuf> = OnceLock::new();

/// Sets the folder with the keys for this process, in place of the one that the texts of a ledger name: the folder was moved.
/// Only the first call has an effect.
pub fn use_key_folder(folder: PathBuf) {
    let _ = MOVED_FOLDER.set(folder);
}

/// Returns why a folder can't have the keys of a ledger's texts: a copy of the one has the other too. Returns `None` if it can, or
/// if one of the two doesn't exist.
///
/// ```
/// use ibbi_log::misplaced_key_folder;
/// let office = tempfile::tempdir()?;
/// let (ledger, keys) = (office.path().join("a.ledger"), office.path().join("keys"));
/// std::fs::write(&ledger, "")?;
/// std::fs::create_dir(&keys)?;
/// assert!(misplaced_key_folder(&ledger, &keys).unwrap().starts_with("is inside "));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn misplaced_key_folder(ledger: &Path, keys: &Path) -> Option<String> {
    let (ledger, keys) = (ledger.canonicalize().ok()?, keys.canonicalize().ok()?);
    let beside = ledger.parent().unwrap_or(&ledger);
    if keys.starts_with(beside) {
        return Some(format!("is inside {}, so a backup of that folder would have the keys too", beside.display()));
    }
    if beside.starts_with(&keys) {
        return Some("has the ledger's folder in it, so a backup of it would have the texts too".to_owned());
    }
    let is_repository = |folder: &Path| folder.join(".git").symlink_metadata().is_ok();
    keys.ancestors()
        .any(is_repository)
        .then(|| "is in a Git repository, which keeps copies of deleted files".to_owned())
}

/// The folder with the keys of a ledger's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyFolder {
    path: PathBuf,
    /// The folder that the texts name.
    named: PathBuf,
}

impl KeyFolder {
    /// Returns the folder that the texts of a ledger name, or the one in its place.
    pub(super) fn named(path: &Path) -> Self {
        Self { path: MOVED_FOLDER.get().map_or_else(|| path.to_owned(), Clone::clone), named: path.to_owned() }
    }

    /// Returns the folder at exactly this path.
    pub(super) fn at(path: PathBuf) -> Self {
        Self { named: path.clone(), path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder that the texts name, if this is another one.
    pub(crate) fn replaced(&self) -> Option<&Path> {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        (self.path != self.named && real(&self.path) != real(&self.named)).then_some(&*self.named)
    }

    pub(super) fn file(&self, id: &KeyId) -> PathBuf {
        self.path.join(format!("{id}.key"))
    }

    /// Reads the file of a key. Returns `None` if there is none. The error names the file.
    pub(crate) fn read<S: Storage>(&self, storage: &S, id: &KeyId) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let path = self.file(id);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        match storage.open_sidecar(&path) {
            Ok(file) => Ok(Some(Zeroizing::new(file.read_all().map_err(named)?))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(named(error)),
        }
    }

    /// Checks that the folder is there, and only its owner can read it. A folder in the place of the one that the texts name must be
    /// apart from the ledger too.
    pub(crate) fn check(&self, storage: &impl Storage, ledger: Option<&Path>) -> io::Result<()> {
        if self.replaced().is_some()
            && let Some(reason) = ledger.and_then(|ledger| misplaced_key_folder(ledger, &self.path))
        {
            let path = self.path.display();
            return Err(io::Error::other(format!(
                "the folder with the keys, {path}, {reason}; name a folder elsewhere with IBBI_TEXT_KEYS"
            )));
        }
        storage.check_private_folder(&self.path).map_err(|error| {
            let reason = match error.kind() {
                io::ErrorKind::NotFound => {
                    "it is not here; mount or restore it, or name its place with IBBI_TEXT_KEYS".into()
                }
                _ => error.to_string(),
            };
            io::Error::new(error.kind(), format!("the folder with the keys, {}: {reason}", self.path.display()))
        })
    }

    /// Returns a key, which is made if there is none. When this returns without an error, the key is on the disk.
    ///
    /// `is_used` tells whether a text was sealed with a key of this ID. Then it is never made again, because the new one
    /// wouldn't open that text.
    pub(super) fn key<S: Storage>(
        &self,
        storage: &S,
        id: &KeyId,
        created: At,
        is_used: impl FnOnce() -> io::Result<bool>,
    ) -> io::Result<TextKey> {
        let path = self.file(id);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let file = match storage.open_sidecar(&path) {
            Ok(file) => {
                let bytes = Zeroizing::new(file.read_all().map_err(named)?);
                if let Some(key) = TextKey::parse(&bytes, id) {
                    return Ok(key);
                }
                if is_used()? {
                    return Err(named(io::Error::other("the key is damaged; restore the file from a copy")));
                }
                // A crash cut the making of the key off, before a text was sealed with it.
                file.set_length(0).map_err(named)?;
                file
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if is_used()? {
                    let text = "the key is missing, but texts are sealed with it; restore the file from a copy";
                    return Err(named(io::Error::other(text)));
                }
                storage.create_new(&path).map_err(named)?
            }
            Err(error) => return Err(named(error)),
        };
        let key = TextKey::generate()?;
        let bytes = key.to_file(id, created)?;
        file.write_all_at(&bytes, 0).and_then(|()| file.sync_data()).map_err(named)?;
        storage.sync_directory_of(&path).map_err(named)?;
        Ok(key)
    }

    /// Destroys a key: overwrites its file and removes it. Returns whether there was one. When this returns without an error,
    /// the file is gone from the disk, as far as the file system says.
    pub(crate) fn destroy<S: Storage>(&self, storage: &S, id: &KeyId) -> io::Result<bool> {
        let path = self.file(id);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
        let file = match storage.open_sidecar(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(named(error)),
        };
        let length = usize::try_from(file.length().map_err(named)?).unwrap_or_default();
        file.write_all_at(&vec![0; length], 0).and_then(|()| file.sync_data()).map_err(named)?;
        drop(file);
        storage.remove(&path).map_err(named)?;
        storage.sync_directory_of(&path).map_err(named)?;
        Ok(true)
    }
}
