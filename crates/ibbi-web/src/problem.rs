//! Errors of requests: problem details by RFC 9457 for programs, a page for people.

use crate::calendar_feeds::FeedError;
use crate::problem_codes;
use crate::response::{self, PROBLEM};
use axum::http::StatusCode;
use axum::response::Response;
use ibbi_access::{AccessError, Denial};
use ibbi_app::form::FormError;
use ibbi_app::ledger::AppendError;
use ibbi_app::{AppError, ExitCode};
use ibbi_core::Refusal;
use ibbi_poll::PollError;
use ibbi_webhook::WebhookError;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use std::path::Path;
use std::sync::{PoisonError, RwLock};
use uuid::Uuid;

/// The path of the API. Errors below it are problem documents.
pub(crate) const BASE: &str = "/api/v1";

/// Why a request failed.
#[derive(Debug)]
pub(crate) enum WebError {
    /// An operation failed.
    App(AppError),
    /// A form has entries that can't be read.
    Form(FormError),
    /// The request is wrong: a status, a stable code, and the message.
    Request(StatusCode, &'static str, String),
    /// The viewer may not do this.
    Denied(Box<Denial>),
    /// The ledger has no such case, or the viewer can't see it. The response doesn't tell which.
    Unseen(Uuid, Box<Denial>),
    /// A page that needs someone who signed in. The address of the page to sign in.
    SignIn(String),
}

/// Problem details by RFC 9457. `code` tells the kinds apart; docs/api.md has them all.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Problem<'a> {
    /// The kind of problem, as a URN: `urn:ibbi:problem:` and the code.
    #[schemars(schema_with = "problem_type")]
    r#type: String,
    /// The kind of problem in a few words.
    title: &'static str,
    /// The status of the response.
    #[schemars(range(min = 400, max = 599))]
    status: u16,
    /// What happened, and what to do.
    detail: String,
    /// The stable code of the kind of problem.
    #[schemars(schema_with = "problem_code")]
    code: &'static str,
    /// Every rule that the event does not meet.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<&'a Refusal>,
    /// Every problem of the scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    problems: Option<&'a [ibbi_app::sim::Problem]>,
    /// The ID of the event that may or may not be recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Uuid>,
    /// The roles with which it is allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<&'a [String]>,
    /// The program staff who can grant one, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted_by: Option<&'a [ibbi_core::Name]>,
    /// The number of records that the client expected.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<u64>,
    /// The number of records that the case has.
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<u64>,
}

fn problem_type(_: &mut SchemaGenerator) -> Schema {
    Schema::new_ref("#/components/schemas/ProblemType".to_owned())
}

fn problem_code(_: &mut SchemaGenerator) -> Schema {
    Schema::new_ref("#/components/schemas/ProblemCode".to_owned())
}

impl From<AppError> for WebError {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<AccessError> for WebError {
    /// Records of access that can't be read let no one in.
    fn from(error: AccessError) -> Self {
        let detail = format!(
            "{}. Nothing confidential is shown, and no one is let in, until the person who runs the server has fixed this",
            file_problem(error)
        );
        Self::Request(StatusCode::SERVICE_UNAVAILABLE, "access-unavailable", detail)
    }
}

impl From<WebhookError> for WebError {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::NotFound(why) => Self::not_found(why),
            WebhookError::Refused(why) => AppError::Usage(why).into(),
            WebhookError::Target(why) => AppError::Usage(why.to_string()).into(),
            WebhookError::File(error) => {
                let why = file_problem(error);
                let detail = format!("{why}. Nothing is sent until the person who runs the server has fixed this");
                Self::Request(StatusCode::SERVICE_UNAVAILABLE, "webhooks-unavailable", detail)
            }
        }
    }
}

impl From<FeedError> for WebError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::NotFound(_) => Self::not_found(error.to_string()),
            FeedError::Refused(why) => AppError::Usage(why).into(),
            FeedError::File(error) => {
                let why = file_problem(error);
                let detail = format!(
                    "{why}. No calendar address is answered until the person who runs the server has fixed this"
                );
                Self::Request(StatusCode::SERVICE_UNAVAILABLE, "calendars-unavailable", detail)
            }
        }
    }
}

