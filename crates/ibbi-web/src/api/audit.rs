//! Trust: the ledger itself, verified or handed out, and ledgers that are sent to be looked at.

use crate::call::{Answer, Call};
use crate::multipart;
use crate::problem::Fail;
use crate::reply::{self, json};
use crate::uploads::Upload;
use axum::http::StatusCode;
use ibbi_app::AppError;
use ibbi_app::replay::{self, Until};
use ibbi_app::trust::{self, Against};
use std::fs::File;
use std::io::Read as _;

/// The most public keys that are taken.
const MOST_KEYS: usize = 8;

pub(super) fn export(call: &Call) -> Answer {
    // What was not acknowledged yet is not given out.
    let (_, head) = call.shared.cases();
    let failed = |source| AppError::Io { doing: "read", path: call.shared.path.clone(), source };
    let file = File::open(&call.shared.path).map_err(failed)?;
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

pub(super) fn verify_own(call: &Call) -> Answer {
    let keys = keys(call.query.all("key").map(str::to_owned))?;
    let verified = trust::verify(&call.shared.path, &Against { checkpoints: None, keys, chain_only: false })?;
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
pub(crate) fn verified(upload: &Upload) -> Result<trust::Verified, AppError> {
    let checkpoints = upload.has_checkpoints.then(|| upload.checkpoints());
    trust::verify(&upload.ledger(), &Against { checkpoints, keys: upload.keys.clone(), chain_only: false })
}

/// Keys as text. A text that is no key would be taken for a file's name further down, so it is looked at here.
fn keys(texts: impl Iterator<Item = String>) -> Result<Vec<String>, AppError> {
    let texts = texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let keys: Vec<String> = texts.take(MOST_KEYS).collect();
    for key in &keys {
        key.parse::<ibbi_log::PublicKey>().map_err(|error| AppError::Usage(format!("the public key: {error}")))?;
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
    let texts = all("key").map(|part| String::from_utf8_lossy(part.content).into_owned());
    Ok(Upload::new(ledger.content, all("checkpoints").next().map(|part| part.content), keys(texts)?)?)
}
