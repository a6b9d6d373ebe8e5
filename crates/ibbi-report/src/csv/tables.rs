//! Tables of plans, forecasts, and comparisons.

use super::{Csv, Field};
use ibbi_common::quantile::Interval;
use ibbi_core::Advisory;
use ibbi_sim::{
    AssumedValue, AvailabilityGain, Blocker, Comparison, ComparisonSide, Ending, FavorSets, FavorTime, Forecast,
    ForecastStep, MilestoneDates, MilestoneKind, Percentiles, Plan, SessionKind,
};

/// Returns the sessions of a plan: `sitting, part, date, starts, ends, minutes, earliest, blocked_days, plan_chance`.
///
/// `part` counts from 1. `starts` and `ends` have their offset from UTC. `earliest` is the first day that the durations
/// allow. `plan_chance` is the chance of the whole plan: the share of the runs that go ahead that are completed by its last date.
pub fn sessions(plan: &Plan) -> String {
    let mut csv =
        Csv::new(&["sitting", "part", "date", "starts", "ends", "minutes", "earliest", "blocked_days", "plan_chance"]);
    for session in &plan.sessions {
        let (kind, part) = match session.what {
            SessionKind::Meeting => ("meeting", 1),
            SessionKind::Training { part } => ("training", part.unwrap_or(1)),
            SessionKind::Facilitation { part } => ("facilitation", part),
        };
        csv.row([
            Field::text(kind),
            Field::number(part),
            Field::number(session.slot.local_day()),
            Field::number(session.slot.starts()),
            Field::number(session.slot.ends()),
            Field::number(session.slot.minutes()),
            Field::number(session.earliest),
            Field::number(session.blocked.len()),
            plan_chance(plan),
        ]);
    }
    csv.finish()
}

fn plan_chance(plan: &Plan) -> Field {
    plan.chance.map_or(Field::Empty, |chance| Field::number(chance.estimate))
}

/// Returns the steps between the sessions of a plan: `step, who, date, plan_chance`.
pub fn milestones(plan: &Plan) -> String {
    let mut csv = Csv::new(&["step", "who", "date", "plan_chance"]);
    for milestone in &plan.milestones {
        let (step, who) = match milestone.what {
            MilestoneKind::LeaderAgrees { seat } => ("leader_agrees", Field::text(seat.code())),
            MilestoneKind::Letter { body } => ("letter", Field::text(body.code())),
            MilestoneKind::Accepted => ("accepted", Field::Empty),
            MilestoneKind::Adopts { party } => ("adopts", Field::text(party.code())),
        };
        csv.row([Field::text(step), who, Field::number(milestone.date), plan_chance(plan)]);
    }
    csv.finish()
}

/// Returns the advisories of a plan: `advisory, found, source`.
pub fn advisories(advisories: &[Advisory]) -> String {
    let mut csv = Csv::new(&["advisory", "found", "source"]);
    for advisory in advisories {
        let warning = advisory.warning;
        csv.row([Field::text(warning.code()), Field::text(&advisory.found), Field::text(warning.source().label())]);
    }
    csv.finish()
}

/// Returns how runs ended: `outcome, runs, share, low, high`. The 95% Wilson interval is from `low` to `high`.
pub fn outcomes(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["outcome", "runs", "share", "low", "high"]);
    for outcome in &forecast.outcomes {
        let mut row = vec![Field::text(ending(outcome.ending)), Field::number(outcome.runs)];
        row.extend(interval(outcome.share));
        csv.row(row);
    }
    csv.finish()
}

