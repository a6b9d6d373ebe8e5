//! Requests that were read, and the ways to run their handlers.
//!
//! `Json` of axum refuses a body without a content type and can't give an example.

use crate::etag::Tags;
use crate::multipart::{self, Part};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::reader::{Reader, case_ref};
use crate::state::{AppState, Client};
use crate::troubles::Beside;
use crate::visit::Visit;
use axum::body::Bytes;
use axum::http::header::{ACCEPT, IF_MATCH};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::Response;
use ibbi_access::{CaseRef, View, Viewer};
use ibbi_app::case_log::CaseLog;
use ibbi_app::confidential;
use ibbi_app::ledger::{self, CasePage, CaseQuery};
use ibbi_app::schedule;
use ibbi_app::service::{Offer, Recorded};
use ibbi_app::sim::Scenario;
use ibbi_app::status::Status;
use ibbi_app::zone::Zone;
use ibbi_app::{AppError, Identity, input};
use ibbi_core::{At, ConcernId, Event, EventKind, Found, Name, NoteText, OtherBooking, Warning};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use uuid::Uuid;

/// How many cases are read at a time to find those that a viewer can see.
const PAGE: usize = 1000;

/// A request that was read within the limits.
pub(crate) struct WebRequest {
    pub(crate) state: Arc<AppState>,
    /// Who sends it.
    pub(crate) viewer: Viewer,
    /// How it came.
    pub(crate) visit: Visit,
    /// Its address, without the query.
    pub(crate) address: String,
    /// Whether only the head of the response is sent.
    pub(crate) is_head: bool,
    pub(crate) path: HashMap<String, String>,
    pub(crate) query: Pairs,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The parts of a form with files, for the handlers that use [`with_parts`]. The body is then empty.
    pub(crate) parts: Option<Vec<Part>>,
}

/// The result of a handler.
pub(crate) type WebResult = Result<Response, WebError>;
/// The pending result of a handler.
pub(crate) type WebFuture = Pin<Box<dyn Future<Output = WebResult> + Send>>;
/// A handler.
pub(crate) type Handler = fn(WebRequest) -> WebFuture;
/// A handler that can wait for the disk.
pub(crate) type BlockingHandler = fn(&WebRequest) -> WebResult;

impl WebRequest {
    pub(crate) fn header(&self, name: HeaderName) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the ID in the path.
    pub(crate) fn id(&self, name: &str) -> Result<Uuid, WebError> {
        let text = self.path.get(name).map(String::as_str).unwrap_or_default();
        Uuid::parse_str(text).map_err(|_| WebError::not_found("there is no such ID"))
    }

    /// Calls a function with a case that the viewer can see, without the texts that the viewer may not read. If there are texts
    /// to read, that is logged first.
    pub(crate) fn case<T>(&self, case: Uuid, look: impl FnOnce(&CaseLog) -> T) -> Result<T, WebError> {
        self.seen(case, |log| {
            let shown = if self.viewer.reads_all_texts() { None } else { Some(self.reader().redacted(log)?) };
            let shown = shown.as_ref().unwrap_or(log);
            let texts = confidential::texts_of(shown);
            if texts > 0 {
                self.log_read(Some(log.id), Some(texts))?;
            }
            Ok(look(shown))
        })
    }

    /// Calls a function with a case that the viewer can see. The function must not show confidential texts.
    pub(crate) fn facts<T>(&self, case: Uuid, look: impl FnOnce(&CaseLog) -> T) -> Result<T, WebError> {
        self.seen(case, |log| Ok(look(log)))
    }

    /// Calls a function with a case that the viewer can see. For those who can't see all cases, a case that doesn't exist has the
    /// same error as one that they can't see.
    fn seen<T>(&self, case: Uuid, look: impl FnOnce(&CaseLog) -> Result<T, WebError>) -> Result<T, WebError> {
        let unseen = || WebError::Unseen(case, Box::new(self.viewer.denial_of(View::Case)));
        let found = self.state.case(case, |log| {
            self.viewer.may_see(View::Case, Some(case_ref(log))).map_err(|_| unseen())?;
            look(log)
        });
        match found {
            Err(AppError::NoCase(_) | AppError::Gone(_)) if !self.viewer.sees_all_cases() => Err(unseen()),
            found => found?,
        }
    }

    /// Returns the path of the ledger, for those who can see all of it. A ledger can have confidential texts, so that is logged.
    pub(crate) fn own(&self) -> Result<PathBuf, WebError> {
        self.viewer.may_see(View::Ledger, None)?;
        self.log_read(None, None)?;
        Ok(self.state.own()?.to_owned())
    }

