//! From a request to its handler: the guard, the limits on a body, and the two tables of routes.

use crate::call::{Call, Handler};
use crate::problem::Fail;
use crate::query::Pairs;
use crate::shared::Shared;
use crate::{api, guard, pages};
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use hyper::body::{Body as _, Incoming};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// The longest body, in bytes.
const MAX_BODY: usize = 2 << 20;
/// The longest body where ledgers are uploaded, in bytes.
const MAX_UPLOAD: usize = 64 << 20;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(20);
/// How long what is too long is let pass.
const DRAIN_TIME: Duration = Duration::from_secs(5);
/// How long an upload may take to arrive.
const UPLOAD_TIME: Duration = Duration::from_secs(120);

/// What was in a request's body.
#[derive(Clone)]
struct ReadBody(Bytes);

/// All routes.
pub(crate) fn router(shared: &Arc<Shared>) -> Router {
    let routes = pages::ROUTES.iter().map(|(method, path, handler)| (method.clone(), *path, *handler));
    let routes = routes.chain(api::OPERATIONS.iter().map(api::Operation::route));
    let router =
        routes.fold(Router::new(), |router, (method, path, handler)| router.route(path, route(&method, handler)));
    router
        .fallback(
            |request: Request| async move { failed(request.uri().path(), &Fail::not_found("there is no such page")) },
        )
        .method_not_allowed_fallback(|request: Request| async move {
            let detail = format!("{} is not done here", request.method());
            failed(request.uri().path(), &Fail::Request(StatusCode::METHOD_NOT_ALLOWED, "method", detail))
        })
        .with_state(Arc::clone(shared))
}

fn route(method: &Method, handler: Handler) -> MethodRouter<Arc<Shared>> {
    let filter = if *method == Method::POST { MethodFilter::POST } else { MethodFilter::GET };
    on(filter, move |State(shared): State<Arc<Shared>>, params: RawPathParams, request: Request| async move {
        let path = params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let (mut parts, _) = request.into_parts();
        let body = parts.extensions.remove::<ReadBody>().map(|body| body.0).unwrap_or_default();
        let query = Pairs::read(parts.uri.query().unwrap_or_default().as_bytes());
        let asked = parts.uri.path().to_owned();
        match handler(Call { shared, path, query, headers: parts.headers, body }).await {
            Ok(response) => response,
            Err(fail) => failed(&asked, &fail),
        }
    })
}

fn failed(path: &str, fail: &Fail) -> Response {
    if path.starts_with(api::BASE) { fail.problem() } else { fail.page() }
}

/// Answers one request.
pub(crate) async fn answer(
    shared: Arc<Shared>,
    router: TowerToHyperService<Router>,
    request: axum::http::Request<Incoming>,
) -> Result<Response, Infallible> {
    let path = request.uri().path().to_owned();
    let head = *request.method() == Method::HEAD;
    let mut response = match guarded(&shared, &router, request).await {
        Ok(response) => response,
        Err(fail) => failed(&path, &fail),
    };
    guard::add_headers(&mut response);
    if head {
        *response.body_mut() = Body::empty();
    }
    Ok(response)
}

/// Reads on without keeping anything, up to a length.
async fn drain(mut body: Incoming, most: usize) {
    let mut seen = 0;
    if body.size_hint().lower() > most as u64 {
        return;
    }
    while let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        seen += frame.data_ref().map_or(0, Bytes::len);
        if seen > most {
            return;
        }
    }
}

async fn guarded(
    shared: &Shared,
    router: &TowerToHyperService<Router>,
    request: axum::http::Request<Incoming>,
) -> Result<Response, Fail> {
    let (mut parts, body) = request.into_parts();
    if let Some(response) = guard::check(shared, &parts.method, &parts.uri, &parts.headers)? {
        return Ok(response);
    }
    let path = parts.uri.path();
    let is_upload = path == "/audit" || api::UPLOADS.contains(&path);
    let (limit, time) = if is_upload { (MAX_UPLOAD, UPLOAD_TIME) } else { (MAX_BODY, BODY_TIME) };
    let too_long = || {
        let detail = format!("the request has more than {limit} bytes, or ended before it was whole");
        Fail::Request(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    };
    // What is too long by its own account is not kept. A little of it is let pass, for a sender that hears nothing before
    // it has sent everything.
    if body.size_hint().lower() > limit as u64 {
        let _ = tokio::time::timeout(DRAIN_TIME, drain(body, 2 * limit)).await;
        return Err(too_long());
    }
    let body = match tokio::time::timeout(time, to_bytes(Body::new(body), limit)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return Err(too_long()),
        Err(_) => {
            let detail = format!("the request did not arrive within {} seconds", time.as_secs());
            return Err(Fail::Request(StatusCode::REQUEST_TIMEOUT, "slow", detail));
        }
    };
    parts.extensions.insert(ReadBody(body));
    let request = Request::from_parts(parts, Body::empty());
    let Ok(response) = router.call(request).await;
    Ok(response)
}
