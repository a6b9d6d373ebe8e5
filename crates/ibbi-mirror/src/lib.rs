//! A mirror of a server's ledger: follows it, checks every step, and never overwrites what it holds.
//!
//! A mirror has the lines of the ledger that its holder may read, and the SHA-256 of each other line. `ibbi-seal` has its format.
//! This crate asks the server, writes the file, and finds out where a changed history begins.
//!
//! ```no_run
//! use ibbi_mirror::{Follower, Server, Waits};
//! let server = Server::new("https://ibbi.example.org", &std::fs::read_to_string("token")?)?;
//! let mut follower = Follower::open("cases.mirror".as_ref(), server, None, &mut |notice| eprintln!("{notice}"))?;
//! let summary = follower.once(&Waits::default(), &mut |notice| eprintln!("{notice}"), &mut std::thread::sleep)?;
//! println!("{} lines", summary.lines);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Invariants
//!
//! - What the mirror holds is never changed. A history that disagrees is an error, which names the lines.
//! - An entry is checked before it is written, and is on the disk before the next page is asked for.
//! - The token is sent to one address only, and never without TLS except to this computer.
//! - There is no clock: the caller waits.
#![forbid(unsafe_code)]

mod error;
mod file;
mod follow;
mod fork;
mod server;

pub use error::{Fork, MirrorError};
pub use follow::{Follower, Notice, Summary, Waits};
pub use server::Server;
