//! The page on which a person answers a poll. It needs no account: the secret in its address is all that counts.
//!
//! A link that is wrong, was revoked, or belongs to a poll that was deleted gets the same answer.

use super::shell::answer_without_account;
use crate::poll_access::{last_day, zone_of};
use crate::problem::WebError;
use crate::query::Pairs;
use crate::request::{WebRequest, WebResult};
use crate::response::{HTML, with_header, with_type};
use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderName, StatusCode};
use axum::response::Response;
use ibbi_app::ledger::PROGRAM;
use ibbi_core::{At, MemberId};
use ibbi_poll::{Poll, PollAnswer, PollError, PollGrid, PollMark, PolledPerson};
use ibbi_report::html::{Html, el};
use ibbi_report::{AnswerState, PollAnswerPage};
use uuid::Uuid;

/// How many fields a form can have beside the cells of the grid.
const OTHER_FIELDS: usize = 8;

/// An answer as a form has it.
pub(super) struct SentAnswer {
    pub(super) marks: Vec<Option<PollMark>>,
    pub(super) note: String,
    /// Why it can't be saved.
    pub(super) wrong: Vec<String>,
}

impl SentAnswer {
    /// Returns the answer, to save it.
    pub(super) fn answer(&self, at: At) -> PollAnswer {
        PollAnswer { marks: self.marks.clone(), note: self.note.clone(), at }
    }
}

pub(crate) fn page(request: &WebRequest) -> WebResult {
    let shown = || match found(request)? {
        Some((poll, id)) => of_person(request, &poll, &id, Shown::AsItIs),
        None => Ok(unknown()),
    };
    Ok(hidden(shown()))
}

pub(crate) fn send(request: &WebRequest) -> WebResult {
    Ok(hidden(save(request)))
}

