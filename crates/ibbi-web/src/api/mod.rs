//! The API under `/api/v1`: one table of operations, of which the router and the OpenAPI document are made.

mod audit;
mod cases;
mod document;
mod reference;
mod schedule;
mod schemas;

pub(crate) use audit::{audit_request, exported, upload};
pub(crate) use cases::calendar as calendar_of_case;
pub use document::openapi;

use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{Handler, blocking, limited};
use axum::http::Method;
use ibbi_app::AppError;

/// Where the API begins.
pub(crate) const BASE: &str = "/api/v1";

/// The operations that take whole ledgers.
pub(crate) const UPLOADS: &[&str] = &["/api/v1/verify", "/api/v1/replay", "/api/v1/audit"];

/// An operation.
pub(crate) struct Operation {
    /// Its name in programs that are made from the document.
    id: &'static str,
    method: Method,
    path: &'static str,
    /// What it does, in one line.
    summary: &'static str,
    /// Values in the path, the query and the headers.
    parameters: &'static [Parameter],
    /// The type of the body and the name of its schema, if it takes one.
    body: Option<(&'static str, &'static str)>,
    /// What comes of it when it is done; everything else is a problem.
    answers: &'static [Given],
    handler: Handler,
}

/// A value that an operation takes beside its body.
pub(crate) struct Parameter {
    name: &'static str,
    place: &'static str,
    schema: &'static str,
    about: &'static str,
}

impl Parameter {
    /// Whether it may be given more than once.
    pub(crate) fn repeats(&self) -> bool {
        self.name == "key"
    }
}

/// An answer: its status, its type, and the name of its schema.
pub(crate) struct Given {
    status: u16,
    kind: &'static str,
    schema: &'static str,
    about: &'static str,
}

impl Operation {
    /// Whether a query holds only what the operation takes, and once what can be given once. What is ignored would be
    /// taken for heeded.
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
                        names if names.is_empty() => format!("there is no parameter `{name}` here; none is taken"),
                        names => format!("there is no parameter `{name}` here; taken are {}", names.join(", ")),
                    }
                }
            };
            return Err(AppError::Usage(wrong).into());
        }
        Ok(())
    }

    /// The operation as the router takes it.
    pub(crate) fn route(&self) -> (Method, &'static str, Handler) {
        (self.method.clone(), self.path, self.handler)
    }
}

const fn at(place: &'static str, name: &'static str, schema: &'static str, about: &'static str) -> Parameter {
    Parameter { name, place, schema, about }
}

const fn gives(status: u16, kind: &'static str, schema: &'static str, about: &'static str) -> Given {
    Given { status, kind, schema, about }
}

const CASE: Parameter = at("path", "case", "uuid", "the case");
const AS_OF: Parameter = at("query", "at", "time", "the instant of the question, in the district's time; default: now");
const IF_MATCH: Parameter =
    at("header", "If-Match", "etag", "the ETag of the case as the caller has seen it; another one now is a 412");

const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";
const FORM: &str = "multipart/form-data";
const CALENDAR: &str = "text/calendar";

/// A computation: its result, or its progress line by line, as `Accept` asks.
macro_rules! computed {
    ($schema:literal, $lines:literal) => {
        &[
            gives(200, JSON, $schema, "what `ibbi … --json` prints"),
            gives(200, NDJSON, $lines, "if Accept asks for it: progress line by line, and the result as the last"),
        ]
    };
}

