//! Charts of an audit: stages, times, waits, and months.

use crate::audit;
use crate::chart::{Bar, Bars, Chart, Columns, Figure, Key, Month, Scale, Sign};
use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_audit::{AuditReport, TimeSpread};
use ibbi_common::quantile::Interval;
use ibbi_core::{Date, Outcome};

/// The number of months that a chart shows, counted back from the last.
const MONTHS: usize = 24;
/// The number of paths through the stages that a chart shows.
const PATHS: usize = 8;

/// Returns the number of cases in each stage.
pub fn cases_by_stage(report: &AuditReport) -> Chart {
    let rows = report.cases.by_stage.iter().map(|count| (count.stage.label().to_owned(), count.cases, true));
    counted("Cases by stage", "stage", rows.collect(), report.cases.total)
}

/// Returns the number of closed cases by outcome.
pub fn cases_by_outcome(report: &AuditReport) -> Chart {
    let rows = report.cases.by_outcome.iter();
    let rows =
        rows.map(|count| (format::sentence(count.outcome.label()), count.cases, count.outcome == Outcome::Completed));
    counted("Closed cases by outcome", "outcome", rows.collect(), report.cases.closed)
}

/// Returns the most frequent paths through the stages.
pub fn paths(report: &AuditReport) -> Chart {
    let paths = &report.paths;
    let rows = paths.first.iter().take(PATHS).map(|path| {
        let desired = path.outcome.is_none_or(|outcome| outcome == Outcome::Completed);
        (audit::route(&path.steps, path.outcome), path.cases, desired)
    });
    let rows: Vec<_> = rows.collect();
    let title = match (rows.len() as u64) < paths.distinct {
        true => {
            format!("Ways through the stages: the {} most frequent of {}", rows.len(), format::number(paths.distinct))
        }
        false => "Ways through the stages".to_owned(),
    };
    let begun = report.cases.total.saturating_sub(report.cases.unopened);
    let key = vec![Key::new(Sign::Full, "completed or still open"), Key::new(Sign::Hatched, "other outcome")];
    Chart { table: audit::paths(report), key, ..counted(&title, "way", rows, begun) }
}

fn counted(title: &str, head: &str, rows: Vec<(String, u64, bool)>, of: u64) -> Chart {
    let mut table = Table::new(title, [Column::text(head), Column::number("cases"), Column::number("share")]);
    let most = rows.iter().map(|(_, count, _)| *count).max().unwrap_or(0);
    let rows = rows.into_iter().map(|(label, count, desired)| {
        let share = ibbi_common::quantile::wilson(count, of).map_or(0.0, |share| share.estimate);
        table.row([
            Cell::Text(label.clone()),
            Cell::Number(format::number(count)),
            Cell::Number(format::exact_percent(share)),
        ]);
        Bar {
            label,
            value: exactly(count),
            value_text: format!("{} ({})", format::number(count), format::percent(share)),
            desired,
        }
    });
    let rows: Vec<Bar> = rows.collect();
    bars(title, Scale::counts(as_value(most)), rows, Vec::new(), table)
}

/// Returns a chart of bars, or a note that there are none.
fn bars(title: &str, scale: Scale, rows: Vec<Bar>, key: Vec<Key>, table: Table) -> Chart {
    let descriptions: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.value_text)).collect();
    let (summary, figure) = match rows.is_empty() {
        true => (NONE.to_owned(), Figure::Nothing(NONE.to_owned())),
        false => (format!("Bars from the top. {}.", descriptions.join("; ")), Figure::Bars(Bars { scale, rows })),
    };
    Chart { title: title.to_owned(), summary, figure, key, table }
}

const NONE: &str = "There are none.";

#[allow(clippy::cast_precision_loss, reason = "what is drawn need not be exact to the last of 2^53")]
const fn as_value(count: u64) -> f64 {
    count as f64
}

const fn exactly(count: u64) -> Interval {
    let value = as_value(count);
    Interval { estimate: value, low: value, high: value }
}

/// Returns the time in each stage, for cases that left it: the median, and the line to the 90th percentile.
pub fn stage_times(report: &AuditReport) -> Chart {
    let rows = report.stages.iter().filter_map(|times| Some((times.stage.label().to_owned(), times.left?)));
    spreads("Time in each stage, of the cases that left it", rows.collect(), audit::stage_times(report))
}

/// Returns the time from opening to closing, by outcome.
pub fn outcome_times(report: &AuditReport) -> Chart {
    let rows = report.outcomes.iter().map(|row| (format::sentence(row.outcome.label()), row.time));
    spreads("Time from opening to closing, by outcome", rows.collect(), audit::outcome_times(report))
}

fn spreads(title: &str, rows: Vec<(String, TimeSpread)>, table: Table) -> Chart {
    let most = rows.iter().map(|(_, spread)| spread.p90).max().unwrap_or(0);
    let rows = rows.into_iter().map(|(label, spread)| {
        let (median, p90) = (as_value(spread.median), as_value(spread.p90));
        let value = Interval { estimate: median, low: median, high: p90 };
        Bar { label, value, value_text: format::lasting(spread.median), desired: true }
    });
    let key = vec![Key::new(Sign::Full, "median"), Key::new(Sign::Whisker, "from the median to P90")];
    bars(title, Scale::times(as_value(most)), rows.collect(), key, table)
}

