//! Exports of a ledger, or of the process.

use crate::error::AppError;
use crate::ledger;
use ibbi_audit::{ProgressCallback, ProgressReader, ReadProgress};
use ibbi_export::{ChainedReader, Corrections, ExportError, Voided, bpmn, cloudevents, csv, ocel, pnml, xes};
use ibbi_log::{FaultKind, LedgerReader, ReadError};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// The format of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
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
    /// The lines of the ledger exactly as they are.
    Ledger,
}

impl ExportFormat {
    /// Every format: those of a ledger, then those of the process.
    pub const ALL: [Self; 7] =
        [Self::Csv, Self::Xes, Self::Ocel, Self::Cloudevents, Self::Ledger, Self::Pnml, Self::Bpmn];

    /// Returns the stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xes => "xes",
            Self::Ocel => "ocel",
            Self::Cloudevents => "cloudevents",
            Self::Pnml => "pnml",
            Self::Bpmn => "bpmn",
            Self::Ledger => "ledger",
        }
    }

    /// Returns the format with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.code() == code)
    }

    /// Returns a description for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Csv => "One row for each event (RFC 4180)",
            Self::Xes => "One trace for each case (IEEE 1849), for process mining",
            Self::Ocel => "Events with their objects (OCEL 2.0, JSON)",
            Self::Cloudevents => "One message for each event (CloudEvents 1.0, JSON)",
            Self::Pnml => "The process as a Petri net (PNML)",
            Self::Bpmn => "The process as a diagram (BPMN 2.0)",
            Self::Ledger => "The lines of the ledger exactly as they are; from a database with checkpoints",
        }
    }

    /// Returns whether the format describes the process, which needs no ledger.
    pub const fn is_of_the_process(self) -> bool {
        matches!(self, Self::Pnml | Self::Bpmn)
    }
}

/// A request for an export.
#[derive(Debug, Clone, Copy)]
pub struct ExportRequest<'a> {
    /// The ledger; not needed for the process.
    pub ledger: Option<&'a Path>,
    /// The format.
    pub format: ExportFormat,
    /// Whether to include voided events and corrections, in the formats that can leave them out.
    pub voided: bool,
}

/// Exports a ledger or the process. A ledger with an unreadable line can't be exported: audit it first.
///
/// # Errors
/// Returns an [`AppError`]; the output written so far is incomplete.
pub fn export(request: ExportRequest<'_>, out: &mut dyn Write) -> Result<(), AppError> {
    export_with_progress(request, out, &|_| {})
}

/// Exports like [`export()`], and reports the progress of reading. The ledger is read twice, which counts as reading a
/// ledger of twice its size.
///
/// # Errors
/// Returns the same errors as [`export()`].
pub fn export_with_progress(
    request: ExportRequest<'_>,
    mut out: &mut dyn Write,
    progress: ProgressCallback<'_>,
) -> Result<(), AppError> {
    let write_failed = |source| AppError::Io { doing: "write", path: "the export".into(), source };
    let ExportRequest { ledger, format, voided } = request;
    match format {
        ExportFormat::Pnml => return pnml::write(pnml::Ending::default(), &mut out).map_err(write_failed),
        ExportFormat::Bpmn => return bpmn::write(&mut out).map_err(write_failed),
        _ => {}
    }
    let Some(path) = ledger else {
        return Err(AppError::Usage("give the ledger to export".to_owned()));
    };
    if format == ExportFormat::Ledger {
        let mut bytes = ProgressReader::new(ledger::open_unpacked(path)?, None, progress);
        return std::io::copy(&mut bytes, &mut out).map(drop).map_err(write_failed);
    }
    let failed = |error: ExportError<ReadError>| match error {
        ExportError::Write(source) => write_failed(source),
        ExportError::Read(ReadError::Fault(fault)) => {
            AppError::Damaged { path: path.to_owned(), fault: Box::new(fault), count: 1 }
        }
        ExportError::Read(ReadError::Io { source, .. }) => {
            AppError::Io { doing: "read", path: path.to_owned(), source }
        }
        other => AppError::Usage(other.to_string()),
    };
    let passes = TwoPasses::new(progress);
    let (first, second) = (|progress| passes.first(progress), |progress| passes.second(progress));
    let corrections =
        Corrections::read(without_torn_end(open(path, &first)?)).map_err(|error| failed(ExportError::Read(error)))?;
    let mut reader = open(path, &second)?;
    let opening = reader.opening().cloned();
    let opening = opening.ok_or_else(|| AppError::NotALedger {
        path: path.to_owned(),
        reason: "it does not begin with the line that opens a ledger".into(),
    })?;
    let voided = if voided { Voided::Marked } else { Voided::LeftOut };
    match format {
        ExportFormat::Csv => csv::write(without_torn_end(reader), &corrections, &mut out),
        ExportFormat::Xes => xes::write(&opening, without_torn_end(reader), &corrections, voided, &mut out),
        ExportFormat::Ocel => ocel::write(without_torn_end(reader), &corrections, voided, &mut out),
        _ => {
            let framing = cloudevents::Framing::default();
            let records = without_torn_end(ChainedReader::new(reader));
            cloudevents::write(&opening, records, &corrections, framing, &mut out)
        }
    }
    .map_err(failed)
}

/// Leaves out an incomplete last line: a write is still in progress or was interrupted.
fn without_torn_end<T>(
    items: impl Iterator<Item = Result<T, ReadError>>,
) -> impl Iterator<Item = Result<T, ReadError>> {
    let is_torn = |item: &Result<T, ReadError>| match item {
        Err(ReadError::Fault(fault)) => matches!(fault.kind, FaultKind::Torn { .. }),
        _ => false,
    };
    items.filter(move |item| !is_torn(item))
}

fn open<'a>(path: &Path, progress: ProgressCallback<'a>) -> Result<LedgerReader<Box<dyn Read + 'a>>, AppError> {
    let file = ledger::open_unpacked(path)?;
    let total = file.total;
    Ok(LedgerReader::new(Box::new(ProgressReader::new(file, total, progress)) as Box<dyn Read + 'a>))
}

/// The progress of two passes over a ledger, reported as one.
struct TwoPasses<'a> {
    progress: ProgressCallback<'a>,
    /// The lines and the bytes of the first pass.
    lines: AtomicU64,
    bytes: AtomicU64,
}

impl<'a> TwoPasses<'a> {
    fn new(progress: ProgressCallback<'a>) -> Self {
        Self { progress, lines: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    fn first(&self, progress: ReadProgress) {
        self.lines.store(progress.lines, Ordering::Relaxed);
        self.bytes.store(progress.bytes, Ordering::Relaxed);
        (self.progress)(ReadProgress { total: progress.total.map(|total| total.saturating_mul(2)), ..progress });
    }

    fn second(&self, progress: ReadProgress) {
        (self.progress)(ReadProgress {
            lines: progress.lines + self.lines.load(Ordering::Relaxed),
            bytes: progress.bytes + self.bytes.load(Ordering::Relaxed),
            total: progress.total.map(|total| total.saturating_mul(2)),
        });
    }
}
