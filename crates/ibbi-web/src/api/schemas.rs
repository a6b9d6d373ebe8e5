//! What goes in and out, as JSON Schema: one line a type.
//!
//! The lines are read by [`fields`]: `name:type` is a member that is always there, `name?:type` one that may be left out;
//! `type[]` is a list, and `type|null` may be null. What an event carries comes from the schema of the ledger's lines. The
//! tests hold the answers of a running server against these schemas and allow no member that is not described.

use ibbi_core::{EventKind, Format, Outcome, Rule, Source, Stage, Warning};
use serde_json::{Map, Value, json};

/// The answers.
const RESULTS: &[(&str, &str)] = &[
    ("CaseSummary", "case:uuid district:text stage:stage records:count last_event:instant"),
    ("CaseList", "cases:CaseSummary[] next:uuid|null total:count lines:count last_hash:sha256"),
    (
        "Recorded",
        "case:uuid district:text|null id:uuid seq:count|null rev:count|null event:kind at:instant from:stage to:stage \
         dry_run:boolean existing:boolean summary?:text advisories:Advisory[] checkpoint?:object set_aside?:text",
    ),
    ("Advisory", "advisory:warning statement:text found:text source:source"),
    ("Unmet", "rule:rule statement:text found:text detail:object remedy:text source:source"),
    ("Refusal", "event:kind stage:stage at:instant unmet:Unmet[]"),
    ("Fact", "topic:text text:text"),
    ("Suggestion", "event:kind pairs:text[] note?:text onward:boolean"),
    ("Blocked", "event:kind here:boolean unmet:Unmet[]"),
    (
        "Status",
        "case:uuid district:text|null asked_at:instant stage:stage outcome:outcome|null records:count \
         last_event:instant|null settled:Fact[] lacking:Unmet[] next:Suggestion[] blocked:Blocked[] advisories:Advisory[]",
    ),
    ("Prospect", "event:kind answer:text rules?:rule[] unmet?:Unmet[]"),
    ("Route", "case:uuid from:stage goal:text route:kind[]|null"),
    (
        "Moment",
        "seq:count rev:count at:instant logged:instant actor:text event:object text:text to:stage voided_by?:count fault?:text",
    ),
    (
        "Timeline",
        "case:uuid district:text|null moments:Moment[] later:count stage:stage outcome:outcome|null state:object faults:count",
    ),
    (
        "AuditReport",
        "what:text sound:boolean errors:count warnings:count infos:count ledger:object as_of:instant checkpoints:CheckpointVerdict[] \
         findings:CodeCount[] filter:object cases:object events:object percentiles:text stages:object[] outcomes:object[] \
         waiting:object[] variants:object paths:object months:object[]",
    ),
    ("CodeCount", "code:text severity:text statement:text count:count first:object[]"),
    ("Fault", "code:text line:count byte:count text:text"),
    ("CheckpointVerdict", "size:count signer:text|null fault:text|null"),
    (
        "Verified",
        "what:text sound:boolean lines:count bytes:count last_hash:text origin:text|null same_chart:boolean|null case?:uuid \
         faults:Fault[] fault_count:count checkpoints:CheckpointVerdict[] last_good:count|null signatures_checked:boolean",
    ),
    ("CheckedScenario", "digest:sha256 scenario:object"),
    ("Interval", "estimate:number low:number high:number"),
    ("Blocker", "kind:text id?:text name?:text weekday?:text"),
    ("BlockedDay", "date:date morning:Blocker[] afternoon:Blocker[]"),
    ("Slot", "starts:text ends:text"),
    ("Sitting", "kind:text part?:count slot:Slot earliest:date blocked:BlockedDay[]"),
    ("Milestone", "step:text seat?:text body?:text party?:text date:date"),
    (
        "Obstacle",
        "failing:text in_the_way:Blocker[] alternatives:BlockerSet[] proven_smallest:boolean finishes_then:date|null \
         finishes_at_best:date|null",
    ),
    (
        "Plan",
        "advisories:Advisory[] continued?:Continued contract_expires:date|null digest:sha256 finishes:date|null in_time:boolean|null \
         milestones:Milestone[] obstacle:Obstacle|null sittings:Sitting[] start_by:date|null",
    ),
    ("AssumptionRow", "name:text about:text default:boolean value:any"),
    ("CurvePoint", "date:date completed:count share:number"),
    ("OutcomeShare", "ending:text runs:count share:Interval"),
    ("Percentile", "percent:count date:date|null"),
    (
        "Bar",
        "input:text low:count high:count days_low:number|null days_high:number|null days_swing:number|null \
         in_time_low:number|null in_time_high:number|null in_time_swing:number|null",
    ),
    ("Continued", "as_of:instant stage:stage events:count notes:text[]"),
    (
        "Forecast",
        "assumptions:AssumptionRow[] continued?:Continued contract_expires:date|null curve:CurvePoint[] digest:sha256 \
         in_time:Interval|null outcomes:OutcomeShare[] percentiles:Percentile[] runs:count seed:seed tornado:Bar[]",
    ),
    ("ComparisonSide", "label:text digest:sha256 completed:Interval in_time:Interval"),
    ("Paired", "both:count only_first:count only_second:count neither:count"),
    (
        "Comparison",
        "first:ComparisonSide second:ComparisonSide in_time:Paired difference:Interval days_later:Interval|null runs:count \
         seed:seed sentence:text",
    ),
    ("PlanGain", "date:date finishes:date days:count|null"),
    ("ChanceGain", "date:date gain:Interval"),
    ("Gain", "who:Blocker alone:count plan:PlanGain|null chance:ChanceGain|null"),
    ("Transition", "from:stage event:kind to:stage[] state_rules:rule[] event_rules:rule[]"),
    ("RuleRow", "rule:rule statement:text remedy:text source:source"),
    ("AdvisoryRow", "advisory:warning statement:text source:source"),
    ("Rules", "rules:RuleRow[] advisories:AdvisoryRow[]"),
    ("FormField", "name:text label:text required:boolean takes:object"),
    ("ScenarioProblem", "line:count column:count found:text expected:text nearest:text|null"),
    (
        "Problem",
        "type:text title:text status:count detail:text code:text refusal?:Refusal problems?:ScenarioProblem[] id?:uuid \
         expected?:count found?:count",
    ),
];