fn save(request: &WebRequest) -> WebResult {
    let Some((poll, id)) = found(request)? else { return Ok(unknown()) };
    let now = request.state.now()?;
    let sent = read(&poll.grid, &request.form(), now);
    if poll.is_closed(now) {
        return of_person(request, &poll, &id, Shown::TooLate);
    }
    if !sent.wrong.is_empty() {
        return of_person(request, &poll, &id, Shown::Refused(&sent));
    }
    let secret = request.path.get("secret").map(String::as_str).unwrap_or_default();
    let answer = sent.answer(now);
    let saved = request.state.polls.update(poll.id, |poll| {
        // The link may have been revoked in the meantime.
        poll.person_of_secret(secret).filter(|person| person.id == id).ok_or(PollError::Missing)?;
        poll.save(&id, answer, false)?;
        Ok::<_, PollError>(poll.clone())
    });
    match saved {
        Ok(poll) => of_person(request, &poll, &id, Shown::AsItIs),
        Err(PollError::Missing) => Ok(unknown()),
        Err(PollError::Closed) => of_person(request, &poll, &id, Shown::TooLate),
        Err(PollError::Refused(why)) => {
            of_person(request, &poll, &id, Shown::Refused(&SentAnswer { wrong: vec![why], ..sent }))
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns the poll and the person of a link, if the link counts. Failures are limited for each address.
fn found(request: &WebRequest) -> Result<Option<(Poll, MemberId)>, WebError> {
    let text = |name: &str| request.path.get(name).map(String::as_str).unwrap_or_default();
    let poll = match Uuid::parse_str(text("poll")).map(|id| request.state.polls.read(id)) {
        Ok(Ok(poll)) => Some(poll),
        Ok(Err(PollError::Missing)) | Err(_) => None,
        Ok(Err(error)) => return Err(error.into()),
    };
    let now = request.state.now()?;
    let poll = poll.filter(|poll| now < poll.deleted_at());
    let person = poll.as_ref().and_then(|poll| poll.person_of_secret(text("secret"))).map(|person| person.id);
    if let Some((poll, person)) = poll.zip(person) {
        return Ok(Some((poll, person)));
    }
    // After the link: one that counts can't be guessed, and must not wait because of others at its address.
    request.visit.check_throttle(&request.state)?;
    request.visit.failed(&request.state, "a link of a poll that doesn't count");
    Ok(None)
}

/// What the page shows.
#[derive(Clone, Copy)]
enum Shown<'a> {
    /// The answer that is saved.
    AsItIs,
    Refused(&'a SentAnswer),
    /// It was sent after the poll had closed.
    TooLate,
}

fn of_person(request: &WebRequest, poll: &Poll, id: &MemberId, shown: Shown<'_>) -> Result<Response, WebError> {
    let person = poll.person(id).ok_or_else(WebError::internal)?;
    let is_closed = poll.is_closed(request.state.now()?);
    let saved = person.answer.as_ref().map(|answer| zone_of(poll).show(answer.at));
    let (state, status) = match (shown, &saved) {
        (Shown::TooLate, _) => (AnswerState::Closed, StatusCode::CONFLICT),
        (Shown::Refused(sent), _) => (AnswerState::Refused(&sent.wrong), StatusCode::UNPROCESSABLE_ENTITY),
        _ if is_closed => (AnswerState::Closed, StatusCode::OK),
        (_, Some(when)) => (AnswerState::Saved(when), StatusCode::OK),
        (_, None) => (AnswerState::New, StatusCode::OK),
    };
    let sent = if let Shown::Refused(sent) = shown { Some(sent) } else { None };
    let text = with_content(poll, person, &request.address, state, sent, |page| page.to_html("/poll.css", "/poll.js"));
    Ok(with_type(status, HTML, text))
}

/// Makes something of a person's page, with the marks that were sent or those that are saved.
pub(super) fn with_content<T>(
    poll: &Poll,
    person: &PolledPerson,
    action: &str,
    state: AnswerState<'_>,
    sent: Option<&SentAnswer>,
    make: impl FnOnce(&PollAnswerPage<'_>) -> T,
) -> T {
    let own = person.answer.as_ref();
    let marks = sent.map(|sent| sent.marks.as_slice()).or_else(|| own.map(|own| own.marks.as_slice()));
    let note = sent.map(|sent| sent.note.as_str()).or_else(|| own.map(|own| own.note.as_str()));
    make(&PollAnswerPage {
        district: poll.district.as_str(),
        person: person.name.as_str(),
        asked_by: poll.asked_by.as_str(),
        closes: &last_day(poll),
        zone: &poll.zone,
        grid: &poll.grid,
        marks: marks.unwrap_or_default(),
        note: note.unwrap_or_default(),
        action,
        state,
        program: PROGRAM,
    })
}

/// Reads the answer of a form: a field `c` and its number for each cell, and `note`.
pub(super) fn read(grid: &PollGrid, form: &Pairs, now: At) -> SentAnswer {
    let mut sent = SentAnswer { marks: vec![None; grid.cells()], note: String::new(), wrong: Vec::new() };
    let fields = form.iter().count();
    if fields > grid.cells() + OTHER_FIELDS {
        sent.wrong.push(format!("The form has {fields} fields, which is too many. Open your link again."));
        return sent;
    }
    // A form that arrived always has the note. Without it, nothing may replace an earlier answer.
    if !form.iter().any(|(key, _)| key == "note") {
        sent.wrong.push("The form is incomplete. Open your link again.".to_owned());
        return sent;
    }
    sent.note = form.get("note").unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
    let mut given = vec![false; grid.cells()];
    for (key, value) in form.iter() {
        let Some(number) = key.strip_prefix('c').filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        else {
            continue;
        };
        let mark = match value {
            "" => None,
            "can" => Some(PollMark::Can),
            "if_need_be" => Some(PollMark::IfNeedBe),
            "cannot" => Some(PollMark::Cannot),
            _ => {
                sent.wrong.push("The form has a mark that doesn\u{2019}t exist. Open your link again.".to_owned());
                return sent;
            }
        };
        let cell = number.parse::<usize>().ok().filter(|cell| *cell < grid.cells());
        match cell.and_then(|cell| Some((sent.marks.get_mut(cell)?, given.get_mut(cell)?))) {
            Some((place, is_given)) if !*is_given => (*place, *is_given) = (mark, true),
            _ => {
                let why = "The form has a time that this poll doesn\u{2019}t ask about, or a time twice. Open your link again.";
                sent.wrong.push(why.to_owned());
                return sent;
            }
        }
    }
    if let Err(error) = sent.answer(now).check(grid) {
        sent.wrong.push(error.to_string());
    }
    sent
}

/// Returns the page for a link that doesn't count.
fn unknown() -> Response {
    let heading = "This link doesn\u{2019}t work";
    let lines = [
        "Part of the link may be missing: copy all of it.",
        "Or you have a newer link, or the poll was deleted. Ask the person who sent you the link for a new one.",
    ];
    let content = Html::new()
        .with(el("h1").with(heading))
        .with(el("div").class("warning").all(lines.map(|line| el("p").with(line))));
    answer_without_account(heading, &content, StatusCode::NOT_FOUND)
}

/// Keeps the address of the page, which has a secret, from other sites and from search engines.
fn hidden(result: WebResult) -> Response {
    let response = result.unwrap_or_else(|fail| super::failed_without_account(&fail));
    let response = with_header(response, REFERRER_POLICY, "no-referrer");
    with_header(response, HeaderName::from_static("x-robots-tag"), "noindex, nofollow")
}
