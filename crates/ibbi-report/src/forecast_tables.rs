//! Results of plans and forecasts as tables, for pages and the terminal.

use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_core::Date;
use ibbi_sim::{AvailabilityGain, BlockedDay, Blocker, Forecast, PlannedSession};

/// Returns why a session is not earlier, day by day. Days in a row with the same blockers are one row.
pub(crate) fn why_table(session: &PlannedSession, what: &str) -> Table {
    let columns = [Column::text("days"), Column::text("morning"), Column::text("afternoon")];
    let mut table = Table::new(format!("{what}: what blocked each earlier day"), columns);
    let half = |blockers: &[Blocker]| match blockers.is_empty() {
        true => "open".to_owned(),
        false => blockers.iter().map(format::short_blocker).collect::<Vec<_>>().join(", "),
    };
    let days: Vec<(Date, String, String)> = session
        .blocked
        .iter()
        .map(|BlockedDay { date, morning, afternoon }| (*date, half(morning), half(afternoon)))
        .collect();
    for run in days.chunk_by(|one, other| (&one.1, &one.2) == (&other.1, &other.2)) {
        let [(first, morning, afternoon), ..] = run else { continue };
        let when = match run {
            [_] => Cell::Day(*first),
            _ => {
                let last = run.last().map_or(*first, |day| day.0);
                Cell::Text(format!("{} to {}", format::weekday_date(*first), format::weekday_date(last)))
            }
        };
        table.row([when, Cell::Name(morning.clone()), Cell::Name(afternoon.clone())]);
    }
    table
}

/// Returns the percentiles of the completion date.
pub(crate) fn percentiles(forecast: &Forecast, start: Date) -> Table {
    let mut columns = vec![
        Column::text("of the completed runs"),
        Column::text("completed by"),
        Column::number("days from the start"),
    ];
    if forecast.contract_expires.is_some() {
        columns.push(Column::text("compared with the contract date"));
    }
    let mut table = Table::new("Completion dates of completed runs", columns);
    for percentile in &forecast.percentiles {
        let days = percentile.date.map(|date| format::days_between(start, date).to_string());
        let mut row =
            vec![Cell::Text(format!("{}% (P{0})", percentile.percent)), Cell::day(percentile.date), Cell::number(days)];
        if let Some(expires) = forecast.contract_expires {
            row.push(percentile.date.map_or(Cell::Nothing, |date| Cell::Text(relative_to_contract(date, expires))));
        }
        table.row(row);
    }
    table
}

fn relative_to_contract(date: Date, expires: Date) -> String {
    let days = format::days_between(date, expires);
    let days_text = format::count(days.unsigned_abs(), "day");
    match days {
        0 => "same day".to_owned(),
        1.. => format!("{days_text} before"),
        _ => format!("{days_text} after"),
    }
}

/// Returns all assumptions.
pub(crate) fn assumptions(forecast: &Forecast) -> Table {
    let columns = [
        Column::text("assumption"),
        Column::text("value"),
        Column::text("set by"),
        Column::text("name in the scenario"),
    ];
    let mut table = Table::new("All assumptions", columns);
    for row in &forecast.assumptions {
        let whose = if row.assumed.default { "default" } else { "scenario" };
        table.row([
            format::sentence(row.about).into(),
            format::assumed(row.assumed.value).into(),
            whose.into(),
            row.name.into(),
        ]);
    }
    table
}

/// Returns a table of the gains from one more day, and the names of those without a gain.
pub(crate) fn gains(gains: &[AvailabilityGain]) -> (Table, Vec<String>) {
    let (bring, others): (Vec<&AvailabilityGain>, Vec<&AvailabilityGain>) =
        gains.iter().partition(|gain| gain.plan.is_some() || gain.chance.is_some());
    let with_chance = bring.iter().any(|gain| gain.chance.is_some());
    let mut columns = vec![
        Column::text("person or range"),
        Column::text("best day for the plan"),
        Column::text("the plan would end"),
        Column::number("days earlier"),
    ];
    if with_chance {
        columns.extend([Column::text("best day for the chance"), Column::number("gain in points (95% interval)")]);
    }
    let mut table = Table::new("Gain from the best single day of each", columns);
    for gain in bring {
        let mut row = vec![
            Cell::Name(format::blocker(&gain.blocker)),
            Cell::day(gain.plan.map(|plan| plan.date)),
            Cell::day(gain.plan.map(|plan| plan.finishes)),
            Cell::number(gain.plan.and_then(|plan| plan.days)),
        ];
        let chance = gain.chance.map(|chance| {
            let [gain, low, high] = [chance.gain.estimate, chance.gain.low, chance.gain.high].map(format::points);
            format!("{gain} ({low} to {high})")
        });
        if with_chance {
            row.extend([Cell::day(gain.chance.map(|chance| chance.date)), Cell::number(chance)]);
        }
        table.row(row);
    }
    (table, others.iter().map(|gain| format::blocker(&gain.blocker)).collect())
}

/// Returns the text for the first day of a plan.
pub(crate) const fn first_step(plan: &ibbi_sim::Plan) -> &'static str {
    if plan.continued.is_some() { "Start from the case" } else { "Leaders are asked" }
}
