//! What an audit is told for its certificate.

use ibbi_seal::{CheckedCheckpoint, WitnessQuorum};

/// What a certificate names, apart from the ledger itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CertificateOptions {
    /// The name of the file.
    pub file: Option<String>,
    /// The person who audits.
    pub auditor: Option<String>,
    /// The program that audits, with its version.
    pub program: Option<String>,
    /// Whether to compute the SHA-256 of the file's bytes as they are. It is computed while they are read, and takes about
    /// half a second for each gigabyte.
    pub digest: bool,
}

/// What else the checkpoints of a ledger are compared with.
#[derive(Debug, Clone, Default)]
pub struct HistoryOptions {
    /// Whether all checkpoints come from a place where the ledger's operator can't write.
    pub all_outside: bool,
    /// The places, in the list of checkpoints, of earlier ones that a person kept outside.
    pub earlier: Vec<usize>,
    /// The witnesses, and how many of them must have cosigned a checkpoint. Without it, every checkpoint counts.
    pub quorum: Option<WitnessQuorum>,
}

impl HistoryOptions {
    /// Returns whether a checkpoint comes from a place where the ledger's operator can't write.
    pub(crate) fn is_outside(&self, index: usize, checked: &CheckedCheckpoint) -> bool {
        let is_met = |quorum: &WitnessQuorum| quorum.is_met(&checked.signed);
        self.all_outside || self.earlier.contains(&index) || self.quorum.as_ref().is_some_and(is_met)
    }
}
