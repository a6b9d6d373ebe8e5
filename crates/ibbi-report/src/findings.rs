//! What was found, in sentences: the same on a page and in a terminal.

use crate::phrase::Phrase;
use crate::table::{Cell, Column, Table};
use crate::words;
use ibbi_core::Date;
use ibbi_sim::{BlockedDay, Blocker, Failing, Forecast, Obstacle, Plan, Sitting};

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
    "What moves the result is read off the same runs: those in which an input is at or below its P10 against those in \
     which it is at or above its P90. It also shows what merely goes along with an input.",
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
        return Phrase::new("There is no plan: a sitting finds no day within 730 days that suits everybody it needs");
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

/// What would have to start when, for a plan that is late.
pub(crate) fn start_by(plan: &Plan) -> Option<Phrase> {
    let start = plan.start_by?;
    Some(Phrase::new("As the calendar stands, it is in time if the leaders are asked by ").day(start).words("."))
}

/// Who stands in the way, and what would help, in sentences.
pub(crate) fn obstacle(obstacle: &Obstacle) -> Vec<Phrase> {
    let mut sentences = vec![Phrase::new(match obstacle.failing {
        Failing::DoesNotFit => "A sitting finds no day within 730 days that suits everybody it needs.",
        Failing::Late => "The last session is after the contract date.",
    })];
    let names = |set: &[Blocker]| set.iter().map(words::blocker).collect::<Vec<_>>();
    if obstacle.in_the_way.is_empty() {
        let sentence = Phrase::new("Even if every person and every closed range made room, ");
        sentences.push(match obstacle.finishes_at_best {
            Some(best) => {
                sentence.words("the last session would be on ").day(best).words(": the durations alone take that long.")
            }
            None => sentence.words("no day would be found: the durations or the working days alone leave none."),
        });
        return sentences;
    }
    let several = obstacle.in_the_way.len() > 1;
    let stands = if several { " stand in the way." } else { " stands in the way." };
    sentences.push(Phrase::default().names(&names(&obstacle.in_the_way), " and ").words(stands));
    if let Some(then) = obstacle.finishes_then {
        let all = if several { "If all of them made room" } else { "With that made free" };
        sentences.push(Phrase::new(format!("{all}, the last session would be on ")).day(then).words("."));
    }
    if !obstacle.alternatives.is_empty() {
        let mut sentence = Phrase::new("It would do as well if room were made by ");
        for (index, set) in obstacle.alternatives.iter().enumerate() {
            sentence = if index > 0 { sentence.words("; or by ") } else { sentence };
            sentence = sentence.names(&names(set), " and ");
        }
        sentences.push(sentence.words("."));
    }
    sentences.push(Phrase::new(match (obstacle.proven_smallest, several) {
        (true, false) => "No one has to be asked but one of these.",
        (true, true) => "Every smaller set was tried, and none is enough.",
        (false, _) => "None of these can be left out, but another, smaller set may exist: there are too many to try.",
    }));
    sentences
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
        Column::text("whose"),
        Column::text("name in the scenario"),
    ];
    let mut table = Table::new("Every assumption", columns);
    for row in &forecast.assumptions {
        let whose = if row.assumed.default { "default" } else { "the scenario's" };
        table.row([
            words::sentence(row.about).into(),
            words::assumed(row.assumed.value).into(),
            whose.into(),
            row.name.into(),
        ]);
    }
    table
}

/// Whom to ask for one more day, as a table.
pub(crate) fn gains(gains: &[ibbi_sim::Gain]) -> Table {
    let mut table = Table::new(
        "What the single best day of each would bring",
        [
            Column::text("who"),
            Column::number("days blocked alone"),
            Column::text("best day for the plan"),
            Column::text("the plan then ends"),
            Column::text("best day for the chance"),
            Column::number("gain in the chance, in points"),
        ],
    );
    for gain in gains {
        let earlier = gain.plan.map_or(Cell::Nothing, |plan| {
            let ends = words::brief_day(plan.finishes);
            Cell::Text(
                plan.days.map_or(ends.clone(), |days| format!("{ends}, {} earlier", words::count(days.into(), "day"))),
            )
        });
        let chance = gain.chance.map_or(Cell::Nothing, |chance| {
            let [gain, low, high] = [chance.gain.estimate, chance.gain.low, chance.gain.high].map(words::points);
            Cell::Number(format!("{gain} ({low} to {high})"))
        });
        table.row([
            Cell::Name(words::blocker(&gain.who)),
            Cell::Number(words::thousands(gain.alone as u64)),
            Cell::day(gain.plan.map(|plan| plan.date)),
            earlier,
            Cell::day(gain.chance.map(|chance| chance.date)),
            chance,
        ]);
    }
    table
}
