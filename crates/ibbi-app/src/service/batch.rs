//! Several events from a file: one act.

use super::offer::{EventTime, Offer};
use crate::error::AppError;
use crate::input;
use crate::zone::Zone;
use ibbi_core::{At, Event, Name};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

/// One event of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    r#type: String,
    #[serde(borrow)]
    data: &'a RawValue,
    at: Option<String>,
    id: Option<Uuid>,
    on_behalf: Option<Name>,
    replaces: Option<u64>,
}

/// Reads the offers of one act from JSON: one object for each event, as lines or in a list. Each object has `type` and
/// `data`, and can have `at`, `id`, `on_behalf`, and `replaces`.
///
/// Local times are in the zone. If the first event opens a case, times are in the zone that it names.
///
/// # Errors
/// [`AppError::InAct`] with the event that can't be read; [`AppError::Usage`] if there is no event.
pub fn offers_from_json(text: &[u8], zone: Zone, now: At, actor: &Name) -> Result<Vec<Offer>, AppError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let objects: Vec<&RawValue> = match text.trim_ascii_start().first() {
        None => Vec::new(),
        Some(b'[') => serde_json::from_slice(text).map_err(|error| not_json(&error))?,
        Some(_) => {
            let objects = serde_json::Deserializer::from_slice(text).into_iter::<&RawValue>();
            objects.collect::<Result<_, _>>().map_err(|error| not_json(&error))?
        }
    };
    let count = objects.len();
    if count == 0 {
        return Err(AppError::Usage("there is no event; write one JSON object for each event".to_owned()));
    }
    let mut zone = zone;
    let mut offers = Vec::with_capacity(count);
    for (index, object) in objects.into_iter().enumerate() {
        let offer = offer(object, &mut zone, now, actor);
        offers.push(offer.map_err(|error| AppError::InAct { index, count, error: Box::new(error) })?);
    }
    Ok(offers)
}

fn offer(object: &RawValue, zone: &mut Zone, now: At, actor: &Name) -> Result<Offer, AppError> {
    let line: Line<'_> = serde_json::from_str(object.get())
        .map_err(|error| AppError::Usage(format!("the JSON is not an event: {}", input::json_error_text(&error))))?;
    let kind = input::event_kind(&line.r#type)?;
    let event = input::from_json(Some(kind), line.data.get().as_bytes(), *zone)?;
    if let Event::CaseOpened(opened) = &event {
        *zone = Zone::new(&opened.time_zone)?;
    }
    let at = match line.at.as_deref() {
        None => None,
        Some(text) => Some(match text.parse() {
            Ok(at) => EventTime::At(at),
            Err(_) => EventTime::read(text, *zone, now)?,
        }),
    };
    let (id, on_behalf, replaces) = (line.id, line.on_behalf, line.replaces);
    Ok(Offer { at, id, on_behalf, replaces, ..Offer::new(event, actor.clone()) })
}

fn not_json(error: &serde_json::Error) -> AppError {
    let error = input::json_error_text(error);
    AppError::Usage(format!("the events are not JSON: {error}; write one JSON object for each event"))
}
