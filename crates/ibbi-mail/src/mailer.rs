//! The conversation with a server for outgoing mail.

use crate::address::Mailbox;
use crate::error::{MailError, Stage};
use crate::message::Message;
use crate::settings::{MailSettings, Security};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, CertificateStore, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use std::fmt;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};

/// The most characters of a server's reply that an error repeats.
const REPEATED: usize = 200;
/// The most conversations at the same time. A server that sends a byte now and then could otherwise hold any number.
const CONVERSATIONS: usize = 8;
/// How long a conversation that is out of time has to say so.
const GRACE: Duration = Duration::from_millis(250);
const SHORTEST_TIMEOUT: Duration = Duration::from_secs(1);
const LONGEST_TIMEOUT: Duration = Duration::from_secs(300);

/// Sends messages by one server, from one sender. Its methods wait for the network, for at most the timeout of the settings.
#[derive(Clone)]
pub struct Mailer {
    inner: Arc<Inner>,
}

struct Inner {
    settings: MailSettings,
    port: u16,
    tls: Option<TlsParameters>,
    running: AtomicUsize,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("settings", &self.inner.settings).finish_non_exhaustive()
    }
}

impl fmt::Display for Mailer {
    /// Writes the server and its port.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, port {}", self.inner.settings.server, self.inner.port)
    }
}

impl Mailer {
    /// Checks the settings. Nothing is sent.
    ///
    /// # Errors
    /// [`MailError::Setting`] with the setting that is wrong.
    pub fn from_settings(settings: &MailSettings) -> Result<Self, MailError> {
        let wrong = |setting, why: &str| Err(MailError::Setting { setting, why: why.to_owned() });
        let server = settings.server.as_str();
        if server.is_empty() || !server.chars().all(|char| char.is_ascii_alphanumeric() || ".-:".contains(char)) {
            return wrong("mail.server", "it is not the name of a server; give a name such as smtp.example.org");
        }
        if settings.port == Some(0) {
            return wrong("mail.port", "0 is not a port; give the server's, such as 465 or 587");
        }
        if settings.security == Security::None && !is_this_computer(server) {
            let why = "anyone on the way could read the letters and the password; choose \"tls\" or \"starttls\" (\"none\" is \
                       only for a server on this computer)";
            return wrong("mail.security", why);
        }
        match (&settings.user, &settings.password) {
            (Some(_), None) => return wrong("mail.password_file", "a user needs a password; add the file with it"),
            (None, Some(_)) => return wrong("mail.user", "a password needs a user; add the user name"),
            (Some(user), _) if user.is_empty() || user.chars().any(char::is_control) => {
                return wrong("mail.user", "it is empty or has a control character; give the user name");
            }
            _ => {}
        }
        if !(SHORTEST_TIMEOUT..=LONGEST_TIMEOUT).contains(&settings.timeout) {
            return wrong("mail.timeout", "give a number of seconds from 1 to 300");
        }
        let tls = if settings.security == Security::None { None } else { Some(tls(settings)?) };
        let port = settings.port.unwrap_or(settings.security.port());
        let inner = Inner { settings: settings.clone(), port, tls, running: AtomicUsize::new(0) };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Returns the sender.
    pub fn from(&self) -> &Mailbox {
        &self.inner.settings.from
    }

    /// Sends a message, and returns the server's reply to it. The server has the message then, but may still return it later.
    ///
    /// # Errors
    /// [`MailError`] with the step that failed. If [`MailError::is_in_doubt`], the message may have been sent.
    pub fn send(&self, message: &Message) -> Result<String, MailError> {
        let (to, bytes) = (message.to.bare(), message.formatted(self.from())?);
        self.converse(move |talk| {
            let from = talk.mailer.from().bare();
            talk.step(Stage::Sender, |connection| connection.command(Mail::new(Some(from), Vec::new())))?;
            talk.step(Stage::Recipient, |connection| connection.command(Rcpt::new(to, Vec::new())))?;
            talk.step(Stage::Begin, |connection| connection.command(Data))?;
            let reply = talk.step(Stage::Text, |connection| connection.message(&bytes))?;
            Ok(talk.mailer.shown(&format!("{} {}", reply.code(), reply.message().collect::<Vec<_>>().join(" "))))
        })
    }

    /// Connects, encrypts the connection, and signs in as the settings say. Sends nothing to anyone.
    ///
    /// # Errors
    /// [`MailError`] with the step that failed.
    pub fn check(&self) -> Result<(), MailError> {
        self.converse(|_| Ok(()))
    }

    /// Runs a conversation in a thread of its own, and waits for it until the timeout: looking up a name has no limit, and the
    /// limit of a socket begins again with each byte.
    fn converse<T: Send + 'static>(
        &self,
        then: impl FnOnce(&mut Talk) -> Result<T, MailError> + Send + 'static,
    ) -> Result<T, MailError> {
        if self.inner.running.fetch_add(1, Ordering::AcqRel) >= CONVERSATIONS {
            self.inner.running.fetch_sub(1, Ordering::AcqRel);
            return Err(MailError::Busy(CONVERSATIONS));
        }
        let timeout = self.inner.settings.timeout;
        let (ends, stage) = (Instant::now() + timeout, Arc::new(Mutex::new(Stage::Connect)));
        let (sender, receiver) = mpsc::channel();
        let (mailer, known) = (self.clone(), Arc::clone(&stage));
        let talk = move || {
            let _running = Running(Arc::clone(&mailer.inner));
            let result = Talk::begin(mailer, known, ends).and_then(|mut talk| {
                let result = then(&mut talk)?;
                // The message is with the server. A server that doesn't say goodbye changes nothing.
                let _ = talk.connection.quit();
                Ok(result)
            });
            let _ = sender.send(result);
        };
        let thread = std::thread::Builder::new().name("mail".to_owned()).spawn(talk);
        thread.map_err(|error| self.failed(Stage::Connect, format!("this computer can't start a thread: {error}")))?;
        // No step begins after the end, so the step that is read here is the last.
        receiver.recv_timeout(timeout + GRACE).unwrap_or_else(|_| Err(self.slow(*lock(&stage))))
    }

