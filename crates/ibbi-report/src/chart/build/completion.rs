//! Charts of completion: the S-curve, and the months.

use super::{NONE_COMPLETED, deadline_key};
use crate::chart::{Chart, Columns, Curve, Figure, Key, Mark, Month, Scale, Sign};
use crate::format;
use crate::table::{Cell, Column, Table};
use chrono::Datelike;
use ibbi_core::Date;
use ibbi_sim::{CurvePoint, DeadlineChance, Forecast};

/// The largest number of days that the curve's table lists one by one.
const MOST_DAYS: usize = 60;
/// A contract date up to this many days past the last completion is drawn.
const FAR: i64 = 400;

/// Returns the S-curve: the share of the runs that go ahead that are completed by each day, with the contract date and the percentiles.
pub fn completion(forecast: &Forecast) -> Chart {
    let (Some(first), Some(last)) = (forecast.curve.first(), forecast.curve.last()) else {
        return Chart {
            title: "Completed by each day".to_owned(),
            summary: NONE_COMPLETED.to_owned(),
            figure: Figure::Nothing(NONE_COMPLETED.to_owned()),
            key: Vec::new(),
            table: curve_table(forecast),
        };
    };
    let contract = forecast.contract_expires;
    let near = |day: Date| format::days_between(last.date, day) <= FAR && format::days_between(day, first.date) <= FAR;
    let (shown, outside): (Vec<_>, Vec<_>) = deadlines(forecast).into_iter().partition(|(day, _)| near(*day));
    let share_on = |date: Date| {
        forecast.curve.iter().take_while(|point| point.date <= date).last().map_or(0.0, |point| point.share)
    };
    let marks = forecast.finish.all().into_iter().filter_map(|(percent, date)| {
        let date = date?;
        Some(Mark { label: format!("P{percent}"), date, share: share_on(date) })
    });
    let days = || shown.iter().map(|(day, _)| *day);
    let scale = Scale::dates(days().fold(first.date, Date::min), days().fold(last.date, Date::max));
    let mut key = curve_key(contract, (first.date, last.date));
    key.extend(shown.iter().map(|(_, label)| deadline_key(label, true)));
    key.extend(outside.iter().map(|(_, label)| deadline_key(label, false)));
    key.push(Key::new(Sign::Dot, "P10, P50, P80, P90: percent of the runs that go ahead and are completed by then"));
    Chart {
        title: "Completed by each day, as a share of the runs that go ahead".to_owned(),
        summary: curve_summary(forecast, last),
        figure: Figure::Curve(Curve {
            days: scale,
            shares: Scale::shares(last.share),
            points: forecast.curve.iter().map(|point| (point.date, point.share)).collect(),
            marks: marks.collect(),
            contract,
            deadlines: shown,
        }),
        key,
        table: curve_table(forecast),
    }
}

/// Returns the deadlines with their labels, the earliest first.
fn deadlines(forecast: &Forecast) -> Vec<(Date, String)> {
    let label = |deadline: &DeadlineChance| {
        let is_contract = forecast.contract_expires == Some(deadline.date) && deadline.name == "contract";
        let name = if is_contract { "contract expires" } else { &deadline.name };
        (deadline.date, format!("{name} {}", format::date(deadline.date)))
    };
    forecast.deadlines.iter().map(label).collect()
}

fn curve_key(contract: Option<Date>, (first, last): (Date, Date)) -> Vec<Key> {
    let mut key = vec![Key::new(Sign::Area, "completed by then")];
    if contract.is_some_and(|expires| expires < last) {
        key = vec![Key::new(Sign::Hatched, "completed by then, late")];
    }
    if contract.is_some_and(|expires| (first..last).contains(&expires)) {
        key.insert(0, Key::new(Sign::Area, "completed by then, in time"));
    }
    key
}

fn curve_summary(forecast: &Forecast, last: &CurvePoint) -> String {
    let mut text = format!(
        "A curve that rises to {} of the runs that go ahead by {}.",
        format::percent(last.share),
        format::weekday_date(last.date)
    );
    let dates = forecast.finish.all().into_iter();
    let dates: Vec<String> =
        dates.filter_map(|(percent, date)| Some(format!("{percent} percent by {}", format::date(date?)))).collect();
    text.push_str(&format!(" They finish as follows: {}.", format::list(&dates)));
    for deadline in &forecast.deadlines {
        let (share, date) = (format::percent(deadline.chance.estimate), format::date(deadline.date));
        text.push_str(&format!(" By {date} ({}), {share} are completed.", deadline.name));
    }
    text
}

