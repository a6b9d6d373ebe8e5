//! The path of a request to its handler: authentication, the limits on a body, and the two tables of routes.
//!
//! The limits of tower-http can't replace `read`. They answer with their own text and don't read the rest of a refused
//! body. Their time limit starts again with each piece of a body, or includes the work of the handler.

use crate::problem::WebError;
use crate::query::Pairs;
use crate::redacted_path::redacted_path;
use crate::request::{Handler, WebRequest, client_of};
use crate::state::{AppState, Client};
use crate::visit::{Peer, Visit};
use crate::{api, auth, compression, etag, pages, response, strict_heads};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::extract::{RawPathParams, Request, State};
use axum::http::header::{CONNECTION, CONTENT_ENCODING};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{MethodFilter, MethodRouter, on};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use ibbi_access::{View, Viewer};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long the server reads and discards a body that is too long.
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// A route of the server, as its router has it. See [`routes`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Route {
    /// The method: `GET`, `POST`, or `DELETE`. Every route that takes `GET` also takes `HEAD`.
    pub method: &'static str,
    /// The path, with names in braces for the parts that differ, such as `/cases/{case}`.
    pub path: &'static str,
    /// What a role must show, so that its holder can use the route. Without one, the route needs no role.
    pub view: Option<View>,
}

/// A route with its handler.
struct Handled {
    route: Route,
    handler: Handler,
    operation: Option<&'static api::Operation>,
}

/// Returns all routes of the server: those of the pages and those of the API. There are no others, because the router is made from
/// the same table.
///
/// ```
/// use ibbi_web::routes;
/// let case = routes().find(|route| (route.method, route.path) == ("GET", "/cases/{case}"));
/// assert_eq!(case.and_then(|route| route.view), Some(ibbi_access::View::Case));
/// assert!(routes().any(|route| route.path == "/api/v1/openapi.json"));
/// ```
pub fn routes() -> impl Iterator<Item = Route> {
    table().map(|handled| handled.route)
}

fn table() -> impl Iterator<Item = Handled> {
    let pages = pages::ROUTES.iter().map(|(method, path, view, handler)| Handled {
        route: Route { method: method.as_str(), path, view: *view },
        handler: *handler,
        operation: None,
    });
    let operations = api::OPERATIONS.iter().map(|operation| {
        let (method, path, view, handler) = operation.route();
        let route = Route { method, path, view: Some(view) };
        Handled { route, handler, operation: Some(operation) }
    });
    pages.chain(operations)
}

/// Returns the router with all routes.
pub(crate) fn router(state: &Arc<AppState>) -> Router {
    let routes = table().fold(Router::new(), |router, handled| router.route(handled.route.path, answering(handled)));
    let routes = routes
        .fallback(|request: Request| async move {
            failed(request.uri().path(), &WebError::not_found("This page doesn't exist."))
        })
        .method_not_allowed_fallback(|request: Request| async move {
            let detail = format!("This address doesn't accept {}.", request.method());
            failed(request.uri().path(), &WebError::Request(StatusCode::METHOD_NOT_ALLOWED, "method", detail))
        })
        .with_state(Arc::clone(state));
    // The guard is around the routes, so that a refused request learns nothing about them.
    Router::new().fallback_service(routes).layer(from_fn_with_state(Arc::clone(state), guard))
}

/// Returns what answers a route.
fn answering(Handled { route, handler, operation }: Handled) -> MethodRouter<Arc<AppState>> {
    let view = route.view;
    let filter = match route.method {
        "POST" => MethodFilter::POST,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    };
    on(filter, move |State(state): State<Arc<AppState>>, params: RawPathParams, request: Request| async move {
        let path = params.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let (mut parts, body) = request.into_parts();
        let query = Pairs::read(parts.uri.query().unwrap_or_default().as_bytes());
        let Some((viewer, visit)) = parts.extensions.remove::<(Viewer, Visit)>() else {
            return failed(parts.uri.path(), &WebError::internal());
        };
        // The cases that the viewer can see are checked with the case.
        if let Some(Err(denial)) = view.map(|view| viewer.may_see(view, None)) {
            return failed(parts.uri.path(), &denial.into());
        }
        if let Some(Err(fail)) = operation.map(|operation| operation.check(&query)) {
            return fail.problem();
        }
        // The guard has read the body within the limits.
        let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
        let (headers, address) = (parts.headers, parts.uri.path().to_owned());
        let path_of = address.clone();
        let is_head = parts.method == Method::HEAD;
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let conditions = (reads && etag::are_in(&headers)).then(|| headers.clone());
        let request = WebRequest { state, viewer, visit, address, is_head, path, query, headers, body, parts: None };
        let answer = handler(request).await;
        let answer = match &conditions {
            Some(headers) => answer.and_then(|answer| etag::conditional(headers, answer)),
            None => answer,
        };
        match answer {
            Ok(response) => response,
            Err(fail) => failed(&path_of, &fail),
        }
    })
}

fn failed(path: &str, fail: &WebError) -> Response {
    if let WebError::SignIn(to) = fail {
        return response::see_other(to);
    }
    // A path that can't be read is of no page.
    let is_unreadable = matches!(fail, WebError::Request(_, "path", _));
    if path.starts_with(api::BASE) || is_unreadable { fail.problem() } else { pages::failed(fail) }
}

