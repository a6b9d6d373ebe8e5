//! Ed25519 keys for C2SP signed notes, and the file of a private key.

use crate::signed_note::{Signature, SignedNote, is_key_name};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use core::str::FromStr;
use ed25519_dalek::Signer as _;
use ibbi_core::visible_name;
use ibbi_log::{Digest, Disk, Storage as _};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// The signature type of an Ed25519 signature over the text of a note.
pub(crate) const ED25519: u8 = 1;

/// The signature type of a witness's cosignature, an Ed25519 signature over a time and the text of a note.
pub(crate) const COSIGNATURE: u8 = 4;

/// The prefix of a private key's text.
const PRIVATE: &str = "PRIVATE+KEY+";

/// A public key with its name. Its text form is what C2SP tools call a verifier key.
///
/// ```
/// use ibbi_seal::PublicKey;
/// let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
/// let key: PublicKey = text.parse()?;
/// assert_eq!((key.name(), key.id()), ("PeterNeumann", 0xc74f_20a3));
/// assert_eq!(key.to_string(), text);
/// # Ok::<(), ibbi_seal::KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

/// A private key with its name. It is never printed: not by `Debug`, not in an error.
pub struct PrivateKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

/// Why a text is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The name is empty, or has a space or a plus sign.
    #[error("a key must have a name without spaces and plus signs; choose a name such as example.org/ibbi")]
    Name,
    /// The text has another form.
    #[error(
        "a key must be a name, an ID of 8 hexadecimal digits, and base64, joined by plus signs; copy all of the key"
    )]
    Form,
    /// The key is for another algorithm.
    #[error("the key is not an Ed25519 key; use a key that `ibbi keygen` made")]
    Algorithm,
    /// The key is that of a witness.
    #[error("the key is a witness's and can't sign checkpoints; name it in a file with --witnesses")]
    OfWitness,
    /// The key is not that of a witness.
    #[error(
        "the key signs checkpoints and can't cosign them; a witness needs its own, from `ibbi keygen NAME FILE --witness`"
    )]
    NotOfWitness,
    /// The ID doesn't match the name and the key.
    #[error("the key's ID doesn't match its name and bytes, so a character was lost or changed; copy the key again")]
    Id,
}

/// Why a private key's file can't be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The system returned an error.
    #[error("cannot {doing} the key file {path}: {source}", path = .path.display())]
    Io {
        /// The operation that failed, `read` or `write`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// Other users can read it.
    #[error("other users can read the key file {path} (mode {mode:03o}); if they may have read it, make a new key, otherwise run chmod 600", path = .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// The file is not that of a private key.
    #[error("{path} is not a private key: {source}", path = .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong. It doesn't repeat the text.
        source: KeyError,
    },
    /// The name can't be that of a key.
    #[error(transparent)]
    Name(KeyError),
    /// The system returned no random bytes.
    #[error("cannot get random bytes for a key from the system: {0}")]
    Random(getrandom::Error),
}

/// Why no trusted key signed a note.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// A signature has a trusted key's name and ID, but isn't valid.
    #[error(
        "the signature of {} is wrong: the text was changed, or another key signed it under that name",
        visible_name(name)
    )]
    Wrong {
        /// The name of the key.
        name: String,
    },
    /// There is no signature of a trusted key.
    #[error("none of the signatures is of a trusted key; it is signed by {found}")]
    Unknown {
        /// The names and IDs of the keys that signed. Characters of a name that can't be seen are replaced by their code points.
        found: String,
    },
}

impl SignatureError {
    /// Returns a stable code for programs, which an audit uses too.
    ///
    /// ```
    /// let unknown = ibbi_seal::SignatureError::Unknown { found: "example.org/other+0123abcd".to_owned() };
    /// assert_eq!(unknown.code(), "checkpoint.unknown-signer");
    /// ```
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Wrong { .. } => "checkpoint.signature",
            Self::Unknown { .. } => "checkpoint.unknown-signer",
        }
    }
}

/// Returns the first four bytes of the SHA-256 of the name, a line feed, the signature type, and the public key.
pub(crate) fn key_id(name: &str, kind: u8, key: &[u8; 32]) -> u32 {
    let hash = Digest::sha256_parts(&[name.as_bytes(), &[b'\n', kind], key]);
    hash.as_bytes().first_chunk().copied().map_or(0, u32::from_be_bytes)
}

/// Splits the text of a key of a signature type into its name, its ID, and the 32 bytes after the type.
fn read_text(text: &str, kind: u8) -> Result<(&str, u32, Zeroizing<[u8; 32]>), KeyError> {
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError::Form);
    };
    if !is_key_name(name) {
        return Err(KeyError::Name);
    }
    let digits = id.len() == 8 && id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    let id = u32::from_str_radix(id, 16).ok().filter(|_| digits).ok_or(KeyError::Form)?;
    let bytes = Zeroizing::new(STANDARD.decode(key).map_err(|_| KeyError::Form)?);
    let (algorithm, key) = bytes.split_first().ok_or(KeyError::Form)?;
    match (kind, *algorithm) {
        (wanted, found) if wanted == found => {}
        (ED25519, COSIGNATURE) => return Err(KeyError::OfWitness),
        (COSIGNATURE, ED25519) => return Err(KeyError::NotOfWitness),
        _ => return Err(KeyError::Algorithm),
    }
    let key = key.try_into().map_err(|_| KeyError::Form)?;
    Ok((name, id, Zeroizing::new(key)))
}

