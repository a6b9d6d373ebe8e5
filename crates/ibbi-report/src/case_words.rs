//! Sentences about the cases on a day, for pages and the terminal.

use crate::format;
use ibbi_audit::{CaseOnDay, CasesReport, FIVE, LaterChange, LaterChangeKind, StateOnDay};
use ibbi_common::zone::Zone;
use ibbi_core::{At, Date};

/// How the days are counted, and what is unusual.
pub(crate) const METHODS: [&str; 7] = [
    "Days are calendar days in the district's time zone. The day of the opening, or of entering a stage, is day 0.",
    "The quartiles (Q1, median, Q3) and the other ranks are by nearest rank, over the cases that ended or left the stage.",
    "Open cases are counted separately. A plus sign means that a case is still open or in the stage, so the days are so far.",
    "Open cases are compared with those that were completed, because cases that end otherwise often end early.",
    "Unusually long is more than the fence, as Tukey defines it: the third quartile (Q3) and 1.5 times the distance between the quartiles.",
    "An open case whose days are already above the fence is unusually long too. It can only become longer.",
    "With fewer than five cases that ended or left a stage, none is called unusual.",
];

/// Returns the day of an instant, in Massachusetts.
pub(crate) fn day_of(at: At) -> Date {
    Zone::default().date(at)
}

fn on(at: At) -> String {
    format::unbroken(&format::weekday_date(day_of(at)))
}

/// Returns the title.
pub(crate) fn title(report: &CasesReport) -> String {
    format!("All cases on {}", on(report.as_of))
}

/// Returns how many cases there are and how many took unusually long, in sentences.
pub(crate) fn result(report: &CasesReport) -> String {
    let open = report.completed.open.count;
    let closed = report.completed.finished + report.other_ends.finished;
    if report.cases.is_empty() {
        let opened = report.states.iter().filter(|state| state.as_it_was.is_some()).count() as u64;
        if opened == 0 {
            return format!("No case had been opened by {}.", on(report.as_of));
        }
        let by = if day_of(report.as_of) == day_of(report.known_on) { "then".to_owned() } else { on(report.as_of) };
        let were = if opened == 1 { "was" } else { "were" };
        return format!(
            "No case was on record on {}; {} had been opened by {by} and {were} recorded later.",
            on(report.known_on),
            format::number(opened)
        );
    }
    let cases = format::count(report.cases.len() as u64, "case");
    let unusual = report.cases.iter().filter(|case| !case.outliers.is_empty()).count() as u64;
    let mut spreads = report.stages.iter().map(|stage| &stage.days).chain([&report.completed, &report.other_ends]);
    let unusual = match (unusual, spreads.any(|spread| spread.fence.is_some())) {
        (0, false) => format!(" There are fewer than {FIVE} finished ones to compare with, so none is called unusual."),
        (0, true) => " None took unusually long.".to_owned(),
        (1, _) => " 1 took unusually long, in all or in a stage.".to_owned(),
        (several, _) => format!(" {} took unusually long, in all or in a stage.", format::number(several)),
    };
    format!("{cases}: {} open and {} ended.{unusual}", format::number(open), format::number(closed))
}

/// Returns from which records the report is made, and whether that makes a difference.
pub(crate) fn basis(report: &CasesReport) -> String {
    let known = on(report.known_on);
    let records = match report.logged {
        Some(_) => format!("The days below count only what was on record on {known}, without later corrections."),
        None => "The days below count all records, with later corrections.".to_owned(),
    };
    let differ = report.states.iter().filter(|state| state.differs()).count() as u64;
    let changed = report.states.iter().filter(|state| !state.changes.is_empty()).count() as u64;
    let changes: u64 = report.states.iter().map(|state| state.changes.len() as u64).sum();
    let day = on(report.as_of);
    let later = match (changes, differ) {
        (0, _) => format!("Every event by {day} that is known now was already on record on {known}."),
        (_, 0) => format!(
            "{} of {} recorded or corrected after {known}. The stage of each case is the same.",
            format::count(changes, "event"),
            format::count(changed, "case") + if changes == 1 { " was" } else { " were" }
        ),
        _ => format!(
            "{} of {} recorded or corrected after {known}. {} in another stage than the records showed then.",
            format::count(changes, "event"),
            format::count(changed, "case") + if changes == 1 { " was" } else { " were" },
            format::count(differ, "case") + if differ == 1 { " was" } else { " were" }
        ),
    };
    format!("{records} {later}")
}

/// Returns what a reader should know about the report.
pub(crate) fn notes(report: &CasesReport) -> Vec<String> {
    crate::standards::left_out(report.left_out)
}

/// Returns where a case was and what the records showed, in a sentence; nothing if they showed that.
pub(crate) fn difference(state: &CaseOnDay) -> Option<String> {
    let was = |state: StateOnDay| match state.outcome {
        Some(outcome) => format!("closed ({})", outcome.label()),
        None => format!("in {}", state.stage.label()),
    };
    let shown = |state: StateOnDay| if state.outcome.is_some() { format!("as {}", was(state)) } else { was(state) };
    Some(match (state.as_it_was, state.as_known) {
        (one, other) if one == other => return None,
        (Some(one), Some(known)) => format!("The case was {}. The records showed it {}.", was(one), shown(known)),
        (Some(one), None) => format!("The case was {}. The records didn't show it yet.", was(one)),
        (None, Some(known)) => format!("The case had not been opened. The records showed it {}.", shown(known)),
        (None, None) => return None,
    })
}

/// The most later records of a case that are listed in sentences.
const LISTED: usize = 10;

/// Returns what was recorded later about a case, in sentences; nothing if there is nothing.
pub(crate) fn differences(state: &CaseOnDay) -> Vec<String> {
    let mut sentences: Vec<String> = difference(state).into_iter().collect();
    let events = |count: usize| format::count(count as u64, "event");
    if state.as_known.is_none() {
        let first = state.changes.iter().map(|change| change.logged).min();
        sentences.extend(first.map(|first| {
            let count = state.changes.len();
            let was = if count == 1 { "was" } else { "were" };
            format!("{} {was} recorded later, the first on {}.", events(count), on(first))
        }));
        return sentences;
    }
    sentences.extend(state.changes.iter().take(LISTED).map(change));
    let more = state.changes.len().saturating_sub(LISTED);
    sentences
        .extend((more > 0).then(|| format!("The same is true of {} more. The CSV has all of them.", events(more))));
    sentences
}

/// Returns what was recorded later, in a sentence.
pub(crate) fn change(change: &LaterChange) -> String {
    let LaterChange { seq, event, at, logged, .. } = change;
    let (event, at, logged) = (event.label(), on(*at), on(*logged));
    match change.change {
        LaterChangeKind::RecordedLater => format!("Number {seq} ({event}, {at}) was recorded later, on {logged}."),
        LaterChangeKind::Voided { by } => {
            format!("Number {seq} ({event}, {at}) was voided later, on {logged}, by number {by}.")
        }
        LaterChangeKind::Corrected { by, happened } => {
            let moved = match on(happened) {
                same if same == at => String::new(),
                other => format!(" It happened on {other}."),
            };
            format!("Number {seq} ({event}, {at}) was corrected later, on {logged}, by number {by}.{moved}")
        }
    }
}
