//! Audits: everything in a ledger judged again, one case in depth, two ledgers side by side, and exports.

mod timeline;

use crate::error::AppError;
use crate::ledger;
use crate::signing::{self, VerifySettings};
use ibbi_audit::{Audit, AuditError, Diff, Filter, Metered, Options, Source, Watch};
use ibbi_core::{At, Name, Outcome};
use ibbi_export::{Chained, Corrections, ExportError, Voided};
use ibbi_log::{FaultKind, LedgerReader, ReadError, Uuid};
use std::io::{self, Read, Write};
use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// The parts of the audit that programs use.
pub use ibbi_audit::{
    CaseQuery, CaseReport, CaseSummary, Finding, FindingKind, Progress, Report, Severity, Sink, Until,
};
pub use timeline::timeline;

/// What is asked of an audit.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Checkpoints and keys to hold the ledger against.
    pub against: VerifySettings,
    /// How many threads; 0 stands for one. The result does not depend on it.
    pub threads: usize,
    /// The instant at which unfinished cases are looked at; the last line's if none is given.
    pub as_of: Option<At>,
    /// Whether the process's advisories become findings.
    pub advisories: bool,
    /// A case by its id, the beginning of it, or its district.
    pub case: Option<String>,
    /// What was written down at this instant or later.
    pub since: Option<At>,
    /// Cases that ended in this way.
    pub outcome: Option<Outcome>,
    /// Findings of these codes alone.
    pub codes: Vec<FindingKind>,
    /// How many findings of each code the report keeps.
    pub kept: usize,
    /// How many variants the report lists.
    pub variants: usize,
}

/// When an audit counts as failed, for scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Never.
    Never,
    /// At a finding of this weight, or a heavier one.
    Severity(Severity),
    /// At a finding of this code.
    Code(FindingKind),
}

impl FailOn {
    /// Whether a report meets the condition. It looks at the whole ledger, whatever the filter.
    pub fn is_met(self, report: &Report) -> bool {
        match self {
            Self::Never => false,
            Self::Severity(Severity::Error) => report.errors > 0,
            Self::Severity(Severity::Warning) => report.errors + report.warnings > 0,
            Self::Severity(Severity::Info) => report.errors + report.warnings + report.infos > 0,
            Self::Code(code) => report.findings.iter().any(|found| found.code == code && found.count > 0),
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let severity = Severity::ALL.iter().copied().find(|severity| severity.code() == text);
        if text == "never" {
            return Ok(Self::Never);
        }
        severity.map(Self::Severity).map_or_else(|| code(text).map(Self::Code), Ok)
    }
}

/// The kind of finding with this code.
///
/// # Errors
/// A message with the nearest code.
pub fn code(text: &str) -> Result<FindingKind, String> {
    FindingKind::from_code(text).ok_or_else(|| {
        let near = ibbi_common::spelling::nearest(text, FindingKind::ALL.iter().map(|kind| kind.code()));
        let hint = ibbi_common::spelling::did_you_mean(near.as_deref());
        format!("there is no finding `{}`{hint}; docs/findings.md lists them", ibbi_common::spelling::echo(text))
    })
}

/// Audits a ledger, an extract, or either compressed, from a file or, with `-`, from standard input. Findings and then
/// cases go to the sink as they come.
///
/// # Errors
/// [`AppError`] if something cannot be read. What is wrong with the ledger is in the report.
pub fn audit(path: &Path, request: &Request, sink: &mut dyn Sink) -> Result<Report, AppError> {
    audit_watched(path, request, sink, &|_| {})
}

/// As [`audit`], telling how far reading has come.
///
/// # Errors
/// As [`audit`].
pub fn audit_watched(
    path: &Path,
    request: &Request,
    sink: &mut dyn Sink,
    watch: Watch<'_>,
) -> Result<Report, AppError> {
    let cases = match &request.case {
        Some(wanted) => vec![select(path, wanted)?],
        None => Vec::new(),
    };
    let options = Options {
        threads: request.threads.max(1),
        as_of: request.as_of,
        advisories: request.advisories,
        checkpoints: signing::known_checkpoints(path, &request.against)?.unwrap_or_default(),
        keys: signing::public_keys(&request.against)?,
        root: false,
        filter: Filter { cases, since: request.since, outcome: request.outcome, codes: request.codes.clone() },
        kept: request.kept,
        variants: request.variants,
        ..Options::default()
    };
    Audit::new(options).run(source(path)?.watched(watch), sink).map_err(|error| failed(path, error))
}

fn source<'a>(path: &Path) -> Result<Source<'a>, AppError> {
    if path == Path::new("-") {
        return Ok(Source::stream(io::stdin()));
    }
    // Whatever is there is audited, a pipe too; only a directory cannot be.
    if path.is_dir() {
        ledger::check_file(path)?;
    }
    Source::open(path).map_err(|source| AppError::Io { doing: "open", path: path.to_owned(), source })
}

fn failed(path: &Path, error: AuditError) -> AppError {
    let path = path.to_owned();
    match error {
        AuditError::Read { source, .. } => AppError::Io { doing: "read", path, source },
        error => AppError::Audit { path, source: Box::new(error) },
    }
}

/// Gathers the cases of a ledger, whatever is wrong with it.
#[derive(Default)]
struct Cases(Vec<(Uuid, Option<Name>)>);

impl Sink for Cases {
    fn finding(&mut self, _: Finding) {}

