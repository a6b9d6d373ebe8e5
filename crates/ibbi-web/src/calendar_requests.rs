//! Calendar addresses that a request makes or revokes, by the API or by a page.

use crate::calendar_feeds::{Feed, FeedScope, NewFeed};
use crate::participation::{people_of, takes_part};
use crate::problem::WebError;
use crate::reader::{Reader, case_ref};
use crate::request::WebRequest;
use crate::visit::text;
use axum::http::header::HOST;
use ibbi_access::{Principal, View, Viewer};
use ibbi_app::case_log::CaseLog;
use ibbi_app::{AppError, feed};
use ibbi_core::Name;
use std::collections::BTreeSet;
use uuid::Uuid;

/// An address to make, as a request describes it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WantedCalendar<'a> {
    pub(crate) case: Option<&'a str>,
    pub(crate) person: Option<&'a str>,
}

/// Makes a calendar address.
pub(crate) fn create(request: &WebRequest, wanted: WantedCalendar<'_>) -> Result<NewFeed, WebError> {
    request.viewer.may_see(View::Calendars, None)?;
    let usage = |what: String| WebError::from(AppError::Usage(what));
    let shows = match (wanted.case, wanted.person) {
        (Some(case), None) => {
            let wrong = |_| usage("the case: this is not the ID of a case; the address of its page has it".to_owned());
            let case = Uuid::parse_str(case.trim()).map_err(wrong)?;
            request.check(View::Calendars, case)?;
            FeedScope::Case(case)
        }
        (None, Some(person)) => {
            let name = Name::new(person).map_err(|error| usage(format!("the person: {error}")))?;
            let reader = request.reader();
            if cases_of(reader, name.as_str())?.iter().all(|log| !takes_part(log, name.as_str())) {
                let why = format!(
                    "the person: {name} takes part in no case that you can see; write the name as the case has it"
                );
                return Err(usage(why));
            }
            FeedScope::Person(name)
        }
        _ => return Err(usage("name a case or a person, and not both".to_owned())),
    };
    let now = request.state.now()?;
    Ok(request.state.feeds.create(shows, &request.viewer.principal, now)?)
}

/// Returns the addresses that the viewer made; for program staff, those of all people. Oldest first.
pub(crate) fn current(request: &WebRequest) -> Result<Vec<Feed>, WebError> {
    request.viewer.may_see(View::Calendars, None)?;
    Ok(request.state.feeds.current(whose(&request.viewer))?)
}

/// Revokes an address: one that the viewer made; for program staff, any.
pub(crate) fn revoke(request: &WebRequest, id: &str) -> Result<(), WebError> {
    request.viewer.may_see(View::Calendars, None)?;
    let now = request.state.now()?;
    Ok(request.state.feeds.revoke(id, whose(&request.viewer), &request.viewer.principal, now)?)
}

/// Returns whose addresses the viewer manages: everyone's, if this is `None`.
fn whose(viewer: &Viewer) -> Option<&Principal> {
    viewer.may_see(View::ManageAccess, None).is_err().then_some(&viewer.principal)
}

/// Returns the cases that a reader can make calendars of, and whose records have a name, also in records that don't count any more.
pub(crate) fn cases_of(reader: Reader<'_>, name: &str) -> Result<Vec<CaseLog>, WebError> {
    let Reader { state, viewer } = reader;
    let last = state.look(feed::size);
    let read = |after, limit| state.look(|service| feed::records_as_stored(service, after, limit));
    let mut found = Vec::new();
    for case in state.participation.cases_with(name, last, read)? {
        let copy = |log: &CaseLog| viewer.may_see(View::Calendars, Some(case_ref(log))).is_ok().then(|| log.clone());
        match state.case(case, copy) {
            Ok(log) => found.extend(log),
            // The ledger was restored from a backup in the meantime.
            Err(AppError::NoCase(_) | AppError::Gone(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// Returns the people of a case for whom an address can be made, by name.
pub(crate) fn people(request: &WebRequest, case: Uuid) -> Result<BTreeSet<String>, WebError> {
    request.facts(case, people_of)
}

/// Returns what an address shows, for people.
pub(crate) fn label(request: &WebRequest, feed: &Feed) -> String {
    match &feed.shows {
        FeedScope::Case(case) => {
            let district = request.facts(*case, |log| log.district().map(ToString::to_string)).ok().flatten();
            district.unwrap_or_else(|| "a case that you can\u{2019}t see".to_owned())
        }
        FeedScope::Person(name) => format!("{name}, all cases"),
    }
}

/// Returns the whole address of a calendar, as browsers reach this server.
pub(crate) fn address(request: &WebRequest, secret: &str) -> String {
    let live = request.state.live();
    let base = live.settings.public_url.as_ref().map(ToString::to_string).unwrap_or_else(|| {
        let scheme = if request.visit.secure { "https" } else { "http" };
        format!("{scheme}://{}", text(&request.headers, HOST).unwrap_or_default())
    });
    format!("{base}/calendars/{secret}.ics")
}

/// Returns the same address for the programs that open calendars.
pub(crate) fn webcal(address: &str) -> String {
    address.split_once("://").map_or_else(|| address.to_owned(), |(_, rest)| format!("webcal://{rest}"))
}

/// Returns the ID of an address in the path of a request.
pub(crate) fn id(request: &WebRequest) -> &str {
    request.path.get("calendar").map(String::as_str).unwrap_or_default()
}
