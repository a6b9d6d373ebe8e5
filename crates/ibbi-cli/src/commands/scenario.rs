//! `ibbi scenario`: begin one, or check one.

use super::ask::Asker;
use super::now;
use crate::args::{CheckScenario, NewScenario, Scenario as Args};
use crate::output::Outcome;
use crate::show::{self, GOOD, command, paint};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, schedule};
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
    let today =
        today.ok_or_else(|| AppError::Usage("this machine's clock is outside the years 1970 to 9999".into()))?;
    if let Some(file) = file.filter(|file| file.symlink_metadata().is_ok()) {
        // Told before the questions, not after them.
        let source = std::io::Error::from(std::io::ErrorKind::AlreadyExists);
        return Err(AppError::Io { doing: "write", path: file.to_owned(), source });
    }
    let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let text = if args.ask || (terminal && !args.template && file.is_some()) {
        let mut asker = Asker { answers: std::io::stdin().lock(), questions: std::io::stderr() };
        asker.scenario(today)?.to_toml()
    } else {
        ibbi_sim::template(&name, today)
    };
    let Some(file) = file else { return Ok(Outcome::done(text)) };
    schedule::write_new(file, text.as_bytes())?;
    if json {
        return Ok(Outcome::json(&json!({ "file": file })));
    }
    let file = show::path(file);
    Ok(Outcome::done(format!("{file} is ready to be filled in; then: {}\n", command(["plan", &file]))))
}

fn check(args: &CheckScenario, json: bool) -> Result<Outcome, AppError> {
    let scenario = schedule::load(Some(&args.scenario))?;
    let digest = scenario.digest();
    if json {
        return Ok(Outcome::json(&json!({ "digest": digest, "scenario": scenario })));
    }
    let (file, district) = (args.scenario.display(), &scenario.district);
    Ok(Outcome::done(format!("{file}: {}, the scenario of {district}, digest {digest}\n", paint(GOOD, "in order"))))
}
