//! Integration tests of ibbi-log.

mod corpus;
mod editions;
mod follow;
mod format;
mod ledger;
mod lines;
mod stored_lines;
