//! Why a message wasn't sent.

use std::fmt;

/// A step of sending a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Connecting to the server, with TLS from the start if the settings say so, and greeting it.
    Connect,
    /// Encrypting the connection with STARTTLS.
    Encrypt,
    /// Signing in with the user and the password.
    SignIn,
    /// Naming the sender.
    Sender,
    /// Naming the recipient.
    Recipient,
    /// Asking whether the text can come.
    Begin,
    /// Sending the text.
    Text,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connecting",
            Self::Encrypt => "encrypting the connection with STARTTLS",
            Self::SignIn => "signing in",
            Self::Sender => "naming the sender",
            Self::Recipient => "naming the recipient",
            Self::Begin => "asking to send the text",
            Self::Text => "sending the text",
        })
    }
}

/// Why a message wasn't sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// A setting is wrong.
    #[error("{setting}: {why}")]
    Setting {
        /// The setting, as the configuration names it.
        setting: &'static str,
        /// What is wrong, and how to fix it.
        why: String,
    },
    /// An address isn't one.
    #[error("`{address}` is not an email address that can be used: {why}")]
    Address {
        /// The address as it was given, shortened.
        address: String,
        /// What is wrong, and how to fix it.
        why: String,
    },
    /// The message can't be sent as it is.
    #[error("the {part} of the message can't be sent: {why}")]
    Message {
        /// The part: subject or text.
        part: &'static str,
        /// What is wrong, and how to fix it.
        why: String,
    },
    /// The server refused a step.
    #[error("the mail server {server} refused {stage}: it answered {code} {reply}; {}", refused_advice(*stage, *code))]
    Refused {
        /// The server and its port.
        server: String,
        /// The step.
        stage: Stage,
        /// The server's reply code, from 400 to 599.
        code: u16,
        /// The text after the code, shortened, and without the password.
        reply: String,
    },
    /// The connection failed, or the server doesn't speak SMTP.
    #[error("the mail server {server} failed while {stage}: {why}; {}", failed_advice(*stage))]
    Failed {
        /// The server and its port.
        server: String,
        /// The step.
        stage: Stage,
        /// What failed.
        why: String,
    },
    /// The server took too long. Whether the message is sent is unknown if the step was [`Stage::Text`].
    #[error("the mail server {server} did not finish within {seconds} seconds (it was {stage}); {}", slow_advice(*stage))]
    Slow {
        /// The server and its port.
        server: String,
        /// The step.
        stage: Stage,
        /// The timeout.
        seconds: u64,
    },
    /// Too many messages are being sent at the same time.
    #[error("{0} messages are still being sent to the mail server; try again in a minute")]
    Busy(usize),
}

impl MailError {
    /// Returns whether the same message can succeed later without a change of the settings: the server said so (a reply code from
    /// 400 to 499, such as that of greylisting), or the network failed.
    pub const fn is_temporary(&self) -> bool {
        match self {
            Self::Refused { code, .. } => *code < 500,
            Self::Failed { .. } | Self::Slow { .. } | Self::Busy(_) => true,
            Self::Setting { .. } | Self::Address { .. } | Self::Message { .. } => false,
        }
    }

    /// Returns whether the message may have been sent nevertheless: the connection broke while the server was taking the text.
    pub const fn is_in_doubt(&self) -> bool {
        matches!(self, Self::Failed { stage: Stage::Text, .. } | Self::Slow { stage: Stage::Text, .. })
    }
}

fn refused_advice(stage: Stage, code: u16) -> &'static str {
    match stage {
        Stage::SignIn if code == 454 => "try again in a few minutes",
        Stage::SignIn => "check mail.user and the password in mail.password_file",
        _ if code < 500 => "try again in 15 minutes",
        Stage::Connect => "ask the person who runs the mail server whether this computer may use it",
        Stage::Encrypt => "set mail.security to \"tls\" if the server has TLS from the start",
        Stage::Sender => "check mail.from, and whether the server asks for mail.user and mail.password_file",
        Stage::Recipient => "check the address of the recipient",
        Stage::Begin | Stage::Text => "ask the person who runs the mail server why it doesn't take the message",
    }
}

fn failed_advice(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "check mail.server, mail.port, mail.security, and mail.ca_file",
        Stage::Encrypt => "check mail.security and mail.ca_file",
        Stage::SignIn => "check whether the server asks for mail.user and mail.password_file, and try again",
        Stage::Sender | Stage::Recipient | Stage::Begin => "try again in a few minutes",
        Stage::Text => "the message may have been sent; ask the recipient before you send it again",
    }
}

fn slow_advice(stage: Stage) -> &'static str {
    match stage {
        Stage::Connect => "check mail.server and mail.port, or set a longer mail.timeout",
        Stage::Text => "the message may have been sent; ask the recipient before you send it again",
        _ => "try again later, or set a longer mail.timeout",
    }
}