/// Returns the percentiles of each milestone and of the completion, among the runs that go ahead: `milestone, part, p10, p50,
/// p80, p90`. A date that is empty is later than any day of the simulation.
pub fn dates(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["milestone", "part", "p10", "p50", "p80", "p90"]);
    let mut add = |step: &str, part: Field, dates: Percentiles| {
        let dates = dates.all().map(|(_, date)| Field::some(date));
        csv.row([Field::text(step), part].into_iter().chain(dates));
    };
    for MilestoneDates { step, dates } in &forecast.milestones {
        let (step, part) = match step {
            ForecastStep::Meeting => ("meeting", Field::Empty),
            ForecastStep::Acceptance => ("acceptance", Field::Empty),
            ForecastStep::Training { part } => ("training", Field::some(*part)),
            ForecastStep::Decisions => ("decisions", Field::Empty),
            ForecastStep::Facilitation { part } => ("facilitation", Field::number(part)),
            ForecastStep::Ratification => ("ratification", Field::Empty),
        };
        add(step, part, *dates);
    }
    add("finish", Field::Empty, forecast.finish);
    csv.finish()
}

/// Returns the deadlines: `deadline, date, chance, low, high, days_left_p50, days_left_p90`. The chance is of the runs that go
/// ahead.
pub fn deadlines(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["deadline", "date", "chance", "low", "high", "days_left_p50", "days_left_p90"]);
    for deadline in &forecast.deadlines {
        let mut row = vec![Field::text(&deadline.name), Field::number(deadline.date)];
        row.extend(interval(deadline.chance));
        row.extend([deadline.days_left_p50, deadline.days_left_p90].map(Field::some));
        csv.row(row);
    }
    csv.finish()
}

/// Returns completion by day: `date, completed, share`, both as of the end of the day. The share is of the runs that go ahead.
pub fn curve(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["date", "completed", "share"]);
    for point in &forecast.curve {
        csv.row([Field::number(point.date), Field::number(point.completed), Field::number(point.share)]);
    }
    csv.finish()
}

/// Returns the causes of delay: `cause, days, days_early, days_late, difference`. [`ibbi_sim::Driver`] describes the columns.
pub fn drivers(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["cause", "days", "days_early", "days_late", "difference"]);
    for driver in &forecast.drivers {
        let days = [driver.days, driver.early, driver.late, driver.difference].map(Field::number);
        csv.row([Field::text(driver.cause.code())].into_iter().chain(days));
    }
    csv.finish()
}

/// Returns all assumptions: `assumption, about, least, likely, most, chance, default`. Each has three points in days, a constant
/// number of days (as its likely value), a chance from 0 to 1, or a chance with its range (as least and most). Chances by month
/// have a row for each month.
pub fn assumptions(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["assumption", "about", "least", "likely", "most", "chance", "default"]);
    for row in &forecast.assumptions {
        let mut add = |name: &str, values: [Option<f64>; 4]| {
            let values = values.into_iter().map(Field::some);
            let texts = [Field::text(name), Field::text(row.about)];
            csv.row(texts.into_iter().chain(values).chain([Field::number(row.assumed.default)]));
        };
        match row.assumed.value {
            AssumedValue::Days(days) => add(row.name, [Some(days.least), Some(days.likely), Some(days.most), None]),
            AssumedValue::Chance(chance) => add(row.name, [None, None, None, Some(chance)]),
            AssumedValue::Range([low, likely, high]) => add(row.name, [Some(low), None, Some(high), Some(likely)]),
            AssumedValue::Constant(days) => add(row.name, [None, Some(days.into()), None, None]),
            AssumedValue::Spread(spread) => add(row.name, [None, Some(spread), None, None]),
            AssumedValue::Months(chances) => {
                for (month, chance) in ibbi_sim::MONTHS.iter().zip(chances).filter(|(_, chance)| chance.is_some()) {
                    add(&format!("{}.{month}", row.name), [None, None, None, chance]);
                }
            }
        }
    }
    csv.finish()
}

