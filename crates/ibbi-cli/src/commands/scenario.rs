//! `ibbi scenario`: creates or checks a scenario.

use super::ask::Interview;
use super::now;
use crate::args::{CheckScenario, NewScenario, Scenario as Args};
use crate::output::Outcome;
use crate::terminal::{self, GOOD, command, paint};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, output, schedule};
use ibbi_core::Name;
use serde_json::json;
use std::io::IsTerminal as _;

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    match args {
        Args::New(args) => new(&args, json),
        Args::Check(args) => check(&args, json),
    }
}

fn new(args: &NewScenario, json: bool) -> Result<Outcome, AppError> {
    let file = args.file.as_deref().filter(|file| file.as_os_str() != "-");
    let today = Zone::default().local(now()?).map(|time| time.date());
    let name = Name::new("My District").map_err(|error| AppError::Usage(error.to_string()))?;
    let today = today.ok_or_else(|| {
        AppError::Usage("the clock of this computer is outside the years 1970 to 9999; correct it".into())
    })?;
    if let Some(file) = file.filter(|file| file.symlink_metadata().is_ok()) {
        // Report this before the questions, not after them.
        let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(AppError::Io { doing: "write", path: file.to_owned(), source });
    }
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    // Each scenario has its own ID, so that the dates of two units are never mixed up.
    let id = uuid::Uuid::now_v7();
    let text = if args.ask || (terminal && !args.template && file.is_some()) {
        let mut interview = Interview { answers: std::io::stdin().lock(), questions: std::io::stderr() };
        interview.scenario(today, id)?.to_toml()
    } else {
        ibbi_app::sim::template(&name, today, Some(id))
    };
    let Some(file) = file else { return Ok(Outcome::done(text)) };
    output::write_new(file, text.as_bytes())?;
    if json {
        return Ok(Outcome::json(&json!({ "file": file.to_string_lossy() })));
    }
    let file = terminal::path(file);
    Ok(Outcome::done(format!("Wrote {file}. Edit it, then run: {}\n", command(["plan", &file]))))
}

fn check(args: &CheckScenario, json: bool) -> Result<Outcome, AppError> {
    let scenario = schedule::load(Some(&args.scenario))?;
    let digest = scenario.digest();
    if json {
        return Ok(Outcome::json(&json!({ "digest": digest, "scenario": scenario })));
    }
    let (file, district) = (args.scenario.display(), &scenario.district);
    Ok(Outcome::done(format!("{file}: {}, scenario for {district}, digest {digest}\n", paint(GOOD, "valid"))))
}
