//! `ibbi replay`: the timeline of the cases in a ledger.

use super::{chosen, context, instant};
use crate::args::Replay;
use crate::output::Outcome;
use crate::show::{BAD, DIM, GOOD, heading, paint};
use ibbi_app::replay::{self, Moment, Timeline, Until};
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, store};
use ibbi_core::At;
use std::fmt::Write as _;
use std::path::Path;

const OTHER_CHART: &str = "ibbi: the ledger was begun by a program with another chart of the process; its events are \
judged by the rules of this one, with the program parameters that each case was opened with\n";

pub(crate) fn run(args: Replay, json: bool) -> Result<Outcome, AppError> {
    let named = args.case.case.as_deref().map(|case| chosen(&args.ledger, Some(case))).transpose()?;
    let until = match (args.at.as_deref(), args.to) {
        (Some(at), _) => Until::At(at_in(at, named.map(|(_, zone)| zone), &args.ledger)?),
        (None, Some(seq)) => Until::Seq(seq),
        (None, None) => Until::End,
    };
    let timelines = replay::replay(&args.ledger, named.map(|(case, _)| case), until)?;
    let faults: usize = timelines.iter().map(|timeline| timeline.faults).sum();
    let code = if faults == 0 { ibbi_app::ExitCode::Done } else { ibbi_app::ExitCode::BadLedger };
    let mut messages = match faults {
        0 => String::new(),
        1 => "ibbi: a recorded event is not what the rules allow\n".to_owned(),
        several => format!("ibbi: {several} recorded events are not what the rules allow\n"),
    };
    if !store::has_our_chart(&args.ledger)? {
        messages.push_str(OTHER_CHART);
    }
    let data =
        if json { Outcome::json(&timelines).data } else { timelines.iter().map(text).collect::<Vec<_>>().join("\n") };
    Ok(Outcome { data, messages, code })
}

/// The instant that is meant: in the zone of the named case, or in that of all cases if it is the same one.
fn at_in(at: &str, zone: Option<Zone>, ledger: &Path) -> Result<At, AppError> {
    let now = context(None)?.now;
    let zones = zone.map_or_else(|| store::zones(ledger), |zone| Ok(vec![zone]))?;
    let first = instant(Some(at), zones.first().copied().unwrap_or_default(), now)?;
    for zone in zones {
        if instant(Some(at), zone, now)? != first {
            let message = format!("`{at}` is not the same time in every case's zone; add its offset, or name a --case");
            return Err(AppError::Usage(message));
        }
    }
    Ok(first)
}

/// A timeline as text.
pub(crate) fn text(timeline: &Timeline) -> String {
    let district =
        timeline.district.as_ref().map_or_else(|| "a case without an opening".to_owned(), ToString::to_string);
    let mut text = heading(&format!("{district}, case {}", timeline.case));
    for each in &timeline.moments {
        text.push_str(&moment(each, timeline.zone));
    }
    if timeline.later > 0 {
        let records = if timeline.later == 1 { "record" } else { "records" };
        let _ = writeln!(text, "{}", paint(DIM, &format!("  ({} later {records} left out)", timeline.later)));
    }
    let outcome = timeline.outcome.map(|outcome| format!(": {}", outcome.label())).unwrap_or_default();
    let verdict = match timeline.faults {
        0 if timeline.moments.is_empty() => "nothing had been recorded".to_owned(),
        0 => paint(GOOD, "every event is legal"),
        1 => paint(BAD, "1 event is not legal"),
        faults => paint(BAD, &format!("{faults} events are not legal")),
    };
    let _ = writeln!(text, "{}{outcome}; {verdict}", timeline.stage.label());
    text
}

fn moment(moment: &Moment, zone: Zone) -> String {
    let Moment { seq, at, text, to, .. } = moment;
    let line = format!("{seq:>5}  {}  {:<12}  {text}", zone.show(*at), to.label());
    let mut shown = match moment.voided_by {
        Some(by) => paint(DIM, &format!("{line} (voided by {by})")),
        None => line,
    } + "\n";
    if let Some(fault) = &moment.fault {
        for line in fault.lines() {
            let _ = writeln!(shown, "       {}", paint(BAD, line));
        }
    }
    shown
}
