//! The tornado: the inputs that move the result most.

use super::NONE_COMPLETED;
use crate::chart::{Chart, Figure, Key, Scale, Sign, Swing, Swings};
use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_core::Date;
use ibbi_sim::{Forecast, Scenario, TornadoBar};

/// The measure of a tornado.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// The mean day of completion, among completed runs.
    Days,
    /// The share of runs in time. Without a contract date there is none.
    Chance,
}

impl Measure {
    /// The smallest difference that is drawn: a tenth of a day or of a point.
    const fn least(self) -> f64 {
        match self {
            Self::Days => 0.05,
            Self::Chance => 0.0005,
        }
    }

    /// Returns a difference as text. In a chart, large ones have no decimals.
    fn difference_text(self, difference: f64, briefly: bool) -> String {
        let (number, unit) = match self {
            Self::Days => (difference, "days"),
            Self::Chance => (difference * 100.0, "points"),
        };
        match briefly && number.abs() >= 9.95 {
            true => format!("{number:+.0} {unit}"),
            false => format!("{} {unit}", format::signed(number)),
        }
    }
}

/// Returns the tornado: the result in runs with a low input and in runs with a high input.
///
/// It uses the runs of the forecast, not new ones, so it includes effects that only coincide with an input.
pub fn tornado(scenario: &Scenario, forecast: &Forecast, measure: Measure) -> Chart {
    let mut bars: Vec<(&TornadoBar, f64, f64)> =
        forecast.tornado.iter().filter_map(|bar| ends(bar, measure).map(|(low, high)| (bar, low, high))).collect();
    bars.sort_by(|one, other| (other.2 - other.1).abs().total_cmp(&(one.2 - one.1).abs()));
    let title = match measure {
        Measure::Days => "Mean completion date if an input is low, and if it is high".to_owned(),
        Measure::Chance => "Share of runs completed in time if an input is low, and if it is high".to_owned(),
    };
    let table = table(scenario, &bars, measure);
    // The table has all swings. One that is too small to see is not drawn.
    let drawn =
        bars.iter().take_while(|(_, low, high)| (high - low).abs() >= measure.least()).copied().collect::<Vec<_>>();
    let left_out = bars.len() - drawn.len();
    let bars = drawn;
    let value_text = |low: f64, high: f64| measure.difference_text(high - low, true);
    let [first, ..] = bars.as_slice() else {
        let why = match (measure, forecast.contract_expires) {
            (Measure::Chance, None) => "Without a contract date, no run is in time or late.",
            _ if forecast.curve.is_empty() => NONE_COMPLETED,
            _ => "No input makes a difference in these runs.",
        };
        let (summary, figure) = (why.to_owned(), Figure::Nothing(why.to_owned()));
        return Chart { title, summary, figure, key: Vec::new(), table };
    };
    let summary = format!(
        "One line for each input, the widest first: {}, {} from runs with a low input to runs with a high input.",
        format::input(first.0.input),
        value_text(first.1, first.2),
    );
    let start = Scale::of_date(scenario.start);
    let value = |value: f64| if measure == Measure::Days { start + value } else { value };
    let rows = bars.iter().map(|(bar, low, high)| Swing {
        label: format::input(bar.input).to_owned(),
        low: value(*low),
        high: value(*high),
        value_text: value_text(*low, *high),
    });
    let middle = if measure == Measure::Days { mean_day(forecast) } else { None };
    let mut key = vec![
        Key::new(Sign::Open, "runs with a low input (at or below its P10)"),
        Key::new(Sign::Dot, "runs with a high input (at or above its P90)"),
    ];
    if middle.is_some() {
        key.push(Key::new(Sign::Dashed, "mean of all completed runs"));
    }
    if measure == Measure::Chance {
        key.extend(shares_of(&bars).map(|text| Key::new(Sign::Nothing, text)));
    }
    if left_out > 0 {
        let inputs = format::count(left_out as u64, "more input");
        key.push(Key::new(Sign::Nothing, format!("{inputs} without a difference: see the numbers")));
    }
    let (rows, scale) = (rows.collect(), scale(scenario, &bars, measure));
    Chart { title, summary, figure: Figure::Swings(Swings { scale, rows, middle }), key, table }
}

