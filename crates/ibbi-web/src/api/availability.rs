//! The operation that imports when people can come.

use super::scenarios::{SentScenario, scenario, scenario_schema};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ibbi_app::AppError;
use ibbi_app::availability::{self, AvailabilityFile, AvailabilityImport, ImportOptions, MAX_FILES};
use ibbi_app::sim::Scenario;
use ibbi_app::zone::Zone;
use ibbi_core::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Files with times of people, and the scenario that gets them.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AvailabilityToImport {
    /// The files.
    #[schemars(length(min = 1, max = MAX_FILES))]
    files: Vec<SentFile>,
    /// The scenario. Without it, the files are only read.
    scenario: Option<SentScenario>,
    /// Answers to questions: a name as a file has it, or the name of a file, with the ID of a person of the scenario or `skip`.
    #[serde(default)]
    people: BTreeMap<String, String>,
    /// The first day that matters. Default: the start of the scenario, or today without a scenario.
    from: Option<Date>,
    /// The last day that matters. Default: the last day that a plan can reach.
    to: Option<Date>,
    /// Whether the times replace those of the scenario that contradict them. Otherwise they are added.
    #[serde(default)]
    replace: bool,
}

/// A file with times of people: its text, or its bytes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SentFile {
    /// The name of the file, for questions and remarks.
    name: String,
    /// The bytes of the file in Base64, as for a spreadsheet.
    content: Option<String>,
    /// The text of the file, in place of `content`.
    text: Option<String>,
}

/// What was understood, and the scenario with these times.
#[derive(Serialize, JsonSchema)]
pub(super) struct AvailabilityAnswer {
    #[serde(flatten)]
    import: AvailabilityImport,
    /// Whether each file was read and no question is open, so that the scenario has all times.
    ready: bool,
    /// The scenario with these times; null if none was sent.
    #[schemars(schema_with = "optional_scenario")]
    scenario: Option<Map<String, Value>>,
    /// The same scenario as TOML. If TOML was sent, its comments stay.
    toml: Option<String>,
}

fn optional_scenario(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "anyOf": [scenario_schema(generator), { "type": "null" }] })
}

impl SentFile {
    fn bytes(&self) -> Result<Vec<u8>, AppError> {
        let usage =
            |message: &str| AppError::Usage(format!("the file `{}` {message}", ibbi_app::spelling::echo(&self.name)));
        match (&self.content, &self.text) {
            (Some(content), None) => {
                let plain: String = content.chars().filter(|c| !c.is_ascii_whitespace()).collect();
                let read = STANDARD.decode(&plain).or_else(|_| STANDARD_NO_PAD.decode(&plain));
                read.map_err(|_| {
                    usage("has a `content` that isn't Base64; encode its bytes, or send its text as `text`")
                })
            }
            (None, Some(text)) => Ok(text.clone().into_bytes()),
            (Some(_), Some(_)) => Err(usage("has both `content` and `text`; send one of them")),
            (None, None) => Err(usage("has no content; send its bytes in Base64 as `content`, or its text as `text`")),
        }
    }
}

/// Reads files and returns what they say, without keeping anything.
pub(super) fn import(request: &WebRequest) -> WebResult {
    let asked: AvailabilityToImport = request.object(
        "files with times of people",
        r#"{"files": [{"name": "answers.txt", "text": "N. Beaumont: never Tuesdays"}], "scenario": {"district": "Maple Hollow", …}}"#,
    )?;
    Ok(json(StatusCode::OK, &answer(&asked, request)?)?)
}

fn answer(asked: &AvailabilityToImport, request: &WebRequest) -> Result<AvailabilityAnswer, WebError> {
    if asked.files.is_empty() {
        return Err(AppError::Usage("`files` is empty; send at least one file".to_owned()).into());
    }
    let sent = asked.scenario.as_ref();
    let before = sent.map(|sent| scenario(Some(sent), None)).transpose()?;
    let now = request.state.now()?;
    let zone = before.as_ref().map_or_else(Zone::default, |before| Zone::or_utc(Some(&before.time_zone)));
    let people: Vec<_> = asked.people.iter().map(|(name, person)| (name.clone(), person.clone())).collect();
    let AvailabilityToImport { from, to, replace, .. } = *asked;
    let options = ImportOptions { from, to, people: &people, replace, today: zone.date(now) };
    let contents = asked.files.iter().map(SentFile::bytes).collect::<Result<Vec<_>, _>>()?;
    let files = asked.files.iter().zip(&contents).map(|(file, bytes)| AvailabilityFile { name: &file.name, bytes });
    let files: Vec<_> = files.collect();
    let import = availability::import(&files, before.as_ref(), &options)?;
    let toml = import.scenario.as_ref().map(|changed| {
        let kept = sent.and_then(SentScenario::toml).and_then(|toml| availability::updated_toml(&toml, changed).ok());
        kept.unwrap_or_else(|| changed.to_toml())
    });
    let (ready, scenario) = (import.is_ready(), import.scenario.as_ref().map(Scenario::to_object));
    Ok(AvailabilityAnswer { import, ready, scenario, toml })
}
