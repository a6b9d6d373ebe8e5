//! Availability polls: the form that makes one, its answers, and what can be changed about it.

mod address;
mod draft;
mod form;
mod heat;
mod letters;
pub(crate) mod mail;
mod offline;
mod results;

use super::answer;
use super::confirmation::{self, Question, asked};
use super::shell::Page;
use crate::poll_access::{answered, last_day, made_at, zone_of};
use crate::poll_days::closing;
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::see_other;
use axum::http::StatusCode;
use axum::response::Response;
use draft::PollDraft;
use ibbi_app::format::count;
use ibbi_core::MemberId;
use ibbi_poll::{LetterKind, Poll, PollError};
use ibbi_report::AnswerState;
use ibbi_report::html::{Html, el, name};
use letters::Letter;
pub(crate) use offline::{file, take_in};

/// The address of the list.
const PLACE: &str = "/polls";

/// Shows the polls that the viewer can see.
pub(crate) fn list(request: &WebRequest) -> WebResult {
    let seen = request.polls()?;
    let now = request.state.now()?;
    let lines = seen.polls.iter().map(|poll| {
        let (done, _) = answered(poll);
        let state = if poll.is_closed(now) { "closed on" } else { "open until" };
        let made = made_at(poll).map(|at| format!("; made on {}", zone_of(poll).show(at))).unwrap_or_default();
        let text = format!(": {done} of {} have answered; {state} {}{made}", poll.people.len(), last_day(poll));
        let link = el("a").attr("href", format!("{PLACE}/{}", poll.id)).with(name(poll.district.as_str()));
        el("li").with(link).with(text)
    });
    let none = "There are no polls yet. Open a plan, and choose \u{201c}Ask everyone\u{201d}.";
    let lines: Vec<_> = lines.collect();
    let shown = if lines.is_empty() { el("p").with(none) } else { el("ul").all(lines) };
    let broken = seen.broken.iter().map(|why| el("p").class("warning").with(why.as_str()));
    let plan = el("p").with(el("a").class("go").attr("href", "/plan").with("Open a plan"));
    let content =
        Html::new().with(el("h1").with("Availability polls")).with(broken.collect::<Html>()).with(shown).with(plan);
    Ok(Page { title: "Availability polls", place: "/plan", content }.answer(StatusCode::OK))
}

/// Shows the form that makes a poll for the people of a plan.
pub(crate) fn form(request: &WebRequest) -> WebResult {
    let draft = PollDraft::of_plan(request)?;
    request.check_poll_case(draft.case)?;
    Ok(form::page(&draft, &[]))
}

/// Makes a poll, and shows the links of its people once.
pub(crate) fn create(request: &WebRequest) -> WebResult {
    let draft = PollDraft::read(request)?;
    request.check_poll_case(draft.case)?;
    let (poll, letters) = match draft.poll(request) {
        Ok(made) => made,
        Err(wrong) => return Ok(form::page(&draft, &wrong)),
    };
    let why = match request.state.polls.create(&poll) {
        Ok(()) => {
            let now = request.state.now()?;
            return Ok(letters::page(request, &poll, &letters, letters::Kind::Made, now));
        }
        // The form was sent twice. Links are shown only once.
        Err(PollError::Exists) if request.poll(draft.id).is_ok() => {
            return Ok(see_other(&format!("{PLACE}/{}", draft.id)));
        }
        Err(PollError::Exists) => {
            "This form was used before. Open the plan, and choose \u{201c}Ask everyone\u{201d} again.".to_owned()
        }
        Err(PollError::Refused(why)) => why,
        Err(other) => WebError::from(other).detail(),
    };
    Ok(form::page(&draft, &[(String::new(), why)]))
}

/// Shows the answers of a poll.
pub(crate) fn page(request: &WebRequest) -> WebResult {
    results::page(request, &request.poll_with_answers(request.id("poll")?)?, None)
}

/// Asks whether to delete a poll.
pub(crate) fn ask_to_delete(request: &WebRequest) -> WebResult {
    let poll = request.poll(request.id("poll")?)?;
    let (place, address) = (poll_place(&poll), format!("{}/delete", poll_place(&poll)));
    Ok(confirmation::page(&deletion(&poll, &place), &address, Html::new()))
}

