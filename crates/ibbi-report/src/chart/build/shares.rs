//! Charts of shares with their intervals: how runs end, and the comparison of two scenarios.

use crate::chart::{Bar, Bars, Chart, Figure, Key, Scale, Sign};
use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_common::quantile::Interval;
use ibbi_sim::{Comparison, ComparisonSide, Ending, Forecast};

/// The meaning of a whisker.
const WHISKER: &str = "95% interval, from the number of runs alone";

/// Returns how runs end, with 95% intervals.
pub fn outcomes(forecast: &Forecast) -> Chart {
    let mut table = Table::new(
        "How the runs ended",
        [
            Column::text("outcome"),
            Column::number("runs"),
            Column::number("share of all runs"),
            Column::number("95% interval"),
        ],
    );
    let mut rows = Vec::new();
    for outcome in &forecast.outcomes {
        let label = format::sentence(outcome.ending.label());
        table.row([
            Cell::Text(label.clone()),
            Cell::Number(format::number(outcome.runs)),
            Cell::Number(format::exact_percent(outcome.share.estimate)),
            Cell::Number(format::exact_range(outcome.share)),
        ]);
        rows.push(bar(label, outcome.share, outcome.ending == Ending::Completed));
    }
    let descriptions: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.value_text)).collect();
    Chart {
        title: "Share of all runs, by ending".to_owned(),
        summary: format!("Bars, one for each ending. {}.", descriptions.join("; ")),
        figure: Figure::Bars(Bars { scale: Scale::shares(1.0), rows }),
        key: vec![Key::new(Sign::Whisker, WHISKER)],
        table,
    }
}

fn bar(label: String, value: Interval, desired: bool) -> Bar {
    Bar { label, value, value_text: format::percent(value.estimate), desired }
}

/// Returns the comparison of two scenarios: the chance of each to be in time, and the difference.
pub fn comparison(comparison: &Comparison) -> [Chart; 2] {
    [sides(comparison), difference(comparison)]
}

fn sides(comparison: &Comparison) -> Chart {
    let mut table = Table::new(
        "Each scenario by itself",
        [
            Column::text("scenario"),
            Column::number("completed in time, if both go ahead"),
            Column::number("95% interval"),
            Column::number("goes ahead"),
            Column::number("95% interval"),
        ],
    );
    let mut rows = Vec::new();
    for side in [&comparison.first, &comparison.second] {
        let ComparisonSide { label, goes_ahead, in_time, .. } = side;
        let in_time = in_time.unwrap_or(Interval { estimate: 0.0, low: 0.0, high: 1.0 });
        table.row([
            Cell::Name(label.clone()),
            Cell::Number(format::exact_percent(in_time.estimate)),
            Cell::Number(format::exact_range(in_time)),
            Cell::Number(format::exact_percent(goes_ahead.estimate)),
            Cell::Number(format::exact_range(*goes_ahead)),
        ]);
        rows.push(bar(format::sentence(label), in_time, true));
    }
    let descriptions: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.value_text)).collect();
    Chart {
        title: "Completed in time, as a share of the runs in which both go ahead".to_owned(),
        summary: format!("Two bars. {}.", descriptions.join("; ")),
        figure: Figure::Bars(Bars { scale: Scale::shares(1.0), rows }),
        key: vec![Key::new(Sign::Whisker, WHISKER)],
        table,
    }
}

fn difference(comparison: &Comparison) -> Chart {
    let Comparison { first, second, in_time: pairs, difference, days_later, .. } = comparison;
    let difference = difference.unwrap_or(Interval { estimate: 0.0, low: -1.0, high: 1.0 });
    let mut table = Table::new(
        "Run by run, under the same random numbers",
        [Column::text("what"), Column::number("value"), Column::number("95% interval")],
    );
    let counts = [
        ("both in time".to_owned(), pairs.both),
        (format!("only {} in time", first.label), pairs.only_first),
        (format!("only {} in time", second.label), pairs.only_second),
        ("neither in time".to_owned(), pairs.neither),
    ];
    for (what, runs) in counts {
        table.row([Cell::Name(what), Cell::Number(format::count(runs, "run")), Cell::Nothing]);
    }
    let (low, high) = (format::points(difference.low), format::points(difference.high));
    table.row([
        Cell::Name(format!("{} minus {}", first.label, second.label)),
        Cell::Number(format!("{} points", format::points(difference.estimate))),
        Cell::Number(format!("{low} to {high}")),
    ]);
    if let Some(later) = days_later {
        table.row([
            Cell::Name(format!("{} later than {}, if both are completed", first.label, second.label)),
            Cell::Number(format!("{} days", format::signed(later.estimate))),
            Cell::Number(format!("{} to {}", format::signed(later.low), format::signed(later.high))),
        ]);
    }
    let value_text = format!("{} points", format::points(difference.estimate));
    let label = format!("{} minus {}", format::sentence(&first.label), second.label);
    Chart {
        title: "The difference, in percentage points".to_owned(),
        summary: format!("{label}: {value_text}, 95% interval {low} to {high}."),
        figure: Figure::Bars(Bars {
            scale: Scale::points(difference.low.abs().max(difference.high.abs())),
            rows: vec![Bar { label, value: difference, value_text, desired: true }],
        }),
        key: vec![Key::new(Sign::Whisker, "95% interval; if it includes zero, there is no clear difference")],
        table,
    }
}