    /// Returns the viewer as a reader of cases.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader { state: &self.state, viewer: &self.viewer }
    }

    /// Logs that confidential texts are shown. They must not be shown if this fails.
    pub(crate) fn log_read(&self, case: Option<Uuid>, texts: Option<usize>) -> Result<(), WebError> {
        self.log_read_at(case, texts, &self.address)
    }

    /// Logs that confidential texts are shown which have another address than this page.
    pub(crate) fn log_read_at(&self, case: Option<Uuid>, texts: Option<usize>, address: &str) -> Result<(), WebError> {
        let added = self.state.reads.add(self.state.now()?, &self.viewer.principal, case, texts, address);
        match &added {
            Ok(()) => self.state.troubles.end(Beside::Reads),
            Err(error) => self.state.troubles.begin(Beside::Reads, error),
        }
        Ok(added?)
    }

    /// Adds the bookings in other cases to a status, for those who can see all cases.
    pub(crate) fn status(&self, status: Status) -> Result<Status, WebError> {
        if !self.viewer.sees_all_cases() {
            return Ok(status);
        }
        Ok(self.state.look(|service| status.with_bookings(service.store()))?)
    }

    /// Checks whether the viewer may see something of a case.
    pub(crate) fn check(&self, view: View, case: Uuid) -> Result<(), WebError> {
        Ok(self.facts(case, |log| self.viewer.may_see(view, Some(case_ref(log))))??)
    }

    /// Returns a page of the list of the cases that the viewer can see.
    pub(crate) fn list(&self, query: &CaseQuery) -> Result<CasePage, WebError> {
        let list = |query: &CaseQuery| self.state.look(|service| ledger::list(service, query));
        if self.viewer.sees_all_cases() {
            return Ok(list(query)?);
        }
        let (mut cases, mut total, mut after) = (Vec::new(), 0, None);
        let all = loop {
            let page = list(&CaseQuery { after, limit: PAGE, ..query.clone() })?;
            for case in page.cases {
                let seen = CaseRef { case: case.case, district: case.district.as_str() };
                if self.viewer.may_see(View::Case, Some(seen)).is_ok() {
                    total += 1;
                    cases.push(case);
                }
            }
            after = page.next;
            if after.is_none() {
                break cases;
            }
        };
        let from = query.after.map_or(Ok(0), |after| {
            let place = all.iter().position(|case| case.case == after).map(|place| place + 1);
            place.ok_or_else(|| AppError::NoCase(format!("there is no case {after}")))
        })?;
        let cases: Vec<_> = all.into_iter().skip(from).collect();
        let next = cases.get(query.limit).and(cases.get(query.limit.saturating_sub(1))).map(|last| last.case);
        let cases = cases.into_iter().take(query.limit).collect();
        Ok(CasePage { cases, next, total })
    }

    /// Returns the time zone of a case that the viewer can see.
    pub(crate) fn zone(&self, case: Uuid) -> Result<Zone, WebError> {
        self.facts(case, |log| log.zone)
    }

    /// Returns an error without the IDs of concerns that the viewer may not read. `asked` has the concern of each event that was
    /// offered, as the viewer named it.
    pub(crate) fn private(&self, case: Option<Uuid>, asked: &[Option<ConcernId>], mut error: AppError) -> AppError {
        let Some(case) = case.filter(|_| !self.viewer.reads_all_texts()) else { return error };
        let stand_ins =
            self.state.case(case, |log| confidential::stand_ins(log, &self.reader().reads(log))).unwrap_or_default();
        let (index, inner) = match &mut error {
            AppError::InAct { index, error, .. } => (*index, &mut **error),
            other => (0, other),
        };
        let asked = asked.get(index).copied().flatten();
        if let AppError::Refused { refusal, .. } = inner {
            let replace =
                |id: &mut ConcernId| stand_ins.get(id).into_iter().for_each(|stand_in| id.clone_from(stand_in));
            for unmet in &mut refusal.unmet {
                match &mut unmet.found {
                    Found::ConcernsOpen { concerns } => concerns.iter_mut().for_each(replace),
                    Found::ConcernKnown { concern } => replace(concern),
                    // It is the one of the event, which has another ID than the viewer knows it by.
                    Found::ConcernUnknown { concern } => *concern = asked.unwrap_or(*concern),
                    _ => {}
                }
            }
        }
        error
    }

    /// Returns an answer without the districts of cases that the viewer may not see.
    pub(crate) fn private_answer(&self, mut recorded: Recorded) -> Recorded {
        if !self.viewer.sees_all_cases() {
            for advisory in &mut recorded.advisories {
                if advisory.warning == Warning::DoubleBooked {
                    advisory.found = "a neutral of the session is booked in another case at this time".to_owned();
                }
            }
        }
        recorded
    }

    /// Returns the bookings of the scenario's neutrals in other cases. For those who can't see all cases: only of neutrals whom the
    /// case names, and without the districts.
    pub(crate) fn booked_elsewhere(
        &self,
        scenario: &Scenario,
        case: Uuid,
        as_of: At,
    ) -> Result<Vec<OtherBooking>, WebError> {
        let all = self.state.look(|service| schedule::booked_elsewhere(scenario, service.store(), case, as_of))?;
        if self.viewer.sees_all_cases() {
            return Ok(all);
        }
        let another = Name::new("another case").map_err(|error| AppError::Usage(error.to_string()))?;
        self.facts(case, |log| {
            let mut known = HashSet::new();
            log.records.iter().for_each(|record| {
                record.event.each_name(&mut |name| {
                    known.insert(name);
                })
            });
            let own = all.into_iter().filter(|booking| known.contains(booking.neutral.as_str()));
            own.map(|booking| OtherBooking { district: another.clone(), ..booking }).collect()
        })
    }

    /// Returns an offer of the viewer's: the actor of a record is who signed in.
    pub(crate) fn offer(&self, event: Event) -> Offer {
        let principal = &self.viewer.principal;
        let identity = Identity { issuer: principal.issuer.clone(), subject: principal.subject.clone() };
        Offer { identity: Some(Box::new(identity)), ..Offer::new(event, principal.name.clone()) }
    }

    /// Returns whose share of the server the request takes.
    pub(crate) fn client(&self) -> Client {
        client_of(&self.viewer)
    }

    /// Returns the name of who signed in.
    pub(crate) fn name(&self) -> &Name {
        &self.viewer.principal.name
    }

    /// Returns whether an offer may be recorded without a look at its case: nothing about it depends on the case's records.
    pub(crate) fn needs_no_check(&self, offer: &Offer) -> bool {
        let Some(case) = offer.case else { return false };
        if offer.replaces.is_none() && confidential::concern_of(&offer.event).is_none() {
            return self.viewer.records_all(offer.event.kind(), case);
        }
        self.viewer.reads_all_texts() && EventKind::ALL.iter().all(|kind| self.viewer.records_all(*kind, case))
    }

    /// Checks whether the viewer may record an offer. Those who replace a record must be allowed to record it too, and must be
    /// allowed to void it, or have recorded it.
    ///
    /// Returns the offer as it is to be recorded: a concern that the viewer knows by a stand-in has its own ID. One that the viewer
    /// can't see has an ID that no concern has, so that the answer is that of an unknown one.
    pub(crate) fn checked(&self, mut offer: Offer) -> Result<Offer, WebError> {
        let Some(case) = offer.case else {
            self.viewer.may_record(offer.event.kind(), None, None)?;
            return Ok(offer);
        };
        let (shown, stand_ins) = self.seen(case, |log| {
            if self.viewer.reads_all_texts() {
                return Ok((None, HashMap::new()));
            }
            Ok((Some(self.reader().redacted(log)?), confidential::stand_ins(log, &self.reader().reads(log))))
        })?;
        // The case as the viewer reads it: the answer must not tell whether a concern exists that the viewer can't see.
        let judge = |log: &CaseLog| {
            let replaced = log.records.iter().find(|record| Some(record.seq) == offer.replaces);
            if replaced.and_then(|record| record.event.note_text()) == Some(&NoteText::hidden()) {
                // What can't be read can't be corrected without losing it.
                self.viewer.may_see(View::Notes, Some(case_ref(log)))?;
            }
            if replaced.is_some_and(|record| !self.reader().is_own(record)) {
                self.viewer.may_record(EventKind::EventVoided, Some(case_ref(log)), None)?;
            }
            for event in std::iter::once(&offer.event).chain(replaced.map(|record| &record.event)) {
                let party = confidential::party_of(log, event);
                self.viewer.may_record(event.kind(), Some(case_ref(log)), party)?;
            }
            Ok::<_, WebError>(())
        };
        match &shown {
            Some(shown) => judge(shown)?,
            None => self.state.case(case, judge)??,
        }
        let raises = offer.event.kind() == EventKind::ConcernRaised;
        if let Some(id) = confidential::concern_mut(&mut offer.event) {
            match stand_ins.iter().find(|(_, stand_in)| **stand_in == *id) {
                Some((own, _)) => id.clone_from(own),
                None if !raises && stand_ins.contains_key(id) => {
                    let shown = shown.iter();
                    shown.for_each(|shown| *id = confidential::unused_concern(shown, stand_ins.keys()));
                }
                None => {}
            }
        }
        Ok(offer)
    }

    /// Returns the form that was sent.
    pub(crate) fn form(&self) -> Pairs {
        Pairs::read(&self.body)
    }

    /// Reads a body of JSON, which must be an object. The error says what the body must be (`what`), the place of the
    /// error, and an example (`send`).
    pub(crate) fn object<'a, T: Deserialize<'a>>(&'a self, what: &str, send: &str) -> Result<T, WebError> {
        let wrong = |reason: &str| usage(&format!("the body is not {what}: {reason}; send an object such as {send}"));
        match self.body.trim_ascii_start().first() {
            None => Err(wrong("it is empty")),
            Some(b'{') => serde_json::from_slice(&self.body).map_err(|error| wrong(&input::json_error_text(&error))),
            Some(_) => Err(wrong("it is not an object")),
        }
    }

    /// Returns whether the client asks for progress, line by line.
    pub(crate) fn wants_progress(&self) -> bool {
        self.header(ACCEPT).contains(crate::response::NDJSON)
    }

    /// Returns the number of records that the client expects of a case, by `If-Match`. A header that can't be read is refused,
    /// because the client relies on it.
    pub(crate) fn expected_rev(&self, case: Uuid) -> Result<Option<u64>, WebError> {
        let Some(Tags::Listed(tags)) = Tags::read(&self.headers, &IF_MATCH)? else { return Ok(None) };
        let wrong = "If-Match must be the ETag of the case with its quotes, such as \"12\", or *";
        let revs: Option<Vec<u64>> = tags.iter().map(|tag| rev(tag)).collect();
        let revs = revs.ok_or_else(|| usage(wrong))?;
        if let [only] = revs[..] {
            return Ok(Some(only));
        }
        // The event is recorded at one number only: that of now, if the client knows it.
        let now = self.facts(case, |log| log.records.len() as u64)?;
        Ok(if revs.contains(&now) { Some(now) } else { revs.into_iter().max() })
    }

    /// Refuses `If-Match` for a case that doesn't exist yet.
    pub(crate) fn no_match(&self) -> Result<(), WebError> {
        let wrong = "a case that is being opened has no ETag yet; leave out If-Match, and send the event's `id` to have it \
                     recorded once";
        if self.headers.contains_key(IF_MATCH) { Err(usage(wrong)) } else { Ok(()) }
    }
}

