//! Public-records releases that a request asks for, by the API or by a page. The route has checked that the viewer may make them.

use crate::problem::WebError;
use crate::request::WebRequest;
use crate::response;
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_app::ledger::PROGRAM;
use ibbi_app::release::{self, Exemptions, PreparedRelease, ReleaseHints, ReleaseRequest};
use ibbi_app::signing;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What to release, as a request describes it.
#[derive(Debug, Clone, Default)]
pub(crate) struct WantedRelease {
    /// The cases; none for all cases.
    pub(crate) cases: Option<BTreeSet<Uuid>>,
    pub(crate) exemptions: Exemptions,
    pub(crate) shows_concern_ids: bool,
    pub(crate) leaves_out_later: bool,
}

/// Makes a release in memory. A server that signs first signs a checkpoint that covers all records, unless later records are left out.
///
/// The texts that are released were read for the viewer, so the reading is logged.
///
/// # Errors
/// As [`release::prepare`]; also the errors of signing.
pub(crate) fn prepare(request: &WebRequest, wanted: WantedRelease) -> Result<PreparedRelease, WebError> {
    let WantedRelease { cases, exemptions, shows_concern_ids, leaves_out_later } = wanted;
    let (ledger, signer) = (request.own()?, request.state.signer.clone());
    if let Some(signer) = signer.clone().filter(|_| !leaves_out_later) {
        request.state.writer.run_here(move |service| signing::cover(service, &signer))?;
    }
    let asked = ReleaseRequest {
        cases,
        exemptions,
        shows_concern_ids,
        leaves_out_later,
        checkpoints: None,
        key: signer.as_ref().map(|signer| &signer.key),
        program: PROGRAM.to_owned(),
        hints: ReleaseHints::SERVER,
    };
    Ok(release::prepare(&ledger, &asked)?)
}

/// Returns a release as a download.
///
/// # Errors
/// A release that differs from the one that was looked at, which has this digest, is a problem `release-changed`.
pub(crate) fn download(prepared: &PreparedRelease, seen: Option<&str>) -> Result<Response, WebError> {
    if seen.is_some_and(|seen| seen != prepared.digest().to_string()) {
        let detail = "the records or the decisions have changed since the preview; look at the new preview first";
        return Err(WebError::Request(StatusCode::CONFLICT, "release-changed", detail.to_owned()));
    }
    Ok(response::download(response::ZIP, "release.zip", prepared.to_zip()?))
}
