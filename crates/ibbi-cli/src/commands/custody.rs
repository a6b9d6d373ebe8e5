//! `ibbi hold` and `ibbi texts`: legal holds, and sealing and destroying confidential texts.

use super::{actor, now, options};
use crate::args::{DestroyTexts, Hold, Texts};
use crate::output::{Outcome, visible};
use crate::terminal::{BAD, GOOD, WARN, count, paint};
use ibbi_app::AppError;
use ibbi_app::custody::{self, DestroyRequest, DueTexts, ListedHold, owner_label};
use ibbi_app::ledger::Collect;
use ibbi_app::retention::RetentionRules;
use ibbi_core::{Date, Reason};
use serde_json::json;
use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

/// The word that confirms a destruction.
const CONFIRMATION: &str = "destroy";

pub(crate) fn hold(args: Hold, json: bool) -> Result<Outcome, AppError> {
    match args {
        Hold::Place(args) => {
            let done = (reason(&args.reason)?, &actor(None)?);
            let hold =
                custody::place_hold(&args.ledger, args.case.as_deref(), done, &options(Collect::Nothing, None)?)?;
            if json {
                return Ok(Outcome::json(&json!({ "hold": hold })));
            }
            let what = args.case.map_or_else(|| "all cases".to_owned(), |case| format!("case {case}"));
            Ok(Outcome::done(format!("Hold {hold} is in force for {what}. No text under it can be destroyed.\n")))
        }
        Hold::Lift(args) => {
            let done = (reason(&args.reason)?, &actor(None)?);
            let line = custody::lift_hold(&args.ledger, args.hold, done, &options(Collect::Nothing, None)?)?;
            if json {
                return Ok(Outcome::json(&json!({ "hold": args.hold, "lifted_by": line })));
            }
            Ok(Outcome::done(format!("Hold {} is lifted. Other holds stay in force.\n", args.hold)))
        }
        Hold::List(args) => {
            let holds = custody::holds(&args.ledger)?;
            Ok(if json { Outcome::json(&holds) } else { Outcome::done(list(&holds)) })
        }
    }
}

/// Returns a warning if the texts of a ledger are sealed and the folder with their keys can't be used; otherwise an empty text.
pub(crate) fn key_warning(ledger: &Path) -> String {
    match custody::check_keys(ledger) {
        Ok(_) => String::new(),
        Err(error) => {
            let what = "so sealed texts can't be shown, and new ones are refused";
            format!("{} {}, {what}\n", paint(WARN, "warning:"), visible(&error.to_string()))
        }
    }
}

pub(crate) fn texts(args: Texts, json: bool) -> Result<Outcome, AppError> {
    match args {
        Texts::Seal(args) => {
            let report = custody::seal(&args.ledger, &args.keys, &options(Collect::Everything, None)?)?;
            let mut messages = format!(
                "The keys are in {}. Without them no one can read the texts: keep one copy of that folder in a safe place, and \
                 never with a backup of the ledger.\nBackups from before today still have the texts in plain text. Delete them, \
                 or keep them as long as the texts.\n",
                report.keys.display()
            );
            if report.in_lines > 0 {
                let _ = writeln!(
                    messages,
                    "{} {} in lines of format 1, which can't be sealed or destroyed.",
                    paint(WARN, "warning:"),
                    if report.in_lines == 1 { "1 text is".into() } else { format!("{} texts are", report.in_lines) }
                );
            }
            if json {
                return Ok(Outcome { messages, ..Outcome::json(&report) });
            }
            let mut text = format!("Sealed {}.", count(report.sealed, "text"));
            if report.already > 0 {
                let _ = write!(text, " {} sealed before.", were(report.already));
            }
            if report.dropped > 0 {
                let _ = write!(text, " {} of no record or destroyed, and left out.", were(report.dropped));
            }
            Ok(Outcome { messages, ..Outcome::done(text + "\n") })
        }
        Texts::Due(args) => {
            let rules = RetentionRules::read(&args.retention)?;
            let on = match &args.as_of {
                None => now()?.utc_date(),
                Some(text) => text.parse::<Date>().map_err(|error| AppError::Usage(format!("--as-of: {error}")))?,
            };
            let due = custody::due(&args.ledger, &rules, on)?;
            if json {
                return Ok(Outcome::json(&json!({ "as_of": on, "retention": rules.digest.to_string(), "texts": due })));
            }
            Ok(Outcome::done(due_text(&due, on)))
        }
        Texts::Destroy(args) => destroy(&args, json),
    }
}

