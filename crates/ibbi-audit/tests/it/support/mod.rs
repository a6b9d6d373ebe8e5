//! Ledgers to audit: golden and generated ones, and changes to them.

pub(crate) use ibbi_testing::lines::Lines;
pub(crate) use ibbi_testing::{GOLDEN, golden, walk};

use ibbi_audit::{Audit, AuditOptions, AuditReport, AuditedCaseSummary, Finding, LedgerSource};
use ibbi_testing::audit_output::AuditOutput;

/// The result of an audit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Audited {
    pub(crate) report: AuditReport,
    pub(crate) findings: Vec<Finding>,
    pub(crate) cases: Vec<AuditedCaseSummary>,
}

pub(crate) fn audit_from(source: LedgerSource<'_>, options: AuditOptions) -> Audited {
    let mut output = AuditOutput::default();
    let report = Audit::new(options).run(source, &mut output).expect("a problem in the content is not an error");
    Audited { report, findings: output.findings, cases: output.cases }
}

pub(crate) fn audit_with(bytes: &[u8], options: AuditOptions) -> Audited {
    audit_from(LedgerSource::bytes(bytes), options)
}

pub(crate) fn audit(bytes: &[u8]) -> Audited {
    audit_with(bytes, AuditOptions::default())
}

impl Audited {
    /// Returns the codes of the findings, in order.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.findings.iter().map(|finding| finding.kind.code()).collect()
    }

    /// Returns the number of findings with a code.
    pub(crate) fn count(&self, code: &str) -> usize {
        self.codes().iter().filter(|found| **found == code).count()
    }

    /// Returns the findings and the results of the cases as text.
    pub(crate) fn to_text(&self) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            text.push_str(&without_key_ids(&format!("{}: {finding}\n", finding.severity())));
        }
        let AuditReport { errors, warnings, infos, .. } = self.report;
        text.push_str(&format!("{errors} errors, {warnings} warnings, {infos} infos\n"));
        for case in &self.cases {
            let district = case.district.as_ref().map_or("no district", |district| district.as_str());
            let end = case.outcome.map_or_else(|| case.stage.code(), |outcome| outcome.code());
            let (accepted, records) = (case.accepted, case.records);
            text.push_str(&format!("{district}: {end}, {accepted} of {records} records accepted\n"));
        }
        text
    }
}

/// Returns a text without the IDs of keys, which differ in each run.
fn without_key_ids(text: &str) -> String {
    let mut parts = text.split("example.org+");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        all.push_str("example.org+…");
        all.push_str(part.get(8..).unwrap_or_default());
    }
    all
}

/// Compresses bytes with gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("memory takes it");
    packer.finish().expect("memory takes it")
}

/// Compresses bytes with zstd.
pub(crate) fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}
