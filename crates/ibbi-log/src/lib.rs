//! The ledger.
#![forbid(unsafe_code)]

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
mod verify;

pub use checkpoint::{Checkpoint, CheckpointError, Checkpoints, CheckpointsError, SignedCheckpoint};
pub use digest::{Digest, NotADigest};
pub use explain::explain;
pub use extract::{EXTRACT_FORMAT, Extract, ExtractError, ExtractFault, extract, is_extract, verify_extract};
pub use fault::{Fault, FaultKind};
pub use follow::Follower;
pub use key::{KeyError, KeyFileError, PrivateKey, PublicKey};
pub use ledger::{
    AppendError, Committed, CreateError, Damage, Ledger, MAX_BATCH, OpenError, SignError, TornTail, checkpoints_path,
};
pub use line::{LINE_VERSION, MAX_LINE, MAX_NUMBER, OPENING_TYPE};
pub use merkle::{Tree, root_from_proof};
pub use note::{Note, NoteError, Signature, SignatureError};
pub use reader::{LedgerReader, ReadError};
pub use record::{Entry, FORMAT, NewLedger, NewRecord, Opening, Record, chart_digest, read_line};
pub use scan::Head;
pub use storage::{Disk, Storage, StoredFile};
pub use uuid::Uuid;
pub use verify::{Check, Depth, Report, Verdict, verify, verify_with};
