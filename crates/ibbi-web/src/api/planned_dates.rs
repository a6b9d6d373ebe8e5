//! Planned dates on the calendar of a case over the API: list them, put them there, and take them back.

use super::scenarios::{OneScenario, SentScenario};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use ibbi_access::View;
use ibbi_app::schedule;
use ibbi_app::sim::HeldDates;
use ibbi_core::{Format, LocalTime};
use ibbi_report::ics::{IcsEntry, IcsStatus};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The plan whose dates are put on the calendar of a case. It continues from the case.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DatesToPublish {
    /// The scenario, with the people and their times.
    scenario: SentScenario,
    /// The format of the facilitation, in place of the one that the scenario names.
    format: Option<Format>,
    /// The chance, in percent, with which dates to hold must be enough. Without it, the dates are those of the earliest plan.
    #[schemars(range(min = HeldDates::LEAST, max = HeldDates::MOST))]
    confidence: Option<u8>,
    /// Whether to return the dates and publish nothing.
    #[serde(default)]
    dry_run: bool,
}

/// The planned dates on the calendar of a case.
#[derive(Serialize, JsonSchema)]
pub(super) struct PlannedDateList {
    /// The case.
    case: Uuid,
    /// The dates, in the order of their times. There are none if all were taken back or replaced by bookings.
    dates: Vec<PlannedDate>,
}

/// The planned dates after a change.
#[derive(Serialize, JsonSchema)]
pub(super) struct PlannedDatesChanged {
    /// The case.
    case: Uuid,
    /// The dates that are planned now, in the order of their times.
    dates: Vec<PlannedDate>,
    /// The number of calendar entries that are new, have another time, or are canceled.
    changed: usize,
    /// Whether nothing was published, because this was a dry run.
    dry_run: bool,
}

/// A planned date.
#[derive(Serialize, JsonSchema)]
struct PlannedDate {
    /// The ID of its calendar entry. A booking of the same session has the same ID.
    uid: String,
    /// When it starts.
    #[schemars(with = "String")]
    starts: LocalTime,
    /// When it ends.
    #[schemars(with = "String")]
    ends: LocalTime,
    /// The sequence of its calendar entry.
    sequence: u32,
    /// The chance that the session is complete by this date, from 0 to 1, if it is known.
    odds: Option<f64>,
    /// The title of its calendar entry.
    summary: String,
}

impl From<&IcsEntry> for PlannedDate {
    fn from(entry: &IcsEntry) -> Self {
        Self {
            uid: entry.uid.clone(),
            starts: entry.slot.starts(),
            ends: entry.slot.ends(),
            sequence: entry.sequence,
            odds: entry.odds.map(|odds| f64::from(odds) / 10_000.0),
            summary: entry.summary.clone(),
        }
    }
}

pub(super) fn list(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    let dates = request.planned_dates(case)?.iter().map(PlannedDate::from).collect();
    Ok(json(StatusCode::OK, &PlannedDateList { case, dates })?)
}

pub(super) fn publish(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    request.check(View::PlannedDates, case)?;
    let example = r#"{"scenario": {"district": "Maple Hollow", …}, "confidence": 80}"#;
    let DatesToPublish { scenario, format, confidence, dry_run } = request.object("a plan", example)?;
    let asked = OneScenario { scenario: Some(scenario), format, case: Some(case), as_of: None, confidence };
    // The case from which the dates continue. What is recorded in the meantime counts after them.
    let log = request.facts(case, Clone::clone)?;
    let plan = schedule::plan(&asked.simulator(request)?, confidence)?;
    let current = schedule::planned_entries(&asked.scenario()?, &plan, Some(&log), request.state.now()?)?;
    let changed =
        if dry_run { request.try_planned_dates(&log, current)? } else { request.put_planned_dates(&log, current)? };
    answer(case, changed, dry_run)
}

pub(super) fn take_back(request: &WebRequest) -> WebResult {
    let case = request.id("case")?;
    answer(case, request.take_back_planned_dates(case)?, false)
}

fn answer(case: Uuid, changed: schedule::ChangedDates, dry_run: bool) -> Result<axum::response::Response, WebError> {
    let mut dates: Vec<&IcsEntry> = changed.planned.entries.entries().iter().collect();
    dates.retain(|entry| entry.status == IcsStatus::Tentative);
    dates.sort_by_key(|entry| (entry.slot.starts().at(), &entry.uid));
    let dates = dates.into_iter().map(PlannedDate::from).collect();
    Ok(json(StatusCode::OK, &PlannedDatesChanged { case, dates, changed: changed.changed, dry_run })?)
}
