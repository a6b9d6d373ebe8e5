//! The keys of witnesses, and their cosignatures of checkpoints.
//!
//! A witness is a person or an office that sees a ledger's checkpoints and keeps the newest one. Its cosignature says: as of
//! this time, the checkpoint is the largest that it has seen, and continues every one that it saw before. The format is that
//! of C2SP, <https://c2sp.org/tlog-cosignature>, with Ed25519: the signed message is `cosignature/v1`, the time in seconds
//! since 1970, and the text of the checkpoint; the signature line has the time and the signature.

use crate::checkpoint::SignedCheckpoint;
use crate::key::{
    COSIGNATURE, KeyError, KeyFileError, SignatureError, generate_private, key_id, load_private, public_text,
    read_public,
};
use crate::signed_note::Signature;
use core::fmt;
use core::str::FromStr;
use ed25519_dalek::Signer as _;
use std::path::Path;

/// The latest time that a cosignature can have, in seconds since 1970.
const LATEST: u64 = i64::MAX.cast_unsigned();

/// The public key of a witness, with its name. Its text form is what C2SP tools call a verifier key.
///
/// ```
/// use ibbi_seal::{KeyError, PublicKey, WitnessKey};
/// let text = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";
/// let key: WitnessKey = text.parse()?;
/// assert_eq!((key.name(), key.to_string().as_str()), ("remora.n621.de", text));
/// assert_eq!(text.parse::<PublicKey>(), Err(KeyError::OfWitness));
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key: ed25519_dalek::VerifyingKey,
}

/// The private key of a witness. It is never printed: not by `Debug`, not in an error.
pub struct WitnessPrivateKey {
    name: String,
    key: ed25519_dalek::SigningKey,
}

/// A cosignature that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosignature {
    /// The name of the witness.
    pub witness: String,
    /// When it cosigned, by its own clock, in seconds since 1970.
    pub seconds: u64,
}

impl WitnessKey {
    /// Returns the key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the key's ID. Signatures refer to a key by its name and ID.
    pub fn id(&self) -> u32 {
        key_id(&self.name, COSIGNATURE, self.key.as_bytes())
    }

    /// Returns the 32 bytes of the key itself (RFC 8032). The signed message doesn't have the name of the witness, so two
    /// witnesses with one key are one witness.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Checks a signature, and returns its time in seconds since 1970.
    fn check(&self, text: &str, signature: &[u8]) -> Option<u64> {
        let (time, signature) = signature.split_first_chunk::<8>()?;
        let seconds = u64::from_be_bytes(*time);
        let signature = ed25519_dalek::Signature::from_slice(signature).ok()?;
        let is_valid = self.key.verify_strict(message(seconds, text).as_bytes(), &signature).is_ok();
        (is_valid && seconds <= LATEST).then_some(seconds)
    }
}

impl FromStr for WitnessKey {
    type Err = KeyError;
    fn from_str(text: &str) -> Result<Self, KeyError> {
        read_public(text, COSIGNATURE).map(|(name, key)| Self { name, key })
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&public_text(&self.name, COSIGNATURE, &self.key))
    }
}

impl fmt::Debug for WitnessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl WitnessPrivateKey {
    /// Makes a new key from the system's random bytes, and writes it to a file that only its owner can read.
    ///
    /// # Errors
    /// Returns [`KeyFileError`]; [`KeyFileError::Name`] if the name can't be that of a key. It never overwrites a file.
    pub fn generate(name: &str, path: &Path) -> Result<Self, KeyFileError> {
        Ok(Self { name: name.to_owned(), key: generate_private(name, COSIGNATURE, path)? })
    }

    /// Reads a key from its file. Other users must not be able to read the file.
    ///
    /// # Errors
    /// Returns [`KeyFileError`].
    pub fn load(path: &Path) -> Result<Self, KeyFileError> {
        load_private(path, COSIGNATURE).map(|(name, key)| Self { name, key })
    }

    /// Returns its public key.
    pub fn public(&self) -> WitnessKey {
        WitnessKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// Returns a checkpoint with a cosignature in place of an earlier one of this witness.
    pub(crate) fn cosign(&self, signed: &SignedCheckpoint, seconds: u64) -> SignedCheckpoint {
        let seconds = seconds.min(LATEST);
        let signature = self.key.sign(message(seconds, signed.note().text()).as_bytes());
        let bytes = [&seconds.to_be_bytes()[..], &signature.to_bytes()].concat();
        let mut cosigned = signed.clone();
        cosigned.note_mut().replace(Signature { name: self.name.clone(), key_id: self.public().id(), bytes });
        cosigned
    }
}

impl fmt::Debug for WitnessPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WitnessPrivateKey({}+{:08x})", self.name, self.public().id())
    }
}

