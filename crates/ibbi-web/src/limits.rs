//! The limits of a server: sizes, counts, and times.

use ibbi_webhook::RetrySchedule;
use std::time::Duration;

/// The limits of a server. A client that exceeds one gets a problem that says so, or is disconnected if no response can
/// reach it. Other clients are not affected.
///
/// ```
/// use ibbi_web::Limits;
/// let limits = Limits { connections: 64, ..Limits::default() };
/// assert_eq!(limits.body, 2 * 1024 * 1024);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at the same time. More wait to be accepted. Default: 512.
    pub connections: usize,
    /// The most connections of one address, before anyone signs in. More are closed at once. A trusted proxy has no such limit.
    /// Default: 240.
    pub connections_each: usize,
    /// How long the head of a request can take, and how long a connection can be idle between requests. Default: 15
    /// seconds.
    pub head_time: Duration,
    /// The longest body, in bytes. Default: 2 MiB.
    pub body: usize,
    /// How long a body can take to arrive. Default: 20 seconds.
    pub body_time: Duration,
    /// The longest upload of a ledger, in bytes. Default: 64 MiB.
    pub upload: usize,
    /// How long an upload can take to arrive. Default: 2 minutes.
    pub upload_time: Duration,
    /// The most uploads that are read at the same time, because they are held in memory. More wait, and half are the most of one
    /// client. Default: 4.
    pub uploads: usize,
    /// How long an uploaded ledger is kept after its last use. Default: 1 hour.
    pub kept: Duration,
    /// How long a client can leave a response unread. Default: 30 seconds.
    pub write_time: Duration,
    /// How long a connection can last in total. Default: 15 minutes.
    pub connection_time: Duration,
    /// How long the server waits before it tries to record again after a failed write. Default: 2 seconds.
    pub retry: Duration,
    /// How long requests can run after the server starts to stop. Default: 10 seconds.
    pub grace: Duration,
    /// How long the receiver of a webhook can take to answer, from the look-up of its name on. Default: 15 seconds.
    pub webhook_time: Duration,
    /// When a message to a webhook is tried again, and when it becomes a dead letter.
    pub webhook_retry: RetrySchedule,
    /// How often the server looks whether another process has changed the webhooks. Default: 250 milliseconds.
    pub webhook_poll: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            connections_each: 240,
            head_time: Duration::from_secs(15),
            body: 2 << 20,
            body_time: Duration::from_secs(20),
            upload: 64 << 20,
            upload_time: Duration::from_secs(120),
            uploads: 4,
            kept: Duration::from_secs(60 * 60),
            write_time: Duration::from_secs(30),
            connection_time: Duration::from_secs(15 * 60),
            retry: Duration::from_secs(2),
            grace: Duration::from_secs(10),
            webhook_time: Duration::from_secs(15),
            webhook_retry: RetrySchedule::default(),
            webhook_poll: Duration::from_millis(250),
        }
    }
}
