//! A message to one person.

use crate::address::Mailbox;
use crate::error::MailError;
use crate::header_text::without_code;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};

/// The most characters of a subject.
const LONGEST_SUBJECT: usize = 200;
/// The most bytes of a text.
const LONGEST_TEXT: usize = 64 * 1024;

/// A message of plain text to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The recipient.
    pub to: Mailbox,
    /// To whom an answer goes, if not to the sender of the settings.
    pub reply_to: Option<Mailbox>,
    /// The subject: one line of at most 200 characters. `=?` is sent as `= ?`, because readers would decode what follows.
    pub subject: String,
    /// The text: at most 64 KiB. Lines end in `\n` or `\r\n`.
    pub text: String,
}

/// `Auto-Submitted: auto-generated`: programs that answer mail for people who are away don't answer it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Message {
    /// Returns the bytes to send: headers, an empty line, and the encoded text.
    ///
    /// # Errors
    /// [`MailError::Message`] if the subject or the text has characters that mail can't have, or is too long.
    pub(crate) fn formatted(&self, from: &Mailbox) -> Result<Vec<u8>, MailError> {
        let wrong = |part, why: &str| MailError::Message { part, why: why.to_owned() };
        if self.subject.chars().any(char::is_control) {
            return Err(wrong("subject", "it has a line break or another control character; remove it"));
        }
        if self.subject.chars().count() > LONGEST_SUBJECT {
            return Err(wrong("subject", "it has more than 200 characters; shorten it"));
        }
        if self.text.len() > LONGEST_TEXT {
            return Err(wrong("text", "it has more than 65,536 bytes; shorten it"));
        }
        let text = self.text.replace("\r\n", "\n");
        if text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\t')) {
            return Err(wrong("text", "it has a control character; remove it"));
        }
        let builder = lettre::Message::builder()
            .from(from.for_header())
            .to(self.to.for_header())
            .subject(without_code(&self.subject))
            .date_now()
            .message_id(Some(message_id(from)?))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN);
        let builder = self.reply_to.iter().fold(builder, |builder, to| builder.reply_to(to.for_header()));
        let message = builder.body(text.replace('\n', "\r\n"));
        message.map(|message| message.formatted()).map_err(|error| wrong("text", &error.to_string()))
    }
}

/// Returns a new ID, which doesn't show the name of this computer.
fn message_id(from: &Mailbox) -> Result<String, MailError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| MailError::Message {
        part: "ID",
        why: format!("this computer has no random numbers: {error}"),
    })?;
    Ok(format!("<{:032x}@{}>", u128::from_be_bytes(random), from.domain()))
}
