//! Judging: the records of the cases, each offered again to the core, and what is kept of a case between two of them.
//!
//! [`Shard`] holds some of the cases and judges their lines; [`Track`] is one case. `debt` and `reach` say which refusals
//! are put down to an earlier fault.

mod ahead;
mod debt;
mod ids;
mod live;
mod place;
mod reach;
mod recall;
mod record;
mod shard;
mod track;
mod trail;
mod verdict;

pub(crate) use live::{Live, State};
pub(crate) use place::{Place, of_fault};
pub(crate) use shard::{Context, Shard};
pub(crate) use track::Track;
