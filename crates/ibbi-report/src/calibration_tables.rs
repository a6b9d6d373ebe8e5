//! Fitted assumptions and the scores of forecasts as tables.

use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_common::quantile::Interval;
use ibbi_sim::{Backtest, BrierScore, Calibration, DateScore, FittedDuration, ThreePoint};

/// The notes for assumptions with less evidence than their defaults count for.
pub(crate) const FEW: (&str, &str) = ("few cases", "Few cases: the fitted value stays near the default.");
/// The notes for assumptions without evidence.
pub(crate) const NONE: (&str, &str) = ("no cases", "No cases: the fitted value is the default.");

/// Returns the durations with their evidence.
pub(crate) fn durations(calibration: &Calibration) -> Table {
    let columns = [
        Column::text("days until"),
        Column::number("cases"),
        Column::number("waits"),
        Column::number("not ended"),
        Column::number("default"),
        Column::number("fitted"),
        Column::number("ratio (90% interval)"),
    ];
    let days = |days: ThreePoint| {
        let [least, likely, most] = [days.least, days.likely, days.most].map(format::plain);
        Cell::Number(format::unbroken(&format!("{least}, {likely}, {most}")))
    };
    let rows = calibration.durations.iter().map(|fitted| {
        let FittedDuration { factor, factor_low, factor_high, .. } = fitted;
        let about = fitted.about.trim_start_matches("days until ").replace("days' notice", "notice");
        let cells = vec![
            format::sentence(&about).into(),
            Cell::Number(fitted.cases.to_string()),
            Cell::Number(fitted.waits.to_string()),
            Cell::Number(fitted.censored.to_string()),
            days(fitted.default),
            days(fitted.fitted),
            Cell::Number(format!("{factor:.2} ({factor_low:.2} to {factor_high:.2})")),
        ];
        (cells, note(fitted.waits, fitted.few))
    });
    with_notes(Table::new("Durations", columns), rows.collect())
}

/// Returns the chances with their evidence.
pub(crate) fn chances(calibration: &Calibration) -> Table {
    let columns = [
        Column::text("chance"),
        Column::number("came true"),
        Column::number("cases"),
        Column::number("default"),
        Column::number("fitted"),
        Column::number("90% interval"),
    ];
    let rows = calibration.chances.iter().map(|fitted| {
        let interval = Interval { estimate: fitted.fitted, low: fitted.low, high: fitted.high };
        let about = fitted.about.strip_prefix("chance that ").unwrap_or(fitted.about);
        let cells = vec![
            format::sentence(about).into(),
            Cell::Number(format!("{} of {}", fitted.happened, fitted.trials)),
            Cell::Number(fitted.cases.to_string()),
            Cell::Number(format::exact_percent(fitted.default)),
            Cell::Number(format::exact_percent(fitted.fitted)),
            Cell::Number(format::exact_range(interval)),
        ];
        (cells, note(fitted.trials, fitted.few))
    });
    with_notes(Table::new("Chances", columns), rows.collect())
}

/// Adds rows to a table, with a column for the notes if there is one.
fn with_notes(mut table: Table, rows: Vec<(Vec<Cell>, Cell)>) -> Table {
    let has_notes = rows.iter().any(|(_, note)| *note != Cell::Nothing);
    if has_notes {
        table.columns.push(Column::text("note"));
    }
    for (mut cells, note) in rows {
        cells.extend(has_notes.then_some(note));
        table.row(cells);
    }
    table
}

fn note(evidence: u64, few: bool) -> Cell {
    match (evidence, few) {
        (0, _) => Cell::from(NONE.0),
        (_, true) => Cell::from(FEW.0),
        _ => Cell::Nothing,
    }
}

/// Returns the scores of the forecasts that cases go ahead, by the stage that began.
pub(crate) fn scores_by_stage(backtest: &Backtest) -> Table {
    let mut table = Table::new("Does it go ahead? Brier scores", score_columns("as of the beginning of", "forecasts"));
    let stages = backtest.stages.iter().map(|stage| (stage.stage.label(), &stage.scores));
    for (label, scores) in stages.chain([("All", &backtest.all)]) {
        table.row(score_row(label, scores.forecasts, scores.goes_ahead));
    }
    table
}

/// Returns the scores of the chances of the endings.
pub(crate) fn scores_by_ending(backtest: &Backtest) -> Table {
    let mut table = Table::new("Why not? Brier scores", score_columns("ending", "happened"));
    for ending in &backtest.endings {
        table.row(score_row(ending.ending.label(), ending.happened, ending.score));
    }
    table
}

fn score_columns(what: &str, count: &str) -> [Column; 5] {
    [
        Column::text(what),
        Column::number(count),
        Column::number("scenario"),
        Column::number("defaults"),
        Column::number("skill"),
    ]
}

fn score_row(label: &str, count: u64, BrierScore { score, defaults, skill }: BrierScore) -> [Cell; 5] {
    let skill = skill.map(|skill| format!("{:.0}%", skill * 100.0));
    [
        format::sentence(label).into(),
        Cell::Number(count.to_string()),
        Cell::Number(format!("{score:.4}")),
        Cell::Number(format!("{defaults:.4}")),
        Cell::number(skill),
    ]
}

/// Returns where the completion dates fell in their forecasts.
pub(crate) fn dates(backtest: &Backtest) -> Table {
    let columns = [
        Column::text("as of the beginning of"),
        Column::number("forecasts"),
        Column::number("earlier"),
        Column::number("in the central 80%"),
        Column::number("95% interval"),
        Column::number("later"),
        Column::number("in it with the defaults"),
    ];
    let mut table = Table::new("When? Dates in their forecasts", columns);
    let stages = backtest.stages.iter().map(|stage| (stage.stage.label(), &stage.scores));
    for (label, scores) in stages.chain([("All", &backtest.all)]) {
        let DateScore { forecasts, within, earlier, later } = scores.dates;
        let with_defaults = scores.dates_of_defaults.within.map(|within| format::exact_percent(within.estimate));
        table.row([
            label.into(),
            Cell::Number(forecasts.to_string()),
            Cell::Number(earlier.to_string()),
            Cell::number(within.map(|within| format::exact_percent(within.estimate))),
            Cell::number(within.map(format::exact_range)),
            Cell::Number(later.to_string()),
            Cell::number(with_defaults),
        ]);
    }
    table
}
