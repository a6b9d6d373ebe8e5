//! Integration tests of ibbi-app.

mod advisories;
mod calendar_identity;
mod due;
mod follow_up;
mod replan;
mod service;
