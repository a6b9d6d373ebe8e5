//! `ibbi replay`: shows the timeline of each case in a ledger.

use super::{instant, now, options};
use crate::args::Replay;
use crate::output::Outcome;
use crate::terminal::{BAD, DIM, GOOD, advisories, heading, paint};
use ibbi_app::AppError;
use ibbi_app::ledger::{self, Collect};
use ibbi_app::replay::{self, Moment, Timeline, Until};
use ibbi_app::zone::Zone;
use ibbi_core::{At, Precision};
use std::fmt::Write as _;

const OTHER_CHART: &str = "ibbi: another version of the process chart created this ledger. Its events are checked against \
this version's rules, with each case's own program parameters.\n";

pub(crate) fn run(args: Replay, json: bool) -> Result<Outcome, AppError> {
    let wanted = args.case.case.as_deref();
    let collect = if wanted.is_some() { ledger::collect(wanted) } else { Collect::Everything };
    let service = ledger::read(&args.ledger, &options(collect, None)?)?;
    let named = wanted.map(|wanted| ledger::select(&service, Some(wanted))).transpose()?;
    let until = match (args.at.as_deref(), args.to) {
        (Some(at), _) => Until::At(time_in_zones(at, &ledger::zones(&service, named)?)?),
        (None, Some(seq)) => Until::Seq(seq),
        (None, None) => Until::End,
    };
    let timelines = replay::timelines(&service, named, until)?;
    let faults: usize = timelines.iter().map(|timeline| timeline.faults).sum();
    let code = if faults == 0 { ibbi_app::ExitCode::Done } else { ibbi_app::ExitCode::BadLedger };
    let mut messages = match faults {
        0 => String::new(),
        1 => "ibbi: the rules don't allow 1 recorded event\n".to_owned(),
        several => format!("ibbi: the rules don't allow {several} recorded events\n"),
    };
    if !ledger::has_our_chart(&service) {
        messages.push_str(OTHER_CHART);
    }
    let data =
        if json { Outcome::json(&timelines).data } else { timelines.iter().map(text).collect::<Vec<_>>().join("\n") };
    Ok(Outcome { data, messages, code })
}

/// Parses a time that must be the same in the time zones of all cases.
fn time_in_zones(at: &str, zones: &[Zone]) -> Result<At, AppError> {
    let now = now()?;
    let first = instant(Some(at), zones.first().copied().unwrap_or_default(), now)?;
    for zone in zones {
        if instant(Some(at), *zone, now)? != first {
            let message =
                format!("`{at}` is a different time in some cases' time zones; add an offset, or choose a --case");
            return Err(AppError::Usage(message));
        }
    }
    Ok(first)
}

/// Returns a timeline as text.
pub(crate) fn text(timeline: &Timeline) -> String {
    let district = timeline.district.as_ref().map_or_else(|| "unopened case".to_owned(), ToString::to_string);
    let mut text = heading(&format!("{district}, case {}", timeline.case));
    for each in &timeline.moments {
        text.push_str(&moment(each, timeline.zone));
    }
    if timeline.later > 0 {
        let records = if timeline.later == 1 { "record" } else { "records" };
        let _ = writeln!(text, "{}", paint(DIM, &format!("  ({} later {records} not shown)", timeline.later)));
    }
    let outcome = timeline.outcome.map(|outcome| format!(": {}", outcome.label())).unwrap_or_default();
    let verdict = match timeline.faults {
        0 if timeline.moments.is_empty() => "no events yet".to_owned(),
        0 => paint(GOOD, "the rules allow every event"),
        1 => paint(BAD, "the rules don't allow 1 event"),
        faults => paint(BAD, &format!("the rules don't allow {faults} events")),
    };
    let _ = writeln!(text, "{}{outcome}; {verdict}", timeline.stage.label());
    text
}

fn moment(moment: &Moment, zone: Zone) -> String {
    let Moment { seq, at, text, to, .. } = moment;
    let when = match moment.precision {
        Precision::Instant => zone.show(*at),
        Precision::Day => zone.date(*at).readable().to_string(),
    };
    let mut line = format!("{seq:>5}  {when:<27}  {:<12}  {text}", to.label());
    if let Some(on_behalf) = &moment.on_behalf {
        let _ = write!(line, " (on behalf of {on_behalf})");
    }
    if let Some(replaced) = moment.replaces {
        let _ = write!(line, " (replaces {replaced})");
    }
    let mut shown = match (moment.voided_by, moment.replaced_by) {
        (Some(by), _) => paint(DIM, &format!("{line} (voided by {by})")),
        (None, Some(by)) => paint(DIM, &format!("{line} (replaced by {by})")),
        (None, None) => line,
    } + "\n";
    shown.push_str(&advisories(moment.lasting_advisories(), "       "));
    if let Some(fault) = &moment.fault {
        for line in fault.lines() {
            let _ = writeln!(shown, "       {}", paint(BAD, line));
        }
    }
    shown
}
