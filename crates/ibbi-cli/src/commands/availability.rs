//! `ibbi availability`: imports when people can come.

use super::{now, read_input};
use crate::args::Availability as Args;
use crate::output::{Outcome, visible};
use crate::terminal::{self, BAD, DIM, GOOD, HEADING, WARN, command, paint};
use ibbi_app::availability::{
    self, AvailabilityFile, AvailabilityImport, ImportOptions, PersonImport, PersonQuestion, Remark, week_runs,
};
use ibbi_app::output::{OutputFile, OutputKind};
use ibbi_app::sim::Scenario;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, ExitCode, schedule, typed};
use ibbi_core::Date;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;

/// The answer as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    import: &'a AvailabilityImport,
    /// Whether the scenario has all times: each file was read, and no question is open.
    ready: bool,
    /// The scenario with these times.
    scenario: Option<serde_json::Map<String, serde_json::Value>>,
    /// The file that was written.
    written: Option<&'a Path>,
}

pub(crate) fn run(args: &Args, json: bool) -> Result<Outcome, AppError> {
    let is_stdin = |file: &Path| file == Path::new("-");
    let stdin = args.files.iter().chain(&args.scenario).filter(|file| is_stdin(file)).count();
    if stdin > 1 {
        return Err(AppError::Usage("`-` is standard input, which can be read once; use it for one file".to_owned()));
    }
    let inputs: Vec<&Path> = args.files.iter().map(std::path::PathBuf::as_path).collect();
    let output = args.out.as_deref().map(|out| {
        let scenario = args.scenario.as_deref();
        OutputFile::check(out, OutputKind::Scenario, &inputs.iter().copied().chain(scenario).collect::<Vec<_>>())
    });
    let output = output.transpose()?;
    let text = args.scenario.as_deref().map(scenario_text).transpose()?;
    let scenario = match (&text, &args.scenario) {
        (Some(text), Some(path)) => Some(schedule::read(text, path)?),
        _ => None,
    };
    let import = import(args, scenario.as_ref())?;
    let mut outcome = Outcome::done(String::new());
    if !json {
        outcome.data = shown(&import, args);
    }
    let problems =
        import.files.iter().any(|file| file.problem.is_some()) || import.people.iter().any(|it| it.problem.is_some());
    outcome.code = match (problems, import.questions.is_empty()) {
        (true, _) => ExitCode::Usage,
        (false, false) => ExitCode::Refused,
        (false, true) => ExitCode::Done,
    };
    let mut written = None;
    if import.is_ready() && import.changed {
        if let (Some(output), Some(changed), Some(text)) = (&output, &import.scenario, &text) {
            let content = availability::updated_toml(text, changed).unwrap_or_else(|_| changed.to_toml());
            output.write(content.as_bytes())?;
            written = args.out.as_deref();
        } else if let (Some(path), Some(text), Some(changed)) = (&args.scenario, &text, &import.scenario)
            && !is_stdin(path)
            && (args.accept || !json && stdin == 0 && agreed(&mut outcome, path)?)
        {
            write_in_place(path, text, changed)?;
            written = Some(path);
        }
    }
    if json {
        let scenario = import.scenario.as_ref().map(Scenario::to_object);
        outcome.data = Outcome::json(&Answer { import: &import, ready: import.is_ready(), scenario, written }).data;
    } else {
        outcome.data.push_str(&ending(&import, args, written));
    }
    Ok(outcome)
}

fn scenario_text(path: &Path) -> Result<String, AppError> {
    let bytes = read_input(path, 1 << 20, "for a scenario")?;
    String::from_utf8(bytes)
        .map_err(|_| AppError::Usage(format!("{}: this is not UTF-8 text; save the scenario as UTF-8", path.display())))
}

