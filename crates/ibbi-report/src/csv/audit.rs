//! Tables of an audit.

use super::{Csv, Field};
use ibbi_audit::{AuditReport, AuditedCaseSummary, Finding, SequenceStep, TimeSpread};

/// Returns the findings: `code, severity, line, byte, case, event, seq, logged, cause, rules, text, statement, remedy,
/// source`.
///
/// `line` counts from 1, and `byte` from 0. `cause` is the line of the finding that a consequence depends on. `rules`
/// are the ids of the unmet rules, separated by blanks.
pub fn findings(findings: &[Finding]) -> String {
    let mut csv = Csv::new(&[
        "code",
        "severity",
        "line",
        "byte",
        "case",
        "event",
        "seq",
        "logged",
        "cause",
        "rules",
        "text",
        "statement",
        "remedy",
        "source",
    ]);
    for finding in findings {
        let rules: Vec<&str> = finding.unmet().iter().map(|unmet| unmet.rule.id()).collect();
        csv.row([
            Field::text(finding.kind),
            Field::text(finding.severity()),
            Field::number(finding.line),
            Field::number(finding.byte),
            Field::some(finding.case),
            Field::some(finding.event),
            Field::some(finding.seq),
            Field::some(finding.logged),
            Field::some(finding.cause()),
            Field::text(rules.join(" ")),
            Field::text(finding.text()),
            Field::text(finding.kind.statement()),
            Field::text(finding.kind.remedy()),
            Field::text(finding.source().label()),
        ]);
    }
    csv.finish()
}

/// Returns the cases: `case, district, line, stage, outcome, opened, last, records, accepted, illegal, consequences,
/// fitness, findings`.
///
/// `line` is the line of the first record. `fitness` is from 0 to 1. `findings` are codes, separated by blanks.
pub fn cases(cases: &[AuditedCaseSummary]) -> String {
    let mut csv = Csv::new(&[
        "case",
        "district",
        "line",
        "stage",
        "outcome",
        "opened",
        "last",
        "records",
        "accepted",
        "illegal",
        "consequences",
        "fitness",
        "findings",
    ]);
    for case in cases {
        let codes: Vec<&str> = case.findings.iter().map(|kind| kind.code()).collect();
        csv.row([
            Field::number(case.case),
            case.district.as_ref().map_or(Field::Empty, Field::text),
            Field::number(case.line),
            Field::text(case.stage),
            Field::some(case.outcome),
            Field::some(case.opened),
            Field::some(case.last),
            Field::number(case.records),
            Field::number(case.accepted),
            Field::number(case.illegal),
            Field::number(case.consequences),
            Field::number(case.fitness),
            Field::text(codes.join(" ")),
        ]);
    }
    csv.finish()
}

/// Returns the time in each stage, in minutes: `stage, cases, count, least, median, p80, p90, most, sum`.
///
/// `cases` is `left` for cases that left the stage, and `still` for cases that are in it. Their time is until the time
/// of the audit.
pub fn stages(report: &AuditReport) -> String {
    let mut csv = Csv::new(&["stage", "cases", "count", "least", "median", "p80", "p90", "most", "sum"]);
    for times in &report.stages {
        for (which, spread) in [("left", times.left), ("still", times.still)] {
            if let Some(spread) = spread {
                csv.row([Field::text(times.stage), Field::text(which)].into_iter().chain(figures(spread)));
            }
        }
    }
    csv.finish()
}

fn figures(spread: TimeSpread) -> [Field; 7] {
    let TimeSpread { count, least, median, p80, p90, most, sum } = spread;
    [count, least, median, p80, p90, most, sum].map(Field::number)
}

/// Returns the most frequent sequences: `of, steps, outcome, cases, share, example`.
///
/// `of` is `stages` or `events`. Steps are separated by blanks. A step that repeats has `*` and a number. `share` is
/// from 0 to 1. `example` is the first case with that sequence. `outcome` is empty for open cases.
pub fn variants(report: &AuditReport) -> String {
    let mut csv = Csv::new(&["of", "steps", "outcome", "cases", "share", "example"]);
    let mut add = |of: &str, steps: String, outcome: Option<ibbi_core::Outcome>, rest: [Field; 3]| {
        csv.row([Field::text(of), Field::text(steps), Field::some(outcome)].into_iter().chain(rest));
    };
    for path in &report.paths.first {
        let rest = [Field::number(path.cases), Field::number(path.share), Field::number(path.example)];
        add("stages", joined(&path.steps), path.outcome, rest);
    }
    for variant in &report.variants.first {
        let rest = [Field::number(variant.cases), Field::number(variant.share), Field::number(variant.example)];
        add("events", joined(&variant.steps), variant.outcome, rest);
    }
    csv.finish()
}

fn joined<T: ToString>(steps: &[SequenceStep<T>]) -> String {
    let step = |step: &SequenceStep<T>| match step.times {
        1 => step.what.to_string(),
        times => format!("{}*{times}", step.what.to_string()),
    };
    steps.iter().map(step).collect::<Vec<_>>().join(" ")
}

/// Returns how many cases were opened and closed in each month: `month, opened, closed`, and a column for each outcome.
pub fn months(report: &AuditReport) -> String {
    let columns = ["month", "opened", "closed"].iter().chain(ibbi_core::Outcome::CODES).copied();
    let mut csv = Csv::new(&columns.collect::<Vec<_>>());
    for month in &report.months {
        let of = |outcome: &ibbi_core::Outcome| {
            month.closed.iter().find(|count| count.outcome == *outcome).map_or(0, |count| count.cases)
        };
        let closed: u64 = month.closed.iter().map(|count| count.cases).sum();
        let counts = [month.opened, closed].into_iter().chain(ibbi_core::Outcome::ALL.iter().map(of));
        csv.row([Field::number(&month.month)].into_iter().chain(counts.map(Field::number)));
    }
    csv.finish()
}
