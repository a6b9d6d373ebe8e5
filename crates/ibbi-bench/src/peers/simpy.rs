//! SimPy's side of a comparison: a child process that simulates when it is told to.

use super::Failed;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// Names the Python with SimPy; `python3` without it.
const PYTHON: &str = "IBBI_PYTHON";
const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/simpy_model.py");

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
pub(crate) struct SimPy {
    child: Child,
    asked: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl SimPy {
    /// Starts the child; `None` where there is no Python or no SimPy, which is said in one line.
    pub(crate) fn start(scenario: &Path) -> Result<Option<Self>, Failed> {
        let python = std::env::var(PYTHON).unwrap_or_else(|_| "python3".to_owned());
        let quiet = || Stdio::null();
        let has = Command::new(&python).args(["-c", "import simpy"]).stdout(quiet()).stderr(quiet()).status();
        if !has.is_ok_and(|status| status.success()) {
            eprintln!("SimPy is missing, so its row is left out: {python} does not have it ({PYTHON} names another)");
            return Ok(None);
        }
        let mut command = Command::new(&python);
        command.arg(MODEL).arg(scenario).arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let asked = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().ok_or("the child has no output")?);
        Ok(Some(Self { child, asked, answers }))
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
        let asked = self.asked.as_mut().ok_or("the child has no input")?;
        writeln!(asked, "{kind} {runs} {seed}")?;
        asked.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        let answer: Value = serde_json::from_str(&line)?;
        found(&answer).ok_or_else(|| format!("SimPy's answer is not understood: {line}").into())
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

impl Drop for SimPy {
    /// Without input the child ends by itself.
    fn drop(&mut self) {
        drop(self.asked.take());
        let _ = self.child.wait();
    }
}
