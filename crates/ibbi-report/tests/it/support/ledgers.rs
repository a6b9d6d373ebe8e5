//! Ledgers to audit: the golden ones, and altered ones.

use ibbi_audit::{
    Audit, AuditOptions, AuditReport, AuditedCaseSummary, CaseQuery, CaseReport, CaseUntil, Diff, Finding,
    LedgerSource, case_report, diff,
};
use ibbi_core::Name;
use ibbi_log::{Digest, chart_digest};
use ibbi_report::AuditPage;
use ibbi_testing::GOLDEN;
use ibbi_testing::audit_output::AuditOutput;
use serde_json::Value;

/// The results for the page of an audit.
pub(crate) struct Audited {
    pub(crate) report: AuditReport,
    pub(crate) findings: Vec<Finding>,
    pub(crate) cases: Vec<AuditedCaseSummary>,
    pub(crate) told: Vec<CaseReport>,
}

impl Audited {
    pub(crate) fn of(ledger: &[u8]) -> Self {
        Self::with(ledger, AuditOptions { kept: 3, variants: 5, ..AuditOptions::default() })
    }

    pub(crate) fn with(ledger: &[u8], options: AuditOptions) -> Self {
        let mut output = AuditOutput::default();
        let report = Audit::new(options).run(LedgerSource::bytes(ledger), &mut output).unwrap();
        let tell = |case: &AuditedCaseSummary| {
            let query =
                CaseQuery { case: case.case, until: CaseUntil::End, as_of: Some(report.as_of), advisories: true };
            case_report(LedgerSource::bytes(ledger), &query).unwrap()
        };
        let told = output.cases.iter().filter_map(tell).collect();
        Self { report, findings: output.findings, cases: output.cases, told }
    }

    pub(crate) fn page(&self) -> String {
        let Self { report, cases, told, .. } = self;
        AuditPage { report, cases, timelines: told, program: "ibbi 0.0.0" }.to_html()
    }
}

pub(crate) fn parting(first: &[u8], second: &[u8]) -> Diff {
    diff(LedgerSource::bytes(first), LedgerSource::bytes(second), 5).unwrap()
}

/// Replaces the chart's digest by a word, so that snapshots don't depend on the chart.
pub(crate) fn steady(text: &str) -> String {
    text.replace(&chart_digest().to_string(), "[the digest of this program's chart]")
}

/// Returns a golden ledger's lines. It was started with an earlier chart, which does not matter here.
pub(crate) fn golden(name: &str) -> Vec<String> {
    let text = String::from_utf8(ibbi_testing::golden(name)).unwrap();
    text.lines().map(str::to_owned).collect()
}

pub(crate) fn bytes(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| line.bytes().chain([b'\n'])).collect()
}

/// Changes lines as JSON, and repairs the chain.
pub(crate) fn edited(lines: &[String], mut change: impl FnMut(&mut Value)) -> Vec<String> {
    let mut prev = Digest::ZERO;
    let edit = |line: &String| {
        let mut value: Value = serde_json::from_str(line).unwrap();
        change(&mut value);
        value["prev"] = prev.to_string().into();
        let text = value.to_string();
        prev = Digest::sha256(text.as_bytes());
        text
    };
    lines.iter().map(edit).collect()
}

/// Returns a ledger with an event that the rules don't allow: a letter of support has become a note.
pub(crate) fn illegal() -> Vec<u8> {
    let mut first = true;
    bytes(&edited(&golden("completed-full-day"), |line| {
        if line["type"] == "support_confirmed" && std::mem::take(&mut first) {
            line["type"] = "note_added".into();
            line["data"] = serde_json::json!({ "text": "a letter came" });
        }
    }))
}

/// Returns a ledger whose end was cut off in the middle of a line.
pub(crate) fn cut() -> Vec<u8> {
    let mut ledger = bytes(&golden("not-adopted"));
    ledger.truncate(ledger.len() * 2 / 3);
    ledger
}

/// Returns a ledger in which a word of a line was changed afterwards.
pub(crate) fn changed() -> Vec<u8> {
    let mut lines = golden("corrections-and-three-cases");
    lines[12] = lines[12].replace("clerk@example.org", "other@example.org");
    lines.remove(20);
    bytes(&lines)
}

/// A name that looks like markup, a formula, and a line of a terminal.
pub(crate) const HOSTILE: &str = "=<script>alert('1')</script> & \"x\" --> ]]> \u{5d0}\u{5d1}";

/// Returns a ledger with hostile districts, people, and texts.
pub(crate) fn hostile() -> Vec<u8> {
    assert!(Name::new(HOSTILE).is_ok(), "the ledger takes it");
    bytes(&edited(&golden("completed-two-half-days"), |line| {
        line["actor"] = HOSTILE.into();
        for key in ["district", "name", "by", "reason", "text", "response", "title", "representative"] {
            if line["data"].get(key).is_some_and(Value::is_string) {
                line["data"][key] = HOSTILE.into();
            }
        }
    }))
}

/// Returns every kind of ledger in these tests, with its name.
pub(crate) fn ledgers() -> Vec<(&'static str, Vec<u8>)> {
    let golden = GOLDEN.iter().map(|name| (*name, bytes(&golden(name))));
    let others = [
        ("illegal", illegal()),
        ("cut", cut()),
        ("changed", changed()),
        ("hostile", hostile()),
        ("empty", Vec::new()),
        ("no ledger", b"Dear Sir or Madam\n\nsee attached\n".to_vec()),
        ("without its beginning", bytes(&self::golden("completed-full-day")[9..])),
        ("opening alone", bytes(&self::golden("withdrawn")[..1])),
    ];
    golden.chain(others).collect()
}
