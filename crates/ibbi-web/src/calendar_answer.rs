//! The answer at the secret address of a calendar: the dates that its maker may see now, for programs that ask again and again.

use crate::calendar_feeds::{Feed, FeedScope};
use crate::calendar_requests::cases_of;
use crate::etag::Tags;
use crate::participation::takes_part;
use crate::problem::WebError;
use crate::reader::{Reader, case_ref};
use crate::request::{WebRequest, WebResult};
use crate::response::{CALENDAR, TEXT, with_content_etag, with_header, with_type};
use crate::state::AppState;
use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use ibbi_access::{AccessError, View, Viewer};
use ibbi_app::AppError;
use ibbi_app::case_log::CaseLog;
use ibbi_app::schedule::{SubscribedCalendar, SubscribedCase, subscribed_calendar};
use ibbi_core::At;
use std::time::{Duration, UNIX_EPOCH};

/// A calendar program may keep the answer, and must ask each time whether it has changed.
const CACHING: &str = "private, no-cache";

/// Answers a calendar program.
pub(crate) fn calendar(request: &WebRequest) -> WebResult {
    let given = request.path.get("secret").map(String::as_str).unwrap_or_default();
    let secret = given.strip_suffix(".ics").unwrap_or(given);
    let Some(feed) = request.state.feeds.find(secret)? else {
        // After the look-up: an address that counts can't be guessed, and must not wait because of another program.
        request.visit.check_throttle(&request.state)?;
        request.visit.failed(&request.state, "a calendar address that doesn't exist");
        return Ok(plain(
            StatusCode::NOT_FOUND,
            "There is no calendar at this address. Copy the whole address again.\n",
        ));
    };
    if feed.revoked.is_some() {
        return Ok(plain(StatusCode::GONE, "This calendar address was revoked. Ask for a new one.\n"));
    }
    let Some(viewer) = request.state.viewer(feed.by.clone())? else { return Ok(no_role()) };
    let Some(made) = made(&request.state, &viewer, &feed)? else { return Ok(no_role()) };
    conditional(&request.headers, request.state.now()?, made)
}

fn no_role() -> Response {
    let text = "This calendar address doesn't work any more: the person who made it can't see these dates now. Ask for a new one.\n";
    plain(StatusCode::GONE, text)
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    with_type(status, TEXT, text)
}

/// Returns the calendar of an address; nothing if its maker may not show it any more.
fn made(state: &AppState, viewer: &Viewer, feed: &Feed) -> Result<Option<SubscribedCalendar>, WebError> {
    if viewer.may_see(View::Calendars, None).is_err() {
        return Ok(None);
    }
    let made = match &feed.shows {
        FeedScope::Case(case) => {
            let planned = state.published.planned(*case)?;
            let made = state.case(*case, |log| {
                let is_shown = viewer.may_see(View::Calendars, Some(case_ref(log))).is_ok();
                is_shown.then(|| {
                    let name = log.district().map(ToString::to_string).unwrap_or_default();
                    subscribed_calendar(&name, &[SubscribedCase { log, planned: planned.as_ref() }], feed.created)
                })
            });
            match made {
                Err(AppError::NoCase(_) | AppError::Gone(_)) => return Ok(None),
                made => made?.transpose()?,
            }
        }
        FeedScope::Person(person) => {
            let all = cases_of(Reader { state, viewer }, person.as_str())?;
            let (takes, took): (Vec<&CaseLog>, Vec<&CaseLog>) =
                all.iter().partition(|log| takes_part(log, person.as_str()));
            // A case that the person has left, or that the maker can see no more, takes its dates away.
            let left = took.iter().filter_map(|log| log.records.last()).map(|record| record.logged);
            let granted =
                state.access(|registry| Ok::<_, AccessError>(registry.history()?.last().map(|entry| entry.at)))?;
            let since = left.chain(granted).fold(feed.created, At::max);
            let with_plans = takes.into_iter().map(|log| Ok((log, state.published.planned(log.id)?)));
            let with_plans = with_plans.collect::<Result<Vec<_>, WebError>>()?;
            let cases: Vec<SubscribedCase<'_>> =
                with_plans.iter().map(|(log, planned)| SubscribedCase { log, planned: planned.as_ref() }).collect();
            Some(subscribed_calendar(person.as_str(), &cases, since)?)
        }
    };
    Ok(made)
}

/// Answers with the calendar, or without it if the program has it already.
fn conditional(headers: &HeaderMap, now: At, made: SubscribedCalendar) -> WebResult {
    // Dates of HTTP have whole seconds. What was changed in this second can change in it once more.
    let second = made.changed.millis().div_euclid(1000);
    let second = if now.millis().div_euclid(1000) <= second { second - 1 } else { second };
    let second = u64::try_from(second).unwrap_or_default();
    let answer = with_content_etag(CALENDAR, made.text);
    let answer = with_header(answer, LAST_MODIFIED, &httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second)));
    let answer = with_header(answer, CACHE_CONTROL, CACHING);
    let answer = with_header(answer, CONTENT_DISPOSITION, "inline; filename=\"calendar.ics\"");
    let tag = answer.headers().get(ETAG).and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    let has = match Tags::read(headers, &IF_NONE_MATCH)? {
        Some(tags) => tags.have(tag),
        None => {
            let since = headers.get(IF_MODIFIED_SINCE).and_then(|since| since.to_str().ok());
            let since = since.and_then(|since| httpdate::parse_http_date(since).ok());
            since.is_some_and(|since| UNIX_EPOCH + Duration::from_secs(second) <= since)
        }
    };
    Ok(if has { not_modified(answer) } else { answer })
}

/// Returns the answer to a program that has the calendar: the same head, without the calendar.
fn not_modified(mut answer: Response) -> Response {
    *answer.status_mut() = StatusCode::NOT_MODIFIED;
    *answer.body_mut() = Body::empty();
    for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_DISPOSITION] {
        answer.headers_mut().remove(name);
    }
    answer
}
