//! The results of an audit as sentences and tables, for the terminal and for pages.

mod attendance;
mod case;
mod diff;
mod findings;
mod measures;
mod provenance;

pub(crate) use attendance::{attendees, rules, rules_of_cases, rules_of_steps, session_title, step_rules, step_title};
pub(crate) use case::{
    CITING, RECORDS, actor_summary, by_day, case_verdict, causes, import_note, lacking, late_note, lateness,
    only_actor, record_notes, requirement_met, stage_entry, stays, waits,
};
pub(crate) use diff::{
    case_presence, change, change_characters, copy_verdict, diff_notes, diff_verdict, differing_fields, divergence,
    line_difference, line_places,
};
pub use findings::finding_sentence;
pub(crate) use findings::{codes, consequences, finding_table, more, place};
pub(crate) use measures::{
    caption, case_list, outcome_times, paths, record_counts, route, stage_times, standing, still_times, variant,
    variants, waiting,
};
pub(crate) use provenance::{filter_note, invalid_checkpoints, provenance};

use crate::format;
use crate::phrase::Phrase;
use crate::terminal::TextStyle;
use ibbi_audit::{AuditFilter, AuditReport, InputKind};

/// How the figures are computed, and what they don't show.
pub(crate) const METHODS: [&str; 6] = [
    "Sound means that the lines are unaltered and whole, as far as can be seen. A sound record can still break rules, and it \
     can be untrue. Only a signed checkpoint that another person keeps shows that the end was not cut off or rewritten.",
    "Each record was checked again, in order, against the rules of the process and the program parameters of its case. \
     A record that fails only because an earlier one is missing counts as a consequence, not as a separate error.",
    "Fitness is the share of the records that were accepted. It is 1 if all were accepted.",
    "Percentiles are by nearest rank, without interpolation. P80 is the smallest value that at least 80% of all values do \
     not exceed.",
    "The time in a stage is for cases that left it. Cases that are still in it are listed separately, with their time \
     until the time of the audit.",
    "If a case waited for several at once, each is counted for the whole time. The time alone is when the case waited for \
     no one else. Months are in the time zone of each case's district.",
];

/// Returns a sentence on whether the ledger is sound.
pub(crate) fn verdict(report: &AuditReport) -> (TextStyle, Phrase) {
    let what = match report.what {
        InputKind::Ledger => "ledger",
        InputKind::Extract => "extract",
    };
    let (role, is) = match (report.sound, report.errors) {
        (true, 0) => (TextStyle::Good, "is sound"),
        (true, _) => (TextStyle::Bad, "is sound, but its records break rules"),
        (false, _) => (TextStyle::Bad, "is not sound"),
    };
    let mut over = match report.what {
        InputKind::Ledger => format::count(report.ledger.lines, "line"),
        InputKind::Extract => format::count(report.ledger.lines, "record"),
    };
    if report.filter == AuditFilter::default() {
        let of = if report.what == InputKind::Extract { "of" } else { "and" };
        over = format!("{over} {of} {}", format::count(report.cases.total, "case"));
    }
    let counts = format::list(&[
        format::none_or(report.errors, "error"),
        format::none_or(report.warnings, "warning"),
        format::none_or(report.infos, "remark"),
    ]);
    if report.what == InputKind::Extract && !report.sound && report.ledger.lines == 0 {
        return (role, Phrase::new(format!("The {what} {is}: {counts}. Its records were not audited.")));
    }
    (role, Phrase::new(format!("The {what} {is}: {counts} in {over}.")))
}