/// Reads a number of records: digits only, without leading zeros.
pub(crate) fn rev(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

/// Returns whose share of the server a viewer takes.
pub(crate) fn client_of(viewer: &Viewer) -> Client {
    (viewer.principal.issuer.clone(), viewer.principal.subject.clone())
}

fn usage(message: &str) -> WebError {
    AppError::Usage(message.to_owned()).into()
}

/// Runs a handler on a thread that can wait for the disk.
pub(crate) fn blocking(request: WebRequest, answer: BlockingHandler) -> WebFuture {
    Box::pin(async move { run(move || answer(&request)).await })
}

/// Runs a handler with a long computation. A limited number of them run at the same time.
pub(crate) fn limited(request: WebRequest, answer: BlockingHandler) -> WebFuture {
    Box::pin(async move {
        let permit = request.state.heavy.acquire(request.client()).await;
        run(move || {
            let answer = answer(&request);
            drop(permit);
            answer
        })
        .await
    })
}

/// Runs a handler of a form with files.
pub(crate) fn with_parts(
    mut request: WebRequest,
    run: fn(WebRequest, BlockingHandler) -> WebFuture,
    answer: BlockingHandler,
) -> WebFuture {
    Box::pin(async move {
        let body = std::mem::take(&mut request.body);
        let is_empty = body.is_empty();
        request.parts = multipart::read(&request.headers, body).await;
        if request.parts.is_none() && !is_empty {
            let detail = format!(
                "the form can't be read: it isn't multipart/form-data, its end is missing, or it has more than {} parts; choose the \
                 files again, and send it once more",
                multipart::MOST
            );
            return Err(WebError::Request(StatusCode::BAD_REQUEST, "incomplete", detail));
        }
        run(request, answer).await
    })
}

async fn run(work: impl FnOnce() -> WebResult + Send + 'static) -> WebResult {
    detached(work).await
}

/// Does a part of the work of a request on a thread that can wait for the disk.
pub(crate) async fn detached<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, WebError> + Send + 'static,
) -> Result<T, WebError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(WebError::internal()))
}