fn destroy(args: &DestroyTexts, json: bool) -> Result<Outcome, AppError> {
    let rules = RetentionRules::read(&args.retention)?;
    let request = DestroyRequest {
        case: args.case.clone(),
        party: args.party,
        texts: None,
        reason: reason(&args.reason)?,
        actor: actor(None)?,
    };
    if !args.yes {
        let planned = custody::plan_destruction(&args.ledger, &request, &rules, now()?.utc_date())?;
        if !planned.is_empty() {
            confirm(&planned)?;
        }
    }
    let destroyed = custody::destroy(&args.ledger, &request, &rules, &options(Collect::Everything, None)?)?;
    if json {
        return Ok(Outcome::json(&destroyed));
    }
    if destroyed.is_empty() {
        return Ok(Outcome::done("These texts were destroyed before. There is nothing left to destroy.\n".to_owned()));
    }
    let mut text = String::new();
    for one in &destroyed {
        let (texts, line) = (&one.texts, one.line);
        let _ = writeln!(
            text,
            "Destroyed {} of {} in {} (line {line}).",
            count(texts.texts, "text"),
            owner_label(texts.party),
            texts.district
        );
    }
    let messages = "Copies of the keys, snapshots of the disk, and backups from before the texts were sealed can still open or have \
                    the texts. Destroy them too.\n";
    Ok(Outcome { messages: messages.to_owned(), ..Outcome::done(text) })
}

/// Asks the person at the terminal to confirm the destruction.
fn confirm(planned: &[DueTexts]) -> Result<(), AppError> {
    if !std::io::stdin().is_terminal() {
        return Err(AppError::Usage("add --yes to destroy texts without a terminal that could confirm it".to_owned()));
    }
    let mut question = String::new();
    for texts in planned {
        let (number, owner) = (count(texts.texts, "text"), owner_label(texts.party));
        let _ = writeln!(question, "{number} of {owner} in {}, case {}", texts.district, texts.case);
    }
    let _ = write!(question, "No one can read them again. Type \"{CONFIRMATION}\" to destroy them: ");
    let mut err = std::io::stderr();
    let _ = err.write_all(question.as_bytes()).and_then(|()| err.flush());
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    match read {
        Ok(_) if answer.trim() == CONFIRMATION => Ok(()),
        _ => Err(AppError::Usage("not confirmed, so nothing was destroyed".to_owned())),
    }
}

fn reason(text: &str) -> Result<Reason, AppError> {
    Reason::new(text).map_err(|error| AppError::Usage(format!("--reason: {error}")))
}

fn were(number: u64) -> String {
    if number == 1 { "1 was".to_owned() } else { format!("{number} were") }
}

fn list(holds: &[ListedHold]) -> String {
    if holds.is_empty() {
        return "There is no legal hold.\n".to_owned();
    }
    let mut text = String::new();
    for hold in holds {
        let what = match (hold.case, &hold.district) {
            (None, _) => "all cases".to_owned(),
            (Some(case), Some(district)) => format!("{district}, case {case}"),
            (Some(case), None) => format!("case {case}"),
        };
        let state = match hold.lifted {
            Some(at) => format!("lifted on {}", at.utc_date().readable()),
            None => paint(BAD, "in force"),
        };
        let (on, by) = (hold.at.utc_date().readable(), &hold.by);
        let _ = writeln!(text, "hold {}: {what}, {state}; placed on {on} by {by}: {}", hold.hold, hold.reason);
    }
    text
}

fn due_text(due: &[DueTexts], on: Date) -> String {
    if due.is_empty() {
        return "There are no sealed texts.\n".to_owned();
    }
    let mut text = String::new();
    for texts in due {
        let verdict = match (&texts.reason, &texts.rule) {
            (None, Some(rule)) => format!("{}, under rule {rule}", paint(GOOD, "can be destroyed")),
            (reason, _) => format!("must be kept: {}", reason.as_deref().unwrap_or("no retention rule is about them")),
        };
        let (number, owner) = (count(texts.texts, "text"), owner_label(texts.party));
        let _ = writeln!(text, "{}, {number} of {owner}: {verdict}", texts.district);
    }
    let allowed = due.iter().filter(|texts| texts.allowed).count() as u64;
    let _ = writeln!(text, "On {}, {} can be destroyed.", on.readable(), count(allowed, "key"));
    text
}
