//! Integration tests of ibbi-log.

mod follow;
mod ledger;
mod lines;