fn import(args: &Args, scenario: Option<&Scenario>) -> Result<AvailabilityImport, AppError> {
    let today = Zone::default().date(now()?);
    let people = args.person.iter().map(|text| assignment(text)).collect::<Result<Vec<_>, _>>()?;
    let day = |text: &Option<String>, name: &str| -> Result<Option<Date>, AppError> {
        let Some(text) = text else { return Ok(None) };
        let day = typed::date(text, typed::Year::Near(today));
        day.map(Some).ok_or_else(|| {
            let message =
                format!("{name}: `{}` is not a date; write it like 2026-11-02", ibbi_app::spelling::echo(text));
            AppError::Usage(message)
        })
    };
    let options = ImportOptions {
        from: day(&args.from, "--from")?,
        to: day(&args.to, "--to")?,
        people: &people,
        replace: args.replace,
        today,
    };
    let mut left = availability::MAX_BYTES;
    let mut contents = Vec::new();
    for file in args.files.iter().take(availability::MAX_FILES + 1) {
        let bytes = read_input(file, left, "for an import; import fewer or smaller files")?;
        left -= bytes.len() as u64;
        contents.push((name(file), bytes));
    }
    let files: Vec<_> = contents.iter().map(|(name, bytes)| AvailabilityFile { name, bytes }).collect();
    availability::import(&files, scenario, &options)
}

fn name(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// Reads `Kevin Almeida=k-almeida`.
fn assignment(text: &str) -> Result<(String, String), AppError> {
    let parts = text.rsplit_once('=').map(|(name, person)| (name.trim(), person.trim()));
    let Some((name, person)) = parts.filter(|(name, person)| !name.is_empty() && !person.is_empty()) else {
        let message = "--person needs a name and a person, as in --person \"Kevin Almeida=k-almeida\"";
        return Err(AppError::Usage(message.to_owned()));
    };
    let name = if name == "-" { "standard input" } else { name };
    Ok((name.to_owned(), person.to_owned()))
}

/// Shows what was understood, and asks whether it's right.
fn agreed(outcome: &mut Outcome, path: &Path) -> Result<bool, AppError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Ok(false);
    }
    let failed = |source| AppError::Io { doing: "read", path: "the answer".into(), source };
    let mut screen = anstream::stderr();
    let text = std::mem::take(&mut outcome.data);
    write!(screen, "{text}\nAdd these times to {}? [y/N] ", path.display()).map_err(failed)?;
    screen.flush().map_err(failed)?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

fn write_in_place(path: &Path, text: &str, changed: &Scenario) -> Result<(), AppError> {
    let content = availability::updated_toml(text, changed)?;
    if scenario_text(path)? != *text {
        let message = format!("{} has changed in the meantime; run the command again", path.display());
        return Err(AppError::Usage(message));
    }
    OutputFile::check(path, OutputKind::Scenario, &[])?.write(content.as_bytes())
}

/// Returns what was understood, for people.
fn shown(import: &AvailabilityImport, args: &Args) -> String {
    let mut text = String::new();
    for file in &import.files {
        let about = match (&file.kind, &file.problem) {
            (Some(kind), _) => (*kind).to_owned(),
            (None, problem) => paint(BAD, &visible(problem.as_deref().unwrap_or("can't be read"))),
        };
        let _ = writeln!(text, "{}: {about}", visible(&file.name));
    }
    for person in &import.people {
        text.push('\n');
        person_text(person, args.scenario.is_some(), &mut text);
    }
    remarks("Not understood", &import.not_understood, &mut text);
    remarks("Left out", &import.left_out, &mut text);
    if !import.questions.is_empty() {
        let _ = write!(text, "\n{}", terminal::heading("Questions"));
        let times = import.unassigned.iter().map(Some).chain(std::iter::repeat(None));
        import.questions.iter().zip(times).for_each(|(asked, times)| question(asked, times, &mut text));
    }
    text
}

