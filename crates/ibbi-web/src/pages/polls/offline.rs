//! The poll as a file for a person without a connection to this server, and the answers that come back.

use super::{PLACE, person_id, results};
use crate::poll_access::last_day;
use crate::problem::WebError;
use crate::request::{WebRequest, WebResult};
use crate::response::{HTML, see_other, with_header, with_type};
use axum::http::StatusCode;
use axum::http::header::CONTENT_DISPOSITION;
use ibbi_app::ledger::PROGRAM;
use ibbi_poll::{PollAnswer, PollError, answer_line};
use ibbi_report::{PollFile, PollFilePerson};

/// Takes in an answer that came as a line or as a file.
pub(crate) fn take_in(request: &WebRequest) -> WebResult {
    let id = request.id("poll")?;
    let text = |name: &str| {
        let part = request.parts.iter().flatten().find(|part| part.name == name);
        part.map(|part| String::from_utf8_lossy(&part.content).trim().to_owned()).unwrap_or_default()
    };
    let (line, file) = (text("line"), text("file"));
    let now = request.state.now()?;
    let read = answer_line::read(if line.is_empty() { &file } else { &line });
    let taken = read.map_err(|error| PollError::Refused(error.to_string())).map(|sent| {
        request.change_poll(id, |poll| {
            let person = sent.person_of(poll).map_err(|error| PollError::Refused(error.to_string()))?.id;
            let note = sent.note.replace("\r\n", "\n").trim().to_owned();
            poll.save(&person, PollAnswer { marks: sent.marks, note, at: now }, true)
        })
    });
    match taken.map_err(WebError::from).and_then(|changed| changed) {
        Ok(()) => Ok(see_other(&format!("{PLACE}/{id}"))),
        Err(fail) if fail.status() == StatusCode::UNPROCESSABLE_ENTITY => {
            let refused = results::Refused { field: results::LINE, typed: &line, why: &fail.detail() };
            results::page(request, &request.poll_with_answers(id)?, Some(refused))
        }
        Err(fail) => Err(fail),
    }
}

/// Returns the poll as a file for one person, who can answer without a connection to this server.
pub(crate) fn file(request: &WebRequest) -> WebResult {
    let poll = request.poll(request.id("poll")?)?;
    let id = person_id(request)?;
    let person = poll.person(&id).ok_or_else(super::no_person)?;
    if person.answer.is_some() {
        request.poll_with_answers(poll.id)?;
    }
    let marks = person.answer.as_ref().map(|answer| answer.marks.as_slice()).unwrap_or_default();
    let people = [PollFilePerson { id: id.as_str(), name: person.name.as_str(), marks }];
    let file = PollFile {
        poll: poll.id,
        district: poll.district.as_str(),
        asked_by: poll.asked_by.as_str(),
        closes: &last_day(&poll),
        zone: &poll.zone,
        grid: &poll.grid,
        people: &people,
        program: PROGRAM,
    };
    let response = with_type(StatusCode::OK, HTML, file.to_html());
    Ok(with_header(response, CONTENT_DISPOSITION, &format!("attachment; filename=\"poll-{id}.html\"")))
}
