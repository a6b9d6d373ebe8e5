//! Verification, audits, and exports of this server's ledger and of ledgers that are sent.

use super::{BASE, paging};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::{self, json};
use crate::uploads::{Upload, UploadedFiles};
use axum::body::Body;
use axum::http::StatusCode;
use ibbi_app::audit::{self, AuditRequest, ExportFormat, ExportRequest};
use ibbi_app::audit::{Finding, FindingSink};
use ibbi_app::history::HistorySettings;
use ibbi_app::ledger::{self, Collect};
use ibbi_app::replay::{self, Timeline, Until};
use ibbi_app::signing::{self, VerifySettings};
use ibbi_app::statements::StatementKind;
use ibbi_app::{AppError, file_type};
use schemars::JsonSchema;
use serde::Serialize;
use std::io::{BufWriter, Read, Seek as _};
use std::path::Path;
use uuid::Uuid;

/// The beginnings of compressed files: gzip, zstd, LZ4, xz, bzip2.
const PACKED: &[&[u8]] = &[b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\xfd7zXZ", b"BZh"];
const PLAIN: &str = "text/plain; charset=utf-8";
/// The most public keys of a request.
const MAX_KEYS: usize = 8;

pub(super) fn export(request: &WebRequest) -> WebResult {
    // What was not acknowledged yet is not given out.
    let head = request.state.look(|service| service.store().head()).ok_or_else(WebError::internal)?;
    let path = request.own()?;
    let failed = |source| AppError::Io { doing: "read", path: path.clone(), source };
    let bytes = request.state.look(|service| service.store().read_bytes(head)).map_err(failed)?;
    Ok(response::download(response::NDJSON, "cases.ledger", sent(bytes)))
}

/// Sends a file piece by piece, as the client reads it.
fn sent(mut file: impl Read + Send + 'static) -> Body {
    let (pieces, body) = response::streamed();
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = file.read(&mut buffer) {
            let piece = buffer.get(..read).unwrap_or_default().to_vec();
            if pieces.blocking_send(piece.into()).is_err() {
                break;
            }
        }
    });
    body
}

/// How many findings of each code a report keeps, and how many variants: as many as the program does.
pub(crate) const KEPT: usize = 5;
const VARIANTS: usize = 20;

/// Returns the request of an audit.
pub(crate) fn audit_request(request: &WebRequest, against: VerifySettings, history: HistorySettings) -> AuditRequest {
    let state = &request.state;
    AuditRequest {
        against: VerifySettings { now: state.now().ok(), ..against },
        history,
        auditor: Some(request.name().to_string()),
        digest: true,
        threads: state.threads,
        kept: KEPT,
        variants: VARIANTS,
        ..AuditRequest::default()
    }
}

/// Returns the request of an audit of an upload.
pub(crate) fn upload_request(request: &WebRequest, upload: &Upload) -> Result<AuditRequest, AppError> {
    let file_name = upload.name();
    Ok(AuditRequest { file_name, without_texts: true, ..audit_request(request, upload.against(), upload.history()?) })
}

struct Nothing;

impl FindingSink for Nothing {
    fn finding(&mut self, _: Finding) {}
}

pub(super) fn audit_own(request: &WebRequest) -> WebResult {
    let keys = keys(keys_of_link(&request.query))?;
    let against = VerifySettings { keys, ..VerifySettings::default() };
    let report =
        audit::audit(&request.own()?, &audit_request(request, against, HistorySettings::default()), &mut Nothing)?;
    Ok(json(StatusCode::OK, &report)?)
}

pub(super) fn audit_upload(request: &WebRequest) -> WebResult {
    let upload = upload_with_records(request)?;
    let report = audit::audit(&upload.ledger(), &upload_request(request, &upload)?, &mut Nothing);
    let report = report.map_err(|error| upload.without_folder(error))?;
    Ok(json(StatusCode::OK, &report)?)
}

/// The formats of an export: the code, the content type, and the file name.
const FORMATS: &[(&str, ExportFormat, &str, &str)] = &[
    ("csv", ExportFormat::Csv, "text/csv", "events.csv"),
    ("xes", ExportFormat::Xes, "application/xml", "events.xes"),
    ("ocel", ExportFormat::Ocel, "application/json", "events.ocel.json"),
    ("cloudevents", ExportFormat::Cloudevents, "application/x-ndjson", "events.cloudevents.ndjson"),
    ("pnml", ExportFormat::Pnml, "application/xml", "process.pnml"),
    ("bpmn", ExportFormat::Bpmn, "application/xml", "process.bpmn"),
];

