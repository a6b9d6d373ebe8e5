//! Judging: offers each record to the core again, and keeps what is needed between two records of a case.
//!
//! A [`Shard`] holds some of the cases and judges their lines; an [`AuditedCase`] is one case. `follow_on` and
//! `affected_rules` decide which refusals are consequences of an earlier fault.

mod affected_rules;
mod answer;
mod audited_case;
mod booked_time;
mod case_state;
mod context;
mod follow_on;
mod late;
mod prefetch;
mod record;
mod record_ids;
mod record_offsets;
mod reread;
mod shard;

pub(crate) use audited_case::AuditedCase;
pub(crate) use booked_time::BookedTime;
pub(crate) use case_state::{CaseState, Held};
pub(crate) use context::JudgeContext;
pub(crate) use reread::RecordRereader;
pub(crate) use shard::Shard;