impl SignedCheckpoint {
    /// Returns the cosignatures of these witnesses, one for each key, with its latest time. It ignores those of others.
    ///
    /// # Errors
    /// Returns [`SignatureError::Wrong`] if a cosignature has the name and ID of one of the witnesses, but isn't valid.
    pub fn cosignatures(&self, witnesses: &[WitnessKey]) -> Result<Vec<Cosignature>, SignatureError> {
        let mut found: Vec<([u8; 32], Cosignature)> = Vec::new();
        for signature in self.note().signatures() {
            let is_by = |key: &&WitnessKey| key.name == signature.name && key.id() == signature.key_id;
            let Some(key) = witnesses.iter().find(is_by) else { continue };
            let wrong = || SignatureError::Wrong { name: signature.name.clone() };
            let seconds = key.check(self.note().text(), &signature.bytes).ok_or_else(wrong)?;
            match found.iter_mut().find(|(known, _)| known == key.as_bytes()) {
                Some((_, known)) if known.seconds < seconds => known.seconds = seconds,
                Some(_) => {}
                None => found.push((*key.as_bytes(), Cosignature { witness: signature.name.clone(), seconds })),
            }
        }
        Ok(found.into_iter().map(|(_, cosignature)| cosignature).collect())
    }
}

/// Returns the message that a witness signs.
fn message(seconds: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::key::PrivateKey;
    use ibbi_log::Digest;

    #[test]
    fn cosignatures_are_counted_once_for_each_key() {
        let folder = tempfile::tempdir().unwrap();
        let new = |name: &str| WitnessPrivateKey::generate(name, &folder.path().join(name)).unwrap();
        let (one, two) = (new("one"), new("two"));
        let log = PrivateKey::generate("log", &folder.path().join("log")).unwrap();
        let checkpoint = Checkpoint { origin: "example.org/ibbi".to_owned(), size: 3, root: Digest::ZERO };
        let signed = checkpoint.sign(&log).unwrap();
        let cosigned = two.cosign(&one.cosign(&one.cosign(&signed, 5), 7), 6);
        let again: SignedCheckpoint = cosigned.to_string().parse().unwrap();
        assert_eq!(again.note().signatures().len(), 3, "a witness's newer cosignature replaces its earlier one");
        assert_eq!(again.verify(&[log.public()]).as_deref(), Ok("log"), "who doesn't know witnesses reads the note");
        // The same key under another name is the same witness.
        let alias = WitnessPrivateKey { name: "alias".to_owned(), key: one.key.clone() };
        let again = alias.cosign(&again, 9);
        let witnesses = [one.public(), alias.public(), two.public()];
        let expected = [("one", 9), ("two", 6)];
        let found = again.cosignatures(&witnesses).unwrap();
        assert_eq!(found.iter().map(|found| (found.witness.as_str(), found.seconds)).collect::<Vec<_>>(), expected);
        assert_eq!(again.cosignatures(&[]), Ok(Vec::new()));
        // Another text, and another time, each under the same signature.
        let other = again.to_string().replacen("\n3\n", "\n4\n", 1).parse::<SignedCheckpoint>().unwrap();
        assert!(matches!(other.cosignatures(&witnesses), Err(SignatureError::Wrong { .. })));
        let mut later = again.clone();
        let mut signature = later.note().signatures().iter().find(|found| found.name == "two").unwrap().clone();
        signature.bytes[7] += 1;
        later.note_mut().replace(signature);
        assert!(matches!(later.cosignatures(&witnesses), Err(SignatureError::Wrong { name }) if name == "two"));
    }

    #[test]
    fn key_of_a_witness_and_of_a_log_are_not_mixed_up() {
        let folder = tempfile::tempdir().unwrap();
        let (witness_path, log_path) = (folder.path().join("witness"), folder.path().join("log"));
        let witness = WitnessPrivateKey::generate("w", &witness_path).unwrap();
        let log = PrivateKey::generate("w", &log_path).unwrap();
        assert_eq!(WitnessPrivateKey::load(&witness_path).unwrap().public(), witness.public());
        let wrong = PrivateKey::load(&witness_path).unwrap_err();
        assert!(matches!(wrong, KeyFileError::Key { source: KeyError::OfWitness, .. }));
        let wrong = WitnessPrivateKey::load(&log_path).unwrap_err();
        assert!(matches!(wrong, KeyFileError::Key { source: KeyError::NotOfWitness, .. }));
        assert_eq!(log.public().to_string().parse::<WitnessKey>(), Err(KeyError::NotOfWitness));
        assert_eq!(witness.public().to_string().parse(), Ok(witness.public()));
        assert!(!format!("{witness:?}").contains("PRIVATE"));
    }
}
