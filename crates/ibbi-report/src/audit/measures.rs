//! Measures of all cases: tables of counts, times, and sequences.

use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_audit::{AuditReport, AuditedCaseSummary, EventCounts, SequenceStep, TimeSpread, Variant, Variants};
use ibbi_common::zone::Zone;
use ibbi_core::{At, EventKind, Outcome, Stage};

fn number(number: u64) -> Cell {
    Cell::Number(format::number(number))
}

fn lasting(minutes: u64) -> Cell {
    Cell::Number(format::lasting(minutes))
}

/// Returns a case's stage and outcome: `Training`, `Closed: withdrawn`.
pub(crate) fn standing(stage: Stage, outcome: Option<Outcome>) -> String {
    match outcome {
        Some(outcome) => format!("{}: {}", stage.label(), outcome.label()),
        None => stage.label().to_owned(),
    }
}

fn spreads(caption: &str, of: &str) -> Table {
    let columns = [Column::text(of)].into_iter();
    Table::new(caption, columns.chain(["cases", "median", "P80", "P90", "most"].map(Column::number)))
}

/// Returns the time in each stage, for cases that left it.
pub(crate) fn stage_times(report: &AuditReport) -> Table {
    let mut table = spreads("Time in each stage, for cases that left it", "stage");
    for times in &report.stages {
        if let Some(left) = times.left {
            table.row([Cell::from(times.stage.label())].into_iter().chain(figures(left)));
        }
    }
    table
}

/// Returns the time in each stage so far, for cases that are in it.
pub(crate) fn still_times(report: &AuditReport) -> Table {
    let mut table = spreads("Time in the current stage so far, for cases that are in it", "stage");
    for times in &report.stages {
        if let Some(still) = times.still {
            table.row([Cell::from(times.stage.label())].into_iter().chain(figures(still)));
        }
    }
    table
}

fn figures(spread: TimeSpread) -> [Cell; 5] {
    let TimeSpread { count, median, p80, p90, most, .. } = spread;
    [number(count), lasting(median), lasting(p80), lasting(p90), lasting(most)]
}

/// Returns the time from opening to closing, by outcome.
pub(crate) fn outcome_times(report: &AuditReport) -> Table {
    let mut table = spreads("Time from opening to closing, by outcome", "outcome");
    for row in &report.outcomes {
        table.row([Cell::from(format::sentence(row.outcome.label()))].into_iter().chain(figures(row.time)));
    }
    table
}

/// Returns the time that cases waited for each.
pub(crate) fn waiting(report: &AuditReport) -> Table {
    let columns = [Column::text("waited for")].into_iter();
    let columns = columns.chain(["cases", "median", "P90", "total", "for it alone"].map(Column::number));
    let mut table = Table::new("Time waited for each", columns);
    for row in &report.waiting {
        let TimeSpread { count, median, p90, sum, .. } = row.waited;
        table.row([
            Cell::from(format::sentence(row.who.label())),
            number(count),
            lasting(median),
            lasting(p90),
            lasting(sum),
            lasting(row.alone),
        ]);
    }
    table
}

/// Returns a path through the stages in short form: the last stage and the outcome.
pub(crate) fn route(steps: &[SequenceStep<Stage>], outcome: Option<Outcome>) -> String {
    let stages: Vec<Stage> = steps.iter().map(|step| step.what).filter(|stage| *stage != Stage::Closed).collect();
    let straight = Stage::ALL.iter().filter(|stage| stage.is_open()).take(stages.len()).eq(&stages)
        && steps.iter().all(|step| step.times == 1);
    match (outcome, stages.last()) {
        (None, Some(last)) if straight => format!("Open, in {}", last.label()),
        (Some(outcome), Some(last)) if straight => format!("{}, in {}", outcome_label(outcome), last.label()),
        (None, _) => format!("Open: {}", sequence(steps, Stage::label)),
        (Some(outcome), _) => format!("{}: {}", outcome_label(outcome), sequence(steps, Stage::label)),
    }
}

/// Returns an outcome in short form.
fn outcome_label(outcome: Outcome) -> String {
    format::sentence(&outcome.code().replace('_', " "))
}

/// Returns a sequence of steps. A pair that repeats is written once, with the number of times.
fn sequence<T: Copy + PartialEq>(steps: &[SequenceStep<T>], label: fn(T) -> &'static str) -> String {
    let step = |step: &SequenceStep<T>| match step.times {
        1 => label(step.what).to_owned(),
        times => format!("{} x{times}", label(step.what)),
    };
    let (mut rest, mut parts) = (steps, Vec::new());
    while let Some((first, others)) = rest.split_first() {
        let pairs = rest.chunks_exact(2).take_while(|pair| Some(*pair) == rest.get(..2)).count();
        if pairs > 1 {
            parts.push(format!("({}, {}) x{pairs}", step(first), step(&rest[1])));
            rest = &rest[2 * pairs..];
        } else {
            parts.push(step(first));
            rest = others;
        }
    }
    parts.join(", ")
}

fn sequences<T: Copy + PartialEq>(
    caption: String,
    variants: &Variants<T>,
    label: fn(T) -> &'static str,
    of: &str,
) -> Table {
    let columns = [
        Column::number("cases"),
        Column::number("share"),
        Column::text("ended"),
        Column::text(of),
        Column::text("first such case"),
    ];
    let mut table = Table::new(caption, columns);
    for row in &variants.first {
        table.row([
            number(row.cases),
            Cell::Number(format::exact_percent(row.share)),
            row.outcome.map_or("open", Outcome::label).into(),
            sequence(&row.steps, label).into(),
            Cell::Code(row.example.to_string()),
        ]);
    }
    table
}