/// Returns which runs the shares are of: all runs for an input that can end one early, completed runs for others.
fn shares_of(bars: &[(&TornadoBar, f64, f64)]) -> Option<String> {
    let (gates, others): (Vec<&str>, Vec<&str>) =
        bars.iter().map(|(bar, ..)| bar.input).partition(|input| format::is_gate(input));
    let named = |inputs: &[&str]| inputs.iter().map(|input| format::input(input)).collect::<Vec<_>>().join(", ");
    match (gates.as_slice(), others.as_slice()) {
        ([], []) => None,
        ([], _) => Some("shares of the completed runs".to_owned()),
        (_, []) => Some("shares of all runs".to_owned()),
        (gates, others) if gates.len() <= others.len() => {
            Some(format!("shares of the completed runs; of all runs for what can end one: {}", named(gates)))
        }
        (_, others) => Some(format!("shares of all runs; of the completed ones for: {}", named(others))),
    }
}

fn ends(bar: &TornadoBar, measure: Measure) -> Option<(f64, f64)> {
    match measure {
        Measure::Days => Some((bar.days_low?, bar.days_high?)),
        Measure::Chance => Some((bar.in_time_low?, bar.in_time_high?)),
    }
}

fn scale(scenario: &Scenario, bars: &[(&TornadoBar, f64, f64)], measure: Measure) -> Scale {
    let all = bars.iter().flat_map(|(_, low, high)| [*low, *high]);
    match measure {
        Measure::Chance => Scale::shares(1.0),
        Measure::Days => {
            let (least, most) =
                all.fold((f64::MAX, f64::MIN), |(least, most), value| (least.min(value), most.max(value)));
            Scale::dates(day(scenario, least.floor()), day(scenario, most.ceil()))
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "at most 730 days")]
fn day(scenario: &Scenario, days: f64) -> Date {
    format::after(scenario.start, days.round() as i64)
}

/// Returns the mean completion day, on the scale of dates.
#[allow(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^53")]
fn mean_day(forecast: &Forecast) -> Option<f64> {
    let completed = forecast.curve.last()?.completed;
    let mut before = 0;
    let sum: f64 = forecast
        .curve
        .iter()
        .map(|point| {
            let runs = point.completed - before;
            before = point.completed;
            Scale::of_date(point.date) * runs as f64
        })
        .sum();
    Some(sum / completed as f64)
}

fn table(scenario: &Scenario, bars: &[(&TornadoBar, f64, f64)], measure: Measure) -> Table {
    let caption = match measure {
        Measure::Days => "Mean completion date, by input".to_owned(),
        Measure::Chance => "Share of runs completed in time, by input".to_owned(),
    };
    let mut columns = vec![
        Column::text("input"),
        Column::text("low"),
        Column::number("result"),
        Column::text("high"),
        Column::number("result"),
        Column::number("difference"),
    ];
    if measure == Measure::Chance {
        columns.push(Column::text("share of"));
    }
    let mut table = Table::new(caption, columns);
    for (bar, low, high) in bars {
        let result = |value: f64| match measure {
            Measure::Days => Cell::Day(day(scenario, value)),
            Measure::Chance => Cell::Number(format::exact_percent(value)),
        };
        let difference = measure.difference_text(high - low, false);
        let (least, most) = inputs(bar);
        let name = format::input(bar.input).to_owned();
        let mut row =
            vec![Cell::Text(name), least.into(), result(*low), most.into(), result(*high), Cell::Number(difference)];
        if measure == Measure::Chance {
            row.push(if format::is_gate(bar.input) { "all runs" } else { "completed runs" }.to_owned().into());
        }
        table.row(row);
    }
    table
}

/// Returns what counts as a low and as a high input.
fn inputs(bar: &TornadoBar) -> (String, String) {
    let unit = |number: u16| match format::is_chance(bar.input) {
        true => format::count(number.into(), "time"),
        false => format::count(number.into(), "day"),
    };
    let low = if bar.low == 0 { unit(0) } else { format!("at most {}", unit(bar.low)) };
    let high = if bar.high > bar.low { bar.high } else { bar.low + 1 };
    (low, format!("at least {}", unit(high)))
}
