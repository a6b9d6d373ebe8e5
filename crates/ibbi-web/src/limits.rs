//! How much a server takes upon itself, and how long it waits for others.

use std::time::Duration;

/// The limits of a server. Whoever goes beyond one is answered with a problem that says so, or cut off where no answer can
/// reach them; nobody else notices.
///
/// ```
/// use ibbi_web::Limits;
/// let limits = Limits { connections: 64, ..Limits::default() };
/// assert_eq!(limits.body, 2 * 1024 * 1024);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most connections at a time; more wait to be accepted. 512.
    pub connections: usize,
    /// How long the head of a request may take, and how long a connection may be idle between two. 15 seconds.
    pub head_time: Duration,
    /// The longest body, in bytes. 2 MiB.
    pub body: usize,
    /// How long a body may take to arrive. 20 seconds.
    pub body_time: Duration,
    /// The longest body where ledgers are uploaded, in bytes. 64 MiB.
    pub upload: usize,
    /// How long an upload may take to arrive. 2 minutes.
    pub upload_time: Duration,
    /// The most uploads that are read at a time, for they are held in memory; more wait for one to end. 4.
    pub uploads: usize,
    /// How long an uploaded ledger is kept after somebody looked at it last. 1 hour.
    pub kept: Duration,
    /// How long a client may take nothing of an answer that waits for it. 30 seconds.
    pub write_time: Duration,
    /// How long a connection may last in all. 15 minutes.
    pub connection_time: Duration,
    /// How long requests may go on after the server was told to stop. 10 seconds.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head_time: Duration::from_secs(15),
            body: 2 << 20,
            body_time: Duration::from_secs(20),
            upload: 64 << 20,
            upload_time: Duration::from_secs(120),
            uploads: 4,
            kept: Duration::from_secs(60 * 60),
            write_time: Duration::from_secs(30),
            connection_time: Duration::from_secs(15 * 60),
            grace: Duration::from_secs(10),
        }
    }
}
