//! Integration tests of ibbi-log.

mod corpus;
mod follow;
mod ledger;
mod lines;
