//! `ibbi calendar`: writes an iCalendar file.

use super::{instant, now, output_file};
use crate::args::Calendar;
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::output::OutputKind;
use ibbi_app::schedule::{self, CalendarOutput};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, ledger};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: &Calendar, json: bool) -> Result<Outcome, AppError> {
    let inputs: Vec<&Path> = args.source.as_deref().into_iter().collect();
    let output = output_file(&args.out, OutputKind::Calendar, &inputs)?;
    // A pipe or a device has no earlier calendar.
    let is_file = std::fs::metadata(&args.out).is_ok_and(|found| found.is_file());
    let before = output.as_ref().filter(|_| is_file).and_then(|_| std::fs::read_to_string(&args.out).ok());
    let made = match args.source.as_deref().filter(|source| schedule::is_ledger(source)) {
        Some(ledger) => ledger_calendar(args, ledger, before.as_deref())?,
        None => plan_calendar(args, before.as_deref())?,
    };
    let Some(output) = output else { return Ok(Outcome::done(made.text)) };
    output.write(made.text.as_bytes())?;
    if json {
        let mut made = json!(made);
        made["file"] = json!(args.out.to_string_lossy());
        return Ok(Outcome::json(&made));
    }
    let (out, dates) = (args.out.display(), terminal::count(made.entries as u64, "date"));
    let changes = match (&before, made.changed) {
        (None, _) => String::new(),
        (Some(_), 0) => ", unchanged".to_owned(),
        (Some(_), changed) => format!(", {changed} new or changed"),
    };
    let canceled = match made.canceled {
        0 => String::new(),
        canceled => format!(", {canceled} canceled"),
    };
    let note = made.note.map(|note| format!("note: {note}\n")).unwrap_or_default();
    let text = format!("Wrote {dates} to {out}{changes}{canceled}. Import the file into your calendar.\n{note}");
    Ok(Outcome::done(text))
}

fn plan_calendar(args: &Calendar, before: Option<&str>) -> Result<CalendarOutput, AppError> {
    if args.case.case.is_some() {
        return Err(AppError::Usage(
            "--case works only with a ledger, and this file is a scenario; leave it out".to_owned(),
        ));
    }
    let scenario = schedule::with_format(schedule::load(args.source.as_deref())?, args.format);
    let zone = Zone::new(&scenario.time_zone)?;
    schedule::scenario_calendar(&scenario, args.confidence, instant(args.stamp.as_deref(), zone, now()?)?, before)
}

fn ledger_calendar(args: &Calendar, path: &Path, before: Option<&str>) -> Result<CalendarOutput, AppError> {
    if args.confidence.is_some() {
        let message = "--confidence works only with a scenario; a ledger's dates are booked; use `ibbi plan --from`";
        return Err(AppError::Usage(message.to_owned()));
    }
    if args.format.is_some() {
        return Err(AppError::Usage("--format works only with a scenario; a ledger already has a format".to_owned()));
    }
    let wanted = args.case.case.as_deref();
    let logs = match wanted {
        Some(_) => vec![ledger::read_case(path, wanted)?],
        None => ledger::read_all(path)?,
    };
    let zone = logs.first().map(|log| log.zone).unwrap_or_default();
    let stamp = instant(args.stamp.as_deref(), zone, now()?)?;
    schedule::cases_calendar(path, &logs.iter().collect::<Vec<_>>(), stamp, before)
}
