//! What an audit is asked to do.

use crate::finding::FindingKind;
use ibbi_core::{At, Outcome};
use ibbi_log::Uuid;
use ibbi_seal::{Checkpoints, PublicKey};
use serde::Serialize;

/// What to look at, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many threads, at least 1. The result does not depend on it.
    pub threads: usize,
    /// The instant at which unfinished cases are looked at; the ledger's last `logged` if none is given.
    pub as_of: Option<At>,
    /// Whether the core's advisories become findings.
    pub advisories: bool,
    /// Checkpoints to hold the ledger against, best from a place where its operator cannot write.
    pub checkpoints: Checkpoints,
    /// The public keys whose checkpoints count. Without any, signatures are not looked at and roots are still compared.
    pub keys: Vec<PublicKey>,
    /// Whether the Merkle root is wanted even if no checkpoint asks for it.
    pub root: bool,
    /// Which findings are shown and which cases are measured.
    pub filter: Filter,
    /// How many findings of each code a report keeps.
    pub kept: usize,
    /// How many variants a report lists.
    pub variants: usize,
    /// The most cases that are held, in sixteen equal parts by their ids; see [`FindingKind::LedgerManyCases`].
    pub max_cases: usize,
    /// The most bytes, unpacked, that are read of a stream or a compressed file; see [`FindingKind::LedgerTooLarge`].
    pub max_stream: u64,
}

impl Default for Options {
    /// One thread, no advisories, no checkpoints, no filter; 5 findings of a code, 20 variants, at most four million
    /// cases and 256 GiB of a stream.
    fn default() -> Self {
        Self {
            threads: 1,
            as_of: None,
            advisories: false,
            checkpoints: Checkpoints::default(),
            keys: Vec::new(),
            root: false,
            filter: Filter::default(),
            kept: 5,
            variants: 20,
            max_cases: 4_000_000,
            max_stream: 256 << 30,
        }
    }
}

/// What is shown and measured. It never changes what is audited, nor the verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AuditFilter"))]
pub struct Filter {
    /// These cases alone: their findings, those that belong to no case, and their figures. Empty for all.
    pub cases: Vec<Uuid>,
    /// Findings in lines that were written down at this instant or later, and the figures of cases with such a line.
    pub since: Option<At>,
    /// The figures of cases that ended in this way.
    pub outcome: Option<Outcome>,
    /// Findings of these codes alone, and the figures of cases with one of them. Empty for all.
    pub codes: Vec<FindingKind>,
}