    fn case(&mut self, case: CaseSummary) {
        self.0.push((case.case, case.district));
    }
}

/// The case that is meant by its id, the beginning of it, or its district, in a ledger that may be damaged.
fn select(path: &Path, wanted: &str) -> Result<Uuid, AppError> {
    if let Ok(id) = wanted.parse() {
        return Ok(id);
    }
    if path == Path::new("-") {
        let message = "a stream is read once: give the whole id of the case, or the ledger as a file".to_owned();
        return Err(AppError::Usage(message));
    }
    let mut cases = Cases::default();
    Audit::new(Options::default()).run(source(path)?, &mut cases).map_err(|error| failed(path, error))?;
    let text = wanted.to_lowercase();
    let is_meant = |(case, district): &&(Uuid, Option<Name>)| {
        (!text.is_empty() && case.to_string().starts_with(&text))
            || district.as_ref().is_some_and(|district| district.as_str().to_lowercase() == text)
    };
    let meant: Vec<_> = cases.0.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [(case, _)] => Ok(*case),
        [] => {
            let count = cases.0.len();
            let message = format!("{} has no case `{wanted}` among its {count}", path.display());
            Err(AppError::NoCase(message))
        }
        several => {
            let shown: Vec<_> = several.iter().take(5).map(|(case, _)| case.to_string()).collect();
            Err(AppError::WhichCase { path: path.to_owned(), count: several.len(), shown: shown.join(", ") })
        }
    }
}

/// Tells one case in depth; `case` names it where the ledger holds several.
///
/// # Errors
/// [`AppError`].
pub fn case(path: &Path, case: &str, query: impl FnOnce(Uuid) -> CaseQuery) -> Result<CaseReport, AppError> {
    let id = select(path, case)?;
    let report = ibbi_audit::case_report(source(path)?, &query(id)).map_err(|error| failed(path, error))?;
    report.ok_or_else(|| AppError::NoCase(format!("{} has no case {id}", path.display())))
}

/// Compares two ledgers; at most `shown` cases are told in full.
///
/// # Errors
/// [`AppError`].
pub fn diff(first: &Path, second: &Path, shown: usize) -> Result<Diff, AppError> {
    if first == Path::new("-") && second == Path::new("-") {
        let message = "standard input holds one ledger alone: give at least one of the two as a file".to_owned();
        return Err(AppError::Usage(message));
    }
    let (one, other) = (source(first)?, source(second)?);
    ibbi_audit::diff(one, other, shown).map_err(|error| failed(first, error))
}

/// What a ledger, or the process itself, is exported to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180.
    Csv,
    /// XES 2.0 (IEEE 1849).
    Xes,
    /// OCEL 2.0 as JSON.
    Ocel,
    /// CloudEvents 1.0 as JSON.
    Cloudevents,
    /// PNML.
    Pnml,
    /// BPMN 2.0.
    Bpmn,
}

impl Format {
    /// Every format: those of a ledger, then those of the process.
    pub const ALL: [Self; 6] = [Self::Csv, Self::Xes, Self::Ocel, Self::Cloudevents, Self::Pnml, Self::Bpmn];

    /// The name by which it is asked for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xes => "xes",
            Self::Ocel => "ocel",
            Self::Cloudevents => "cloudevents",
            Self::Pnml => "pnml",
            Self::Bpmn => "bpmn",
        }
    }

    /// The format with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// What it holds, for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Csv => "A row an event (RFC 4180)",
            Self::Xes => "A trace a case (IEEE 1849), for process mining",
            Self::Ocel => "Events with all that they touch (OCEL 2.0, JSON)",
            Self::Cloudevents => "An event a line (CloudEvents 1.0, JSON)",
            Self::Pnml => "The process as a Petri net (PNML)",
            Self::Bpmn => "The process as a diagram (BPMN 2.0)",
        }
    }

    /// Whether it is of the process itself, for which no ledger is needed.
    pub const fn is_of_the_process(self) -> bool {
        matches!(self, Self::Pnml | Self::Bpmn)
    }
}