/// Returns the curve's table: by day if there are few days, or by the last completion day of each week.
fn curve_table(forecast: &Forecast) -> Table {
    let columns = [
        Column::text("by the end of"),
        Column::number("runs completed"),
        Column::number("share of runs that go ahead"),
    ];
    let by_week = forecast.curve.len() > MOST_DAYS;
    let caption = if by_week { "Completed by the last such day of each week" } else { "Completed by each day" };
    let mut table = Table::new(caption, columns);
    let week = |point: &CurvePoint| point.date.to_chrono().iso_week();
    for (index, point) in forecast.curve.iter().enumerate() {
        let is_last = forecast.curve.get(index + 1).is_none_or(|next| week(next) != week(point));
        if !by_week || is_last {
            let (runs, share) = (format::number(point.completed), format::exact_percent(point.share));
            table.row([point.date.into(), Cell::Number(runs), Cell::Number(share)]);
        }
    }
    table
}

/// Returns the share of the runs that go ahead that are completed in each month, divided at the contract date.
pub fn months(forecast: &Forecast) -> Chart {
    let title = "Completed in each month, as a share of the runs that go ahead".to_owned();
    let columns = month_columns(forecast);
    let Some(best) = columns.iter().max_by(|one, other| (one.0.total()).total_cmp(&other.0.total())) else {
        let (summary, figure) = (NONE_COMPLETED.to_owned(), Figure::Nothing(NONE_COMPLETED.to_owned()));
        return Chart { title, summary, figure, key: Vec::new(), table: month_table(forecast, &columns) };
    };
    let summary = format!(
        "{} columns, one a month; most runs are completed in {}: {} of those that go ahead.",
        columns.len(),
        format::month(best.0.start),
        format::percent(best.0.total()),
    );
    let any = |part: fn(&Month) -> f64| columns.iter().any(|(month, _)| part(month) > 0.0);
    let mut key = Vec::new();
    if any(|month| month.hatched) {
        key.extend(any(|month| month.full).then(|| Key::new(Sign::Full, "on or before the contract date")));
        key.push(Key::new(Sign::Hatched, "after the contract date"));
    }
    let table = month_table(forecast, &columns);
    let scale = Scale::shares(best.0.total());
    let columns = columns.into_iter().map(|(month, _)| month).collect();
    Chart { title, summary, figure: Figure::Columns(Columns { scale, columns }), key, table }
}

impl Month {
    /// Returns the sum of both parts.
    pub fn total(&self) -> f64 {
        self.full + self.hatched
    }
}

/// Returns every month from the first completion to the last, with the runs completed in time and late.
fn month_columns(forecast: &Forecast) -> Vec<(Month, (u64, u64))> {
    let (Some(first), Some(last)) = (forecast.curve.first(), forecast.curve.last()) else { return Vec::new() };
    let share =
        |runs: u64| ibbi_common::quantile::wilson(runs, forecast.runs_ahead).map_or(0.0, |share| share.estimate);
    let mut start = format::month_start(first.date);
    let mut columns = Vec::new();
    loop {
        let next = format::months_later(start, 1);
        let before = |day: Date| {
            let earlier = forecast.curve.iter().take_while(|point| point.date < day).last();
            earlier.map_or(0, |point| point.completed)
        };
        let late_from =
            forecast.contract_expires.map_or(next, |expires| format::after(expires, 1)).clamp(start, next.max(start));
        let counts = (before(late_from) - before(start), before(next).max(before(late_from)) - before(late_from));
        columns.push((Month { start, full: share(counts.0), hatched: share(counts.1) }, counts));
        if next > last.date || next <= start {
            return columns;
        }
        start = next;
    }
}

fn month_table(forecast: &Forecast, columns: &[(Month, (u64, u64))]) -> Table {
    let mut heads =
        vec![Column::text("month"), Column::number("runs completed"), Column::number("share of runs that go ahead")];
    if forecast.contract_expires.is_some() {
        heads.push(Column::number("of these in time"));
    }
    let mut table = Table::new("Completed in each month", heads);
    for (month, (in_time, late)) in columns {
        let mut row = vec![
            Cell::Text(format::month(month.start)),
            Cell::Number(format::number(in_time + late)),
            Cell::Number(format::exact_percent(month.total())),
        ];
        if forecast.contract_expires.is_some() {
            row.push(Cell::Number(format::number(*in_time)));
        }
        table.row(row);
    }
    table
}
