//! `ibbi tour`: shows the whole process with a made-up district.

use super::replay;
use crate::args::Tour as Args;
use crate::output::Outcome;
use crate::terminal::{self, BAD, DIM, GOOD, command, heading, paint};
use ibbi_app::tour::{self, Answer, Step};
use ibbi_app::{AppError, zone::Zone};
use ibbi_core::EventKind;
use std::fmt::Write as _;

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    let tour = tour::tour(&args.ledger)?;
    let code = if tour.same_state { ibbi_app::ExitCode::Done } else { ibbi_app::ExitCode::BadLedger };
    if json {
        return Ok(Outcome { code, ..Outcome::json(&tour) });
    }
    let ledger = terminal::path(&args.ledger);
    let mut text = String::new();
    for each in &tour.steps {
        text.push_str(&step(each, &ledger));
    }
    text.push_str(&heading("\nThe ledger, read from disk and replayed:"));
    text.push_str(&replay::text(&tour.timeline));
    text.push_str(&match tour.same_state {
        true => paint(GOOD, "The replay and the recording end in the same state.\n"),
        false => paint(BAD, "The replay and the recording end in different states.\n"),
    });
    let _ = writeln!(text, "The ledger is {ledger}. To see its status, run:\n  {}", command(["status", &ledger]));
    Ok(Outcome { code, ..Outcome::done(text) })
}

fn step(step: &Step, ledger: &str) -> String {
    let mut text = String::new();
    if let Some(chapter) = step.chapter {
        text.push('\n');
        text.push_str(&heading(chapter));
    }
    let mut words: Vec<String> = Vec::new();
    if step.event == EventKind::CaseOpened {
        words.extend(["new".to_owned(), ledger.to_owned()]);
        for pair in step.pairs {
            if let Some((key, value)) = pair.split_once('=') {
                words.extend([format!("--{}", key.replace('_', "-")), value.to_owned()]);
            }
        }
    } else {
        words.extend(["record".to_owned(), ledger.to_owned(), step.event.code().to_owned()]);
        words.extend(step.pairs.iter().map(|pair| (*pair).to_owned()));
    }
    words.extend(["--at".to_owned(), step.at.to_owned()]);
    let line = command(words.iter().map(String::as_str));
    let _ = writeln!(text, "{} {line}", paint(DIM, "$"));
    text.push_str(&match &step.answer {
        Answer::Recorded(recorded) => terminal::recorded(recorded, Zone::default(), "  "),
        Answer::Refused(refusal) => terminal::refusal(refusal, Zone::default(), "  "),
    });
    text
}