/// Lists of answers.
const LISTS: &[(&str, &str)] = &[
    ("Survey", "Prospect"),
    ("Timelines", "Timeline"),
    ("Gains", "Gain"),
    ("Chart", "Transition"),
    ("BlockerSet", "Blocker"),
];

/// What is sent.
const BODIES: &[(&str, &str)] = &[
    ("ToCheck", "scenario?:toml|null format?:format|null"),
    ("OneScenario", "scenario?:toml|null format?:format|null case?:uuid|null as_of?:time|null"),
    ("Simulation", "scenario?:toml|null format?:format|null case?:uuid|null as_of?:time|null runs?:runs seed?:seed"),
    ("ToCompare", "first?:toml|null second?:toml|null formats?:format[] runs?:runs seed?:seed"),
];

/// Every schema by its name.
pub(super) fn all() -> Value {
    let mut schemas = simple();
    for (name, line) in RESULTS {
        schemas.insert((*name).to_owned(), fields(line));
    }
    for (name, of) in LISTS {
        schemas.insert((*name).to_owned(), json!({ "type": "array", "items": reference(of) }));
    }
    for (name, line) in BODIES {
        let mut schema = fields(line);
        schema["additionalProperties"] = json!(false);
        schemas.insert((*name).to_owned(), schema);
    }
    schemas.insert(
        "Forms".to_owned(),
        json!({
            "type": "object", "additionalProperties": { "type": "array", "items": reference("FormField") },
        }),
    );
    schemas.insert("Progress".to_owned(), json!({
        "type": "string", "description": "lines of {\"done\": …, \"of\": …}, then {\"result\": …} or {\"problem\": …}",
    }));
    schemas.insert(
        "LedgerForm".to_owned(),
        json!({
            "type": "object",
            "properties": {
                "ledger": { "type": "string", "format": "binary", "description": "a ledger or an extract of one" },
                "checkpoints": { "type": "string", "format": "binary", "description": "its checkpoints" },
                "key": { "type": "string", "description": "a public key whose checkpoints count; may be given again" },
            },
            "required": ["ledger"],
        }),
    );
    events(&mut schemas);
    Value::Object(schemas)
}