fn deletion<'a>(poll: &Poll, place: &'a str) -> Question<'a> {
    let (done, _) = answered(poll);
    let about = format!(
        "The poll and its {} are deleted. This can\u{2019}t be undone. To keep the dates, open the plan with the answers first, and save \
         its scenario file.",
        count(done as u64, "answer", "answers")
    );
    let heading = ("Delete the poll for", poll.district.to_string());
    question(place, heading, &about, ("Delete the poll", "Keep it"))
}

pub(crate) fn delete(request: &WebRequest) -> WebResult {
    let id = request.id("poll")?;
    let poll = request.poll(id)?;
    if let Some(page) = asked(request, &deletion(&poll, &poll_place(&poll))) {
        return Ok(page);
    }
    request.delete_poll(id)?;
    Ok(see_other(PLACE))
}

/// Returns a question about a poll.
fn question<'a>(
    place: &'a str,
    (does, whom): (&str, String),
    about: &str,
    (yes, no): (&'a str, &'a str),
) -> Question<'a> {
    Question { does: does.to_owned(), whom, about: el("p").with(about).into(), yes, no, back: place, place: "/plan" }
}

/// Asks whether to do something about a person whose link works.
fn asked_of_link(
    request: &WebRequest,
    does: &str,
    about: &str,
    labels: (&str, &str),
) -> Result<Option<Response>, WebError> {
    let (poll, person) = (request.poll(request.id("poll")?)?, person_id(request)?);
    let person = poll.person(&person).ok_or_else(no_person)?;
    let ask = || asked(request, &question(&poll_place(&poll), (does, person.name.to_string()), about, labels));
    Ok(if person.has_link() { ask() } else { None })
}

/// Changes the last day on which answers can be given.
pub(crate) fn close(request: &WebRequest) -> WebResult {
    let id = request.id("poll")?;
    let poll = request.poll(id)?;
    let form = request.form();
    let closes = match form.get("now") {
        Some(_) => {
            let about = "People can\u{2019}t give or change answers any more: their links only show their own. You can open the poll again \
                         with another last day.";
            let heading = ("Close the poll now for", poll.district.to_string());
            let labels = ("Close the poll", "Leave it open");
            if let Some(page) = asked(request, &question(&poll_place(&poll), heading, about, labels)) {
                return Ok(page);
            }
            Ok(request.state.now()?)
        }
        None => closing(form.get("closes").unwrap_or_default(), zone_of(&poll), request.state.now()?),
    };
    match closes {
        Ok(closes) => {
            request.change_poll(id, |poll| {
                poll.closes = closes;
                Ok(())
            })?;
            back(&poll)
        }
        Err(why) => {
            let typed = form.get("closes").unwrap_or_default();
            let refused = results::Refused { field: results::CLOSES, typed, why: &why };
            results::page(request, &request.poll_with_answers(id)?, Some(refused))
        }
    }
}

/// Offers reminders for the people who haven't answered.
pub(crate) fn reminders(request: &WebRequest) -> WebResult {
    let poll = request.poll(request.id("poll")?)?;
    Ok(letters::reminders(request, &poll, request.state.now()?))
}

/// Gives all people who haven't answered another link, and shows the reminders with them. Earlier links keep working.
pub(crate) fn make_reminders(request: &WebRequest) -> WebResult {
    let id = request.id("poll")?;
    let (poll, secrets) = request.change_poll(id, |poll| {
        let ids: Vec<MemberId> = letters::waiting(poll).iter().map(|person| person.id).collect();
        let secrets = ids.into_iter().map(|id| Ok((id, poll.add_link(&id)?))).collect::<Result<Vec<_>, PollError>>()?;
        Ok((poll.clone(), secrets))
    })?;
    let letter = |(person, secret): &(MemberId, String)| {
        Some(Letter::new(LetterKind::Reminder, &poll, poll.person(person)?, request.answer_link(id, secret)))
    };
    let letters: Vec<Letter> = secrets.iter().filter_map(letter).collect();
    Ok(letters::page(request, &poll, &letters, letters::Kind::Reminders, request.state.now()?))
}

