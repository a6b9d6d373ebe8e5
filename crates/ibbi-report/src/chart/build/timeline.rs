//! A plan on a calendar.

use super::contract_key;
use crate::chart::{Chart, Figure, Key, Lane, Scale, Sign, Timeline};
use crate::table::{Column, Table};
use crate::words;
use ibbi_core::Date;
use ibbi_sim::{Milestone, MilestoneKind, Plan, PlannedSession, Scenario, SessionKind};

/// How far beyond the plan a contract date may lie and still be drawn, in days.
const FAR: i64 = 400;

/// The plan on a calendar: what takes how long, and when people meet.
pub fn timeline(scenario: &Scenario, plan: &Plan) -> Chart {
    let lanes = lanes(scenario, plan);
    let title = "The plan on a calendar".to_owned();
    let table = table(scenario, plan);
    let last = lanes.iter().flat_map(|lane| lane.events.iter().copied()).max().unwrap_or(scenario.start);
    let contract = plan.contract_expires;
    let shown = contract.filter(|expires| words::days_between(last, *expires) <= FAR);
    let said =
        lanes.iter().filter_map(|lane| Some(format!("{}: {}", lane.label, words::brief_day(*lane.events.last()?))));
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        let why = "Nothing in the plan finds a day.";
        return Chart { title, summary: why.into(), figure: Figure::Nothing(why.into()), key: Vec::new(), table };
    }
    let mut key =
        vec![Key::new(Sign::Line, "takes its time"), Key::new(Sign::Dot, "step"), Key::new(Sign::Diamond, "sitting")];
    if lanes.iter().any(|lane| lane.wait.is_some()) {
        key.insert(1, Key::new(Sign::Hatched, "waits for a day that suits everybody"));
    }
    key.extend(contract.map(|expires| contract_key(expires, shown.is_some())));
    Chart {
        title,
        summary: format!("Lanes from top to bottom, with the day of each. {}.", said.join("; ")),
        figure: Figure::Timeline(Timeline {
            days: Scale::dates(scenario.start, shown.map_or(last, |expires| expires.max(last))),
            lanes,
            contract,
        }),
        key,
        table,
    }
}

fn lanes(scenario: &Scenario, plan: &Plan) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let dates = |wanted: fn(&MilestoneKind) -> bool| -> Vec<Date> {
        plan.milestones.iter().filter(|milestone| wanted(&milestone.what)).map(|milestone| milestone.date).collect()
    };
    let steps = |label: &str, from: Date, events: Vec<Date>| {
        let to = events.iter().max().copied()?;
        Some(Lane { label: label.to_owned(), work: (from.min(to), to), wait: None, events, sitting: false })
    };
    let end = |lanes: &[Lane]| {
        let days = lanes.iter().flat_map(|lane| lane.events.iter().copied());
        days.max().unwrap_or(scenario.start)
    };
    lanes.extend(steps(
        "Leaders agree",
        scenario.start,
        dates(|what| matches!(what, MilestoneKind::LeaderAgrees { .. })),
    ));
    let sittings = |wanted: fn(&SessionKind) -> bool| plan.sessions.iter().filter(move |sitting| wanted(&sitting.what));
    let from = end(&lanes);
    lanes.extend(sittings(|what| *what == SessionKind::Meeting).map(|sitting| lane(plan, sitting, from)));
    let from = end(&lanes);
    lanes.extend(steps("Letters of support", from, dates(|what| matches!(what, MilestoneKind::Letter { .. }))));
    let from = end(&lanes);
    lanes.extend(steps("Application accepted", from, dates(|what| *what == MilestoneKind::Accepted)));
    let from = end(&lanes);
    lanes.extend(sittings(|what| *what == SessionKind::Training).map(|sitting| lane(plan, sitting, from)));
    let from = end(&lanes);
    lanes.extend(steps("Both parties decide", from, dates(|what| matches!(what, MilestoneKind::Adopts { .. }))));
    let from = end(&lanes);
    lanes.extend(
        sittings(|what| matches!(what, SessionKind::Facilitation { .. })).map(|sitting| lane(plan, sitting, from)),
    );
    lanes
}

fn lane(plan: &Plan, sitting: &PlannedSession, from: Date) -> Lane {
    let day = sitting.slot.local_day();
    Lane {
        label: words::sitting(sitting.what, words::facilitation_parts(plan)),
        work: (from.min(sitting.earliest), sitting.earliest),
        wait: (sitting.earliest < day).then_some((sitting.earliest, day)),
        events: vec![day],
        sitting: true,
    }
}

/// Everything in the plan in the order of its days: steps and sittings.
pub(crate) fn table(scenario: &Scenario, plan: &Plan) -> Table {
    let columns =
        [Column::text("day"), Column::text("what"), Column::text("hours"), Column::text("earliest day allowed")];
    let mut table = Table::new("The plan, day by day", columns);
    table.row([scenario.start.into(), crate::facts::beginning(plan).into(), "".into(), "".into()]);
    let steps = plan.milestones.iter().map(|Milestone { what, date }| {
        (*date, 1, vec![(*date).into(), words::milestone(*what).into(), "".into(), "".into()])
    });
    let parts = words::facilitation_parts(plan);
    let sittings = plan.sessions.iter().map(|sitting| {
        let day = sitting.slot.local_day();
        let hours = words::hours(sitting.slot);
        (day, 0, vec![day.into(), words::sitting(sitting.what, parts).into(), hours.into(), sitting.earliest.into()])
    });
    let mut rows: Vec<_> = sittings.chain(steps).collect();
    // On one day a sitting comes first, as in the model; otherwise the order of the plan is kept.
    rows.sort_by_key(|(day, rank, _)| (*day, *rank));
    rows.into_iter().for_each(|(_, _, row)| table.row(row));
    table
}