impl From<PollError> for WebError {
    fn from(error: PollError) -> Self {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let unavailable = |detail: String| Self::Request(StatusCode::SERVICE_UNAVAILABLE, "polls-unavailable", detail);
        match &error {
            PollError::Missing => Self::not_found(error.to_string()),
            PollError::Closed => Self::Request(StatusCode::CONFLICT, "poll-closed", error.to_string()),
            PollError::Exists => Self::Request(StatusCode::CONFLICT, "poll-exists", error.to_string()),
            PollError::Refused(_) => Self::Request(StatusCode::UNPROCESSABLE_ENTITY, "poll", error.to_string()),
            PollError::Io { doing, path, source } => unavailable(format!(
                "can't {doing} `{}` of the polls beside the ledger: {source}; the person who runs the server can fix this",
                name(path)
            )),
            PollError::File { path, why } => unavailable(format!(
                "the file `{}` of the polls beside the ledger is damaged: {why}; the person who runs the server can restore it from a \
                 backup, or delete it",
                name(path)
            )),
        }
    }
}

/// Returns what is wrong with a file beside the ledger, without its folder.
fn file_problem(error: AccessError) -> String {
    match error {
        AccessError::Io { doing, source, path } => {
            let name =
                path.extension().map_or_else(String::new, |end| format!(" `.{}` beside the ledger", end.display()));
            format!("can't {doing} the file{name}: {source}")
        }
        AccessError::Line { line, what, .. } => format!("line {line} of a file beside the ledger is not {what}"),
        AccessError::Refused(why) => why,
    }
}

impl From<Denial> for WebError {
    fn from(denial: Denial) -> Self {
        Self::Denied(Box::new(denial))
    }
}

impl From<FormError> for WebError {
    fn from(error: FormError) -> Self {
        Self::Form(error)
    }
}

impl WebError {
    pub(crate) fn not_found(detail: impl Into<String>) -> Self {
        Self::Request(StatusCode::NOT_FOUND, "not-found", detail.into())
    }

    pub(crate) fn internal() -> Self {
        let detail = "this is an internal error; nothing was recorded unless this message says so";
        Self::Request(StatusCode::INTERNAL_SERVER_ERROR, "fault", detail.to_owned())
    }

    /// Returns the HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Request(status, ..) => *status,
            Self::Form(_) => StatusCode::BAD_REQUEST,
            Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::Unseen(..) => StatusCode::NOT_FOUND,
            Self::SignIn(_) => StatusCode::UNAUTHORIZED,
            Self::App(error) => match error {
                AppError::NoCase(_) | AppError::Gone(_) => StatusCode::NOT_FOUND,
                AppError::Refused { .. } | AppError::Future { .. } | AppError::Scenario { .. } => {
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                AppError::Append(AppendError::Conflict { .. }) => StatusCode::PRECONDITION_FAILED,
                AppError::CaseTaken(_)
                | AppError::Append(AppendError::IdTaken { .. } | AppendError::Repeated { .. }) => StatusCode::CONFLICT,
                AppError::Append(AppendError::TooLarge { .. }) => StatusCode::PAYLOAD_TOO_LARGE,
                AppError::InDoubt { .. } | AppError::Append(_) | AppError::Io { .. } => StatusCode::SERVICE_UNAVAILABLE,
                other => match other.exit_code() {
                    ExitCode::Usage => StatusCode::BAD_REQUEST,
                    ExitCode::Refused | ExitCode::BadLedger => StatusCode::UNPROCESSABLE_ENTITY,
                    ExitCode::Io => StatusCode::SERVICE_UNAVAILABLE,
                    ExitCode::Done | ExitCode::Fault => StatusCode::INTERNAL_SERVER_ERROR,
                },
            },
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::App(error) => error.code(),
            Self::Request(_, code, _) => code,
            Self::Form(_) => "input",
            Self::Denied(_) => "denied",
            Self::Unseen(..) => "no-case",
            Self::SignIn(_) => "token",
        }
    }

    /// Returns what happened and what to do, without the folders of the server's files.
    pub(crate) fn detail(&self) -> String {
        let names_files = match self {
            Self::App(error) => {
                matches!(error.exit_code(), ExitCode::Io | ExitCode::BadLedger | ExitCode::Fault)
                    || matches!(error, AppError::Resume { .. })
            }
            _ => false,
        };
        let detail = self.full_detail();
        if names_files { without_folders(&detail) } else { detail }
    }

    fn full_detail(&self) -> String {
        match self {
            Self::App(AppError::Refused { refusal, .. }) => {
                let rules = if refusal.unmet.len() == 1 { "1 rule is" } else { "several rules are" };
                format!("{} was refused in {}: {rules} not met", refusal.event.code(), refusal.stage.label())
            }
            Self::App(AppError::InDoubt { id, source }) => format!(
                "the ledger could not be written ({}). The event may or may not be in it, and the server records no more events. \
                 Free some space or repair the disk, and send the event again with its ID, {id}. The server tries again by itself. It \
                 is recorded only once",
                cause(source)
            ),
            // The message of the program names the computers of the office.
            Self::App(AppError::Database(_)) => {
                "the database of the ledger can't be used now; send the request again in a moment".to_owned()
            }
            Self::App(AppError::ReadOnly { cause }) => format!(
                "nothing was recorded, and the server records no events until this is fixed: {cause}. It tries again by itself; send \
                 the event again later"
            ),
            Self::App(error) if error.code() == "read-only" => {
                format!("{error}. The server tries again by itself")
            }
            Self::App(error) => error.to_string(),
            Self::Form(error) => error.to_string(),
            Self::Denied(denial) => denial.to_string(),
            Self::Unseen(case, denial) => {
                format!("there is no case {case} that you can see. If it exists, you need a role for it: {denial}")
            }
            Self::SignIn(_) => "sign in first".to_owned(),
            Self::Request(.., detail) => detail.clone(),
        }
    }

    /// Returns the problem details of RFC 9457, with the refusal or the scenario's problems as extension members.
    pub(crate) fn problem_details(&self) -> Problem<'_> {
        let mut problem = Problem {
            r#type: problem_codes::urn(self.code()),
            title: problem_codes::title(self.code()),
            status: self.status().as_u16(),
            detail: self.detail(),
            code: self.code(),
            refusal: None,
            problems: None,
            id: None,
            needs: None,
            granted_by: None,
            expected: None,
            found: None,
        };
        match self {
            Self::App(AppError::Refused { refusal, .. }) => problem.refusal = Some(refusal),
            Self::App(AppError::Scenario { source, .. }) => problem.problems = Some(&source.problems),
            Self::App(AppError::InDoubt { id, .. }) => problem.id = Some(*id),
            Self::Denied(denial) | Self::Unseen(_, denial) => {
                problem.needs = Some(denial.needs.as_slice());
                problem.granted_by = Some(denial.granted_by.as_slice());
            }
            Self::App(AppError::Append(AppendError::Conflict { expected, found, .. })) => {
                (problem.expected, problem.found) = (Some(*expected), Some(*found));
            }
            _ => {}
        }
        problem
    }

    /// Returns the problem details as JSON on one line.
    pub(crate) fn json(&self) -> String {
        serde_json::to_value(self.problem_details()).unwrap_or_default().to_string()
    }

    /// Returns the response for a program.
    pub(crate) fn problem(&self) -> Response {
        response::with_type(self.status(), PROBLEM, self.json() + "\n")
    }
}