/// Who sent a request, and from which address, for the log.
#[derive(Clone)]
struct SignedIn(Client, IpAddr);

/// Checks a request, and adds the headers of every response.
async fn guard(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let (begun, id) = (Instant::now(), Uuid::now_v7());
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    let packs = *request.method() != Method::HEAD && compression::is_taken(request.headers());
    let (parts, body) = request.into_parts();
    let origin = auth::allowed_origin(&state, &parts);
    let closes = strict_heads::closes(&parts);
    let mut response = match guarded(&state, (parts, body), next).await {
        Ok(response) => response,
        Err(fail) => failed(&path, &fail),
    };
    auth::add_headers(&mut response);
    if closes {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if let Some(origin) = origin {
        auth::add_cors(&mut response, origin);
    }
    let (status, time) = (response.status(), begun.elapsed());
    state.metrics.count(status, time);
    // Without the query and without secrets: a query can have a plan with its people, or the secret of a link.
    let path = redacted_path(&path);
    let who = response.extensions_mut().remove::<SignedIn>();
    let (issuer, subject) =
        who.as_ref().map_or(("", ""), |SignedIn((issuer, subject), _)| (issuer.as_str(), subject.as_str()));
    let from = who.as_ref().map(|SignedIn(_, address)| address.to_string()).unwrap_or_default();
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let (server, code) = (state.port, status.as_u16());
    tracing::info!(server, %id, %method, path, status = code, millis, issuer, subject, from, "request");
    if let Ok(value) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    if packs { compression::pack(response) } else { response }
}

async fn guarded(state: &AppState, (mut parts, body): (Parts, Body), next: Next) -> Result<Response, WebError> {
    auth::check_site(state, &parts)?;
    strict_heads::check_coding(&parts)?;
    if parts.method == Method::OPTIONS && auth::allowed_origin(state, &parts).is_some() {
        return Ok(auth::preflight());
    }
    if percent_encoding::percent_decode_str(parts.uri.path()).decode_utf8().is_err() {
        let detail = "the path isn't UTF-8 after its percent signs are decoded; correct it";
        return Err(WebError::Request(StatusCode::BAD_REQUEST, "path", detail.to_owned()));
    }
    let Peer(peer) = parts.extensions.remove().ok_or_else(WebError::internal)?;
    let signed = auth::identify(state, &parts, peer)?;
    let (client, address) = (client_of(&signed.0), signed.1.address);
    let who = SignedIn(client.clone(), address);
    parts.extensions.insert(signed);
    let body = read(state, client, &parts, body).await?;
    let mut response = next.run(Request::from_parts(parts, body.into())).await;
    response.extensions_mut().insert(who);
    Ok(response)
}

/// Reads and discards a body, up to a length.
async fn drain(body: Body, most: usize) {
    if body.size_hint().lower() <= most as u64 {
        let mut body = Limited::new(body, most);
        while let Some(Ok(_)) = body.frame().await {}
    }
}

/// Reads a body within the limits.
async fn read(state: &AppState, client: Client, parts: &Parts, body: Body) -> Result<Bytes, WebError> {
    let limits = state.limits;
    let path = parts.uri.path();
    let is_upload = pages::UPLOADS.contains(&path) || api::UPLOADS.contains(&path);
    let (limit, time) = if is_upload { (limits.upload, limits.upload_time) } else { (limits.body, limits.body_time) };
    // A body that is refused is still read for a short time: some clients read no response before they have sent
    // everything.
    if let Some(fail) = unread(parts, &body, limit) {
        let _ = tokio::time::timeout(DRAIN_TIME, drain(body, 2 * limit)).await;
        return Err(fail);
    }
    let whole = async {
        let permit = if is_upload { state.reading.acquire(client.clone()).await } else { None };
        let read = to_bytes(body, limit).await;
        drop(permit);
        read
    };
    match tokio::time::timeout(time, whole).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_too_long(&error) => Err(too_long(limit)),
        Ok(Err(_)) => {
            let detail = "The request is incomplete or malformed. Send it again.";
            Err(WebError::Request(StatusCode::BAD_REQUEST, "incomplete", detail.to_owned()))
        }
        Err(_) => {
            let detail = format!("The request did not arrive within {} seconds.", time.as_secs_f64());
            Err(WebError::Request(StatusCode::REQUEST_TIMEOUT, "slow", detail))
        }
    }
}

/// Returns why a body is not read, as far as its head shows it.
fn unread(parts: &Parts, body: &Body, limit: usize) -> Option<WebError> {
    let packed = parts
        .headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .find(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if let Some(coding) = packed {
        let detail = format!(
            "The request is compressed ({}). Send it uncompressed.",
            String::from_utf8_lossy(coding.as_bytes())
        );
        return Some(WebError::Request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "packed", detail));
    }
    (body.size_hint().lower() > limit as u64).then(|| too_long(limit))
}

fn too_long(limit: usize) -> WebError {
    let detail = format!("The request has more than {limit} bytes, which is the limit.");
    WebError::Request(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
}

/// Returns whether a body was refused because of its length, not because it ended early.
fn is_too_long(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|cause| cause.is::<LengthLimitError>())
}
