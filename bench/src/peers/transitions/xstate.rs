//! XState's side: a child process of Node.js that runs the chart and reports its own elapsed time.

use super::{Answers, Failed, Work};
use crate::peers::Missing;
use crate::peers::child::Child;
use ibbi_core::{At, Event, Stage};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Its name in a table.
pub(super) const NAME: &str = "XState 5 (Node.js)";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/xstate.mjs");
const PACKAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/node_modules/xstate");

/// A Node.js that has the events and waits for requests.
pub(super) struct XState(Child);

impl XState {
    /// Starts the child and gives it the events.
    pub(super) fn start(work: &Work) -> Result<Result<Self, Missing>, Failed> {
        if !Path::new(PACKAGE).exists() || Command::new("node").arg("--version").output().is_err() {
            return Ok(Err(Missing("XState (node or its package is missing)")));
        }
        let mut child = Child::start(Command::new("node").arg(SCRIPT))?;
        let one = |at: At, event: &Event| json!({ "at": at.to_string(), "event": event });
        let events: Vec<_> = work.events.iter().map(|(at, event)| one(*at, event)).collect();
        let refused =
            work.refused.iter().map(|offer| json!({ "after": offer.after, "offer": one(offer.at, &offer.event) }));
        child.ask(&json!({ "load": { "events": events, "refused": refused.collect::<Vec<_>>() } }))?;
        Ok(Ok(Self(child)))
    }

    /// The stages and verdicts of the check.
    pub(super) fn answers(&mut self) -> Result<Answers, Failed> {
        let answer = self.0.ask(&json!({ "answers": true }))?;
        let list = |key: &str| answer[key].as_array().ok_or("XState's answer lacks a list");
        let stage = |value: &Value| Ok(value.as_str().ok_or("a stage is no text")?.parse::<Stage>()?);
        let verdict = |value: &Value| value.as_bool().ok_or("a verdict is neither true nor false");
        Ok(Answers {
            stages: list("stages")?.iter().map(stage).collect::<Result<_, Failed>>()?,
            verdicts: list("verdicts")?.iter().map(verdict).collect::<Result<_, _>>()?,
        })
    }

    /// The time of so many whole cases.
    pub(super) fn accepted(&mut self, cases: usize) -> Result<Duration, Failed> {
        self.timed(&json!({ "accepted": cases }))
    }

    /// The time of so many rounds over the refused offers.
    pub(super) fn refused(&mut self, rounds: usize) -> Result<Duration, Failed> {
        self.timed(&json!({ "refused": rounds }))
    }

    fn timed(&mut self, request: &Value) -> Result<Duration, Failed> {
        let answer = self.0.ask(request)?;
        match (answer["as_expected"].as_bool(), answer["seconds"].as_f64()) {
            (Some(true), Some(seconds)) => Ok(Duration::try_from_secs_f64(seconds)?),
            _ => Err(format!("XState's answer is not as expected: {answer}").into()),
        }
    }
}
