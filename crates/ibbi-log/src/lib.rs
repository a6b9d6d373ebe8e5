//! The ledger: accepted events of one or many cases as JSON lines on disk, hash-chained, append-only and signed.
//!
//! One file holds a store's cases, interleaved, for a chain of its own would let a whole case vanish unseen. A line is one
//! JSON object with sorted keys and no white space, so `jq -cS .` gives the same bytes back; its `prev` is the SHA-256 of
//! the line before without its LF, so `sha256sum` can check it; no hash is ever taken over anything written anew.
//!
//! | to | there is |
//! |---|---|
//! | write, one at a time, safely | [`Ledger`] |
//! | read records, whatever is wrong with some | [`LedgerReader`] |
//! | read while others write | [`Follower`] |
//! | read lines and their links alone | [`Lines`], [`Links`], [`case_of`] |
//! | say what is wrong with a line | [`explain`], [`FaultKind`] |
//! | verify a ledger, with checkpoints | [`verify`], [`Check`], [`Report`] |
//! | sign, and check signatures | [`PrivateKey`], [`PublicKey`], [`SignedCheckpoint`] |
//! | give a district its own case, with proofs | [`extract()`], [`verify_extract`] |
//! | put a disk of one's own underneath | [`Storage`] |
//!
//! # What it knows and what it does not
//!
//! - It knows files, lines, hashes and signatures. It knows no rule of the process: it does not ask whether an event is
//!   legal, and holds no stage but the code that a line bears. One module, `record`, turns events into bytes and back.
//! - It has no clock and makes no ids: instants and ids are passed in. Randomness is taken for new keys alone.
//! - Nothing is acknowledged before it is synced. A failed write or sync is never tried again: the handle is done with.
//! - Nothing but an unfinished end is ever cut off a file, and never before a copy of it is safe beside the ledger.
//! - Reading stops at no fault, and its memory does not grow with a line. `forbid(unsafe_code)`.
//!
//! # Limits
//!
//! A line has at most [`MAX_LINE`] bytes, a batch [`MAX_BATCH`]; numbers go to [`MAX_NUMBER`]. A writer's memory grows by
//! some 150 bytes a record, a reader's by some 50 bytes a case, that of [`Depth::Chain`] not at all.
#![forbid(unsafe_code)]

mod chain;
mod checkpoint;
mod digest;
mod explain;
mod extract;
mod fault;
mod follow;
mod json;
mod key;
mod lanes;
mod ledger;
mod line;
mod lines;
mod merkle;
mod note;
mod reader;
mod record;
mod scan;
mod storage;
mod tables;
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, Checkpoints, CheckpointsError, SignedCheckpoint, Watch};
pub use digest::{Digest, NotADigest};
pub use explain::explain;
pub use extract::{EXTRACT_FORMAT, Extract, ExtractError, ExtractFault, extract, is_extract, verify_extract};
pub use fault::{Fault, FaultKind};
pub use follow::Follower;
pub use key::{KeyError, KeyFileError, PrivateKey, PublicKey};
pub use ledger::{
    AppendError, Committed, CreateError, Damage, Ledger, MAX_BATCH, OpenError, SignError, TornTail, checkpoints_path,
};
pub use line::{LINE_VERSION, Links, MAX_LINE, MAX_NUMBER, OPENING_TYPE, case_of};
pub use lines::{Content, Lines, RawLine};
pub use merkle::{Tree, root_from_proof};
pub use note::{Note, NoteError, Signature, SignatureError};
pub use reader::{LedgerReader, ReadError};
pub use record::{Entry, FORMAT, LineReader, NewLedger, NewRecord, Opening, Record, chart_digest, read_line};
pub use scan::Head;
pub use storage::{Disk, FileId, Storage, StoredFile};
pub use uuid::Uuid;
pub use verify::{Check, Depth, Report, Verdict, verify, verify_with};
