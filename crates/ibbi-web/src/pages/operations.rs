//! What those who run the server ask: does it run, does it record, and what has it done?

use crate::request::{WebRequest, WebResult};
use crate::response::with_type;
use axum::http::StatusCode;

/// Answers that the process runs.
pub(crate) fn health(_: &WebRequest) -> WebResult {
    Ok(with_type(StatusCode::OK, "text/plain; charset=utf-8", "ok\n"))
}

/// Answers whether events are recorded.
pub(crate) fn ready(request: &WebRequest) -> WebResult {
    let stopped = request.state.look(|service| service.stopped().is_some());
    let in_place = request.state.own().is_ok();
    let (status, text) = match (stopped, in_place) {
        (false, true) => (StatusCode::OK, "ready\n"),
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: a write failed\n"),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: the ledger is not in its place\n"),
    };
    Ok(with_type(status, "text/plain; charset=utf-8", text))
}

/// Returns the counts for Prometheus.
pub(crate) fn metrics(request: &WebRequest) -> WebResult {
    let (head, stopped) = request.state.look(|service| (service.store().head(), service.stopped().is_some()));
    let text = request.state.metrics.text(head.map_or(0, |head| head.lines), !stopped);
    Ok(with_type(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text))
}