/// Types without members.
fn simple() -> Map<String, Value> {
    let stages: Vec<&str> = Stage::CODES.to_vec();
    let goals: Vec<&str> =
        Stage::CODES.iter().filter(|code| **code != "unopened").chain(Outcome::CODES).copied().collect();
    let all = [
        ("any", json!({})),
        ("object", json!({ "type": "object" })),
        ("text", json!({ "type": "string" })),
        ("boolean", json!({ "type": "boolean" })),
        ("number", json!({ "type": "number" })),
        ("count", json!({ "type": "integer", "minimum": 0, "maximum": ibbi_log::MAX_NUMBER })),
        ("limit", json!({ "type": "integer", "minimum": 1, "maximum": super::cases::MOST_LISTED, "default": 100 })),
        ("uuid", json!({ "type": "string", "format": "uuid" })),
        ("sha256", json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })),
        ("date", json!({ "type": "string", "format": "date" })),
        ("instant", json!({ "type": "string", "format": "date-time" })),
        ("etag", json!({ "type": "string", "pattern": "^\"[0-9]{1,15}\"$" })),
        (
            "time",
            json!({ "type": "string", "description": "2026-10-20 16:00 in the district's time, an instant, or now" }),
        ),
        ("toml", json!({ "type": "string", "description": "a scenario as TOML; without it, the sample" })),
        ("runs", json!({ "type": "integer", "minimum": 1, "maximum": crate::shared::MAX_RUNS, "default": 10_000 })),
        ("seed", json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX, "default": 1 })),
        ("exportFormat", json!({ "enum": ["csv", "xes", "ocel", "cloudevents", "pnml", "bpmn"] })),
        ("kind", json!({ "enum": EventKind::CODES })),
        ("stage", json!({ "enum": stages })),
        ("outcome", json!({ "enum": Outcome::CODES })),
        ("goal", json!({ "enum": goals })),
        ("format", json!({ "enum": Format::CODES })),
        ("rule", json!({ "enum": Rule::CODES })),
        ("source", json!({ "enum": Source::CODES })),
        ("warning", json!({ "enum": Warning::CODES })),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// An object out of a line.
fn fields(line: &str) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for field in line.split_whitespace() {
        let (name, kind) = field.split_once(':').unwrap_or((field, "any"));
        let bare = name.trim_end_matches('?');
        if bare == name {
            required.push(bare);
        }
        properties.insert(bare.to_owned(), typed(kind));
    }
    json!({ "type": "object", "properties": properties, "required": required })
}

fn typed(kind: &str) -> Value {
    let (kind, or_null) = kind.strip_suffix("|null").map_or((kind, false), |kind| (kind, true));
    let schema = match kind.strip_suffix("[]") {
        Some(of) => json!({ "type": "array", "items": reference(of) }),
        None => reference(kind),
    };
    if or_null { json!({ "anyOf": [schema, { "type": "null" }] }) } else { schema }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What an event carries, each under its own name, and the offers that hold one.
fn events(schemas: &mut Map<String, Value>) {
    let text = ibbi_app::schema::ledger_line()["$defs"].to_string();
    let text = text.replace("\"#/$defs/", "\"#/components/schemas/event.");
    let defined: Map<String, Value> = serde_json::from_str(&text).unwrap_or_default();
    for (name, schema) in defined {
        if !matches!(name.as_str(), "opening" | "record" | "ledger_opened") {
            schemas.insert(format!("event.{name}"), schema);
        }
    }
    let carries = |kind: &EventKind| reference(&format!("event.{}", kind.code()));
    let rest = "at?:time id?:uuid actor?:event.name dry_run?:boolean";
    let offers = EventKind::ALL.iter().filter(|kind| **kind != EventKind::CaseOpened).map(|kind| {
        let mut offer = fields(rest);
        offer["properties"]["type"] = json!({ "const": kind.code() });
        offer["properties"]["data"] = carries(kind);
        offer["required"] = json!(["type", "data"]);
        offer["additionalProperties"] = json!(false);
        offer
    });
    let offers: Vec<Value> = offers.collect();
    schemas.insert("Offer".to_owned(), json!({ "oneOf": offers }));
    let mut opening = fields(rest);
    opening["properties"]["type"] = json!({ "const": EventKind::CaseOpened.code() });
    // What a case is opened with may leave out what has a default; on the line it stands in full.
    let mut data = schemas.get("event.case_opened").cloned().unwrap_or_default();
    data["required"] = json!(["district"]);
    data["properties"]["evergreen"] = json!({ "type": "boolean" });
    opening["properties"]["data"] = data;
    opening["required"] = json!(["data"]);
    opening["additionalProperties"] = json!(false);
    schemas.insert("Opening".to_owned(), opening);
}
