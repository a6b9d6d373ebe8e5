//! The settings and the input that judging needs.

use crate::blocks::SHARDS;
use crate::input::RandomAccess;
use crate::options::AuditOptions;

/// The settings and the input that judging needs.
pub(crate) struct JudgeContext<'a> {
    pub(crate) random_access: &'a RandomAccess<'a>,
    pub(crate) advisories: bool,
    /// The most cases of a shard.
    pub(crate) max_shard_cases: usize,
    /// The most cases of the audit.
    pub(crate) max_cases: u64,
    /// A hasher, if closed cases must keep a hash of their state to be compared with another ledger.
    pub(crate) fingerprints: Option<&'a ahash::RandomState>,
}

impl<'a> JudgeContext<'a> {
    pub(crate) fn new(options: &AuditOptions, random_access: &'a RandomAccess<'a>) -> Self {
        Self {
            random_access,
            advisories: options.advisories,
            max_shard_cases: options.max_cases.div_ceil(SHARDS),
            max_cases: u64::try_from(options.max_cases).unwrap_or(u64::MAX),
            fingerprints: None,
        }
    }
}
