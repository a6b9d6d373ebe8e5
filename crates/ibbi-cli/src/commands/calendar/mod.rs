//! `ibbi calendar`: writes an iCalendar file or invitations, and reads the answers.

mod invite;
mod replies;

use super::{Start, instant, now, output_file};
use crate::args::{Calendar, CalendarTask, From};
use crate::output::Outcome;
use crate::terminal;
use ibbi_app::case_log::CaseLog;
use ibbi_app::output::OutputKind;
use ibbi_app::schedule::{self, CalendarOutput};
use ibbi_app::sim::{Plan, Scenario, Simulator};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, ledger};
use ibbi_core::At;
use serde_json::json;
use std::path::{Path, PathBuf};

pub(crate) fn run(args: &Calendar, json: bool) -> Result<Outcome, AppError> {
    if let Some(CalendarTask::Replies(args)) = &args.task {
        return replies::run(args, json);
    }
    if args.invite.invite {
        return invite::run(args, json);
    }
    let out = args.out.clone().unwrap_or_else(|| PathBuf::from("dates.ics"));
    let inputs: Vec<&Path> = args.source.iter().chain(&args.from).map(PathBuf::as_path).collect();
    let output = output_file(&out, OutputKind::Calendar, &inputs)?;
    // A pipe or a device has no earlier calendar.
    let is_file = std::fs::metadata(&out).is_ok_and(|found| found.is_file());
    let before = output.as_ref().filter(|_| is_file).and_then(|_| std::fs::read_to_string(&out).ok());
    let made = match ledger_of(args)? {
        Some(ledger) => ledger_calendar(args, ledger, before.as_deref())?,
        None => plan_calendar(args, before.as_deref())?,
    };
    let Some(output) = output else { return Ok(Outcome::done(made.text)) };
    output.write(made.text.as_bytes())?;
    if json {
        let mut made = json!(made);
        made["file"] = json!(out.to_string_lossy());
        return Ok(Outcome::json(&made));
    }
    let (out, dates) = (out.display(), terminal::count(made.entries as u64, "date"));
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

/// Returns the ledger whose bookings the calendar has, if it is not that of a plan.
fn ledger_of(args: &Calendar) -> Result<Option<&Path>, AppError> {
    let usage = |message: &str| Err(AppError::Usage(message.to_owned()));
    let Some(ledger) = args.source.as_deref().filter(|source| schedule::is_ledger(source)) else {
        if args.case.case.is_some() && args.from.is_none() {
            return usage(
                "--case works only with a ledger, and this file is a scenario; leave it out, or name the ledger with --from",
            );
        }
        return Ok(None);
    };
    if args.from.is_some() {
        return usage(
            "--from works only with a scenario, and this file is a ledger; leave it out, or name a scenario first",
        );
    }
    if args.confidence.is_some() {
        return usage(
            "--confidence works only with a scenario; a ledger's dates are booked; use `ibbi calendar SCENARIO --from LEDGER`",
        );
    }
    if args.format.is_some() {
        return usage("--format works only with a scenario; a ledger already has a format");
    }
    Ok(Some(ledger))
}

/// A plan, with the case that it continues, and when its calendar is made.
struct Planned {
    scenario: Scenario,
    plan: Plan,
    case: Option<CaseLog>,
    stamp: At,
}

fn planned(args: &Calendar) -> Result<Planned, AppError> {
    let scenario = schedule::with_format(schedule::load(args.source.as_deref())?, args.format);
    let zone = Zone::new(&scenario.time_zone)?;
    let case = args.case.case.clone().filter(|_| args.from.is_some());
    let start = Start::read(&From { from: args.from.clone(), case, as_of: args.as_of.clone() })?;
    let simulator: Simulator = start.simulator(&scenario)?;
    let plan = schedule::plan(&simulator, args.confidence)?;
    let stamp = instant(args.stamp.as_deref(), zone, now()?)?;
    Ok(Planned { scenario, plan, case: start.0.map(|real| real.log), stamp })
}

fn plan_calendar(args: &Calendar, before: Option<&str>) -> Result<CalendarOutput, AppError> {
    let Planned { scenario, plan, case, stamp } = planned(args)?;
    schedule::plan_calendar(&scenario, &plan, case.as_ref(), stamp, before)
}

fn ledger_calendar(args: &Calendar, path: &Path, before: Option<&str>) -> Result<CalendarOutput, AppError> {
    let wanted = args.case.case.as_deref();
    let logs = match wanted {
        Some(_) => vec![ledger::read_case(path, wanted)?],
        None => ledger::read_all(path)?,
    };
    let zone = logs.first().map(|log| log.zone).unwrap_or_default();
    let stamp = instant(args.stamp.as_deref(), zone, now()?)?;
    schedule::cases_calendar(path, &logs.iter().collect::<Vec<_>>(), stamp, before)
}
