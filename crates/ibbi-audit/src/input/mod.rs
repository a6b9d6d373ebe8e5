//! What is read: where it comes from, unpacked and cut into blocks, and read a second time where that is asked for.

mod again;
mod block;
mod chain;
mod progress;
mod source;
mod unpack;

pub(crate) use again::{Again, Rereader, SpoolWriter};
pub(crate) use block::{Batch, Block, SHARDS};
pub(crate) use chain::Chain;
pub use progress::{Metered, Progress, Watch};
pub(crate) use source::Opened;
pub use source::Source;
pub use unpack::Packing;
pub(crate) use unpack::Trouble;
