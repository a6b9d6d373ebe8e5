//! What those who run the server ask: does it run, does it record, and what has it done?

use crate::metrics::Gauges;
use crate::request::{WebRequest, WebResult};
use crate::response::with_type;
use crate::subscriptions::Subscription;
use axum::http::StatusCode;

/// Answers that the process runs.
pub(crate) fn health(_: &WebRequest) -> WebResult {
    Ok(with_type(StatusCode::OK, "text/plain; charset=utf-8", "ok\n"))
}

/// Answers whether events are recorded.
pub(crate) fn ready(request: &WebRequest) -> WebResult {
    let stopped = request.state.look(|service| service.stopped().is_some());
    let in_place = request.state.own().is_ok();
    request.state.troubles.look_for_keys();
    let files = request.state.troubles.files();
    let (status, text) = match (stopped, in_place) {
        (false, true) if files.is_empty() => (StatusCode::OK, "ready\n".to_owned()),
        (false, true) => {
            let files = files.join(", ");
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: a file beside the ledger can't be used: {files}\n"))
        }
        (true, _) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: a write failed\n".to_owned()),
        (false, false) => (StatusCode::SERVICE_UNAVAILABLE, "not ready: the ledger is not in its place\n".to_owned()),
    };
    Ok(with_type(status, "text/plain; charset=utf-8", text))
}

/// Returns the counts for Prometheus.
pub(crate) fn metrics(request: &WebRequest) -> WebResult {
    let state = &request.state;
    let (head, stopped) = state.look(|service| (service.store().head(), service.stopped().is_some()));
    let stopped = stopped || !state.troubles.files().is_empty();
    let webhooks = state.subscriptions.current().ok();
    let letters = |(webhook, delivery): &Subscription| delivery.letters(webhook).count() as u64;
    let dead_letters = webhooks.map(|all| all.iter().map(letters).sum());
    let text = state.metrics.text(&Gauges {
        lines: head.map_or(0, |head| head.lines),
        is_writable: !stopped,
        webhook_sends: state.subscriptions.counts().collect(),
        dead_letters,
    });
    Ok(with_type(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text))
}
