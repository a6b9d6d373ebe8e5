//! Routes: legal when they are played with suitable events, and no longer than needed.

mod roads;
mod search;

#[path = "../support/mod.rs"]
mod support;