/// Returns a caption, with how many of the different sequences are shown.
pub(crate) fn caption(what: &str, shown: u64, all: u64) -> String {
    match shown < all {
        true => format!("{what}: the {} most frequent of {}", format::number(shown), format::number(all)),
        false => what.to_owned(),
    }
}

/// Returns the paths through the stages.
pub(crate) fn paths(report: &AuditReport) -> Table {
    sequences(
        caption("Ways through the stages", report.paths.first.len() as u64, report.paths.distinct),
        &report.paths,
        Stage::label,
        "stages",
    )
}

/// Returns the sequences of events.
pub(crate) fn variants(report: &AuditReport) -> Table {
    sequences(
        caption("Sequences of events", report.variants.first.len() as u64, report.variants.distinct),
        &report.variants,
        EventKind::code,
        "events",
    )
}

/// Returns a sequence of events as a sentence.
pub(crate) fn variant(variant: &Variant<EventKind>) -> String {
    let ended = variant.outcome.map_or("open", Outcome::label);
    let cases = format::count(variant.cases, "case");
    let steps = sequence(&variant.steps, EventKind::code);
    format!("{cases}, {} ({ended}), such as {}: {steps}", format::percent(variant.share), variant.example)
}

/// Returns how many records were accepted and not, in sentences.
pub(crate) fn record_counts(events: &EventCounts) -> Vec<String> {
    let EventCounts { total, accepted, illegal, consequences, repeated, voids, fitness, by_case } = *events;
    if total == 0 {
        return vec!["There are no records of cases.".to_owned()];
    }
    let counts = format::list(&[
        format!("{} accepted", format::number(accepted)),
        format!("{} not allowed", format::number(illegal)),
        format!("{} not checked because an earlier one is missing", format::number(consequences)),
        format!("{} repeated", format::number(repeated)),
    ]);
    let voids = format::none_or(voids, "correction");
    let mut sentences = vec![format!("{}: {counts}. This includes {voids}.", format::count(total, "record"))];
    if let Some(fitness) = fitness {
        sentences.push(format!("Fitness of all records: {}.", format::fitness(fitness)));
    }
    if let Some(spread) = by_case {
        let (least, p10, median) =
            (format::fitness(spread.least), format::fitness(spread.p10), format::fitness(spread.median));
        let perfect = format::count(spread.perfect, "case");
        sentences.push(format!(
            "{perfect} with fitness 1. By case, the median is {median}, P10 is {p10}, and the lowest is {least}."
        ));
    }
    sentences
}

/// Returns a list of cases. `id_of` returns the page's id of a case, if the case has one.
pub(crate) fn case_list(
    caption: String,
    cases: &[&AuditedCaseSummary],
    id_of: impl Fn(&AuditedCaseSummary) -> Option<String>,
) -> Table {
    let columns = [
        Column::text("district and case"),
        Column::text("opened"),
        Column::text("last event"),
        Column::number("records"),
        Column::number("fitness"),
        Column::text("findings"),
    ];
    let day = |at: Option<At>| at.map_or(Cell::Nothing, |at| Cell::Instant(at, format::date(Zone::UTC.date(at))));
    let mut table = Table::new(caption, columns);
    for case in cases {
        let district = match &case.district {
            Some(district) => Cell::Name(district.to_string()),
            None => "unknown".into(),
        };
        let district = match id_of(case) {
            Some(id) => Cell::Link(Box::new(district), id),
            None => district,
        };
        let codes: Vec<&str> = case.findings.iter().map(|kind| kind.code()).collect();
        table.row([
            Cell::Stack(vec![district, Cell::Code(case.case.to_string())]),
            day(case.opened),
            day(case.last),
            number(case.records),
            Cell::Number(format::fitness(case.fitness)),
            if codes.is_empty() { Cell::Nothing } else { codes.join(", ").into() },
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn straight_paths_have_a_short_form() {
        let steps =
            |stages: &[Stage]| stages.iter().map(|what| SequenceStep { what: *what, times: 1 }).collect::<Vec<_>>();
        let (inquiry, introduction, application) = (Stage::Inquiry, Stage::Introduction, Stage::Application);
        for (stages, outcome, expected) in [
            (vec![inquiry], None, "Open, in Inquiry"),
            (vec![inquiry, introduction, Stage::Closed], Some(Outcome::Withdrawn), "Withdrawn, in Introduction"),
            (vec![inquiry, introduction, inquiry], None, "Open: Inquiry, Introduction, Inquiry"),
            (vec![inquiry, application], None, "Open: Inquiry, Application"),
            (vec![], None, "Open: "),
        ] {
            assert_eq!(route(&steps(&stages), outcome), expected);
        }
    }

    #[test]
    fn repeated_pairs_are_written_once() {
        use EventKind::{AttendancePledged as Pledged, CaseOpened as Opened, MemberNamed as Named};
        let text = |kinds: &[EventKind]| {
            let steps: Vec<_> = kinds.iter().map(|what| SequenceStep { what: *what, times: 1 }).collect();
            sequence(&steps, EventKind::code)
        };
        assert_eq!(
            text(&[Opened, Named, Pledged, Named, Pledged, Named, Opened]),
            "case_opened, (member_named, attendance_pledged) x2, member_named, case_opened"
        );
        assert_eq!(text(&[Named, Pledged, Opened]), "member_named, attendance_pledged, case_opened");
        assert_eq!(text(&[]), "");
    }
}
