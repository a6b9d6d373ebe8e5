//! Integration tests of ibbi-app.

mod advisories;
mod service;
