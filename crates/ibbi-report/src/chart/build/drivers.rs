//! Causes of delay: the days that late runs spend longer than early runs, by cause.

use super::NONE_COMPLETED;
use crate::chart::{Bar, Bars, Chart, Figure, Key, Scale, Sign};
use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_common::quantile::Interval;
use ibbi_sim::{Driver, Forecast};

/// Minutes of a day, the unit of a scale of times.
const DAY: f64 = 1440.0;
/// The smallest difference that is drawn, in days.
const LEAST: f64 = 0.5;

/// Returns the causes of delay: for each cause, how many more days late runs spend on it than early ones.
///
/// Each day of a run has one cause, so the bars add up to the difference between late and early runs.
pub fn drivers(forecast: &Forecast) -> Chart {
    let title = "Causes of delay: days that late runs spend longer than early runs".to_owned();
    let table = table(&forecast.drivers);
    let drawn: Vec<&Driver> = forecast.drivers.iter().filter(|driver| driver.difference.abs() >= LEAST).collect();
    let [first, ..] = drawn.as_slice() else {
        let why =
            if forecast.curve.is_empty() { NONE_COMPLETED } else { "All completed runs end at about the same time." };
        let (summary, figure) = (why.to_owned(), Figure::Nothing(why.to_owned()));
        return Chart { title, summary, figure, key: Vec::new(), table };
    };
    let total: f64 = forecast.drivers.iter().map(|driver| driver.difference).sum();
    let summary = format!(
        "Bars, one for each cause, the longest first: {}, {}. All causes together: {}.",
        first.cause.label(),
        days(first.difference),
        days(total),
    );
    let rows = drawn.iter().map(|driver| {
        let value = driver.difference * DAY;
        Bar {
            label: format::sentence(driver.cause.label()),
            value: Interval { estimate: value, low: value, high: value },
            value_text: days(driver.difference),
            desired: driver.difference > 0.0,
        }
    });
    let largest = drawn.iter().map(|driver| driver.difference * DAY).fold(DAY, f64::max);
    let smallest = drawn.iter().map(|driver| driver.difference * DAY).fold(0.0, f64::min);
    let scale = Scale { from: smallest.min(0.0), ..Scale::times(largest) };
    let mut key = vec![
        Key::new(Sign::Nothing, "early: the first tenth of the completed runs; late: the last tenth"),
        Key::new(Sign::Nothing, format!("all causes together: {}", days(total))),
    ];
    if drawn.len() < forecast.drivers.len() {
        key.push(Key::new(Sign::Nothing, "causes with less than half a day: see the numbers"));
    }
    Chart { title, summary, figure: Figure::Bars(Bars { scale, rows: rows.collect() }), key, table }
}

fn days(difference: f64) -> String {
    match difference.abs() >= 9.95 {
        true => format!("{difference:+.0} days"),
        false => format!("{} days", format::signed(difference)),
    }
}

fn table(drivers: &[Driver]) -> Table {
    let columns = [
        Column::text("cause"),
        Column::number("days in early runs"),
        Column::number("days in late runs"),
        Column::number("difference"),
        Column::number("days in all completed runs"),
    ];
    let mut table = Table::new("Days by cause", columns);
    let number = |days: f64| Cell::Number(format!("{days:.1}"));
    for driver in drivers {
        table.row([
            format::sentence(driver.cause.label()).into(),
            number(driver.early),
            number(driver.late),
            Cell::Number(format::signed(driver.difference)),
            number(driver.days),
        ]);
    }
    table
}