fn person_text(person: &PersonImport, has_scenario: bool, text: &mut String) {
    let _ = writeln!(
        text,
        "{} {}",
        paint(HEADING, &visible(&person.name)),
        paint(DIM, &visible(&format!("({})", person.sources.join("; "))))
    );
    times_text(person, "  ", text);
    if let Some(problem) = &person.problem {
        let _ = writeln!(text, "  {} {problem}", paint(BAD, "problem:"));
    }
    if has_scenario && person.problem.is_none() {
        let added = if person.changed && person.added.is_empty() {
            "the scenario's times are replaced"
        } else {
            "nothing; the scenario has it"
        };
        let added = if person.added.is_empty() { added.to_owned() } else { person.added.join("; ") };
        let _ = writeln!(text, "  {} {added}", paint(GOOD, "added:"));
    }
}

/// Writes what was understood of a person's times.
fn times_text(person: &PersonImport, indent: &str, text: &mut String) {
    for sentence in &person.sentences {
        let _ = writeln!(text, "{indent}{sentence}");
    }
    if person.sentences.is_empty() {
        let _ = writeln!(text, "{indent}no times");
    }
    for run in week_runs(&person.weeks) {
        let _ = writeln!(text, "{indent}  {}: {}", run.label(), run.first.text());
    }
    for note in &person.notes {
        let _ = writeln!(text, "{indent}{} {note}", paint(WARN, "note:"));
    }
}

fn remarks(title: &str, remarks: &[Remark], text: &mut String) {
    if remarks.is_empty() {
        return;
    }
    let _ = write!(text, "\n{}", terminal::heading(title));
    for remark in remarks {
        let place = if remark.place.is_empty() { String::new() } else { format!(", {}", remark.place) };
        let _ = writeln!(text, "  {}: {}", visible(&format!("{}{place}", remark.file)), visible(&remark.message));
    }
}

fn question(asked: &PersonQuestion, times: Option<&PersonImport>, text: &mut String) {
    let _ = writeln!(text, "  {}", visible(&asked.question));
    if let Some(times) = times {
        times_text(times, "    ", text);
    }
    let names = asked.candidates.iter().map(|candidate| visible(&candidate.name));
    for (answer, name) in asked.answers().iter().zip(names.chain(["no one; leave these times out".to_owned()])) {
        let _ = writeln!(text, "    --person {}  ({name})", terminal::quote(&visible(answer)));
    }
    if asked.candidates.is_empty() {
        let other = visible(&format!("{}=ID", asked.name));
        let _ = writeln!(text, "    --person {}  (someone else, by the ID in the scenario)", terminal::quote(&other));
    }
}

/// Returns what was written, or how to write it.
fn ending(import: &AvailabilityImport, args: &Args, written: Option<&Path>) -> String {
    let Some(scenario) = &args.scenario else { return String::new() };
    if let Some(path) = written {
        return format!("\nWrote {}.\n", terminal::path(path));
    }
    if !import.questions.is_empty() {
        return "\nNothing was written. Answer the questions: run the command again with one of the arguments for each.\n".to_owned();
    }
    if !import.is_ready() {
        return "\nNothing was written.\n".to_owned();
    }
    if !import.changed {
        return format!("\n{} already has these times. Nothing was written.\n", terminal::path(scenario));
    }
    let files: Vec<String> = args.files.iter().map(|file| terminal::path(file)).collect();
    let path = terminal::path(scenario);
    let mut words: Vec<&str> = vec!["availability"];
    words.extend(files.iter().map(String::as_str));
    words.extend(["--scenario", &path]);
    words.extend(args.person.iter().flat_map(|person| ["--person", person.as_str()]));
    words.extend(args.from.iter().flat_map(|day| ["--from", day.as_str()]));
    words.extend(args.to.iter().flat_map(|day| ["--to", day.as_str()]));
    words.extend(args.replace.then_some("--replace"));
    words.push("--accept");
    format!("\nNothing was written. To add these times, run: {}\n", command(words))
}
