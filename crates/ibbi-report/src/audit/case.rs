//! The report on one case: its records, its actors, the time in each stage, and how it got to its stage.

use crate::format;
use crate::phrase::Phrase;
use crate::table::{Cell, Column, Table};
use crate::terminal::TextStyle;
use ibbi_audit::{ActorActivity, CaseRecord, CaseReport, Milestone, Requirement, Severity};
use ibbi_common::zone::Zone;
use ibbi_core::{Date, Precision, Stage, Unmet};
use std::collections::HashMap;

/// How to cite a report on one case.
pub(crate) const CITING: &str = "To cite this report: C1, R1, A1, and S1 are the first sentence of the certificate, the first record, the \
                                 first session in the attendance, and the first stage that was reached. The text and the page have the \
                                 same numbers.";
/// What the list of records has, after their number.
pub(crate) const RECORDS: &str = "in the order in which they were written down. #12 is line 12 of the ledger. The rules of each record are \
                                  explained below.";

/// A record that is logged at least this many minutes after its event gets a note.
const LATE: i64 = 60;

/// Returns the case's stage, and whether errors were found in it.
pub(crate) fn case_verdict(report: &CaseReport) -> (TextStyle, Phrase) {
    let errors = report.findings.iter().filter(|finding| finding.severity() == Severity::Error).count() as u64;
    let role = if errors == 0 { TextStyle::Good } else { TextStyle::Bad };
    let zone = Zone::or_utc(report.time_zone.as_ref());
    let stands = match report.stage {
        Stage::Unopened => "The case is not open yet".to_owned(),
        Stage::Closed => match report.outcome {
            Some(outcome) => format!("The case is closed ({})", outcome.label()),
            None => "The case is closed".to_owned(),
        },
        stage => format!("The case is in {}", stage.label()),
    };
    let records = format::count(report.records.len() as u64, "record");
    let later = match report.later {
        0 => String::new(),
        1 => "; 1 later record is not included".to_owned(),
        later => format!("; {} later records are not included", format::number(later)),
    };
    let found = match errors {
        0 => "no errors were found".to_owned(),
        1 => "1 error was found".to_owned(),
        errors => format!("{} errors were found", format::number(errors)),
    };
    let phrase = Phrase::new(format!("{stands}, as of ")).instant(report.as_of, zone);
    (role, phrase.words(format!(". It has {records}{later}; {found}.")))
}

/// Groups the records by the day of their event, in the order of the ledger.
pub(crate) fn by_day(report: &CaseReport, zone: Zone) -> Vec<(Date, &[CaseRecord])> {
    let chunks = report.records.chunk_by(|one, other| zone.date(one.at) == zone.date(other.at));
    chunks.filter_map(|chunk| Some((zone.date(chunk.first()?.at), chunk))).collect()
}

/// Returns the records that were not checked: for each record's number, the line of the cause.
pub(crate) fn causes(report: &CaseReport) -> HashMap<u64, u64> {
    report.findings.iter().filter_map(|finding| Some((finding.seq?, finding.cause()?))).collect()
}

/// Returns notes on what is unusual about a record, each with a style. `cause` is set if it was not checked.
pub(crate) fn record_notes(
    moment: &CaseRecord,
    before: Option<&CaseRecord>,
    cause: Option<u64>,
) -> Vec<(TextStyle, String)> {
    let mut notes = Vec::new();
    if let Some(by) = moment.voided_by {
        notes.push((TextStyle::Warning, format!("voided by #{by}")));
    }
    if let Some(by) = moment.replaced_by {
        notes.push((TextStyle::Warning, format!("replaced by #{by}")));
    }
    if let Some(replaced) = moment.details.replaces {
        notes.push((TextStyle::Quiet, format!("replaces #{replaced}")));
    }
    if let Some(on_behalf) = &moment.details.on_behalf {
        notes.push((TextStyle::Quiet, format!("on behalf of {on_behalf}")));
    }
    if moment.imported {
        notes.push((TextStyle::Quiet, "imported from a spreadsheet".to_owned()));
    }
    if moment.details.precision == Precision::Day {
        notes.push((TextStyle::Quiet, "only the day is known".to_owned()));
    }
    if let Some(cause) = cause {
        notes.push((TextStyle::Quiet, format!("not checked, because of line {}", format::number(cause))));
    } else if let Some(refusal) = &moment.refusal {
        let unmet: Vec<String> =
            refusal.unmet.iter().map(|unmet| format!("{} ({})", unmet.found, unmet.rule.id())).collect();
        notes.push((TextStyle::Bad, format!("not accepted: {}", unmet.join("; "))));
    } else if !moment.accepted && moment.corrected_by().is_none() {
        notes.push((TextStyle::Bad, "not accepted".to_owned()));
    }
    if moment.accepted && moment.recorded != moment.stage {
        notes.push((TextStyle::Bad, format!("recorded as leading to {}", moment.recorded.label())));
    }
    notes.extend(moment.advisories.iter().map(|advisory| {
        let text = format!("{} [{}]", advisory.found, advisory.warning.code());
        (TextStyle::Warning, text)
    }));
    // Events that were recorded together, or after later ones, led only to their own stage, not to that of the whole case.
    let is_latest = moment.inserted == 0 && moment.details.act.is_none();
    let stage = match is_latest {
        true => Some(moment.stage).filter(|stage| before.is_none_or(|before| before.stage != *stage)),
        false => moment.began,
    };
    if let Some(stage) = stage.filter(|_| moment.accepted) {
        let now = if stage == Stage::Closed { "closed" } else { stage.label() };
        let preposition = if stage == Stage::Closed { "" } else { "in " };
        let text = match moment.corrected_by() {
            Some(by) => format!("the case was {preposition}{now} until #{by} corrected this record"),
            None => format!("the case is now {preposition}{now}"),
        };
        notes.push((TextStyle::Plain, text));
    }
    notes
}