/// Every operation.
#[rustfmt::skip]
pub(crate) static OPERATIONS: &[Operation] = &[
    Operation { id: "listCases", method: Method::GET, path: "/api/v1/cases",
        parameters: &[at("query", "limit", "limit", "the most cases to give"),
            at("query", "after", "uuid", "only those behind this case: `next` of the part before"),
            at("query", "district", "text", "only those whose district's name contains this, in capitals or not")],
        body: None,
        summary: "The cases of the ledger, in the order in which they were opened",
        answers: &[gives(200, JSON, "CaseList", "the cases")], handler: |request| blocking(request, cases::list) },
    Operation { id: "openCase", method: Method::POST, path: "/api/v1/cases", parameters: &[],
        body: Some((JSON, "Opening")), summary: "Opens a case",
        answers: RECORDED, handler: cases::open },
    Operation { id: "caseStatus", method: Method::GET, path: "/api/v1/cases/{case}", parameters: &[CASE, AS_OF],
        body: None, summary: "Where a case stands: what is settled, what can be done next, what is blocked and why",
        answers: &[gives(200, JSON, "Status", "what `ibbi status --json` prints; the ETag is the number of records")],
        handler: |request| blocking(request, cases::status) },
    Operation { id: "offerEvent", method: Method::POST, path: "/api/v1/cases/{case}/events",
        parameters: &[CASE, IF_MATCH], body: Some((JSON, "Offer")),
        summary: "Offers an event: it is recorded, or refused with every unmet rule and nothing changes",
        answers: RECORDED, handler: cases::offer },
    Operation { id: "surveyCase", method: Method::GET, path: "/api/v1/cases/{case}/survey", parameters: &[CASE, AS_OF],
        body: None, summary: "For every kind of event: ready, depends on what it says, or blocked and by what",
        answers: &[gives(200, JSON, "Survey", "an answer for each kind of event")],
        handler: |request| blocking(request, cases::survey) },
    Operation { id: "routeOfCase", method: Method::GET, path: "/api/v1/cases/{case}/route",
        parameters: &[CASE, AS_OF, at("query", "goal", "goal", "a stage or an outcome; required")], body: None,
        summary: "The shortest list of events to a stage or an outcome",
        answers: &[gives(200, JSON, "Route", "what `ibbi route --json` prints")],
        handler: |request| blocking(request, cases::route) },
    Operation { id: "replayCase", method: Method::GET, path: "/api/v1/cases/{case}/replay",
        parameters: &[CASE, at("query", "at", "time", "only what had happened by then, as it is known now"),
            at("query", "to", "count", "only to this number in the ledger")], body: None,
        summary: "The timeline of a case, every event judged by the rules again",
        answers: &[gives(200, JSON, "Timelines", "what `ibbi replay --json` prints: a list of one")],
        handler: |request| blocking(request, cases::replay) },
    Operation { id: "calendarOfCase", method: Method::GET, path: "/api/v1/cases/{case}/calendar.ics",
        parameters: &[CASE], body: None, summary: "What a case has booked, as a calendar",
        answers: &[gives(200, CALENDAR, "text", "an iCalendar file")],
        handler: |request| blocking(request, cases::calendar) },
    Operation { id: "extractOfCase", method: Method::GET, path: "/api/v1/cases/{case}/extract",
        parameters: &[CASE], body: None, summary: "The records of a case with proofs that a checkpoint covers them",
        answers: &[gives(200, NDJSON, "text", "an extract, as `ibbi prove` writes it")],
        handler: |request| blocking(request, cases::extract) },
    Operation { id: "exportLedger", method: Method::GET, path: "/api/v1/ledger", parameters: &[], body: None,
        summary: "The ledger as it is on the disk",
        answers: &[gives(200, NDJSON, "text", "a line a record; see docs/ledger.md")],
        handler: |request| blocking(request, audit::export) },
    Operation { id: "verifyLedger", method: Method::GET, path: "/api/v1/ledger/verify",
        parameters: &[at("query", "key", "text", "a public key whose checkpoints count; may be given again")], body: None,
        summary: "Was anything altered? Checks the ledger line by line and against its checkpoints",
        answers: &[gives(200, JSON, "Verified", "what `ibbi verify --json` prints")],
        handler: |request| limited(request, audit::verify_own) },
    Operation { id: "auditLedger", method: Method::GET, path: "/api/v1/ledger/audit",
        parameters: &[at("query", "key", "text", "a public key whose checkpoints count; may be given again")], body: None,
        summary: "Everything in the ledger judged again: findings, cases by stage, times, variants",
        answers: &[gives(200, JSON, "AuditReport", "what `ibbi audit --json` prints")],
        handler: |request| limited(request, audit::audit_own) },
    Operation { id: "exportEvents", method: Method::GET, path: "/api/v1/ledger/export/{format}",
        parameters: &[at("path", "format", "exportFormat", "the format"),
            at("query", "voided", "text", "if given, voided events and corrections too, where the format can leave them out")],
        body: None, summary: "The events of the ledger, or the process itself, for other programs",
        answers: &[gives(200, "text/csv", "text", "csv: a row an event"), gives(200, "application/xml", "text", "xes, pnml, bpmn"),
            gives(200, JSON, "object", "ocel"), gives(200, NDJSON, "text", "cloudevents: an event a line")],
        handler: |request| limited(request, audit::export_as) },
    Operation { id: "auditUpload", method: Method::POST, path: "/api/v1/audit", parameters: &[],
        body: Some((FORM, "LedgerForm")), summary: "The same audit of a ledger, or an extract, that is sent",
        answers: &[gives(200, JSON, "AuditReport", "what `ibbi audit --json` prints")],
        handler: |request| limited(request, audit::audit_upload) },
    Operation { id: "verifyUpload", method: Method::POST, path: "/api/v1/verify", parameters: &[],
        body: Some((FORM, "LedgerForm")), summary: "The same for a ledger, or an extract, that is sent",
        answers: &[gives(200, JSON, "Verified", "what `ibbi verify --json` prints")],
        handler: |request| limited(request, audit::verify_upload) },
    Operation { id: "replayUpload", method: Method::POST, path: "/api/v1/replay", parameters: &[],
        body: Some((FORM, "LedgerForm")), summary: "The timelines of a ledger that is sent",
        answers: &[gives(200, JSON, "Timelines", "what `ibbi replay --json` prints")],
        handler: |request| limited(request, audit::replay_upload) },
    Operation { id: "checkScenario", method: Method::POST, path: "/api/v1/scenario", parameters: &[],
        body: Some((JSON, "ToCheck")), summary: "Reads a scenario and says everything that is wrong with it",
        answers: &[gives(200, JSON, "CheckedScenario", "what `ibbi scenario check --json` prints")],
        handler: |request| blocking(request, schedule::check) },
    Operation { id: "plan", method: Method::POST, path: "/api/v1/plan", parameters: &[],
        body: Some((JSON, "OneScenario")), summary: "The earliest schedule that suits everybody, and why not a day earlier",
        answers: &[gives(200, JSON, "Plan", "what `ibbi plan --json` prints")],
        handler: |request| limited(request, schedule::plan) },
    Operation { id: "simulate", method: Method::POST, path: "/api/v1/simulate", parameters: &[],
        body: Some((JSON, "Simulation")), summary: "When can it be done, and how sure is that?",
        answers: computed!("Forecast", "Progress"), handler: schedule::simulate },
    Operation { id: "compare", method: Method::POST, path: "/api/v1/compare", parameters: &[],
        body: Some((JSON, "ToCompare")), summary: "Which of two scenarios, or of the two formats, is likelier to be in time?",
        answers: computed!("Comparison", "Progress"), handler: schedule::compare },
    Operation { id: "who", method: Method::POST, path: "/api/v1/who", parameters: &[],
        body: Some((JSON, "Simulation")), summary: "Whom to ask for one more day: what the plan and the chance would gain",
        answers: computed!("Gains", "Progress"), handler: schedule::who },
    Operation { id: "report", method: Method::POST, path: "/api/v1/report", parameters: &[],
        body: Some((JSON, "Simulation")), summary: "A page about a scenario, to be read, printed and sent",
        answers: &[gives(200, "text/html", "text", "the file that `ibbi report` writes")],
        handler: |request| limited(request, schedule::report) },
    Operation { id: "calendar", method: Method::POST, path: "/api/v1/calendar", parameters: &[],
        body: Some((JSON, "OneScenario")), summary: "The sittings of a scenario's plan, as a calendar",
        answers: &[gives(200, CALENDAR, "text", "an iCalendar file")],
        handler: |request| limited(request, schedule::calendar) },
    Operation { id: "chart", method: Method::GET, path: "/api/v1/chart", parameters: &[], body: None,
        summary: "The process: every stage and event, where it leads, and its rules",
        answers: &[gives(200, JSON, "Chart", "what `ibbi chart --json` prints")],
        handler: |request| blocking(request, reference::chart) },
    Operation { id: "rules", method: Method::GET, path: "/api/v1/rules", parameters: &[], body: None,
        summary: "Every rule: what it asks, what to do when it is not met, and where it comes from",
        answers: &[gives(200, JSON, "Rules", "what `ibbi rules --json` prints")],
        handler: |request| blocking(request, reference::rules) },
    Operation { id: "forms", method: Method::GET, path: "/api/v1/forms", parameters: &[], body: None,
        summary: "For every kind of event, the fields that a person fills in",
        answers: &[gives(200, JSON, "Forms", "the fields by kind of event")],
        handler: |request| blocking(request, reference::forms) },
    Operation { id: "ledgerSchema", method: Method::GET, path: "/api/v1/schema/ledger", parameters: &[], body: None,
        summary: "The JSON Schema of a ledger's lines",
        answers: &[gives(200, "application/schema+json", "object", "what `ibbi schema` prints")],
        handler: |request| blocking(request, reference::ledger_schema) },
    Operation { id: "scenarioSchema", method: Method::GET, path: "/api/v1/schema/scenario", parameters: &[], body: None,
        summary: "The JSON Schema of a scenario",
        answers: &[gives(200, "application/schema+json", "object", "what `ibbi schema scenario` prints")],
        handler: |request| blocking(request, reference::scenario_schema) },
    Operation { id: "openapi", method: Method::GET, path: "/api/v1/openapi.json", parameters: &[], body: None,
        summary: "This description",
        answers: &[gives(200, JSON, "object", "an OpenAPI 3.1 document")],
        handler: |request| blocking(request, reference::openapi) },
];

const RECORDED: &[Given] = &[
    gives(201, JSON, "Recorded", "it is recorded and on the disk; what `ibbi record --json` prints"),
    gives(200, JSON, "Recorded", "it was recorded before under this id, or it was a dry run and would be"),
];
