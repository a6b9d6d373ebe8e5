//! `ibbi audit`: checks everything in a ledger again.

use super::{actor, instant, now, output_file};
use crate::args::{Audit as Args, AuditTable};
use crate::output::{Outcome, Stream};
use crate::progress::ReadingBar;
use crate::terminal;
use ibbi_access::UNKNOWN_NAME;
use ibbi_app::audit::{
    self, AuditCertificate, AuditReport, AuditRequest, AuditedCaseSummary, CaseQuery, CaseReport, CaseUntil, Finding,
    FindingSink,
};
use ibbi_app::history::HistorySettings;
use ibbi_app::output::OutputKind;
use ibbi_app::quorum::Quorum;
use ibbi_app::signing::VerifySettings;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, ExitCode};
use ibbi_core::At;
use ibbi_report::{AuditPage, CaseAuditPage, csv, text};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Number of cases that a page lists.
const LISTED_CASES: usize = 2_000;
/// Number of cases that a page shows in full.
const FULL_CASES: usize = 12;

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    let now = now()?;
    let since = Since::read(&args.since, now)?;
    let inputs = [Some(&args.ledger), args.checkpoint.as_ref(), args.witnesses.as_ref()];
    let inputs: Vec<&Path> = inputs.into_iter().flatten().chain(&since.files).map(|path| path.as_path()).collect();
    let output = args.html.as_deref().map(|file| output_file(file, OutputKind::Page, &inputs)).transpose()?.flatten();
    let quorum = args.witnesses.as_deref().map(|file| Quorum::read(file, args.quorum)).transpose()?;
    // A ledger can have cases in several time zones. A time without an offset is in Massachusetts time.
    let read =
        |text: &Option<String>| text.as_deref().map(|text| instant(Some(text), Zone::default(), now)).transpose();
    let as_of = read(&args.as_of)?;
    let until = match (read(&args.at)?, read(&args.logged)?, args.to) {
        (Some(at), ..) => CaseUntil::At(at),
        (_, Some(logged), _) => CaseUntil::Logged(logged),
        (.., Some(seq)) => CaseUntil::Seq(seq),
        _ => CaseUntil::End,
    };
    // Standard input can be read only once, so the report on a case from there has no certificate.
    if let Some(case) = &args.case
        && args.html.is_none()
        && args.ledger.as_os_str() == "-"
    {
        return single_case(&args, case, until, as_of, json);
    }
    let threads = args.threads.map_or_else(cores, |threads| usize::try_from(threads).unwrap_or(usize::MAX));
    let request = AuditRequest {
        against: VerifySettings {
            checkpoints: args.checkpoint.clone(),
            keys: args.key.clone(),
            chain_only: false,
            now: Some(now),
        },
        threads,
        without_texts: false,
        as_of,
        advisories: args.advisories,
        case: args.case.clone(),
        since: since.time,
        history: HistorySettings { since: since.files.clone(), quorum },
        file_name: None,
        auditor: auditor(args.actor.as_deref())?,
        // The digest is only in the certificate.
        digest: !args.stream && (args.csv.is_none() || args.html.is_some()),
        outcome: args.outcome,
        codes: args.finding.clone(),
        kept: usize::try_from(args.show).unwrap_or(usize::MAX),
        variants: 20,
    };
    let mut collector = Collector::new(&args, json);
    let bar = ReadingBar::new(json, args.stream);
    let report = audit::audit_with_progress(&args.ledger, &request, &mut collector, &|progress| bar.set(progress))?;
    drop(bar);
    if let Some(case) = args.case.as_deref().filter(|_| args.html.is_none()) {
        let found = case_report(&args, case, until, as_of)?;
        let code = if report.sound && !has_errors(&found) { ExitCode::Done } else { ExitCode::BadLedger };
        if json {
            return Ok(Outcome {
                code,
                ..Outcome::json(&CertifiedCase { certificate: &report.certificate, case: &found })
            });
        }
        let pieces = text::case_audit(&report, &found, terminal::layout());
        return Ok(Outcome { code, ..Outcome::done(terminal::pieces(&pieces)) });
    }
    let failed = args.fail_on.is_met(&report);
    let code = if failed { ExitCode::BadLedger } else { ExitCode::Done };
    if args.html.is_some() {
        let page = match &args.case {
            Some(case) => case_page(&args, case, until, &report)?,
            None => page(&args, &report, &collector.cases)?,
        };
        match &output {
            Some(output) => output.write(page.as_bytes())?,
            None => return Ok(Outcome { code, ..Outcome::done(page) }),
        }
    }
    if let Some(stream) = collector.stream {
        stream.finish()?;
        return Ok(Outcome { code, ..Outcome::done(String::new()) });
    }
    let shown = match args.csv {
        Some(AuditTable::Findings) => csv::findings(&collector.findings),
        Some(AuditTable::Cases) => csv::cases(&collector.cases),
        Some(AuditTable::Stages) => csv::stages(&report),
        Some(AuditTable::Variants) => csv::variants(&report),
        Some(AuditTable::Months) => csv::months(&report),
        None if json => return Ok(Outcome { code, ..Outcome::json(&report) }),
        None => terminal::pieces(&text::audit(&report, terminal::layout())),
    };
    Ok(Outcome { code, ..Outcome::done(shown) })
}

