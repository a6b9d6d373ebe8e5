//! Writes data to standard output and messages to standard error, and sets the exit code.

use crate::terminal::{BAD, DIM, paint};
use ibbi_app::AppError;
use serde_json::json;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// The result of a command.
pub(crate) struct Outcome {
    /// Text for standard output.
    pub(crate) data: String,
    /// Text for standard error.
    pub(crate) messages: String,
    /// The exit code.
    pub(crate) code: ibbi_app::ExitCode,
}

impl Outcome {
    pub(crate) const fn done(data: String) -> Self {
        Self { data, messages: String::new(), code: ibbi_app::ExitCode::Done }
    }

    /// Returns a value as JSON on one line.
    pub(crate) fn json(value: &impl serde::Serialize) -> Self {
        let text =
            serde_json::to_string(value).unwrap_or_else(|error| json!({ "error": error.to_string() }).to_string());
        Self::done(text + "\n")
    }
}

/// Prints clap's output: help and version are data, everything else is a usage error.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let text = error.render().ansi().to_string();
    if !error.use_stderr() {
        return finish(Outcome::done(text));
    }
    // The arguments couldn't be parsed, so look for --json directly.
    let as_json = std::env::args_os().any(|argument| argument == "--json");
    let data = match as_json {
        true => failure(
            &json!({ "code": "usage", "message": first_paragraph(&error.render().to_string()), "refusal": null }),
        ),
        false => String::new(),
    };
    finish(Outcome { data, messages: text, code: ibbi_app::ExitCode::Usage })
}

/// Returns the error message without the hints after it.
fn first_paragraph(text: &str) -> &str {
    text.split("\n\n").next().unwrap_or(text).trim_start_matches("error: ").trim_end()
}

/// Returns an error as JSON on one line.
fn failure(error: &serde_json::Value) -> String {
    json!({ "error": error }).to_string() + "\n"
}

const fn code(code: ibbi_app::ExitCode) -> u8 {
    code as u8
}

pub(crate) fn finish(outcome: Outcome) -> ExitCode {
    // If standard error is closed, there is no place left to report that.
    let _ = anstream::stderr().write_all(outcome.messages.as_bytes());
    let mut out = anstream::stdout().lock();
    match out.write_all(outcome.data.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::from(code(outcome.code)),
        // A reader such as `head` can close the pipe early.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(code(outcome.code)),
        Err(error) => {
            let _ = writeln!(
                anstream::stderr(),
                "ibbi: cannot write the result: {error}; what the command recorded stays recorded"
            );
            ExitCode::from(code(ibbi_app::ExitCode::Io))
        }
    }
}

/// Replaces control characters: part of a message can come from another person's file and must not control the
/// terminal.
pub(crate) fn visible(message: &str) -> String {
    message.chars().map(|c| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

pub(crate) fn fail(error: &AppError, as_json: bool) -> ExitCode {
    let data = if as_json {
        let refusal = match error {
            AppError::Refused { refusal, .. } => Some(refusal),
            AppError::InAct { error, .. } => match &**error {
                AppError::Refused { refusal, .. } => Some(refusal),
                _ => None,
            },
            _ => None,
        };
        let mut value = json!({ "code": error.code(), "message": error.to_string(), "refusal": refusal });
        if let AppError::InAct { index, count, .. } = error {
            value["event"] = json!({ "number": index + 1, "count": count });
        }
        if let AppError::Scenario { source, .. } = error {
            value["problems"] = json!(source.problems);
        }
        if let AppError::Goals { source, .. } = error {
            value["problems"] = json!(source.problems);
        }
        failure(&value)
    } else {
        String::new()
    };
    let refused = |refusal, zone, day_only: &Option<ibbi_app::DayOnly>| {
        let mut text = crate::terminal::refusal(refusal, zone, "");
        text.extend(day_only.iter().map(|hint| format!("  {hint} (ibbi amend LEDGER {} --at TIME).\n", hint.seq)));
        text.push_str(&paint(DIM, "Nothing was recorded.\n"));
        text
    };
    let plain = || format!("{} {}\n", paint(BAD, "ibbi:"), visible(&error.to_string()));
    let messages = match error {
        AppError::Refused { refusal, zone, day_only } => refused(refusal, *zone, day_only),
        AppError::InAct { index, count, error: inner } => match &**inner {
            AppError::Refused { refusal, zone, day_only } => {
                format!("Event {} of {count}\n{}", index + 1, refused(refusal, *zone, day_only))
            }
            _ => plain(),
        },
        _ => plain(),
    };
    finish(Outcome { data, messages, code: error.exit_code() })
}

/// Standard output for data written as it is produced. Output is dropped after the reader closes the pipe.
pub(crate) struct Stream {
    out: io::BufWriter<io::Stdout>,
    failed: Option<io::Error>,
}

impl Stream {
    pub(crate) fn new() -> Self {
        Self { out: io::BufWriter::with_capacity(1 << 16, io::stdout()), failed: None }
    }

    /// Writes a line, with control characters replaced.
    pub(crate) fn line(&mut self, line: &str) {
        if self.failed.is_none() {
            self.failed = self.out.write_all((visible(line).replace('\n', " ") + "\n").as_bytes()).err();
        }
    }

    /// Flushes the output and reports any error so far.
    pub(crate) fn finish(mut self) -> Result<(), AppError> {
        let failed = self.failed.take().or_else(|| self.out.flush().err());
        match failed {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(AppError::Io { doing: "write", path: "standard output".into(), source: error })
            }
            _ => Ok(()),
        }
    }
}

impl io::Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.out.write(bytes) {
            // A reader such as `head` can close the pipe early.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.out.flush() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}
