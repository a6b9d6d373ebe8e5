//! Integration tests of `ibbi-sim`.

#[path = "../support/documents.rs"]
mod documents;
mod malformed;
mod model;
mod plan;
mod resume;
mod samples;
mod vector;
