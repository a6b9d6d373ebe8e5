//! The integration tests of `ibbi-core`, in one program.

mod properties;
mod route;
mod rules;
mod snapshots;
mod stories;
mod support;
