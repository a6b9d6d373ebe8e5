//! Integration tests of ibbi-app.

mod service;
