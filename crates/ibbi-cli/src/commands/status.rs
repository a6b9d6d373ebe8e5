//! `ibbi status`: shows what a case has done and what you can do next.

use super::{custody, instant, now, read_case};
use crate::args::Status as Args;
use crate::output::Outcome;
use crate::terminal::{self, DIM, HEADING, command, heading, paint};
use ibbi_app::status::{self, Blocked, Status, ribbon};
use ibbi_app::{AppError, Suggestion, describe::found, ledger, zone::Zone};
use ibbi_core::Rule;
use std::fmt::Write as _;

pub(crate) fn run(args: Args, json: bool) -> Result<Outcome, AppError> {
    let standards = args.standards.read()?;
    let (mut service, case) = read_case(&args.ledger, args.case.case.as_deref())?;
    let several = ledger::all_cases(&service)?.len() > 1;
    let log = service.case(case)?;
    let (zone, at) = (log.zone, instant(args.at.as_deref(), log.zone, now()?)?);
    let status = status::status_of(log, at, &standards).with_bookings(service.store())?;
    let messages = custody::key_warning(&args.ledger);
    if json {
        return Ok(Outcome { messages, ..Outcome::json(&status) });
    }
    let parts = CommandParts {
        ledger: terminal::path(&args.ledger),
        case: several.then(|| case.to_string()),
        at: args.at.is_some().then(|| zone.write(at)),
    };
    Ok(Outcome { messages, ..Outcome::done(text(&status, &parts, args.all)) })
}

/// The parts that all suggested commands share.
struct CommandParts {
    ledger: String,
    case: Option<String>,
    at: Option<String>,
}

impl CommandParts {
    fn command_line(&self, suggestion: &Suggestion) -> String {
        let mut words = vec!["record", self.ledger.as_str()];
        if let Some(case) = &self.case {
            words.extend(["--case", case]);
        }
        if let Some(at) = &self.at {
            words.extend(["--at", at]);
        }
        words.push(suggestion.event.code());
        words.extend(suggestion.pairs.iter().map(String::as_str));
        let note = suggestion.note.as_ref().map(|note| paint(DIM, &format!("   # {note}"))).unwrap_or_default();
        format!("  {}{note}\n", command(words))
    }
}

fn text(status: &Status, parts: &CommandParts, all: bool) -> String {
    let district = status.district.as_ref().map(ToString::to_string).unwrap_or_default();
    let mut text = heading(&format!("{district}, case {}", status.case));
    let _ = writeln!(text, "{}", ribbon(status.stage));
    if !status.not_allowed.is_empty() {
        let rows = status.not_allowed.iter().map(|one| format!("  {}\n", one.to_string().replace('\n', "\n  ")));
        section(&mut text, "Recorded, but not allowed by the rules", rows);
        text.push_str(
            "  Until this is corrected, you can only add a note, void an event, or withdraw the case. The facts below \
             end\n  before the first of these events.\n",
        );
    }
    section(&mut text, "Waiting for", status.waiting_texts().map(|line| format!("  {line}\n")));
    let part = |onward: bool| {
        status.next.iter().filter(move |next| next.onward == onward).map(|next| parts.command_line(next))
    };
    section(&mut text, "Next (fill in the values in <…>)", part(true));
    section(
        &mut text,
        "Still needed in this stage",
        status.lacking.iter().map(|unmet| {
            let source = paint(DIM, &format!("[{}; {}]", unmet.rule.id(), unmet.rule.source().label()));
            format!("  {} {source}\n", found(&unmet.found, status.zone))
        }),
    );
    section(
        &mut text,
        "Done so far",
        status.settled.iter().map(|fact| format!("  {:<12} {}\n", fact.topic, fact.text)),
    );
    section(&mut text, "Also possible", part(false));
    section(&mut text, "Blocked", blocked(status, all).into_iter());
    section(&mut text, "Advisories", std::iter::once(terminal::advisories(&status.advisories, "  ")));
    text
}

/// Appends a section, unless it is empty.
fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let body: String = lines.collect();
    if !body.is_empty() {
        let _ = write!(text, "\n{}\n{body}", paint(HEADING, title));
    }
}

fn blocked(status: &Status, all: bool) -> Vec<String> {
    let mut shown = Vec::new();
    let mut blocked = status.blocked.clone();
    // If the time is before the last event, say so once, not for each event.
    if let Some(last) = status.last_event.filter(|last| status.asked_at < *last) {
        let (last, asked) = (status.zone.show(last), status.zone.show(status.asked_at));
        shown.push(format!(
            "  only corrections are possible as of {asked}, because the last event happened on {last}\n"
        ));
        blocked.iter_mut().for_each(|each| each.unmet.retain(|unmet| unmet.rule != Rule::TimeOrder));
        blocked.retain(|each| !each.unmet.is_empty());
    }
    // An agreement that no one is asked for isn't worth a line.
    blocked.retain(|each| all || each.unmet.iter().all(|unmet| unmet.rule != Rule::SuccessorPending));
    let (here, elsewhere): (Vec<_>, Vec<_>) = blocked.iter().partition(|blocked| blocked.here || all);
    shown.extend(here.into_iter().map(|blocked| reasons(blocked, status.zone)));
    if elsewhere.iter().any(|blocked| blocked.unmet.len() > 1) {
        let later = "Events of later stages must wait until this stage is complete. Use --all to list them.";
        shown.push(format!("  {}\n", paint(DIM, later)));
    }
    shown
}

fn reasons(blocked: &Blocked, zone: Zone) -> String {
    let mut text = format!("  {}\n", blocked.event.code());
    for unmet in &blocked.unmet {
        let source = paint(DIM, &format!("[{}]", unmet.rule.id()));
        let _ = writeln!(text, "    {}: {} {source}", found(&unmet.found, zone), unmet.rule.remedy());
    }
    text
}
