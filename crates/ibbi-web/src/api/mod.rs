//! The API under `/api/v1`. The router and the OpenAPI document are made from one table of operations.

mod audit;
mod cases;
mod document;
mod lines;
mod records;
mod reference;
mod schedule;
mod schemas;

pub(crate) use audit::{audit_request, exported, upload};
pub(crate) use cases::calendar as calendar_of_case;
pub use document::openapi;

pub(crate) use crate::problem::BASE;

use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{Handler, blocking, limited, with_parts};
use axum::http::Method;
use ibbi_access::View;
use ibbi_app::AppError;

/// The operations that accept whole ledgers.
pub(crate) const UPLOADS: &[&str] = &["/api/v1/verify", "/api/v1/replay", "/api/v1/audit"];

/// An operation.
pub(crate) struct Operation {
    /// Its name in generated clients.
    id: &'static str,
    /// What one must be allowed to see.
    view: View,
    method: Method,
    path: &'static str,
    /// Its description in one line.
    summary: &'static str,
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
    pub(crate) fn route(&self) -> (Method, &'static str, View, Handler) {
        (self.method.clone(), self.path, self.view, self.handler)
    }
}

const fn at(place: &'static str, name: &'static str, schema: &'static str, about: &'static str) -> Parameter {
    Parameter { name, place, schema, about }
}

const fn gives(status: u16, kind: &'static str, schema: &'static str, about: &'static str) -> Given {
    Given { status, kind, schema, about }
}

const CASE: Parameter = at("path", "case", "uuid", "the case");
const AS_OF: Parameter = at("query", "at", "time", "the time of the query, in the district's time; default: now");
const IF_MATCH: Parameter = at(
    "header",
    "If-Match",
    "etags",
    "the ETag of the case that you last saw, weak or strong; if it is different now, the response is a 412",
);

const IF_NONE_MATCH: Parameter = at(
    "header",
    "If-None-Match",
    "etags",
    "ETags that you have, weak or strong; if one of them is that of the response, the response is a 304",
);

const JSON: &str = "application/json";
const NDJSON: &str = "application/x-ndjson";
const FORM: &str = "multipart/form-data";
const CALENDAR: &str = "text/calendar";
const TEXT: &str = "text/plain";

/// The responses of a computation: its result, or its progress line by line, by `Accept`.
macro_rules! computed {
    ($schema:literal, $lines:literal) => {
        &[
            gives(200, JSON, $schema, "the output of `ibbi … --json`"),
            gives(
                200,
                NDJSON,
                $lines,
                "if Accept asks for it: progress, one line each, and the result on the last line",
            ),
        ]
    };
}

