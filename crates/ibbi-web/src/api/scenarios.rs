//! Scenarios in requests: the bodies of the operations on scenarios.

use crate::problem::WebError;
use crate::request::WebRequest;
use crate::state::MAX_RUNS;
use ibbi_app::AppError;
use ibbi_app::schedule;
use ibbi_app::sim::{AssumptionRow, HeldDates, Scenario, Settings, Simulator};
use ibbi_core::Format;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::path::Path;
use uuid::Uuid;

/// How many runs a simulation has if no number is given.
pub(super) const fn runs() -> u64 {
    10_000
}

const fn seed() -> u64 {
    1
}

/// A scenario to check.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToCheck {
    /// The scenario. Without it, the sample scenario is used.
    pub(super) scenario: Option<SentScenario>,
    /// The format of the facilitation, in place of the one that the scenario names.
    pub(super) format: Option<Format>,
}

/// A scenario, and the case from which it continues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneScenario {
    /// The scenario. Without it, the sample scenario is used.
    pub(super) scenario: Option<SentScenario>,
    /// The format of the facilitation, in place of the one that the scenario names.
    pub(super) format: Option<Format>,
    /// The case from which the scenario continues.
    pub(super) case: Option<Uuid>,
    /// The instant from which the case continues: a local time of its district, an instant, or `now`.
    pub(super) as_of: Option<String>,
    /// The chance, in percent, with which dates to hold must be enough. Without it, there are no dates to hold.
    #[schemars(range(min = HeldDates::LEAST, max = HeldDates::MOST))]
    pub(super) confidence: Option<u8>,
}

/// A scenario to simulate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Simulation {
    /// The scenario. Without it, the sample scenario is used.
    pub(super) scenario: Option<SentScenario>,
    /// The format of the facilitation, in place of the one that the scenario names.
    pub(super) format: Option<Format>,
    /// The case from which the scenario continues.
    pub(super) case: Option<Uuid>,
    /// The instant from which the case continues: a local time of its district, an instant, or `now`.
    pub(super) as_of: Option<String>,
    /// The number of simulation runs.
    #[serde(default = "runs")]
    #[schemars(range(min = 1, max = MAX_RUNS))]
    pub(super) runs: u64,
    /// The seed of the random numbers.
    #[serde(default = "seed")]
    #[schemars(range(min = 0, max = u64::MAX))]
    pub(super) seed: u64,
}

/// Two scenarios to compare, or two formats of one scenario.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToCompare {
    /// The first scenario. Without it, the sample scenario is used.
    pub(super) first: Option<SentScenario>,
    /// The second scenario.
    pub(super) second: Option<SentScenario>,
    /// The formats of the first scenario to compare.
    #[serde(default)]
    pub(super) formats: Vec<Format>,
    /// The number of simulation runs of each scenario.
    #[serde(default = "runs")]
    #[schemars(range(min = 1, max = MAX_RUNS))]
    pub(super) runs: u64,
    /// The seed of the random numbers.
    #[serde(default = "seed")]
    #[schemars(range(min = 0, max = u64::MAX))]
    pub(super) seed: u64,
}

/// A scenario that has no problems, with its digest.
#[derive(Serialize, JsonSchema)]
pub(super) struct CheckedScenario {
    /// The digest of the scenario.
    digest: String,
    /// The scenario, with everything that it leaves to a default. You can send it again.
    #[schemars(schema_with = "scenario_schema")]
    pub(super) scenario: Map<String, Value>,
    /// Its assumptions, each with its description and whether it is the default.
    assumptions: Vec<AssumptionRow>,
}

impl From<&Scenario> for CheckedScenario {
    fn from(scenario: &Scenario) -> Self {
        let assumptions = scenario.assumptions.rows(scenario.model);
        Self { digest: scenario.digest(), scenario: scenario.to_object(), assumptions }
    }
}

/// A scenario in a request: a JSON object, or a text with TOML.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct SentScenario(Box<RawValue>);

pub(super) fn scenario_schema(_: &mut SchemaGenerator) -> Schema {
    Schema::new_ref("#/components/schemas/Scenario".to_owned())
}

impl JsonSchema for SentScenario {
    fn schema_name() -> Cow<'static, str> {
        "SentScenario".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A scenario: an object, or a text with the TOML of a scenario's file.",
            "anyOf": [
                scenario_schema(generator),
                { "type": "string", "title": "ScenarioToml", "description": "The TOML of a scenario's file." },
            ],
        })
    }
}

impl SentScenario {
    /// Returns the text of a scenario that was sent as TOML.
    pub(super) fn toml(&self) -> Option<String> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// Reads and checks the scenario. The places of problems are those in its own text.
    fn read(&self) -> Result<Scenario, AppError> {
        let text = self.0.get();
        let name = Path::new("scenario");
        if text.starts_with('"') {
            let toml: String = serde_json::from_str(text).map_err(|error| AppError::Usage(error.to_string()))?;
            return schedule::read(&toml, name);
        }
        if !text.starts_with('{') {
            let message =
                "a scenario is a JSON object such as {\"district\": \"Maple Hollow\", …}, or a text with its TOML";
            return Err(AppError::Usage(message.to_owned()));
        }
        schedule::read(text, name)
    }
}

/// Returns a scenario that was sent, or the sample.
pub(super) fn scenario(sent: Option<&SentScenario>, format: Option<Format>) -> Result<Scenario, AppError> {
    let scenario = match sent {
        Some(sent) => sent.read()?,
        None => schedule::load(None)?,
    };
    Ok(schedule::with_format(scenario, format))
}

impl OneScenario {
    pub(super) fn scenario(&self) -> Result<Scenario, AppError> {
        scenario(self.scenario.as_ref(), self.format)
    }

    /// Returns the simulator of the scenario, from its start or from a case of the ledger.
    pub(super) fn simulator(&self, request: &WebRequest) -> Result<Simulator, WebError> {
        let state = &request.state;
        let scenario = self.scenario()?;
        let Some(case) = self.case else {
            if self.as_of.is_some() {
                let message = "`as_of` needs a case; give `case` with it, or leave it out";
                return Err(AppError::Usage(message.to_owned()).into());
            }
            return Ok(Simulator::new(&scenario));
        };
        let (now, zone) = (state.now()?, request.zone(case)?);
        let as_of = self.as_of.as_deref().map_or(Ok(now), |text| zone.read(text, now)).map_err(AppError::from)?;
        let elsewhere = request.booked_elsewhere(&scenario, case, as_of)?;
        let label = Path::new("the case");
        Ok(request.facts(case, |log| schedule::resume(&scenario, log, as_of, &elsewhere, label))??)
    }
}

impl Simulation {
    pub(super) fn made(self, request: &WebRequest) -> Result<(Simulator, Settings), WebError> {
        let Self { scenario, format, case, as_of, runs, seed } = self;
        let settings = request.state.settings(runs, seed)?;
        Ok((OneScenario { scenario, format, case, as_of, confidence: None }.simulator(request)?, settings))
    }
}