/// Reads the text of a public key of a signature type.
pub(crate) fn read_public(text: &str, kind: u8) -> Result<(String, ed25519_dalek::VerifyingKey), KeyError> {
    let (name, id, bytes) = read_text(text, kind)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Form)?;
    if key_id(name, kind, key.as_bytes()) == id { Ok((name.to_owned(), key)) } else { Err(KeyError::Id) }
}

/// Writes the text of a public key of a signature type.
pub(crate) fn public_text(name: &str, kind: u8, key: &ed25519_dalek::VerifyingKey) -> String {
    let bytes = [&[kind][..], key.as_bytes()].concat();
    format!("{name}+{:08x}+{}", key_id(name, kind, key.as_bytes()), STANDARD.encode(bytes))
}

/// Makes a private key of a signature type, and writes it to a new file that only its owner can read.
pub(crate) fn generate_private(name: &str, kind: u8, path: &Path) -> Result<ed25519_dalek::SigningKey, KeyFileError> {
    if !is_key_name(name) {
        return Err(KeyFileError::Name(KeyError::Name));
    }
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed).map_err(KeyFileError::Random)?;
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let failed = |source| KeyFileError::Io { doing: "write", path: path.to_owned(), source };
    let text = private_text(name, kind, &key);
    let mut file = create_private(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    Disk.sync_directory_of(path).map_err(failed)?;
    Ok(key)
}

/// Reads a private key of a signature type from its file. Other users must not be able to read the file.
pub(crate) fn load_private(path: &Path, kind: u8) -> Result<(String, ed25519_dalek::SigningKey), KeyFileError> {
    let failed = |source| KeyFileError::Io { doing: "read", path: path.to_owned(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = fs::metadata(path).map_err(failed)?;
        if metadata.is_dir() {
            return Err(failed(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory; name a file")));
        }
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFileError::Exposed { path: path.to_owned(), mode });
        }
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(failed)?);
    // Editors write a byte order mark at the beginning of a file.
    read_private(text.trim_start_matches('\u{feff}').trim_end(), kind)
        .map_err(|source| KeyFileError::Key { path: path.to_owned(), source })
}

fn read_private(text: &str, kind: u8) -> Result<(String, ed25519_dalek::SigningKey), KeyError> {
    let (name, id, seed) = read_text(text.strip_prefix(PRIVATE).ok_or(KeyError::Form)?, kind)?;
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    let has_id = key_id(name, kind, key.verifying_key().as_bytes()) == id;
    if has_id { Ok((name.to_owned(), key)) } else { Err(KeyError::Id) }
}

fn private_text(name: &str, kind: u8, key: &ed25519_dalek::SigningKey) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([kind; 33]);
    bytes[1..].copy_from_slice(key.as_bytes());
    let encoded = Zeroizing::new(STANDARD.encode(bytes.as_slice()));
    let id = key_id(name, kind, key.verifying_key().as_bytes());
    Zeroizing::new(format!("{PRIVATE}{name}+{id:08x}+{}\n", *encoded))
}

impl PublicKey {
    /// Returns the key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the key's ID. Signatures refer to a key by its name and ID.
    pub fn id(&self) -> u32 {
        key_id(&self.name, ED25519, self.key.as_bytes())
    }

    /// Returns the 32 bytes of the key itself (RFC 8032).
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    pub(crate) fn accepts(&self, text: &[u8], signature: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.key.verify_strict(text, &signature).is_ok())
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        read_public(text, ED25519).map(|(name, key)| Self { name, key })
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&public_text(&self.name, ED25519, &self.key))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PrivateKey {
    /// Makes a new key from the system's random bytes, and writes it to a file that only its owner can read.
    ///
    /// # Errors
    /// Returns [`KeyFileError`]; [`KeyFileError::Name`] if the name can't be that of a key. It never overwrites a file.
    pub fn generate(name: &str, path: &Path) -> Result<Self, KeyFileError> {
        Ok(Self { name: name.to_owned(), key: generate_private(name, ED25519, path)? })
    }

    /// Reads a key from its file. Other users must not be able to read the file.
    ///
    /// # Errors
    /// Returns [`KeyFileError`].
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        load_private(path, ED25519).map(|(name, key)| Self { name, key })
    }

    /// Returns its public key.
    pub fn public(&self) -> PublicKey {
        PublicKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Signs a text and adds the signature to its note.
    pub(crate) fn sign(&self, note: &mut SignedNote) {
        let bytes = self.key.sign(note.text().as_bytes()).to_bytes().to_vec();
        note.add(Signature { name: self.name.clone(), key_id: self.public().id(), bytes });
    }
}

