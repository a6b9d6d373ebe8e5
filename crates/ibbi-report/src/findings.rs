//! What was found, in sentences: the same on a page and in a terminal.

use crate::phrase::Phrase;
use crate::table::{Cell, Column, Table};
use crate::words;
use ibbi_core::{Date, Party, Seat};
use ibbi_sim::{
    BlockedDay, Blocker, Comparison, Failing, Forecast, Gain, MilestoneKind, Obstacle, Plan, Sitting, SittingKind,
};
use ibbi_stats::Interval;

/// What everybody who reads a chance has to know.
pub(crate) const ASSUMED: &str = "Nobody has published how often leaders decline or sessions are postponed. Every chance \
    and every duration here is an assumption of whoever wrote the scenario, or a default, which is an assumption too; \
    the results are as good as the assumptions.";

/// How the figures were worked out.
pub(crate) const METHODS: [&str; 4] = [
    "Percentiles of the completion date are by nearest rank among the completed runs; the share done in time is of all \
     runs.",
    "Shares have 95% intervals by Wilson's method; the difference of two scenarios has the interval of Agresti and Min for \
     matched pairs. Intervals tell what the number of runs leaves open, not how good the assumptions are.",
    "What moves the result is read off the same runs. An input is low where it is at or below its P10, the value that one \
     run in ten does not exceed, and high where it is at or above its P90. This also shows what merely goes along with an \
     input.",
    "Every run offers its events to the same process that judges real cases. The same scenario and seed give the same \
     result.",
];

/// When it can be done and how sure that is, in one sentence.
pub(crate) fn verdict(plan: &Plan, forecast: &Forecast) -> Phrase {
    let share = |share: f64| match share {
        0.0 => "none".to_owned(),
        1.0 => "all".to_owned(),
        share => words::percent(share),
    };
    let tail = "; with the delays and refusals that are assumed, ";
    let completed = forecast.curve.last().map_or(0.0, |point| point.share);
    match forecast.in_time {
        Some(in_time) => {
            let share = share(in_time.estimate);
            plan_clause(plan).words(format!("{tail}{share} of the simulated runs are done by the contract date."))
        }
        None => plan_clause(plan).words(format!("{tail}{} of the simulated runs are completed.", share(completed))),
    }
}

/// When the plan ends, as the beginning of a sentence.
pub(crate) fn plan_clause(plan: &Plan) -> Phrase {
    let Some(finishes) = plan.finishes else {
        return Phrase::new(match without_day(plan) {
            Some(what) => {
                format!("There is no plan: {what} finds no day within 730 days that suits everybody it needs")
            }
            None => "There is no plan: the steps before the next sitting take longer than 730 days".to_owned(),
        });
    };
    let Some(expires) = plan.contract_expires else {
        return Phrase::new("The earliest plan ends on ").day(finishes);
    };
    let days = words::days_between(finishes, expires);
    let said = words::count(days.unsigned_abs(), "day");
    match days {
        0 => Phrase::new("The earliest plan ends on ").day(finishes).words(", the day the contract expires"),
        1.. => Phrase::new("The earliest plan ends on ")
            .day(finishes)
            .words(format!(", {said} before the contract expires")),
        _ => Phrase::new("Even the earliest plan ends on ")
            .day(finishes)
            .words(format!(", {said} after the contract expires")),
    }
}

/// The sitting that finds no day, where the steps before it are done.
fn without_day(plan: &Plan) -> Option<&'static str> {
    let done = |wanted: fn(&MilestoneKind) -> bool| plan.milestones.iter().filter(|step| wanted(&step.what)).count();
    let held = |wanted: fn(&SittingKind) -> bool| plan.sittings.iter().any(|sitting| wanted(&sitting.what));
    if !held(|what| *what == SittingKind::Meeting) {
        let agreed = done(|what| matches!(what, MilestoneKind::LeaderAgrees { .. }));
        return (agreed == Seat::ALL.len()).then_some("the introductory meeting");
    }
    if !held(|what| *what == SittingKind::Training) {
        return (done(|what| *what == MilestoneKind::Accepted) > 0).then_some("the training day");
    }
    let adopted = done(|what| matches!(what, MilestoneKind::Adopts { .. }));
    (adopted == Party::ALL.len()).then_some("the facilitation")
}

/// What would have to start when, for a plan that is late.
pub(crate) fn start_by(plan: &Plan) -> Option<Phrase> {
    let start = plan.start_by?;
    Some(Phrase::new("As the calendar stands, it is in time if the leaders are asked by ").day(start).words("."))
}

/// What a plan fails at.
pub(crate) const fn failing(failing: Failing) -> &'static str {
    match failing {
        Failing::DoesNotFit => "A sitting finds no day within 730 days that suits everybody it needs.",
        Failing::Late => "The last session is after the contract date.",
    }
}

