//! `ibbi audit`: everything in a ledger judged again.

use super::{context, instant};
use crate::args::{Audit as Args, AuditTable};
use crate::output::{Outcome, Stream};
use crate::progress::Reading;
use crate::show;
use ibbi_app::audit::{self, Request};
use ibbi_app::trust::Against;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, ExitCode, schedule};
use ibbi_audit::{CaseQuery, CaseReport, CaseSummary, Finding, Report, Sink, Until};
use ibbi_core::At;
use ibbi_report::{AuditPage, csv, text};

/// How many cases a page lists.
const LISTED: usize = 2_000;
/// How many of them it tells in full.
const TOLD: usize = 50;

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    if let Some(file) = &args.html {
        audit::apart(&args.ledger, file)?;
    }
    let now = context(None)?.now;
    // A ledger can hold cases of several zones; what is written without an offset is meant in that of Massachusetts.
    let read =
        |text: &Option<String>| text.as_deref().map(|text| instant(Some(text), Zone::default(), now)).transpose();
    let as_of = read(&args.as_of)?;
    if let Some(case) = &args.case
        && args.html.is_none()
    {
        let until = match (read(&args.at)?, read(&args.logged)?, args.to) {
            (Some(at), ..) => Until::At(at),
            (_, Some(logged), _) => Until::Logged(logged),
            (.., Some(seq)) => Until::Seq(seq),
            _ => Until::End,
        };
        return one(&args, case, until, as_of, json);
    }
    let threads = args.threads.map_or_else(cores, |threads| usize::try_from(threads).unwrap_or(usize::MAX));
    if threads == 0 {
        return Err(AppError::Usage("ask for at least one thread".to_owned()));
    }
    let request = Request {
        against: Against { checkpoints: args.checkpoint.clone(), keys: args.key.clone(), chain_only: false },
        threads,
        as_of,
        advisories: args.advisories,
        case: args.case.clone(),
        since: read(&args.since)?,
        outcome: args.outcome,
        codes: args.finding.clone(),
        kept: usize::try_from(args.show).unwrap_or(usize::MAX),
        variants: 20,
    };
    let mut found = Found::new(&args, json);
    let bar = Reading::new(json, args.stream);
    let report = audit::audit_watched(&args.ledger, &request, &mut found, &|progress| bar.at(progress))?;
    drop(bar);
    let failed = args.fail_on.is_met(&report);
    let code = if failed { ExitCode::BadLedger } else { ExitCode::Done };
    if let Some(file) = &args.html {
        page(&args, file, &report, &found.cases)?;
    }
    if let Some(stream) = found.stream {
        stream.finish()?;
        return Ok(Outcome { code, ..Outcome::done(String::new()) });
    }
    let shown = match args.csv {
        Some(AuditTable::Findings) => csv::findings(&found.findings),
        Some(AuditTable::Cases) => csv::cases(&found.cases),
        Some(AuditTable::Stages) => csv::stages(&report),
        Some(AuditTable::Variants) => csv::variants(&report),
        Some(AuditTable::Months) => csv::months(&report),
        None if json => return Ok(Outcome { code, ..Outcome::json(&report) }),
        None => show::pieces(&text::audit(&report, show::layout())),
    };
    Ok(Outcome { code, ..Outcome::done(shown) })
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// One case in depth.
fn one(args: &Args, case: &str, until: Until, as_of: Option<At>, json: bool) -> Result<Outcome, AppError> {
    let report = tell(args, case, until, as_of)?;
    let failed = report.findings.iter().any(|finding| finding.severity() == ibbi_audit::Severity::Error);
    let code = if failed { ExitCode::BadLedger } else { ExitCode::Done };
    if json {
        return Ok(Outcome { code, ..Outcome::json(&report) });
    }
    Ok(Outcome { code, ..Outcome::done(show::pieces(&text::case_report(&report, show::layout()))) })
}

fn tell(args: &Args, case: &str, until: Until, as_of: Option<At>) -> Result<CaseReport, AppError> {
    let advisories = args.advisories;
    audit::case(&args.ledger, case, |case| CaseQuery { case, until, as_of, advisories })
}

/// Writes the report as a page, with the first cases told in full.
fn page(args: &Args, file: &std::path::Path, report: &Report, cases: &[CaseSummary]) -> Result<(), AppError> {
    let mut timelines = Vec::new();
    // A stream is read once, so its page has no timelines.
    if args.ledger.as_os_str() != "-" {
        for case in cases.iter().take(TOLD) {
            timelines.push(tell(args, &case.case.to_string(), Until::End, Some(report.as_of))?);
        }
    }
    let cases = &cases[..cases.len().min(LISTED)];
    let page = AuditPage { report, cases, timelines: &timelines, program: ibbi_app::journal::PROGRAM };
    schedule::write_file(file, page.to_html().as_bytes())
}

/// What an audit finds, as far as it is wanted in full.
struct Found {
    stream: Option<Stream>,
    json: bool,
    keep_findings: bool,
    keep_cases: usize,
    findings: Vec<Finding>,
    cases: Vec<CaseSummary>,
}

impl Found {
    fn new(args: &Args, json: bool) -> Self {
        let keep_cases = match (args.csv, &args.html) {
            (Some(AuditTable::Cases), _) => usize::MAX,
            (_, Some(_)) => LISTED + 1,
            _ => 0,
        };
        Self {
            stream: args.stream.then(Stream::new),
            json,
            keep_findings: matches!(args.csv, Some(AuditTable::Findings)),
            keep_cases,
            findings: Vec::new(),
            cases: Vec::new(),
        }
    }
}

impl Sink for Found {
    fn finding(&mut self, finding: Finding) {
        if let Some(stream) = &mut self.stream {
            let line = match self.json {
                true => serde_json::to_string(&finding).unwrap_or_default(),
                false => finding.to_string(),
            };
            stream.line(&line);
        }
        if self.keep_findings {
            self.findings.push(finding);
        }
    }

    fn case(&mut self, case: CaseSummary) {
        if self.cases.len() < self.keep_cases {
            self.cases.push(case);
        }
    }
}
