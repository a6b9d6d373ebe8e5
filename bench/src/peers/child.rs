//! A peer in another language: a child process that lives as long as a comparison and answers in lines of JSON.

use super::Failed;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

/// A process that reads a request a line and writes an answer of JSON a line.
pub(crate) struct Child {
    process: std::process::Child,
    asked: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Child {
    /// Starts it with pipes; its messages go where ours go.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failed> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let asked = process.stdin.take();
        let answers = BufReader::new(process.stdout.take().ok_or("the child has no output")?);
        Ok(Self { process, asked, answers })
    }

    /// Sends a request and waits for its answer.
    pub(crate) fn ask(&mut self, request: &impl std::fmt::Display) -> Result<Value, Failed> {
        let asked = self.asked.as_mut().ok_or("the child has no input")?;
        writeln!(asked, "{request}")?;
        asked.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line).map_err(|error| format!("the child answers `{}`: {error}", line.trim_end()))?)
    }
}

impl Drop for Child {
    /// Without input the child ends by itself.
    fn drop(&mut self) {
        drop(self.asked.take());
        let _ = self.process.wait();
    }
}