/// Who stands in the way, and what would help, in sentences.
pub(crate) fn obstacle(obstacle: &Obstacle) -> Vec<Phrase> {
    let names = |set: &[Blocker]| set.iter().map(words::blocker).collect::<Vec<_>>();
    let several = match obstacle.in_the_way.as_slice() {
        [] => return vec![beyond_help(obstacle.finishes_at_best)],
        set => set.len() > 1,
    };
    let (stands, times) = if several { ("stand", "those times") } else { ("stands", "that time") };
    let way = Phrase::default().names(&names(&obstacle.in_the_way), " and ").words(format!(" {stands} in the way."));
    let mut sentences = vec![way];
    if let Some(then) = obstacle.finishes_then {
        sentences.push(Phrase::new(format!("With {times} free, the last session would be on ")).day(then).words("."));
    }
    if !obstacle.alternatives.is_empty() {
        let mut sentence = Phrase::new("Instead, this would do as well: ");
        for (index, set) in obstacle.alternatives.iter().enumerate() {
            sentence = if index > 0 { sentence.words("; or ") } else { sentence };
            sentence = sentence.names(&names(set), " and ");
        }
        sentences.push(sentence.words("."));
    }
    sentences.push(Phrase::new(match (obstacle.proven_smallest, several, obstacle.alternatives.is_empty()) {
        (true, false, true) => "No other single person or closed range would do.",
        (true, false, false) => "One of them is enough.",
        (true, true, _) => "Every smaller set was tried, and none is enough.",
        (false, ..) => "None of these can be left out, but another, smaller set may exist: there are too many to try.",
    }));
    sentences
}

/// That nobody could make room enough.
fn beyond_help(at_best: Option<Date>) -> Phrase {
    let sentence = Phrase::new("Even if every person and every closed range made room, ");
    match at_best {
        Some(best) => {
            sentence.words("the last session would be on ").day(best).words(": the durations alone take that long.")
        }
        None => sentence.words("no day would be found: the durations and the working days alone leave none."),
    }
}

/// Why a sitting is not earlier, in a sentence.
pub(crate) fn why(sitting: &Sitting) -> Phrase {
    if sitting.blocked.is_empty() {
        return Phrase::new("This is the first day that the durations allow.");
    }
    let days = words::count(sitting.blocked.len() as u64, "day");
    let which = if sitting.blocked.len() == 1 { "That day did" } else { "Those days did" };
    let mut sentence = Phrase::new("The durations allow it from ")
        .day(sitting.earliest)
        .words(format!(", {days} earlier. {which} not suit: "));
    for (index, (name, count)) in blockers(sitting).into_iter().enumerate() {
        sentence = if index > 0 { sentence.words(", ") } else { sentence };
        sentence = sentence.name(name).words(format!(" on {count}"));
    }
    sentence.words(".")
}

/// Who and what blocked how many days, the most first.
fn blockers(sitting: &Sitting) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for day in &sitting.blocked {
        let mut names: Vec<String> = day.morning.iter().chain(&day.afternoon).map(short).collect();
        names.sort();
        names.dedup();
        for name in names {
            match counts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => counts.push((name, 1)),
            }
        }
    }
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}

/// A blocker without the day of the week, so that Saturday and Sunday are one.
fn short(blocker: &Blocker) -> String {
    match blocker {
        Blocker::DayOff { .. } => "no working day".to_owned(),
        other => words::blocker(other),
    }
}

/// Why a sitting is not earlier, day by day; days in a row that are blocked alike are one row.
pub(crate) fn why_table(sitting: &Sitting, what: &str) -> Table {
    let columns = [Column::text("days"), Column::text("morning"), Column::text("afternoon")];
    let mut table = Table::new(format!("{what}: what blocked each earlier day"), columns);
    let half = |blockers: &[Blocker]| match blockers.is_empty() {
        true => "suits".to_owned(),
        false => blockers.iter().map(short).collect::<Vec<_>>().join(", "),
    };
    let days: Vec<(Date, String, String)> = sitting
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
                Cell::Text(format!("{} to {}", words::day(*first), words::day(last)))
            }
        };
        table.row([when, Cell::Name(morning.clone()), Cell::Name(afternoon.clone())]);
    }
    table
}