/// The most lines and cases of a comparison that are returned in full.
const COMPARED: usize = 100;

pub(super) fn diff_upload(request: &WebRequest) -> WebResult {
    let upload = upload_with_records(request)?;
    let diff = audit::diff(&request.own()?, &upload.ledger(), COMPARED);
    Ok(json(StatusCode::OK, &diff.map_err(|error| upload.without_folder(error))?)?)
}

pub(super) fn export_as(request: &WebRequest) -> WebResult {
    exported(request, &request.own()?)
}

/// Returns a ledger in the format that the path names.
pub(crate) fn exported(request: &WebRequest, ledger: &Path) -> WebResult {
    let wanted = request.path.get("format").map(String::as_str).unwrap_or_default();
    let found = FORMATS.iter().find(|(code, ..)| *code == wanted);
    let Some((_, format, kind, name)) = found else {
        let codes: Vec<_> = FORMATS.iter().map(|(code, ..)| *code).collect();
        return Err(WebError::not_found(format!("This format doesn't exist. Use one of: {}.", codes.join(", "))));
    };
    // In a file without a name: a client that reads slowly takes no memory, and keeps no one waiting.
    let failed = |source| AppError::Io { doing: "write", path: "the export".into(), source };
    let mut out = BufWriter::new(tempfile::tempfile().map_err(failed)?);
    audit::export(
        ExportRequest { ledger: Some(ledger), format: *format, voided: request.query.get("voided").is_some() },
        &mut out,
    )?;
    let mut file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.rewind().map_err(failed)?;
    Ok(response::download(kind, name, sent(file)))
}

/// Returns the checkpoints beside the ledger. They name no case.
pub(super) fn checkpoints(request: &WebRequest) -> WebResult {
    let (after, most) =
        (paging::number(request, "after")?.unwrap_or(0), paging::limit_if_given(request)?.unwrap_or(usize::MAX));
    let text = signing::checkpoints_after(request.state.own()?, after, most)?;
    let none =
        || WebError::not_found("the ledger has no checkpoint yet; start the server with --sign KEYFILE to sign some");
    Ok(response::with_content_etag(PLAIN, text.ok_or_else(none)?))
}

pub(super) fn public_key(request: &WebRequest) -> WebResult {
    let none = || WebError::not_found("this server signs no checkpoints; start it with --sign KEYFILE");
    let key = request.state.public_key.clone().ok_or_else(none)?;
    Ok(response::with_content_etag(PLAIN, key + "\n"))
}

pub(super) fn verify_own(request: &WebRequest) -> WebResult {
    let keys = keys(keys_of_link(&request.query))?;
    let settings = VerifySettings { keys, now: request.state.now().ok(), ..VerifySettings::default() };
    let verified = signing::verify(&request.own()?, &settings)?;
    Ok(json(StatusCode::OK, &verified)?)
}

pub(super) fn verify_upload(request: &WebRequest) -> WebResult {
    Ok(json(StatusCode::OK, &verified(&upload(request)?)?)?)
}

/// The timelines of the cases of a ledger: a page of them.
#[derive(Serialize, JsonSchema)]
pub(super) struct TimelineList {
    /// The timelines, in the order in which the cases were opened.
    timelines: Vec<Timeline>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<Uuid>,
    /// The number of cases in the ledger.
    total: usize,
}

pub(super) fn replay_upload(request: &WebRequest) -> WebResult {
    let (limit, after) = (paging::limit(request)?, paging::after::<Uuid>(request, "the ID of a case")?);
    let upload = upload_with_records(request)?;
    let read = ledger::read_cases(&upload.ledger(), Collect::Everything);
    let service = read.map_err(|error| upload.without_folder(error))?;
    let cases: Vec<Uuid> = ledger::all_cases(&service)?.iter().map(|summary| summary.case).collect();
    let from = after.map_or(Ok(0), |after| {
        let place = cases.iter().position(|case| *case == after).map(|place| place + 1);
        place.ok_or_else(|| AppError::NoCase(format!("there is no case {after} in this ledger")))
    })?;
    let page = &cases[from..cases.len().min(from + limit)];
    let next = if from + page.len() < cases.len() { page.last().copied() } else { None };
    let mut timelines = Vec::with_capacity(page.len());
    for case in page {
        timelines.extend(replay::timelines(&service, Some(*case), Until::End)?);
    }
    Ok(json(StatusCode::OK, &TimelineList { timelines, next, total: cases.len() })?)
}

