//! Sends the letters of a poll, one after the other, in a thread of its own.
//!
//! Each letter is noted in the poll's file before it is sent, and again with what became of it. Nothing is sent again by itself.

use crate::mailings::{MailingHindrance, RunningMailing};
use crate::poll_access::{answer_link, last_day};
use crate::problem::WebError;
use crate::state::AppState;
use ibbi_core::{At, MemberId};
use ibbi_mail::{LetterText, MailError, Mailbox, Mailer, PollLetter, Stage, invitation, reminder};
use ibbi_poll::{LetterKind, LetterState, Poll, PollError, PolledPerson};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// How long a request waits for its letters, so that the next page can say what became of them. Sending goes on after that.
const WAIT: Duration = Duration::from_secs(8);
/// How long letters are begun for. With a slow mail server, the rest is not sent.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// Letters to send.
pub(crate) struct Mailing {
    pub(crate) state: Arc<AppState>,
    pub(crate) mailer: Mailer,
    pub(crate) poll: Uuid,
    /// The address of the server, for the links.
    pub(crate) server: String,
    pub(crate) kind: LetterKind,
    pub(crate) people: Vec<MemberId>,
    /// When the page was shown from which they are sent.
    pub(crate) seen: At,
}

/// What became of the letters, for the log.
#[derive(Default)]
struct Tally {
    sent: usize,
    not_sent: usize,
    unknown: usize,
}

/// Returns the texts of a letter to a person.
pub(crate) fn letter_text(kind: LetterKind, poll: &Poll, person: &PolledPerson, link: &str) -> LetterText {
    let reply_to = poll.reply_to.as_ref().and_then(|address| address.parse::<Mailbox>().ok());
    let letter = PollLetter {
        person: person.name.as_str(),
        district: poll.district.as_str(),
        asked_by: poll.asked_by.as_str(),
        reply_to: reply_to.and_then(|address| address.named(poll.asked_by.as_str()).ok()),
        link,
        closes: &last_day(poll),
    };
    match kind {
        LetterKind::Invitation => invitation(&letter),
        LetterKind::Reminder => reminder(&letter),
    }
}

impl Mailing {
    /// Sends the letters. Returns when they are sent, or after eight seconds; the others are then still being sent.
    pub(crate) fn send(self) -> Result<Result<(), MailingHindrance>, WebError> {
        if self.people.is_empty() {
            return Ok(Ok(()));
        }
        let running = match self.state.mailings.begin(self.poll, self.people.len()) {
            Ok(running) => running,
            Err(hindrance) => return Ok(Err(hindrance)),
        };
        let (done, finished) = mpsc::channel();
        let work = move || {
            self.run(&running);
            drop(running);
            let _ = done.send(());
        };
        let thread = std::thread::Builder::new().name("letters".to_owned()).spawn(work);
        thread.map_err(|_| WebError::internal())?;
        let _ = finished.recv_timeout(WAIT);
        Ok(Ok(()))
    }

    fn run(&self, running: &RunningMailing) {
        let ends = Instant::now() + LONGEST;
        let (mut tally, mut stopped) = (Tally::default(), None);
        for id in &self.people {
            if stopped.is_none() && Instant::now() > ends {
                stopped = Some("The mail server is too slow. Try again later.".to_owned());
            }
            let done = match &stopped {
                None => self.send_one(id, &mut tally).map(|why| stopped = why),
                Some(why) => self.skip(id, why, &mut tally),
            };
            if let Err(error) = done {
                // The disk is full, or the poll was deleted: no other letter could be noted either.
                self.log_failure(&error);
                break;
            }
            running.done();
        }
        let (server, poll, kind) = (self.state.port, self.poll, self.kind);
        let Tally { sent, not_sent, unknown } = tally;
        // Without addresses: the log is for other people than the poll.
        tracing::info!(server, %poll, ?kind, sent, not_sent, unknown, "letters of a poll");
    }

    /// Sends a letter. Returns why the others need not be tried, if the mail server itself is the cause.
    fn send_one(&self, id: &MemberId, tally: &mut Tally) -> Result<Option<String>, PollError> {
        let now = self.now()?;
        let begun = self.state.polls.update(self.poll, |poll| {
            let begun = poll.begin_letter(id, self.kind, now, self.seen)?;
            Ok::<_, PollError>(begun.map(|secret| (poll.clone(), secret)))
        })?;
        // The page shows why there is no letter.
        let Ok((poll, secret)) = begun else { return Ok(None) };
        let result = self.try_one(&poll, id, &secret);
        let (state, stops) = match &result {
            Ok(()) => (LetterState::Sent, false),
            Err(error) => (state_of(error), is_of_server(error)),
        };
        if let Err(error) = &result {
            self.log_mail_error(error);
        }
        match state {
            LetterState::NotSent(_) => tally.not_sent += 1,
            LetterState::Unknown(_) => tally.unknown += 1,
            LetterState::Sent | LetterState::Sending => tally.sent += 1,
        }
        let why = match &state {
            LetterState::NotSent(why) | LetterState::Unknown(why) if stops => Some(why.clone()),
            _ => None,
        };
        self.state.polls.update(self.poll, |poll| poll.end_letter(id, self.kind, now, state, &secret))?;
        Ok(why)
    }

    fn try_one(&self, poll: &Poll, id: &MemberId, secret: &str) -> Result<(), MailError> {
        let nothing = || MailError::Message { part: "recipient", why: "the poll has no address".to_owned() };
        let person = poll.person(id).ok_or_else(nothing)?;
        let address: Mailbox = person.email.as_deref().ok_or_else(nothing)?.parse()?;
        let to = address.named(person.name.as_str())?;
        let text = letter_text(self.kind, poll, person, &answer_link(&self.server, poll.id, secret));
        self.mailer.send(&text.to(to)).map(|_| ())
    }