/// Returns a sentence on the records that were imported; none if no record was.
pub(crate) fn import_note(report: &CaseReport, zone: Zone) -> Option<Phrase> {
    let imported: Vec<&CaseRecord> = report.records.iter().filter(|record| record.imported).collect();
    let (first, last) = (imported.first()?, imported.last()?);
    let all = report.records.len();
    let count = match imported.len() == all {
        true => format!("All {} were imported", format::count(all as u64, "record")),
        false if imported.len() == 1 => format!("1 of the {all} records was imported"),
        false => format!(
            "{} of the {} were imported",
            format::number(imported.len() as u64),
            format::count(all as u64, "record")
        ),
    };
    let phrase = Phrase::new(format!("{count} from a spreadsheet, on ")).instant(first.logged, zone);
    let phrase = if first.logged == last.logged { phrase } else { phrase.words(" to ").instant(last.logged, zone) };
    let phrase = phrase.words(" by ").name(first.actor.to_string());
    Some(phrase.words(
        ". Their events and days are as that file had them. The ledger doesn't name the file. A note at the beginning of the case says \
         what the file lacked.",
    ))
}

/// Returns how much later than its event a record was written down, if that is unusual.
pub(crate) fn late_note(record: &CaseRecord) -> Option<(TextStyle, String)> {
    let late = record.logged.minutes_since(record.at);
    (late >= LATE).then(|| (TextStyle::Quiet, format!("recorded {} later", format::lasting(late.unsigned_abs()))))
}

/// The minutes of a day.
const DAY: i64 = 24 * 60;

/// Returns a sentence on how late the records were written down.
pub(crate) fn lateness(report: &CaseReport) -> String {
    let later_than = |days: i64| {
        report.records.iter().filter(|record| record.logged.minutes_since(record.at) > days * DAY).count() as u64
    };
    format!(
        "Records written down more than a day after the event: {} of {}; more than 30 days after it: {}.",
        format::number(later_than(1)),
        format::number(report.records.len() as u64),
        format::number(later_than(30))
    )
}

/// Returns a sentence on what an actor recorded.
pub(crate) fn actor_summary(row: &ActorActivity, zone: Zone) -> Phrase {
    let phrase = Phrase::default().name(row.actor.to_string());
    let phrase = phrase.words(format!(": {}, ", format::count(row.records, "record")));
    let (first, last) = (zone.date(row.first), zone.date(row.last));
    let phrase = match first == last {
        true => phrase.words("on ").day(first),
        false => phrase.words("from ").day(first).words(" to ").day(last),
    };
    phrase.words(format!(": {}.", kinds(row)))
}

fn kinds(row: &ActorActivity) -> String {
    let kinds = row.kinds.iter();
    let kinds = kinds
        .map(|(kind, count)| if *count == 1 { kind.code().to_owned() } else { format!("{} x{count}", kind.code()) });
    kinds.collect::<Vec<_>>().join(", ")
}

/// Returns a sentence on the actor, if there is only one.
pub(crate) fn only_actor(report: &CaseReport) -> Option<Phrase> {
    let [one] = report.actors.as_slice() else { return None };
    Some(Phrase::new("All records are by ").name(one.actor.to_string()).words("."))
}

/// Returns a table of every stay in a stage.
pub(crate) fn stays(report: &CaseReport) -> Table {
    let columns = [Column::text("stage"), Column::text("entered"), Column::text("left"), Column::number("time")];
    let mut table = Table::new("Time in each stage", columns);
    let zone = Zone::or_utc(report.time_zone.as_ref());
    let instant = |at| Cell::Instant(at, zone.show(at));
    for stay in report.stages.iter().filter(|stay| stay.stage.is_open()) {
        table.row([
            stay.stage.label().into(),
            instant(stay.entered),
            stay.left.map_or_else(|| "still there".into(), instant),
            Cell::Number(format::lasting(stay.minutes)),
        ]);
    }
    table
}

/// Returns a table of the time that the case waited for each.
pub(crate) fn waits(report: &CaseReport) -> Table {
    let columns = [
        Column::text("waited for"),
        Column::number("time"),
        Column::number("for it alone"),
        Column::text("still waited for"),
    ];
    let mut table = Table::new("Time waited for each", columns);
    for row in &report.waiting {
        table.row([
            format::sentence(row.who.label()).into(),
            Cell::Number(format::lasting(row.minutes)),
            Cell::Number(format::lasting(row.alone)),
            if row.now { "yes".into() } else { Cell::Nothing },
        ]);
    }
    table
}

/// Returns how a stage was reached: `Training, Tue, Oct 14, 2025, 9:00 AM, with #17`.
pub(crate) fn stage_entry(entering: &Milestone, zone: Zone) -> Phrase {
    Phrase::new(format!("{}, ", entering.stage.label()))
        .instant(entering.at, zone)
        .words(format!(", with #{}", entering.seq))
}

/// Returns a requirement, and the records that met it.
pub(crate) fn requirement_met(requirement: &Requirement) -> Phrase {
    let rule = format!(" ({})", requirement.rule.id());
    Phrase::default().name(format::sentence(&requirement.text)).words(rule)
}

/// Returns an unmet requirement: its statement, what was found, and what to do.
pub(crate) fn lacking(unmet: &Unmet) -> [String; 3] {
    let (rule, found) = (unmet.rule, &unmet.found);
    [
        rule.statement().to_owned(),
        format!("found: {found}"),
        format!("to do: {} ({}; {})", rule.remedy(), rule.id(), rule.source().label()),
    ]
}
