//! Sends email by SMTP, and has the texts of the letters about an availability poll.
//!
//! A [`Mailer`] knows the server for outgoing mail and the sender. [`Mailer::send`] sends a [`Message`] to one person, and
//! [`Mailer::check`] signs in without sending anything. Both wait for the network for at most the timeout of the settings.
//! [`invitation`] and [`reminder`] return texts that can also be shown, for a person who sends them by hand.
//!
//! ```
//! use ibbi_mail::{MailSettings, Mailer, Security};
//! let from = "P. Sullivan <p.sullivan@example.org>".parse()?;
//! let mailer = Mailer::from_settings(&MailSettings::new("smtp.example.org", Security::Tls, from))?;
//! assert_eq!(mailer.to_string(), "smtp.example.org, port 465");
//! // Without encryption, anyone on the way could read the letters.
//! let from = "p.sullivan@example.org".parse()?;
//! assert!(Mailer::from_settings(&MailSettings::new("smtp.example.org", Security::None, from)).is_err());
//! # Ok::<(), ibbi_mail::MailError>(())
//! ```
//!
//! Sources: RFC 5321 (SMTP), RFC 5322 (messages), RFC 3207 (STARTTLS), RFC 4954 (signing in), RFC 3834 (`Auto-Submitted`).

mod address;
mod error;
mod header_text;
mod mailer;
mod message;
mod poll;
mod settings;

pub use address::Mailbox;
pub use error::{MailError, Stage};
pub use mailer::Mailer;
pub use message::Message;
pub use poll::{LetterText, PollLetter, invitation, reminder};
pub use settings::{MailSettings, Security};
