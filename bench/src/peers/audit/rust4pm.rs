//! The crate `process_mining`, from an export in XES.

use super::{Answer, Failed, Place, timed};
use process_mining::conformance::case_centric::alignments::{AlignmentOptions, align_variants, compute_fitness};
use process_mining::core::event_data::case_centric::utils::activity_projection::EventLogActivityProjection;
use process_mining::core::event_data::case_centric::{Event, XESEditableAttribute as _};
use process_mining::{EventLog, Importable as _, PetriNet};
use std::time::Duration;

/// Reads the log, counts the ways and adds up the times.
pub(super) fn statistics(place: &Place) -> Result<Duration, Failed> {
    let (time, found) = timed(|| looked_at(place).map(|(answer, _)| answer));
    place.same(&found?).map(|()| time)
}

/// The same, and whether every case fits the net.
pub(super) fn conformance(place: &Place) -> Result<Duration, Failed> {
    let (time, found) = timed(|| {
        let (answer, projection) = looked_at(place)?;
        let net = PetriNet::import_from_path(&place.net).map_err(|error| format!("the net: {error:?}"))?;
        let options = AlignmentOptions::default();
        let aligned = align_variants(&net, &projection, &options);
        let fitness = compute_fitness(&aligned, &net, &options).map_err(|error| format!("fitness: {error:?}"))?;
        Ok::<_, Failed>((answer, fitness.log_fitness))
    });
    let (answer, fitness) = found?;
    place.same(&answer)?;
    if (fitness - 1.0).abs() < f64::EPSILON {
        Ok(time)
    } else {
        Err(format!("Rust4PM finds a fitness of {fitness}").into())
    }
}

fn looked_at(place: &Place) -> Result<(Answer, EventLogActivityProjection), Failed> {
    let log = EventLog::import_from_path(&place.xes).map_err(|error| format!("the log: {error:?}"))?;
    let projection = EventLogActivityProjection::from(&log);
    let mut variants: Vec<u64> = projection.traces.iter().map(|(_, cases)| *cases).collect();
    variants.sort_unstable_by(|one, other| other.cmp(one));
    let millis = |event: &Event| {
        let stamp = event.attributes.get_by_key("time:timestamp")?;
        stamp.value.try_as_date().map(|date| date.timestamp_millis())
    };
    let mut minutes = 0;
    for trace in &log.traces {
        let (first, last) = (trace.events.first().and_then(millis), trace.events.last().and_then(millis));
        let length = last.zip(first).map(|(last, first)| (last - first) / 60_000);
        minutes += u64::try_from(length.ok_or("a trace has no times")?)?;
    }
    let events = log.traces.iter().map(|trace| trace.events.len() as u64).sum();
    Ok((Answer { cases: log.traces.len() as u64, events, variants, minutes }, projection))
}
