//! Trust: the ledger itself, verified or handed out, and ledgers that are sent to be looked at.

use crate::call::{Answer, Call};
use crate::multipart;
use crate::nature;
use crate::problem::Fail;
use crate::query::Pairs;
use crate::reply::{self, json};
use crate::shared::Shared;
use crate::uploads::Upload;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::audit::{self, Export, Format, Request};
use ibbi_app::desk::Desk;
use ibbi_app::replay::{self, Until};
use ibbi_app::trust::{self, Against};
use ibbi_audit::{Finding, Sink};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// How compressed files begin: gzip, zstd, LZ4, xz, bzip2.
const PACKED: &[&[u8]] = &[b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"\xfd7zXZ", b"BZh"];
/// The most public keys that are taken.
const MOST_KEYS: usize = 8;

pub(super) fn export(call: &Call) -> Answer {
    // What was not acknowledged yet is not given out.
    let head = call.shared.look(Desk::head);
    let path = call.shared.own()?;
    let failed = |source| AppError::Io { doing: "read", path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let (pieces, body) = reply::streamed();
    let mut rest = file.take(head.bytes);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = rest.read(&mut buffer) {
            let piece = buffer.get(..read).unwrap_or_default().to_vec();
            if pieces.blocking_send(piece.into()).is_err() {
                break;
            }
        }
    });
    Ok(reply::download(reply::NDJSON, "cases.ledger", body))
}

/// How many findings of each code a report keeps, and how many variants: as many as the program does.
pub(crate) const KEPT: usize = 5;
const VARIANTS: usize = 20;

/// What an audit is asked here, of a ledger with what it is held against.
pub(crate) fn request(shared: &Shared, against: Against) -> Request {
    Request { against, threads: shared.threads, kept: KEPT, variants: VARIANTS, ..Request::default() }
}

struct Nothing;

impl Sink for Nothing {
    fn finding(&mut self, _: Finding) {}
}

pub(super) fn audit_own(call: &Call) -> Answer {
    let keys = keys(of_link(&call.query))?;
    let against = Against { checkpoints: None, keys, chain_only: false };
    let report = audit::audit(call.shared.own()?, &request(&call.shared, against), &mut Nothing)?;
    Ok(json(StatusCode::OK, &report)?)
}

pub(super) fn audit_upload(call: &Call) -> Answer {
    let upload = upload(call)?;
    let report = audit::audit(&upload.ledger(), &request(&call.shared, upload.against()), &mut Nothing)?;
    Ok(json(StatusCode::OK, &report)?)
}

/// The formats of an export: the code, the type, and the name of the file.
const FORMATS: &[(&str, Format, &str, &str)] = &[
    ("csv", Format::Csv, "text/csv", "events.csv"),
    ("xes", Format::Xes, "application/xml", "events.xes"),
    ("ocel", Format::Ocel, "application/json", "events.ocel.json"),
    ("cloudevents", Format::Cloudevents, "application/x-ndjson", "events.cloudevents.ndjson"),
    ("pnml", Format::Pnml, "application/xml", "process.pnml"),
    ("bpmn", Format::Bpmn, "application/xml", "process.bpmn"),
];

pub(super) fn export_as(call: &Call) -> Answer {
    exported(call, call.shared.own()?)
}

/// A ledger in the format that the path names.
pub(crate) fn exported(call: &Call, ledger: &Path) -> Answer {
    let wanted = call.path.get("format").map(String::as_str).unwrap_or_default();
    let found = FORMATS.iter().find(|(code, ..)| *code == wanted);
    let Some((_, format, kind, name)) = found else {
        let codes: Vec<_> = FORMATS.iter().map(|(code, ..)| *code).collect();
        return Err(Fail::not_found(format!("there is no such format; there are {}", codes.join(", "))));
    };
    let mut out = Vec::new();
    audit::export(
        Export { ledger: Some(ledger), format: *format, voided: call.query.get("voided").is_some() },
        &mut out,
    )?;
    Ok(reply::download(kind, name, out))
}

pub(super) fn verify_own(call: &Call) -> Answer {
    let keys = keys(of_link(&call.query))?;
    let verified = trust::verify(call.shared.own()?, &Against { checkpoints: None, keys, chain_only: false })?;
    Ok(json(StatusCode::OK, &verified)?)
}

pub(super) fn verify_upload(call: &Call) -> Answer {
    Ok(json(StatusCode::OK, &verified(&upload(call)?)?)?)
}

pub(super) fn replay_upload(call: &Call) -> Answer {
    let upload = upload(call)?;
    Ok(json(StatusCode::OK, &replay::replay(&upload.ledger(), None, Until::End)?)?)
}

/// What verification finds of an upload.
fn verified(upload: &Upload) -> Result<trust::Verified, AppError> {
    trust::verify(&upload.ledger(), &upload.against())
}

/// The keys of a link. A plus sign that was not written as %2B arrives as a blank, which no key holds.
fn of_link(query: &Pairs) -> impl Iterator<Item = String> {
    query.all("key").map(|text| text.trim().replace(' ', "+"))
}

/// Keys as text. A text that is no key would be taken for a file's name further down, so it is looked at here.
fn keys(texts: impl Iterator<Item = String>) -> Result<Vec<String>, AppError> {
    let texts = texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let keys: Vec<String> = texts.take(MOST_KEYS).collect();
    for key in &keys {
        key.parse::<ibbi_seal::PublicKey>().map_err(|error| AppError::Usage(format!("the public key: {error}")))?;
    }
    Ok(keys)
}

/// The ledger that a form brings, with its checkpoints and keys.
pub(crate) fn upload(call: &Call) -> Result<Upload, Fail> {
    let wrong = |what: &str| Fail::App(AppError::Usage(what.to_owned()));
    let parts = multipart::read(call.content_type(), &call.body)
        .ok_or_else(|| wrong("send a form of the type multipart/form-data with the part `ledger`"))?;
    let all = |name: &'static str| parts.iter().filter(move |part| part.name == name && !part.content.is_empty());
    let ledger = all("ledger").next().ok_or_else(|| wrong("choose a ledger's file: there is none, or it is empty"))?;
    let checkpoints = all("checkpoints").next();
    if [ledger].into_iter().chain(checkpoints).chain(all("key")).any(|part| nature::is_private_key(part.content)) {
        return Err(wrong(nature::PRIVATE));
    }
    // What is packed small can be larger than any disk when it is unpacked.
    for (part, what) in [(Some(ledger), "the ledger's file"), (checkpoints, "the file of checkpoints")] {
        if part.is_some_and(|part| PACKED.iter().any(|magic| part.content.starts_with(magic))) {
            let detail = format!("{what} is compressed; unpack it first");
            return Err(Fail::Request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "packed", detail));
        }
    }
    if let Some(told) = nature::why_no_ledger(ledger.content) {
        return Err(Fail::Request(StatusCode::UNPROCESSABLE_ENTITY, "not-a-ledger", told));
    }
    let texts = all("key").map(|part| String::from_utf8_lossy(part.content).into_owned());
    Ok(Upload::new(ledger.content, checkpoints.map(|part| part.content), keys(texts)?)?)
}
