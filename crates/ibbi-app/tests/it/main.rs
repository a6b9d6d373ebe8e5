//! Integration tests of ibbi-app.

mod advisories;
mod due;
mod follow_up;
mod replan;
mod service;
