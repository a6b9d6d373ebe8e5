//! Calendar addresses over the API: list, make, and revoke them.

use super::paging;
use crate::calendar_feeds::{Feed, FeedScope};
use crate::calendar_requests::{self as calendars, WantedCalendar};
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::json;
use axum::http::StatusCode;
use ibbi_core::At;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A calendar address to make: of a case, or of a person.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarBody {
    /// The case whose dates it shows.
    #[schemars(with = "Option<Uuid>")]
    case: Option<String>,
    /// The person whose dates it shows, in all cases that you can see, by the name that the cases have.
    person: Option<String>,
}

/// A calendar address that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct NewCalendar {
    /// Its ID, with which it can be revoked. It isn't secret.
    id: String,
    /// The secret address. It is shown only now.
    address: String,
    /// The same address for the programs that open calendars.
    webcal: String,
}

/// The calendar addresses.
#[derive(Serialize, JsonSchema)]
pub(super) struct CalendarList {
    /// The addresses, oldest first.
    calendars: Vec<CalendarInfo>,
    /// The value of `after` for the next page; null on the last page.
    next: Option<String>,
}

/// A calendar address, without its secret.
#[derive(Serialize, JsonSchema)]
struct CalendarInfo {
    /// Its ID.
    id: String,
    /// The case whose dates it shows.
    case: Option<Uuid>,
    /// The person whose dates it shows.
    person: Option<String>,
    /// When it was made.
    #[schemars(with = "String")]
    created: At,
    /// Who made it. It shows what this person may see.
    created_by: String,
}

/// A change that was made.
#[derive(Serialize, JsonSchema)]
pub(super) struct CalendarChanged {
    /// The ID of the calendar address.
    calendar: String,
    /// The change.
    done: &'static str,
}

pub(super) fn list(request: &WebRequest) -> WebResult {
    let (limit, after) = (paging::limit(request)?, paging::after::<String>(request, "the ID of a calendar address")?);
    let all = calendars::current(request)?;
    let from = after.map_or(Ok(0), |after| {
        let place = all.iter().position(|feed| feed.id == after).map(|place| place + 1);
        place.ok_or_else(|| WebError::not_found(format!("there is no calendar address `{after}` that you can see")))
    })?;
    let mut shown: Vec<_> = all.into_iter().skip(from).take(limit + 1).map(info).collect();
    let more = shown.len() > limit;
    shown.truncate(limit);
    let next = shown.last().filter(|_| more).map(|calendar| calendar.id.clone());
    Ok(json(StatusCode::OK, &CalendarList { calendars: shown, next })?)
}

fn info(feed: Feed) -> CalendarInfo {
    let (case, person) = match feed.shows {
        FeedScope::Case(case) => (Some(case), None),
        FeedScope::Person(name) => (None, Some(name.to_string())),
    };
    CalendarInfo { id: feed.id, case, person, created: feed.created, created_by: feed.by.name.to_string() }
}

pub(super) fn create(request: &WebRequest) -> WebResult {
    let CalendarBody { case, person } = request.object("a calendar address", r#"{"person": "Rosa Amari"}"#)?;
    let made = calendars::create(request, WantedCalendar { case: case.as_deref(), person: person.as_deref() })?;
    let address = calendars::address(request, &made.secret);
    let webcal = calendars::webcal(&address);
    Ok(json(StatusCode::CREATED, &NewCalendar { id: made.id, address, webcal })?)
}

pub(super) fn revoke(request: &WebRequest) -> WebResult {
    calendars::revoke(request, calendars::id(request))?;
    let calendar = calendars::id(request).to_owned();
    Ok(json(StatusCode::OK, &CalendarChanged { calendar, done: "the calendar address was revoked" })?)
}
