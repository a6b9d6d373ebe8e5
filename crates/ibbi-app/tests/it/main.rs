//! Integration tests of ibbi-app.

mod advisories;
mod follow_up;
mod service;
