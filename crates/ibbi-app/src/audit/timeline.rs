//! The timeline of a case in a ledger that may be damaged.

use crate::describe::describe;
use crate::error::AppError;
use crate::replay::{DestroyedText, Moment, Timeline};
use crate::zone::Zone;
use ibbi_audit::{CaseQuery, Finding};
use ibbi_log::Uuid;
use std::path::Path;

/// Returns the timeline of a case, with the findings about the case, even if the ledger is damaged.
/// [`crate::replay::timelines`] stops at the first unreadable line; this function continues with the next readable one.
///
/// # Errors
/// Returns an [`AppError`], such as [`AppError::NoCase`] if no line of the case can be read.
pub fn timeline(path: &Path, case: Uuid, to: Option<u64>) -> Result<(Timeline, Vec<Finding>), AppError> {
    let until = to.map_or(ibbi_audit::CaseUntil::End, ibbi_audit::CaseUntil::Seq);
    let report = super::case_report(path, &case.to_string(), |id| CaseQuery { until, ..CaseQuery::new(id) })?;
    let zone = report.time_zone.as_ref().map(Zone::new).transpose()?.unwrap_or_default();
    let moments = report.records.into_iter().map(|moment| Moment {
        seq: moment.seq,
        rev: moment.rev,
        at: moment.at,
        precision: moment.details.precision,
        logged: moment.logged,
        actor: moment.actor,
        on_behalf: moment.details.on_behalf,
        text: describe(&moment.event),
        destroyed: DestroyedText::of(&moment.event),
        event: moment.event,
        to: moment.stage,
        replaces: moment.details.replaces,
        inserted: moment.inserted,
        advisories: moment.advisories,
        voided_by: moment.voided_by,
        replaced_by: moment.replaced_by,
        fault: match moment.refusal {
            Some(refusal) => Some(refusal.to_string()),
            None => (!moment.accepted).then(|| "this record does not count; see the findings".to_owned()),
        },
    });
    let moments: Vec<Moment> = moments.collect();
    let timeline = Timeline {
        case,
        district: report.district,
        later: usize::try_from(report.later).unwrap_or(usize::MAX),
        stage: report.stage,
        outcome: report.outcome,
        state: report.state,
        faults: moments.iter().filter(|moment| moment.fault.is_some()).count(),
        moments,
        zone,
    };
    Ok((timeline, report.findings))
}