impl SignedNote {
    /// Returns the name of the first trusted key that signed the text. It ignores signatures of other keys.
    ///
    /// # Errors
    /// Returns [`SignatureError`] if a trusted key's signature is wrong, or if no trusted key signed.
    pub fn verify(&self, trusted: &[PublicKey]) -> Result<String, SignatureError> {
        let mut signer = None;
        for signature in self.signatures() {
            let known = trusted.iter().find(|key| key.name() == signature.name && key.id() == signature.key_id);
            let Some(key) = known else { continue };
            if !key.accepts(self.text().as_bytes(), &signature.bytes) {
                return Err(SignatureError::Wrong { name: signature.name.clone() });
            }
            signer.get_or_insert_with(|| signature.name.clone());
        }
        signer.ok_or_else(|| {
            let names = self
                .signatures()
                .iter()
                .map(|signature| format!("{}+{:08x}", visible_name(&signature.name), signature.key_id));
            SignatureError::Unknown { found: names.collect::<Vec<_>>().join(", ") }
        })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}+{:08x})", self.name, self.public().id())
    }
}

/// Creates a file that only its owner can read from the first moment on.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    // The keys and the note of the examples of Go's golang.org/x/mod/sumdb/note, from which the C2SP format comes.
    const PRIVATE_TEXT: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const PUBLIC_TEXT: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const OTHER_TEXT: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
    const TEXT: &str =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const SIGNATURE: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    const OTHER_SIGNATURE: &str = "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

    #[test]
    fn published_key_signs_published_note() {
        let key = read_private(PRIVATE_TEXT, ED25519).map(|(name, key)| PrivateKey { name, key }).unwrap();
        assert_eq!(key.public().to_string(), PUBLIC_TEXT);
        assert_eq!(private_text(&key.name, ED25519, &key.key).as_str(), format!("{PRIVATE_TEXT}\n"));
        let mut note = SignedNote::unsigned(TEXT.to_owned());
        key.sign(&mut note);
        assert_eq!(note.to_string(), format!("{TEXT}\n{SIGNATURE}"));
        assert_eq!(format!("{key:?}"), "PrivateKey(PeterNeumann+c74f20a3)");
    }

    #[test]
    fn note_with_two_signers_is_valid_under_either_key_only() {
        let note = SignedNote::parse(&format!("{TEXT}\n{SIGNATURE}{OTHER_SIGNATURE}")).unwrap();
        let (peter, enoch) = (PUBLIC_TEXT.parse::<PublicKey>().unwrap(), OTHER_TEXT.parse::<PublicKey>().unwrap());
        assert_eq!(note.verify(std::slice::from_ref(&peter)).as_deref(), Ok("PeterNeumann"));
        assert_eq!(note.verify(std::slice::from_ref(&enoch)).as_deref(), Ok("EnochRoot"));
        let unknown = note.verify(&[]).unwrap_err();
        assert!(unknown.to_string().contains("PeterNeumann+c74f20a3, EnochRoot+af0cfe78"), "{unknown}");
        let forged =
            SignedNote::parse(&format!("{}\n{SIGNATURE}{OTHER_SIGNATURE}", TEXT.replace("know", "knew"))).unwrap();
        assert!(matches!(forged.verify(&[peter, enoch]), Err(SignatureError::Wrong { .. })));
    }

    #[test]
    fn c2sp_example_verifies() {
        // The key and the note given as test vectors in C2SP's signed-note.
        let key: PublicKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse().unwrap();
        let note = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        assert_eq!(SignedNote::parse(note).unwrap().verify(&[key]).as_deref(), Ok("example.com/foo"));
    }

    #[test]
    fn parts_and_mutations_of_a_key_are_refused() {
        for text in [PUBLIC_TEXT, PRIVATE_TEXT] {
            let good = |text: &str| text.parse::<PublicKey>().is_ok() || read_private(text, ED25519).is_ok();
            assert!(good(text));
            for from in 0..text.len() {
                for to in from..text.len() {
                    assert!(!good(&text[from..to]), "{}", &text[from..to]);
                }
            }
            for place in 0..text.len() {
                let mut bytes = text.as_bytes().to_vec();
                bytes[place] += 1;
                assert!(!good(&String::from_utf8(bytes).unwrap()), "byte {place}");
            }
        }
        // A key of the wrong length and one of an unknown algorithm, each with the id that it would have.
        for (wrong, error) in [
            ("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==", KeyError::Form),
            ("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Algorithm),
        ] {
            assert_eq!(wrong.parse::<PublicKey>().unwrap_err(), error);
        }
    }

    #[test]
    fn key_file_is_private_and_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.key");
        let key = PrivateKey::generate("example.org/ibbi", &path).unwrap();
        assert_eq!(PrivateKey::load(&path).unwrap().public(), key.public());
        let again = PrivateKey::generate("example.org/ibbi", &path);
        assert!(matches!(again, Err(KeyFileError::Io { .. })), "{again:?}");
        assert!(PrivateKey::generate("two words", &folder.path().join("other")).is_err());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let exposed = PrivateKey::load(&path).unwrap_err();
            assert!(exposed.to_string().contains("(mode 640)"), "{exposed}");
        }
    }
}