/// How an export is made.
#[derive(Debug, Clone, Copy)]
pub struct Export<'a> {
    /// The ledger; not needed for the process itself.
    pub ledger: Option<&'a Path>,
    /// The format.
    pub format: Format,
    /// Whether voided events and corrections are exported too, in the formats that can leave them out.
    pub voided: bool,
}

/// Exports a ledger or the process. A ledger with a line that cannot be read is not exported: audit it first.
///
/// # Errors
/// [`AppError`]; what was written then is no whole export.
pub fn export(export: Export<'_>, out: &mut dyn Write) -> Result<(), AppError> {
    export_watched(export, out, &|_| {})
}

/// As [`export()`], telling how far reading has come. The ledger is read twice, which counts as one reading of twice its
/// length.
///
/// # Errors
/// As [`export()`].
pub fn export_watched(export: Export<'_>, mut out: &mut dyn Write, watch: Watch<'_>) -> Result<(), AppError> {
    let unwritten = |source| AppError::Io { doing: "write", path: "the export".into(), source };
    let Export { ledger, format, voided } = export;
    match format {
        Format::Pnml => {
            return ibbi_export::pnml::write(ibbi_export::pnml::Ending::default(), &mut out).map_err(unwritten);
        }
        Format::Bpmn => return ibbi_export::bpmn::write(&mut out).map_err(unwritten),
        _ => {}
    }
    let Some(path) = ledger else {
        return Err(AppError::Usage("give the ledger that is to be exported".to_owned()));
    };
    let failed = |error: ExportError<ReadError>| match error {
        ExportError::Write(source) => unwritten(source),
        ExportError::Read(ReadError::Fault(fault)) => {
            AppError::Damaged { path: path.to_owned(), fault: Box::new(fault), count: 1 }
        }
        ExportError::Read(ReadError::Io { source, .. }) => {
            AppError::Io { doing: "read", path: path.to_owned(), source }
        }
        other => AppError::Usage(other.to_string()),
    };
    let twice = Twice::new(watch);
    let (first, second) = (|progress| twice.first(progress), |progress| twice.second(progress));
    let corrections =
        Corrections::gather(whole(reader(path, &first)?)).map_err(|error| failed(ExportError::Read(error)))?;
    let mut opened = reader(path, &second)?;
    let opening = opened.opening().cloned();
    let opening = opening.ok_or_else(|| AppError::NotALedger {
        path: path.to_owned(),
        reason: "it does not begin with the line that opens one".into(),
    })?;
    let kept = if voided { Voided::Marked } else { Voided::LeftOut };
    match format {
        Format::Csv => ibbi_export::csv::write(whole(opened), &corrections, &mut out),
        Format::Xes => ibbi_export::xes::write(&opening, whole(opened), &corrections, kept, &mut out),
        Format::Ocel => ibbi_export::ocel::write(whole(opened), &corrections, kept, &mut out),
        _ => {
            let framing = ibbi_export::cloudevents::Framing::default();
            ibbi_export::cloudevents::write(&opening, whole(Chained::new(opened)), &corrections, framing, &mut out)
        }
    }
    .map_err(failed)
}

/// The items without a fragment at the end: a line that is being written just now, or was cut off, is no record.
fn whole<T>(items: impl Iterator<Item = Result<T, ReadError>>) -> impl Iterator<Item = Result<T, ReadError>> {
    let is_torn = |item: &Result<T, ReadError>| matches!(item, Err(ReadError::Fault(fault)) if matches!(fault.kind, FaultKind::Torn { .. }));
    items.filter(move |item| !is_torn(item))
}

fn reader<'a>(path: &Path, watch: Watch<'a>) -> Result<LedgerReader<Box<dyn Read + 'a>>, AppError> {
    let file = ledger::open_unpacked(path)?;
    let total = file.metadata().ok().map(|metadata| metadata.len());
    Ok(LedgerReader::new(Box::new(Metered::new(file, total, watch)) as Box<dyn Read + 'a>))
}

/// Two readings of a ledger, told as one.
struct Twice<'a> {
    watch: Watch<'a>,
    /// The lines and the bytes of the first.
    lines: AtomicU64,
    bytes: AtomicU64,
}

impl<'a> Twice<'a> {
    fn new(watch: Watch<'a>) -> Self {
        Self { watch, lines: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    fn first(&self, progress: Progress) {
        self.lines.store(progress.lines, Ordering::Relaxed);
        self.bytes.store(progress.bytes, Ordering::Relaxed);
        (self.watch)(Progress { total: progress.total.map(|total| total.saturating_mul(2)), ..progress });
    }

    fn second(&self, progress: Progress) {
        (self.watch)(Progress {
            lines: progress.lines + self.lines.load(Ordering::Relaxed),
            bytes: progress.bytes + self.bytes.load(Ordering::Relaxed),
            total: progress.total.map(|total| total.saturating_mul(2)),
        });
    }
}
