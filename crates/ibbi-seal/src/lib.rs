//! Seals for ledgers: keys, signed checkpoints, Merkle proofs, extracts, and verification against checkpoints.
//!
//! The chain of a ledger ([`ibbi_log`]) shows that a line was changed, but not that its end was cut off or that all of it
//! was written again. A checkpoint does: it is a signed statement of how many lines the ledger had and what their Merkle
//! root was. Keep copies of checkpoints where the ledger's operator can't write.
//!
//! | to | use |
//! |---|---|
//! | write a ledger and check it against its checkpoints when it opens | [`open`], [`create`], [`SealedLedger`] |
//! | sign a ledger | [`PrivateKey`], [`sign_checkpoint`] |
//! | read checkpoints and check their signatures | [`Checkpoints`], [`SignedCheckpoint`], [`PublicKey`] |
//! | verify a ledger | [`verify`], [`verify_with_checkpoints`] |
//! | give a district its own case, with proofs | [`extract()`], [`verify_extract`] |
//! | release lines with proofs, some of them only as their SHA-256 | [`ReleaseLines`], [`check_release_lines`] |
//! | hold a copy of a ledger with the lines that one may read, and the hashes of the others | [`Mirror`], [`read_mirror`] |
//! | prove that a ledger only grew | [`GrowthProver`], [`SignedConsistency`], [`compare_history`] |
//! | cosign checkpoints as a witness, and count cosignatures | [`WitnessState`], [`WitnessPrivateKey`], [`SignedCheckpoint::cosignatures`] |
//! | compute a Merkle root, or make or check a proof | [`MerkleTree`], [`ProofMaker`], [`root_from_proof`], [`is_consistent`] |
//!
//! ```
//! use ibbi_core::{At, Name};
//! use ibbi_log::{NewLedger, Uuid};
//! use ibbi_seal::{Checkpoints, PrivateKey, VerifyOptions, verify_with_checkpoints};
//!
//! let folder = tempfile::tempdir()?;
//! let (path, key_path) = (folder.path().join("cases.ledger"), folder.path().join("ledger.key"));
//! let key = PrivateKey::generate("example.org/ibbi", &key_path)?;
//! let now: At = "2026-10-02T20:00:00.000Z".parse()?;
//! let mut ledger = ibbi_seal::create(&path, &NewLedger {
//!     id: Uuid::from_u128(1),
//!     actor: Name::new("clerk@example.org")?,
//!     at: now,
//!     origin: Name::new("example.org/ibbi")?,
//!     program: Name::new("ibbi 0.1.0")?,
//! })?;
//! ibbi_seal::sign_checkpoint(&mut ledger, &key, now)?;
//!
//! let checkpoints = Checkpoints::parse(&std::fs::read_to_string(ibbi_seal::checkpoints_path(&path))?)?;
//! let options = VerifyOptions { keys: &[key.public()], ..VerifyOptions::default() };
//! let found = verify_with_checkpoints(std::fs::File::open(&path)?, &options, &checkpoints)?;
//! assert!(found.is_sound());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - No other crate of the workspace reads or writes keys, signatures, or proofs. `ibbi-log` doesn't know them.
//! - A private key is never printed, and its file is never overwritten.
//! - A checkpoint is only written for a ledger that is open for writing and has no damage.
//! - The formats are public: C2SP signed notes and checkpoints, RFC 6962 trees and proofs.
//! - Random bytes are used for new keys and for nothing else. There is no clock.
#![forbid(unsafe_code)]

mod case_heads;
mod checkpoint;
mod checkpoint_file;
mod consistency;
mod extract;
mod history;
mod key;
mod merkle;
mod mirror;
mod mirror_entry;
mod mirror_extract;
mod proof;
mod queue;
mod quorum;
mod release;
mod release_check;
mod sealed_ledger;
mod signed_note;
mod verify;
mod witness;
mod witness_key;

pub use case_heads::CaseHeads;
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use checkpoint_file::{Checkpoints, CheckpointsError, checkpoints_path};
pub use consistency::{CONSISTENCY_FORMAT, ConsistencyError, Growth, GrowthProver, SignedConsistency};
pub use extract::{
    EXTRACT_FORMAT, Extract, ExtractError, ExtractFault, extract, is_extract, verify_extract, verify_extract_with_head,
};
pub use history::{HistoryFindings, break_lines, compare_checkpoints, compare_history};
pub use key::{KeyError, KeyFileError, PrivateKey, PublicKey, SignatureError};
pub use merkle::{CHUNK_LINES, MerkleTree, root_from_proof};
pub use mirror::{Mirror, MirrorFile, is_mirror, read_mirror};
pub use mirror_entry::{MIRROR_FORMAT, MirrorEntry, MirrorFault};
pub use mirror_extract::extract_from_mirror;
pub use proof::{ProofMaker, decode_hash, encode_hash, is_consistent};
pub use queue::CheckpointQueue;
pub use quorum::WitnessQuorum;
pub use release::{RELEASE_FORMAT, ReleaseLine, ReleaseLines, ReleaseNoteError, check_release_note, sign_release};
pub use release_check::{CheckedRelease, ReleaseFault, WithheldLine, check_release_lines};
pub use sealed_ledger::{
    SealedLedger, Sealer, SignError, create, create_in, heads_actor, open, open_in, sign_checkpoint,
};
pub use signed_note::{Signature, SignedNote, SignedNoteError};
pub use verify::{CheckedCheckpoint, Verification, VerifyOptions, verify, verify_with_checkpoints};
pub use witness::{CosignError, Evidence, Fork, WITNESS_FORMAT, WitnessState, WitnessStateError};
pub use witness_key::{Cosignature, WitnessKey, WitnessPrivateKey};
