//! The ledger.
#![forbid(unsafe_code)]

mod digest;
mod explain;
mod fault;
mod json;
mod ledger;
mod line;
mod lines;
mod reader;
mod record;
mod scan;
mod storage;

pub use digest::{Digest, NotADigest};
pub use explain::explain;
pub use fault::{Fault, FaultKind};
pub use ledger::{AppendError, Committed, CreateError, Damage, Ledger, MAX_BATCH, OpenError, TornTail};
pub use line::{LINE_VERSION, MAX_LINE, MAX_NUMBER, OPENING_TYPE};
pub use reader::{LedgerReader, ReadError};
pub use record::{Entry, FORMAT, NewLedger, NewRecord, Opening, Record, chart_digest, read_line};
pub use scan::Head;
pub use storage::{Disk, Storage, StoredFile};
pub use uuid::Uuid;
