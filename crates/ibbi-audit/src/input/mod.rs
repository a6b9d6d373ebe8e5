//! The bytes that an audit reads: opened, decompressed, and read again where needed.

mod counting;
mod decompress;
mod digest;
mod progress;
mod random_access;
mod source;

pub(crate) use counting::CountingReader;
pub use decompress::Compression;
pub(crate) use decompress::StreamProblem;
pub(crate) use digest::SourceDigest;
pub use progress::{ProgressCallback, ProgressReader, ReadProgress};
pub(crate) use random_access::{LineRereader, RandomAccess, SpoolWriter};
pub use source::LedgerSource;
pub(crate) use source::Opened;
