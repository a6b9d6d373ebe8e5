//! The schemas of what goes in and out. They are derived from the types that are read and written.
//!
//! The data of an event comes from the schema of the ledger's lines, so that both say the same. The tests check the
//! responses of a running server against these schemas and allow no member that is not described.

use super::cases::{CaseList, MAX_LISTED};
use super::lines::LinePage;
use super::records::RecordPage;
use super::schedule::{CheckedScenario, OneScenario, ScenarioComparison, Simulation, ToCheck, ToCompare};
use crate::problem::Problem;
use ibbi_app::audit::AuditReport;
use ibbi_app::describe::Rules;
use ibbi_app::form::FormField;
use ibbi_app::presets::Preset;
use ibbi_app::proof::{ConsistencyProof, InclusionProof};
use ibbi_app::replay::Timeline;
use ibbi_app::service::Recorded;
use ibbi_app::signing::Verified;
use ibbi_app::sim::{AvailabilityGain, FavorSets, Forecast, Plan};
use ibbi_app::status::{RouteAnswer, Status};
use ibbi_core::chart::Transition;
use ibbi_core::{EventKind, Outcome, Prospect, Stage};
use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

/// Where the document keeps its schemas.
const PLACE: &str = "/components/schemas";

/// Returns every schema by its name.
pub(super) fn all() -> Value {
    let mut schemas = parameters();
    schemas.extend(requests());
    schemas.extend(responses());
    events(&mut schemas);
    Value::Object(schemas)
}

fn generator(contract: Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = PLACE.into();
        settings.meta_schema = None;
        settings.contract = contract;
    });
    settings.into_generator()
}

/// Returns the schemas of the bodies of requests.
fn requests() -> Map<String, Value> {
    let mut generator = generator(Contract::Deserialize);
    generator.subschema_for::<ToCheck>();
    generator.subschema_for::<OneScenario>();
    generator.subschema_for::<Simulation>();
    generator.subschema_for::<ToCompare>();
    let mut schemas = generator.take_definitions(true);
    let form = json!({
        "type": "object",
        "properties": {
            "ledger": { "type": "string", "format": "binary", "description": "a ledger or an extract" },
            "checkpoints": { "type": "string", "format": "binary", "description": "its checkpoints" },
            "key": { "type": "string", "description": "a public key whose checkpoints count; can be repeated" },
        },
        "required": ["ledger"],
    });
    schemas.insert("LedgerForm".to_owned(), form);
    schemas
}

/// Returns the schemas of the bodies of responses.
fn responses() -> Map<String, Value> {
    let mut generator = generator(Contract::Serialize);
    generator.subschema_for::<CaseList>();
    generator.subschema_for::<RecordPage>();
    generator.subschema_for::<LinePage>();
    generator.subschema_for::<InclusionProof>();
    generator.subschema_for::<ConsistencyProof>();
    generator.subschema_for::<CheckedScenario>();
    generator.subschema_for::<FavorSets>();
    generator.subschema_for::<Forecast>();
    generator.subschema_for::<Plan>();
    generator.subschema_for::<Problem<'_>>();
    generator.subschema_for::<Recorded>();
    generator.subschema_for::<AuditReport>();
    generator.subschema_for::<RouteAnswer>();
    generator.subschema_for::<Rules>();
    generator.subschema_for::<ScenarioComparison>();
    generator.subschema_for::<Status>();
    generator.subschema_for::<Verified>();
    let lists = [
        ("Chart", generator.subschema_for::<Vec<Transition>>()),
        ("Forms", generator.subschema_for::<std::collections::BTreeMap<String, Vec<FormField>>>()),
        ("Gains", generator.subschema_for::<Vec<AvailabilityGain>>()),
        ("Programs", generator.subschema_for::<std::collections::BTreeMap<String, Preset>>()),
        ("Survey", generator.subschema_for::<Vec<Prospect>>()),
        ("Timelines", generator.subschema_for::<Vec<Timeline>>()),
    ];
    let mut schemas = generator.take_definitions(true);
    schemas.extend(lists.map(|(name, schema)| (name.to_owned(), schema.to_value())));
    let progress = json!({
        "type": "string",
        "description": "lines of {\"done\": …, \"of\": …}, then {\"result\": …} or {\"problem\": …}",
    });
    schemas.insert("Progress".to_owned(), progress);
    schemas
}

/// Returns the schemas of parameters, and of bodies that are not JSON.
fn parameters() -> Map<String, Value> {
    let goals: Vec<&str> =
        Stage::CODES.iter().filter(|code| **code != "unopened").chain(Outcome::CODES).copied().collect();
    let all = [
        ("object", json!({ "type": "object" })),
        ("text", json!({ "type": "string" })),
        ("count", json!({ "type": "integer", "minimum": 0, "maximum": ibbi_app::MAX_NUMBER })),
        ("limit", json!({ "type": "integer", "minimum": 1, "maximum": MAX_LISTED, "default": 100 })),
        ("most", json!({ "type": "integer", "minimum": 1, "maximum": MAX_LISTED })),
        ("uuid", json!({ "type": "string", "format": "uuid" })),
        (
            "etags",
            json!({ "type": "string", "pattern": r#"^(\*|(W/)?"[!#-~]{1,64}"( *, *(W/)?"[!#-~]{1,64}"){0,63})$"# }),
        ),
        (
            "time",
            json!({ "type": "string", "description": "2026-10-20 16:00 in the district's time zone, an instant, or now" }),
        ),
        ("exportFormat", json!({ "enum": ["csv", "xes", "ocel", "cloudevents", "pnml", "bpmn"] })),
        ("goal", json!({ "enum": goals })),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#{PLACE}/{name}") })
}

/// Adds the data of each kind of event, and the bodies that offer an event.
fn events(schemas: &mut Map<String, Value>) {
    for (name, schema) in ibbi_app::schema::ledger_line()["$defs"].as_object().into_iter().flatten() {
        let is_of_lines = matches!(name.as_str(), "opening" | "record" | "ledger_opened" | "digested")
            || ["format_line", "heads_line", "format_changed", "heads"].contains(&name.as_str())
            || name.ends_with("_2");
        if !is_of_lines {
            schemas.insert(format!("event.{name}"), with_references(schema));
        }
    }
    let offers = EventKind::ALL.iter().filter(|kind| **kind != EventKind::CaseOpened);
    let offers: Vec<Value> =
        offers.map(|kind| offer(*kind, &reference(&format!("event.{}", kind.code())), &["type", "data"])).collect();
    schemas.insert("Offer".to_owned(), json!({ "oneOf": offers }));
    // Input can omit what has a default. A ledger line has every value.
    let data = with_references(&ibbi_app::schema::input_data(EventKind::CaseOpened));
    schemas.insert("Opening".to_owned(), offer(EventKind::CaseOpened, &data, &["data"]));
}

/// Returns the schema of a body that offers an event of a kind.
fn offer(kind: EventKind, data: &Value, required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": {
            "type": { "const": kind.code() },
            "data": data,
            "at": reference("time"),
            "id": reference("uuid"),
            "actor": reference("event.name"),
            "on_behalf": reference("event.name"),
            "replaces": { "type": "integer", "minimum": 1 },
            "dry_run": { "type": "boolean" },
        },
        "required": required,
        "additionalProperties": false,
    })
}

/// Returns a part of the ledger line's schema with references to this document.
fn with_references(schema: &Value) -> Value {
    let text = schema.to_string().replace("\"#/$defs/", "\"#/components/schemas/event.");
    serde_json::from_str(&text).unwrap_or_default()
}