    fn slow(&self, stage: Stage) -> MailError {
        MailError::Slow { server: self.to_string(), stage, seconds: self.inner.settings.timeout.as_secs() }
    }

    fn failed(&self, stage: Stage, why: String) -> MailError {
        MailError::Failed { server: self.to_string(), stage, why }
    }

    /// Returns the error of a step.
    fn error(&self, stage: Stage, error: &lettre::transport::smtp::Error) -> MailError {
        let source = std::error::Error::source(error);
        let text = source.map_or_else(|| error.to_string(), ToString::to_string);
        if let Some(code) = error.status() {
            return MailError::Refused { server: self.to_string(), stage, code: code.into(), reply: self.shown(&text) };
        }
        if error.is_timeout() || source.is_some_and(is_would_block) {
            return self.slow(stage);
        }
        let why = match text.as_str() {
            "incomplete response" => "it closed the connection".to_owned(),
            _ if error.is_tls() || source.is_some_and(is_of_tls) => {
                format!("its certificate or its TLS can't be used: {}", self.shown(&text))
            }
            "No compatible authentication mechanism was found" => {
                "it offers neither PLAIN nor LOGIN to sign in with".to_owned()
            }
            "STARTTLS is not supported on this server" => "it doesn't offer STARTTLS".to_owned(),
            _ if error.is_response() => format!("its answer is not SMTP: {}", self.shown(&text)),
            _ => self.shown(&text),
        };
        self.failed(stage, why)
    }

    /// Returns a server's text on one line, shortened, and without the password, which some servers repeat.
    fn shown(&self, text: &str) -> String {
        let settings = &self.inner.settings;
        let mut text = text.to_owned();
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            for secret in
                [password.clone(), base64(password.as_bytes()), base64(format!("\0{user}\0{password}").as_bytes())]
            {
                text = text.replace(&secret, "[password]");
            }
        }
        let line = text.split(|char: char| char.is_control() || char.is_whitespace()).filter(|word| !word.is_empty());
        line.collect::<Vec<_>>().join(" ").chars().take(REPEATED).collect()
    }
}

