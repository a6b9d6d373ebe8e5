//! The plan on a calendar.

use super::contract_key;
use crate::chart::{Chart, Figure, Key, Lane, Scale, Sign, Timeline};
use crate::format;
use crate::table::{Column, Table};
use ibbi_core::Date;
use ibbi_sim::{Milestone, MilestoneKind, Plan, PlannedSession, Scenario, SessionKind};

/// A contract date up to this many days past the plan is drawn.
const FAR: i64 = 400;

/// Returns the plan on a calendar: how long each step takes, and when sessions are.
pub fn timeline(scenario: &Scenario, plan: &Plan) -> Chart {
    let lanes = lanes(scenario, plan);
    let title = "The plan on a calendar".to_owned();
    let table = table(scenario, plan);
    let last = lanes.iter().flat_map(|lane| lane.events.iter().copied()).max().unwrap_or(scenario.start);
    let contract = plan.contract_expires;
    let shown = contract.filter(|expires| format::days_between(last, *expires) <= FAR);
    let descriptions =
        lanes.iter().filter_map(|lane| Some(format!("{}: {}", lane.label, format::date(*lane.events.last()?))));
    let descriptions: Vec<String> = descriptions.collect();
    if descriptions.is_empty() {
        let why = "No session in the plan has an open day.";
        return Chart { title, summary: why.into(), figure: Figure::Nothing(why.into()), key: Vec::new(), table };
    }
    let mut key =
        vec![Key::new(Sign::Line, "in progress"), Key::new(Sign::Dot, "step"), Key::new(Sign::Diamond, "session")];
    if lanes.iter().any(|lane| lane.wait.is_some()) {
        key.insert(1, Key::new(Sign::Hatched, "waiting for an open day"));
    }
    key.extend(contract.map(|expires| contract_key(expires, shown.is_some())));
    Chart {
        title,
        summary: format!("Lanes from top to bottom, with the day of each. {}.", descriptions.join("; ")),
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
        Some(Lane { label: label.to_owned(), work: (from.min(to), to), wait: None, events, session: false })
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
    let sittings = |wanted: fn(&SessionKind) -> bool| plan.sessions.iter().filter(move |session| wanted(&session.what));
    let from = end(&lanes);
    lanes.extend(sittings(|what| *what == SessionKind::Meeting).map(|session| lane(plan, session, from)));
    let from = end(&lanes);
    lanes.extend(steps("Letters of support", from, dates(|what| matches!(what, MilestoneKind::Letter { .. }))));
    let from = end(&lanes);
    lanes.extend(steps("Application accepted", from, dates(|what| *what == MilestoneKind::Accepted)));
    let from = end(&lanes);
    lanes
        .extend(sittings(|what| matches!(what, SessionKind::Training { .. })).map(|session| lane(plan, session, from)));
    let from = end(&lanes);
    lanes.extend(steps("Both parties decide", from, dates(|what| matches!(what, MilestoneKind::Adopts { .. }))));
    let from = end(&lanes);
    lanes.extend(
        sittings(|what| matches!(what, SessionKind::Facilitation { .. })).map(|session| lane(plan, session, from)),
    );
    lanes
}

fn lane(plan: &Plan, session: &PlannedSession, from: Date) -> Lane {
    let day = session.slot.local_day();
    Lane {
        label: format::session_name(session.what, format::facilitation_parts(plan)),
        work: (from.min(session.earliest), session.earliest),
        wait: (session.earliest < day).then_some((session.earliest, day)),
        events: vec![day],
        session: true,
    }
}

/// Returns the steps and sessions of the plan, in the order of their days.
pub(crate) fn table(scenario: &Scenario, plan: &Plan) -> Table {
    let columns =
        [Column::text("day"), Column::text("what"), Column::text("hours"), Column::text("earliest day allowed")];
    let mut table = Table::new("The plan, day by day", columns);
    table.row([scenario.start.into(), crate::forecast_tables::first_step(plan).into(), "".into(), "".into()]);
    let steps = plan.milestones.iter().map(|Milestone { what, date }| {
        (*date, 1, vec![(*date).into(), format::milestone(*what).into(), "".into(), "".into()])
    });
    let parts = format::facilitation_parts(plan);
    let sittings = plan.sessions.iter().map(|session| {
        let day = session.slot.local_day();
        let hours = format::unbroken_times(&format::time_range(session.slot));
        (
            day,
            0,
            vec![day.into(), format::session_name(session.what, parts).into(), hours.into(), session.earliest.into()],
        )
    });
    let mut rows: Vec<_> = sittings.chain(steps).collect();
    // On the same day, a session is first, as in the model. Otherwise the order of the plan is kept.
    rows.sort_by_key(|(day, rank, _)| (*day, *rank));
    rows.into_iter().for_each(|(_, _, row)| table.row(row));
    table
}