/// Returns the time waited for each, over all cases.
pub fn waiting(report: &AuditReport) -> Chart {
    let most = report.waiting.iter().map(|row| row.waited.sum).max().unwrap_or(0);
    let rows = report.waiting.iter().map(|row| Bar {
        label: format::sentence(row.who.label()),
        value: exactly(row.waited.sum),
        value_text: format::lasting(row.waited.sum),
        desired: true,
    });
    let title = "Time waited for each, all cases together";
    bars(title, Scale::times(as_value(most)), rows.collect(), Vec::new(), audit::waiting(report))
}

/// Returns the number of cases opened in each month.
pub fn opened(report: &AuditReport) -> Chart {
    monthly(report, ("Cases opened in each month", opened_table(report)), |month| (month.opened, 0), Vec::new())
}

/// Returns the number of cases closed in each month.
pub fn closed(report: &AuditReport) -> Chart {
    let parts: Parts = |month| {
        let of = |wanted: bool| {
            let counts = month.closed.iter().filter(|count| (count.outcome == Outcome::Completed) == wanted);
            counts.map(|count| count.cases).sum()
        };
        (of(true), of(false))
    };
    let key = vec![Key::new(Sign::Full, "completed"), Key::new(Sign::Hatched, "other outcome")];
    monthly(report, ("Cases closed in each month", closed_table(report)), parts, key)
}

/// The first day of a month, with its count in two parts.
type Counted = (Date, (u64, u64));
/// Returns a month's count in two parts: filled and hatched.
type Parts = fn(&ibbi_audit::MonthCounts) -> (u64, u64);

fn monthly(report: &AuditReport, (title, table): (&str, Table), parts: Parts, key: Vec<Key>) -> Chart {
    let (all, months) = calendar(report, parts);
    let most = months.iter().map(|(_, (full, hatched))| full + hatched).max().unwrap_or(0);
    let Some((best, _)) = months.iter().rev().max_by_key(|(_, (full, hatched))| full + hatched).filter(|_| most > 0)
    else {
        return Chart {
            title: title.to_owned(),
            summary: NONE.into(),
            figure: Figure::Nothing(NONE.into()),
            key: Vec::new(),
            table,
        };
    };
    let shown = months.len();
    let title = match shown < all {
        true => format!("{title}: the last {shown} of {all} months"),
        false => title.to_owned(),
    };
    let summary = format!("{shown} columns, one a month; most in {}: {}.", format::month(*best), format::number(most));
    let column = |(start, (full, hatched)): &Counted| Month {
        start: *start,
        full: as_value(*full),
        hatched: as_value(*hatched),
    };
    let columns = Columns { scale: Scale::counts(as_value(most)), columns: months.iter().map(column).collect() };
    Chart { title, summary, figure: Figure::Columns(columns), key, table }
}

/// Returns the last months without gaps, and the total number of months.
fn calendar(report: &AuditReport, parts: Parts) -> (usize, Vec<Counted>) {
    let known = report.months.iter().filter_map(|month| Some((start_of(&month.month)?, parts(month))));
    let known: std::collections::BTreeMap<Date, (u64, u64)> = known.collect();
    let (Some(first), Some(last)) = (known.keys().next(), known.keys().next_back()) else { return (0, Vec::new()) };
    let mut months = Vec::new();
    let mut start = *first;
    while start <= *last {
        months.push((start, known.get(&start).copied().unwrap_or_default()));
        let next = format::months_later(start, 1);
        if next <= start {
            break;
        }
        start = next;
    }
    let all = months.len();
    (all, months.split_off(all.saturating_sub(MONTHS)))
}

/// Returns the first day of a month such as `2026-09`.
fn start_of(month: &str) -> Option<Date> {
    format!("{month}-01").parse().ok()
}

/// Returns how many cases were opened and closed in each month.
pub(crate) fn months_table(report: &AuditReport) -> Table {
    let mut table = closed_table(report);
    table.caption = "Opened and closed in each month".to_owned();
    table.columns.insert(1, Column::number("opened"));
    for (row, month) in table.rows.iter_mut().zip(&report.months) {
        row.insert(1, Cell::Number(format::number(month.opened)));
    }
    table
}

fn opened_table(report: &AuditReport) -> Table {
    let mut table = Table::new("Cases opened in each month", [Column::text("month"), Column::number("opened")]);
    for month in &report.months {
        table.row([name_of(month), Cell::Number(format::number(month.opened))]);
    }
    table
}

fn closed_table(report: &AuditReport) -> Table {
    let any = |outcome: &&Outcome| report.months.iter().any(|month| of(month, **outcome) > 0);
    let outcomes: Vec<Outcome> = Outcome::ALL.iter().filter(any).copied().collect();
    let columns = outcomes.iter().map(|outcome| Column::number(outcome.label()));
    let heads = [Column::text("month"), Column::number("closed")].into_iter().chain(columns);
    let mut table = Table::new("Cases closed in each month", heads);
    for month in &report.months {
        let all = month.closed.iter().map(|count| count.cases).sum();
        let counts = std::iter::once(all).chain(outcomes.iter().map(|outcome| of(month, *outcome)));
        table.row([name_of(month)].into_iter().chain(counts.map(|count| Cell::Number(format::number(count)))));
    }
    table
}

/// Returns how many cases closed with an outcome in a month.
fn of(month: &ibbi_audit::MonthCounts, wanted: Outcome) -> u64 {
    month.closed.iter().find(|count| count.outcome == wanted).map_or(0, |count| count.cases)
}

fn name_of(month: &ibbi_audit::MonthCounts) -> Cell {
    start_of(&month.month).map_or_else(|| month.month.clone(), format::month).into()
}
