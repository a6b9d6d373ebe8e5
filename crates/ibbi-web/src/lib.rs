//! The local page and the HTTP face of [`ibbi_app`]: `ibbi serve`.
//!
//! One process, one ledger. Pages are made on the server and work without script; a small script only spares the reader
//! a click. What the API under `/api/v1` returns is what the program prints with `--json`, for both ask the same functions.
//!
//! | to | see |
//! |---|---|
//! | start it | [`Config`], [`Server`] |
//! | read how the API is described | [`openapi`] |
//!
//! # Invariants
//!
//! - No event is acknowledged before it is on the disk: one thread holds the ledger ([`ibbi_app::service`]), judges what many
//!   requests offer in the order in which it came, and answers after the sync that they share.
//! - Everything is in the program: a page loads nothing from elsewhere, and its content security policy says so.
//! - No request names a file. What is uploaded stays in memory or in a folder of its own until it is forgotten.
//! - Nothing from outside becomes markup: pages are made with [`ibbi_report::html`], which escapes in one place.
//! - [`Limits`] on everything: bodies, time, connections, uploads; and on simulated runs.
#![forbid(unsafe_code)]

mod api;
mod auth;
mod compression;
mod file_type;
mod limits;
mod multipart;
mod pages;
mod problem;
mod query;
mod request;
mod response;
mod router;
mod server;
mod state;
mod uploads;
mod writer;

pub use api::openapi;
pub use limits::Limits;
pub use server::{Config, DEFAULT_PORT, Handle, Server};
