//! Integration tests of `ibbi-sim`.

mod malformed;
mod model;
mod plan;
mod resume;
mod samples;
mod vector;
