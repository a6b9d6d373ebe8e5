//! The options of an audit.

use crate::certificate_options::{CertificateOptions, HistoryOptions};
use crate::finding::FindingKind;
use ibbi_core::{At, Outcome};
use ibbi_log::Uuid;
use ibbi_seal::{Checkpoints, PublicKey};
use serde::Serialize;
use std::path::PathBuf;

/// The options of an audit.
#[derive(Debug, Clone)]
pub struct AuditOptions {
    /// The number of threads, at least 1. The result doesn't depend on it.
    pub threads: usize,
    /// The instant for which open cases are measured; the ledger's last `logged` if none is given.
    pub as_of: Option<At>,
    /// The time on the auditor's clock, to find lines that were recorded after it. Without it, such lines aren't found.
    pub now: Option<At>,
    /// Whether all of the core's advisories are reported as findings, and not only the lasting ones.
    pub advisories: bool,
    /// Checkpoints to check the ledger against. Keep them where the operator of the ledger can't write.
    pub checkpoints: Checkpoints,
    /// Why other checkpoints can't be read, each as a sentence without a period. Each one is a finding.
    pub unreadable_checkpoints: Vec<String>,
    /// The trusted public keys. Without any, the audit still compares roots but doesn't check signatures.
    pub keys: Vec<PublicKey>,
    /// What else the checkpoints are compared with.
    pub history: HistoryOptions,
    /// What the certificate names.
    pub certificate: CertificateOptions,
    /// Whether to compute the Merkle root even without a checkpoint.
    pub root: bool,
    /// The ledger beside which the file with the confidential texts is looked for. Without it, texts aren't checked.
    pub texts_beside: Option<PathBuf>,
    /// The findings to show and the cases to measure.
    pub filter: AuditFilter,
    /// The number of findings of each code that the report keeps.
    pub kept: usize,
    /// The number of variants that the report lists.
    pub variants: usize,
    /// The most cases to hold, in sixteen equal parts by their IDs; see [`FindingKind::LedgerManyCases`].
    pub max_cases: usize,
    /// The most records to hold in memory, in sixteen equal parts by the IDs of their cases. The records of other open cases are
    /// read again if a late event, an act, or a correction needs them. The result doesn't depend on it.
    pub held_records: usize,
    /// The most bytes to read of a stream or a compressed file, after decompression; see [`FindingKind::LedgerTooLarge`].
    pub max_stream: u64,
}

impl Default for AuditOptions {
    /// Returns the defaults: 1 thread, no advisories, no checkpoints, no filter, 5 findings of each code, 20 variants,
    /// 12,288 records in memory, at most 4 million cases and 256 GiB of a stream.
    fn default() -> Self {
        Self {
            threads: 1,
            as_of: None,
            now: None,
            advisories: false,
            checkpoints: Checkpoints::default(),
            unreadable_checkpoints: Vec::new(),
            keys: Vec::new(),
            history: HistoryOptions::default(),
            certificate: CertificateOptions::default(),
            root: false,
            texts_beside: None,
            filter: AuditFilter::default(),
            kept: 5,
            variants: 20,
            max_cases: 4_000_000,
            held_records: 12_288,
            max_stream: 256 << 30,
        }
    }
}

/// A filter on what is shown and measured. It changes neither what is audited nor whether the ledger is sound.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuditFilter {
    /// Only these cases: their findings, findings without a case, and their statistics. Empty for all.
    pub cases: Vec<Uuid>,
    /// Findings in lines recorded at this instant or later, and the statistics of cases with such a line.
    pub since: Option<At>,
    /// The statistics of cases with this outcome.
    pub outcome: Option<Outcome>,
    /// Only findings of these codes, and the statistics of cases with such a finding. Empty for all.
    pub codes: Vec<FindingKind>,
}
