//! Results of plans and forecasts as tables, for pages and the terminal.

use crate::format;
use crate::table::{Cell, Column, Table};
use ibbi_core::Date;
use ibbi_sim::{
    AvailabilityGain, BlockedDay, FavorSet, FavorSets, Forecast, ForecastStep, MilestoneDates, Percentiles,
    PlannedSession,
};

/// Returns why a session is not earlier, day by day. Days in a row with the same blockers are one row.
pub(crate) fn why_table(session: &PlannedSession, what: &str) -> Table {
    let columns = [Column::text("days"), Column::text("conflicts")];
    let mut table = Table::new(format!("{what}: what blocked each earlier day"), columns);
    let conflicts = |day: &BlockedDay| format::blocked_day(day, format::short_blocker).join(", ");
    let days: Vec<(Date, String)> = session.blocked.iter().map(|day| (day.date, conflicts(day))).collect();
    for run in days.chunk_by(|one, other| one.1 == other.1) {
        let [(first, conflicts), ..] = run else { continue };
        let when = match run {
            [_] => Cell::Day(*first),
            _ => {
                let last = run.last().map_or(*first, |day| day.0);
                Cell::Text(format!("{} to {}", format::weekday_date(*first), format::weekday_date(last)))
            }
        };
        table.row([when, Cell::Name(conflicts.clone())]);
    }
    table
}

/// Returns the percentiles of each milestone that is ahead, and of the completion.
pub(crate) fn milestones(forecast: &Forecast) -> Table {
    let columns = [
        Column::text("milestone"),
        Column::text("1 in 10 by"),
        Column::text("even odds by"),
        Column::text("4 in 5 by"),
        Column::text("9 in 10 by"),
    ];
    let mut table = Table::new("When, if it goes ahead", columns);
    let parts =
        forecast.milestones.iter().filter(|milestone| matches!(milestone.step, ForecastStep::Facilitation { .. }));
    let parts = parts.count();
    // The last part of the facilitation is the completion.
    for MilestoneDates { step, dates } in &forecast.milestones {
        table.row(dates_row(format::forecast_step(*step, parts), *dates));
    }
    if parts != 1 {
        table.row(dates_row("Completed".to_owned(), forecast.finish));
    }
    table
}

fn dates_row(what: String, dates: Percentiles) -> Vec<Cell> {
    let later = || Cell::Text("later".to_owned());
    let dates = dates.all().map(|(_, date)| date.map_or_else(later, Cell::Day));
    [Cell::Text(what)].into_iter().chain(dates).collect()
}

/// Returns the chance of each deadline, and the time that remains until then for bargaining.
pub(crate) fn deadlines(forecast: &Forecast) -> Table {
    let columns = [
        Column::text("deadline"),
        Column::text("date"),
        Column::number("chance"),
        Column::number("95% interval"),
        Column::text("left for bargaining at even odds"),
        Column::text("left at 9 in 10"),
    ];
    let mut table = Table::new("Chance of each deadline, if it goes ahead", columns);
    let left = |days: Option<i64>| match days {
        None => Cell::Text("none".to_owned()),
        Some(days @ ..0) => Cell::Text(format!("none ({} late)", format::count(days.unsigned_abs(), "day"))),
        Some(days) => Cell::Text(format::count(days.unsigned_abs(), "day")),
    };
    for deadline in &forecast.deadlines {
        table.row([
            Cell::Name(format::sentence(&deadline.name)),
            Cell::Day(deadline.date),
            Cell::Number(format::exact_percent(deadline.chance.estimate)),
            Cell::Number(format::exact_range(deadline.chance)),
            left(deadline.days_left_p50),
            left(deadline.days_left_p90),
        ]);
    }
    table
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

/// Returns a table of the half-days that together help most, and one of those of every week. Tables without a row are left out.
pub(crate) fn favors(sets: &FavorSets) -> Vec<Table> {
    let lists =
        [("Half-days that together help most", &sets.half_days), ("The same half-days every week", &sets.standing)];
    let with_rows = lists.into_iter().filter(|(_, list)| !list.is_empty());
    let table = |(caption, list): (&str, &Vec<FavorSet>)| {
        let columns = vec![Column::text("ask for"), Column::text("the plan would end"), Column::number("days earlier")];
        let mut table = Table::new(caption, columns);
        for set in list {
            let asked = format::favors(&set.favors).join("; ");
            table.row(vec![Cell::Name(asked), Cell::Day(set.finishes), Cell::number(set.days)]);
        }
        table
    };
    with_rows.map(table).collect()
}

/// Returns the text for the first day of a plan.
pub(crate) const fn first_step(plan: &ibbi_sim::Plan) -> &'static str {
    if plan.continued.is_some() { "Start from the case" } else { "Leaders are asked" }
}
