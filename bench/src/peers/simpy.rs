//! SimPy's side of a comparison: a child process that simulates on request.

use super::child::Child;
use super::{Failed, Missing, python};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/peers/simpy_model.py");

/// What SimPy found in one request.
#[derive(Debug)]
pub(crate) struct Found {
    /// The time of the runs alone, by the child's own clock.
    pub(crate) time: Duration,
    /// Each ending with its runs.
    pub(crate) endings: Vec<(String, u64)>,
    /// Each percentile with its date.
    pub(crate) percentiles: Vec<(u64, String)>,
    /// Each day on which a run was completed, with the runs completed by then.
    pub(crate) curve: Vec<(String, u64)>,
}

/// A Python that has read the scenario and waits for requests.
pub(crate) struct SimPy(Child);

impl SimPy {
    /// Starts the child.
    pub(crate) fn start(scenario: &Path) -> Result<Result<Self, Missing>, Failed> {
        let python = python();
        let quiet = || Stdio::null();
        let has = Command::new(&python).args(["-c", "import simpy"]).stdout(quiet()).stderr(quiet()).status();
        if !has.is_ok_and(|status| status.success()) {
            return Ok(Err(Missing("SimPy (Python or its package is missing)")));
        }
        let mut command = Command::new(&python);
        Ok(Ok(Self(Child::start(command.arg(MODEL).arg(scenario).arg("--serve"))?)))
    }

    /// Simulates with Python's own random numbers.
    pub(crate) fn own(&mut self, runs: u64, seed: u64) -> Result<Found, Failed> {
        self.ask("own", runs, seed)
    }

    /// Simulates with the numbers that the model's page defines for each draw.
    pub(crate) fn keyed(&mut self, runs: u64, seed: u64) -> Result<Found, Failed> {
        self.ask("keyed", runs, seed)
    }

    fn ask(&mut self, kind: &str, runs: u64, seed: u64) -> Result<Found, Failed> {
        let answer = self.0.ask(&format!("{kind} {runs} {seed}"))?;
        found(&answer).ok_or_else(|| format!("SimPy's answer is not understood: {answer}").into())
    }
}

fn found(answer: &Value) -> Option<Found> {
    let ending = |row: &Value| Some((row["ending"].as_str()?.to_owned(), row["runs"].as_u64()?));
    let percentile = |row: &Value| Some((row["percent"].as_u64()?, row["date"].as_str()?.to_owned()));
    let point = |row: &Value| Some((row["date"].as_str()?.to_owned(), row["completed"].as_u64()?));
    Some(Found {
        time: Duration::try_from_secs_f64(answer["seconds"].as_f64()?).ok()?,
        endings: answer["outcomes"].as_array()?.iter().map(ending).collect::<Option<_>>()?,
        percentiles: answer["percentiles"].as_array()?.iter().map(percentile).collect::<Option<_>>()?,
        curve: answer["curve"].as_array()?.iter().map(point).collect::<Option<_>>()?,
    })
}
