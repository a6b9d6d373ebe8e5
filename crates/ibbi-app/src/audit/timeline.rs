//! A case's timeline where the ledger is damaged.

use crate::describe::describe;
use crate::error::AppError;
use crate::replay::{Moment, Timeline};
use crate::zone::Zone;
use ibbi_audit::{CaseQuery, Finding};
use ibbi_log::Uuid;
use std::path::Path;

/// A case of a ledger that may be damaged as a timeline, with what an audit finds about the case. Where
/// [`crate::replay::replay`] stops at the first line that cannot be read, this goes on with the next that can.
///
/// # Errors
/// [`AppError`]; above all [`AppError::NoCase`] where no line of the case can be read.
pub fn timeline(path: &Path, case: Uuid, to: Option<u64>) -> Result<(Timeline, Vec<Finding>), AppError> {
    let until = to.map_or(ibbi_audit::Until::End, ibbi_audit::Until::Seq);
    let report = super::case(path, &case.to_string(), |id| CaseQuery { until, ..CaseQuery::of(id) })?;
    let zone = report.time_zone.as_ref().map(Zone::new).transpose()?.unwrap_or_default();
    let moments = report.moments.into_iter().map(|moment| Moment {
        seq: moment.seq,
        rev: moment.rev,
        at: moment.at,
        logged: moment.logged,
        actor: moment.actor,
        text: describe(&moment.event),
        event: moment.event,
        to: moment.stage,
        voided_by: moment.voided_by,
        fault: match moment.refusal {
            Some(refusal) => Some(refusal.to_string()),
            None => (!moment.accepted).then(|| "it does not count: see what was found".to_owned()),
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