/// Verifies an upload.
fn verified(upload: &Upload) -> Result<signing::Verified, AppError> {
    let verified = signing::verify_history(&upload.ledger(), &upload.against(), &upload.history()?, &|_| {});
    verified.map_err(|error| upload.without_folder(error))
}

/// Returns the keys of a link. A plus sign that was not written as %2B arrives as a blank, which no key has.
fn keys_of_link(query: &Pairs) -> impl Iterator<Item = String> {
    query.all("key").map(|text| text.trim().replace(' ', "+"))
}

/// Checks keys. Later code takes a text that is not a key for the name of a file, so it is refused here.
fn keys(texts: impl Iterator<Item = String>) -> Result<Vec<String>, AppError> {
    let texts = texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let keys: Vec<String> = texts.take(MAX_KEYS).collect();
    for key in &keys {
        key.parse::<ibbi_app::PublicKey>().map_err(|error| AppError::Usage(format!("the public key: {error}")))?;
    }
    Ok(keys)
}

/// Reads the upload of a form as [`upload`] does, if it has records: a ledger, an extract, or a mirror.
fn upload_with_records(request: &WebRequest) -> Result<Upload, WebError> {
    let upload = upload(request)?;
    let Some(kind) = upload.statement() else { return Ok(upload) };
    let reason = format!("this is {}, which has no records to audit; send it to {BASE}/verify", kind.label());
    Err(WebError::Request(StatusCode::UNPROCESSABLE_ENTITY, "not-a-ledger", reason))
}

/// Reads the upload of a form: the ledger or what else can be verified, its checkpoints, and keys.
pub(crate) fn upload(request: &WebRequest) -> Result<Upload, WebError> {
    let wrong = |what: &str| WebError::App(AppError::Usage(what.to_owned()));
    let none = || wrong("send a form of the type multipart/form-data with the part `ledger`");
    let parts = request.parts.as_ref().ok_or_else(none)?;
    let all = |name: &'static str| parts.iter().filter(move |part| part.name == name && !part.content.is_empty());
    let ledger = all("ledger").next().ok_or_else(|| wrong("choose a ledger's file: it is missing or empty"))?;
    let checkpoints = all("checkpoints").next();
    let evidence = || all("key").chain(all("since")).chain(all("witnesses"));
    if [ledger].into_iter().chain(checkpoints).chain(evidence()).any(|part| file_type::is_private_key(&part.content)) {
        return Err(wrong(file_type::PRIVATE));
    }
    // A small compressed file can be larger than any disk when it is unpacked.
    for (part, what) in [
        (Some(ledger), "the ledger's file"),
        (checkpoints, "the file of checkpoints"),
        (all("since").next(), "the file with an earlier checkpoint"),
    ] {
        if part.is_some_and(|part| PACKED.iter().any(|magic| part.content.starts_with(magic))) {
            let detail = format!("{what} is compressed; unpack it first");
            return Err(WebError::Request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "packed", detail));
        }
    }
    if file_type::is_release(&ledger.content) {
        return Err(WebError::Request(StatusCode::UNPROCESSABLE_ENTITY, "not-a-ledger", file_type::RELEASE.to_owned()));
    }
    let is_statement = StatementKind::of(&ledger.content).is_some();
    if let Some(reason) = file_type::why_no_ledger(&ledger.content).filter(|_| !is_statement) {
        return Err(WebError::Request(StatusCode::UNPROCESSABLE_ENTITY, "not-a-ledger", reason));
    }
    let texts = all("key").map(|part| String::from_utf8_lossy(&part.content).into_owned());
    let since = all("since").next();
    let witnesses: Vec<&[u8]> = all("witnesses").map(|part| &part.content[..]).collect();
    let quorum = all("quorum").next().map_or(Ok(1), |part| {
        let text = String::from_utf8_lossy(&part.content);
        text.trim().parse().map_err(|_| wrong("the number of witnesses must be a number, such as 2"))
    })?;
    let files = UploadedFiles {
        name: ledger.file.as_deref(),
        ledger: &ledger.content,
        checkpoints: checkpoints.map(|part| &part.content[..]),
        since: since.map(|part| &part.content[..]),
        witnesses: (!witnesses.is_empty()).then(|| witnesses.join(&b'\n')),
    };
    Ok(Upload::new(files, keys(texts)?, quorum)?)
}
