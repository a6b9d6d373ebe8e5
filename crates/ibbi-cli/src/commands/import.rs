//! `ibbi import`: imports past cases from a spreadsheet, and a ledger's file into a database.

use super::{actor, now, options};
use crate::args::{Import as Args, ImportCases, ImportLedger};
use crate::output::{Outcome, visible};
use crate::terminal::{self, BAD, DIM, GOOD, HEADING, WARN, command, paint};
use ibbi_app::import::{self, CheckedImport, ImportReport, ImportedCase, Problem, RowStatus, Table};
use ibbi_app::ledger::{self, Collect, FirstLine, OpenOptions};
use ibbi_app::service::Ids;
use ibbi_app::{AppError, ExitCode, database, format, output, place, spelling};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    match args {
        Args::Cases(args) => cases(&args, json),
        Args::Ledger(args) => ledger(&args, json),
    }
}

fn ledger(args: &ImportLedger, json: bool) -> Result<Outcome, AppError> {
    let moved = database::import_ledger(&args.file, &args.into)?;
    if json {
        return Ok(Outcome::json(&moved));
    }
    Ok(Outcome::done(format!(
        "Imported {} with {} and {} into {}\n",
        terminal::count(moved.lines, "line"),
        terminal::count(moved.checkpoints as u64, "checkpoint"),
        terminal::count(moved.texts as u64, "confidential text"),
        args.into.display()
    )))
}

/// The answer as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    file: &'a Path,
    ledger: Option<&'a Path>,
    dry_run: bool,
    ready: usize,
    imported: usize,
    existing: usize,
    refused: usize,
    placeholders: usize,
    #[serde(flatten)]
    report: &'a ImportReport,
}

fn cases(args: &ImportCases, json: bool) -> Result<Outcome, AppError> {
    if args.template {
        return Ok(Outcome::done(import::template()));
    }
    let Some(file) = args.file.as_deref().filter(|_| !args.columns) else {
        return Ok(if json { Outcome::json(&import::columns()) } else { Outcome::done(columns()) });
    };
    let (actor, now) = (actor(args.actor.as_deref())?, now()?);
    if let Some(ledger) = &args.into {
        output::check_other_file(ledger, file)?;
    }
    let table = Table::read(&super::read_input(file, import::MAX_BYTES, "for a spreadsheet of past cases")?)?;
    let checked = CheckedImport::new(&table, &actor, now)?;
    let report = match &args.into {
        None => checked.report(),
        // A ledger isn't created if there is nothing to record in it.
        Some(ledger) if !place::is_database(ledger) && !ledger.exists() && (args.dry_run || !checked.has_cases()) => {
            checked.report()
        }
        Some(ledger) => {
            let options = options(Collect::Nothing, Some(&args.signing))?;
            let options = OpenOptions { trust_clock: args.clock_is_right, ..options };
            let mut service = if args.dry_run {
                ledger::read(ledger, &options)?
            } else {
                let first = FirstLine { actor, at: None, origin: None, id: uuid::Uuid::now_v7() };
                ledger::open_or_create(ledger, &first, Ids::random(), &options)?
            };
            checked.record(&mut service, args.dry_run)?
        }
    };
    let is_whole = report.count(RowStatus::Refused) == 0;
    let code = if is_whole { ExitCode::Done } else { ExitCode::Refused };
    let outcome = if json {
        Outcome::json(&Answer {
            file,
            ledger: args.into.as_deref(),
            dry_run: args.dry_run || args.into.is_none(),
            ready: report.count(RowStatus::Ready),
            imported: report.count(RowStatus::Imported),
            existing: report.count(RowStatus::Existing),
            refused: report.count(RowStatus::Refused),
            placeholders: report.placeholders(),
            report: &report,
        })
    } else {
        Outcome::done(text(&report, file, args.into.as_ref()))
    };
    Ok(Outcome { code, ..outcome })
}

fn columns() -> String {
    let width = import::columns().iter().map(|column| column.name.len()).max().unwrap_or(0);
    let row = |column: import::ColumnRow| format!("{:width$}  {} [{}]\n", column.name, column.about, column.form);
    import::columns().into_iter().map(row).collect()
}

