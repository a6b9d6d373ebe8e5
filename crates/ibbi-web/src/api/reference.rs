//! Operations that don't depend on a ledger: the chart, the rules, the programs, the forms, and the schemas.

use crate::request::{WebRequest, WebResult};
use crate::response::{JSON, cached, json_line, with_type};
use axum::http::StatusCode;
use ibbi_core::{EventKind, chart::TRANSITIONS};
use serde::Serialize;
use serde_json::{Map, Value};

fn cached_json(kind: &'static str, value: &impl Serialize) -> WebResult {
    Ok(cached(with_type(StatusCode::OK, kind, json_line(value)?)))
}

pub(super) fn chart(_: &WebRequest) -> WebResult {
    cached_json(JSON, &TRANSITIONS)
}

pub(super) fn rules(_: &WebRequest) -> WebResult {
    cached_json(JSON, &ibbi_app::describe::rules())
}

pub(super) fn programs(_: &WebRequest) -> WebResult {
    cached_json(JSON, &ibbi_app::presets::presets().map_err(ibbi_app::AppError::from)?)
}

pub(super) fn forms(_: &WebRequest) -> WebResult {
    let mut forms = Map::new();
    for kind in EventKind::ALL {
        let fields = serde_json::to_value(ibbi_app::form::fields(*kind));
        forms.insert(kind.code().to_owned(), fields.map_err(|error| ibbi_app::AppError::Usage(error.to_string()))?);
    }
    cached_json(JSON, &Value::Object(forms))
}

pub(super) fn ledger_schema(_: &WebRequest) -> WebResult {
    cached_json("application/schema+json", &ibbi_app::schema::ledger_line())
}

pub(super) fn scenario_schema(_: &WebRequest) -> WebResult {
    cached_json("application/schema+json", &ibbi_app::sim::schema())
}
