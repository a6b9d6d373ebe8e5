//! Ledgers to audit: golden and generated ones, and changes to them.

pub(crate) mod walk;

pub(crate) use ibbi_testing::{GOLDEN, golden};

use ibbi_audit::{Audit, AuditOptions, AuditReport, AuditedCaseSummary, Finding, LedgerSource};
use ibbi_log::Digest;
use ibbi_testing::audit_output::AuditOutput;
use serde_json::Value;

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

/// A ledger as lines that can be changed.
#[derive(Debug, Clone)]
pub(crate) struct Lines(pub(crate) Vec<String>);

impl Lines {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(std::str::from_utf8(bytes).expect("UTF-8").lines().map(str::to_owned).collect())
    }

    pub(crate) fn golden(name: &str) -> Self {
        Self::of(&golden(name))
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.iter().map(|line| line.len() + 1).sum());
        for line in &self.0 {
            bytes.extend_from_slice(line.as_bytes());
            bytes.push(b'\n');
        }
        bytes
    }

    /// Returns a line, counted from 1, as JSON.
    pub(crate) fn json(&self, line: usize) -> Value {
        serde_json::from_str(&self.0[line - 1]).expect("a line is JSON")
    }

    /// Changes a line, counted from 1, as JSON. Its keys stay sorted.
    pub(crate) fn edit(mut self, line: usize, change: impl FnOnce(&mut Value)) -> Self {
        let mut value = self.json(line);
        change(&mut value);
        self.0[line - 1] = value.to_string();
        self
    }

    /// Sets a key of a line, such as `at` or `data.chart`.
    pub(crate) fn set(self, line: usize, key: &str, value: impl Into<Value>) -> Self {
        self.edit(line, |json| {
            let mut place = json;
            for part in key.split('.') {
                place = &mut place[part];
            }
            *place = value.into();
        })
    }

    /// Replaces text in a line.
    pub(crate) fn replace(mut self, line: usize, from: &str, to: &str) -> Self {
        assert!(self.0[line - 1].contains(from), "line {line} holds no {from}: {}", self.0[line - 1]);
        self.0[line - 1] = self.0[line - 1].replacen(from, to, 1);
        self
    }

    pub(crate) fn remove(mut self, line: usize) -> Self {
        self.0.remove(line - 1);
        self
    }

    pub(crate) fn insert(mut self, line: usize, text: String) -> Self {
        self.0.insert(line - 1, text);
        self
    }

    pub(crate) fn swap(mut self, one: usize, other: usize) -> Self {
        self.0.swap(one - 1, other - 1);
        self
    }

    /// Corrects the chain: every line names the digest of the line before.
    pub(crate) fn chained(mut self) -> Self {
        let mut prev = Digest::ZERO;
        for line in &mut self.0 {
            let hex = prev.to_hex();
            let hex = core::str::from_utf8(&hex).expect("digits");
            // Only text after the event's data has this key without escapes.
            let key = "\"prev\":\"";
            let start = line.rfind(key).expect("a line has `prev`") + key.len();
            let end = start + line[start..].find('"').expect("the end of the digest");
            if &line[start..end] != hex {
                line.replace_range(start..end, hex);
            }
            prev = Digest::sha256(line.as_bytes());
        }
        self
    }

    /// Corrects the numbers of the ledger and of each case, then the chain.
    pub(crate) fn numbered(mut self) -> Self {
        let mut revs = std::collections::HashMap::new();
        for (index, line) in self.0.iter_mut().enumerate() {
            let mut value: Value = serde_json::from_str(line).expect("a line is JSON");
            value["seq"] = (index + 1).into();
            if let Some(case) = value["case"].as_str().map(str::to_owned) {
                let rev = revs.entry(case).or_insert(0_u64);
                *rev += 1;
                value["rev"] = (*rev).into();
            }
            *line = value.to_string();
        }
        self.chained()
    }

    /// Returns the first line with a kind of event, from 1.
    pub(crate) fn find(&self, kind: &str) -> usize {
        let key = format!("\"type\":\"{kind}\"");
        1 + self.0.iter().position(|line| line.contains(&key)).unwrap_or_else(|| panic!("no {kind}"))
    }
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
