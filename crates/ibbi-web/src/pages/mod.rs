use crate::call::Handler;
use crate::problem::Fail;
use axum::http::Method;
use axum::response::Response;
pub(crate) static ROUTES: &[(Method, &str, Handler)] = &[];
pub(crate) fn failed(fail: &Fail) -> Response { crate::reply::reply(fail.status(), crate::reply::HTML, fail.detail()) }
