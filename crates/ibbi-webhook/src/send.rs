//! Sends one message.

use crate::secret::Secret;
use crate::target::Target;
use std::io::Read as _;
use std::time::Duration;
use ureq::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use ureq::{Agent, Body, Error, http};

/// The longest body of an answer that is read, in bytes, so that the connection can be used again. A longer one is left unread, and the
/// connection is closed.
const READ: u64 = 4096;

/// A message to send.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// The ID of the message, which is the same each time it is sent.
    pub id: &'a str,
    /// When it is sent, in seconds since 1970.
    pub seconds: i64,
    /// A CloudEvents message as JSON.
    pub body: &'a str,
}

/// How the sending of a message went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The receiver has it: the status of its answer, from 200 to 299.
    Delivered(u16),
    /// The receiver wants no more messages: it answered 410.
    Gone,
    /// It may or may not have arrived, and why that isn't known or isn't so.
    Failed(String),
}

/// Sends messages. It blocks its thread for at most the time that it is given.
#[derive(Debug, Clone)]
pub struct Sender {
    encrypted: Agent,
    /// For loopback addresses. It never uses a proxy, which would be somewhere else.
    loopback: Agent,
    time: Duration,
}

impl Sender {
    /// Returns a sender that waits this long for an answer, from the look-up of the name to the end of the answer's head.
    pub fn new(time: Duration) -> Self {
        let config = || {
            Agent::config_builder()
                .timeout_global(Some(time))
                // A redirect could lead a message to an address that no one has checked.
                .max_redirects(0)
                .http_status_as_error(false)
                .user_agent(concat!("ibbi/", env!("CARGO_PKG_VERSION")))
                .accept_encoding("identity")
        };
        let encrypted = config().https_only(true).build().into();
        let loopback = config().proxy(None).build().into();
        Self { encrypted, loopback, time }
    }

    /// Sends a message, signed with a secret.
    pub fn send(&self, target: &Target, secret: &Secret, message: Message<'_>) -> SendOutcome {
        let Message { id, seconds, body } = message;
        let agent = if target.is_encrypted() { &self.encrypted } else { &self.loopback };
        let request = agent
            .post(target.as_str())
            .header(CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", secret.signature(id, seconds, body.as_bytes()));
        match request.send(body) {
            Ok(response) => outcome(response),
            Err(error) => SendOutcome::Failed(self.reason(error)),
        }
    }

    /// Returns why there is no answer, without the address, which can have a secret.
    fn reason(&self, error: Error) -> String {
        match error {
            Error::Timeout(_) => format!("there was no answer within {} seconds", self.time.as_secs_f64()),
            Error::HostNotFound => "the name of the receiver isn't known to the name server".to_owned(),
            Error::ConnectionFailed => "the receiver can't be reached".to_owned(),
            Error::Io(source) => format!("the connection failed: {source}"),
            Error::Rustls(source) => format!("the encryption failed: {source}"),
            Error::LargeResponseHeader(_, most) => format!("the head of the answer has more than {most} bytes"),
            Error::Protocol(source) => format!("the answer isn't HTTP: {source}"),
            Error::BadUri(_) | Error::RequireHttpsOnly(_) => "the address can't be used".to_owned(),
            other => format!("the sending failed: {other}"),
        }
    }
}

fn outcome(response: http::Response<Body>) -> SendOutcome {
    let status = response.status();
    // The status is the answer. The body is read only to use the connection again.
    let length = response.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length <= READ) {
        let _ = response.into_body().into_reader().take(READ).read_to_end(&mut Vec::new());
    }
    match status.as_u16() {
        200..=299 => SendOutcome::Delivered(status.as_u16()),
        410 => SendOutcome::Gone,
        300..=399 => SendOutcome::Failed(format!(
            "the receiver answered {status}; redirects aren't followed, so give the webhook the final address"
        )),
        _ => SendOutcome::Failed(format!("the receiver answered {status}")),
    }
}
