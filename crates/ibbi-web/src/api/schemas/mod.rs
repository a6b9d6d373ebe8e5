//! The schemas of what goes in and out. They are derived from the types that are read and written.
//!
//! The data of an event comes from the schema of the ledger's lines, so that both say the same. The tests check the
//! responses of a running server against these schemas and allow no member that is not described.

mod events;
mod scenario;
mod tidy;

pub(super) use tidy::reference;

use super::audit::TimelineList;
use super::availability::{AvailabilityAnswer, AvailabilityToImport};
use super::calendars::{CalendarBody, CalendarChanged, CalendarList, NewCalendar};
use super::cases::{CaseList, CaseReplay};
use super::lines::LinePage;
use super::paging::MAX_LISTED;
use super::planned_dates::{DatesToPublish, PlannedDateList, PlannedDatesChanged};
use super::polls::{NewPoll, PollBody, PollDeleted, PollList, PollResults};
use super::records::RecordPage;
use super::release::{ReleaseBody, ReleasePreview};
use super::retention::{DestroyBody, HoldBody, HoldChanged, HoldList, LiftBody, TextsDestroyed, TextsDue};
use super::scenarios::{CheckedScenario, OneScenario, Simulation, ToCheck, ToCompare};
use super::schedule::ScenarioComparison;
use super::webhooks::{DeadLetterList, NewWebhookAnswer, RoleBody, WebhookBody, WebhookChanged, WebhookList};
use crate::problem::Problem;
use crate::problem_codes as codes;
use ibbi_app::audit::{AuditReport, CasesReport, ProgramReport};
use ibbi_app::describe::Rules;
use ibbi_app::form::FormField;
use ibbi_app::goals::GoalsAnswer;
use ibbi_app::presets::Preset;
use ibbi_app::proof::{ConsistencyProof, InclusionProof};
use ibbi_app::service::Recorded;
use ibbi_app::signing::Verified;
use ibbi_app::sim::{AvailabilityGain, FavorSets, Forecast, Plan};
use ibbi_app::status::{RouteAnswer, Status};
use ibbi_core::chart::Transition;
use ibbi_core::{AdviserRole, Capacity, Office, Outcome, Presence, Prospect, Stage, TimeZoneName};
use schemars::generate::{Contract, SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

/// Where the document keeps its schemas.
const PLACE: &str = "/components/schemas";

/// Returns every schema by its name.
pub(super) fn all() -> Value {
    let mut schemas = responses();
    let sent = requests();
    let names: Vec<String> = sent.keys().cloned().collect();
    schemas.extend(sent);
    schemas.extend(scenario::scenario());
    schemas.extend(events::events());
    schemas.extend(problems());
    schemas["Moment"]["properties"]["event"] = reference("RecordedEvent");
    schemas.insert("RecordMessage".to_owned(), record_message());
    let mut schemas = tidy::tidy(schemas, &names);
    schemas.extend(parameters());
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
    generator.subschema_for::<AvailabilityToImport>();
    generator.subschema_for::<OneScenario>();
    generator.subschema_for::<Simulation>();
    generator.subschema_for::<ToCompare>();
    generator.subschema_for::<RoleBody>();
    generator.subschema_for::<WebhookBody>();
    generator.subschema_for::<CalendarBody>();
    generator.subschema_for::<DatesToPublish>();
    generator.subschema_for::<PollBody>();
    generator.subschema_for::<HoldBody>();
    generator.subschema_for::<LiftBody>();
    generator.subschema_for::<DestroyBody>();
    generator.subschema_for::<ReleaseBody>();
    let mut schemas = generator.take_definitions(true);
    let form = json!({
        "type": "object",
        "properties": {
            "ledger": { "type": "string", "format": "binary", "description": "A ledger or an extract." },
            "checkpoints": { "type": "string", "format": "binary", "description": "Its checkpoints." },
            "key": { "type": "array", "items": { "type": "string" }, "maxItems": 8,
                "description": "Public keys whose checkpoints count, each in a part of its own." },
            "since": { "type": "string", "format": "binary",
                "description": "An earlier checkpoint that someone kept, or a file that has one." },
            "witnesses": { "type": "string", "description": "Public keys of witnesses, one on each line." },
            "quorum": { "type": "integer", "minimum": 1,
                "description": "How many of the witnesses must have cosigned a checkpoint; 1 if it is left out." },
        },
        "required": ["ledger"],
    });
    schemas.insert("LedgerForm".to_owned(), form);
    schemas
}

/// Returns the schemas of the bodies of responses.
fn responses() -> Map<String, Value> {
    let mut generator = generator(Contract::Serialize);
    // The codes that only the data of events have.
    generator.subschema_for::<AdviserRole>();
    generator.subschema_for::<Capacity>();
    generator.subschema_for::<Office>();
    generator.subschema_for::<Presence>();
    generator.subschema_for::<TimeZoneName>();
    generator.subschema_for::<CaseList>();
    generator.subschema_for::<CaseReplay>();
    generator.subschema_for::<TimelineList>();
    generator.subschema_for::<RecordPage>();
    generator.subschema_for::<LinePage>();
    generator.subschema_for::<InclusionProof>();
    generator.subschema_for::<ConsistencyProof>();
    generator.subschema_for::<CheckedScenario>();
    generator.subschema_for::<AvailabilityAnswer>();
    generator.subschema_for::<FavorSets>();
    generator.subschema_for::<Forecast>();
    generator.subschema_for::<Plan>();
    generator.subschema_for::<Problem<'_>>();
    generator.subschema_for::<Recorded>();
    generator.subschema_for::<AuditReport>();
    generator.subschema_for::<ProgramReport>();
    generator.subschema_for::<CasesReport>();
    generator.subschema_for::<GoalsAnswer>();
    generator.subschema_for::<RouteAnswer>();
    generator.subschema_for::<Rules>();
    generator.subschema_for::<ScenarioComparison>();
    generator.subschema_for::<Status>();
    generator.subschema_for::<Verified>();
    generator.subschema_for::<CalendarList>();
    generator.subschema_for::<NewCalendar>();
    generator.subschema_for::<CalendarChanged>();
    generator.subschema_for::<PlannedDateList>();
    generator.subschema_for::<PlannedDatesChanged>();
    generator.subschema_for::<PollList>();
    generator.subschema_for::<NewPoll>();
    generator.subschema_for::<PollResults>();
    generator.subschema_for::<PollDeleted>();
    generator.subschema_for::<WebhookList>();
    generator.subschema_for::<NewWebhookAnswer>();
    generator.subschema_for::<WebhookChanged>();
    generator.subschema_for::<DeadLetterList>();
    generator.subschema_for::<HoldList>();
    generator.subschema_for::<HoldChanged>();
    generator.subschema_for::<TextsDue>();
    generator.subschema_for::<TextsDestroyed>();
    generator.subschema_for::<ReleasePreview>();
    let lists = [
        ("Chart", generator.subschema_for::<Vec<Transition>>()),
        ("Forms", generator.subschema_for::<std::collections::BTreeMap<String, Vec<FormField>>>()),
        ("Gains", generator.subschema_for::<Vec<AvailabilityGain>>()),
        ("Programs", generator.subschema_for::<std::collections::BTreeMap<String, Preset>>()),
        ("Survey", generator.subschema_for::<Vec<Prospect>>()),
    ];
    let mut schemas = generator.take_definitions(true);
    schemas.extend(lists.map(|(name, schema)| (name.to_owned(), schema.to_value())));
    schemas
}

/// Returns the schema of a record as a message. It is written by the exports, not from a type.
fn record_message() -> Value {
    let text = |about: &str| json!({ "type": "string", "description": about });
    let described = |name: &str, about: &str| {
        let mut schema = reference(name);
        schema["description"] = json!(about);
        schema
    };
    json!({
        "type": "object",
        "description": "A record as a message of CloudEvents 1.0.",
        "properties": {
            "specversion": { "type": "string", "const": "1.0" },
            "id": text("The IDs of the case and of the record."),
            "source": text("The name of the ledger."),
            "type": text("`ibbi.`, the kind of event, `.v`, and the version of its form."),
            "subject": described("Uuid", "The case."),
            "time": described("At", "When the event happened."),
            "datacontenttype": { "type": "string", "const": "application/json" },
            "actor": described("Name", "The person or program that recorded it."),
            "logged": described("At", "When it was recorded."),
            "rev": text("The number of the record in its case, as a text."),
            "sequence": text("The number of the record in the ledger, in sixteen digits."),
            "stage": described("Stage", "The stage of the case after the record."),
            "data": described("JsonDocument", "The event's data. A confidential text that you may not read is its digest."),
        },
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "actor", "logged", "rev",
            "sequence", "stage", "data"],
    })
}