/// A conversation that is under way.
struct Talk {
    mailer: Mailer,
    connection: SmtpConnection,
    ends: Instant,
    stage: Arc<Mutex<Stage>>,
}

impl Talk {
    /// Connects, encrypts the connection, and signs in as the settings say.
    fn begin(mailer: Mailer, stage: Arc<Mutex<Stage>>, ends: Instant) -> Result<Self, MailError> {
        let settings = &mailer.inner.settings;
        let name = ClientId::Domain(settings.from.domain().to_owned());
        let first = mailer.inner.tls.as_ref().filter(|_| settings.security == Security::Tls);
        let address = (settings.server.as_str(), mailer.inner.port);
        let connection = SmtpConnection::connect(address, Some(settings.timeout), &name, first, None);
        let connection = connection.map_err(|error| mailer.error(Stage::Connect, &error))?;
        let mut talk = Self { mailer: mailer.clone(), connection, ends, stage };
        if let Some(tls) = mailer.inner.tls.as_ref().filter(|_| settings.security == Security::StartTls) {
            talk.step(Stage::Encrypt, |connection| connection.starttls(tls, &name))?;
        }
        if let (Some(user), Some(password)) = (&settings.user, &settings.password) {
            let credentials = Credentials::new(user.clone(), password.clone());
            talk.step(Stage::SignIn, |connection| {
                connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
            })?;
        }
        Ok(talk)
    }

    /// Takes a step in the time that is left.
    fn step<T>(
        &mut self,
        stage: Stage,
        step: impl FnOnce(&mut SmtpConnection) -> Result<T, lettre::transport::smtp::Error>,
    ) -> Result<T, MailError> {
        *lock(&self.stage) = stage;
        let left = self.ends.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(self.mailer.slow(stage));
        }
        let limited = self.connection.set_timeout(Some(left));
        limited.map_err(|error| self.mailer.failed(stage, error.to_string()))?;
        step(&mut self.connection).map_err(|error| self.mailer.error(stage, &error))
    }
}

/// Counts a conversation for as long as it runs.
struct Running(Arc<Inner>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

fn lock(stage: &Mutex<Stage>) -> std::sync::MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns whether a server is this computer itself.
fn is_this_computer(server: &str) -> bool {
    server.eq_ignore_ascii_case("localhost") || server.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Returns whether an error is that of a socket whose time is over. Some systems call it so.
fn is_would_block(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut))
}

/// Returns whether an error is that of TLS. A wrong certificate shows with the first bytes after the handshake.
fn is_of_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == std::io::ErrorKind::InvalidData && error.get_ref().is_some())
}

/// Returns what TLS needs: the name of the server, and the certificates that count.
fn tls(settings: &MailSettings) -> Result<TlsParameters, MailError> {
    let wrong = |setting, why: String| MailError::Setting { setting, why };
    let mut builder = TlsParameters::builder(settings.server.clone());
    if let Some(pem) = &settings.ca {
        let no_certificate =
            || wrong("mail.ca_file", "it has no certificate in PEM; give the authority's certificate".to_owned());
        if !pem.windows(11).any(|window| window == b"-----BEGIN ") {
            return Err(no_certificate());
        }
        let certificate = Certificate::from_pem(pem).map_err(|_| no_certificate())?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    builder.build().map_err(|error| wrong("mail.ca_file", format!("TLS can't be used with these settings: {error}")))
}

/// Returns the base64 of bytes, with which a password is sent.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().enumerate().fold(0_u32, |bits, (at, byte)| bits | u32::from(*byte) << (16 - 8 * at));
        for digit in 0..4 {
            let place = usize::try_from(bits >> (18 - 6 * digit) & 63).unwrap_or_default();
            text.push(if digit <= group.len() { char::from(DIGITS[place]) } else { '=' });
        }
    }
    text
}