/// Returns the report for people: first the rows that can't be imported, then the others, then the counts.
fn text(report: &ImportReport, file: &Path, ledger: Option<&PathBuf>) -> String {
    let mut text = String::new();
    let (refused, usable): (Vec<_>, Vec<_>) = report.cases.iter().partition(|case| case.status == RowStatus::Refused);
    for (cases, title) in [(refused, "Not imported"), (usable, "Cases")] {
        if !cases.is_empty() {
            text.push_str(&terminal::heading(title));
            cases.iter().for_each(|case| row(case, &mut text));
            text.push('\n');
        }
    }
    text.push_str(&summary(report, file, ledger));
    text
}

fn row(case: &ImportedCase, text: &mut String) {
    let reference = case.reference.as_ref().map(|it| format!(" ({})", spelling::echo(it))).unwrap_or_default();
    let district = if case.district.is_empty() { "no district".to_owned() } else { spelling::echo(&case.district) };
    let _ = write!(text, "  row {}: {}{reference}", case.row, paint(HEADING, &district));
    if case.status != RowStatus::Refused {
        let days = [case.opened, case.last].into_iter().flatten().map(format::date).collect::<Vec<_>>().join(" to ");
        let stage = match (case.outcome, case.stage) {
            (Some(outcome), _) => outcome.label(),
            (None, stage) => stage.map_or("", |stage| stage.label()),
        };
        let status = match case.status {
            RowStatus::Imported => paint(GOOD, "imported"),
            RowStatus::Existing => paint(DIM, "already in the ledger"),
            _ => paint(GOOD, "can be imported"),
        };
        let number = case.seq.map(|seq| format!(" from number {seq}")).unwrap_or_default();
        let _ = write!(text, ", {days}, {stage}, {}; {status}{number}", terminal::count(case.events as u64, "event"));
    }
    text.push('\n');
    for note in &case.notes {
        let _ = writeln!(text, "    {} {note}", paint(WARN, "note:"));
    }
    case.problems.iter().for_each(|it| problem(it, text));
}

fn problem(problem: &Problem, text: &mut String) {
    let place = match (problem.column, problem.value.as_str()) {
        (None, _) => String::new(),
        (Some(column), "") => format!("{}: ", paint(BAD, column.name())),
        // A cell can be long, and can have several lines.
        (Some(column), value) => format!("{} ({}): ", paint(BAD, column.name()), spelling::echo(value)),
    };
    let _ = writeln!(text, "    {place}{}.", visible(problem.message.trim_end_matches('.')));
    for rule in &problem.rules {
        let source = paint(DIM, &format!("[{}; {}]", rule.rule.id(), rule.source.label()));
        let _ = writeln!(text, "      - {}", rule.statement);
        let _ = writeln!(text, "        found: {}", visible(&rule.found));
        let _ = writeln!(text, "        to do: {} {source}", rule.to_do);
    }
}

fn summary(report: &ImportReport, file: &Path, ledger: Option<&PathBuf>) -> String {
    let name = if file.as_os_str() == "-" { "standard input".to_owned() } else { file.display().to_string() };
    let counts: Vec<String> = [
        (RowStatus::Imported, "imported"),
        (RowStatus::Ready, "can be imported"),
        (RowStatus::Existing, "already in the ledger"),
        (RowStatus::Refused, "can't be imported"),
    ]
    .into_iter()
    .map(|(status, text)| (report.count(status), text))
    .filter(|(count, _)| *count > 0)
    .map(|(count, text)| format!("{} {text}", format::number(count as u64)))
    .collect();
    let mut text = format!("{name}: {}: {}\n", terminal::count(report.cases.len() as u64, "row"), counts.join(", "));
    let placeholders = report.placeholders();
    if placeholders > 0 {
        let names = terminal::count(placeholders as u64, "name");
        let _ = writeln!(text, "{names} not in the file: the cases have \"{}\" there", import::NAME_NOT_RECORDED);
    }
    if report.count(RowStatus::Ready) > 0 && file.as_os_str() != "-" {
        let file = terminal::path(file);
        let ledger = ledger.map_or_else(|| "my.ledger".to_owned(), |ledger| terminal::path(ledger));
        let _ = writeln!(text, "next: {}", command(["import", "cases", &file, "--into", &ledger]));
    }
    text
}