/// Returns the codes of problems, with the meaning of each, and their types.
fn problems() -> [(String, Value); 2] {
    let meanings = codes::ALL.iter().map(|code| format!("- `{}`: {}", code.code, code.about)).collect::<Vec<_>>();
    let all: Vec<&str> = codes::ALL.iter().map(|code| code.code).collect();
    let types: Vec<String> = all.iter().map(|code| codes::urn(code)).collect();
    [
        ("ProblemCode".to_owned(), json!({ "type": "string", "enum": all, "description": meanings.join("\n") })),
        (
            "ProblemType".to_owned(),
            json!({ "type": "string", "enum": types, "description": "The kind of problem: `urn:ibbi:problem:` and its code." }),
        ),
    ]
}

/// Returns the schemas of parameters, and of bodies that are not JSON.
fn parameters() -> Map<String, Value> {
    let goals: Vec<&str> =
        Stage::CODES.iter().filter(|code| **code != "unopened").chain(Outcome::CODES).copied().collect();
    let text = |about: &str| json!({ "type": "string", "description": about });
    let all = [
        ("JsonDocument", json!({ "type": "object", "description": "A JSON object.", "additionalProperties": true })),
        ("BinaryFile", json!({ "type": "string", "format": "binary", "description": "A file." })),
        ("Text", text("A text.")),
        (
            "Progress",
            text(
                "Lines of {\"done\": …, \"of\": …}, and then a line {\"result\": …} or {\"problem\": …}, each a JSON object.",
            ),
        ),
        (
            "Position",
            json!({ "type": "integer", "format": "int64", "minimum": 0, "maximum": ibbi_app::MAX_NUMBER,
                "description": "The number of a record in the ledger; 0 is before the first one." }),
        ),
        (
            "FiscalYear",
            json!({ "type": "integer", "format": "int32", "minimum": 1971, "maximum": 9998,
                "description": "A fiscal year, by the calendar year in which it ends." }),
        ),
        (
            "Month",
            json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": 12, "description": "A month." }),
        ),
        (
            "Limit",
            json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_LISTED, "default": 100,
                "description": "The most entries of a page." }),
        ),
        (
            "ETag",
            json!({ "type": "string", "pattern": "^(W/)?\"[!#-~]{1,64}\"$", "description": "The ETag of a response. That of a case is its number of records, in quotes." }),
        ),
        (
            "Most",
            json!({ "type": "integer", "format": "int32", "minimum": 1, "maximum": MAX_LISTED,
                "description": "The most entries of a list." }),
        ),
        (
            "ETags",
            json!({ "type": "string", "pattern": r#"^(\*|(W/)?"[!#-~]{1,64}"( *, *(W/)?"[!#-~]{1,64}"){0,63})$"#,
                "description": "ETags with commas between them, or `*` for any." }),
        ),
        (
            "Time",
            text(
                "A local time of the district such as `2025-10-20 16:00`, a day such as `2025-10-20`, an instant such as \
                `2025-10-20T20:00:00.000Z`, or `now`.",
            ),
        ),
        (
            "ExportFormat",
            json!({ "type": "string", "enum": ["csv", "xes", "ocel", "cloudevents", "pnml", "bpmn"],
                "description": "The format of an export." }),
        ),
        ("Goal", json!({ "type": "string", "enum": goals, "description": "A stage or an outcome." })),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}
