//! Charts of one case: the time in each stage, and the case on a calendar.

use crate::audit;
use crate::chart::{Bar, Bars, Chart, Figure, Key, Lane, Scale, Sign, Timeline};
use crate::format;
use ibbi_audit::{CaseReport, StageStay};
use ibbi_common::quantile::Interval;
use ibbi_common::zone::Zone;
use ibbi_core::Date;

const NONE: &str = "The case is not open yet, so it has no stage.";

fn open_stays(report: &CaseReport) -> impl Iterator<Item = &StageStay> + Clone {
    report.stages.iter().filter(|stay| stay.stage.is_open())
}

/// Returns the time that the case was in each stage.
pub fn stays(report: &CaseReport) -> Chart {
    let title = "Time in each stage".to_owned();
    let table = audit::stays(report);
    #[allow(clippy::cast_precision_loss, reason = "what is drawn need not be exact")]
    let value = |stay: &StageStay| stay.minutes as f64;
    let bar = |stay: &StageStay| Bar {
        label: stay.stage.label().to_owned(),
        value: Interval { estimate: value(stay), low: value(stay), high: value(stay) },
        value_text: format::lasting(stay.minutes),
        desired: stay.left.is_some(),
    };
    let rows: Vec<Bar> = open_stays(report).map(bar).collect();
    if rows.is_empty() {
        return Chart { title, summary: NONE.into(), figure: Figure::Nothing(NONE.into()), key: Vec::new(), table };
    }
    let most = open_stays(report).map(value).fold(0.0, f64::max);
    let descriptions: Vec<String> = rows.iter().map(|row| format!("{}: {}", row.label, row.value_text)).collect();
    let still = rows.iter().any(|row| !row.desired);
    let key = still.then(|| Key::new(Sign::Hatched, "still in it")).into_iter().collect();
    let summary = format!("Bars in the order in which the stages were entered. {}.", descriptions.join("; "));
    Chart { title, summary, figure: Figure::Bars(Bars { scale: Scale::times(most), rows }), key, table }
}

/// Returns when the case was in each stage, and when events happened.
pub fn course(report: &CaseReport) -> Chart {
    let title = "The case on a calendar".to_owned();
    let zone = Zone::or_utc(report.time_zone.as_ref());
    let table = audit::stays(report);
    let lanes: Vec<Lane> = open_stays(report).map(|stay| lane(report, stay, zone)).collect();
    let days = || lanes.iter().flat_map(|lane| [lane.work.0, lane.work.1]);
    let (Some(first), Some(last)) = (days().min(), days().max()) else {
        return Chart { title, summary: NONE.into(), figure: Figure::Nothing(NONE.into()), key: Vec::new(), table };
    };
    let descriptions = lanes.iter().map(|lane| {
        let (from, to) = (format::date(lane.work.0), format::date(lane.work.1));
        format!("{}: {from} to {to}", lane.label)
    });
    let descriptions: Vec<String> = descriptions.collect();
    Chart {
        title,
        summary: format!("Lanes from top to bottom, one for each stay in a stage. {}.", descriptions.join("; ")),
        figure: Figure::Timeline(Timeline { days: Scale::dates(first, last), lanes, contract: None }),
        key: vec![Key::new(Sign::Line, "in the stage"), Key::new(Sign::Dot, "a day with an event")],
        table,
    }
}

fn lane(report: &CaseReport, stay: &StageStay, zone: Zone) -> Lane {
    let until = stay.left.unwrap_or(report.as_of).max(stay.entered);
    let inside = report.records.iter().filter(|moment| {
        moment.accepted && moment.corrected_by().is_none() && (stay.entered..=until).contains(&moment.at)
    });
    let mut events: Vec<Date> = inside.map(|moment| zone.date(moment.at)).collect();
    events.sort_unstable();
    events.dedup();
    let label = stay.stage.label().to_owned();
    Lane { label, work: (zone.date(stay.entered), zone.date(until)), wait: None, events, session: false }
}
