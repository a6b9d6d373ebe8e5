//! Tables of plans, forecasts, and comparisons.

use super::{Csv, Field};
use ibbi_common::quantile::Interval;
use ibbi_core::Advisory;
use ibbi_sim::{
    AssumedValue, AvailabilityGain, Blocker, Comparison, ComparisonSide, Ending, Forecast, MilestoneKind, Plan,
    SessionKind,
};

/// Returns the sessions of a plan: `sitting, part, date, starts, ends, minutes, earliest, blocked_days`.
///
/// `part` counts from 1. `starts` and `ends` have their offset from UTC. `earliest` is the first day that the durations
/// allow.
pub fn sessions(plan: &Plan) -> String {
    let mut csv = Csv::new(&["sitting", "part", "date", "starts", "ends", "minutes", "earliest", "blocked_days"]);
    for session in &plan.sessions {
        let (kind, part) = match session.what {
            SessionKind::Meeting => ("meeting", 1),
            SessionKind::Training => ("training", 1),
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
        ]);
    }
    csv.finish()
}

/// Returns the steps between the sessions of a plan: `step, who, date`.
pub fn milestones(plan: &Plan) -> String {
    let mut csv = Csv::new(&["step", "who", "date"]);
    for milestone in &plan.milestones {
        let (step, who) = match milestone.what {
            MilestoneKind::LeaderAgrees { seat } => ("leader_agrees", Field::text(seat.code())),
            MilestoneKind::Letter { body } => ("letter", Field::text(body.code())),
            MilestoneKind::Accepted => ("accepted", Field::Empty),
            MilestoneKind::Adopts { party } => ("adopts", Field::text(party.code())),
        };
        csv.row([Field::text(step), who, Field::number(milestone.date)]);
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
///
/// The last row, `in_time`, counts the runs completed by the contract date, if there is one. Its runs are also in the
/// `completed` row.
pub fn outcomes(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["outcome", "runs", "share", "low", "high"]);
    for outcome in &forecast.outcomes {
        let mut row = vec![Field::text(ending(outcome.ending)), Field::number(outcome.runs)];
        row.extend(interval(outcome.share));
        csv.row(row);
    }
    if let Some(in_time) = forecast.in_time {
        let mut row = vec![Field::text("in_time"), Field::Empty];
        row.extend(interval(in_time));
        csv.row(row);
    }
    csv.finish()
}

/// Returns percentiles of the completion date, by nearest rank among completed runs: `percentile, date`.
pub fn percentiles(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["percentile", "date"]);
    for percentile in &forecast.percentiles {
        csv.row([Field::number(percentile.percent), Field::some(percentile.date)]);
    }
    csv.finish()
}

/// Returns completion by day: `date, completed, share`, both as of the end of the day. The share is of all runs.
pub fn curve(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["date", "completed", "share"]);
    for point in &forecast.curve {
        csv.row([Field::number(point.date), Field::number(point.completed), Field::number(point.share)]);
    }
    csv.finish()
}

/// Returns the tornado: `input, input_low, input_high, days_low, days_high, days_swing, in_time_low, in_time_high,
/// in_time_swing`.
///
/// Days are counted from the scenario's start. Shares are from 0 to 1. [`ibbi_sim::TornadoBar`] describes the columns.
pub fn tornado(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&[
        "input",
        "input_low",
        "input_high",
        "days_low",
        "days_high",
        "days_swing",
        "in_time_low",
        "in_time_high",
        "in_time_swing",
    ]);
    for bar in &forecast.tornado {
        let mut row = vec![Field::text(bar.input), Field::number(bar.low), Field::number(bar.high)];
        row.extend([bar.days_low, bar.days_high, bar.days_swing].map(Field::some));
        row.extend([bar.in_time_low, bar.in_time_high, bar.in_time_swing].map(Field::some));
        csv.row(row);
    }
    csv.finish()
}

/// Returns all assumptions: `assumption, about, least, likely, most, chance, default`. Each has three points in days,
/// or a chance from 0 to 1.
pub fn assumptions(forecast: &Forecast) -> String {
    let mut csv = Csv::new(&["assumption", "about", "least", "likely", "most", "chance", "default"]);
    for row in &forecast.assumptions {
        let mut fields = vec![Field::text(row.name), Field::text(row.about)];
        fields.extend(match row.assumed.value {
            AssumedValue::Days(days) => {
                [Field::number(days.least), Field::number(days.likely), Field::number(days.most), Field::Empty]
            }
            AssumedValue::Chance(chance) => [Field::Empty, Field::Empty, Field::Empty, Field::number(chance)],
        });
        fields.push(Field::number(row.assumed.default));
        csv.row(fields);
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
        add(Some(side), "completed", side.completed);
        add(Some(side), "in_time", side.in_time);
    }
    add(None, "in_time_difference", comparison.difference);
    if let Some(later) = comparison.days_later {
        add(None, "days_later", later);
    }
    csv.finish()
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
        let (kind, id) = match &gain.blocker {
            Blocker::Person { id, .. } => ("person", Field::text(id)),
            Blocker::Closure { .. } => ("closure", Field::Empty),
            Blocker::Holiday { .. } => ("holiday", Field::Empty),
            Blocker::DayOff { .. } => ("day_off", Field::Empty),
        };
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
