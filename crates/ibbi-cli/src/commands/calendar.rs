//! `ibbi calendar`: dates for other calendar programs.

use super::{chosen, instant, now};
use crate::args::Calendar;
use crate::output::Outcome;
use ibbi_app::schedule::{self, MadeCalendar};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, store};
use serde_json::json;
use std::path::Path;

pub(crate) fn run(args: &Calendar, json: bool) -> Result<Outcome, AppError> {
    let to_stdout = args.out.as_os_str() == "-";
    let before = if to_stdout { None } else { std::fs::read_to_string(&args.out).ok() };
    let made = match args.source.as_deref().filter(|source| schedule::is_ledger(source)) {
        Some(ledger) => of_ledger(args, ledger, before.as_deref())?,
        None => of_plan(args, before.as_deref())?,
    };
    if to_stdout {
        return Ok(Outcome::done(made.text));
    }
    schedule::write_file(&args.out, made.text.as_bytes())?;
    if json {
        return Ok(Outcome::json(&json!({ "file": args.out, "entries": made.entries, "changed": made.changed })));
    }
    let (out, entries) = (args.out.display(), made.entries);
    let what = if entries == 1 { "date" } else { "dates" };
    let moved = match (&before, made.changed) {
        (None, _) => String::new(),
        (Some(_), 0) => ", as before".to_owned(),
        (Some(_), changed) => format!(", {changed} of them new or changed"),
    };
    Ok(Outcome::done(format!("{entries} {what} in {out}{moved}; import the file into a calendar\n")))
}

fn of_plan(args: &Calendar, before: Option<&str>) -> Result<MadeCalendar, AppError> {
    if args.case.case.is_some() {
        return Err(AppError::Usage("--case is for a ledger, and this is a scenario".to_owned()));
    }
    let scenario = schedule::with_format(schedule::load(args.source.as_deref())?, args.format);
    let zone = Zone::new(&scenario.time_zone)?;
    schedule::of_plan(&scenario, instant(args.stamp.as_deref(), zone, now()?)?, before)
}

fn of_ledger(args: &Calendar, ledger: &Path, before: Option<&str>) -> Result<MadeCalendar, AppError> {
    if args.format.is_some() {
        return Err(AppError::Usage("--format is for a scenario; a ledger says itself how it was divided".to_owned()));
    }
    let case = args.case.case.as_deref().map(|case| chosen(ledger, Some(case))).transpose()?;
    let zone = match case {
        Some((_, zone)) => zone,
        None => store::zones(ledger)?.first().copied().unwrap_or_default(),
    };
    let stamp = instant(args.stamp.as_deref(), zone, now()?)?;
    schedule::of_ledger(ledger, case.map(|(case, _)| case), stamp, before)
}