/// The percentiles, as a table.
pub(crate) fn percentiles(forecast: &Forecast, start: Date) -> Table {
    let mut columns =
        vec![Column::text("of the completed runs"), Column::text("are done by"), Column::number("days from the start")];
    if forecast.contract_expires.is_some() {
        columns.push(Column::text("against the contract date"));
    }
    let mut table = Table::new("When completed runs are done", columns);
    for percentile in &forecast.percentiles {
        let days = percentile.date.map(|date| words::days_between(start, date).to_string());
        let mut row =
            vec![Cell::Text(format!("{}% (P{0})", percentile.percent)), Cell::day(percentile.date), Cell::number(days)];
        if let Some(expires) = forecast.contract_expires {
            row.push(percentile.date.map_or(Cell::Nothing, |date| Cell::Text(against(date, expires))));
        }
        table.row(row);
    }
    table
}

fn against(date: Date, expires: Date) -> String {
    let days = words::days_between(date, expires);
    let said = words::count(days.unsigned_abs(), "day");
    match days {
        0 => "on it".to_owned(),
        1.. => format!("{said} before"),
        _ => format!("{said} after"),
    }
}

/// Every assumption, as a table.
pub(crate) fn assumptions(forecast: &Forecast) -> Table {
    let columns = [
        Column::text("what is assumed"),
        Column::text("value"),
        Column::text("set by"),
        Column::text("name in the scenario"),
    ];
    let mut table = Table::new("Every assumption", columns);
    for row in &forecast.assumptions {
        let whose = if row.assumed.default { "default" } else { "scenario" };
        table.row([
            words::sentence(row.about).into(),
            words::assumed(row.assumed.value).into(),
            whose.into(),
            row.name.into(),
        ]);
    }
    table
}

/// Whom to ask for one more day, as a table of those of whom a day would bring anything, and the names of the others.
pub(crate) fn gains(gains: &[Gain]) -> (Table, Vec<String>) {
    let (bring, others): (Vec<&Gain>, Vec<&Gain>) =
        gains.iter().partition(|gain| gain.plan.is_some() || gain.chance.is_some());
    let with_chance = bring.iter().any(|gain| gain.chance.is_some());
    let mut columns = vec![
        Column::text("who"),
        Column::text("best day for the plan"),
        Column::text("the plan then ends"),
        Column::number("days earlier"),
    ];
    if with_chance {
        columns.extend([Column::text("best day for the chance"), Column::number("gain in points (95% interval)")]);
    }
    let mut table = Table::new("What the single best day of each would bring", columns);
    for gain in bring {
        let mut row = vec![
            Cell::Name(words::blocker(&gain.who)),
            Cell::day(gain.plan.map(|plan| plan.date)),
            Cell::day(gain.plan.map(|plan| plan.finishes)),
            Cell::number(gain.plan.and_then(|plan| plan.days)),
        ];
        let chance = gain.chance.map(|chance| {
            let [gain, low, high] = [chance.gain.estimate, chance.gain.low, chance.gain.high].map(words::points);
            format!("{gain} ({low} to {high})")
        });
        if with_chance {
            row.extend([Cell::day(gain.chance.map(|chance| chance.date)), Cell::number(chance)]);
        }
        table.row(row);
    }
    (table, others.iter().map(|gain| words::blocker(&gain.who)).collect())
}

/// Of how many people and closed ranges no single day would bring anything.
pub(crate) fn no_gain(names: &[String]) -> Option<Phrase> {
    (!names.is_empty()).then(|| Phrase::new("No single day would bring anything of: ").names(names, ", ").words("."))
}

/// What a gain in the chance is, or that there is none.
pub(crate) fn about_gains(gains: &[Gain], has_contract: bool) -> &'static str {
    match (has_contract, gains.iter().any(|gain| gain.chance.is_some())) {
        (false, _) => "Without a contract date there is no chance to gain.",
        (true, false) => "No single day was seen to raise the chance to be done in time.",
        (true, true) => {
            "The gain in the chance to be done in time was measured on other runs than those that picked the day."
        }
    }
}

/// How much earlier the runs of one scenario are completed than those of the other.
pub(crate) fn days_later(comparison: &Comparison) -> Option<Phrase> {
    let Interval { estimate, low, high } = comparison.days_later?;
    let (first, second) = (&comparison.first.label, &comparison.second.label);
    let sentence = Phrase::new("In the runs that both complete, ").name(first);
    if low <= 0.0 && high >= 0.0 {
        let sentence = sentence.words(" and ").name(second).words(" are done on the same day on average");
        let (low, high) = (words::signed(low), words::signed(high));
        return Some(sentence.words(format!(", as far as can be told (95% interval {low} to {high} days).")));
    }
    let (what, low, high) = if estimate > 0.0 { ("later", low, high) } else { ("earlier", -high, -low) };
    let days = format!(" is done {:.1} days {what} than ", estimate.abs());
    let interval = format!(" on average (95% interval {low:.1} to {high:.1}).");
    Some(sentence.words(days).name(second).words(interval))
}
