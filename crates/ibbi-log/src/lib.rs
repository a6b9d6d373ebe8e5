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
mod check;
mod digest;
mod explain;
mod fault;
mod follow;
mod id_table;
mod ledger;
mod line;
mod line_check;
mod line_reader;
mod lines;
mod reader;
mod record;
mod sha256;
mod storage;
mod store;
mod strict_json;

pub use check::{CheckedLines, Depth, check_lines};
pub use digest::{Digest, NotADigest};
pub use explain::explain;
pub use fault::{Damage, Fault, FaultKind};
pub use follow::Follower;
pub use ibbi_store::NewRecord;
pub use ledger::{
    AppendError, Committed, CreateError, Ledger, LineObserver, MAX_BATCH, OpenError, TornTail, sidecar_path,
};
pub use line::{LINE_VERSION, LineSubject, Links, MAX_LINE, MAX_NUMBER, OPENING_TYPE, case_of, read_uuid};
pub use line_check::Head;
pub use line_reader::{LedgerLine, LineReader, read_line};
pub use lines::{LineContent, Lines, RawLine};
pub use reader::{LedgerReader, ReadError};
pub use record::{FORMAT, NewLedger, Opening, Record, chart_digest};
pub use storage::{Disk, FileId, Storage, StoredFile};
pub use store::{Collect, LedgerStore};
pub use uuid::Uuid;
