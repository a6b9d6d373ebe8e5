//! The web server: the pages and the HTTP API over [`ibbi_app`]. `ibbi serve` starts it.
//!
//! One process serves one ledger. The server renders the pages. They work without JavaScript; a small script saves
//! clicks. The API under `/api/v1` returns what the program prints with `--json`, because both call the same functions.
//!
//! | to | see |
//! |---|---|
//! | start the server | [`Config`], [`Server`] |
//! | get the OpenAPI document | [`openapi`] |
//! | list the routes, with what each needs | [`routes`] |
//!
//! # Invariants
//!
//! - No event is acknowledged before it is on the disk. One thread holds the ledger ([`ibbi_app::service`]), validates
//!   the offers of many requests in the order in which they arrive, and answers after the sync that they share.
//! - Everything is in the program: pages load nothing from other servers, and their content security policy forbids it.
//! - No request names a file. An upload stays in memory or in its own folder until it is deleted.
//! - No input becomes markup: pages are built with [`ibbi_report::html`], which escapes text in one place.
//! - A webhook has a thread of its own, which reads what is on the disk. No receiver holds up another one, or a writer.
//! - No sequence of a calendar entry gets smaller: what was published is kept, and a calendar whose memory can't be read isn't made.
//! - The address of a calendar is a secret, and is never in the log. It shows what its maker may see at that moment.
//! - There are [`Limits`] on bodies, time, connections, uploads, and simulation runs.
#![forbid(unsafe_code)]

mod api;
mod auth;
mod background;
mod calendar_answer;
mod calendar_feeds;
mod calendar_requests;
mod compression;
mod delivery;
mod estimates;
mod etag;
mod fairness;
mod limits;
mod mailings;
mod messages;
mod metrics;
mod multipart;
mod pages;
mod participation;
mod poll_access;
mod poll_days;
mod poll_mail;
mod problem;
mod problem_codes;
mod published_dates;
mod published_requests;
mod query;
mod reader;
mod redacted_path;
mod release_requests;
mod request;
mod response;
mod retention_requests;
mod router;
mod server;
mod settings;
mod sign_in;
mod state;
mod strict_heads;
mod subscriptions;
mod troubles;
mod uploads;
mod visit;
mod webhook_requests;
mod writer;

pub use api::openapi;
/// The name of a header of a request.
pub use axum::http::HeaderName;
/// How often a message to a webhook is tried.
pub use ibbi_webhook::RetrySchedule;
pub use limits::Limits;
pub use problem_codes::table as problem_table;
pub use router::{Route, routes};
pub use server::{Config, DEFAULT_PORT, Handle, Server, link};
pub use settings::{PublicUrl, Reload, Reloaded, Settings};
pub use sign_in::{Oidc, Show, SignIn, TrustedProxy};
