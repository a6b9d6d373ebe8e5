//! The API under `/api/v1`. The router and the OpenAPI document are made from one table of operations.

mod audit;
mod availability;
mod calendars;
mod cases;
mod cases_report;
mod document;
mod examples;
mod goals;
mod lines;
mod operations;
mod paging;
mod planned_dates;
mod polls;
mod program_report;
mod records;
mod reference;
mod release;
mod retention;
mod scenarios;
mod schedule;
mod schemas;
mod webhooks;

pub(crate) use audit::{audit_request, exported, upload, upload_request};
pub(crate) use cases::calendar as calendar_of_case;
pub(crate) use cases_report::report as cases_report;
pub use document::openapi;
pub(crate) use goals::{as_known, with_goals};
pub(crate) use operations::OPERATIONS;
pub(crate) use program_report::report as program_report;

pub(crate) use crate::problem::BASE;

use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{Handler, WebRequest, WebResult};
use crate::response::{cached, json};
use axum::http::{Method, StatusCode};
use ibbi_access::View;
use ibbi_app::AppError;

/// The operations that accept whole ledgers.
pub(crate) const UPLOADS: &[&str] = &["/api/v1/verify", "/api/v1/replay", "/api/v1/audit", "/api/v1/ledger/diff"];

/// An operation.
pub(crate) struct Operation {
    /// Its name in generated clients.
    id: &'static str,
    /// The group to which it belongs.
    tag: &'static str,
    /// What one must be allowed to see.
    view: View,
    method: Method,
    path: &'static str,
    /// Its description in one line.
    summary: &'static str,
    /// Its description in sentences.
    about: &'static str,
    /// Its parameters in the path, the query, and the headers.
    parameters: &'static [Parameter],
    /// The content type and the schema of its body, if it has one.
    body: Option<(&'static str, &'static str)>,
    /// Its successful responses. Every other response is a problem.
    answers: &'static [Given],
    handler: Handler,
}

/// A parameter of an operation.
pub(crate) struct Parameter {
    name: &'static str,
    place: &'static str,
    schema: &'static str,
    about: &'static str,
}

impl Parameter {
    /// Returns whether it can be repeated.
    pub(crate) fn repeats(&self) -> bool {
        self.name == "key"
    }
}

/// A response: its status, its content type, and its schema.
pub(crate) struct Given {
    status: u16,
    kind: &'static str,
    schema: &'static str,
    about: &'static str,
}

impl Operation {
    /// Checks that a query has only the operation's parameters, each once unless it can be repeated. An ignored
    /// parameter would mislead the client.
    pub(crate) fn check(&self, query: &Pairs) -> Result<(), WebError> {
        let takes = || self.parameters.iter().filter(|parameter| parameter.place == "query");
        for (name, _) in query.iter() {
            let known = takes().find(|parameter| parameter.name == name);
            let wrong = match known {
                Some(parameter) if parameter.repeats() || query.all(name).count() == 1 => continue,
                Some(_) => format!("`{name}` is given more than once; give it once"),
                None => {
                    let name = name.chars().filter(|letter| !letter.is_control()).take(60).collect::<String>();
                    match takes().map(|parameter| format!("`{}`", parameter.name)).collect::<Vec<_>>() {
                        names if names.is_empty() => {
                            format!("there is no parameter `{name}`; this operation has no parameters")
                        }
                        names => format!("there is no parameter `{name}`; use {}", names.join(", ")),
                    }
                }
            };
            return Err(AppError::Usage(wrong).into());
        }
        Ok(())
    }

    /// Returns the operation as a route.
    pub(crate) fn route(&'static self) -> (&'static str, &'static str, View, Handler) {
        (self.method.as_str(), self.path, self.view, self.handler)
    }
}

/// Returns the OpenAPI document. It describes this operation too, so it is made from the table that has the operation.
fn send_document(_: &WebRequest) -> WebResult {
    Ok(cached(json(StatusCode::OK, &openapi())?))
}
