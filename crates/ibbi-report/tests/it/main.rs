//! Integration tests of `ibbi-report`.

mod audit_pages;
mod audits;
mod charts;
mod figures;
mod pages;
mod support;
mod terminal;
mod zones;