/// The operations.
#[rustfmt::skip]
pub(crate) static OPERATIONS: &[Operation] = &[
    Operation { id: "listCases", view: View::Cases, method: Method::GET, path: "/api/v1/cases",
        parameters: &[at("query", "limit", "limit", "maximum number of cases"),
            at("query", "after", "uuid", "only cases after this one; use `next` of the previous page"),
            at("query", "district", "text", "only cases whose district's name contains this, in upper or lower case")],
        body: None,
        summary: "Lists the cases of the ledger in the order of their openings",
        answers: &[gives(200, JSON, "CaseList", "the cases")], handler: |request| blocking(request, cases::list) },
    Operation { id: "openCase", view: View::Cases, method: Method::POST, path: "/api/v1/cases", parameters: &[],
        body: Some((JSON, "Opening")), summary: "Opens a case",
        answers: RECORDED, handler: cases::open },
    Operation { id: "caseStatus", view: View::Case, method: Method::GET, path: "/api/v1/cases/{case}", parameters: &[CASE, AS_OF, IF_NONE_MATCH],
        body: None, summary: "Returns what a case has done, what you can do next, and what is blocked and why",
        answers: &[gives(200, JSON, "Status", "the output of `ibbi status --json`; the ETag is the number of records")],
        handler: |request| blocking(request, cases::status) },
    Operation { id: "offerEvent", view: View::Case, method: Method::POST, path: "/api/v1/cases/{case}/events",
        parameters: &[CASE, IF_MATCH], body: Some((JSON, "Offer")),
        summary: "Records an event, or refuses it with each unmet rule",
        answers: RECORDED, handler: cases::offer },
    Operation { id: "surveyCase", view: View::Case, method: Method::GET, path: "/api/v1/cases/{case}/survey", parameters: &[CASE, AS_OF, IF_NONE_MATCH],
        body: None, summary: "Returns for each type of event whether it is ready, depends on its fields, or is blocked, and by which rules",
        answers: &[gives(200, JSON, "Survey", "one answer for each type of event")],
        handler: |request| blocking(request, cases::survey) },
    Operation { id: "routeOfCase", view: View::Case, method: Method::GET, path: "/api/v1/cases/{case}/route",
        parameters: &[CASE, AS_OF, at("query", "goal", "goal", "a stage or an outcome; required")], body: None,
        summary: "Returns the fewest events to a stage or an outcome",
        answers: &[gives(200, JSON, "Route", "what `ibbi route --json` prints")],
        handler: |request| blocking(request, cases::route) },
    Operation { id: "replayCase", view: View::Case, method: Method::GET, path: "/api/v1/cases/{case}/replay",
        parameters: &[CASE, at("query", "at", "time", "only events that happened by this time, with later corrections applied"),
            at("query", "to", "count", "only records up to this number")], body: None,
        summary: "Returns the timeline of a case, with every event checked against the rules again",
        answers: &[gives(200, JSON, "Timelines", "the output of `ibbi replay --json`: a list with one timeline")],
        handler: |request| blocking(request, cases::replay) },
    Operation { id: "calendarOfCase", view: View::Case, method: Method::GET, path: "/api/v1/cases/{case}/calendar.ics",
        parameters: &[CASE], body: None, summary: "Returns the booked dates of a case as a calendar",
        answers: &[gives(200, CALENDAR, "text", "an iCalendar file")],
        handler: |request| blocking(request, cases::calendar) },
    Operation { id: "extractOfCase", view: View::Extract, method: Method::GET, path: "/api/v1/cases/{case}/extract",
        parameters: &[CASE], body: None, summary: "Returns the records of a case with proofs that a checkpoint covers them",
        answers: &[gives(200, NDJSON, "text", "an extract, as `ibbi extract` writes it")],
        handler: |request| blocking(request, cases::extract) },
    Operation { id: "followRecords", view: View::Cases, method: Method::GET, path: "/api/v1/records",
        parameters: &[at("query", "after", "count", "only records after this number; use `position` of the previous page"),
            at("query", "limit", "limit", "maximum number of records that are looked at"),
            at("header", "Last-Event-ID", "count", "the last number that a stream sent, in place of `after`")],
        body: None, summary: "Returns the records after a position, or sends them as they are written",
        answers: &[gives(200, JSON, "RecordPage", "the records of the cases that you can see, as CloudEvents"),
            gives(200, "text/event-stream", "text", "if Accept asks for it: each record once, in order, with its number as the ID of the event")],
        handler: records::follow },
    Operation { id: "mirrorLines", view: View::Mirror, method: Method::GET, path: "/api/v1/lines",
        parameters: &[at("query", "after", "count", "only lines after this number; use `position` of the previous page"),
            at("query", "limit", "limit", "maximum number of lines; a page also ends after a line with which its lines have 1 MiB"), IF_NONE_MATCH],
        body: None, summary: "Returns the lines after a position: the SHA-256 of each, and the line itself if you may read it",
        answers: &[gives(200, JSON, "LinePage", "the lines, as `ibbi mirror` needs them")],
        handler: |request| blocking(request, lines::lines) },
    Operation { id: "proveInclusion", view: View::Mirror, method: Method::GET, path: "/api/v1/proofs/inclusion",
        parameters: &[at("query", "line", "count", "the number of the line, from 1 to `size`; required"),
            at("query", "size", "count", "the number of lines of the tree, at most those of the ledger; default: all")],
        body: None, summary: "Proves that a line is in the ledger. A proof has at most 64 hashes, and the server reads at most 2,048 lines for it",
        answers: &[gives(200, JSON, "InclusionProof", "a proof of RFC 6962; see docs/mirror.md")],
        handler: |request| blocking(request, lines::inclusion) },
    Operation { id: "proveConsistency", view: View::Mirror, method: Method::GET, path: "/api/v1/proofs/consistency",
        parameters: &[at("query", "from", "count", "the smaller number of lines, from 1 to `to`; required"),
            at("query", "to", "count", "the larger number of lines, at most those of the ledger; default: all")],
        body: None, summary: "Proves that the ledger is the continuation of an earlier state. A proof has at most 65 hashes, and the server reads at most 2,048 lines for it",
        answers: &[gives(200, JSON, "ConsistencyProof", "a proof of RFC 6962; see docs/mirror.md")],
        handler: |request| blocking(request, lines::consistency) },
    Operation { id: "checkpoints", view: View::Cases, method: Method::GET, path: "/api/v1/checkpoints",
        parameters: &[at("query", "after", "count", "only checkpoints that cover more lines than this"),
            at("query", "limit", "most", "maximum number of checkpoints; default: all"), IF_NONE_MATCH], body: None,
        summary: "Returns the signed checkpoints of the ledger, the oldest first",
        answers: &[gives(200, TEXT, "text", "signed notes; see docs/ledger.md")],
        handler: |request| blocking(request, audit::checkpoints) },
    Operation { id: "publicKey", view: View::Cases, method: Method::GET, path: "/api/v1/key", parameters: &[], body: None,
        summary: "Returns the public key of the key that signs checkpoints",
        answers: &[gives(200, TEXT, "text", "the key, as `ibbi keygen` prints it")],
        handler: |request| blocking(request, audit::public_key) },
    Operation { id: "exportLedger", view: View::Ledger, method: Method::GET, path: "/api/v1/ledger", parameters: &[], body: None,
        summary: "Returns the ledger as it is on the disk",
        answers: &[gives(200, NDJSON, "text", "one record per line; see docs/ledger.md")],
        handler: |request| blocking(request, audit::export) },
    Operation { id: "verifyLedger", view: View::Ledger, method: Method::GET, path: "/api/v1/ledger/verify",
        parameters: &[at("query", "key", "text", "a trusted public key; you can repeat this parameter")], body: None,
        summary: "Checks whether the ledger was altered, line by line and against its checkpoints",
        answers: &[gives(200, JSON, "Verified", "what `ibbi verify --json` prints")],
        handler: |request| limited(request, audit::verify_own) },
    Operation { id: "auditLedger", view: View::Ledger, method: Method::GET, path: "/api/v1/ledger/audit",
        parameters: &[at("query", "key", "text", "a trusted public key; you can repeat this parameter")], body: None,
        summary: "Audits the ledger: findings, cases by stage, times, and variants",
        answers: &[gives(200, JSON, "AuditReport", "what `ibbi audit --json` prints")],
        handler: |request| limited(request, audit::audit_own) },
    Operation { id: "exportEvents", view: View::Ledger, method: Method::GET, path: "/api/v1/ledger/export/{format}",
        parameters: &[at("path", "format", "exportFormat", "the format"),
            at("query", "voided", "text", "if given, also include voided events and corrections in formats that leave them out")],
        body: None, summary: "Exports the events of the ledger, or the process itself, for other programs",
        answers: &[gives(200, "text/csv", "text", "csv: one row per event"), gives(200, "application/xml", "text", "xes, pnml, bpmn"),
            gives(200, JSON, "object", "ocel"), gives(200, NDJSON, "text", "cloudevents: one event per line")],
        handler: |request| limited(request, audit::export_as) },
    Operation { id: "auditUpload", view: View::Tools, method: Method::POST, path: "/api/v1/audit", parameters: &[],
        body: Some((FORM, "LedgerForm")), summary: "Audits an uploaded ledger or extract",
        answers: &[gives(200, JSON, "AuditReport", "what `ibbi audit --json` prints")],
        handler: |request| with_parts(request, limited, audit::audit_upload) },
    Operation { id: "verifyUpload", view: View::Tools, method: Method::POST, path: "/api/v1/verify", parameters: &[],
        body: Some((FORM, "LedgerForm")), summary: "Checks an uploaded ledger or extract",
        answers: &[gives(200, JSON, "Verified", "what `ibbi verify --json` prints")],
        handler: |request| with_parts(request, limited, audit::verify_upload) },
    Operation { id: "replayUpload", view: View::Tools, method: Method::POST, path: "/api/v1/replay", parameters: &[],
        body: Some((FORM, "LedgerForm")), summary: "Returns the timelines of an uploaded ledger",
        answers: &[gives(200, JSON, "Timelines", "what `ibbi replay --json` prints")],
        handler: |request| with_parts(request, limited, audit::replay_upload) },
    Operation { id: "checkScenario", view: View::Tools, method: Method::POST, path: "/api/v1/scenario", parameters: &[],
        body: Some((JSON, "ToCheck")), summary: "Checks a scenario and lists all its problems",
        answers: &[gives(200, JSON, "CheckedScenario", "what `ibbi scenario check --json` prints")],
        handler: |request| blocking(request, schedule::check) },
    Operation { id: "plan", view: View::Tools, method: Method::POST, path: "/api/v1/plan", parameters: &[],
        body: Some((JSON, "OneScenario")), summary: "Returns the earliest schedule that works for everyone, and why each date can't be earlier",
        answers: &[gives(200, JSON, "Plan", "what `ibbi plan --json` prints")],
        handler: |request| limited(request, schedule::plan) },
    Operation { id: "simulate", view: View::Tools, method: Method::POST, path: "/api/v1/simulate", parameters: &[],
        body: Some((JSON, "Simulation")), summary: "Forecasts when the process will finish, and the chance of that",
        answers: computed!("Forecast", "Progress"), handler: schedule::simulate },
    Operation { id: "compare", view: View::Tools, method: Method::POST, path: "/api/v1/compare", parameters: &[],
        body: Some((JSON, "ToCompare")), summary: "Compares two scenarios, or the two formats: which is more likely to finish on time?",
        answers: computed!("Comparison", "Progress"), handler: schedule::compare },
    Operation { id: "who", view: View::Tools, method: Method::POST, path: "/api/v1/who", parameters: &[],
        body: Some((JSON, "Simulation")), summary: "Returns which person's extra free day would help the plan and the forecast most",
        answers: computed!("Gains", "Progress"), handler: schedule::who },
    Operation { id: "favors", view: View::Tools, method: Method::POST, path: "/api/v1/favors", parameters: &[],
        body: Some((JSON, "OneScenario")), summary: "Returns the half-days (up to three) that together would help the plan most",
        answers: &[gives(200, JSON, "FavorSets", "what `ibbi who --favors --json` prints")],
        handler: |request| limited(request, schedule::favors) },
    Operation { id: "report", view: View::Tools, method: Method::POST, path: "/api/v1/report", parameters: &[],
        body: Some((JSON, "Simulation")), summary: "Returns an HTML report about a scenario",
        answers: &[gives(200, "text/html", "text", "the file that `ibbi report` writes")],
        handler: |request| limited(request, schedule::report) },
    Operation { id: "calendar", view: View::Tools, method: Method::POST, path: "/api/v1/calendar", parameters: &[],
        body: Some((JSON, "OneScenario")), summary: "Returns the dates of a scenario's plan as a calendar",
        answers: &[gives(200, CALENDAR, "text", "an iCalendar file")],
        handler: |request| limited(request, schedule::calendar) },
    Operation { id: "chart", view: View::Tools, method: Method::GET, path: "/api/v1/chart", parameters: &[], body: None,
        summary: "Returns the process: each stage and event, its targets, and its rules",
        answers: &[gives(200, JSON, "Chart", "what `ibbi chart --json` prints")],
        handler: |request| blocking(request, reference::chart) },
    Operation { id: "rules", view: View::Tools, method: Method::GET, path: "/api/v1/rules", parameters: &[], body: None,
        summary: "Returns the rules: what each requires, what to do when it isn't met, and its source",
        answers: &[gives(200, JSON, "Rules", "what `ibbi rules --json` prints")],
        handler: |request| blocking(request, reference::rules) },
    Operation { id: "programs", view: View::Tools, method: Method::GET, path: "/api/v1/programs", parameters: &[], body: None,
        summary: "Returns the programs that a new case can name, each with its parameters and its source",
        answers: &[gives(200, JSON, "Programs", "the programs by name")],
        handler: |request| blocking(request, reference::programs) },
    Operation { id: "forms", view: View::Tools, method: Method::GET, path: "/api/v1/forms", parameters: &[], body: None,
        summary: "Returns the form fields of each type of event",
        answers: &[gives(200, JSON, "Forms", "the fields by kind of event")],
        handler: |request| blocking(request, reference::forms) },
    Operation { id: "ledgerSchema", view: View::Tools, method: Method::GET, path: "/api/v1/schema/ledger", parameters: &[], body: None,
        summary: "Returns the JSON Schema of a ledger line",
        answers: &[gives(200, "application/schema+json", "object", "what `ibbi schema` prints")],
        handler: |request| blocking(request, reference::ledger_schema) },
    Operation { id: "scenarioSchema", view: View::Tools, method: Method::GET, path: "/api/v1/schema/scenario", parameters: &[], body: None,
        summary: "Returns the JSON Schema of a scenario",
        answers: &[gives(200, "application/schema+json", "object", "what `ibbi schema scenario` prints")],
        handler: |request| blocking(request, reference::scenario_schema) },
    Operation { id: "openapi", view: View::Tools, method: Method::GET, path: "/api/v1/openapi.json", parameters: &[], body: None,
        summary: "Returns this document",
        answers: &[gives(200, JSON, "object", "an OpenAPI 3.1 document")],
        handler: |request| blocking(request, reference::openapi) },
];

const RECORDED: &[Given] = &[
    gives(201, JSON, "Recorded", "the event is recorded and on the disk; the output of `ibbi record --json`"),
    gives(
        200,
        JSON,
        "Recorded",
        "the event was already recorded with this ID, or it was a dry run and can be recorded",
    ),
];