    /// Notes that a letter was not tried.
    fn skip(&self, id: &MemberId, why: &str, tally: &mut Tally) -> Result<(), PollError> {
        let now = self.now()?;
        let skipped =
            self.state.polls.update(self.poll, |poll| match poll.begin_letter(id, self.kind, now, self.seen)? {
                Ok(secret) => {
                    let state =
                        LetterState::NotSent(format!("It was not tried, because an earlier letter failed. {why}"));
                    poll.end_letter(id, self.kind, now, state, &secret).map(|()| true)
                }
                Err(_) => Ok(false),
            })?;
        tally.not_sent += usize::from(skipped);
        Ok(())
    }

    fn now(&self) -> Result<At, PollError> {
        self.state.now().map_err(|error| PollError::Refused(error.to_string()))
    }

    /// Logs why a letter was not sent, without the server's reply, which can have the address of the recipient.
    fn log_mail_error(&self, error: &MailError) {
        let (server, poll) = (self.state.port, self.poll);
        match error {
            MailError::Refused { stage, code, .. } => {
                tracing::warn!(server, %poll, %stage, code, "the mail server refused a letter");
            }
            MailError::Address { .. } | MailError::Message { .. } => {
                tracing::warn!(server, %poll, "a letter can't be sent as it is");
            }
            other => tracing::warn!(server, %poll, error = %other, "a letter was not sent"),
        }
    }

    fn log_failure(&self, error: &PollError) {
        let (server, poll) = (self.state.port, self.poll);
        match error {
            PollError::Missing => tracing::info!(server, %poll, "the poll was deleted while its letters were sent"),
            other => tracing::error!(server, %poll, error = %other, "letters of a poll can't be noted"),
        }
    }
}

/// Returns whether the next letter would fail in the same way.
fn is_of_server(error: &MailError) -> bool {
    match error {
        MailError::Refused { stage, .. } | MailError::Failed { stage, .. } => {
            matches!(stage, Stage::Connect | Stage::Encrypt | Stage::SignIn | Stage::Sender)
        }
        MailError::Slow { .. } | MailError::Busy(_) | MailError::Setting { .. } => true,
        MailError::Address { .. } | MailError::Message { .. } => false,
    }
}

/// Returns what became of a letter, in words for the person who asks.
fn state_of(error: &MailError) -> LetterState {
    if error.is_in_doubt() {
        let why = "The connection to the mail server broke while it took the letter. Ask the person before you send it again.";
        return LetterState::Unknown(why.to_owned());
    }
    let not_reached = "The mail server can\u{2019}t be reached. Ask the person who runs this server to try \u{201c}ibbi mail test\u{201d}.";
    LetterState::NotSent(match error {
        MailError::Refused { stage: Stage::Recipient, code: 500.., reply, .. } => {
            format!("The mail server doesn\u{2019}t take this address: \u{201c}{reply}\u{201d}. Check the address.")
        }
        MailError::Refused { stage: Stage::Recipient | Stage::Begin | Stage::Text, code: ..500, reply, .. } => {
            format!("The mail server asks to try later: \u{201c}{reply}\u{201d}. Try again in 15 minutes.")
        }
        MailError::Refused { stage: Stage::Begin | Stage::Text, reply, .. } => {
            format!("The mail server refused the letter: \u{201c}{reply}\u{201d}. Ask the person who runs it.")
        }
        MailError::Refused { reply, .. } => format!(
            "The mail server refused this server: \u{201c}{reply}\u{201d}. Ask the person who runs this server to try \u{201c}ibbi mail \
             test\u{201d}."
        ),
        MailError::Failed { .. } | MailError::Slow { .. } | MailError::Setting { .. } => not_reached.to_owned(),
        MailError::Busy(_) => "Many letters are being sent. Try again in a minute.".to_owned(),
        MailError::Address { why, .. } => format!("The address can\u{2019}t be used: {why}."),
        MailError::Message { part, why } => format!("The {part} can\u{2019}t be sent: {why}."),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letter_whose_text_was_cut_off_is_in_doubt_and_others_are_not_sent() {
        let server = || "mail.example.org, port 25".to_owned();
        for stage in [Stage::Connect, Stage::SignIn, Stage::Sender, Stage::Recipient, Stage::Begin, Stage::Text] {
            let slow = MailError::Slow { server: server(), stage, seconds: 1 };
            let failed = MailError::Failed { server: server(), stage, why: "it closed the connection".to_owned() };
            for error in [slow, failed] {
                let is_unknown = matches!(state_of(&error), LetterState::Unknown(_));
                assert_eq!(is_unknown, stage == Stage::Text, "{error}");
            }
            let refused = MailError::Refused { server: server(), stage, code: 550, reply: "no".to_owned() };
            let LetterState::NotSent(why) = state_of(&refused) else { panic!("{refused}") };
            assert!(why.contains("\u{201c}no\u{201d}"), "{why}");
        }
    }

    #[test]
    fn only_trouble_of_the_mail_server_itself_stops_the_others() {
        let refused = |stage| MailError::Refused { server: String::new(), stage, code: 550, reply: String::new() };
        assert!(is_of_server(&refused(Stage::SignIn)) && !is_of_server(&refused(Stage::Recipient)));
        assert!(!is_of_server(&refused(Stage::Text)));
        assert!(is_of_server(&MailError::Slow { server: String::new(), stage: Stage::Text, seconds: 1 }));
    }
}