/// Gives a person a new link instead of earlier ones, and shows it once.
pub(crate) fn new_link(request: &WebRequest) -> WebResult {
    let about = "The earlier links of this person stop working, and that can\u{2019}t be undone. Answers that were given stay. The new link is \
                 shown once, so that you can send it.";
    if let Some(page) =
        asked_of_link(request, "Make a new link for", about, ("Make a new link", "Keep the earlier links"))?
    {
        return Ok(page);
    }
    let (id, person) = (request.id("poll")?, person_id(request)?);
    let (poll, secret) = request.change_poll(id, |poll| {
        let secret = poll.issue(&person)?;
        Ok((poll.clone(), secret))
    })?;
    let link = request.answer_link(id, &secret);
    let letter = poll.person(&person).map(|person| Letter::new(LetterKind::Invitation, &poll, person, link));
    let letters: Vec<Letter> = letter.into_iter().collect();
    Ok(letters::page(request, &poll, &letters, letters::Kind::NewLinks, request.state.now()?))
}

pub(crate) fn revoke(request: &WebRequest) -> WebResult {
    let about = "The links of this person stop working, and that can\u{2019}t be undone: you would have to send a new link. Answers that were \
                 given stay.";
    if let Some(page) = asked_of_link(request, "Revoke the link of", about, ("Revoke the link", "Keep the link"))? {
        return Ok(page);
    }
    let person = person_id(request)?;
    let poll = request.change_poll(request.id("poll")?, |poll| {
        poll.revoke(&person)?;
        Ok(poll.clone())
    })?;
    back(&poll)
}

/// Shows the grid of a person, for answers that the person gives by phone.
pub(crate) fn person(request: &WebRequest) -> WebResult {
    let poll = request.poll_with_answers(request.id("poll")?)?;
    grid_page(request, &poll, None)
}

/// Saves the answers of a person, who gave them by phone.
pub(crate) fn enter(request: &WebRequest) -> WebResult {
    let (id, person) = (request.id("poll")?, person_id(request)?);
    let poll = request.poll(id)?;
    let now = request.state.now()?;
    let sent = answer::read(&poll.grid, &request.form(), now);
    if !sent.wrong.is_empty() {
        return grid_page(request, &poll, Some(&sent));
    }
    request.change_poll(id, |poll| poll.save(&person, sent.answer(now), true))?;
    back(&poll)
}

fn grid_page(request: &WebRequest, poll: &Poll, sent: Option<&answer::SentAnswer>) -> WebResult {
    let id = person_id(request)?;
    let person = poll.person(&id).ok_or_else(no_person)?;
    let (state, status) = match sent {
        Some(sent) => (AnswerState::Refused(&sent.wrong), StatusCode::UNPROCESSABLE_ENTITY),
        None => (AnswerState::New, StatusCode::OK),
    };
    let grid = answer::with_content(poll, person, &request.address, state, sent, |page| page.content());
    let who = el("p")
        .with("You enter the answers of ")
        .with(name(person.name.as_str()))
        .with(", such as those given by phone. They replace earlier ones. ")
        .with(el("a").attr("href", format!("{PLACE}/{}", poll.id)).with("Back to the poll"));
    let content = Html::new().with(who).with(grid);
    Ok(Page { title: "Enter answers", place: "/plan", content }.answer(status))
}

fn person_id(request: &WebRequest) -> Result<MemberId, WebError> {
    let text = request.path.get("person").map(String::as_str).unwrap_or_default();
    person_named(text)
}

/// Reads the ID of a person.
fn person_named(text: &str) -> Result<MemberId, WebError> {
    text.parse().map_err(|_| no_person())
}

fn no_person() -> WebError {
    WebError::not_found("the poll doesn't ask this person")
}

/// Returns the address of a poll's page.
fn poll_place(poll: &Poll) -> String {
    format!("{PLACE}/{}", poll.id)
}

fn back(poll: &Poll) -> WebResult {
    Ok(see_other(&poll_place(poll)))
}
