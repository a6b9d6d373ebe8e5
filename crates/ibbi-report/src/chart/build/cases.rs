//! The chart of the cases on a day: the spread of the days by stage.

use crate::case_tables;
use crate::chart::{BoxRow, Boxes, Chart, Figure, Key, Scale, Sign};
use ibbi_audit::{CasesReport, DurationSpread};

/// Returns the spread of the days in each stage, and from the opening to the end, as boxes with their outliers.
pub fn stage_spread(report: &CasesReport) -> Chart {
    let stages = report.stages.iter().map(|stage| {
        let stays = report.cases.iter().flat_map(|case| &case.stages).filter(|stay| stay.stage == stage.stage);
        row(stage.stage.label(), &stage.days, stays.map(|stay| (stay.days, stay.finished)))
    });
    let totals = case_tables::totals(report).into_iter().map(|(completed, _, label, spread)| {
        let cases = report.cases.iter().filter(move |case| case.is_compared_with_completed() == completed);
        row(label, spread, cases.map(|case| (case.days, case.closed.is_some())))
    });
    let rows: Vec<BoxRow> = stages.chain(totals).collect();
    let title = "Days in each stage, and from opening to end".to_owned();
    let table = case_tables::spread(report).without(&WITHOUT).to_table();
    let most =
        rows.iter().flat_map(|row| row.points.iter().map(|(days, _)| *days).chain(row.whiskers.map(|ends| ends.1)));
    let most = most.fold(1.0, f64::max);
    let summaries: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.value_text)).collect();
    let open = rows.iter().any(|row| row.points.iter().any(|(_, finished)| !finished));
    let closed = rows.iter().any(|row| row.points.iter().any(|(_, finished)| *finished));
    let key = [
        Some(Key::new(Sign::Area, "middle half of those that ended, with the median")),
        Some(Key::new(Sign::Whisker, "from the least to the most that is not unusual")),
        closed.then(|| Key::new(Sign::Dot, "unusually long")),
        open.then(|| Key::new(Sign::Open, "unusually long already, and still open")),
    ];
    Chart {
        title,
        summary: format!("Boxes from the top. {}.", summaries.join("; ")),
        figure: Figure::Boxes(Boxes { scale: Scale::counts(most), rows }),
        key: key.into_iter().flatten().collect(),
        table,
    }
}

/// The columns of the table that the figure doesn't show.
const WITHOUT: [&str; 3] = ["open_median", "open_most", "p90"];

fn row(label: &str, spread: &DurationSpread, days: impl Iterator<Item = (u32, bool)>) -> BoxRow {
    let fence = spread.fence.unwrap_or(f64::INFINITY);
    let (mut points, mut most) = (Vec::new(), 0);
    for (days, finished) in days {
        if f64::from(days) > fence {
            points.push((days, finished));
        } else if finished {
            most = most.max(days);
        }
    }
    // Outliers of equally many days are drawn once.
    points.sort_unstable();
    points.dedup();
    let days = spread.days;
    let median = days.map(|days| format!("{} d", days.median));
    let open = (spread.open.count > 0).then(|| format!("{} open", spread.open.count));
    let value_text = [median, open].into_iter().flatten().collect::<Vec<_>>().join(", ");
    BoxRow {
        label: label.to_owned(),
        value_text,
        quartiles: days.map(|days| [days.q1, days.median, days.q3].map(f64::from)),
        whiskers: days.map(|days| (f64::from(days.least), f64::from(most))),
        points: points.into_iter().map(|(days, finished)| (f64::from(days), finished)).collect(),
    }
}
