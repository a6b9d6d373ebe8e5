//! What does not depend on any ledger: the chart, the rules, the forms, the schemas.

use crate::call::{Answer, Call};
use crate::reply::{JSON, json, kept, line, reply};
use axum::http::StatusCode;
use ibbi_core::{EventKind, chart::TRANSITIONS};
use serde::Serialize;
use serde_json::{Map, Value};

fn told(kind: &'static str, value: &impl Serialize) -> Answer {
    Ok(kept(reply(StatusCode::OK, kind, line(value)?)))
}

pub(super) fn chart(_: &Call) -> Answer {
    told(JSON, &TRANSITIONS)
}

pub(super) fn rules(_: &Call) -> Answer {
    told(JSON, &ibbi_app::describe::rules())
}

pub(super) fn forms(_: &Call) -> Answer {
    let mut forms = Map::new();
    for kind in EventKind::ALL {
        let fields = serde_json::to_value(ibbi_app::form::fields(*kind));
        forms.insert(kind.code().to_owned(), fields.map_err(|error| ibbi_app::AppError::Usage(error.to_string()))?);
    }
    told(JSON, &Value::Object(forms))
}

pub(super) fn ledger_schema(_: &Call) -> Answer {
    told("application/schema+json", &ibbi_app::schema::ledger_line())
}

pub(super) fn scenario_schema(_: &Call) -> Answer {
    told("application/schema+json", &ibbi_sim::schema())
}

pub(super) fn openapi(_: &Call) -> Answer {
    Ok(kept(json(StatusCode::OK, &super::openapi())?))
}