/// Returns the name of the person who audits, if it is known.
fn auditor(given: Option<&str>) -> Result<Option<String>, AppError> {
    let name = actor(given)?;
    Ok(Some(name.to_string()).filter(|name| given.is_some() || name != UNKNOWN_NAME))
}

/// The values of `--since`: a time, and files with earlier checkpoints.
#[derive(Default)]
struct Since {
    time: Option<At>,
    files: Vec<PathBuf>,
}

impl Since {
    fn read(values: &[String], now: At) -> Result<Self, AppError> {
        let mut since = Self::default();
        for text in values {
            match instant(Some(text), Zone::default(), now) {
                Ok(_) if since.time.is_some() => {
                    return Err(AppError::Usage("--since can have only one time; the others must be files".to_owned()));
                }
                Ok(time) => since.time = Some(time),
                Err(_) if Path::new(text).exists() => since.files.push(text.into()),
                Err(AppError::Usage(error)) => {
                    let message = format!("--since: there is no file `{text}`, and it is not a time: {error}");
                    return Err(AppError::Usage(message));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(since)
    }
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The report on one case as JSON.
#[derive(Serialize)]
struct CertifiedCase<'a> {
    certificate: &'a AuditCertificate,
    #[serde(flatten)]
    case: &'a CaseReport,
}

/// Reports one case in detail, without a certificate.
fn single_case(args: &Args, case: &str, until: CaseUntil, as_of: Option<At>, json: bool) -> Result<Outcome, AppError> {
    let report = case_report(args, case, until, as_of)?;
    let code = if has_errors(&report) { ExitCode::BadLedger } else { ExitCode::Done };
    if json {
        return Ok(Outcome { code, ..Outcome::json(&report) });
    }
    Ok(Outcome { code, ..Outcome::done(terminal::pieces(&text::case_report(&report, terminal::layout()))) })
}

fn has_errors(report: &CaseReport) -> bool {
    report.findings.iter().any(|finding| finding.severity() == audit::Severity::Error)
}

fn case_report(args: &Args, case: &str, until: CaseUntil, as_of: Option<At>) -> Result<CaseReport, AppError> {
    let advisories = args.advisories;
    audit::case_report_with_texts(&args.ledger, case, |case| CaseQuery { case, until, as_of, advisories })
}

/// Returns one case in full as a page.
fn case_page(args: &Args, case: &str, until: CaseUntil, report: &AuditReport) -> Result<String, AppError> {
    let (as_of, advisories) = (Some(report.as_of).filter(|_| until == CaseUntil::End), args.advisories);
    let query = |case| CaseQuery { case, until, as_of, advisories };
    let (shown, known) = audit::case_in_full(&args.ledger, case, query)?;
    let whole = match shown.later {
        0 => None,
        _ => Some(audit::case_report(&args.ledger, case, |case| CaseQuery {
            case,
            until: CaseUntil::End,
            as_of: None,
            advisories,
        })?),
    };
    let all = whole.as_ref().map_or(&shown.records, |whole| &whole.records);
    Ok(CaseAuditPage { report, case: &shown, known: &known, all, program: ibbi_app::ledger::PROGRAM }.to_html())
}

/// Returns the report as a page, with the first cases in full.
fn page(args: &Args, report: &AuditReport, cases: &[AuditedCaseSummary]) -> Result<String, AppError> {
    let query = |case: &AuditedCaseSummary| CaseQuery {
        case: case.case,
        until: CaseUntil::End,
        as_of: Some(report.as_of),
        advisories: args.advisories,
    };
    // Standard input can be read only once, so its page has no timelines. A ledger's file is read a second time, for all.
    let timelines = match args.ledger.as_os_str() == "-" {
        true => Vec::new(),
        false => audit::case_reports(&args.ledger, &cases.iter().take(FULL_CASES).map(query).collect::<Vec<_>>())?,
    };
    let cases = &cases[..cases.len().min(LISTED_CASES)];
    let page = AuditPage { report, cases, timelines: &timelines, program: ibbi_app::ledger::PROGRAM };
    Ok(page.to_html())
}

/// Collects the findings and cases that the output needs.
struct Collector {
    stream: Option<Stream>,
    json: bool,
    keep_findings: bool,
    keep_cases: usize,
    findings: Vec<Finding>,
    cases: Vec<AuditedCaseSummary>,
}

impl Collector {
    fn new(args: &Args, json: bool) -> Self {
        let keep_cases = match (args.csv, &args.html) {
            (Some(AuditTable::Cases), _) => usize::MAX,
            (_, Some(_)) => LISTED_CASES + 1,
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

impl FindingSink for Collector {
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

    fn case(&mut self, case: AuditedCaseSummary) {
        if self.cases.len() < self.keep_cases {
            self.cases.push(case);
        }
    }
}