/// The folders of the ledgers that this process serves.
static FOLDERS: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Keeps the folder of a ledger out of responses.
pub(crate) fn hide_folder(ledger: &Path) {
    let Some(folder) = ledger.parent().filter(|folder| folder.is_absolute()) else { return };
    let folder = format!("{}/", folder.display());
    let mut folders = FOLDERS.write().unwrap_or_else(PoisonError::into_inner);
    if folder != "/" && !folders.contains(&folder) {
        folders.push(folder);
    }
}

/// Takes the folders out of the paths in a text: `/srv/data/my.ledger` becomes `my.ledger`.
fn without_folders(text: &str) -> String {
    // The server's own folder first: its name can have spaces.
    let folders = FOLDERS.read().unwrap_or_else(PoisonError::into_inner);
    let text = folders.iter().fold(text.to_owned(), |text, folder| text.replace(folder.as_str(), ""));
    let is_path = |word: &str| word.starts_with('/') && !word.starts_with(BASE);
    let words = text.split_inclusive(|letter: char| letter.is_whitespace() || "`'\"(),;".contains(letter));
    words.map(|word| word.rsplit_once('/').filter(|_| is_path(word)).map_or(word, |(_, name)| name)).collect()
}

/// Returns the cause that the system reports.
fn cause(error: &AppendError) -> String {
    match error {
        AppendError::InDoubt { source } => source.source().map_or_else(|| source.to_string(), ToString::to_string),
        _ => "as for another event in the same batch".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_folders;

    #[test]
    fn folders_are_taken_out_of_paths() {
        for (text, shown) in [
            ("cannot open /srv/data/my.ledger: no space", "cannot open my.ledger: no space"),
            ("`/tmp/ibbi-x1/uploaded.ledger` and (/a/b)", "`uploaded.ledger` and (b)"),
            ("send it to /api/v1/cases again, 9/30/2026 or a/b", "send it to /api/v1/cases again, 9/30/2026 or a/b"),
            ("open /login", "open login"),
        ] {
            assert_eq!(without_folders(text), shown);
        }
    }
}
