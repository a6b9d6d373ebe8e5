//! The server for outgoing mail, and how to reach it.

use crate::address::Mailbox;
use std::time::Duration;

/// How a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// With TLS from the first byte. The usual port is 465.
    Tls,
    /// With TLS after the command STARTTLS. If the server doesn't have it, nothing is sent. The usual port is 587.
    StartTls,
    /// Not at all: only to a server on this computer. The usual port is 25.
    None,
}

impl Security {
    /// Returns the usual port.
    pub const fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

/// The settings of a [`Mailer`](crate::Mailer).
#[derive(Clone)]
pub struct MailSettings {
    /// The name or the IP address of the server.
    pub server: String,
    /// The port; without one, the usual port of `security`.
    pub port: Option<u16>,
    /// How the connection is encrypted.
    pub security: Security,
    /// The user name, if the server asks for one. A password is needed with it.
    pub user: Option<String>,
    /// The password of the user.
    pub password: Option<String>,
    /// The sender.
    pub from: Mailbox,
    /// The certificates, in PEM, that the server's certificate must be signed with. Without them, those of the public
    /// authorities count.
    pub ca: Option<Vec<u8>>,
    /// How long sending one message can take in all: from 1 second to 5 minutes.
    pub timeout: Duration,
}

impl MailSettings {
    /// The timeout that [`MailSettings::new`] sets.
    pub const TIMEOUT: Duration = Duration::from_secs(30);

    /// Returns settings without a user and without certificates, with the usual port and a timeout of 30 seconds.
    pub fn new(server: &str, security: Security, from: Mailbox) -> Self {
        Self {
            server: server.to_owned(),
            port: None,
            security,
            user: None,
            password: None,
            from,
            ca: None,
            timeout: Self::TIMEOUT,
        }
    }
}

impl std::fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("MailSettings");
        shown.field("server", &self.server).field("port", &self.port).field("security", &self.security);
        shown.finish_non_exhaustive()
    }
}
