//! Polls as a viewer may see and change them, and the links of people.
//!
//! The maker of a poll sees it, and those whose role has all polls. A poll of a case is also for the facilitators of the case. For
//! others, a poll that they can't see doesn't exist. When answers are shown, that is logged as a read of confidential texts.

use crate::problem::WebError;
use crate::reader::case_ref;
use crate::request::WebRequest;
use axum::http::header::HOST;
use ibbi_access::{CaseRef, View};
use ibbi_app::zone::Zone;
use ibbi_core::At;
use ibbi_poll::{Poll, PollError};
use uuid::Uuid;

/// How the address of the page begins on which a person answers.
pub(crate) const ANSWERS: &str = "/answer/";

/// The polls that a viewer can see, and those that can't be read.
pub(crate) struct SeenPolls {
    pub(crate) polls: Vec<Poll>,
    /// What is wrong with the files of other polls, for those who see all polls.
    pub(crate) broken: Vec<String>,
}

impl WebRequest {
    /// Returns a poll that the viewer can see.
    pub(crate) fn poll(&self, id: Uuid) -> Result<Poll, WebError> {
        let poll = self.state.polls.read(id)?;
        self.check_poll(&poll)?;
        Ok(poll)
    }

    /// Returns a poll whose answers are shown. That is logged.
    pub(crate) fn poll_with_answers(&self, id: Uuid) -> Result<Poll, WebError> {
        let poll = self.poll(id)?;
        let answers = poll.people.iter().filter(|person| person.answer.is_some()).count();
        if answers > 0 {
            self.log_read_at(poll.case, Some(answers), &format!("/polls/{id}"))?;
        }
        Ok(poll)
    }

    /// Changes a poll that the viewer can see.
    pub(crate) fn change_poll<T>(
        &self,
        id: Uuid,
        change: impl FnOnce(&mut Poll) -> Result<T, PollError>,
    ) -> Result<T, WebError> {
        self.state.polls.update(id, |poll| {
            self.check_poll(poll)?;
            Ok::<_, WebError>(change(poll)?)
        })
    }

    /// Deletes a poll that the viewer can see.
    pub(crate) fn delete_poll(&self, id: Uuid) -> Result<(), WebError> {
        self.poll(id)?;
        Ok(self.state.polls.delete(id)?)
    }

    /// Returns the polls that the viewer can see, newest first.
    pub(crate) fn polls(&self) -> Result<SeenPolls, WebError> {
        let listed = self.state.polls.list()?;
        let polls = listed.polls.into_iter().filter(|poll| self.check_poll(poll).is_ok()).collect();
        // A damaged file doesn't say whose it is.
        let broken = if self.sees_all_polls() { listed.broken } else { Vec::new() };
        Ok(SeenPolls { polls, broken: broken.into_iter().map(|error| WebError::from(error).detail()).collect() })
    }

    /// Checks whether the viewer may make a poll about a case, or about none.
    pub(crate) fn check_poll_case(&self, case: Option<Uuid>) -> Result<(), WebError> {
        match case {
            Some(case) => self.check(View::Polls, case),
            None => Ok(self.viewer.may_see(View::Polls, None)?),
        }
    }

    fn sees_all_polls(&self) -> bool {
        // No role for given cases covers this one.
        self.viewer.may_see(View::Polls, Some(CaseRef { case: Uuid::nil(), district: "" })).is_ok()
    }

    fn check_poll(&self, poll: &Poll) -> Result<(), WebError> {
        if poll.deleted_at() <= self.state.now()? {
            return Err(PollError::Missing.into());
        }
        let of_case = |case: Uuid| {
            let seen = self.facts(case, |log| self.viewer.may_see(View::Polls, Some(case_ref(log))).is_ok());
            seen.unwrap_or(false)
        };
        let is_seen =
            self.viewer.principal.is_same(&poll.maker) || self.sees_all_polls() || poll.case.is_some_and(of_case);
        if is_seen { Ok(()) } else { Err(PollError::Missing.into()) }
    }

    /// Returns the address that a person opens to answer.
    pub(crate) fn answer_link(&self, poll: Uuid, secret: &str) -> String {
        answer_link(&self.public_address(), poll, secret)
    }

    /// Returns the address of the server for people elsewhere, without a path.
    pub(crate) fn public_address(&self) -> String {
        match &self.state.live().settings.public_url {
            Some(url) => url.to_string(),
            // The name was checked: it is one of this server's.
            None => format!("{}://{}", if self.visit.secure { "https" } else { "http" }, self.header(HOST)),
        }
    }

    /// Returns whether only this computer can open the address of the server.
    pub(crate) fn is_local_address(&self) -> bool {
        let address = self.public_address();
        let host = address.split("://").nth(1).unwrap_or_default();
        ["127.", "localhost", "[::1]"].iter().any(|local| host.starts_with(local))
    }
}

/// Returns the address that a person opens to answer, on a server with an address.
pub(crate) fn answer_link(server: &str, poll: Uuid, secret: &str) -> String {
    format!("{server}{ANSWERS}{poll}/{secret}")
}

/// Returns the zone of a poll.
pub(crate) fn zone_of(poll: &Poll) -> Zone {
    Zone::or_utc(Some(&poll.zone))
}

/// Returns the last day on which answers can be given, for people.
pub(crate) fn last_day(poll: &Poll) -> String {
    let before = At::from_millis(poll.closes.millis() - 1).unwrap_or(poll.closes);
    ibbi_app::format::weekday_date(zone_of(poll).date(before))
}

/// Returns when a poll was made, which is in its ID.
pub(crate) fn made_at(poll: &Poll) -> Option<At> {
    let (seconds, nanos) = poll.id.get_timestamp()?.to_unix();
    At::from_millis(i64::try_from(seconds).ok()? * 1000 + i64::from(nanos / 1_000_000))
}

/// Returns how many people have answered, and who hasn't.
pub(crate) fn answered(poll: &Poll) -> (usize, Vec<String>) {
    let missing = poll.people.iter().filter(|person| person.answer.is_none()).map(|person| person.name.to_string());
    let missing: Vec<String> = missing.collect();
    (poll.people.len() - missing.len(), missing)
}