/// Returns a comparison: `scenario, digest, measure, estimate, low, high`, with 95% intervals.
///
/// Shares are from 0 to 1. The rows without a scenario are the differences, first minus second: `in_time_difference`
/// and `days_later`.
pub fn comparison(comparison: &Comparison) -> String {
    let mut csv = Csv::new(&["scenario", "digest", "measure", "estimate", "low", "high"]);
    let mut add = |side: Option<&ComparisonSide>, measure: &str, value: Interval| {
        let (label, digest) =
            side.map_or((Field::Empty, Field::Empty), |side| (Field::text(&side.label), Field::text(&side.digest)));
        let mut row = vec![label, digest, Field::text(measure)];
        row.extend(interval(value));
        csv.row(row);
    };
    for side in [&comparison.first, &comparison.second] {
        add(Some(side), "goes_ahead", side.goes_ahead);
        if let Some(in_time) = side.in_time {
            add(Some(side), "in_time", in_time);
        }
    }
    if let Some(difference) = comparison.difference {
        add(None, "in_time_difference", difference);
    }
    if let Some(later) = comparison.days_later {
        add(None, "days_later", later);
    }
    csv.finish()
}

/// Returns the half-days that together help the plan: `set, standing, kind, id, name, date, weekday, half, plan_finishes, plan_days`.
///
/// Each half-day has a row. Those with the same number of a set belong together.
pub fn favors(sets: &FavorSets) -> String {
    let mut csv =
        Csv::new(&["set", "standing", "kind", "id", "name", "date", "weekday", "half", "plan_finishes", "plan_days"]);
    let sets = sets.half_days.iter().map(|set| (false, set)).chain(sets.standing.iter().map(|set| (true, set)));
    for (number, (standing, set)) in (1..).zip(sets) {
        for favor in &set.favors {
            let (kind, id) = blocker(&favor.blocker);
            let (date, weekday) = match favor.when {
                FavorTime::On(date) => (Some(date), None),
                FavorTime::Every(weekday) => (None, Some(weekday.code())),
            };
            csv.row([
                Field::number(number),
                Field::text(standing),
                Field::text(kind),
                id,
                Field::text(&favor.blocker),
                Field::some(date),
                Field::some(weekday),
                Field::text(favor.half),
                Field::text(set.finishes),
                Field::some(set.days),
            ]);
        }
    }
    csv.finish()
}

fn blocker(blocker: &Blocker) -> (&'static str, Field) {
    match blocker {
        Blocker::Person { id, .. } => ("person", Field::text(id)),
        Blocker::Closure { .. } => ("closure", Field::Empty),
        Blocker::Holiday { .. } => ("holiday", Field::Empty),
        Blocker::DayOff { .. } => ("day_off", Field::Empty),
        Blocker::NotATrainingDay => ("training_day", Field::Empty),
    }
}

/// Returns the gains from one more day: `kind, id, name, days_alone, plan_date, plan_finishes, plan_days, chance_date,
/// gain, low, high`.
///
/// `days_alone` counts the days that this person or range alone blocks. `plan_days` is empty if the plan did not fit
/// before. The gain in the chance to be in time is from 0 to 1, with its 95% interval.
pub fn gains(gains: &[AvailabilityGain]) -> String {
    let mut csv = Csv::new(&[
        "kind",
        "id",
        "name",
        "days_alone",
        "plan_date",
        "plan_finishes",
        "plan_days",
        "chance_date",
        "gain",
        "low",
        "high",
    ]);
    for gain in gains {
        let (kind, id) = blocker(&gain.blocker);
        let mut row = vec![Field::text(kind), id, Field::text(&gain.blocker), Field::number(gain.alone)];
        row.push(Field::some(gain.plan.map(|plan| plan.date)));
        row.push(Field::some(gain.plan.map(|plan| plan.finishes)));
        row.push(Field::some(gain.plan.and_then(|plan| plan.days)));
        row.push(Field::some(gain.chance.map(|chance| chance.date)));
        row.extend(gain.chance.map_or([Field::Empty, Field::Empty, Field::Empty], |chance| interval(chance.gain)));
        csv.row(row);
    }
    csv.finish()
}

fn interval(interval: Interval) -> [Field; 3] {
    [interval.estimate, interval.low, interval.high].map(Field::number)
}

const fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Completed => "completed",
        Ending::NotAdopted => "not_adopted",
        Ending::LeaderDeclined => "leader_declined",
        Ending::Withdrawn => "withdrawn",
        Ending::Unfinished => "unfinished",
    }
}
