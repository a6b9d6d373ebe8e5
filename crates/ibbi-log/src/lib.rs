//! The ledger: the accepted events of one or more cases as JSON lines in a file, hash-chained and append-only.
//!
//! One file has all cases of a store. With one chain per case, a whole case could disappear without a trace. A line is one
//! JSON object with sorted keys and no white space, so `jq -cS .` returns the same bytes. Its `prev` is the SHA-256 of the
//! line before it without the LF, so `sha256sum` can check it. Hashes are only computed over bytes as they are in the file.
//!
//! | to | use |
//! |---|---|
//! | write, with one writer at a time | [`Ledger`] |
//! | keep cases in a ledger behind `ibbi_store::EventStore` | [`LedgerStore`] |
//! | follow all lines that a writer reads and appends | [`LineObserver`] |
//! | read records, and report what is wrong with some | [`LedgerReader`] |
//! | read while another process writes | [`Follower`] |
//! | read only lines and their links | [`Lines`], [`Links`], [`case_of`] |
//! | make the lines of new records for a store that isn't a file | [`NewLines`] |
//! | write the bytes of a line without a ledger | [`encode_line`] |
//! | read the confidential texts that are stored beside a ledger | [`Texts`] |
//! | seal texts, place legal holds, and destroy texts | [`Ledger::seal_texts`], [`Ledger::append_hold`], [`Ledger::destroy_texts`] |
//! | find what is wrong with a line | [`explain`], [`FaultKind`] |
//! | check all lines and the chain | [`check_lines`], [`Depth`] |
//! | use another disk | [`Storage`] |
//!
//! Keys, checkpoints, proofs, and extracts are in the crate `ibbi-seal`.
//!
//! # Invariants
//!
//! - The crate doesn't know the rules of the process. [`Ledger::append`] takes only events that the core accepted.
//! - It doesn't know signing keys or signatures. Its cryptography is SHA-256, and XChaCha20-Poly1305 for sealed texts.
//! - It doesn't read a clock and doesn't make IDs; the caller passes both. It makes random salts if the caller gives none.
//! - It acknowledges only what is synced. After a failed write or sync, the handle accepts no more records.
//! - It never removes anything from a file except an unfinished line at the end, and only after a copy of it is synced.
//! - Reading never stops at a fault, and its memory doesn't grow with the length of a line.
//!
//! # Limits
//!
//! A line has at most [`MAX_LINE`] bytes, a batch at most [`MAX_BATCH`] bytes. Numbers go up to [`MAX_NUMBER`]. A writer's
//! memory grows by about 150 bytes for each record, a reader's by about 50 bytes for each case. The memory of
//! [`Depth::Chain`] doesn't grow.
#![forbid(unsafe_code)]

mod act;
mod append_error;
mod canonical;
mod case_index;
mod chain;
mod check;
mod clock_check;
mod custody;
mod digest;
mod explain;
mod fault;
mod follow;
mod head;
mod id_table;
mod instant;
mod keep;
mod key_id;
mod ledger;
mod ledger_data;
mod line;
mod line_check;
mod line_reader;
mod lines;
mod links;
mod new_lines;
mod reader;
mod record;
mod scan;
mod sha256;
mod storage;
mod store;
mod store_error;
mod strict_json;
mod texts;

pub use act::{ActFollower, OpenAct};
pub use append_error::{AppendError, Committed, MAX_BATCH};
pub use check::{CheckedLines, Depth, check_lines, check_lines_at};
pub use clock_check::{CLOCK_DIFFERENCE, ClockCheck, ClockFault, ClockFinding, ClockLine, FROZEN_ACTS};
pub use custody::{Custody, CustodyLine, CustodyState, Destruction, Hold, TextsDestroyed};
pub use digest::{Digest, DigestBuilder, NotADigest};
pub use explain::explain;
pub use fault::{Damage, Fault, FaultKind};
pub use follow::Follower;
pub use head::Head;
pub use ibbi_store::{Identity, NewRecord, Record, RecordDetails, TextOwner};
pub use keep::{Keep, KeepFrom, NotAKeep};
pub use key_id::KeyId;
pub use ledger::{CreateError, Ledger, LineObserver, ObservedLine, OpenError, TornTail, holder_path};
pub use ledger_data::{FORMAT, FormatChange, Heads, NewLedger, Opening, SIMULATION_ORIGIN, chart_digest};
pub use line::{
    FORMAT_TYPE, HEADS_TYPE, HOLD_LIFTED_TYPE, HOLD_PLACED_TYPE, LINE_VERSION, LineSubject, MAX_LINE, MAX_NUMBER,
    OPENING_TYPE, TEXTS_DESTROYED_TYPE, read_uuid,
};
pub use line_reader::{LedgerLine, LineReader, read_line};
pub use lines::{LineContent, Lines, RawLine};
pub use links::{LineStart, Links, act_of, case_of, version_of};
pub use new_lines::{
    FoundRecord, KnownRecord, LedgerEnd, LinkedLine, LinkedLines, NewLines, RecordIndex, RecordRoom, opening_line,
};
pub use reader::{LedgerReader, ReadError};
pub use record::{LineRecord, encode_line};
pub use storage::{Disk, FileId, Storage, StoredFile, check_sidecar, open_sidecar, sidecar_path};
pub use store::{Collect, LedgerStore, StoredLine};
pub use texts::{
    SealedTexts, TextOwners, TextRow, TextState, Texts, check_key_folder, text_digest, texts_path, use_key_folder,
};
pub use uuid::Uuid;
